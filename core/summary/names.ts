import type { CompiledLanguage } from './languages/language';
import { has } from './languages/language';
import { words } from './text';

const LETTERS = /[\p{L}\p{M}]+(?:[’'.-][\p{L}\p{M}]+)*\.?/gu;
const MAX_NAME_WORDS = 4;
/** "Maria from the office" answers "What is your name?"; a longer sentence says something else. */
const MAX_ANSWER_WORDS = 4;
/** Small words inside a name. */
const PARTICLE =
	/^(?:de|da|do|dos|das|del|della|di|du|la|le|van|von|der|den|ter|ten|bin|al|el|y|e)$/u;
const CAPITAL = /^\p{Lu}/u;
/** A letter of a script without capitals. */
const NO_CASE = /^\p{Lo}/u;

/** The last capital word of an institution's name ("Hanneke van de Dorpsschool"). */
const INSTITUTION =
	/(?:school|schule|bedrijf|praktijk|winkel|kerk|vereniging|stichting|firma|verein|praxis|gmbh|studio|hotel|clinic|salon|bakkerij|bäckerei)$/iu;

/** The name by which a customer introduces himself in a sentence; `asked` after "What is your name?". */
export function findName(
	sentence: string,
	languages: readonly CompiledLanguage[],
	asked: boolean,
): string | undefined {
	for (const language of languages) {
		for (const match of sentence.matchAll(language.patterns.nameAfter)) {
			const name = nameFrom(sentence.slice(match.index + match[0].length), language, true);
			if (name) return name;
		}
		for (const match of sentence.matchAll(language.patterns.nameMaybe)) {
			const name = nameFrom(sentence.slice(match.index + match[0].length), language, false);
			if (name) return name;
		}
		for (const match of sentence.matchAll(language.patterns.nameBefore)) {
			const before = /((?:\p{Lu}[\p{L}\p{M}’'-]+ ){1,3})$/u.exec(
				`${sentence.slice(0, match.index).trimEnd()} `,
			);
			const name = before && nameFrom(before[1] as string, language, false);
			if (name) return name;
		}
	}
	const signed = signedName(sentence, languages) ?? namedBeside(sentence, languages);
	if (signed || !asked) return signed;
	const language = languages[0];
	if (!language) return undefined;
	const bare = sentence.replace(language.patterns.courtesy, ' ').trim();
	if ((bare.match(LETTERS)?.length ?? 0) > MAX_ANSWER_WORDS || /\p{Nd}|[?؟？]/u.test(bare))
		return undefined;
	return nameFrom(bare, language, true);
}

const NAME = "\\p{Lu}[\\p{L}\\p{M}’'-]+(?: \\p{Lu}[\\p{L}\\p{M}’'-]+){0,2}";
/** "Good morning, Sam Field from Harbour Tools": behind a greeting, before where somebody is from. */
const SIGNED = new RegExp(
	`^[\\s,!.]*(${NAME}),?\\s+(?:from|of|de|del|de la|do|da|von|vom|du|des|della|dello|dell['’]|di|van|bij|dari|soci[eé]té|entreprise|empresa|firma|fa\\.|ditta|azienda|bedrijf|perusahaan|PT|company|شركة)\\s`,
	'u',
);

/** Two capitals and more before "I run", "ich bin", or before a telephone number. */
const FULL_NAME = "\\p{Lu}[\\p{Ll}\\p{M}’'-]+(?: \\p{Lu}[\\p{Ll}\\p{M}’'-]+){1,2}";
const BESIDE = new RegExp(
	`^(${FULL_NAME}),\\s+(?:i|i’m|i'm|we|ich|wir|je|j['’]\\p{L}+|nous|io|ho|abbiamo|sono|soy|tengo|ik|wij|we|saya|kami|eu|sou|tenho|main)\\s`,
	'u',
);
const BEFORE_PHONE = new RegExp(
	`(?:^|[,.;:]\\s+)(${FULL_NAME})[,:]?\\s+\\(?(?:\\+|0)\\d[\\d ()./-]{6,}$`,
	'u',
);

/** "Marcelo, apto 502", "Salsa, optik cabang Darmo": who and where, and nothing else. */
const PLACED =
	/^\s*(\p{Lu}[\p{Ll}\p{M}’'-]+(?: \p{Lu}[\p{Ll}\p{M}’'-]+){0,2}),\s+(?:[\p{L}\p{M}]+ )?(?:apto|apt|apartment|flat|unit|room|seat|table|suite|wohnung|whg|zimmer|stock|piso|depto|hab|habitación|puerta|appt|appartement|chambre|étage|interno|int|scala|camera|appartamento|kamer|woning|huisnummer|kamar|unit|lantai|blok|bloco|quarto|turma|class|cabang|branch|sucursal|filiale|agence|filiaal|شقة|غرفة)\.? [\p{L}\p{N}-]+\s*$/iu;

/** Nothing but two or three words with capitals. */
const BARE = new RegExp(`^\\s*${FULL_NAME}\\s*[.,]?\\s*$`, 'u');

/**
 * The name that is all of a message ("Nathalie Brun"), as people add it to what they have just sent; a thing to buy, a month or a common
 * word is none.
 */
export function findBareName(
	text: string,
	languages: readonly CompiledLanguage[],
): string | undefined {
	const [language] = languages;
	const name = BARE.test(text) ? text.trim() : PLACED.exec(text)?.[1];
	if (!language || !name || saysMore(name, languages)) return undefined;
	return nameFrom(name, language, false);
}

/** Whether one of the words is known as something else than a name. */
function saysMore(text: string, languages: readonly CompiledLanguage[]): boolean {
	return words(text.toLowerCase()).some((word) =>
		languages.some(
			(own) =>
				own.commonWords.has(word) ||
				own.stopWords.has(word) ||
				own.noProductWords.has(word) ||
				own.noNameWords.has(word) ||
				own.months.includes(word) ||
				[own.patterns.things, own.patterns.courtesy, own.patterns.trouble].some((pattern) =>
					has(pattern, word),
				),
		),
	);
}

/** Thanks and farewells, behind which people sign. */
const CLOSING =
	/(?<![\p{L}\p{M}])(?:thank(?:s| you)|cheers|thx|regards|best wishes|bye|gracias|saludos?|obrigad[oa]|abraços?|dank(?:e|eschön)?|bedankt|gr(?:ü|ue)(?:ß|ss)e?|lg|merci|cordialement|bonne (?:journée|soirée)|grazie|saluti|buona (?:giornata|serata)|groet(?:en|jes)?|dhanyava[ad]d?|shukriya|makasi+h?|terima kasih|trims|tks)(?![\p{L}\p{M}])/iu;
/** "…, Tommaso", "… 🙏 Rini x" */
const SIGNATURE =
	/(?:[,.!;\n]|\s[-–—]|[\p{Extended_Pictographic}\ufe0f])\s*(\p{Lu}[\p{Ll}\p{M}’'-]+(?: \p{Lu}[\p{Ll}\p{M}’'-]+){0,2})(?:\s+x{1,3})?[\s.!]*$/u;
/** Characters before a signature in which the thanks stand. */
const CLOSING_REACH = 60;

/** The name that signs a message behind thanks. */
export function findSignature(
	text: string,
	languages: readonly CompiledLanguage[],
): string | undefined {
	const [language] = languages;
	const match = SIGNATURE.exec(text.slice(-CLOSING_REACH));
	const name = match?.[1];
	if (!language || !match || !name || saysMore(name, languages)) return undefined;
	const before = text.slice(-CLOSING_REACH).slice(0, match.index);
	return CLOSING.test(before) ? nameFrom(name, language, false) : undefined;
}

function namedBeside(sentence: string, languages: readonly CompiledLanguage[]): string | undefined {
	const start = sentence.replace(/^I\b/u, 'i').replace(/, I(?=['’\s])/u, ', i');
	const match = BESIDE.exec(start) ?? BEFORE_PHONE.exec(sentence.trim());
	const language = languages[0];
	const name = match?.[1] ?? '';
	if (!language || name.replace(language.patterns.courtesy, ' ').trim() !== name) return undefined;
	return nameFrom(name, language, false);
}

function signedName(sentence: string, languages: readonly CompiledLanguage[]): string | undefined {
	for (const language of languages) {
		const { courtesy } = language.patterns;
		// "Hello team, …"
		let from = 0;
		for (const match of sentence.matchAll(courtesy)) {
			if (/[^\s,!.]/u.test(sentence.slice(from, match.index))) break;
			from = match.index + match[0].length;
		}
		if (from === 0) continue;
		const match = SIGNED.exec(sentence.slice(from));
		const name = match && nameFrom(match[1] as string, language, false);
		if (name) return name;
	}
	return undefined;
}

/** The name at the beginning of a text. Without capitals only where `sure` says that a name stands there. */
function nameFrom(text: string, language: CompiledLanguage, sure: boolean): string | undefined {
	const own: Array<{ word: string; end: number }> = [];
	// "My name is by the way Sam Field": what stands small before capitals is no part of it.
	const aside = sure ? /^[\s:]*(\p{Ll}+)\s+(?=\p{Lu})/u.exec(text) : null;
	if (aside && !PARTICLE.test(aside[1] as string))
		text = ' '.repeat(aside[0].length) + text.slice(aside[0].length);
	let particle = -1;
	let end = 0;
	for (const match of text.matchAll(LETTERS)) {
		if (!/^[\s:"“«*]*$/u.test(text.slice(end, match.index))) break;
		const word = match[0].replace(/\.$/u, '');
		if (
			PARTICLE.test(word) &&
			(particle >= 0 || (own.length === 1 && CAPITAL.test(own[0]!.word)))
		) {
			if (particle < 0) particle = own.length;
			own.push({ word, end: match.index + word.length });
			end = match.index + match[0].length;
			continue;
		}
		if (!isNamePart(word, language)) break;
		const capital = CAPITAL.test(word);
		if (
			!capital &&
			!(sure && (NO_CASE.test(word) || own.length === 0 || !CAPITAL.test(own[0]!.word)))
		)
			break;
		own.push({ word, end: match.index + word.length });
		end = match.index + match[0].length;
		if (word !== match[0] || own.length === MAX_NAME_WORDS) break;
		// Without capitals nothing shows where a name ends: two words at most.
		if (!capital && own.length === 2) break;
	}
	// "Mark van Studio Helder": a surname with a particle is one word, a company's name is more.
	if (particle >= 0) {
		const behind = own.slice(particle).filter(({ word }) => CAPITAL.test(word));
		if (behind.length > 1 || INSTITUTION.test(behind[0]?.word ?? '')) own.length = particle;
	}
	while (own.length > 0 && PARTICLE.test(own[own.length - 1]!.word)) own.pop();
	if (own.length === 0) return undefined;
	return text.slice(0, own[own.length - 1]!.end).replace(/^[\s:"“«*]+/u, '');
}

function isNamePart(word: string, language: CompiledLanguage): boolean {
	const small = word.toLowerCase();
	if (word.length < 2) return false;
	if (language.noNameWords.has(small)) return false;
	if (CAPITAL.test(word)) return !has(language.patterns.courtesy, word);
	return (
		!language.commonWords.has(small) &&
		!language.stopWords.has(small) &&
		!language.determinerWords.has(small) &&
		!has(language.patterns.courtesy, word) &&
		!has(language.patterns.want, word) &&
		!has(language.patterns.trouble, word)
	);
}
