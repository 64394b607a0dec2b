/**
 * A point in time as ISO 8601 in UTC with milliseconds ("2026-11-20T09:30:00.000Z"). All such strings have the same
 * length, so that they sort as text in memory, in SQLite and in PostgreSQL alike.
 */
export type IsoTime = string;

/** The wall clock, passed in wherever "now" matters, so that tests can move time. */
export interface Clock {
	now(): Date;
}

/** Formats a date as {@link IsoTime}. Throws RangeError for an invalid date. */
export function isoTime(date: Date): IsoTime {
	return date.toISOString();
}

/** The beginning of the second that a time lies in. */
export function wholeSecond(time: IsoTime): IsoTime {
	return `${time.slice(0, 19)}.000Z`;
}

/** The instant `milliseconds` after (or, if negative, before) `time`. */
export function addMilliseconds(time: IsoTime, milliseconds: number): IsoTime {
	return new Date(Date.parse(time) + milliseconds).toISOString();
}
