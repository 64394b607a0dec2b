import type { Verdict } from '../conversation/conversation';
import type { IsoTime } from '../time';
import type { ConversationRecord } from './handoffs';
import { handoffsOf } from './handoffs';
import { verdictOn } from './labels';

/** A part of a conversation that a person has judged. */
export interface LabelledPart {
	/** The handoff, or that there was none; see `subjectOf`. Absent where there is only a tag. */
	subject?: string;
	verdict: Verdict;
	/** Its messages were sent after this, and at this time at the latest. */
	from: IsoTime;
	to?: IsoTime;
}

const BEGINNING: IsoTime = '';

/**
 * What the rule test is to play: one part for each label. A conversation with a single label is played whole, as it was judged; with more,
 * each handoff is played from the end of the one before it, so that one judgement does not stand for another's messages.
 */
export function labelledParts(record: ConversationRecord): LabelledPart[] {
	const { conversation } = record;
	const labels = Object.entries(conversation.labels ?? {});
	if (labels.length < 2) {
		const verdict = verdictOn(conversation);
		const subject = labels[0]?.[0];
		return verdict ? [{ ...(subject ? { subject } : {}), verdict, from: BEGINNING }] : [];
	}
	const handoffs = handoffsOf(record);
	return labels.map(([subject, { verdict }]) => {
		const index = handoffs.findIndex(({ id }) => id === subject);
		const before = index === -1 ? handoffs.at(-1) : handoffs[index - 1];
		const to = handoffs[index]?.endedAt;
		return { subject, verdict, from: before?.endedAt ?? BEGINNING, ...(to ? { to } : {}) };
	});
}
