import type { DeliveryStatus, MessageType } from '../../core/conversation/message';
import { channelNamed } from '../../core/conversation/gateway';
import type { IsoTime } from '../../core/time';
import type { Fields } from '../whatsapp/fields';
import { asFilledText, asId, asText, defined } from '../whatsapp/fields';
import type { Delivery } from '../whatsapp/webhook';
import { readAddress } from './address';
import { NOTHING, idOf, reported, timeOf } from './reading';

/** Who wrote, as staff choose it. */
export type MappedDirection = 'customer' | 'agent' | 'bot';

/** Words of gateways for what became of a message. */
const WORDS: Record<string, DeliveryStatus> = {
	accepted: 'pending',
	pending: 'pending',
	queued: 'pending',
	sending: 'pending',
	submitted: 'pending',
	enroute: 'sent',
	sent: 'sent',
	server: 'sent',
	delivered: 'delivered',
	device: 'delivered',
	displayed: 'read',
	read: 'read',
	seen: 'read',
	played: 'played',
	error: 'failed',
	failed: 'failed',
	rejected: 'failed',
	undeliverable: 'failed',
	undelivered: 'failed',
};

/** What became of a message of ours, as staff have mapped it by hand. */
export interface MappedStatus {
	/** The gateway's id of the message. */
	id: unknown;
	status: unknown;
	/** Why it failed. */
	reason?: unknown;
	sentAt?: unknown;
	channel: string;
	raw: unknown;
}

/** Reads a mapped status. Undefined where it names no message or says nothing. */
export function readMappedStatus(mapped: MappedStatus, now: IsoTime): Delivery | undefined {
	const id = asId(mapped.id);
	const word = asFilledText(mapped.status);
	if (!id || !word) return undefined;
	const status = WORDS[word.trim().toLowerCase()];
	const reason = asFilledText(mapped.reason);
	return reported(
		(mapped.raw ?? {}) as Fields,
		{ now, channel: mapped.channel },
		'',
		id,
		status,
		word,
		{
			at: timeOf(mapped.sentAt, now),
			...(status === 'failed' ? { errors: [{ code: 0, title: reason ?? word }] } : {}),
		},
	);
}

/** A message whose parts staff have mapped by hand. Only `from` is needed. */
export interface MappedMessage {
	from: unknown;
	name?: unknown;
	text?: unknown;
	type?: string;
	id?: unknown;
	sentAt?: unknown;
	channel: string;
	direction: MappedDirection;
	mediaUrl?: unknown;
	mediaType?: unknown;
	fileName?: unknown;
	replyTo?: unknown;
	raw: unknown;
}

/** Reads a mapped message. Undefined where nothing says who the customer is. */
export function readMapped(mapped: MappedMessage, now: IsoTime): Delivery | undefined {
	const address = readAddress(mapped.from, mapped.name);
	if (address.kind === 'none') return undefined;
	const text = asText(mapped.text) ?? '';
	const type = (asFilledText(mapped.type) ?? 'text') as MessageType;
	const sentAt = timeOf(mapped.sentAt, now);
	const url = asFilledText(mapped.mediaUrl);
	const mimeType = asFilledText(mapped.mediaType);
	const fileName = asFilledText(mapped.fileName);
	const replyTo = asFilledText(mapped.replyTo);
	const media = defined({ url, mimeType, fileName, caption: url && text ? text : undefined });
	return {
		...NOTHING,
		inbound: [
			{
				channelId: channelNamed(mapped.channel),
				identity:
					address.kind === 'group'
						? { keys: [{ kind: 'external', value: `group:${address.id}` }] }
						: address.identity,
				message: {
					id:
						asId(mapped.id) ??
						idOf(mapped.channel, mapped.from, mapped.direction, type, text, sentAt),
					direction: mapped.direction === 'customer' ? 'in' : 'out',
					author: mapped.direction,
					...(mapped.direction === 'customer' ? {} : { status: 'sent' as const }),
					type,
					text,
					sentAt,
					receivedAt: now,
					...(Object.keys(media).length > 0 ? { media } : {}),
					...(replyTo ? { quoted: { id: replyTo } } : {}),
					...(address.kind === 'group' ? { groupId: address.id } : {}),
				},
				raw: mapped.raw,
			},
		],
	};
}
