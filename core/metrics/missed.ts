import type { IsoTime } from '../time';
import type { ConversationRecord } from './handoffs';
import { handoffsOf } from './handoffs';
import type { Verdict } from './labels';
import { noHandoffIn, verdictOn, verdictStands } from './labels';

/** A conversation that a person should perhaps have had, and did not. */
export interface MissedCandidate {
	conversationId: string;
	/** Sum of the points of the reasons, 0 to 100; the review goes from the top. */
	points: number;
	reasons: Array<{ reason: MissedReason; points: number; text: string }>;
	lastMessageAt: IsoTime;
	verdict?: Verdict;
}

export type MissedReason = 'silent_after_frustration' | 'reopened' | 'just_under_threshold';

export interface MissedSettings {
	/** Threshold of the Escalation Scorer. */
	threshold: number;
	/** Scores so many points or fewer under it are near misses. */
	nearPoints: number;
	/** Without a message for so long, the customer counts as gone. */
	silentAfterMinutes: number;
	/** A conversation that is taken up again within so many hours of its end was not settled. */
	reopenedWithinHours: number;
}

/** Silent after frustration, reopened within a day, or scored just under the threshold. */
export const MISSED_DEFAULTS: MissedSettings = {
	threshold: 50,
	nearPoints: 10,
	silentAfterMinutes: 120,
	reopenedWithinHours: 24,
};

/** Smoothed sentiment at or below this is frustration; the scorer calls a message negative from -0.2 on. */
const FRUSTRATED = -0.2;

/**
 * Conversations that no person had in their present episode and that look as if one should have, the most worrying first.
 * Points: up to 50 for silence after frustration (by mood and by misunderstandings), 25 for being taken up again after the bot
 * had ended it, up to 25 for a score just under the threshold. A score at or above it is no near miss: then the handoff was
 * decided, and if nobody has it the SLA clocks say so.
 */
export function missedHandoffs(
	records: readonly ConversationRecord[],
	now: IsoTime,
	settings: Partial<MissedSettings> = {},
): MissedCandidate[] {
	const resolved = { ...MISSED_DEFAULTS, ...settings };
	return records
		.filter(({ conversation }) => conversation.state !== 'human')
		.filter((record) => !handedOverSinceReopened(record))
		.map((record) => candidate(record, now, resolved))
		.filter(({ reasons }) => reasons.length > 0)
		.sort((a, b) => b.points - a.points || (a.lastMessageAt < b.lastMessageAt ? 1 : -1));
}

function candidate(
	record: ConversationRecord,
	now: IsoTime,
	settings: MissedSettings,
): MissedCandidate {
	const { conversation } = record;
	const reasons = [
		silence(record, now, settings),
		reopened(record, settings),
		nearMiss(record, settings),
	].filter((reason) => reason !== undefined);
	const verdict = verdictOnNone(record);
	return {
		conversationId: conversation.id,
		points: Math.min(
			100,
			reasons.reduce((sum, { points }) => sum + points, 0),
		),
		reasons,
		lastMessageAt: conversation.lastMessageAt,
		...(verdict ? { verdict } : {}),
	};
}

/** What a person has said of there being no handoff: of a conversation that was taken up again since, nobody has judged what came after. */
function verdictOnNone(record: ConversationRecord): Verdict | undefined {
	const { conversation, audit } = record;
	if (conversation.labels) return conversation.labels[noHandoffIn(conversation)]?.verdict;
	const reopenedAt = audit.findLast(({ action }) => action === 'reopen')?.at;
	const stands = reopenedAt === undefined || verdictStands(record, reopenedAt);
	return stands ? verdictOn(conversation) : undefined;
}

type Reason = MissedCandidate['reasons'][number];

function silence(
	{ conversation }: ConversationRecord,
	now: IsoTime,
	{ silentAfterMinutes }: MissedSettings,
): Reason | undefined {
	const { sentiment, negatives, fallbacks } = conversation.counters;
	const quiet = (Date.parse(now) - Date.parse(conversation.lastMessageAt)) / 60_000;
	const frustrated = sentiment <= FRUSTRATED || negatives > 0 || fallbacks > 1;
	if (quiet < silentAfterMinutes || !frustrated) return undefined;
	const points =
		20 + Math.max(0, -sentiment) * 20 + Math.min(negatives, 2) * 5 + Math.min(fallbacks, 2) * 5;
	const signs = [
		...(sentiment <= FRUSTRATED ? [`mood ${sentiment.toFixed(2)}`] : []),
		...(negatives > 0 ? [`${negatives} negative in a row`] : []),
		...(fallbacks > 0 ? [`${fallbacks} not understood`] : []),
	];
	return {
		reason: 'silent_after_frustration',
		points: Math.min(50, Math.round(points)),
		text: `The customer fell silent after frustration: ${signs.join(', ')}`,
	};
}

function reopened(
	{ audit }: ConversationRecord,
	{ reopenedWithinHours }: MissedSettings,
): Reason | undefined {
	const at = audit.findLastIndex(({ action }) => action === 'reopen');
	const again = audit[at];
	const end = audit.slice(0, Math.max(0, at)).findLast(({ action }) => action === 'resolve');
	if (!again || !end) return undefined;
	const hours = (Date.parse(again.at) - Date.parse(end.at)) / 3_600_000;
	if (hours > reopenedWithinHours) return undefined;
	return {
		reason: 'reopened',
		points: 25,
		text: `The customer came back ${hours < 1 ? 'within the hour' : `after ${Math.round(hours)} h`}`,
	};
}

function nearMiss(
	{ conversation }: ConversationRecord,
	{ threshold, nearPoints }: MissedSettings,
): Reason | undefined {
	const under = threshold - conversation.counters.lastScore;
	if (under <= 0 || under > nearPoints) return undefined;
	return {
		reason: 'just_under_threshold',
		points: Math.round(25 * (1 - (under - 1) / Math.max(1, nearPoints))),
		text: `Scored ${conversation.counters.lastScore}, ${Math.round(under * 10) / 10} under the threshold of ${threshold}`,
	};
}

/** Whether a person had it after it was last taken up again. A person who had it before that did not help with this. */
function handedOverSinceReopened(record: ConversationRecord): boolean {
	const reopenedAt = record.audit.findLast(({ action }) => action === 'reopen')?.at;
	return handoffsOf(record).some(({ at }) => !reopenedAt || at >= reopenedAt);
}
