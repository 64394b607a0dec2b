import { Corrector, isOtherWord } from './corrector';
import { Sounds } from './hinglish';
import { Kept } from './kept';
import { PhraseMatcher } from './matcher';
import { fold, hasAccents, readWords } from './text';
import { Glue, slipsOf } from './typing';

/** Languages with a lexicon, in the order in which ties between them are settled. */
export const LANGUAGES = ['en', 'es', 'pt', 'de', 'fr', 'it', 'nl', 'hi', 'id', 'ar'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Names as staff read them. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = {
	en: 'English',
	es: 'Spanish',
	pt: 'Portuguese',
	de: 'German',
	fr: 'French',
	it: 'Italian',
	nl: 'Dutch',
	hi: 'Hindi',
	id: 'Indonesian',
	ar: 'Arabic',
};

/**
 * A lexicon file, made to be read and extended without programming: docs/nodes/escalation-scorer.md explains it. Lists are
 * words and phrases with commas between them; what a phrase may hold is in matcher.ts.
 */
interface LexiconFile {
	language: Language;
	name: string;
	/** Small words by which the language is recognised. */
	function: string;
	/** Chat spelling → what it stands for. */
	spelling?: Record<string, string>;
	/** Words whose usual slips of the thumb are read as well: see {@link slipsOf}. */
	mistyped?: string;
	/** Words that customers run together: see {@link Glue}. */
	glued?: string;
	/** Named lists, used in phrases as [name]. */
	lists?: Record<string, string>;
	/** What it means → phrases. A phrase may start with a strength, e.g. "0.5: not happy". */
	phrases?: Record<string, string[]>;
	/** Strength of the feeling, -5 to 5 → words. Replaces what AFINN says of the same word. */
	sentiment?: Record<string, string>;
}

/** All lexicons, compiled into one matcher, so that ten languages cost no more time than one. */
export interface Lexicon {
	matcher: PhraseMatcher;
	/** Function word → languages that have it. */
	functionWords: ReadonlyMap<string, readonly Language[]>;
	/** Any word of the lexicons → languages that have it. */
	languagesOf: ReadonlyMap<string, readonly Language[]>;
	/** The languages of which a word is a function word, and those that have it at all. */
	smallWordOf: Kept<readonly Language[]>;
	wordOf: Kept<readonly Language[]>;
	/** Function words and words of praise: they do not tell what a message is about. */
	smallWords: ReadonlySet<string>;
	/** Chat spelling by language: word → what it stands for. */
	spelling: ReadonlyMap<Language, ReadonlyMap<string, readonly string[]>>;
	/** The same of all languages, for messages too short to tell one; without what is a word somewhere. */
	anySpelling: ReadonlyMap<string, readonly string[]>;
	/** What English makes of the chat spellings that are written in many languages ("plz"). */
	sharedSpelling: ReadonlyMap<string, readonly string[]>;
	/** Word (or several, with spaces) → strength, by language; a star stands for any beginning or ending. */
	sentiment: ReadonlyMap<Language, SentimentWords>;
	corrector: Corrector;
	/** Words that customers run together, by language. */
	glue: ReadonlyMap<Language, Glue>;
	/** Words of any lexicon, which are spelt right. */
	known: ReadonlySet<string>;
	/** Spellings of Hindi that no list holds. */
	hindi: Sounds;
}

export interface SentimentWords {
	exact: ReadonlyMap<string, number>;
	/** What {@link exact} words mean with accents, where they are another word without ("schön" and "schon"). */
	accented: ReadonlyMap<string, number>;
	/** Longest prefixes first are tried by length. */
	prefix: ReadonlyMap<string, number>;
	/** Ends of compounds ("*krise"), for languages that write them as one word. */
	suffix: ReadonlyMap<string, number>;
	/** First word → second word → (rest, strength): hundreds of entries may begin alike. */
	several: ReadonlyMap<
		string,
		ReadonlyMap<string, ReadonlyArray<{ rest: readonly string[]; strength: number }>>
	>;
	shortest: number;
	longest: number;
	shortestSuffix: number;
	longestSuffix: number;
}

/** Lists whose words are found misspelt as well: what names a person, what is done with one, and what topics are known by. */
const CORRECTED: readonly string[] = ['strict', 'talk', 'reach', 'misspelt'];

/** Languages that have a chat spelling, from which on it is nobody's own. */
const MANY = 4;

/** From here on a word says that the customer is pleased, rather than what they want. */
const PRAISE = 1;

const NONE: readonly Language[] = [];
let loaded: Lexicon | undefined;

/**
 * The lexicons, read on first use and kept: n8n's start does not pay for them. A few tenths of a second on an idle machine, a second on a busy one, and a few megabytes.
 */
export function lexicon(): Lexicon {
	loaded ??= compile(LANGUAGES.map(readFile));
	return loaded;
}

function readFile(language: Language): LexiconFile {
	// Asked for by name and only when needed, which an import at the top of the file cannot do.
	return require(`./lexicons/${language}.json`) as LexiconFile;
}

function compile(files: LexiconFile[]): Lexicon {
	const matcher = new PhraseMatcher(true);
	const functionWords = new Map<string, Language[]>();
	const spelling = new Map<Language, Map<string, readonly string[]>>();
	const sentiment = new Map<Language, SentimentWords>();
	const important: Array<{ language: Language; word: string }> = [];
	for (const file of files) {
		const { language } = file;
		for (const word of list(file.function)) {
			const known = functionWords.get(fold(word));
			if (known) known.push(language);
			else functionWords.set(fold(word), [language]);
		}
		spelling.set(
			language,
			new Map(
				Object.entries(file.spelling ?? {}).map(([from, to]) => [fold(from), readWords(to).words]),
			),
		);
		for (const [name, words] of Object.entries(file.lists ?? {})) {
			const entries = list(words);
			matcher.addList(language, name, entries);
			if (CORRECTED.includes(name)) {
				for (const entry of entries)
					for (const word of entry.split(' ')) important.push({ language, word: fold(word) });
			}
		}
		for (const [group, phrases] of Object.entries(file.phrases ?? {})) {
			for (const phrase of phrases) {
				const strength = /^([01](?:\.\d+)?):\s*/.exec(phrase);
				matcher.addPhrase(language, {
					group,
					text: strength ? phrase.slice(strength[0].length) : phrase,
					...(strength ? { strength: Number(strength[1]) } : {}),
				});
			}
		}
		sentiment.set(language, sentimentWords(file.sentiment ?? {}));
	}
	const known = new Set(matcher.vocabulary);
	for (const { language, mistyped } of files) {
		const own = spelling.get(language)!;
		for (const word of list(mistyped ?? ''))
			for (const slip of slipsOf(fold(word)))
				if (!known.has(slip) && !own.has(slip) && !isOtherWord(slip)) own.set(slip, [fold(word)]);
	}
	const smallWords = new Set(functionWords.keys());
	for (const words of sentiment.values())
		for (const [word, strength] of words.exact) if (strength >= PRAISE) smallWords.add(word);
	for (const word of functionWords.keys()) known.add(word);
	const languagesOf = new Map<string, Language[]>();
	for (const { language } of files) {
		const own = new Set([
			...matcher.wordsOf(language),
			...(sentiment.get(language)?.exact.keys() ?? []),
		]);
		for (const [word, languages] of functionWords) if (languages.includes(language)) own.add(word);
		for (const word of own) {
			const others = languagesOf.get(word);
			if (others) others.push(language);
			else languagesOf.set(word, [language]);
		}
	}
	const anySpelling = new Map<string, readonly string[]>();
	for (const words of spelling.values())
		for (const [from, to] of words)
			if (!known.has(from) && !anySpelling.has(from) && !isOtherWord(from))
				anySpelling.set(from, to);
	const sharedSpelling = new Map(
		[...(spelling.get('en') ?? [])].filter(
			([from]) => [...spelling.values()].filter((words) => words.has(from)).length >= MANY,
		),
	);
	for (const words of sentiment.values()) for (const word of words.exact.keys()) known.add(word);
	for (const words of spelling.values())
		for (const to of words.values()) for (const word of to) known.add(word);
	const glue = new Map<Language, Glue>();
	for (const { language, glued } of files) {
		if (!glued) continue;
		const pieces = list(glued).map(fold);
		const keys = important.filter((of) => of.language === language).map(({ word }) => word);
		const meant = (piece: string) => spelling.get(language)!.get(piece) ?? [piece];
		glue.set(language, new Glue(new Map(pieces.map((piece) => [piece, meant(piece)])), keys));
	}
	return {
		matcher,
		functionWords,
		languagesOf,
		smallWordOf: new Kept(({ text }) => functionWords.get(text) ?? NONE),
		wordOf: new Kept(({ text }) => languagesOf.get(text) ?? NONE),
		smallWords,
		spelling,
		anySpelling,
		sharedSpelling,
		sentiment,
		corrector: new Corrector(important, known),
		glue,
		known,
		hindi: new Sounds(
			[...matcher.wordsOf('hi'), ...(sentiment.get('hi')?.exact.keys() ?? [])],
			known,
		),
	};
}

function sentimentWords(byStrength: Record<string, string>): SentimentWords {
	const exact = new Map<string, number>();
	const accented = new Map<string, number>();
	const plain = new Set<string>();
	const suffix = new Map<string, number>();
	let shortestSuffix = Infinity;
	let longestSuffix = 0;
	const prefix = new Map<string, number>();
	const several = new Map<string, Map<string, Array<{ rest: string[]; strength: number }>>>();
	let shortest = Infinity;
	let longest = 0;
	for (const [key, words] of Object.entries(byStrength)) {
		const strength = Number(key);
		for (const entry of list(words)) {
			const parts = entry.split(/\s+/).map((word) => fold(word.replace(/['’]/g, '')));
			if (parts.length > 1) {
				const [first, second, ...rest] = parts as [string, string, ...string[]];
				let following = several.get(first);
				if (!following) several.set(first, (following = new Map()));
				const known = following.get(second);
				if (known) known.push({ rest, strength });
				else following.set(second, [{ rest, strength }]);
				continue;
			}
			const word = parts[0]!;
			if (word.startsWith('*')) {
				const tail = word.slice(1);
				suffix.set(tail, strength);
				shortestSuffix = Math.min(shortestSuffix, tail.length);
				longestSuffix = Math.max(longestSuffix, tail.length);
			} else if (word.endsWith('*')) {
				const stem = word.slice(0, -1);
				prefix.set(stem, strength);
				shortest = Math.min(shortest, stem.length);
				longest = Math.max(longest, stem.length);
			} else if (hasAccents(entry)) {
				accented.set(word, strength);
			} else {
				exact.set(word, strength);
				plain.add(word);
			}
		}
	}
	// Most people leave accents out; only where both stand in the lists do they tell one word from another.
	for (const [word, strength] of accented) {
		if (plain.has(word)) continue;
		exact.set(word, strength);
		accented.delete(word);
	}
	return {
		exact,
		accented,
		prefix,
		suffix,
		several,
		shortest,
		longest,
		shortestSuffix,
		longestSuffix,
	};
}

function list(words: string): string[] {
	return words
		.split(',')
		.map((word) => word.trim())
		.filter(Boolean);
}
