import type { Fields } from '../whatsapp/fields';
import { asFields } from '../whatsapp/fields';
import type { Delivery } from '../whatsapp/webhook';
import { cloudApi } from './cloudApi';
import { evolution } from './evolution';
import type { GatewayContext, GatewayReader } from './reading';
import { twilio } from './twilio';
import { waha } from './waha';

export { readMapped, readMappedStatus } from './mapped';
export type { MappedDirection, MappedMessage } from './mapped';

/** Formats whose payloads are read as they come. */
export const GATEWAYS = { waha, evolution, twilio, cloudApi } satisfies Record<
	string,
	GatewayReader
>;

export type GatewayFormat = keyof typeof GATEWAYS;

/**
 * Reads an item that holds a gateway's payload: itself, or in `body`, where n8n's Webhook node puts it, or in `data`, where event
 * streams do. Undefined where none of them is of that format.
 */
export function readGateway(
	format: GatewayFormat,
	item: Fields,
	context: GatewayContext,
): Delivery | undefined {
	for (const candidate of [item, asFields(item.body), asFields(item.data)]) {
		const read = candidate && GATEWAYS[format](candidate, context);
		if (read) return read;
	}
	return undefined;
}
