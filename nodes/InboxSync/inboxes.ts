import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import type { ChatwootApi } from '../../adapters/inbox/chatwoot/api';
import { ChatwootError } from '../../adapters/inbox/chatwoot/errors';
import type { ChatwootCredential } from '../../adapters/inbox/chatwoot/open';
import { CHATWOOT_CREDENTIAL, openChatwoot } from '../../adapters/inbox/chatwoot/open';
import { toNodeError } from '../shared/errors';

/** Only in inboxes of this type can messages of customers be written through the API. */
const API_CHANNEL = 'Channel::Api';

/** For the list in the editor. */
export async function getChatwootInboxes(
	this: ILoadOptionsFunctions,
): Promise<INodePropertyOptions[]> {
	try {
		const credential = await this.getCredentials<ChatwootCredential>(CHATWOOT_CREDENTIAL);
		const inboxes = await apiInboxes(openChatwoot(this, credential));
		return inboxes.map(({ id, name }) => ({ name, value: id }));
	} catch (error) {
		throw toNodeError(this.getNode(), error);
	}
}

/** The chosen inbox, or the only one that it can be. Throws ChatwootError. */
export async function inboxIdOf(api: ChatwootApi, chosen: unknown): Promise<number> {
	if (chosen !== '' && chosen !== undefined && chosen !== null) {
		const id = Number(chosen);
		if (Number.isInteger(id) && id > 0) return id;
		throw new ChatwootError(
			`Chatwoot Inbox is “${String(chosen)}”, which is no ID`,
			'invalid',
			'Choose an inbox from the list, or enter the number that stands in the address of its settings.',
		);
	}
	const inboxes = await apiInboxes(api);
	if (inboxes.length === 1) return inboxes[0]!.id;
	throw inboxes.length === 0
		? new ChatwootError(
				'The Chatwoot account has no inbox of the type API',
				'invalid',
				'In Chatwoot, open Settings → Inboxes → Add Inbox → API, and make the agents and the user of the access token its members.',
			)
		: new ChatwootError(
				`The Chatwoot account has ${inboxes.length} inboxes of the type API: ${inboxes.map(({ name }) => name).join(', ')}`,
				'invalid',
				'Choose one under Chatwoot Inbox.',
			);
}

async function apiInboxes(api: ChatwootApi): Promise<Array<{ id: number; name: string }>> {
	const inboxes = await api.inboxes();
	return inboxes.filter(({ channel_type: type }) => type === API_CHANNEL);
}
