import { setTimeout as sleepFor } from 'node:timers/promises';

import type { HttpRequest, HttpResponse, HttpSend } from '../../core/ports/http';
import { RequestBlocked } from '../../core/ports/http';

/** Waiting, time and chance, passed in by tests. */
export interface Environment {
	sleep: (milliseconds: number) => Promise<unknown>;
	/** Milliseconds since any fixed point. */
	now: () => number;
	/** 0 to 1. */
	random: () => number;
}

export const SYSTEM: Environment = {
	sleep: (milliseconds) => sleepFor(milliseconds),
	now: Date.now,
	random: Math.random,
};

/** So many calls in any stretch of so many milliseconds. */
export interface Rate {
	calls: number;
	perMs: number;
}

/** Lets callers through one after another, no more than `rate` allows; the others wait for their turn. */
export class Limiter {
	/** When the last calls went or will go out, oldest first. */
	private readonly starts: number[] = [];
	/** Nobody goes before this. */
	private closedUntil = -Infinity;

	constructor(
		private readonly rate: Rate,
		private readonly environment: Environment,
	) {}

	async turn(): Promise<void> {
		const now = this.environment.now();
		const bound =
			this.starts.length < this.rate.calls ? now : this.starts.shift()! + this.rate.perMs;
		const start = Math.max(now, bound, this.closedUntil);
		this.starts.push(start);
		if (start > now) await this.environment.sleep(start - now);
	}

	/** The service asked one caller to wait: the others of this account wait, too. */
	pause(milliseconds: number): void {
		this.closedUntil = Math.max(this.closedUntil, this.environment.now() + milliseconds);
	}
}

const limiters = new Map<string, Limiter>();

/** The limiter that all executions of this process share for one account. */
export function limiterOf(account: string, rate: Rate, environment = SYSTEM): Limiter {
	const known = limiters.get(account);
	if (known) return known;
	const limiter = new Limiter(rate, environment);
	limiters.set(account, limiter);
	return limiter;
}

/** Attempts at one call. */
const ATTEMPTS = 4;
const BASE_MS = 500;
/** Where a service asks for a longer wait, the caller is told instead: n8n's own "Retry on Fail" can wait longer. */
const LONGEST_WAIT_MS = 20_000;

/**
 * Sends again what may be sent again: a call that was refused as one too many (nothing was done), and any read or repeatable write
 * that got no answer or a 5xx. A POST that creates something is never repeated here, since it may have been done. `Retry-After` is
 * obeyed; half of each other wait is chance, so that callers that were refused together do not come back together.
 */
export function patient(
	send: HttpSend,
	options: {
		/** POSTs that may be sent twice, e.g. searches. */
		repeatable: (request: HttpRequest) => boolean;
		limiters?: (request: HttpRequest) => Limiter[];
		/** Refusals that no wait of seconds helps, e.g. when the calls of a day are used up. */
		hopeless?: (answer: HttpResponse) => boolean;
		/** Refusals besides 429 after which nothing was done and a wait of seconds helps. */
		undone?: (answer: HttpResponse) => boolean;
		environment?: Environment;
	},
): HttpSend {
	const environment = options.environment ?? SYSTEM;
	return async (request) => {
		const repeatable = request.method !== 'POST' || options.repeatable(request);
		for (let attempt = 1; ; attempt++) {
			for (const limiter of options.limiters?.(request) ?? []) await limiter.turn();
			const backoff = Math.min(BASE_MS * 2 ** (attempt - 1), LONGEST_WAIT_MS);
			let wait = backoff / 2 + (backoff / 2) * environment.random();
			try {
				const answer = await send(request);
				const again =
					answer.status === 429 ||
					(repeatable && AGAIN.has(answer.status)) ||
					options.undone?.(answer);
				if (!again || attempt >= ATTEMPTS) return answer;
				if (options.hopeless?.(answer)) return answer;
				const asked = retryAfterMs(answer);
				if (asked !== undefined && asked > LONGEST_WAIT_MS) return answer;
				wait = Math.max(wait, asked ?? 0);
				if (answer.status === 429 && asked) {
					for (const limiter of options.limiters?.(request) ?? []) limiter.pause(asked);
				}
			} catch (error) {
				if (error instanceof RequestBlocked || !repeatable || attempt >= ATTEMPTS) throw error;
			}
			await environment.sleep(wait);
		}
	};
}

const AGAIN: ReadonlySet<number> = new Set([420, 500, 502, 503, 504]);

/** `Retry-After` in milliseconds, whether given in seconds or as a date. */
export function retryAfterMs(answer: Pick<HttpResponse, 'headers'>): number | undefined {
	const value = answer.headers['retry-after'];
	if (!value) return undefined;
	const seconds = Number(value);
	if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
	const date = Date.parse(value);
	return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
