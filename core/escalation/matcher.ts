import type { Words } from './text';
import { fold, readWords } from './text';

/**
 * Phrases that staff and lexicons write, found in time linear in the text: no regular expressions are run, so that no phrase
 * can hang the node.
 *
 *     talk to a person          these words in this order
 *     cancel*                   any word that begins so
 *     (refund|money back)       one of these
 *     [person]                  one of the list of that name
 *     please?                   may be missing
 *     ..                        up to 3 words of any kind (..6: up to 6), in the same sentence
 *     ^ … $                     begins, ends the sentence
 *     ^^ … $$                   begins, ends the message
 */
export interface PhraseSource {
	/** What a match means, e.g. "human_request" or "topic.legal". */
	group: string;
	text: string;
	/** 0 to 1; default 1. */
	strength?: number;
}

export interface PhraseMatch {
	group: string;
	strength: number;
	/** Index of the first word, and of the word after the last. */
	from: number;
	to: number;
	/** Which phrase it was, as it was written. */
	phrase: string;
	/** Language of the phrase list; "any" for staff's own. */
	language: string;
}

type Element =
	| { kind: 'class'; id: number; optional: boolean }
	| { kind: 'gap'; most: number }
	| { kind: 'start' | 'end'; message: boolean };

interface Phrase extends Required<PhraseSource> {
	language: string;
	bit: number;
	elements: Element[];
	/** Classes that have to stand somewhere in the text, beside the first. */
	needs: number[];
	/** Many ways to match: what has been tried is remembered, which keeps the time linear in the text. */
	branching: boolean;
}

interface Occurrence {
	id: number;
	length: number;
}

/** The longest gap that a phrase may ask for, in words. */
const MAX_GAP = 8;
const DEFAULT_GAP = 3;
const MAX_ELEMENTS = 24;
const MAX_ALTERNATIVES = 400;
/** Bound on the words whose lists are remembered. */
const CACHE_SIZE = 20_000;

/** A phrase that cannot be read; the message is for staff. */
export class PhraseError extends Error {
	constructor(
		message: string,
		readonly advice: string,
	) {
		super(message);
		this.name = 'PhraseError';
	}
}

/** Finds many phrases in one pass. Built once, then only read. */
export class PhraseMatcher {
	private readonly phrases: Phrase[] = [];
	/** Class id by its name ("en:person", "en:=word"). */
	private readonly classIds = new Map<string, number>();
	private readonly byWord = new Map<string, number[]>();
	private readonly byPrefix = new Map<string, number[]>();
	/** First word → the rest and the class. */
	private readonly byFirst = new Map<string, Array<{ rest: string[]; id: number }>>();
	private readonly startedBy = new Map<number, Phrase[]>();
	/** Phrases that start with a gap or an optional word have no anchor and are not allowed. */
	private longestPrefix = 0;
	private shortestPrefix = Infinity;
	private readonly cache = new Map<string, readonly number[]>();
	/** Classes that stand in the text that is searched: number of the search in which each was last seen. */
	private seen = new Int32Array(0);
	private turn = 0;
	/** What the last search found at each word, for {@link listAt} on the same text. */
	private latest?: { read: Words; at: Array<readonly Occurrence[]> };
	private readonly languageBits = new Map<string, number>();
	/** Words that any phrase or list names, for the correction of misspellings. */
	readonly vocabulary = new Set<string>();

	/** Adds a named word list of a language. Entries may be several words, and may end in "*". */
	addList(language: string, name: string, entries: Iterable<string>): void {
		const id = this.classId(`${language}:${name}`);
		for (const entry of entries) this.addEntry(id, entry);
	}

	addPhrase(language: string, source: PhraseSource): void {
		for (const variant of variantsOf(source.text)) {
			const elements = this.parse(language, variant);
			const first = elements.find((e) => e.kind === 'class' && !e.optional);
			if (!first || first.kind !== 'class') {
				throw new PhraseError(
					`The phrase "${source.text}" holds no word to look for`,
					'Write at least one word, for example "talk to a person".',
				);
			}
			const phrase: Phrase = {
				group: source.group,
				text: source.text,
				strength: source.strength ?? 1,
				language,
				bit: this.bit(language),
				elements,
				needs: elements
					.filter((e) => e.kind === 'class' && !e.optional && e !== first)
					.map((e) => (e as { id: number }).id),
				branching:
					elements.filter((e) => e.kind === 'gap' || (e.kind === 'class' && e.optional)).length > 3,
			};
			this.phrases.push(phrase);
			for (const id of this.starters(elements)) {
				const list = this.startedBy.get(id);
				if (list) list.push(phrase);
				else this.startedBy.set(id, [phrase]);
			}
		}
	}

	/** Bit mask of languages for {@link find}; unknown languages add nothing. */
	mask(languages: Iterable<string>): number {
		let mask = 0;
		for (const language of languages) mask |= this.languageBits.get(language) ?? 0;
		return mask;
	}

	/** Matches of phrases of the languages in `mask`, in the order of the text. */
	find(read: Words, mask = ~0): PhraseMatch[] {
		const count = read.words.length;
		if (count === 0) return [];
		const at: Array<readonly Occurrence[]> = new Array(count);
		if (this.seen.length < this.classIds.size) this.seen = new Int32Array(this.classIds.size * 2);
		if (++this.turn > 0x7fffffff) {
			this.turn = 1;
			this.seen.fill(0);
		}
		const { turn } = this;
		for (let i = 0; i < count; i++) {
			at[i] = this.occurrences(read, i);
			for (const { id } of at[i]!) this.seen[id] = turn;
		}
		this.latest = { read, at };
		const found: PhraseMatch[] = [];
		for (let i = 0; i < count; i++) {
			const here = at[i]!;
			for (let k = 0; k < here.length; k++) {
				const id = here[k]!.id;
				if (k > 0 && here.findIndex((o) => o.id === id) < k) continue;
				const candidates = this.startedBy.get(id);
				if (!candidates) continue;
				for (const phrase of candidates) {
					if ((phrase.bit & mask) === 0) continue;
					if (phrase.needs.some((needed) => this.seen[needed] !== turn)) continue;
					const end = matchFrom(
						phrase.elements,
						0,
						i,
						read,
						at,
						phrase.branching ? new Map() : undefined,
					);
					if (end > i) {
						found.push({
							group: phrase.group,
							strength: phrase.strength,
							from: i,
							to: end,
							phrase: phrase.text,
							language: phrase.language,
						});
					}
				}
			}
		}
		return found;
	}

	/** Whether the list `name` of `language` begins at word `index`; the number of its words, or 0. */
	listAt(language: string, name: string, read: Words, index: number): number {
		const id = this.classIds.get(`${language}:${name}`);
		if (id === undefined) return 0;
		let longest = 0;
		const here =
			this.latest?.read === read ? this.latest.at[index]! : this.occurrences(read, index);
		for (const o of here) if (o.id === id) longest = Math.max(longest, o.length);
		return longest;
	}

	private occurrences(read: Words, index: number): Occurrence[] {
		const word = read.words[index]!;
		const result: Occurrence[] = [];
		for (const id of this.single(word)) result.push({ id, length: 1 });
		const longer = this.byFirst.get(word);
		if (longer) {
			const sentence = read.sentences[index];
			for (const { rest, id } of longer) {
				let k = 0;
				while (
					k < rest.length &&
					read.sentences[index + 1 + k] === sentence &&
					sameWord(rest[k]!, read.words[index + 1 + k])
				) {
					k++;
				}
				if (k === rest.length) result.push({ id, length: 1 + rest.length });
			}
		}
		return result;
	}

	private single(word: string): readonly number[] {
		const known = this.cache.get(word);
		if (known) return known;
		const ids = [...(this.byWord.get(word) ?? [])];
		const most = Math.min(word.length, this.longestPrefix);
		for (let n = this.shortestPrefix; n <= most; n++) {
			const more = this.byPrefix.get(word.slice(0, n));
			if (more) for (const id of more) if (!ids.includes(id)) ids.push(id);
		}
		if (this.cache.size >= CACHE_SIZE) this.cache.clear();
		this.cache.set(word, ids);
		return ids;
	}

	private bit(language: string): number {
		let bit = this.languageBits.get(language);
		if (bit === undefined) {
			bit = 1 << this.languageBits.size;
			this.languageBits.set(language, bit);
		}
		return bit;
	}

	private classId(name: string): number {
		let id = this.classIds.get(name);
		if (id === undefined) {
			id = this.classIds.size;
			this.classIds.set(name, id);
		}
		return id;
	}

	private addEntry(id: number, entry: string): void {
		const words = normalEntry(entry);
		if (words.length === 0) return;
		for (const word of words) this.vocabulary.add(word.replace(/\*$/, ''));
		if (words.length > 1) {
			const [first, ...rest] = words as [string, ...string[]];
			push(this.byFirst, first, { rest, id });
			return;
		}
		const word = words[0]!;
		if (word.endsWith('*')) {
			const prefix = word.slice(0, -1);
			if (prefix.length < 2) {
				throw new PhraseError(
					`"${entry}" would match nearly every word`,
					'Put at least two letters before the star.',
				);
			}
			this.longestPrefix = Math.max(this.longestPrefix, prefix.length);
			this.shortestPrefix = Math.min(this.shortestPrefix, prefix.length);
			push(this.byPrefix, prefix, id);
		} else {
			push(this.byWord, word, id);
		}
		this.cache.clear();
	}

	private parse(language: string, parts: string[]): Element[] {
		if (parts.length > MAX_ELEMENTS) {
			throw new PhraseError(
				`A phrase of ${parts.length} words is too long`,
				`Use at most ${MAX_ELEMENTS} words; ".." stands for any words in between.`,
			);
		}
		const elements: Element[] = [];
		for (const part of parts) {
			if (part === '^' || part === '^^') elements.push({ kind: 'start', message: part === '^^' });
			else if (part === '$' || part === '$$')
				elements.push({ kind: 'end', message: part === '$$' });
			else if (/^\.\.\d*$/.test(part)) {
				const most = part.length > 2 ? Number(part.slice(2)) : DEFAULT_GAP;
				elements.push({ kind: 'gap', most: Math.min(most, MAX_GAP) });
			} else {
				const optional = part.endsWith('?');
				const body = optional ? part.slice(0, -1) : part;
				let id: number;
				if (body.startsWith('[')) {
					id = this.classId(`${language}:${body.slice(1, -1)}`);
				} else {
					id = this.classId(`${language}:=${body}`);
					const alternatives = body.startsWith('(') ? body.slice(1, -1).split('|') : [body];
					if (!this.defined.has(id)) {
						this.defined.add(id);
						for (const alternative of alternatives) this.addEntry(id, alternative);
					}
				}
				elements.push({ kind: 'class', id, optional });
			}
		}
		return elements;
	}

	private readonly defined = new Set<number>();

	/** Ids of the classes that a match can begin with: all optional ones up to the first that must be there. */
	private starters(elements: Element[]): Set<number> {
		const ids = new Set<number>();
		for (const element of elements) {
			if (element.kind === 'gap') break;
			if (element.kind !== 'class') continue;
			ids.add(element.id);
			if (!element.optional) break;
		}
		return ids;
	}
}

/** Where the match of `elements` from word `index` on ends, or -1. */
function matchFrom(
	elements: Element[],
	element: number,
	index: number,
	read: Words,
	at: Array<readonly Occurrence[]>,
	tried: Map<number, number> | undefined,
): number {
	if (!tried) return matchElement(elements, element, index, read, at, tried);
	const key = element * (at.length + 2) + index;
	const known = tried.get(key);
	if (known !== undefined) return known;
	const end = matchElement(elements, element, index, read, at, tried);
	tried.set(key, end);
	return end;
}

function matchElement(
	elements: Element[],
	element: number,
	index: number,
	read: Words,
	at: Array<readonly Occurrence[]>,
	tried: Map<number, number> | undefined,
): number {
	const count = read.words.length;
	const current = elements[element];
	if (!current) return index;
	const rest = element + 1;
	switch (current.kind) {
		case 'start': {
			const begins =
				index === 0 || (!current.message && read.sentences[index] !== read.sentences[index - 1]);
			return begins ? matchFrom(elements, rest, index, read, at, tried) : -1;
		}
		case 'end': {
			const ends =
				index >= count || (!current.message && read.sentences[index] !== read.sentences[index - 1]);
			return ends ? matchFrom(elements, rest, index, read, at, tried) : -1;
		}
		case 'gap': {
			const sentence = read.sentences[Math.max(0, index - 1)];
			if (rest === elements.length) {
				// At the end of a phrase: as far as it reaches, so that what a refusal refuses lies within the match.
				let end = index;
				while (end < count && end < index + current.most && read.sentences[end] === sentence) end++;
				return end;
			}
			for (let skip = 0; skip <= current.most; skip++) {
				const next = index + skip;
				if (next > count || (skip > 0 && read.sentences[next - 1] !== sentence)) return -1;
				const end = matchFrom(elements, rest, next, read, at, tried);
				if (end >= 0) return end;
			}
			return -1;
		}
		case 'class': {
			const end = withClass(current.id, elements, element, index, read, at, tried);
			if (!current.optional) return end;
			return Math.max(end, matchFrom(elements, rest, index, read, at, tried));
		}
	}
}

function withClass(
	id: number,
	elements: Element[],
	e: number,
	index: number,
	read: Words,
	at: Array<readonly Occurrence[]>,
	tried: Map<number, number> | undefined,
): number {
	if (index >= at.length) return -1;
	// A phrase does not run on into the next sentence.
	if (
		index > 0 &&
		e > 0 &&
		hasWordBefore(elements, e) &&
		read.sentences[index] !== read.sentences[index - 1]
	)
		return -1;
	let best = -1;
	for (const occurrence of at[index]!) {
		if (occurrence.id !== id) continue;
		const end = matchFrom(elements, e + 1, index + occurrence.length, read, at, tried);
		if (end > best) best = end;
	}
	return best;
}

function hasWordBefore(elements: Element[], e: number): boolean {
	for (let k = e - 1; k >= 0; k--) if (elements[k]!.kind !== 'start') return true;
	return false;
}

/**
 * The parts of a phrase. Alternatives that are plain words stay together; those that hold anchors, gaps or alternatives of
 * their own make variants of the whole phrase.
 */
function variantsOf(text: string): string[][] {
	let variants: string[][] = [[]];
	const put = (choices: string[][]) => {
		if (variants.length * choices.length > MAX_ALTERNATIVES) {
			throw new PhraseError(
				`The phrase "${text.slice(0, 60)}" has too many alternatives`,
				`Use at most ${MAX_ALTERNATIVES}, or make several phrases of it.`,
			);
		}
		variants = variants.flatMap((parts) => choices.map((choice) => [...parts, ...choice]));
	};
	for (const { group, optional, token } of tokensOf(text)) {
		if (group) {
			const plain = group.filter(isPlain);
			const choices = group.filter((a) => !isPlain(a)).flatMap(variantsOf);
			if (plain.length > 0) choices.unshift([`(${plain.join('|')})${optional ? '?' : ''}`]);
			else if (optional) choices.push([]);
			if (choices.length > 0) put(choices);
		} else if (/^(\.\.\d*|\^\^?|\$\$?)$/.test(token) || token.startsWith('[')) {
			put([[token]]);
		} else {
			const maybe = token.endsWith('?') && token.length > 1;
			const words = normalEntry(maybe ? token.slice(0, -1) : token);
			if (words.length === 1) put([[words[0]! + (maybe ? '?' : '')]]);
			else if (maybe && words.length > 1) put([[`(${words.join(' ')})?`]]);
			else put([words]);
		}
	}
	return variants;
}

/** Whether an alternative is made of words only. */
function isPlain(alternative: string): boolean {
	return !/[()[\]^$?]|\.\./.test(alternative);
}

/** Words, lists, gaps and anchors of a phrase; of a group "(a|b)", its alternatives. Brackets that do not match are dropped. */
function tokensOf(text: string): Array<{ token: string; group?: string[]; optional?: boolean }> {
	const result: Array<{ token: string; group?: string[]; optional?: boolean }> = [];
	const single = /\[[\w-]+\]\??|\.\.\d*|\^\^?|\$\$?|[^\s()[\]|]+/gu;
	let i = 0;
	while (i < text.length) {
		if (text[i] === '(') {
			let depth = 0;
			let end = i;
			const alternatives: string[] = [];
			let from = i + 1;
			for (; end < text.length; end++) {
				if (text[end] === '(') depth++;
				else if (text[end] === ')') depth--;
				if ((depth === 1 && text[end] === '|') || depth === 0) {
					alternatives.push(text.slice(from, end).trim());
					from = end + 1;
				}
				if (depth === 0) break;
			}
			const optional = text[end + 1] === '?';
			result.push({ token: '(', group: alternatives.filter(Boolean), optional });
			i = end + (optional ? 2 : 1);
			continue;
		}
		single.lastIndex = i;
		const match = single.exec(text);
		if (!match) break;
		const next = text.indexOf('(', i);
		if (next >= 0 && next < match.index) {
			i = next;
			continue;
		}
		result.push({ token: match[0] });
		i = match.index + match[0].length;
	}
	return result;
}

/** A list entry as words of the matcher: folded like a message, a star kept at the end of a word. */
export function normalEntry(entry: string): string[] {
	const result: string[] = [];
	for (const piece of entry.trim().split(/\s+/)) {
		if (!piece) continue;
		const star = piece.endsWith('*');
		const words = readWords(star ? piece.slice(0, -1) : piece).words.map(fold);
		words.forEach((word, i) => result.push(star && i === words.length - 1 ? `${word}*` : word));
	}
	return result;
}

function sameWord(pattern: string, word: string | undefined): boolean {
	if (word === undefined) return false;
	return pattern.endsWith('*') ? word.startsWith(pattern.slice(0, -1)) : pattern === word;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
	const list = map.get(key);
	if (!list) map.set(key, [value]);
	else if (!list.includes(value)) list.push(value);
}
