import type { Agent } from './agent';
import type { AgentChoice } from './choose';
import { chooseAgent } from './choose';
import type { Requirements } from './eligibility';
import type { StrategyName } from './strategies';
import type { StrategyContext } from './strategies/strategy';

/**
 * Who qualifies at a step: those with every required skill and language; those with one of the required or preferred ones;
 * anyone who serves the queue.
 */
export type Circle = 'required' | 'preferred' | 'anyone';

/** One step of a chain. When its time is up, the next one applies too. */
export interface ChainStep {
	/** Asked in order until one names an agent. */
	strategies: readonly StrategyName[];
	/** Default `required`. */
	who?: Circle;
	/** Only agents of this level or above. */
	minLevel?: number;
	/** The team that is asked at this step, where it is not the handoff's own. */
	queue?: string;
	/** How long this step applies while nobody answers; none, or 0, is for good. Counted in the team's hours. */
	timeoutMinutes?: number;
	/** Whether the next step is tried at once where nobody qualifies. Default true; otherwise this one is waited for. */
	skipIfNobody?: boolean;
}

/** What a handoff asks of whoever takes it. */
export interface Needs {
	queue: string;
	requiredSkills: readonly string[];
	preferredSkills: readonly string[];
	requiredLanguage?: string;
	/** Agents who had it and did not take it. */
	exclude: readonly string[];
}

export interface ChainResult {
	agent?: Agent;
	/** The step that has been reached: where the agent was found, else the one that is waited at. */
	step: number;
	/** The queue of that step. */
	queue: string;
	/** Of the step that named the agent, or of the one that is waited at. */
	considered: AgentChoice['considered'];
	/** Every strategy that was asked, over all steps. */
	strategies: AgentChoice['strategies'];
}

/**
 * Looks for an agent in the steps up to `reached`, the narrower first, then, while nobody qualifies and the step may be skipped,
 * in the wider ones. Nobody is found at a step that waits for a claim (`queue`) or that is not skipped.
 */
export function walkChain(
	roster: readonly Agent[],
	steps: readonly ChainStep[],
	reached: number,
	needs: Needs,
	context: StrategyContext,
): ChainResult {
	const current = Math.min(reached, steps.length - 1);
	const asked: AgentChoice['strategies'] = [];
	let waitedAt: AgentChoice | undefined;
	for (const [index, step] of steps.entries()) {
		const queue = step.queue ?? needs.queue;
		const choice = chooseAgent(roster, step.strategies, requirementsOf(step, needs), context);
		asked.push(...choice.strategies);
		if (choice.agent) {
			return {
				agent: choice.agent,
				step: Math.max(index, current),
				queue,
				considered: choice.considered,
				strategies: asked,
			};
		}
		if (index <= current) waitedAt = choice;
		const waits = step.strategies.includes('queue') || step.skipIfNobody === false;
		if (index >= current && waits) break;
	}
	return {
		step: current,
		queue: steps[current]?.queue ?? needs.queue,
		considered: waitedAt?.considered ?? [],
		strategies: asked,
	};
}

/** What a step asks of an agent. */
export function requirementsOf(step: ChainStep, needs: Needs): Requirements {
	const queue = step.queue ?? needs.queue;
	const common = {
		queue,
		exclude: needs.exclude,
		...(step.minLevel === undefined ? {} : { minLevel: step.minLevel }),
	};
	switch (step.who ?? 'required') {
		case 'required':
			return {
				...common,
				requiredSkills: needs.requiredSkills,
				...(needs.requiredLanguage ? { requiredLanguage: needs.requiredLanguage } : {}),
			};
		case 'preferred':
			return {
				...common,
				requiredSkills: [],
				anySkills: [...new Set([...needs.requiredSkills, ...needs.preferredSkills])],
				...(needs.requiredLanguage ? { anyLanguage: needs.requiredLanguage } : {}),
			};
		case 'anyone':
			return { ...common, requiredSkills: [] };
	}
}

/** What holds where staff want steps and have stated none: the best match, then who has one of the skills, then anybody. */
export const DEFAULT_STEPS: readonly ChainStep[] = [
	{ strategies: ['skills', 'leastBusy'], who: 'required', timeoutMinutes: 3 },
	{ strategies: ['leastBusy'], who: 'preferred', timeoutMinutes: 3 },
	{ strategies: ['leastBusy'], who: 'anyone' },
];
