import type { N8nClient } from '../../host/n8n';
import { freshCustomer } from './fixtures';
import { LIMIT_MS, environment, graph, itemOf, sharedCredentials, signedInClient } from './harness';
import { webhookWorkflow } from './webhookWorkflow';

jest.setTimeout(3 * LIMIT_MS);

const CONVERSATION = 'n8n-nodes-whatsapp-handoff.conversation';

interface Slot {
	id: string;
	displayName: string;
	required: boolean;
}

describe('a template that is chosen from the list, in a real n8n', () => {
	let client: N8nClient;
	let credentials: object;
	beforeAll(async () => {
		client = await signedInClient();
		const { whatsAppHandoffApi } = await sharedCredentials(client);
		credentials = { whatsAppHandoffApi };
	});

	const ask = <T>(what: string, methodName: string, path: string) =>
		client.call<T>('POST', `/rest/dynamic-node-parameters/${what}`, {
			nodeTypeAndVersion: { name: CONVERSATION, version: 1 },
			path: `parameters.${path}`,
			methodName,
			currentNodeParameters: {
				operation: 'reply',
				content: 'template',
				templateFrom: 'list',
				templateChoice: 'order_receipt|en_US',
			},
			credentials,
		});

	it('shows its fields in the editor, and goes out with what they hold', async () => {
		const options = await ask<Array<{ value: string }>>(
			'options',
			'getTemplates',
			'templateChoice',
		);
		expect(options.map(({ value }) => value)).toContain('order_receipt|en_US');
		const { fields } = await ask<{ fields: Slot[] }>(
			'resource-mapper-fields',
			'getTemplateSlots',
			'templateSlots',
		);
		expect(fields.filter(({ required }) => required).map(({ displayName }) => displayName)).toEqual(
			[
				'Header Document (Address or Media ID)',
				'Body Value 1, e.g. Robin',
				'Body Value 2, e.g. AB-4711',
				'Button 2 “Track”: What Its Address Ends With',
			],
		);

		const customer = freshCustomer();
		const run = await webhookWorkflow(client, [
			{
				name: 'Record Message',
				type: CONVERSATION,
				parameters: {
					operation: 'recordMessage',
					format: 'fields',
					from: '={{ $json.body.from }}',
					customerName: 'Kim',
					text: 'Hello',
					messageId: '={{ $json.body.id }}',
					recordOptions: { channel: environment.phoneNumberId },
				},
				then: [['Receipt']],
			},
			{
				name: 'Receipt',
				type: CONVERSATION,
				parameters: {
					operation: 'reply',
					author: 'system',
					content: 'template',
					templatePurpose: 'utility',
					templateFrom: 'list',
					templateChoice: 'order_receipt|en_US',
					templateSlots: {
						mappingMode: 'defineBelow',
						schema: fields,
						value: {
							headerFile_document: 'https://shop.example/receipt.pdf',
							headerFileName: 'Receipt.pdf',
							body_1: '={{ $json.customer.name }}',
							body_2: "={{ 'AB-' + 7 }}",
							button2_url: 'AB-7',
						},
					},
				},
				credentials,
			},
		]);
		const execution = await run({ from: customer, id: `x-${customer}` });
		expect(execution.error).toBeUndefined();
		expect(itemOf(execution, 'Receipt')).toMatchObject({
			reply: { outcome: 'sent', template: { name: 'order_receipt' } },
		});
		const [message] = (await graph.messages()).filter(({ waId }) => waId === customer);
		expect(message!.raw).toMatchObject({
			template: {
				components: [
					{ parameters: [{ document: { filename: 'Receipt.pdf' } }] },
					{ parameters: [{ text: 'Kim' }, { text: 'AB-7' }] },
					{ sub_type: 'url', index: '1', parameters: [{ text: 'AB-7' }] },
				],
			},
		});
		expect(await graph.violations()).toEqual([]);
	});
});
