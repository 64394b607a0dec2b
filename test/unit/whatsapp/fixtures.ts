import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Fields } from '../../../adapters/whatsapp/fields';

const ROOT = join(__dirname, '../../fixtures/whatsapp/payloads');

/** Names of all recorded payloads, e.g. "pywa/message__text". */
export const PAYLOADS: string[] = ['meta-openapi', 'pywa'].flatMap((folder) =>
	readdirSync(join(ROOT, folder))
		.filter((file) => file.endsWith('.json'))
		.map((file) => `${folder}/${file.slice(0, -'.json'.length)}`),
);

export function payload(name: string): Fields {
	return JSON.parse(readFileSync(join(ROOT, `${name}.json`), 'utf8')) as Fields;
}

/** A delivery with these messages of a customer, as Meta wraps them. */
export function deliveryOf(
	messages: Fields[],
	value: Fields = {},
	contacts: Fields[] = [{ profile: { name: 'Robin Sample' }, wa_id: '16505551234' }],
): Fields {
	return change('messages', { contacts, messages, ...value });
}

/** A delivery of one change of any field. */
export function change(field: string, value: Fields): Fields {
	return {
		object: 'whatsapp_business_account',
		entry: [
			{
				id: '102290129340398',
				changes: [
					{
						field,
						value: {
							messaging_product: 'whatsapp',
							metadata: {
								display_phone_number: '15550783881',
								phone_number_id: '106540352242922',
							},
							...value,
						},
					},
				],
			},
		],
	};
}

/** A text message; `seconds` is Meta's timestamp. */
export function textMessage(
	id: string,
	body: string,
	seconds = 1_760_000_000,
	from = '16505551234',
): Fields {
	return { from, id, timestamp: String(seconds), type: 'text', text: { body } };
}
