import { asFields, asFilledText, asText, defined } from '../fields';
import type { ContentReader } from './reader';

/** WhatsApp speaks about the customer: a new number, a new device. */
export const system: ContentReader = (message) => {
	const body = asFields(message.system);
	if (!body) return undefined;
	return {
		type: 'system',
		text: asText(body.body) ?? '',
		system: defined({
			kind: asFilledText(body.type) ?? 'unknown',
			// Up to Graph v11 the field was called new_wa_id.
			newWaId: asFilledText(body.wa_id) ?? asFilledText(body.new_wa_id),
			newUserId: asFilledText(body.user_id) ?? asFilledText(body.new_user_id),
		}),
	};
};
