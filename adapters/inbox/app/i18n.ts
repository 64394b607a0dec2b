import de from './i18n/de.json';
import en from './i18n/en.json';
import { remember, remembered } from './remember';

/** Texts of the page by language. A language is one file with the keys of en.json. */
const LANGUAGES = { en, de } as const;

export type Language = keyof typeof LANGUAGES;
export type Key = keyof typeof en;

export const LANGUAGE_NAMES: Record<Language, string> = { en: 'English', de: 'Deutsch' };

const CHOSEN = 'language';

let language: Language = 'en';

/** The language that was chosen on this device, else the first of the browser's that there is. */
export function startLanguage(wanted: readonly string[], chosen: string | null): Language {
	const known = (tag: string): tag is Language => Object.hasOwn(LANGUAGES, tag);
	if (chosen && known(chosen)) return chosen;
	return wanted.map((tag) => tag.toLowerCase().split('-')[0]!).find(known) ?? 'en';
}

export function useStartLanguage(): void {
	show(startLanguage(navigator.languages, remembered<string | null>(CHOSEN, null)));
}

export function chooseLanguage(chosen: Language): void {
	remember(CHOSEN, chosen);
	show(chosen);
}

function show(chosen: Language): void {
	language = chosen;
	document.documentElement.lang = chosen;
}

export function currentLanguage(): Language {
	return language;
}

/** For dates and numbers: the browser's own variant of the language, e.g. "en-GB", where it has one. */
export function locale(): string {
	return navigator.languages.find((tag) => tag.toLowerCase().startsWith(language)) ?? language;
}

/** The text of a key, with `{name}` filled in. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
	return LANGUAGES[language][key].replace(/\{(\w+)\}/gu, (whole: string, name: string) =>
		name in values ? String(values[name]) : whole,
	);
}

/** The text of `${key}.one` or `${key}.other`, as the number wants it. */
export function plural(
	key: string,
	count: number,
	values: Record<string, string | number> = {},
): string {
	const form = new Intl.PluralRules(language).select(count) === 'one' ? 'one' : 'other';
	return t(`${key}.${form}` as Key, { count, ...values });
}

/** The text of a key that is put together from data, or the data itself where the texts do not know it. */
export function told(prefix: string, name: string): string {
	const key = `${prefix}.${name}`;
	return key in LANGUAGES[language] ? t(key as Key) : name.replaceAll('_', ' ');
}
