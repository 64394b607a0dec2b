import type { HandoffStore } from '../../core/ports/store';
import { RosterInvalid } from '../../core/routing/roster';

/** Setting under which the agents stand as staff have listed them last, for routers that are to use the same. */
const SHARED_ROSTER = 'router.agents';

/** … and under which those of one router stand. */
const rosterOf = (router: string) => `${SHARED_ROSTER}:${router}`;

/** What each store was told last by this process: a router runs for every handoff, and its list changes once a month. */
const told = new WeakMap<HandoffStore, Map<string, string>>();

/** Keeps the list of agents of a router, as it was entered, for other routers on this store. */
export async function shareRoster(
	store: HandoffStore,
	router: string,
	roster: unknown,
): Promise<void> {
	const text = JSON.stringify(roster) ?? '';
	const known = told.get(store) ?? new Map<string, string>();
	told.set(store, known);
	for (const key of [SHARED_ROSTER, rosterOf(router)]) {
		if (known.get(key) === text) continue;
		await store.putSetting(key, roster);
		known.set(key, text);
	}
}

/** The agents that another router has shared last. Throws {@link RosterInvalid} where none has. */
export async function sharedRoster(store: HandoffStore): Promise<unknown> {
	const roster = await store.getSetting<unknown>(SHARED_ROSTER);
	if (roster !== undefined) return roster;
	throw new RosterInvalid(
		'The store knows no agents yet',
		'List the agents in a Handoff Router with Hand Over and let it run once, or choose Enter Here.',
	);
}

/** The agents of the router that has handed a conversation over; of the last one, where that is not known. */
export async function rosterOfHandoff(
	store: HandoffStore,
	router: string | undefined,
): Promise<unknown> {
	const own = router ? await store.getSetting<unknown>(rosterOf(router)) : undefined;
	return own ?? (await store.getSetting<unknown>(SHARED_ROSTER));
}
