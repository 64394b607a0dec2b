import type { IsoTime } from '../time';
import { addMilliseconds } from '../time';
import { addBusinessMinutes, ALWAYS_OPEN, businessMinutesBetween, wallTime } from './calendar';
import type { SlaClock, SlaMark, SlaTerms } from './clock';
import type { BusinessCalendar } from './policy';

export const MINUTE_MS = 60_000;

/** Minutes that count on a clock at `at`, pauses left out. */
export function countedMinutes(clock: SlaClock, at: IsoTime): number {
	const until = clock.paused && clock.paused.at < at ? clock.paused.at : at;
	const from = clock.resumed?.at ?? clock.startedAt;
	const before = clock.resumed?.countedMinutes ?? 0;
	if (until <= from) return before;
	const now =
		clock.terms?.clock === 'business'
			? businessMinutesBetween(clock.terms.calendar ?? ALWAYS_OPEN, from, until)
			: (Date.parse(until) - Date.parse(from)) / MINUTE_MS;
	return before + now;
}

/** The instant at which so many minutes have counted since `from`, and why. Throws RangeError as the calendar does. */
export function instantAfter(
	terms: Pick<SlaTerms, 'clock' | 'calendar'>,
	from: IsoTime,
	minutes: number,
) {
	if (terms.clock === 'business' && terms.calendar) {
		return addBusinessMinutes(terms.calendar, from, minutes);
	}
	const at = addMilliseconds(from, Math.round(minutes * MINUTE_MS));
	const timeZone = terms.calendar?.timeZone ?? 'UTC';
	const amount = `${tenths(minutes)} ${minutes === 1 ? 'minute' : 'minutes'}`;
	return {
		at,
		explanation: `Due ${wallTime(timeZone, at, from)} (${timeZone}): ${amount} after ${wallTime(timeZone, from, from)}, every minute counts.`,
	};
}

/** As {@link instantAfter} by a calendar; where its hours leave no time for so many minutes, every minute counts. */
export function instantWithin(calendar: BusinessCalendar, from: IsoTime, minutes: number): IsoTime {
	try {
		return addBusinessMinutes(calendar, from, minutes).at;
	} catch (error) {
		if (!(error instanceof RangeError)) throw error;
		return addMilliseconds(from, Math.round(minutes * MINUTE_MS));
	}
}

/** When so many percent of the target have counted on a clock that runs. Throws RangeError as the calendar does. */
export function instantAtPercent(clock: SlaClock, percent: number): IsoTime {
	const terms = clock.terms;
	if (!terms) throw new RangeError('This clock has no terms.');
	const before = clock.resumed?.countedMinutes ?? 0;
	const left = Math.max(0, (terms.targetMinutes * percent) / 100 - before);
	return instantAfter(terms, clock.resumed?.at ?? clock.startedAt, left).at;
}

/** The clock with these marks to come, and the first of them where the store looks for it. */
export function withPending(clock: SlaClock, pending: SlaMark[]): SlaClock {
	const { nextEventAt: _next, ...rest } = clock;
	const first = pending[0];
	return { ...rest, pending, ...(first ? { nextEventAt: first.at } : {}) };
}

/** Minutes as staff read them. */
export function tenths(minutes: number): number {
	return Math.round(minutes * 10) / 10;
}
