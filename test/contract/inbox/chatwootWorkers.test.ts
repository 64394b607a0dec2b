import { setTimeout as pause } from 'node:timers/promises';

import { ChatwootApi } from '../../../adapters/inbox/chatwoot/api';
import { takeChanges } from '../../../adapters/inbox/chatwoot/changes';
import { ChatwootInbox } from '../../../adapters/inbox/chatwoot/chatwoot';
import { PostgresDatabase } from '../../../adapters/store/postgres/database';
import { PostgresStore } from '../../../adapters/store/postgres/postgresStore';
import { applyEvent } from '../../../core/conversation/apply';
import { performElsewhere } from '../../../core/inbox/elsewhere';
import type { HttpSend } from '../../../core/ports/http';
import type { HandoffStore } from '../../../core/ports/store';
import { isoTime } from '../../../core/time';
import type { ChatwootStandIn } from '../../../sandbox/chatwoot';
import { startChatwootStandIn } from '../../../sandbox/chatwoot';
import { aMessage, at, workflow } from '../../builders';
import { customerWrites } from '../../support';
import type { PostgresServer } from '../store/support/postgresServer';
import { startPostgres } from '../store/support/postgresServer';

const TIMEOUT_MS = 120_000;
const AGENT = 11;
const HOUR_MS = 3_600_000;

function sending(token: string): HttpSend {
	return async ({ method, url, headers, body }) => {
		const response = await fetch(url, {
			method,
			headers: { ...headers, api_access_token: token },
			...(body === undefined ? {} : { body: typeof body === 'string' ? body : Buffer.from(body) }),
			signal: AbortSignal.timeout(2_000),
		});
		return {
			status: response.status,
			headers: Object.fromEntries(response.headers),
			body: new Uint8Array(await response.arrayBuffer()),
		};
	};
}

/** An n8n worker: connections and a mirror of its own. */
interface Worker {
	store: HandoffStore;
	api: ChatwootApi;
	inbox: ChatwootInbox;
	/** What it gave to its workflow. */
	told: string[];
	/** Hears that something has happened in a conversation there; `dies` at the message of that text, in the middle of it. */
	hear(threadId: string, dies?: string): Promise<void>;
}

describe('two workers with Chatwoot, on one PostgreSQL store', () => {
	let server: PostgresServer;
	let chatwoot: ChatwootStandIn;
	let workers: Worker[];
	beforeAll(async () => {
		server = await startPostgres();
	}, TIMEOUT_MS);
	afterAll(() => server.stop());
	beforeEach(async () => {
		chatwoot = await startChatwootStandIn({ agentToken: 'agent', botToken: 'bot' });
		const options = await server.database();
		const worker = async (now = () => new Date()): Promise<Worker> => {
			const store = new PostgresStore(await PostgresDatabase.open(options), 'default');
			const api = new ChatwootApi({
				baseUrl: chatwoot.url,
				accountId: chatwoot.accountId,
				send: sending('agent'),
				sendAsBot: sending('bot'),
			});
			const inbox = new ChatwootInbox(
				api,
				store,
				{ now },
				(milliseconds) => pause(Math.min(milliseconds, 20)),
				{ inboxId: () => Promise.resolve(chatwoot.inboxId) },
			);
			const told: string[] = [];
			const settings = {
				outcomeAttribute: 'outcome',
				defaultOutcome: 'solved',
				roster: [],
				now: () => new Date(),
			};
			const hear = (threadId: string, dies?: string) =>
				takeChanges({ api, inbox, store }, { threadId }, settings, async (change) => {
					if (change.action.kind === 'reply' && change.action.text === dies)
						return new Promise(() => undefined);
					const by = { inbox: 'Chatwoot', now: isoTime(new Date()), policies: [] };
					const { conversationId, action } = change;
					const { done, refused } = await performElsewhere(store, conversationId, action, by);
					told.push(...done.map((one) => one.reply?.text ?? one.event));
					return refused ? { refused } : {};
				});
			return { store, api, inbox, told, hear };
		};
		// The third is asked when whatever the first has locked is free again.
		workers = [await worker(), await worker(), await worker(() => new Date(Date.now() + HOUR_MS))];
	}, TIMEOUT_MS);
	afterEach(async () => {
		await chatwoot.idle();
		await chatwoot.close();
		await Promise.all(workers.map(({ store }) => store.close()));
		expect(chatwoot.violations).toEqual([]);
	});

	const handedOver = async () => {
		const [{ store }] = workers as [Worker, Worker];
		const { conversationId } = await customerWrites(store, 0);
		await store.decide(conversationId, (view) =>
			applyEvent(
				view,
				{
					type: 'escalate',
					owner: { kind: 'queue', name: 'support' },
					reason: 'Asked for a person',
					score: 80,
					signals: [],
					priority: 'high',
					queue: 'support',
				},
				{ actor: workflow, now: at(1), policies: [] },
			),
		);
		return (await store.conversation(conversationId))!;
	};

	it(
		'make one contact, one conversation and each message once, in order, although both are at it',
		async () => {
			const conversation = await handedOver();
			const messages = Array.from({ length: 10 }, (_, index) =>
				aMessage({ id: `wamid.${index}`, text: `Message ${index}`, sentAt: at(index) }),
			);
			const threads = await Promise.all(
				[3, 10, 6, 10].map((count, index) =>
					workers[index % 2]!.inbox.openThread({
						conversation,
						messages: messages.slice(0, count),
					}),
				),
			);
			expect(new Set(threads.map(({ threadId }) => threadId)).size).toBe(1);
			expect(chatwoot.account.contacts).toHaveLength(1);
			expect(chatwoot.account.conversations).toMatchObject([{ status: 'open', priority: 'high' }]);
			expect(chatwoot.account.messages.map(({ content }) => content)).toEqual(
				messages.map(({ text }) => text),
			);
		},
		TIMEOUT_MS,
	);

	it(
		'go on where the other was cut off, and do nothing twice',
		async () => {
			const conversation = await handedOver();
			const messages = [0, 1, 2, 3].map((index) =>
				aMessage({ id: `wamid.${index}`, text: `Message ${index}`, sentAt: at(index) }),
			);
			// The thread is there, and is not open yet.
			chatwoot.fail({ method: 'POST', path: '/toggle_status', mode: '401' });
			await expect(workers[0]!.inbox.openThread({ conversation, messages })).rejects.toThrow(
				'Chatwoot did not set the status to open (HTTP 401)',
			);
			expect(chatwoot.account.conversations).toMatchObject([{ status: 'pending' }]);
			await workers[1]!.inbox.openThread({ conversation, messages });
			expect(chatwoot.account.messages.map(({ content }) => content)).toEqual(
				messages.map(({ text }) => text),
			);
			expect(chatwoot.account.conversations).toMatchObject([{ status: 'open' }]);
		},
		TIMEOUT_MS,
	);

	it(
		'take again what one of them had taken when it was killed, before its n8n was given anything',
		async () => {
			const conversation = await handedOver();
			const { threadId } = await workers[0]!.inbox.openThread({ conversation, messages: [] });
			chatwoot.agentWrites(Number(threadId), AGENT, { content: 'On its way' });
			chatwoot.agentWrites(Number(threadId), AGENT, { content: 'Here is a film of it' });
			void workers[0]!.hear(threadId, 'Here is a film of it');
			while (!workers[0]!.told.includes('On its way')) await pause(5);
			await workers[2]!.hear(threadId);
			expect(workers[2]!.told).toEqual(['On its way', 'Here is a film of it']);
		},
		TIMEOUT_MS,
	);

	it(
		'give what an agent does to one workflow run, although both hear of it several times, and leave what the other brought',
		async () => {
			const conversation = await handedOver();
			const { threadId } = await workers[0]!.inbox.openThread({ conversation, messages: [] });
			chatwoot.agentWrites(Number(threadId), AGENT, { content: 'On its way' });
			chatwoot.agentWrites(Number(threadId), AGENT, { content: 'Anything else?' });
			await Promise.all([0, 1, 0, 1].map((index) => workers[index]!.hear(threadId)));
			chatwoot.agentSets(Number(threadId), AGENT, { status: 'resolved' });
			await Promise.all([1, 0, 1].map((index) => workers[index]!.hear(threadId)));
			expect(workers.flatMap(({ told }) => told).sort()).toEqual(
				['Anything else?', 'On its way', 'claimed', 'resolved'].sort(),
			);
			for (const { store } of workers) {
				expect(await store.conversation(conversation.id)).toMatchObject({ state: 'closed' });
			}
			// What the other worker sends to the customer is not brought there as a message of ours.
			await workers[1]!.inbox.openThread({
				conversation: (await workers[1]!.store.conversation(conversation.id))!,
				messages: await workers[1]!.store.history(conversation.id, { limit: 20 }),
			});
			const contents = chatwoot.account.messages.map(({ content }) => content);
			expect(contents.filter((text) => text === 'On its way')).toHaveLength(1);
		},
		TIMEOUT_MS,
	);
});
