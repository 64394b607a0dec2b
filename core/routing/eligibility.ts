import type { Agent, RoutingView } from './agent';
import { hasSkill, speaks } from './agent';

export interface Requirements {
	queue: string;
	/** Every one of them is needed. */
	requiredSkills: readonly string[];
	/** Needed too, if set: only agents who speak it. */
	requiredLanguage?: string;
	/** Agents who had this handoff already and did not take it. */
	exclude: readonly string[];
}

/** Why an agent cannot take the conversation now, in staff's words; undefined if the agent can. */
export function obstacle(
	agent: Agent,
	requirements: Requirements,
	view: RoutingView,
): string | undefined {
	if (agent.available === false) return 'switched off';
	if (requirements.exclude.includes(agent.id)) return 'has passed this conversation on before';
	if (agent.queues?.length && !agent.queues.includes(requirements.queue)) {
		return `does not serve the queue ${requirements.queue}`;
	}
	const missing = requirements.requiredSkills.filter((skill) => !hasSkill(agent, skill));
	if (missing.length > 0) return `lacks the skill ${missing.join(', ')}`;
	if (requirements.requiredLanguage && !speaks(agent, requirements.requiredLanguage)) {
		return `does not speak ${requirements.requiredLanguage}`;
	}
	const open = view.openByAgent.get(agent.id) ?? 0;
	if (agent.capacity !== undefined && open >= agent.capacity) {
		return `at capacity, ${open} of ${agent.capacity} open`;
	}
	return undefined;
}
