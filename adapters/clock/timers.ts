/** Wall clock and timers, handed in so that tests can move time. */
export interface Timers {
	now(): Date;
	/** Calls back once after `delayMs`; returns what {@link Timers.cancel} takes. */
	after(delayMs: number, callback: () => void): unknown;
	cancel(timer: unknown): void;
}

/** The machine's. A timer does not keep a process alive that is otherwise done. */
export const systemTimers: Timers = {
	now: () => new Date(),
	after: (delayMs, callback) => setTimeout(callback, delayMs).unref(),
	cancel: (timer) => clearTimeout(timer as NodeJS.Timeout),
};
