import type { Owner } from '../../../core/conversation/conversation';
import type { KnownAgent } from '../../../core/inbox/directory';
import type { ChatwootApi } from './api';

/** How long the lists of agents and teams are good for; somebody who joins waits no longer than this. */
const GOOD_FOR_MS = 60_000;

interface Directory {
	agents: Array<{ id: number; email: string; name: string }>;
	teams: Array<{ id: number; name: string }>;
}

const recent = new Map<string, { until: number; directory: Promise<Directory> }>();

/** Agents and teams of the account, asked for at most once a minute by each process. */
export async function directoryOf(api: ChatwootApi, now: number): Promise<Directory> {
	const known = recent.get(api.name);
	if (known && known.until > now) return known.directory;
	const directory = Promise.all([api.agents(), api.teams()]).then(([agents, teams]) => ({
		agents,
		teams,
	}));
	recent.set(api.name, { until: now + GOOD_FOR_MS, directory });
	directory.catch(() => recent.delete(api.name));
	return directory;
}

/** Chatwoot's ids of an owner; 0 where it knows nobody of that name. */
export function idsOf(
	{ agents, teams }: Directory,
	owner: Owner | undefined,
	queue: string | undefined,
): { assigneeId: number; teamId: number } {
	const team = teams.find(({ name }) => same(name, owner?.kind === 'queue' ? owner.name : queue));
	const agent =
		owner?.kind === 'agent'
			? (agents.find(({ email }) => same(email, owner.email ?? owner.id)) ??
				agents.find(({ email }) => same(email, owner.id)) ??
				agents.find(({ name }) => same(name, owner.name)))
			: undefined;
	return { assigneeId: agent?.id ?? 0, teamId: team?.id ?? 0 };
}

/** An agent of Chatwoot as the router knows them: by e-mail, then by name; somebody unknown goes by the e-mail. */
export function ownAgent(
	{ agents }: Directory,
	id: number,
	roster: readonly KnownAgent[],
	fallbackName: string | undefined,
): { id: string; name: string } {
	const there = agents.find((agent) => agent.id === id);
	const name = there?.name ?? fallbackName ?? `Agent ${id}`;
	const known =
		there &&
		(roster.find((one) => same(one.email ?? one.id, there.email) || same(one.id, there.email)) ??
			roster.find((one) => same(one.name, there.name)));
	if (known) return { id: known.id, name: known.name };
	return { id: there?.email ?? `chatwoot:${id}`, name };
}

export function teamName({ teams }: Directory, id: number): string | undefined {
	return teams.find((team) => team.id === id)?.name;
}

function same(a: string | undefined, b: string | undefined): boolean {
	return a !== undefined && b !== undefined && a.trim().toLowerCase() === b.trim().toLowerCase();
}
