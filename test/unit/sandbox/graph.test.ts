import { createHmac } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';

import { checkOutbound } from '../../../sandbox/graph/check';
import type { Graph } from '../../../sandbox/graph';
import { startGraphStandIn } from '../../../sandbox/graph';

const FOLDER = path.join(__dirname, '..', '..', 'fixtures', 'whatsapp', 'send-examples');

/** Every request of Meta's examples, with the one placeholder filled in that stands where only certain words may. */
const examples = readdirSync(FOLDER)
	.filter((file) => file.startsWith('requestBody'))
	.map((file): [string, Record<string, unknown>] => [
		file.replace(/^requestBody_Send_|\.json$/gu, ''),
		JSON.parse(
			readFileSync(path.join(FOLDER, file), 'utf8').replace('<HEADER_TYPE>', 'text'),
		) as Record<string, unknown>,
	]);

const without = (message: Record<string, unknown>, key: string) =>
	Object.fromEntries(Object.entries(message).filter(([name]) => name !== key));

describe('check of what is sent against Meta’s description', () => {
	it.each(examples)('accepts Meta’s own example: %s', (_name, message) => {
		expect(checkOutbound(message)).toEqual([]);
	});

	it.each(examples)('refuses it damaged: %s', (_name, message) => {
		const isReceipt = 'status' in message;
		const content = isReceipt
			? 'message_id'
			: Object.keys(message).find(
					(key) => !['messaging_product', 'recipient_type', 'to', 'type', 'context'].includes(key),
				)!;
		const damaged: Array<[string, Record<string, unknown>]> = [
			['no content', without(message, content)],
			['no product', without(message, 'messaging_product')],
			['another product', { ...message, messaging_product: 'telegram' }],
			['a field that there is not', { ...message, colour: 'red' }],
			['a number for its content', { ...message, [content]: 7 }],
			...(isReceipt
				? []
				: ([
						['nobody to send to', without(message, 'to')],
						['somebody who is nobody', { ...message, to: '' }],
						['another type', { ...message, type: content === 'text' ? 'image' : 'text' }],
						['a type that there is not', { ...message, type: 'poem' }],
						['a quote of nothing', { ...message, context: {} }],
					] as Array<[string, Record<string, unknown>]>)),
		];
		for (const [what, body] of damaged) {
			expect([what, checkOutbound(body).length]).not.toEqual([what, 0]);
		}
	});

	const to = { messaging_product: 'whatsapp', to: '16505551234' };
	const text = { ...to, type: 'text', text: { body: 'Hello' } };
	const interactive = (
		type: string,
		action: object,
		more: object = { body: { text: 'Which?' } },
	) => ({
		...to,
		type: 'interactive',
		interactive: { type, action, ...more },
	});
	const button = (title: unknown, id: unknown = '1') => ({ type: 'reply', reply: { id, title } });
	const template = (...components: object[]) => ({
		...to,
		type: 'template',
		template: { name: 'order_update', language: { code: 'en' }, components },
	});
	const rows = (...list: object[]) => ({ button: 'Choose', sections: [{ rows: list }] });

	it('accepts a customer without a number', () => {
		expect(checkOutbound({ ...text, to: undefined, recipient: 'US.1' })).toEqual([]);
	});

	it.each<[string, object]>([
		['nothing at all', {}],
		['an empty text', { ...text, text: { body: '' } }],
		['no text', { ...text, text: {} }],
		['a number for a text', { ...text, text: { body: 1 } }],
		['a text that is too long', { ...text, text: { body: 'x'.repeat(4097) } }],
		['a field that a text does not have', { ...text, text: { body: 'Hello', colour: 'red' } }],
		['two contents', { ...text, image: { id: '1' } }],
		['a file without id and address', { ...to, type: 'image', image: { caption: 'Look' } }],
		['a file with both', { ...to, type: 'image', image: { id: '1', link: 'https://a.example/b' } }],
		[
			'a caption that is too long',
			{ ...to, type: 'image', image: { id: '1', caption: 'x'.repeat(1025) } },
		],
		['a sticker with a caption', { ...to, type: 'sticker', sticker: { id: '1', caption: 'x' } }],
		['a reaction to nothing', { ...to, type: 'reaction', reaction: { emoji: '👍' } }],
		['a place without coordinates', { ...to, type: 'location', location: { name: 'Office' } }],
		['six contact cards', { ...to, type: 'contacts', contacts: Array(6).fill({}) }],
		[
			'four buttons',
			interactive('button', { buttons: ['a', 'b', 'c', 'd'].map((one) => button(one)) }),
		],
		['no button', interactive('button', { buttons: [] })],
		['a button without a title', interactive('button', { buttons: [button(undefined)] })],
		['a title of 21 characters', interactive('button', { buttons: [button('x'.repeat(21))] })],
		['a button without an id', interactive('button', { buttons: [button('Yes', '')] })],
		['buttons under no text', interactive('button', { buttons: [button('Yes')] }, {})],
		['a list with the buttons of another type', interactive('list', { buttons: [button('Yes')] })],
		['a type of choice that there is not', interactive('dial', { buttons: [button('Yes')] })],
		[
			'a list without a button',
			interactive('list', { sections: [{ rows: [{ id: '1', title: 'A' }] }] }),
		],
		['a row without a title', interactive('list', rows({ id: '1' }))],
		[
			'a row whose title is too long',
			interactive('list', rows({ id: '1', title: 'x'.repeat(25) })),
		],
		[
			'an explanation that is too long',
			interactive('list', rows({ id: '1', title: 'A', description: 'x'.repeat(73) })),
		],
		[
			'a footer that is too long',
			interactive('list', rows({ id: '1', title: 'A' }), {
				body: { text: 'A' },
				footer: { text: 'x'.repeat(61) },
			}),
		],
		[
			'an order status without an order',
			interactive('order_status', { name: 'review_order', parameters: {} }),
		],
		[
			'a flow without a name and an id',
			interactive('flow', {
				name: 'flow',
				parameters: { flow_message_version: '3', flow_cta: 'Open' },
			}),
		],
		[
			'a template without a name',
			{ ...to, type: 'template', template: { language: { code: 'en' } } },
		],
		['a template without a language', { ...to, type: 'template', template: { name: 'a' } }],
		['a part of a template that there is not', template({ type: 'tail' })],
		[
			'a value of a template that is no text',
			template({ type: 'body', parameters: [{ type: 'text', text: 5 }] }),
		],
		[
			'a value of a kind that there is not',
			template({ type: 'body', parameters: [{ type: 'poem', text: 'a' }] }),
		],
		[
			'a head of a template without a file',
			template({ type: 'header', parameters: [{ type: 'image' }] }),
		],
		[
			'a button of a template without a place',
			template({ type: 'button', sub_type: 'url', parameters: [{ type: 'text', text: 'a' }] }),
		],
		[
			'the eleventh button of a template',
			template({
				type: 'button',
				sub_type: 'url',
				index: '10',
				parameters: [{ type: 'text', text: 'a' }],
			}),
		],
		[
			'another status than read',
			{ messaging_product: 'whatsapp', status: 'unread', message_id: 'wamid.1' },
		],
		['a read receipt for nothing', { messaging_product: 'whatsapp', status: 'read' }],
		[
			'another sign than typing',
			{
				messaging_product: 'whatsapp',
				status: 'read',
				message_id: 'wamid.1',
				typing_indicator: { type: 'audio' },
			},
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

	const sendTemplate = async (name: string, components: object[] = []) => {
		const response = await fetch(`${graph.url}/v23.0/1/messages`, {
			method: 'POST',
			headers: { authorization: 'Bearer token', 'content-type': 'application/json' },
			body: JSON.stringify({
				messaging_product: 'whatsapp',
				to: '16505551234',
				type: 'template',
				template: { name, language: { code: 'en_US' }, components },
			}),
		});
		const { error } = (await response.json()) as {
			error?: { code: number; error_data: { details: string } };
		};
		return error && [error.code, error.error_data.details];
	};
	const words = (...texts: string[]) => texts.map((text) => ({ type: 'text', text }));
	const receipt = {
		header: { type: 'header', parameters: [{ type: 'document', document: { id: '9' } }] },
		body: { type: 'body', parameters: words('Robin', 'AB-1') },
		link: { type: 'button', sub_type: 'url', index: '1', parameters: words('AB-1') },
	};

	it('takes a template that is filled in as it was approved', async () => {
		const { header, body, link } = receipt;
		expect(await sendTemplate('order_receipt', [header, body, link])).toBeUndefined();
		expect(await sendTemplate('order_update')).toBeUndefined();
		const names = [
			{ type: 'text', parameter_name: 'day', text: 'Monday' },
			{ type: 'text', parameter_name: 'first_name', text: 'Robin' },
		];
		expect(
			await sendTemplate('delivery_day', [
				{
					type: 'header',
					parameters: [{ type: 'text', parameter_name: 'order_number', text: 'AB-1' }],
				},
				{ type: 'body', parameters: names },
			]),
		).toBeUndefined();
		expect(graph.violations).toEqual([]);
	});

	it.each<[string, string, object[], number, string]>([
		['a name that there is not', 'order_recipe', [], 132001, 'does not exist in en_US'],
		['one that is not approved', 'old_offer', [], 132001, 'does not exist in en_US'],
		[
			'too few values',
			'order_receipt',
			[receipt.header, { type: 'body', parameters: words('Robin') }, receipt.link],
			132000,
			'localizable_params (1) does not match the expected number of params (2)',
		],
		[
			'values where there is none to fill in',
			'order_update',
			[{ type: 'body', parameters: words('Robin') }],
			132000,
			'(1) does not match the expected number of params (0)',
		],
		[
			'no file above',
			'order_receipt',
			[receipt.body, receipt.link],
			132012,
			'expected DOCUMENT, received UNKNOWN',
		],
		[
			'another kind of file',
			'order_receipt',
			[
				{ type: 'header', parameters: [{ type: 'image', image: { id: '9' } }] },
				receipt.body,
				receipt.link,
			],
			132012,
			'expected DOCUMENT, received IMAGE',
		],
		[
			'a link without its end',
			'order_receipt',
			[receipt.header, receipt.body],
			131008,
			'Button at index 1 of type URL requires a parameter',
		],
		[
			'a button of another kind',
			'order_receipt',
			[receipt.header, receipt.body, { ...receipt.link, index: '2' }],
			131009,
			'Button at index 2 is not of type url',
		],
		[
			'numbered values for named variables',
			'delivery_day',
			[{ type: 'header', parameters: words('AB-1') }],
			100,
			'Parameter name is missing or empty',
		],
		[
			'an empty value',
			'follow_up',
			[{ type: 'body', parameters: words('Robin', '') }],
			131008,
			'missing text value',
		],
		[
			'a line break',
			'follow_up',
			[{ type: 'body', parameters: words('Robin', 'a\nb') }],
			100,
			'cannot have new-line',
		],
	])('refuses a template with %s', async (_what, name, components, code, details) => {
		expect(await sendTemplate(name, components)).toEqual([code, expect.stringContaining(details)]);
		expect(graph.messages()).toEqual([]);
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
