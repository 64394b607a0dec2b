import { LANGUAGES, lexicon, type Language, type Lexicon } from './lexicon';
import { detectLanguage, type DetectedLanguage } from './language';
import type { PhraseMatch } from './matcher';
import { feel, type Feeling } from './sentiment';
import { quote, readWords, respell, type Words } from './text';

/** A message as the signals see it: read once, in one pass over all phrase lists. */
export interface Reading {
	words: Words;
	language: DetectedLanguage;
	/** Matches by what they mean, in the order of the text. */
	found: ReadonlyMap<string, readonly PhraseMatch[]>;
	/** Languages whose lists were used. */
	languages: readonly Language[];
	feeling: Feeling;
	lexicon: Lexicon;
}

/** Messages of up to this many words are looked up in every language: they are too short to tell one for sure. */
const SHORT = 4;
const EN = ['en'] as const;
const CORRECTIONS = 10_000;
const corrections = new Map<string, string | null>();

/** Reads a message. Any text gives a result; the time is linear in its length (which {@link readWords} bounds). */
export function readMessage(text: string, conversationLanguage?: string): Reading {
	const lists = lexicon();
	const words = readWords(text);
	const language = detectLanguage(words, lists, conversationLanguage);
	const own = language.language;
	const spelling = own ? lists.spelling.get(own) : undefined;
	const sure = own !== undefined && language.by !== 'library' && words.words.length > SHORT;
	// Hindi and Indonesian chats are full of English; a short message may be in any language.
	const mixed = words.scripts.latin > 0 && (own === undefined || own === 'hi' || own === 'id');
	const other = mixed ? lists.spelling.get('en') : sure ? undefined : lists.anySpelling;
	respell(
		words,
		(word) =>
			spelling?.get(word) ??
			other?.get(word) ??
			corrected(lists, word, sure ? own : undefined) ??
			undefined,
	);
	const languages = !sure ? LANGUAGES : own === 'en' ? EN : ([own, 'en'] as const);
	const mask = sure ? lists.matcher.mask(languages) : ~0;
	const found = new Map<string, PhraseMatch[]>();
	for (const match of lists.matcher.find(words, mask)) {
		// One word of another language is chance ("con", "pas", "die"), unless it is all that was written.
		const foreign = own !== undefined && match.language !== own && match.language !== 'en';
		if (foreign && match.to - match.from === 1 && words.words.length > 1) continue;
		const same = found.get(match.group);
		if (same) same.push(match);
		else found.set(match.group, [match]);
	}
	return {
		words,
		language,
		found,
		languages,
		feeling: feel(
			words,
			found,
			own === undefined ? LANGUAGES : own === 'en' ? EN : [own, 'en'],
			lists,
		),
		lexicon: lists,
	};
}

/** The strongest match of any of `groups`, earliest first among equals. */
export function strongest(reading: Reading, ...groups: string[]): PhraseMatch | undefined {
	let best: PhraseMatch | undefined;
	for (const group of groups) {
		for (const match of reading.found.get(group) ?? []) {
			if (!best || match.strength > best.strength) best = match;
		}
	}
	return best;
}

/** The customer's own words of a match. */
export function words(reading: Reading, match: Pick<PhraseMatch, 'from' | 'to'>): string {
	return quote(reading.words, match.from, match.to);
}

function corrected(lists: Lexicon, word: string, language: Language | undefined) {
	if (word.length < 5) return undefined;
	const key = `${language ?? ''}:${word}`;
	let known = corrections.get(key);
	if (known === undefined) {
		known = lists.corrector.correct(word, language) ?? null;
		if (corrections.size >= CORRECTIONS) corrections.clear();
		corrections.set(key, known);
	}
	return known;
}
