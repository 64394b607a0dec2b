import type { CrmChoice } from './types';

export const hubspot: CrmChoice = {
	crm: 'hubspot',
	parameter: 'authentication',
	authentications: [
		{ name: 'App Token', value: 'appToken', credential: 'hubspotAppToken' },
		{ name: 'OAuth2', value: 'oAuth2', credential: 'hubspotOAuth2Api' },
	],
	kinds: [
		{ name: 'Deal', value: 'deal' },
		{ name: 'Ticket', value: 'ticket', description: 'A support case with pipelines of its own' },
	],
	async open({ send, account, recordKind, baseUrl, gatherMs }) {
		const { HubspotCrm } = await import('../../../adapters/crm/hubspot/hubspot');
		return new HubspotCrm({
			send,
			account,
			recordKind,
			gatherMs,
			...(baseUrl ? { baseUrl } : {}),
		});
	},
};
