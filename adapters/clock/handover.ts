import type { Timers } from './timers';
import { systemTimers } from './timers';

/**
 * A run that is still at work after this counts as handed on, although it dies with n8n: less than the lease of an event, so
 * that another process does not begin it as well. Alerts take seconds.
 */
const LONG_ENOUGH_MS = 45_000;

/**
 * Settles when a workflow run has ended, well or not (what is not well is n8n's to tell), or has put itself to sleep, or is
 * still at work after 45 seconds. Refused if n8n could not begin it. If n8n is killed before that, it never settles: the event
 * is not confirmed and comes again.
 */
export async function untilHandedOn(
	run: Promise<unknown>,
	timers: Timers = systemTimers,
): Promise<void> {
	let timer: unknown;
	const longEnough = new Promise<void>((resolve) => {
		timer = timers.after(LONG_ENOUGH_MS, resolve);
	});
	try {
		await Promise.race([run, longEnough]);
	} finally {
		timers.cancel(timer);
	}
}
