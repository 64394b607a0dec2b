import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { Feed } from '../../../adapters/inbox/feed';
import { openStore } from '../../../adapters/store/open';
import { Database } from '../../../adapters/store/sqlite/database';
import { SqliteStore } from '../../../adapters/store/sqlite/sqliteStore';
import { applyEvent } from '../../../core/conversation/apply';
import type { ListChange, ListPage } from '../../../core/inbox/lists';
import type { HandoffStore } from '../../../core/ports/store';
import { isoTime } from '../../../core/time';
import { aMessage } from '../../builders';
import { EVERY_KIND, seedConversation } from '../../inboxSamples';
import { InboxServer, Visitor } from './inboxServer';

const NOW = () => isoTime(new Date());
const ANA = 'ana@shop.example';
const BEN = 'ben@shop.example';

interface Listed extends ListPage {
	cursor: string;
}
interface Change {
	cursor: string;
	team: {
		version: string;
		present: Array<{ agentId: string; conversationId: string; typing: boolean }>;
	};
	list?: ListChange;
	anew?: true;
	detail?: { messages: Array<{ text?: string; status?: string }>; brief?: { headline: string } };
}
interface Started {
	me: { id: string; role: string };
	agents: Array<{ id: string; open: number; available: boolean; online: boolean }>;
	teams: string[];
	outcomes: string[];
}

describe('Handoff Inbox', () => {
	let folder: string;
	let file: string;
	let store: HandoffStore;
	let server: InboxServer;
	beforeEach(async () => {
		folder = mkdtempSync(path.join(tmpdir(), 'handoff-inbox-'));
		file = path.join(folder, 'store.sqlite');
		store = await openStore({ file });
		server = await InboxServer.start({
			file,
			parameters: { teams: 'Returns', options: { messagesShown: 5 } },
		});
	});
	afterEach(async () => {
		await server.close();
		await store.close();
		rmSync(folder, { recursive: true, force: true });
	});

	const visitor = async (id: string, token: object = {}) => {
		const one = new Visitor(server);
		await one.open(server.link(id, token));
		return one;
	};
	let phones = 0;
	const waiting = (minutes = 1, more: object = {}) =>
		seedConversation(
			store,
			`1650555${String(++phones).padStart(4, '0')}`,
			{
				name: `Customer ${phones}`,
				minutes,
				reason: 'Asked for a person',
				queue: 'Support',
				messages: [{ text: 'I want to talk to a person' }],
				...more,
			},
			NOW(),
		);
	const lists = async (one: Visitor, query: Record<string, string> = {}) =>
		(await one.ask<Listed>({ data: 'list', ...query })).body;

	describe('signs in', () => {
		it('by a link that works once, and tells the browser to keep the session to itself', async () => {
			const link = server.link(ANA);
			const first = await new Visitor(server).open(link);
			expect(first.status).toBe(302);
			expect(first.headers.get('set-cookie')).toMatch(
				/^handoff_inbox=[^;]+; Path=\/webhook\/inbox; HttpOnly; SameSite=Lax; Max-Age=43200$/u,
			);
			expect((await new Visitor(server).open(link)).status).toBe(401);
		});

		it('nobody by a link or session that has run out, is forged or is meant for something else', async () => {
			const links = [
				server.link(ANA, { expiresAt: Date.now() - 1 }),
				`${server.link(ANA)}x`,
				server.link(ANA, { use: 'session' }),
				`${server.url}?link=`,
			];
			for (const link of links) {
				const one = new Visitor(server);
				expect((await one.open(link)).status).toBe(401);
				expect((await one.ask({ data: 'list' })).status).toBe(401);
			}
			const session = server
				.link('passing@shop.example', { use: 'session', expiresAt: Date.now() + 250 })
				.split('=')[1]!;
			const one = new Visitor(server);
			one.cookie = `handoff_inbox=${session}`;
			expect((await one.ask({ data: 'list' })).status).toBe(200);
			while ((await one.ask({ data: 'list' })).status !== 401) await pause(25);
		});

		it('nobody at all while the secret is so short that it can be guessed', async () => {
			const careless = await InboxServer.start({ file, secret: 'short' });
			const one = new Visitor(careless);
			expect((await one.open(careless.link(ANA))).status).toBe(401);
			expect(careless.logged.join()).toContain('fewer than 32 characters');
			await careless.close();
		});

		it('no chat program that only wants a preview: it neither uses the link up nor claims', async () => {
			const id = await waiting();
			const link = server.link(ANA, { conversationId: id, claim: true });
			const preview = await new Visitor(server).open(link, { 'user-agent': 'Slackbot 1.0' });
			expect([preview.status, preview.headers.get('set-cookie')]).toEqual([200, null]);
			expect((await store.conversation(id))!.owner).toMatchObject({ kind: 'queue' });
			// A person whose browser calls itself so goes on with a click; whatever the link holds stays text.
			expect(await preview.text()).toContain(
				`<a href="?${new URL(link).searchParams.toString()}&amp;go=1">`,
			);
			const hostile = await new Visitor(server).open(
				`${server.url}?link=${encodeURIComponent('"><script>alert(1)</script>')}`,
				{ 'user-agent': 'WhatsApp/2.24' },
			);
			expect(await hostile.text()).not.toContain('<script');
			const there = await new Visitor(server).open(`${link}&go=1`, {
				'user-agent': 'Slackbot 1.0',
			});
			expect(there.status).toBe(302);
		});

		it('and claims the conversation of a claim link; whoever comes second sees who has it', async () => {
			const id = await waiting();
			const [first, second] = [ANA, BEN].map((who) =>
				server.link(who, { conversationId: id, claim: true }),
			);
			const response = await new Visitor(server).open(first!);
			expect(response.headers.get('location')).toBe(`/webhook/inbox#/c/${id}`);
			const ben = new Visitor(server);
			await ben.open(second!);
			expect((await store.conversation(id))!.owner).toMatchObject({ id: ANA });
			const { body } = await ben.ask<{ conversation: { owner: { name: string } } }>({
				data: 'conversation',
				id,
			});
			expect(body.conversation.owner.name).toBe(ANA);
			expect(server.emitted.map(({ output }) => output)).toEqual(['Claimed']);
		});

		it('out again, so that the browser forgets the session', async () => {
			const ana = await visitor(ANA);
			const response = await fetch(server.url, {
				method: 'POST',
				headers: {
					cookie: ana.cookie,
					'content-type': 'application/json',
					'x-handoff-inbox': '1',
				},
				body: JSON.stringify({ action: 'signOut' }),
			});
			expect(response.headers.get('set-cookie')).toMatch(/^handoff_inbox=; .*Max-Age=0/u);
		});

		it('and slows down whoever tries links', async () => {
			const answers = new Set<number>();
			for (let attempt = 0; attempt < 30; attempt++) {
				const response = await fetch(`${server.url}?link=guess${attempt}`, {
					headers: { 'x-test-ip': '192.0.2.7' },
				});
				answers.add(response.status);
			}
			expect([...answers]).toEqual([401, 429]);
			const other = await fetch(`${server.url}?link=guess`, {
				headers: { 'x-test-ip': '192.0.2.8' },
			});
			expect(other.status).toBe(401);
		});
	});

	describe('takes actions', () => {
		it.each([
			['without the page’s own header', { 'x-handoff-inbox': '' }],
			['from another site', { 'sec-fetch-site': 'cross-site' }],
			['as a form that any site can send', { 'content-type': 'text/plain' }],
		])('from nobody %s', async (_, headers) => {
			const id = await waiting();
			const ana = await visitor(ANA);
			const answer = await ana.act({ action: 'claim', conversationId: id }, headers);
			expect(answer.status).toBe(403);
			expect((await store.conversation(id))!.owner).toMatchObject({ kind: 'queue' });
			expect(server.emitted).toEqual([]);
		});

		it('of each kind to the output of that name', async () => {
			const id = await waiting();
			const ana = await visitor(ANA);
			const act = async (action: string, fields: object = {}) =>
				expect(
					await ana.act({ action, conversationId: id, key: `k-${action}`, ...fields }),
				).toMatchObject({ status: 200 });
			await act('claim');
			await act('reply', { text: 'Hello' });
			await act('note', { text: 'Prefers a call' });
			await act('tag', { tags: ['damaged', 'damaged', ' late '] });
			await act('transfer', { to: { kind: 'queue', name: 'Returns' }, text: 'Theirs' });
			await act('claim');
			await act('hold', { until: isoTime(new Date(Date.now() + 3_600_000)), text: 'Asked' });
			await act('resume');
			await act('resolve', { disposition: 'sold', resolution: 'Sent', text: 'Goodbye!' });
			expect(server.emitted.map(({ output }) => output)).toEqual([
				'Claimed',
				'Reply',
				'Note',
				'Reassigned',
				'Claimed',
				'Reply',
				'Resolved',
			]);
			expect(server.emitted[1]!.json).toMatchObject({
				agent: { id: ANA },
				conversation: { id, tags: [] },
				reply: { kind: 'text', text: 'Hello', key: 'k-reply', author: 'agent' },
			});
			expect(server.emitted[5]!.json).toMatchObject({
				reply: { text: 'Goodbye!', author: 'system' },
				conversation: { state: 'closed' },
			});
			expect(await store.conversation(id)).toMatchObject({
				state: 'closed',
				tags: ['damaged', 'late'],
				outcome: { disposition: 'sold', resolution: 'Sent' },
			});
			expect((await store.audit(id)).map(({ action }) => action)).toEqual([
				'escalate',
				'assign',
				'tag',
				'release',
				'assign',
				'hold',
				'resume',
				'resolve',
			]);
		});

		it('and tells the second of two who claim at once who was faster', async () => {
			const id = await waiting();
			const [ana, ben] = [await visitor(ANA), await visitor(BEN)];
			const answers = await Promise.all(
				[ana, ben].map((one) => one.act({ action: 'claim', conversationId: id })),
			);
			expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
			const lost = answers.find(({ status }) => status === 409)!.body;
			expect(lost).toMatchObject({ code: 'taken' });
			const { owner } = (await store.conversation(id))!;
			expect(lost.message).toBe(
				`Somebody was faster: the conversation is with ${(owner as { name: string }).name}.`,
			);
		});

		it('refuses free text after the 24-hour window, and takes a template', async () => {
			const id = await waiting(26 * 60, {
				owner: { kind: 'agent', id: ANA, name: ANA },
			});
			const ana = await visitor(ANA);
			const reply = { action: 'reply', conversationId: id, key: 'k1', text: 'Hello' };
			expect(await ana.act(reply)).toMatchObject({
				status: 409,
				body: { code: 'window_closed' },
			});
			const template = { name: 'follow_up', language: 'en_US', bodyParameters: ['Robin'] };
			expect(await ana.act({ ...reply, template })).toMatchObject({ status: 200 });
			expect(server.emitted[0]!.json.reply).toMatchObject({ kind: 'template', template });
		});

		it('lets an agent act on no conversation of a colleague, and a supervisor take it', async () => {
			const id = await waiting(1, { owner: { kind: 'agent', id: ANA, name: 'Ana' } });
			const ben = await visitor(BEN);
			for (const action of ['claim', 'release', 'resolve', 'returnToBot', 'hold', 'reply']) {
				const answer = await ben.act({ action, conversationId: id, key: 'k', text: 'x' });
				expect({ action, status: answer.status }).toEqual({ action, status: 409 });
			}
			const sam = await visitor('sam@shop.example', { role: 'supervisor' });
			expect((await sam.act({ action: 'claim', conversationId: id })).status).toBe(200);
		});

		it('asks the page whether a conversation is really to go back to the bot in the middle of an exchange', async () => {
			const id = await waiting(1, { owner: { kind: 'agent', id: ANA, name: 'Ana' } });
			const now = isoTime(new Date());
			await store.decide(id, ({ conversation }) => ({
				result: undefined,
				conversation: {
					...conversation,
					lastAgentMessageAt: now,
					version: conversation.version + 1,
				},
			}));
			const ana = await visitor(ANA);
			const back = { action: 'returnToBot', conversationId: id };
			expect(await ana.act(back)).toMatchObject({ status: 409, body: { code: 'mid_exchange' } });
			expect(await ana.act({ ...back, anyway: 'yes' })).toMatchObject({ status: 409 });
			expect(await ana.act({ ...back, anyway: true })).toMatchObject({ status: 200 });
		});

		it('answers what it does not know with what is wrong, and shows nothing of its inside', async () => {
			const ana = await visitor(ANA);
			expect(await ana.act({ action: 'dance', conversationId: 'x' })).toMatchObject({
				status: 400,
			});
			expect((await ana.act({ action: 'claim', conversationId: 'nobody' })).body.message).toMatch(
				/no stored conversation|no conversation/u,
			);
		});
	});

	describe('lists', () => {
		it('what waits by priority and then by how long it has waited, with live numbers', async () => {
			const short = await waiting(2);
			const long = await waiting(30);
			const urgent = await waiting(1, { priority: 'urgent' });
			await waiting(5, { owner: { kind: 'agent', id: ANA, name: 'Ana' } });
			const page = await lists(await visitor(ANA), { view: 'waiting' });
			expect(page.rows.map(({ id }) => id)).toEqual([urgent, long, short]);
			expect(page.counts).toEqual({ waiting: 3, mine: 1, people: 4 });
			expect(page.rows[0]!.dueAt).toBeDefined();
		});

		it('in pages that hold each conversation once, however many wait', async () => {
			const all = new Set<string>();
			for (let index = 0; index < 23; index++) all.add(await waiting(index % 5));
			const ana = await visitor(ANA);
			for (const view of ['waiting', 'people']) {
				const seen: string[] = [];
				let after: string | undefined = '';
				do {
					const page: Listed = await lists(ana, { view, limit: '5', after: after ?? '' });
					seen.push(...page.rows.map(({ id }) => id));
					after = page.after;
				} while (after);
				expect(seen).toHaveLength(all.size);
				expect(new Set(seen)).toEqual(all);
			}
		});

		it('by agent, queue, tag, day and words of name or number', async () => {
			const mine = await waiting(1, {
				name: 'Robin Sample',
				owner: { kind: 'agent', id: ANA, name: 'Ana' },
				tags: ['damaged'],
			});
			await waiting(3 * 24 * 60, { queue: 'Sales' });
			const ana = await visitor(ANA);
			const found = async (query: Record<string, string>) =>
				(await lists(ana, { view: 'people', ...query })).rows.map(({ id }) => id);
			expect(await found({ owner: ANA })).toEqual([mine]);
			expect(await found({ queue: 'Support' })).toEqual([mine]);
			expect(await found({ tag: 'damaged' })).toEqual([mine]);
			expect(await found({ since: isoTime(new Date(Date.now() - 86_400_000)) })).toEqual([mine]);
			expect(await found({ search: 'robin' })).toEqual([mine]);
			expect(await found({ search: "x' OR 1=1 --" })).toEqual([]);
			expect(await found({ since: 'nonsense', limit: '-4', after: '{' })).toHaveLength(2);
		});

		it('those with the bot and those that are closed', async () => {
			const id = await waiting(1, { owner: { kind: 'agent', id: ANA, name: 'Ana' } });
			const ana = await visitor(ANA);
			await ana.act({ action: 'returnToBot', conversationId: id });
			expect((await lists(ana, { view: 'bot' })).rows.map((row) => row.id)).toEqual([id]);
			await ana.act({ action: 'takeOver', conversationId: id });
			await ana.act({ action: 'resolve', conversationId: id });
			expect((await lists(ana, { view: 'closed' })).rows.map((row) => row.id)).toEqual([id]);
			expect((await lists(ana, { view: 'people' })).counts.people).toBe(0);
		});
	});

	describe('shows a conversation', () => {
		it('with messages, reason, promises and history, and earlier messages when asked', async () => {
			const id = await waiting(2, { messages: EVERY_KIND });
			const ana = await visitor(ANA);
			const { body } = await ana.ask<{
				messages: Array<{ id: string }>;
				more: boolean;
				clocks: unknown[];
				audit: unknown[];
			}>({ data: 'conversation', id });
			expect(body).toMatchObject({
				messages: { length: 5 },
				more: true,
				clocks: { length: 1 },
				audit: [{ action: 'escalate' }],
			});
			const seen = body.messages.map((message) => message.id);
			for (let more = true; more;) {
				const page = await ana.ask<typeof body>({ data: 'messages', id, before: seen[0]! });
				seen.unshift(...page.body.messages.map((message) => message.id));
				more = page.body.more;
			}
			expect(new Set(seen).size).toBe(EVERY_KIND.length);
			expect(seen).toHaveLength(EVERY_KIND.length);
		});

		it('with what the closing message begins with, in the customer’s language', async () => {
			const polite = await InboxServer.start({ file, parameters: { closingMessage: 'standard' } });
			const id = await waiting();
			await store.decide(id, ({ conversation }) => ({
				result: undefined,
				conversation: {
					...conversation,
					profile: { ...conversation.profile, language: 'de' },
					version: conversation.version + 1,
				},
			}));
			const closing = async (one: Visitor) =>
				(await one.ask<{ closing: string }>({ data: 'conversation', id })).body.closing;
			const there = new Visitor(polite);
			await there.open(polite.link(ANA));
			expect(await closing(there)).toMatch(/^Danke/u);
			expect(await closing(await visitor(BEN))).toBe('');
			await polite.close();
		});

		it('with what there is to judge, for supervisors and whoever had it, and keeps what they say', async () => {
			const id = await waiting(1, { owner: { kind: 'agent', id: ANA, name: 'Ana' } });
			const reviews = async (one: Visitor) =>
				(await one.ask<{ reviews: object[] }>({ data: 'conversation', id })).body.reviews;
			const [ana, ben] = [await visitor(ANA), await visitor(BEN)];
			const sam = await visitor('sam@shop.example', { role: 'supervisor' });
			expect(await reviews(ben)).toEqual([]);
			const judge = (one: Visitor, verdict: string) =>
				one.act({ action: 'label', conversationId: id, verdict, handoffId: `${id}:h1` });
			expect(await judge(ben, 'missed')).toMatchObject({ status: 409 });
			expect(await judge(sam, 'brilliant')).toMatchObject({ status: 409 });
			expect(await judge(sam, 'wrongly_routed')).toMatchObject({ status: 200 });
			expect(await reviews(ana)).toEqual([
				expect.objectContaining({
					handoffId: `${id}:h1`,
					reason: 'Asked for a person',
					verdict: 'wrongly_routed',
				}),
			]);
			expect((await store.audit(id)).at(-1)).toMatchObject({
				action: 'label',
				reason: 'wrongly_routed',
				actor: { kind: 'agent', id: 'sam@shop.example' },
			});
			expect(server.emitted).toEqual([]);
		});

		it('that nobody has had with that to judge', async () => {
			const id = await waiting(1, {
				owner: { kind: 'agent', id: ANA, name: 'Ana' },
				answered: 0.5,
				resolved: 0.2,
			});
			const { channelId, identity } = (await store.conversation(id))!;
			await store.intake(
				[
					{
						channelId,
						identity,
						message: aMessage({ id: 'again', sentAt: NOW(), receivedAt: NOW() }),
					},
				],
				NOW(),
			);
			const sam = await visitor('sam@shop.example', { role: 'supervisor' });
			const { reviews } = (
				await sam.ask<{ reviews: Array<{ handoffId: string; at?: string }> }>({
					data: 'conversation',
					id,
				})
			).body;
			expect(reviews.map(({ handoffId, at }) => [handoffId, at !== undefined])).toEqual([
				[`${id}:e2`, false],
				[`${id}:h1`, true],
			]);
			await sam.act({
				action: 'label',
				conversationId: id,
				verdict: 'missed',
				handoffId: `${id}:e2`,
			});
			expect((await store.conversation(id))!.labels).toMatchObject({
				[`${id}:e2`]: { verdict: 'missed' },
			});
		});

		it('and says so where there is none', async () => {
			const ana = await visitor(ANA);
			expect((await ana.ask({ data: 'conversation', id: 'x' })).status).toBe(404);
			expect((await ana.ask({ data: 'messages', id: 'x', before: 'y' })).status).toBe(404);
			expect((await ana.ask({ data: 'media', id: 'x', message: 'y' })).status).toBe(404);
		});
	});

	describe('keeps restricted conversations', () => {
		let back: InboxServer;
		beforeEach(async () => {
			back = await InboxServer.start({
				file,
				parameters: {
					restricted: { restriction: [{ names: 'back office, Health', agents: BEN }] },
				},
			});
		});
		afterEach(() => back.close());
		const at = async (id: string, token: object = {}) => {
			const one = new Visitor(back);
			await one.open(back.link(id, token));
			return one;
		};

		it('from every agent but those named, whoever has it, and supervisors, in lists, threads, files and numbers', async () => {
			const open = await waiting();
			const queue = await waiting(2, { queue: 'Back Office' });
			const tag = await waiting(3, { tags: ['health'] });
			const seenBy = async (one: Visitor) => {
				const { rows, counts } = await lists(one);
				expect(counts.waiting).toBe(rows.length);
				return rows.map(({ id }) => id).sort();
			};
			const [ana, ben, lead] = [
				await at(ANA),
				await at(BEN.toUpperCase()),
				await at('lead@shop.example', { role: 'supervisor' }),
			];
			expect(await seenBy(ana)).toEqual([open]);
			expect(await seenBy(ben)).toEqual([open, queue, tag].sort());
			expect(await seenBy(lead)).toEqual([open, queue, tag].sort());
			for (const id of [queue, tag]) {
				for (const data of ['conversation', 'messages', 'media']) {
					expect((await ana.ask({ data, id, before: 'x', message: 'x' })).status).toBe(404);
				}
				expect((await ben.ask({ data: 'conversation', id })).status).toBe(200);
				// What cannot be seen cannot be told from what is not there.
				for (const action of ['claim', 'note', 'reply', 'resolve', 'takeOver']) {
					const refused = await ana.act({ action, conversationId: id, key: 'k', text: 'Hello' });
					const unknown = await ana.act({
						action,
						conversationId: 'none',
						key: 'k',
						text: 'Hello',
					});
					expect(refused.status).toBe(unknown.status);
					expect(refused.body.message?.replace(id, 'none')).toBe(unknown.body.message);
				}
			}
			const closed = { data: 'list', view: 'closed' };
			await ben.act({ action: 'claim', conversationId: queue, key: 'claim' });
			await ben.act({
				action: 'resolve',
				conversationId: queue,
				key: 'end',
				disposition: 'solved',
			});
			expect((await ana.ask<Listed>(closed)).body.rows).toEqual([]);
			expect((await ben.ask<Listed>(closed)).body.rows).toMatchObject([{ id: queue }]);
			expect(back.emitted.map(({ json }) => json.agent)).toMatchObject([
				{ id: BEN.toUpperCase() },
				{ id: BEN.toUpperCase() },
			]);
		});

		it('out of what an open page is told, also when one becomes restricted while it is shown', async () => {
			const secret = await waiting(2, { queue: 'Back Office' });
			const open = await waiting();
			const tagged = async (id: string, tag: string) =>
				store.decide(id, ({ conversation }) => ({
					result: undefined,
					conversation: { ...conversation, tags: [tag], version: conversation.version + 1 },
				}));
			for (const [id, tag, seen] of [
				[secret, 'late', false],
				[open, 'late', true],
				[open, 'health', false],
			] as const) {
				const ana = await at(ANA);
				const { cursor } = await lists(ana);
				const told = ana.ask<Change>({ data: 'changes', cursor, id, team: '', once: '1' });
				await tagged(id, tag);
				let { body } = await told;
				while (!body.list) {
					({ body } = await ana.ask<Change>({
						data: 'changes',
						cursor: body.cursor,
						id,
						team: body.team.version,
						once: '1',
					}));
				}
				expect(body.list.rows.map((row) => row.id)).toEqual(seen ? [id] : []);
				expect(body.list.counts.waiting).toBe(tag === 'health' ? 0 : 1);
				if (seen) expect(body.detail).toMatchObject({ conversation: { id } });
				else expect(body.detail).toBeNull();
			}
		});

		it('open to the colleague whom they are passed on to, and to no claim by link of another', async () => {
			const id = await waiting(1, { queue: 'Back Office' });
			await at(ANA, { conversationId: id, claim: true });
			expect((await store.conversation(id))!.owner).toMatchObject({ kind: 'queue' });
			const [ana, ben] = [await at(ANA), await at(BEN)];
			await ben.act({ action: 'claim', conversationId: id, key: 'claim' });
			await ben.act({
				action: 'transfer',
				conversationId: id,
				key: 'pass',
				to: { kind: 'agent', id: ANA, name: 'Ana' },
			});
			expect((await ana.ask({ data: 'conversation', id })).status).toBe(200);
		});
	});

	describe('tells open pages', () => {
		/** What a page shows that has a conversation open. */
		const shownBy = async (one: Visitor, id: string) => {
			const { cursor } = await lists(one);
			const shown = { cursor, id, once: '1' };
			const { body } = await one.ask<Change>({ data: 'changes', ...shown });
			return { ...shown, cursor: body.cursor, team: body.team.version };
		};
		const next = async (one: Visitor, shown: Record<string, string>) =>
			(await one.ask<Change>({ data: 'changes', ...shown })).body;

		it('of a new message within a second, with the row and the thread, also of one that another process wrote', async () => {
			const id = await waiting();
			const ana = await visitor(ANA);
			const elsewhere = new SqliteStore(Database.open(file), 'default');
			for (const writer of [store, elsewhere]) {
				const shown = await shownBy(ana, id);
				const telling = next(ana, shown);
				const from = performance.now();
				await writer.decide(id, ({ conversation }) => ({
					result: undefined,
					conversation: {
						...conversation,
						tags: [`tag ${conversation.version}`],
						version: conversation.version + 1,
					},
					messages: [
						aMessage({
							id: `m${conversation.version}`,
							text: 'Are you there?',
							sentAt: NOW(),
							receivedAt: NOW(),
						}),
					],
				}));
				const { list, detail } = await telling;
				expect(performance.now() - from).toBeLessThan(1000);
				expect(list).toMatchObject({
					rows: [{ id, tags: [expect.stringContaining('tag') as string] }],
					gone: [],
				});
				expect(detail!.messages.at(-1)!.text).toBe('Are you there?');
			}
			await elsewhere.close();
		});

		it('as events over one connection, without being asked again', async () => {
			const [id, other] = [await waiting(), await waiting()];
			const [ana, ben] = [await visitor(ANA), await visitor(BEN)];
			const { cursor } = await lists(ana);
			const query = new URLSearchParams({ data: 'changes', cursor, id });
			const response = await fetch(`${server.url}?${query}`, { headers: { cookie: ana.cookie } });
			expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
			expect(response.headers.get('cache-control')).toContain('no-transform');
			const text = response.body!.pipeThrough(new TextDecoderStream()).getReader();
			let heard = '';
			const hears = async (what: string) => {
				while (!heard.includes(what)) heard += (await text.read()).value ?? '';
			};
			await hears(':\n\n');
			await ben.act({ action: 'claim', conversationId: id });
			await hears(`"gone":["${id}"]`);
			await ben.act({ action: 'claim', conversationId: other });
			await hears(`"gone":["${other}"]`);
			const events = heard
				.split('\n\n')
				.filter((part) => part.startsWith('data: '))
				.map((part) => JSON.parse(part.slice(6)) as Change);
			// The thread comes with the conversation that is open, and with no other.
			const details = events.map(({ list, detail }) => [list?.gone[0], detail !== undefined]);
			expect(details).toContainEqual([id, true]);
			expect(details).toContainEqual([other, false]);
			expect(events.at(-1)!.list!.counts).toEqual({ waiting: 0, mine: 0, people: 2 });
			await text.cancel();
		});

		it('of everything that happened while they were cut off', async () => {
			const id = await waiting();
			const ana = await visitor(ANA);
			const shown = await shownBy(ana, id);
			const ben = await visitor(BEN);
			await ben.act({ action: 'claim', conversationId: id });
			await ben.act({ action: 'note', conversationId: id, text: 'Mine', key: 'n' });
			const { list, detail, anew } = await next(ana, shown);
			expect(anew).toBeUndefined();
			expect(list).toMatchObject({ gone: [id], counts: { waiting: 0, people: 1 } });
			expect(detail!.messages.at(-1)!.text).toBe('Mine');
		});

		it('to read everything anew where it cannot be said what has changed', async () => {
			const id = await waiting();
			const ana = await visitor(ANA);
			const shown = await shownBy(ana, id);
			expect(await next(ana, { ...shown, cursor: 'of another kind' })).toMatchObject({
				anew: true,
				detail: { conversation: { id } },
			});
			await store.erase([id]);
			const after = await next(ana, shown);
			expect(after).toMatchObject({ anew: true, detail: null });
		});

		it('of a request that is captured off hours, under Waiting until somebody takes it over', async () => {
			const ben = await visitor(BEN);
			const { cursor } = await lists(ben, { view: 'waiting' });
			const id = await waiting(1, { owner: { kind: 'agent', id: ANA, name: 'Ana' } });
			const ana = await visitor(ANA);
			await ana.act({ action: 'returnToBot', conversationId: id, anyway: true });
			const promised = isoTime(new Date(Date.now() + 3_600_000));
			await store.decide(id, (view) =>
				applyEvent(
					view,
					{
						type: 'capture',
						reason: 'Asked for a person',
						score: 80,
						signals: [],
						priority: 'normal',
						queue: 'Support',
						promise: { for: promised, madeAt: NOW() },
					},
					{ actor: { kind: 'workflow', name: 'Intake' }, now: NOW(), policies: [] },
				),
			);
			const { body } = await ben.ask<Change>({
				data: 'changes',
				once: '1',
				view: 'waiting',
				cursor,
			});
			expect(body.list).toMatchObject({
				rows: [{ id, state: 'bot', queue: 'Support', captured: { until: promised } }],
				counts: { waiting: 1, mine: 0, people: 0 },
			});
			expect((await lists(ben, { view: 'people' })).rows).toEqual([]);
			// Another process, which reads everything anew, shows the same.
			const other = await openStore({ file, namespace: 'default' });
			const { open } = await new Feed(other).snapshot();
			expect(open.map(({ conversation }) => conversation.id)).toEqual([id]);
			await other.close();
			await ben.act({ action: 'takeOver', conversationId: id });
			expect(await lists(ben, { view: 'waiting' })).toMatchObject({
				rows: [],
				counts: { waiting: 0, mine: 1, people: 1 },
			});
		});

		it('of ticks and of a new brief, which change nothing else', async () => {
			const id = await waiting(1, {
				messages: [
					{ text: 'Hello' },
					{ direction: 'out', author: 'bot', text: 'Hello!', status: 'sent' },
				],
			});
			const ana = await visitor(ANA);
			const shown = await shownBy(ana, id);
			const [, answer] = await store.history(id, { limit: 5 });
			await store.updateStatus(answer!.id, 'read', NOW());
			const ticked = await next(ana, shown);
			expect(ticked.detail!.messages[1]!.status).toBe('read');
			const brief = (await store.brief(id))!;
			await store.saveBrief({ ...brief, conversationId: id, headline: 'Wants a hello' });
			const briefed = await next(ana, { ...shown, cursor: ticked.cursor });
			expect(briefed.detail!.brief!.headline).toBe('Wants a hello');
		});

		it('who else is in the conversation and who is writing', async () => {
			const id = await waiting();
			const [ana, ben] = [await visitor(ANA), await visitor(BEN)];
			const shown = await shownBy(ana, id);
			await ben.act({ action: 'presence', conversationId: id, typing: true });
			const { team } = await next(ana, shown);
			expect(team.present).toEqual([{ agentId: BEN, name: BEN, conversationId: id, typing: true }]);
			await ben.act({ action: 'presence', conversationId: '', typing: false });
			const after = await next(ana, { ...shown, team: team.version });
			expect(after.team.present).toEqual([]);
		});
	});

	describe('knows the team', () => {
		it('from the router’s list, from sign-ins and from what is open', async () => {
			await store.putSetting('inbox.roster', [
				{ id: 'kim@shop.example', name: 'Kim', capacity: 3 },
			]);
			await waiting(1, { queue: 'Sales' });
			await waiting(1, { owner: { kind: 'agent', id: 'lee@shop.example', name: 'Lee' } });
			const ana = await visitor(ANA);
			await ana.act({ action: 'presence', conversationId: '', typing: false });
			const { body } = await ana.ask<Started>({ data: 'start' });
			expect(body.agents).toMatchObject([
				{ id: ANA, open: 0, online: true },
				{ id: 'kim@shop.example', open: 0, capacity: 3, online: false },
				{ id: 'lee@shop.example', open: 1 },
			]);
			expect(body.teams).toEqual(['Returns', 'Sales', 'Support']);
			expect(body.outcomes[0]).toBe('solved');
		});

		it('and who of it is away, until they come back', async () => {
			const ana = await visitor(ANA);
			const available = async () =>
				(await ana.ask<Started>({ data: 'start' })).body.agents[0]!.available;
			await ana.act({ action: 'availability', available: false });
			expect(await available()).toBe(false);
			await ana.act({ action: 'availability', available: true });
			expect(await available()).toBe(true);
		});

		it('and shows a supervisor how deep each queue is, for how long, and what each agent has and does', async () => {
			await waiting(30, { promised: 5 });
			await waiting(4);
			await waiting(2, { queue: 'Sales' });
			await waiting(1, { owner: { kind: 'agent', id: ANA, name: 'Ana' } });
			await waiting(90, {
				owner: { kind: 'agent', id: ANA, name: 'Ana' },
				answered: 3,
				resolved: 20,
			});
			const ana = await visitor(ANA);
			await ana.act({ action: 'presence', conversationId: '', typing: false });
			const ben = await visitor(BEN);
			await ben.act({ action: 'availability', available: false });
			const sam = await visitor('sam@shop.example', { role: 'supervisor' });
			const { body } = await sam.ask({ data: 'overview', days: '7', zone: 'UTC' });
			expect(body).toMatchObject({
				queues: [
					{ queue: 'Support', waiting: 2, late: 1, oldestAt: expect.any(String) as unknown },
					{ queue: 'Sales', waiting: 1 },
				],
				agents: expect.arrayContaining([
					expect.objectContaining({ id: ANA, open: 1, available: true, online: true }),
					expect.objectContaining({ id: BEN, open: 0, available: false }),
				]) as unknown,
				metrics: {
					byAgent: [{ name: 'Ana', open: 1, resolved: 1 }],
					byQueue: expect.arrayContaining([
						expect.objectContaining({ queue: 'Support', waitingNow: 2 }),
						expect.objectContaining({ queue: 'Sales', waitingNow: 1 }),
					]) as unknown,
				},
			});
		});

		it('and shows its figures to supervisors only', async () => {
			await waiting(30, { promised: 5 });
			await waiting(1, { owner: { kind: 'agent', id: ANA, name: 'Ana' }, promised: 60 });
			expect((await (await visitor(ANA)).ask({ data: 'overview' })).status).toBe(403);
			const sam = await visitor('sam@shop.example', { role: 'supervisor' });
			const { status, body } = await sam.ask({
				data: 'overview',
				days: '7',
				zone: 'Europe/Berlin',
			});
			expect(status).toBe(200);
			expect(body).toMatchObject({
				waiting: 1,
				open: 2,
				late: 1,
				queues: [{ queue: 'Support', waiting: 1, late: 1 }],
				atRisk: { length: 1 },
				metrics: { handoffs: 2 },
				complete: true,
			});
		});
	});
});
