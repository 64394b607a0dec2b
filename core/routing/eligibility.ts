import { isOpen, nextOpening, wallTime } from '../sla/calendar';
import type { IsoTime } from '../time';
import type { Agent, RoutingView } from './agent';
import { hasSkill, speaks } from './agent';

export interface Requirements {
	queue: string;
	/** Every one of them is needed. */
	requiredSkills: readonly string[];
	/** Needed too, if set: only agents who speak it. */
	requiredLanguage?: string;
	/** One of them is enough, the language counts as one; an empty list asks nothing. */
	anySkills?: readonly string[];
	anyLanguage?: string;
	/** Agents below this level are passed over. */
	minLevel?: number;
	/** Agents who had this handoff already and did not take it. */
	exclude: readonly string[];
}

/** Why an agent cannot take the conversation now, in staff's words; undefined if the agent can. */
export function obstacle(
	agent: Agent,
	requirements: Requirements,
	view: RoutingView,
	now: IsoTime,
): string | undefined {
	const absent = absence(agent, now);
	if (absent) return absent;
	if (requirements.exclude.includes(agent.id)) return 'has passed this conversation on before';
	const unfit = mismatch(agent, requirements);
	if (unfit) return unfit;
	const open = view.openByAgent.get(agent.id) ?? 0;
	if (agent.capacity !== undefined && open >= agent.capacity) {
		return `at capacity, ${open} of ${agent.capacity} open`;
	}
	return undefined;
}

/** Why an agent is not at work at `now`; undefined if the agent is. */
export function absence(agent: Agent, now: IsoTime): string | undefined {
	if (agent.available === false) return 'switched off';
	if (!agent.outUntil && !agent.calendar) return undefined;
	const zone = agent.calendar?.timeZone ?? 'UTC';
	if (agent.outUntil && agent.outUntil > now) {
		return `out of office until ${wallTime(zone, agent.outUntil, now)} (${zone})`;
	}
	if (agent.calendar && !isOpen(agent.calendar, now)) {
		const back = nextOpening(agent.calendar, now);
		return back ? `off duty until ${wallTime(zone, back, now)} (${zone})` : 'off duty';
	}
	return undefined;
}

/** Why an agent is not one of those whom it is meant for, whether at work or not. */
export function mismatch(agent: Agent, requirements: Requirements): string | undefined {
	if (agent.queues?.length && !serves(agent, requirements.queue)) {
		return `does not serve the queue ${requirements.queue}`;
	}
	if (requirements.requiredSkills.length > 0) {
		const missing = requirements.requiredSkills.filter((skill) => !hasSkill(agent, skill));
		if (missing.length > 0) return `lacks the skill ${missing.join(', ')}`;
	}
	if (requirements.requiredLanguage && !speaks(agent, requirements.requiredLanguage)) {
		return `does not speak ${requirements.requiredLanguage}`;
	}
	const { anySkills, anyLanguage, minLevel } = requirements;
	if (anySkills?.length || anyLanguage) {
		const fits =
			(anySkills ?? []).some((skill) => hasSkill(agent, skill)) ||
			(anyLanguage !== undefined && speaks(agent, anyLanguage));
		const wanted = [...(anySkills ?? []), ...(anyLanguage ? [anyLanguage] : [])];
		if (!fits) return `has none of ${wanted.join(', ')}`;
	}
	if (minLevel !== undefined && (agent.level ?? 1) < minLevel) {
		return `level ${agent.level ?? 1}, level ${minLevel} is asked for`;
	}
	return undefined;
}

/** Queues are compared without regard to case: they come from tables that people type. */
function serves(agent: Agent, queue: string): boolean {
	return (agent.queues ?? []).some((own) => own.toLowerCase() === queue.toLowerCase());
}
