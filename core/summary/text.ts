/**
 * Text as staff see it: cut where a reader would cut, never inside a character, and free of characters that only serve to
 * deceive. All functions are pure.
 */

import { lazily } from '../lazily';

const graphemeSegmenter = lazily(() => new Intl.Segmenter('und', { granularity: 'grapheme' }));
const sentenceSegmenter = lazily(() => new Intl.Segmenter('und', { granularity: 'sentence' }));

/** Longest text of one message that is read; WhatsApp itself allows 4,096 characters. */
export const MAX_MESSAGE_CHARACTERS = 8_000;

/** A part of a text: from `start` up to but without `end`, in UTF-16 units. */
export interface Span {
	start: number;
	end: number;
}

/**
 * One line without characters that no reader sees but a program or a terminal obeys: control characters, bidirectional
 * overrides and isolates, zero-width spaces, lone surrogates. ZWJ and ZWNJ stay, since emoji and several scripts are spelt with them.
 */
export function oneLine(text: string): string {
	return text
		.toWellFormed()
		.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/gu, ' ')
		.replace(/[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\u061c\ufeff\u{e0000}-\u{e0fff}]/gu, '')
		.replace(/\s+/gu, ' ')
		.trim();
}

/** Number of characters as a reader counts them. */
export function graphemeCount(text: string): number {
	let count = 0;
	for (const _ of graphemeSegmenter().segment(text)) count += 1;
	return count;
}

/**
 * The beginning of `text` in at most `max` UTF-16 units (the unit in which CRMs and WhatsApp state their limits): whole
 * sentences if at least half of the room is used so, else whole words, else whole characters; "…" marks the cut.
 */
export function clip(text: string, max: number): string {
	if (text.length <= max) return text;
	if (max < 2) return '';
	const room = max - 1;
	let sentences = '';
	for (const { segment } of sentenceSegmenter().segment(text.slice(0, max + 400))) {
		if (sentences.length + segment.trimEnd().length > room) break;
		sentences += segment;
	}
	sentences = sentences.trimEnd();
	if (sentences.length >= room / 2) return `${sentences}…`;

	let graphemes = '';
	let word = '';
	for (const { segment } of graphemeSegmenter().segment(text.slice(0, max + 400))) {
		if (graphemes.length + segment.length > room) break;
		if (/^\s+$/u.test(segment)) word = graphemes;
		graphemes += segment;
	}
	const kept = word.length >= room / 2 ? word : graphemes;
	return kept === '' ? '' : `${kept.trimEnd()}…`;
}

/**
 * The sentences of a text as spans, trimmed. A boundary inside one of `whole` (a card number over two lines) is not a
 * boundary, so that no part of it ever stands alone.
 */
export function sentenceSpans(text: string, whole: readonly Span[] = []): Span[] {
	const spans: Span[] = [];
	const add = (start: number, to: number) => {
		let from = start;
		// Unicode's rules see no end of a sentence before a small letter; people who type fast do.
		for (const match of text.slice(start, to).matchAll(SMALL_LETTER_AFTER_STOP)) {
			const stop = start + match.index + match[0].length;
			if (endsInAbbreviation(text, stop)) continue;
			if (whole.some((span) => span.start < stop && span.end > stop)) continue;
			push(from, stop);
			from = stop;
		}
		push(from, to);
	};
	const push = (from: number, to: number) => {
		const span = trimmed(text, from, to);
		if (span.end > span.start) spans.push(span);
	};
	let start = 0;
	for (const { index, segment } of sentenceSegmenter().segment(text)) {
		const end = index + segment.length;
		// "Nr. 5", "Av. 9 de Julio", "No. 12": an abbreviation before a number or a name is not the end of a sentence.
		if (end < text.length && endsInAbbreviation(text, end)) continue;
		if (whole.some((span) => span.start < end && span.end > end)) continue;
		add(start, end);
		start = end;
	}
	add(start, text.length);
	return spans;
}

const SMALL_LETTER_AFTER_STOP =
	/(?<=[\p{L}\p{M}\p{N}]{2}|[)"”€$%])\.\s+(?=\p{Ll})|[.!?…]\s+(?=[¿¡])|\p{Extended_Pictographic}[\p{M}\u200d\ufe0f]*\s+(?=\p{Lu}\p{L})|(?<=.{15})\p{Extended_Pictographic}[\p{M}\u200d\ufe0f]*\s+(?=\p{L}.{12})/gu;

const ABBREVIATION =
	/(?:^|[\s(])(?:nr|no|núm|num|n|art|av|avda|st|str|jl|rp|dr|mr|mrs|ms|sr|sra|sig|tel|ref|ord|pls|approx|ca|z\.\s?b|bzw|rs|\d{1,2})\.\s*$/iu;
/** "2. Mai", "am 3. Tag": a number that counts, in place of one that ends a sentence ("after the 10. Do I need"). */
const ORDINAL_AFTER =
	/^(?:(?:jan|feb|mär|apr|mai|jun|jul|aug|sep|okt|nov|dez)\p{L}*|(?:Tag|Woche|Monat|Stock|Etage|Klasse|Quartal|Mal)\p{L}*)/iu;
const ORDINAL_BEFORE =
	/(?:^|\s)(?:am|zum|vom|den|dem|der|bis|ab|die|das|im|beim)\s+\d{1,2}\.\s*$/iu;

function endsInAbbreviation(text: string, end: number): boolean {
	const before = text.slice(Math.max(0, end - 16), end);
	// "bis zum 30.11. zahlen"
	if (/(?:^|[\s(])\d{1,2}\.\d{1,2}\.\s*$/u.test(before))
		return /^[\p{Ll}\d]/u.test(text.slice(end));
	if (!ABBREVIATION.test(before)) return false;
	if (!/(?:^|\s)\d{1,2}\.\s*$/u.test(before)) return true;
	const after = text.slice(end);
	return /^\p{Ll}|^\d/u.test(after) || ORDINAL_AFTER.test(after) || ORDINAL_BEFORE.test(before);
}

function trimmed(text: string, start: number, end: number): Span {
	while (start < end && /\s/u.test(text[start] as string)) start += 1;
	while (end > start && /\s/u.test(text[end - 1] as string)) end -= 1;
	return { start, end };
}

/** A text with every decimal digit of any script as ASCII and invisible characters left out, and the way back. */
export interface PlainDigits {
	text: string;
	/** Index in the original for every index of `text`, and for its end. */
	origin: number[];
}

const INVISIBLE = /^[\u200b-\u200f\u2060-\u2064\ufeff\u00ad\u202a-\u202e\u2066-\u2069]$/u;
/** What makes an emoji of a digit; left out with `keycaps`. */
const KEYCAP = /^[\ufe0f\u20e3]$/u;
const NEEDS_PLAIN = /[^\u0000-\u007f]/u;

/** See {@link PlainDigits}. "٤٢" and "४२" and "42" come out alike. */
export function plainDigits(text: string, { keycaps = false } = {}): PlainDigits {
	if (!NEEDS_PLAIN.test(text)) {
		return { text, origin: Array.from({ length: text.length + 1 }, (_, index) => index) };
	}
	let plain = '';
	const origin: number[] = [];
	let index = 0;
	for (const character of text) {
		if (!INVISIBLE.test(character) && !(keycaps && KEYCAP.test(character))) {
			const digit = digitOf(character);
			const out = digit ?? character;
			for (let unit = 0; unit < out.length; unit += 1) origin.push(index + (digit ? 0 : unit));
			plain += out;
		}
		index += character.length;
	}
	origin.push(text.length);
	return { text: plain, origin };
}

const DECIMAL = /^\p{Nd}$/u;

/** ASCII digit for a decimal digit of any script: Unicode keeps the ten digits of a script in one row. */
function digitOf(character: string): string | undefined {
	if (character >= '0' && character <= '9') return undefined;
	if (!DECIMAL.test(character)) return undefined;
	const code = character.codePointAt(0) as number;
	let zero = code;
	while (zero > code - 9 && DECIMAL.test(String.fromCodePoint(zero - 1))) zero -= 1;
	// Mathematical digits (U+1D7CE…U+1D7FF) follow each other without a gap.
	if (code >= 0x1d7ce && code <= 0x1d7ff) return String((code - 0x1d7ce) % 10);
	return String(code - zero);
}

/** Compares what people mean, not how they typed it: case, accents' composition, digits, spaces and quote marks. */
export function sameWords(text: string): string {
	return plainDigits(text.normalize('NFKC'))
		.text.toLowerCase()
		.replace(/[\p{P}\p{S}\s]+/gu, ' ')
		.trim();
}

/** Words of a text, in its own spelling. */
export function words(text: string): string[] {
	return text.match(/[\p{L}\p{M}\p{N}]+(?:['’.-][\p{L}\p{M}\p{N}]+)*/gu) ?? [];
}
