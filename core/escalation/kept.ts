/**
 * A word and what the parts of the scorer know of it. Most words come back with every message; each part finds what it knows
 * in the word itself, so that a word is looked up once and not once by each part.
 */
export interface Word {
	readonly text: string;
	/** By the number of a {@link Kept}. */
	readonly facts: unknown[];
}

let parts = 0;

/** What one part knows of words: found out when a word comes by for the first time, and kept with the word. */
export class Kept<Fact extends object | number | string> {
	private readonly part = parts++;

	/** `find` says of a word the same every time. One is made for as long as the process lives: each takes a place in all words. */
	constructor(private readonly find: (word: Word) => Fact) {}

	of(word: Word): Fact {
		const known = word.facts[this.part];
		if (known !== undefined) return known as Fact;
		return (word.facts[this.part] = this.find(word)) as Fact;
	}
}

/** Bound on the words that are remembered. */
export const REMEMBERED = 20_000;
/** Longer ones are no words that come back. */
export const LONGEST_REMEMBERED = 40;
const words = new Map<string, Word>();

/** The word of this text. Parts of a longer text have to be copies of it, as a piece of it would keep the whole in memory. */
export function wordOf(text: string): Word {
	let known = words.get(text);
	if (known === undefined) {
		known = { text, facts: [] };
		if (words.size >= REMEMBERED) words.clear();
		if (text.length <= LONGEST_REMEMBERED) words.set(text, known);
	}
	return known;
}
