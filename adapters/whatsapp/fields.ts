import { createHash } from 'node:crypto';

import type { IsoTime } from '../../core/time';

/*
 * Readers for JSON of unknown shape. Each gives the value if it is of the kind asked for and undefined otherwise, so that a
 * payload that is wrong in one place is still read in all others.
 */

export type Fields = Record<string, unknown>;

/** Nesting beyond this is cut: nothing of Meta's goes as deep, and writers of JSON recurse. */
const MAX_DEPTH = 24;

export function asFields(value: unknown): Fields | undefined {
	return typeof value === 'object' && value !== null && !Array.isArray(value)
		? (value as Fields)
		: undefined;
}

/** The objects of a list; anything that is no list is an empty one. */
export function asList(value: unknown): Fields[] {
	return Array.isArray(value) ? value.map(asFields).filter((entry) => entry !== undefined) : [];
}

/** A text that every store can keep: no NUL, no half of a surrogate pair. Numbers count as text, since Meta is not consistent. */
export function asText(value: unknown): string | undefined {
	if (typeof value === 'number' && Number.isFinite(value)) return String(value);
	return typeof value === 'string' ? cleanText(value) : undefined;
}

/** As {@link asText}, but an empty text counts as missing. */
export function asFilledText(value: unknown): string | undefined {
	return asText(value) || undefined;
}

/** Ids are keys of the stores' indexes, which hold no long ones. WhatsApp's have some 80 characters. */
const MAX_ID_CHARACTERS = 512;

/** As {@link asFilledText}, for ids: one that is too long to be one is known by its digest. */
export function asId(value: unknown): string | undefined {
	const text = asFilledText(value);
	if (text === undefined || text.length <= MAX_ID_CHARACTERS) return text;
	return `long.${createHash('sha256').update(text).digest('hex')}`;
}

export function asNumber(value: unknown): number | undefined {
	if (typeof value !== 'number' && (typeof value !== 'string' || value.trim() === ''))
		return undefined;
	const number = Number(value);
	return Number.isFinite(number) ? number : undefined;
}

export function asBoolean(value: unknown): boolean | undefined {
	return typeof value === 'boolean' ? value : undefined;
}

/** Meta's timestamps: seconds since 1970, as text or number. Undefined for what is no such time. */
export function asTime(value: unknown): IsoTime | undefined {
	const seconds = asNumber(value);
	if (seconds === undefined || seconds <= 0) return undefined;
	const date = new Date(seconds * 1000);
	// The year has four digits, or times would no longer sort as text.
	return Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999
		? undefined
		: date.toISOString();
}

/** A deep copy of JSON that every store can keep and every writer can write: texts cleaned, nesting cut. */
export function safeCopy(value: unknown, depth = 0): unknown {
	if (typeof value === 'string') return cleanText(value);
	if (typeof value !== 'object' || value === null) return value;
	if (depth >= MAX_DEPTH) return null;
	if (Array.isArray(value)) return value.map((entry) => safeCopy(entry, depth + 1));
	return Object.fromEntries(
		Object.entries(value)
			.filter(([key]) => key !== '__proto__')
			.map(([key, entry]) => [cleanText(key), safeCopy(entry, depth + 1)]),
	);
}

/** Leaves out what is undefined, so that a spread does not write over what is known. */
export function defined<T extends object>(value: T): T {
	return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as T;
}

const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** WhatsApp allows 4,096 characters in a text. Whatever is far longer is cut, so that no delivery can fill the store. */
const MAX_CHARACTERS = 100_000;

function cleanText(value: string): string {
	const text = value.length > MAX_CHARACTERS ? value.slice(0, MAX_CHARACTERS) : value;
	// PostgreSQL refuses NUL.
	return text.replace(LONE_SURROGATE, '\uFFFD').replace(/\u0000/g, '');
}
