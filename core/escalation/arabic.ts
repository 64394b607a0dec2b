/** Article, "this", "and", "with" and "for", which Arabic writes onto the front of a word. */
const PREFIX = /^(?:[وف]?(?:ال|بال|لل|كال|هال|عال)|[وفبل])/;
/** Whose it is, whom it strikes and how many there are, which it writes onto the end. */
const ENDINGS = 'ه ك ي ا هم هن ها نا كم كن ني ين ون وا ات'.split(' ');
const SHORTEST = 3;

/** Who does it ("you", "we", "I"), with or without what says when ("سنكذب", "بتكذب"). */
const VERB = /^[وف]?(?:[سهحب]?[يتن]|ا)(?=...)/;
const HE = 'ي';
/** Only the endings that no noun is likely to have by chance: "نصيحة" (advice) is not of "يصيح" (he screams). */
const VERB_ENDINGS = 'هم ها نا كم ني ون وا ين'.split(' ');
const SHORTEST_VERB = 4;

const NONE: readonly string[] = [];

/**
 * What a folded Arabic word may be a form of, the likeliest first, so that a list holds "خدمة" and "يكذب" once for "وخدمتكم" and
 * "بتكذبون" as well. Nothing for words of other scripts.
 */
export function arabicStems(word: string): readonly string[] {
	const code = word.charCodeAt(0);
	if (code < 0x600 || code > 0x6ff || word.length <= SHORTEST) return NONE;
	const stems: string[] = [];
	const bare = word.replace(PREFIX, '');
	const prefixed = bare !== word && bare.length >= SHORTEST;
	if (prefixed) stems.push(bare);
	addWithout(ENDINGS, word, SHORTEST, stems);
	if (prefixed) addWithout(ENDINGS, bare, SHORTEST, stems);
	if (VERB.test(word)) {
		const he = word.replace(VERB, HE);
		stems.push(he);
		addWithout(VERB_ENDINGS, he, SHORTEST_VERB, stems);
	}
	return stems;
}

function addWithout(
	endings: readonly string[],
	word: string,
	shortest: number,
	to: string[],
): void {
	for (const ending of endings) {
		if (word.length - ending.length < shortest || !word.endsWith(ending)) continue;
		const stem = word.slice(0, -ending.length);
		to.push(stem);
		// The ending of feminine words is a plain T before another one: "خدمتكم" is of "خدمة".
		if (stem.endsWith('ت')) to.push(`${stem.slice(0, -1)}ه`);
	}
}
