import { DateTime } from 'luxon';

import type { IsoTime } from '../../core/time';
import { isoTime } from '../../core/time';

/**
 * A time as the editor's picker or an expression gives it, whichever form that has: without an offset it is meant in `timeZone`,
 * the workflow's, and not in the server's. Undefined for what is no time.
 */
export function timeIn(timeZone: string, value: unknown): IsoTime | undefined {
	const time = read(timeZone, value);
	return time.isValid ? isoTime(time.toJSDate()) : undefined;
}

/** As {@link timeIn}, the day there: "2026-12-31". */
export function dayIn(timeZone: string, value: unknown): string | undefined {
	return read(timeZone, value).setZone(timeZone).toISODate() ?? undefined;
}

function read(zone: string, value: unknown): DateTime {
	if (value instanceof Date) return DateTime.fromJSDate(value);
	if (typeof value === 'number') return DateTime.fromMillis(value);
	const text = String(value).trim();
	const [known] = [DateTime.fromISO(text, { zone }), DateTime.fromSQL(text, { zone })].filter(
		({ isValid }) => isValid,
	);
	// As mail and web servers write it, which names its offset.
	return known ?? DateTime.fromJSDate(new Date(text));
}
