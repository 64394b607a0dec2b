import { readWords } from './text';

/** How much two texts say the same, 0 to 1: shared words and shared letter groups, so that rewording and typos count less. */
export class Gist {
	private readonly words: ReadonlySet<string>;
	private readonly grams: ReadonlySet<string>;
	/** Words that carry meaning. */
	readonly size: number;

	constructor(text: string, isSmallWord: (word: string) => boolean) {
		const all = readWords(text.slice(0, 600)).words.map(singular);
		const meaning = all.filter((word) => word.length > 1 && !isSmallWord(word));
		const kept = meaning.length > 0 ? meaning : all;
		this.words = new Set(kept);
		this.size = this.words.size;
		const grams = new Set<string>();
		for (const word of kept) {
			const padded = ` ${word} `;
			for (let i = 0; i + 3 <= padded.length; i++) grams.add(padded.slice(i, i + 3));
		}
		this.grams = grams;
	}

	/** Whether it says nothing that the other does not say, but for numbers and one word. */
	within(other: Gist): boolean {
		let more = 0;
		for (const word of this.words) if (!other.words.has(word) && !/^\d/.test(word)) more++;
		return more <= 1 && more < this.size;
	}

	/** Whether the two say the same at least so much, 0 to 1; most do not, which is seen before all is compared. */
	resembles(other: Gist, least: number): boolean {
		if (this.size === 0 || other.size === 0) return least <= 0;
		const [small, large] = bySize(this.words, other.words);
		let shared = 0;
		for (const word of small) if (large.has(word)) shared++;
		const dice = (2 * shared) / (small.size + large.size);
		const contained = small.size >= 2 ? shared / small.size : 0;
		return 0.5 * dice + 0.5 * contained >= least || overlaps(this.grams, other.grams, least);
	}
}

function singular(word: string): string {
	return word.length > 4 && word.endsWith('s') ? word.slice(0, -1) : word;
}

function bySize<T>(a: ReadonlySet<T>, b: ReadonlySet<T>) {
	return a.size <= b.size ? ([a, b] as const) : ([b, a] as const);
}

/** Whether two sets share at least this much of what they hold (Dice). Stops as soon as they cannot any more. */
function overlaps<T>(a: ReadonlySet<T>, b: ReadonlySet<T>, least: number): boolean {
	const [small, large] = bySize(a, b);
	const both = small.size + large.size;
	let most = small.size;
	if ((2 * most) / both < least) return false;
	for (const item of small) {
		if (!large.has(item) && (2 * --most) / both < least) return false;
	}
	return true;
}

/** Bound on the texts whose gist is remembered; a message is compared with several that come after it. */
const REMEMBERED = 5000;
const remembered = new Map<string, Gist>();

/** The gist of a text; small words are the same for all callers. */
export function gistOf(text: string, isSmallWord: (word: string) => boolean): Gist {
	let gist = remembered.get(text);
	if (!gist) {
		gist = new Gist(text, isSmallWord);
		if (remembered.size >= REMEMBERED) remembered.clear();
		if (text.length <= 1000) remembered.set(text, gist);
	}
	return gist;
}
