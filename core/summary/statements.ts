import type { Slot } from './brief';
import type { CompiledLanguage } from './languages/language';
import { has } from './languages/language';
import { findBareName, findName, findSignature } from './names';
import { findProduct } from './products';
import { CODE_KINDS, findAmounts, findLooseAmounts, findReferences } from './references';
import type { Span } from './text';
import { sentenceSpans, words } from './text';
import { findTimeline } from './times';

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
	/** The customer says no, or only "??": after an answer it has not helped. */
	denied: boolean;
	/** Something does not work, has not come or is wrong, or shall be undone. */
	trouble: boolean;
	/** As `trouble`, but not where something shall only be undone. */
	wrong: boolean;
	/** Says what it costs him. */
	burden: boolean;
	/** Asks for a person. */
	person: boolean;
	/** Wants or needs something. */
	wishes: boolean;
	/** How the customer calls himself. */
	name?: string;
}

/** What the message before asked for, and whether nothing has been said yet that a need could be read from. */
export interface ReadingContext {
	budget: boolean;
	timeline: boolean;
	name: boolean;
	/** Nobody knows yet what the customer wants. */
	opening: boolean;
	/** The customer has named something that he wants. */
	buying: boolean;
	/** The message answers the question for a number, an address or the like. */
	answersAsked: boolean;
	/** Something is wrong that nobody has put right: a sum is what was lost. */
	unsolved: boolean;
	/** The last message to the customer asked for something: a bare name may be the answer to it. */
	expects: boolean;
}

/** A need below this is small talk. */
export const MIN_NEED = 1.1;
/** What a customer says first, even in words that no list has, is why he writes. */
const OPENING = 0.9;
/** What a sentence weighs less as a need that only gives a date or a sum. */
const DETAIL = 0.5;
/** What a sentence weighs less as a need that says who somebody is. */
const WHO = 0.6;
/** Words beside the name in a sentence that only introduces. */
const INTRODUCTION_WORDS = 6;
/** Shorter sentences say nothing by themselves. */
const MIN_OPENING_WORDS = 4;

/**
 * Reads what one message of the customer says. `whole` are spans that are never cut (secrets).
 */
export function readCustomer(
	text: string,
	languages: readonly CompiledLanguage[],
	whole: readonly Span[],
	context: ReadingContext,
): Reading {
	const reading: Reading = {
		statements: [],
		questions: [],
		missed: false,
		denied: false,
		trouble: false,
		wrong: false,
		burden: false,
		person: false,
		wishes: false,
	};
	if (/^[\s?？؟!]*[?？؟][\s?？؟!]*$/u.test(text)) reading.denied = true;
	let opening = context.opening && !context.answersAsked;
	for (const span of sentenceSpans(text, whole)) {
		const sentence = text.slice(span.start, span.end);
		// Of the same length, so that what is found in it stands at the same place in the sentence.
		const wishes = withoutRefusals(sentence, languages);
		const is = signs(sentence, wishes, languages);
		if (is.missed) reading.missed = true;
		if (is.negated) reading.denied = true;
		if (is.trouble) reading.trouble = true;
		if (is.wrong) reading.wrong = true;
		if (is.burden) reading.burden = true;
		if (is.person) reading.person = true;
		if (is.want) reading.wishes = true;
		const asks = is.question && (!is.missed || MARKED.test(sentence));
		if (asks && !is.courtesyOnly && !is.personOnly && !is.rhetorical)
			reading.questions.push(questionIn(text, span, whole));

		const name =
			findName(sentence, languages, context.name) ??
			(context.opening || context.expects ? undefined : findBareName(text, languages));
		if (name) reading.name ??= name;

		if (is.urgent) reading.statements.push({ slot: 'urgency', value: sentence, score: 1 });

		const product =
			is.personOnly || is.missed
				? undefined
				: findProduct(wishes, languages, {
						...is,
						// What somebody asks for when something is wrong is a way to mend it.
						question: is.question && !context.unsolved,
						opening: context.opening,
					});
		if (product) reading.statements.push({ slot: 'product', ...product });

		const budget = findBudget(
			sentence,
			languages,
			is,
			context.budget,
			context.buying && !context.unsolved,
		);
		if (budget) reading.statements.push({ slot: 'budget', ...budget });

		const timeline = findTimeline(sentence, languages, is, context.timeline);
		if (timeline) reading.statements.push({ slot: 'timeline', ...timeline });

		// "Good afternoon, this is Sam Field." introduces, and says nothing yet.
		const introduces =
			name !== undefined &&
			!is.want &&
			!is.trouble &&
			is.length - words(name).length <= INTRODUCTION_WORDS;
		// "We need them by 20 August" says when, and of what it is about no more than what was said before.
		const adds = is.trouble || product !== undefined || (!timeline && !budget);
		const tellsWho = name !== undefined && !is.want && !is.trouble && !is.question;
		const need = introduces
			? 0
			: needScore(sentence, is, opening) - (adds ? 0 : DETAIL) - (tellsWho ? WHO : 0);
		if (need >= MIN_NEED) {
			const value = withoutGreeting(sentence, languages, span.start, whole);
			reading.statements.push({ slot: 'need', value, score: need });
			opening = false;
		}
	}
	if (!context.opening) reading.name ??= findSignature(text, languages);
	return reading;
}

/** "Hello, my parcel is lost" is about the parcel; a greeting is cut where enough is left. */
function withoutGreeting(
	sentence: string,
	languages: readonly CompiledLanguage[],
	start: number,
	whole: readonly Span[],
): string {
	let from = 0;
	for (const { patterns } of languages) {
		for (const match of sentence.matchAll(patterns.courtesy)) {
			if (/[^\s\p{P}\p{S}]/u.test(sentence.slice(from, match.index))) break;
			from = Math.max(from, match.index + match[0].length);
		}
	}
	const rest = sentence.slice(from);
	const comma = /^[\s,!.:;–-]+/u.exec(rest);
	const cut = from + (comma?.[0].length ?? 0);
	// "No internet since this morning": without a comma it may be no greeting.
	if (
		!comma ||
		!/[,!.:;–-]/u.test(comma[0]) ||
		words(sentence.slice(cut)).length < MIN_OPENING_WORDS
	)
		return sentence;
	return whole.some((span) => span.start < start + cut && span.end > start + cut)
		? sentence
		: sentence.slice(cut);
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
	wrong: boolean;
	burden: boolean;
	/** "not", "no", "never". */
	negated: boolean;
	question: boolean;
	/** "Are you kidding?": wants no answer. */
	rhetorical: boolean;
	person: boolean;
	/** Asks for a person and says nothing else. */
	personOnly: boolean;
	courtesyOnly: boolean;
	missed: boolean;
	urgent: boolean;
	past: boolean;
	length: number;
}

function withoutRefusals(sentence: string, languages: readonly CompiledLanguage[]): string {
	return blanked(sentence, languages, ({ patterns }) => patterns.refuse);
}

function blanked(
	sentence: string,
	languages: readonly CompiledLanguage[],
	pick: (language: CompiledLanguage) => RegExp,
): string {
	let rest = sentence;
	for (const language of languages)
		rest = rest.replace(pick(language), (words) => '\u0000'.repeat(words.length));
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
	const earnest = blanked(sentence, languages, ({ patterns }) => patterns.harmless);
	const troubled = (text: string) => languages.some(({ patterns }) => has(patterns.trouble, text));
	const trouble = troubled(earnest);
	return {
		want: languages.some((language) => has(language.patterns.want, wishes)),
		trouble,
		wrong: trouble && troubled(blanked(earnest, languages, ({ patterns }) => patterns.undo)),
		burden: any((language) => language.patterns.burden),
		negated: any((language) => language.patterns.negation),
		question: isQuestion(sentence, languages, length),
		rhetorical: any((language) => language.patterns.rhetorical),
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
			courtesyLeft === 0 ||
			(courtesyLeft < 2 && length > 1 && !/\p{Nd}/u.test(sentence) && !MARKED.test(sentence)),
		missed: any((language) => language.patterns.missed),
		urgent:
			any((language) => language.patterns.urgent) &&
			!any((language) => language.patterns.notUrgent),
		past: any((language) => language.patterns.past),
		length,
	};
}

const MARKED = /[?？؟][\s"'”»)\p{Extended_Pictographic}\p{M}\u200d!]*$/u;
/** Longest sentence without a question mark that is still read as a question. */
const MAX_BARE_QUESTION = 22;
/** Where a question may begin within a sentence: "ok cool, can I come by", "order is late - when will it come". */
const CLAUSE_START = /(?:[,;:،.…!]|\s[-–—])\s+/u;

/** Ends with a question mark, or begins (at the start, behind a comma) as questions do; some languages ask at the end. */
function isQuestion(
	sentence: string,
	languages: readonly CompiledLanguage[],
	length: number,
): boolean {
	if (MARKED.test(sentence)) return true;
	if (length > MAX_BARE_QUESTION || length < 2) return false;
	const clauses = sentence.split(CLAUSE_START).map((clause) => clause.replace(/^[\p{P}\s]+/u, ''));
	return languages.some((language) => {
		if (has(language.patterns.questionAnywhere, sentence)) return true;
		return clauses.some((clause) => {
			const bare = clause.replace(language.patterns.questionLead, '');
			return words(bare).length > 1 && language.patterns.questionStart.test(bare);
		});
	});
}

function needScore(sentence: string, is: Signs, opening: boolean): number {
	if (is.courtesyOnly || is.personOnly || is.missed) return 0;
	let score = Math.min(is.length, 14) / 14;
	if (is.want) score += 1.5;
	if (is.trouble) score += 1.5;
	else if (is.negated && !is.question) score += 0.4;
	// A question has a field of its own; it is the need where nothing else was said.
	if (is.question && !is.want && !is.trouble) score += 0.8;
	// Nobody shouts about what is in order.
	if (/!\s*$/u.test(sentence) && is.length >= MIN_OPENING_WORDS) score += 0.4;
	if (is.rhetorical) score -= 1.5;
	if (is.person) score -= 1.5;
	if (opening && is.length >= MIN_OPENING_WORDS && !is.rhetorical) score += OPENING;
	if (is.length < 4 && !(is.want && is.trouble)) score *= 0.4;
	return sentence.length > 600 ? score / 2 : score;
}

/** What means a budget and nothing else. */
const BUDGET_WORD = /budget|presupuesto|orçamento|kostenrahmen|preisrahmen|anggaran|बजट|ميزاني/iu;
/** Characters between "no more than" and the sum. */
const LIMIT_REACH = 24;
/** The same between the sum and "not beyond" behind it. */
const BEYOND_REACH = 40;

function findBudget(
	sentence: string,
	languages: readonly CompiledLanguage[],
	is: Signs,
	asked: boolean,
	buying: boolean,
): { value: string; score: number } | undefined {
	let cue: number | undefined;
	for (const language of languages) {
		const at = sentence.search(language.patterns.budget);
		if (at >= 0 && (cue === undefined || at < cue)) cue = at;
	}
	const sure = findAmounts(sentence);
	// "No more than 90 euros"; "about 90 euros, and I do not want to go beyond".
	const limited =
		cue !== undefined &&
		sure.some(({ start, end }) =>
			start >= cue ? start - cue <= LIMIT_REACH : cue >= end && cue - end <= BEYOND_REACH,
		);
	// "I paid 90 euros" is over, "charged twice, 90 euros" a complaint; "we cannot exceed 90 euros" is neither.
	const over = is.trouble || (is.past && !BUDGET_WORD.test(sentence));
	if (over && !is.want && !asked && !(limited && is.negated)) return undefined;
	// A sum that a buyer names without such a word ("we can stretch to 1800 pounds") is what he has to spend.
	if (cue === undefined && !asked) {
		const [only] = sure;
		// "Invoice TB-11, $1,188.00" says what something cost.
		const billed = findReferences(sentence).some(({ kind }) => CODE_KINDS.includes(kind));
		return buying && only && !is.question && !is.negated && !billed
			? { value: only.value, score: 0.9 }
			: undefined;
	}
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
