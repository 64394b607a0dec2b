import type { Conversation } from '../conversation/conversation';
import { isCaptured, isVip, notedTopics } from '../conversation/conversation';
import type { SlaKind } from './clock';
import type { SlaPolicy } from './policy';

/** The policies that hold for a conversation: the first match of each kind, in the order given. */
export function policiesFor(
	policies: readonly SlaPolicy[],
	conversation: Conversation,
): Map<SlaKind, SlaPolicy> {
	const chosen = new Map<SlaKind, SlaPolicy>();
	for (const policy of policies) {
		if (!chosen.has(policy.kind) && applies(policy, conversation)) chosen.set(policy.kind, policy);
	}
	return chosen;
}

/** Whether a policy holds for every conversation. */
export function isUnconditional({ when }: SlaPolicy): boolean {
	return !when || Object.values(when).every((list) => Array.isArray(list) && list.length === 0);
}

function applies({ when }: SlaPolicy, conversation: Conversation): boolean {
	if (!when) return true;
	// An earlier handoff, that is over, says nothing about what the customer wants now.
	const handoff =
		conversation.state === 'human' || isCaptured(conversation) ? conversation.handoff : undefined;
	const queue =
		conversation.owner?.kind === 'queue' ? conversation.owner.name : conversation.handoff?.queue;
	return (
		oneOf(when.priorities, [conversation.priority]) &&
		oneOf(when.queues, [queue]) &&
		oneOf(when.channelIds, [conversation.channelId]) &&
		oneOf(when.topics, [...(handoff?.topics ?? []), ...notedTopics(conversation)]) &&
		oneOf(when.leadClasses, [handoff?.leadClass]) &&
		oneOf(when.tags, conversation.tags) &&
		(when.vip === undefined || when.vip === isVip(conversation, handoff?.signals))
	);
}

/** Whether one of the words found is wanted; an empty list wants nothing in particular. */
function oneOf(
	wanted: readonly string[] | undefined,
	found: ReadonlyArray<string | undefined>,
): boolean {
	if (!wanted?.length) return true;
	const known = new Set(found.map((word) => word?.trim().toLowerCase()));
	return wanted.some((word) => known.has(word.trim().toLowerCase()));
}
