import type {
	IAuthenticateGeneric,
	ICredentialTestRequest,
	ICredentialType,
	INodeProperties,
} from 'n8n-workflow';

export class WhatsAppHandoffChatwootApi implements ICredentialType {
	name = 'whatsAppHandoffChatwootApi';

	displayName = 'WhatsApp Handoff Chatwoot API';

	icon = {
		light: 'file:whatsAppHandoffChatwoot.svg',
		dark: 'file:whatsAppHandoffChatwoot.dark.svg',
	} as const;

	documentationUrl =
		'https://github.com/n8n-nodes-whatsapp-handoff/n8n-nodes-whatsapp-handoff/blob/main/docs/chatwoot.md';

	properties: INodeProperties[] = [
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://app.chatwoot.com',
			required: true,
			description: 'Address of your Chatwoot, as n8n reaches it',
		},
		{
			displayName: 'Account ID',
			name: 'accountId',
			type: 'number',
			default: 1,
			required: true,
			description: 'The number after /accounts/ in Chatwoot’s address',
		},
		{
			displayName: 'Access Token',
			name: 'accessToken',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description:
				'Chatwoot → Profile Settings → Access Token, of a user of your own for this purpose who is a member of the inbox. An administrator’s lets the Handoff Inbox make its webhook, and missing labels be made.',
		},
		{
			displayName: 'Agent Bot Token',
			name: 'botToken',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'Chatwoot → Settings → Bots → your bot → Access Token. With it, messages of the bot and notes are shown as the bot’s, and a handoff assigns nobody by itself. Optional.',
		},
		{
			displayName: 'Webhook Secrets',
			name: 'webhookSecrets',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'The secrets that Chatwoot shows beside the bot, the API inbox, and a webhook that was entered by hand, separated by commas. The Handoff Inbox refuses what is signed with none of them; the secret of a webhook that it has made itself it reads from Chatwoot.',
		},
	];

	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: { headers: { api_access_token: '={{$credentials.accessToken}}' } },
	};

	/** Lists the inboxes, which shows the address, the account and the token at once. */
	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{$credentials.baseUrl.replace(/\\/+$/, "")}}',
			url: '=/api/v1/accounts/{{$credentials.accountId}}/inboxes',
		},
	};
}
