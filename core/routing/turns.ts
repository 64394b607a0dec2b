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

/** The agent's turn that is longest ago, and when that was; -1 for one that was never taken. */
export function nextTurn(agent: Agent, view: RoutingView): { turn: string; tick: number } {
	let next = { turn: agent.id, tick: Infinity };
	for (const turn of turnsOf(agent)) {
		const tick = view.lastAssigned.get(turn) ?? -1;
		if (tick < next.tick) next = { turn, tick };
	}
	return next;
}
