import type { INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';

import { downloadMedia } from '../../adapters/whatsapp/media';
import { whatsAppFor } from '../../adapters/whatsapp/open';
import type { Arrival } from '../../core/conversation/intake';
import type { ConversationMessage } from '../../core/conversation/message';
import type { Settings } from './settings';

/** Name of the binary property; n8n's nodes look there by default. */
const BINARY = 'data';

/**
 * Blue ticks, and "typing…" if wanted, for the newest message of each conversation that the bot is about to answer; WhatsApp counts
 * those before it as read too. A courtesy: when it does not work the message still runs.
 */
export async function showAsRead(
	context: IWebhookFunctions,
	arrivals: Arrival[],
	settings: Settings,
): Promise<void> {
	if (!settings.markAsRead || arrivals.length === 0) return;
	const newest = new Map(arrivals.map((arrival) => [arrival.conversation.id, arrival]));
	const messaging = whatsAppFor(context);
	const results = await Promise.allSettled(
		[...newest.values()].map(
			async ({ conversation, message }) =>
				await messaging.markRead(conversation.channelId, message.id, { typing: settings.typing }),
		),
	);
	for (const result of results) {
		if (result.status === 'rejected') {
			context.logger.warn('WhatsApp Trigger could not mark a message as read', {
				reason: messageOf(result.reason),
				node: context.getNode().name,
			});
		}
	}
}

/** Adds the file of a message as binary data, or says on the item why it is not there. */
export async function withMedia(
	context: IWebhookFunctions,
	item: INodeExecutionData,
	{ media }: ConversationMessage,
	settings: Settings,
): Promise<INodeExecutionData> {
	if (!settings.media || !media) return item;
	try {
		const file = await downloadMedia(context, media, settings.media);
		return { ...item, binary: { [BINARY]: file } };
	} catch (error) {
		return {
			...item,
			json: {
				...item.json,
				mediaDownload: {
					done: false,
					reason: messageOf(error),
					advice: (error as { advice?: string }).advice ?? 'Download it later by its media ID.',
				},
			},
		};
	}
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
