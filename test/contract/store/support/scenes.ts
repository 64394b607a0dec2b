import type { CustomerIdentity } from '../../../../core/conversation/identity';
import type { ConversationMessage } from '../../../../core/conversation/message';
import type { InboundMessage } from '../../../../core/ports/store';
import type { HandoffRequest } from '../../../../core/routing/handoff';
import type { SlaClock } from '../../../../core/sla/clock';
import { startClock } from '../../../../core/sla';
import { aMessage, at } from '../../../builders';

export const CHANNEL = '106540352242922';

/** A customer known by one WhatsApp id, made of any name. */
export function customer(name: string): CustomerIdentity {
	return { keys: [{ kind: 'wa_id', value: name }], waId: name, name };
}

/** A message of a customer, sent `minute` minutes in. */
export function inbound(
	from: string | CustomerIdentity,
	id: string,
	minute = 0,
	changes: Partial<ConversationMessage> = {},
): InboundMessage {
	return {
		channelId: CHANNEL,
		identity: typeof from === 'string' ? customer(from) : from,
		message: aMessage({ id, sentAt: at(minute), receivedAt: at(minute), ...changes }),
	};
}

/** A handoff to so many agents in turn. */
export function request(agents: number, capacity?: number): HandoffRequest {
	return {
		agents: Array.from({ length: agents }, (_, i) => ({
			id: `agent-${i}`,
			name: `Agent ${i}`,
			...(capacity === undefined ? {} : { capacity }),
		})),
		queue: 'Support',
		strategies: ['roundRobin'],
		reason: 'Asked for a person',
		score: 80,
		signals: [],
		priority: 'normal',
		requiredSkills: [],
		preferredSkills: [],
		stickyDays: 30,
		policies: [],
	};
}

/** A promise of ten minutes that warns after eight. */
export function clock(conversationId: string, startedAt = at(0), about = 'h1'): SlaClock {
	return startClock(
		{
			name: 'First response',
			kind: 'first_response',
			targetMinutes: 10,
			clock: 'wall',
			marks: [80, 100],
		},
		{ id: conversationId, namespace: 'default' },
		about,
		startedAt,
	);
}
