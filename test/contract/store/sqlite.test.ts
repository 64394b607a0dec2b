import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { openStore, testStore } from '../../../adapters/store/open';
import { Database } from '../../../adapters/store/sqlite/database';
import { MIGRATIONS } from '../../../adapters/store/sqlite/migrations';
import { SqliteStore } from '../../../adapters/store/sqlite/sqliteStore';
import { eraseCustomer } from '../../../core/conversation/customerData';
import { StoreError } from '../../../core/ports/store';
import { aConversation, aMessage, ana, at } from '../../builders';
import { storeContract } from './contract';
import { inbound } from './support/scenes';
import { startWorker } from './support/worker';

const TIMEOUT_MS = 60_000;

storeContract('SQLite', async () => {
	const folder = mkdtempSync(path.join(tmpdir(), 'handoff-store-'));
	const file = path.join(folder, 'deep', 'store.sqlite');
	return Promise.resolve({
		options: { file },
		routers: { processes: 2, width: 8 },
		another: async (namespace = 'default') =>
			Promise.resolve(new SqliteStore(Database.open(file), namespace)),
		remove: async () => Promise.resolve(rmSync(folder, { recursive: true, force: true })),
	});
});

describe('the SQLite file', () => {
	let folder: string;
	let file: string;
	beforeEach(() => {
		folder = mkdtempSync(path.join(tmpdir(), 'handoff-store-'));
		file = path.join(folder, 'store.sqlite');
	});
	afterEach(() => rmSync(folder, { recursive: true, force: true }));

	it('holds no trace of a customer who was erased, not even in what was written over', async () => {
		const store = new SqliteStore(Database.open(file), 'default');
		const [robin] = await store.intake(
			[inbound('15555550177', 'm1', 0, { text: 'My secret is PURPLE-ELEPHANT' })],
			at(0),
		);
		await store.intake([inbound('15555550178', 'm2', 0, { text: 'GREEN-GIRAFFE stays' })], at(0));
		await eraseCustomer(store, robin!.conversation.id);
		await store.close();
		const bytes = readdirSync(folder)
			.map((name) => readFileSync(path.join(folder, name), 'latin1'))
			.join('');
		expect(bytes).not.toContain('PURPLE-ELEPHANT');
		expect(bytes).not.toContain('15555550177');
		expect(bytes).toContain('GREEN-GIRAFFE');
	});

	it('is brought up to date from every earlier schema with its data', async () => {
		for (let version = 1; version < MIGRATIONS.length; version++) {
			const old = path.join(folder, `v${version}.sqlite`);
			const db = new DatabaseSync(old);
			MIGRATIONS.slice(0, version).forEach((step) => db.exec(step));
			db.exec(`PRAGMA user_version = ${version}`);
			const insert = db.prepare(
				`INSERT INTO conversations (namespace, id, channel_id, state, agent_id, queue, last_message_at, doc)
				VALUES ('default', ?, 'channel', 'human', ?, ?, ?, ?)`,
			);
			for (const [id, agent, queue] of [
				['c1', 'ana', null],
				['c2', 'ana', null],
				['c3', null, 'Support'],
			] as const) {
				const conversation = aConversation({
					id,
					state: 'human',
					owner: agent ? ana : { kind: 'queue', name: queue! },
				});
				insert.run(id, agent, queue, conversation.lastMessageAt, JSON.stringify(conversation));
			}
			db.close();

			const store = new SqliteStore(Database.open(old), 'default');
			const roster = { key: 'all', queue: 'Support' };
			const view = await store.route('c1', roster, ({ openByAgent, waiting, conversation }) => ({
				result: { open: openByAgent.get('ana'), waiting, conversation },
			}));
			expect(view).toMatchObject({ open: 2, waiting: 1, conversation: { id: 'c1', owner: ana } });
			await store.decide('c1', () => ({
				result: undefined,
				messages: [aMessage({ id: 'out', direction: 'out', author: 'bot', status: 'sent' })],
			}));
			await store.recordAlias('out', 'gateway-1');
			expect(await store.updateStatus('gateway-1', 'read', at(1))).toMatchObject({ changed: true });
			await store.close();
		}
	});

	it(
		'is created once by processes that start at the same time',
		async () => {
			const workers = [1, 2, 3].map(() => startWorker({ file }, { do: 'open' }));
			await Promise.all(workers.map(({ done }) => done));
			expect(workers.map(({ said }) => said)).toEqual([['open'], ['open'], ['open']]);
		},
		TIMEOUT_MS,
	);

	it('of a newer version is refused and left alone', async () => {
		const db = new DatabaseSync(file);
		db.exec('PRAGMA user_version = 999');
		db.close();
		await expect(openStore({ file })).rejects.toThrow('was written by a newer version');
		await expect(openStore({ file })).rejects.toBeInstanceOf(StoreError);
	});

	it('that is none is refused with what to check, and tried again at the next call', async () => {
		writeFileSync(file, 'not a database, whatever its name says'.repeat(100));
		await expect(testStore({ file })).rejects.toMatchObject({
			name: 'StoreError',
			advice: expect.stringContaining('Check') as unknown,
		});
		rmSync(file);
		await testStore({ file });
		await (await openStore({ file })).close();
	});

	it('stands in n8n’s user folder unless another is named', async () => {
		const before = process.env.N8N_USER_FOLDER;
		process.env.N8N_USER_FOLDER = folder;
		try {
			const store = await openStore({});
			await store.putSetting('inbox.url', 'https://one.example');
			await store.close();
			const db = new DatabaseSync(path.join(folder, '.n8n', 'whatsapp-handoff.sqlite'));
			expect(db.prepare('SELECT COUNT(*) AS n FROM settings').get()).toMatchObject({ n: 1 });
			db.close();
		} finally {
			if (before === undefined) delete process.env.N8N_USER_FOLDER;
			else process.env.N8N_USER_FOLDER = before;
		}
	});

	it('is refused in queue mode, with the way out', async () => {
		const before = process.env.EXECUTIONS_MODE;
		process.env.EXECUTIONS_MODE = 'queue';
		try {
			await expect(openStore({ file })).rejects.toMatchObject({
				name: 'StoreError',
				message: expect.stringContaining('queue mode') as unknown,
				advice: expect.stringContaining('PostgreSQL') as unknown,
			});
		} finally {
			if (before === undefined) delete process.env.EXECUTIONS_MODE;
			else process.env.EXECUTIONS_MODE = before;
		}
	});
});
