import type { Agent } from '../agent';
import { roundRobin } from './roundRobin';
import type { Strategy } from './strategy';

/** The agent with the smallest share of the own capacity in use; without a limit, the fewest open. Ties go in turn. */
export const leastBusy: Strategy = (candidates, context) => {
	const open = (agent: Agent) => context.view.openByAgent.get(agent.id) ?? 0;
	const load = (agent: Agent) => (agent.capacity ? open(agent) / agent.capacity : open(agent));
	// Shares and plain counts cannot be compared: use shares only where every candidate states a capacity.
	const measure = candidates.every((agent) => agent.capacity) ? load : open;
	let least = Infinity;
	let idlest: Agent[] = [];
	for (const candidate of candidates) {
		const busy = measure(candidate);
		if (busy > least) continue;
		if (busy < least) idlest = [];
		least = busy;
		idlest.push(candidate);
	}
	const { agent } = roundRobin(idlest, context);
	return { agent: agent!, why: `least busy, ${open(agent!)} open` };
};
