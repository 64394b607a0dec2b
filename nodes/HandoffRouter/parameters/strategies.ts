import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

export const STRATEGY_OPTIONS: INodePropertyOptions[] = [
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
		name: 'Most Senior',
		value: 'seniority',
		description: 'The highest level that is free; the least busy of them',
	},
	{
		name: 'Queue Only',
		value: 'queue',
		description: 'Nobody is chosen: agents claim from the queue',
	},
	{
		name: 'Round Robin',
		value: 'roundRobin',
		description:
			'Agents take turns, so that each gets the same number, or the share of their weight',
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
	{
		name: 'VIP Desk',
		value: 'vipDesk',
		description: 'For VIP customers: the least busy agent with the skill "vip"',
	},
];

export const STRATEGY_CHOICES: INodePropertyOptions[] = [
	...STRATEGY_OPTIONS,
	{
		name: 'Several in Order',
		value: 'chain',
		description: 'Ask one way after another until one names an agent',
	},
	{
		name: 'Steps That Widen',
		value: 'steps',
		description:
			'First those who fit best; while nobody answers, more and more of the team, each step after its time',
	},
];

/** How the agent is chosen: one way, several in order, or steps that widen while nobody answers. */
export const strategyFields: INodeProperties[] = [
	{
		displayName: 'Choose By',
		name: 'strategy',
		type: 'options',
		options: STRATEGY_CHOICES,
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
	{
		displayName:
			'Put a Route Again operation behind the Breach output of SLA Watchdog: it is rung when a step’s time is up.',
		name: 'stepsNotice',
		type: 'notice',
		displayOptions: { show: { strategy: ['steps'] } },
		default: '',
	},
	{
		displayName: 'Steps',
		name: 'steps',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true, multipleValueButtonText: 'Add Step' },
		displayOptions: { show: { strategy: ['steps'] } },
		default: {},
		placeholder: 'Add Step',
		description:
			'From the narrowest to the widest. Empty means: best match of the required skills for 3 minutes, then one of the skills for 3 minutes, then anyone.',
		options: [
			{
				displayName: 'Step',
				name: 'step',
				// In the order in which one thinks of a step: who, how, how long.
				// eslint-disable-next-line n8n-nodes-base/node-param-fixed-collection-type-unsorted-items
				values: [
					{
						displayName: 'Who',
						name: 'who',
						type: 'options',
						// From the narrowest to the widest.

						options: [
							{
								name: 'All Required Skills',
								value: 'required',
								description: 'Who has every required skill and speaks the required language',
							},
							{
								name: 'One of the Skills',
								value: 'preferred',
								description: 'Who has one of the required or preferred skills, or the language',
							},
							{ name: 'Anyone', value: 'anyone', description: 'Everybody of the team' },
						],
						default: 'required',
					},
					{
						displayName: 'Choose By',
						name: 'strategy',
						type: 'options',
						options: STRATEGY_OPTIONS,
						default: 'leastBusy',
					},
					{
						displayName: 'Minutes Until the Next Step',
						name: 'timeoutMinutes',
						type: 'number',
						typeOptions: { minValue: 0 },
						default: 3,
						description:
							'While nobody answers, counted in the team’s hours; 0 to stay at this step. The customer keeps the place in the queue.',
					},
					{
						displayName: 'Skip if Nobody Fits',
						name: 'skipIfNobody',
						type: 'boolean',
						default: true,
						description: 'Whether the next step is tried at once where nobody of this one is free',
					},
					{
						displayName: 'Team',
						name: 'queue',
						type: 'string',
						default: '',
						placeholder: 'e.g. Sales',
						description: 'The team that is asked at this step; empty for the one of the handoff',
					},
					{
						displayName: 'Lowest Level',
						name: 'minLevel',
						type: 'number',
						typeOptions: { minValue: 1 },
						default: 1,
						description: 'Only agents of this level or above',
					},
				],
			},
		],
	},
];
