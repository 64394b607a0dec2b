import type { CustomerIdentity } from '../../core/conversation/identity';
import type { DeliveryStatus, MessageError } from '../../core/conversation/message';
import type { IsoTime } from '../../core/time';
import type { Fields } from './fields';
import { asBoolean, asFields, asFilledText, asTime, defined, safeCopy } from './fields';
import { identityFrom, identityOf, personRef } from './identity';
import { readErrors } from './messages';

/** What became of a message that we sent. */
export interface StatusUpdate {
	messageId: string;
	/** One that the store keeps, or a word that Meta added later. */
	status: DeliveryStatus | 'unknown';
	/** Meta's own word. */
	reported: string;
	at: IsoTime;
	/** Our phone number's id. */
	channelId: string;
	/** WhatsApp Business Account id. */
	accountId: string;
	/** The customer; in groups, the member whose status it is. */
	recipient?: CustomerIdentity;
	groupId?: string;
	/** For `failed`: why. */
	errors?: MessageError[];
	/** What Meta charges by. */
	pricing?: { billable?: boolean; model?: string; category?: string; type?: string };
	/** Meta's billing conversation, where the delivery names one. */
	billingConversation?: { id?: string; origin?: string; expiresAt?: IsoTime };
	/** The `biz_opaque_callback_data` that the message was sent with. */
	tracker?: string;
	raw: unknown;
}

const KNOWN: ReadonlySet<string> = new Set<DeliveryStatus>([
	'sent',
	'delivered',
	'read',
	'played',
	'failed',
]);

/** Reads one entry of `statuses`; undefined if it names no message. */
export function readStatus(
	status: Fields,
	context: { channelId: string; accountId: string; contacts: Fields[]; now: IsoTime },
): StatusUpdate | undefined {
	const messageId = asFilledText(status.id);
	const reported = asFilledText(status.status);
	if (!messageId || !reported) return undefined;
	const word = reported.toLowerCase();
	const inGroup = status.recipient_type === 'group';
	const person = inGroup
		? personRef(
				status.recipient_participant_id,
				status.recipient_participant_user_id,
				status.recipient_participant_parent_user_id,
			)
		: personRef(status.recipient_id, status.recipient_user_id, status.recipient_parent_user_id);
	const pricing = asFields(status.pricing);
	const billing = asFields(status.conversation);
	const errors = readErrors(status.errors);
	return defined({
		messageId,
		status: KNOWN.has(word) ? (word as DeliveryStatus) : ('unknown' as const),
		reported,
		at: asTime(status.timestamp) ?? context.now,
		channelId: context.channelId,
		accountId: context.accountId,
		recipient: identityOf(person, context.contacts) ?? identityFrom(person),
		groupId: inGroup ? asFilledText(status.recipient_id) : undefined,
		errors: errors.length > 0 ? errors : undefined,
		pricing:
			pricing &&
			defined({
				billable: asBoolean(pricing.billable),
				model: asFilledText(pricing.pricing_model),
				category: asFilledText(pricing.category),
				type: asFilledText(pricing.type),
			}),
		billingConversation:
			billing &&
			defined({
				id: asFilledText(billing.id),
				origin: asFilledText(asFields(billing.origin)?.type),
				expiresAt: asTime(billing.expiration_timestamp),
			}),
		tracker: asFilledText(status.biz_opaque_callback_data),
		raw: safeCopy(status),
	});
}
