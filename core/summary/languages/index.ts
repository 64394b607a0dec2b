import { ar } from './ar';
import { de } from './de';
import { en } from './en';
import { es } from './es';
import { fr } from './fr';
import { hi } from './hi';
import { id } from './id';
import { it } from './it';
import type { CompiledLanguage } from './language';
import { compile } from './language';
import { nl } from './nl';
import { pt } from './pt';

let compiled: readonly CompiledLanguage[] | undefined;

/**
 * The languages that the summary reads; a new one is a file beside these and a word here. They are compiled when they are first asked for:
 * that takes a tenth of a second, which n8n's start must not pay.
 */
export function languages(): readonly CompiledLanguage[] {
	compiled ??= [en, es, pt, de, fr, it, nl, hi, id, ar].map(compile);
	return compiled;
}

export const english = (): CompiledLanguage => languages()[0]!;

/** Longest text that is read for its language word by word. */
const MAX_TELLING = 300;

/** By BCP 47 tag ("pt-BR" is read as "pt"); English for a language that has no file here. */
export function languageFor(tag: string | undefined): CompiledLanguage {
	const primary = (tag ?? '').toLowerCase().split(/[-_]/u)[0];
	return languages().find((language) => language.code === primary) ?? english();
}

/**
 * How strongly a text speaks for each language: letters of a script of its own, else frequent small words. A word that
 * several languages share counts for each of them.
 */
export function languageVotes(text: string): Record<string, number> {
	const votes: Record<string, number> = {};
	for (const language of languages()) {
		if (!language.script) continue;
		const letters = text.match(language.script)?.length ?? 0;
		if (letters > 1) votes[language.code] = Math.ceil(letters / 3);
	}
	const own = (text.toLowerCase().match(/[\p{L}’']+/gu) ?? []).slice(0, 200);
	for (const language of languages()) {
		let count = 0;
		for (const word of own) if (language.commonWords.has(word)) count += 1;
		if (count > 0) votes[language.code] = (votes[language.code] ?? 0) + count;
	}
	if (Object.keys(votes).length > 0 || own.length < 2) return votes;
	// No small word of any language: what people buy, want and complain about tells as well.
	const short = text.slice(0, MAX_TELLING);
	for (const { code, patterns } of languages()) {
		let count = 0;
		for (const pattern of [patterns.things, patterns.want, patterns.trouble, patterns.courtesy])
			count += short.match(pattern)?.length ?? 0;
		if (count > 0) votes[code] = count;
	}
	return votes;
}

/** The languages with most votes: one, or several where they are level, or none. */
export function leadingLanguages(votes: Readonly<Record<string, number>>): string[] {
	const most = Math.max(0, ...Object.values(votes));
	return most === 0 ? [] : Object.keys(votes).filter((code) => votes[code] === most);
}

/** The language with most votes; undefined without any, or where several are level. */
export function leadingLanguage(votes: Readonly<Record<string, number>>): string | undefined {
	const leading = leadingLanguages(votes);
	return leading.length === 1 ? leading[0] : undefined;
}
