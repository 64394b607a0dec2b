import { Readable } from 'node:stream';

import type { IDataObject } from 'n8n-workflow';

import { signBody } from '../../../adapters/whatsapp/signature';
import { change, deliveryOf, payload, textMessage } from '../whatsapp/fixtures';
import { MemoryStore } from './memoryStore';
import type { Call, Environment } from './triggerHarness';
import { deliver, json } from './triggerHarness';

let store: MemoryStore;
const NOW = Date.parse('2026-11-20T09:00:00Z');
const SECONDS = NOW / 1000;

jest.mock('../../../nodes/shared/store', () => ({
	storeFor: jest.fn(async () => store),
	storeCredential: { name: 'whatsAppHandoffStoreApi', required: false },
}));

beforeEach(() => {
	store = new MemoryStore();
	jest.useFakeTimers({ now: NOW, doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
});

afterEach(() => jest.useRealTimers());

const post = (body: unknown, environment?: Environment, call: Partial<Call> = {}) =>
	deliver({ method: 'POST', body, ...call }, environment);

const hello = (id = 'wamid.1', body = 'Hello', at = SECONDS) => textMessage(id, body, at);

const echo = (id: string, at = SECONDS) =>
	change('smb_message_echoes', {
		contacts: [{ profile: { name: 'Robin Sample' }, wa_id: '16505551234' }],
		message_echoes: [
			{
				from: '15550783881',
				to: '16505551234',
				id,
				timestamp: String(at),
				type: 'text',
				text: { body: 'I am on it' },
			},
		],
	});

const options = (values: IDataObject): Environment => ({ parameters: { options: values } });

describe('verification of the address (GET)', () => {
	it('gives Meta its challenge back for the credential’s verify token, and starts nothing', async () => {
		const outcome = await deliver({
			method: 'GET',
			query: {
				'hub.mode': 'subscribe',
				'hub.challenge': '1158201444',
				'hub.verify_token': 'our words',
			},
		});
		expect(outcome).toMatchObject({
			status: 200,
			contentType: 'text/plain',
			sent: '1158201444',
			result: { noWebhookResponse: true },
		});
		expect(outcome.result.workflowData).toBeUndefined();
	});

	it('refuses another verify token and says so in the log', async () => {
		const outcome = await deliver({
			method: 'GET',
			query: {
				'hub.mode': 'subscribe',
				'hub.challenge': '1158201444',
				'hub.verify_token': 'guessed',
			},
		});
		expect(outcome.status).toBe(403);
		expect(outcome.sent).not.toContain('1158201444');
		expect(outcome.logged[0]).toMatchObject({ meta: { reason: 'token_mismatch' } });
	});
});

describe('who may deliver', () => {
	it.each([
		['a wrong signature', `sha256=${'0'.repeat(64)}`, 'mismatch'],
		['no signature', '', 'missing'],
	])('refuses %s with 401; nothing runs, nothing is recorded', async (_what, signature, reason) => {
		const outcome = await post(deliveryOf([hello()]), {}, { signature });
		expect(outcome.status).toBe(401);
		expect(outcome.result).toEqual({ noWebhookResponse: true });
		expect(store.messages.size).toBe(0);
		expect(outcome.logged[0]?.meta).toMatchObject({ reason });
	});

	it('keeps the body of a refused call out of the log', async () => {
		const outcome = await post(
			deliveryOf([hello('wamid.1', 'my card is 4111')]),
			{},
			{ signature: '' },
		);
		expect(JSON.stringify(outcome.logged)).not.toMatch(/4111|16505551234/);
	});

	it('refuses everything while the credential has no app secret', async () => {
		const outcome = await post(deliveryOf([hello()]), { credential: { appSecret: '' } });
		expect(outcome.status).toBe(401);
		expect(outcome.logged[0]?.meta).toMatchObject({ reason: 'no_app_secret' });
	});

	it('lets unsigned calls in only where staff switched the check off', async () => {
		const outcome = await post(deliveryOf([hello()]), options({ verifySignature: false }), {
			signature: '',
		});
		expect(outcome.status).toBe(200);
		expect(outcome.items[0]).toHaveLength(1);
	});

	it('answers 400 to a signed body that is not JSON, without an execution', async () => {
		const outcome = await post('{"object":', {});
		expect(outcome.status).toBe(400);
		expect(outcome.result.workflowData).toBeUndefined();
	});

	it('acknowledges a signed delivery of another product and runs nothing', async () => {
		const outcome = await post({ object: 'page', entry: [{ id: '1' }] });
		expect(outcome.status).toBe(200);
		expect(outcome.result.workflowData).toBeUndefined();
		expect(store.messages.size).toBe(0);
	});

	it('reads a body that n8n has not parsed', async () => {
		const outcome = await post(deliveryOf([hello()]), {}, { parsed: false });
		expect(outcome.items[0]).toHaveLength(1);
	});
});

describe('messages', () => {
	it('come out on Bot with conversation, customer, message and number', async () => {
		const outcome = await post(deliveryOf([hello('wamid.1', 'Where is my order?')]));
		// Answered by n8n, when it has stored the run.
		expect(outcome).toMatchObject({ status: 200, sent: '' });
		expect(outcome.items[1]).toEqual([]);
		expect(outcome.items[2]).toEqual([]);
		expect(outcome.items[0]).toEqual([
			expect.objectContaining({
				conversation: expect.objectContaining({
					id: 'c1',
					state: 'bot',
					windowClosesAt: '2026-11-21T09:00:00.000Z',
				}) as unknown,
				customer: expect.objectContaining({
					name: 'Robin Sample',
					phone: '+16505551234',
				}) as unknown,
				message: expect.objectContaining({
					id: 'wamid.1',
					type: 'text',
					text: 'Where is my order?',
				}) as unknown,
				phoneNumberId: '106540352242922',
			}),
		]);
		expect(outcome.items[0]?.[0]).not.toHaveProperty('raw');
	});

	it('are on record before Meta is told that they arrived, and are not acknowledged otherwise', async () => {
		store.broken = true;
		await expect(post(deliveryOf([hello()]))).rejects.toMatchObject({
			message: 'The store is not there',
			description: 'Start it.',
		});
	});

	it('come out once: a redelivery is acknowledged and starts no execution', async () => {
		await post(deliveryOf([hello()]));
		const again = await post(deliveryOf([hello()]));
		expect(again.status).toBe(200);
		expect(again.result).toEqual({ noWebhookResponse: true });
	});

	it('come out once even if one delivery holds a message twice', async () => {
		const outcome = await post(deliveryOf([hello(), hello()]));
		expect(outcome.items[0]).toHaveLength(1);
	});

	it('of one delivery come out one item each, oldest first', async () => {
		const outcome = await post(
			deliveryOf([
				hello('wamid.3', 'three', SECONDS - 1),
				hello('wamid.1', 'one', SECONDS - 3),
				hello('wamid.2', 'two', SECONDS - 2),
			]),
		);
		expect(outcome.items[0]?.map(({ message }) => (message as IDataObject).text)).toEqual([
			'one',
			'two',
			'three',
		]);
	});

	it('come out on Human while a person is in charge', async () => {
		await post(deliveryOf([hello()]));
		await post(echo('wamid.e1'));
		const outcome = await post(deliveryOf([hello('wamid.2')]));
		expect(outcome.items[0]).toEqual([]);
		expect(outcome.items[1]).toHaveLength(1);
	});

	it('carry what Meta sent where staff ask for it', async () => {
		const outcome = await post(deliveryOf([hello()]), options({ includeRaw: true }));
		expect(outcome.items[0]?.[0]?.raw).toMatchObject({ id: 'wamid.1', text: { body: 'Hello' } });
	});

	it('of a kind that is not known come out as unknown with their raw form', async () => {
		const outcome = await post(
			deliveryOf([
				{
					from: '16505551234',
					id: 'wamid.9',
					timestamp: String(SECONDS),
					type: 'hologram',
					hologram: { size: 3 },
				},
			]),
		);
		expect(outcome.items[0]?.[0]?.message).toMatchObject({
			type: 'unknown',
			raw: { hologram: { size: 3 } },
		});
	});

	it('of a customer without a phone number come out like all others', async () => {
		const outcome = await post(
			deliveryOf(
				[{ id: 'wamid.u', timestamp: String(SECONDS), type: 'text', text: { body: 'Hi' } }],
				{},
				[
					{
						profile: { name: 'Robin Sample', username: '@robin' },
						user_id: 'US.13491208655302741918',
					},
				],
			),
		);
		expect(outcome.items[0]?.[0]?.customer).toMatchObject({
			userId: 'US.13491208655302741918',
			username: 'robin',
			key: 'US.13491208655302741918',
		});
	});

	it('older than the limit are recorded and settled, and start nothing', async () => {
		const old = SECONDS - 25 * 3600;
		const outcome = await post(deliveryOf([hello('wamid.old', 'late', old)]));
		expect(outcome.status).toBe(200);
		expect(outcome.result.workflowData).toBeUndefined();
		expect(store.messages.has('wamid.old')).toBe(true);
		expect(store.handled.has('wamid.old')).toBe(true);
	});

	it('that want no answer (a reaction) are recorded and start nothing, unless staff choose them', async () => {
		const reaction = (id: string) =>
			deliveryOf([
				{
					from: '16505551234',
					id,
					timestamp: String(SECONDS),
					type: 'reaction',
					reaction: { message_id: 'wamid.0', emoji: '👍' },
				},
			]);
		const quiet = await post(reaction('wamid.r1'));
		expect(quiet.result.workflowData).toBeUndefined();
		expect(store.messages.has('wamid.r1')).toBe(true);
		const chosen = await post(reaction('wamid.r2'), options({ messageTypes: ['reaction'] }));
		expect(chosen.items[0]).toHaveLength(1);
	});

	it('in a group are recorded apart from the member’s own conversation and start nothing unless staff choose', async () => {
		await post(deliveryOf([hello()]));
		const inGroup = (id: string) => deliveryOf([{ ...hello(id, 'hi all'), group_id: 'Y2Fw' }]);
		const quiet = await post(inGroup('wamid.g1'));
		expect(quiet.result.workflowData).toBeUndefined();
		expect(store.conversations.size).toBe(2);
		const chosen = await post(inGroup('wamid.g2'), options({ groupMessages: true }));
		expect(chosen.items[0]?.[0]?.message).toMatchObject({
			groupId: 'Y2Fw',
			authorName: 'Robin Sample',
		});
	});

	it('to another number of ours are left to the trigger of that number', async () => {
		const outcome = await post(deliveryOf([hello()]), {
			parameters: { phoneNumberIds: ['999'] },
		});
		expect(outcome.status).toBe(200);
		expect(store.messages.size).toBe(0);
		const ours = await post(deliveryOf([hello()]), {
			parameters: { phoneNumberIds: ['106540352242922'] },
		});
		expect(ours.items[0]).toHaveLength(1);
	});

	it.each(['+1 (650) 555-1234', '16505551234', '12, 16505551234'])(
		'of an ignored customer (%s) are neither recorded nor run',
		async (ignoredCustomers) => {
			const outcome = await post(deliveryOf([hello()]), options({ ignoredCustomers }));
			expect(outcome.status).toBe(200);
			expect(outcome.result.workflowData).toBeUndefined();
			expect(store.messages.size).toBe(0);
		},
	);

	it('are let in only from allowed customers where staff name some', async () => {
		const others = await post(
			deliveryOf([hello()]),
			options({ allowedCustomers: '+1 555 010 0199' }),
		);
		expect(others.result.workflowData).toBeUndefined();
		const allowed = await post(
			deliveryOf([hello()]),
			options({ allowedCustomers: '+1 650 555 1234' }),
		);
		expect(allowed.items[0]).toHaveLength(1);
	});
});

describe('a colleague answers from the phone', () => {
	it('silences the bot: the conversation is handed over, on the record, and the answer comes out on Human', async () => {
		await post(deliveryOf([hello()]));
		const outcome = await post(echo('wamid.e1'));
		expect(outcome.items[0]).toEqual([]);
		expect(outcome.items[1]?.[0]).toMatchObject({
			conversation: {
				state: 'human',
				owner: { kind: 'queue', name: 'WhatsApp phone' },
				handoff: {
					reason: 'A colleague answered from the phone',
					answeredAt: '2026-11-20T09:00:00.000Z',
				},
			},
			message: { direction: 'out', author: 'agent', text: 'I am on it' },
		});
		expect(store.audit).toEqual([
			expect.objectContaining({
				action: 'escalate',
				reason: 'A colleague answered from the phone',
				from: 'bot',
				to: 'human',
			}),
		]);
	});

	it('silences the bot for a customer never seen before', async () => {
		const outcome = await post(echo('wamid.e1'));
		expect(outcome.items[1]?.[0]).toMatchObject({ conversation: { state: 'human' } });
		const next = await post(deliveryOf([hello('wamid.2')]));
		expect(next.items[0]).toEqual([]);
		expect(next.items[1]).toHaveLength(1);
	});

	it('hands over once, however often the echo is delivered', async () => {
		await post(deliveryOf([hello()]));
		await post(echo('wamid.e1'));
		const version = store.conversations.get('c1')?.version;
		const again = await post(echo('wamid.e1'));
		expect(again.result.workflowData).toBeUndefined();
		expect(store.conversations.get('c1')?.version).toBe(version);
		expect(store.audit).toHaveLength(1);
	});

	it('keeps the owner of a conversation that a person has already', async () => {
		await post(deliveryOf([hello()]));
		await post(echo('wamid.e1'));
		const conversation = store.conversations.get('c1')!;
		store.conversations.set('c1', {
			...conversation,
			owner: { kind: 'agent', id: 'ana', name: 'Ana' },
		});
		await post(echo('wamid.e2'));
		expect(store.conversations.get('c1')).toMatchObject({ owner: { name: 'Ana' } });
	});

	it('begins a closed conversation anew in the hands of people, unless the answer was written before the close', async () => {
		await post(deliveryOf([hello()]));
		const close = (closedAt: string) =>
			store.conversations.set('c1', {
				...store.conversations.get('c1')!,
				state: 'closed',
				owner: undefined,
				closedAt,
			});
		close('2026-11-20T09:00:00.000Z');
		await post(echo('wamid.e1'));
		expect(store.conversations.get('c1')).toMatchObject({ state: 'closed', episode: 1 });
		close('2026-11-20T08:00:00.000Z');
		await post(echo('wamid.e2'));
		expect(store.conversations.get('c1')).toMatchObject({ state: 'human', episode: 2 });
		expect(store.conversations.get('c1')).not.toHaveProperty('closedAt');
		expect(store.audit.at(-1)).toMatchObject({ from: 'closed', to: 'human' });
		const next = await post(deliveryOf([hello('wamid.2')]));
		expect([next.items[0], next.items[1]?.length]).toEqual([[], 1]);
	});

	it('does not wake the bot for a message of the same delivery', async () => {
		const both = deliveryOf([hello('wamid.2', 'Thanks', SECONDS - 5)]);
		(both.entry as IDataObject[]).push(...(echo('wamid.e1').entry as IDataObject[]));
		const outcome = await post(both);
		expect(outcome.items[0]).toEqual([]);
		expect(outcome.items[1]).toHaveLength(2);
	});
});

describe('statuses and other events', () => {
	const status = (word: string, id = 'wamid.out') =>
		change('messages', {
			contacts: [{ wa_id: '16505551234' }],
			statuses: [
				{
					id,
					status: word,
					timestamp: String(SECONDS),
					recipient_id: '16505551234',
					...(word === 'failed'
						? { errors: [{ code: 131026, title: 'Message undeliverable' }] }
						: {}),
				},
			],
		});

	beforeEach(async () => {
		await post(deliveryOf([hello()]));
		store.messages.set('wamid.out', {
			...store.messages.get('wamid.1')!,
			id: 'wamid.out',
			direction: 'out',
			author: 'bot',
			status: 'sent',
		});
	});

	it('update the message and start no execution unless staff choose them', async () => {
		const outcome = await post(status('read'));
		expect(outcome.status).toBe(200);
		expect(outcome.result.workflowData).toBeUndefined();
		expect(store.messages.get('wamid.out')?.status).toBe('read');
	});

	it('come out on Status, with the conversation, where staff choose them', async () => {
		const chosen = { parameters: { statusEvents: ['failed'] } };
		expect((await post(status('read'), chosen)).result.workflowData).toBeUndefined();
		const outcome = await post(status('failed'), chosen);
		expect(outcome.items[0]).toEqual([]);
		expect(outcome.items[2]).toEqual([
			expect.objectContaining({
				conversation: expect.objectContaining({ id: 'c1' }) as unknown,
				status: expect.objectContaining({
					messageId: 'wamid.out',
					status: 'failed',
					errors: [{ code: 131026, title: 'Message undeliverable' }],
				}) as unknown,
			}),
		]);
	});

	it('that say nothing new are a redelivery and start nothing', async () => {
		const chosen = { parameters: { statusEvents: ['read'] } };
		expect((await post(status('read'), chosen)).items[2]).toHaveLength(1);
		expect((await post(status('read'), chosen)).result.workflowData).toBeUndefined();
	});

	it('of a message that its sender could not write down say under its key that it has gone out', async () => {
		const withTracker = (tracker: string, what = 'sent', id = 'wamid.unknown') => {
			const delivery = JSON.parse(JSON.stringify(status(what, id))) as {
				entry: Array<{ changes: Array<{ value: { statuses: object[] } }> }>;
			};
			const { value } = delivery.entry[0]!.changes[0]!;
			value.statuses = value.statuses.map((one) => ({ ...one, biz_opaque_callback_data: tracker }));
			return delivery;
		};
		await post(withTracker('another program’s'));
		await post(withTracker('handoff:c1:h1:capture', 'failed'));
		await post(withTracker('handoff:c1:h1:acknowledgement', 'sent', 'wamid.out'));
		expect(store.confirmed).toEqual(new Map());
		await post(withTracker('handoff:c1:h1:acknowledgement'));
		expect(store.confirmed).toEqual(
			new Map([
				[
					'c1:h1:acknowledgement',
					{ confirmed: { id: 'wamid.unknown', at: expect.any(String) as unknown } },
				],
			]),
		);
	});

	it('of messages that were sent elsewhere come out with the customer', async () => {
		const outcome = await post(status('failed', 'wamid.elsewhere'), {
			parameters: { statusEvents: ['failed'] },
		});
		expect(outcome.items[2]?.[0]).toMatchObject({ customer: { phone: '+16505551234' } });
		expect(outcome.items[2]?.[0]).not.toHaveProperty('conversation');
	});

	it('of the account come out on Status where staff choose them', async () => {
		const body = payload('pywa/account_update__account_restriction');
		expect((await post(body)).result.workflowData).toBeUndefined();
		const outcome = await post(body, { parameters: { statusEvents: ['account'] } });
		expect(outcome.items[2]?.[0]).toMatchObject({
			event: { kind: 'account', field: 'account_update', raw: { event: 'ACCOUNT_RESTRICTION' } },
		});
	});

	it('keep a customer’s consent on the profile, and the newer word wins', async () => {
		const consent = (value: string, at: number) =>
			change('user_preferences', {
				contacts: [{ wa_id: '16505551234' }],
				user_preferences: [
					{ wa_id: '16505551234', category: 'marketing_messages', value, timestamp: at },
				],
			});
		const known = () => store.conversations.get('c1')?.profile.consent.status;
		await post(consent('stop', SECONDS - 10));
		expect(known()).toBe('opted_out');
		await post(consent('resume', SECONDS - 20));
		expect(known()).toBe('opted_out');
		await post(consent('resume', SECONDS - 5));
		expect(known()).toBe('opted_in');
		expect(store.audit.map(({ action }) => action)).toEqual(['opt_out', 'opt_in']);
	});

	it('keep the consent also of a customer who has never written', async () => {
		const stop = change('user_preferences', {
			contacts: [{ profile: { name: 'Robin Sample' }, wa_id: '16505550000' }],
			user_preferences: [
				{
					wa_id: '16505550000',
					category: 'marketing_messages',
					value: 'stop',
					timestamp: String(SECONDS),
				},
			],
		});
		const outcome = await post(stop);
		expect(outcome.result.workflowData).toBeUndefined();
		await post(stop);
		expect(store.conversations.size).toBe(2);
		const next = await post(deliveryOf([{ ...hello('wamid.2'), from: '16505550000' }]));
		expect(next.items[0]?.[0]).toMatchObject({
			conversation: { counters: { customerTurns: 1 } },
			customer: { consent: { status: 'opted_out', scope: 'marketing' } },
		});
	});
});

describe('read receipts and files', () => {
	it('marks the newest message of each conversation as read once the bot has it, typing if asked', async () => {
		const outcome = await post(
			deliveryOf([hello('wamid.1', 'one', SECONDS - 2), hello('wamid.2', 'two', SECONDS - 1)]),
			options({ typingIndicator: true }),
		);
		expect(outcome.requests).toHaveLength(1);
		expect(outcome.requests[0]).toMatchObject({
			method: 'POST',
			url: 'https://graph.example/v23.0/106540352242922/messages',
		});
		expect(JSON.parse(String(outcome.requests[0]?.body))).toEqual({
			messaging_product: 'whatsapp',
			status: 'read',
			message_id: 'wamid.2',
			typing_indicator: { type: 'text' },
		});
	});

	it('runs the message even if it could not be marked as read', async () => {
		const outcome = await post(deliveryOf([hello()]), {
			...options({ markAsRead: true }),
			graph: () => json({ error: { message: 'Invalid token', code: 190 } }, 401),
		});
		expect(outcome.items[0]).toHaveLength(1);
		expect(outcome.logged[0]?.message).toContain('could not mark');
	});

	it('keeps no message from the bot while WhatsApp takes its time over the blue ticks', async () => {
		let release = () => {};
		const never = new Promise<void>((resolve) => (release = resolve));
		const outcome = await post(deliveryOf([hello()]), {
			...options({ markAsRead: true }),
			graph: async () => {
				await never;
				return json({ success: true });
			},
		});
		expect(outcome.items[0]).toHaveLength(1);
		release();
	});

	const image = () =>
		deliveryOf([
			{
				from: '16505551234',
				id: 'wamid.img',
				timestamp: String(SECONDS),
				type: 'image',
				image: { id: 'media-1', mime_type: 'image/jpeg', caption: 'Broken' },
			},
		]);
	const store2step = (bytes: Buffer, said: IDataObject = {}): Environment['graph'] => {
		return ({ url }) =>
			url.includes('/file/')
				? {
						stream: Readable.from([bytes.subarray(0, 4), bytes.subarray(4)]),
						headers: { 'content-type': 'image/jpeg' },
					}
				: json({ url: 'https://graph.example/file/1', mime_type: 'image/jpeg', ...said });
	};

	it('puts the file of a message on the item in Meta’s two steps', async () => {
		const outcome = await post(image(), {
			...options({ downloadMedia: true }),
			graph: store2step(Buffer.from('the picture')),
		});
		expect(outcome.requests.map(({ url }) => url)).toEqual([
			'https://graph.example/v23.0/media-1',
			'https://graph.example/file/1',
		]);
		expect(outcome.binaries[0]).toEqual([
			{ data: { data: 'the picture', fileName: undefined, mimeType: 'image/jpeg' } },
		]);
	});

	it.each([
		['that says it is too large', { file_size: 20 * 1024 * 1024 }, 10],
		['that turns out too large while it comes', {}, 2 * 1024 * 1024],
	])('leaves a file %s with WhatsApp and says so on the item', async (_what, said, bytes) => {
		const outcome = await post(image(), {
			...options({ downloadMedia: true, maxMediaSize: 1 }),
			graph: store2step(Buffer.alloc(bytes), said),
		});
		expect(outcome.items[0]?.[0]?.mediaDownload).toEqual({
			done: false,
			reason: 'The file is larger than 1 MB',
			advice: 'Raise the size limit in the options of WhatsApp Trigger.',
		});
		expect(outcome.binaries[0]).toEqual([undefined]);
	});

	it('begins anew where the connection breaks in the middle of a file', async () => {
		let broken = true;
		const outcome = await post(image(), {
			...options({ downloadMedia: true }),
			graph: ({ url }) => {
				if (!url.includes('/file/')) {
					return json({ url: 'https://graph.example/file/1', mime_type: 'image/jpeg' });
				}
				const stream = Readable.from(
					(function* () {
						yield Buffer.from('the ');
						if (broken) {
							broken = false;
							throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
						}
						yield Buffer.from('picture');
					})(),
				);
				return { stream, headers: { 'content-type': 'image/jpeg' } };
			},
		});
		expect(outcome.binaries[0]).toMatchObject([{ data: { data: 'the picture' } }]);
		// The address too is asked for anew: it holds for minutes only.
		expect(outcome.requests).toHaveLength(4);
	});

	it('downloads only the types that staff name', async () => {
		const outcome = await post(image(), options({ downloadMedia: true, mediaTypes: 'audio/' }));
		expect(outcome.requests).toEqual([]);
		expect(outcome.items[0]?.[0]?.mediaDownload).toMatchObject({ done: false });
	});

	it('sends the token to no address but WhatsApp’s', async () => {
		const outcome = await post(image(), {
			...options({ downloadMedia: true }),
			graph: () => json({ url: 'https://elsewhere.example/file/1', mime_type: 'image/jpeg' }),
		});
		expect(outcome.requests).toHaveLength(1);
		expect(outcome.items[0]?.[0]?.mediaDownload).toMatchObject({ done: false });
	});

	it('takes no page for a file', async () => {
		const outcome = await post(image(), {
			...options({ downloadMedia: true }),
			graph: ({ url }) =>
				url.includes('/file/')
					? {
							stream: Readable.from(['<html>']),
							headers: { 'content-type': 'text/html; charset=utf-8' },
						}
					: json({ url: 'https://graph.example/file/1', mime_type: 'image/jpeg' }),
		});
		expect(outcome.items[0]?.[0]?.mediaDownload).toMatchObject({
			done: false,
			reason: 'WhatsApp sent text/html instead of the file',
		});
	});
});

it('checks the signature over the bytes that came, not over the parsed body', async () => {
	const written = JSON.stringify(deliveryOf([hello('wamid.1', 'Grüße')])).replace('ü', '\\u00fc');
	const outcome = await post(written, {}, { signature: signBody(written, 'app-secret') });
	expect(outcome.status).toBe(200);
	expect(outcome.items[0]?.[0]?.message).toMatchObject({ text: 'Grüße' });
});
