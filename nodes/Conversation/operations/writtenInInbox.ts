import { createHash } from 'node:crypto';

import type { FileToSend } from '../../../adapters/whatsapp/upload';
import { mediaKindOf, uploadMedia } from '../../../adapters/whatsapp/upload';
import { isGatewayChannel } from '../../../core/conversation/gateway';
import type { MessageOrigin } from '../../../core/conversation/message';
import type { AcceptedReply } from '../../../core/conversation/reply';
import { SIMULATION_CHANNEL } from '../../../core/conversation/simulation';
import type { InboxReply } from '../../../core/inbox/actions';
import type { OutboundMessage } from '../../../core/ports/messaging';
import { StoreError } from '../../../core/ports/store';
import type { OperationRun } from './operation';

/** Under this name the Handoff Inbox puts an agent's file. */
const FILE = 'file';

export interface Written {
	text: string;
	message: OutboundMessage;
	/** Uploads the file, once it is certain that it goes out. */
	prepare?: (message: OutboundMessage) => Promise<OutboundMessage>;
	/** Of a file: what tells its bytes from those of another. */
	digest?: () => Promise<string>;
	/** Of an agent's reply: where it was written, and that an inbox has taken it. */
	origin?: MessageOrigin;
	accepted?: AcceptedReply;
}

/** The reply of the item as a message: a text, an approved template with its values, or a file. Throws StoreError. */
export async function writtenInInbox(run: OperationRun): Promise<Written> {
	const reply = run.item.reply as Partial<InboxReply> | undefined;
	return {
		...(await written(run, reply)),
		...(reply?.origin ? { origin: reply.origin } : {}),
		...(reply?.accepted ? { accepted: reply.accepted } : {}),
	};
}

async function written(
	run: OperationRun,
	reply: Partial<InboxReply> | undefined,
): Promise<Written> {
	const text = typeof reply?.text === 'string' ? reply.text : '';
	if (reply?.kind === 'template' && reply.template) {
		return { text, message: { type: 'template', ...reply.template } };
	}
	if (reply?.kind === 'media') return fileOfItem(run, FILE, text);
	if (text.trim() === '') {
		throw new StoreError(
			'The item brings no reply of the Handoff Inbox',
			'Connect this node to the output Reply of Handoff Inbox, or set Message to Text.',
		);
	}
	return { text, message: { type: 'text', text } };
}

/** A file of the item as a message; it is uploaded once it is certain that it goes out. */
export async function fileOfItem(
	{ context, index, store, conversationId }: OperationRun,
	field: string,
	caption: string,
	more: { replyTo?: string } = {},
): Promise<Written> {
	const { mimeType, fileName = 'file' } = context.helpers.assertBinaryData(index, field);
	const conversation = await store.conversation(conversationId);
	const channelId = conversation?.channelId ?? '';
	const file = async (): Promise<FileToSend> => ({
		bytes: await context.helpers.getBinaryDataBuffer(index, field),
		mimeType,
		fileName,
	});
	return {
		text: caption,
		message: {
			type: 'media',
			kind: mediaKindOf(mimeType),
			media: { mimeType, fileName },
			...(caption ? { caption } : {}),
			...more,
		},
		digest: async () =>
			createHash('sha256')
				.update((await file()).bytes)
				.digest('hex'),
		prepare: async (message) =>
			message.type !== 'media' || channelId === SIMULATION_CHANNEL || isGatewayChannel(channelId)
				? message
				: { ...message, media: await uploadMedia(context, channelId, await file()) },
	};
}
