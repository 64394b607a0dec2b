import type { CrmChoice } from './types';

export const pipedrive: CrmChoice = {
	crm: 'pipedrive',
	parameter: 'pipedriveAuthentication',
	authentications: [
		{ name: 'API Token', value: 'apiToken', credential: 'pipedriveApi' },
		{ name: 'OAuth2', value: 'oAuth2', credential: 'pipedriveOAuth2Api' },
	],
	kinds: [
		{ name: 'Deal', value: 'deal' },
		{ name: 'Lead', value: 'lead', description: 'Kept in the leads inbox until it is qualified' },
	],
	async open({ send, account, recordKind, baseUrl }) {
		const { PipedriveCrm } = await import('../../../adapters/crm/pipedrive/pipedrive');
		return new PipedriveCrm({ send, account, recordKind, ...(baseUrl ? { baseUrl } : {}) });
	},
};
