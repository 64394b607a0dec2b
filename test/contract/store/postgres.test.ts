import { Client } from 'pg';

import { openStore, testStore } from '../../../adapters/store/open';
import type { PostgresOptions } from '../../../adapters/store/postgres/database';
import { PostgresDatabase } from '../../../adapters/store/postgres/database';
import { PostgresStore } from '../../../adapters/store/postgres/postgresStore';
import { MIGRATIONS } from '../../../adapters/store/postgres/migrations';
import { StoreError } from '../../../core/ports/store';
import { aConversation, aMessage, ana, at } from '../../builders';
import { storeContract } from './contract';
import type { PostgresServer } from './support/postgresServer';
import { startPostgres } from './support/postgresServer';
import { inbound } from './support/scenes';
import { startWorker } from './support/worker';

const TIMEOUT_MS = 180_000;

let server: PostgresServer;
beforeAll(async () => {
	server = await startPostgres();
}, TIMEOUT_MS);
afterAll(() => server.stop());

storeContract('PostgreSQL', async () => {
	const options = await server.database();
	return {
		options: { storage: 'postgres', ...options },
		routers: { processes: 4, width: 16 },
		another: async (namespace = 'default') =>
			new PostgresStore(await PostgresDatabase.open(options), namespace),
		// The whole server is removed at the end.
		remove: async () => Promise.resolve(),
	};
});

describe('the PostgreSQL database', () => {
	let options: PostgresOptions;
	beforeEach(async () => {
		options = await server.database();
	});

	/** What an administrator would see and do. */
	const asAdministrator = async <Row extends object>(sql: string): Promise<Row[]> => {
		const { Client } = await import('pg');
		const { host, port, user, database } = options;
		const client = new Client({ host, port, user, database });
		await client.connect();
		const { rows } = await client.query<Row>(sql);
		await client.end();
		return rows;
	};

	it(
		'is set up once by processes that start at the same time',
		async () => {
			const workers = [1, 2, 3].map(() =>
				startWorker({ storage: 'postgres', ...options }, { do: 'open' }),
			);
			await Promise.all(workers.map(({ done }) => done));
			expect(await asAdministrator('SELECT version FROM handoff_schema')).toHaveLength(1);
		},
		TIMEOUT_MS,
	);

	it('tells of what a slow transaction wrote although later ones were told of before it', async () => {
		const store = new PostgresStore(await PostgresDatabase.open(options), 'default');
		const [slow] = await store.intake([inbound('slow', 'm1')], at(0));
		const [quick] = await store.intake([inbound('quick', 'm2')], at(0));
		const { cursor } = await store.changes();
		const { host, port, user, database } = options;
		const client = new Client({ host, port, user, database });
		await client.connect();
		await client.query('BEGIN');
		const touch = `UPDATE handoff_conversations SET doc = doc WHERE id = $1`;
		await client.query(touch, [slow!.conversation.id]);
		await store.intake([inbound('quick', 'm3', 1)], at(1));
		const first = await store.changes(cursor);
		expect(first.conversations).toEqual([quick!.conversation.id]);
		expect((await store.changes(first.cursor)).conversations).toEqual([]);
		await client.query('COMMIT');
		await client.end();
		const second = await store.changes(first.cursor);
		expect(second.conversations).toEqual([slow!.conversation.id]);
		expect((await store.changes(second.cursor)).conversations).toEqual([]);
		await store.close();
	});

	it('forgets what changed more than an hour ago, and knows that it has', async () => {
		const store = new PostgresStore(await PostgresDatabase.open(options), 'default');
		const { cursor: early } = await store.changes();
		const [first] = await store.intake([inbound('early', 'm1')], at(0));
		await asAdministrator(`UPDATE handoff_changes SET at = now() - INTERVAL '2 hours'`);
		const { cursor: late } = await store.changes(early);
		await store.intake([inbound('late', 'm2', 1)], at(1));
		expect((await store.changes(early)).conversations).toContain(first!.conversation.id);
		// As one in a hundred transactions does, so that the log stays short.
		let number = 0;
		const left = () =>
			asAdministrator(
				`SELECT 1 FROM handoff_changes WHERE conversation_id = '${first!.conversation.id}'`,
			);
		while ((await left()).length > 0 && number < 300) {
			number += 1;
			await store.intake([inbound('late', `more-${number}`, 2)], at(2));
		}
		expect(await left()).toEqual([]);
		expect((await store.changes(early)).conversations).toBeUndefined();
		expect((await store.changes(late)).conversations).toHaveLength(1);
		await store.close();
	});

	it(
		'is brought up to date from every earlier schema with its data, by two processes at once',
		async () => {
			for (let version = 1; version < MIGRATIONS.length; version++) {
				options = await server.database();
				const { host, port, user, database } = options;
				const client = new Client({ host, port, user, database });
				await client.connect();
				for (const step of MIGRATIONS.slice(0, version)) await client.query(step);
				await client.query('CREATE TABLE handoff_schema (version INTEGER NOT NULL)');
				await client.query('INSERT INTO handoff_schema VALUES ($1)', [version]);
				for (const [id, agent, queue, name] of [
					['c1', 'ana', null, 'Robin Sample'],
					['c2', 'ana', null, 'Kim Sample'],
					['c3', null, 'Support', 'Alex Sample'],
					// What PostgreSQL's own JSON does not take, customers may send all the same.
					['c4', null, 'Support', 'N\u0000L and \ud83d'],
				] as const) {
					const conversation = aConversation({
						id,
						state: 'human',
						owner: agent ? ana : { kind: 'queue', name: queue! },
						identity: { keys: [{ kind: 'wa_id', value: id }], waId: id, name },
						handoff: {
							id: `${id}:h1`,
							reason: 'Asked for a person',
							score: 100,
							signals: [],
							priority: 'normal',
							queue: 'Support',
							createdAt: at(1),
							hops: 0,
						},
					});
					await client.query(
						`INSERT INTO handoff_conversations
						(namespace, id, channel_id, state, agent_id, queue, last_message_at, tags, search, doc)
						VALUES ('default', $1, 'channel', 'human', $2, $3, $4, '{}', '', $5)`,
						[id, agent, queue, conversation.lastMessageAt, JSON.stringify(conversation)],
					);
				}
				await client.end();

				const workers = [1, 2].map(() =>
					startWorker({ storage: 'postgres', ...options }, { do: 'open' }),
				);
				await Promise.all(workers.map(({ done }) => done));
				const store = new PostgresStore(await PostgresDatabase.open(options), 'default');
				const roster = { key: 'all', queue: 'Support' };
				const view = await store.route('c3', roster, ({ openByAgent, waiting, conversation }) => ({
					result: { open: openByAgent.get('ana'), waiting, conversation },
				}));
				expect(view).toMatchObject({ open: 2, waiting: 2, conversation: { id: 'c3' } });
				await store.decide('c1', () => ({
					result: undefined,
					messages: [aMessage({ id: 'out', direction: 'out', author: 'bot', status: 'sent' })],
				}));
				await store.recordAlias('out', 'gateway-1');
				expect(await store.updateStatus('gateway-1', 'read', at(1))).toMatchObject({
					changed: true,
				});
				expect((await store.conversation('c4'))?.identity.name).toBe('N\u0000L and \ud83d');
				await store.close();
				// From the third version on, the column is filled in as conversations are written.
				if (version >= 3) continue;
				expect(
					await asAdministrator(
						'SELECT id, waiting_since FROM handoff_conversations WHERE queue IS NOT NULL ORDER BY id',
					),
				).toEqual([
					{ id: 'c3', waiting_since: at(1) },
					{ id: 'c4', waiting_since: at(0) },
				]);
			}
		},
		TIMEOUT_MS,
	);

	it('of a newer version is refused and left alone', async () => {
		await (await PostgresDatabase.open(options)).close();
		await asAdministrator('UPDATE handoff_schema SET version = 999');
		await expect(PostgresDatabase.open(options)).rejects.toThrow('was written by a newer version');
		expect(await asAdministrator('SELECT version FROM handoff_schema')).toEqual([{ version: 999 }]);
	});

	it('serves queue mode', async () => {
		const before = process.env.EXECUTIONS_MODE;
		process.env.EXECUTIONS_MODE = 'queue';
		try {
			const store = await openStore({ storage: 'postgres', ...options });
			expect((await store.list({})).conversations).toEqual([]);
			await store.close();
		} finally {
			if (before === undefined) delete process.env.EXECUTIONS_MODE;
			else process.env.EXECUTIONS_MODE = before;
		}
	});

	it('opens no more connections than the credential allows', async () => {
		const store = new PostgresStore(
			await PostgresDatabase.open({ ...options, poolSize: 2 }),
			'default',
		);
		await Promise.all(
			Array.from({ length: 20 }, (_, i) => store.intake([inbound(`c${i}`, `m${i}`)], at(0))),
		);
		const [{ n } = { n: 0 }] = await asAdministrator<{ n: number }>(
			`SELECT COUNT(*)::int AS n FROM pg_stat_activity
			WHERE datname = current_database() AND application_name = 'n8n-nodes-whatsapp-handoff'`,
		);
		expect(n).toBe(2);
		await store.close();
	});

	it('goes on after the server has ended its connections', async () => {
		const store = new PostgresStore(await PostgresDatabase.open(options), 'default');
		await store.intake([inbound('robin', 'm1')], at(0));
		await asAdministrator(
			`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid()`,
		);
		// A call that meets a dead connection says so and has written nothing; the next one has a new connection.
		const attempt = () => store.intake([inbound('robin', 'm2', 1)], at(1));
		const [result] = await attempt().catch(attempt);
		expect(result!.conversation.counters.customerTurns).toBe(2);
		await store.close();
	});

	it.each([
		[{ port: 1 }, 'Host and Port'],
		[{ database: 'nowhere' }, 'Database'],
		[{ user: 'nobody-we-know' }, 'User and Password'],
		[{ ssl: 'require' as const }, 'SSL'],
	])('cannot be reached with %j, and the test names the field to check', async (wrong, field) => {
		const opening = testStore({ storage: 'postgres', ...options, ...wrong });
		await expect(opening).rejects.toBeInstanceOf(StoreError);
		await expect(opening).rejects.toMatchObject({
			advice: expect.stringContaining(field) as unknown,
		});
	});
});

describe('a PostgreSQL server that encrypts', () => {
	let encrypting: PostgresServer;
	let options: PostgresOptions;
	beforeAll(async () => {
		encrypting = await startPostgres({ tls: true });
		options = await encrypting.database();
	}, TIMEOUT_MS);
	afterAll(() => encrypting.stop());

	/** The credential's test: opens the store and reads from it. */
	const connects = async (how: PostgresOptions): Promise<void> => {
		const given = { storage: 'postgres' as const, ...options, ...how };
		await testStore(given);
		await (await openStore(given)).close();
	};
	const refusal = async (how: PostgresOptions): Promise<StoreError> =>
		(await testStore({ storage: 'postgres', ...options, ...how }).catch(
			(error: unknown) => error,
		)) as StoreError;

	it('is worked with when its certificate is verified by the authority in the credential', async () => {
		const { authority } = encrypting.certificates!;
		await connects({ ssl: 'verify', ca: authority });
		const store = await openStore({
			storage: 'postgres',
			...options,
			ssl: 'verify',
			ca: authority,
		});
		await store.intake([inbound('robin', 'm1')], at(0));
		expect((await store.list({})).conversations).toHaveLength(1);
		await store.close();
	});

	it('is verified also where the authority was pasted on one line or stands among others', async () => {
		const { authority, stranger } = encrypting.certificates!;
		await connects({ ssl: 'verify', ca: authority.replaceAll('\n', ' ') });
		await connects({ ssl: 'verify', ca: authority.replaceAll('\n', '\\n') });
		await connects({ ssl: 'verify', ca: `${stranger}\n${authority}` });
	});

	it.each([
		['without the authority that signed it', {}],
		['by another authority', { ca: 'stranger' }],
	] as const)('is refused %s, with the field to fill in', async (_how, how) => {
		const ca = 'ca' in how ? { ca: encrypting.certificates!.stranger } : {};
		const error = await refusal({ ssl: 'verify', ...ca });
		expect(error).toBeInstanceOf(StoreError);
		expect(error.message).toMatch(/certificate/u);
		expect(error.advice).toContain('Certificate Authority');
	});

	it('is refused under a name that its certificate is not for', async () => {
		const error = await refusal({
			ssl: 'verify',
			ca: encrypting.certificates!.authority,
			host: 'localhost',
		});
		expect(error).toBeInstanceOf(StoreError);
		expect(error.advice).toContain('Host');
	});

	it('is taken for whatever it says that it is where staff chose so, and the connection is encrypted', async () => {
		await connects({ ssl: 'require' });
		const client = new Client({ ...options, ssl: { rejectUnauthorized: false } });
		await client.connect();
		const store = await openStore({ storage: 'postgres', ...options, ssl: 'require' });
		const { rows } = await client.query<{ ssl: boolean }>(
			`SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
			WHERE application_name = 'n8n-nodes-whatsapp-handoff'`,
		);
		expect(rows.length).toBeGreaterThan(0);
		expect(rows.every(({ ssl }) => ssl)).toBe(true);
		await store.close();
		await client.end();
	});

	it('that takes no plain connections says so, with the field to change', async () => {
		const error = await refusal({ ssl: 'disable' });
		expect(error.advice).toContain('SSL');
	});

	it('is not asked with an authority that is none', async () => {
		const error = await refusal({ ssl: 'verify', ca: 'my authority' });
		expect(error).toBeInstanceOf(StoreError);
		expect(error.message).toBe('Certificate Authority is no certificate in PEM');
		expect(error.advice).toContain('-----BEGIN CERTIFICATE-----');
	});
});
