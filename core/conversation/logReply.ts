import type { Changes, ConversationView } from '../ports/store';
import { settle } from '../sla';
import type { IsoTime } from '../time';
import type { Actor } from './audit';
import type { Conversation } from './conversation';
import type { ConversationMessage } from './message';
import { PHONE_QUEUE, isPast, withAgentMessage } from './phoneAnswer';
import { transition } from './transitions';

/** A reply that has gone out by another way than this package, e.g. from a help desk. */
export interface SentElsewhere {
	/** The same id is written once. */
	id: string;
	author: 'bot' | 'agent';
	/** The agent, where one is known. */
	authorId?: string;
	authorName?: string;
	text: string;
	sentAt: IsoTime;
}

/**
 * Puts a reply on record that the customer already has. A person's answer keeps the promise of an answer, and where the bot was in
 * charge a person is from then on; a bot's reply only counts as one. A closed conversation stays closed.
 */
export function logReply(
	{ conversation, clocks }: ConversationView,
	reply: SentElsewhere,
	by: { actor: Actor; now: IsoTime },
): Changes<Conversation> {
	const message: ConversationMessage = {
		id: reply.id,
		direction: 'out',
		author: reply.author,
		...(reply.authorId ? { authorId: reply.authorId } : {}),
		...(reply.authorName ? { authorName: reply.authorName } : {}),
		type: 'text',
		text: reply.text,
		sentAt: reply.sentAt,
		receivedAt: by.now,
		status: 'sent',
	};
	const written = { messages: [message] };
	if (reply.author === 'bot') {
		const next: Conversation = {
			...conversation,
			lastMessageAt: later(conversation.lastMessageAt, reply.sentAt),
			counters: { ...conversation.counters, botTurns: conversation.counters.botTurns + 1 },
			version: conversation.version + 1,
			updatedAt: by.now,
		};
		return {
			result: next,
			conversation: next,
			clocks: settle(clocks, 'bot_replied', reply.sentAt),
			...written,
		};
	}
	if (conversation.state === 'closed' || isPast(conversation, reply.sentAt)) {
		const next = withAgentMessage(conversation, reply.sentAt, by.now);
		return { result: next, conversation: next, ...written };
	}

	const taken =
		conversation.state === 'human'
			? undefined
			: transition(
					conversation,
					{
						type: 'escalate',
						owner: reply.authorId
							? { kind: 'agent', id: reply.authorId, name: reply.authorName ?? reply.authorId }
							: { kind: 'queue', name: PHONE_QUEUE },
						reason: `${reply.authorName ?? 'A colleague'} answered outside the inbox`,
						score: 0,
						signals: [],
						priority: 'normal',
						queue: PHONE_QUEUE,
					},
					by.actor,
					by.now,
				);
	const current = taken?.ok ? taken.conversation : conversation;
	const answered = transition(
		current,
		{ type: 'agent_replied', sentAt: reply.sentAt },
		by.actor,
		by.now,
	);
	const next = answered.ok ? answered.conversation : current;
	return {
		result: next,
		...(next.version > conversation.version ? { conversation: next } : {}),
		...(taken?.ok && taken.audit ? { audit: [taken.audit] } : {}),
		clocks: settle(clocks, 'answered', reply.sentAt),
		...written,
	};
}

function later(a: IsoTime, b: IsoTime): IsoTime {
	return a > b ? a : b;
}
