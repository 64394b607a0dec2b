import type { Signal } from '../signal';

/** Several negative messages in a row hand over by themselves. */
export const negativeStreak: Signal = {
	name: 'negative_streak',
	label: 'Negative messages in a row',
	find({ before, after, settings }) {
		if (after.negatives < 2 || after.negatives <= before.negatives) return undefined;
		const reached = after.negatives >= settings.negativesLimit;
		return {
			value: Math.min(1, after.negatives / settings.negativesLimit) * (reached ? 1 : 0.6),
			immediate: reached,
			reason: `The customer wrote ${after.negatives} negative messages in a row`,
			evidence: `${after.negatives} in a row`,
		};
	},
};
