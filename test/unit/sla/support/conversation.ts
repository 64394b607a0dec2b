import type { Conversation, Owner } from '../../../../core/conversation/conversation';
import { NO_COUNTERS } from '../../../../core/conversation/conversation';
import { transition } from '../../../../core/conversation/transitions';

export const ANA: Owner = { kind: 'agent', id: 'ana@shop.example', name: 'Ana' };
export const BEN: Owner = { kind: 'agent', id: 'ben@shop.example', name: 'Ben' };
export const SUPPORT: Owner = { kind: 'queue', name: 'Support' };

/** A conversation with the bot. */
export function withBot(id = 'c1', changes: Partial<Conversation> = {}): Conversation {
	const at = '2026-11-20T09:00:00.000Z';
	return {
		id,
		namespace: 'default',
		channelId: '106540352242922',
		state: 'bot',
		version: 1,
		episode: 1,
		identity: { keys: [{ kind: 'phone', value: '+15555550100' }], phone: '+15555550100' },
		profile: { consent: { status: 'unknown', scope: 'all' }, fields: {} },
		counters: NO_COUNTERS,
		collected: {},
		tags: [],
		priority: 'normal',
		handoffCount: 0,
		lastMessageAt: at,
		createdAt: at,
		updatedAt: at,
		...changes,
	};
}

/** The same after the bot has handed it over. */
export function handedOver(
	conversation: Conversation,
	at: string,
	owner: Owner = SUPPORT,
	priority: Conversation['priority'] = 'normal',
): Conversation {
	const step = transition(
		conversation,
		{
			type: 'escalate',
			owner,
			reason: 'Asked for a person',
			score: 80,
			signals: [],
			priority,
			queue: owner.kind === 'queue' ? owner.name : 'Support',
		},
		{ kind: 'system' },
		at,
	);
	if (!step.ok) throw new Error(step.message);
	return step.conversation;
}
