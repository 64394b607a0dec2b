import type { INodePropertyOptions } from 'n8n-workflow';

/** What staff promise, told as they would tell it. */
export const PROMISES: INodePropertyOptions[] = [
	{
		name: 'An Answer After a Claim',
		value: 'claim_without_reply',
		description: 'From the moment an agent gets the conversation to their first answer',
	},
	{
		name: 'Any Reply, by Bot or Person',
		value: 'bot_silence',
		description:
			'From a message that the bot should answer to a reply by anyone. Needs the bot’s replies to go through the Conversation node.',
	},
	{
		name: 'First Response by a Person',
		value: 'first_response',
		description: 'From the handoff to the first answer by a person',
	},
	{
		name: 'Next Response by a Person',
		value: 'next_response',
		description: 'From each further message of the customer to the next answer by a person',
	},
	{
		name: 'Pick-Up From the Queue',
		value: 'queue_time',
		description: 'From the handoff, or a release, until an agent has it',
	},
	{
		name: 'Promised Follow-Up',
		value: 'promised_follow_up',
		description: 'A time that the customer was told; the target is that time',
	},
	{
		name: 'Resolution',
		value: 'resolution',
		description: 'From the handoff to the end of the conversation',
	},
];
