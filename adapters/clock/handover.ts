import type { Timers } from './timers';
import { systemTimers } from './timers';

/**
 * A run that is still at work after this counts as handed on, although it dies with n8n: less than the lease of an event, so
 * that another process does not begin it as well. Alerts take seconds.
 */
const LONG_ENOUGH_MS = 45_000;

/** An alert is given to a workflow so often while its runs fail; then it is left to the next mark of its clock. */
const MOST_TRIES = 3;

/** How a run ends that has done nothing to rely on. */
const FAILED: readonly unknown[] = ['error', 'crashed', 'canceled'];

/** A run that an alert was given to has failed, so the alert comes again. n8n tells of the run itself. */
export class RunFailed extends Error {
	constructor(status: unknown) {
		super(`the run of an alert ended with "${String(status)}", so the alert is given out again`);
		this.name = 'RunFailed';
	}
}

/** Gives alerts to workflow runs, and knows how often it has done so in vain. */
export class Handover {
	/** By alert. Forgotten with the process: an alert then has its tries once more. */
	private readonly failed = new Map<string, number>();

	constructor(private readonly timers: Timers = systemTimers) {}

	/**
	 * Settles when the run of an alert has ended well, or has put itself to sleep, or is still at work after 45 seconds, and when
	 * the third run of the same alert has failed, since a workflow that cannot work must not be begun every minute for ever.
	 * Refused with {@link RunFailed} where an earlier one has failed, and if n8n could not begin it. If n8n is killed before that,
	 * it never settles: the event is not confirmed and comes again.
	 */
	async handOn(alert: string, run: Promise<{ status?: unknown } | undefined>): Promise<void> {
		let timer: unknown;
		const longEnough = new Promise<undefined>((resolve) => {
			timer = this.timers.after(LONG_ENOUGH_MS, () => resolve(undefined));
		});
		try {
			const ended = await Promise.race([run, longEnough]);
			if (!FAILED.includes(ended?.status)) return void this.failed.delete(alert);
			const tries = (this.failed.get(alert) ?? 0) + 1;
			if (tries >= MOST_TRIES) return void this.failed.delete(alert);
			this.failed.set(alert, tries);
			throw new RunFailed(ended?.status);
		} finally {
			this.timers.cancel(timer);
		}
	}
}
