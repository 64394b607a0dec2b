import type { IsoTime } from '../time';
import type { Absences } from './availability';
import { absenceOf } from './availability';
import type { Known } from './list';

/** Somebody to whom a conversation can be handed. */
export interface Colleague {
	id: string;
	name: string;
	/** Open conversations that the agent holds. */
	open: number;
	/** Most that the router gives the agent at once; absent where there is no limit or the router has not run. */
	capacity?: number;
	/** False while the agent is away. */
	available: boolean;
	/** When an absence ends by itself. */
	until?: IsoTime;
	/** Whether a page of the agent is open. */
	online: boolean;
}

export interface Directory {
	agents: Colleague[];
	/** Names of teams and queues. */
	teams: string[];
}

/** An agent whom the inbox has heard of: from the router's list, or by signing in. */
export interface KnownAgent {
	id: string;
	name: string;
	/** Where it is not the id; by it agents of a foreign inbox are known. */
	email?: string;
	capacity?: number;
}

/** Settings of the store: the router's agents, and those who have signed in. */
export const ROSTER = 'inbox.roster';
export const SIGNED_IN = 'inbox.signedIn';

/** More people than one team has; a list that grows beyond it loses the oldest. */
const MOST_KNOWN = 500;

/** The agents after one has been heard of. */
export function withAgent(known: readonly KnownAgent[], agent: KnownAgent): KnownAgent[] {
	const others = known.filter(({ id }) => id.toLowerCase() !== agent.id.toLowerCase());
	return [...others, agent].slice(-MOST_KNOWN);
}

/**
 * Whom a conversation can be handed to: the router's agents, those who have signed in, those who have one now, and the teams that
 * staff named or that something waits for.
 */
export function directoryOf(
	open: readonly Known[],
	known: {
		agents: readonly KnownAgent[];
		teams: readonly string[];
		absences: Absences;
		/** Ids of agents with an open page. */
		online: ReadonlySet<string>;
	},
	now: IsoTime,
): Directory {
	const agents = new Map<string, KnownAgent & { open: number }>();
	const add = (agent: KnownAgent, count: number) => {
		const key = agent.id.toLowerCase();
		const before = agents.get(key);
		agents.set(key, { ...agent, ...before, open: (before?.open ?? 0) + count });
	};
	for (const agent of known.agents) add(agent, 0);
	const teams = new Set(known.teams);
	for (const { conversation } of open) {
		const { owner, handoff } = conversation;
		if (handoff) teams.add(handoff.queue);
		if (owner?.kind === 'queue') teams.add(owner.name);
		if (owner?.kind === 'agent') add({ id: owner.id, name: owner.name }, 1);
	}
	return {
		agents: [...agents.values()]
			.map(({ id, name, capacity, open: count }) => {
				const absence = absenceOf(known.absences, id, now);
				return {
					id,
					name,
					open: count,
					...(capacity === undefined ? {} : { capacity }),
					available: absence === undefined,
					...(absence?.until ? { until: absence.until } : {}),
					online: known.online.has(id),
				};
			})
			.sort((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1)),
		teams: [...teams].filter(Boolean).sort((a, b) => a.localeCompare(b)),
	};
}
