import fc from 'fast-check';

import { cloudApi } from '../../../adapters/whatsapp/cloudApi';
import { graphOver } from '../../../adapters/whatsapp/graph';
import type { RetryPolicy } from '../../../adapters/whatsapp/retry';
import type {
	MessagingError,
	OutboundMessage,
	TemplateHeader,
	TemplateMessage,
} from '../../../core/ports/messaging';
import { checkOutbound } from '../../../sandbox/graph/check';
import { answer, fakeGraph, lost, refusal } from './fakeGraph';

const NUMBER = '106540352242922';
const CUSTOMER = { waId: '16505551234' };

function api(script: Parameters<typeof fakeGraph>[0] = [], retry?: RetryPolicy) {
	const { send, sent } = fakeGraph(script);
	const waits: number[] = [];
	const port = cloudApi(
		graphOver(send, { baseUrl: 'https://graph.example', apiVersion: 'v23.0' }),
		{
			...(retry ? { retry } : {}),
			environment: {
				sleep: async (milliseconds) => waits.push(milliseconds),
				random: () => 1,
			},
		},
	);
	return { port, sent, waits };
}

/** Sends and gives the bodies, each of which has to fit Meta's published description. */
async function bodiesOf(
	message: OutboundMessage,
	to: { waId?: string; userId?: string } = CUSTOMER,
) {
	const { port, sent } = api();
	await port.send(NUMBER, to, message);
	const bodies = sent.map(({ json }) => json);
	for (const body of bodies) expect(checkOutbound(body)).toEqual([]);
	return bodies;
}

async function failureOf(work: Promise<unknown>): Promise<MessagingError> {
	return await work.then(
		() => {
			throw new Error('it was sent');
		},
		(error: MessagingError) => error,
	);
}

const media = (kind: 'image' | 'audio' | 'document' | 'sticker' | 'video', more: object = {}) =>
	({ type: 'media', kind, media: { id: '998877' }, ...more }) as OutboundMessage;

describe('what goes to WhatsApp', () => {
	it('is a text to the customer from the number of the conversation', async () => {
		const { port, sent } = api();
		expect(await port.send(NUMBER, CUSTOMER, { type: 'text', text: 'Hello' })).toEqual({
			ids: ['wamid.1'],
		});
		expect(sent[0]).toMatchObject({
			method: 'POST',
			url: `https://graph.example/v23.0/${NUMBER}/messages`,
			headers: { 'Content-Type': 'application/json' },
			json: {
				messaging_product: 'whatsapp',
				recipient_type: 'individual',
				to: '16505551234',
				type: 'text',
				text: { body: 'Hello', preview_url: false },
			},
		});
		expect(checkOutbound(sent[0]!.json)).toEqual([]);
	});

	it('answers a message, in the first part only', async () => {
		const bodies = await bodiesOf({ type: 'text', text: 'word '.repeat(1000), replyTo: 'wamid.q' });
		expect(bodies.map(({ context }) => context)).toEqual([{ message_id: 'wamid.q' }, undefined]);
	});

	it('goes to a customer without a number by the user id', async () => {
		const { port, sent } = api();
		await port.send(NUMBER, { userId: 'US.13491208655302741918' }, { type: 'text', text: 'Hi' });
		expect(sent[0]!.json).toMatchObject({ recipient: 'US.13491208655302741918' });
		expect(sent[0]!.json).not.toHaveProperty('to');
	});

	it('goes to the number where both are known', async () => {
		const [body] = await bodiesOf(
			{ type: 'text', text: 'Hi' },
			{ waId: '16505551234', userId: 'US.1349' },
		);
		expect(body).toMatchObject({ to: '16505551234' });
		expect(body).not.toHaveProperty('recipient');
	});

	it('of a long text loses nothing, in parts that WhatsApp takes, in order', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.constantFrom('One sentence. ', 'Noch einer!\n', '文。', '👩‍👩‍👧 ', '  '), {
					minLength: 300,
					maxLength: 1500,
				}),
				async (parts) => {
					const text = `x${parts.join('')}`;
					const { port, sent } = api();
					const { ids } = await port.send(NUMBER, CUSTOMER, { type: 'text', text });
					const bodies = sent.map(({ json }) => (json.text as { body: string }).body);
					expect(ids).toEqual(sent.map((_, index) => `wamid.${index + 1}`));
					for (const body of bodies) expect(body.length).toBeLessThanOrEqual(4096);
					// Pieces of blanks alone are not sent, so blanks are what may differ.
					expect(bodies.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
				},
			),
			{ numRuns: 30 },
		);
	});

	it('shows up to three buttons', async () => {
		const [body] = await bodiesOf({
			type: 'buttons',
			text: 'Did that help?',
			buttons: [
				{ id: 'yes', title: 'Yes' },
				{ id: 'person', title: 'Talk to a person' },
			],
			footer: 'A bot writes here',
			replyTo: 'wamid.q',
		});
		expect(body).toMatchObject({
			context: { message_id: 'wamid.q' },
			type: 'interactive',
			interactive: {
				type: 'button',
				body: { text: 'Did that help?' },
				footer: { text: 'A bot writes here' },
				action: {
					buttons: [
						{ type: 'reply', reply: { id: 'yes', title: 'Yes' } },
						{ type: 'reply', reply: { id: 'person', title: 'Talk to a person' } },
					],
				},
			},
		});
	});

	it('sends what does not fit above buttons as text before them', async () => {
		const bodies = await bodiesOf({
			type: 'buttons',
			text: `${'A sentence. '.repeat(100)}Which one?`,
			buttons: [{ id: 'a', title: 'A' }],
			replyTo: 'wamid.q',
		});
		expect(bodies.map(({ type }) => type)).toEqual(['text', 'interactive']);
		expect(bodies.map(({ context }) => context)).toEqual([{ message_id: 'wamid.q' }, undefined]);
	});

	it('shows a list of choices in sections', async () => {
		const [body] = await bodiesOf({
			type: 'list',
			text: 'What is it about?',
			buttonText: 'Choose',
			header: 'Topics',
			sections: [
				{ title: 'Orders', rows: [{ id: 'o', title: 'My order', description: 'Where it is' }] },
				{ title: 'Empty', rows: [] },
				{ title: 'Other', rows: [{ id: 'x', title: 'Something else' }] },
			],
		});
		expect(body).toMatchObject({
			interactive: {
				type: 'list',
				header: { type: 'text', text: 'Topics' },
				action: {
					button: 'Choose',
					sections: [
						{ title: 'Orders', rows: [{ id: 'o', title: 'My order', description: 'Where it is' }] },
						{ title: 'Other', rows: [{ id: 'x', title: 'Something else' }] },
					],
				},
			},
		});
	});

	it.each(['image', 'audio', 'video', 'document', 'sticker'] as const)(
		'sends a file (%s) by its id or its address',
		async (kind) => {
			const [byId] = await bodiesOf(media(kind));
			expect(byId).toMatchObject({ type: kind, [kind]: { id: '998877' } });
			const [byUrl] = await bodiesOf(
				media(kind, { media: { url: 'https://files.example/a.bin', fileName: 'a.bin' } }),
			);
			expect(byUrl).toMatchObject({ [kind]: { link: 'https://files.example/a.bin' } });
			expect('filename' in (byUrl![kind] as object)).toBe(kind === 'document');
		},
	);

	it('sends words that a file cannot carry as text after it', async () => {
		expect(await bodiesOf(media('image', { caption: 'Look' }))).toEqual([
			expect.objectContaining({ image: { id: '998877', caption: 'Look' } }),
		]);
		expect(await bodiesOf(media('audio', { caption: 'Listen' }))).toEqual([
			expect.objectContaining({ audio: { id: '998877' } }),
			expect.objectContaining({ text: { body: 'Listen', preview_url: false } }),
		]);
		const long = await bodiesOf(media('image', { caption: 'x'.repeat(1025) }));
		expect(long.map(({ type }) => type)).toEqual(['image', 'text']);
	});

	it('sends a template with its values, on one line each as WhatsApp wants them', async () => {
		const [body] = await bodiesOf({
			type: 'template',
			name: 'we_are_back',
			language: 'en_US',
			bodyParameters: ['Robin', 'order\n 4711'],
		});
		expect(body).toMatchObject({
			type: 'template',
			template: {
				name: 'we_are_back',
				language: { code: 'en_US' },
				components: [
					{
						type: 'body',
						parameters: [
							{ type: 'text', text: 'Robin' },
							{ type: 'text', text: 'order 4711' },
						],
					},
				],
			},
		});
	});

	/** What a template is filled in with, as it goes to WhatsApp. */
	const parts = async (message: Omit<TemplateMessage, 'type' | 'name' | 'language'>) => {
		const [body] = await bodiesOf({
			type: 'template',
			name: 'order_receipt',
			language: 'de',
			...message,
		});
		return (body!.template as { components: unknown[] }).components;
	};

	it.each<[string, TemplateHeader, object]>([
		['a value', { type: 'text', value: 'AB-1\n' }, { type: 'text', text: 'AB-1' }],
		[
			'a named value',
			{ type: 'text', value: { name: 'order', text: 'AB-1' } },
			{ type: 'text', parameter_name: 'order', text: 'AB-1' },
		],
		[
			'a picture by its address',
			{ type: 'image', media: { url: 'https://shop.example/a.jpg' } },
			{ type: 'image', image: { link: 'https://shop.example/a.jpg' } },
		],
		[
			'a video by its id',
			{ type: 'video', media: { id: '77' } },
			{ type: 'video', video: { id: '77' } },
		],
		[
			'a document with its name',
			{ type: 'document', media: { id: '77', fileName: 'Receipt.pdf' } },
			{ type: 'document', document: { id: '77', filename: 'Receipt.pdf' } },
		],
	])('fills the header of a template with %s', async (_what, header, parameter) => {
		expect(await parts({ header })).toEqual([{ type: 'header', parameters: [parameter] }]);
	});

	it('fills the variables of a template by their names', async () => {
		expect(await parts({ bodyParameters: [{ name: 'first_name', text: 'Robin  M.' }] })).toEqual([
			{
				type: 'body',
				parameters: [{ type: 'text', parameter_name: 'first_name', text: 'Robin M.' }],
			},
		]);
	});

	it('gives the buttons of a template what each needs, at its place', async () => {
		const button = (index: string, sub_type: string, parameter: object) => ({
			type: 'button',
			sub_type,
			index,
			parameters: [parameter],
		});
		expect(
			await parts({
				buttons: [
					{ index: 0, type: 'quick_reply', value: 'stop' },
					{ index: 1, type: 'url', value: 'orders/AB-1' },
					{ index: 3, type: 'copy_code', value: 'SPRING25' },
				],
			}),
		).toEqual([
			button('0', 'quick_reply', { type: 'payload', payload: 'stop' }),
			button('1', 'url', { type: 'text', text: 'orders/AB-1' }),
			button('3', 'copy_code', { type: 'coupon_code', coupon_code: 'SPRING25' }),
		]);
	});

	it.each<[string, Omit<TemplateMessage, 'type' | 'name' | 'language'>]>([
		['Value 2 of the template order_receipt is empty', { bodyParameters: ['Robin', ' '] }],
		[
			'Some values of the template order_receipt have a name',
			{ bodyParameters: ['Robin', { name: 'day', text: 'Monday' }] },
		],
		['The header of the template order_receipt is empty', { header: { type: 'text', value: '' } }],
		['The file has neither an id nor an address', { header: { type: 'image', media: {} } }],
		[
			'Button 2 of the template order_receipt is empty',
			{ buttons: [{ index: 1, type: 'url', value: '' }] },
		],
	])('sends no template with a gap: %s', async (message, given) => {
		await expect(parts(given)).rejects.toMatchObject({
			failure: 'invalid',
			message: expect.stringContaining(message) as string,
		});
	});

	it('marks a message as read, with “typing…” if asked', async () => {
		const { port, sent } = api([answer(200, { success: true }), answer(200, { success: true })]);
		await port.markRead(NUMBER, 'wamid.1');
		await port.markRead(NUMBER, 'wamid.1', { typing: true });
		expect(sent.map(({ json }) => json)).toEqual([
			{ messaging_product: 'whatsapp', status: 'read', message_id: 'wamid.1' },
			{
				messaging_product: 'whatsapp',
				status: 'read',
				message_id: 'wamid.1',
				typing_indicator: { type: 'text' },
			},
		]);
	});
});

describe('what WhatsApp would not take is refused before it is sent, with what to change', () => {
	const buttons = (...titles: string[]): OutboundMessage => ({
		type: 'buttons',
		text: 'Which?',
		buttons: titles.map((title, index) => ({ id: String(index), title })),
	});
	const rows = (count: number): OutboundMessage => ({
		type: 'list',
		text: 'Which?',
		buttonText: 'Choose',
		sections: [
			{ rows: Array.from({ length: count }, (_, i) => ({ id: `${i}`, title: `Choice ${i}` })) },
		],
	});

	it.each<[string, OutboundMessage, RegExp]>([
		['an empty text', { type: 'text', text: ' \n' }, /empty/],
		['no button', buttons(), /one to 3 buttons, not 0/],
		['four buttons', buttons('a', 'b', 'c', 'd'), /one to 3 buttons, not 4/],
		['a long button', buttons('x'.repeat(21)), /21 characters; WhatsApp takes 20/],
		['two buttons of one name', buttons('a', 'a'), /same title/],
		['an empty list', rows(0), /one to 10 choices in a list, not 0/],
		['a list of eleven', rows(11), /one to 10 choices in a list, not 11/],
		['a file without id and address', media('image', { media: {} }), /neither an id nor/],
	])('%s', async (_what, message, words) => {
		const { port, sent } = api();
		const error = await failureOf(port.send(NUMBER, CUSTOMER, message));
		expect(error).toMatchObject({ name: 'MessagingError', failure: 'invalid' });
		expect(error.message).toMatch(words);
		expect(error.advice).not.toBe('');
		expect(sent).toEqual([]);
	});

	it('a customer whom nothing names', async () => {
		const { port } = api();
		expect(await failureOf(port.send(NUMBER, {}, { type: 'text', text: 'Hi' }))).toMatchObject({
			failure: 'undeliverable',
		});
	});
});

describe('when WhatsApp does not take a message', () => {
	const hello: OutboundMessage = { type: 'text', text: 'Hello' };

	it('says service, status, code and Meta’s words, and what staff can do', async () => {
		const { port } = api([
			refusal(131047, 400, { error_data: { details: 'More than 24 hours have passed' } }),
		]);
		const error = await failureOf(port.send(NUMBER, CUSTOMER, hello));
		expect(error.message).toBe(
			'WhatsApp did not take the message (HTTP 400, code 131047): Said by Meta – More than 24 hours have passed',
		);
		expect(error).toMatchObject({
			failure: 'window_closed',
			advice: expect.stringContaining('template') as string,
			details: { httpStatus: 400, code: 131047 },
		});
	});

	it.each([
		[4, 'retry'],
		[80007, 'retry'],
		[130429, 'retry'],
		[131016, 'retry'],
		[131056, 'retry'],
		[131057, 'retry'],
		[131047, 'window_closed'],
		[131026, 'undeliverable'],
		[131030, 'undeliverable'],
		[131049, 'undeliverable'],
		[131062, 'undeliverable'],
		[131050, 'opted_out'],
		[190, 'account'],
		[10, 'account'],
		[200, 'account'],
		[299, 'account'],
		[131031, 'account'],
		[131042, 'account'],
		[131048, 'account'],
		[100, 'invalid'],
		[131008, 'invalid'],
		[131009, 'invalid'],
		[131021, 'invalid'],
		[131051, 'invalid'],
		[131053, 'invalid'],
		[132000, 'invalid'],
		[132001, 'invalid'],
		[132015, 'invalid'],
		[132016, 'invalid'],
		[999999, 'invalid'],
	])('takes code %d for "%s"', async (code, failure) => {
		const script = Array.from({ length: 4 }, () => refusal(code));
		const { port } = api(script);
		expect(await failureOf(port.send(NUMBER, CUSTOMER, hello))).toMatchObject({
			failure,
			advice: expect.stringMatching(/./) as string,
			details: { code },
		});
	});

	it.each([
		[401, 'account'],
		[403, 'account'],
		[404, 'invalid'],
		[429, 'retry'],
		[500, 'lost'],
		[502, 'lost'],
		[503, 'retry'],
	])('takes a bare HTTP %d for "%s"', async (status, failure) => {
		const { port } = api(Array.from({ length: 4 }, () => answer(status, '<html>no JSON</html>')));
		expect(await failureOf(port.send(NUMBER, CUSTOMER, hello))).toMatchObject({ failure });
	});

	it('waits and tries again where Meta asks to be called later, longer each time', async () => {
		const { port, sent, waits } = api([refusal(130429), refusal(131016)]);
		await expect(port.send(NUMBER, CUSTOMER, hello)).resolves.toEqual({ ids: ['wamid.3'] });
		expect(sent).toHaveLength(3);
		expect(waits).toEqual([1000, 2000]);
	});

	it('asks before every attempt whether it may still go out, and sends nothing more where it may not', async () => {
		const { port, sent } = api([refusal(131056), refusal(131056)]);
		let asked = 0;
		const check = () =>
			++asked === 2 ? Promise.reject(new Error('Ana has it')) : Promise.resolve();
		await expect(port.send(NUMBER, CUSTOMER, hello, { check })).rejects.toThrow('Ana has it');
		expect([asked, sent.length]).toEqual([2, 1]);
	});

	it('gives up after four attempts', async () => {
		const { port, sent } = api(Array.from({ length: 9 }, () => refusal(131016)));
		expect(await failureOf(port.send(NUMBER, CUSTOMER, hello))).toMatchObject({ failure: 'retry' });
		expect(sent).toHaveLength(4);
	});

	it('keeps to the six seconds between messages to one customer', async () => {
		const { port, waits } = api([refusal(131056)]);
		await port.send(NUMBER, CUSTOMER, hello);
		expect(waits[0]).toBeGreaterThanOrEqual(6000);
	});

	it('waits as long as Retry-After says, and does not sit through a long one', async () => {
		const short = api([refusal(4, 429, {}, { 'retry-after': '9' })]);
		await short.port.send(NUMBER, CUSTOMER, hello);
		expect(short.waits[0]).toBeGreaterThanOrEqual(9000);

		const long = api([refusal(4, 429, {}, { 'retry-after': '3600' })]);
		expect(await failureOf(long.port.send(NUMBER, CUSTOMER, hello))).toMatchObject({
			failure: 'retry',
			details: { retryAfterMs: 3_600_000 },
		});
		expect(long.waits).toEqual([]);
	});

	it.each([190, 131026, 131047, 131050, 132001])(
		'does not try again what cannot work (%d)',
		async (code) => {
			const { port, sent } = api([refusal(code)]);
			await failureOf(port.send(NUMBER, CUSTOMER, hello));
			expect(sent).toHaveLength(1);
		},
	);

	it.each(['ECONNRESET', 'ETIMEDOUT', 'ECONNABORTED', 'EPIPE'])(
		'never repeats a message whose answer was lost (%s): the customer might get it twice',
		async (code) => {
			const { port, sent } = api([lost(code)]);
			const error = await failureOf(port.send(NUMBER, CUSTOMER, hello));
			expect(error).toMatchObject({
				failure: 'lost',
				message: expect.stringContaining(code) as string,
			});
			expect(sent).toHaveLength(1);
		},
	);

	it.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'])(
		'tries again where there never was a connection (%s)',
		async (code) => {
			const { port, sent } = api([lost(code)]);
			await port.send(NUMBER, CUSTOMER, hello);
			expect(sent).toHaveLength(2);
		},
	);

	it('says which parts had gone out before', async () => {
		const { port } = api([undefined, refusal(131026)]);
		const error = await failureOf(
			port.send(NUMBER, CUSTOMER, { type: 'text', text: 'word '.repeat(1000) }),
		);
		expect(error.details.sentIds).toEqual(['wamid.1']);
		expect(error.message).toContain('after 1 part had gone out');
	});

	it('takes an answer without a message id for lost', async () => {
		const { port } = api([answer(200, { messages: [] })]);
		expect(await failureOf(port.send(NUMBER, CUSTOMER, hello))).toMatchObject({ failure: 'lost' });
	});
});
