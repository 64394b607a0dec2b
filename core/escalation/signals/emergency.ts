import { strongest, words } from '../reading';
import type { Signal } from '../signal';

/** Self-harm, danger to life, medical emergencies: highest priority, at once. */
export const emergency: Signal = {
	name: 'emergency',
	label: 'Emergency',
	find({ reading }) {
		const match = strongest(reading, 'emergency');
		if (!match) return undefined;
		return {
			value: match.strength,
			immediate: true,
			priority: 'urgent',
			reason: 'The customer may be in danger',
			evidence: words(reading, match),
		};
	},
};
