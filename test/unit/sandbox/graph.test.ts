import { createHmac } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';

import { checkOutbound } from '../../../sandbox/graph/check';
import type { Graph } from '../../../sandbox/graph';
import { startGraphStandIn } from '../../../sandbox/graph';

const FOLDER = path.join(__dirname, '..', '..', 'fixtures', 'whatsapp', 'send-examples');

/** Examples of messages that this package does not send, or that Meta's own page gives without the required `type`. */
const NOT_SENT =
	/Contact|Location|Catalog_Template|Flow_Template|Template_Interactive|Multi-Product|Order|Reply_to_List|Issue_Resolution|Preview_URL/u;

const examples = readdirSync(FOLDER).filter(
	(file) => file.startsWith('requestBody') && !NOT_SENT.test(file),
);

describe('check of what is sent against Meta’s description', () => {
	it('knows most of Meta’s examples', () => {
		expect(examples.length).toBeGreaterThan(30);
	});

	it.each(examples)('accepts %s', (file) => {
		expect(checkOutbound(JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')))).toEqual([]);
	});

	const text = {
		messaging_product: 'whatsapp',
		to: '16505551234',
		type: 'text',
		text: { body: 'Hello' },
	};

	it('accepts a customer without a number', () => {
		expect(checkOutbound({ ...text, to: undefined, recipient: 'US.1' })).toEqual([]);
	});

	it.each<[string, object]>([
		['nobody to send to', { ...text, to: undefined }],
		['no product', { ...text, messaging_product: undefined }],
		['a number for a text', { ...text, text: { body: 1 } }],
		['no text', { ...text, text: undefined }],
		['a field that a text does not have', { ...text, text: { body: 'Hello', colour: 'red' } }],
		['a type that there is not', { ...text, type: 'poem' }],
		['another type than its content', { ...text, type: 'template' }],
		[
			'a template without a name',
			{ ...text, type: 'template', template: { language: { code: 'en' } } },
		],
	])('refuses a message with %s', (_what, message) => {
		expect(checkOutbound(JSON.parse(JSON.stringify(message)))).not.toEqual([]);
	});
});

describe('stand-in of WhatsApp', () => {
	const account = {
		appSecret: 'secret',
		verifyToken: 'verify',
		accessToken: 'token',
		phoneNumberId: '1',
		businessAccountId: '2',
	};
	let graph: Graph;
	beforeEach(async () => {
		graph = await startGraphStandIn(account);
	});
	afterEach(() => graph.close());

	const send = (token = 'token') =>
		fetch(`${graph.url}/v23.0/1/messages`, {
			method: 'POST',
			headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
			body: JSON.stringify({
				messaging_product: 'whatsapp',
				to: '16505551234',
				type: 'text',
				text: { body: 'Hello' },
			}),
		});

	it('signs what the customer writes over the exact bytes', async () => {
		const received = new Promise<{ body: string; signature: string }>((resolve) => {
			const server = createServer((request, response) => {
				const chunks: Buffer[] = [];
				request
					.on('data', (chunk: Buffer) => chunks.push(chunk))
					.on('end', () => {
						response.end();
						server.close();
						resolve({
							body: Buffer.concat(chunks).toString(),
							signature: String(request.headers['x-hub-signature-256']),
						});
					});
			}).listen(0, '127.0.0.1', () => {
				graph.setWebhook(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
				void graph.customerSays({ from: '16505551234', text: 'Größe?' });
			});
		});
		const { body, signature } = await received;
		expect(signature).toBe(`sha256=${createHmac('sha256', 'secret').update(body).digest('hex')}`);
		expect(body).toContain('Größe?');
	});

	it('shows a message on the phone, and answers as Meta does', async () => {
		const answer = (await (await send()).json()) as { messages: Array<{ id: string }> };
		expect(graph.messages('16505551234')).toMatchObject([
			{ id: answer.messages[0]!.id, direction: 'out', text: 'Hello' },
		]);
		expect(graph.violations).toEqual([]);
	});

	it('refuses another token with Meta’s code, and misbehaves as often as it is told to', async () => {
		const refused = await send('stolen');
		expect(refused.status).toBe(401);
		expect(await refused.json()).toMatchObject({ error: { code: 190 } });
		graph.fail({ path: '/messages$', mode: '503' });
		expect((await send()).status).toBe(503);
		expect((await send()).status).toBe(200);
		graph.fail({ path: '/messages$', mode: 'after' });
		await expect(send()).rejects.toThrow();
		expect(graph.messages()).toHaveLength(2);
	});
});
