import type { INodeProperties } from 'n8n-workflow';

import { PRIORITY_OPTIONS } from './priorities';
import { STRATEGY_OPTIONS } from './strategies';

/** Which team and which way, by what it is about and whom. */
export const ruleFields: INodeProperties[] = [
	{
		displayName: 'Rules',
		name: 'rulesFrom',
		type: 'options',
		noDataExpression: true,
		// From the simplest to the most.

		options: [
			{
				name: 'None',
				value: 'none',
				description: 'Every handoff goes to the queue above, in the same way',
			},
			{
				name: 'Suggested',
				value: 'suggested',
				description:
					'VIP to the account manager, payment and identity to Back Office, complaints to Support, hot leads to senior Sales, sales to Sales, what nobody can name to Product Specialists',
			},
			{
				name: 'Own',
				value: 'own',
				description: 'The first rule whose conditions hold decides',
			},
			{
				name: 'Own, Then Suggested',
				value: 'both',
				description: 'The suggested rules apply where none of your own does',
			},
		],
		default: 'none',
		description:
			'Whether topic, priority, language, lead class, phone number, customer or what was collected decide on team and agent',
	},
	{
		displayName: 'Own Rules',
		name: 'rules',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true, multipleValueButtonText: 'Add Rule' },
		displayOptions: { show: { rulesFrom: ['own', 'both'] } },
		default: {},
		placeholder: 'Add Rule',
		description:
			'From top to bottom, the first whose conditions all hold. A condition that is left empty always holds.',
		options: [
			{
				displayName: 'Rule',
				name: 'rule',
				// First the conditions, then what follows.
				// eslint-disable-next-line n8n-nodes-base/node-param-fixed-collection-type-unsorted-items
				values: [
					{
						displayName: 'Name',
						name: 'name',
						type: 'string',
						default: '',
						placeholder: 'e.g. Portuguese to Lisbon',
						description: 'How the item and reports call it',
					},
					{
						displayName: 'If Topic Is One Of',
						name: 'topics',
						type: 'string',
						default: '',
						placeholder: 'e.g. complaint, refund',
						description:
							'The scorer’s signals and topics, its rules and skills, or the topic that the bot noted; separated by commas',
					},
					{
						displayName: 'If Priority Is One Of',
						name: 'priorities',
						type: 'multiOptions',
						options: PRIORITY_OPTIONS,
						default: [],
					},
					{
						displayName: 'If Language Is One Of',
						name: 'languages',
						type: 'string',
						default: '',
						placeholder: 'e.g. pt, es',
						description: 'Language codes separated by commas; pt also means pt-BR',
					},
					{
						displayName: 'If Lead Is One Of',
						name: 'leadClasses',
						type: 'multiOptions',
						options: [
							{ name: 'Cold', value: 'COLD' },
							{ name: 'Hot', value: 'HOT' },
							{ name: 'Warm', value: 'WARM' },
						],
						default: [],
						description: 'As the Escalation Scorer judges it',
					},
					{
						displayName: 'If Our Number Is One Of',
						name: 'channels',
						type: 'string',
						default: '',
						placeholder: 'e.g. +49 30 901820',
						description: 'Numbers or phone number IDs, separated by commas',
					},
					{
						displayName: 'If Segment Is One Of',
						name: 'segments',
						type: 'string',
						default: '',
						placeholder: 'e.g. gold, wholesale',
						description: 'The customer’s segment by the profile, separated by commas',
					},
					{
						displayName: 'If Customer Is',
						name: 'customers',
						type: 'options',
						options: [
							{ name: 'Anyone', value: 'all' },
							{ name: 'No VIP', value: 'others' },
							{ name: 'VIP', value: 'vip' },
						],
						default: 'all',
					},
					{
						displayName: 'If Tag Is One Of',
						name: 'tags',
						type: 'string',
						default: '',
						placeholder: 'e.g. wholesale',
						description: 'Tags of the conversation, separated by commas',
					},
					{
						displayName: 'If Collected Field',
						name: 'collectedField',
						type: 'string',
						default: '',
						placeholder: 'e.g. orderNumber',
						description:
							'What bot or staff asked for before, see Conversation → Set Details. The rule holds where it is known.',
					},
					{
						displayName: 'Says One Of',
						name: 'collectedWords',
						type: 'string',
						default: '',
						placeholder: 'e.g. return, exchange',
						description:
							'Words or numbers that the collected field holds, separated by commas; empty where it only has to be known',
					},
					{
						displayName: 'Then Queue',
						name: 'queue',
						type: 'string',
						default: '',
						placeholder: 'e.g. Sales',
						description: 'Empty to keep the queue of the node',
					},
					{
						displayName: 'Then Choose By',
						name: 'strategy',
						type: 'options',
						// The node's own comes first: it is what one starts from.

						options: [{ name: 'As Set Below', value: '' }, ...STRATEGY_OPTIONS],
						default: '',
						description: 'Where nobody is found that way, anyone of the team who is least busy',
					},
					{
						displayName: 'Lowest Level',
						name: 'minLevel',
						type: 'number',
						typeOptions: { minValue: 1 },
						displayOptions: { hide: { strategy: [''] } },
						default: 1,
						description: 'Only agents of this level or above are asked first',
					},
					{
						displayName: 'Then Required Skills',
						name: 'requiredSkills',
						type: 'string',
						default: '',
						placeholder: 'e.g. billing',
						description: 'Separated by commas; beside those in Options',
					},
					{
						displayName: 'Then Raise Priority To',
						name: 'priority',
						type: 'options',
						// The node's own comes first: it is what one starts from.

						options: [{ name: 'As It Is', value: '' }, ...PRIORITY_OPTIONS],
						default: '',
					},
				],
			},
		],
	},
];
