import type { DeliveryStatus } from '../../core/conversation/message';
import type { Fields } from '../whatsapp/fields';
import {
	asBoolean,
	asFields,
	asFilledText,
	asId,
	asNumber,
	asText,
	defined,
	safeCopy,
} from '../whatsapp/fields';
import { readAddress } from './address';
import type { GatewayContext, GatewayReader, Line } from './reading';
import { NOTHING, delivered, idOf, readVcards, reported, timeOf, typeOfMime } from './reading';

/** Acknowledgements as WAHA numbers them. */
const ACKS: Record<number, DeliveryStatus> = {
	[-1]: 'failed',
	0: 'pending',
	1: 'sent',
	2: 'delivered',
	3: 'read',
	4: 'played',
};

/**
 * WAHA's events as its webhook posts them (https://waha.devlike.pro/docs/how-to/events/): `message` and `message.any`,
 * `message.reaction`, `message.edited`, `message.revoked`, `message.ack`, `message.ack.group`. What the gateway's API sent comes back as an event too; it is
 * passed over, since it is in the thread already.
 */
export const waha: GatewayReader = (payload, context) => {
	const event = asFilledText(payload.event);
	const body = asFields(payload.payload);
	if (!event || !body || payload.session === undefined) return undefined;
	const channel = `waha:${asFilledText(payload.session) ?? 'default'}`;
	if (event === 'message.ack' || event === 'message.ack.group') {
		// That a colleague has opened what the customer wrote is no status of a message of ours.
		if (body.fromMe === false) return NOTHING;
		const ack = asNumber(body.ack);
		const word = asFilledText(body.ackName) ?? String(ack ?? '');
		const status = ack === undefined ? undefined : ACKS[ack];
		const code = asNumber(asFields(body._data)?.error);
		return reported(payload, context, channel, asFilledText(body.id), status, word, {
			...(status === 'failed'
				? { errors: [{ code: code ?? 0, title: 'WhatsApp did not take it from WAHA' }] }
				: {}),
		});
	}
	const line = lineOf(event, body, context);
	const fromUs = body.fromMe === true;
	if (!line || (fromUs && body.source === 'api')) return NOTHING;
	const data = asFields(body._data);
	const key = asFields(data?.key);
	const info = asFields(data?.Info);
	const name =
		asFilledText(data?.notifyName) ?? asFilledText(data?.pushName) ?? asFilledText(info?.PushName);
	// In a chat with a customer, `from` is the customer in both directions of newer versions, and us in older ones.
	const chat = fromUs ? (chatOf(asFilledText(body.id)) ?? body.to ?? body.from) : body.from;
	const number = key?.remoteJidAlt ?? (fromUs ? info?.RecipientAlt : info?.SenderAlt);
	const address = readAddress(chat, fromUs ? undefined : name, number);
	return delivered(payload, context, channel, address, fromUs, line, name ? { name } : {});
};

/** The chat in WAHA's message id, "true_16505551234@c.us_3EB0…". */
function chatOf(id: string | undefined): string | undefined {
	return /^(?:true|false)_([^_]+@[a-z.]+)_/.exec(id ?? '')?.[1];
}

function lineOf(event: string, body: Fields, { now }: GatewayContext): Line | undefined {
	const id = asId(body.id) ?? idOf(event, body);
	const base = { id, sentAt: timeOf(body.timestamp, now) };
	switch (event) {
		case 'message':
		case 'message.any':
			return { ...base, ...contentOf(body), ...quoted(body) };
		case 'message.reaction': {
			const reaction = asFields(body.reaction);
			const messageId = asFilledText(reaction?.messageId);
			if (!messageId) return undefined;
			const emoji = asFilledText(reaction?.text) ?? null;
			return { ...base, type: 'reaction', text: emoji ?? '', reaction: { messageId, emoji } };
		}
		case 'message.edited': {
			const messageId = asFilledText(body.editedMessageId);
			if (!messageId) return undefined;
			const text = asText(body.body) ?? '';
			return {
				...base,
				id: idOf(event, id, text),
				type: 'edit',
				text,
				target: { messageId, text },
			};
		}
		case 'message.revoked': {
			const messageId =
				asFilledText(body.revokedMessageId) ?? asFilledText(asFields(body.before)?.id);
			if (!messageId) return undefined;
			return {
				...base,
				id: idOf(event, messageId),
				type: 'revoke',
				text: '',
				target: { messageId },
			};
		}
		default:
			return undefined;
	}
}

function contentOf(body: Fields): Pick<Line, 'type' | 'text'> & Partial<Line> {
	const text = asText(body.body) ?? '';
	const location = asFields(body.location);
	const latitude = asNumber(location?.latitude);
	const longitude = asNumber(location?.longitude);
	if (latitude !== undefined && longitude !== undefined) {
		const name = asFilledText(location?.name) ?? asFilledText(location?.description);
		const address = asFilledText(location?.address);
		return {
			type: 'location',
			text: [name, address].filter(Boolean).join(', '),
			location: defined({ latitude, longitude, name, address, url: asFilledText(location?.url) }),
		};
	}
	if (Array.isArray(body.vCards) && body.vCards.length > 0) {
		const contacts = readVcards(body.vCards.filter((card) => typeof card === 'string'));
		return { type: 'contacts', text: contacts.map(({ name }) => name).join(', '), contacts };
	}
	const media = asFields(body.media);
	if (body.hasMedia === true || media) {
		const mimeType = asFilledText(media?.mimetype);
		const ptt = asFields(body._data)?.type === 'ptt' || mimeType?.includes('codecs=opus') === true;
		return {
			type: typeOfMime(mimeType),
			text,
			media: defined({
				url: asFilledText(media?.url) ?? asFilledText(body.mediaUrl),
				mimeType,
				fileName: asFilledText(media?.filename),
				caption: text || undefined,
				voice: ptt ? asBoolean(ptt) : undefined,
			}),
		};
	}
	// A poll, a call, a kind that WAHA names nowhere: nothing that a bot could answer as if it were words.
	if (text === '') return { type: 'unknown', text, raw: safeCopy(body) };
	return { type: 'text', text };
}

function quoted(body: Fields): Partial<Line> {
	const reply = asFields(body.replyTo);
	const id = asFilledText(reply?.id);
	return id ? { quoted: defined({ id, from: asFilledText(reply?.participant) }) } : {};
}
