import { Kept } from './kept';
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
 *     < … >                     begins, ends the sentence or a part of it that commas set off
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
	| { kind: 'start' | 'end'; of: Span };

/** What an anchor begins or ends. */
type Span = 'message' | 'sentence' | 'clause';
/** How the anchors are written. */
const ANCHORS: Readonly<Record<string, { kind: 'start' | 'end'; of: Span }>> = {
	'^': { kind: 'start', of: 'sentence' },
	'^^': { kind: 'start', of: 'message' },
	'<': { kind: 'start', of: 'clause' },
	$: { kind: 'end', of: 'sentence' },
	$$: { kind: 'end', of: 'message' },
	'>': { kind: 'end', of: 'clause' },
};

interface Phrase extends Required<PhraseSource> {
	language: string;
	elements: Element[];
	/** Its place in the order in which phrases were added. */
	order: number;
	/** Classes that have to stand somewhere in the text. */
	needs: readonly number[];
	/** Classes that a match can begin with. */
	starters: number[];
	/** Many ways to match: what has been tried is remembered, which keeps the time linear in the text. */
	branching: boolean;
}

/**
 * A class that begins at a word, and how many words it takes there, in one number: `class << LENGTH_BITS | words`. Every word
 * of every message stands in some hundred lists, and numbers lie side by side where objects would be all over the memory.
 */
type Occurrence = number;
const LENGTH_BITS = 5;
const LENGTH = (1 << LENGTH_BITS) - 1;

/** The longest gap that a phrase may ask for, in words. */
const MAX_GAP = 8;
const DEFAULT_GAP = 3;
/** Less than what {@link LENGTH_BITS} hold. */
const MAX_ELEMENTS = 24;
const MAX_ALTERNATIVES = 400;

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

function tooLong(words: number): PhraseError {
	return new PhraseError(
		`A phrase of ${words} words is too long`,
		`Use at most ${MAX_ELEMENTS} words; ".." stands for any words in between.`,
	);
}

/** The entries of several words that begin with one word. */
export interface Longer {
	/** By their second word. */
	bySecond: Map<string, LongEntry[]>;
	/** Those whose second word is but a beginning. */
	byPrefix: LongEntry[];
	/** The bits by {@link bitOf} of all second words: most words that follow are told from them without a search. */
	seconds: number;
}

/** A word as the lists have it. */
interface Listed {
	/** Entries of this one word. */
	single: Occurrence[];
	/** Longer ones that begin with it. */
	longer: Longer | undefined;
}

interface LongEntry {
	/** What follows the first word. */
	rest: readonly string[];
	/** A bit for each of these of which only the beginning is known. */
	beginnings: number;
	occurrence: Occurrence;
}

/**
 * What {@link PhraseMatcher} keeps of a class: the numbers of the searches in which it was last seen in the text and in which
 * phrases were last put under it, and the places of the phrases that it wakes, from the first to before the last.
 */
const PER_CLASS = 4;
const SEEN = 0;
const BEGUN = 1;
const FROM = 2;
const TO = 3;

/** Which phrases each class wakes, and what else they need; flat, so that the few that wake are found among thousands fast. */
interface Alarms {
	/** Numbers of the phrases, by place; the places of a class stand in its state. */
	phrases: Int32Array;
	/** By place, the first of its classes in `needs`; its last is before that of the next place. */
	needsFrom: Int32Array;
	/** Where the state of the classes begins that have to stand in the text beside the one that wakes. */
	needs: Int32Array;
}

/** Finds many phrases in one pass. Built once, then only read. */
export class PhraseMatcher {
	private readonly phrases: Phrase[] = [];
	/** Class id by its name ("en:person", "en:=word"). */
	private readonly classIds = new Map<string, number>();
	private readonly byWord = new Map<string, number[]>();
	private readonly byPrefix = new Map<string, number[]>();
	/** Entries of several words by their first. */
	private readonly byFirst = new Map<string, Longer>();
	/**
	 * By class: the phrases that are looked at once it stands in the text. Of the classes that a phrase needs it is the one that
	 * the fewest phrases need, so that "I want to …" does not wake every wish there is. Made on the first search.
	 */
	private alarms?: Alarms;
	private longestPrefix = 0;
	private shortestPrefix = Infinity;
	/** By language mask, what the lists of those languages say of a word. */
	private readonly kept = new Map<number, Kept<Listed>>();
	/** By class, the bit of its language. */
	private readonly bits: number[] = [];
	/** Of each class, {@link PER_CLASS} numbers side by side, as one is seldom asked without the next. */
	private state = new Int32Array(0);
	/** Classes of the text that is searched that wake phrases, in the order in which they were seen. */
	private present = new Int32Array(0);
	/** By class, the phrases of the search in which it was last {@link BEGUN} that may begin with it. */
	private readonly begun: Phrase[][] = [];
	private turn = 0;
	/** By class, the step at which phrases that begin with it were last tried. */
	private triedAt = new Int32Array(0);
	private step = 0;
	/** What the last search found at each word, for {@link listAt} on the same text. */
	private latest?: { read: Words; at: Array<readonly Occurrence[]> };
	/** Class id of each list, by language and name. */
	private readonly lists = new Map<string, Map<string, number>>();
	private readonly languageBits = new Map<string, number>();
	/** Words that any phrase or list names, for the correction of misspellings. */
	readonly vocabulary = new Set<string>();
	/** By the bit of a language, the whole words that its phrases and lists name. */
	private readonly ownWords = new Map<number, Set<string>>();

	/** `lasting`: made once and for good, so that what it knows of words is kept with them. */
	constructor(private readonly lasting = false) {}

	/** Adds a named word list of a language. Entries may be several words, and may end in "*". */
	addList(language: string, name: string, entries: Iterable<string>): void {
		const id = this.classId(language, name);
		let own = this.lists.get(language);
		if (!own) this.lists.set(language, (own = new Map<string, number>()));
		own.set(name, id);
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
			this.phrases.push({
				group: source.group,
				text: source.text,
				strength: source.strength ?? 1,
				language,
				order: this.phrases.length,
				elements,
				needs: elements.flatMap((e) => (e.kind === 'class' && !e.optional ? [e.id] : [])),
				starters: [...this.starters(elements)],
				branching:
					elements.filter((e) => e.kind === 'gap' || (e.kind === 'class' && e.optional)).length > 3,
			});
			this.alarms = undefined;
		}
	}

	/** Bit mask of languages for {@link find}; unknown languages add nothing. */
	mask(languages: Iterable<string>): number {
		let mask = 0;
		for (const language of languages) mask |= this.languageBits.get(language) ?? 0;
		return mask;
	}

	/** The whole words that the phrases and lists of a language name. */
	wordsOf(language: string): Iterable<string> {
		return this.ownWords.get(this.languageBits.get(language) ?? 0) ?? [];
	}

	/** Matches of phrases of the languages in `mask`, in the order of the text. */
	find(read: Words, mask = ~0): PhraseMatch[] {
		const count = read.words.length;
		if (count === 0) return [];
		const at = new Array<readonly Occurrence[]>(count);
		const { phrases, needsFrom, needs } = (this.alarms ??= this.makeAlarms());
		if (++this.turn > 0x7fffffff) {
			this.turn = 1;
			for (let c = 0; c < this.state.length; c += PER_CLASS)
				this.state[c + SEEN] = this.state[c + BEGUN] = 0;
		}
		const { turn, state, present } = this;
		const kept = this.keptFor(mask);
		let known = 0;
		for (let i = 0; i < count; i++) {
			const here = (at[i] = this.occurrences(read, i, mask, kept));
			for (let k = 0; k < here.length; k++) {
				const c = (here[k]! >> LENGTH_BITS) * PER_CLASS;
				if (state[c + SEEN] === turn) continue;
				state[c + SEEN] = turn;
				if (state[c + FROM] !== state[c + TO]) present[known++] = c;
			}
		}
		this.latest = { read, at };
		const awake: Phrase[] = [];
		for (let p = 0; p < known; p++) {
			const to = state[present[p]! + TO]!;
			next: for (let a = state[present[p]! + FROM]!; a < to; a++) {
				for (let n = needsFrom[a]!; n < needsFrom[a + 1]!; n++)
					if (state[needs[n]! + SEEN] !== turn) continue next;
				awake.push(this.phrases[phrases[a]!]!);
			}
		}
		const found: PhraseMatch[] = [];
		if (awake.length === 0) return found;
		this.sortByStart(awake);
		const { triedAt } = this;
		for (let i = 0; i < count; i++) {
			const here = at[i]!;
			const step = this.nextStep();
			for (let k = 0; k < here.length; k++) {
				const id = here[k]! >> LENGTH_BITS;
				// A list may begin here with one word and with several.
				if (state[id * PER_CLASS + BEGUN] !== turn || triedAt[id] === step) continue;
				triedAt[id] = step;
				const begun = this.begun[id]!;
				for (let b = 0; b < begun.length; b++) {
					const phrase = begun[b]!;
					const end = matchFrom(
						phrase.elements,
						0,
						i,
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

	/** A number for one word of one search, by which {@link triedAt} knows what has been tried there. */
	private nextStep(): number {
		if (++this.step > 0x7fffffff) {
			this.step = 1;
			this.triedAt.fill(0);
		}
		return this.step;
	}

	/** Each phrase under the class that the fewest phrases need. */
	private makeAlarms(): Alarms {
		const { size } = this.classIds;
		this.state = new Int32Array(size * PER_CLASS);
		this.triedAt = new Int32Array(size);
		this.present = new Int32Array(size);
		this.turn = 0;
		this.step = 0;
		const asked = new Int32Array(size);
		for (const { needs } of this.phrases) for (const id of needs) asked[id]!++;
		const byClass: number[][] = Array.from({ length: size }, () => []);
		for (const { needs, order } of this.phrases) {
			byClass[needs.reduce((a, b) => (asked[b]! < asked[a]! ? b : a))]!.push(order);
		}
		const needsFrom = [0];
		const needs: number[] = [];
		byClass.forEach((orders, id) => {
			this.state[id * PER_CLASS + FROM] = needsFrom.length - 1;
			for (const order of orders) {
				const others = this.phrases[order]!.needs.filter((need) => need !== id);
				needs.push(...others.map((need) => need * PER_CLASS));
				needsFrom.push(needs.length);
			}
			this.state[id * PER_CLASS + TO] = needsFrom.length - 1;
		});
		return {
			phrases: Int32Array.from(byClass.flat()),
			needsFrom: Int32Array.from(needsFrom),
			needs: Int32Array.from(needs),
		};
	}

	/** Puts the phrases under the classes that they can begin with, in the order in which they were added. */
	private sortByStart(phrases: Phrase[]): void {
		phrases.sort((a, b) => a.order - b.order);
		for (const phrase of phrases) {
			for (const id of phrase.starters) {
				if (this.state[id * PER_CLASS + BEGUN] === this.turn) this.begun[id]!.push(phrase);
				else {
					this.state[id * PER_CLASS + BEGUN] = this.turn;
					this.begun[id] = [phrase];
				}
			}
		}
	}

	/** Whether the list `name` of `language` begins at word `index`; the number of its words, or 0. */
	listAt(language: string, name: string, read: Words, index: number): number {
		const id = this.lists.get(language)?.get(name);
		if (id === undefined) return 0;
		let longest = 0;
		const here =
			this.latest?.read === read ? this.latest.at[index]! : this.occurrences(read, index, ~0);
		for (let k = 0; k < here.length; k++) {
			const o = here[k]!;
			if (o >> LENGTH_BITS === id && (o & LENGTH) > longest) longest = o & LENGTH;
		}
		return longest;
	}

	/** The ranks of a language's lists among these names, from 1, for {@link rankAt}. */
	ranks(language: string, names: readonly string[]): Uint8Array {
		const ranks = new Uint8Array(this.bits.length);
		names.forEach((name, rank) => {
			const id = this.lists.get(language)?.get(name);
			if (id !== undefined) ranks[id] = rank + 1;
		});
		return ranks;
	}

	/** The first in rank of the lists that begin at word `index`; 0 for none. */
	rankAt(read: Words, index: number, ranks: Uint8Array): number {
		return firstRank(this.occurrences(read, index, ~0), ranks);
	}

	/** The first in rank of the lists that hold the word by itself; 0 for none. */
	rankOf(word: string, ranks: Uint8Array): number {
		return firstRank(this.lookUp(word, ~0).single, ranks);
	}

	/** The entries of several words that begin with a word, for {@link mayGoOn}. */
	longerFrom(word: string): Longer | undefined {
		return this.byFirst.get(word);
	}

	/** The lists whose entries begin at a word: those of one word first. */
	private occurrences(
		read: Words,
		index: number,
		mask: number,
		kept = this.keptFor(mask),
	): readonly Occurrence[] {
		const { single, longer } = kept
			? kept.of(read.known[index]!)
			: this.lookUp(read.words[index]!, mask);
		const next = read.words[index + 1];
		if (!longer || !mayGoOn(longer, next)) return single;
		const exact = longer.bySecond.get(next!);
		let result: Occurrence[] | undefined;
		for (const entries of [exact, longer.byPrefix]) {
			for (let l = 0; entries && l < entries.length; l++) {
				const entry = entries[l]!;
				const { occurrence } = entry;
				if ((this.bits[occurrence >> LENGTH_BITS]! & mask) !== 0 && follows(read, index + 1, entry))
					(result ??= single.slice()).push(occurrence);
			}
		}
		return result ?? single;
	}

	private keptFor(mask: number): Kept<Listed> | undefined {
		if (!this.lasting) return undefined;
		let kept = this.kept.get(mask);
		if (!kept) this.kept.set(mask, (kept = new Kept(({ text }) => this.lookUp(text, mask))));
		return kept;
	}

	/** What the lists of the languages in `mask` say of a word. */
	private lookUp(word: string, mask: number): Listed {
		const ids = [...(this.byWord.get(word) ?? [])];
		const most = Math.min(word.length, this.longestPrefix);
		for (let n = this.shortestPrefix; n <= most; n++) {
			const more = this.byPrefix.get(word.slice(0, n));
			if (more) for (const id of more) if (!ids.includes(id)) ids.push(id);
		}
		const single = ids
			.filter((id) => (this.bits[id]! & mask) !== 0)
			.map((id) => (id << LENGTH_BITS) | 1);
		return { single, longer: this.byFirst.get(word) };
	}

	private bit(language: string): number {
		let bit = this.languageBits.get(language);
		if (bit === undefined) {
			bit = 1 << this.languageBits.size;
			this.languageBits.set(language, bit);
		}
		return bit;
	}

	private classId(language: string, list: string): number {
		const name = `${language}:${list}`;
		let id = this.classIds.get(name);
		if (id === undefined) {
			id = this.classIds.size;
			this.classIds.set(name, id);
			this.bits[id] = this.bit(language);
			this.alarms = undefined;
		}
		return id;
	}

	private addEntry(id: number, entry: string): void {
		const words = normalEntry(entry);
		if (words.length === 0) return;
		if (words.length > MAX_ELEMENTS) throw tooLong(words.length);
		const bit = this.bits[id]!;
		let own = this.ownWords.get(bit);
		if (!own) this.ownWords.set(bit, (own = new Set<string>()));
		for (const word of words) {
			this.vocabulary.add(word.endsWith('*') ? word.slice(0, -1) : word);
			if (!word.endsWith('*')) own.add(word);
		}
		if (words.length > 1) {
			const [first, ...rest] = words as [string, ...string[]];
			let longer = this.byFirst.get(first);
			if (!longer)
				this.byFirst.set(first, (longer = { bySecond: new Map(), byPrefix: [], seconds: 0 }));
			const entry = {
				rest: rest.map((part) => (part.endsWith('*') ? part.slice(0, -1) : part)),
				beginnings: rest.reduce((bits, part, k) => bits | (part.endsWith('*') ? 1 << k : 0), 0),
				occurrence: (id << LENGTH_BITS) | words.length,
			};
			if ((entry.beginnings & 1) !== 0) longer.byPrefix.push(entry);
			else {
				push(longer.bySecond, rest[0]!, entry);
				longer.seconds |= bitOf(rest[0]!);
			}
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
	}

	private parse(language: string, parts: string[]): Element[] {
		if (parts.length > MAX_ELEMENTS) throw tooLong(parts.length);
		const elements: Element[] = [];
		for (const part of parts) {
			if (Object.hasOwn(ANCHORS, part)) elements.push(ANCHORS[part]!);
			else if (/^\.\.\d*$/.test(part)) {
				const most = part.length > 2 ? Number(part.slice(2)) : DEFAULT_GAP;
				elements.push({ kind: 'gap', most: Math.min(most, MAX_GAP) });
			} else {
				const optional = part.endsWith('?');
				const body = optional ? part.slice(0, -1) : part;
				let id: number;
				if (body.startsWith('[')) {
					id = this.classId(language, body.slice(1, -1));
				} else {
					id = this.classId(language, `=${body}`);
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

function firstRank(here: readonly Occurrence[], ranks: Uint8Array): number {
	let first = 0;
	for (let k = 0; k < here.length; k++) {
		const rank = ranks[here[k]! >> LENGTH_BITS]!;
		if (rank > 0 && (first === 0 || rank < first)) first = rank;
	}
	return first;
}

/** Whether one of the entries may stand in a text, as far as the word that follows tells. */
export function mayGoOn(longer: Longer, next: string | undefined): boolean {
	if (next === undefined) return false;
	if (longer.byPrefix.length > 0) return true;
	return (longer.seconds & bitOf(next)) !== 0 && longer.bySecond.has(next);
}

/** One of 32 bits, by what a word begins and ends with. */
function bitOf(word: string): number {
	const last = word.length - 1;
	return 1 << ((word.charCodeAt(0) * 7 + word.charCodeAt(last) * 3 + last) & 31);
}

/** Whether what follows the first word of an entry stands from word `index` on, in one sentence with the word before. */
function follows({ words, sentences }: Words, index: number, entry: LongEntry): boolean {
	const { rest, beginnings } = entry;
	// Sentences are numbered in the order of the text.
	if (sentences[index + rest.length - 1] !== sentences[index - 1]) return false;
	for (let k = 0; k < rest.length; k++) {
		const word = words[index + k]!;
		if ((beginnings & (1 << k)) !== 0 ? !word.startsWith(rest[k]!) : word !== rest[k]) return false;
	}
	return true;
}

/** Where the match of `elements` from word `index` on ends, or -1; `from` is its first word. */
function matchFrom(
	elements: Element[],
	element: number,
	from: number,
	index: number,
	read: Words,
	at: ReadonlyArray<readonly Occurrence[]>,
	tried: Map<number, number> | undefined,
): number {
	if (!tried) return matchElement(elements, element, from, index, read, at, tried);
	const key = element * (at.length + 2) + index;
	const known = tried.get(key);
	if (known !== undefined) return known;
	const end = matchElement(elements, element, from, index, read, at, tried);
	tried.set(key, end);
	return end;
}

function matchElement(
	elements: Element[],
	element: number,
	from: number,
	index: number,
	read: Words,
	at: ReadonlyArray<readonly Occurrence[]>,
	tried: Map<number, number> | undefined,
): number {
	const count = read.words.length;
	const current = elements[element];
	if (!current) return index;
	const rest = element + 1;
	switch (current.kind) {
		case 'start':
		case 'end':
			return isEdge(current.of, index, read)
				? matchFrom(elements, rest, from, index, read, at, tried)
				: -1;
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
				const end = matchFrom(elements, rest, from, next, read, at, tried);
				if (end >= 0) return end;
			}
			return -1;
		}
		case 'class': {
			const end = withClass(current.id, elements, element, from, index, read, at, tried);
			if (!current.optional) return end;
			return Math.max(end, matchFrom(elements, rest, from, index, read, at, tried));
		}
	}
}

/** Whether a message, a sentence or a clause ends before word `index`, and another begins there. */
function isEdge(of: Span, index: number, read: Words): boolean {
	if (index === 0 || index >= read.words.length) return true;
	if (of === 'message') return false;
	return of === 'clause'
		? read.paused[index]!
		: read.sentences[index] !== read.sentences[index - 1];
}

function withClass(
	id: number,
	elements: Element[],
	e: number,
	from: number,
	index: number,
	read: Words,
	at: ReadonlyArray<readonly Occurrence[]>,
	tried: Map<number, number> | undefined,
): number {
	if (index >= at.length) return -1;
	// A phrase does not run on into the next sentence.
	if (index > from && read.sentences[index] !== read.sentences[index - 1]) return -1;
	let best = -1;
	const here = at[index]!;
	for (let k = 0; k < here.length; k++) {
		const occurrence = here[k]!;
		if (occurrence >> LENGTH_BITS !== id) continue;
		const end = matchFrom(elements, e + 1, from, index + (occurrence & LENGTH), read, at, tried);
		if (end > best) best = end;
	}
	return best;
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
		} else if (/^(\.\.\d*|\^\^?|\$\$?|[<>])$/.test(token) || token.startsWith('[')) {
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
	return !/[()[\]^$<>?]|\.\./.test(alternative);
}

/** Words, lists, gaps and anchors of a phrase; of a group "(a|b)", its alternatives. Brackets that do not match are dropped. */
function tokensOf(text: string): Array<{ token: string; group?: string[]; optional?: boolean }> {
	const result: Array<{ token: string; group?: string[]; optional?: boolean }> = [];
	const single = /\[[\w-]+\]\??|\.\.\d*|\^\^?|\$\$?|[<>]|[^\s()[\]|]+/gu;
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

/** What {@link readWords} would leave as it is: most words of the lists, which are many. */
const FOLDED = /^(?:([a-z])(?!\1\1))+\*?$/;

/** A list entry as words of the matcher: folded like a message, a star kept at the end of a word. */
export function normalEntry(entry: string): string[] {
	const result: string[] = [];
	for (const piece of entry.trim().split(/\s+/)) {
		if (!piece) continue;
		if (FOLDED.test(piece)) {
			result.push(piece);
			continue;
		}
		const star = piece.endsWith('*');
		const words = readWords(star ? piece.slice(0, -1) : piece).words.map(fold);
		words.forEach((word, i) => result.push(star && i === words.length - 1 ? `${word}*` : word));
	}
	return result;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
	const list = map.get(key);
	if (!list) map.set(key, [value]);
	else if (!list.includes(value)) list.push(value);
}
