import { nextTurn, turnsOf } from '../turns';
import type { Strategy } from './strategy';

/**
 * The agent whose turn is longest ago; turns that were never taken come first, in the order of the roster, everybody's first
 * before anybody's second. While the same agents stay eligible this gives each the same number of conversations by weight,
 * give or take one.
 */
export const roundRobin: Strategy = (candidates, { view }) => {
	const standing = candidates.map((agent) => {
		const { turn, tick } = nextTurn(agent, view);
		return { agent, tick, rank: turnsOf(agent).indexOf(turn) };
	});
	const chosen = standing.reduce((first, other) =>
		other.tick < first.tick || (other.tick === -1 && first.tick === -1 && other.rank < first.rank)
			? other
			: first,
	);
	const isFirst = !view.lastAssigned.has(chosen.agent.id);
	return {
		agent: chosen.agent,
		why: isFirst ? 'next in turn, first conversation' : 'next in turn',
	};
};
