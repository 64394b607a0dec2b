import type { Changes, ConversationView } from '../ports/store';
import { settle } from '../sla';
import type { IsoTime } from '../time';
import { wholeSecond } from '../time';
import type { Actor } from './audit';
import type { Conversation } from './conversation';
import type { ConversationMessage } from './message';
import { transition } from './transitions';

/** The queue that stands for "whoever holds the phone" until an agent claims the conversation. */
export const PHONE_QUEUE = 'WhatsApp phone';

/** Whether a message is one that staff wrote in the WhatsApp Business app, and not a change to an older one. */
export function isPhoneAnswer(message: ConversationMessage): boolean {
	return (
		message.direction === 'out' &&
		message.author === 'agent' &&
		!['edit', 'revoke', 'reaction', 'call'].includes(message.type)
	);
}

/**
 * A colleague answered the customer from the phone: a person is in charge from now on and the bot is silent, and what was promised
 * for the first answer is kept. A conversation that was closed is begun anew by it, or the bot would answer what the customer writes back.
 * An answer that is told late changes nobody's charge: it stands in the thread, where it was written.
 */
export function answeredFromPhone(
	{ conversation, clocks }: ConversationView,
	message: ConversationMessage,
	now: IsoTime,
): Changes<Conversation> {
	const { sentAt } = message;
	if (isPast(conversation, sentAt)) {
		const next = withAgentMessage(conversation, sentAt, now);
		return { result: next, conversation: next };
	}
	const actor: Actor = { kind: 'agent', name: PHONE_QUEUE };
	const taken = transition(
		conversation,
		{
			type: 'escalate',
			reopens: true,
			owner: { kind: 'queue', name: PHONE_QUEUE },
			reason: 'A colleague answered from the phone',
			score: 0,
			signals: [],
			priority: 'normal',
			queue: PHONE_QUEUE,
		},
		actor,
		now,
	);
	if (!taken.ok) return { result: conversation };
	const answered = transition(taken.conversation, { type: 'agent_replied', sentAt }, actor, now);
	const next = answered.ok ? answered.conversation : taken.conversation;
	return {
		result: next,
		conversation: next,
		audit: taken.audit ? [taken.audit] : [],
		clocks: settle(clocks, 'answered', sentAt),
	};
}

/**
 * Whether a person's message belongs to what has ended by now: it was written before the conversation was returned to the bot or closed,
 * or before the request for a person that nobody has answered yet.
 */
export function isPast(
	{ state, letGoAt, closedAt, handoff }: Conversation,
	sentAt: IsoTime,
): boolean {
	if (state === 'human') {
		// WhatsApp tells times in whole seconds: what was written in the second of a handoff bears a time before it.
		return handoff !== undefined && !handoff.answeredAt && sentAt < wholeSecond(handoff.createdAt);
	}
	// Conversations that an older version closed know that time only.
	const ended = letGoAt ?? closedAt;
	return ended !== undefined && sentAt <= ended;
}

/** The conversation with a message of a person in it that changes nothing else. */
export function withAgentMessage(
	conversation: Conversation,
	sentAt: IsoTime,
	now: IsoTime,
): Conversation {
	const { lastAgentMessageAt: before, lastMessageAt } = conversation;
	return {
		...conversation,
		lastAgentMessageAt: before && before > sentAt ? before : sentAt,
		lastMessageAt: lastMessageAt > sentAt ? lastMessageAt : sentAt,
		version: conversation.version + 1,
		updatedAt: now,
	};
}
