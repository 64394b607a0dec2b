import { buffer } from 'node:stream/consumers';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { sleep } from '../../adapters/clock/sleep';
import { systemClock } from '../../adapters/clock/system';
import type { OutgoingFile } from '../../adapters/inbox/chatwoot/api';
import { CHATWOOT, ChatwootInbox, STATUS } from '../../adapters/inbox/chatwoot/chatwoot';
import type { ChatwootCredential } from '../../adapters/inbox/chatwoot/open';
import { CHATWOOT_CREDENTIAL, openChatwoot } from '../../adapters/inbox/chatwoot/open';
import { openMedia } from '../../adapters/whatsapp/media';
import { WHATSAPP_CREDENTIAL } from '../../adapters/whatsapp/open';
import type { ConversationMessage } from '../../core/conversation/message';
import { SIMULATION_CHANNEL } from '../../core/conversation/simulation';
import type { HandoffStore } from '../../core/ports/store';
import { StoreError } from '../../core/ports/store';
import { handoffItem, ledBy } from '../shared/item';
import { inboxIdOf } from './inboxes';

const MEGABYTE = 1024 * 1024;

interface Options {
	attributes?: boolean;
	files?: boolean;
	labels?: boolean;
	maxFileSize?: number;
	messages?: number;
}

/** Brings the conversation of one item up to date in Chatwoot; gives the item with where it is. */
export async function syncItem(
	context: IExecuteFunctions,
	index: number,
	store: HandoffStore,
): Promise<IDataObject> {
	const { json: item } = context.getInputData()[index]!;
	const id = context.getNodeParameter('conversationId', index, '') as string;
	const options = context.getNodeParameter('options', index, {}) as Options;
	const conversation = await store.conversation(id);
	if (!conversation) {
		throw new StoreError(
			`There is no conversation ${id}`,
			'Check the field Conversation: it needs the ID that WhatsApp Trigger puts into conversation.id.',
		);
	}
	const messages = await store.history(id, { limit: options.messages ?? 100 });
	const brief = await store.brief(id);
	const base = {
		...item,
		...handoffItem(conversation),
		...(item.message ? { message: item.message } : {}),
	};
	if (conversation.channelId === SIMULATION_CHANNEL) {
		const planned = {
			name: CHATWOOT,
			planned: true,
			status: STATUS[conversation.state],
			messages: messages.length,
			...(brief ? { note: brief.headline } : {}),
		};
		return ledBy({ inbox: planned }, base);
	}
	const api = openChatwoot(context, await credentialOf(context, index));
	const inbox = new ChatwootInbox(api, store, systemClock, sleep, {
		current: (conversationId) => store.conversation(conversationId),
		inboxId: () => inboxIdOf(api, context.getNodeParameter('chatwootInbox', index, '')),
		file: (message) => fileOf(context, message, options),
		labels: options.labels ?? true,
		attributes: options.attributes ?? true,
	});
	const { threadId, url } = await inbox.openThread({
		conversation,
		messages,
		...(brief ? { brief } : {}),
	});
	const shown = { name: CHATWOOT, threadId, url, status: STATUS[conversation.state] };
	return ledBy({ inbox: shown }, base);
}

async function credentialOf(
	context: IExecuteFunctions,
	index: number,
): Promise<ChatwootCredential> {
	if (!context.getNode().credentials?.[CHATWOOT_CREDENTIAL]?.id) {
		throw new StoreError(
			'No Chatwoot credential is chosen in this node',
			'Open the node and choose or create a credential of the type WhatsApp Handoff Chatwoot API.',
		);
	}
	return context.getCredentials<ChatwootCredential>(CHATWOOT_CREDENTIAL, index);
}

/** A file from WhatsApp; undefined where it cannot be had, which stops nothing. */
async function fileOf(
	context: IExecuteFunctions,
	{ media }: ConversationMessage,
	{ files = true, maxFileSize = 40 }: Options,
): Promise<OutgoingFile | undefined> {
	const connected = context.getNode().credentials?.[WHATSAPP_CREDENTIAL]?.id;
	if (!files || !media?.id || !connected) return undefined;
	try {
		const { body, mimeType } = await openMedia(context, media, {
			maxBytes: maxFileSize * MEGABYTE,
			mimeTypes: [],
		});
		const type = (mimeType ?? media.mimeType ?? 'application/octet-stream').split(';')[0]!.trim();
		return {
			bytes: await buffer(body),
			mimeType: type,
			fileName: media.fileName ?? `file.${EXTENSIONS[type] ?? type.split('/')[1] ?? 'bin'}`,
		};
	} catch (error) {
		context.logger.warn('Inbox Sync could not bring a file along', {
			reason: (error as Error).message,
		});
		return undefined;
	}
}

/** Where the second half of a type is not what files of it are called by. */
const EXTENSIONS: Readonly<Record<string, string>> = {
	'image/jpeg': 'jpg',
	'audio/mpeg': 'mp3',
	'audio/ogg': 'ogg',
	'text/plain': 'txt',
};
