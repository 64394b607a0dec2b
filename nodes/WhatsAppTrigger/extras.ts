import type { IBinaryKeyData, INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';

import { sleep } from '../../adapters/clock/sleep';
import { downloadMedia } from '../../adapters/whatsapp/media';
import { whatsAppFor } from '../../adapters/whatsapp/open';
import type { Arrival } from '../../core/conversation/intake';
import type { ConversationMessage } from '../../core/conversation/message';
import type { Settings } from './settings';

/** Name of the binary property; n8n's nodes look there by default. */
const BINARY = 'data';

/** A slow WhatsApp keeps no message from the bot for longer than this. */
const COURTESY_MS = 2_000;

/**
 * Blue ticks, and "typing…" if wanted, for the newest message of each conversation that the bot is about to answer; WhatsApp counts
 * those before it as read too. A courtesy: when it does not work, or takes its time, the message still runs.
 */
export async function showAsRead(
	context: IWebhookFunctions,
	arrivals: Arrival[],
	settings: Settings,
): Promise<void> {
	if (!settings.markAsRead || arrivals.length === 0) return;
	const newest = new Map(arrivals.map((arrival) => [arrival.conversation.id, arrival]));
	const messaging = whatsAppFor(context);
	const marked = [...newest.values()].map(({ conversation, message }) =>
		messaging
			.markRead(conversation.channelId, message.id, { typing: settings.typing })
			.catch((error: unknown) =>
				context.logger.warn('WhatsApp Trigger could not mark a message as read', {
					reason: messageOf(error),
					node: context.getNode().name,
				}),
			),
	);
	await Promise.race([Promise.all(marked), sleep(COURTESY_MS)]);
}

/**
 * Adds the file of a message as binary data, or says on the item why it is not there. Of messages that came as one, the first file is
 * "data", and the further ones are "data2", "data3" and so on.
 */
export async function withMedia(
	context: IWebhookFunctions,
	item: INodeExecutionData,
	message: ConversationMessage,
	settings: Settings,
): Promise<INodeExecutionData> {
	const { media: limits } = settings;
	const files = (message.parts ?? [message]).flatMap(({ media }) => media ?? []);
	if (!limits || files.length === 0) return item;
	const binary: IBinaryKeyData = {};
	let refused: unknown;
	for (const file of files) {
		try {
			const count = Object.keys(binary).length;
			binary[count === 0 ? BINARY : `${BINARY}${count + 1}`] = await downloadMedia(
				context,
				file,
				limits,
			);
		} catch (error) {
			refused = error;
		}
	}
	return {
		...item,
		...(Object.keys(binary).length > 0 ? { binary } : {}),
		...(refused === undefined
			? {}
			: {
					json: {
						...item.json,
						mediaDownload: {
							done: false,
							reason: messageOf(refused),
							advice:
								(refused as { advice?: string }).advice ?? 'Download it later by its media ID.',
						},
					},
				}),
	};
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
