import { lexicon } from '../escalation/lexicon';
import { gistOf } from '../escalation/similarity';
import { SAME } from '../escalation/signals/repetition';

/** What a conversation was handed over with: the customer's question that the bot left open. */
export interface OpenQuestion {
	conversationId: string;
	question: string;
}

/** A question that keeps leading to a person: something to teach the bot. */
export interface TrainingGap {
	/** As the first customer put it. */
	question: string;
	count: number;
	conversationIds: string[];
	/** Other wordings, each once. */
	alsoAsked: string[];
}

/** Wordings shown beside the first. */
const MOST_WORDINGS = 5;

/**
 * Questions that came up in `least` handoffs or more, most frequent first. Two questions are the same under the rule by which the
 * scorer knows a repeated one, so rewording and typos count as the same.
 */
export function trainingGaps(questions: readonly OpenQuestion[], least = 3): TrainingGap[] {
	const small = (word: string) => lexicon().smallWords.has(word);
	const groups: OpenQuestion[][] = [];
	for (const one of questions) {
		const gist = gistOf(one.question, small);
		const group = groups.find(([first]) => gist.resembles(gistOf(first!.question, small), SAME));
		if (group) group.push(one);
		else groups.push([one]);
	}
	return groups
		.map((group) => ({
			question: group[0]!.question,
			conversationIds: [...new Set(group.map(({ conversationId }) => conversationId))],
			alsoAsked: [...new Set(group.slice(1).map(({ question }) => question))]
				.filter((question) => question !== group[0]!.question)
				.slice(0, MOST_WORDINGS),
		}))
		.map((gap) => ({ ...gap, count: gap.conversationIds.length }))
		.filter(({ count }) => count >= least)
		.sort((a, b) => b.count - a.count);
}
