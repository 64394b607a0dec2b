import type { INodeProperties } from 'n8n-workflow';

import { conversationIdField } from '../shared/descriptions';

/** Names that staff choose from, for each kind of secret that core knows. */
const SECRETS = [
	{ name: 'Bank Accounts (IBAN)', value: 'iban' },
	{ name: 'Custom Patterns', value: 'custom' },
	{ name: 'E-Mail Addresses', value: 'email' },
	{ name: 'National IDs', value: 'nationalId' },
	{ name: 'Passwords and One-Time Codes', value: 'password' },
	{ name: 'Payment Cards', value: 'card' },
	{ name: 'Phone Numbers', value: 'phone' },
];

/** Payment data and passwords are of no use to an agent and a liability anywhere else. */
const ALWAYS = ['card', 'iban', 'nationalId', 'password', 'custom'];

export const parameters: INodeProperties[] = [
	{
		displayName: 'Read From',
		name: 'source',
		type: 'options',
		noDataExpression: true,
		options: [
			{
				name: 'Stored Conversation',
				value: 'conversation',
				description: 'The history that WhatsApp Trigger and the Conversation node have recorded',
			},
			{
				name: 'Messages in a Field',
				value: 'messages',
				description: 'A list of messages from another source',
			},
		],
		default: 'conversation',
	},
	{ ...conversationIdField, displayOptions: { show: { source: ['conversation'] } } },
	{
		displayName: 'Messages',
		name: 'messages',
		type: 'json',
		default: '={{ $json.messages }}',
		required: true,
		displayOptions: { show: { source: ['messages'] } },
		description:
			'A list, oldest first. Each entry has a text, who wrote it (from: customer, bot or agent) and, if known, an ID and a time.',
		hint: 'e.g. [{ "from": "customer", "text": "Where is my order?", "time": "2026-11-02T10:00:00Z" }]',
	},
	{
		displayName: 'Hide in the CRM Note',
		name: 'redactNote',
		type: 'multiOptions',
		options: SECRETS,
		default: ALWAYS,
		description: 'What is replaced by a mask such as [card •••• 4242] in the note for the CRM',
	},
	{
		displayName: 'Hide in Notifications',
		name: 'redactNotifications',
		type: 'multiOptions',
		options: SECRETS,
		default: [...ALWAYS, 'email', 'phone'],
		description:
			'What is replaced by a mask in the plain text, the Markdown and the headline. The brief itself and the inbox show everything.',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Agent Time Zone',
				name: 'agentTimeZone',
				type: 'string',
				default: '={{ $now.zoneName }}',
				placeholder: 'e.g. Europe/Berlin',
				description:
					'Zone in which the transcript shows times. Left out, the zone of the workflow.',
			},
			{
				displayName: 'Custom Patterns to Hide',
				name: 'customPatterns',
				type: 'fixedCollection',
				typeOptions: { multipleValues: true },
				placeholder: 'Add pattern',
				default: {},
				options: [
					{
						displayName: 'Pattern',
						name: 'pattern',
						values: [
							{
								displayName: 'Name',
								name: 'name',
								type: 'string',
								default: '',
								placeholder: 'e.g. patient number',
								description: 'Shown in the mask, as in [patient number ••••]',
							},
							{
								displayName: 'Pattern',
								name: 'pattern',
								type: 'string',
								default: '',
								placeholder: 'e.g. PAT-######',
								description:
									'# stands for a digit, @ for a letter, ? for any character, * for any number of characters up to the next space',
							},
						],
					},
				],
			},
			{
				displayName: 'Customer Language',
				name: 'language',
				type: 'string',
				default: '',
				placeholder: 'e.g. pt-BR',
				description:
					'Language of the suggested reply. Left out, it is taken from the profile or found in what the customer wrote.',
			},
			{
				displayName: 'Customer Name',
				name: 'customerName',
				type: 'string',
				default: '={{ $json.customer?.name }}',
				description: 'Name to greet by, where no stored conversation knows it',
			},
			{
				displayName: 'Detected Intent',
				name: 'intent',
				type: 'string',
				default: '={{ $json.bot?.intent }}',
				description:
					'What the bot took the message for. Left out, it is read from the field "bot" of the item, where the Escalation Scorer finds it too.',
			},
			{
				displayName: 'Longest CRM Note',
				name: 'maxNote',
				type: 'number',
				typeOptions: { minValue: 100 },
				default: 60000,
				description: 'Length in characters. What matters least is left out first.',
			},
			{
				displayName: 'Longest Headline',
				name: 'maxHeadline',
				type: 'number',
				typeOptions: { minValue: 20 },
				default: 140,
				description: 'Length in characters',
			},
			{
				displayName: 'Longest Markdown',
				name: 'maxMarkdown',
				type: 'number',
				typeOptions: { minValue: 100 },
				default: 10000,
				description: 'Length in characters',
			},
			{
				displayName: 'Longest Plain Text',
				name: 'maxText',
				type: 'number',
				typeOptions: { minValue: 100 },
				default: 4096,
				description: 'Length in characters. WhatsApp takes 4096 in one message.',
			},
			{
				displayName: 'Messages to Read at First',
				name: 'firstRead',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 2000 },
				default: 150,
				description:
					'How far back the first brief of a conversation looks. Later ones go on from it and read only what is new.',
			},
			{
				displayName: 'Model Time Limit (Seconds)',
				name: 'modelSeconds',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 120 },
				default: 15,
				description:
					'How long an attached chat model may take. After that the brief is made by rules, so that no customer waits for it.',
			},
			{
				displayName: 'Open Deals',
				name: 'openDeals',
				type: 'json',
				default: '={{ $json.crm?.openDeals }}',
				description: 'Deals to show with the brief: a list with name, stage, amount and URL',
			},
			{
				displayName: 'Open Orders',
				name: 'openOrders',
				type: 'json',
				default: '={{ $json.crm?.openOrders }}',
				description: 'Orders to show with the brief: a list with reference and status',
			},
			{
				displayName: 'Save the Brief',
				name: 'save',
				type: 'boolean',
				default: true,
				description:
					'Whether to keep the brief with the conversation, so that the inbox shows it and the next one goes on from it',
			},
			{
				displayName: 'Transcript Lines',
				name: 'transcriptLines',
				type: 'number',
				typeOptions: { minValue: 0, maxValue: 2000 },
				default: 30,
				description: 'Newest messages that the brief carries word for word',
			},
		],
	},
];
