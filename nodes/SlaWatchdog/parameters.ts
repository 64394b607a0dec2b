import type { INodeProperties } from 'n8n-workflow';

import { businessHoursFields } from '../shared/businessHours';
import { PROMISES } from '../shared/promises';

export const LADDER_STEPS: INodeProperties['options'] = [
	{ name: 'Alert the Team Lead', value: 'alert_team_lead' },
	{ name: 'Reassign', value: 'reassign' },
	{ name: 'Remind the Owner', value: 'remind_owner' },
	{ name: 'Tell the Customer Honestly', value: 'tell_customer' },
];

const PRIORITIES = [
	{ name: 'High', value: 'high' },
	{ name: 'Low', value: 'low' },
	{ name: 'Normal', value: 'normal' },
	{ name: 'Urgent', value: 'urgent' },
];

export const parameters: INodeProperties[] = [
	{
		displayName:
			'The clocks are started by the Handoff Router and stopped by the Conversation node; this node rings. Publish one workflow with it for each handoff store.',
		name: 'notice',
		type: 'notice',
		default: '',
	},
	{
		displayName:
			'Nothing of your own is promised yet: the node watches over a first answer by a person within 5 minutes, and warns after 4; after that over an answer to each further question within 30, and warns after 24.',
		name: 'noPromisesNotice',
		type: 'notice',
		displayOptions: { hide: { 'policies.policy': [{ _cnd: { exists: true } }] } },
		default: '',
	},
	{
		displayName: 'Promises',
		name: 'policies',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true, multipleValueButtonText: 'Add Promise' },
		default: {},
		placeholder: 'Add Promise',
		description:
			'What customers can count on. Of several of one kind, the first that matches the conversation holds. Without any, it is a first response by a person within 5 minutes and each next response within 30; with some, only those.',
		options: [
			{
				displayName: 'Promise',
				name: 'policy',
				// In the order in which staff think of them: what, how fast, when, for whom.
				// eslint-disable-next-line n8n-nodes-base/node-param-fixed-collection-type-unsorted-items
				values: [
					{
						displayName: 'Promise',
						name: 'kind',
						type: 'options',
						options: PROMISES,
						default: 'first_response',
					},
					{
						displayName: 'Within (Minutes)',
						name: 'targetMinutes',
						type: 'number',
						typeOptions: { minValue: 0 },
						displayOptions: { hide: { kind: ['promised_follow_up'] } },
						default: 5,
						description: 'The target',
					},
					{
						displayName: 'Count',
						name: 'clock',
						type: 'options',
						displayOptions: { hide: { kind: ['promised_follow_up'] } },
						options: [
							{ name: 'Every Minute', value: 'wall' },
							{ name: 'Only Business Hours', value: 'business' },
						],
						default: 'business',
						description: 'Which minutes count towards the target',
					},
					{
						displayName: 'Warn At (%)',
						name: 'warnAt',
						type: 'string',
						default: '80',
						placeholder: 'e.g. 50, 80',
						description:
							'Parts of the target after which an event is raised, separated by commas: below 100 a warning, above it the breach once more. A breach is always raised at 100.',
					},
					{
						displayName: 'Name',
						name: 'name',
						type: 'string',
						default: '',
						placeholder: 'e.g. VIP first response',
						description: 'What alerts and reports call it; made from the promise if it is empty',
					},
					{
						displayName: 'Only for Priorities',
						name: 'priorities',
						type: 'multiOptions',
						options: PRIORITIES,
						default: [],
						description: 'None chosen means every priority',
					},
					{
						displayName: 'Only for Queues',
						name: 'queues',
						type: 'string',
						default: '',
						placeholder: 'e.g. Sales, Support',
						description: 'Separated by commas; empty means every queue',
					},
					{
						displayName: 'Only for Customers',
						name: 'customers',
						type: 'options',
						options: [
							{ name: 'All', value: 'all' },
							{ name: 'All but VIP', value: 'others' },
							{ name: 'VIP', value: 'vip' },
						],
						default: 'all',
					},
					{
						displayName: 'Only for Topics',
						name: 'topics',
						type: 'string',
						default: '',
						placeholder: 'e.g. complaint, refund',
						description:
							'The scorer’s signals and topics, or the topic that the bot noted; one of them is enough. Separated by commas; empty means any.',
					},
					{
						displayName: 'Only for Leads',
						name: 'leadClasses',
						type: 'multiOptions',
						options: [
							{ name: 'Cold', value: 'COLD' },
							{ name: 'Hot', value: 'HOT' },
							{ name: 'Warm', value: 'WARM' },
						],
						default: [],
						description: 'As the Escalation Scorer judges it; none chosen means any conversation',
					},
					{
						displayName: 'Only for Tags',
						name: 'tags',
						type: 'string',
						default: '',
						placeholder: 'e.g. wholesale',
						description:
							'One of them is enough. Separated by commas; empty means any conversation.',
					},
					{
						displayName: 'Only for Phone Number IDs',
						name: 'channelIds',
						type: 'string',
						default: '',
						placeholder: 'e.g. 106540352242922',
						description:
							'WhatsApp numbers of yours, by phone number ID, separated by commas; empty means every number',
					},
					{
						displayName: 'Pause While Waiting for the Customer',
						name: 'pauseWhileWaiting',
						type: 'boolean',
						displayOptions: { show: { kind: ['resolution'] } },
						default: false,
						description:
							'Whether the time after an answer, until the customer writes again, is left out',
					},
				],
			},
		],
	},
	...businessHoursFields({
		displayName: 'Business Hours',
		description: 'Which minutes count for promises that count only business hours',
	}),
	{
		displayName: 'Escalation Ladder',
		name: 'ladder',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true, multipleValueButtonText: 'Add Step' },
		default: {},
		placeholder: 'Add Step',
		description:
			'What to do next, given with every alert as <code>sla.nextStep</code>. Each step raises its own event. Without any, the steps are: remind the owner on a warning, reassign at 100 %, alert the team lead at 150 %, tell the customer at 200 %.',
		options: [
			{
				displayName: 'Step',
				name: 'rung',

				values: [
					{
						displayName: 'At (%)',
						name: 'percent',
						type: 'number',
						typeOptions: { minValue: 1, maxValue: 1000 },
						default: 100,
						description: 'Part of the target after which this is the next step',
					},
					{
						displayName: 'Step',
						name: 'step',
						type: 'options',
						options: LADDER_STEPS,
						default: 'reassign',
					},
					{
						displayName: 'In Your Words',
						name: 'note',
						type: 'string',
						default: '',
						placeholder: 'e.g. Call the shift lead',
						description: 'Shown in place of the standard sentence',
					},
				],
			},
		],
	},
	{
		displayName: 'After the Last Step',
		name: 'repeat',
		type: 'options',
		options: [
			{
				name: 'Nothing More',
				value: 'never',
				description: 'A promise that stays broken is not heard of again',
			},
			{
				name: 'Repeat at Growing Intervals',
				value: 'doubling',
				description: 'Each time after twice the time: 400 %, 800 %, 1,600 % …',
			},
			{ name: 'Repeat Every … %', value: 'every', description: 'At most once a minute' },
		],
		default: 'doubling',
		description:
			'Whether a promise that stays broken is raised again until somebody acts. A repetition goes to the team: the customer is told once.',
	},
	{
		displayName: 'Every (%)',
		name: 'repeatPercent',
		type: 'number',
		typeOptions: { minValue: 1 },
		displayOptions: { show: { repeat: ['every'] } },
		default: 100,
		description: 'Part of the target; 100 of a target of 5 minutes is every 5 minutes',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		default: {},
		placeholder: 'Add Option',
		options: [
			{
				displayName: 'Check at Least Every (Seconds)',
				name: 'pollSeconds',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 300 },
				default: 15,
				description:
					'The node sleeps until the next promise is due. This is how soon it notices one that another n8n process has started since.',
			},
			{
				displayName: 'Recover Messages After (Minutes)',
				name: 'recoverAfterMinutes',
				type: 'number',
				typeOptions: { minValue: 0 },
				default: 5,
				description:
					'A message that was received but that no workflow has dealt with for so long comes out of Recovery; 0 switches that off',
			},
			{
				displayName: 'Report Kept Promises',
				name: 'reportMet',
				type: 'boolean',
				default: true,
				description:
					'Whether promises that were kept come out of Resolved Within Target. Each starts an execution.',
			},
			{
				displayName: 'Sample in the Editor',
				name: 'sample',
				type: 'options',
				options: [
					{ name: 'Breach', value: 'breach' },
					{ name: 'Recovery', value: 'recovery' },
					{ name: 'Resolved Within Target', value: 'met' },
					{ name: 'Warning', value: 'warning' },
				],
				default: 'breach',
				description: 'Which output <b>Execute Step</b> tries out, with a made-up customer',
			},
		],
	},
];
