import { randomUUID } from 'node:crypto';

import { systemClock } from '../../../adapters/clock/system';
import { LINK_LIFETIME_MS, signToken } from '../../../adapters/inbox/tokens';
import { StoreError } from '../../../core/ports/store';
import { isoTime } from '../../../core/time';
import { inboxCredential } from '../../shared/inboxCredential';
import { ledBy } from '../../shared/item';
import type { Operation } from './operation';
import { agentFields, namedAgent } from './operation';

export const signInLink: Operation = {
	onConversation: false,
	option: {
		name: 'Create Sign-in Link',
		value: 'signInLink',
		action: 'Create a sign-in link to the inbox',
		description:
			'A personal link that signs an agent in to the Handoff Inbox and opens the conversation; works once, within an hour',
	},
	fields: [
		{
			displayName: 'Conversation to Open',
			name: 'conversationId',
			type: 'string',
			displayOptions: { show: { operation: ['signInLink'] } },
			default: '={{ $json.conversation?.id }}',
			description: 'The ID of the conversation that the link opens; empty for the list',
		},
		...agentFields('signInLink', true),
		{
			displayName: 'Supervisor',
			name: 'supervisor',
			type: 'boolean',
			displayOptions: { show: { operation: ['signInLink'] } },
			default: false,
			description:
				'Whether the agent may take conversations from others, resolve them and return them to the bot',
		},
		{
			displayName: 'Claim on Opening',
			name: 'claimOnOpening',
			type: 'boolean',
			displayOptions: { show: { operation: ['signInLink'] } },
			default: false,
			description:
				'Whether opening the link also claims the conversation, for a Claim button in an alert. The first who opens theirs gets it; the others see who was faster.',
		},
	],
	async execute(run) {
		const { context, index, item, store, conversationId } = run;
		const address = await store.getSetting<string>('inbox.url');
		if (!address) {
			throw new StoreError(
				'The inbox has no address yet',
				'Publish the workflow with the Handoff Inbox node first.',
			);
		}
		const { signingSecret } = await inboxCredential(context);
		const expiresAt = systemClock.now().getTime() + LINK_LIFETIME_MS;
		const agent = namedAgent(run);
		const token = signToken(
			{
				...agent,
				role: context.getNodeParameter('supervisor', index) ? 'supervisor' : 'agent',
				use: 'link',
				nonce: randomUUID(),
				expiresAt,
				...(conversationId ? { conversationId } : {}),
				...(conversationId && context.getNodeParameter('claimOnOpening', index, false)
					? { claim: true }
					: {}),
			},
			signingSecret,
		);
		return {
			json: ledBy(
				{
					signIn: {
						agent,
						link: `${address}?link=${token}`,
						expiresAt: isoTime(new Date(expiresAt)),
					},
				},
				item,
			),
		};
	},
};
