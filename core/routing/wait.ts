import type { Conversation } from '../conversation/conversation';
import type { IsoTime } from '../time';
import type { Agent } from './agent';
import type { Requirements } from './eligibility';
import { absence, mismatch } from './eligibility';

/** Fewer than this say nothing about the next wait. */
export const FEWEST_SAMPLES = 5;

/** How long a customer in the queue waits, in minutes rounded up; "unknown" rather than a number that nothing supports. */
export type ExpectedWait =
	| {
			known: true;
			/** Half of the waits are over by then. */
			minutes: number;
			/** Nine of ten are. */
			atMostMinutes: number;
			samples: number;
			why: string;
	  }
	| { known: false; why: string };

/**
 * The wait at a place in the queue: the median and the 90th percentile of the recent waits, and longer in proportion where more
 * wait than there are agents on duty who serve the queue. Never shorter than it was of late: that would be a guess. Agents who
 * are busy count: they are the ones who come free.
 */
export function expectedWait(
	view: { recentWaitSeconds?: readonly number[] },
	position: number,
	onDuty: number,
): ExpectedWait {
	const samples = [...(view.recentWaitSeconds ?? [])]
		.filter((value) => value >= 0)
		.sort((a, b) => a - b);
	if (samples.length < FEWEST_SAMPLES) {
		return {
			known: false,
			why: `unknown: ${samples.length} recent waits are too few to go by, it takes ${FEWEST_SAMPLES}`,
		};
	}
	if (onDuty < 1) return { known: false, why: 'unknown: nobody of the team is on duty' };
	const minutes = (part: number) =>
		Math.max(1, Math.ceil((quantile(samples, part) * Math.max(1, position / onDuty)) / 60));
	const agents = onDuty === 1 ? '1 agent' : `${onDuty} agents`;
	return {
		known: true,
		minutes: minutes(0.5),
		atMostMinutes: minutes(0.9),
		samples: samples.length,
		why: `the last ${samples.length} waits, place ${position}, ${agents} on duty`,
	};
}

/** How many of the latest waits of a queue are kept to go by. */
export const KEPT_WAITS = 50;

/**
 * The wait that has ended with a change of a conversation: of a handoff that has just got its first answer, by the queue that it
 * was handed over to. None where a time was promised off hours: that says how long the night was.
 */
export function waitEnded(
	before: Conversation,
	after: Conversation,
): { queue: string; seconds: number } | undefined {
	const { handoff } = after;
	if (!handoff?.answeredAt || handoff.promise) return undefined;
	if (before.handoff?.id === handoff.id && before.handoff.answeredAt) return undefined;
	const seconds = (Date.parse(handoff.answeredAt) - Date.parse(handoff.createdAt)) / 1000;
	return {
		queue: handoff.routing?.home ?? handoff.queue,
		seconds: Math.max(0, Math.round(seconds)),
	};
}

/** Agents at work who serve the queue, busy or not. */
export function onDutyCount(
	roster: readonly Agent[],
	requirements: Requirements,
	now: IsoTime,
): number {
	return roster.filter((agent) => !absence(agent, now) && !mismatch(agent, requirements)).length;
}

/** Nearest rank: a value that really occurred. */
function quantile(sorted: readonly number[], part: number): number {
	return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)]!;
}
