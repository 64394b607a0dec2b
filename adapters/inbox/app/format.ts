import { locale, t } from './i18n';

/** Characters that turn the direction of what follows: in a file's name they can hide its ending. */
const DIRECTION = /[\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c]/gu;

/** A name as it can be shown in a line: without what would turn the line around, and not longer than anybody reads. */
export function plain(text: string, longest = 200): string {
	const one = text.replace(DIRECTION, '').replace(/\s+/gu, ' ').trim();
	return one.length > longest ? `${one.slice(0, longest)}…` : one;
}

/** Time of day, with the date unless it is today's. */
export function when(iso: string, now = new Date()): string {
	const date = new Date(iso);
	const today = date.toDateString() === now.toDateString();
	return new Intl.DateTimeFormat(
		locale(),
		today ? { timeStyle: 'short' } : { dateStyle: 'short', timeStyle: 'short' },
	).format(date);
}

/** A time to come in as few letters as tell it: the weekday within a week, as "Tue, 9:00 AM"; else as {@link when}. */
export function ahead(iso: string, now = new Date()): string {
	const date = new Date(iso);
	const days = (date.getTime() - now.getTime()) / (24 * 60 * 60 * 1000);
	if (date.toDateString() === now.toDateString() || days < 0 || days > 6) return when(iso, now);
	return new Intl.DateTimeFormat(locale(), {
		weekday: 'short',
		hour: 'numeric',
		minute: '2-digit',
	}).format(date);
}

export function timeOfDay(iso: string): string {
	return new Intl.DateTimeFormat(locale(), { timeStyle: 'short' }).format(new Date(iso));
}

export function day(iso: string): string {
	return new Intl.DateTimeFormat(locale(), {
		weekday: 'long',
		day: 'numeric',
		month: 'long',
	}).format(new Date(iso));
}

/** "4:10", "2 h 5 min", "3 d 4 h". */
export function duration(milliseconds: number): string {
	const seconds = Math.floor(Math.abs(milliseconds) / 1000);
	const minutes = Math.floor(seconds / 60);
	const hours = Math.floor(minutes / 60);
	if (hours >= 24) return t('time.days', { d: Math.floor(hours / 24), h: hours % 24 });
	if (hours > 0) return t('time.hours', { h: hours, m: minutes % 60 });
	return `${minutes}:${String(seconds % 60).padStart(2, '0')}`;
}

export type Urgency = 'calm' | 'soon' | 'late';

/** How a promise stands: in words, so that nobody depends on the colour. */
export function clock(
	dueAt: string,
	soonAt: string | undefined,
	now: number,
): { text: string; urgency: Urgency } {
	const left = Date.parse(dueAt) - now;
	if (left < 0) return { text: t('clock.late', { time: duration(left) }), urgency: 'late' };
	const soon = soonAt !== undefined && Date.parse(soonAt) <= now;
	return { text: t('clock.left', { time: duration(left) }), urgency: soon ? 'soon' : 'calm' };
}

export function bytes(count: number): string {
	const units = ['B', 'kB', 'MB'];
	let size = count;
	let unit = 0;
	while (size >= 1024 && unit < units.length - 1) {
		size /= 1024;
		unit += 1;
	}
	return `${size < 10 && unit > 0 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}

export function percent(share: number | undefined): string {
	return share === undefined
		? '–'
		: new Intl.NumberFormat(locale(), { style: 'percent', maximumFractionDigits: 0 }).format(share);
}

export function number(value: number | undefined): string {
	return value === undefined ? '–' : new Intl.NumberFormat(locale()).format(value);
}
