/**
 * The ways in which a language says when: words of it, put together by one grammar. "by the end of next week", "antes del 12
 * de marzo por la tarde", "27 desember malam". All entries are sources of regular expressions.
 */
export interface TimeWords {
	/** "by", "before", "from", "sometime", "the": up to four of them stand before a time. */
	before: string[];
	/** Says a time by itself: weekdays, "tomorrow", "next week", "the end of March", "12 May". */
	sure: string[];
	/** Says one behind one of `behind` only: months, seasons, feasts, "the wedding", "8 pm". */
	unsure: string[];
	behind: string[];
	/** What may follow: "morning", "at 8 pm", "que viene". */
	after: string[];
}

/** As alternatives for a list of patterns, the one that says more first; digits of any script. */
export function timePhrases({ before, sure, unsure, behind, after }: TimeWords): string[] {
	const lead = `(?:(?:${before.join('|')}) ){0,4}`;
	const tail = `(?:,? (?:${after.join('|')})(?![\\p{L}\\p{M}\\p{N}])){0,3}`;
	return [
		`${lead}(?:${sure.join('|')})(?![\\p{L}\\p{M}\\p{N}])${tail}`,
		`${lead}(?:${behind.join('|')}) (?:${unsure.join('|')})(?![\\p{L}\\p{M}\\p{N}])${tail}`,
	].map((source) => source.replaceAll('\\d', '\\p{Nd}'));
}
