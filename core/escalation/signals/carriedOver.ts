import type { Signal } from '../signal';

/**
 * What was handed over a moment ago stays handed over while it fades, so that the decision does not flip with every message; and
 * a conversation that a person already has stays with the person.
 */
export const carriedOver: Signal = {
	name: 'carried_over',
	label: 'Handed over a moment ago',
	find({ before, settings, input, sentiment }) {
		if (input.conversation?.state === 'human') {
			return {
				value: Math.max(before.lastScore, settings.threshold) / 100,
				immediate: true,
				reason: 'A person already has this conversation',
				rule: 'with_a_person',
			};
		}
		// What was promised for later is promised: the bot goes on until something new speaks for a person.
		if (input.conversation?.captured) return undefined;
		if (before.lastScore < settings.threshold) return undefined;
		const left = (before.lastScore / 100) * Math.sqrt(settings.decay);
		// Thanks and praise settle it sooner.
		const value = sentiment.value > 0.2 ? left * settings.decay : left;
		if (value < 0.05) return undefined;
		return { value, reason: 'The conversation was to be handed over a moment ago' };
	},
};
