import { Corrector } from './corrector';
import { lexicon } from './lexicon';
import { PhraseError, PhraseMatcher, normalEntry } from './matcher';
import type { Words } from './text';
import { quote } from './text';

/** A keyword or phrase rule that staff wrote. */
export interface StaffRule {
	/** Shown in reasons; default: the first phrase. */
	name?: string;
	/** Phrases, one a line or with commas between them; what a phrase may hold is in matcher.ts. */
	phrases: string[];
	/** `any`: one is enough; `all`: every one has to be there; `not`: none may be there (with `any` phrases of other rules). */
	match?: 'any' | 'all';
	/** Phrases that keep the rule from firing. */
	unless?: string[];
	/** BCP 47 tag; empty: every language. */
	language?: string;
	/** Hands over at once. */
	always?: boolean;
	/** Points, 0 to 100, where not `always`. Default 50. */
	weight?: number;
	/** Queue to send to. */
	queue?: string;
	skill?: string;
}

export interface RuleHit {
	rule: StaffRule;
	name: string;
	evidence: string;
}

interface CompiledRule {
	rule: StaffRule;
	name: string;
	wanted: string[];
}

/** Rules that staff may set; more would make the node slow to read, not only to run. */
const MAX_RULES = 500;
const MAX_PHRASES = 200;

/** Staff's rules, compiled. Throws {@link PhraseError} for a phrase that cannot be read. */
export class StaffRules {
	private readonly matcher = new PhraseMatcher();
	private readonly rules: CompiledRule[] = [];
	/** Word of a message → the word of the rules that it is a misspelling or a form of; null for none. */
	private readonly meant = new Map<string, string | null>();
	private corrector?: Corrector;

	constructor(rules: readonly StaffRule[]) {
		if (rules.length > MAX_RULES) {
			throw new PhraseError(
				`There are ${rules.length} rules`,
				`Use at most ${MAX_RULES}; one rule can hold many phrases.`,
			);
		}
		rules.forEach((rule, r) => {
			const phrases = phrasesOf(rule.phrases);
			const unless = phrasesOf(rule.unless ?? []);
			if (phrases.length + unless.length > MAX_PHRASES) {
				throw new PhraseError(
					`A rule holds ${phrases.length + unless.length} phrases`,
					`Use at most ${MAX_PHRASES} and put the rest into another rule.`,
				);
			}
			if (phrases.length === 0) return;
			phrases.forEach((text, p) => this.matcher.addPhrase('any', { group: `${r}:${p}`, text }));
			unless.forEach((text) => this.matcher.addPhrase('any', { group: `${r}:unless`, text }));
			this.rules.push({
				rule,
				name: rule.name?.trim() || phrases[0]!,
				wanted: phrases.map((_, p) => `${r}:${p}`),
			});
		});
	}

	/** The rules that fire on a message, in the order in which staff wrote them. */
	apply(read: Words, language: string): RuleHit[] {
		if (this.rules.length === 0 || read.words.length === 0) return [];
		const found = new Map<string, string>();
		for (const words of [read, this.asMeant(read)]) {
			for (const match of words ? this.matcher.find(words) : []) {
				if (!found.has(match.group)) found.set(match.group, quote(read, match.from, match.to));
			}
		}
		const hits: RuleHit[] = [];
		for (const { rule, name, wanted } of this.rules) {
			const r = wanted[0]!.split(':')[0];
			if (
				rule.language &&
				rule.language.toLowerCase().split(/[-_]/)[0] !== language &&
				language !== 'und'
			)
				continue;
			if (found.has(`${r}:unless`)) continue;
			const there = wanted.filter((group) => found.has(group));
			const fires = rule.match === 'all' ? there.length === wanted.length : there.length > 0;
			if (fires) hits.push({ rule, name, evidence: there.map((g) => found.get(g)!).join(' … ') });
		}
		return hits;
	}

	/** The message with the words that were meant, or undefined where it is written as the rules are. */
	private asMeant(read: Words): Words | undefined {
		let words: string[] | undefined;
		for (let i = 0; i < read.words.length; i++) {
			const word = this.wordMeant(read.words[i]!);
			if (word !== undefined) (words ??= [...read.words])[i] = word;
		}
		return words && { ...read, words };
	}

	private wordMeant(word: string): string | undefined {
		let known = this.meant.get(word);
		if (known === undefined) {
			known = this.lookUp(word) ?? null;
			if (this.meant.size >= REMEMBERED) this.meant.clear();
			this.meant.set(word, known);
		}
		return known ?? undefined;
	}

	private lookUp(word: string): string | undefined {
		const { vocabulary } = this.matcher;
		if (vocabulary.has(word)) return undefined;
		for (const stem of stemsOf(word)) if (vocabulary.has(stem)) return stem;
		// Words that a lexicon knows are no misspellings of others.
		this.corrector ??= new Corrector(
			[...vocabulary].map((own) => ({ language: 'en', word: own })),
			new Set(lexicon().languagesOf.keys()),
		);
		return this.corrector.correct(word);
	}
}

/** Bound on the words that are remembered. */
const REMEMBERED = 10_000;
/** Shorter words are forms of too many others. */
const SHORTEST_STEM = 4;

/** What a word may be a form of. */
function stemsOf(word: string): string[] {
	const stems: string[] = [];
	for (const ending of ['s', 'es', 'd', 'ed', 'ing']) {
		if (!word.endsWith(ending)) continue;
		const stem = word.slice(0, -ending.length);
		if (stem.length < SHORTEST_STEM) continue;
		stems.push(stem);
		const last = stem[stem.length - 1];
		if (last === stem[stem.length - 2]) stems.push(stem.slice(0, -1));
		if (ending === 'ing') stems.push(`${stem}e`);
	}
	return stems;
}

function phrasesOf(phrases: readonly string[]): string[] {
	return phrases
		.flatMap((phrase) => String(phrase).split(/[,\n]/))
		.map((phrase) => phrase.trim())
		.filter(
			(phrase) => phrase !== '' && normalEntry(phrase.replace(/[()[\]^$|]/g, ' ')).length > 0,
		);
}

const CACHE_SIZE = 50;
const compiled = new Map<string, StaffRules>();

/** The compiled form of these rules; kept for as long as the same rules are asked for. */
export function staffRules(rules: readonly StaffRule[]): StaffRules {
	const key = JSON.stringify(rules);
	let result = compiled.get(key);
	if (!result) {
		result = new StaffRules(rules);
		if (compiled.size >= CACHE_SIZE) compiled.clear();
		compiled.set(key, result);
	}
	return result;
}
