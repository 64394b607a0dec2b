/** Words as they are typed in haste: with letters swapped or left out, and run together. Made ready when the lexicons are read. */

/** Shorter ones are words of their own too often ("cl", "nd"). */
const SHORTEST_SLIP = 3;
const VOWEL = /[aeiou]/;
const DOUBLE = /(.)\1/g;

/**
 * Spellings of a word with two neighbouring letters swapped ("tlak"), or with vowels or the second of two like letters left out
 * ("prsn", "conct"). The first letter stays.
 */
export function slipsOf(word: string): Set<string> {
	const slips = new Set<string>();
	for (let i = 1; i + 1 < word.length; i++) {
		slips.add(word.slice(0, i) + word[i + 1]! + word[i]! + word.slice(i + 2));
	}
	for (const whole of [word, word.replace(DOUBLE, '$1')]) {
		let shortened = [whole[0]!];
		for (const letter of whole.slice(1)) {
			const kept = shortened.map((begun) => begun + letter);
			shortened = VOWEL.test(letter) ? [...shortened, ...kept] : kept;
		}
		for (const slip of shortened) if (slip.length >= SHORTEST_SLIP) slips.add(slip);
	}
	slips.delete(word);
	return slips;
}

/** Shorter words are left whole: two small ones stand side by side in many a real word. */
const SHORTEST_GLUED = 6;
const LONGEST_GLUED = 40;
/** A word that is made of small ones only is left whole as well. */
const SHORTEST_KEY = 4;

/** Words that are run together ("talktoagent", "speakto"), taken apart where every piece is one of a short list. */
export class Glue {
	private longest = 0;
	private readonly keys = new Set<string>();

	constructor(
		/** Piece → the words that it stands for. */
		private readonly pieces: ReadonlyMap<string, readonly string[]>,
		/** Words of which at least one has to be there, if it is long enough. */
		keys: Iterable<string>,
	) {
		for (const piece of pieces.keys()) this.longest = Math.max(this.longest, piece.length);
		for (const key of keys) if (key.length >= SHORTEST_KEY) this.keys.add(key);
	}

	/** The words that `word` is made of, or undefined. */
	split(word: string): readonly string[] | undefined {
		if (word.length < SHORTEST_GLUED || word.length > LONGEST_GLUED) return undefined;
		const found = this.from(word, 0, new Set());
		if (!found || found.length < 2 || !found.some((piece) => this.keys.has(piece)))
			return undefined;
		// "iphone" is no wish, "iwantagent" is one.
		if (found.length === 2 && found.some((piece) => piece.length === 1)) return undefined;
		return found.flatMap((piece) => this.pieces.get(piece)!);
	}

	/** The pieces from a letter on, the longest first. */
	private from(word: string, start: number, dead: Set<number>): string[] | undefined {
		if (start === word.length) return [];
		if (dead.has(start)) return undefined;
		for (let end = Math.min(word.length, start + this.longest); end > start; end--) {
			const piece = word.slice(start, end);
			if (!this.pieces.has(piece)) continue;
			const rest = this.from(word, end, dead);
			if (rest) return [piece, ...rest];
		}
		dead.add(start);
		return undefined;
	}
}
