import type { CompiledLanguage } from './languages/language';
import { has } from './languages/language';
import { CODE_KINDS, findReferences } from './references';
import { words } from './text';

/** Where one thought ends and the next begins within a sentence. */
const CLAUSE =
	/[,;،–—]\s|\s(?:and|but|so|y|pero|e|mas|und|aber|et|mais|ma|en|maar|dan|tapi|lekin|aur|और|लेकिन|لكن|ولكن)\s/giu;

/** Of two times in a sentence the first counts, unless the other says much more. */
const FIRST_SAID = 0.1;
/** Longest sentence in which a mere date is when something is wanted. */
const DATE_WORDS = 14;
/** Characters before a time in which its verb stands. */
const REACH = 120;
/** Characters between a verb and the time it speaks of. */
const NEAR = 12;

const RUNNING =
	/^(?:today|this|on this|est[ea]|n?est[ae]|hoy|hoje|heute|diese[nrms]?|ce|cette|aujourd|stamattina|stamani|vanochtend|quest[oa]|oggi|vandaag|deze|dit|इस|आज|aaj|hari ini|هذا|اليوم|minggu ini|bulan ini)(?![\p{L}\p{M}])/iu;

/** What begins (in Hindi ends) so is a limit ahead, whatever else the sentence tells of. */
const LIMIT =
	/^(?:by|before|until|in time|no later|para|pra|pro|antes|hasta|até|bis|spätestens|zum|rechtzeitig|pour|avant|d['’]ici|jusqu['’]|entro|per|prima|voor|vóór|uiterlijk|tegen|sebelum|paling lambat|untuk|buat|utk|قبل|حتى)(?![\p{L}\p{M}])|\s(?:tak|se pehle|तक|से पहले)$/iu;

/** When something must be ready or shall begin, as said in one sentence; not when something happened. */
export function findTimeline(
	sentence: string,
	languages: readonly CompiledLanguage[],
	is: { trouble: boolean; want: boolean; question: boolean; urgent: boolean },
	asked: boolean,
): { value: string; score: number } | undefined {
	if (is.trouble && !is.want && !is.question && !is.urgent && !asked) return undefined;
	// "Are you open on Saturday?" asks for the company's hours.
	if (is.question && !is.want && languages.some(({ patterns }) => has(patterns.opening, sentence)))
		return undefined;
	const clauses = clausesOf(sentence);
	let best: { value: string; score: number } | undefined;
	for (const language of languages) {
		for (const { value, start } of alternatives(sentence, language)) {
			if (isBehind(sentence.slice(Math.max(0, start - REACH), start), language)) continue;
			const clause = clauses.find(({ end }) => start < end)?.text ?? sentence;
			// "I ordered it on Monday" lies behind; a wish in the same breath does not.
			if (has(language.patterns.past, clause) && !has(language.patterns.want, clause)) continue;
			const ahead = is.want || asked || LIMIT.test(value);
			if (has(language.patterns.past, sentence) && !ahead && !is.question) continue;
			// "My bill doubled this month", "it broke today": only beside a wish does the running period lie ahead.
			const may = ahead || is.urgent || (is.question && !is.trouble);
			if (RUNNING.test(value) && !may) continue;
			const score = 1 + Math.min(value.length, 30) / 60 + (is.want || asked ? 0.3 : 0);
			if (!best || score > best.score + FIRST_SAID) best = { value, score };
		}
	}
	return best ?? dateAlone(sentence, languages, is, asked);
}

/** "I want to return what I bought in August": of the two verbs the nearer one speaks of the time. */
function isBehind(before: string, language: CompiledLanguage): boolean {
	const past = lastEnd(before, language.patterns.past);
	return past > 0 && before.length - past <= NEAR && past > lastEnd(before, language.patterns.want);
}

function lastEnd(text: string, pattern: RegExp): number {
	let end = 0;
	for (const match of text.matchAll(pattern)) end = match.index + match[0].length;
	return end;
}

/** "Thursday afternoon, or Friday before noon": what is left to choose from is said together. */
const OR =
	/^,? ?(?:or|or else|o|u|o si no|o bien|ou|ou alors|ou bien|oder|oder auch|oder sonst|of|of anders|oppure|atau|atau kalau tidak|أو|او|या|ya|or maybe) $/iu;

function alternatives(
	sentence: string,
	language: CompiledLanguage,
): Array<{ value: string; start: number }> {
	const found: Array<{ start: number; end: number }> = [];
	for (const match of sentence.matchAll(language.patterns.timeline)) {
		const span = { start: match.index, end: match.index + match[0].length };
		const last = found[found.length - 1];
		if (last && OR.test(sentence.slice(last.end, span.start))) last.end = span.end;
		else found.push(span);
	}
	return found.map(({ start, end }) => ({ value: sentence.slice(start, end).trim(), start }));
}

/** "3 February or any day that week": a date that nothing says more of, in a sentence without a number of an order or the like. */
function dateAlone(
	sentence: string,
	languages: readonly CompiledLanguage[],
	is: { trouble: boolean; want: boolean; question: boolean },
	asked: boolean,
): { value: string; score: number } | undefined {
	if (is.trouble || (is.question && !is.want)) return undefined;
	if (!asked && words(sentence).length > DATE_WORDS) return undefined;
	if (languages.some(({ patterns }) => has(patterns.past, sentence))) return undefined;
	const found = findReferences(sentence);
	const date = found.find(({ kind }) => kind === 'date');
	if (!date || found.some(({ kind }) => CODE_KINDS.includes(kind))) return undefined;
	return { value: sentence.slice(date.start, date.end), score: 0.8 };
}

function clausesOf(sentence: string): Array<{ text: string; end: number }> {
	const clauses: Array<{ text: string; end: number }> = [];
	let start = 0;
	for (const match of sentence.matchAll(CLAUSE)) {
		clauses.push({ text: sentence.slice(start, match.index), end: match.index });
		start = match.index + match[0].length;
	}
	clauses.push({ text: sentence.slice(start), end: sentence.length });
	return clauses;
}
