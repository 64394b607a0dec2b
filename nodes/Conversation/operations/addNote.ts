import { createHash } from 'node:crypto';

import type { ConversationMessage } from '../../../core/conversation/message';
import { handoffItem, ledBy } from '../../shared/item';
import type { Operation } from './operation';
import { byWorkflow } from './operation';

export const addNote: Operation = {
	once: true,
	option: {
		name: 'Add Note',
		value: 'addNote',
		action: 'Add an internal note',
		description: 'Write a note into the thread that only the team sees',
	},
	fields: [
		{
			displayName: 'Note',
			name: 'note',
			type: 'string',
			typeOptions: { rows: 3 },
			displayOptions: { show: { operation: ['addNote'] } },
			default: '',
			required: true,
			placeholder: 'e.g. Customer prefers a call',
			description: 'What the team should know',
		},
	],
	async execute(run) {
		const { context, index, item, store, conversationId } = run;
		const { now } = await byWorkflow(run);
		const text = context.getNodeParameter('note', index) as string;
		const author = context.getNode().name;
		// A retried execution writes the same note under the same id.
		const id = `note:${createHash('sha256')
			.update([conversationId, context.getExecutionId(), index, text].join('\n'))
			.digest('hex')
			.slice(0, 24)}`;
		const conversation = await store.decide(conversationId, ({ conversation: current }) => ({
			result: current,
			messages: [
				{
					id,
					direction: 'out',
					author: 'system',
					authorName: author,
					type: 'note',
					text,
					internal: true,
					sentAt: now,
					receivedAt: now,
				} satisfies ConversationMessage,
			],
		}));
		return { json: ledBy({ note: { id, text }, ...handoffItem(conversation) }, item) };
	},
};
