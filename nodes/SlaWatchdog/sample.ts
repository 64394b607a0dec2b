import type { Conversation } from '../../core/conversation/conversation';
import { NO_COUNTERS } from '../../core/conversation/conversation';
import type { ConversationMessage } from '../../core/conversation/message';
import { eventOf, startClock } from '../../core/sla';
import type { Alert } from '../../core/sla/alert';
import type { SlaPolicy } from '../../core/sla/policy';
import type { IsoTime } from '../../core/time';
import { addMilliseconds } from '../../core/time';

/** Which output the editor's test puts a sample on. */
export type SampleKind = 'warning' | 'breach' | 'recovery' | 'met';

const MINUTE_MS = 60_000;

/**
 * An event as the node would raise it, worked out by the first promise that staff filled in, for a made-up customer: what the
 * editor's test shows, without touching anybody's clock. A breach is told as a minute after the promise was broken, a warning
 * as a minute before, whatever the hours are just now.
 */
export function sampleAlert(
	policy: SlaPolicy,
	namespace: string,
	now: IsoTime,
	kind: Exclude<SampleKind, 'recovery'> = 'breach',
): Alert {
	const conversation = sampleConversation(namespace, now);
	const clock = startClock(
		{ ...policy, clock: 'wall' },
		conversation,
		conversation.handoff!.id,
		conversation.handoff!.createdAt,
	);
	const dueAt = addMilliseconds(now, kind === 'breach' ? -MINUTE_MS : MINUTE_MS);
	const warning = policy.marks.find((percent) => percent < 100) ?? 80;
	const mark =
		kind === 'breach'
			? { percent: 100, at: dueAt }
			: { percent: kind === 'met' ? 0 : warning, at: now };
	return {
		conversation,
		event: eventOf({ ...clock, dueAt, pending: [] }, mark, now),
		others: [],
	};
}

/** A message as Recovery would hand it on. */
export function sampleMessage(namespace: string, now: IsoTime) {
	const sentAt = addMilliseconds(now, -6 * MINUTE_MS);
	const { owner: _owner, handoff: _handoff, ...conversation } = sampleConversation(namespace, now);
	const message: ConversationMessage = {
		id: 'sample-message',
		direction: 'in',
		author: 'customer',
		type: 'text',
		text: 'Where is my order?',
		sentAt,
		receivedAt: sentAt,
	};
	return { conversation: { ...conversation, state: 'bot' as const, handoffCount: 0 }, message };
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
