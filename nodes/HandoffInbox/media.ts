import { pipeline } from 'node:stream/promises';
import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { PAGE_HEADERS } from '../../adapters/inbox/assets';
import { fileHeaders } from '../../adapters/inbox/files';
import { openMedia } from '../../adapters/whatsapp/media';
import type { WhatsAppContext } from '../../adapters/whatsapp/open';
import type { ConversationMessage } from '../../core/conversation/message';
import type { HandoffStore } from '../../core/ports/store';
import { DONE, sendJson } from './respond';

/** Bytes that the largest kind of file may have at WhatsApp (documents). */
const MAX_BYTES = 100 * 1024 * 1024;
/** Messages of a conversation among which the one with the file is looked for, newest first. */
const LOOK_AT_MOST = 5_000;

/**
 * The file of a message, fetched from WhatsApp with the node's credential at the moment at which somebody looks at it. Only files
 * of messages on record are fetched: the page names a message, never an address.
 */
export async function serveMedia(
	context: IWebhookFunctions,
	store: HandoffStore,
	conversationId: string,
	messageId: string,
): Promise<IWebhookResponseData> {
	const message = await messageOf(store, conversationId, messageId);
	if (!message?.media) return sendJson(context, 404, { message: 'There is no such file.' });
	if (context.getNode().credentials?.whatsAppHandoffApi === undefined) {
		return sendJson(context, 404, {
			message: 'Choose a WhatsApp credential on the Handoff Inbox node to see files here.',
		});
	}
	const response = context.getResponseObject();
	try {
		const { body, mimeType } = await openMedia(
			context as unknown as WhatsAppContext,
			message.media,
			{ maxBytes: MAX_BYTES, mimeTypes: [] },
		);
		response.writeHead(200, { ...PAGE_HEADERS, ...fileHeaders(mimeType, message.media.fileName) });
		await pipeline(body, response);
	} catch (error) {
		const { message: reason, advice } = error as Error & { advice?: string };
		context.logger.warn('Handoff Inbox could not show a file', { reason });
		if (response.headersSent) response.destroy();
		else sendJson(context, 502, { message: 'WhatsApp did not hand over the file.', advice });
	}
	return DONE;
}

async function messageOf(
	store: HandoffStore,
	conversationId: string,
	messageId: string,
): Promise<ConversationMessage | undefined> {
	const page = 200;
	let before: string | undefined;
	for (let seen = 0; seen < LOOK_AT_MOST; seen += page) {
		const messages = await store.history(conversationId, {
			limit: page,
			...(before ? { before } : {}),
		});
		const found = messages.find(({ id }) => id === messageId);
		if (found) return found;
		if (messages.length < page) return undefined;
		before = messages[0]!.id;
	}
	return undefined;
}
