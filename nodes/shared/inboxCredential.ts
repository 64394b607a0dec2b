import type { IExecuteFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

/** The secret that signs links to the inbox. Says where to choose it, which n8n's own message does not. */
export async function inboxCredential(
	context: IExecuteFunctions,
): Promise<{ signingSecret: string }> {
	try {
		return await context.getCredentials('whatsAppHandoffInboxApi');
	} catch {
		throw new NodeOperationError(
			context.getNode(),
			'No Inbox Sign-In credential is chosen in this node',
			{ description: 'Open the node and choose the credential that the node Handoff Inbox has.' },
		);
	}
}
