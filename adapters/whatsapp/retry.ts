import { setTimeout as sleepFor } from 'node:timers/promises';

import { MessagingError } from '../../core/ports/messaging';

/** How often and how long to try again. */
export interface RetryPolicy {
	/** Attempts in all. */
	attempts: number;
	/** Wait before the second attempt; doubles with each. */
	baseMs: number;
	/** No single wait is longer; where the service asks for more, the caller is told instead. */
	maxWaitMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = { attempts: 4, baseMs: 1_000, maxWaitMs: 15_000 };

/** Waiting and chance, passed in by tests. */
export interface RetryEnvironment {
	sleep: (milliseconds: number) => Promise<unknown>;
	/** 0 to 1. */
	random: () => number;
}

const SYSTEM: RetryEnvironment = {
	sleep: (milliseconds) => sleepFor(milliseconds),
	random: Math.random,
};

/**
 * Does `work`, and again after a wait where it rejects with a MessagingError that says `retry` (the service refused, so nothing was
 * done). All else is passed on at once, above all an answer that was lost. Half of each wait is chance, so that many callers that
 * were refused together do not come back together.
 */
export async function withRetry<T>(
	work: () => Promise<T>,
	policy: RetryPolicy = DEFAULT_RETRY,
	{ sleep, random }: RetryEnvironment = SYSTEM,
): Promise<T> {
	for (let attempt = 1; ; attempt++) {
		try {
			return await work();
		} catch (error) {
			if (!(error instanceof MessagingError) || error.failure !== 'retry') throw error;
			if (attempt >= policy.attempts) throw error;
			const backoff = Math.min(policy.baseMs * 2 ** (attempt - 1), policy.maxWaitMs);
			const asked = error.details.retryAfterMs ?? 0;
			if (asked > policy.maxWaitMs) throw error;
			await sleep(Math.max(asked, backoff / 2) + (backoff / 2) * random());
		}
	}
}
