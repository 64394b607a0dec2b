import type { ICredentialType, INodeProperties } from 'n8n-workflow';

/** Where conversations are kept, for those who do not want the default. Tested by the node Conversation. */
export class WhatsAppHandoffStoreApi implements ICredentialType {
	name = 'whatsAppHandoffStoreApi';

	displayName = 'WhatsApp Handoff Store API';

	icon = {
		light: 'file:whatsAppHandoff.svg',
		dark: 'file:whatsAppHandoff.dark.svg',
	} as const;

	documentationUrl =
		'https://github.com/n8n-nodes-whatsapp-handoff/n8n-nodes-whatsapp-handoff/blob/main/docs/store.md';

	properties: INodeProperties[] = [
		{
			displayName: 'Namespace',
			name: 'namespace',
			type: 'string',
			default: 'default',
			required: true,
			description:
				'Keeps brands or clients apart: nothing of one namespace is ever visible in another',
		},
		{
			displayName: 'File',
			name: 'file',
			type: 'string',
			default: '',
			placeholder: 'e.g. /data/whatsapp-handoff.sqlite',
			description:
				'Path of the SQLite file. Empty for whatsapp-handoff.sqlite in n8n’s own user folder.',
		},
	];
}
