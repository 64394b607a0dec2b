import { isOpen, nextOpening } from '../sla/calendar';
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
 * back sets the time. Agents who have switched themselves off may switch themselves on at any moment and close nothing.
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
	const meant = agents.filter((agent) =>
		steps.some((step) => !mismatch(agent, requirementsOf(step, needs))),
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
	const within = first.agent.calendar ?? hours;
	return {
		closed: true,
		...(within ? { hours: startingAt(within, now, opensAt) } : {}),
		opensAt,
		why: 'everybody who could take it is off duty',
	};
}

/** When an agent is back at work; undefined where no hours say so. */
function backAt(agent: Agent, now: IsoTime): IsoTime | undefined {
	if (agent.available === false) return undefined;
	const from = agent.outUntil && agent.outUntil > now ? agent.outUntil : now;
	return agent.calendar ? nextOpening(agent.calendar, from) : from;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Hours that begin to count only at `from`: days before it are closed, and its own day is open from then on. */
function startingAt(calendar: BusinessCalendar, now: IsoTime, from: IsoTime): BusinessCalendar {
	if (nextOpening(calendar, now) === from) return calendar;
	const { timeZone } = calendar;
	const local = (at: IsoTime) => {
		const text = new Date(at).toLocaleString('sv-SE', { timeZone });
		return { date: text.slice(0, 10), time: text.slice(11, 16) };
	};
	const first = local(from);
	const closed: string[] = [];
	for (let at = now; local(at).date < first.date; at = addMilliseconds(at, DAY_MS)) {
		closed.push(local(at).date);
	}
	const weekday = new Date(`${first.date}T00:00:00.000Z`).getUTCDay() || 7;
	const windows =
		calendar.exceptions?.find(({ date }) => date === first.date)?.windows ??
		(calendar.closedDates?.includes(first.date)
			? []
			: calendar.windows.filter(({ day }) => day === weekday));
	return {
		...calendar,
		closedDates: [...new Set([...(calendar.closedDates ?? []), ...closed])],
		exceptions: [
			...(calendar.exceptions ?? []).filter(({ date }) => date > first.date),
			{
				date: first.date,
				windows: windows
					.filter(({ to }) => to > first.time)
					.map((one) => ({ from: one.from > first.time ? one.from : first.time, to: one.to })),
			},
		],
	};
}
