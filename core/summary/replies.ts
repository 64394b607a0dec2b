import type { CompiledLanguage } from './languages/language';
import { has } from './languages/language';
import { plainDigits, sentenceSpans, words } from './text';

/** What a message to the customer says. */
export interface BotReading {
	/** The bot says that it did not understand, or does not know. */
	fallback: boolean;
	/** The first sentences that say something, verbatim; empty for greetings, menus, questions and announcements of a person. */
	answer: string;
	/** Sends the customer elsewhere (a website, an app) in place of an answer. */
	elsewhere: boolean;
	asks: boolean;
}

/** "Great!", "What a pity." answer nothing. */
const MIN_ANSWER_WORDS = 3;
/** A sentence that begins with regret and is no longer than this says nothing else. */
const REGRET_WORDS = 8;
/** Longest excuse; whoever says more than this has said something. */
const EXCUSE_WORDS = 16;
/** "Sorry, your message went over my head": so curt that it says nothing else. */
const CURT_WORDS = 12;
/** "Oh dear, how annoying!" */
const EXCLAMATION_WORDS = 4;

/** "I am Vera", "Ich bin der digitale Assistent der Hausverwaltung". */
export const INTRODUCTION =
	/(?<![\p{L}\p{M}])(?:i(?:’|'| a)?m|this is|here is|soy|te habla|le habla|(?:eu )?sou|aqui é|ich bin|hier ist|je suis|c(?:’|')est|sono|ik ben|dit is|main|मैं|saya|aku|أنا|انا|معك)(?![\p{L}\p{M}])/iu;
const BOT =
	/(?<![\p{L}])(?:assistant|bot|chatbot|asistente|assistente|assistent\p{L}*|asisten|virtual\p{L}*|digital\p{L}*|सहायक|वर्चुअल|مساعد\p{L}*|المساعد)(?![\p{L}])/iu;
const INTRODUCTION_WORDS = 4;

type Words = (language: CompiledLanguage) => RegExp;

/** Reads what a message to the customer says, sentence by sentence. */
export function readReply(text: string, languages: readonly CompiledLanguage[]): BotReading {
	const informative: string[] = [];
	let asks = false;
	let fallback = false;
	const menu = isMenu(text);
	if (menu) asks = true;
	for (const span of sentenceSpans(text)) {
		const sentence = text.slice(span.start, span.end);
		const kind = kindOf(sentence, languages);
		if (kind === 'fallback') fallback = true;
		if (kind === 'asks') asks = true;
		if (kind === 'answer' && !menu) informative.push(sentence);
	}
	if (fallback) return { fallback: true, answer: '', elsewhere: false, asks: false };
	const answer = informative.join(' ');
	return {
		fallback: false,
		answer,
		elsewhere: /https?:|www\./u.test(answer) || any(languages, (own) => own.bot.elsewhere, answer),
		asks,
	};
}

function any(languages: readonly CompiledLanguage[], pick: Words, sentence: string): boolean {
	return languages.some((language) => has(pick(language), sentence));
}

function kindOf(
	sentence: string,
	languages: readonly CompiledLanguage[],
): 'fallback' | 'asks' | 'answer' | 'nothing' {
	const is = (pick: Words) => any(languages, pick, sentence);
	const length = words(sentence).length;
	if (is((own) => own.bot.fallback) || excuses(sentence, length, languages)) return 'fallback';
	if (INTRODUCTION.test(sentence) && (length <= INTRODUCTION_WORDS || BOT.test(sentence)))
		return 'nothing';
	// "Have you tried restarting it?" tries something, though it asks.
	if (is((own) => own.bot.suggests)) return 'answer';
	if (/[?？؟][\s"'”»)\p{Extended_Pictographic}\u200d\ufe0f]*$/u.test(sentence)) return 'asks';
	if (is((own) => own.bot.handoff)) return 'nothing';
	if (is((own) => own.bot.asks)) return 'asks';
	if (is((own) => own.bot.empty)) {
		// "Hello Ana, your order left our warehouse today": what follows the greeting counts.
		const rest = afterGreeting(sentence, languages);
		if (rest === '' || any(languages, (own) => own.bot.empty, rest)) return 'nothing';
	}
	if (length < MIN_ANSWER_WORDS) return 'nothing';
	if (SHORT_ANSWER.test(sentence)) return 'answer';
	// "Thank you, Tom."
	if (length <= EXCLAMATION_WORDS && opensWithCourtesy(sentence, languages)) return 'nothing';
	if (length <= EXCLAMATION_WORDS && /!\W*$/u.test(sentence)) return 'nothing';
	if (length <= REGRET_WORDS && !/\p{Nd}/u.test(sentence) && opensWithRegret(sentence, languages))
		return 'nothing';
	return 'answer';
}

function opensWithCourtesy(sentence: string, languages: readonly CompiledLanguage[]): boolean {
	return languages.some(
		({ patterns }) =>
			sentence.search(patterns.courtesy) === 0 &&
			words(sentence.replace(patterns.courtesy, ' ')).length <= 2,
	);
}

function opensWithRegret(sentence: string, languages: readonly CompiledLanguage[]): boolean {
	return languages.some((language) => {
		const at = sentence.search(language.bot.apology);
		return at >= 0 && at <= 6;
	});
}

/**
 * "Sorry, your question is not clear to me", in whatever words: the bot says of itself that it does not know or understand. A
 * "no" of the company ("unfortunately we have no rooms left") speaks of no understanding and is an answer.
 */
function excuses(
	sentence: string,
	length: number,
	languages: readonly CompiledLanguage[],
): boolean {
	if (length > EXCUSE_WORDS || /\p{Nd}|https?:/u.test(sentence)) return false;
	return languages.some((language) => {
		const at = sentence.search(language.bot.apology);
		const sorry = at >= 0 && at <= 12;
		if (sorry && length <= CURT_WORDS && has(language.bot.said, sentence)) return true;
		if (!has(language.bot.knows, sentence)) return false;
		return (
			has(language.bot.cannot, sentence) || (sorry && has(language.patterns.negation, sentence))
		);
	});
}

/** Choices by number ("1 Orders 2 Repairs"), in quotes or in capitals ("Type MENU"): asks, and answers nothing. */
function isMenu(text: string): boolean {
	const plain = plainDigits(text).text;
	const numbers = [
		...plain.matchAll(/(?<![\p{L}\p{N}.,:/-])(\d)(?:\ufe0f?\u20e3|[).:=–-])?[\s,]+(?=[\p{L}\d])/gu),
	].map((match) => Number(match[1]));
	const counted = numbers.indexOf(1) >= 0 && numbers.includes(2);
	if (counted && (numbers.includes(3) || /(?:^|\s)2[).:=\u20e3–-]/u.test(plain))) return true;
	if (/(?<!\d)1\P{L}{1,3}2\P{L}{0,3}(?:\p{L}{1,5}\s)?3(?!\d)/u.test(plain)) return true;
	const quoted = plain.match(/["“”«»„'‘][^"“”«»„'‘]{1,24}["“”«»'’]/gu) ?? [];
	return quoted.length >= 2 && words(plain).length <= 16;
}

/** What follows a greeting and its comma, if it is long enough to say something; else nothing. */
function afterGreeting(sentence: string, languages: readonly CompiledLanguage[]): string {
	const comma = sentence.search(/[,:!،]/u);
	if (comma < 0 || comma > 40) return '';
	if (!languages.some((language) => has(language.patterns.courtesy, sentence.slice(0, comma))))
		return '';
	const rest = sentence.slice(comma + 1).trim();
	return words(rest).length >= 5 ? rest : '';
}

/** "Yes, …", "No, …". */
const YES_OR_NO =
	/^\W*(?:yes|no|yep|sure|of course|certainly|sí|si|claro|por supuesto|sim|não|claro|ja|nein|nee|natürlich|selbstverständlich|leider|oui|non|bien sûr|certo|certamente|purtroppo|helaas|zeker|uiteraard|haan|han|ji haan|nahi|हाँ|हां|जी|नहीं|ya|iya|bisa|tidak|tentu|boleh|نعم|لا|أكيد|طبعا|بالتأكيد|unfortunately|lamentablemente|infelizmente|malheureusement)(?![\p{L}\p{M}])/iu;
/** "Yes, it does." */
const SHORT_ANSWER =
	/^\W*(?:yes|no|sí|sim|não|ja|nein|oui|non|sì|nee|haan|nahi|हाँ|हां|नहीं|ya|tidak|نعم|لا)\s*[,،]\s*[\p{L}\p{M}]+[\s-]+[\p{L}\p{M}]+/iu;
/** Questions whose answer is a number, a day or a place on the way. */
const ASKS_FIGURE =
	/(?<![\p{L}\p{M}])(?:how (?:much|many|long|soon|far|big|late)|when|what time|what date|where|what\P{N}{0,12}(?:price|cost)|cu[aá]nt\p{L}+|cu[aá]ndo|qu[eé] (?:hora|d[ií]a|precio)|d[oó]nde|quant\p{L}+|quando|que horas|onde|dove|che ora|wie ?(?:viel|lange|teuer|hoch|spät|weit)\p{L}*|wann|wo|was kost\p{L}+|combien|quand|quelle heure|où|quel \P{N}{0,6}prix|hoeveel|hoe (?:lang|duur|laat|ver)|wanneer|waar|wat kost|kitn[aei]|kab|kaha[an]*|कितन[\p{L}\p{M}]+|कब|कहाँ|कहां|berapa|brp|kapan|di ?mana|كم|بكم|متى|أين|اين|وين)(?![\p{L}\p{M}])/iu;

/** Whether what a bot says meets a question. */
export function answers(
	answer: string,
	question: string,
	languages: readonly CompiledLanguage[],
	elsewhere: boolean,
): boolean {
	if (YES_OR_NO.test(answer) || speaksOf(answer, question, languages)) return true;
	// "Our shop is open from 8 to 16" has figures too, but to another question.
	if (elsewhere || !ASKS_FIGURE.test(question)) return false;
	return /\p{Nd}/u.test(answer) || any(languages, ({ patterns }) => patterns.timeline, answer);
}

/** Letters that two forms of a word share at least. */
const STEM = 4;

/** Whether it speaks of what was asked at all: it has a word of the question, in whatever form. */
function speaksOf(
	answer: string,
	question: string,
	languages: readonly CompiledLanguage[],
): boolean {
	const stems = (text: string) =>
		words(text.toLowerCase())
			.filter((word) => word.length >= STEM)
			.filter((word) => !languages.some(({ commonWords }) => commonWords.has(word)))
			.map((word) => word.slice(0, STEM));
	const said = new Set(stems(answer));
	return stems(question).some((stem) => said.has(stem));
}
