import { ALWAYS_OPEN, isOpen, nextOpening } from '../sla/calendar';
import type { BusinessCalendar } from '../sla/policy';
import type { IsoTime } from '../time';
import { addMilliseconds } from '../time';
import type { Agent } from './agent';
import type { ChainStep, Needs } from './chain';
import { requirementsOf } from './chain';
import { absence, mismatch } from './eligibility';

/** Whether somebody is there to keep a promise, and by which hours a promise counts. */
export interface Presence {
	closed: boolean;
	/** The hours that promises count in; every minute, if left out. */
	hours?: BusinessCalendar;
	/** When somebody is back; only where it is closed. */
	opensAt?: IsoTime;
	why?: string;
}

/**
 * Closed outside the team's hours, and where everybody who could take it is off duty by their own: then the first of them to be
 * back sets the time. Agents who have switched themselves off may switch themselves on at any moment and close nothing; those who
 * are out for good are not waited for.
 */
export function presenceOf(
	teamHours: BusinessCalendar | undefined,
	agents: readonly Agent[],
	steps: readonly ChainStep[],
	needs: Needs,
	now: IsoTime,
): Presence {
	const opens = teamHours && nextOpening(teamHours, now);
	if (teamHours && opens && !isOpen(teamHours, now)) {
		return { closed: true, hours: teamHours, opensAt: opens, why: 'outside the team’s hours' };
	}
	// Hours that never come round would leave no time to keep a promise in: every minute counts then.
	const hours = opens ? teamHours : undefined;
	const open: Presence = { closed: false, ...(hours ? { hours } : {}) };
	const meant = agents.filter(
		(agent) =>
			!hasLeft(agent, now) && steps.some((step) => !mismatch(agent, requirementsOf(step, needs))),
	);
	if (meant.length === 0 || meant.some((agent) => !absence(agent, now))) return open;
	const back = meant
		.flatMap((agent) => {
			const at = backAt(agent, now);
			return at ? [{ at, agent }] : [];
		})
		.sort((a, b) => (a.at < b.at ? -1 : 1));
	const first = back[0];
	// Somebody who only switched off, or whose hours never come round, sets no time.
	if (!first || back.length < meant.length) return open;
	const opensAt = hours ? (nextOpening(hours, first.at) ?? first.at) : first.at;
	const within = first.agent.calendar ?? hours ?? ALWAYS_OPEN;
	return {
		closed: true,
		// Nobody can keep a promise before somebody is back.
		hours: { ...within, notBefore: opensAt },
		opensAt,
		why: 'everybody who could take it is off duty',
	};
}

/** Nobody is waited for longer. */
const LONGEST_ABSENCE_MS = 366 * 24 * 60 * 60 * 1000;

/** Whether an agent is out for good, e.g. "until 2099-12-31". */
function hasLeft({ outUntil }: Agent, now: IsoTime): boolean {
	return outUntil !== undefined && outUntil > addMilliseconds(now, LONGEST_ABSENCE_MS);
}

/** When an agent is back at work; undefined where no hours say so. */
function backAt(agent: Agent, now: IsoTime): IsoTime | undefined {
	if (agent.available === false) return undefined;
	const from = agent.outUntil && agent.outUntil > now ? agent.outUntil : now;
	return agent.calendar ? nextOpening(agent.calendar, from) : from;
}
