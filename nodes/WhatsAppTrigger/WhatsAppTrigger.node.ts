import type {
	IHookFunctions,
	ILoadOptionsFunctions,
	INodePropertyOptions,
	INodeType,
	INodeTypeDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { toNodeError } from '../shared/errors';
import { storeCredential } from '../shared/store';
import { parameters } from './parameters';
import { listPhoneNumbers } from './phoneNumbers';

/** Address of the webhook below n8n's own part; one for verification and deliveries, as Meta wants it. */
const PATH = 'whatsapp';

export class WhatsAppTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'WhatsApp Handoff Trigger',
		name: 'whatsAppTrigger',
		icon: { light: 'file:whatsAppTrigger.svg', dark: 'file:whatsAppTrigger.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle:
			'={{ $parameter["setup"] === "automatic" ? "registered with Meta" : "address entered at Meta" }}',
		description:
			'Start when a customer writes on WhatsApp. Each message comes once, and on the output of whoever is in charge: bot or person.',
		defaults: { name: 'WhatsApp Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		outputNames: ['Bot', 'Human', 'Status'],
		credentials: [
			{ name: 'whatsAppHandoffApi', displayName: 'WhatsApp', required: true },
			storeCredential,
		],
		webhooks: [
			{
				name: 'setup',
				httpMethod: 'GET',
				responseMode: 'onReceived',
				responseData: 'noData',
				path: PATH,
				ndvHideUrl: true,
			},
			{
				name: 'default',
				httpMethod: 'POST',
				responseMode: 'onReceived',
				responseData: 'noData',
				path: PATH,
				ndvHideMethod: true,
			},
		],
		triggerPanel: {
			header: 'Listen for a WhatsApp message',
			executionsHelp: {
				inactive:
					'<b>While building</b>, click "Listen for test event" and let Meta deliver to the test URL, or write to your number once the workflow is published. <br /><br /><b>Once you are happy</b>, publish the workflow: every message then starts it, and shows in the executions list.',
				active:
					'<b>While building</b>, click "Listen for test event" and send a message to the test URL. <br /><br /><b>The workflow is published</b>, so messages on the production URL start it, and show in the executions list.',
			},
			activationHint:
				'Publish the workflow to receive messages without listening for a test event.',
		},
		properties: parameters,
	};

	methods = {
		loadOptions: {
			async getPhoneNumbers(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
				return await listPhoneNumbers(this);
			},
		},
	};

	webhookMethods = {
		default: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				const { isRegistered } = await import('./registration');
				return await isRegistered(this);
			},
			async create(this: IHookFunctions): Promise<boolean> {
				const { register } = await import('./registration');
				return await register(this);
			},
			async delete(this: IHookFunctions): Promise<boolean> {
				const { unregister } = await import('./registration');
				return await unregister(this);
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		try {
			const { receiveDelivery, verifyAddress } = await import('./receive');
			return this.getWebhookName() === 'setup'
				? await verifyAddress(this)
				: await receiveDelivery(this);
		} catch (error) {
			// n8n answers 500, so that Meta delivers again, and shows an execution that says why.
			throw toNodeError(this.getNode(), error);
		}
	}
}
