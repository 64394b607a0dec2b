import type Sentiment from 'sentiment';

import { lazily } from '../lazily';
import { arabicStems } from './arabic';
import type { Answered } from './botTurn';
import { Kept } from './kept';
import type { Language, Lexicon, SentimentWords } from './lexicon';
import type { PhraseMatch } from './matcher';
import { hasAccents, type Words } from './text';
import { toneOf } from './tone';
import type { Emotion } from './types';

/** What a message feels like. */
export interface Feeling {
	/** -1 to 1. */
	value: number;
	/** How negative it is, 0 to 1, with praise counted against it; ranks messages more finely than {@link value}. */
	negativity: number;
	/** 0 to 1: only words that say how the customer feels, not those that say what happened ("late", "not", "why"). */
	displeasure: number;
	emotions: Record<Emotion, number>;
	/** Where the most negative word or phrase stands; the least positive where none is negative. */
	worst?: { from: number; to: number; strength: number };
}

/** A negation turns what follows within this many words. */
const NEGATION_REACH = 3;
/** In Hindi it mostly stands behind; what is before belongs to it only when it is next ("bina dikkat", "mat karo"). */
const HINDI_REACH = 2;
/** Here a negation reaches no further than the comma: "senza intoppi, siete forti" denies no praise. */
const UP_TO_COMMA: ReadonlySet<Language> = new Set<Language>(['hi', 'it', 'fr']);
/** "not good" is bad, though less so than "bad"; "not bad" is not quite good. */
const NEGATED_GOOD = -0.75;
const NEGATED_BAD = -0.3;
const INTENSIFIED = 1.4;
const WEAKENED = 0.6;
/** Mood at which {@link Feeling.value} is 0.5 from 0. */
const HALF = 4;
/**
 * What the mood rises by where the tone of a message sounds bad by a logit (tone.ts); less where it answers the bot, as
 * a curt answer is mostly no bad mood.
 */
const TONE = 0.6;
const TONE_IN_ANSWER = 0.2;
/** A tone that is not bad is no praise: beyond an even mood it counts for this share, and no more than leaves it even. */
const EVEN_TONE = 0.25;
const MOST_EVEN = 0.9;
/**
 * What the lists hear as praise ("c’est pas mal du tout") stays so in other languages than English, however its tone, which has
 * learnt from a tenth as many messages: a mood just good enough for the label.
 */
const PRAISED = -1.05;
/** A word of this strength is a feeling; weaker ones count for a fraction. */
const STRONG = -2.5;
const FAINT = 0.2;
/** Phrases say more than words: "still waiting" weighs this much. */
const PHRASE = 3;

const OUTSPOKEN = 1.5;
/** What the bot said is turned down: not anger yet, but no praise either. */
const REJECTED = 1.3;
/** Somebody did something to the customer, and no word says what it was like. */
const HAPPENED = 0.9;
/** How praise counts against complaint. English complaints are full of thanks and pleases, Arabic ones of greetings and blessings. */
const PRAISE = 0.8;
const POLITE_PRAISE = 0.5;
/** "No, that is all" is no praise either. */
const DECLINED = 0.6;
/** The bot has just said that it did not work, and the customer has to try again. */
const FAILED_BEFORE = 1.3;
/** Words that mean little by themselves ("when", "flight", "only") mean less where none says more. */
const FAINT_ONLY = 0.4;
/** A word that says so little is no evidence of anger by itself. */
export const TELLING = -0.9;
/** Times, numbers and means of contact are what a bot asks for. */
const TELLING_IN_ANSWER = -1.05;
const STEEP = 0.8;
/** Who passes on a link is seldom complaining, in German and Italian least of all. */
const LINK = 0.5;
const LINK_IN: Partial<Record<Language, number>> = { de: 1.5, it: 1.5 };

/** Phrases that hold a Hindi "not" or "without" of their own. */
const ASKS_FOR_NOT = /नहीं|बिना/;
/** Languages whose lists hold praise with a "not" in it: "koi dikkat nahi hui", "no puedo estar más contento", "não vejo a hora". */
const PRAISES_BY_NOT: ReadonlySet<string> = new Set<Language>(['hi', 'es', 'pt']);
const NO_PRAISE: ReadonlySet<PhraseMatch> = new Set<PhraseMatch>();
const NO_MATCHES: readonly PhraseMatch[] = [];

const GOOD_EMOTICON = /^[:;=8][-'^]?[)\]DPp*]|^<3$|^\([-']?[:;=]/;
const BAD_EMOTICON = /^[:;=][-'^]?[([/\\|]|^\)[-']?[:;=]|^D:|^:'\(|^<\/3|^[-._T>]|^;_/;

/** What AFINN leaves out or takes too lightly of the faces and signs that people send, by strength. */
const SIGNS: Readonly<Record<string, string>> = {
	'-4': '🤬 🤮 🖕',
	'-3': '😡 😠 👎 🤢 💩 🤡 🤥',
	'-2': '🙄 😤 😞 😔 😟 😕 🙁 ☹ 😣 😖 😩 😫 😥 😰 😨 😧 🤦 🤕 😾',
	'-1': '😢 🥺 😪 😓 😬 😱 🙃 🤒 🥱',
	'1': '🤣 🙂 🤞 🤝',
	'2': '🤗 💯 🎊 🫶',
	'3': '🥰 🤩 🥳 🧡 ♥',
};
const signs = lazily(
	() =>
		new Map(
			Object.entries(SIGNS).flatMap(([strength, list]) =>
				list.split(' ').map((sign): [string, number] => [sign, Number(strength)]),
			),
		),
);

const afinn = lazily(() => new (require('sentiment') as typeof Sentiment)());
const REMEMBERED = 20_000;
const remembered = new Map<string, number>();

/** What AFINN says of an English word or an emoji, -5 to 5; through `sentiment`, each word once. */
function base(word: string): number {
	let known = remembered.get(word);
	if (known === undefined) {
		known = afinn().analyze(word).score;
		if (remembered.size >= REMEMBERED) remembered.clear();
		remembered.set(word, known);
	}
	return known;
}

/** Marks on the words of the message that is felt, kept for the next: memory for each message slows all of them. */
let taken = new Uint8Array(256);
let denyNothing = new Uint8Array(256);

function marksFor(count: number) {
	if (taken.length < count) {
		taken = new Uint8Array(count * 2);
		denyNothing = new Uint8Array(count * 2);
	} else {
		taken.fill(0, 0, count);
		denyNothing.fill(0, 0, count);
	}
	return { taken, denyNothing };
}

export function feel(
	read: Words,
	found: ReadonlyMap<string, readonly PhraseMatch[]>,
	languages: readonly Language[],
	lexicon: Lexicon,
	closes = false,
	answered?: Answered,
): Feeling {
	const { words } = read;
	const count = words.length;
	let worst: Feeling['worst'];
	let bad = 0;
	let good = 0;
	let strong = 0;
	const { taken, denyNothing } = marksFor(count);
	const praises = found.get('positive') ?? NO_MATCHES;
	// "ما أجمل" (how lovely) and "لا عدمناك" (may we not miss you) deny nothing that follows.
	for (const { language, from, to } of praises)
		if (language === 'ar') denyNothing.fill(1, from, to);
	if (closes) leaveOut(taken, found, noAt(read, languages, lexicon));
	const denied = deniedPraise(read, found, lexicon);
	for (let sign = -1; sign <= 1; sign += 2) {
		for (const match of sign < 0 ? (found.get('negative') ?? NO_MATCHES) : praises) {
			if (sign < 0 && PRAISES_BY_NOT.has(match.language) && withinPraise(match, found, denied))
				continue;
			let strength = sign * match.strength * PHRASE;
			// "not very helpful", "not a great experience".
			if (denied.has(match)) strength *= NEGATED_GOOD;
			else if (sign > 0 && !closes)
				strength = inContext(
					read,
					match.from,
					match.to,
					strength,
					languages,
					lexicon,
					denyNothing,
					false,
				);
			let fresh = false;
			for (let i = match.from; i < match.to; i++) {
				if (!taken[i]) fresh = true;
				taken[i] = 1;
			}
			if (!fresh) continue;
			if (strength < 0) bad -= strength;
			else good += strength;
			if (isWorse(strength, match.from, worst))
				worst = { from: match.from, to: match.to, strength };
		}
	}
	const english = languages.includes('en') && read.scripts.latin > 0;
	const dictionary = dictionaryOf(languages, english, lexicon);
	for (let i = 0; i < count; i++) {
		// A name ("@united") is no feeling.
		if (taken[i] || read.text[read.starts[i]! - 1] === '@') continue;
		const here = dictionary.at(read, i);
		if (here.strength === 0) {
			// "best buy" and "hoe laat" are said to mean nothing, word by word.
			i += here.length - 1;
			continue;
		}
		const turned = inContext(read, i, i + 1, here.strength, languages, lexicon, denyNothing);
		if (turned === 0) continue;
		if (turned < 0) {
			bad -= turned;
			// What happened ("failed", "damaged") is no feeling, however bad.
			const event = languages.some((language) =>
				lexicon.matcher.listAt(language, 'event', read, i),
			);
			strong -= turned <= STRONG && !event ? turned : turned * FAINT;
		} else good += turned;
		if (isWorse(turned, i, worst)) worst = { from: i, to: i + here.length, strength: turned };
		i += here.length - 1;
	}
	const telling = answered ? TELLING_IN_ANSWER : TELLING;
	if (!worst || worst.strength > telling) bad *= FAINT_ONLY;
	for (const emoji of read.emoji) {
		const strength = signs().get(emoji) ?? base(emoji);
		if (strength < 0) bad -= strength;
		else good += strength;
	}
	for (const emoticon of read.emoticons) {
		if (BAD_EMOTICON.test(emoticon)) bad += 3;
		else if (GOOD_EMOTICON.test(emoticon)) good += 3;
	}
	// "No, thank you" turns down no answer.
	if (closes) bad += DECLINED;
	else if (found.has('rejection') && !found.has('positive')) bad += REJECTED;
	if (answered?.failed && !closes && !accepts(found)) bad += FAILED_BEFORE;
	// What others did, told in even words, is mostly a complaint; praise says so.
	if (good === 0 && found.has('told')) bad += HAPPENED;
	const link = read.text.includes('http') ? (LINK_IN[languages[0]!] ?? LINK) : 0;
	// Capitals, exclamation marks and drawn-out words turn up what is there; on their own they are at most impatience.
	const shouting = read.cased >= 2 && read.capitals / read.cased > 0.6 ? 1 : 0;
	const loud =
		1 +
		0.25 * shouting +
		0.04 * Math.min(read.exclamations, 4) +
		0.08 * Math.min(read.elongated, 2);
	bad *= bad > good ? loud : 1;
	strong *= loud;
	good *= good > bad ? loud : 1;
	if (shouting && bad + good === 0) bad += 1.5;
	if (shouting && good === 0) strong += 1;
	// Without a bad word, exclamation marks are rather joy.
	if (bad === 0 && !shouting) good += 0.5 * Math.min(read.exclamations, 3);
	const inEnglish = languages[0] === 'en' && languages.length === 1;
	const praise = inEnglish || languages[0] === 'ar' ? POLITE_PRAISE : PRAISE;

	const emotions = {
		frustration: felt(found, 'emotion.frustration'),
		anger: felt(found, 'emotion.anger'),
		confusion: felt(found, 'emotion.confusion'),
		urgency: felt(found, 'emotion.urgency'),
		dissatisfaction: felt(found, 'emotion.dissatisfaction'),
	};
	if (shouting) emotions.anger = round(Math.min(1, emotions.anger + 0.2));
	const outspoken = Math.max(0, strong - good * 0.5);
	const displeasure = round(outspoken / (outspoken + HALF));
	const said =
		inTelling(much(bad) - praise * much(good) - link, read, found) +
		saidOutright(displeasure, emotions, found, denied) -
		(inEnglish && !shouting ? joy(read, good, worst) : 0);
	// An answer without a word of feeling is an answer.
	const [spoken] = languages;
	const sounds = spoken !== undefined && languages.length <= 2 && (!answered || said > 0);
	const mood = sounds
		? toned(
				said,
				(answered ? TONE_IN_ANSWER : TONE) * toneOf(read, spoken),
				inEnglish ? -Infinity : PRAISED,
			)
		: said;
	return {
		value: round(-mood / (Math.abs(mood) + HALF)),
		displeasure,
		negativity: round(1 / (1 + Math.exp(-(STEEP * mood - 1.2)))),
		emotions,
		...(worst ? { worst } : {}),
	};
}

/** The mood that words have said, with the tone of the message, which leaves a mood as good as `praised` at that. */
function toned(mood: number, tone: number, praised: number): number {
	if (tone >= 0) return mood <= praised ? Math.min(mood + tone, praised) : mood + tone;
	const even = Math.max(0, mood);
	const beyond = Math.max(-MOST_EVEN, EVEN_TONE * Math.min(0, tone + even));
	return mood + Math.max(-even, tone) + beyond;
}

/** The mood behind a {@link Feeling.value}: above 0 for a bad one. */
export function moodOf(value: number): number {
	const bounded = Math.max(-MOST_CERTAIN, Math.min(MOST_CERTAIN, value));
	return (-HALF * bounded) / (1 - Math.abs(bounded));
}

const MOST_CERTAIN = 0.995;

function isWorse(strength: number, from: number, worst: Feeling['worst']): boolean {
	return !worst || strength < worst.strength || (strength === worst.strength && from < worst.from);
}

/**
 * Whether a longer phrase of praise holds this one: "koi dikkat nahi hui" is no trouble, though "nahi hui" alone would be, nor is
 * "no puedo estar más contento", though "no puedo" would.
 */
function withinPraise(
	match: PhraseMatch,
	found: ReadonlyMap<string, readonly PhraseMatch[]>,
	denied: ReadonlySet<PhraseMatch>,
): boolean {
	for (const praise of found.get('positive') ?? []) {
		if (
			!denied.has(praise) &&
			praise.from <= match.from &&
			praise.to >= match.to &&
			praise.to - praise.from > match.to - match.from
		)
			return true;
	}
	return false;
}

/** Praise in Hindi with a "not" amid its words that the phrase does not ask for: "maza nahi aaya" for "maza aaya". */
function deniedPraise(
	read: Words,
	found: ReadonlyMap<string, readonly PhraseMatch[]>,
	lexicon: Lexicon,
): ReadonlySet<PhraseMatch> {
	let denied: Set<PhraseMatch> | undefined;
	for (const praise of found.get('positive') ?? NO_MATCHES) {
		if (praise.language !== 'hi') continue;
		for (let i = praise.from + 1; i < praise.to - 1; i++) {
			if (!lexicon.matcher.listAt('hi', 'negation', read, i)) continue;
			if (!ASKS_FOR_NOT.test(praise.phrase)) (denied ??= new Set<PhraseMatch>()).add(praise);
			break;
		}
	}
	return denied ?? NO_PRAISE;
}

/** 0 to 1: how strongly the phrases of an emotion speak together. */
function felt(found: ReadonlyMap<string, readonly PhraseMatch[]>, group: string): number {
	const matches = found.get(group);
	if (!matches) return 0;
	let sum = 0;
	for (const match of matches) sum += match.strength;
	return round(Math.min(1, sum * 0.7));
}

const SAID = {
	displeasure: 1.5,
	dissatisfaction: 2,
	frustration: 1,
	anger: 1,
	complaint: 3,
	topic: 0.6,
};

/** What a customer says of their own mood weighs more than what went wrong; so does a complaint that is called one. */
function saidOutright(
	displeasure: number,
	emotions: Readonly<Record<Emotion, number>>,
	found: ReadonlyMap<string, readonly PhraseMatch[]>,
	denied: ReadonlySet<PhraseMatch>,
): number {
	let sensitive = false;
	for (const group of found.keys()) sensitive ||= group.startsWith('topic.');
	return (
		SAID.displeasure * displeasure +
		SAID.dissatisfaction * emotions.dissatisfaction +
		SAID.frustration * emotions.frustration +
		SAID.anger * emotions.anger +
		(complains(found, denied) ? SAID.complaint : 0) +
		(sensitive ? SAID.topic : 0)
	);
}

/** Whether a complaint is called one; "koi shikayat nahi" is none. */
function complains(
	found: ReadonlyMap<string, readonly PhraseMatch[]>,
	denied: ReadonlySet<PhraseMatch>,
): boolean {
	return (
		found
			.get('topic.complaint')
			?.some((match) => match.language !== 'hi' || !withinPraise(match, found, denied)) ?? false
	);
}

/** A question with a bad word in it asks more than it complains; who tells it at length, or says what failed, complains. */
const ASKED = 0.4;
const PLAINLY_ASKED = 0.4;
const TOLD = 0.4;
const FAILED = 0.3;

function inTelling(
	mood: number,
	read: Words,
	found: ReadonlyMap<string, readonly PhraseMatch[]>,
): number {
	if (mood <= 0) return mood;
	// Hindi is seldom typed with a question mark.
	if (found.has('plain_question')) mood *= PLAINLY_ASKED;
	const sentences = (read.sentences[read.sentences.length - 1] ?? 0) + 1;
	return Math.max(
		0,
		mood +
			(found.has('trouble') ? FAILED : 0) +
			TOLD * Math.log((sentences + 1) / 2) -
			(read.questions.size > 0 && sentences <= 2 ? ASKED : 0),
	);
}

/** In English each exclamation mark beside praise, or where nothing is clearly bad, is joy; beside a complaint it only stresses it. */
const JOY = 0.4;
const MOST_JOY = 3;
const CLEARLY_BAD = -1.5;

function joy(read: Words, good: number, worst: Feeling['worst']): number {
	// With no word of feeling they have counted as joy already.
	if (read.exclamations === 0 || !worst) return 0;
	if (good === 0 && worst.strength <= CLEARLY_BAD) return 0;
	return JOY * Math.min(MOST_JOY, read.exclamations);
}

/**
 * Whether the customer needs nothing more: says so, or answers "no" to a bot that asks whether there is anything else. It turns
 * nothing down and is no bad mood, however often it says "no".
 */
export function closesIn(
	read: Words,
	found: ReadonlyMap<string, readonly PhraseMatch[]>,
	languages: readonly Language[],
	lexicon: Lexicon,
	answered?: Answered,
): boolean {
	if (found.has('closing')) return true;
	return answered?.offersMore === true && noAt(read, languages, lexicon) > 0;
}

/** How many words the "no" has that a message begins with; 0 where it begins otherwise. */
function noAt(read: Words, languages: readonly Language[], { matcher }: Lexicon): number {
	if (read.words.length === 0) return 0;
	return Math.max(...languages.map((language) => matcher.listAt(language, 'noes', read, 0)));
}

/** The words with which a customer closes say nothing of the mood; nor does the "no" that begins the message. */
function leaveOut(
	taken: Uint8Array,
	found: ReadonlyMap<string, readonly PhraseMatch[]>,
	no: number,
): void {
	taken.fill(1, 0, no);
	for (const { from, to } of found.get('closing') ?? []) taken.fill(1, from, to);
}

/** Whether the customer is content with what the bot offers instead of what failed, or turns it down in so many words. */
function accepts(found: ReadonlyMap<string, readonly PhraseMatch[]>): boolean {
	return found.has('positive') || found.has('rejection');
}

/** The first bad word says more than the tenth. */
function much(strength: number): number {
	return 3 * Math.log1p(strength / 2);
}

interface Strength {
	strength: number;
	/** How many words it takes. */
	length: number;
}
const NONE: Strength = { strength: 0, length: 1 };
/** Of a word that means something else with others or with accents. */
const BY_PLACE: Strength = { strength: NaN, length: 1 };

/** The lists of some languages together. */
class Dictionary {
	/** What a word means wherever it stands. */
	private readonly anywhere = new Kept<Strength>(({ text }) =>
		this.lists.some((list) => list.several.has(text) || list.accented.has(text))
			? BY_PLACE
			: this.lookUp(text),
	);

	constructor(
		private readonly lists: readonly SentimentWords[],
		private readonly english: boolean,
		/** Whether a word is one of the small words of the language itself: German "die" and "war" are no English ones. */
		private readonly own: (word: string) => boolean,
	) {}

	at(read: Words, index: number): Strength {
		const known = this.anywhere.of(read.known[index]!);
		return known === BY_PLACE ? this.lookUp(read.words[index]!, read, index) : known;
	}

	/** What a word means at its place in a text, or, without one, by itself. */
	private lookUp(word: string, read?: Words, index = 0): Strength {
		const { lists } = this;
		for (const [rank, list] of lists.entries()) {
			const several = read && list.several.get(word)?.get(read.words[index + 1] ?? '');
			if (several) {
				for (const { rest, strength } of several) {
					if (rest.every((part, k) => read.words[index + 2 + k] === part))
						return { strength, length: 2 + rest.length };
				}
			}
			const exact =
				read && list.accented.has(word) && hasAccents(read.raw[index]!)
					? list.accented.get(word)
					: list.exact.get(word);
			// In another language only the outspoken English words count: "me" or "now" may be anything there.
			if (exact !== undefined && (rank === 0 || Math.abs(exact) >= OUTSPOKEN))
				return { strength: exact, length: 1 };
			if (rank === 0 && this.own(word)) return NONE;
		}
		const beginnings: string[] = [];
		for (const list of lists) {
			for (let n = Math.min(word.length, list.longest); n >= list.shortest; n--) {
				const strength = list.prefix.get((beginnings[n] ??= word.slice(0, n)));
				if (strength !== undefined) return { strength, length: 1 };
			}
		}
		for (const list of lists) {
			for (let n = Math.min(word.length, list.longestSuffix); n >= list.shortestSuffix; n--) {
				const strength = list.suffix.get(word.slice(-n));
				if (strength !== undefined) return { strength, length: 1 };
			}
		}
		for (const stem of arabicStems(word)) {
			for (const list of lists) {
				const exact = list.exact.get(stem);
				if (exact !== undefined) return { strength: exact, length: 1 };
			}
		}
		const strength = this.english ? base(word) : 0;
		return strength === 0 ? NONE : { strength, length: 1 };
	}
}

/** By the first of the languages (all are used where none is known), with and without English words. */
const dictionaries = new Map<string, Dictionary>();

function dictionaryOf(
	languages: readonly Language[],
	english: boolean,
	lexicon: Lexicon,
): Dictionary {
	const key = `${languages.length > 2 ? '' : languages[0]}${english ? '+' : ''}`;
	let dictionary = dictionaries.get(key);
	if (!dictionary) {
		const lists = languages.map((language) => lexicon.sentiment.get(language));
		dictionary = new Dictionary(
			lists.filter((list) => list !== undefined),
			english,
			(word) =>
				languages.length === 2 && !!lexicon.functionWords.get(word)?.includes(languages[0]!),
		);
		dictionaries.set(key, dictionary);
	}
	return dictionary;
}

/** The strength after negations and intensifiers before (and for Hindi, after) what is said. */
function inContext(
	read: Words,
	index: number,
	to: number,
	strength: number,
	languages: readonly Language[],
	lexicon: Lexicon,
	denyNothing: Uint8Array,
	degrees = true,
): number {
	let result = strength;
	const { matcher } = lexicon;
	const sentence = read.sentences[index];
	const cutOff = read.paused[index] && UP_TO_COMMA.has(languages[0]!);
	for (let k = 1; k <= NEGATION_REACH && !cutOff; k++) {
		const i = index - k;
		if (i < 0 || read.sentences[i] !== sentence) break;
		for (const language of languages) {
			if (degrees && k <= 2 && matcher.listAt(language, 'very', read, i)) {
				result *= INTENSIFIED;
				break;
			}
			if (degrees && k <= 2 && matcher.listAt(language, 'less', read, i)) {
				result *= WEAKENED;
				break;
			}
			if (language === 'hi' && k > HINDI_REACH) continue;
			if (!denyNothing[i] && matcher.listAt(language, 'negation', read, i)) {
				return result * (result > 0 ? NEGATED_GOOD : NEGATED_BAD);
			}
		}
		if (read.paused[i]) break;
	}
	// "j'aime pas": spoken French leaves out the "ne" before the verb.
	if (
		languages[0] === 'fr' &&
		result > 0 &&
		read.sentences[to] === sentence &&
		!read.paused[to] &&
		matcher.listAt('fr', 'behind', read, to)
	)
		return result * NEGATED_GOOD;
	// "accha nahi hai", "lekker is dit niet": the negation stands behind in Hindi, and often in Dutch and German.
	for (const language of languages) {
		if (language !== 'hi') continue;
		for (let k = 1; k <= 2; k++) {
			const i = to - 1 + k;
			if (i >= read.words.length || read.sentences[i] !== sentence) break;
			if (matcher.listAt('hi', 'negation', read, i)) {
				return result * (result > 0 ? NEGATED_GOOD : NEGATED_BAD);
			}
		}
	}
	return result;
}

function round(value: number): number {
	return Math.round(value * 1000) / 1000;
}
