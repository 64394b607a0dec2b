import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { CHATWOOT_CREDENTIAL } from '../../adapters/inbox/chatwoot/open';
import { WHATSAPP_CREDENTIAL } from '../../adapters/whatsapp/open';
import { checkParameters } from '../shared/checkParameters';
import { failedItem, toNodeError } from '../shared/errors';
import { storeCredential, storeFor } from '../shared/store';
import { getChatwootInboxes } from './inboxes';
import { parameters } from './parameters';

export class InboxSync implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Inbox Sync',
		name: 'inboxSync',
		icon: { light: 'file:inboxSync.svg', dark: 'file:inboxSync.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle: 'Chatwoot',
		description:
			'Bring a WhatsApp conversation to Chatwoot and keep it up to date there: messages with files, the brief as a private note, labels, priority, team, agent and status',
		defaults: { name: 'Inbox Sync' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			// Sample conversations go nowhere; docs/decisions/0008.
			{ name: CHATWOOT_CREDENTIAL, displayName: 'Chatwoot', required: false },
			{
				name: WHATSAPP_CREDENTIAL,
				displayName: 'WhatsApp (Optional, Brings Files)',
				required: false,
			},
			storeCredential,
		],
		properties: parameters,
	};

	methods = { loadOptions: { getChatwootInboxes } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const { syncItem } = await import('./syncItem');
		const items = this.getInputData();
		const output: INodeExecutionData[] = [];
		for (let index = 0; index < items.length; index++) {
			try {
				checkParameters(this, parameters, index);
				const json = await syncItem(this, index, await storeFor(this));
				output.push({ json, pairedItem: { item: index } });
			} catch (error) {
				const failure = toNodeError(this.getNode(), error, index);
				if (!this.continueOnFail()) throw failure;
				output.push(failedItem(this.getNode(), items[index]!, failure, index));
			}
		}
		return [output];
	}
}
