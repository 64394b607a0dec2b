/**
 * A bucket for each key: `burst` requests at once, `perMinute` in the long run. Kept in memory, for one process: it is there to
 * slow down guessing and runaway pages, not to count exactly.
 */
export class RateLimit {
	private readonly buckets = new Map<string, { tokens: number; at: number }>();

	constructor(
		private readonly perMinute: number,
		private readonly burst: number,
		/** Keys that are remembered; the one that was quiet for longest goes first. */
		private readonly most = 10_000,
	) {}

	/** Takes one from the bucket of `key` at `now` (milliseconds); false if it is empty. */
	take(key: string, now: number): boolean {
		const level = this.level(key, now);
		this.put(key, Math.max(0, level - 1), now);
		return level >= 1;
	}

	/** Whether there is anything left, without taking it. */
	has(key: string, now: number): boolean {
		return this.level(key, now) >= 1;
	}

	private level(key: string, now: number): number {
		const known = this.buckets.get(key);
		if (!known) return this.burst;
		return Math.min(
			this.burst,
			known.tokens + (Math.max(0, now - known.at) * this.perMinute) / 60_000,
		);
	}

	private put(key: string, tokens: number, now: number): void {
		this.buckets.delete(key);
		this.buckets.set(key, { tokens, at: now });
		if (this.buckets.size <= this.most) return;
		const quietest = this.buckets.keys().next().value;
		if (quietest !== undefined) this.buckets.delete(quietest);
	}
}
