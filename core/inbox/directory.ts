import type { HandoffStore } from '../ports/store';

/** Somebody to whom a conversation can be handed. */
export interface Colleague {
	id: string;
	name: string;
	/** Open conversations that the agent holds. */
	open: number;
	available: boolean;
	/** When an absence ends by itself. */
	until?: string;
}

export interface Directory {
	agents: Colleague[];
	/** Names of teams and queues. */
	teams: string[];
}

/** Conversations whose owners are counted. */
const COUNTED = 5_000;

/** Whom a conversation can be handed to: those who have one now, and the teams that staff named. */
export async function directoryOf(
	store: Pick<HandoffStore, 'list'>,
	teams: readonly string[],
): Promise<Directory> {
	const { conversations } = await store.list({ states: ['human'], limit: COUNTED });
	const agents = new Map<string, Colleague>();
	const queues = new Set(teams);
	for (const { owner, handoff } of conversations) {
		if (handoff) queues.add(handoff.queue);
		if (owner?.kind === 'queue') queues.add(owner.name);
		if (owner?.kind !== 'agent') continue;
		const known = agents.get(owner.id) ?? {
			id: owner.id,
			name: owner.name,
			open: 0,
			available: true,
		};
		agents.set(owner.id, { ...known, open: known.open + 1 });
	}
	return {
		agents: [...agents.values()].sort((a, b) => a.name.localeCompare(b.name)),
		teams: [...queues].sort((a, b) => a.localeCompare(b)),
	};
}
