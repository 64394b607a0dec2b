import type { DeliveryStatus, InteractiveReply } from '../../core/conversation/message';
import type { Fields } from '../whatsapp/fields';
import { asFilledText, asNumber, asText, defined, safeCopy } from '../whatsapp/fields';
import { readAddress } from './address';
import type { GatewayReader, Line } from './reading';
import { NOTHING, delivered, reported, timeOf, typeOfMime } from './reading';

const STATUSES: Record<string, DeliveryStatus> = {
	accepted: 'pending',
	queued: 'pending',
	sending: 'pending',
	sent: 'sent',
	delivered: 'delivered',
	read: 'read',
	failed: 'failed',
	undelivered: 'failed',
};

/**
 * Twilio's requests for an incoming message and for a status
 * (https://www.twilio.com/docs/messaging/guides/webhook-request), and the same facts in its event stream, which spells the names
 * with a small first letter. The numbers carry "whatsapp:".
 */
export const twilio: GatewayReader = (payload, context) => {
	const fields: Fields = Object.fromEntries(
		Object.entries(payload).map(([name, value]) => [name.toLowerCase(), value]),
	);
	const text = (name: string) => asFilledText(fields[name]);
	const id = text('messagesid') ?? text('smsmessagesid') ?? text('smssid');
	if (!id || !text('from')) return undefined;
	const status = text('messagestatus') ?? text('smsstatus');
	const incoming = status === undefined || status === 'received' || status === 'receiving';
	const channelOf = (address: string | undefined) =>
		`twilio:${(address ?? '').replace(/^whatsapp:\+?/i, '') || 'default'}`;
	if (!incoming) {
		const code = asNumber(fields.errorcode);
		return reported(payload, context, channelOf(text('from')), id, STATUSES[status], status, {
			...(code
				? { errors: [{ code, title: text('errormessage') ?? `Twilio error ${code}` }] }
				: {}),
		});
	}
	const name = text('profilename');
	const line: Line = {
		id,
		sentAt: timeOf(fields.timestamp, context.now),
		...contentOf(fields),
		...referral(fields),
		...quoted(fields),
	};
	const address = readAddress(text('from'), name, text('waid'));
	// A user id stands beside the number, and alone where the customer shows none.
	const userId = text('externaluserid')?.replace(/^whatsapp:/i, '');
	const known = readAddress(userId);
	if (address.kind === 'person' && known.kind === 'person') {
		const { keys, userId: own } = known.identity;
		address.identity = {
			...address.identity,
			...(own ? { userId: own } : {}),
			keys: [
				...address.identity.keys,
				...keys.filter((key) => !address.identity.keys.some((other) => other.value === key.value)),
			],
		};
	}
	return address.kind === 'none'
		? NOTHING
		: delivered(payload, context, channelOf(text('to')), address, false, line);
};

function contentOf(fields: Fields): Pick<Line, 'type' | 'text'> & Partial<Line> {
	const body = asText(fields.body) ?? '';
	const latitude = asNumber(fields.latitude);
	const longitude = asNumber(fields.longitude);
	if (latitude !== undefined && longitude !== undefined) {
		const name = asFilledText(fields.label);
		const address = asFilledText(fields.address);
		return {
			type: 'location',
			text: [name, address].filter(Boolean).join(', ') || body,
			location: defined({ latitude, longitude, name, address }),
		};
	}
	const title = asFilledText(fields.buttontext);
	if (title) {
		const ofTemplate = asFilledText(fields.messagetype) === 'button';
		const kind: InteractiveReply['kind'] = ofTemplate ? 'template_button' : 'button';
		return {
			type: ofTemplate ? 'button' : 'interactive',
			text: title,
			interactive: defined({ kind, id: asFilledText(fields.buttonpayload), title }),
		};
	}
	const list = asFilledText(fields.listtitle);
	if (list) {
		return {
			type: 'interactive',
			text: list,
			interactive: defined({ kind: 'list' as const, id: asFilledText(fields.listid), title: list }),
		};
	}
	const url = asFilledText(fields.mediaurl0);
	if (url) {
		const mimeType = asFilledText(fields.mediacontenttype0);
		return {
			type: typeOfMime(mimeType),
			text: body,
			media: defined({
				url,
				mimeType,
				caption: body || undefined,
				// WhatsApp records voice notes as Opus in Ogg.
				voice: mimeType?.startsWith('audio/ogg') ? true : undefined,
			}),
		};
	}
	if (body === '') return { type: 'unknown', text: body, raw: safeCopy(fields) };
	return { type: 'text', text: body };
}

function quoted(fields: Fields): Partial<Line> {
	const id = asFilledText(fields.originalrepliedmessagesid);
	const many = asFilledText(fields.frequentlyforwarded) === 'true';
	const forwarded = many || asFilledText(fields.forwarded) === 'true';
	if (!id && !forwarded) return {};
	return {
		quoted: defined({
			id,
			from: asFilledText(fields.originalrepliedmessagesender),
			forwarded: forwarded ? true : undefined,
			forwardedManyTimes: many ? true : undefined,
		}),
	};
}

function referral(fields: Fields): Partial<Line> {
	const known = defined({
		sourceType: asFilledText(fields.referralsourcetype),
		sourceId: asFilledText(fields.referralsourceid),
		sourceUrl: asFilledText(fields.referralsourceurl),
		headline: asFilledText(fields.referralheadline),
		body: asFilledText(fields.referralbody),
		clickId: asFilledText(fields.referralctwaclid),
	});
	return Object.keys(known).length > 0 ? { referral: known } : {};
}
