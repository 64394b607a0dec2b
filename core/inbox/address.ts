/** Where the inbox page shows a conversation; `inboxUrl` is the setting `inbox.url`. Undefined while no inbox is published. */
export function conversationLink(inboxUrl: string, conversationId: string): string;
export function conversationLink(
	inboxUrl: string | undefined,
	conversationId: string,
): string | undefined;
export function conversationLink(
	inboxUrl: string | undefined,
	conversationId: string,
): string | undefined {
	return inboxUrl && `${inboxUrl}#/c/${encodeURIComponent(conversationId)}`;
}
