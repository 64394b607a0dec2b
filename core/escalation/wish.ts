import { Kept } from './kept';
import type { Language } from './lexicon';
import { LinearModel, tokenOf } from './linear';
import { mayGoOn, PhraseMatcher, type Longer } from './matcher';
import { Pairs } from './pairs';
import type { Reading } from './reading';
import type { NetworkFile } from './recurrent';
import { wordingOf, WordingModel, type WordingFile } from './wording';

/**
 * Whether a message wishes for a person in words that no phrase list has: a small linear model of words, of pairs of words near
 * each other, of how they begin, and of the word lists that they stand in, trained by scripts/train-escalation.ts. It looks at
 * stretches of {@link WINDOW} words within a sentence and judges by the best of them, so that a long story before the wish does
 * not drown it. What it learns of the lists in one language ("a word of talking, then one for a person") holds in the others.
 * All words of the message count a little as well: "A person? For a password? Come on, you've got this." turns one down.
 *
 * Where that neither rules a wish out nor is sure of one, a recurrent network (core/escalation/wording.ts) reads the message as
 * well, and counts beside it: a sum of weights cannot tell "there must be somebody, mine can't wait" from "leave them to the
 * others, I can wait".
 */
interface ModelFile {
	/** Where the training data come from. */
	sources: string[];
	/** In hundredths, as all weights of the file. */
	bias: number;
	/**
	 * By word, beginning or kind, what it adds: ":120" by itself, "to:88" before "to", "..to:45" with something before "to", "$:30"
	 * at the end of a sentence; under "^" what words add at its beginning.
	 */
	weights: Record<string, string>;
	/** In the same form, what the words of the whole message add. */
	whole: Record<string, string>;
}

/** The weights of a wish: `bias` and, by feature as {@link wishFeatures} and `linearFeatures` name them, what each adds. */
export interface WishWeights {
	bias: number;
	weights: Record<string, number>;
	whole: Record<string, number>;
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
/** What stands before the first word of a sentence and after its last. */
const START = '^';
const END = '$';
/** What stands between the words of a pair that do not follow each other. */
const APART = '..';
/** Letters of a word by which it counts with its other forms, and what stands for the rest. */
const BEGINNING = 4;
const CUT = '~';

/** All weights are in hundredths, as in the file: whole numbers add up to the same in any order. */
interface Model {
	bias: number;
	/** Words, beginnings and kinds → their number. */
	tokens: Map<string, number>;
	/** By kind as {@link KindLists} numbers it (0: none), the number of its token. */
	kinds: Int32Array;
	own: Int32Array;
	atStart: Int32Array;
	atEnd: Int32Array;
	/** Pairs that follow each other, and those with something between them. */
	next: Pairs;
	apart: Pairs;
	whole: LinearModel;
	wording?: WordingModel;
	/** By language ("" where it is not known), the words that came by. */
	words: Map<string, WishWords>;
}

interface Weights {
	sums: Pick<ModelFile, 'bias' | 'weights' | 'whole'>;
	/** Where it is left out, sums judge alone. */
	wording?: NetworkFile;
}

let replaced: Weights | undefined;
let loaded: Model | undefined;

/** Puts other weights in the place of the model's own, or its own back: to measure a model that has not seen a message. */
export function useWishes(weights?: WishWeights, wording?: NetworkFile): void {
	replaced = weights && { sums: packWishes(weights), wording };
	loaded = undefined;
}

/**
 * Sums up to the one rule a wish out, those from the other on are sure of it, and the network need not read the message. Of
 * ordinary service questions that no model had been trained on it reads four in a thousand. One in sixty of such wishes lies below;
 * of 7,000 such messages of all kinds the upper limit turned three wishes from missed to found, and no other.
 */
const RULED_OUT = -1.25;
const SURE = 2.5;
/** By how much the network counts; the sums by the rest. */
const NETWORK = 0.4;

/** What each word of the message that is looked at says by itself, and with each of those before it; kept for the next message. */
let alone = new Int32Array(256);
let withBefore = new Int32Array(256 * REACH);

/** The stretch of a message that sounds most like a wish for a person; undefined where there are no words. */
export function likeliestWish(reading: Reading): Wish | undefined {
	const { sentences } = reading.words;
	const count = sentences.length;
	if (count === 0) return undefined;
	const model = (loaded ??= load());
	const { next, apart } = model;
	const known = wordsOf(model, reading);
	if (alone.length < count) {
		alone = new Int32Array(count * 2);
		withBefore = new Int32Array(count * 2 * REACH);
	}
	const said = new Array<Known>(count);
	for (let i = 0; i < count; i++) {
		const here = (said[i] = known.at(reading, i));
		const sentence = sentences[i];
		let sum = here.own;
		if (i === 0 || sentence !== sentences[i - 1]) sum += here.atStart;
		if (i === count - 1 || sentence !== sentences[i + 1]) sum += here.atEnd;
		alone[i] = sum;
		for (let back = 1; back <= REACH; back++) {
			const j = i - back;
			if (j < 0 || sentences[j] !== sentence) {
				withBefore.fill(0, i * REACH + back - 1, (i + 1) * REACH);
				break;
			}
			const before = said[j]!;
			let weight: number;
			if (back === 1) {
				weight = next.get(before.word, here.word);
				if (before.beginning !== before.word || here.beginning !== here.word)
					weight += next.get(before.beginning, here.beginning);
				if (before.kind !== before.beginning || here.kind !== here.beginning)
					weight += next.get(before.kind, here.kind);
			} else weight = apart.get(before.kind, here.kind);
			withBefore[i * REACH + back - 1] = weight;
		}
	}
	const wish = best(model.bias, sentences);
	wish.score += model.whole.sum(reading.words);
	if (model.wording && wish.score > RULED_OUT && wish.score < SURE)
		wish.score += NETWORK * (model.wording.score(wishWording(reading, wish.to)) - wish.score);
	return wish;
}

/** A message as the network reads it, around the words before the word `to`. */
export function wishWording(reading: Reading, to: number): string[][] {
	const { word, beginning, kind } = tokensOf(reading);
	return wordingOf(reading.words, (i) => [word[i]!, beginning[i]!, kind[i]!], to);
}

/** The best stretch: each is the one before it without its first word and with the next. */
function best(bias: number, sentences: readonly number[]): Wish {
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
			sum -= alone[first]!;
			for (let k = 1; k <= REACH && first + k < i; k++)
				sum -= withBefore[(first + k) * REACH + k - 1]!;
			first++;
		}
		sum += alone[i]!;
		for (let back = 1; back <= REACH && i - back >= first; back++)
			sum += withBefore[i * REACH + back - 1]!;
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
	return { score: (score + bias) / 100, from, to };

	function speaks(i: number): number {
		let sum = alone[i]!;
		for (let k = 1; k <= REACH; k++) {
			if (i - k >= from) sum += withBefore[i * REACH + k - 1]!;
			if (i + k < to) sum += withBefore[(i + k) * REACH + k - 1]!;
		}
		return sum;
	}
}

/** All that {@link likeliestWish} adds up, by name: for training, and to hold the fast way to the plain one. */
export function wishFeatures(reading: Reading): WishFeature[] {
	const { words, sentences } = reading.words;
	const { word, beginning, kind } = tokensOf(reading);
	const features: WishFeature[] = [];
	for (let i = 0; i < words.length; i++) {
		const starts = i === 0 || sentences[i] !== sentences[i - 1];
		const ends = i === words.length - 1 || sentences[i] !== sentences[i + 1];
		for (const token of new Set([word[i]!, beginning[i]!, kind[i]!])) {
			features.push({ feature: token, from: i, at: i });
			if (starts) features.push({ feature: `${START} ${token}`, from: i, at: i });
			if (ends) features.push({ feature: `${token} ${END}`, from: i, at: i });
		}
		for (let j = i - 1; j >= 0 && j >= i - REACH && sentences[j] === sentences[i]; j--) {
			if (j < i - 1) {
				features.push({ feature: `${kind[j]} ${APART} ${kind[i]}`, from: j, at: i });
				continue;
			}
			for (const feature of new Set([word, beginning, kind].map((of) => `${of[j]} ${of[i]}`)))
				features.push({ feature, from: j, at: i });
		}
	}
	return features;
}

/** Of each word itself, its beginning, and its kind or else its beginning again. */
function tokensOf(reading: Reading): Record<'word' | 'beginning' | 'kind', string[]> {
	const lists = listsFor(reading.language.language);
	const kindAt = (i: number) => firstOf(lists, (list) => list.at(reading, i));
	const word = reading.words.words.map(tokenOf);
	const beginning = word.map(beginningOf);
	const kind = beginning.map((b, i) => (kindAt(i) > 0 ? `<${KINDS[kindAt(i) - 1]}>` : b));
	return { word, beginning, kind };
}

/** Loaded when the first message in the language comes. */
const kinds = new Map<Language, KindLists>();

/** The lists of core/escalation/kinds in one language. */
class KindLists {
	private readonly matcher = new PhraseMatcher(true);
	private readonly ranks: Uint8Array;

	constructor(language: Language) {
		const file = require(`./kinds/${language}.json`) as { kinds: Record<string, string> };
		for (const kind of KINDS) this.matcher.addList(language, kind, file.kinds[kind]!.split(', '));
		this.ranks = this.matcher.ranks(language, KINDS);
	}

	/** Which of {@link KINDS} a word is, from 1; 0 for none. */
	at({ words }: Reading, index: number): number {
		return this.matcher.rankAt(words, index, this.ranks);
	}

	/** What it is by itself, whatever follows. */
	of(word: string): number {
		return this.matcher.rankOf(word, this.ranks);
	}

	longerFrom(word: string): Longer | undefined {
		return this.matcher.longerFrom(word);
	}
}

/** Those of the language of a message, and the English ones: its words turn up in every language. */
function listsFor(language: Language | undefined): KindLists[] {
	const tags = language === undefined || language === 'en' ? [] : [language];
	return [...tags, 'en' as const].map((tag) => {
		let known = kinds.get(tag);
		if (!known) kinds.set(tag, (known = new KindLists(tag)));
		return known;
	});
}

/** The first kind that any of the lists has. */
function firstOf(lists: readonly KindLists[], kindIn: (list: KindLists) => number): number {
	for (const list of lists) {
		const kind = kindIn(list);
		if (kind > 0) return kind;
	}
	return 0;
}

/** What the model says of a word of a certain kind. */
interface Known {
	/** Numbers of tokens, below 0 where the model does not have them. */
	word: number;
	beginning: number;
	/** That of its beginning where it is of no kind. */
	kind: number;
	/** What word and kind say anywhere, and what more at the beginning and at the end of a sentence. */
	own: number;
	atStart: number;
	atEnd: number;
}

interface KnownWord {
	/** As the kind that it is by itself. */
	alone: Known;
	/** What may follow it and make it of another kind. */
	longer: readonly Longer[];
	byKind: Known[];
}

/** What the model says of the words of a language. */
class WishWords {
	private readonly kept = new Kept<KnownWord>(({ text }) => this.lookUp(text));

	constructor(
		private readonly model: Model,
		private readonly lists: readonly KindLists[],
	) {}

	at(reading: Reading, index: number): Known {
		const { words, known } = reading.words;
		const word = this.kept.of(known[index]!);
		const { longer } = word;
		for (let l = 0; l < longer.length; l++)
			if (mayGoOn(longer[l]!, words[index + 1])) return this.inPlace(word, reading, index);
		return word.alone;
	}

	/** As {@link at} where what follows may make the word of another kind. */
	private inPlace({ byKind }: KnownWord, reading: Reading, index: number): Known {
		const kind = firstOf(this.lists, (list) => list.at(reading, index));
		return (byKind[kind] ??= this.known(reading.words.words[index]!, kind));
	}

	private lookUp(word: string): KnownWord {
		return {
			alone: this.known(
				word,
				firstOf(this.lists, (list) => list.of(word)),
			),
			longer: this.lists
				.map((list) => list.longerFrom(word))
				.filter((longer) => longer !== undefined),
			byKind: [],
		};
	}

	private known(word: string, kind: number): Known {
		const { tokens, kinds, own, atStart, atEnd } = this.model;
		const plain = tokens.get(tokenOf(word)) ?? -1;
		const beginning = tokens.get(beginningOf(tokenOf(word))) ?? -1;
		const named = kind > 0 ? kinds[kind]! : beginning;
		const all = [...new Set([plain, beginning, named])].filter((token) => token >= 0);
		const sum = (weights: Int32Array) => all.reduce((sum, token) => sum + weights[token]!, 0);
		return {
			word: plain,
			beginning,
			kind: named,
			own: sum(own),
			atStart: sum(atStart),
			atEnd: sum(atEnd),
		};
	}
}

function wordsOf(model: Model, { language: { language } }: Reading): WishWords {
	const key = language ?? '';
	let known = model.words.get(key);
	if (!known) model.words.set(key, (known = new WishWords(model, listsFor(language))));
	return known;
}

/** Weights as the model's file holds them. */
export function packWishes({
	bias,
	weights,
	whole,
}: WishWeights): Pick<ModelFile, 'bias' | 'weights' | 'whole'> {
	return { bias: hundredths(bias), weights: pack(weights), whole: pack(whole) };
}

function hundredths(weight: number): number {
	return Math.round(weight * 100);
}

function pack(weights: Record<string, number>): Record<string, string> {
	const packed: Record<string, string[]> = {};
	for (const [feature, weight] of Object.entries(weights)) {
		const [first, ...others] = feature.split(' ') as [string, ...string[]];
		(packed[first] ??= []).push(`${others.join('')}:${hundredths(weight)}`);
	}
	return Object.fromEntries(
		Object.entries(packed)
			.sort(([a], [b]) => (a < b ? -1 : 1))
			.map(([first, entries]) => [first, entries.sort().join(' ')]),
	);
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
			use(first, other, apart, Number(entry.slice(colon + 1)));
		}
	}
}

/** The weights of a model's file, by feature. */
export function unpackWishes({
	bias,
	weights,
	whole,
}: Pick<ModelFile, 'bias' | 'weights' | 'whole'>): WishWeights {
	return { bias: bias / 100, weights: unpack(weights, 100), whole: unpack(whole, 100) };
}

/** By feature, the weight in hundredths divided by `by`. */
function unpack(weights: ModelFile['weights'], by: number): Record<string, number> {
	const unpacked: Record<string, number> = {};
	eachWeight(weights, (first, other, apart, weight) => {
		unpacked[other === '' ? first : `${first} ${apart ? `${APART} ` : ''}${other}`] = weight / by;
	});
	return unpacked;
}

function load(): Model {
	const { sums, wording } = replaced ?? {
		sums: require('./models/requests.json') as ModelFile,
		wording: require('./models/wording.json') as WordingFile,
	};
	const { bias, weights, whole } = sums;
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
	const own = new Int32Array(tokens.size);
	const atStart = new Int32Array(tokens.size);
	const atEnd = new Int32Array(tokens.size);
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
		bias,
		tokens,
		kinds,
		own,
		atStart,
		atEnd,
		next: new Pairs(tokens.size, next),
		apart: new Pairs(tokens.size, apart),
		whole: new LinearModel(unpack(whole, 1)),
		...(wording && { wording: new WordingModel(wording) }),
		words: new Map(),
	};
}

/** Of a word of no kind, what it shares with its other forms: "llamarme" with "llámenme", "problm" with "problem". */
function beginningOf(token: string): string {
	return token.length > BEGINNING ? `${token.slice(0, BEGINNING)}${CUT}` : token;
}
