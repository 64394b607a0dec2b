import type { HandoffStore } from '../../core/ports/store';
import { RosterInvalid } from '../../core/routing/roster';

/** Setting under which the agents stand as staff have listed them, for routers that are to use the same. */
export const SHARED_ROSTER = 'router.agents';

/** What each store was told last by this process: a router runs for every handoff, and its list changes once a month. */
const told = new WeakMap<HandoffStore, string>();

/** Keeps a list of agents, as it was entered, for other routers on this store. */
export async function shareRoster(store: HandoffStore, roster: unknown): Promise<void> {
	const text = JSON.stringify(roster) ?? '';
	if (told.get(store) === text) return;
	await store.putSetting(SHARED_ROSTER, roster);
	told.set(store, text);
}

/** The agents that another router has shared. Throws {@link RosterInvalid} where none has. */
export async function sharedRoster(store: HandoffStore): Promise<unknown> {
	const roster = await store.getSetting<unknown>(SHARED_ROSTER);
	if (roster !== undefined) return roster;
	throw new RosterInvalid(
		'The store knows no agents yet',
		'List the agents in a Handoff Router with Hand Over and let it run once, or choose Enter Here.',
	);
}
