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

/** Longer ones are no words that come back. */
export const LONGEST_REMEMBERED = 40;
const GENERATION = 30_000;

/**
 * What is known by a word, for the words that come back: of those that were asked for since as many others came, none is
 * forgotten. Holds at most two generations.
 */
export class Remembered<Value extends object> {
	private young = new Map<string, Value>();
	private old = new Map<string, Value>();

	get(word: string): Value | undefined {
		const known = this.young.get(word);
		if (known !== undefined) return known;
		const older = this.old.get(word);
		if (older !== undefined) this.set(word, older);
		return older;
	}

	set(word: string, value: Value): void {
		if (this.young.size >= GENERATION) {
			this.old = this.young;
			this.young = new Map();
		}
		this.young.set(word, value);
	}
}

const words = new Remembered<Word>();

/** The word of this text. Parts of a longer text have to be copies of it, as a piece of it would keep the whole in memory. */
export function wordOf(text: string): Word {
	let known = words.get(text);
	if (known === undefined) {
		known = { text, facts: [] };
		if (text.length <= LONGEST_REMEMBERED) words.set(text, known);
	}
	return known;
}
