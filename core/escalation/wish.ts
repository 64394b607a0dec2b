import { arabicStems } from './arabic';
import type { Language } from './lexicon';
import { PhraseMatcher } from './matcher';
import type { Reading } from './reading';

/**
 * Whether a message wishes for a person in words that no phrase list has: a small linear model of words, of pairs of words near
 * each other, and of the word lists that they stand in, trained by scripts/train-escalation.ts. It looks at stretches of
 * {@link WINDOW} words within a sentence and judges by the best of them, so that a long story before the wish does not drown
 * it. What it learns of the lists in one language ("a word of talking, then one for a person") holds in the others.
 */
interface ModelFile {
	/** Where the training data come from. */
	sources: string[];
	/** In hundredths, as all weights of the file. */
	bias: number;
	/**
	 * By word or kind, what it adds: ":120" by itself, "to:88" before "to", "..to:45" with something before "to", "$:30" at the
	 * end of a sentence; under "^" what words add at its beginning.
	 */
	weights: Record<string, string>;
}

/** The weights of a wish: `bias` and, by feature as {@link wishFeatures} names them, what it adds. */
export interface WishWeights {
	bias: number;
	weights: Record<string, number>;
}

export interface Wish {
	/** In logits: 0 is as likely as not. */
	score: number;
	/** The words that it rests on, from the first to the one after the last. */
	from: number;
	to: number;
}

/** What speaks for or against a wish, from the word `from` to the word `at`. */
export interface WishFeature {
	feature: string;
	from: number;
	at: number;
}

/** Words that are looked at together. Shorter and longer stretches found fewer of the wishes that the model had not seen. */
export const WINDOW = 12;
/** How far apart the words of a pair may stand. */
const REACH = 6;
/**
 * Kinds of words that mean the same to a wish in every language: the lists of core/escalation/kinds. A word of several counts
 * as the first here: "told" tells of the past before it is a word of speaking.
 */
const KINDS = [
	'refusing',
	'bots',
	'third',
	'staff',
	'trade',
	'desk',
	'human',
	'reporting',
	'calling',
	'linking',
	'speaking',
	'doing',
	'wishing',
	'urgent',
	'polite',
	'myself',
] as const;
/** What stands before the first word of a sentence, after its last, and for any number. */
const START = '^';
const END = '$';
const NUMBER = '#';
/** What stands between the words of a pair that do not follow each other. */
const APART = '..';

/** Weights by two numbers, side by side in memory: every message asks for some hundred of them. */
class Pairs {
	private readonly keys: Int32Array;
	private readonly values: Float64Array;
	private readonly shift: number;

	constructor(
		private readonly tokens: number,
		entries: ReadonlyArray<readonly [number, number, number]>,
	) {
		const bits = Math.max(4, Math.ceil(Math.log2(entries.length * 2 + 1)));
		this.shift = 32 - bits;
		this.keys = new Int32Array(2 ** bits).fill(-1);
		this.values = new Float64Array(2 ** bits);
		for (const [a, b, weight] of entries) {
			const at = this.placeOf(a * tokens + b);
			this.keys[at] = a * tokens + b;
			this.values[at] = weight;
		}
	}

	/** 0 where nothing is known of the two; a number below 0 stands for an unknown word. */
	get(a: number, b: number): number {
		if (a < 0 || b < 0) return 0;
		return this.values[this.placeOf(a * this.tokens + b)]!;
	}

	/** Where a key stands, or the free place at which it would. */
	private placeOf(key: number): number {
		let at = Math.imul(key, 0x9e3779b1) >>> this.shift;
		while (this.keys[at] !== key && this.keys[at] !== -1) at = (at + 1) & (this.keys.length - 1);
		return at;
	}
}

interface Model {
	bias: number;
	/** Words and kinds → their number. */
	tokens: Map<string, number>;
	/** By kind as the matcher numbers it (0: none), the number of its token. */
	kinds: Int32Array;
	own: Float64Array;
	atStart: Float64Array;
	atEnd: Float64Array;
	/** Pairs that follow each other, and those with something between them. */
	next: Pairs;
	apart: Pairs;
}

let replaced: WishWeights | undefined;
let loaded: Model | undefined;

/** Puts other weights in the place of the model's own, or its own back: to measure a model that has not seen a message. */
export function useWishes(weights?: WishWeights): void {
	replaced = weights;
	loaded = undefined;
}

/** The stretch of a message that sounds most like a wish for a person; undefined where there are no words. */
export function likeliestWish(reading: Reading): Wish | undefined {
	const { words, sentences } = reading.words;
	const count = words.length;
	if (count === 0) return undefined;
	const model = (loaded ??= load());
	const kindAt = kindsOf(reading);
	const word = new Int32Array(count);
	const kind = new Int32Array(count);
	/** What each word says by itself, and with each of those before it. */
	const own = new Float64Array(count);
	const pairs = new Float64Array(count * REACH);
	for (let i = 0; i < count; i++) {
		word[i] = model.tokens.get(tokenOf(words[i]!)) ?? -1;
		const named = kindAt(i);
		kind[i] = named > 0 ? model.kinds[named]! : word[i]!;
		const starts = i === 0 || sentences[i] !== sentences[i - 1];
		const ends = i === count - 1 || sentences[i] !== sentences[i + 1];
		own[i] = said(model, word[i]!, starts, ends);
		if (kind[i] !== word[i]) own[i]! += said(model, kind[i]!, starts, ends);
		for (let back = 1; back <= REACH && back <= i; back++) {
			const j = i - back;
			if (sentences[j] !== sentences[i]) break;
			let sum = 0;
			if (back === 1) {
				sum += model.next.get(word[j]!, word[i]!);
				if (kind[j] !== word[j] || kind[i] !== word[i]) sum += model.next.get(kind[j]!, kind[i]!);
			} else sum += model.apart.get(kind[j]!, kind[i]!);
			pairs[i * REACH + back - 1] = sum;
		}
	}
	return best(model.bias, sentences, own, pairs);
}

/** What a word or a kind says by itself. */
function said(model: Model, token: number, starts: boolean, ends: boolean): number {
	if (token < 0) return 0;
	let sum = model.own[token]!;
	if (starts) sum += model.atStart[token]!;
	if (ends) sum += model.atEnd[token]!;
	return sum;
}

/** The best stretch: each is the one before it without its first word and with the next. */
function best(
	bias: number,
	sentences: readonly number[],
	own: Float64Array,
	pairs: Float64Array,
): Wish {
	let score = -Infinity;
	let from = 0;
	let to = 0;
	let sum = 0;
	let first = 0;
	for (let i = 0; i < sentences.length; i++) {
		if (i > 0 && sentences[i] !== sentences[i - 1]) {
			first = i;
			sum = 0;
		}
		if (i - first === WINDOW) {
			sum -= own[first]!;
			for (let k = 1; k <= REACH && first + k < i; k++) sum -= pairs[(first + k) * REACH + k - 1]!;
			first++;
		}
		sum += own[i]!;
		for (let back = 1; back <= REACH && i - back >= first; back++)
			sum += pairs[i * REACH + back - 1]!;
		const whole = i - first === WINDOW - 1 || i + 1 === sentences.length;
		if ((whole || sentences[i + 1] !== sentences[i]) && sum > score) {
			score = sum;
			from = first;
			to = i + 1;
		}
	}
	// What stands at the edges and says nothing for it is no evidence.
	while (to - from > 1 && speaks(from) <= 0) from++;
	while (to - from > 1 && speaks(to - 1) <= 0) to--;
	return { score: score + bias, from, to };

	function speaks(i: number): number {
		let sum = own[i]!;
		for (let k = 1; k <= REACH; k++) {
			if (i - k >= from) sum += pairs[i * REACH + k - 1]!;
			if (i + k < to) sum += pairs[(i + k) * REACH + k - 1]!;
		}
		return sum;
	}
}

/** All that {@link likeliestWish} adds up, by name: for training, and to hold the fast way to the plain one. */
export function wishFeatures(reading: Reading): WishFeature[] {
	const { words, sentences } = reading.words;
	const kindAt = kindsOf(reading);
	const word = words.map(tokenOf);
	const kind = word.map((w, i) => (kindAt(i) > 0 ? `<${KINDS[kindAt(i) - 1]}>` : w));
	const features: WishFeature[] = [];
	for (let i = 0; i < words.length; i++) {
		const starts = i === 0 || sentences[i] !== sentences[i - 1];
		const ends = i === words.length - 1 || sentences[i] !== sentences[i + 1];
		for (const token of new Set([word[i]!, kind[i]!])) {
			features.push({ feature: token, from: i, at: i });
			if (starts) features.push({ feature: `${START} ${token}`, from: i, at: i });
			if (ends) features.push({ feature: `${token} ${END}`, from: i, at: i });
		}
		for (let j = i - 1; j >= 0 && j >= i - REACH && sentences[j] === sentences[i]; j--) {
			if (j < i - 1) {
				features.push({ feature: `${kind[j]} ${APART} ${kind[i]}`, from: j, at: i });
				continue;
			}
			features.push({ feature: `${word[j]} ${word[i]}`, from: j, at: i });
			if (kind[j] !== word[j] || kind[i] !== word[i])
				features.push({ feature: `${kind[j]} ${kind[i]}`, from: j, at: i });
		}
	}
	return features;
}

/** Which of {@link KINDS} a word is, from 1, in the language of the message and in English; 0 for none. */
function kindsOf(reading: Reading): (index: number) => number {
	const english = kindsIn('en');
	const { language } = reading.language;
	if (language === undefined || language === 'en') return (index) => english(reading, index);
	const own = kindsIn(language);
	return (index) => own(reading, index) || english(reading, index);
}

type KindAt = (reading: Reading, index: number) => number;
/** Loaded when the first message in the language comes. */
const kinds = new Map<Language, KindAt>();
/** Bound on the words of a language whose kind is remembered. */
const REMEMBERED = 20_000;

function kindsIn(language: Language): KindAt {
	let known = kinds.get(language);
	if (!known) kinds.set(language, (known = newKinds(language)));
	return known;
}

function newKinds(language: Language): KindAt {
	const file = require(`./kinds/${language}.json`) as { kinds: Record<string, string> };
	const matcher = new PhraseMatcher();
	for (const kind of KINDS) matcher.addList(language, kind, file.kinds[kind]!.split(', '));
	const ranks = matcher.ranks(language, KINDS);
	/** Of words with which no longer entry begins, so that what follows them does not matter. */
	const alone = new Map<string, number>();
	return ({ words }, index) => {
		const word = words.words[index]!;
		const remembered = alone.get(word);
		if (remembered !== undefined) return remembered;
		const rank = matcher.rankAt(words, index, ranks);
		if (!matcher.beginsLonger(word)) {
			if (alone.size >= REMEMBERED) alone.clear();
			alone.set(word, rank);
		}
		return rank;
	};
}

/** Weights as the model's file holds them. */
export function packWishes({ bias, weights }: WishWeights): Pick<ModelFile, 'bias' | 'weights'> {
	const packed: Record<string, string[]> = {};
	const whole = (weight: number) => Math.round(weight * 100);
	for (const [feature, weight] of Object.entries(weights)) {
		const [first, ...others] = feature.split(' ') as [string, ...string[]];
		(packed[first] ??= []).push(`${others.join('')}:${whole(weight)}`);
	}
	return {
		bias: whole(bias),
		weights: Object.fromEntries(
			Object.entries(packed)
				.sort(([a], [b]) => (a < b ? -1 : 1))
				.map(([first, entries]) => [first, entries.sort().join(' ')]),
		),
	};
}

/** What an entry of the file speaks of: `other` is empty for the word itself, and stands further on where it is `apart`. */
function eachWeight(
	weights: ModelFile['weights'],
	use: (first: string, other: string, apart: boolean, weight: number) => void,
): void {
	for (const [first, entries] of Object.entries(weights)) {
		for (const entry of entries.split(' ')) {
			const colon = entry.lastIndexOf(':');
			const apart = entry.startsWith(APART);
			const other = entry.slice(apart ? APART.length : 0, colon);
			use(first, other, apart, Number(entry.slice(colon + 1)) / 100);
		}
	}
}

/** The weights of a model's file, by feature. */
export function unpackWishes({ bias, weights }: Pick<ModelFile, 'bias' | 'weights'>): WishWeights {
	const unpacked: Record<string, number> = {};
	eachWeight(weights, (first, other, apart, weight) => {
		unpacked[other === '' ? first : `${first} ${apart ? `${APART} ` : ''}${other}`] = weight;
	});
	return { bias: bias / 100, weights: unpacked };
}

function load(): Model {
	const { bias, weights } = replaced
		? packWishes(replaced)
		: (require('./models/requests.json') as ModelFile);
	const tokens = new Map<string, number>();
	const number = (token: string) => {
		let known = tokens.get(token);
		if (known === undefined) tokens.set(token, (known = tokens.size));
		return known;
	};
	const kinds = Int32Array.from(['', ...KINDS.map((kind) => `<${kind}>`)], (kind) =>
		kind ? number(kind) : -1,
	);
	eachWeight(weights, (first, other) => {
		number(first);
		if (other !== '') number(other);
	});
	const own = new Float64Array(tokens.size);
	const atStart = new Float64Array(tokens.size);
	const atEnd = new Float64Array(tokens.size);
	const next: Array<[number, number, number]> = [];
	const apart: Array<[number, number, number]> = [];
	eachWeight(weights, (first, other, isApart, weight) => {
		if (other === '') own[number(first)] = weight;
		else if (isApart) apart.push([number(first), number(other), weight]);
		else if (first === START) atStart[number(other)] = weight;
		else if (other === END) atEnd[number(first)] = weight;
		else next.push([number(first), number(other), weight]);
	});
	return {
		bias: bias / 100,
		tokens,
		kinds,
		own,
		atStart,
		atEnd,
		next: new Pairs(tokens.size, next),
		apart: new Pairs(tokens.size, apart),
	};
}

/** Numbers are all the same, and an Arabic word is read without what is written onto it. */
function tokenOf(word: string): string {
	const code = word.charCodeAt(0);
	if (code >= 0x30 && code <= 0x39) return NUMBER;
	return arabicStems(word)[0] ?? word;
}
