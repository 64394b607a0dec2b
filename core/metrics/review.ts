import type { Owner } from '../conversation/conversation';
import type { IsoTime } from '../time';
import type { ConversationRecord, HandoffRecord } from './handoffs';
import { handoffsOf, isLate, isWronglyRouted } from './handoffs';
import type { Verdict } from './labels';
import type { Period } from './metrics';

/** A handoff that went wrong, for the review: the figures count them, and this is which they are. */
export interface ReviewedHandoff {
	handoffId: string;
	conversationId: string;
	at: IsoTime;
	/** Why it was handed over. */
	reason: string;
	queue: string;
	/** Who had it last, if an agent ever had it. */
	agent?: { id: string; name: string };
	findings: ReviewFinding[];
	/** Money that it was about, where it was noted. */
	value?: number;
	verdict?: Verdict;
}

export type ReviewFinding =
	{ finding: 'late'; minutes: number; text: string } | { finding: 'wrongly_routed'; text: string };

/**
 * The handoffs of a period whose first answer came late or has not come, or that somebody else had to have than who got them: what
 * was late longest first, then what went to the wrong one, the newest first.
 */
export function handoffsToReview(
	records: readonly ConversationRecord[],
	period: Period,
	now: IsoTime,
): ReviewedHandoff[] {
	return records
		.flatMap(handoffsOf)
		.filter(({ at }) => at >= period.from && at < period.to)
		.map((handoff) => reviewed(handoff, now))
		.filter(({ findings }) => findings.length > 0)
		.sort((a, b) => minutesLate(b) - minutesLate(a) || b.at.localeCompare(a.at));
}

function reviewed(handoff: HandoffRecord, now: IsoTime): ReviewedHandoff {
	const { id, conversationId, at, reason, queue, agent, value, verdict } = handoff;
	const late = lateness(handoff, now);
	return {
		handoffId: id,
		conversationId,
		at,
		reason,
		queue,
		...(agent ? { agent } : {}),
		findings: [
			...(late ? [late] : []),
			...(isWronglyRouted(handoff)
				? [{ finding: 'wrongly_routed' as const, text: handoff.owners.map(nameOf).join(' → ') }]
				: []),
		],
		...(value === undefined ? {} : { value }),
		...(verdict ? { verdict } : {}),
	};
}

function lateness(
	{ firstResponse, answeredAt, endedAt }: HandoffRecord,
	now: IsoTime,
): Extract<ReviewFinding, { finding: 'late' }> | undefined {
	if (!firstResponse || !isLate(firstResponse, now)) return undefined;
	const { dueAt } = firstResponse;
	const until = answeredAt ?? endedAt ?? now;
	const minutes = Math.max(0, Math.round((Date.parse(until) - Date.parse(dueAt)) / 60_000));
	const told = inWords(minutes);
	const text = answeredAt
		? `Answered ${told} late`
		: endedAt
			? `Ended without an answer, ${told} after it was due`
			: `No answer yet, due ${told} ago`;
	return { finding: 'late', minutes, text };
}

function minutesLate({ findings }: ReviewedHandoff): number {
	const late = findings.find((one) => one.finding === 'late');
	return late ? late.minutes : -1;
}

function nameOf(owner: Owner): string {
	return owner.kind === 'agent' ? owner.name : `queue ${owner.name}`;
}

/** "12 min", "3 h 5 min", "2 days". */
function inWords(minutes: number): string {
	if (minutes < 60) return `${minutes} min`;
	const hours = Math.floor(minutes / 60);
	if (hours >= 48) return `${Math.floor(hours / 24)} days`;
	return [`${hours} h`, ...(minutes % 60 > 0 ? [`${minutes % 60} min`] : [])].join(' ');
}
