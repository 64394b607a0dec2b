import type { IsoTime } from '../time';
import type { SlaClock, SlaEvent, SlaMark } from './clock';
import { DEFAULT_LADDER } from './defaults';
import type { LadderRung } from './policy';
import { countedMinutes, instantAtPercent, withPending } from './times';

/** The marks of a clock that have been reached at `now`, soonest first. */
export function dueMarks(clock: SlaClock, now: IsoTime): SlaMark[] {
	return clock.status === 'paused' ? [] : clock.pending.filter((mark) => mark.at <= now);
}

/**
 * The events of a clock that are due at `now`, and the clock without them: what a store does in `takeDueEvents`. Taken again
 * from the clock that is returned, there are none. After the last mark the next repetition is put in their place, where the
 * policy has one.
 */
export function takeEvents(clock: SlaClock, now: IsoTime): { clock: SlaClock; events: SlaEvent[] } {
	const due = dueMarks(clock, now);
	if (due.length === 0) return { clock, events: [] };
	const left = clock.pending.filter((mark) => !due.includes(mark));
	const again = left.length === 0 ? repetition(clock, due.at(-1)!.percent, now) : undefined;
	const rest = withPending(clock, again ? [again] : left);
	return { clock: rest, events: due.map((mark) => eventOf(rest, mark, now)) };
}

/** The event that is raised for a mark. */
export function eventOf(clock: SlaClock, mark: SlaMark, now: IsoTime): SlaEvent {
	return {
		id: `${clock.id}@${mark.percent}`,
		type: mark.percent === 0 ? 'met' : mark.percent < 100 ? 'warning' : 'breach',
		percent: mark.percent,
		...(mark.repeated ? { repeated: true } : {}),
		clock,
		at: mark.at,
		lateByMs: Math.max(0, Date.parse(now) - Date.parse(mark.at)),
	};
}

/**
 * What to do about an event by the ladder: the last rung that its percentage has reached. A repetition goes to the people who
 * can do something about it: the customer is told once.
 */
export function nextStep(clock: SlaClock, percent: number, repeated = false): LadderRung {
	const ladder = clock.terms?.ladder?.length ? clock.terms.ladder : DEFAULT_LADDER;
	const rungs = [...ladder].sort((a, b) => a.percent - b.percent);
	if (repeated) {
		const forTheTeam = rungs.findLast(({ step }) => step !== 'tell_customer');
		return forTheTeam ?? { percent, step: 'alert_team_lead' };
	}
	return rungs.filter((rung) => rung.percent <= percent).at(-1) ?? rungs[0]!;
}

/** Repetitions come at least so many minutes apart. */
const LEAST_MINUTES_APART = 1;

/** The next repetition after a mark, later than `now`: those that were missed meanwhile are one. */
function repetition(clock: SlaClock, last: number, now: IsoTime): SlaMark | undefined {
	const { terms } = clock;
	// Nothing is repeated of a kept promise, nor before there is a broken one.
	if (!terms?.repeat || clock.status !== 'running' || last < 100) return undefined;
	const { repeat, targetMinutes } = terms;
	const gone = (countedMinutes(clock, now) / targetMinutes) * 100;
	let percent = last;
	if (repeat === 'doubling') {
		do percent *= 2;
		while (percent <= gone);
	} else if ('doublingFromMinutes' in repeat) {
		let late = (repeat.doublingFromMinutes / targetMinutes) * 100;
		while (100 + late <= Math.max(last, gone)) late *= 2;
		percent = 100 + late;
	} else {
		const step = Math.max(repeat.everyPercent, (LEAST_MINUTES_APART / targetMinutes) * 100);
		percent += step * (Math.floor(Math.max(0, gone - last) / step) + 1);
	}
	try {
		return { percent, at: instantAtPercent(clock, percent), repeated: true };
	} catch (error) {
		// Not within three years: the calendar leaves no time for it.
		if (error instanceof RangeError) return undefined;
		throw error;
	}
}
