import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { graphFor, whatsAppCredential } from '../../adapters/whatsapp/open';
import { phoneNumbers } from '../../adapters/whatsapp/registration';
import { toNodeError } from '../shared/errors';

/** The numbers of the credential's business account, for the list in the editor. */
export async function listPhoneNumbers(
	context: ILoadOptionsFunctions,
): Promise<INodePropertyOptions[]> {
	const credential = await whatsAppCredential(context);
	const accountId = credential.businessAccountId;
	if (!accountId) return [{ name: credential.phoneNumberId, value: credential.phoneNumberId }];
	try {
		const numbers = await phoneNumbers(graphFor(context, credential), accountId);
		return numbers.map(({ id, displayNumber, name }) => ({
			name: name ? `${displayNumber} (${name})` : displayNumber,
			value: id,
		}));
	} catch (error) {
		throw toNodeError(context.getNode(), error);
	}
}
