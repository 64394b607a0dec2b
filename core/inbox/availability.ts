import type { Agent } from '../routing/agent';
import type { IsoTime } from '../time';

/** An agent who has switched to "away" on the inbox page. */
export interface Absence {
	since: IsoTime;
	/** When it ends by itself; absent where the agent has to come back. */
	until?: IsoTime;
}

/** Absences by agent id, in lower case: ids are e-mail addresses as a rule, and people type them as they like. */
export type Absences = Record<string, Absence>;

/** Setting of the store under which all workers find them. */
export const ABSENCES = 'inbox.absences';

/** The absence that applies to an agent at `now`, if there is one. */
export function absenceOf(absences: Absences, agentId: string, now: IsoTime): Absence | undefined {
	const key = agentId.toLowerCase();
	const absence = Object.hasOwn(absences, key) ? absences[key] : undefined;
	return absence && (absence.until === undefined || absence.until > now) ? absence : undefined;
}

/** The absences after an agent has gone or come back; those that are over are dropped. */
export function withAbsence(
	absences: Absences,
	agentId: string,
	absence: Absence | undefined,
	now: IsoTime,
): Absences {
	const key = agentId.toLowerCase();
	const others = Object.entries(absences).filter(
		([id, { until }]) => id !== key && (until === undefined || until > now),
	);
	return Object.fromEntries(absence ? [...others, [key, absence]] : others);
}

/** The roster as the router has to see it: whoever is away in the inbox gets no conversation. */
export function rosterWithout(agents: readonly Agent[], absences: Absences, now: IsoTime): Agent[] {
	return agents.map((agent) => {
		const absence = absenceOf(absences, agent.id, now);
		if (!absence) return agent;
		return absence.until
			? { ...agent, outUntil: later(agent.outUntil, absence.until) }
			: { ...agent, available: false };
	});
}

function later(a: IsoTime | undefined, b: IsoTime): IsoTime {
	return a && a > b ? a : b;
}
