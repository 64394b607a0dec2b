import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { News } from '../../../adapters/inbox/feed';
import { Feed } from '../../../adapters/inbox/feed';
import { PostgresDatabase } from '../../../adapters/store/postgres/database';
import { PostgresStore } from '../../../adapters/store/postgres/postgresStore';
import { Database } from '../../../adapters/store/sqlite/database';
import { SqliteStore } from '../../../adapters/store/sqlite/sqliteStore';
import { applyEvent } from '../../../core/conversation/apply';
import { eraseCustomer } from '../../../core/conversation/customerData';
import type { Owner } from '../../../core/conversation/conversation';
import type { HandoffStore } from '../../../core/ports/store';
import { ana, at, workflow } from '../../builders';
import type { PostgresServer } from '../store/support/postgresServer';
import { startPostgres } from '../store/support/postgresServer';
import { inbound } from '../store/support/scenes';

const TIMEOUT_MS = 120_000;

/** What a page knows after all that it was told. */
class Page {
	readonly versions = new Map<string, number>();
	cursor: string | undefined;
	team: string | undefined;
	tellings = 0;

	async take(news: News, feed: Feed): Promise<void> {
		this.tellings += 1;
		if (news.changed === undefined) {
			this.versions.clear();
			for (const { conversation } of (await feed.snapshot()).open) {
				this.versions.set(conversation.id, conversation.version);
			}
		}
		for (const { conversation } of news.changed ?? []) {
			if (conversation.state === 'human') this.versions.set(conversation.id, conversation.version);
			else this.versions.delete(conversation.id);
		}
		this.cursor = news.cursor;
		this.team = news.team.version;
	}
}

describe.each(['SQLite', 'PostgreSQL'])('what open pages are told, on %s', (kind) => {
	let server: PostgresServer | undefined;
	let folder: string;
	let open: () => Promise<HandoffStore>;
	let stores: HandoffStore[];
	const ends: AbortController[] = [];

	beforeAll(async () => {
		if (kind === 'PostgreSQL') server = await startPostgres();
	}, TIMEOUT_MS);
	afterAll(() => server?.stop());
	beforeEach(async () => {
		stores = [];
		folder = mkdtempSync(path.join(tmpdir(), 'handoff-feed-'));
		const options = await server?.database();
		open = async () => {
			const store = options
				? new PostgresStore(await PostgresDatabase.open(options), 'default')
				: new SqliteStore(Database.open(path.join(folder, 'store.sqlite')), 'default');
			stores.push(store);
			return store;
		};
	}, TIMEOUT_MS);
	afterEach(async () => {
		for (const end of ends.splice(0)) end.abort();
		await Promise.all(stores.map((store) => store.close()));
		rmSync(folder, { recursive: true, force: true });
	});

	const signal = () => {
		const controller = new AbortController();
		ends.push(controller);
		return controller.signal;
	};
	const handOver = async (store: HandoffStore, who: string, owner: Owner = ana) => {
		const [result] = await store.intake([inbound(who, `first-${who}`)], at(0));
		const { id } = result!.conversation;
		await store.decide(id, (view) =>
			applyEvent(
				view,
				{
					type: 'escalate',
					owner,
					reason: 'Asked for a person',
					score: 80,
					signals: [],
					priority: 'normal',
					queue: 'Support',
				},
				{ actor: workflow, now: at(1), policies: [] },
			),
		);
		return id;
	};
	const next = async (pages: AsyncGenerator<News | undefined, void>) => {
		const { value } = await pages.next();
		return value!;
	};

	it(
		'a page hears of what its own process writes, of what another writes, and of who looks at what',
		async () => {
			const [here, elsewhere] = [await open(), await open()];
			const feed = new Feed(here);
			const id = await handOver(elsewhere, 'robin');
			const news = feed.follow({}, signal());
			expect((await next(news)).changed).toBeUndefined();
			expect((await feed.snapshot()).open).toHaveLength(1);

			for (const writer of [here, elsewhere]) {
				const telling = next(news);
				await writer.intake([inbound('robin', `more-${stores.indexOf(writer)}`, 2)], at(2));
				const { changed } = await telling;
				expect(changed!.map(({ conversation }) => conversation.id)).toEqual([id]);
				const stored = await here.conversation(id);
				expect(changed![0]!.conversation.version).toBe(stored!.version);
			}

			const telling = next(news);
			await new Feed(elsewhere).say({
				agentId: 'ben',
				name: 'Ben',
				conversationId: id,
				typing: true,
			});
			expect(await telling).toMatchObject({ changed: [], team: { present: [{ agentId: 'ben' }] } });
		},
		TIMEOUT_MS,
	);

	it(
		'a page that is cut off and served by another process each time misses nothing of many changes at once',
		async () => {
			const writers = [await open(), await open()];
			const processes = [new Feed(writers[0]!), new Feed(await open())];
			const page = new Page();
			let isDone = false;
			const written = Promise.all(
				Array.from({ length: 30 }, async (_, index) => {
					const writer = writers[index % 2]!;
					const id = await handOver(writer, `person-${index}`);
					if (index % 3 === 0) {
						await writer.decide(id, (view) =>
							applyEvent(view, { type: 'resolve' }, { actor: workflow, now: at(3), policies: [] }),
						);
					}
				}),
			).finally(() => {
				isDone = true;
			});
			const ask = async (feed: Feed) => {
				const controller = new AbortController();
				for await (const news of feed.follow(page, controller.signal)) {
					if (news) await page.take(news, feed);
					controller.abort();
				}
			};
			for (let turn = 0; !isDone; turn += 1) await ask(processes[turn % 2]!);
			await written;
			// One more change, so that a page that knows everything has something to be told.
			await handOver(writers[0]!, 'the last one');
			for (const feed of processes) {
				await writers[1]!.intake([inbound('person-1', `after-${page.tellings}`, 5)], at(5));
				await ask(feed);
			}
			const { conversations } = await writers[0]!.list({ states: ['human'], limit: 100 });
			expect(conversations).toHaveLength(21);
			expect([...page.versions].sort()).toEqual(
				conversations.map(({ id, version }) => [id, version]).sort(),
			);
		},
		TIMEOUT_MS,
	);

	it(
		'a page reads everything anew where a customer has been erased',
		async () => {
			const store = await open();
			const feed = new Feed(store);
			const [kept, gone] = [await handOver(store, 'robin'), await handOver(store, 'kim')];
			const page = new Page();
			const news = feed.follow({}, signal());
			await page.take(await next(news), feed);
			expect(page.versions.size).toBe(2);
			const telling = next(news);
			await eraseCustomer(store, gone);
			await page.take(await telling, feed);
			expect([...page.versions.keys()]).toEqual([kept]);
		},
		TIMEOUT_MS,
	);

	it(
		'agents whose pages say at once where they are do not take each other’s word away',
		async () => {
			const feeds = [new Feed(await open()), new Feed(await open())];
			const agents = Array.from({ length: 12 }, (_, index) => `agent-${index}`);
			await Promise.all(
				agents.map((agentId, index) =>
					feeds[index % 2]!.say({ agentId, name: agentId, conversationId: 'c', typing: false }),
				),
			);
			expect([...(await feeds[0]!.people()).online].sort()).toEqual(agents.sort());
		},
		TIMEOUT_MS,
	);
});
