import type { KnownAgent } from '../../core/inbox/directory';
import { ROSTER } from '../../core/inbox/directory';
import type { HandoffStore } from '../../core/ports/store';
import type { Agent } from '../../core/routing/agent';

/** What each store was told last by this process: a router runs for every handoff, and its list changes once a month. */
const told = new WeakMap<HandoffStore, string>();

/** Lets the inbox know whom the router can choose, so that agents can hand conversations over to each other. */
export async function rememberRoster(store: HandoffStore, agents: readonly Agent[]): Promise<void> {
	const roster = agents.map(({ id, name, email, capacity }): KnownAgent => ({
		id,
		name,
		...(email && email !== id ? { email } : {}),
		...(capacity === undefined ? {} : { capacity }),
	}));
	const text = JSON.stringify(roster);
	if (roster.length === 0 || told.get(store) === text) return;
	await store.putSetting(ROSTER, roster);
	told.set(store, text);
}
