import type { RecoveryPorts, RecoveryStore } from '../../core/conversation/recovery';
import { NotRecovered, Recovery } from '../../core/conversation/recovery';
import type { AlertDelivery, AlertStore } from '../../core/sla/watchdog';
import { raiseDueEvents } from '../../core/sla/watchdog';
import { isoTime } from '../../core/time';
import { startLoop } from './loop';
import type { Timers } from './timers';
import { systemTimers } from './timers';

export type WatchdogStore = AlertStore & RecoveryStore;

/** Where the watchdog's findings go. */
export interface WatchdogDelivery {
	alert: AlertDelivery;
	/** A customer's message that no workflow has dealt with. */
	recovered: RecoveryPorts['bringBack'];
}

export interface SchedulerOptions {
	/** The longest sleep: how soon a clock that another process has started is noticed. Default 15 s. */
	pollMs?: number;
	/** A message that nobody has handled for so long is recovered. Default 5 min; 0 switches recovery off. */
	recoverAfterMs?: number;
}

export interface SchedulerReport {
	/** Told of whatever goes wrong; the scheduler goes on by itself. `first` unless the same went wrong just before. */
	failed(error: unknown, first: boolean): void;
}

export const DEFAULT_POLL_MS = 15_000;
export const DEFAULT_RECOVER_AFTER_MS = 5 * 60_000;

/** Alerts that are under way at the same time. */
const MOST_AT_ONCE = 50;

/** A mark that is past but was not given out is another process's; it is asked for again after this. */
const PAST_MARK_SLEEP_MS = 1_000;

/** Recovery looks for messages this often, or as often as they can become due if that is longer. */
const RECOVERY_EVERY_MS = 30_000;

/** An n8n that is shut down gives its workflows 30 s in all; what has been begun takes at most this. */
const FINISH_MS = 10_000;

export interface Scheduler {
	/**
	 * Stops looking, and gives the alerts and messages that have been begun a little time to be handed on and confirmed, so that a
	 * server that ends does not raise them again when it is back. One that takes longer is confirmed by itself.
	 */
	stop(): Promise<void>;
}

/**
 * Watches the clocks of a store: sleeps until the next mark is due (at most `pollMs`, since other processes start clocks too),
 * raises what is due, and looks for messages that no workflow has handled. Any number of schedulers may run on one store: each
 * event is raised by one of them.
 */
export function startScheduler(
	store: WatchdogStore,
	delivery: WatchdogDelivery,
	report: SchedulerReport,
	options: SchedulerOptions = {},
	timers: Timers = systemTimers,
): Scheduler {
	const pollMs = options.pollMs ?? DEFAULT_POLL_MS;
	const recoverAfterMs = options.recoverAfterMs ?? DEFAULT_RECOVER_AFTER_MS;
	const now = () => isoTime(timers.now());

	/** Tells of what goes wrong, with a memory of whether it went wrong before. */
	const trouble = () => {
		let failing = false;
		return {
			tell(error: unknown): number {
				report.failed(error, !failing);
				failing = true;
				return pollMs;
			},
			over(): void {
				failing = false;
			},
		};
	};

	/** Resolves with `what`, or after so long. */
	const atMost = async (milliseconds: number, what: Promise<unknown>): Promise<void> => {
		let timer: unknown;
		const late = new Promise<void>((resolve) => {
			timer = timers.after(milliseconds, resolve);
		});
		await Promise.race([what, late]);
		timers.cancel(timer);
	};

	let stopping = false;
	let stopNow!: () => void;
	/** Ends what a loop waits for. */
	const stopped = new Promise<void>((resolve) => (stopNow = resolve));

	const checking = trouble();
	const handingOn = trouble();
	const underWay = new Set<Promise<void>>();
	const loops = [
		startLoop(
			async () => {
				// As many runs at once as a server can bear when it comes back to a long list.
				if (underWay.size >= MOST_AT_ONCE) await Promise.race([...underWay, stopped]);
				if (stopping) return pollMs;
				const room = MOST_AT_ONCE - underWay.size;
				const pass = await raiseDueEvents(store, delivery.alert, now(), room);
				checking.over();
				for (const alert of pass.underWay) {
					const settled = alert.then(handingOn.over, handingOn.tell).then(() => {
						underWay.delete(settled);
					});
					underWay.add(settled);
				}
				if (pass.more) return 0;
				const next = await store.nextClockEventAt();
				if (next === undefined) return pollMs;
				const left = Date.parse(next) - timers.now().getTime();
				return Math.min(pollMs, left > 0 ? left : PAST_MARK_SLEEP_MS);
			},
			checking.tell,
			timers,
		),
	];
	let recovery: Recovery | undefined;
	if (recoverAfterMs > 0) {
		const recovering = trouble();
		const failed = (error: unknown) =>
			// Each is another customer, and staff have to look at every one.
			error instanceof NotRecovered ? report.failed(error, true) : recovering.tell(error);
		const bringBack = delivery.recovered;
		const own = (recovery = new Recovery({ store, now, bringBack, failed }, recoverAfterMs));
		loops.push(
			startLoop(
				async () => {
					const { more } = await own.pass();
					recovering.over();
					if (!more) return RECOVERY_EVERY_MS;
					await atMost(RECOVERY_EVERY_MS, Promise.race([own.next(), stopped]));
					return 0;
				},
				recovering.tell,
				timers,
			),
		);
	}
	return {
		async stop() {
			stopping = true;
			stopNow();
			await Promise.all(loops.map((loop) => loop.stop()));
			await atMost(FINISH_MS, Promise.all([...underWay, recovery?.stop()]));
		},
	};
}
