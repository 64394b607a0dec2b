import type { INodeProperties } from 'n8n-workflow';

/** Who can take conversations over, and where the list comes from. */
export const agentFields: INodeProperties[] = [
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
			{
				name: 'From the Store',
				value: 'store',
				description: 'The list that another Handoff Router on this store has used last',
			},
		],
		default: 'here',
		description: 'Where the list of agents comes from',
	},
	{
		displayName:
			'Nobody is listed yet: every handoff waits in the queue until somebody claims it in the inbox. Add the people who may get one.',
		name: 'noAgentsNotice',
		type: 'notice',
		displayOptions: {
			show: { agentSource: ['here'] },
			hide: { 'agents.agent': [{ _cnd: { exists: true } }] },
		},
		default: '',
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
			'People who can take conversations over. With nobody listed, every handoff waits in the queue for a claim; Route Again then takes the agents of the router that handed over.',
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
						displayName: 'Available',
						name: 'available',
						type: 'boolean',
						default: true,
						description: 'Whether the agent takes conversations at present',
					},
					{
						displayName: 'More About This Agent',
						name: 'details',
						type: 'boolean',
						default: false,
						description:
							'Whether to fill in skills, languages, seniority and working hours. What is not shown is not used.',
					},
					{
						displayName: 'Skills',
						name: 'skills',
						type: 'string',
						displayOptions: { show: { details: [true] } },
						default: '',
						placeholder: 'e.g. billing, returns',
						description: 'Separated by commas',
					},
					{
						displayName: 'Languages',
						name: 'languages',
						type: 'string',
						displayOptions: { show: { details: [true] } },
						default: '',
						placeholder: 'e.g. en, es',
						description: 'Language codes, separated by commas',
					},
					{
						displayName: 'Level',
						name: 'level',
						type: 'number',
						typeOptions: { minValue: 1 },
						displayOptions: { show: { details: [true] } },
						default: 1,
						description: 'Seniority, the higher the more senior; for Most Senior and Lowest Level',
					},
					{
						displayName: 'Weight',
						name: 'weight',
						type: 'number',
						typeOptions: { minValue: 1, maxValue: 20 },
						displayOptions: { show: { details: [true] } },
						default: 1,
						description: 'Share of a round robin: weight 2 gets twice as many as weight 1',
					},
					{
						displayName: 'Working Hours',
						name: 'hours',
						type: 'string',
						displayOptions: { show: { details: [true] } },
						default: '',
						placeholder: 'e.g. Mon-Fri 09:00-17:00',
						description:
							'When the agent works, several stretches separated by semicolons; empty for always',
					},
					{
						displayName: 'Time Zone',
						name: 'timeZone',
						type: 'string',
						displayOptions: { show: { details: [true] } },
						default: '',
						placeholder: 'e.g. America/Sao_Paulo',
						description: 'Of the working hours; empty for the zone of the workflow',
					},
					{
						displayName: 'Public Holidays',
						name: 'holidays',
						type: 'string',
						displayOptions: { show: { details: [true] } },
						default: '',
						placeholder: 'e.g. BR-SP',
						description: 'Country, or country and region, whose public holidays the agent has off',
					},
					{
						displayName: 'Out of Office Until',
						name: 'outUntil',
						type: 'dateTime',
						displayOptions: { show: { details: [true] } },
						default: '',
						description: 'Nothing is given to the agent before then',
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
			'A list of agents, each with name and email, and if you like ID, capacity, queues, skills, languages, available, hours, timeZone, holidays, outUntil, level, weight',
	},
];
