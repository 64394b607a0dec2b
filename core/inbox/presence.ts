import type { IsoTime } from '../time';

/** Where an agent is looking, as an open page last said. */
export interface Presence {
	agentId: string;
	name: string;
	/** Empty while it shows no conversation. */
	conversationId: string;
	typing: boolean;
	at: IsoTime;
}

/** Setting of the store under which pages of all workers find each other. */
export const PRESENCE = 'inbox.presence';

/** Pages say every ten seconds that they are still there; one that missed two has gone. */
export const PRESENCE_LIFETIME_MS = 25_000;

/** More pages than one office has open; a list that grows beyond it is cut at the oldest. */
const MOST = 200;

/** What is still true at `now`. */
export function livePresence(all: readonly Presence[], now: IsoTime): Presence[] {
	const oldest = Date.parse(now) - PRESENCE_LIFETIME_MS;
	return all.filter(({ at }) => Date.parse(at) > oldest);
}

/** The list after an agent's page has said where it is; an empty conversation stands for the lists. */
export function withPresence(
	all: readonly Presence[],
	one: Omit<Presence, 'at'>,
	now: IsoTime,
): Presence[] {
	const others = livePresence(all, now).filter(({ agentId }) => agentId !== one.agentId);
	return [...others, { ...one, at: now }].slice(-MOST);
}

/** What pages show: who else is in a conversation, and who of them is writing. In a stable order, without times. */
export function presenceView(all: readonly Presence[], now: IsoTime): Array<Omit<Presence, 'at'>> {
	return livePresence(all, now)
		.filter(({ conversationId }) => conversationId !== '')
		.map(({ at: _at, ...rest }) => rest)
		.sort((a, b) => (a.agentId < b.agentId ? -1 : 1));
}
