import type { Actor } from '../core/conversation/audit';
import type { Conversation, Owner } from '../core/conversation/conversation';
import { NO_COUNTERS } from '../core/conversation/conversation';
import type { ConversationMessage } from '../core/conversation/message';
import type { IsoTime } from '../core/time';

/** Objects that tests start from; each test states only what it is about. */

export const ana: Owner = { kind: 'agent', id: 'ana', name: 'Ana', email: 'ana@shop.example' };

export const workflow: Actor = { kind: 'workflow', name: 'test' };

/** `minutes` after Monday, 2 November 2026, 10:00 UTC. */
export function at(minutes: number): IsoTime {
	return new Date(Date.UTC(2026, 10, 2, 10) + Math.round(minutes * 60_000)).toISOString();
}

export function aConversation(changes: Partial<Conversation> = {}): Conversation {
	return {
		id: 'c1',
		namespace: 'default',
		channelId: '106540352242922',
		state: 'bot',
		version: 1,
		episode: 1,
		identity: {
			keys: [
				{ kind: 'wa_id', value: '16505551234' },
				{ kind: 'phone', value: '+16505551234' },
			],
			waId: '16505551234',
			phone: '+16505551234',
			name: 'Robin Sample',
		},
		profile: { consent: { status: 'unknown', scope: 'all' }, fields: {} },
		counters: { ...NO_COUNTERS },
		collected: {},
		tags: [],
		priority: 'normal',
		handoffCount: 0,
		lastCustomerMessageAt: at(0),
		lastMessageAt: at(0),
		createdAt: at(0),
		updatedAt: at(0),
		...changes,
	};
}

export function aMessage(changes: Partial<ConversationMessage> = {}): ConversationMessage {
	return {
		id: 'wamid.TEST1',
		direction: 'in',
		author: 'customer',
		type: 'text',
		text: 'Where is my order?',
		sentAt: at(0),
		receivedAt: at(0),
		...changes,
	};
}
