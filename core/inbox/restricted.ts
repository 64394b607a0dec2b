import type { Conversation } from '../conversation/conversation';
import { agentIdOf } from '../routing/agent';

/** Conversations that only some agents may see, e.g. those about payments, identity or health. */
export interface Restriction {
	/** Queues, topics or tags; a conversation with any of them is restricted. */
	names: readonly string[];
	/** Ids or e-mail addresses of the agents who may see them. */
	agents: readonly string[];
}

/**
 * Whether somebody may see a conversation. Supervisors and whoever has it always do; others where every restriction that applies
 * names them. A queue and a topic stay with a conversation after it was closed or returned to the bot, until it is handed over anew;
 * a tag stays until somebody takes it away.
 */
export function maySee(
	user: { id: string; role: 'agent' | 'supervisor' },
	{ owner, handoff, tags }: Pick<Conversation, 'owner' | 'handoff' | 'tags'>,
	restrictions: readonly Restriction[],
): boolean {
	if (user.role === 'supervisor') return true;
	if (owner?.kind === 'agent' && agentIdOf(owner.id) === agentIdOf(user.id)) return true;
	const marks = new Set(
		[
			...tags,
			...(handoff?.topics ?? []),
			...(handoff ? [handoff.queue] : []),
			...(owner?.kind === 'queue' ? [owner.name] : []),
		].map(folded),
	);
	return restrictions.every(
		({ names, agents }) =>
			!names.some((name) => marks.has(folded(name))) ||
			agents.some((agent) => agentIdOf(agent) === agentIdOf(user.id)),
	);
}

function folded(name: string): string {
	return name.trim().toLowerCase();
}
