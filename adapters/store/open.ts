import type { HandoffStore } from '../../core/ports/store';

/** Fields of the store credential; every one has a default. */
export interface StoreOptions {
	/** Default "sqlite". */
	storage?: 'sqlite' | 'postgres';
	/** Keeps brands or tenants apart. Default "default". */
	namespace?: string;
	/** SQLite: path of the database file. Default: `whatsapp-handoff.sqlite` in n8n's user folder. */
	file?: string;
}

/**
 * Opens the store, once per process for the same options, and brings its schema up to date. Throws StoreError where the
 * choice cannot work: SQLite while n8n runs in queue mode.
 */
export async function openStore(_options: StoreOptions): Promise<HandoffStore> {
	throw new Error('replaced by the SQLite store');
}
