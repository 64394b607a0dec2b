import type { MessageType } from '../../core/conversation/message';
import { channelNamed } from '../../core/conversation/gateway';
import type { IsoTime } from '../../core/time';
import { asFilledText, asId, asText, defined } from '../whatsapp/fields';
import type { Delivery } from '../whatsapp/webhook';
import { readAddress } from './address';
import { NOTHING, idOf, timeOf } from './reading';

/** Who wrote, as staff choose it. */
export type MappedDirection = 'customer' | 'agent' | 'bot';

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
