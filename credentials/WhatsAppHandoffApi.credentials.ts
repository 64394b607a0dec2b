import type {
	IAuthenticateGeneric,
	ICredentialTestRequest,
	ICredentialType,
	INodeProperties,
} from 'n8n-workflow';

export class WhatsAppHandoffApi implements ICredentialType {
	name = 'whatsAppHandoffApi';

	displayName = 'WhatsApp Handoff API';

	icon = {
		light: 'file:whatsAppHandoff.svg',
		dark: 'file:whatsAppHandoff.dark.svg',
	} as const;

	documentationUrl = 'https://developers.facebook.com/docs/whatsapp/cloud-api/get-started';

	properties: INodeProperties[] = [
		{
			displayName: 'Access Token',
			name: 'accessToken',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description:
				'A permanent token: Meta Business Settings → Users → System Users → Generate Token, with whatsapp_business_messaging and whatsapp_business_management. The token shown under API Setup ends after 24 hours.',
		},
		{
			displayName: 'Phone Number ID',
			name: 'phoneNumberId',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. 106540352242922',
			description:
				'Meta app dashboard → WhatsApp → API Setup → Phone number ID. It is not the phone number itself.',
		},
		{
			displayName: 'Business Account ID',
			name: 'businessAccountId',
			type: 'string',
			default: '',
			placeholder: 'e.g. 102290129340398',
			description:
				'Meta app dashboard → WhatsApp → API Setup → WhatsApp Business Account ID. Needed to list the phone numbers and to register the webhook.',
		},
		{
			displayName: 'App ID',
			name: 'appId',
			type: 'string',
			default: '',
			placeholder: 'e.g. 670843887433847',
			description:
				'Meta app dashboard, at the top of every page. Optional; used to check the setup.',
		},
		{
			displayName: 'App Secret',
			name: 'appSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'Meta app dashboard → App settings → Basic → App secret. Meta signs every delivery with it, and WhatsApp Trigger refuses what is not signed.',
		},
		{
			displayName: 'Verify Token',
			name: 'verifyToken',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'Any words of your own. Enter the same under WhatsApp → Configuration → Webhook → Verify token, together with the address of WhatsApp Trigger. A provider in front of Meta sends them in the header X-Verify-Token.',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://graph.facebook.com',
			description:
				'Leave as it is for Meta. Providers that offer the same API under an address of their own name it in their guide.',
		},
		{
			displayName: 'API Version',
			name: 'apiVersion',
			type: 'string',
			default: 'v23.0',
			placeholder: 'e.g. v23.0',
			description:
				'Version of the Graph API. Meta keeps each for about two years. Empty for providers whose addresses carry none.',
		},
		{
			displayName: 'Header Name',
			name: 'headerName',
			type: 'string',
			default: 'Authorization',
			placeholder: 'e.g. D360-API-KEY',
			description:
				'Leave as it is for Meta. Providers that take their key in a header of another name than Authorization say so in their guide.',
		},
		{
			displayName: 'Phone Number ID in Addresses',
			name: 'numberInPath',
			type: 'boolean',
			default: true,
			description:
				'Whether addresses name the phone number, as Meta’s do. Off for providers whose key belongs to one number, e.g. 360dialog.',
		},
	];

	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: {
			headers: {
				'={{ $credentials.headerName || "Authorization" }}':
					'={{ ($credentials.headerName || "Authorization").toLowerCase() === "authorization" ? "Bearer " + $credentials.accessToken : $credentials.accessToken }}',
			},
		},
	};

	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{$credentials.baseUrl.replace(/\\/+$/, "")}}',
			url: '={{ ($credentials.apiVersion ? "/" + $credentials.apiVersion : "") + ($credentials.numberInPath === false ? "/health_status" : "/" + $credentials.phoneNumberId) }}',
			qs: { fields: 'id,display_phone_number,verified_name' },
		},
	};
}
