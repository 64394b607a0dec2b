import type { Slot } from './brief';
import type { CompiledLanguage } from './languages/language';
import { has } from './languages/language';
import { findAmounts, findLooseAmounts, findReferences } from './references';
import type { Span } from './text';
import { sentenceSpans, words } from './text';

/** One statement that a customer's message makes, verbatim. */
export interface Statement {
	slot: Slot;
	value: string;
	score: number;
}

export interface Reading {
	statements: Statement[];
	/** Questions that want an answer, verbatim. */
	questions: string[];
	/** The customer says that the last answer missed the question. */
	missed: boolean;
}

/** A need below this is small talk. */
const MIN_NEED = 1.1;

/**
 * Reads what one message of the customer says. `whole` are spans that are never cut (secrets); `asked` is what the message
 * before asked for.
 */
export function readCustomer(
	text: string,
	languages: readonly CompiledLanguage[],
	whole: readonly Span[],
	asked: { budget: boolean; timeline: boolean },
): Reading {
	const reading: Reading = { statements: [], questions: [], missed: false };
	for (const span of sentenceSpans(text, whole)) {
		const sentence = text.slice(span.start, span.end);
		// Of the same length, so that what is found in it stands at the same place in the sentence.
		const wishes = withoutRefusals(sentence, languages);
		const is = signs(sentence, wishes, languages);
		if (is.missed) reading.missed = true;
		if (is.question && !is.courtesyOnly && !is.personOnly && !is.missed)
			reading.questions.push(questionIn(text, span, whole));

		const need = needScore(sentence, is);
		if (need >= MIN_NEED) reading.statements.push({ slot: 'need', value: sentence, score: need });

		if (is.urgent) reading.statements.push({ slot: 'urgency', value: sentence, score: 1 });

		const product =
			is.personOnly || is.missed ? undefined : findProduct(wishes, languages, is.question);
		if (product) reading.statements.push({ slot: 'product', ...product });

		const budget = findBudget(sentence, languages, asked.budget);
		if (budget) reading.statements.push({ slot: 'budget', ...budget });

		const timeline = findTimeline(sentence, languages, is, asked.timeline);
		if (timeline) reading.statements.push({ slot: 'timeline', ...timeline });
	}
	return reading;
}

/** Spanish marks where a question begins; what stands before it in the sentence is no part of it. */
function questionIn(text: string, { start, end }: Span, whole: readonly Span[]): string {
	const mark = text.slice(start, end).lastIndexOf('¿');
	const at = start + mark;
	const inside = whole.some((span) => span.start < at && span.end > at);
	return mark > 0 && !inside ? text.slice(at, end) : text.slice(start, end);
}

interface Signs {
	want: boolean;
	trouble: boolean;
	question: boolean;
	person: boolean;
	/** Asks for a person and says nothing else. */
	personOnly: boolean;
	courtesyOnly: boolean;
	missed: boolean;
	urgent: boolean;
	length: number;
}

function withoutRefusals(sentence: string, languages: readonly CompiledLanguage[]): string {
	let rest = sentence;
	for (const language of languages)
		rest = rest.replace(language.patterns.refuse, (words) => '\u0000'.repeat(words.length));
	return rest;
}

function signs(sentence: string, wishes: string, languages: readonly CompiledLanguage[]): Signs {
	const any = (pick: (language: CompiledLanguage) => RegExp) =>
		languages.some((language) => has(pick(language), sentence));
	const without = (...picks: Array<(language: CompiledLanguage) => RegExp>) => {
		let rest = sentence;
		for (const language of languages)
			for (const pick of picks) rest = rest.replace(pick(language), ' ');
		return words(rest).length;
	};
	const length = words(sentence).length;
	const person = any((language) => language.patterns.person);
	const courtesyLeft = without((language) => language.patterns.courtesy);
	return {
		want: languages.some((language) => has(language.patterns.want, wishes)),
		trouble: any((language) => language.patterns.trouble),
		question: isQuestion(sentence, languages, length),
		person,
		personOnly:
			person &&
			without(
				(language) => language.patterns.person,
				(language) => language.patterns.want,
				(language) => language.patterns.courtesy,
				(language) => language.patterns.urgent,
			) <= 3,
		courtesyOnly:
			courtesyLeft === 0 || (courtesyLeft < 2 && length > 1 && !/\p{Nd}/u.test(sentence)),
		missed: any((language) => language.patterns.missed),
		urgent:
			any((language) => language.patterns.urgent) &&
			!any((language) => language.patterns.notUrgent),
		length,
	};
}

/** Ends with a question mark, or is short and begins as questions do. */
function isQuestion(
	sentence: string,
	languages: readonly CompiledLanguage[],
	length: number,
): boolean {
	if (/[?？؟][\s"'”»)\p{Extended_Pictographic}\p{M}\u200d!]*$/u.test(sentence)) return true;
	if (length > 9 || length < 2 || /[,:،]/u.test(sentence)) return false;
	return languages.some((language) => {
		const bare = sentence.replace(/^[\p{P}\s]+/u, '');
		return language.patterns.questionStart.test(bare);
	});
}

function needScore(sentence: string, is: Signs): number {
	if (is.courtesyOnly || is.personOnly || is.missed) return 0;
	let score = Math.min(is.length, 14) / 14;
	if (is.want) score += 1.5;
	if (is.trouble) score += 1.5;
	// A question has a field of its own; it is the need where nothing else was said.
	if (is.question && !is.want && !is.trouble) score += 0.8;
	if (is.person) score -= 1.5;
	if (is.length < 4 && !(is.want && is.trouble)) score *= 0.4;
	return sentence.length > 600 ? score / 2 : score;
}

const NAME_WORD = /[\p{L}\p{M}\p{N}]+(?:[’'.\-/+][\p{L}\p{M}\p{N}]+)*\+?/gu;
const MAX_PRODUCT_WORDS = 6;
/** Weight of a name beside words that speak of a product for sure, and beside "I want". */
const SURE = 2;
const LIKELY = 1.2;

/** The name of the thing that the customer asks about: the words next to "interested in", "price of" and their like. */
function findProduct(
	sentence: string,
	languages: readonly CompiledLanguage[],
	question: boolean,
): { value: string; score: number } | undefined {
	let best: { value: string; score: number } | undefined;
	const offer = (value: string, language: CompiledLanguage, weight: number) => {
		const parts = value.toLowerCase().split(/\s+/u);
		if (value === '' || parts.some((word) => language.noProductWords.has(word))) return;
		if (value.replace(language.patterns.timeline, '').trim() === '') return;
		if (weight < SURE && language.infinitive?.test(parts[0] as string)) return;
		if (/^[\p{Nd}.,/:-]+$/u.test(value) || findAmounts(value).length > 0) return;
		if (findReferences(value).length > 0) return;
		if (value.length < 3 || has(language.patterns.trouble, value)) return;
		if (has(language.patterns.urgent, value)) return;
		const named = /\p{Lu}|\p{Nd}/u.test(value.slice(1)) ? 0.5 : 0;
		const score = weight + named;
		if (!best || score > best.score) best = { value, score };
	};
	for (const language of languages) {
		const after = (pattern: RegExp, weight: number) => {
			for (const match of sentence.matchAll(pattern))
				offer(nameAfter(sentence, match.index + match[0].length, language), language, weight);
		};
		after(language.patterns.productAfter, SURE);
		if (question) after(language.patterns.productAsk, SURE);
		after(language.patterns.productWant, LIKELY);
		for (const match of sentence.matchAll(language.patterns.productBefore))
			offer(nameBefore(sentence, match.index, language), language, SURE);
	}
	return best;
}

function nameAfter(sentence: string, from: number, language: CompiledLanguage): string {
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
		if (start < 0) start = at;
		end = at + match[0].length;
		count += 1;
		if (count === MAX_PRODUCT_WORDS) break;
	}
	// "a double room from 3 to 6 May": the number after "de" or "von" is no part of the name.
	return start < 0
		? ''
		: sentence.slice(start, end).replace(/\s+(?:de|del|do|da|du|di|von|vom|van)\s+\d.*$/iu, '');
}

function nameBefore(sentence: string, until: number, language: CompiledLanguage): string {
	let start = until;
	let end = -1;
	let count = 0;
	const before = [...sentence.slice(0, until).matchAll(NAME_WORD)].reverse();
	for (const match of before) {
		const after = sentence.slice(match.index + match[0].length, start);
		if (/[^\s"“”'*_-]/u.test(after)) break;
		const word = match[0].toLowerCase();
		if (language.stopWords.has(word) || language.determinerWords.has(word)) break;
		if (end < 0) end = match.index + match[0].length;
		start = match.index;
		count += 1;
		if (count === MAX_PRODUCT_WORDS) break;
	}
	return end < 0 ? '' : sentence.slice(start, end);
}

function findBudget(
	sentence: string,
	languages: readonly CompiledLanguage[],
	asked: boolean,
): { value: string; score: number } | undefined {
	let cue: number | undefined;
	for (const language of languages) {
		const at = sentence.search(language.patterns.budget);
		if (at >= 0 && (cue === undefined || at < cue)) cue = at;
	}
	if (cue === undefined && !asked) return undefined;
	const sure = findAmounts(sentence);
	const codes = sure.length > 0 ? [] : findReferences(sentence);
	const loose = findLooseAmounts(sentence).filter(
		({ value, start, end }) =>
			big(value) && !codes.some((code) => code.start < end && code.end > start),
	);
	const amounts = sure.length > 0 ? sure : loose;
	if (amounts.length === 0) return undefined;
	const from = cue ?? 0;
	const nearest = [...amounts].sort(
		(a, b) => Math.abs(a.start - from) - Math.abs(b.start - from),
	)[0];
	if (!nearest) return undefined;
	// "up to 3 days" speaks of no money.
	if (sure.length === 0 && !asked && Math.abs(nearest.start - from) > 30) return undefined;
	return { value: nearest.value, score: sure.length > 0 ? 2 : 1.5 };
}

/** A bare number is taken for money from three digits on, or with "k", "mil", "juta". */
function big(value: string): boolean {
	return value.replace(/\D/gu, '').length >= 3 || /[\p{L}\p{M}]/u.test(value);
}

const RUNNING =
	/^(?:today|this|on this|est[ea]|n?est[ae]|hoy|hoje|heute|diese[nrms]?|ce|cette|aujourd|quest[oa]|oggi|vandaag|deze|dit|इस|आज|hari ini|هذا|اليوم|minggu ini|bulan ini)(?![\p{L}\p{M}])/iu;

function findTimeline(
	sentence: string,
	languages: readonly CompiledLanguage[],
	is: Signs,
	asked: boolean,
): { value: string; score: number } | undefined {
	if (is.trouble && !is.want && !is.question && !is.urgent && !asked) return undefined;
	// "Are you open on Saturday?" asks for the company's hours.
	if (is.question && !is.want && languages.some(({ patterns }) => has(patterns.opening, sentence)))
		return undefined;
	let best: { value: string; score: number } | undefined;
	for (const language of languages) {
		for (const match of sentence.matchAll(language.patterns.timeline)) {
			const value = match[0].trim();
			// "What I paid this month", "it broke today": only beside a wish does the running period lie ahead.
			if (RUNNING.test(value) && !is.want && !is.urgent && (is.question || is.trouble)) continue;
			const score = 1 + Math.min(value.length, 30) / 60 + (is.want ? 0.3 : 0);
			if (!best || score > best.score) best = { value, score };
		}
	}
	return best;
}

/** "Great!", "What a pity." answer nothing. */
const MIN_ANSWER_WORDS = 3;

export interface BotReading {
	/** The bot says that it did not understand. */
	fallback: boolean;
	/** The first sentences that say something, verbatim; empty for greetings, questions and announcements of a person. */
	answer: string;
	asks: boolean;
}

/** Reads what a message to the customer says. */
export function readReply(text: string, languages: readonly CompiledLanguage[]): BotReading {
	const any = (pick: (language: CompiledLanguage) => RegExp, sentence: string) =>
		languages.some((language) => has(pick(language), sentence));
	if (any((language) => language.bot.fallback, text) || excuses(text, languages))
		return { fallback: true, answer: '', asks: false };
	const informative: string[] = [];
	let asks = false;
	for (const span of sentenceSpans(text)) {
		const sentence = text.slice(span.start, span.end);
		if (/[?？؟]\s*$/u.test(sentence)) {
			asks = true;
			continue;
		}
		if (any((language) => language.bot.handoff, sentence)) continue;
		if (any((language) => language.bot.empty, sentence)) {
			asks = true;
			// "Hello Ana, your order left our warehouse today": what follows the greeting counts.
			const rest = afterGreeting(sentence, languages);
			if (rest === '' || any((language) => language.bot.empty, rest)) continue;
		}
		if (any((language) => language.patterns.courtesy, sentence) && words(sentence).length < 3)
			continue;
		if (words(sentence).length < MIN_ANSWER_WORDS) continue;
		informative.push(sentence);
	}
	return { fallback: false, answer: informative.join(' '), asks };
}

/** Longest excuse; whoever says more than this has said something. */
const EXCUSE_WORDS = 12;
/** "Sorry, I can't make sense of that": so curt that it cannot say what exactly is impossible. */
const CURT_WORDS = 8;

/** "Sorry, your question is not clear to me", in whatever words: begins with an apology, is short, names no number. */
function excuses(text: string, languages: readonly CompiledLanguage[]): boolean {
	const length = words(text).length;
	if (length > EXCUSE_WORDS || /\p{Nd}/u.test(text)) return false;
	return languages.some((language) => {
		const at = text.search(language.bot.apology);
		if (at < 0 || at > 12) return false;
		return has(language.bot.said, text) || (length <= CURT_WORDS && has(language.bot.cannot, text));
	});
}

/** What follows a greeting and its comma, if it is long enough to say something; else nothing. */
function afterGreeting(sentence: string, languages: readonly CompiledLanguage[]): string {
	const comma = sentence.search(/[,:!،]/u);
	if (comma < 0 || comma > 40) return '';
	if (!languages.some((language) => has(language.patterns.courtesy, sentence.slice(0, comma))))
		return '';
	const rest = sentence.slice(comma + 1).trim();
	return words(rest).length >= 5 ? rest : '';
}
