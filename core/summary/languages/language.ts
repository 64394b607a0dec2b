import type { ReferenceKind } from '../brief';

/**
 * What the summary knows of one language, as data. Entries of word lists are sources of regular expressions without anchors
 * (`bestell(?:ung|nummer)`); {@link compile} puts the word boundaries round them. Reviewed by reading, measured by
 * test/fixtures/dialogues.
 */
export interface Language {
	/** ISO 639-1. */
	code: string;
	/** Frequent small words by which the language is recognised. For a script of its own, the script does. */
	common: string;
	script?: RegExp;
	/** Letters that may be glued before and after a word (Arabic "و", "ال", suffixed pronouns). */
	glueBefore?: string;
	glueAfter?: string;
	/** Letters that people write for one another in haste: "أإآا". */
	sameLetters?: string[];
	/** Words that name what a number is. */
	references: Partial<Record<ReferenceKind, string[]>>;
	/** Address patterns, whole. */
	addresses: string[];
	months: string[];
	/** Currency words after or before a number. */
	currencies: string[];
	/** Words that multiply a number ("2 lakh", "5 juta"). */
	multipliers: string[];
	budget: string[];
	/** When something must be ready or shall begin: whole phrases. */
	timeline: string[];
	/** Asks when the company is open: a time in it is not the customer's. */
	opening: string[];
	urgent: string[];
	notUrgent: string[];
	/** "I want", "I need", "I would like". */
	want: string[];
	/** "I do not want": neither a wish nor a product. */
	refuse: string[];
	/** "does not work", "has not arrived", "wrong". */
	trouble: string[];
	/** Sounds as if something were wrong and is not: "no problem", "a double room". Not looked into for trouble. */
	harmless: string[];
	/** Trouble that is only a wish to have something undone: "return", "cancel", "move". */
	undo: string[];
	/** What it costs the customer: waiting, asking again, no sleep, a day off. Tells the mood only. */
	burden: string[];
	/** Sentences that are questions although the mark is missing begin so. */
	questionStart: string[];
	/** Small words before a question: "and", "so", "by the way". */
	questionLead: string[];
	/** Words that make a sentence a question wherever they stand. */
	questionAnywhere?: string[];
	/** Asking for a person is the reason of the handoff, neither need nor question. */
	person: string[];
	/** "not", "no", "never", "nothing". */
	negation: string[];
	/** "ordered", "yesterday", "since": a time in such a clause lies behind. */
	past: string[];
	/** "Are you kidding?": a question that wants no answer. */
	rhetorical: string[];
	/** "My name is": a name follows. */
	nameAfter: string[];
	/** "This is", "I am": a name follows if it is written with a capital. */
	nameMaybe: string[];
	/** "here from", "speaking": a name with a capital stands before. */
	nameBefore?: string[];
	/** What stands where a name might and is none. */
	noName: string;
	/** "Hello", "good morning", "thanks", "ok": nothing to know. */
	courtesy: string[];
	/** The customer says that the answer missed the question. */
	missed: string[];
	/** A product's name stands right after (or, in Hindi, before) these words. */
	productAfter: string[];
	/** As `productAfter`, in questions only: "do you have". */
	productAsk: string[];
	/** As `productAfter`, but as often something else follows: "I want", "we need". */
	productWant: string[];
	/** What follows those is no product if it looks like this: an infinitive. */
	infinitive?: RegExp;
	productBefore?: string[];
	/** What customers buy, own and book: head nouns as sources, between commas ("washing machines?, fridges?"). */
	things: string;
	/** How a thing's name goes on behind it: " de lavar", " en PVC". Sources that begin with the space. */
	thingTail?: string[];
	/** "in", "for": behind them a thing is the place or the purpose, not what it is about. */
	placeWords: string;
	/** The same where they stand behind the thing. */
	placeAfter?: RegExp;
	/** A word that begins so ends a name: Arabic glues "for" to what follows. */
	nameBreak?: RegExp;
	/** Whether the words that tell which thing stand before it ("blue car"). */
	qualifiersBefore?: boolean;
	/** Whether a thing may be the end of a longer word ("Kaffeemaschine"). */
	compounds?: boolean;
	/** Words that may stand between them and the name. */
	determiners: string;
	/** Words that end the name. */
	productStop: string;
	/** What stands there when it is no product. */
	noProduct: string;
	bot: {
		/** "I did not understand". */
		fallback: string[];
		/** "A colleague will be with you". */
		handoff: string[];
		/** "Sorry". */
		apology: string[];
		/** "question", "message", "request": a short apology that speaks of them is a fallback in other words. */
		said: string[];
		/** "understand", "answer", "information", "question": what a bot lacks that says "sorry, no …" or "I cannot …". */
		knows: string[];
		/** "I cannot", of the bot itself: an answer speaks for the company. */
		cannot: string[];
		/** "Have you tried": advice in the form of a question. */
		suggests: string[];
		/** "Please tell me your": wants to know something, though without a question mark. */
		asks: string[];
		/** Asks for a day or a time; asks for the name. */
		asksWhen: string[];
		asksName: string[];
		/** "On our website", "in the catalogue". */
		elsewhere: string[];
		/** Greetings, fillers and menus: say nothing. */
		empty: string[];
	};
	reply: ReplyTemplates;
	/** The same in Latin letters, for a language that people type in them as often. */
	replyInLatin?: ReplyTemplates;
}

/** Sentences of the suggested reply. `{name}` and the like are filled in; every sentence can be left out. */
export interface ReplyTemplates {
	helloName: string;
	hello: string;
	takenOver: string;
	product: string;
	order: string;
	question: string;
	need: string;
	close: string;
	/** Where nothing is known. */
	open: string;
}

/** A language with its lists made into regular expressions. */
export interface CompiledLanguage extends Omit<Language, Lists | 'bot' | 'references'> {
	references: Array<{ kind: ReferenceKind; pattern: RegExp }>;
	patterns: Record<Lists, RegExp>;
	bot: Record<keyof Language['bot'], RegExp>;
	commonWords: ReadonlySet<string>;
	determinerWords: ReadonlySet<string>;
	stopWords: ReadonlySet<string>;
	noProductWords: ReadonlySet<string>;
	noNameWords: ReadonlySet<string>;
	places: ReadonlySet<string>;
}

type Lists =
	| 'addresses'
	| 'budget'
	| 'timeline'
	| 'opening'
	| 'urgent'
	| 'notUrgent'
	| 'want'
	| 'refuse'
	| 'trouble'
	| 'harmless'
	| 'undo'
	| 'burden'
	| 'negation'
	| 'past'
	| 'rhetorical'
	| 'nameAfter'
	| 'nameMaybe'
	| 'nameBefore'
	| 'questionStart'
	| 'questionLead'
	| 'questionAnywhere'
	| 'things'
	| 'thingTail'
	| 'person'
	| 'courtesy'
	| 'missed'
	| 'productAfter'
	| 'productAsk'
	| 'productWant'
	| 'productBefore';

export function compile(language: Language): CompiledLanguage {
	const spelt = (source: string) => inHaste(source, language.sameLetters);
	const list = (sources: readonly string[] = [], flags = 'giu') =>
		wordPattern(sources.map(spelt), flags, language.glueBefore, language.glueAfter);
	const set = (text: string) => new Set(text.toLowerCase().split(/\s+/u).filter(Boolean));
	return {
		...language,
		references: Object.entries(language.references).map(([kind, sources]) => ({
			kind: kind as ReferenceKind,
			pattern: list(sources),
		})),
		patterns: {
			addresses: list(language.addresses, 'gu'),
			budget: list(language.budget),
			timeline: list(language.timeline),
			opening: list(language.opening),
			urgent: list(language.urgent),
			notUrgent: list(language.notUrgent),
			want: list(language.want),
			refuse: list(language.refuse),
			trouble: list(language.trouble),
			harmless: list(language.harmless),
			undo: list(language.undo),
			burden: list(language.burden),
			questionStart: new RegExp(
				`^(?:${language.questionStart.map(spelt).join('|') || '(?!)'})(?![\\p{L}\\p{M}\\p{N}])`,
				'iu',
			),
			questionLead: new RegExp(
				`^(?:(?:${[...language.questionLead, ...language.courtesy].join('|')})(?![\\p{L}\\p{M}\\p{N}])[\\s\\p{P}]*)+`,
				'iu',
			),
			questionAnywhere: list(language.questionAnywhere),
			negation: list(language.negation),
			past: list(language.past),
			rhetorical: list(language.rhetorical),
			nameAfter: list(language.nameAfter),
			nameMaybe: list(language.nameMaybe),
			nameBefore: list(language.nameBefore),
			things: list([
				`${language.compounds ? '[\\p{L}-]{0,24}' : ''}(?:${language.things.split(/,\s*/u).join('|')})`,
			]),
			thingTail: new RegExp(
				`^(?:${(language.thingTail ?? ['(?!)']).join('|')})(?![\\p{L}\\p{M}\\p{N}])`,
				'iu',
			),
			person: list(language.person),
			// The longer first, so that "good morning" is not read as "good".
			courtesy: list([...language.courtesy].sort((a, b) => b.length - a.length)),
			missed: list(language.missed),
			productAfter: list(language.productAfter),
			productAsk: list(language.productAsk),
			productWant: list(language.productWant),
			productBefore: list(language.productBefore),
		},
		bot: {
			fallback: list(language.bot.fallback),
			handoff: list(language.bot.handoff),
			apology: list(language.bot.apology),
			said: list(language.bot.said),
			knows: list(language.bot.knows),
			cannot: list(language.bot.cannot),
			suggests: list(language.bot.suggests),
			asks: list(language.bot.asks),
			asksWhen: list(language.bot.asksWhen),
			asksName: list(language.bot.asksName),
			elsewhere: list(language.bot.elsewhere),
			empty: list(language.bot.empty),
		},
		commonWords: set(language.common),
		determinerWords: set(language.determiners),
		stopWords: set(language.productStop),
		noProductWords: set(language.noProduct),
		noNameWords: set(language.noName),
		places: set(language.placeWords),
	};
}

const ACCENTS: Readonly<Record<string, string>> = {
	á: '[áa]',
	à: '[àa]',
	â: '[âa]',
	ã: '[ãa]',
	ç: '[çc]',
	é: '[ée]',
	è: '[èe]',
	ê: '[êe]',
	í: '[íi]',
	î: '[îi]',
	ñ: '[ñn]',
	ó: '[óo]',
	ô: '[ôo]',
	õ: '[õo]',
	ú: '[úu]',
	û: '[ûu]',
	ä: '(?:ä|ae|a)',
	ö: '(?:ö|oe|o)',
	ü: '(?:ü|ue|u)',
	ß: '(?:ß|ss)',
};
/** Anything but plain Latin letters, digits and marks. */
const UNUSUAL = /[^\u0000-\u007f]/u;
/** Shorter words are told apart by their accent alone: "é" and "e", "où" and "ou". */
const MIN_ACCENTED = 4;

/**
 * A source that also takes what hurried people write: a word without its accents ("reclamacao"), one letter for another. An accent
 * that ends a word stays, as it tells "commandé" from "commande".
 */
function inHaste(source: string, same: readonly string[] = []): string {
	if (!UNUSUAL.test(source)) return source;
	return source.replace(/\[[^\]]*\]|\\.|[\p{L}\p{M}]+/gu, (part) => {
		if (!UNUSUAL.test(part) || part.startsWith('[') || part.startsWith('\\')) return part;
		let word = '';
		const letters = [...part];
		letters.forEach((letter, at) => {
			const group = same.find((letters) => letters.includes(letter));
			const accent = ACCENTS[letter];
			const keeps = () =>
				letters.length < MIN_ACCENTED || /^(?:e?s?)$/u.test(letters.slice(at + 1).join(''));
			if (group) word += `[${group}]`;
			else word += accent === undefined || keeps() ? letter : accent;
		});
		return word;
	});
}

/** Any of `sources` as a word of its own. With no source it matches nothing. */
export function wordPattern(
	sources: readonly string[],
	flags = 'giu',
	glueBefore = '',
	glueAfter = '',
): RegExp {
	if (sources.length === 0) return new RegExp('(?!)', flags);
	return new RegExp(
		`(?<![\\p{L}\\p{M}\\p{N}])${glueBefore}(?:${sources.join('|')})${glueAfter}(?:(?<=['’])|(?![\\p{L}\\p{M}\\p{N}]))`,
		flags,
	);
}

/** Whether a global pattern occurs, without leaving its position behind. */
export function has(pattern: RegExp, text: string): boolean {
	pattern.lastIndex = 0;
	const found = pattern.test(text);
	pattern.lastIndex = 0;
	return found;
}
