import { detectLanguage, type DetectedLanguage } from '../escalation/language';
import { lexicon } from '../escalation/lexicon';
import { readWords } from '../escalation/text';
import type { Conversation } from './conversation';

/** BCP 47 tag of the language in which the customer is written to: what staff set, else what was heard; undefined if neither is known. */
export function languageOf({
	profile,
	language,
}: Pick<Conversation, 'profile' | 'language'>): string | undefined {
	return profile.language ?? language;
}

/** The conversation with what was heard of its language, if anything was; the same object where that is no news. */
export function heard(conversation: Conversation, language: string | undefined): Conversation {
	return language === undefined || language === conversation.language
		? conversation
		: { ...conversation, language };
}

/** Of the sentences of the development sets, a language that is told from so many words is right 99 times in 100; from fewer, 9 in 10 at most. */
const ENOUGH_WORDS = 4;
/** One word alone ("agent", "menu") is at home in many languages. */
const FEWEST_WORDS = 2;

/** Types of message whose text is a name, an address or a list of goods, and not the customer's own words. */
const NOT_SAID: ReadonlySet<string> = new Set(['location', 'contacts', 'order']);

/** Whether the text of a message of this type is in the customer's own words. */
export function isSaid(type: unknown): boolean {
	return typeof type !== 'string' || !NOT_SAID.has(type);
}

/**
 * In which language a customer writes, from the scorer's verdict on the message that they have just `said`, and from what they wrote
 * before, newest first. A verdict on two or three words ("agent please") is worth less than a whole sentence before it. Undefined where
 * too little was written to tell: then nothing is better than a wrong guess.
 */
export function languageHeard(known: {
	verdict?: string;
	said?: string;
	thread: readonly string[];
}): string | undefined {
	const { verdict, said = '', thread } = known;
	if (verdict && (said.trim() === '' || isEnough(said))) return verdict;
	const all = said.trim() === '' ? thread : [said, ...thread];
	for (const text of all) {
		const found = sureOf(text, ENOUGH_WORDS);
		if (found) return found;
	}
	return sureOf(all.join('\n'), FEWEST_WORDS);
}

/** Whether the scorer's verdict on the language of this text can be relied on. */
export function isEnough(text: string): boolean {
	return readWords(text).words.length >= ENOUGH_WORDS;
}

/** The text in the language of a tag ("pt" for "pt-BR"), or in English where there is none in it. */
export function inLanguage<T>(texts: { en: T } & Record<string, T>, tag: string | undefined): T {
	return texts[primaryOf(tag)] ?? texts.en;
}

/** "pt-BR" → "pt". */
function primaryOf(tag: string | undefined): string {
	return (tag ?? '').toLowerCase().split(/[-_]/u)[0] ?? '';
}

/** The language of a text of so many words at least, if its script or its own words tell it: a guess by its letters is none. */
function sureOf(text: string, words: number): string | undefined {
	const read = readWords(text);
	const { language, by }: DetectedLanguage = detectLanguage(read, lexicon());
	if (by === 'script') return language;
	return by === 'words' && read.words.length >= words ? language : undefined;
}
