import type { Words } from './text';
import { quote } from './text';
import { PhraseError, PhraseMatcher, normalEntry } from './matcher';

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
		for (const match of this.matcher.find(read)) {
			if (!found.has(match.group)) found.set(match.group, quote(read, match.from, match.to));
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
