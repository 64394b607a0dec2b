import { nextTurn } from '../turns';
import type { Strategy } from './strategy';

/**
 * The agent whose turn is longest ago; turns that were never taken come first, in the order of the roster, everybody's first
 * before anybody's second. While the same agents stay eligible this gives each the same number of conversations by weight,
 * give or take one.
 */
export const roundRobin: Strategy = (candidates, { view }) => {
	let chosen = { agent: candidates[0]!, ...nextTurn(candidates[0]!, view) };
	for (const agent of candidates) {
		const { tick, rank, turn } = nextTurn(agent, view);
		const earlier = tick < chosen.tick || (tick === -1 && chosen.tick === -1 && rank < chosen.rank);
		if (earlier) chosen = { agent, tick, rank, turn };
	}
	const isFirst = !view.lastAssigned.has(chosen.agent.id);
	return {
		agent: chosen.agent,
		why: isFirst ? 'next in turn, first conversation' : 'next in turn',
	};
};
