import { StoreError } from '../../../core/ports/store';
import { briefView, handoffItem, ledBy, toJson } from '../../shared/item';
import type { Operation } from './operation';

export const get: Operation = {
	option: {
		name: 'Get',
		value: 'get',
		action: 'Get a conversation',
		description: 'State, owner, customer, newest messages, brief and audit log of a conversation',
	},
	fields: [
		{
			displayName: 'Messages',
			name: 'historyLimit',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 500 },
			displayOptions: { show: { operation: ['get'] } },
			default: 20,
			description: 'How many of the newest messages to include',
		},
	],
	async execute({ context, index, item, store, conversationId }) {
		const conversation = await store.conversation(conversationId);
		if (!conversation) {
			throw new StoreError(
				`There is no conversation ${conversationId}`,
				'Check the field Conversation: it needs the ID that WhatsApp Trigger puts into conversation.id.',
			);
		}
		const limit = context.getNodeParameter('historyLimit', index) as number;
		return {
			json: ledBy(
				{
					...handoffItem(conversation),
					...toJson({
						history: limit > 0 ? await store.history(conversationId, { limit }) : [],
						brief: briefView(await store.brief(conversationId)),
						sla: { clocks: await store.clocks(conversationId) },
						audit: await store.audit(conversationId),
					}),
				},
				item,
			),
		};
	},
};
