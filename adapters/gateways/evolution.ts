import type { DeliveryStatus } from '../../core/conversation/message';
import type { Fields } from '../whatsapp/fields';
import {
	asFields,
	asFilledText,
	asId,
	asList,
	asNumber,
	asText,
	defined,
	safeCopy,
} from '../whatsapp/fields';
import type { Delivery } from '../whatsapp/webhook';
import { readAddress } from './address';
import type { GatewayContext, GatewayReader, Line } from './reading';
import { NOTHING, delivered, idOf, readVcards, reported, timeOf } from './reading';

/** Acknowledgements in the words of the library that Evolution API is built on. */
const ACKS: Record<string, DeliveryStatus> = {
	ERROR: 'failed',
	PENDING: 'pending',
	SERVER_ACK: 'sent',
	DELIVERY_ACK: 'delivered',
	READ: 'read',
	PLAYED: 'played',
};

/** Devices on which a person types. "web" and "unknown" are how the gateway's own API shows up. */
const PHONES: ReadonlySet<string> = new Set(['android', 'ios', 'desktop']);

/**
 * Evolution API's webhook (https://doc.evolution-api.com, events MESSAGES_UPSERT and MESSAGES_UPDATE). What the gateway's API sent
 * comes back as an event too; it is passed over, since it is in the thread already.
 */
export const evolution: GatewayReader = (payload, context) => {
	const event = asFilledText(payload.event)?.toLowerCase().replaceAll('_', '.');
	if (!event || payload.instance === undefined) return undefined;
	const one = asFields(payload.data);
	// Some versions put several messages into one call.
	return (one ? [one] : asList(payload.data))
		.map((data) => readOne(event, data, payload, context))
		.reduce(together, NOTHING);
};

function together(a: Delivery, b: Delivery): Delivery {
	return {
		...NOTHING,
		inbound: [...a.inbound, ...b.inbound],
		statuses: [...a.statuses, ...b.statuses],
	};
}

function readOne(event: string, data: Fields, payload: Fields, context: GatewayContext): Delivery {
	const channel = `evolution:${asFilledText(payload.instance) ?? 'default'}`;
	const key = asFields(data.key);
	if (event === 'messages.update') {
		const word = asFilledText(data.status) ?? '';
		const id = asFilledText(data.keyId) ?? asFilledText(key?.id);
		return reported(payload, context, channel, id, ACKS[word.toUpperCase()], word);
	}
	if (event !== 'messages.upsert' || !key) return NOTHING;
	const fromUs = key.fromMe === true;
	if (fromUs && !PHONES.has(asFilledText(data.source)?.toLowerCase() ?? '')) return NOTHING;
	const content = contentOf(asFields(data.message) ?? {}, 0);
	if (!content) return NOTHING;
	const name = asFilledText(data.pushName);
	const line: Line = {
		...content,
		id: asId(key.id) ?? idOf(event, data),
		sentAt: timeOf(data.messageTimestamp, context.now),
		...quotedIn(asFields(data.contextInfo) ?? contextOf(asFields(data.message))),
	};
	const number = key.remoteJidAlt ?? key.senderPn;
	const address = readAddress(key.remoteJid, fromUs ? undefined : name, number);
	return delivered(payload, context, channel, address, fromUs, line, name ? { name } : {});
}

/** Envelopes that hold a message of another kind. */
const WRAPPERS = [
	'ephemeralMessage',
	'viewOnceMessage',
	'viewOnceMessageV2',
	'documentWithCaptionMessage',
	'editedMessage',
];
/** Envelopes in envelopes beyond this are an attack, not a message. */
const MAX_WRAPPERS = 5;

const MEDIA = {
	imageMessage: 'image',
	videoMessage: 'video',
	audioMessage: 'audio',
	documentMessage: 'document',
	stickerMessage: 'sticker',
} as const;

/** What a message says; undefined for signalling that no reader of the chat sees. */
function contentOf(
	message: Fields,
	depth: number,
): (Pick<Line, 'type' | 'text'> & Partial<Line>) | undefined {
	for (const wrapper of WRAPPERS) {
		const inner = asFields(asFields(message[wrapper])?.message);
		if (inner && depth < MAX_WRAPPERS) return contentOf(inner, depth + 1);
	}
	const plain = asText(message.conversation) ?? asText(asFields(message.extendedTextMessage)?.text);
	if (plain !== undefined) return { type: 'text', text: plain };

	for (const [field, type] of Object.entries(MEDIA)) {
		const file = asFields(message[field]);
		if (!file) continue;
		const caption = asFilledText(file.caption);
		return {
			type: type as (typeof MEDIA)[keyof typeof MEDIA],
			text: caption ?? '',
			media: defined({
				// The address in the message itself is encrypted; the gateway adds one that can be read where it keeps files.
				url: asFilledText(message.mediaUrl),
				mimeType: asFilledText(file.mimetype),
				fileName: asFilledText(file.fileName) ?? asFilledText(file.title),
				caption,
				voice: file.ptt === true ? true : undefined,
				animated: file.isAnimated === true ? true : undefined,
			}),
		};
	}

	const place = asFields(message.locationMessage) ?? asFields(message.liveLocationMessage);
	const latitude = asNumber(place?.degreesLatitude);
	const longitude = asNumber(place?.degreesLongitude);
	if (latitude !== undefined && longitude !== undefined) {
		const name = asFilledText(place?.name);
		const address = asFilledText(place?.address);
		return {
			type: 'location',
			text: [name, address].filter(Boolean).join(', '),
			location: defined({ latitude, longitude, name, address, url: asFilledText(place?.url) }),
		};
	}

	const card = asFields(message.contactMessage);
	const cards = card ? [card] : asList(asFields(message.contactsArrayMessage)?.contacts);
	if (cards.length > 0) {
		const contacts = readVcards(cards.map((entry) => asText(entry.vcard) ?? '')).map(
			(contact, index) => ({
				...contact,
				name: contact.name || (asFilledText(cards[index]?.displayName) ?? ''),
			}),
		);
		return { type: 'contacts', text: contacts.map(({ name }) => name).join(', '), contacts };
	}

	const reaction = asFields(message.reactionMessage);
	if (reaction) {
		const messageId = asFilledText(asFields(reaction.key)?.id);
		const emoji = asFilledText(reaction.text) ?? null;
		return messageId
			? { type: 'reaction', text: emoji ?? '', reaction: { messageId, emoji } }
			: undefined;
	}

	const chosen = chosenIn(message);
	if (chosen) return chosen;

	const protocol = asFields(message.protocolMessage);
	if (protocol) return changeIn(protocol, depth);
	if (asFields(message.senderKeyDistributionMessage)) return undefined;
	return { type: 'unknown', text: '', raw: safeCopy(message) };
}

/** A tapped button or a picked row. */
function chosenIn(message: Fields): (Pick<Line, 'type' | 'text'> & Partial<Line>) | undefined {
	const button = asFields(message.buttonsResponseMessage);
	const template = asFields(message.templateButtonReplyMessage);
	const list = asFields(message.listResponseMessage);
	const title =
		asFilledText(button?.selectedDisplayText) ??
		asFilledText(template?.selectedDisplayText) ??
		asFilledText(list?.title);
	if (!button && !template && !list) return undefined;
	return {
		type: template ? 'button' : 'interactive',
		text: title ?? '',
		interactive: defined({
			kind: template
				? ('template_button' as const)
				: list
					? ('list' as const)
					: ('button' as const),
			id:
				asFilledText(button?.selectedButtonId) ??
				asFilledText(template?.selectedId) ??
				asFilledText(asFields(list?.singleSelectReply)?.selectedRowId),
			title,
			description: asFilledText(list?.description),
		}),
	};
}

/** A message that was deleted for everyone (0) or edited (14). */
function changeIn(
	protocol: Fields,
	depth: number,
): (Pick<Line, 'type' | 'text'> & Partial<Line>) | undefined {
	const messageId = asFilledText(asFields(protocol.key)?.id);
	const type = protocol.type;
	if (!messageId) return undefined;
	if (type === 0 || type === 'REVOKE') return { type: 'revoke', text: '', target: { messageId } };
	if (type !== 14 && type !== 'MESSAGE_EDIT') return undefined;
	const text =
		(depth < MAX_WRAPPERS
			? contentOf(asFields(protocol.editedMessage) ?? {}, depth + 1)?.text
			: undefined) ?? '';
	return { type: 'edit', text, target: { messageId, text } };
}

/** The context beside any kind of content. */
function contextOf(message: Fields | undefined): Fields | undefined {
	for (const content of Object.values(message ?? {})) {
		const context = asFields(asFields(content)?.contextInfo);
		if (context) return context;
	}
	return undefined;
}

function quotedIn(context: Fields | undefined): Partial<Line> {
	const id = asFilledText(context?.stanzaId);
	const forwarded = context?.isForwarded === true;
	if (!id && !forwarded) return {};
	return {
		quoted: defined({
			id,
			from: asFilledText(context?.participant),
			forwarded: forwarded ? true : undefined,
		}),
	};
}
