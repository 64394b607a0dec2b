import type { INodeProperties } from 'n8n-workflow';

const AGAIN = ['routeAgain'];

/** Why it is looked for somebody else. */
export const againFields: INodeProperties[] = [
	{
		displayName: 'Because',
		name: 'because',
		type: 'options',
		displayOptions: { show: { operation: AGAIN } },
		// From the most to the least frequent.

		options: [
			{
				name: 'Nobody Has Answered',
				value: 'unanswered',
				description:
					'After a breach of the SLA Watchdog, or when a step’s time is up; an agent who still has time keeps it',
			},
			{
				name: 'The Agent Declines',
				value: 'declined',
				description: 'It goes on at once, and never back to this agent',
			},
			{
				name: 'Another Team’s Matter',
				value: 'team_change',
				description: 'The conversation, its age and its promises go along',
			},
		],
		default: 'unanswered',
		description: 'Why the conversation goes to somebody else',
	},
	{
		displayName: 'Agent Email or ID',
		name: 'declinedBy',
		type: 'string',
		displayOptions: { show: { operation: AGAIN, because: ['declined'] } },
		default: '={{ $json.agent?.id }}',
		placeholder: 'e.g. ana@shop.example',
		description:
			'Who declines, as the agent list names them; refused where another has it. Empty means whoever has it.',
	},
	{
		displayName: 'New Queue',
		name: 'newQueue',
		type: 'string',
		displayOptions: { show: { operation: AGAIN, because: ['team_change'] } },
		default: '',
		required: true,
		placeholder: 'e.g. Sales',
		description: 'The team that takes it from here',
	},
	{
		displayName: 'Remark',
		name: 'remark',
		type: 'string',
		displayOptions: { show: { operation: AGAIN } },
		default: '',
		placeholder: 'e.g. asks about a contract',
		description: 'Why, in the words of staff; it stands in the audit log',
	},
];
