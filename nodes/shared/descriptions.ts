import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

/** The conversation that a node works on; filled in by itself after WhatsApp Trigger. */
export const conversationIdField: INodeProperties = {
	displayName: 'Conversation',
	name: 'conversationId',
	type: 'string',
	default: '={{ $json.conversation.id }}',
	required: true,
	description: 'The ID of the conversation. After WhatsApp Trigger it is already filled in.',
};

/** An expression for a node's line on the canvas: what is chosen in a list, by the name that staff chose. */
export function chosenName(
	parameter: string,
	options: ReadonlyArray<Pick<INodePropertyOptions, 'name' | 'value'>>,
): string {
	const names = Object.fromEntries(options.map(({ name, value }) => [String(value), name]));
	return `(${JSON.stringify(names)})[$parameter[${JSON.stringify(parameter)}]]`;
}
