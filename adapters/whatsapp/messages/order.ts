import { asFields, asFilledText, asList, asNumber, asText, defined } from '../fields';
import type { ContentReader } from './reader';

/** A cart that the customer sent from the catalogue. */
export const order: ContentReader = (message) => {
	const cart = asFields(message.order);
	if (!cart) return undefined;
	const note = asText(cart.text) ?? '';
	return {
		type: 'order',
		text: note,
		order: defined({
			catalogId: asFilledText(cart.catalog_id),
			text: note || undefined,
			items: asList(cart.product_items).map((item) =>
				defined({
					productId: asText(item.product_retailer_id) ?? '',
					quantity: asNumber(item.quantity) ?? 1,
					price: asNumber(item.item_price),
					currency: asFilledText(item.currency),
				}),
			),
		}),
	};
};
