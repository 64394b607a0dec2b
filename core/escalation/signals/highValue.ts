import { classifyLead } from '../lead';
import type { Signal } from '../signal';

/** A hot lead: large order, deal value, partnership, enterprise enquiry or buying intent; early and to sales. */
export const highValue: Signal = {
	name: 'high_value',
	label: 'High value',
	find(context) {
		const lead = classifyLead(context);
		if (lead.leadClass === 'COLD') return undefined;
		const hot = lead.leadClass === 'HOT';
		return {
			value: hot ? lead.strength : lead.strength * 0.5,
			reason: hot ? 'The customer is a hot lead' : 'The customer shows interest',
			...(lead.evidence ? { evidence: lead.evidence } : {}),
			queue: context.settings.queues.sales,
			skills: ['sales'],
			...(hot ? { priority: 'high' as const } : {}),
			rule: `lead.${lead.leadClass.toLowerCase()}`,
		};
	},
};
