import { IANAZone } from 'luxon';

import type { IsoTime } from '../time';
import type { BusinessCalendar } from './policy';

/**
 * The one implementation of business hours: the SLA clocks, the router and the acknowledgement all ask it.
 *
 * An instant is open exactly if the clock on the wall of the calendar's zone then shows a time inside one of that local date's
 * windows (from included, to excluded). On the day the clocks go back, an hour that occurs twice is open twice; on the day they
 * go forward, one that does not occur is never open.
 */

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** How far ahead an opening is looked for: a calendar that is shut for longer counts as never open. */
const HORIZON_MS = 3 * 366 * DAY_MS;

/** Open every minute, told in UTC: what holds where staff have set no hours. */
export const ALWAYS_OPEN: BusinessCalendar = Object.freeze({
	timeZone: 'UTC',
	windows: ([1, 2, 3, 4, 5, 6, 7] as const).map((day) => ({ day, from: '00:00', to: '24:00' })),
});

/** Half-open stretch of time in epoch milliseconds. */
interface Span {
	start: number;
	end: number;
}

export interface BusinessInstant {
	at: IsoTime;
	/** Why then, in words, e.g. "Due Monday 09:30 (Europe/Berlin): 60 business minutes after Friday 16:30. …" */
	explanation: string;
}

/** Whether the team works at this instant. */
export function isOpen(calendar: BusinessCalendar, at: IsoTime): boolean {
	const instant = Date.parse(at);
	for (const span of openSpans(calendar, instant, instant + 1)) return span.start <= instant;
	return false;
}

/** `at` itself if the team works then, else the next time it opens; undefined if it does not within three years. */
export function nextOpening(calendar: BusinessCalendar, at: IsoTime): IsoTime | undefined {
	const instant = Date.parse(at);
	for (const span of openSpans(calendar, instant, instant + HORIZON_MS)) return iso(span.start);
	return undefined;
}

/** When the stretch of work that `at` lies in ends; undefined if the team is closed then, or never closes. */
export function closesAt(calendar: BusinessCalendar, at: IsoTime): IsoTime | undefined {
	const instant = Date.parse(at);
	const limit = instant + HORIZON_MS;
	let end = instant;
	for (const span of openSpans(calendar, instant, limit)) {
		if (span.start !== end) break;
		end = span.end;
	}
	return end === instant || end === limit ? undefined : iso(end);
}

/**
 * The earliest instant by which `minutes` of business time (fractions allowed) have passed since `from`, and why. Friday 16:30
 * plus 60 minutes is Monday 09:30 where Monday to Friday 9–17 are worked; plus 30 it is Friday 17:00. No minutes at all have
 * passed at once, also outside hours. Throws RangeError for negative minutes, and if the calendar is not open that long within
 * three years; {@link checkCalendar} names such calendars beforehand.
 */
export function addBusinessMinutes(
	calendar: BusinessCalendar,
	from: IsoTime,
	minutes: number,
): BusinessInstant {
	if (!(minutes >= 0)) throw new RangeError(`Business minutes must not be negative: ${minutes}`);
	const start = Date.parse(from);
	const counted: Span[] = [];
	let left = Math.round(minutes * MINUTE_MS);
	let end = start;
	if (left > 0) {
		for (const span of openSpans(calendar, start, start + HORIZON_MS)) {
			end = Math.min(span.end, span.start + left);
			const previous = counted.at(-1);
			if (previous?.end === span.start) previous.end = end;
			else counted.push({ start: span.start, end });
			left -= end - span.start;
			if (left === 0) break;
		}
		if (left > 0) throw new RangeError('The business hours leave no time to keep this promise in.');
	}
	return { at: iso(end), explanation: explain(calendar, start, end, minutes, counted) };
}

/** Minutes of business time (with fractions) from one instant to a later one; 0 if `to` is not later. */
export function businessMinutesBetween(
	calendar: BusinessCalendar,
	from: IsoTime,
	to: IsoTime,
): number {
	let total = 0;
	for (const span of openSpans(calendar, Date.parse(from), Date.parse(to))) {
		total += span.end - span.start;
	}
	return total / MINUTE_MS;
}

/**
 * What keeps a calendar from being used, as sentences for staff that say what to change; empty if it is fine. Concerns the
 * form as well as the sense: hours must come round every week.
 */
export function checkCalendar(calendar: BusinessCalendar): string[] {
	const found: string[] = [];
	if (!IANAZone.isValidZone(calendar.timeZone)) {
		found.push(
			`The time zone "${calendar.timeZone}" is not known. Use a name such as "Europe/Berlin" or "America/Sao_Paulo".`,
		);
	}
	if (calendar.windows.length === 0) {
		found.push('There are no business hours at all. Add at least one opening window.');
	}
	for (const window of calendar.windows) {
		const day = DAY_NAMES[window.day - 1];
		if (!day) found.push(`There is no weekday ${window.day}. Use 1 for Monday to 7 for Sunday.`);
		found.push(...checkWindow(window, day ?? `weekday ${window.day}`));
	}
	for (const date of calendar.closedDates ?? []) found.push(...checkDate(date, 'closed date'));
	for (const exception of calendar.exceptions ?? []) {
		found.push(...checkDate(exception.date, 'date with other hours'));
		for (const window of exception.windows) found.push(...checkWindow(window, exception.date));
	}
	return found;
}

/** Minutes that a week without closed dates is worked, overlaps counted once. */
export function weeklyMinutes(calendar: BusinessCalendar): number {
	return [1, 2, 3, 4, 5, 6, 7]
		.flatMap((day) => merged(calendar.windows.filter((window) => window.day === day)))
		.reduce((sum, window) => sum + (window.end - window.start) / MINUTE_MS, 0);
}

/** "Monday 09:30" as the zone's wall clock has it; with the date where it is not within six days of `near`. */
export function wallTime(timeZone: string, at: IsoTime, near?: IsoTime): string {
	return format(
		zoneOf(timeZone),
		Date.parse(at),
		near === undefined ? undefined : Date.parse(near),
	);
}

/** The calendar with further dates on which nobody works, e.g. public holidays. Hours stated for one of them still hold. */
export function withClosedDates(
	calendar: BusinessCalendar,
	dates: readonly string[],
): BusinessCalendar {
	if (dates.length === 0) return calendar;
	const closedDates = [...new Set([...(calendar.closedDates ?? []), ...dates])].sort();
	return { ...calendar, closedDates };
}

/** The hours of a week as one writes them down, not readable; `advice` says how to write them. */
export class HoursInvalid extends Error {
	readonly advice =
		'Write the hours as "Mon-Fri 09:00-17:00", several stretches separated by semicolons: "Mon-Thu 09:00-12:00, 13:00-17:00; Fri 09:00-14:00".';

	constructor(text: string) {
		super(`"${text}" cannot be read as working hours`);
		this.name = 'HoursInvalid';
	}
}

/**
 * Hours of a week from "Mon-Fri 09:00-17:00; Sat 10:00-14:00", as they stand in a table of agents. "9-17" is read as whole
 * hours, days may be given by full English names, and a stretch over midnight is cut there. Throws {@link HoursInvalid}.
 */
export function parseWeek(text: string): BusinessCalendar['windows'] {
	const windows: BusinessCalendar['windows'] = [];
	for (const part of text.split(/[;\n]/u).filter((piece) => piece.trim() !== '')) {
		const match = /^([a-z][a-z\s,–-]*?)\s+(\d.*)$/iu.exec(part.trim());
		if (!match) throw new HoursInvalid(text);
		const days = daysOf(match[1]!, text);
		for (const stretch of match[2]!.split(',')) {
			const ends = /^\s*(\d{1,2})(?::(\d{2}))?\s*[-–]\s*(\d{1,2})(?::(\d{2}))?\s*$/u.exec(stretch);
			if (!ends) throw new HoursInvalid(text);
			const from = `${ends[1]!.padStart(2, '0')}:${ends[2] ?? '00'}`;
			const to = `${ends[3]!.padStart(2, '0')}:${ends[4] ?? '00'}`;
			if ([from, to].some((time) => Number.isNaN(minuteOfDay(time))) || from === to) {
				throw new HoursInvalid(text);
			}
			for (const day of days) {
				if (from < to) windows.push({ day, from, to });
				else {
					windows.push({ day, from, to: '24:00' });
					if (to !== '00:00') windows.push({ day: ((day % 7) + 1) as Day, from: '00:00', to });
				}
			}
		}
	}
	if (windows.length === 0) throw new HoursInvalid(text);
	return windows;
}

type Day = BusinessCalendar['windows'][number]['day'];

/** "Mon-Fri, Sun" as weekdays; a range may pass the end of the week. */
function daysOf(text: string, whole: string): Day[] {
	const dayOf = (word: string): number => {
		const name = word.trim().toLowerCase();
		const index = DAY_NAMES.findIndex(
			(day) => name.length >= 3 && day.toLowerCase().startsWith(name),
		);
		if (index < 0) throw new HoursInvalid(whole);
		return index;
	};
	return text.split(',').flatMap((piece) => {
		if (/^\s*daily\s*$/iu.test(piece)) return [1, 2, 3, 4, 5, 6, 7] as Day[];
		const [first, last = first] = piece.split(/[-–]/u) as [string, string?];
		const from = dayOf(first);
		const count = ((dayOf(last) - from + 7) % 7) + 1;
		return Array.from({ length: count }, (_, index) => (((from + index) % 7) + 1) as Day);
	});
}

const DAY_NAMES = [
	'Monday',
	'Tuesday',
	'Wednesday',
	'Thursday',
	'Friday',
	'Saturday',
	'Sunday',
] as const;
const MONTH_NAMES = [
	'January',
	'February',
	'March',
	'April',
	'May',
	'June',
	'July',
	'August',
	'September',
	'October',
	'November',
	'December',
] as const;

/** Open stretches between two instants, in order and clipped to them. Worked out as they are asked for; two may touch. */
function* openSpans(calendar: BusinessCalendar, from: number, to: number): Generator<Span> {
	const zone = zoneOf(calendar.timeZone);
	const hours = hoursByDate(calendar);
	const first = Math.max(from, calendar.notBefore ? Date.parse(calendar.notBefore) : from);
	for (const stretch of constantOffsets(zone, first, to)) {
		// Within the stretch, local time is UTC plus a constant, so windows can be cut out by adding and subtracting.
		const firstDate = Math.floor((stretch.start + stretch.offset) / DAY_MS);
		const lastDate = Math.floor((stretch.end - 1 + stretch.offset) / DAY_MS);
		for (let date = firstDate; date <= lastDate; date++) {
			for (const window of hours(date)) {
				const midnight = date * DAY_MS - stretch.offset;
				const start = Math.max(stretch.start, midnight + window.start);
				const end = Math.min(stretch.end, midnight + window.end);
				if (start < end) yield { start, end };
			}
		}
	}
}

/** Cuts a stretch of time where the zone's offset from UTC changes. */
function* constantOffsets(
	zone: IANAZone,
	from: number,
	to: number,
): Generator<Span & { offset: number }> {
	const offsetAt = (instant: number) => offsetOf(zone, instant);
	let start = from;
	let offset = offsetAt(from);
	while (start < to) {
		// No zone changes its offset twice within a day.
		const end = Math.min(to, start + DAY_MS);
		const after = offsetAt(end);
		if (after === offset) {
			yield { start, end, offset };
			start = end;
			continue;
		}
		let before = start;
		let changed = end;
		while (changed - before > 1) {
			const middle = Math.floor((before + changed) / 2);
			if (offsetAt(middle) === offset) before = middle;
			else changed = middle;
		}
		yield { start, end: changed, offset };
		start = changed;
		offset = after;
	}
}

/** The windows of a local date, given as days since 1 January 1970, in milliseconds since its midnight; sorted and disjoint. */
function hoursByDate(calendar: BusinessCalendar): (date: number) => Span[] {
	const weekly = DAY_NAMES.map((_, index) =>
		merged(calendar.windows.filter((window) => window.day === index + 1)),
	);
	const special = new Map<string, Span[]>();
	for (const date of calendar.closedDates ?? []) special.set(date, []);
	for (const { date, windows } of calendar.exceptions ?? []) special.set(date, merged(windows));
	return (date) => {
		if (special.size > 0) {
			const hours = special.get(dateName(date));
			if (hours) return hours;
		}
		return weekly[weekday(date)] ?? [];
	};
}

function merged(windows: Array<{ from: string; to: string }>): Span[] {
	const spans = windows
		.map(({ from, to }) => ({
			start: minuteOfDay(from) * MINUTE_MS,
			end: minuteOfDay(to) * MINUTE_MS,
		}))
		.filter(({ start, end }) => start < end)
		.sort((a, b) => a.start - b.start);
	const result: Span[] = [];
	for (const span of spans) {
		const last = result.at(-1);
		if (last && span.start <= last.end) last.end = Math.max(last.end, span.end);
		else result.push(span);
	}
	return result;
}

/** Minutes since midnight of "HH:mm", NaN for anything else; "24:00" is the end of the day. */
function minuteOfDay(time: string): number {
	const match = /^(\d{2}):(\d{2})$/.exec(time);
	if (!match) return NaN;
	const minutes = Number(match[1]) * 60 + Number(match[2]);
	return Number(match[2]) < 60 && minutes <= 24 * 60 ? minutes : NaN;
}

function checkWindow(window: { from: string; to: string }, where: string): string[] {
	const unreadable = [window.from, window.to].filter((time) => Number.isNaN(minuteOfDay(time)));
	if (unreadable.length > 0) {
		return unreadable.map(
			(time) =>
				`"${time}" on ${where} is not a time of day. Write it as "09:00", or "24:00" for midnight.`,
		);
	}
	if (minuteOfDay(window.from) < minuteOfDay(window.to)) return [];
	return [
		`The hours ${window.from}–${window.to} on ${where} end before they begin. Split a night shift at midnight, e.g. 22:00–24:00 and, on the next day, 00:00–06:00.`,
	];
}

function checkDate(date: string, what: string): string[] {
	const time = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00.000Z`) : NaN;
	// "2026-02-30" parses in some engines: it must come back as it went in.
	if (!Number.isNaN(time) && dateName(time / DAY_MS) === date) return [];
	return [`The ${what} "${date}" is not a date. Write it as "2026-12-25".`];
}

/** 0 = Monday. The first of January 1970 was a Thursday. */
function weekday(date: number): number {
	return (((date + 3) % 7) + 7) % 7;
}

function dateName(date: number): string {
	return new Date(date * DAY_MS).toISOString().slice(0, 10);
}

function zoneOf(timeZone: string): IANAZone {
	const zone = IANAZone.create(timeZone);
	if (!zone.isValid) throw new RangeError(`The time zone "${timeZone}" is not known.`);
	return zone;
}

/** What the clock on the wall is ahead of UTC on a day of UTC, in milliseconds, until it is changed and after. */
interface DayOffsets {
	before: number;
	after: number;
	/** Infinite on a day without a change. */
	changedAt: number;
}

/** Asking the system for an offset is what working hours out costs most. By zone and day; a process has to do with few of both. */
const OFFSETS = new Map<string, DayOffsets>();
const MOST_OFFSETS = 5_000;

function offsetOf(zone: IANAZone, instant: number): number {
	const day = Math.floor(instant / DAY_MS);
	const key = `${zone.name} ${day}`;
	let offsets = OFFSETS.get(key);
	if (!offsets) {
		offsets = offsetsOn(zone, day * DAY_MS);
		if (OFFSETS.size >= MOST_OFFSETS) OFFSETS.clear();
		OFFSETS.set(key, offsets);
	}
	return instant < offsets.changedAt ? offsets.before : offsets.after;
}

/** No zone changes its offset twice within a day. */
function offsetsOn(zone: IANAZone, start: number): DayOffsets {
	const offsetAt = (instant: number) => zone.offset(instant) * MINUTE_MS;
	const before = offsetAt(start);
	const after = offsetAt(start + DAY_MS);
	if (before === after) return { before, after, changedAt: Infinity };
	let last = start;
	let changed = start + DAY_MS;
	while (changed - last > 1) {
		const middle = Math.floor((last + changed) / 2);
		if (offsetAt(middle) === before) last = middle;
		else changed = middle;
	}
	return { before, after, changedAt: changed };
}

function iso(instant: number): IsoTime {
	return new Date(instant).toISOString();
}

function explain(
	calendar: BusinessCalendar,
	from: number,
	to: number,
	minutes: number,
	counted: Span[],
): string {
	const zone = zoneOf(calendar.timeZone);
	const lines = [
		`Due ${format(zone, to, from)} (${calendar.timeZone}): ${plural(minutes, 'business minute')} after ${format(zone, from, from)}.`,
	];
	const waited = counted.length > 1 || (counted[0] && counted[0].start > from);
	if (waited) {
		const parts = counted.map(
			(span) =>
				`${format(zone, span.start, from)}–${clockTime(zone, span.end)} (${plural((span.end - span.start) / MINUTE_MS, 'minute')})`,
		);
		const shown =
			parts.length <= 4
				? parts
				: [...parts.slice(0, 2), plural(parts.length - 3, 'more window'), ...parts.slice(-1)];
		lines.push(`Counted: ${shown.join(', ')}.`);
		const shut = closedBetween(calendar, zone, from, to);
		if (shut.length > 0) lines.push(`Closed on ${shut.join(', ')}.`);
	}
	return lines.join(' ');
}

/** Closed dates on which the team would have worked by the week's hours. */
function closedBetween(calendar: BusinessCalendar, zone: IANAZone, from: number, to: number) {
	const [first, last] = [from, to].map((instant) =>
		dateName(Math.floor(localTime(zone, instant) / DAY_MS)),
	);
	return (calendar.closedDates ?? [])
		.filter((date) => date >= first! && date <= last!)
		.filter((date) => {
			const day = weekday(Date.parse(`${date}T00:00:00.000Z`) / DAY_MS) + 1;
			return calendar.windows.some((window) => window.day === day);
		})
		.sort();
}

function localTime(zone: IANAZone, instant: number): number {
	return instant + offsetOf(zone, instant);
}

function clockTime(zone: IANAZone, instant: number): string {
	return new Date(localTime(zone, instant)).toISOString().slice(11, 16);
}

function format(zone: IANAZone, instant: number, near: number | undefined): string {
	const local = new Date(localTime(zone, instant));
	const day = DAY_NAMES[weekday(Math.floor(local.getTime() / DAY_MS))]!;
	const close = near !== undefined && Math.abs(instant - near) < 6 * DAY_MS;
	const date = close ? '' : ` ${local.getUTCDate()} ${MONTH_NAMES[local.getUTCMonth()]}`;
	return `${day}${date} ${clockTime(zone, instant)}`;
}

function plural(count: number, noun: string): string {
	const rounded = Math.round(count * 10) / 10;
	return `${rounded} ${noun}${rounded === 1 ? '' : 's'}`;
}
