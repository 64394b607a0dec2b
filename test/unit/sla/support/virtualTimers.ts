import type { Timers } from '../../../../adapters/clock/timers';

interface Pending {
	at: number;
	number: number;
	callback: () => void;
}

/** Timers on a clock that stands still until it is moved. */
export class VirtualTimers implements Timers {
	private readonly pending = new Set<Pending>();
	private count = 0;

	constructor(private time: number) {}

	now(): Date {
		return new Date(this.time);
	}

	after(delayMs: number, callback: () => void): Pending {
		const timer = { at: this.time + delayMs, number: this.count++, callback };
		this.pending.add(timer);
		return timer;
	}

	cancel(timer: unknown): void {
		this.pending.delete(timer as Pending);
	}

	/** Waits until so many timers are set: that is how a loop shows that its step is done. */
	async asleep(timers: number): Promise<void> {
		for (let turns = 0; this.pending.size !== timers; turns++) {
			if (turns > 10_000) throw new Error(`${this.pending.size} timers are set, not ${timers}`);
			await new Promise((resolve) => setImmediate(resolve));
		}
	}

	/** Moves the clock on, calling back what becomes due in its order, and waits for `timers` loops to sleep after each. */
	async advanceTo(time: number, timers: number): Promise<void> {
		await this.asleep(timers);
		for (;;) {
			if (!this.callNext(time)) break;
			await this.asleep(timers);
		}
		this.time = Math.max(this.time, time);
	}

	/** Moves the clock on to the first timer due by then and calls it back; false if there is none. */
	callNext(by: number): boolean {
		const next = [...this.pending].sort((a, b) => a.at - b.at || a.number - b.number)[0];
		if (!next || next.at > by) return false;
		this.time = Math.max(this.time, next.at);
		this.pending.delete(next);
		next.callback();
		return true;
	}

	/** Sets the clock on the wall: timers that run are not moved by it. */
	set(time: number): void {
		const by = time - this.time;
		for (const timer of this.pending) timer.at += by;
		this.time = time;
	}

	/** As if the machine had been off: nothing is called back. */
	jumpTo(time: number): void {
		this.time = time;
		this.pending.clear();
	}
}
