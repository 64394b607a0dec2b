import { lazily } from '../lazily';
import type { Language, Lexicon } from './lexicon';
import { LANGUAGES } from './lexicon';
import type { Words } from './text';

export interface DetectedLanguage {
	/** BCP 47 primary tag; "und" where nothing speaks for any. */
	tag: string;
	/** Set where there is a lexicon for it. */
	language?: Language;
	/** How it was found: by script, by its small words, by the library, or taken from the conversation. */
	by: 'script' | 'words' | 'library' | 'conversation' | 'none';
}

/** The library's own languages are many; a short message is asked about ours only, else one word can be Klingon. */
const OURS = [...LANGUAGES];
const RANK = Object.fromEntries(LANGUAGES.map((language, l) => [language, l])) as Readonly<
	Record<Language, number>
>;
/** Up to this many words the library guesses more than it knows; the conversation's language is the better guess. */
const SHORT = 3;
const LIBRARY_CHARACTERS = 200;

type Detect = (text: string, options?: { only?: string[] }) => string;
/** tinyld. */
const library = lazily(() => (require('tinyld') as { detect: Detect }).detect);

/** Messages too short to tell are the same few again and again ("ok thanks"), and the library is the slowest step of all. */
const REMEMBERED = 5000;
const LONGEST_REMEMBERED = 60;
const guesses = new Map<string, string>();

/** What the library makes of a text. */
function guess(text: string): string {
	if (text.length > LONGEST_REMEMBERED) return library()(text, { only: OURS });
	let known = guesses.get(text);
	if (known === undefined) {
		known = library()(text, { only: OURS });
		if (guesses.size >= REMEMBERED) guesses.clear();
		guesses.set(text, known);
	}
	return known;
}

/**
 * The language of one message. The script decides where it can; then the language's small words, if they speak clearly; then
 * tinyld; and for a message too short to tell, the language of the conversation.
 */
export function detectLanguage(
	read: Words,
	lexicon: Lexicon,
	conversationLanguage?: string,
): DetectedLanguage {
	const { latin, arabic, devanagari, other } = read.scripts;
	const letters = latin + arabic + devanagari + other;
	const known = asLanguage(conversationLanguage);
	if (letters === 0) {
		return known ? { tag: known, language: known, by: 'conversation' } : { tag: 'und', by: 'none' };
	}
	if (devanagari > 0 && devanagari >= arabic && devanagari * 3 >= latin) {
		return { tag: 'hi', language: 'hi', by: 'script' };
	}
	if (arabic > 0 && arabic * 3 >= latin) return { tag: 'ar', language: 'ar', by: 'script' };
	if (other > latin) return { tag: 'und', by: 'script' };

	const votes = new Float64Array(LANGUAGES.length);
	for (const word of read.words) {
		const languages = lexicon.functionWords.get(word);
		if (!languages) continue;
		for (const language of languages) votes[RANK[language]]! += 1 / languages.length;
	}
	let best: Language | undefined;
	let first = 0;
	let second = 0;
	for (let l = 0; l < votes.length; l++) {
		const score = votes[l]!;
		if (score > first) {
			second = first;
			first = score;
			best = LANGUAGES[l];
		} else if (score > second) second = score;
	}
	if (best && first >= 1 && first >= second * 1.6)
		return { tag: best, language: best, by: 'words' };
	if (read.words.length <= SHORT) {
		if (known) return { tag: known, language: known, by: 'conversation' };
		if (best && first > second) return { tag: best, language: best, by: 'words' };
		if (read.words.length === 1) return { tag: 'und', by: 'none' };
	}
	const found = guess(read.text.slice(0, LIBRARY_CHARACTERS));
	const language = asLanguage(found);
	if (language) return { tag: language, language, by: 'library' };
	if (best && first > second) return { tag: best, language: best, by: 'words' };
	if (known) return { tag: known, language: known, by: 'conversation' };
	return { tag: 'und', by: 'none' };
}

/** "pt-BR" → "pt"; undefined for a language without a lexicon. */
export function asLanguage(tag: string | undefined): Language | undefined {
	const primary = tag?.toLowerCase().split(/[-_]/)[0];
	return LANGUAGES.find((language) => language === primary);
}
