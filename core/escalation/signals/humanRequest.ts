import { type Reading, words } from '../reading';
import type { Signal } from '../signal';
import type { PhraseMatch } from '../matcher';
import type { Language } from '../lexicon';
import { likeliestWish, type Wish } from '../wish';

type Stretch = Pick<PhraseMatch, 'from' | 'to'>;

/** Words between a negation and what it negates, at most. */
const REACH = 7;
/** Languages that put the negation behind the verb, and how far. */
const NEGATES_BEHIND: ReadonlySet<Language> = new Set(['de', 'nl', 'hi'] as const);
const BEHIND = 2;
/** Languages in which the negation may stand between what failed and the plea. */
const NEGATES_FAILURE_BEHIND: ReadonlySet<Language> = new Set(['de', 'nl', 'fr', 'hi'] as const);
/** Words between what failed and the plea that follows, at most: "i havent received [my refund] please connect me". */
const BETWEEN = 3;

/**
 * "I want to talk to a person", in every way that people write it. Absolute and immediate. Not taken for one: a refusal ("no
 * need for an agent"), talk about people ("your agent told me …"), and questions about opening hours or prices.
 */
export const humanRequest: Signal = {
	name: 'human_request',
	label: 'Asked for a person',
	find({ reading }) {
		const request = requestIn(reading);
		if (!request) return undefined;
		return {
			value: request.strength,
			immediate: request.strength >= 0.9,
			evidence: words(reading, request),
			reason: 'The customer asked for a person',
			priority: 'high',
		};
	},
};

/**
 * From what score on the model hears a wish in words that the phrases do not have; below which a phrase that was found is none
 * ("do you charge for speaking to an agent"), which takes more where it demands ("why can't I talk to a person"), turns the bot
 * down, or a comma sets it off from a story; and from where on a wish counts although a phrase refuses. Chosen on messages that
 * the model had not been trained on (docs/accuracy.md, "Requests in many wordings").
 */
const CERTAIN = 0.25;
const DENIED = -1.5;
const DENIED_FIRM = -4;
const BEYOND_DOUBT = 3;
/** Of a wish that only the model hears: as immediate as a phrase, with a little less weight. */
const HEARD = 0.95;

/** The request for a person that a message makes, if it does: by the phrases, or in words that only the model knows. */
export function requestIn(
	reading: Reading,
): Pick<PhraseMatch, 'from' | 'to' | 'strength'> | undefined {
	const phrase = phraseIn(reading);
	// Where there is nothing else, there is nothing that could make another thing of it.
	if (phrase && phrase.to - phrase.from === reading.words.words.length) return phrase;
	const wish = likeliestWish(reading);
	if (!wish) return phrase;
	if (phrase) {
		if (answersNo(reading, phrase)) return undefined;
		const firm =
			phrase.group === 'human_demand' ||
			setOff(reading, phrase) ||
			namesMachine(reading, phrase.language as Language, phrase.from, phrase.to);
		const denied = wish.score < (firm ? DENIED_FIRM : DENIED);
		return denied ? undefined : phrase;
	}
	return wish.score >= CERTAIN && !otherwiseKnown(reading, wish) && !answersNo(reading, wish)
		? { ...wish, strength: HEARD }
		: undefined;
}

/** Whether a comma parts it from what stands before it in the sentence: "the parcel is late, call me". */
function setOff({ words: read }: Reading, phrase: Stretch): boolean {
	const sentence = read.sentences[phrase.from];
	for (let i = phrase.from; i > 0 && read.sentences[i - 1] === sentence; i--)
		if (read.paused[i]) return true;
	return false;
}

/** Words of a question and of the answer to it, at most. */
const ASKED = 3;
const ANSWERED = 3;

/** "An agent? God no": who asks so short a question, and answers it, was asked it before. */
function answersNo(reading: Reading, asked: Stretch): boolean {
	const { words: read, lexicon, language } = reading;
	const sentence = read.sentences[asked.from]!;
	if (!read.questions.has(sentence)) return false;
	const from = read.sentences.indexOf(sentence);
	const answer = read.sentences.lastIndexOf(sentence) + 1;
	if (answer - from > ASKED || answer >= read.words.length) return false;
	const to = read.sentences.lastIndexOf(read.sentences[answer]!) + 1;
	if (to - answer > ANSWERED) return false;
	const spoken: Language[] = language.language ? [language.language, 'en'] : ['en'];
	const says = (i: number) =>
		spoken.some((tag) => lexicon.matcher.listAt(tag, 'noes', read, i) > 0);
	if (!says(answer) && !(answer + 1 < to && says(answer + 1))) return false;
	// "A manager? No answer." "An agent? No bot please."
	const failed = reading.found.get('trouble')?.some((t) => t.from < to && answer < t.to) ?? false;
	return !failed && !spoken.some((tag) => namesMachine(reading, tag, answer));
}

/** What the phrases know as such, the model takes for a wish only where it is very sure: a complaint asks for nobody by name. */
const OTHERWISE_KNOWN = ['human_refusal', 'human_declined', 'topic.complaint'] as const;

function otherwiseKnown(reading: Reading, wish: Wish): boolean {
	return (
		wish.score < BEYOND_DOUBT &&
		OTHERWISE_KNOWN.some((group) =>
			reading.found.get(group)?.some((match) => overlaps(match, wish)),
		)
	);
}

/** The phrase that asks for a person, where no other speaks against it. */
export function phraseIn(reading: Reading): PhraseMatch | undefined {
	// A demand brings its own negation ("no more bots", "why can't I talk to anyone"): only talk about people speaks against it.
	const demands = reading.found.get('human_demand') ?? [];
	const requests = [...(reading.found.get('human_request') ?? []), ...demands];
	if (requests.length === 0) return nothingElse(reading);
	const refusals = reading.found.get('human_refusal') ?? [];
	const about = reading.found.get('human_about') ?? [];
	let best: PhraseMatch | undefined;
	for (const request of requests) {
		if (best && best.strength >= request.strength) continue;
		if (about.some((a) => overlaps(a, request) && speaksOf(reading, a, request))) continue;
		if (declined(reading, request.to)) continue;
		if (demands.includes(request)) {
			best = request;
			continue;
		}
		if (
			refusals.some((refusal) => overlaps(refusal, request) && refuses(reading, refusal, request))
		) {
			continue;
		}
		if (negated(reading, request)) continue;
		best = request;
	}
	return best;
}

/** Words that a sentence may have of which nothing is said but that a person is wanted, at most. */
const MOST_WORDS = 12;
/** … and where no word wishes, as in "hey human" and "agent where are you". */
const FEW_WORDS = 4;
/** Word lists whose words say nothing beside a wish. */
const FILLERS = ['filler', 'det', 'want', 'link', 'talk', 'reach', 'with', 'when'] as const;

/**
 * A sentence that names a person of the service and has otherwise only words of wishing: "yes please, a person", "let me through
 * to an agent". In languages that have the list `filler`.
 */
function nothingElse(reading: Reading): PhraseMatch | undefined {
	const named = reading.found.get('human_named');
	if (!named) return undefined;
	const { words: read } = reading;
	const called = reading.found.get('human_called') ?? [];
	for (const match of named) {
		const language = match.language as Language;
		const sentence = read.sentences[match.from];
		const from = read.sentences.indexOf(sentence!);
		const to = read.sentences.lastIndexOf(sentence!) + 1;
		if (to - from > MOST_WORDS || aboutOrRefused(reading, from, to)) continue;
		if (declined(reading, to)) continue;
		if (
			onlyFiller(reading, language, from, match.from) &&
			onlyFiller(reading, language, match.to, to) &&
			(wishes(reading, language, from, to) ||
				(to - from <= FEW_WORDS && called.some((c) => overlaps(c, match))))
		)
			return { ...match, group: 'human_request', strength: 1 };
	}
	return undefined;
}

/** "Agent? No thanks." */
function declined(reading: Reading, from: number): boolean {
	return reading.found.get('human_declined')?.some((match) => match.from === from) ?? false;
}

function aboutOrRefused(reading: Reading, from: number, to: number): boolean {
	return ['human_about', 'human_refusal'].some((group) =>
		reading.found.get(group)?.some((match) => match.from < to && from < match.to),
	);
}

/** Whether a word of wishing is there: "with the operator" and "send it to the person" have none. */
function wishes(reading: Reading, language: Language, from: number, to: number): boolean {
	const { matcher } = reading.lexicon;
	for (let i = from; i < to; i++) {
		if (matcher.listAt(language, 'plea', reading.words, i) > 0) return true;
		if (matcher.listAt(language, 'want', reading.words, i) > 0) return true;
	}
	return false;
}

function onlyFiller(reading: Reading, language: Language, from: number, to: number): boolean {
	const { matcher } = reading.lexicon;
	for (let i = from; i < to;) {
		let longest = 0;
		for (const list of FILLERS) {
			longest = Math.max(longest, matcher.listAt(language, list, reading.words, i));
		}
		if (longest === 0 || matcher.listAt(language, 'neg', reading.words, i) > 0) return false;
		i += longest;
	}
	return true;
}

/** Whether the customer turns a person down: what a model sees in "no i do not want an agent" is then no trouble. */
export function refusesPerson(reading: Reading): boolean {
	return (
		(reading.found.has('human_refusal') || reading.found.has('human_request')) &&
		phraseIn(reading) === undefined &&
		!(reading.found.get('human_about') ?? []).some((a) =>
			(reading.found.get('human_request') ?? []).some((r) => overlaps(a, r)),
		)
	);
}

function overlaps(a: Stretch, b: Stretch): boolean {
	return a.from < b.to && b.from < a.to;
}

/** Whether talk about people is in the language of the request, or in that of the message: a short one may sound like several. */
function speaksOf(reading: Reading, about: PhraseMatch, request: PhraseMatch): boolean {
	return about.language === request.language || about.language === reading.language.language;
}

/** A refusal of the person; "I don't want to talk to a bot" refuses the bot, and "no, I want a human" an earlier offer. */
function refuses(reading: Reading, refusal: PhraseMatch, request: PhraseMatch): boolean {
	// "That's not helping, can I talk to a person": the comma ends what the negation reaches.
	for (let i = refusal.from + 1; i < refusal.to && i <= request.from; i++) {
		if (reading.words.paused[i] || pleads(reading, refusal.language as Language, i)) return false;
	}
	// "A person, not a machine": what the comma sets off turns the bot down.
	for (let i = request.to; i < refusal.to; i++) {
		if (reading.words.paused[i] && namesMachine(reading, request.language as Language, i))
			return false;
	}
	return (
		!againstBot(reading, refusal) &&
		!asksWhyNot(reading, refusal.language as Language, refusal.from)
	);
}

function againstBot(reading: Reading, match: PhraseMatch): boolean {
	const language = match.language as Language;
	const { matcher } = reading.lexicon;
	let bot = -1;
	let negation = -1;
	for (let i = match.from; i < match.to; i++) {
		if (negation < 0 && matcher.listAt(language, 'neg', reading.words, i)) negation = i;
		else if (negation >= 0 && matcher.listAt(language, 'machine', reading.words, i)) bot = i;
	}
	return negation >= 0 && bot > negation;
}

/** Whether a negation stands before the request with nothing but small words in between. */
function negated(reading: Reading, request: PhraseMatch): boolean {
	const { words: read, lexicon } = reading;
	const language = request.language as Language;
	const { matcher } = lexicon;
	// English words turn up in every language, and so do English negations.
	const spoken: Language[] = language === 'en' ? ['en'] : [language, 'en'];
	const sentence = read.sentences[request.from];
	// "I'd prefer not to be transferred", "ich will keinen Rückruf"; and behind it: "bel me niet".
	const behind = NEGATES_BEHIND.has(language) ? BEHIND : 0;
	for (let i = request.from + 1; i < request.to + behind && i < read.words.length; i++) {
		if (i >= request.to && (read.paused[i] || read.sentences[i] !== sentence)) break;
		if (!matcher.listAt(language, 'negation', read, i)) continue;
		if (asksWhyNot(reading, language, i) || namesMachine(reading, language, request.from)) continue;
		return true;
	}
	for (let i = request.from - 1; i >= 0 && i >= request.from - REACH; i--) {
		if (read.sentences[i] !== sentence) return false;
		// A comma ends what a negation reaches: "no, connect me to a person".
		if (read.paused[i + 1] || spoken.some((tag) => pleads(reading, tag, i + 1))) return false;
		const negation = spoken.find((tag) => matcher.listAt(tag, 'neg', read, i) > 0);
		if (negation) return !asksWhyNot(reading, negation, i);
		if (!spoken.some((tag) => matcher.listAt(tag, 'light', read, i) > 0)) return false;
	}
	return false;
}

/**
 * Whether a new clause begins at the word, without a comma, after one that says what failed: "this isnt working | i want an
 * agent"; or behind a word that draws a conclusion: "he never came so | get me a manager". What was negated before is the
 * failure, not the person; "i dont think | that i need an agent" is one clause.
 */
function pleads(reading: Reading, language: Language, index: number): boolean {
	const { words: read, lexicon } = reading;
	const { matcher } = lexicon;
	if (matcher.listAt(language, 'plea', read, index) === 0) return false;
	if (index > 0 && matcher.listAt(language, 'hence', read, index - 1) > 0) return true;
	for (let i = index - 1; i >= 0 && i >= index - BETWEEN - 1; i--) {
		if (read.paused[i + 1] || matcher.listAt(language, 'joins', read, i) > 0) return false;
		if (matcher.listAt(language, 'failing', read, i) > 0) return true;
		// "It fails, but don't …" negates the plea; "funktioniert nicht" and "marche pas" what failed.
		if (matcher.listAt(language, 'neg', read, i) === 0) continue;
		if (!NEGATES_FAILURE_BEHIND.has(language)) return false;
	}
	return false;
}

/** Whether it is the bot that is negated, from word `from` on: "not with a machine", "bot se nahi". */
function namesMachine(
	reading: Reading,
	language: Language,
	from: number,
	to = from + 2 * REACH + 1,
): boolean {
	const { words: read, lexicon } = reading;
	for (let i = from; i < to && i < read.words.length; i++) {
		if (lexicon.matcher.listAt(language, 'machine', read, i) > 0) return true;
	}
	return false;
}

/** "Why can't I talk to an agent", "no i want a human": the negation does not refuse. */
function asksWhyNot(reading: Reading, language: Language, index: number): boolean {
	const { words: read, lexicon } = reading;
	return (
		lexicon.matcher.listAt(language, 'insist', read, index) > 0 ||
		(index > 0 && lexicon.matcher.listAt(language, 'insist', read, index - 1) > 1)
	);
}
