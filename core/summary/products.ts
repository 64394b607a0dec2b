import type { CompiledLanguage } from './languages/language';
import { has } from './languages/language';
import { findAmounts, findReferences } from './references';
import type { Span } from './text';
import { words } from './text';

/** What a customer buys, owns or books, as named, and how much speaks for it. */
export interface FoundProduct {
	value: string;
	score: number;
}

/** What is refused has been blanked; an article may stand between. */
const REFUSED = /\u0000\s*(?:[\p{L}’']{1,5}\s+)?$/u;

const NAME_WORD = /[\p{L}\p{M}\p{N}]+(?:[’'.\-/+][\p{L}\p{M}\p{N}]+)*\+?/gu;
const MAX_NAME_WORDS = 6;
/** Words before "vans" in "a few used electric vans" that are read as part of the name. */
const MAX_QUALIFIERS = 3;
/** The same where only a small word before them shows that it begins ("do you do printed tote bags"). */
const MAX_BARE_QUALIFIERS = 2;
/** Words behind it that are: a model's name and number. */
const MAX_MODEL_WORDS = 3;

/** Weight of a name beside words that speak of a product for sure, and beside "I want". */
const SURE = 2;
const LIKELY = 1.2;
/** Of a thing that people buy, where the sentence speaks of a wish or of something that is wrong; and elsewhere. */
const THING = 2.2;
const MENTIONED = 1.8;
/** Named in a first message that says no more: "Mark from studio Clear" may only introduce. */
const OPENED = 1.5;
/** A name that holds such a thing and stands beside such words. */
const BOTH = 2.7;
/** What speaks against a name. */
const ASIDE = 0.5;
/** What has a model's name or number is meant, rather than its kind. */
const NAMED = 0.5;

/** The name of the thing that the customer asks about or has trouble with, in one sentence. */
export function findProduct(
	sentence: string,
	languages: readonly CompiledLanguage[],
	is: { question: boolean; want: boolean; trouble: boolean; past: boolean; opening: boolean },
): FoundProduct | undefined {
	let best: FoundProduct | undefined;
	const offer = (value: string, weight: number, named = isNamed(value)) => {
		const score = weight + (named ? NAMED : 0);
		if (!best || score > best.score) best = { value, score };
	};
	let addresses: Span[] | undefined;
	// "anna@worldofpc.example" owns no PC, nor does who lives in "Laptop Lane".
	const inAddress = ({ start, end }: Span) => {
		addresses ??= findReferences(sentence).filter(
			({ kind }) => kind === 'address' || kind === 'email',
		);
		return addresses.some((span) => span.start < end && span.end > start);
	};
	for (const language of languages) {
		const things = [...sentence.matchAll(language.patterns.things)]
			.map((match) => ({ start: match.index, end: match.index + match[0].length }))
			.filter((span) => !inAddress(span));
		const cued = ({ start, end }: Span, weight: number) => {
			const value = sentence.slice(start, end);
			if (!isName(value, language, weight)) return;
			const within = things.filter((span) => span.start >= start && span.start < end);
			const thing = language.qualifiersBefore ? within.at(-1) : within[0];
			// Beside a thing that people buy, another word ("the advert") is hardly the product.
			if (!thing) return offer(value, things.length > 0 ? weight - ASIDE : weight);
			// Where what tells it apart stands before, what follows is another word ("the Growth plan ends").
			const own = nameEnd(sentence, thing.end, language);
			const to = language.qualifiersBefore ? own : Math.max(withoutTown(sentence, start, end), own);
			const from = language.qualifiersBefore ? start : thing.start;
			offer(sentence.slice(from, to), BOTH);
		};
		const after = (pattern: RegExp, weight: number) => {
			for (const match of sentence.matchAll(pattern))
				cued(nameAfter(sentence, match.index + match[0].length, language), weight);
		};
		after(language.patterns.productAfter, SURE);
		if (is.question) after(language.patterns.productAsk, SURE);
		after(language.patterns.productWant, LIKELY);
		for (const match of sentence.matchAll(language.patterns.productBefore))
			cued(nameBefore(sentence, match.index, language), SURE);
		// What is only asked about in passing ("do you take insurance?") is not what it is about.
		if (!is.want && !is.trouble && !is.past && !is.opening) continue;
		for (const { start, end } of things) {
			const from = language.qualifiersBefore ? nameStart(sentence, start, language) : start;
			if (REFUSED.test(sentence.slice(0, from))) continue;
			const name = sentence.slice(from, nameEnd(sentence, end, language));
			const weight = is.want || is.trouble ? THING : is.past ? MENTIONED : OPENED;
			const place = isPlace(sentence, from, language) ? ASIDE * 2 : 0;
			// The town in "un piso de Gijón" is no model.
			const named = isNamed(sentence.slice(from, end)) || hasModel(sentence, end, language);
			offer(name, weight - place, named);
		}
	}
	return best;
}

/** Whether what stands beside a cue can be a product at all. */
function isName(value: string, language: CompiledLanguage, weight: number): boolean {
	const parts = value.toLowerCase().split(/\s+/u);
	if (value.length < 3 || parts.some((word) => language.noProductWords.has(word))) return false;
	if (value.replace(language.patterns.timeline, '').trim() === '') return false;
	if (weight < SURE && language.infinitive?.test(parts[0] as string)) return false;
	if (/^[\p{Nd}.,/:-]+$/u.test(value) || findAmounts(value).length > 0) return false;
	if (findReferences(value).length > 0) return false;
	if (has(language.patterns.past, value)) return false;
	return !has(language.patterns.trouble, value) && !has(language.patterns.urgent, value);
}

function nameAfter(sentence: string, from: number, language: CompiledLanguage): Span {
	let start = -1;
	let end = from;
	let count = 0;
	for (const match of sentence.slice(from).matchAll(NAME_WORD)) {
		const at = from + match.index;
		const gap = sentence.slice(end, at);
		if (/[^\s"“”«»‘’'*_-]/u.test(gap)) break;
		const word = match[0].toLowerCase();
		if (start < 0 && language.determinerWords.has(word)) {
			end = at + match[0].length;
			continue;
		}
		if (language.stopWords.has(word)) break;
		if (start >= 0 && language.nameBreak?.test(word)) break;
		if (start < 0) start = at;
		end = at + match[0].length;
		count += 1;
		if (count === MAX_NAME_WORDS) break;
	}
	if (start < 0) return { start: 0, end: 0 };
	// "ático de" before "la calle": a name does not end so.
	for (;;) {
		const last = /\s+([\p{L}\p{M}]+)$/u.exec(sentence.slice(start, end));
		if (!last || !language.determinerWords.has((last[1] as string).toLowerCase())) break;
		end -= last[0].length;
	}
	// "a double room from 3 to 6 May": the number after "de" or "von" is no part of the name.
	const number = /\s+(?:de|del|do|da|du|di|von|vom|van)\s+\d.*$/iu.exec(sentence.slice(start, end));
	return { start, end: number ? start + number.index : end };
}

/** "mudança de um T2 de Braga": a town at the end tells where, as long as something else tells which. */
function withoutTown(sentence: string, start: number, end: number): number {
	const town = /(?<=\s\S+\s\S+)\s(?:de|em|a|à|da|do|di|du|en|in) \p{Lu}\p{Ll}+$/u.exec(
		sentence.slice(start, end),
	);
	return town ? start + town.index : end;
}

function nameBefore(sentence: string, until: number, language: CompiledLanguage): Span {
	let start = until;
	let end = -1;
	let count = 0;
	for (const match of wordsBefore(sentence, until)) {
		const after = sentence.slice(match.index + match[0].length, start);
		if (/[^\s"“”'*_-]/u.test(after)) break;
		const word = match[0].toLowerCase();
		if (language.stopWords.has(word) || language.determinerWords.has(word)) break;
		if (end < 0) end = match.index + match[0].length;
		start = match.index;
		count += 1;
		if (count === MAX_NAME_WORDS) break;
	}
	return end < 0 ? { start: 0, end: 0 } : { start, end };
}

/** Where the name of a thing begins: with the words that tell which one ("blue Corolla"), if something shows where they do. */
function nameStart(sentence: string, thing: number, language: CompiledLanguage): number {
	let from = thing;
	for (const match of wordsBefore(sentence, thing)) {
		const word = match[0].toLowerCase();
		if (!/^[\s-]$/u.test(sentence.slice(match.index + match[0].length, from))) break;
		// "a blue car", "6 electric vans": the article or number shows the beginning.
		if (language.determinerWords.has(word) || /^\p{Nd}+$/u.test(word)) return from;
		if (language.months.includes(word)) return from;
		const small = language.stopWords.has(word) || language.commonWords.has(word);
		if (small && words(sentence.slice(from, thing)).length > MAX_BARE_QUALIFIERS) break;
		if (small || [WANT, PAST].some((pick) => has(pick(language), word))) return from;
		// "double" says that something is wrong, but in "a double door fridge".
		const harmless = startsWith(language.patterns.harmless, sentence.slice(match.index));
		if (!harmless && has(TROUBLE(language), word)) return from;
		if (endsInCue(sentence.slice(0, from), language)) return from;
		from = match.index;
		if (words(sentence.slice(from, thing)).length > MAX_QUALIFIERS) return thing;
	}
	if (from === 0 || endsInCue(sentence.slice(0, from), language)) return from;
	// Nothing shows where it begins: only what is written as a name belongs to it.
	const named = [...sentence.slice(from, thing).matchAll(NAME_WORD)].find((word) =>
		/\p{Lu}|\p{Nd}/u.test(word[0]),
	);
	return named && language.code !== 'de' ? from + named.index : thing;
}

function endsInCue(before: string, language: CompiledLanguage): boolean {
	const text = before.slice(-REACH).trimEnd();
	return [language.patterns.productAfter, language.patterns.productWant].some((cue) =>
		[...text.matchAll(cue)].some((match) => match.index + match[0].length === text.length),
	);
}

/** Where the name of a thing ends: behind "de lavar", "Corolla 2019", "olahraga". */
function nameEnd(sentence: string, thing: number, language: CompiledLanguage): number {
	let end = thing;
	// "toaster oven": of two things in a row the second one is the kind, the first one which.
	const second = language.qualifiersBefore && /^ ([\p{L}\p{M}-]+)/u.exec(sentence.slice(end));
	if (second && wholly(second[1] as string, language.patterns.things)) end += second[0].length;
	const tail = language.patterns.thingTail.exec(sentence.slice(end));
	if (tail && plainWords(tail[0], language) && !isPriced(sentence, end, tail[0]))
		end += tail[0].length;
	for (let count = 0; count < MAX_MODEL_WORDS; count += 1) {
		const next = MODEL_WORD.exec(sentence.slice(end));
		if (!next || !isModelWord(next[1] as string, sentence.slice(end), language)) break;
		end += next[0].length;
	}
	return end;
}

/** "a phone of €420": the sum is cut by no name. */
function isPriced(sentence: string, end: number, tail: string): boolean {
	if (!/\p{Nd}/u.test(tail)) return false;
	return findAmounts(sentence.slice(end, end + tail.length + REACH)).some(
		({ start }) => start < tail.length,
	);
}

function isNamed(name: string): boolean {
	return /\p{Lu}|\p{Nd}/u.test(name.slice(1));
}

function hasModel(sentence: string, thing: number, language: CompiledLanguage): boolean {
	const next = MODEL_WORD.exec(sentence.slice(thing));
	return next !== null && isModelWord(next[1] as string, sentence.slice(thing), language);
}

function startsWith(pattern: RegExp, text: string): boolean {
	return text.search(pattern) === 0;
}

function wholly(word: string, pattern: RegExp): boolean {
	return word.replace(pattern, '') === '';
}

const MODEL_WORD = /^ ([\p{L}\p{M}\p{N}]+(?:[-.+][\p{L}\p{N}]+)*\+?)(?![\p{L}\p{M}\p{N}])/u;

const WANT = ({ patterns }: CompiledLanguage) => patterns.want;
const TROUBLE = ({ patterns }: CompiledLanguage) => patterns.trouble;
const PAST = ({ patterns }: CompiledLanguage) => patterns.past;

/** Characters before a word in which its name begins, if at all. */
const REACH = 120;

/** Words before a place, the nearest first, with their index in the sentence. */
function wordsBefore(sentence: string, until: number): Array<{ 0: string; index: number }> {
	const from = Math.max(0, until - REACH);
	return [...sentence.slice(from, until).matchAll(NAME_WORD)]
		.map((match) => ({ 0: match[0], index: from + match.index }))
		.reverse();
}

/** "in the app", "for an office": where or what for. */
function isPlace(sentence: string, thing: number, language: CompiledLanguage): boolean {
	// Hindi says behind it that something is the place.
	if (language.placeAfter?.test(sentence.slice(thing))) return true;
	for (const match of wordsBefore(sentence, thing).slice(0, 2)) {
		const word = match[0].toLowerCase();
		if (language.places.has(word)) return true;
		if (!language.determinerWords.has(word)) return false;
	}
	return false;
}

function plainWords(text: string, language: CompiledLanguage): boolean {
	const own = text.toLowerCase().trim().split(/\s+/u);
	const last = own[own.length - 1] as string;
	return (
		!language.stopWords.has(last) &&
		!language.determinerWords.has(last) &&
		!language.commonWords.has(last) &&
		!/^\p{Nd}{1,2}$/u.test(last) &&
		!has(language.patterns.trouble, text) &&
		!has(language.patterns.past, text) &&
		!has(language.patterns.timeline, text) &&
		findReferences(text).length === 0
	);
}

/** "300 sheets": a number of things is no model either. */
const COUNTED =
	/^ \p{Nd}+ (?:lembar|pcs|buah|orang|porsi|people|persons|pieces|copies|sheets|personas|piezas|unidades|pessoas|peças|personen|stück|blatt|personnes|pièces|exemplaires|persone|pezzi|copie|stuks|log|nag|piece|قطع[ةه]?|شخص|أشخاص)(?![\p{L}\p{M}])/iu;

function isModelWord(word: string, rest: string, language: CompiledLanguage): boolean {
	if (has(language.patterns.timeline, word) || has(language.patterns.courtesy, word)) return false;
	if (language.stopWords.has(word.toLowerCase())) return false;
	if (findReferences(rest.slice(0, 24)).some(({ start }) => start <= 2)) return false;
	// "9 days ago" begins with no model.
	if (/\p{Nd}/u.test(word))
		return (
			word.length <= 6 &&
			!/^\p{Nd}{1,2}[:h]/u.test(word) &&
			!COUNTED.test(rest) &&
			![language.patterns.past, language.patterns.timeline].some((pattern) =>
				startsWith(pattern, rest.slice(1, REACH)),
			)
		);
	// German writes every noun with a capital: it says nothing there.
	return language.code !== 'de' && /^\p{Lu}/u.test(word);
}
