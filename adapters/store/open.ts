import { homedir } from 'node:os';
import path from 'node:path';

import type { HandoffStore } from '../../core/ports/store';
import { StoreError } from '../../core/ports/store';
import type { PostgresOptions } from './postgres/database';
import { PostgresDatabase } from './postgres/database';
import { PostgresStore } from './postgres/postgresStore';
import { Database } from './sqlite/database';
import { SqliteStore } from './sqlite/sqliteStore';

/** Fields of the store credential; every one has a default. */
export interface StoreOptions extends PostgresOptions {
	/** Default "sqlite". */
	storage?: 'sqlite' | 'postgres';
	/** Keeps brands or tenants apart. Default "default". */
	namespace?: string;
	/** SQLite: path of the database file. Default: `whatsapp-handoff.sqlite` in n8n's user folder. */
	file?: string;
}

const opened = new Map<string, Promise<HandoffStore>>();

/**
 * Opens the store, once per process for the same place and namespace, and brings its schema up to date. Throws StoreError where
 * it cannot work: on SQLite while n8n runs in queue mode, every worker could keep a state of its own. A failed attempt is not
 * remembered, so that the next one finds what has been put right meanwhile.
 */
export async function openStore(options: StoreOptions): Promise<HandoffStore> {
	const key = keyOf(options);
	const known = opened.get(key);
	if (known) return known;
	const opening = open(options).then((store) => {
		const close = store.close.bind(store);
		store.close = async () => {
			opened.delete(key);
			await close();
		};
		return store;
	});
	opened.set(key, opening);
	opening.catch(() => opened.delete(key));
	return opening;
}

/** Opens the store as the nodes would and reads from it, for the credential's test. Throws StoreError with what to put right. */
export async function testStore(options: StoreOptions): Promise<void> {
	const store = await openStore(options);
	await store.list({ limit: 1 });
}

async function open(options: StoreOptions): Promise<HandoffStore> {
	const namespace = options.namespace || 'default';
	if (options.storage === 'postgres') {
		return new PostgresStore(await PostgresDatabase.open(options), namespace);
	}
	if (process.env.EXECUTIONS_MODE === 'queue') {
		throw new StoreError(
			'n8n runs in queue mode, and the embedded store serves one machine only',
			'Create a credential of type WhatsApp Handoff Store API, set Storage to PostgreSQL, and choose it in every handoff node.',
		);
	}
	return new SqliteStore(Database.open(fileOf(options)), namespace);
}

/** Everything that decides which store it is, and by which rights. */
function keyOf(options: StoreOptions): string {
	const { storage, namespace, host, port, database, user, password, ssl, ca, poolSize } = options;
	return JSON.stringify(
		storage === 'postgres'
			? [namespace || 'default', host, port, database, user, password, ssl, ca, poolSize]
			: [namespace || 'default', fileOf(options)],
	);
}

function fileOf({ file }: StoreOptions): string {
	return file || path.join(n8nFolder(), 'whatsapp-handoff.sqlite');
}

/** Where n8n keeps its own data: N8N_USER_FOLDER if set, else the home folder, and in it ".n8n". */
function n8nFolder(): string {
	return path.join(process.env.N8N_USER_FOLDER || homedir(), '.n8n');
}
