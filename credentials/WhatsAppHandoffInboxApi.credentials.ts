import type { ICredentialType, INodeProperties } from 'n8n-workflow';

/** The key with which sign-in links and sessions of the inbox page are signed. There is no service to test it against. */
export class WhatsAppHandoffInboxApi implements ICredentialType {
	name = 'whatsAppHandoffInboxApi';

	displayName = 'WhatsApp Handoff Inbox API';

	icon = {
		light: 'file:whatsAppHandoff.svg',
		dark: 'file:whatsAppHandoff.dark.svg',
	} as const;

	documentationUrl =
		'https://github.com/n8n-nodes-whatsapp-handoff/n8n-nodes-whatsapp-handoff/blob/main/docs/nodes/handoff-inbox.md';

	properties: INodeProperties[] = [
		{
			displayName: 'Signing Secret',
			name: 'signingSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description:
				'A long random text of your own, at least 32 characters. Changing it signs everybody out and makes old links useless.',
		},
	];
}
