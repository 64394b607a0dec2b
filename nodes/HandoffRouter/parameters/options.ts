import type { INodeProperties } from 'n8n-workflow';

/** What most workflows never need. */
export const optionFields: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	default: {},
	placeholder: 'Add Option',
	options: [
		{
			displayName: 'Follow-Up Template',
			name: 'templateName',
			type: 'string',
			default: '',
			placeholder: 'e.g. we_are_back',
			description:
				'Approved template without variables for a follow-up that was promised for a time after WhatsApp’s 24-hour window. The acknowledgement goes out as it then, and it stands in handoff.promise.template.',
		},
		{
			displayName: 'Follow-Up Template Language',
			name: 'templateLanguage',
			type: 'string',
			default: 'en',
			placeholder: 'e.g. en_US',
			description: 'Language code of the follow-up template, as WhatsApp Manager shows it',
		},
		{
			displayName: 'Limit on Hops',
			name: 'maxHops',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 5,
			description: 'After so many agents who did not take it, it goes to the team lead',
		},
		{
			displayName: 'Long Wait From (Minutes)',
			name: 'longWaitMinutes',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 15,
			description: 'From this expected wait on, the customer reads the text for a long wait',
		},
		{
			displayName: 'Overflow After (Minutes)',
			name: 'overflowMinutes',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 10,
			description: 'So long it waits before the overflow team is asked too',
		},
		{
			displayName: 'Overflow Team',
			name: 'overflowQueue',
			type: 'string',
			default: '',
			placeholder: 'e.g. Front Desk',
			description: 'The queue of another team that helps out',
		},
		{
			displayName: 'Overflow When so Many Wait',
			name: 'overflowWaiting',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 0,
			description:
				'The overflow team is asked at once where the queue is this long; 0 to go by time only',
		},
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
			displayName: 'Team Lead Email or ID',
			name: 'leadId',
			type: 'string',
			default: '',
			placeholder: 'e.g. lead@shop.example',
			description:
				'Gets what has reached the limit on hops, whatever the load. Needs to stand in the agent list.',
		},
		{
			displayName: 'Team Lead Queue',
			name: 'leadQueue',
			type: 'string',
			default: '',
			placeholder: 'e.g. Team Lead',
			description:
				'Where it waits for a claim when the limit on hops is reached; empty for the last queue',
		},
		{
			displayName: 'Text for a Long Wait',
			name: 'textLongWait',
			type: 'string',
			typeOptions: { rows: 3 },
			default: '',
			description:
				'Use {queue}, {position}, {wait}, {due}, {name}; a sentence whose value is not known is left out',
		},
		{
			displayName: 'Text for VIPs',
			name: 'textVip',
			type: 'string',
			typeOptions: { rows: 3 },
			default: '',
			description: 'Use {agent}, {due}, {name}; a sentence whose value is not known is left out',
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
				'Use {queue}, {position}, {wait}, {due}, {name}; a sentence whose value is not known is left out',
		},
		{
			displayName: 'Text if the Bot Keeps Helping',
			name: 'textOffHoursBot',
			type: 'string',
			typeOptions: { rows: 3 },
			default: '',
			description:
				'Outside team hours. Use {opens}, {due}, {name}; a sentence whose value is not known is left out.',
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
		{
			displayName: 'Topic',
			name: 'topic',
			type: 'string',
			default: '',
			placeholder: 'e.g. {{ $json.intent }}',
			description:
				'Further topics for the rules, separated by commas, e.g. the intent that the bot saw',
		},
	],
};
