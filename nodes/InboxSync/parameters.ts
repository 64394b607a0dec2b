import type { INodeProperties } from 'n8n-workflow';

import { conversationIdField } from '../shared/descriptions';

export const parameters: INodeProperties[] = [
	{
		displayName:
			'Put this node wherever a conversation has moved on: behind the summary of a handoff, behind the bot’s reply, and on the output Human of WhatsApp Trigger. It brings whatever Chatwoot lacks, so one call too many does no harm.',
		name: 'notice',
		type: 'notice',
		default: '',
	},
	conversationIdField,
	{
		displayName: 'Chatwoot Inbox Name or ID',
		name: 'chatwootInbox',
		type: 'options',
		typeOptions: { loadOptionsMethod: 'getChatwootInboxes' },
		default: '',
		description:
			'The inbox of the type API in which conversations are opened; empty if the account has only one. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [
			{
				displayName: 'Attributes',
				name: 'attributes',
				type: 'boolean',
				default: true,
				description:
					'Whether the reason, score and queue of the handoff, links to the CRM and what was collected are kept as attributes of the conversation. Others stay as they are.',
			},
			{
				displayName: 'Files',
				name: 'files',
				type: 'boolean',
				default: true,
				description:
					'Whether files of messages are brought along; needs the WhatsApp credential. Where one cannot be had, its name is written.',
			},
			{
				displayName: 'Labels',
				name: 'labels',
				type: 'boolean',
				default: true,
				description:
					'Whether tags and the reasons of the handoff become labels. Labels that agents set stay as they are.',
			},
			{
				displayName: 'Largest File (MB)',
				name: 'maxFileSize',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 100 },
				default: 40,
				description: 'Size up to which files are brought along. Chatwoot itself takes 40 MB.',
			},
			{
				displayName: 'Messages',
				name: 'messages',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 500 },
				default: 100,
				description: 'How many of the newest messages are looked at for what Chatwoot lacks',
			},
		],
	},
];
