import type {
	IHookFunctions,
	INodeType,
	INodeTypeDescription,
	ITriggerFunctions,
	ITriggerResponse,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { CHATWOOT_CREDENTIAL } from '../../adapters/inbox/chatwoot/open';
import { WHATSAPP_CREDENTIAL } from '../../adapters/whatsapp/open';
import { storeCredential, storeFor } from '../shared/store';
import { isChatwoot } from './isChatwoot';
import { parameters } from './parameters';

export class HandoffInbox implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Handoff Inbox',
		name: 'handoffInbox',
		icon: { light: 'file:handoffInbox.svg', dark: 'file:handoffInbox.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle:
			'={{ $parameter["inbox"] === "chatwoot" ? "Agents in Chatwoot" : "Shared inbox for agents" }}',
		description:
			'A web page on which agents see waiting WhatsApp conversations, claim them and answer, or Chatwoot in its place; what they do starts the workflow',
		defaults: { name: 'Handoff Inbox' },
		inputs: [],
		outputs: [
			NodeConnectionTypes.Main,
			NodeConnectionTypes.Main,
			NodeConnectionTypes.Main,
			NodeConnectionTypes.Main,
			NodeConnectionTypes.Main,
			NodeConnectionTypes.Main,
		],
		outputNames: ['Claimed', 'Reply', 'Note', 'Reassigned', 'Resolved', 'Returned to Bot'],
		// Hidden, not shown: see CrmUpsert/account.ts.
		credentials: [
			{
				name: 'whatsAppHandoffInboxApi',
				displayName: 'Inbox Sign-In',
				required: true,
				displayOptions: { hide: { inbox: ['chatwoot'] } },
			},
			{
				name: CHATWOOT_CREDENTIAL,
				displayName: 'Chatwoot',
				required: true,
				displayOptions: { hide: { inbox: ['embedded'] } },
			},
			// Only to show agents the files that customers send.
			{
				name: WHATSAPP_CREDENTIAL,
				displayName: 'WhatsApp (Optional, Shows Files)',
				required: false,
				displayOptions: { hide: { inbox: ['chatwoot'] } },
			},
			storeCredential,
		],
		webhooks: [
			{ name: 'setup', httpMethod: 'GET', responseMode: 'onReceived', path: 'inbox' },
			{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'inbox' },
		],
		properties: parameters,
	};

	webhookMethods = {
		default: {
			/** The address is remembered anew at each activation: it changes when the instance moves. */
			checkExists(): Promise<boolean> {
				return Promise.resolve(false);
			},
			async create(this: IHookFunctions): Promise<boolean> {
				const store = await storeFor(this);
				if (isChatwoot(this)) await (await import('./chatwoot')).beginWebhook(this);
				else if (this.getActivationMode() !== 'manual') {
					await store.putSetting('inbox.url', this.getNodeWebhookUrl('setup'));
				}
				return true;
			},
			/** Links that have been sent keep their address, so that they work again after a restart. */
			async delete(this: IHookFunctions): Promise<boolean> {
				if (isChatwoot(this)) await (await import('./chatwoot')).endWebhook(this);
				return true;
			},
		},
	};

	/** Runs while the workflow is published, for what has to happen without a request. */
	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		if (this.getMode() === 'manual') return {};
		const { endHolds } = await import('../../adapters/inbox/holds');
		const holds = endHolds(await storeFor(this), (error) =>
			this.logger.warn(`Handoff Inbox could not end a hold: ${(error as Error).message}`),
		);
		const missed = isChatwoot(this) ? (await import('./chatwoot')).watchForMissed(this) : undefined;
		return {
			async closeFunction() {
				await Promise.all([holds.stop(), missed?.stop()]);
			},
		};
	}

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		const { answer } = await import('./webhook');
		return answer(this);
	}
}
