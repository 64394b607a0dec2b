import type { IDataObject } from 'n8n-workflow';

import { whatsAppFor } from '../../../adapters/whatsapp/open';
import { consentGiven } from '../../../core/conversation/consent';
import type { MessagingPort } from '../../../core/ports/messaging';
import type { HandoffStore } from '../../../core/ports/store';
import { storeFor } from '../../../nodes/shared/store';
import { temporaryStore } from '../../support';
import { jsonOf, runConversation } from './conversationHarness';

jest.mock('../../../nodes/shared/store', () => ({ storeFor: jest.fn(), storeCredential: {} }));
jest.mock('../../../adapters/whatsapp/open', () => ({ whatsAppFor: jest.fn() }));
jest.mock('../../../adapters/whatsapp/upload', () => ({
	...jest.requireActual<object>('../../../adapters/whatsapp/upload'),
	uploadMedia: jest.fn(() => Promise.resolve({ id: 'media', mimeType: 'image/jpeg' })),
}));

let store: HandoffStore;
let close: () => Promise<void>;
let sent: Array<{ text?: string }>;
let count = 0;

beforeEach(async () => {
	({ store, close } = await temporaryStore());
	jest.mocked(storeFor).mockResolvedValue(store);
	sent = [];
	jest.mocked(whatsAppFor).mockReturnValue({
		parts: (_channel: string, message: unknown) => [message],
		send: (_channel: string, _to: unknown, message: { text?: string }) => {
			sent.push(message);
			return Promise.resolve({ ids: [`wamid.sent${sent.length}`] });
		},
	} as unknown as MessagingPort);
});

afterEach(async () => close());

/** A customer who has just written; the conversation's id. */
async function customer(name = 'Robin Sample'): Promise<string> {
	count += 1;
	const waId = `1555555${String(count).padStart(4, '0')}`;
	// A while ago, so that what is logged in the same millisecond still comes after it.
	const now = new Date(Date.now() - 60_000).toISOString();
	const [result] = await store.intake(
		[
			{
				channelId: 'shop',
				identity: { keys: [{ kind: 'wa_id', value: waId }], waId, name },
				message: {
					id: `wamid.${waId}`,
					direction: 'in',
					author: 'customer',
					type: 'text',
					text: 'Hello',
					sentAt: now,
					receivedAt: now,
				},
			},
		],
		now,
	);
	return result!.conversation.id;
}

async function run(operation: string, parameters: IDataObject, items?: IDataObject[]) {
	return jsonOf(
		await runConversation({
			operation,
			parameters: { reason: '', ...nested(parameters) },
			...(items ? { items } : {}),
		}),
	)[0]!;
}

/** n8n reads the inside of a collection by a path. */
function nested(parameters: IDataObject): IDataObject {
	return Object.fromEntries(
		Object.entries(parameters).flatMap(([name, value]) => {
			const field = (value as { field?: unknown } | undefined)?.field;
			return field === undefined ? [[name, value]] : [[`${name}.field`, field]];
		}),
	) as IDataObject;
}

const handOver = (conversationId: string, agentId = 'ana@shop.example') =>
	run('logReply', {
		conversationId,
		loggedAuthor: 'agent',
		loggedText: 'I am on it',
		agentId,
		agentName: 'Ana',
	});

describe('Set Details', () => {
	it('refuses a value that has no name to be kept under', async () => {
		const conversationId = await customer();
		await expect(
			run('setDetails', { conversationId, collected: { field: [{ name: ' ', value: '7' }] } }),
		).rejects.toThrow('The value “7” has no name to be kept under');
	});

	it('keeps what was collected, with numbers and yes or no as such, and takes empty fields away', async () => {
		const conversationId = await customer();
		const collected = (field: IDataObject[]) =>
			run('setDetails', { conversationId, collected: { field } });
		await collected([
			{ name: 'orderNumber', value: '0042' },
			{ name: 'satisfaction', value: '4' },
			{ name: 'gift', value: 'true' },
		]);
		const [item] = await collected([{ name: 'gift', value: '' }]);
		expect(item).toMatchObject({
			conversation: { collected: { orderNumber: '0042', satisfaction: 4 } },
		});
		expect((item!.conversation as IDataObject).collected).not.toHaveProperty('gift');
	});

	it('adds and removes tags without regard to case, and fills in the profile', async () => {
		const conversationId = await customer();
		await run('setDetails', { conversationId, addTags: 'Survey sent, wholesale, survey SENT' });
		const [item] = await run('setDetails', {
			conversationId,
			removeTags: 'WHOLESALE',
			profile: { segment: 'Gold', vip: true, email: '' },
			newPriority: 'high',
		});
		expect(item).toMatchObject({
			conversation: { tags: ['Survey sent'], priority: 'high' },
			customer: { segment: 'Gold', vip: true },
		});
	});

	it('writes one audit line that names what changed and no values, and none where nothing did', async () => {
		const conversationId = await customer();
		const set = () =>
			run('setDetails', {
				conversationId,
				collected: { field: [{ name: 'iban', value: 'DE00 secret' }] },
			});
		await set();
		await set();
		const lines = (await store.audit(conversationId)).filter(
			({ action }) => action === 'set_details',
		);
		expect(lines).toEqual([expect.objectContaining({ reason: 'collected iban' })]);
	});

	it('refuses a priority that there is not, and says which there are', async () => {
		await expect(
			run('setDetails', { conversationId: await customer(), newPriority: 'asap' }),
		).rejects.toMatchObject({
			message: '"asap" is no priority',
			description: expect.stringContaining('urgent') as string,
		});
	});
});

describe('Log Reply', () => {
	it('puts an agent’s answer on record, silences the bot and keeps the promise of an answer', async () => {
		const conversationId = await customer();
		const [item] = await handOver(conversationId);
		expect(item).toMatchObject({
			conversation: { state: 'human', owner: { kind: 'agent', name: 'Ana' } },
		});
		expect((await store.conversation(conversationId))?.handoff?.answeredAt).toBeDefined();
		expect(await store.history(conversationId, { limit: 5 })).toEqual([
			expect.objectContaining({ author: 'customer' }),
			expect.objectContaining({ author: 'agent', authorName: 'Ana', text: 'I am on it' }),
		]);
		expect(sent).toEqual([]);
	});

	it('counts a bot’s reply as a turn and writes the same message ID once', async () => {
		const conversationId = await customer();
		const log = () =>
			run('logReply', {
				conversationId,
				loggedAuthor: 'bot',
				loggedText: 'We open at 9',
				changeOptions: { messageId: 'desk-1', sentAt: '2026-11-20T09:30:00Z' },
			});
		await log();
		await log();
		const out = (await store.history(conversationId, { limit: 9 })).filter(
			({ direction }) => direction === 'out',
		);
		expect(out).toEqual([expect.objectContaining({ id: 'desk-1', author: 'bot' })]);
		expect((await store.conversation(conversationId))?.state).toBe('bot');
	});
});

describe('Get Many', () => {
	const names = (items: IDataObject[]) =>
		items.map(({ customer: one }) => (one as { name: string }).name).sort();

	it('finds conversations by who is in charge, tag, agent and words', async () => {
		const a = await customer('Alex Sample');
		const b = await customer('Bo Sample');
		await customer('Chris Sample');
		await handOver(a);
		await run('setDetails', { conversationId: b, addTags: 'wholesale' });
		const many = (filters: IDataObject, states: string[] = []) =>
			run('list', { states, filters, returnAll: true });
		expect(names(await many({}, ['human']))).toEqual(['Alex Sample']);
		expect(names(await many({}, ['bot']))).toEqual(['Bo Sample', 'Chris Sample']);
		expect(names(await many({ tag: 'wholesale' }))).toEqual(['Bo Sample']);
		expect(names(await many({ withoutTag: 'Wholesale' }, ['bot']))).toEqual(['Chris Sample']);
		expect(names(await many({ agentId: 'ana@shop.example' }))).toEqual(['Alex Sample']);
		expect(names(await many({ search: 'chris' }))).toEqual(['Chris Sample']);
	});

	it('tells since when a customer waits for a person, and finds those who wait for long', async () => {
		const waiting = await customer('Wai Sample');
		await store.decide(waiting, ({ conversation }) => ({
			result: undefined,
			conversation: {
				...conversation,
				version: conversation.version + 1,
				state: 'human',
				owner: { kind: 'queue', name: 'Support' },
				handoff: {
					id: `${waiting}:h1`,
					reason: 'asked',
					score: 90,
					signals: [],
					priority: 'normal',
					queue: 'Support',
					createdAt: new Date(Date.now() - 30 * 60_000).toISOString(),
					hops: 0,
				},
			},
		}));
		await handOver(await customer('Answered Sample'));
		const waitingFor = (waitingMinutes: number) =>
			run('list', { states: [], filters: { waitingMinutes }, returnAll: true });
		expect(names(await waitingFor(20))).toEqual(['Wai Sample']);
		expect(await waitingFor(40)).toEqual([]);
		expect(await waitingFor(0)).toEqual([
			expect.objectContaining({ waitingSince: expect.any(String) as string }),
		]);
	});

	it('keeps to the limit across pages, and gives all if asked', async () => {
		for (let i = 0; i < 7; i++) await customer(`Number ${i}`);
		expect(await run('list', { states: [], limit: 3 })).toHaveLength(3);
		expect(await run('list', { states: [], returnAll: true })).toHaveLength(7);
	});

	it('reads times in the workflow’s zone, as Log Reply does', async () => {
		const conversationId = await customer();
		const inKolkata = async (operation: string, parameters: IDataObject) => {
			const surface = { getTimezone: () => 'Asia/Kolkata' };
			return jsonOf(await runConversation({ operation, parameters, surface }))[0]!;
		};
		await inKolkata('logReply', {
			conversationId,
			loggedAuthor: 'bot',
			loggedText: 'We open at 9',
			changeOptions: { messageId: 'desk-1', sentAt: '2126-11-20T15:00:00' },
		});
		expect((await store.history(conversationId, { limit: 9 })).at(-1)).toMatchObject({
			id: 'desk-1',
			sentAt: '2126-11-20T09:30:00.000Z',
		});
		const after = (lastMessageAfter: string) =>
			inKolkata('list', { states: [], filters: { lastMessageAfter }, returnAll: true });
		expect(await after('2126-11-20T14:59:00')).toHaveLength(1);
		expect(await after('2126-11-20T15:01:00')).toEqual([]);
	});

	it('names the filter whose time cannot be read', async () => {
		await expect(
			run('list', { states: [], filters: { lastMessageAfter: 'yesterday-ish' } }),
		).rejects.toMatchObject({ message: 'Last Message After is no time that can be read' });
	});
});

describe('Resolve', () => {
	it('says goodbye once and closes', async () => {
		const conversationId = await customer();
		await handOver(conversationId);
		const resolve = () =>
			run('resolve', { conversationId, disposition: 'solved', closingMessage: 'Thank you!' });
		const [item] = await resolve();
		expect(item).toMatchObject({
			conversation: { state: 'closed' },
			closing: { outcome: 'sent', text: 'Thank you!' },
		});
		await resolve().catch(() => undefined);
		expect(sent).toEqual([expect.objectContaining({ text: 'Thank you!' })]);
	});

	it('gives out what was collected with the outcome, so that it goes to the right order', async () => {
		const conversationId = await customer();
		await run('setDetails', {
			conversationId,
			collected: { field: [{ name: 'orderNumber', value: '10023' }] },
		});
		await handOver(conversationId);
		const [item] = await run('resolve', { conversationId, disposition: 'refunded' });
		expect(item).toMatchObject({
			conversation: { collected: { orderNumber: 10023 }, outcome: { disposition: 'refunded' } },
		});
	});

	it('closes without a word where none is wanted', async () => {
		const conversationId = await customer();
		await handOver(conversationId);
		const [item] = await run('resolve', { conversationId, disposition: 'solved' });
		expect(item).not.toHaveProperty('closing');
		expect(sent).toEqual([]);
	});
});

describe('an operation that names nobody', () => {
	it.each([
		['claim', { agentId: '' }, 'Agent Email or ID is empty'],
		['reassign', { agentId: ' ' }, 'Agent Email or ID is empty'],
		['release', { queue: ' ' }, 'Queue is empty'],
	])('changes nothing and names the field: %s', async (operation, fields, message) => {
		const conversationId = await customer();
		await handOver(conversationId);
		const before = await store.conversation(conversationId);
		await expect(
			run(operation, { conversationId, agentName: 'Bo', ...fields }),
		).rejects.toMatchObject({ message, description: expect.any(String) as string });
		expect(await store.conversation(conversationId)).toEqual(before);
	});

	it('does not fail by the case of an e-mail address', async () => {
		const conversationId = await customer();
		await handOver(conversationId);
		const [item] = await run('reassign', {
			conversationId,
			agentId: ' Bo@Shop.example ',
			agentName: 'Bo',
		});
		expect(item).toMatchObject({ conversation: { owner: { id: 'bo@shop.example' } } });
	});
});

describe('Return to Bot', () => {
	it('is refused right after a person has written, with what to do, and done where that is meant', async () => {
		const conversationId = await customer();
		await handOver(conversationId);
		await expect(run('returnToBot', { conversationId })).rejects.toMatchObject({
			message: expect.stringContaining('in the middle of an exchange') as string,
			description: expect.stringContaining('Answer the customer') as string,
		});
		const [item] = await run('returnToBot', { conversationId, anyway: true });
		expect(item).toMatchObject({ conversation: { state: 'bot' } });
	});
});

describe('an idempotency key', () => {
	it('lets an operation be carried out once, and gives the conversation as it is after that', async () => {
		const conversationId = await customer();
		await handOver(conversationId);
		const release = () =>
			run('release', {
				conversationId,
				queue: 'Support',
				changeOptions: { idempotencyKey: 'evening' },
			});
		await release();
		await run('claim', { conversationId, agentId: 'bo@shop.example', agentName: 'Bo' });
		const [again] = await release();
		expect(again).toMatchObject({
			repeated: true,
			conversation: { owner: { kind: 'agent', name: 'Bo' } },
		});
	});

	it('may be used again after a failure', async () => {
		const conversationId = await customer();
		const release = () =>
			run('release', {
				conversationId,
				queue: 'Support',
				changeOptions: { idempotencyKey: 'evening' },
			});
		await expect(release()).rejects.toMatchObject({
			description: expect.any(String) as string,
		});
		await handOver(conversationId);
		const [item] = await release();
		expect(item).toMatchObject({ conversation: { owner: { kind: 'queue', name: 'Support' } } });
		expect(item).not.toHaveProperty('repeated');
	});
});

describe('a customer’s data', () => {
	const surface = {
		helpers: {
			prepareBinaryData: (data: Buffer, fileName: string, mimeType: string) =>
				Promise.resolve({ data: data.toString('base64'), fileName, mimeType }),
		},
	};

	it('is exported as an item and as a file', async () => {
		const conversationId = await customer('Robin Sample');
		const [output] = await runConversation({
			operation: 'exportCustomer',
			parameters: { conversationId },
			surface,
		});
		const { json, binary } = output![0]!;
		expect(json).toMatchObject({
			export: { conversations: [{ messages: [{ text: 'Hello' }] }] },
		});
		expect(binary?.data).toMatchObject({ mimeType: 'application/json' });
		expect(Buffer.from(binary!.data!.data, 'base64').toString()).toContain('Robin Sample');
	});

	it('is erased, passes no item on that names the customer, and cannot be erased twice', async () => {
		const conversationId = await customer('Robin Sample');
		const [item] = await run('eraseCustomer', { conversationId }, [
			{ customer: { name: 'Robin' } },
		]);
		expect(item).toEqual({ erased: { conversations: 1, messages: 1 } });
		await expect(run('eraseCustomer', { conversationId })).rejects.toMatchObject({
			description: expect.stringContaining('nothing more') as string,
		});
	});

	it('is removed by age, and a rule without days or conversations is refused', async () => {
		await customer();
		const remove = (retentionDays: number, retentionStates: string[]) =>
			run('applyRetention', { retentionDays, retentionStates });
		expect(await remove(30, ['bot', 'closed'])).toEqual([
			expect.objectContaining({ removed: { conversations: 0, messages: 0 } }),
		]);
		await expect(remove(0, ['bot'])).rejects.toMatchObject({
			message: 'Older Than (Days) is no number of days',
		});
		await expect(remove(30, [])).rejects.toMatchObject({
			message: 'Of Conversations names none',
		});
	});
});

describe('Reply', () => {
	const say = (conversationId: string, parameters: IDataObject) =>
		runConversation({
			operation: 'reply',
			parameters: { conversationId, author: 'bot', text: 'How was it?', ...parameters },
		}).then(jsonOf);

	it('keeps with a bot’s reply what the bot says of itself, in whichever way it counts', async () => {
		const conversationId = await customer();
		const turn = async (author: string, bot: IDataObject) => {
			await runConversation({
				operation: 'reply',
				parameters: { conversationId, author, text: `About ${JSON.stringify(bot)}` },
				items: [{ bot }],
			});
			return (await store.history(conversationId, { limit: 1 }))[0]!.bot;
		};
		expect(await turn('bot', { confidence: '35', understood: 'yes', intent: 'returns' })).toEqual({
			confidence: 0.35,
			understood: true,
			intent: 'returns',
		});
		expect(await turn('bot', { reply: 'Hello' })).toBeUndefined();
		expect(await turn('system', { confidence: 0.2 })).toBeUndefined();
	});

	it('sends two pictures, and a text with buttons beside one without, in answer to the same message', async () => {
		const conversationId = await customer();
		const message = { id: 'wamid.IN' };
		const files = ['a.jpg', 'b.jpg', 'a.jpg'];
		const outputs = await runConversation({
			operation: 'reply',
			parameters: { conversationId, author: 'bot', content: 'file', caption: 'Your flat' },
			items: files.map(() => ({ message })),
			surface: {
				helpers: {
					assertBinaryData: (index: number) => ({ mimeType: 'image/jpeg', fileName: files[index] }),
					getBinaryDataBuffer: (index: number) => Promise.resolve(Buffer.from(files[index]!)),
				},
			},
		});
		// The third is the first, retried.
		expect(jsonOf(outputs)[0]!.map(({ reply }) => (reply as IDataObject).repeated)).toEqual([
			false,
			false,
			true,
		]);
		const parameters = { conversationId, author: 'bot', text: 'Your flat' };
		const buttons = { content: 'buttons', 'buttons.button': [{ title: 'Book' }] };
		for (const more of [{}, buttons, {}])
			await runConversation({
				operation: 'reply',
				parameters: { ...parameters, ...more },
				items: [{ message }],
			});
		expect(sent).toHaveLength(4);
	});

	it('leaves by Withheld what failed, since nothing was sent', async () => {
		const outputs = await runConversation({
			operation: 'reply',
			parameters: { conversationId: 'nowhere', author: 'bot', text: 'Hello' },
			continueOnFail: true,
		});
		expect(jsonOf(outputs).map((items) => items.length)).toEqual([0, 1]);
	});

	it('sends up to three buttons, whose title is their ID where none is given', async () => {
		const conversationId = await customer();
		await say(conversationId, {
			content: 'buttons',
			'buttons.button': [{ title: 'Good', id: 'rating:5' }, { title: 'Bad' }, { title: ' ' }],
		});
		expect(sent).toEqual([
			{
				type: 'buttons',
				text: 'How was it?',
				buttons: [
					{ id: 'rating:5', title: 'Good' },
					{ id: 'Bad', title: 'Bad' },
				],
			},
		]);
	});

	it('sends a list of choices with explanations', async () => {
		const conversationId = await customer();
		await say(conversationId, {
			content: 'list',
			listButton: 'Topics',
			'choices.choice': [{ title: 'Delivery', description: 'Where is my parcel?', id: 'd' }],
		});
		expect(sent).toEqual([
			expect.objectContaining({
				type: 'list',
				buttonText: 'Topics',
				sections: [{ rows: [{ id: 'd', title: 'Delivery', description: 'Where is my parcel?' }] }],
			}),
		]);
	});

	it('names the field that holds more than WhatsApp takes, and says what to do', async () => {
		const conversationId = await customer();
		const buttons = (titles: string[]) =>
			say(conversationId, {
				content: 'buttons',
				'buttons.button': titles.map((title) => ({ title })),
			});
		await expect(buttons(['a', 'b', 'c', 'd'])).rejects.toMatchObject({
			message: 'Buttons has 4 entries',
			description: expect.stringContaining('Use a list') as string,
		});
		await expect(buttons([])).rejects.toMatchObject({
			message: 'Buttons has no entry with a title',
		});
		await expect(buttons(['far too long for a single button'])).rejects.toMatchObject({
			message: 'Buttons: "far too long for a single button" is longer than WhatsApp shows',
		});
		expect(sent).toEqual([]);
	});

	it('sends an approved template with its values, and keeps back what the customer has stopped', async () => {
		const conversationId = await customer();
		const template = (templatePurpose: string) =>
			say(conversationId, {
				content: 'template',
				sendTemplate: 'order_update',
				sendTemplateLanguage: 'de',
				'templateValues.value': [{ text: 'AB-1' }, { text: templatePurpose }],
				templatePurpose,
			});
		await template('utility');
		expect(sent).toEqual([
			{
				type: 'template',
				name: 'order_update',
				language: 'de',
				bodyParameters: ['AB-1', 'utility'],
			},
		]);
		await store.decide(conversationId, (view) =>
			consentGiven(
				view,
				{ status: 'opted_out', scope: 'marketing', at: new Date().toISOString() },
				new Date().toISOString(),
			),
		);
		const [sentOnes, withheld] = await template('marketing');
		expect(sentOnes).toEqual([]);
		expect(withheld).toEqual([
			expect.objectContaining({
				reply: expect.objectContaining({
					outcome: 'withheld',
					reason: expect.stringContaining('stopped marketing messages') as string,
				}) as unknown,
			}),
		]);
		expect(sent).toHaveLength(1);
	});

	it('keeps marketing back from who has never said yes to it, where staff want that', async () => {
		const conversationId = await customer();
		const offer = () =>
			say(conversationId, {
				content: 'template',
				sendTemplate: 'spring_offer',
				templatePurpose: 'marketing',
				templateNeedsOptIn: true,
			});
		const [, withheld] = await offer();
		expect(withheld).toMatchObject([{ reply: { outcome: 'withheld' } }]);
		expect(sent).toEqual([]);
		const now = new Date().toISOString();
		await store.decide(conversationId, (view) =>
			consentGiven(view, { status: 'opted_in', scope: 'marketing', at: now }, now),
		);
		const [sentOnes] = await offer();
		expect(sentOnes).toMatchObject([{ reply: { outcome: 'sent' } }]);
	});

	it('only says what it would send where it plans', async () => {
		const conversationId = await customer();
		const [planned] = await say(conversationId, { planOnly: true });
		expect(planned).toEqual([
			expect.objectContaining({
				reply: expect.objectContaining({ outcome: 'planned', text: 'How was it?' }) as unknown,
			}),
		]);
		expect(sent).toEqual([]);
	});
});
