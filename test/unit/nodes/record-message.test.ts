import { readFileSync } from 'node:fs';
import path from 'node:path';

import type { IDataObject } from 'n8n-workflow';

import { Conversation } from '../../../nodes/Conversation/Conversation.node';
import { whatsAppFor } from '../../../adapters/whatsapp/open';
import type { WhatsAppContext } from '../../../adapters/whatsapp/open';
import type { HandoffStore } from '../../../core/ports/store';
import { storeFor } from '../../../nodes/shared/store';
import { temporaryStore } from '../../support';
import { textMessage, deliveryOf } from '../whatsapp/fixtures';
import { jsonOf, runConversation } from './conversationHarness';

jest.mock('../../../nodes/shared/store', () => ({ storeFor: jest.fn(), storeCredential: {} }));

const sample = (name: string) =>
	JSON.parse(
		readFileSync(path.join(__dirname, '..', '..', 'fixtures', 'gateways', `${name}.json`), 'utf8'),
	) as IDataObject;

let store: HandoffStore;
let close: () => Promise<void>;

beforeEach(async () => {
	({ store, close } = await temporaryStore());
	jest.mocked(storeFor).mockResolvedValue(store);
});

afterEach(async () => close());

const record = async (items: IDataObject[], format: string, recordOptions: IDataObject = {}) =>
	jsonOf(
		await runConversation({
			operation: 'recordMessage',
			parameters: { format, recordOptions },
			items,
		}),
	);

const map = async (fields: IDataObject, recordOptions: IDataObject = {}) =>
	jsonOf(
		await runConversation({
			operation: 'recordMessage',
			parameters: { format: 'fields', direction: 'customer', ...fields, recordOptions },
		}),
	);

describe('the outputs of the Conversation node', () => {
	const outputs = (operation: string) => {
		const expression = new Conversation().description.outputs as string;
		const body = expression.replace(/^=\{\{/, '').replace(/\}\}$/, '');
		// What n8n's expression engine does with it.
		return new Function('$parameter', `return ${body}`)({ operation }) as unknown;
	};
	const names = (operation: string) =>
		(outputs(operation) as Array<{ displayName?: string }>).map((output) => output.displayName);

	it('are those of the trigger for Record Message, two for Reply, and one for all else', () => {
		expect(names('recordMessage')).toEqual(['Bot', 'Human', 'Status']);
		expect(names('reply')).toEqual(['Sent', 'Withheld']);
		expect(outputs('get')).toEqual(['main']);
	});
});

describe('a message of another gateway', () => {
	it.each(['waha', 'evolution', 'twilio'])(
		'comes out on Bot as the trigger’s item (%s)',
		async (gateway) => {
			const [bot, human, status] = await record([sample(`${gateway}/text`)], gateway);
			expect([human, status]).toEqual([[], []]);
			expect(bot).toEqual([
				expect.objectContaining({
					conversation: expect.objectContaining({ state: 'bot', episode: 1 }) as unknown,
					customer: expect.objectContaining({
						name: 'Robin Sample',
						phone: '+16505551234',
					}) as unknown,
					message: expect.objectContaining({
						type: 'text',
						text: 'Where is my order?',
						author: 'customer',
					}) as unknown,
				}),
			]);
		},
	);

	it('is taken in once, however often the gateway brings it', async () => {
		const first = await record([sample('waha/text'), sample('waha/text')], 'waha');
		const again = await record([sample('waha/text')], 'waha');
		expect(first[0]).toHaveLength(1);
		expect(again).toEqual([[], [], []]);
	});

	it('comes out again where staff are trying out with the same sample', async () => {
		await record([sample('waha/text')], 'waha');
		const again = await record([sample('waha/text')], 'waha', { repeats: true });
		expect(again[0]).toHaveLength(1);
	});

	it('comes out on Human once a colleague has answered from the phone, also for a customer never seen', async () => {
		const [, answered] = await record([sample('waha/from_phone')], 'waha');
		expect(answered?.[0]).toMatchObject({
			conversation: { state: 'human', owner: { kind: 'queue', name: 'WhatsApp phone' } },
		});
		const [bot, human] = await record([sample('waha/text')], 'waha');
		expect(bot).toEqual([]);
		expect(human).toHaveLength(1);
	});

	it('leaves the bot in charge when the gateway reports what the workflow itself has sent', async () => {
		await record([sample('evolution/text'), sample('evolution/from_api')], 'evolution');
		const [bot] = await record([sample('evolution/image')], 'evolution');
		expect(bot?.[0]).toMatchObject({ conversation: { state: 'bot' } });
	});

	it('is recorded and not passed on where it wants no answer', async () => {
		const outputs = await record([sample('waha/reaction'), sample('waha/group')], 'waha');
		expect(outputs).toEqual([[], [], []]);
		const { conversations } = await store.list({});
		expect(conversations).toHaveLength(2);
		expect(await store.unhandled('2100-01-01T00:00:00.000Z', 10)).toEqual([]);
	});

	it('is told on Status when it reports a delivery', async () => {
		const [, , status] = await record([sample('evolution/update_read')], 'evolution');
		expect(status?.[0]).toMatchObject({
			status: { messageId: '3EB0E00000000000A013', status: 'read' },
		});
	});

	it('may be an item of n8n’s own WhatsApp trigger', async () => {
		const delivery = deliveryOf([textMessage('wamid.own', 'Hello', 1795168800)]) as {
			entry: Array<{ changes: Array<{ value: IDataObject }> }>;
		};
		const { value } = delivery.entry[0]!.changes[0]!;
		const [bot] = await record([value], 'cloudApi');
		expect(bot?.[0]).toMatchObject({
			message: { id: 'wamid.own', text: 'Hello' },
			phoneNumberId: '106540352242922',
		});
	});

	it('that is not in the chosen format is refused with what to do', async () => {
		await expect(record([{ hello: 'world' }], 'waha')).rejects.toMatchObject({
			message: 'The item is not in the format of WAHA',
			description: expect.stringContaining('Fields That I Map') as string,
		});
	});
});

describe('a mapped message', () => {
	it('carries what staff map: text, type, media, id, time, name, channel', async () => {
		const [bot] = await map(
			{
				from: '+1 (650) 555-1234',
				text: 'My invoice',
				messageId: 'x-1',
				customerName: 'Robin Sample',
			},
			{
				messageType: 'document',
				mediaUrl: 'https://files.example/invoice.pdf',
				mediaType: 'application/pdf',
				fileName: 'invoice.pdf',
				sentAt: '2026-11-20T09:30:00Z',
				channel: 'shop',
				replyTo: 'x-0',
			},
		);
		expect(bot?.[0]).toMatchObject({
			conversation: { channelId: 'gateway:shop' },
			customer: { name: 'Robin Sample', phone: '+16505551234' },
			message: {
				id: 'x-1',
				type: 'document',
				text: 'My invoice',
				sentAt: '2026-11-20T09:30:00.000Z',
				media: {
					url: 'https://files.example/invoice.pdf',
					mimeType: 'application/pdf',
					fileName: 'invoice.pdf',
				},
				quoted: { id: 'x-0' },
			},
		});
	});

	it.each([
		['1795168800', '2026-11-20T10:00:00.000Z'],
		['1795168800000', '2026-11-20T10:00:00.000Z'],
		['2026-11-20T11:00:00+01:00', '2026-11-20T10:00:00.000Z'],
	])('understands the time %s', async (sentAt, expected) => {
		const [bot] = await map({ from: 'visitor-7', text: 'Hi', messageId: 'x-2' }, { sentAt });
		expect(bot?.[0]?.message).toMatchObject({ sentAt: expected });
	});

	it('knows a customer by any key that stays the same', async () => {
		const [first] = await map({ from: 'visitor-7', text: 'Hi', messageId: 'x-1' });
		const [second] = await map({ from: 'visitor-7', text: 'Anyone?', messageId: 'x-2' });
		expect(first?.[0]).toMatchObject({ customer: { key: 'visitor-7' } });
		expect((second?.[0]?.conversation as IDataObject).id).toBe(
			(first?.[0]?.conversation as IDataObject).id,
		);
	});

	it('by a person in the team silences the bot', async () => {
		const [, human] = await map({
			from: '16505551234',
			text: 'On it',
			messageId: 'x-1',
			direction: 'agent',
		});
		expect(human?.[0]).toMatchObject({ conversation: { state: 'human' } });
	});

	it('by the bot is kept in the thread and comes out nowhere', async () => {
		const [bot] = await map({ from: '16505551234', text: 'Hi', messageId: 'x-1' });
		const outputs = await map({
			from: '16505551234',
			text: 'Hello, how can I help?',
			messageId: 'x-2',
			direction: 'bot',
		});
		expect(outputs).toEqual([[], [], []]);
		const id = (bot?.[0]?.conversation as IDataObject).id as string;
		expect(await store.conversation(id)).toMatchObject({ state: 'bot' });
		expect((await store.history(id, { limit: 5 })).map(({ author }) => author)).toEqual([
			'customer',
			'bot',
		]);
	});

	it('without a sender is refused with what to map', async () => {
		await expect(map({ from: '', text: 'Hi' })).rejects.toMatchObject({
			description: expect.stringContaining('the field From') as string,
		});
	});
});

it('answers to a gateway’s customer are kept and not sent to Meta: a branch of the workflow sends them', async () => {
	const messaging = whatsAppFor({
		getCredentials: () => Promise.reject(new Error('no credential')),
		helpers: {},
	} as unknown as WhatsAppContext);
	const { ids } = await messaging.send(
		'gateway:waha:default',
		{ waId: '16505551234' },
		{ type: 'text', text: 'Hello' },
	);
	expect(ids).toHaveLength(1);
});
