import type { Conversation } from '../../core/conversation/conversation';
import { NO_COUNTERS } from '../../core/conversation/conversation';
import { eventOf, startClock } from '../../core/sla';
import type { Alert } from '../../core/sla/alert';
import type { SlaPolicy } from '../../core/sla/policy';
import type { IsoTime } from '../../core/time';
import { addMilliseconds } from '../../core/time';

/**
 * A breach as the node would raise it, worked out by the first promise that staff filled in, for a made-up customer: what the
 * editor's test shows, without touching anybody's clock.
 */
export function sampleAlert(policy: SlaPolicy, namespace: string, now: IsoTime): Alert {
	const conversation = sampleConversation(namespace, now);
	const clock = startClock(
		{ ...policy, clock: 'wall' },
		conversation,
		conversation.handoff!.id,
		conversation.handoff!.createdAt,
	);
	const at = addMilliseconds(now, -60_000);
	// Told as it would be one minute after the promise was broken, whatever the hours are just now.
	const overdue = { ...clock, dueAt: at, pending: [] };
	return {
		conversation,
		event: eventOf(overdue, { percent: 100, at }, now),
		others: [],
	};
}

function sampleConversation(namespace: string, now: IsoTime): Conversation {
	const handedOver = addMilliseconds(now, -6 * 60_000);
	const owner = {
		kind: 'agent',
		id: 'sample.agent@company.example',
		name: 'Sample Agent',
	} as const;
	return {
		id: 'sample-conversation',
		namespace,
		channelId: '0',
		state: 'human',
		owner,
		version: 2,
		episode: 1,
		identity: {
			keys: [{ kind: 'phone', value: '+15555550100' }],
			phone: '+15555550100',
			name: 'Sample Customer',
		},
		profile: {
			name: 'Sample Customer',
			consent: { status: 'unknown', scope: 'all' },
			fields: {},
		},
		counters: { ...NO_COUNTERS, customerTurns: 3, botTurns: 2, lastScore: 74 },
		collected: {},
		tags: [],
		priority: 'high',
		handoff: {
			id: 'sample-conversation:h1',
			reason: 'The customer asked for a person.',
			score: 74,
			signals: [],
			priority: 'high',
			queue: 'Support',
			createdAt: handedOver,
			assignedAt: handedOver,
			hops: 0,
		},
		handoffCount: 1,
		lastAgentId: owner.id,
		lastCustomerMessageAt: handedOver,
		lastMessageAt: handedOver,
		createdAt: handedOver,
		updatedAt: handedOver,
	};
}
