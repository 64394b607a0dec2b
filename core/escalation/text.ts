import { LONGEST_REMEMBERED, Remembered, wordOf, type Kept, type Word } from './kept';

/** Longest text that is read; of a longer one its beginning and its end. WhatsApp allows 4,096 characters in a message. */
const MAX_CHARACTERS = 4096;
const MAX_TAIL = 1024;

/** A message cut into words. The arrays run in parallel: one entry for each word. */
export interface Words {
	/** What is left of the text after invisible characters were taken out; offsets point into it. */
	text: string;
	/** Lower case, without accents, elongations and chat spelling. */
	words: string[];
	/** The same with what is known of them. */
	known: Word[];
	/** As {@link words}, but as the customer spelt it. */
	raw: string[];
	starts: number[];
	ends: number[];
	/** Number of the sentence that the word stands in, from 0. */
	sentences: number[];
	/** True where a comma or a sentence mark stands right before the word. */
	paused: boolean[];
	/** Sentences that end with a question mark. */
	questions: Set<number>;
	exclamations: number;
	/** Words of three letters and more that are written in capitals, and how many words of that length there are. */
	capitals: number;
	cased: number;
	elongated: number;
	emoji: string[];
	/** Pairs of symbols such as ":(" in the order of the text. */
	emoticons: string[];
	/** Letters by script, to tell languages apart. */
	scripts: { latin: number; arabic: number; devanagari: number; other: number };
}

/** Zero-width and direction marks, soft hyphens, byte order marks and control characters other than line breaks and tabs. */
const INVISIBLE =
	/[\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFE00-\uFE0F\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/g;
/** Zero-width (non-)joiners mean something between Devanagari letters only. */
const JOINERS = /(?<![\u0900-\u097F])[\u200C\u200D]|[\u200C\u200D](?![\u0900-\u097F])/g;
const ESCAPED = /\\u([0-9a-fA-F]{4})/g;
const PLAIN = /^[\t\n\r\x20-\x7E]*$/;
const TOKEN =
	/https?:\/\/\S+|[\p{L}\p{N}\p{M}]+(?:['’`´][\p{L}\p{M}]+)*|[.!?…;,:。！？؟،।\n]+|\p{Extended_Pictographic}/gu;
/** ":)", ":-(", "<3" and the faces that lie in the line: "-.-", "-_-", "T_T", ">.<". */
const EMOTICON =
	/(?:^|\s)([:;=][-'^]?[()[\]DPp/\\|*]|[)(][-']?[:;=]|<\/?3|D:|:'\(|-[_.,]+-|[._]_[._]|T_+T|;_+;|>[._]+<)(?=\s|$|[.!?'])/g;
const APOSTROPHES = /['’`´]/g;
const PICTOGRAPH = /^\p{Extended_Pictographic}/u;
const DRAWN_OUT = /(\p{L})\1\1/u;
const REPEATED_LETTER = /(\p{L})\1{2,}/gu;
const ONLY_PAUSES = /^[,:،;]+$/;
const PLAIN_WORD = /^[a-z0-9]*$/;
const MAY_HOLD_EMOTICON = /[:;=<_]|-[.,]-/;
/** Before an apostrophe these are words of their own ("l'agent", "dell'ordine"); elsewhere it is dropped ("don't"). */
const ELIDED = new Set(
	'l d j m t s n c qu un dell all nell sull dall quell quest jusqu lorsqu puisqu quelqu com dov cos'.split(
		' ',
	),
);

/** The text that is read: normal form, no invisible characters, bounded in length. Any string gives a result. */
export function cleanText(text: string): string {
	let clean = text;
	if (clean.length > MAX_CHARACTERS) {
		clean = `${clean.slice(0, MAX_CHARACTERS - MAX_TAIL)}\n${clean.slice(-MAX_TAIL)}`;
	}
	// "don\u2019t": escaped once too often on its way here.
	if (clean.includes('\\u')) {
		clean = clean.replace(ESCAPED, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
	}
	if (PLAIN.test(clean)) return clean;
	return clean.normalize('NFKC').replace(INVISIBLE, '').replace(JOINERS, '');
}

/** Lower case, without accents, Arabic vowel signs, tatweel and Devanagari nukta; Arabic letter variants made one. */
export function fold(word: string): string {
	const lower = word.toLowerCase();
	if (PLAIN_WORD.test(lower)) return lower;
	let folded = foldedWords.get(lower);
	if (folded === undefined) {
		folded = withoutMarks(lower);
		if (foldedWords.size >= REMEMBERED) foldedWords.clear();
		if (lower.length <= LONGEST_REMEMBERED) foldedWords.set(lower, folded);
	}
	return folded;
}

/** Whether {@link fold} makes another word of it than lower case does. */
export function hasAccents(word: string): boolean {
	const lower = word.toLowerCase();
	return !PLAIN_WORD.test(lower) && fold(lower) !== lower;
}

/** Words with accents come back with every message. */
const foldedWords = new Map<string, string>();
const REMEMBERED = 20_000;

function withoutMarks(lower: string): string {
	return lower
		.normalize('NFD')
		.replace(/[\u0300-\u036F\u064B-\u065F\u0670\u0640\u093C]/g, '')
		.replace(/\u0671/g, '\u0627')
		.replace(/\u0649/g, '\u064A')
		.replace(/\u0629/g, '\u0647')
		.replace(/[\u0624]/g, '\u0648')
		.replace(/[\u0626]/g, '\u064A')
		.replace(/\u00DF/g, 'ss')
		.replace(/\u00E6/g, 'ae')
		.replace(/\u0153/g, 'oe')
		.replace(/\u00F8/g, 'o')
		.replace(/\u0131/g, 'i')
		.normalize('NFC');
}

/** Cuts a text into words, in time linear in its length. */
export function readWords(text: string): Words {
	const clean = cleanText(text);
	const result: Words = {
		text: clean,
		words: [],
		known: [],
		raw: [],
		starts: [],
		ends: [],
		sentences: [],
		paused: [],
		questions: new Set(),
		exclamations: 0,
		capitals: 0,
		cased: 0,
		elongated: 0,
		emoji: [],
		emoticons: [],
		scripts: { latin: 0, arabic: 0, devanagari: 0, other: 0 },
	};
	let sentence = 0;
	let paused = true;
	const add = (word: Word, raw: string, start: number, end: number) => {
		result.words.push(word.text);
		result.known.push(word);
		result.raw.push(raw);
		result.starts.push(start);
		result.ends.push(end);
		result.sentences.push(sentence);
		result.paused.push(paused);
		paused = false;
	};
	if (PLAIN.test(clean)) eachPlainToken(clean, take);
	else for (const match of clean.matchAll(TOKEN)) take(match[0], match.index);
	if (MAY_HOLD_EMOTICON.test(clean)) {
		for (const match of clean.matchAll(EMOTICON)) result.emoticons.push(match[1]!);
	}
	return result;

	function take(token: string, start: number): void {
		const code = token.charCodeAt(0);
		if (isMark(code)) {
			paused = true;
			for (let i = 0; i < token.length; i++) {
				const mark = token[i]!;
				if (mark === '!' || mark === '！') result.exclamations++;
				if (mark === '?' || mark === '؟' || mark === '？') result.questions.add(sentence);
			}
			if (!ONLY_PAUSES.test(token)) sentence++;
			return;
		}
		if (token.startsWith('http') && token.includes('://')) return;
		if (code > 0x2000 && PICTOGRAPH.test(token)) {
			result.emoji.push(token);
			return;
		}
		countScript(result.scripts, code, token.length);
		const apostrophe = apostropheIn(token);
		if (apostrophe > 0) {
			const head = fold(token.slice(0, apostrophe));
			if (ELIDED.has(head)) {
				add(wordOf(head), token.slice(0, apostrophe), start, start + apostrophe);
				const tail = token.slice(apostrophe + 1).replace(APOSTROPHES, '');
				addWord(tail, start + apostrophe + 1, start + token.length);
				return;
			}
			// "I'll" is not "ill", nor "he'll" "hell".
			if (token.length - apostrophe === 3 && token.slice(apostrophe + 1).toLowerCase() === 'll') {
				add(wordOf(head), token.slice(0, apostrophe), start, start + apostrophe);
				add(
					wordOf('will'),
					token.slice(apostrophe + 1),
					start + apostrophe + 1,
					start + token.length,
				);
				return;
			}
		}
		addWord(apostrophe > 0 ? token.replace(APOSTROPHES, '') : token, start, start + token.length);
	}

	function addWord(token: string, start: number, end: number) {
		const { word, cased, capitals, elongated } = spelt(token);
		result.cased += cased;
		result.capitals += capitals;
		result.elongated += elongated;
		add(word, token, start, end);
	}
}

/** How a word is spelt: folded, without elongations, and 1 where it counts to {@link Words.cased}, `capitals`, `elongated`. */
interface Spelt {
	word: Word;
	cased: number;
	capitals: number;
	elongated: number;
}

/** Most words come back with every message. */
const speltWords = new Remembered<Spelt>();
/** V8 copies shorter pieces of a text by itself. */
const LONG = 13;

function spelt(token: string): Spelt {
	let known = speltWords.get(token);
	if (known === undefined) {
		// What is remembered here and by those who read the word is a copy: a long piece of a text keeps the whole of it in memory.
		const copy = token.length < LONG ? token : token.split('').join('');
		known = spell(copy);
		if (token.length <= LONGEST_REMEMBERED) speltWords.set(copy, known);
	}
	return known;
}

function spell(token: string): Spelt {
	const upper = token.toUpperCase();
	const cased = token.length >= 3 && token.length <= 20 && upper !== token.toLowerCase();
	const word = fold(token);
	const elongated = word.length > 2 && DRAWN_OUT.test(word);
	return {
		// "sooo" is "so", "helllo" is "hello": two stay only where the word before the last letters needs it.
		word: wordOf(elongated ? word.replace(REPEATED_LETTER, '$1') : word),
		cased: Number(cased),
		capitals: Number(cased && upper === token),
		elongated: Number(elongated),
	};
}

/** As {@link TOKEN}, for text in ASCII: most messages, and several times as fast. */
function eachPlainToken(text: string, take: (token: string, start: number) => void): void {
	const { length } = text;
	let i = 0;
	while (i < length) {
		const code = text.charCodeAt(i);
		const start = i;
		if (isPlainLetter(code)) {
			if (code === 0x68 && (text.startsWith('http://', i) || text.startsWith('https://', i))) {
				while (i < length && text.charCodeAt(i) > 0x20) i++;
				continue;
			}
			do {
				i++;
				const next = text.charCodeAt(i);
				if (next === 0x27 || next === 0x60) {
					if (i + 1 < length && isPlainLetter(text.charCodeAt(i + 1))) continue;
					break;
				}
				if (!isPlainLetter(next)) break;
			} while (i < length);
			take(text.slice(start, i), start);
		} else if (isMark(code)) {
			while (i < length && isMark(text.charCodeAt(i))) i++;
			take(text.slice(start, i), start);
		} else i++;
	}
}

function apostropheIn(token: string): number {
	for (let i = 0; i < token.length; i++) {
		const code = token.charCodeAt(i);
		if (code === 0x27 || code === 0x60 || code === 0x2019 || code === 0xb4) return i;
	}
	return -1;
}

function isPlainLetter(code: number): boolean {
	return (
		(code >= 0x61 && code <= 0x7a) ||
		(code >= 0x41 && code <= 0x5a) ||
		(code >= 0x30 && code <= 0x39)
	);
}

function isMark(code: number): boolean {
	return (
		code === 0x2e || // .
		code === 0x21 || // !
		code === 0x3f || // ?
		code === 0x2c || // ,
		code === 0x3a || // :
		code === 0x3b || // ;
		code === 0x0a ||
		code === 0x2026 ||
		code === 0x3002 ||
		code === 0xff01 ||
		code === 0xff1f ||
		code === 0x061f ||
		code === 0x060c ||
		code === 0x0964
	);
}

function countScript(scripts: Words['scripts'], code: number, length: number) {
	if (code < 0x30 || (code <= 0x39 && code >= 0x30)) return;
	if (code < 0x250) scripts.latin += length;
	else if (code >= 0x600 && code < 0x780) scripts.arabic += length;
	else if (code >= 0x900 && code < 0x980) scripts.devanagari += length;
	else scripts.other += length;
}

/**
 * Replaces words by what they stand for ("u" → ["you"], "wanna" → ["want", "to"], "agnet" → ["agent"]; nothing where they stand
 * for themselves), in place. Offsets keep pointing at what the customer wrote.
 */
export function respell(read: Words, standsFor: Kept<readonly Word[]>): void {
	for (let i = read.words.length - 1; i >= 0; i--) {
		const meant = standsFor.of(read.known[i]!);
		if (meant.length === 0) continue;
		if (meant.length === 1) {
			read.words[i] = meant[0]!.text;
			read.known[i] = meant[0]!;
			continue;
		}
		const same = <T>(value: T) => meant.map(() => value);
		read.words.splice(i, 1, ...meant.map(({ text }) => text));
		read.known.splice(i, 1, ...meant);
		read.raw.splice(i, 1, ...same(read.raw[i]!));
		read.starts.splice(i, 1, ...same(read.starts[i]!));
		read.ends.splice(i, 1, ...same(read.ends[i]!));
		read.sentences.splice(i, 1, ...same(read.sentences[i]!));
		read.paused.splice(i, 1, ...meant.map((_, k) => k === 0 && read.paused[i]!));
	}
}

/** The words from `from` up to but without `to` as the customer wrote them. */
export function quote(read: Words, from: number, to: number): string {
	if (to <= from || from >= read.words.length) return '';
	return read.text.slice(read.starts[from], read.ends[Math.min(to, read.words.length) - 1]);
}
