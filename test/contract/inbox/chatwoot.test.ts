import { setTimeout as pause } from 'node:timers/promises';

import { ChatwootApi } from '../../../adapters/inbox/chatwoot/api';
import { ChatwootInbox } from '../../../adapters/inbox/chatwoot/chatwoot';
import { MARK } from '../../../adapters/inbox/chatwoot/content';
import type { OutgoingFile } from '../../../adapters/inbox/chatwoot/api';
import type { Conversation } from '../../../core/conversation/conversation';
import type { ConversationMessage } from '../../../core/conversation/message';
import type { HttpSend } from '../../../core/ports/http';
import type { HandoffStore } from '../../../core/ports/store';
import { summarise } from '../../../core/summary';
import type { ChatwootStandIn } from '../../../sandbox/chatwoot';
import { startChatwootStandIn } from '../../../sandbox/chatwoot';
import { aConversation, aMessage, ana, at } from '../../builders';
import { customerWrites, temporaryStore } from '../../support';
import { inboxContract } from './contract';

const AGENT = 'agent-token';
const BOT = 'bot-token';
const clock = { now: () => new Date() };

/** As n8n's request helper sends, with a token; `timeoutMs` is short, so that a lost answer is lost soon. */
function sending(token: string): HttpSend {
	return async ({ method, url, headers, body }) => {
		const response = await fetch(url, {
			method,
			headers: { ...headers, api_access_token: token },
			...(body === undefined ? {} : { body: typeof body === 'string' ? body : Buffer.from(body) }),
			signal: AbortSignal.timeout(1_000),
		});
		return {
			status: response.status,
			headers: Object.fromEntries(response.headers),
			body: new Uint8Array(await response.arrayBuffer()),
		};
	};
}

/** Waits for nothing: the tests do not want to know how long a pause is. */
const HASTE = { sleep: () => Promise.resolve(), now: Date.now, random: () => 0 };

interface Opened {
	chatwoot: ChatwootStandIn;
	store: HandoffStore;
	conversation: Conversation;
	messages: ConversationMessage[];
	inbox: ChatwootInbox;
	another(options?: {
		bot?: boolean;
		current?: () => Promise<Conversation>;
		file?: (message: ConversationMessage) => Promise<OutgoingFile | undefined>;
	}): ChatwootInbox;
	close(): Promise<void>;
}

async function opened(
	options: Partial<Parameters<typeof startChatwootStandIn>[0]> = {},
): Promise<Opened> {
	const chatwoot = await startChatwootStandIn({ agentToken: AGENT, botToken: BOT, ...options });
	const { store, close } = await temporaryStore();
	const { conversationId } = await customerWrites(store, 0);
	const another: Opened['another'] = ({ bot = true, current, file } = {}) =>
		new ChatwootInbox(
			new ChatwootApi({
				baseUrl: chatwoot.url,
				accountId: chatwoot.accountId,
				send: sending(AGENT),
				...(bot ? { sendAsBot: sending(BOT) } : {}),
				environment: HASTE,
			}),
			store,
			clock,
			(milliseconds) => pause(Math.min(milliseconds, 5)),
			{
				inboxId: () => Promise.resolve(chatwoot.inboxId),
				...(current ? { current } : {}),
				...(file ? { file } : {}),
			},
		);
	return {
		chatwoot,
		store,
		conversation: (await store.conversation(conversationId))!,
		messages: await store.history(conversationId, { limit: 10 }),
		inbox: another(),
		another,
		async close() {
			await chatwoot.idle();
			expect(chatwoot.violations).toEqual([]);
			await chatwoot.close();
			await close();
		},
	};
}

inboxContract('chatwoot', async () => {
	const { chatwoot, inbox, conversation, messages, close } = await opened();
	return {
		inbox,
		thread: { conversation, messages },
		close,
		seen: () =>
			Promise.resolve(
				chatwoot.account.messages.map((message) => ({
					id: String(message.contentAttributes[MARK]),
					// Who answered elsewhere stands before the words.
					text: (message.content ?? '').replace(/^Ana: /u, ''),
					internal: message.private,
				})),
			),
		status: () => {
			const { status, assigneeId, priority } = chatwoot.account.conversations[0]!;
			const owner = chatwoot.agents.find(({ id }) => id === assigneeId)?.name;
			return Promise.resolve({
				state: { open: 'human', pending: 'bot', resolved: 'closed', snoozed: 'human' }[status],
				// Chatwoot keeps the agent of a resolved conversation for its history.
				...(owner && status === 'open' ? { owner } : {}),
				priority: priority === 'medium' ? 'normal' : (priority ?? 'normal'),
			});
		},
	};
});

describe('the Chatwoot inbox', () => {
	let test: Opened;
	const open = async (options: Parameters<typeof opened>[0] = {}) => (test = await opened(options));
	afterEach(() => test.close());

	const contents = () => test.chatwoot.account.messages.map(({ content }) => content);
	const there = () => test.chatwoot.account.conversations[0]!;
	/** The sample conversation as the router leaves it. */
	const handedOver = (changes: Partial<Conversation> = {}): Conversation => ({
		...test.conversation,
		state: 'human',
		owner: ana,
		priority: 'high',
		tags: ['Returns & Refunds'],
		collected: { orderNumber: 'ORDER-10023' },
		handoffCount: 1,
		handoff: {
			id: `${test.conversation.id}:h1`,
			reason: 'Asked for a person',
			score: 90,
			signals: [
				{ signal: 'human_request', label: 'Asked for a person', weight: 1, value: 1, points: 90 },
			],
			priority: 'high',
			queue: 'Support',
			createdAt: at(1),
			hops: 0,
		},
		...changes,
	});

	it('opens a handoff with transcript, brief as a private note, labels, attributes, team and agent', async () => {
		await open();
		const conversation = handedOver();
		const brief = summarise({ conversation, messages: test.messages, now: at(2) });
		const { url } = await test.inbox.openThread({ conversation, messages: test.messages, brief });
		const [said, note] = test.chatwoot.account.messages;
		expect(said).toMatchObject({ type: 'incoming', content: 'Where is my order?', private: false });
		expect(note).toMatchObject({ type: 'outgoing', private: true });
		expect(note!.content).toContain('Asked for a person');
		expect(there()).toMatchObject({
			status: 'open',
			priority: 'high',
			assigneeId: 13,
			teamId: 31,
			labels: ['returns-refunds', 'human_request'],
			customAttributes: {
				orderNumber: 'ORDER-10023',
				handoff_reason: 'Asked for a person',
				handoff_score: 90,
				handoff_queue: 'Support',
			},
		});
		expect(url).toBe(`${test.chatwoot.url}/app/accounts/1/conversations/1`);
		expect(test.chatwoot.account.contacts).toMatchObject([
			{ name: 'Robin Sample', phone_number: '+16505551234' },
		]);
	});

	it('opens last, when all is there, so that nobody takes up half of it', async () => {
		await open();
		await test.inbox.openThread({ conversation: handedOver(), messages: test.messages });
		const writes = test.chatwoot.calls.filter((call) => call.startsWith('POST'));
		expect(writes.at(-1)).toBe('POST /conversations/1/toggle_status');
	});

	it('does not make the agent whose token is used the assignee, with a bot’s token or without', async () => {
		await open();
		const queued = handedOver({ owner: { kind: 'queue', name: 'Sales' } });
		await test.another({ bot: false }).openThread({ conversation: queued, messages: [] });
		expect(there()).toMatchObject({ status: 'open', assigneeId: null, teamId: 32 });
	});

	it('knows a customer without a phone number by WhatsApp’s id', async () => {
		await open();
		const { phone: _phone, waId: _waId, ...identity } = test.conversation.identity;
		const conversation = { ...test.conversation, identity: { ...identity, userId: 'US.1349' } };
		await test.inbox.openThread({ conversation, messages: test.messages });
		expect(test.chatwoot.account.contacts).toMatchObject([
			{ identifier: 'whatsapp:US.1349', phone_number: null },
		]);
		const known = { ...conversation, identity: test.conversation.identity };
		await test.inbox.openThread({ conversation: known, messages: test.messages });
		expect(test.chatwoot.account.contacts).toMatchObject([{ phone_number: '+16505551234' }]);
	});

	it('uses the contact that has the number already, and leaves an e-mail address to whom it belongs', async () => {
		await open();
		const base = { created_at: 0, inboxes: [] };
		test.chatwoot.account.contacts.push(
			{
				...base,
				id: 1,
				name: 'R. Sample',
				email: null,
				phone_number: '+16505551234',
				identifier: null,
			},
			{
				...base,
				id: 2,
				name: 'Other',
				email: 'robin@shop.example',
				phone_number: null,
				identifier: 'x',
			},
		);
		await test.inbox.openThread({ conversation: test.conversation, messages: [] });
		expect(there().contactId).toBe(1);
		const other = {
			...test.conversation,
			id: 'c2',
			identity: aConversation({
				identity: { keys: [{ kind: 'user_id', value: 'US.2' }], userId: 'US.2' },
			}).identity,
			profile: { ...test.conversation.profile, email: 'robin@shop.example' },
		};
		await test.inbox.openThread({ conversation: other, messages: [] });
		expect(test.chatwoot.account.contacts[2]).toMatchObject({
			identifier: 'whatsapp:US.2',
			email: null,
		});
	});

	it('merges labels and attributes with those of the agents, and takes away only its own', async () => {
		await open();
		await test.inbox.openThread({ conversation: handedOver(), messages: [] });
		const labels = [...there().labels, 'vip'];
		test.chatwoot.agentSets(1, 13, { labels, customAttributes: { outcome: 'sold', order: 1 } });
		await test.inbox.openThread({
			conversation: handedOver({ tags: ['Urgent'], collected: { order: 2 } }),
			messages: [],
		});
		expect(there().labels.sort()).toEqual(['human_request', 'urgent', 'vip']);
		expect(there().customAttributes).toMatchObject({ outcome: 'sold', order: 2 });
	});

	it('brings files as files, and says what it was where one cannot be had', async () => {
		await open();
		const photo = aMessage({
			id: 'wamid.PHOTO',
			type: 'image',
			text: 'Broken',
			media: { id: 'm1', mimeType: 'image/png', fileName: 'kettle.png' },
			sentAt: at(1),
		});
		const lost = aMessage({ ...photo, id: 'wamid.LOST', media: { id: 'm2' }, sentAt: at(2) });
		const inbox = test.another({
			file: ({ media }) =>
				Promise.resolve(
					media?.id === 'm1'
						? { bytes: Buffer.from([1, 2, 3]), mimeType: 'image/png', fileName: 'kettle.png' }
						: undefined,
				),
		});
		await inbox.openThread({ conversation: test.conversation, messages: [photo, lost] });
		const [first, second] = test.chatwoot.account.messages;
		expect(first).toMatchObject({ type: 'incoming', content: 'Broken' });
		expect(first!.attachments).toMatchObject([{ fileName: 'kettle.png', mimeType: 'image/png' }]);
		expect([...first!.attachments[0]!.bytes]).toEqual([1, 2, 3]);
		expect(second).toMatchObject({ content: '[image]\nBroken', attachments: [] });
	});

	it('gives a customer who writes after the close back to the bot, without asking an agent meanwhile', async () => {
		await open({ botConnected: false });
		const statuses: string[] = [];
		await test.inbox.openThread({ conversation: handedOver(), messages: test.messages });
		await test.inbox.openThread({
			conversation: { ...handedOver(), state: 'closed', owner: undefined } as Conversation,
			messages: test.messages,
		});
		expect(there().status).toBe('resolved');
		const conversation = there();
		let status = conversation.status;
		Object.defineProperty(conversation, 'status', {
			enumerable: true,
			get: () => status,
			set: (next: typeof status) => {
				statuses.push(next);
				status = next;
			},
		});
		const again = aMessage({ id: 'wamid.AGAIN', text: 'Thanks! One more thing', sentAt: at(30) });
		await test.inbox.openThread({
			conversation: { ...test.conversation, episode: 2 },
			messages: [...test.messages, again],
		});
		expect(contents().at(-1)).toBe('Thanks! One more thing');
		expect([...new Set(statuses)]).toEqual(['pending']);
	});

	it('shows a conversation as it is by then, not as it was when the caller began to wait', async () => {
		await open();
		const inbox = test.another({ current: () => Promise.resolve(handedOver()) });
		await inbox.openThread({ conversation: test.conversation, messages: test.messages });
		expect(there()).toMatchObject({ status: 'open', assigneeId: 13 });
	});

	it('does not bring back what an agent wrote in Chatwoot', async () => {
		await open();
		const own = aMessage({ id: 'wamid.OUT', author: 'agent', direction: 'out', text: 'Hello' });
		await test.inbox.openThread({
			conversation: handedOver(),
			messages: [...test.messages, { ...own, origin: { inbox: 'chatwoot', id: '77' } }],
		});
		expect(contents()).toEqual(['Where is my order?']);
	});

	it('tells an agent there that a template went out in place of what they wrote', async () => {
		await open();
		const sent = aMessage({
			id: 'wamid.OUT',
			author: 'agent',
			direction: 'out',
			type: 'template',
			text: 'We have news.',
			template: { name: 'follow_up', language: 'en', insteadOf: 'Hello' },
			origin: { inbox: 'chatwoot', id: '77' },
		});
		await test.inbox.openThread({
			conversation: handedOver(),
			messages: [...test.messages, sent],
		});
		expect(contents().at(-1)).toContain('[template follow_up]\nWe have news.\nNot sent');
	});

	it('makes one contact, one conversation and each message once, in order, whoever is at it at the same time', async () => {
		await open();
		const messages = Array.from({ length: 12 }, (_, index) =>
			aMessage({ id: `wamid.${index}`, text: `Message ${index}`, sentAt: at(index) }),
		);
		await Promise.all(
			[4, 12, 8, 12].map((count) =>
				test
					.another()
					.openThread({ conversation: handedOver(), messages: messages.slice(0, count) }),
			),
		);
		expect(test.chatwoot.account.contacts).toHaveLength(1);
		expect(test.chatwoot.account.conversations).toHaveLength(1);
		expect(contents()).toEqual(messages.map(({ text }) => text));
	});

	describe.each([
		['GET', '/contacts/search'],
		['POST', '/contacts$'],
		['GET', '/contacts/\\d+/conversations'],
		['POST', '/conversations$'],
		['GET', '/conversations/\\d+$'],
		['GET', '/messages'],
		['POST', '/messages'],
		['POST', '/toggle_priority'],
		['POST', '/labels'],
		['POST', '/custom_attributes'],
		['POST', '/assignments'],
		['POST', '/toggle_status'],
	])('when %s %s goes wrong', (method, path) => {
		it.each(['429', '500', '503', 'before', 'after'] as const)(
			'with %s, does all of it once in the end',
			async (mode) => {
				await open();
				test.chatwoot.fail({ method, path, mode, times: mode === '429' ? 2 : 1 });
				const brief = summarise({
					conversation: handedOver(),
					messages: test.messages,
					now: at(2),
				});
				const thread = { conversation: handedOver(), messages: test.messages, brief };
				// What cannot be put right by waiting comes right with n8n's Retry on Fail.
				await test.inbox.openThread(thread).catch(() => test.inbox.openThread(thread));
				expect(test.chatwoot.account.contacts).toHaveLength(1);
				expect(test.chatwoot.account.conversations).toHaveLength(1);
				expect(contents()).toHaveLength(2);
				expect(there()).toMatchObject({ status: 'open', assigneeId: 13, teamId: 31 });
				expect(there().labels).toHaveLength(2);
			},
		);

		it('with 401, says that the credential is wrong, and goes on from there afterwards', async () => {
			await open();
			test.chatwoot.fail({ method, path, mode: '401' });
			const thread = { conversation: handedOver(), messages: test.messages };
			const failure = test.inbox.openThread(thread);
			// Labels are only shown where the account has them; making them is for administrators.
			if (path !== '/labels') {
				await expect(failure).rejects.toMatchObject({
					message: expect.stringMatching(
						/^Chatwoot did not .+ \(HTTP 401\): Invalid Access Token$/u,
					) as string,
					advice: expect.stringContaining('access token') as string,
				});
			} else await failure.catch(() => undefined);
			await test.inbox.openThread(thread);
			expect(contents()).toEqual(['Where is my order?']);
			expect(there()).toMatchObject({ status: 'open', assigneeId: 13 });
		});
	});

	it('finds a message again whose answer never came', async () => {
		await open();
		await test.inbox.openThread({ conversation: test.conversation, messages: [] });
		test.chatwoot.fail({ method: 'POST', path: '/messages', mode: 'timeout' });
		const ref = { inbox: 'chatwoot', threadId: '1' };
		await test.inbox.appendMessage(ref, test.messages[0]!);
		expect(contents()).toEqual(['Where is my order?']);
	});

	it('says what a page in place of an answer means', async () => {
		await open();
		const api = new ChatwootApi({
			baseUrl: 'https://example.example',
			accountId: 1,
			send: () =>
				Promise.resolve({ status: 200, headers: {}, body: Buffer.from('<html>Welcome</html>') }),
		});
		await expect(api.inboxes()).rejects.toThrow('check the Base URL');
	});

	it('leaves nothing of an erased customer in the store', async () => {
		await open();
		await test.inbox.openThread({ conversation: test.conversation, messages: test.messages });
		await test.store.erase([test.conversation.id]);
		expect(await test.inbox.threads.threadOf(test.conversation.id)).toBeUndefined();
		expect(await test.inbox.threads.state('1')).toBeUndefined();
	});
});
