import type { Conversation } from '../conversation/conversation';
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
export function isUnconditional(policy: SlaPolicy): boolean {
	const { when } = policy;
	if (!when) return true;
	const lists = [when.priorities, when.queues, when.channelIds, when.tags];
	return when.vip === undefined && lists.every((list) => !list?.length);
}

function applies(policy: SlaPolicy, conversation: Conversation): boolean {
	const { when } = policy;
	if (!when) return true;
	const queue =
		conversation.owner?.kind === 'queue' ? conversation.owner.name : conversation.handoff?.queue;
	const allows = <T>(list: readonly T[] | undefined, value: T | undefined) =>
		!list?.length || (value !== undefined && list.includes(value));
	return (
		allows(when.priorities, conversation.priority) &&
		allows(when.queues, queue) &&
		allows(when.channelIds, conversation.channelId) &&
		(when.vip === undefined || when.vip === (conversation.profile.vip ?? false)) &&
		(!when.tags?.length || when.tags.some((tag) => conversation.tags.includes(tag)))
	);
}
