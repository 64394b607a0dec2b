import { arabicStems } from './arabic';
import { Kept } from './kept';
import { Pairs } from './pairs';
import type { Words } from './text';

/** By feature as {@link linearFeatures} names it, what it adds, in hundredths: whole numbers add up to the same in any order. */
export type LinearWeights = Readonly<Record<string, number>>;

/** What stands before the first word of a sentence, after its last, after the last of a question, and for any number. */
const START = '^';
const END = '$';
const ASKED = '?';
const NUMBER = '#';
const UNKNOWN = -1;
/** Longer texts tell stories; their first words say how they are meant. */
const MAX_WORDS = 80;

/** A linear model of a whole message: of its words, and of each two that follow each other in a sentence. */
export class LinearModel {
	private readonly numberOf: Kept<number>;
	private readonly own: Int32Array;
	private readonly pairs: Pairs;
	private readonly start: number;
	private readonly end: number;
	private readonly asked: number;

	/** `tokenIn` says as what a word counts. */
	constructor(weights: LinearWeights, tokenIn: (word: string) => string = tokenOf) {
		const numbers = new Map<string, number>();
		const number = (token: string) => {
			let known = numbers.get(token);
			if (known === undefined) numbers.set(token, (known = numbers.size));
			return known;
		};
		const singles: Array<[number, number]> = [];
		const doubles: Array<[number, number, number]> = [];
		for (const [feature, weight] of Object.entries(weights)) {
			const [first, second] = feature.split(' ') as [string, string?];
			if (second === undefined) singles.push([number(first), weight]);
			else doubles.push([number(first), number(second), weight]);
		}
		this.start = number(START);
		this.end = number(END);
		this.asked = number(ASKED);
		this.own = new Int32Array(numbers.size);
		for (const [token, weight] of singles) this.own[token] = weight;
		this.pairs = new Pairs(numbers.size, doubles);
		this.numberOf = new Kept(({ text }) => numbers.get(tokenIn(text)) ?? UNKNOWN);
	}

	/** What the features of a message come to, in logits. */
	sum({ known, sentences, questions }: Words): number {
		const { numberOf, own, pairs, start } = this;
		const count = Math.min(known.length, MAX_WORDS);
		let sum = 0;
		let before = start;
		for (let i = 0; i < count; i++) {
			const here = numberOf.of(known[i]!);
			if (here >= 0) sum += own[here]! + pairs.get(before, here);
			before = here;
			if (sentences[i + 1] !== sentences[i]) {
				sum += pairs.get(here, questions.has(sentences[i]!) ? this.asked : this.end);
				before = start;
			}
		}
		return sum / 100;
	}
}

/** All that {@link LinearModel.sum} adds up, by name: for training, and to hold the fast way to the plain one. */
export function linearFeatures(
	{ words, sentences, questions }: Words,
	tokenIn: (word: string) => string = tokenOf,
): string[] {
	const tokens = words.slice(0, MAX_WORDS).map((word) => tokenIn(word));
	const features: string[] = [];
	tokens.forEach((token, i) => {
		const starts = i === 0 || sentences[i] !== sentences[i - 1];
		features.push(token, `${starts ? START : tokens[i - 1]} ${token}`);
		if (sentences[i + 1] !== sentences[i])
			features.push(`${token} ${questions.has(sentences[i]!) ? ASKED : END}`);
	});
	return features;
}

/** Numbers are all the same, and an Arabic word is read without what is written onto it. */
export function tokenOf(word: string): string {
	const code = word.charCodeAt(0);
	if (code >= 0x30 && code <= 0x39) return NUMBER;
	return arabicStems(word)[0] ?? word;
}
