import { recognise } from '../model';
import { strongest, words } from '../reading';
import type { Signal } from '../signal';
import { refusesPerson } from './humanRequest';

/** The model is heard from here on; below, a short message alone would count. */
const LEAST = 0.3;

/**
 * The conversation is going sideways with no trigger word in it: something is wrong, missing or does not work, or the customer
 * turns down what the bot said. Phrases, and in English a small model of which messages businesses had escalated.
 */
export const trouble: Signal = {
	name: 'trouble',
	label: 'Trouble',
	find({ reading, history }) {
		if (refusesPerson(reading)) return undefined;
		const match = strongest(reading, 'trouble');
		let value = match?.strength ?? 0;
		let evidence = match ? words(reading, match) : undefined;
		const learnt = recognise('handoff', reading);
		if (learnt && learnt.probability >= LEAST && learnt.evidence && learnt.probability > value) {
			value = learnt.probability;
			evidence = learnt.evidence;
		}
		const rejected = strongest(reading, 'rejection');
		if (rejected && history.some((m) => m.author === 'bot')) {
			value = Math.max(value, 0.3);
			evidence ??= words(reading, rejected);
		}
		if (value < 0.15) return undefined;
		return {
			value,
			reason: 'Something went wrong for the customer',
			...(evidence ? { evidence } : {}),
		};
	},
};
