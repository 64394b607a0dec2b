import type { Agent } from '../agent';
import type { Strategy } from './strategy';

/**
 * The agent whose last turn is longest ago; those who never had one come first, in the order of the roster. While the same
 * agents stay eligible this gives each the same number of conversations, give or take one.
 */
export const roundRobin: Strategy = (candidates, { view }) => {
	const turn = (agent: Agent) => view.lastAssigned.get(agent.id) ?? -1;
	let chosen = candidates[0]!;
	for (const agent of candidates) if (turn(agent) < turn(chosen)) chosen = agent;
	return {
		agent: chosen,
		why: view.lastAssigned.has(chosen.id) ? 'next in turn' : 'next in turn, first conversation',
	};
};
