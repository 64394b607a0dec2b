import type { INodeProperties } from 'n8n-workflow';

import { businessHoursFields } from '../shared/businessHours';
import { conversationIdField } from '../shared/descriptions';

const STRATEGY_OPTIONS = [
	{
		name: 'Account Manager',
		value: 'accountManager',
		description: 'The agent whom the customer profile or the CRM names',
	},
	{
		name: 'Least Busy',
		value: 'leastBusy',
		description: 'The agent with the most room left',
	},
	{
		name: 'Queue Only',
		value: 'queue',
		description: 'Nobody is chosen: agents claim from the queue',
	},
	{
		name: 'Round Robin',
		value: 'roundRobin',
		description: 'Agents take turns, so that each gets the same number',
	},
	{
		name: 'Same Agent as Before',
		value: 'sticky',
		description: 'The agent who had this customer last',
	},
	{
		name: 'Skills',
		value: 'skills',
		description: 'The best match of skills and language',
	},
];

/** Parameters in the order in which staff meet them. */
export const parameters: INodeProperties[] = [
	{
		displayName: 'Queue',
		name: 'queue',
		type: 'string',
		default: "={{ $json.escalation?.queue || 'Support' }}",
		required: true,
		placeholder: 'e.g. Support',
		description:
			'The team that is responsible. A conversation that no agent can take at once waits here and is watched.',
	},
	{
		displayName: 'Agents',
		name: 'agentSource',
		type: 'options',
		noDataExpression: true,
		options: [
			{
				name: 'Enter Here',
				value: 'here',
				description: 'List the agents in this node',
			},
			{
				name: 'From a Field',
				value: 'field',
				description:
					'Take the list from the item, e.g. filled by Data Table, Google Sheets or a CRM',
			},
		],
		default: 'here',
		description: 'Where the list of agents comes from',
	},
	{
		displayName: 'Agent List',
		name: 'agents',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true, multipleValueButtonText: 'Add Agent' },
		displayOptions: { show: { agentSource: ['here'] } },
		default: {},
		placeholder: 'Add Agent',
		description:
			'People who can take conversations over. With nobody listed, every handoff waits in the queue for a claim.',
		options: [
			{
				displayName: 'Agent',
				name: 'agent',
				// In the order in which one fills in a person, not by the alphabet.
				// eslint-disable-next-line n8n-nodes-base/node-param-fixed-collection-type-unsorted-items
				values: [
					{
						displayName: 'Name',
						name: 'name',
						type: 'string',
						default: '',
						required: true,
						placeholder: 'e.g. Ana',
						description: 'What customers and colleagues read',
					},
					{
						displayName: 'Email',
						name: 'email',
						type: 'string',
						default: '',
						placeholder: 'name@email.com',
						description: 'Identifies the agent here and as owner in the CRM',
					},
					{
						displayName: 'Most Conversations at Once',
						name: 'capacity',
						type: 'number',
						typeOptions: { minValue: 0 },
						default: 0,
						description: 'How many open conversations the agent can hold; 0 for no limit',
					},
					{
						displayName: 'Queues',
						name: 'queues',
						type: 'string',
						default: '',
						placeholder: 'e.g. Support, Sales',
						description: 'Queues that the agent serves, separated by commas; empty for all',
					},
					{
						displayName: 'Skills',
						name: 'skills',
						type: 'string',
						default: '',
						placeholder: 'e.g. billing, returns',
						description: 'Separated by commas',
					},
					{
						displayName: 'Languages',
						name: 'languages',
						type: 'string',
						default: '',
						placeholder: 'e.g. en, es',
						description: 'Language codes, separated by commas',
					},
					{
						displayName: 'Available',
						name: 'available',
						type: 'boolean',
						default: true,
						description: 'Whether the agent takes conversations at present',
					},
				],
			},
		],
	},
	{
		displayName: 'Agent List',
		name: 'agentsField',
		type: 'json',
		displayOptions: { show: { agentSource: ['field'] } },
		default: '={{ $json.agents }}',
		required: true,
		description:
			'A list of agents, each with name and email, and if you like ID, capacity, queues, skills, languages, available',
	},
	{
		displayName: 'Choose By',
		name: 'strategy',
		type: 'options',
		options: [
			...STRATEGY_OPTIONS,
			{
				name: 'Several in Order',
				value: 'chain',
				description: 'Ask one way after another until one names an agent',
			},
		],
		default: 'roundRobin',
		description: 'How the agent is chosen among those who can take the conversation',
	},
	{
		displayName: 'Order',
		name: 'chain',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true, multipleValueButtonText: 'Add Way' },
		displayOptions: { show: { strategy: ['chain'] } },
		default: {},
		placeholder: 'Add Way',
		description: 'Asked from top to bottom until one names an agent',
		options: [
			{
				displayName: 'Way',
				name: 'step',
				values: [
					{
						displayName: 'Choose By',
						name: 'strategy',
						type: 'options',
						options: STRATEGY_OPTIONS,
						default: 'roundRobin',
					},
				],
			},
		],
	},
	...businessHoursFields({
		displayName: 'Team Hours',
		description: 'When the team is there. Outside, requests are captured and a time is promised.',
	}),
	{
		displayName: 'Tell the Customer',
		name: 'acknowledge',
		type: 'boolean',
		default: true,
		description:
			'Whether to send an acknowledgement on WhatsApp at once: who takes over, that nothing has to be repeated, and by when',
	},
	conversationIdField,
	{
		displayName: 'Reason',
		name: 'reason',
		type: 'string',
		default: "={{ $json.escalation?.reason || 'Handed over by the workflow' }}",
		description: 'Why a person is needed, as the agent reads it',
	},
	{
		displayName: 'Priority',
		name: 'priority',
		type: 'options',
		// In rising order of urgency.
		options: [
			{ name: 'Low', value: 'low' },
			{ name: 'Normal', value: 'normal' },
			{ name: 'High', value: 'high' },
			{ name: 'Urgent', value: 'urgent' },
		],
		default: "={{ $json.escalation?.priority || 'normal' }}",
		description: 'How urgent it is; the SLA Watchdog can promise urgent ones a faster answer',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		default: {},
		placeholder: 'Add Option',
		options: [
			{
				displayName: 'Preferred Skills',
				name: 'preferredSkills',
				type: 'string',
				default: '',
				placeholder: 'e.g. returns',
				description: 'Skills that count for Choose By Skills, separated by commas',
			},
			{
				displayName: 'Remember Agents for (Days)',
				name: 'stickyDays',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: 30,
				description: 'How long Same Agent as Before looks back',
			},
			{
				displayName: 'Required Language',
				name: 'requiredLanguage',
				type: 'string',
				default: '',
				placeholder: 'e.g. es',
				description: 'Only agents who speak it are considered',
			},
			{
				displayName: 'Required Skills',
				name: 'requiredSkills',
				type: 'string',
				default: '',
				placeholder: 'e.g. billing',
				description: 'Only agents with all of them are considered, separated by commas',
			},
			{
				displayName: 'Text if an Agent Takes Over',
				name: 'textAssigned',
				type: 'string',
				typeOptions: { rows: 3 },
				default: '',
				description:
					'In place of the text in the customer’s language. Use {agent}, {due}, {name}; a sentence whose value is not known is left out.',
			},
			{
				displayName: 'Text if It Waits in the Queue',
				name: 'textQueued',
				type: 'string',
				typeOptions: { rows: 3 },
				default: '',
				description:
					'Use {queue}, {position}, {due}, {name}; a sentence whose value is not known is left out',
			},
			{
				displayName: 'Text Outside Team Hours',
				name: 'textOffHours',
				type: 'string',
				typeOptions: { rows: 3 },
				default: '',
				description:
					'Use {opens}, {due}, {queue}, {name}; a sentence whose value is not known is left out',
			},
		],
	},
];
