import type { Signal } from '../signal';

/** What an attached chat model thinks. Adds points, never takes any away; counts only with words that the customer wrote. */
export const secondOpinion: Signal = {
	name: 'second_opinion',
	label: 'Second opinion',
	find({ input }) {
		const { opinion } = input;
		if (!opinion || !(opinion.strength > 0)) return undefined;
		const said = opinion.evidence.trim();
		if (said === '' || !same(input.message.text).includes(same(said))) return undefined;
		return { value: opinion.strength, reason: `The model says: ${opinion.reason}`, evidence: said };
	},
};

function same(text: string): string {
	return text.toLowerCase().replace(/\s+/g, ' ');
}
