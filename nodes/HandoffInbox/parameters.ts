import type { INodeProperties } from 'n8n-workflow';

/** What the page needs; Chatwoot has settings of its own for all of it. */
const page: INodeProperties[] = [
	{
		displayName:
			'Agents open the production address of this node. They sign in with a personal link; the operation Create Sign-in Link of the Conversation node makes one.',
		name: 'notice',
		type: 'notice',
		default: '',
	},
	{
		displayName: 'Outcomes',
		name: 'outcomes',
		type: 'string',
		default: 'solved, sold, customer did not answer, spam',
		placeholder: 'e.g. solved, sold, refunded',
		description:
			'How a conversation can have ended, separated by commas; agents choose one when they resolve it. The first one is suggested.',
	},
	{
		displayName: 'Closing Message',
		name: 'closingMessage',
		type: 'options',
		options: [
			{
				name: 'None',
				value: '',
				description: 'The field is empty; agents can write something',
			},
			{
				name: 'Own Text',
				value: 'own',
			},
			{
				name: 'Thanks, in the Customer’s Language',
				value: 'standard',
				description:
					'Thank you for writing to us. If anything else comes up, just write here. In ten languages, English for all others.',
			},
		],
		default: '',
		description:
			'What the customer is told when an agent resolves a conversation. Agents see it in the dialog and can change it or take it away; it is not suggested for outcomes such as spam.',
	},
	{
		displayName: 'Closing Text',
		name: 'closingText',
		type: 'string',
		typeOptions: { rows: 2 },
		displayOptions: { show: { closingMessage: ['own'] } },
		default: '',
		placeholder: 'e.g. Thank you, {customer}! Write here at any time.',
		description:
			'With what the closing message begins; {customer} and {agent} stand for the names. A sentence with the name of a customer whose name is not known is left out.',
	},
	{
		displayName: 'Teams',
		name: 'teams',
		type: 'string',
		default: '',
		placeholder: 'e.g. Support, Sales, Returns',
		description:
			'Teams to which agents can transfer a conversation, separated by commas. Queues in which conversations wait are offered as well.',
	},
	{
		displayName: 'Quick Replies',
		name: 'quickReplies',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true },
		placeholder: 'Add Quick Reply',
		default: {},
		description: 'Texts that agents can put into a reply with a click, or by typing / and the name',
		options: [
			{
				displayName: 'Quick Reply',
				name: 'reply',
				values: [
					{
						displayName: 'Name',
						name: 'shortcut',
						type: 'string',
						default: '',
						placeholder: 'e.g. hello',
						description: 'What agents look for',
					},
					{
						displayName: 'Text',
						name: 'text',
						type: 'string',
						typeOptions: { rows: 2 },
						default: '',
						placeholder: 'e.g. Hello {customer}, this is {agent}. I have read what you wrote.',
						description: 'What is written; {customer} and {agent} stand for the names',
					},
				],
			},
		],
	},
	{
		displayName: 'Templates',
		name: 'templates',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true },
		placeholder: 'Add Template',
		default: {},
		description:
			'Approved WhatsApp templates that agents can send once the 24-hour window has closed',
		options: [
			{
				displayName: 'Template',
				name: 'template',
				values: [
					{
						displayName: 'Language',
						name: 'language',
						type: 'string',
						default: 'en_US',
						placeholder: 'e.g. en_US',
						description: 'Language code of the template as approved by Meta',
					},
					{
						displayName: 'Name',
						name: 'name',
						type: 'string',
						default: '',
						placeholder: 'e.g. follow_up',
						description: 'Name of the template as approved by Meta',
					},
					{
						displayName: 'Text',
						name: 'text',
						type: 'string',
						typeOptions: { rows: 2 },
						default: '',
						placeholder: 'e.g. Hello {{1}}, we are still looking into {{2}}.',
						description:
							'The body of the template with its variables; agents see it and fill in the variables',
					},
				],
			},
		],
	},
	{
		displayName: 'Restricted Conversations',
		name: 'restricted',
		type: 'fixedCollection',
		typeOptions: {
			multipleValues: true,
			sortable: true,
			multipleValueButtonText: 'Add Restriction',
		},
		placeholder: 'Add Restriction',
		default: {},
		description:
			'Conversations that only some agents see, such as those about payments, identity or health. Supervisors, and whoever has the conversation, see it in any case.',
		options: [
			{
				displayName: 'Restriction',
				name: 'restriction',
				values: [
					{
						displayName: 'Queues, Topics or Tags',
						name: 'names',
						type: 'string',
						default: '',
						placeholder: 'e.g. Back Office, payments, health',
						description:
							'A conversation is restricted if it has any of these, separated by commas. Topics are those of the Escalation Scorer.',
					},
					{
						displayName: 'Agents Who See Them',
						name: 'agents',
						type: 'string',
						default: '',
						placeholder: 'e.g. agent.one@shop.example',
						description:
							'Emails or IDs of agents, separated by commas. Empty: only supervisors, and whoever has the conversation.',
					},
				],
			},
		],
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [
			{
				displayName: 'Largest Attachment (MB)',
				name: 'maxFileSize',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 100 },
				default: 16,
				description:
					'Size up to which agents can attach a file. WhatsApp itself takes pictures up to 5 MB, sound and video up to 16 MB, documents up to 100 MB.',
			},
			{
				displayName: 'Messages Shown',
				name: 'messagesShown',
				type: 'number',
				typeOptions: { minValue: 20, maxValue: 500 },
				default: 200,
				description:
					'How many messages of a conversation the page shows at once; earlier ones follow as the agent scrolls up',
			},
		],
	},
];

const chatwoot: INodeProperties[] = [
	{
		displayName: 'Register Webhook',
		name: 'registerWebhook',
		type: 'boolean',
		default: true,
		description:
			'Whether this node makes its webhook in Chatwoot when the workflow is published, and removes it afterwards. The access token of the credential has to be an administrator’s.',
	},
	{
		displayName:
			'In Chatwoot, enter the production address of this node as a webhook (Settings → Integrations → Webhooks) with <b>Message Created</b>, <b>Conversation Status Changed</b> and <b>Conversation Updated</b>, and its secret in the credential.',
		name: 'chatwootNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { registerWebhook: [false] } },
	},
	{
		displayName: 'Verify Signature',
		name: 'verifySignature',
		type: 'boolean',
		default: true,
		description:
			'Whether calls that are not signed by your Chatwoot are refused. Versions before 4.11.2 do not sign: for those, switch it off.',
	},
	{
		displayName:
			'Anyone who knows the address can now make n8n look at Chatwoot. They can tell it nothing: what agents wrote is read from Chatwoot itself.',
		name: 'unsignedNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { verifySignature: [false] } },
	},
	{
		displayName: 'Options',
		name: 'chatwootOptions',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [
			{
				displayName: 'Largest Attachment (MB)',
				name: 'maxFileSize',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 100 },
				default: 16,
				description:
					'Size up to which agents’ files are sent. WhatsApp itself takes pictures up to 5 MB, sound and video up to 16 MB, documents up to 100 MB.',
			},
			{
				displayName: 'Outcome Attribute',
				name: 'outcomeAttribute',
				type: 'string',
				default: 'outcome',
				description:
					'Key of the conversation attribute in which agents choose how it ended. “Solved” where it is empty.',
			},
		],
	},
];

const shownFor = (inbox: string, properties: INodeProperties[]): INodeProperties[] =>
	properties.map((property) => ({
		...property,
		displayOptions: { show: { inbox: [inbox], ...property.displayOptions?.show } },
	}));

export const parameters: INodeProperties[] = [
	{
		displayName: 'Inbox',
		name: 'inbox',
		type: 'options',
		noDataExpression: true,
		options: [
			{
				name: 'Chatwoot',
				value: 'chatwoot',
				description: 'For teams that work in Chatwoot; Inbox Sync brings conversations there',
			},
			{
				name: 'Embedded Page',
				value: 'embedded',
				description: 'A web page that this node serves',
			},
		],
		default: 'embedded',
		description: 'Where agents work',
	},
	...shownFor('embedded', page),
	...shownFor('chatwoot', chatwoot),
];
