import type { Conversation, Verdict } from '../conversation/conversation';
import { handoffsOf } from '../metrics/handoffs';
import type { ConversationRecord } from '../metrics/handoffs';
import { noHandoffIn, subjectOf } from '../metrics/labels';
import type { IsoTime } from '../time';
import type { InboxActor } from './actions';
import { mayReview } from './actions';

/** A handoff, or that there was none, as the page offers it to be judged. */
export interface Review {
	/** What the label stands under. */
	handoffId: string;
	/** When and why it was handed over; absent where nobody was asked for. */
	at?: IsoTime;
	reason?: string;
	verdict?: Verdict;
}

/** Handoffs shown beside a conversation. */
const SHOWN = 5;

/** What there is to judge in a conversation, the newest first; nothing for whoever may not. */
export function reviewsOf(
	record: Pick<ConversationRecord, 'conversation' | 'audit' | 'clocks'>,
	user: Pick<InboxActor, 'id' | 'role'>,
): Review[] {
	const { conversation } = record;
	if (!mayReview(conversation, user)) return [];
	const reviews: Review[] = handoffsOf(record).map(({ id, at, reason, verdict }) => ({
		handoffId: id,
		at,
		reason,
		...(verdict ? { verdict } : {}),
	}));
	const subject = subjectOf(record);
	if (subject === noHandoffIn(conversation)) reviews.push(withoutHandoff(conversation, subject));
	return reviews.reverse().slice(0, SHOWN);
}

function withoutHandoff({ labels }: Conversation, subject: string): Review {
	const verdict = labels?.[subject]?.verdict;
	return { handoffId: subject, ...(verdict ? { verdict } : {}) };
}
