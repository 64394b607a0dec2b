import { Readable } from 'node:stream';

import { openMedia } from '../../../adapters/whatsapp/media';
import { SIMULATION_CHANNEL } from '../../../core/conversation/simulation';
import type { WhatsAppContext } from '../../../adapters/whatsapp/open';
import { whatsAppFor } from '../../../adapters/whatsapp/open';

const withoutCredential = {
	getCredentials: () => Promise.reject(new Error('Node does not have any credentials set')),
	helpers: {},
} as unknown as WhatsAppContext;

describe('a node without a WhatsApp credential', () => {
	const messaging = whatsAppFor(withoutCredential, 0);

	it('answers sample customers, each message under an id of its own, and sends nothing', async () => {
		const send = () =>
			messaging.send(SIMULATION_CHANNEL, { waId: '15550100' }, { type: 'text', text: 'Hello' });
		const [first, second] = [await send(), await send()];
		expect(first.ids).toHaveLength(1);
		expect(first.ids).not.toEqual(second.ids);
		await expect(messaging.markRead(SIMULATION_CHANNEL, 'wamid.1')).resolves.toBeUndefined();
	});

	it('says which credential is missing when a real customer is to be answered', async () => {
		await expect(
			messaging.send('106540352242922', { waId: '15550100' }, { type: 'text', text: 'Hello' }),
		).rejects.toMatchObject({
			message: 'The node has no WhatsApp credential',
			advice: expect.stringContaining('WhatsApp Handoff API'),
		});
	});
});

describe('a provider that speaks as Meta does, at addresses of its own', () => {
	const asked: Array<{ method: string; url: string }> = [];
	const provider = {
		getCredentials: () =>
			Promise.resolve({
				accessToken: 'key',
				phoneNumberId: '106540352242922',
				baseUrl: 'https://waba.example',
				apiVersion: '',
				headerName: 'D360-API-KEY',
				numberInPath: false,
			}),
		helpers: {
			httpRequestWithAuthentication: (_type: string, options: { method: string; url: string }) => {
				asked.push(options);
				const isFile = options.url.includes('/whatsapp_business/');
				const body = isFile
					? Readable.from(['file'])
					: Buffer.from(
							JSON.stringify({
								messages: [{ id: 'wamid.1' }],
								url: 'https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1',
							}),
						);
				return Promise.resolve({ statusCode: 200, headers: {}, body });
			},
		},
	} as unknown as WhatsAppContext;
	const urls = () => asked.splice(0).map(({ method, url }) => `${method} ${url}`);

	it('is asked without the phone number where the key belongs to one', async () => {
		const messaging = whatsAppFor(provider);
		await messaging.send('106540352242922', { waId: '15550100' }, { type: 'text', text: 'Hello' });
		await messaging.markRead('106540352242922', 'wamid.0');
		expect(urls()).toEqual([
			'POST https://waba.example/messages',
			'POST https://waba.example/messages',
		]);
	});

	it('hands files over itself, since its key opens nothing at Meta', async () => {
		const { body } = await openMedia(provider, { id: 'media-1' }, { maxBytes: 100, mimeTypes: [] });
		body.resume();
		expect(urls()).toEqual([
			'GET https://waba.example/media-1',
			'GET https://waba.example/whatsapp_business/attachments/?mid=1',
		]);
	});
});
