import type { CountryCode } from 'libphonenumber-js';

import { phoneNumbers } from '../phoneNumbers';
import type { Span } from './text';
import { MAX_MESSAGE_CHARACTERS, plainDigits } from './text';

/**
 * Finds what must not leave the house: payment cards, bank accounts, contact data, national ids, passwords. Numbers are
 * recognised by their checksums where they have one, whatever digits or spaces they are written with.
 */
export type SecretKind = 'card' | 'iban' | 'email' | 'phone' | 'nationalId' | 'password' | 'custom';

export interface Secret extends Span {
	kind: SecretKind;
	/** What stands in its place, e.g. `[card •••• 4242]`. */
	mask: string;
}

/** A pattern of the team's own making: `*` any characters but spaces, `#` one digit, `@` one letter, `?` any one character. */
export interface CustomPattern {
	/** Shown in the mask: `[project ••••]`. */
	name: string;
	pattern: string;
}

export interface RedactionRules {
	kinds: readonly SecretKind[];
	custom?: readonly CustomPattern[];
	/** Country in which national phone numbers are read, e.g. "DE". */
	country?: string;
	/** Without the codes that only "the code is" names: they may as well be an order's. */
	sureOnly?: boolean;
	/** Numbers that are known to be an order's, an account's or the like. */
	known?: ReadonlySet<string>;
}

export const ALL_KINDS: readonly SecretKind[] = [
	'card',
	'iban',
	'nationalId',
	'password',
	'email',
	'phone',
	'custom',
];

/**
 * The secrets of a text, in order, not overlapping; where two kinds claim the same characters the stricter check wins
 * (order of {@link ALL_KINDS}) and takes the whole of both.
 */
export function findSecrets(text: string, rules: RedactionRules): Secret[] {
	const plain = plainDigits(text, { keycaps: true });
	const found: Secret[] = [];
	const add = (kind: SecretKind, start: number, end: number, mask: string) => {
		found.push({
			kind,
			mask,
			start: plain.origin[start] as number,
			end: plain.origin[end] as number,
		});
	};
	const wants = new Set(rules.kinds);
	const input = plain.text;
	if (wants.has('card')) cards(input, add);
	if (wants.has('iban')) ibans(input, add);
	if (wants.has('nationalId')) nationalIds(input, add);
	if (wants.has('password')) {
		passwords(input, add);
		if (!rules.sureOnly) bareCodes(input, rules.known ?? new Set(), add);
	}
	if (wants.has('email')) emails(input, add);
	if (wants.has('phone')) phones(input, rules.country, add);
	if (wants.has('custom')) for (const pattern of rules.custom ?? []) custom(input, pattern, add);

	const rank = (secret: Secret) => ALL_KINDS.indexOf(secret.kind);
	found.sort((a, b) => a.start - b.start || rank(a) - rank(b));
	const merged: Secret[] = [];
	for (const secret of found) {
		const last = merged[merged.length - 1];
		if (!last || secret.start >= last.end) {
			merged.push(secret);
			continue;
		}
		const winner = rank(secret) < rank(last) ? secret : last;
		merged[merged.length - 1] = {
			...winner,
			start: last.start,
			end: Math.max(last.end, secret.end),
		};
	}
	return merged;
}

/** The first `max` units of a text, cut before a secret rather than within one. */
export function boundedText(text: string, max: number): string {
	if (text.length <= max) return text;
	const around = findSecrets(text.slice(0, max + 200), { kinds: ALL_KINDS });
	const cut = around.find((secret) => secret.start < max && secret.end > max);
	return text.slice(0, cut ? cut.start : max).toWellFormed();
}

type Add = (kind: SecretKind, start: number, end: number, mask: string) => void;

const dots = (name: string, tail = '') => `[${name} ••••${tail ? ` ${tail}` : ''}]`;

/** What people put between the groups of a long number. */
const BETWEEN_GROUPS = '[ \\t\\r\\n.,\\-–—_/·|*\\u00a0\\u2000-\\u200a\\u202f]';
/**
 * Groups of digits with at most three separating characters between them, as people type long numbers. A word may be glued
 * to it ("card4242…"), one or two letters make it another kind of number ("JD0146…").
 */
const DIGIT_RUN = new RegExp(
	`(?<!\\p{N})(?<!(?<!\\p{L})\\p{L}{1,2})\\d(?:${BETWEEN_GROUPS}{0,3}\\d){11,}(?!\\p{N}|\\p{L}{1,2}(?!\\p{L}))`,
	'gu',
);
/** "12/27 123", "exp 12/2027 cvv 123" behind a card. */
const EXPIRY =
	/^[\s,;|]*(?:(?:exp|val|v[aá]l|scad|g[uü]ltig|bis|till|until|verloopt|caduca|venc|berlaku|صالح)[\p{L}\p{M}.]*[\s:]*(?:bis|al|hasta|até|until|au)?[\s:]*)?(?:0[1-9]|1[0-2])\s?[/.-]\s?(?:20)?\d{2}(?!\d)(?:[\s,;|]*(?:cvv2?|cvc2?|cid|code|código|codice)?[\s:]*\d{3,4}(?!\d))?/iu;

function cards(text: string, add: Add): void {
	for (const match of text.matchAll(DIGIT_RUN)) {
		const run = match[0];
		const positions: number[] = [];
		for (let index = 0; index < run.length; index += 1) {
			const unit = run.charCodeAt(index);
			if (unit >= 48 && unit <= 57) positions.push(index);
		}
		const startsGroup = (at: number) =>
			at === 0 || (positions[at] as number) - (positions[at - 1] as number) > 1;
		const endsGroup = (at: number) =>
			at === positions.length - 1 || (positions[at + 1] as number) - (positions[at] as number) > 1;
		for (let first = 0; first + 12 < positions.length; first += 1) {
			if (!startsGroup(first)) continue;
			for (let length = 19; length >= 13; length -= 1) {
				const last = first + length - 1;
				if (last >= positions.length || !endsGroup(last)) continue;
				const digits = positions
					.slice(first, last + 1)
					.map((position) => run[position])
					.join('');
				if (!CARD_FORMS.test(digits) || !luhn(digits)) continue;
				const start = match.index + (positions[first] as number);
				let end = match.index + (positions[last] as number) + 1;
				end += EXPIRY.exec(text.slice(end, end + 60))?.[0].length ?? 0;
				add('card', start, end, dots('card', digits.slice(-4)));
				first = last;
				break;
			}
		}
	}
}

/**
 * Issuer numbers of payment networks begin with 2 to 6 (ISO/IEC 7812). Lengths other than 16 are kept to the networks that
 * have them, so that an IMEI (15 digits, with Luhn's check too) stays.
 */
const CARD_FORMS =
	/^(?:[2-6]\d{15}|3[47]\d{13}|(?:2131|1800)\d{11}|3(?:0[0-5]|[689]\d)\d{11}|4\d{12}|(?:5018|5020|5038|5[6-8]\d\d|6\d{3})\d{8,15}|[46]\d{18})$/u;

/** Luhn's check (ISO/IEC 7812-1, annex B). */
export function luhn(digits: string): boolean {
	let sum = 0;
	for (let index = 0; index < digits.length; index += 1) {
		let digit = digits.charCodeAt(digits.length - 1 - index) - 48;
		if (index % 2 === 1) {
			digit *= 2;
			if (digit > 9) digit -= 9;
		}
		sum += digit;
	}
	return sum % 10 === 0;
}

const IBAN =
	/(?<![\p{L}\p{N}])[A-Za-z]{2}[ \u00a0-]?\d{2}(?:[ \t\r\n.\u00a0\u202f_/-]{0,2}[A-Za-z0-9]){11,30}/gu;
const IN_IBAN = /[\s._/-]/gu;

function ibans(text: string, add: Add): void {
	IBAN.lastIndex = 0;
	for (let match = IBAN.exec(text); match; match = IBAN.exec(text)) {
		const end = ibanEnd(match[0]);
		if (end === undefined) {
			// What looked like the beginning of one may have run into the real one: look again from the next character.
			IBAN.lastIndex = match.index + 1;
			continue;
		}
		const compact = match[0].slice(0, end).replace(IN_IBAN, '');
		add('iban', match.index, match.index + end, dots('IBAN', compact.slice(-4).toUpperCase()));
		IBAN.lastIndex = match.index + end;
	}
}

/** Where the number ends within a text that may run into the next word; the checksum says so. */
function ibanEnd(text: string): number | undefined {
	for (let end = text.length; end >= 15; end -= 1) {
		const next = text[end];
		if (next !== undefined && /[A-Za-z0-9]/u.test(next)) continue;
		if (validIban(text.slice(0, end).replace(IN_IBAN, '').toUpperCase())) return end;
	}
	return undefined;
}

/** Length of an IBAN by country, as SWIFT's IBAN registry states it. */
const IBAN_LENGTHS = new Map(
	(
		'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 ' +
		'FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 ' +
		'LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 ' +
		'SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
	)
		.split(' ')
		.map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** ISO 13616: the country's own length, and remainder 1 modulo 97. */
export function validIban(compact: string): boolean {
	if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/u.test(compact)) return false;
	if (compact.length !== IBAN_LENGTHS.get(compact.slice(0, 2))) return false;
	let remainder = 0;
	for (const character of compact.slice(4) + compact.slice(0, 4)) {
		const value = Number.parseInt(character, 36);
		remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
	}
	return remainder === 1;
}

interface NationalId {
	pattern: RegExp;
	valid?: (compact: string) => boolean;
}

/** Ids that are recognised by themselves: a form that nothing else has, or a checksum. */
const NATIONAL_IDS: readonly NationalId[] = [
	// United States, social security number (no 000, 666, 9xx area, as its office states).
	{
		pattern: /(?<!\d[-. ]?)(?!000|666|9\d\d)\d{3}([- ])(?!00)\d{2}\1(?!0000)\d{4}(?![-. ]?\d)/gu,
	},
	// United Kingdom, national insurance number.
	{
		pattern:
			/(?<![\p{L}\p{N}])[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D](?![\p{L}\p{N}])/giu,
	},
	// Brazil, CPF and CNPJ.
	{ pattern: /(?<![\d.])\d{3}\.?\d{3}\.?\d{3}-?\d{2}(?![\d])/gu, valid: validCpf },
	{ pattern: /(?<![\d.])\d{2}\.\d{3}\.\d{3}\/\d{4}-\d{2}(?!\d)/gu },
	// Spain, DNI and NIE: letter by remainder 23.
	{
		pattern:
			/(?<![\p{L}\p{N}.])[XYZ]?-?(?:\d{7,8}|\d{1,2}\.\d{3}\.\d{3})[- ]{0,2}[A-Z](?![\p{L}\p{N}])/giu,
		valid: validDni,
	},
	// Italy, codice fiscale.
	{
		pattern:
			/(?<![\p{L}\p{N}])[A-Z]{3} ?[A-Z]{3} ?\d{2} ?[A-EHLMPRST] ?\d{2} ?[A-Z]\d{3} ?[A-Z](?![\p{L}\p{N}])/giu,
	},
	// Mexico, CURP.
	{ pattern: /(?<![\p{L}\p{N}])[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z0-9]\d(?![\p{L}\p{N}])/giu },
	// France, NIR: 13 digits and a key of 97.
	{
		pattern: /(?<!\d)[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?\d{2} ?\d{3} ?\d{3} ?\d{2}(?!\d)/gu,
		valid: validNir,
	},
	// India, Aadhaar (Verhoeff) and PAN.
	{ pattern: /(?<!\d[ -]?)[2-9]\d{3}[ -]\d{4}[ -]\d{4}(?![ -]?\d)/gu, valid: verhoeff },
	{ pattern: /(?<![\p{L}\p{N}])[A-Z]{3}[ABCFGHLJPTK][A-Z]\d{4}[A-Z](?![\p{L}\p{N}])/giu },
	// Germany, Steuer-ID: ISO 7064 modulo 11,10.
	{ pattern: /(?<![\d.+])[1-9]\d ?\d{3} ?\d{3} ?\d{3}(?!\d)/gu, valid: validSteuerId },
	// United Arab Emirates.
	{ pattern: /(?<!\d)784-?(?:19|20)\d{2}-?\d{7}-?\d(?!\d)/gu },
	// Indonesia, NIK: region, birth date (women: day plus 40), serial.
	{ pattern: /(?<!\d)[1-9]\d{5}(?:[04][1-9]|[1256]\d|[37][01])(?:0[1-9]|1[0-2])\d{6}(?!\d)/gu },
];

/** With one of these words before it, any number or code is taken for an id. */
const ID_CUE =
	/(?<![\p{L}\p{M}\p{N}])(?:passport|national id|id card|identity card|social security|ssn|driver(?:’|')?s licen[cs]e|tax id|pasaporte|dni|nie|curp|rfc|cédula|cedula|passaporte|cpf|cnpj|rg|nif|reisepass|personalausweis|ausweis|steuer-?id|steueridentifikationsnummer|sozialversicherung|passeport|carte d(?:’|')identité|sécurité sociale|sécu|nir|passaporto|carta d(?:’|')identità|codice fiscale|paspoort|bsn|burgerservicenummer|identiteitskaart|aadhaa?r|pan card|आधार|पासपोर्ट|पैन|ktp|nik|paspor|npwp|جواز|هوي(?:ة|تي)|الهوية|إقامة|الإقامة)(?:[ -]?(?:number|no\.?|nr\.?|nummer|num\.?|número|numero|numéro|nomor|card|कार्ड|नंबर|رقم|السفر|الوطنية))*[\s:#.=-]*(?:(?:(?:is|es|é|ist|lautet|est|è|adalah|saya|hai|है|هو|هي|رقم|رقمها)[\s:]+){1,2})?([A-Za-z0-9](?:[A-Za-z0-9.\-/ ]{0,22}[A-Za-z0-9])?)/giu;

function nationalIds(text: string, add: Add): void {
	for (const { pattern, valid } of NATIONAL_IDS) {
		for (const match of text.matchAll(pattern)) {
			if (valid && !valid(match[0].replace(/[^A-Za-z0-9]/gu, '').toUpperCase())) continue;
			add('nationalId', match.index, match.index + match[0].length, dots('national id'));
		}
	}
	for (const match of text.matchAll(ID_CUE)) {
		const code = idCode(match[1] as string);
		if (!code) continue;
		const start = match.index + match[0].length - (match[1] as string).length;
		add('nationalId', start, start + code.length, dots('national id'));
	}
}

/** The beginning of `text` that looks like an id: words with digits in them, five characters or more. */
function idCode(text: string): string | undefined {
	const parts = text.split(' ');
	let length = 0;
	for (const part of parts) {
		if (!/\d/u.test(part) && !(length === 0 && /^[A-Z]{1,3}$/u.test(part))) break;
		length += (length > 0 ? 1 : 0) + part.length;
	}
	const code = text.slice(0, length).replace(/[.\-/]+$/u, '');
	return /\d/u.test(code) && code.replace(/[^A-Za-z0-9]/gu, '').length >= 5 ? code : undefined;
}

function validCpf(digits: string): boolean {
	if (digits.length !== 11 || /^(\d)\1+$/u.test(digits)) return false;
	const check = (length: number) => {
		let sum = 0;
		for (let index = 0; index < length; index += 1)
			sum += Number(digits[index]) * (length + 1 - index);
		return ((sum * 10) % 11) % 10;
	};
	return check(9) === Number(digits[9]) && check(10) === Number(digits[10]);
}

function validDni(compact: string): boolean {
	const number = compact.replace(/^[XYZ]/u, (letter) => String('XYZ'.indexOf(letter)));
	const digits = number.slice(0, -1);
	if (!/^\d{8}$/u.test(digits)) return false;
	return 'TRWAGMYFPDXBNJZSQVHLCKE'[Number(digits) % 23] === number.slice(-1);
}

/** Of the first ten digits one stands two or three times and none as often again; the last one checks them. */
function validSteuerId(digits: string): boolean {
	if (digits.length !== 11) return false;
	const counts = new Map<string, number>();
	for (const digit of digits.slice(0, 10)) counts.set(digit, (counts.get(digit) ?? 0) + 1);
	const repeated = [...counts.values()].filter((count) => count > 1);
	if (repeated.length !== 1 || (repeated[0] as number) > 3) return false;
	let product = 10;
	for (const digit of digits.slice(0, 10)) {
		const sum = (Number(digit) + product) % 10 || 10;
		product = (sum * 2) % 11;
	}
	return (11 - product) % 10 === Number(digits[10]);
}

function validNir(digits: string): boolean {
	return (
		digits.length === 15 && 97 - (Number(digits.slice(0, 13)) % 97) === Number(digits.slice(13))
	);
}

const VERHOEFF_D = [
	'0123456789',
	'1234067895',
	'2340178956',
	'3401289567',
	'4012395678',
	'5987604321',
	'6598710432',
	'7659821043',
	'8765932104',
	'9876543210',
];
const VERHOEFF_P = [
	'0123456789',
	'1576283094',
	'5803796142',
	'8916043527',
	'9453126870',
	'4286573901',
	'2793806415',
	'7046913258',
];

/** Verhoeff's check, as the Aadhaar number carries it. */
export function verhoeff(digits: string): boolean {
	let check = 0;
	for (let index = 0; index < digits.length; index += 1) {
		const digit = Number(digits[digits.length - 1 - index]);
		const permuted = Number((VERHOEFF_P[index % 8] as string)[digit]);
		check = Number((VERHOEFF_D[check] as string)[permuted]);
	}
	return check === 0;
}

const PASSWORD_WORD =
	'pass(?:word|wd|code|phrase)?|pwd?|pw|contraseñas?|clave(?: de acceso)?|senhas?|palavra-passe|passwor[dt]|kennwort|passwort|mot de passe|mdp|parola|wachtwoord|पासवर्ड|kata sandi|sandi|(?:ال)?باسوورد|(?:ال)?باسورد|كلمة (?:المرور|السر)|الرقم السري|كلمة مروري';
const CODE_WORD =
	'(?:otp|pin|cvv2?|cvc2?|tan|2fa)(?: ?(?:code|number|is))?|(?:(?:one[- ]time|verification|security|access|login|confirmation|auth(?:entication)?|sms|whatsapp) )(?:code|pin|password|passcode)|código(?: de (?:verificación|seguridad|acceso|verificação|segurança|acesso|confirmación|confirmação))|(?:bestätigungs|sicherheits|verifizierungs|zugangs|prüf|anmelde)(?:code|nummer)|code (?:de (?:vérification|sécurité|confirmation)|secret)|codice (?:di (?:verifica|sicurezza|accesso)|otp)|(?:verificatie|beveiligings|inlog)code|pincode|pin-?code|ओटीपी|पिन|सत्यापन कोड|kode (?:otp|verifikasi|keamanan)|رمز (?:التحقق|الأمان|التأكيد|الدخول)|كود التحقق';
/** "PIN of the card", "security code on the back". */
const OF_CARD =
	'(?:of|on|della|del|de la|da|do|der|van de|van mijn|dari) (?:(?:the|my|mi|mia|minha|meiner|ma) )?(?:card|back(?: of (?:the|my) card)?|carta|tarjeta|cart[aã]o|karte|carte|pas|kartu|bancomat)|sul retro|atrás|kartu|atm';
const CONNECTOR =
	'is|are|was|es|é|e|era|ist|lautet|est|è|हैं?|adalah|yaitu|هو|هي|saya|my|mia|mi|minha|number|code|رقم|nya';
const LEFT = '(?<![\\p{L}\\p{M}\\p{N}])';
const PASSWORD = new RegExp(
	`${LEFT}(?:${PASSWORD_WORD}|${CODE_WORD})(?![\\p{L}\\p{M}\\p{N}])((?:[ \\t]+(?:${OF_CARD}|${CONNECTOR})(?![\\p{L}\\p{M}\\p{N}]))*)([ \\t]*[:=：][ \\t\\r\\n]*|[ \\t]*[-–>→]+[ \\t]*|[ \\t\\r\\n]+)("[^"\\n]{1,80}"|“[^”\\n]{1,80}”|«[^»\\n]{1,80}»|'[^'\\n]{1,80}'|\\S{1,80})`,
	'giu',
);

/** What follows "my password …" when no password does. */
const NO_PASSWORD = new Set(
	"not wrong incorrect expired working and or but for to is does doesn’t doesn't won't won’t because again reset please the a no y pero o que está esta para incorrecta expiró não mas ou errada está para nicht und oder aber falsch funktioniert geht abgelaufen ne pas et ou mais ne n’est incorrect oublié non e ma o sbagliata scaduta niet en of maar verkeerd werkt vergeten नहीं और गलत भूल dan tidak salah lupa لا و لم خطأ نسيت it that I recovery reset? change at on in with sent arrived received llegó llegado chegou angekommen reçu arrivato ontvangen"
		.toLowerCase()
		.split(/\s+/u),
);

function passwords(text: string, add: Add): void {
	for (const match of text.matchAll(PASSWORD)) {
		const [whole, connector, separator, value] = match as unknown as [
			string,
			string,
			string,
			string,
		];
		const named = connector.trim() !== '' || /[:=：>→–-]/u.test(separator);
		let token = value;
		if (!/^["“«']/u.test(token)) token = token.replace(/[.,;?؟।…)\]]+$/u, '');
		if (token === '') continue;
		const looksSecret = /\d/u.test(token) || /[^\p{L}\p{M}'’-]/u.test(token);
		if (!looksSecret && (!named || NO_PASSWORD.has(token.toLowerCase()))) continue;
		const start = match.index + whole.length - value.length;
		let end = start + token.length;
		// "code 482 913": further groups of digits belong to it.
		if (/^\d[\d-]*$/u.test(token)) {
			const more = /^(?:[ -]\d{2,4}){1,3}(?!\d)/u.exec(text.slice(end));
			if (more) end += more[0].length;
		}
		const isCode = /^\d[\d -]*$/u.test(text.slice(start, end));
		add('password', start, end, dots(isCode ? 'code' : 'password'));
	}
}

const CODE_NOUN =
	'codes?|códigos?|codigos?|codic[ei]|kode(?:nya)?|pin|otp|कोड|(?:ال)?رمز|(?:ال)?كود';
/** What makes it another code: an order's, a shop's, a place's. */
const OTHER_CODE =
	'client\\p{L}*|customer|order|pedido|bestell\\p{L}*|kunden\\p{L}*|product\\p{L}*|artik\\p{L}*|article|booking|reserva\\p{L}*|prenotazione|ordine|pesanan|tracking|seguimiento|rastreio|suivi|postal\\p{L}*|post|zip|promo\\p{L}*|discount|coupon|voucher|sconto|descuento|desconto|diskon|rabatt\\p{L}*|area|error\\p{L}*|errore|erro|erreur|fehler\\p{L}*|fout\\p{L}*|country|dress|bar|qr|referen\\p{L}*|ref|item|model\\p{L}*|color|colour|farb\\p{L}*|fiscal\\p{L}*|الطلب|البريدي|الخصم';
const CODE_OF = `de|di|do|da|del|of|for|für|para|per|pour|voor|untuk|${OTHER_CODE}`;
const CODE_DIGITS = '\\d{4,8}|\\d{2,4}[ -]\\d{2,4}';
/** "My code is 482913", "le code que j'ai reçu est 482 913". */
const BARE_CODE = new RegExp(
	`(?<!(?:${OTHER_CODE})[\\s-]*)${LEFT}(?:${CODE_NOUN})(?![\\p{L}\\p{M}\\p{N}])(?:[ \\t]+(?!(?:${CODE_OF})(?![\\p{L}\\p{M}]))[\\p{L}\\p{M}’']{1,12}){0,6}[ \\t]*[:=]?[ \\t]*((?:[A-Z]-)?(?:${CODE_DIGITS}))(?![\\p{L}\\p{N}]|[.,:/-]\\d| ?[€$£₹%])`,
	'giu',
);
/** "482913 is the code I got". */
const CODE_BEHIND = new RegExp(
	`(?<![\\p{L}\\p{N}.,:/-])(${CODE_DIGITS})[ \\t]+(?:(?:is|was|es|era|é|ist|war|est|è|adalah|itu|hai|yeh|this|that|the|my|your|mi|el|meu|o|mein|der|le|mon|il|mio|mijn|de|mera|verification|sms|otp|one-time)[ \\t]+){1,4}(?:${CODE_NOUN})(?![\\p{L}\\p{M}\\p{N}])(?![ \\t]+(?:${CODE_OF})(?![\\p{L}\\p{M}]))`,
	'giu',
);

/** Codes that nothing but "the code is" names. */
function bareCodes(text: string, known: ReadonlySet<string>, add: Add): void {
	const offer = (code: string, start: number) => {
		if (!known.has(code)) add('password', start, start + code.length, dots('code'));
	};
	for (const match of text.matchAll(BARE_CODE)) {
		const code = match[1] as string;
		offer(code, match.index + match[0].length - code.length);
	}
	for (const match of text.matchAll(CODE_BEHIND)) offer(match[1] as string, match.index);
}

/** What says of a code that it came by message. */
const SENT =
	'sent|sms|texted|received|digits?|whatsapp|envi[ao]\\p{L}*|mand[ao]\\p{L}*|recib\\p{L}*|receb\\p{L}*|d[ií]gitos|gesendet|geschickt|erhalten|stellig\\p{L}*|envoyé\\p{L}*|reçu\\p{L}*|chiffres|inviat\\p{L}*|ricevut\\p{L}*|cifre|gestuurd|verzonden|ontvangen|cijfer\\p{L}*|bhej\\p{L}*|भेज[\\p{L}\\p{M}]*|(?:di)?kirim\\p{L}*|أرسل\\p{L}*|المرسل|وصل\\p{L}*';
const ASKS_SECRET = new RegExp(
	`${LEFT}(?:${PASSWORD_WORD}|${CODE_WORD}|(?:${CODE_NOUN})(?![\\p{L}\\p{M}])[^.!?]{0,40}${LEFT}(?:${SENT})(?![\\p{L}\\p{M}])|(?:${SENT})(?![\\p{L}\\p{M}])[^.!?]{0,20}${LEFT}(?:${CODE_NOUN})(?![\\p{L}\\p{M}]))`,
	'iu',
);

/** A message that asks for a code or password; a bare answer to it is one. */
export function asksForSecret(text: string): boolean {
	return ASKS_SECRET.test(text);
}

/** Whether a message is nothing but what a code or password looks like. */
export function isBareSecret(text: string): boolean {
	const bare = plainDigits(text).text.trim();
	return /^\d{3,8}$|^\d{3}[ -]\d{3}$|^(?=\S*\d)(?=\S*\p{L})\S{6,64}$/u.test(bare);
}

export const EMAIL =
	/(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}_%+-][\p{L}\p{N}._%+-]{0,63}[@＠][\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,4}/gu;

/** "sam(at)mail.example", "sam [at] mail [dot] example", "sam @ mail . example". */
const EMAIL_SPELT =
	/(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}_%+-]{1,64}(?: ?\. ?[\p{L}\p{N}_%+-]{1,64}){0,3} ?(?:@|[([{] ?(?:at|arroba|chiocciola|@) ?[)\]}]) ?[\p{L}\p{N}-]{1,63}(?: ?(?:\.|[([{] ?(?:dot|punto|ponto|punkt|point|punt) ?[)\]}]) ?[\p{L}\p{N}-]{2,63}){1,4}/giu;

function emails(text: string, add: Add): void {
	for (const pattern of [EMAIL, EMAIL_SPELT])
		for (const match of text.matchAll(pattern))
			add('email', match.index, match.index + match[0].length, dots('e-mail'));
}

/** Written with a plus, separators in groups, or in one piece of national length. */
const PHONE_LIKE = /(?<![\p{L}\p{N}])(?:\+|00 ?)\d(?:[ ()./\-–]{0,2}\d){6,16}(?!\d)/gu;

function phones(text: string, country: string | undefined, add: Add): void {
	for (const span of phoneSpans(text, country)) {
		const digits = text.slice(span.start, span.end).replace(/\D/gu, '');
		add('phone', span.start, span.end, dots('phone', digits.slice(-2)));
	}
}

/** "Call me on 07700 900456": what it is called makes it one, whatever country the customer's own number is of. */
const PHONE_CUE =
	/(?<![\p{L}\p{M}\p{N}])(?:call(?: me)?|ring(?: me)?|phone|reach me|whatsapp|wa|tel|telephone|mobile|cell|contact number|ll[aá]m\p{L}+|tel[eé]fono|m[oó]vil|celular|liga(?:r|m|ue)?\p{L}*|telefone|telem[oó]vel|anrufen|ruf\p{L}*|telefon(?:nummer)?|handy(?:nummer)?|mobil(?:nummer)?|erreich\p{L}+|appel\p{L}+|t[eé]l[eé]phone|portable|joign\p{L}+|joindre|rappel\p{L}+|chiam\p{L}+|cellulare|richiam\p{L}+|bel(?:len)?|telefoon(?:nummer)?|mobiel|06-nummer|terugbellen|फ़?ोन|फोन|कॉल|मोबाइल|telepon|telp|hp|handphone|hubungi|اتصل\p{L}*|جوالي?|هاتفي?|موبايلي?|تلفوني?)(?![\p{L}\p{M}\p{N}])[^\d\n+]{0,28}?(\(?0?\d(?:[ ()./\-–]{0,2}\d){6,13})(?![\p{N}\p{L}])/giu;

const MIN_PHONE_DIGITS = 7;

/** Phone numbers in a text with ASCII digits: valid ones of `country` or with a country code, and all that begin with a plus. */
export function phoneSpans(text: string, country: string | undefined): Span[] {
	const spans: Span[] = [];
	for (const match of text.matchAll(PHONE_LIKE))
		spans.push({ start: match.index, end: match.index + match[0].length });
	for (const match of text.matchAll(PHONE_CUE)) {
		const end = match.index + match[0].length;
		const start = end - (match[1] as string).length;
		if (spans.some((span) => span.start < end && span.end > start)) continue;
		spans.push({ start, end });
	}
	if ((text.match(/\d/gu)?.length ?? 0) >= 7) {
		const input = text.slice(0, MAX_MESSAGE_CHARACTERS);
		const options = {
			...(country ? { defaultCountry: country as CountryCode } : {}),
			v2: true as const,
		};
		for (const found of phoneNumbers().findPhoneNumbersInText(input, options)) {
			if (spans.some((span) => span.start < found.endsAt && span.end > found.startsAt)) continue;
			// "12.12." is a date, whatever short numbers a country has.
			const digits = input.slice(found.startsAt, found.endsAt).replace(/\D/gu, '').length;
			if (digits < MIN_PHONE_DIGITS) continue;
			spans.push({ start: found.startsAt, end: found.endsAt });
		}
	}
	return spans.sort((a, b) => a.start - b.start);
}

/** Longest text that one custom pattern can cover. */
const MAX_CUSTOM_MATCH = 128;

/**
 * Checks a custom pattern. Throws RangeError with a sentence for staff. A pattern must begin with something other than `*`
 * and hold at least two characters besides it, so that it cannot black out everything.
 */
export function checkCustomPattern({ pattern }: CustomPattern): void {
	if (pattern.length > 64)
		throw new RangeError(`The pattern “${pattern.slice(0, 20)}…” is longer than 64 characters`);
	if (pattern.startsWith('*'))
		throw new RangeError(
			`The pattern “${pattern}” begins with *; put at least one character before it`,
		);
	if (pattern.replace(/[*\s]/gu, '').length < 2)
		throw new RangeError(
			`The pattern “${pattern}” would cover nearly everything; put at least two characters besides *`,
		);
}

/**
 * Matches without backtracking: all ways to read the pattern advance together, so that the time is bounded by text × 128 ×
 * pattern whatever staff type. (A regular expression of their own could take forever on a hostile message.)
 */
function custom(text: string, rule: CustomPattern, add: Add): void {
	try {
		checkCustomPattern(rule);
	} catch {
		return;
	}
	const pattern = [...rule.pattern.toLowerCase()];
	const lower = text.toLowerCase();
	// Lower case can change the length ("İ"); then positions would not fit, and the text is compared as it is.
	const input = lower.length === text.length ? lower : text;
	const mask = dots(rule.name.trim() === '' ? 'redacted' : rule.name.trim());
	for (let start = 0; start < input.length; start += 1) {
		if (!oneMatches(pattern[0] as string, input[start] as string)) continue;
		const length = longestMatch(pattern, input, start);
		if (length > 0) {
			add('custom', start, start + length, mask);
			start += length - 1;
		}
	}
}

function longestMatch(pattern: readonly string[], text: string, start: number): number {
	let states = closure(new Set([0]), pattern);
	let longest = 0;
	const end = Math.min(text.length, start + MAX_CUSTOM_MATCH);
	for (let at = start; at < end && states.size > 0; at += 1) {
		const character = text[at] as string;
		const next = new Set<number>();
		for (const state of states) {
			const token = pattern[state];
			if (token === undefined) continue;
			if (token === '*') {
				if (!/\s/u.test(character)) next.add(state);
			} else if (oneMatches(token, character)) next.add(state + 1);
		}
		states = closure(next, pattern);
		if (states.has(pattern.length)) longest = at + 1 - start;
	}
	return longest;
}

function closure(states: Set<number>, pattern: readonly string[]): Set<number> {
	for (const state of states) if (pattern[state] === '*') states.add(state + 1);
	return states;
}

function oneMatches(token: string, character: string): boolean {
	if (token === '#') return character >= '0' && character <= '9';
	if (token === '@') return /\p{L}/u.test(character);
	if (token === '?') return !/\s/u.test(character);
	if (token === ' ') return /\s/u.test(character);
	return token === character;
}
