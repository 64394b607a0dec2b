import type { Agent, RoutingView } from './agent';

/** Above this a turn more or less is not noticed. */
export const MAX_WEIGHT = 20;

/**
 * The turns that agents have in a round robin: one for each unit of weight. Turns, not agents, are what is taken in order, so
 * that an agent of weight 3 gets exactly three times what an agent of weight 1 gets, give or take one.
 */
export function turnsOf({ id, weight }: Agent): string[] {
	const count = Math.max(1, Math.min(MAX_WEIGHT, Math.floor(weight ?? 1)));
	return Array.from({ length: count }, (_, index) => (index === 0 ? id : `${id}#${index + 1}`));
}

/** The agent's turn that is longest ago, its place among the agent's turns, and when that was; -1 for one that was never taken. */
export function nextTurn(
	agent: Agent,
	view: Pick<RoutingView, 'lastAssigned'>,
): { turn: string; rank: number; tick: number } {
	const tickOf = (turn: string) => view.lastAssigned.get(turn) ?? -1;
	// Nearly everybody: a thousand of them are asked in every decision.
	if (!agent.weight || agent.weight < 2) return { turn: agent.id, rank: 0, tick: tickOf(agent.id) };
	let next = { turn: agent.id, rank: 0, tick: Infinity };
	turnsOf(agent).forEach((turn, rank) => {
		const tick = tickOf(turn);
		if (tick < next.tick) next = { turn, rank, tick };
	});
	return next;
}
