import type { Fields } from '../whatsapp/fields';
import { asFields, asList } from '../whatsapp/fields';
import { WHATSAPP_OBJECT, readDelivery } from '../whatsapp/webhook';
import { channelNamed } from '../../core/conversation/gateway';
import type { GatewayReader } from './reading';

/**
 * Payloads of the Cloud API that reach the workflow by another way than WhatsApp Trigger: a whole webhook body, or one `value` of it, as
 * n8n's own WhatsApp trigger gives it out.
 */
export const cloudApi: GatewayReader = (payload, { now, channel }) => {
	const body = wholeBody(payload);
	if (!body) return undefined;
	return readDelivery(body, now, channel ? channelNamed(channel) : '');
};

function wholeBody(payload: Fields): Fields | undefined {
	if (payload.object === WHATSAPP_OBJECT && Array.isArray(payload.entry)) return payload;
	if (payload.messaging_product === 'whatsapp' || asFields(payload.metadata)?.phone_number_id) {
		const field = typeof payload.field === 'string' ? payload.field : 'messages';
		return { object: WHATSAPP_OBJECT, entry: [{ changes: [{ field, value: payload }] }] };
	}
	const changes = asList(payload.changes);
	return changes.length > 0 ? { object: WHATSAPP_OBJECT, entry: [payload] } : undefined;
}
