import type { Signal } from '../signal';

const INTEREST = 0.5;

/** A hot lead: large order, deal value, partnership, enterprise enquiry or buying intent; early and to sales. */
export const highValue: Signal = {
	name: 'high_value',
	label: 'High value',
	find({ lead, settings }) {
		if (lead.leadClass === 'COLD') return undefined;
		const hot = lead.leadClass === 'HOT';
		return {
			// A customer from an advertisement whom the bot does not understand is lost to a competitor, so interest counts beside trouble.
			value: hot ? lead.strength : lead.strength * INTEREST,
			reason: hot ? 'The customer is a hot lead' : 'The customer shows interest',
			...(lead.evidence ? { evidence: lead.evidence } : {}),
			queue: settings.queues.sales,
			skills: ['sales'],
			...(hot ? { priority: 'high' as const } : {}),
			rule: `lead.${lead.leadClass.toLowerCase()}`,
		};
	},
};
