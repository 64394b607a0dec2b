import { salesforceInstance } from './salesforceInstance';
import type { CrmChoice } from './types';

export const salesforce: CrmChoice = {
	crm: 'salesforce',
	parameter: 'salesforceAuthentication',
	authentications: [
		{ name: 'OAuth2', value: 'oAuth2', credential: 'salesforceOAuth2Api' },
		{ name: 'JWT', value: 'jwt', credential: 'salesforceJwtApi' },
	],
	kinds: [
		{ name: 'Case', value: 'ticket', description: 'A support case; its status is the stage' },
		{ name: 'Lead', value: 'lead', description: 'The customer is kept as a lead' },
		{ name: 'Opportunity', value: 'deal' },
	],
	async open({ send, account, recordKind, baseUrl, credential, gatherMs, timeZone }, context) {
		const { SalesforceCrm } = await import('../../../adapters/crm/salesforce/salesforce');
		const instanceUrl = baseUrl ?? (await salesforceInstance(context, credential, send));
		return new SalesforceCrm({ send, account, recordKind, instanceUrl, gatherMs, timeZone });
	},
};
