import { strongest, words } from '../reading';
import type { Signal } from '../signal';

/** Insults and threats. */
export const abuse: Signal = {
	name: 'abuse',
	label: 'Abusive language',
	find({ reading }) {
		const match = strongest(reading, 'abuse');
		if (!match) return undefined;
		return {
			value: match.strength,
			priority: 'high',
			reason: 'The customer uses abusive language',
			evidence: words(reading, match),
		};
	},
};
