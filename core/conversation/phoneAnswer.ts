import type { Changes, ConversationView } from '../ports/store';
import { settle } from '../sla';
import type { IsoTime } from '../time';
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
 * for the first answer is kept. A conversation that was closed is begun anew by it, or the bot would answer what the customer writes back;
 * one that was closed after the answer had been written stays closed.
 */
export function answeredFromPhone(
	{ conversation, clocks }: ConversationView,
	message: ConversationMessage,
	now: IsoTime,
): Changes<Conversation> {
	if (conversation.state === 'closed' && message.sentAt <= (conversation.closedAt ?? now)) {
		return { result: conversation };
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
	const answered = transition(
		taken.conversation,
		{ type: 'agent_replied', sentAt: message.sentAt },
		actor,
		now,
	);
	const next = answered.ok ? answered.conversation : taken.conversation;
	return {
		result: next,
		conversation: next,
		audit: taken.audit ? [taken.audit] : [],
		clocks: settle(clocks, 'answered', message.sentAt),
	};
}
