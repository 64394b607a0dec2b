/** Whether agents work in Chatwoot, not on the node's own page. */
export function isChatwoot(context: {
	getNodeParameter(name: string, fallback: unknown): unknown;
}): boolean {
	return context.getNodeParameter('inbox', 'embedded') === 'chatwoot';
}
