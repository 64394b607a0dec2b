import type { Language } from './lexicon';

/** Shorter words are left as they are: one letter makes another word of them. */
const SHORTEST = 5;

/** Real words that stand one letter from an important one. Never corrected. */
const OTHER_WORDS = new Set(
	(
		'stuff steak sneak speck spear spoke staffs against argent humane humble persons parson manages managed manage ' +
		'operate operates aged ages gent gents peak leak peaks walk walking takes taking talked stalk stalking ' +
		'texts test tests next spent bent event regent urgent scent ' +
		'persone personas personal persona pessoas hablo hable habla falar fala falta parla parlo parole ' +
		'content contrat contacto contatto sprechen spreche brechen ' +
		'chart charts cheat cheats cheating charting collect collects connects correct reject search teach beach preach coach roach each reaches reached ' +
		'phones called calls small tally rely replay really ready lively olive line lines love leave living liver ' +
		'conductor conductores conducteur constructor consumer consumers  advise advice advised advises serve served services service support supports ' +
		'sport cold sepak plas ples manger ' +
		'receiver receivers receives identify identifies identified detective detectives contrast contrasts transactional translation translations ' +
		'transition transitions compliant warrant warrants concealed emergence instance instances damages layer layers slammed broker brokers ' +
		'charger chargers changed charmed invoke deliverer ' +
		'associated association operated operating represented representing speaker speakers talks'
	).split(' '),
);

/** Whether a word that looks like a misspelt one is a word of its own. */
export function isOtherWord(word: string): boolean {
	return OTHER_WORDS.has(word);
}

/**
 * Corrects misspellings of the words that matter most ("agnet", "opperator", "represntative"), one letter off (two in words of
 * nine letters and more): left out, put in, changed or swapped. Only words that no lexicon knows are looked at.
 */
export class Corrector {
	/** Word with letters left out → the words it may come from. */
	private readonly byDeletion = new Map<string, Array<{ language: Language; word: string }>>();
	/** By first letter, length and letters of the important words: most words resemble none, which is seen at once. */
	private readonly shapes = new Map<string, Array<{ length: number; letters: number }>>();

	constructor(
		important: Iterable<{ language: Language; word: string }>,
		private readonly known: ReadonlySet<string>,
	) {
		const seen = new Set<string>();
		for (const { language, word } of important) {
			if (word.length < SHORTEST || word.endsWith('*') || seen.has(`${language}:${word}`)) continue;
			seen.add(`${language}:${word}`);
			const shape = { length: word.length, letters: lettersOf(word) };
			const alike = this.shapes.get(word[0]!);
			if (alike) alike.push(shape);
			else this.shapes.set(word[0]!, [shape]);
			for (const shorter of new Set([word, ...deletions(word, word.length >= 9 ? 2 : 1)])) {
				const list = this.byDeletion.get(shorter);
				if (list) list.push({ language, word });
				else this.byDeletion.set(shorter, [{ language, word }]);
			}
		}
	}

	/** What `word` was meant to be in one of `languages` (any if none is named), or undefined. */
	correct(word: string, language?: Language): string | undefined {
		if (word.length < SHORTEST || word.length > 20) return undefined;
		if (this.known.has(word) || OTHER_WORDS.has(word) || !this.resemblesAny(word)) return undefined;
		const found =
			this.lookUp(word, word, language) ?? this.firstOf(word, deletions(word, 1), language);
		if (found) return found;
		return word.length >= 9 ? this.firstOf(word, deletions(word, 2), language) : undefined;
	}

	/** Whether an important word begins with the same letter and has nearly the same letters and length. */
	private resemblesAny(word: string): boolean {
		const letters = lettersOf(word);
		for (const other of this.shapes.get(word[0]!) ?? []) {
			const far = other.length >= 9 ? 2 : 1;
			if (Math.abs(other.length - word.length) > far) continue;
			// Each change takes at most one letter away and brings one in.
			if (bits(other.letters & ~letters) <= far && bits(letters & ~other.letters) <= far)
				return true;
		}
		return false;
	}

	private firstOf(
		word: string,
		shorter: Iterable<string>,
		language?: Language,
	): string | undefined {
		for (const candidate of shorter) {
			const found = this.lookUp(candidate, word, language);
			if (found) return found;
		}
		return undefined;
	}

	private lookUp(key: string, word: string, language?: Language): string | undefined {
		const candidates = this.byDeletion.get(key);
		if (!candidates) return undefined;
		for (const candidate of candidates) {
			if (language && candidate.language !== language && candidate.language !== 'en') continue;
			// Plurals and other endings are no misspellings of the stem, and the first letter is seldom wrong.
			if (candidate.word[0] !== word[0]) continue;
			if (Math.abs(candidate.word.length - word.length) > 2) continue;
			if (distance(candidate.word, word) <= (candidate.word.length >= 9 ? 2 : 1))
				return candidate.word;
		}
		return undefined;
	}
}

/** A set of the letters of a word; letters beyond a to z share their bits. */
function lettersOf(word: string): number {
	let letters = 0;
	for (let i = 0; i < word.length; i++) letters |= 1 << (word.charCodeAt(i) & 31);
	return letters;
}

function bits(set: number): number {
	let count = 0;
	for (let rest = set; rest !== 0; rest &= rest - 1) count++;
	return count;
}

function deletions(word: string, depth: number): Set<string> {
	const result = new Set<string>();
	for (let i = 0; i < word.length; i++) {
		const shorter = word.slice(0, i) + word.slice(i + 1);
		result.add(shorter);
		if (depth > 1) for (const more of deletions(shorter, depth - 1)) result.add(more);
	}
	return result;
}

/** Letters to insert, delete, change or swap (neighbours) to make one word of the other. */
export function distance(a: string, b: string): number {
	let before: number[] = [];
	let last = Array.from({ length: b.length + 1 }, (_, j) => j);
	for (let i = 1; i <= a.length; i++) {
		const row = [i];
		for (let j = 1; j <= b.length; j++) {
			const same = a[i - 1] === b[j - 1];
			let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
			if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
				best = Math.min(best, before[j - 2]! + 1);
			}
			row.push(best);
		}
		before = last;
		last = row;
	}
	return last[b.length]!;
}
