import { createHash } from 'node:crypto';

import { channelNamed } from '../../core/conversation/gateway';
import type { CustomerIdentity } from '../../core/conversation/identity';
import type { ConversationMessage, DeliveryStatus } from '../../core/conversation/message';
import type { InboundMessage } from '../../core/ports/store';
import type { IsoTime } from '../../core/time';
import type { Fields } from '../whatsapp/fields';
import { asFields, asNumber, asTime, safeCopy } from '../whatsapp/fields';
import type { StatusUpdate } from '../whatsapp/statuses';
import type { Delivery } from '../whatsapp/webhook';
import type { Address } from './address';

/** What a reader of a gateway's format knows beside the payload. */
export interface GatewayContext {
	/** Time of arrival; stands in where the gateway gives none. */
	now: IsoTime;
	/** Channel that staff set; empty for the one that the payload names. */
	channel: string;
}

/** Reads one payload of a gateway. Undefined where it is not of this gateway's format at all. */
export type GatewayReader = (payload: Fields, context: GatewayContext) => Delivery | undefined;

/** The message as its channel says it, without what follows from who it is from. */
export type Line = Omit<ConversationMessage, 'direction' | 'author' | 'receivedAt'>;

/** Nothing to take in: an event of the gateway that is no message. */
export const NOTHING: Delivery = Object.freeze({ inbound: [], statuses: [], other: [] });

/** One message as a delivery. `fromUs`: typed by a person on the phone that the gateway is linked to. */
export function delivered(
	payload: Fields,
	context: GatewayContext,
	channel: string,
	address: Address,
	fromUs: boolean,
	line: Line,
	participant?: { name?: string },
): Delivery {
	if (address.kind === 'none') return NOTHING;
	const identity: CustomerIdentity =
		address.kind === 'group'
			? { keys: [{ kind: 'external', value: `group:${address.id}` }] }
			: address.identity;
	const inbound: InboundMessage = {
		channelId: channelNamed(context.channel || channel),
		identity,
		message: {
			...line,
			direction: fromUs ? 'out' : 'in',
			author: fromUs ? 'agent' : 'customer',
			...(fromUs ? { status: 'sent' as const } : {}),
			receivedAt: context.now,
			...(address.kind === 'group' ? { groupId: address.id } : {}),
			...(address.kind === 'group' && participant?.name ? { authorName: participant.name } : {}),
		},
		raw: safeCopy(payload),
	};
	return { ...NOTHING, inbound: [inbound] };
}

/** A delivery status as a delivery. */
export function reported(
	payload: Fields,
	context: GatewayContext,
	channel: string,
	messageId: string | undefined,
	status: DeliveryStatus | undefined,
	word: string,
	more: Partial<StatusUpdate> = {},
): Delivery {
	if (!messageId) return NOTHING;
	const update: StatusUpdate = {
		messageId,
		status: status ?? 'unknown',
		reported: word,
		at: context.now,
		channelId: channelNamed(context.channel || channel),
		accountId: '',
		...more,
		raw: safeCopy(payload),
	};
	return { ...NOTHING, statuses: [update] };
}

/** A time in seconds or milliseconds since 1970, as ISO text, or as the two halves that a 64-bit number may come in. */
export function timeOf(value: unknown, now: IsoTime): IsoTime {
	const halves = asFields(value);
	if (halves) return timeOf(halves.low, now);
	const number = asNumber(value);
	// Seconds reach this size in the year 5138.
	if (number !== undefined) return asTime(number > 100_000_000_000 ? number / 1000 : number) ?? now;
	const date = typeof value === 'string' ? new Date(value) : undefined;
	return date && !Number.isNaN(date.getTime()) ? date.toISOString() : now;
}

/** An id for a message that came without one: the same content at the same time is the same message. */
export function idOf(...parts: unknown[]): string {
	return `content.${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)}`;
}

/** Kind of message by the type of its file. */
export function typeOfMime(mime: string | undefined): ConversationMessage['type'] {
	const kind = mime?.split('/')[0];
	if (kind === 'image' || kind === 'video' || kind === 'audio') {
		return mime?.includes('webp') ? 'sticker' : kind;
	}
	return 'document';
}

/** Name and numbers of contact cards in vCard text (RFC 6350). */
export function readVcards(cards: string[]) {
	return cards.map((card) => {
		const values = (property: string) =>
			[...card.matchAll(new RegExp(`^(?:item\\d+\\.)?${property}[^:\\r\\n]*:(.+)$`, 'gim'))].map(
				(match) => match[1]!.trim(),
			);
		return {
			name: values('FN')[0] ?? '',
			phones: values('TEL'),
			emails: values('EMAIL'),
		};
	});
}
