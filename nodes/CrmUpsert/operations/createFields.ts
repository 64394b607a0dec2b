import { createHandoffFields } from '../../../core/crm';
import { OPTION } from '../fields';
import type { Operation } from './operation';
import { destination, withResult } from './operation';

export const createFields: Operation = {
	option: {
		name: 'Create Fields',
		value: 'createFields',
		action: 'Create the handoff fields in the CRM',
		description:
			'Make the fields for conversation ID, escalation reason, score, consent, outcome and the like that the account lacks; run it once',
	},
	ofConversation: false,
	fields: [],
	options: [OPTION.baseUrl],
	async execute(run) {
		const to = await destination(run);
		return withResult(run, await createHandoffFields(to.port), to);
	},
};
