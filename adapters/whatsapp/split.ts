import { lazily } from '../../core/lazily';

/** Longest text of one WhatsApp message, in characters. */
export const MAX_TEXT = 4096;

/** Where a text may be cut, best first, with the least share of the limit that a piece must fill to be cut there. */
const BORDERS: ReadonlyArray<readonly [RegExp, number]> = [
	/** A blank line. */
	[/\n[^\S\n]*\n\s*/gu, 0.5],
	/** The end of a sentence, with closing quotes and the space after it; scripts written without spaces need none. */
	[/[.!?…؟।]["'”’»)\]]*\s+|[。！？]["”’」』）]*\s*/gu, 0.4],
	/** A new line. */
	[/\n\s*/gu, 0.4],
	/** Between two words. */
	[/\s+/gu, 0.2],
];

const segmenter = lazily(() => new Intl.Segmenter(undefined, { granularity: 'grapheme' }));

/**
 * Cuts a text into pieces of at most `limit` UTF-16 units, at the best border there is: paragraph, sentence, line, word, and
 * failing all those between two characters as a reader sees them (an emoji of several code points stays whole). The pieces put
 * together are the text.
 */
export function splitText(text: string, limit = MAX_TEXT): string[] {
	const pieces: string[] = [];
	let rest = text;
	while (rest.length > limit) {
		const cut = bestCut(rest, limit);
		pieces.push(rest.slice(0, cut));
		rest = rest.slice(cut);
	}
	if (rest !== '' || pieces.length === 0) pieces.push(rest);
	return pieces;
}

function bestCut(text: string, limit: number): number {
	// Whether there is a border at a point depends on what stands before it and on the one character after it.
	const graphemes = segmenter().segment(text.slice(0, limit + 2));
	const startOfGrapheme = (index: number) => graphemes.containing(index)?.index ?? index;
	const window = text.slice(0, limit);

	for (const [border, share] of BORDERS) {
		let best = 0;
		for (const match of window.matchAll(border)) {
			const end = match.index + match[0].length;
			if (end >= limit * share && startOfGrapheme(end) === end) best = end;
		}
		if (best > 0) return best;
	}
	const cut = startOfGrapheme(limit);
	if (cut > 0) return cut;
	// One "character" of more than `limit` units (piled-up accents): only its code points can be kept whole.
	const last = text.charCodeAt(limit - 1);
	return last >= 0xd800 && last <= 0xdbff && limit > 1 ? limit - 1 : limit;
}
