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
	const { state, handoff, lastCustomerMessageAt: asked } = conversation;
	if (state !== 'human') return undefined;
	const answered = conversation.lastAgentMessageAt ?? handoff?.answeredAt;
	if (asked && owesAnswer(conversation, asked) && !(answered && answered >= asked)) {
		return 'nobody has answered the customer’s last message';
	}
	const minutes = answered ? (Date.parse(now) - Date.parse(answered)) / 60_000 : Infinity;
	if (minutes < JUST_WRITTEN_MINUTES) {
		return `a person has written within the last ${JUST_WRITTEN_MINUTES} minutes and the customer may be about to answer`;
	}
	return undefined;
}

/** What was written before a person took over by hand was the bot's to answer; a handoff by the router is the customer's call. */
function owesAnswer({ handoff }: Conversation, asked: IsoTime): boolean {
	return handoff === undefined || handoff.routing !== undefined || asked > handoff.createdAt;
}
