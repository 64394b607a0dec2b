import type { ReferenceKind } from './brief';
import { languages } from './languages';
import { wordPattern } from './languages/language';
import { EMAIL, findSecrets, phoneSpans } from './secrets';
import type { Span } from './text';
import { plainDigits } from './text';

/** Something in a message that an agent would otherwise ask for. */
export interface FoundReference extends Span {
	kind: ReferenceKind;
	/** As the customer wrote it, digits of any script as ASCII. */
	value: string;
}

/** Kinds that are codes, named by a word near them. */
export const CODE_KINDS: readonly ReferenceKind[] = [
	'order',
	'invoice',
	'account',
	'tracking',
	'ticket',
];

export const REFERENCE_LABELS: Readonly<Record<ReferenceKind, string>> = {
	order: 'Order',
	invoice: 'Invoice',
	account: 'Account',
	tracking: 'Tracking number',
	ticket: 'Ticket',
	date: 'Date',
	amount: 'Amount',
	email: 'E-mail',
	phone: 'Phone',
	address: 'Address',
	url: 'Link',
};

/** Web addresses. */
export const URL_PATTERN = /(?<![\p{L}\p{N}@])(?:https?:\/\/|www\.)[^\s<>"'`{}|\\^]{3,500}/giu;

/** A run of letters and digits with at least one digit: what a reference may look like. */
const CODE =
	/(?<![\p{L}\p{N}@.,])#?[A-Za-z]{0,8}[-_/#]?(?=[A-Za-z0-9_/-]*\d)[A-Za-z0-9]{1,24}(?:[-_/][A-Za-z0-9]{1,16}){0,4}(?![\p{L}\p{N}@]|[.,]\d)/gu;

/** Codes that say themselves what they are. */
const KNOWN_FORMS: ReadonlyArray<{ kind: ReferenceKind; pattern: RegExp }> = [
	{ kind: 'tracking', pattern: /^1Z[0-9A-Z]{16}$/iu },
	// Universal Postal Union, S10.
	{ kind: 'tracking', pattern: /^[A-Z]{2}\d{9}[A-Z]{2}$/u },
	{
		kind: 'order',
		pattern: /^#?(?:ORD|ORDER|PED|BEST|CMD|PO|SO)[-_#/]?[A-Z0-9]*\d[A-Z0-9-]{2,}$/iu,
	},
	{ kind: 'invoice', pattern: /^#?(?:INV|FAC|FACT|FV|RE|RG|NF)[-_#/][A-Z0-9]*\d[A-Z0-9/-]{2,}$/iu },
	{ kind: 'ticket', pattern: /^#?(?:TKT|TICKET|CASE|INC|REQ|SUP)[-_#/]?\d[A-Z0-9-]{2,}$/iu },
];

/** "1st", "10am", "25kg", "120x60": numbers that count or measure. */
const MEASURE =
	/^\d+(?:st|nd|rd|th|er|e|º|ª|am|pm|h|min|hrs?|days?|k|g|kg|mg|l|ml|cm|mm|m|km|gb|tb|mb|w|kw|kwh|v|x\d+)$/iu;

const EXAMPLE =
	/(?<![\p{L}\p{N}])(?:e\.g\.|for example|such as|z\. ?b\.|zum beispiel|por ejemplo|p\. ?ej\.|por exemplo|ex\.|par exemple|per esempio|ad esempio|es\.|bijvoorbeeld|bijv\.|उदाहरण|जैसे|contoh|misalnya|مثل|مثال)/iu;

const YEAR = '(?:,? (?:de |del |do )?(?:20\\d{2}|19\\d{2}))?';

const SYMBOLS =
	'[€£¥₹₺₽₩₪₫₱]|(?:US|AU|CA|NZ|HK|SG|MX|C|A|R|S)?\\$|Rp\\.?|CHF|kr\\.?|zł|Rs\\.?|₨|د\\.إ|ر\\.س|﷼';
const CODES =
	'EUR|USD|GBP|INR|BRL|IDR|AED|SAR|CHF|MXN|ARS|COP|CLP|PEN|EGP|QAR|KWD|MAD|CAD|AUD|NZD|SEK|NOK|DKK|PLN|TRY|JPY|CNY';
/** Words that multiply and are said of money alone, so that the currency is left out ("150rb", "2 lakh"). */
const MONEY_MULTIPLIERS = 'rb|ribu|jt|juta|miliar|lakhs?|crores?|लाख|करोड़';
const NUMBER =
	"\\d{1,3}(?:[.,'’\\u00a0\\u202f]\\d{2,3})+(?:[.,]\\d{1,2})?|\\d{1,3}(?: \\d{3})+(?:[.,]\\d{1,2})?|\\d{1,12}(?:[.,]\\d{1,2})?";
const TO = ' ?(?:-|–|to|a|bis|à|tot|e|and|y|und|et|sampai|से|إلى|الى) ?';
const BEFORE = `(?:${SYMBOLS}|${CODES})`;

/** Patterns made of the words of all languages. */
function compilePatterns() {
	const all = languages();
	const months = all.flatMap((language) => language.months).join('|');
	const dates = [
		'\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])',
		'(?:0?[1-9]|[12]\\d|3[01])(?:\\.|/|-)(?:0?[1-9]|1[0-2])(?:\\.|/|-)(?:20\\d{2}|\\d{2})',
		'(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\\d|3[01])/(?:20\\d{2}|\\d{2})',
		`(?:0?[1-9]|[12]\\d|3[01])(?:st|nd|rd|th|er|\\.|º|°)? (?:of |de |do )?(?:${months})${YEAR}`,
		`(?:${months}) (?:0?[1-9]|[12]\\d|3[01])(?:st|nd|rd|th)?(?!\\d)${YEAR}`,
	];
	const words = all.flatMap((language) => language.currencies).join('|');
	const multipliers = ['k', ...all.flatMap((language) => language.multipliers)].join('|');
	const quantity = `(?:${NUMBER})(?:,-)?(?: ?(?:${multipliers})(?![\\p{L}\\p{M}]))?`;
	const after = `(?:(?:de )?(?:${words})(?![\\p{L}\\p{M}])|(?:${CODES})(?![\\p{L}\\p{M}])|${SYMBOLS}(?![\\p{L}\\p{M}]))`;
	const amount = new RegExp(
		`(?<![\\p{L}\\p{M}\\p{N}.,/-])(?:${BEFORE} ?${quantity}(?:${TO}${BEFORE}? ?${quantity})?(?: ?${after})?|${quantity}(?:${TO}${quantity})? ?${after}|(?:${NUMBER}) ?(?:${MONEY_MULTIPLIERS})(?![\\p{L}\\p{M}]))`,
		'giu',
	);
	const looseAmount = new RegExp(
		`(?<![\\p{L}\\p{M}\\p{N}.,/-])${quantity}(?:${TO}${quantity})?(?![\\p{L}\\p{M}\\p{N}/%-])`,
		'giu',
	);
	return {
		cues: all.flatMap((language) => language.references),
		date: wordPattern(dates, 'giu'),
		amount,
		looseAmount,
	};
}

let compiled: ReturnType<typeof compilePatterns> | undefined;

/** Compiled when first needed, as the languages are. */
function patterns() {
	compiled ??= compilePatterns();
	return compiled;
}

/** Sums of money with their currency, as written. */
export function findAmounts(text: string): FoundReference[] {
	const plain = plainDigits(text);
	return [...plain.text.matchAll(patterns().amount)].map((match) =>
		reference('amount', plain, match),
	);
}

/** Numbers that may be a sum where the sentence speaks of money already ("my budget is 3000"). */
export function findLooseAmounts(text: string): FoundReference[] {
	const plain = plainDigits(text);
	return (
		[...plain.text.matchAll(patterns().looseAmount)]
			.filter((match) => /\d{2,}|\d.*\p{L}/u.test(match[0]))
			// "bis zum 30.11." is a date.
			.filter(
				({ 0: value, index }) =>
					!/^\d{1,2}\.\d{1,2}$/u.test(value) || plain.text[index + value.length] !== '.',
			)
			.map((match) => reference('amount', plain, match))
	);
}

export interface ReferenceContext {
	/** Kinds that the message before asked for; a bare code answers it. */
	asked?: readonly ReferenceKind[];
	/** Country in which national phone numbers are read. */
	country?: string;
	/** Bot's and agents' texts: only codes, and none that is given as an example. */
	codesOnly?: boolean;
}

/** Every reference in a text, in the order in which they stand there. No two overlap. */
export function findReferences(text: string, context: ReferenceContext = {}): FoundReference[] {
	const found: FoundReference[] = [];
	if (!/[\p{Nd}@]|www\.|https?:/iu.test(text) && !mayHoldAddress(text)) return found;
	const plain = plainDigits(text);
	const input = plain.text;
	const taken: Span[] = [];
	const free = (start: number, end: number) =>
		!taken.some((span) => span.start < end && span.end > start);
	const take = (kind: ReferenceKind, start: number, value: string) => {
		const end = start + value.length;
		if (!free(start, end)) return;
		taken.push({ start, end });
		found.push({
			kind,
			value,
			start: plain.origin[start] as number,
			end: plain.origin[end] as number,
		});
	};

	if (context.codesOnly) {
		if (EXAMPLE.test(input)) return found;
	} else {
		for (const match of input.matchAll(EMAIL)) take('email', match.index, match[0]);
	}
	for (const match of input.matchAll(URL_PATTERN)) {
		const url = match[0].replace(/[.,;:!?)\]'"؟।]+$/u, '');
		if (context.codesOnly) taken.push({ start: match.index, end: match.index + url.length });
		else take('url', match.index, url);
	}
	// Never a reference, whatever stands before it; an IBAN is the one bank account that a team may need.
	for (const secret of findSecrets(input, {
		kinds: ['card', 'iban', 'nationalId', 'password'],
		sureOnly: true,
	})) {
		if (secret.kind === 'iban' && !context.codesOnly)
			take('account', secret.start, input.slice(secret.start, secret.end));
		else taken.push(secret);
	}
	if (!context.codesOnly) {
		for (const language of languages()) {
			for (const match of input.matchAll(language.patterns.addresses))
				take('address', match.index, match[0].trim());
		}
		for (const match of input.matchAll(patterns().amount)) take('amount', match.index, match[0]);
		for (const match of input.matchAll(patterns().date)) take('date', match.index, match[0]);
		for (const match of input.matchAll(/(?<![\p{L}\p{N}])\+\d(?:[ ()./\-–]{0,2}\d){6,16}(?!\d)/gu))
			take('phone', match.index, match[0]);
	}
	for (const code of findCodes(input, context.asked ?? [], free))
		take(code.kind, code.start, code.value);
	if (!context.codesOnly) {
		for (const span of phoneSpans(input, context.country))
			take('phone', span.start, input.slice(span.start, span.end));
	}
	return found.sort((a, b) => a.start - b.start);
}

/** The kinds of code that a text names, e.g. in "What is your order number?". */
export function namedKinds(text: string): ReferenceKind[] {
	const kinds = new Set<ReferenceKind>();
	for (const { kind, pattern } of patterns().cues) if (text.search(pattern) >= 0) kinds.add(kind);
	return [...kinds];
}

function findCodes(
	text: string,
	asked: readonly ReferenceKind[],
	free: (start: number, end: number) => boolean,
): Array<{ kind: ReferenceKind; start: number; value: string }> {
	const candidates = [...text.matchAll(CODE)]
		.map((match) => ({ start: match.index, end: match.index + match[0].length, raw: match[0] }))
		.filter(
			({ start, end, raw }) =>
				free(start, end) && raw.replace(/\W/gu, '').length >= 3 && !MEASURE.test(raw),
		);
	// "50 331 207" in answer to the question for the customer number: no other place takes spaces into a code.
	const spaced = asked.length > 0 ? SPACED_ANSWER.exec(text) : null;
	if (spaced && free(spaced.index, spaced.index + spaced[0].length))
		return [{ kind: asked[0] as ReferenceKind, start: spaced.index, value: spaced[0] }];
	const cues = patterns().cues.flatMap(({ kind, pattern }) =>
		[...text.matchAll(pattern)].map((match) => ({
			kind,
			start: match.index,
			end: match.index + match[0].length,
		})),
	);
	const codes = spacedCodes(text, cues).filter(({ start, value }) =>
		free(start, start + value.length),
	);
	let previous: { kind: ReferenceKind; end: number } | undefined;
	for (const { start, end, raw } of candidates) {
		if (codes.some((code) => code.start < end && start < code.start + code.value.length)) continue;
		const value = raw.replace(/^#/u, '');
		const known = KNOWN_FORMS.find(({ pattern }) => pattern.test(raw))?.kind;
		const named = cueBefore(text, start, raw, cues);
		const kind =
			// "My order INV-20441": what the customer calls it goes before what it looks like, but for carriers' own forms.
			(named && known && known !== 'tracking' ? named : undefined) ??
			known ??
			named ??
			cueBehind(text, end, raw, cues) ??
			(previous && LIST.test(text.slice(previous.end, start)) ? previous.kind : undefined) ??
			(asked.length > 0 && isAnswer(text, value) ? asked[0] : undefined);
		if (!kind) continue;
		previous = { kind, end };
		codes.push({ kind, start: end - value.length, value });
	}
	return codes;
}

/** Digits in groups right behind what they are called: "numero cliente 600 442 118". */
const SPACED =
	/^[\s:#№=.\-–]*(?:(?:is|es|é|ist|lautet|est|è|hai|है|adalah|هو)\s+)?(\d{2,6}(?: \d{2,6}){1,5})(?![\p{L}\p{M}\p{N}€$£%]|[.,:/-]\d| ?[€$£])/u;
const MIN_SPACED_DIGITS = 7;

function spacedCodes(
	text: string,
	cues: ReadonlyArray<Span & { kind: ReferenceKind }>,
): Array<{ kind: ReferenceKind; start: number; value: string }> {
	return cues.flatMap(({ kind, end }) => {
		const match = SPACED.exec(text.slice(end));
		const value = match?.[1];
		if (!match || !value || value.replace(/ /gu, '').length < MIN_SPACED_DIGITS) return [];
		return [{ kind, start: end + match[0].length - value.length, value }];
	});
}

const SPACED_ANSWER =
	/(?<=^[^\d]{0,30})(?:(?<![\p{L}])[A-Z]{1,4} )?\d{2,6}(?: \d{2,6}){0,4} \d{1,6}(?=[^\d]{0,12}$)/u;
const LIST = /^\s*(?:,|;|&|\+|and|or|y|e|und|oder|et|ou|o|en|dan|और|و)\s*(?:#|n[º°.]?)?\s*$/iu;
/** Up to two small words may stand between "order" and its number: "order number is", "el pedido es el". */
const BETWEEN = /^[\s:#№=.\-–"'“«(*_]*(?:[\p{L}\p{M}]{1,12}[\s:#№=.\-–"'“«(*_]+){0,2}$/u;
const NEXT_TO =
	/^[\s:#№=.\-–"'“«(*_]*(?:(?:is|es|é|ist|lautet|est|è|है|adalah|هو|هي|رقم|number|nr\.?|no\.?|n[º°.]|की|का|संख्या)[\s:#№=.]*){0,2}$/iu;

function cueBefore(
	text: string,
	start: number,
	raw: string,
	cues: ReadonlyArray<Span & { kind: ReferenceKind }>,
): ReferenceKind | undefined {
	let best: (Span & { kind: ReferenceKind }) | undefined;
	for (const cue of cues) {
		if (cue.end > start || start - cue.end > 40) continue;
		const between = text.slice(cue.end, start);
		// A short plain number near "order" is more often a quantity or a year.
		const certain = /[A-Za-z#-]/u.test(raw) || raw.length >= 5;
		if (!(certain ? BETWEEN : NEXT_TO).test(between) || ERROR.test(between)) continue;
		if (!best || cue.end > best.end || (cue.end === best.end && cue.start < best.start)) best = cue;
	}
	return best?.kind;
}

/** "código do erro E-88" names no order. */
const ERROR = /(?<![\p{L}])(?:err\p{L}+|fehler\p{L}*|fout\p{L}*)(?![\p{L}])/iu;

/** "12345 order", as Hindi and hurried people have it: only right behind, and only for what is long enough. */
function cueBehind(
	text: string,
	end: number,
	raw: string,
	cues: ReadonlyArray<Span & { kind: ReferenceKind }>,
): ReferenceKind | undefined {
	if (raw.replace(/\D/gu, '').length < 5) return undefined;
	return cues.find(
		(cue) => cue.start >= end && /^\s?(?:is my|मेरा|is the)?\s?$/u.test(text.slice(end, cue.start)),
	)?.kind;
}

/** Whether a text is little more than the code. */
function isAnswer(text: string, code: string): boolean {
	if (code.length < 4 || (code.match(/\d/gu)?.length ?? 0) < 3) return false;
	return (text.replace(code, '').match(/[\p{L}\p{M}\p{N}]+/gu)?.length ?? 0) <= 8;
}

/** Arabic addresses may stand without a number. */
function mayHoldAddress(text: string): boolean {
	return /شارع/u.test(text);
}

function reference(
	kind: ReferenceKind,
	plain: { text: string; origin: number[] },
	match: RegExpExecArray,
): FoundReference {
	return {
		kind,
		value: match[0].trim(),
		start: plain.origin[match.index] as number,
		end: plain.origin[match.index + match[0].length] as number,
	};
}
