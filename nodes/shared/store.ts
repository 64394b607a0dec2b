import type {
	ICredentialDataDecryptedObject,
	INode,
	INodeCredentialDescription,
} from 'n8n-workflow';

import type { StoreOptions } from '../../adapters/store/open';
import type { HandoffStore } from '../../core/ports/store';
import { recentCredentials } from './recentCredentials';

/** Name of the store's credential type. */
export const STORE_CREDENTIAL = 'whatsAppHandoffStoreApi';

/** For a node's description: the store works without a credential (a file in n8n's own folder), so none is required. */
export const storeCredential: INodeCredentialDescription = {
	name: STORE_CREDENTIAL,
	// The editor calls every credential of a node just that; beside another one it has to be told apart.
	displayName: 'Handoff Store (Optional)',
	required: false,
};

interface CredentialContext {
	getNode(): INode;
	getCredentials<T extends object = ICredentialDataDecryptedObject>(
		type: string,
		itemIndex?: number,
	): Promise<T>;
}

/**
 * The store that this node works on: by its credential if one is chosen, else the embedded default. Opened once per process
 * and place. Throws StoreError, e.g. in queue mode without PostgreSQL.
 */
export async function storeFor(context: CredentialContext): Promise<HandoffStore> {
	const chosen = context.getNode().credentials?.[STORE_CREDENTIAL] !== undefined;
	const { openStore } = await import('../../adapters/store/open');
	return openStore(chosen ? await recentCredentials<StoreOptions>(context, STORE_CREDENTIAL) : {});
}
