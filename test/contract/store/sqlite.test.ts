import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { openStore } from '../../../adapters/store/open';
import { Database } from '../../../adapters/store/sqlite/database';
import { SqliteStore } from '../../../adapters/store/sqlite/sqliteStore';
import { at } from '../../builders';
import { customerWrites } from '../../support';
import { storeContract } from './contract';

function temporaryFolder(): string {
	return mkdtempSync(path.join(tmpdir(), 'handoff-sqlite-'));
}

storeContract('SQLite', () => {
	const folder = temporaryFolder();
	const file = path.join(folder, 'store.sqlite');
	return Promise.resolve({
		// Not through openStore, which would hand out one instance: two instances stand for two processes.
		open: (namespace = 'default') =>
			Promise.resolve(new SqliteStore(Database.open(file), namespace)),
		remove: () => Promise.resolve(rmSync(folder, { recursive: true, force: true })),
	});
});

describe('SQLite file', () => {
	let folder: string;
	let file: string;
	beforeEach(() => {
		folder = temporaryFolder();
		file = path.join(folder, 'store.sqlite');
	});
	afterEach(() => rmSync(folder, { recursive: true, force: true }));

	/** Runs a script in a process of its own that has the store's modules. */
	function child(script: string) {
		return spawn(process.execPath, ['-r', 'ts-node/register/transpile-only', '-e', script], {
			cwd: path.join(__dirname, '..', '..', '..'),
			env: { ...process.env, TS_NODE_PROJECT: 'tsconfig.dev.json', STORE_FILE: file },
			stdio: ['ignore', 'pipe', 'inherit'],
		});
	}

	it('holds nothing half-written after the writing process was killed', async () => {
		const writer = child(`
			const { openStore } = require('./adapters/store/open');
			const { customerWrites } = require('./test/support');
			const { handToSomebody } = require('./test/contract/store/hand');
			openStore({ file: process.env.STORE_FILE }).then(async (store) => {
				for (let minute = 0; ; minute++) {
					const { conversationId } = await customerWrites(store, minute);
					await handToSomebody(store, conversationId, minute);
					await store.decide(conversationId, ({ conversation }) => ({
						result: undefined,
						conversation: { ...conversation, state: 'bot', owner: undefined, version: conversation.version + 1 },
					}));
					process.stdout.write(minute + '\\n');
				}
			});
		`);
		let acknowledged = -1;
		for await (const chunk of writer.stdout as AsyncIterable<Buffer>) {
			acknowledged = Number(chunk.toString().trim().split('\n').at(-1));
			if (acknowledged >= 25) break;
		}
		writer.kill('SIGKILL');
		if (writer.exitCode === null && writer.signalCode === null) await once(writer, 'exit');

		const raw = new DatabaseSync(file);
		expect(raw.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
		raw.close();
		const store = await openStore({ file });
		const [conversation] = (await store.list({})).conversations;
		// Every message that was acknowledged is there, and state and audit log tell the same number of handoffs.
		const history = await store.history(conversation!.id, { limit: 10_000 });
		expect(history.length).toBeGreaterThanOrEqual(acknowledged + 1);
		const handoffs = (await store.audit(conversation!.id)).filter(
			({ action }) => action === 'escalate',
		);
		expect(handoffs).toHaveLength(conversation!.handoffCount);
		await store.close();
	}, 60_000);

	it('is brought up to date once when two processes start at the same time', async () => {
		const starts = [1, 2].map(() =>
			child(`
				const { openStore } = require('./adapters/store/open');
				openStore({ file: process.env.STORE_FILE }).then((store) => store.close()).then(() => process.stdout.write('ok'));
			`),
		);
		const codes = await Promise.all(
			starts.map(async (one) => (await once(one, 'exit'))[0] as number),
		);
		expect(codes).toEqual([0, 0]);
	}, 60_000);

	it('is refused with advice where a newer version of the package wrote it', async () => {
		const raw = new DatabaseSync(file);
		raw.exec('PRAGMA user_version = 999');
		raw.close();
		await expect(openStore({ file })).rejects.toThrow('newer version of this package');
	});

	it('is not used in queue mode, where every worker would keep a state of its own', async () => {
		const before = process.env.EXECUTIONS_MODE;
		process.env.EXECUTIONS_MODE = 'queue';
		try {
			await expect(openStore({ file })).rejects.toThrow('queue mode');
		} finally {
			if (before === undefined) delete process.env.EXECUTIONS_MODE;
			else process.env.EXECUTIONS_MODE = before;
		}
	});

	it('survives a restart with everything in it', async () => {
		const first = await openStore({ file });
		const { conversationId } = await customerWrites(first, 0);
		await first.close();
		const second = await openStore({ file });
		expect(await second.conversation(conversationId)).toMatchObject({
			lastCustomerMessageAt: at(0),
		});
		await second.close();
	});
});
