import { homedir } from 'node:os';
import path from 'node:path';

import type { HandoffStore } from '../../core/ports/store';
import { StoreError } from '../../core/ports/store';
import { Database } from './sqlite/database';
import { SqliteStore } from './sqlite/sqliteStore';

/** Fields of the store credential; every one has a default. */
export interface StoreOptions {
	/** Keeps brands or tenants apart. Default "default". */
	namespace?: string;
	/** Path of the database file. Default: `whatsapp-handoff.sqlite` in n8n's user folder. */
	file?: string;
}

const opened = new Map<string, HandoffStore>();

/**
 * Opens the store, once per process for the same file and namespace, and brings its schema up to date. Throws StoreError where
 * it cannot work: while n8n runs in queue mode every worker would keep a state of its own.
 */
export async function openStore(options: StoreOptions): Promise<HandoffStore> {
	if (process.env.EXECUTIONS_MODE === 'queue') {
		throw new StoreError(
			'n8n runs in queue mode, and the embedded store serves one process only',
			'Run n8n in regular mode for conversations that are handed over.',
		);
	}
	const file = options.file || path.join(n8nFolder(), 'whatsapp-handoff.sqlite');
	const namespace = options.namespace || 'default';
	const key = JSON.stringify([file, namespace]);
	const known = opened.get(key);
	if (known) return known;
	const store = new SqliteStore(Database.open(file), namespace);
	const close = store.close.bind(store);
	store.close = async () => {
		opened.delete(key);
		await close();
	};
	opened.set(key, store);
	return Promise.resolve(store);
}

/** Where n8n keeps its own data: N8N_USER_FOLDER if set, else the home folder, and in it ".n8n". */
function n8nFolder(): string {
	return path.join(process.env.N8N_USER_FOLDER || homedir(), '.n8n');
}
