import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { waitForExecution } from '../../host/executions';
import { publishTriggerAlone } from '../../host/load';
import type { N8nClient } from '../../host/n8n';
import { webhookIsLive } from '../../host/stack';
import type { Dialog360 } from '../../sandbox/graph/dialog360';
import { startDialog360StandIn } from '../../sandbox/graph/dialog360';
import { serve } from '../../sandbox/http';
import { freshCustomer } from './fixtures';
import { LIMIT_MS, environment, graph, itemOf, signedInClient } from './harness';
import { webhookWorkflow } from './webhookWorkflow';

jest.setTimeout(3 * LIMIT_MS);

let client: N8nClient;
beforeAll(async () => {
	client = await signedInClient();
});

const CONVERSATION = 'n8n-nodes-whatsapp-handoff.conversation';

describe('a bot behind WAHA and Twilio, in a real n8n', () => {
	/** The two gateways' own ways to send, of which each answers with an id of its own. */
	let gateways: Awaited<ReturnType<typeof serve>>;
	const taken: Array<{ path: string; body: unknown; text: string }> = [];
	const ids = { waha: `3EB0${randomUUID().slice(0, 8)}`, twilio: `SM${randomUUID()}` };
	let refuses = false;

	beforeAll(async () => {
		gateways = await serve([
			{
				method: 'POST',
				path: '/api/sendText',
				handle({ path: at, body, raw }) {
					taken.push({ path: at, body, text: raw.toString() });
					if (refuses) return { status: 422, body: { message: 'The session is not connected' } };
					const { chatId } = body as { chatId: string };
					return { status: 201, body: { id: `true_${chatId}_${ids.waha}`, body: 'sent' } };
				},
			},
			{
				method: 'POST',
				path: '/2010-04-01/Accounts/AC1/Messages.json',
				handle({ path: at, body, raw }) {
					taken.push({ path: at, body, text: raw.toString() });
					return { status: 201, body: { sid: ids.twilio, status: 'queued' } };
				},
			},
		]);
	});
	afterAll(() => gateways.close());
	beforeEach(() => {
		taken.length = 0;
		refuses = false;
	});

	/** Webhook → Record Message → Reply → the gateway → Record as Sent, as docs/nodes/conversation.md describes it. */
	const bot = (format: 'waha' | 'twilio') =>
		webhookWorkflow(client, [
			{
				name: 'Record Message',
				type: CONVERSATION,
				parameters: { operation: 'recordMessage', format },
				then: [['Reply'], [], ['Status']],
			},
			{
				name: 'Reply',
				type: CONVERSATION,
				parameters: { operation: 'reply', text: 'It left today.' },
				then: [['Gateway']],
			},
			{
				name: 'Gateway',
				type: 'n8n-nodes-base.httpRequest',
				typeVersion: 4.2,
				onError: 'continueErrorOutput',
				parameters:
					format === 'waha'
						? {
								method: 'POST',
								url: `${gateways.url}/api/sendText`,
								sendBody: true,
								bodyParameters: {
									parameters: [
										{ name: 'session', value: 'default' },
										{ name: 'chatId', value: '={{ $json.customer.waId }}@c.us' },
										{ name: 'text', value: '={{ $json.reply.text }}' },
									],
								},
							}
						: {
								method: 'POST',
								url: `${gateways.url}/2010-04-01/Accounts/AC1/Messages.json`,
								sendBody: true,
								contentType: 'form-urlencoded',
								bodyParameters: {
									parameters: [
										{ name: 'To', value: '=whatsapp:{{ $json.customer.phone }}' },
										{ name: 'Body', value: '={{ $json.reply.text }}' },
									],
								},
							},
				then: [['Record as Sent'], ['Record Refusal']],
			},
			{
				name: 'Record as Sent',
				type: CONVERSATION,
				parameters: {
					operation: 'recordSent',
					ownMessageId: "={{ $('Reply').item.json.reply.messageIds[0] }}",
				},
				then: [],
			},
			{
				name: 'Record Refusal',
				type: CONVERSATION,
				parameters: {
					operation: 'recordSent',
					ownMessageId: "={{ $('Reply').item.json.reply.messageIds[0] }}",
					gatewayOutcome: 'failed',
				},
				then: [],
			},
			{ name: 'Status', type: CONVERSATION, parameters: { operation: 'get' } },
		]);

	const sample = (name: string, customer: string): Record<string, unknown> =>
		JSON.parse(
			readFileSync(path.join(__dirname, '..', 'fixtures', 'gateways', `${name}.json`), 'utf8')
				.replaceAll('16505551234', customer)
				.replaceAll('3EB0C767D26A1B5F0009', ids.waha)
				.replaceAll('3EB0C767D26A1B5F', randomUUID().slice(0, 8))
				.replaceAll('SM000000000000000000000000000000B1', ids.twilio)
				.replaceAll('SM0000000000000000000000000000', randomUUID()),
		) as Record<string, unknown>;

	it('of WAHA: the answer goes out, and its acknowledgements are shown on it', async () => {
		const run = await bot('waha');
		const customer = freshCustomer();
		const answered = await run(sample('waha/text', customer));
		expect([answered.error, taken]).toMatchObject([
			undefined,
			[{ body: { chatId: `${customer}@c.us`, text: 'It left today.' } }],
		]);
		expect(itemOf(answered, 'Record as Sent')).toMatchObject({
			customer: { waId: customer },
			sent: { gatewayMessageId: `true_${customer}@c.us_${ids.waha}`, status: 'sent' },
		});
		const read = await run(sample('waha/ack_read', customer));
		expect(read.error).toBeUndefined();
		const { history } = itemOf(read, 'Status') as { history: Array<{ text: string }> };
		expect(history).toMatchObject([
			{ direction: 'in' },
			{ text: 'It left today.', status: 'read', sentAs: ids.waha },
		]);
	});

	it('of WAHA: a refusal is shown on the answer, with the gateway’s words', async () => {
		const run = await bot('waha');
		refuses = true;
		const refused = await run(sample('waha/text', freshCustomer()));
		expect(refused.error).toBeUndefined();
		expect(itemOf(refused, 'Record Refusal')).toMatchObject({
			sent: {
				status: 'failed',
				errors: [{ title: expect.stringMatching(/session is not connected|422/u) as string }],
			},
		});
	});

	it('of Twilio: the answer goes out, and its status callbacks are shown on it', async () => {
		const run = await bot('twilio');
		const customer = freshCustomer();
		const answered = await run(sample('twilio/text', customer));
		expect(answered.error).toBeUndefined();
		expect(taken[0]?.text).toContain(`To=whatsapp%3A%2B${customer}`);
		expect(itemOf(answered, 'Record as Sent')).toMatchObject({
			sent: { gatewayMessageId: ids.twilio, status: 'sent' },
		});
		const failed = await run(sample('twilio/status_failed', customer));
		const { history } = itemOf(failed, 'Status') as { history: Array<{ text: string }> };
		expect(history.at(-1)).toMatchObject({
			text: 'It left today.',
			status: 'failed',
			errors: [{ code: 63016 }],
		});
	});
});

describe('a provider in front of Meta (360dialog), in a real n8n', () => {
	let provider: Dialog360;
	let credential: { id: string };
	const data = () => ({
		accessToken: 'd360-key',
		phoneNumberId: environment.phoneNumberId,
		businessAccountId: '',
		appId: '',
		appSecret: '',
		verifyToken: 'our words',
		baseUrl: provider.url,
		apiVersion: '',
		headerName: 'D360-API-KEY',
		numberInPath: false,
	});

	beforeAll(async () => {
		provider = await startDialog360StandIn({
			graphUrl: environment.graphUrl,
			accessToken: 'local-access-token',
			phoneNumberId: environment.phoneNumberId,
			apiKey: 'd360-key',
		});
		credential = await client.call<{ id: string }>('POST', '/rest/credentials', {
			name: '360dialog',
			type: 'whatsAppHandoffApi',
			data: data(),
		});
	});
	afterAll(() => provider.close());

	it('passes the test of the credential by its own key, and fails it by another', async () => {
		const tested = (accessToken: string) =>
			client.call<{ status: string; message: string }>('POST', '/rest/credentials/test', {
				credentials: {
					id: credential.id,
					name: '360dialog',
					type: 'whatsAppHandoffApi',
					data: { ...data(), accessToken },
				},
			});
		expect(await tested('d360-key')).toMatchObject({ status: 'OK' });
		expect(await tested('another')).toMatchObject({ status: 'Error' });
	});

	it('delivers with the verify token in a header; the file is fetched, the message marked as read', async () => {
		const { id, url } = await publishTriggerAlone(client, credential.id, {
			namespace: `provider-${randomUUID()}`,
			parameters: { options: { downloadMedia: true, typingIndicator: true } },
		});
		await webhookIsLive(url);
		const file = await graph.keepFile({
			mimeType: 'image/jpeg',
			base64: Buffer.from('a picture').toString('base64'),
		});
		await fetch(`${provider.url}/v1/configs/webhook`, {
			method: 'POST',
			headers: { 'D360-API-KEY': 'd360-key' },
			body: JSON.stringify({ url, headers: { 'X-Verify-Token': 'our words' } }),
		});
		const from = freshCustomer();
		const messageId = `wamid.${randomUUID()}`;
		provider.requests.length = 0;
		const delivery = {
			object: 'whatsapp_business_account',
			entry: [
				{
					id: '102290129340398',
					changes: [
						{
							field: 'messages',
							value: {
								messaging_product: 'whatsapp',
								metadata: { phone_number_id: environment.phoneNumberId },
								contacts: [{ profile: { name: 'Robin Sample' }, wa_id: from }],
								messages: [
									{
										from,
										id: messageId,
										timestamp: String(Math.floor(Date.now() / 1000)),
										type: 'image',
										image: { id: file.id, mime_type: 'image/jpeg' },
									},
								],
							},
						},
					],
				},
			],
		};
		expect((await provider.deliver(delivery)).status).toBe(200);
		const execution = await waitForExecution(
			client,
			id,
			({ outputs }) =>
				(outputs['WhatsApp Trigger'] ?? [])
					.flat()
					.some(({ json }) => (json.message as { id?: string })?.id === messageId),
			LIMIT_MS,
		);
		expect(itemOf(execution, 'WhatsApp Trigger')).not.toHaveProperty('mediaDownload');
		expect(provider.requests.sort()).toEqual([
			`GET /${file.id}`,
			'GET /whatsapp_business/attachments/',
			'POST /messages',
		]);
		const stranger = await fetch(url, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(delivery),
		});
		expect(stranger.status).toBe(401);
	});

	it('takes a reply and a template', async () => {
		const customer = freshCustomer();
		const run = await webhookWorkflow(client, [
			{
				name: 'Record Message',
				type: CONVERSATION,
				parameters: {
					operation: 'recordMessage',
					format: 'fields',
					from: '={{ $json.body.from }}',
					text: 'Hello',
					messageId: '={{ $json.body.id }}',
					recordOptions: { channel: environment.phoneNumberId },
				},
				then: [['Reply']],
			},
			{
				name: 'Reply',
				type: CONVERSATION,
				parameters: { operation: 'reply', text: 'Through the provider' },
				credentials: { whatsAppHandoffApi: { id: credential.id, name: '360dialog' } },
				then: [['Template']],
			},
			{
				name: 'Template',
				type: CONVERSATION,
				parameters: {
					operation: 'reply',
					content: 'template',
					sendTemplate: 'order_update',
					templatePurpose: 'utility',
				},
				credentials: { whatsAppHandoffApi: { id: credential.id, name: '360dialog' } },
			},
		]);
		const execution = await run({ from: customer, id: `x-${customer}` });
		expect(execution.error).toBeUndefined();
		const shown = (await graph.messages()).filter(({ waId }) => waId === customer);
		expect(shown.map(({ text }) => text)).toEqual([
			'Through the provider',
			'Template order_update',
		]);
		expect(await graph.violations()).toEqual([]);
	});
});
