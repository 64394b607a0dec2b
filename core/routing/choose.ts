import type { Agent, Consideration } from './agent';
import type { Requirements } from './eligibility';
import { obstacle } from './eligibility';
import type { StrategyName } from './strategies';
import { STRATEGIES } from './strategies';
import type { StrategyContext } from './strategies/strategy';

export interface AgentChoice {
	/** Undefined where nobody can take it. */
	agent?: Agent;
	/** One line for each agent of the roster: why this one, why not that one. */
	considered: Consideration[];
	/** One line for each strategy that was asked, in order. */
	strategies: Array<{ strategy: StrategyName; result: string }>;
}

/**
 * Who takes the conversation: exclusions first, then the strategies in order until one names somebody. Pure and
 * deterministic; the caller makes sure that nobody else routes on the same roster meanwhile.
 */
export function chooseAgent(
	roster: readonly Agent[],
	chain: readonly StrategyName[],
	requirements: Requirements,
	context: StrategyContext,
): AgentChoice {
	const obstacles = roster.map((agent) => obstacle(agent, requirements, context.view, context.now));
	const candidates = roster.filter((_, index) => obstacles[index] === undefined);
	const strategies: AgentChoice['strategies'] = [];
	let chosen: { agent: Agent; why: string } | undefined;

	for (const name of chain) {
		if (chosen) break;
		if (name === 'queue') {
			strategies.push({ strategy: name, result: 'left for an agent to claim' });
			break;
		}
		if (candidates.length === 0) {
			strategies.push({ strategy: name, result: 'nobody is free' });
			continue;
		}
		const choice = STRATEGIES[name](candidates, context);
		strategies.push({
			strategy: name,
			result: choice.agent ? `${choice.agent.name}: ${choice.why}` : choice.why,
		});
		if (choice.agent) chosen = choice;
	}

	return {
		...(chosen ? { agent: chosen.agent } : {}),
		considered: roster.map((agent, index) => ({
			agentId: agent.id,
			name: agent.name,
			chosen: agent.id === chosen?.agent.id,
			why:
				agent.id === chosen?.agent.id ? chosen.why : (obstacles[index] ?? standing(agent, context)),
		})),
		strategies,
	};
}

function standing(agent: Agent, { view }: StrategyContext): string {
	const open = view.openByAgent.get(agent.id) ?? 0;
	const limit = agent.capacity === undefined ? '' : ` of ${agent.capacity}`;
	return `free, but another came first (${open}${limit} open)`;
}
