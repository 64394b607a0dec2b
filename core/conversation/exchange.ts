import type { IsoTime } from '../time';
import type { Conversation } from './conversation';

/** For so long after a person has written the customer may be about to answer. */
export const JUST_WRITTEN_MINUTES = 5;

/**
 * Why customer and person are in the middle of an exchange, in words for staff; undefined if they are not. They are while the
 * customer waits for a person's answer, and while a person has only just written. The bot cannot go on there: it answers messages
 * that come, not one that has come before, and knows nothing of a question that a person has asked.
 */
export function unfinishedExchange(conversation: Conversation, now: IsoTime): string | undefined {
	if (conversation.state !== 'human') return undefined;
	if (openQuestion(conversation)) return 'nobody has answered the customer’s last message';
	const answered = lastAnswer(conversation);
	const minutes = answered ? (Date.parse(now) - Date.parse(answered)) / 60_000 : Infinity;
	if (minutes < JUST_WRITTEN_MINUTES) {
		return `a person has written within the last ${JUST_WRITTEN_MINUTES} minutes and the customer may be about to answer`;
	}
	return undefined;
}

/**
 * When the customer asked what no person has answered yet: the newest such message. Undefined where none is open, e.g. since the customer
 * has only said thanks since the answer.
 */
export function openQuestion(conversation: Conversation): IsoTime | undefined {
	const asked = conversation.lastAskedAt ?? conversation.lastCustomerMessageAt;
	if (conversation.state !== 'human' || !asked || !owesAnswer(conversation, asked))
		return undefined;
	const answered = lastAnswer(conversation);
	return answered && answered >= asked ? undefined : asked;
}

function lastAnswer({ lastAgentMessageAt, handoff }: Conversation): IsoTime | undefined {
	return lastAgentMessageAt ?? handoff?.answeredAt;
}

/** What was written before a person took over by hand was the bot's to answer; a handoff by the router is the customer's call. */
function owesAnswer({ handoff }: Conversation, asked: IsoTime): boolean {
	return handoff === undefined || handoff.routing !== undefined || asked > handoff.createdAt;
}
