import type { INodeProperties } from 'n8n-workflow';

/** The conversation that a node works on; filled in by itself after WhatsApp Trigger. */
export const conversationIdField: INodeProperties = {
	displayName: 'Conversation',
	name: 'conversationId',
	type: 'string',
	default: '={{ $json.conversation.id }}',
	required: true,
	description: 'The ID of the conversation. After WhatsApp Trigger it is already filled in.',
};
