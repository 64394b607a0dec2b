import type { ICredentialType, IDisplayOptions, INodeProperties } from 'n8n-workflow';

const onSqlite: IDisplayOptions = { show: { storage: ['sqlite'] } };
const onPostgres: IDisplayOptions = { show: { storage: ['postgres'] } };

/**
 * Where conversations are kept, for those who do not want the default. Tested by the node Conversation: a credential type by
 * itself can only be tested over HTTP, which no database speaks.
 */
export class WhatsAppHandoffStoreApi implements ICredentialType {
	name = 'whatsAppHandoffStoreApi';

	displayName = 'WhatsApp Handoff Store API';

	icon = {
		light: 'file:whatsAppHandoffStore.svg',
		dark: 'file:whatsAppHandoffStore.dark.svg',
	} as const;

	documentationUrl =
		'https://github.com/n8n-nodes-whatsapp-handoff/n8n-nodes-whatsapp-handoff/blob/main/docs/store.md';

	properties: INodeProperties[] = [
		{
			displayName: 'Storage',
			name: 'storage',
			type: 'options',
			options: [
				{
					name: 'SQLite',
					value: 'sqlite',
					description: 'One file beside n8n. Nothing to install; for n8n on one machine.',
				},
				{
					name: 'PostgreSQL',
					value: 'postgres',
					description: 'A database server. Needed when n8n runs in queue mode.',
				},
			],
			default: 'sqlite',
		},
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
			displayOptions: onSqlite,
		},
		{
			displayName: 'Host',
			name: 'host',
			type: 'string',
			default: 'localhost',
			placeholder: 'e.g. db.shop.example',
			description: 'Name or address of the database server',
			displayOptions: onPostgres,
		},
		{
			displayName: 'Port',
			name: 'port',
			type: 'number',
			default: 5432,
			displayOptions: onPostgres,
		},
		{
			displayName: 'Database',
			name: 'database',
			type: 'string',
			default: 'n8n',
			description:
				'May be n8n’s own: all tables of this package have names that begin with handoff_',
			displayOptions: onPostgres,
		},
		{
			displayName: 'User',
			name: 'user',
			type: 'string',
			default: 'postgres',
			description: 'Must be allowed to create tables in the database',
			displayOptions: onPostgres,
		},
		{
			displayName: 'Password',
			name: 'password',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			displayOptions: onPostgres,
		},
		{
			displayName: 'SSL',
			name: 'ssl',
			type: 'options',
			options: [
				{
					name: 'Disable',
					value: 'disable',
					description: 'Not encrypted. Only within one machine or a private network.',
				},
				{
					name: 'Require',
					value: 'require',
					description: 'Encrypted, whoever the server says that it is',
				},
				{
					name: 'Verify',
					value: 'verify',
					description: 'Encrypted, and the server’s certificate is checked',
				},
			],
			default: 'disable',
			displayOptions: onPostgres,
		},
		{
			displayName: 'Certificate Authority',
			name: 'ca',
			type: 'string',
			typeOptions: { rows: 4 },
			default: '',
			placeholder: 'e.g. -----BEGIN CERTIFICATE-----',
			description: 'In PEM, where a private authority signed the server’s certificate',
			displayOptions: { show: { storage: ['postgres'], ssl: ['verify'] } },
		},
		{
			displayName: 'Maximum Connections',
			name: 'poolSize',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 100 },
			default: 10,
			description:
				'Connections that each n8n process opens at most. Mind the server’s own limit, over all workers.',
			displayOptions: onPostgres,
		},
	];
}
