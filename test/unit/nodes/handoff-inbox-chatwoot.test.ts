import { createHmac } from 'node:crypto';

import { ChatwootApi } from '../../../adapters/inbox/chatwoot/api';
import { MARK } from '../../../adapters/inbox/chatwoot/content';
import { activeSince } from '../../../adapters/inbox/chatwoot/missed';
import { holdOf } from '../../../core/conversation/conversation';
import { AGENT, ChatwootDesk, SECRETS } from './chatwootDesk';

describe('Handoff Inbox with Chatwoot', () => {
	let desk: ChatwootDesk;
	const open = async (options: Parameters<typeof ChatwootDesk.open>[0] = {}) => {
		desk = await ChatwootDesk.open(options);
	};
	afterEach(() => desk.close());

	const stored = async (id: string) => (await desk.store.conversation(id))!;
	const there = (threadId: number) => desk.chatwoot.account.conversation(threadId)!;
	const notesOf = (threadId: number) =>
		desk.chatwoot.account
			.messagesOf(threadId)
			.filter((message) => message.private && message.sender?.kind === 'agent_bot')
			.map(({ content }) => content);

	it('tells of nothing that it has done there itself', async () => {
		await open();
		await desk.waiting();
		await desk.settled();
		expect(desk.chatwoot.deliveries.length).toBeGreaterThan(5);
		expect(desk.told).toEqual([]);
		expect(desk.chatwoot.deliveries.every(({ status }) => status === 200)).toBe(true);
	});

	it('gives the conversation to the agent who assigns it to themselves', async () => {
		await open();
		const { id, threadId } = await desk.waiting();
		desk.chatwoot.agentSets(threadId, AGENT.two, { assigneeId: AGENT.two });
		await desk.settled();
		expect(desk.told).toEqual(['Claimed']);
		expect(desk.emitted[0]!.json.agent).toEqual({ id: 'two', name: 'Agent Two' });
		expect((await stored(id)).owner).toMatchObject({ kind: 'agent', id: 'two' });
	});

	it('brings an answer out for WhatsApp, in WhatsApp’s own signs, and gives the waiting conversation to its author', async () => {
		await open();
		const { id, threadId } = await desk.waiting();
		desk.chatwoot.agentWrites(threadId, AGENT.one, {
			content: 'It is **on its way**.\\\nSee [tracking](https://shop.example/t)',
		});
		await desk.settled();
		expect(desk.told).toEqual([
			'Claimed',
			'Reply: It is *on its way*.\nSee tracking (https://shop.example/t)',
		]);
		const [message] = desk.chatwoot.account.messagesOf(threadId).slice(-1);
		expect(desk.emitted[1]!.json.reply).toMatchObject({
			kind: 'text',
			author: 'agent',
			key: `chatwoot:${message!.id}`,
			origin: { inbox: 'chatwoot', id: String(message!.id) },
		});
		expect((await stored(id)).owner).toMatchObject({ id: 'agent.one@shop.example' });
		expect(there(threadId).assigneeId).toBe(AGENT.one);
	});

	it('lets an agent take a conversation from the bot by answering', async () => {
		await open();
		const { id, threadId } = await desk.withBot();
		expect(there(threadId).status).toBe('pending');
		desk.chatwoot.agentWrites(threadId, AGENT.one, { content: 'Hello, I can help.' });
		await desk.settled();
		expect(desk.told).toEqual(['Claimed', 'Reply: Hello, I can help.']);
		expect(await stored(id)).toMatchObject({ state: 'human', owner: { name: 'Agent One' } });
		expect(there(threadId)).toMatchObject({ status: 'open', assigneeId: AGENT.one });
	});

	it('lets an agent take it by opening it', async () => {
		await open();
		const { id, threadId } = await desk.withBot();
		desk.chatwoot.agentSets(threadId, AGENT.two, { status: 'open' });
		await desk.settled();
		expect(desk.told).toEqual(['Claimed']);
		expect(await stored(id)).toMatchObject({ state: 'human', owner: { id: 'two' } });
	});

	it('does each thing once, however often and by however many webhooks it is told', async () => {
		await open();
		const { url } = desk;
		desk.chatwoot.subscribe([
			{ kind: 'account', url, secret: SECRETS.account },
			{ kind: 'inbox', url, secret: SECRETS.inbox },
			{ kind: 'bot', url, secret: SECRETS.bot },
		]);
		desk.chatwoot.deliverTwice(true);
		const { threadId } = await desk.waiting();
		desk.chatwoot.agentWrites(threadId, AGENT.one, { content: 'First' });
		desk.chatwoot.agentWrites(threadId, AGENT.one, { content: 'Second' });
		desk.chatwoot.agentSets(threadId, AGENT.one, { status: 'resolved' });
		await desk.settled();
		expect(desk.told).toEqual(['Claimed', 'Reply: First', 'Reply: Second', 'Resolved']);
		expect(desk.chatwoot.deliveries.every(({ status }) => status === 200)).toBe(true);
	});

	it('keeps notes in the thread and tells of them, and does not bring them back', async () => {
		await open();
		const { id, threadId } = await desk.waiting();
		desk.chatwoot.agentWrites(threadId, AGENT.one, { content: 'Prefers a call', private: true });
		await desk.settled();
		expect(desk.told).toEqual(['Note: Prefers a call']);
		expect((await desk.store.history(id, { limit: 10 })).at(-1)).toMatchObject({
			internal: true,
			author: 'agent',
			authorName: 'Agent One',
			text: 'Prefers a call',
		});
		await desk.sync(id);
		const texts = desk.chatwoot.account.messagesOf(threadId).map(({ content }) => content);
		expect(texts.filter((text) => text === 'Prefers a call')).toHaveLength(1);
	});

	it('closes with the outcome that the agent chose, and Chatwoot keeps who had it', async () => {
		await open();
		const { id, threadId } = await desk.waiting();
		desk.chatwoot.agentSets(threadId, AGENT.one, { assigneeId: AGENT.one });
		desk.chatwoot.agentSets(threadId, AGENT.one, {
			status: 'resolved',
			customAttributes: { ...there(threadId).customAttributes, outcome: 'sold' },
		});
		await desk.settled();
		expect(desk.told.at(-1)).toBe('Resolved');
		expect(await stored(id)).toMatchObject({ state: 'closed', outcome: { disposition: 'sold' } });
		expect(there(threadId)).toMatchObject({ status: 'resolved', assigneeId: AGENT.one });
	});

	it('gives a conversation back to the bot that is set to pending, and takes the agent off it', async () => {
		await open();
		const { id, threadId } = await desk.waiting();
		desk.chatwoot.agentSets(threadId, AGENT.one, { assigneeId: AGENT.one });
		await desk.settled();
		desk.chatwoot.agentSets(threadId, AGENT.one, { status: 'pending' });
		await desk.settled();
		expect(desk.told).toEqual(['Claimed', 'Returned to Bot']);
		expect((await stored(id)).state).toBe('bot');
		expect(there(threadId)).toMatchObject({ status: 'pending', assigneeId: null });
	});

	it('follows a conversation from agent to agent, to a team and to whom Chatwoot gives it', async () => {
		await open({ autoAssign: AGENT.two });
		const { id, threadId } = await desk.waiting();
		await desk.settled();
		expect(desk.told).toEqual(['Claimed']);
		expect((await stored(id)).owner).toMatchObject({ id: 'two' });
		desk.chatwoot.agentSets(threadId, AGENT.two, { assigneeId: AGENT.one });
		await desk.settled();
		expect((await stored(id)).owner).toMatchObject({ id: 'agent.one@shop.example' });
		desk.chatwoot.agentSets(threadId, AGENT.one, { assigneeId: null, teamId: 32 });
		await desk.settled();
		expect(desk.told).toEqual(['Claimed', 'Reassigned', 'Reassigned']);
		expect((await stored(id)).owner).toEqual({ kind: 'queue', name: 'sales' });
	});

	it('puts a conversation on hold that is snoozed, until it comes back', async () => {
		await open();
		const { id, threadId } = await desk.waiting();
		const until = Math.floor(Date.now() / 1000) + 3600;
		desk.chatwoot.agentSets(threadId, AGENT.one, { status: 'snoozed', snoozedUntil: until });
		await desk.settled();
		expect(holdOf(await stored(id))?.until).toBe(new Date(until * 1000).toISOString());
		desk.chatwoot.agentSets(threadId, AGENT.one, { status: 'open', assigneeId: null });
		await desk.settled();
		expect(holdOf(await stored(id))).toBeUndefined();
		expect((await stored(id)).state).toBe('human');
	});

	it('leaves the alarms on for what waits and is snoozed there without a time, and says so', async () => {
		await open();
		const { id, threadId } = await desk.waiting();
		desk.chatwoot.agentSets(threadId, AGENT.one, { status: 'snoozed' });
		await desk.settled();
		expect(holdOf(await stored(id))).toBeUndefined();
		expect(notesOf(threadId)).toEqual([expect.stringContaining('Say until when')]);
	});

	it('ends a hold after a month, however long it is snoozed there', async () => {
		await open();
		const { id, threadId } = await desk.waiting();
		const until = Math.floor(Date.now() / 1000) + 400 * 24 * 3600;
		desk.chatwoot.agentSets(threadId, AGENT.one, { status: 'snoozed', snoozedUntil: until });
		await desk.settled();
		const ends = Date.parse(holdOf(await stored(id))!.until!);
		expect((ends - Date.now()) / (24 * 3600_000)).toBeCloseTo(31, 1);
	});

	it('sees a change of status of which Chatwoot tells by conversation_updated alone', async () => {
		await open({ missesStatusChanged: true });
		const { id, threadId } = await desk.waiting();
		desk.chatwoot.agentSets(threadId, AGENT.one, { status: 'resolved' });
		await desk.settled();
		expect(desk.told).toEqual(['Resolved']);
		expect((await stored(id)).state).toBe('closed');
	});

	it('tells an agent who writes into a closed conversation that it was not sent, and closes it again', async () => {
		await open();
		const { threadId } = await desk.waiting();
		desk.chatwoot.agentSets(threadId, AGENT.one, { status: 'resolved' });
		await desk.settled();
		desk.chatwoot.agentSets(threadId, AGENT.one, { status: 'open' });
		await desk.settled();
		desk.chatwoot.agentWrites(threadId, AGENT.one, { content: 'One more thing' });
		await desk.settled();
		expect(desk.told).toEqual(['Resolved']);
		expect(there(threadId).status).toBe('resolved');
		expect(notesOf(threadId)).toEqual([
			expect.stringContaining('stays closed until the customer writes again'),
			expect.stringContaining('This was not sent to the customer'),
		]);
	});

	it('sends files, one message each, and says which WhatsApp does not take', async () => {
		await open();
		const { threadId } = await desk.waiting();
		const file = (fileName: string, mimeType: string) => ({
			fileName,
			mimeType,
			bytes: Buffer.from(fileName),
		});
		desk.chatwoot.agentWrites(threadId, AGENT.one, {
			content: 'The label',
			files: [file('label.pdf', 'application/pdf'), file('a.png', 'image/png')],
		});
		desk.chatwoot.agentWrites(threadId, AGENT.one, { files: [file('x.zip', 'application/zip')] });
		await desk.settled();
		const replies = desk.emitted.filter(({ output }) => output === 'Reply');
		expect(
			replies.map(({ json, binary }) => [
				json.reply!.text,
				Buffer.from(binary!.file!.bytes, 'base64').toString(),
			]),
		).toEqual([
			['The label', 'label.pdf'],
			['', 'a.png'],
		]);
		expect(new Set(replies.map(({ json }) => json.reply!.key)).size).toBe(2);
		expect(notesOf(threadId)).toEqual([
			expect.stringContaining('x.zip was not sent to the customer'),
		]);
	});

	it('refuses what is unsigned, signed with another secret or long ago, and says so in the log', async () => {
		await open();
		const { threadId } = await desk.waiting();
		await desk.settled();
		const body = JSON.stringify({ event: 'conversation_updated', id: threadId });
		const post = async (headers: Record<string, string>) =>
			(await fetch(desk.url, { method: 'POST', headers, body })).status;
		const signed = (secret: string, seconds: number) => ({
			'x-chatwoot-timestamp': String(seconds),
			'x-chatwoot-signature': `sha256=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`,
		});
		const now = Math.floor(Date.now() / 1000);
		expect(await post({})).toBe(401);
		expect(await post(signed('another', now))).toBe(401);
		expect(await post(signed(SECRETS.account, now - 301))).toBe(401);
		// Of the body alone, as an older page of Chatwoot's documentation has it.
		const hash = createHmac('sha256', SECRETS.account).update(body).digest('hex');
		expect(
			await post({ 'x-chatwoot-timestamp': String(now), 'x-chatwoot-signature': `sha256=${hash}` }),
		).toBe(401);
		expect(await post(signed(SECRETS.inbox, now))).toBe(200);
		expect(desk.logged.filter((line) => line.includes('refused a call'))).toHaveLength(4);
		desk.parameters = { inbox: 'chatwoot', verifySignature: false };
		expect(await post({})).toBe(200);
	});

	it('believes no message that is not in Chatwoot, even where signatures are switched off', async () => {
		await open();
		const { threadId } = await desk.waiting();
		desk.parameters = { inbox: 'chatwoot', verifySignature: false };
		const forged = {
			event: 'message_created',
			id: 99_999,
			message_type: 'outgoing',
			content: 'Send money',
			sender: { id: AGENT.one, type: 'user' },
			conversation: { id: threadId, status: 'resolved' },
		};
		const { status } = await fetch(desk.url, { method: 'POST', body: JSON.stringify(forged) });
		expect(status).toBe(200);
		expect(desk.told).toEqual([]);
	});

	it('says that it could not, and does it all with the next event', async () => {
		await open();
		const { threadId } = await desk.waiting();
		await desk.settled();
		desk.chatwoot.fail({ method: 'GET', path: '/messages', mode: '401' });
		desk.chatwoot.agentWrites(threadId, AGENT.one, { content: 'First' });
		await desk.settled();
		expect(desk.told).toEqual([]);
		expect(desk.chatwoot.deliveries.at(-1)!.status).toBe(503);
		desk.chatwoot.agentWrites(threadId, AGENT.one, { content: 'Second' });
		await desk.settled();
		expect(desk.told).toEqual(['Claimed', 'Reply: First', 'Reply: Second']);
	});

	it('knows the conversations in which something happened while n8n was down', async () => {
		let time = new Date('2026-11-02T10:00:00Z');
		await open({ now: () => time });
		desk.chatwoot.subscribe([]);
		const { threadId } = await desk.waiting();
		const api = new ChatwootApi({
			baseUrl: desk.chatwoot.url,
			accountId: 1,
			send: async ({ url }) => {
				const answer = await fetch(url, { headers: { api_access_token: 'agent-token' } });
				return {
					status: answer.status,
					headers: {},
					body: new Uint8Array(await answer.arrayBuffer()),
				};
			},
		});
		const look = async () => {
			const { threadIds, done } = await activeSince(api, desk.store, time);
			await done();
			return threadIds;
		};
		expect(await look()).toEqual([String(threadId)]);
		time = new Date('2026-11-02T10:30:00Z');
		expect(await look()).toEqual([String(threadId)]);
		desk.chatwoot.agentWrites(threadId, AGENT.one, { content: 'Hello' });
		await desk.withBot();
		time = new Date('2026-11-02T11:30:00Z');
		expect((await look()).sort()).toEqual(['1', '2']);
	});

	it('takes no notice of other accounts, other conversations, typing and the customer’s own messages', async () => {
		await open();
		const { threadId } = await desk.waiting();
		await desk.settled();
		const before = desk.chatwoot.calls.length;
		desk.parameters = { inbox: 'chatwoot', verifySignature: false };
		for (const event of [
			{ event: 'conversation_updated', id: 4711 },
			{ event: 'conversation_typing_on', id: threadId },
			{ event: 'message_created', id: 1, account: { id: 2 }, conversation: { id: threadId } },
			{
				event: 'message_created',
				id: 1,
				message_type: 'incoming',
				conversation: { id: threadId },
			},
			{
				event: 'message_created',
				id: 1,
				message_type: 'outgoing',
				content_attributes: { [MARK]: 'wamid.1' },
				conversation: { id: threadId },
			},
			'nonsense',
			[],
			null,
		]) {
			const { status } = await fetch(desk.url, { method: 'POST', body: JSON.stringify(event) });
			expect(status).toBe(200);
		}
		expect(desk.chatwoot.calls).toHaveLength(before);
		expect(desk.told).toEqual([]);
	});

	describe('whose webhook the node makes itself', () => {
		const EVENTS = ['message_created', 'conversation_status_changed', 'conversation_updated'];
		const registering = async (options: Parameters<typeof ChatwootDesk.open>[0] = {}) => {
			await open({ administrator: true, ...options });
			desk.chatwoot.subscribe([]);
			desk.parameters = { inbox: 'chatwoot' };
		};

		it('hears from Chatwoot from publishing to unpublishing, by a secret that nobody has to copy', async () => {
			await registering();
			await desk.publish(true);
			await desk.publish(true);
			expect(desk.chatwoot.webhooks()).toMatchObject([
				{ url: desk.url, name: 'n8n Handoff Inbox', subscriptions: EVENTS },
			]);
			const { threadId } = await desk.waiting();
			desk.chatwoot.agentWrites(threadId, AGENT.one, { content: 'Hello' });
			await desk.settled();
			expect(desk.told).toEqual(['Claimed', 'Reply: Hello']);
			expect(desk.chatwoot.deliveries.every(({ status }) => status === 200)).toBe(true);
			await desk.publish(false);
			expect(desk.chatwoot.webhooks()).toEqual([]);
		});

		it('goes on where the webhook was made again, and refuses forged calls without asking Chatwoot each time', async () => {
			await registering();
			await desk.publish(true);
			const { threadId } = await desk.waiting();
			await desk.settled();
			await desk.publish(false);
			await desk.publish(true);
			desk.chatwoot.agentWrites(threadId, AGENT.one, { content: 'Still there?' });
			await desk.settled();
			expect(desk.told).toEqual(['Claimed', 'Reply: Still there?']);
			const asked = () => desk.chatwoot.calls.filter((call) => call === 'GET /webhooks').length;
			const before = asked();
			for (let number = 0; number < 5; number += 1) {
				const body = JSON.stringify({ event: 'message_created', number });
				const timestamp = String(Math.floor(Date.now() / 1000));
				const signature = createHmac('sha256', 'guessed').update(`${timestamp}.${body}`);
				const { status } = await fetch(desk.url, {
					method: 'POST',
					body,
					headers: {
						'x-chatwoot-timestamp': timestamp,
						'x-chatwoot-signature': `sha256=${signature.digest('hex')}`,
					},
				});
				expect(status).toBe(401);
			}
			expect(asked() - before).toBeLessThanOrEqual(1);
		});

		it('leaves the webhooks of others alone, and one of its own address that people have named', async () => {
			await registering();
			const { url, accountId } = desk.chatwoot;
			const make = (webhook: object) =>
				fetch(`${url}/api/v1/accounts/${accountId}/webhooks`, {
					method: 'POST',
					headers: { 'content-type': 'application/json', api_access_token: 'agent-token' },
					body: JSON.stringify(webhook),
				});
			const others = { url: 'https://elsewhere.example/hook', subscriptions: ['contact_created'] };
			await make(others);
			await make({ url: desk.url, name: 'By hand', subscriptions: ['contact_updated'] });
			await desk.publish(true);
			const expected = [
				others,
				{ url: desk.url, name: 'By hand', subscriptions: ['contact_updated', ...EVENTS] },
			];
			expect(desk.chatwoot.webhooks()).toMatchObject(expected);
			await desk.publish(false);
			expect(desk.chatwoot.webhooks()).toMatchObject(expected);
		});

		it('finds the webhook where the answer that it was made was lost', async () => {
			await registering();
			desk.chatwoot.fail({ method: 'POST', path: '/webhooks', mode: 'after' });
			await desk.publish(true);
			expect(desk.chatwoot.webhooks()).toHaveLength(1);
		});

		it('says what to do where the user may make none, and lets nobody wait who unpublishes', async () => {
			await registering({ administrator: false });
			await expect(desk.publish(true)).rejects.toMatchObject({
				message: 'Chatwoot does not let the user of the access token make a webhook',
				description: expect.stringContaining('switch off Register Webhook') as string,
			});
			await expect(desk.publish(false)).resolves.toBe(true);
			expect(desk.logged).toContain('Handoff Inbox could not remove its webhook from Chatwoot');
			desk.parameters = { inbox: 'chatwoot', registerWebhook: false };
			await expect(desk.publish(true)).resolves.toBe(true);
		});
	});
});
