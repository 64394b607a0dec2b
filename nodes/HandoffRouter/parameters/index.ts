import type { INodeProperties } from 'n8n-workflow';

import { businessHoursFields } from '../../shared/businessHours';
import { conversationIdField } from '../../shared/descriptions';
import { againFields } from './again';
import { agentFields } from './agents';
import { optionFields } from './options';
import { PRIORITY_OPTIONS } from './priorities';
import { ruleFields } from './rules';
import { strategyFields } from './strategies';

const HAND_OVER = { show: { operation: ['handOver'] } };

/** Parameters in the order in which staff meet them. */
export const parameters: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		// The one that everybody needs comes first.

		options: [
			{
				name: 'Hand Over',
				value: 'handOver',
				action: 'Hand a conversation over',
				description: 'From the bot to a person',
			},
			{
				name: 'Route Again',
				value: 'routeAgain',
				action: 'Route a conversation again',
				description:
					'To somebody else: nobody has answered, the agent declines, or it is another team’s matter',
			},
		],
		default: 'handOver',
	},
	...againFields,
	{
		displayName: 'Queue',
		name: 'queue',
		type: 'string',
		default: "={{ $json.escalation?.queue || 'Support' }}",
		required: true,
		displayOptions: HAND_OVER,
		placeholder: 'e.g. Support',
		description:
			'The team that is responsible. A conversation that no agent can take at once waits here and is watched.',
	},
	...agentFields,
	...ruleFields,
	...strategyFields,
	...businessHoursFields({
		displayName: 'Team Hours',
		description: 'When the team is there. Outside, requests are captured and a time is promised.',
	}),
	{
		displayName: 'Outside Team Hours',
		name: 'offHours',
		type: 'options',
		displayOptions: { show: { operation: ['handOver'], businessHours: ['custom'] } },
		options: [
			{
				name: 'Bot Keeps Helping',
				value: 'bot',
				description:
					'The request and its promise are on record, the bot goes on, and Route Again hands over when the team is back',
			},
			{
				name: 'Wait for the Team',
				value: 'queue',
				description: 'The bot is silent, and the conversation waits in the queue',
			},
		],
		default: 'queue',
		description: 'What happens until somebody is there',
	},
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
		displayOptions: HAND_OVER,
		description: 'Why a person is needed, as the agent reads it',
	},
	{
		displayName: 'Priority',
		name: 'priority',
		type: 'options',
		options: PRIORITY_OPTIONS,
		default: "={{ $json.escalation?.priority || 'normal' }}",
		displayOptions: HAND_OVER,
		description: 'How urgent it is; the SLA Watchdog can promise urgent ones a faster answer',
	},
	{
		displayName: 'Personal Claim Links',
		name: 'claimLinks',
		type: 'boolean',
		default: false,
		description:
			'Whether handoff.notification names, for each agent who may take the conversation, a signed link that signs the agent in to the Handoff Inbox and takes it: once, within an hour. The first wins.',
	},
	{
		displayName: 'Plan Only',
		name: 'planOnly',
		type: 'boolean',
		default: false,
		description:
			'Whether to decide and explain without handing over or sending anything, e.g. while a new bot runs in the shadow of people. A line in the audit log says what was planned; Handoff Report compares it with what people did.',
	},
	optionFields,
];
