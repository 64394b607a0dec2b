import type { IsoTime } from '../time';
import type { SlaClock, SlaEvent, SlaMark } from './clock';
import { DEFAULT_LADDER } from './defaults';
import type { LadderRung } from './policy';
import { withPending } from './times';

/** The marks of a clock that have been reached at `now`, soonest first. */
export function dueMarks(clock: SlaClock, now: IsoTime): SlaMark[] {
	return clock.status === 'paused' ? [] : clock.pending.filter((mark) => mark.at <= now);
}

/**
 * The events of a clock that are due at `now`, and the clock without them: what a store does in `takeDueEvents`. Taken again
 * from the clock that is returned, there are none.
 */
export function takeEvents(clock: SlaClock, now: IsoTime): { clock: SlaClock; events: SlaEvent[] } {
	const due = dueMarks(clock, now);
	if (due.length === 0) return { clock, events: [] };
	const rest = withPending(
		clock,
		clock.pending.filter((mark) => !due.includes(mark)),
	);
	return { clock: rest, events: due.map((mark) => eventOf(rest, mark, now)) };
}

/** The event that is raised for a mark. */
export function eventOf(clock: SlaClock, mark: SlaMark, now: IsoTime): SlaEvent {
	return {
		id: `${clock.id}@${mark.percent}`,
		type: mark.percent === 0 ? 'met' : mark.percent < 100 ? 'warning' : 'breach',
		percent: mark.percent,
		clock,
		at: mark.at,
		lateByMs: Math.max(0, Date.parse(now) - Date.parse(mark.at)),
	};
}

/** What to do about an event by the ladder: the last rung that its percentage has reached. */
export function nextStep(clock: SlaClock, percent: number): LadderRung {
	const ladder = clock.terms?.ladder?.length ? clock.terms.ladder : DEFAULT_LADDER;
	const rungs = [...ladder].sort((a, b) => a.percent - b.percent);
	return rungs.filter((rung) => rung.percent <= percent).at(-1) ?? rungs[0]!;
}
