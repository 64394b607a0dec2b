import type { IDataObject, IHookFunctions, IHttpRequestOptions } from 'n8n-workflow';

import { openMedia } from '../../../adapters/whatsapp/media';
import type { WhatsAppContext, WhatsAppCredential } from '../../../adapters/whatsapp/open';
import { whatsAppFor } from '../../../adapters/whatsapp/open';
import { uploadMedia } from '../../../adapters/whatsapp/upload';
import type { Diagnosis } from '../../../core/conversation/diagnosis';
import type { HandoffStore } from '../../../core/ports/store';
import { storeFor } from '../../../nodes/shared/store';
import { WhatsAppTrigger } from '../../../nodes/WhatsAppTrigger/WhatsAppTrigger.node';
import type { Graph } from '../../../sandbox/graph';
import { startGraphStandIn } from '../../../sandbox/graph';
import type { Dialog360 } from '../../../sandbox/graph/dialog360';
import { startDialog360StandIn } from '../../../sandbox/graph/dialog360';
import { temporaryStore } from '../../support';
import { jsonOf, runConversation } from '../nodes/conversationHarness';
import { deliver } from '../nodes/triggerHarness';
import { deliveryOf, textMessage } from './fixtures';

jest.mock('../../../nodes/shared/store', () => ({
	storeFor: jest.fn(),
	storeCredential: { name: 'whatsAppHandoffStoreApi', required: false },
}));

const ACCOUNT = {
	accessToken: 'metas-token',
	phoneNumberId: '106540352242922',
	businessAccountId: '102290129340398',
	appSecret: 'metas-secret',
	verifyToken: 'our words',
};
const CUSTOMER = { waId: '16505551234' };
const HERE = 'https://n8n.example/webhook/abc/whatsapp';

let graph: Graph;
let provider: Dialog360;
let store: HandoffStore;
let closeStore: () => Promise<void>;
let credential: WhatsAppCredential;

beforeEach(async () => {
	graph = await startGraphStandIn(ACCOUNT);
	provider = await startDialog360StandIn({ ...ACCOUNT, graphUrl: graph.url, apiKey: 'd360-key' });
	({ store, close: closeStore } = await temporaryStore());
	jest.mocked(storeFor).mockResolvedValue(store);
	credential = {
		accessToken: 'd360-key',
		phoneNumberId: ACCOUNT.phoneNumberId,
		businessAccountId: '',
		appSecret: '',
		verifyToken: 'our words',
		baseUrl: provider.url,
		apiVersion: '',
		headerName: 'D360-API-KEY',
		numberInPath: false,
	};
});
afterEach(async () => {
	await provider.close();
	await graph.close();
	await closeStore();
});

/** n8n's request helper over the wire, with the credential's header; the real one is tried in test/e2e. */
const helpers = () => {
	const send = async ({ method, url, headers, body, encoding }: IHttpRequestOptions) => {
		const response = await fetch(url, {
			method,
			headers: headers as Record<string, string>,
			body: body as string,
		});
		const data = Buffer.from(await response.arrayBuffer());
		if (response.status >= 400) {
			throw Object.assign(new Error(`Request failed with status code ${response.status}`), {
				response: { status: response.status, headers: {}, data },
			});
		}
		const { Readable } = await import('node:stream');
		return {
			statusCode: response.status,
			headers: Object.fromEntries(response.headers),
			body: encoding === 'stream' ? Readable.from([data]) : data,
		};
	};
	return {
		httpRequest: send,
		httpRequestWithAuthentication: (_type: string, options: IHttpRequestOptions) =>
			send({
				...options,
				headers: { ...options.headers, [credential.headerName!]: credential.accessToken },
			}),
	};
};
const context = () =>
	({ getCredentials: async () => credential, helpers: helpers() }) as unknown as WhatsAppContext;

describe('WhatsApp through 360dialog', () => {
	it('takes every kind of message, and each of them as Meta describes it', async () => {
		const messaging = whatsAppFor(context());
		const send = (message: Parameters<typeof messaging.send>[2]) =>
			messaging.send(ACCOUNT.phoneNumberId, CUSTOMER, message);
		await send({ type: 'text', text: 'Hello' });
		await send({ type: 'buttons', text: 'Did that help?', buttons: [{ id: 'y', title: 'Yes' }] });
		await send({
			type: 'list',
			text: 'What is it about?',
			buttonText: 'Choose',
			sections: [{ rows: [{ id: 'o', title: 'My order' }] }],
		});
		await send({
			type: 'template',
			name: 'order_receipt',
			language: 'en_US',
			header: { type: 'document', media: { id: '998877', fileName: 'receipt.pdf' } },
			bodyParameters: ['Robin', 'AB-4711'],
			buttons: [
				{ index: 1, type: 'url', value: 'AB-4711' },
				{ index: 2, type: 'quick_reply', value: 'wrong:AB-4711' },
			],
		});
		const file = {
			bytes: Buffer.from('%PDF'),
			mimeType: 'application/pdf',
			fileName: 'invoice.pdf',
		};
		const media = await uploadMedia(context(), ACCOUNT.phoneNumberId, file);
		await send({ type: 'media', kind: 'document', media });
		await messaging.markRead(ACCOUNT.phoneNumberId, 'wamid.1', { typing: true });
		expect(graph.messages().map(({ direction }) => direction)).toEqual(Array(5).fill('out'));
		expect(graph.violations).toEqual([]);
		expect(provider.requests).toEqual([
			...Array<string>(4).fill('POST /messages'),
			'POST /media',
			...Array<string>(2).fill('POST /messages'),
		]);
	});

	it('hands the files of customers over in two steps, both at its own address', async () => {
		const file = { bytes: Buffer.from('a picture'), mimeType: 'image/jpeg', fileName: 'a.jpg' };
		const { id } = await uploadMedia(context(), ACCOUNT.phoneNumberId, file);
		const { body, mimeType } = await openMedia(context(), { id }, { maxBytes: 99, mimeTypes: [] });
		const chunks: Buffer[] = [];
		for await (const chunk of body) chunks.push(chunk as Buffer);
		expect([Buffer.concat(chunks).toString(), mimeType]).toEqual(['a picture', 'image/jpeg']);
		expect(provider.requests.slice(1)).toEqual([
			`GET /${id}`,
			'GET /whatsapp_business/attachments/',
		]);
	});

	it('says so where the key is wrong', async () => {
		credential = { ...credential, accessToken: 'another' };
		await expect(
			whatsAppFor(context()).send(ACCOUNT.phoneNumberId, CUSTOMER, { type: 'text', text: 'Hi' }),
		).rejects.toMatchObject({ failure: 'account', details: { httpStatus: 401 } });
	});
});

describe('a delivery of a provider that does not sign', () => {
	const body = deliveryOf([textMessage('wamid.1', 'Hello', Math.floor(Date.now() / 1000))]);
	const post = (token?: string, more: Partial<WhatsAppCredential> = {}) =>
		deliver(
			{
				method: 'POST',
				body,
				signature: '',
				...(token ? { headers: { 'x-verify-token': token } } : {}),
			},
			{ credential: { ...credential, ...more } },
		);

	it('is let in with the verify token in its header, and by no other', async () => {
		expect((await post()).status).toBe(401);
		expect((await post('guessed')).status).toBe(401);
		expect((await post('our word')).status).toBe(401);
		const good = await post('our words');
		expect([good.status, good.items[0]?.length]).toEqual([200, 1]);
	});

	it('is not let in by an empty token', async () => {
		expect((await post('', { verifyToken: '' })).status).toBe(401);
		expect((await post('x', { verifyToken: '' })).status).toBe(401);
	});

	it('needs a signature where nobody stands in front of Meta, whatever headers it has', async () => {
		const meta = { headerName: 'Authorization', appSecret: 'metas-secret' };
		expect((await post('our words', meta)).status).toBe(401);
	});
});

describe('the way from 360dialog to WhatsApp Trigger', () => {
	const hooks = (values: IDataObject): IHookFunctions =>
		({
			getNode: () => ({ name: 'WhatsApp Trigger', type: 'whatsAppTrigger', credentials: {} }),
			getWorkflow: () => ({ id: 'w1', name: 'Intake', active: true }),
			getMode: () => (values.listening ? 'manual' : 'trigger'),
			getActivationMode: () => (values.listening ? 'manual' : 'activate'),
			getNodeWebhookUrl: () => (values.listening ? `${HERE}-test` : HERE),
			getNodeParameter: (name: string, fallback: unknown) => values[name] ?? fallback,
			getCredentials: async () => credential,
			logger: { warn: () => undefined },
			helpers: helpers(),
		}) as unknown as IHookFunctions;
	const publish = (values: IDataObject = {}) =>
		new WhatsAppTrigger().webhookMethods.default.checkExists.call(hooks(values));
	const configure = (url: string) =>
		fetch(`${provider.url}/v1/configs/webhook`, {
			method: 'POST',
			headers: { 'D360-API-KEY': 'd360-key' },
			body: JSON.stringify({ url, headers: { 'X-Verify-Token': 'our words' } }),
		});
	const diagnosis = async () => {
		const [[item]] = jsonOf(
			await runConversation({
				operation: 'diagnose',
				surface: { getCredentials: async () => credential, helpers: helpers() },
			}),
		) as [[{ diagnosis: Diagnosis }]];
		return item.diagnosis;
	};

	it('holds where the key is taken and the address is entered there, without app and business account', async () => {
		await configure(HERE);
		await publish();
		const found = await diagnosis();
		expect(found.ok).toBe(true);
		expect(found.links.filter(({ state }) => state === 'holds').map(({ link }) => link)).toEqual([
			'credential',
			'token',
			'phone_number',
			'trigger',
			'address',
		]);
	});

	it('is broken where the provider delivers elsewhere, and says where to enter the address', async () => {
		await configure('https://other.example/hook');
		await publish();
		expect(await diagnosis()).toMatchObject({
			broken: 'address',
			mend: `Enter ${HERE} as webhook in the settings of your provider.`,
		});
	});

	it('is broken where the key is not taken', async () => {
		await publish();
		credential = { ...credential, accessToken: 'another' };
		expect(await diagnosis()).toMatchObject({ broken: 'token' });
	});

	it('is looked at before a test listen as well', async () => {
		await configure(HERE);
		await expect(publish({ listening: true })).rejects.toMatchObject({
			message: expect.stringContaining(`Meta delivers to ${HERE}`) as string,
		});
		await configure(`${HERE}-test`);
		await expect(publish({ listening: true })).resolves.toBe(true);
	});

	it('is not registered with Meta, and the error says what to do instead', async () => {
		await expect(publish({ setup: 'automatic' })).rejects.toMatchObject({
			message:
				'A provider in front of Meta has a webhook of its own: enter the address in its settings',
			description: expect.stringMatching(/x-verify-token/iu) as string,
		});
	});
});
