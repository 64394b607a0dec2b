import type { Answered } from './botTurn';
import { Kept, wordOf, type Word } from './kept';
import { LANGUAGES, lexicon, type Language, type Lexicon } from './lexicon';
import { detectLanguage, type DetectedLanguage } from './language';
import type { PhraseMatch } from './matcher';
import { closesIn, feel, type Feeling } from './sentiment';
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
	/** What the bot said last, where the message answers it. */
	answered?: Answered;
	/** The customer needs nothing more ("no, that is all"), which turns nothing down. */
	closes: boolean;
	lexicon: Lexicon;
}

const HARMLESS = 'harmless.';
/** Messages of up to this many words are looked up in every language: they are too short to tell one for sure. */
const SHORT = 4;
/** English words turn up in every language. */
const WITH_ENGLISH = Object.fromEntries(
	LANGUAGES.map((language) => [language, language === 'en' ? ['en'] : [language, 'en']]),
) as unknown as Readonly<Record<Language, readonly Language[]>>;
const SHORTEST_CORRECTED = 5;

/** Reads a message. Any text gives a result; the time is linear in its length (which {@link readWords} bounds). */
export function readMessage(
	text: string,
	conversationLanguage?: string,
	answered?: Answered,
): Reading {
	const lists = lexicon();
	const words = readWords(text);
	const language = detectLanguage(words, lists, conversationLanguage);
	const own = language.language;
	const sure = own !== undefined && language.by !== 'library' && words.words.length > SHORT;
	respell(words, speller(lists, own, sure, words.scripts.latin > 0));
	const languages = sure ? WITH_ENGLISH[own] : LANGUAGES;
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
	leaveOutHarmless(found);
	const feltIn = own === undefined ? LANGUAGES : WITH_ENGLISH[own];
	const closes = closesIn(words, found, feltIn, lists, answered);
	if (closes) leaveOutTrouble(found);
	return {
		words,
		language,
		found,
		languages,
		feeling: feel(words, found, feltIn, lists, closes, answered),
		...(answered ? { answered } : {}),
		closes,
		lexicon: lists,
	};
}

/** "No complaints" is none, and "my lawyer friend" threatens nobody: `harmless.legal` takes away the `topic.legal` that it overlaps. */
function leaveOutHarmless(found: Map<string, PhraseMatch[]>): void {
	for (const [group, harmless] of found) {
		if (!group.startsWith(HARMLESS)) continue;
		const topic = `topic.${group.slice(HARMLESS.length)}`;
		const left = (found.get(topic) ?? []).filter(
			(t) => !harmless.some((h) => h.from < t.to && t.from < h.to),
		);
		if (left.length > 0) found.set(topic, left);
		else found.delete(topic);
	}
}

/** "Tidak, terima kasih" is "no, thank you", though "tidak terima" is "not received". */
function leaveOutTrouble(found: Map<string, PhraseMatch[]>): void {
	const closing = found.get('closing');
	const trouble = found.get('trouble');
	if (!closing || !trouble) return;
	const left = trouble.filter((t) => !closing.some((c) => c.from < t.to && t.from < c.to));
	if (left.length > 0) found.set('trouble', left);
	else found.delete('trouble');
}

/** The strongest match of any of `groups`, earliest first among equals. */
export function strongest(reading: Reading, ...groups: string[]): PhraseMatch | undefined {
	let best: PhraseMatch | undefined;
	if (reading.found.size === 0) return best;
	for (let g = 0; g < groups.length; g++) {
		const matches = reading.found.get(groups[g]!);
		for (let m = 0; matches && m < matches.length; m++) {
			if (!best || matches[m]!.strength > best.strength) best = matches[m];
		}
	}
	return best;
}

/** The customer's own words of a match. */
export function words(reading: Reading, match: Pick<PhraseMatch, 'from' | 'to'>): string {
	return quote(reading.words, match.from, match.to);
}

type Speller = Kept<readonly Word[]>;
/** By language, and whether it is sure and in Latin letters. */
const spellers: Speller[] = [];
const ITSELF: readonly Word[] = [];

/** What words stand for in a message in `own`, if it is `sure`, and in Latin letters or not. */
function speller(
	lists: Lexicon,
	own: Language | undefined,
	sure: boolean,
	latin: boolean,
): Speller {
	const key =
		(own === undefined ? 0 : LANGUAGES.indexOf(own) + 1) * 4 + Number(sure) * 2 + Number(latin);
	return (spellers[key] ??= newSpeller(lists, own, sure, latin));
}

function newSpeller(
	lists: Lexicon,
	own: Language | undefined,
	sure: boolean,
	latin: boolean,
): Speller {
	const spelling = own ? lists.spelling.get(own) : undefined;
	// Hindi and Indonesian chats are full of English; a short message may be in any language.
	const mixed = latin && (own === undefined || own === 'hi' || own === 'id');
	const other = mixed ? lists.spelling.get('en') : sure ? undefined : lists.anySpelling;
	// "plz" is written in many languages: where the language is but a guess, the guess does not decide what it stands for.
	const shared = sure ? undefined : lists.sharedSpelling;
	const glues = [own, mixed || !sure ? 'en' : undefined].map((tag) =>
		tag ? lists.glue.get(tag as Language) : undefined,
	);
	const apart = (word: string) =>
		lists.known.has(word) ? undefined : (glues[0]?.split(word) ?? glues[1]?.split(word));
	return new Kept(({ text }) => {
		const meant =
			shared?.get(text) ??
			spelling?.get(text) ??
			other?.get(text) ??
			apart(text) ??
			(text.length < SHORTEST_CORRECTED
				? undefined
				: lists.corrector.correct(text, sure ? own : undefined)) ??
			(own === 'hi' ? lists.hindi.spelling(text) : undefined);
		if (meant === undefined) return ITSELF;
		return typeof meant === 'string' ? [wordOf(meant)] : meant.map(wordOf);
	});
}
