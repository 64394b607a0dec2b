import type { ConnectionOptions } from 'node:tls';

import type * as Pg from 'pg';
import type { Pool, PoolClient } from 'pg';

import { StoreError } from '../../../core/ports/store';
import { Listeners } from '../listeners';
import { MIGRATIONS } from './migrations';

/** Where the server is and how to sign in. */
export interface PostgresOptions {
	host?: string;
	/** Default 5432. */
	port?: number;
	database?: string;
	user?: string;
	password?: string;
	/** "disable" (default), "require" (encrypted), "verify" (encrypted, and the server's certificate is checked). */
	ssl?: 'disable' | 'require' | 'verify';
	/** Certificate authority in PEM, or several, for "verify" with a private one. */
	ca?: string;
	/** Connections that one process opens at most. Default 10. */
	poolSize?: number;
}

const DEFAULT_POOL_SIZE = 10;
const CONNECT_TIMEOUT_MS = 15_000;
/** Conflicts are rare and short; who meets this many in a row meets something else. */
const ATTEMPTS = 10;
/** Serialization failure and deadlock: the server undid the transaction and asks for it again. */
const RETRY_CODES = new Set(['40001', '40P01']);
/** Any number that no other program in the database uses for its advisory locks. */
const MIGRATION_LOCK = 7_401_926_151;

export type Value =
	string | number | boolean | null | ReadonlyArray<string | number | boolean | null>;

/** Statements that take locks, told with what makes text safe to stand in them. */
export type FirstLocks = (literal: (text: string) => string) => string;

/** Queries of one transaction. */
export interface Transaction {
	all<Row>(sql: string, ...values: Value[]): Promise<Row[]>;
	get<Row>(sql: string, ...values: Value[]): Promise<Row | undefined>;
	run(sql: string, ...values: Value[]): Promise<number>;
}

/** One PostgreSQL database: a pool of connections, brought up to date on opening. */
export class PostgresDatabase {
	/** Told after each transaction of this object that may have written something. */
	readonly written = new Listeners();

	private constructor(
		private readonly pool: Pool,
		private readonly place: string,
	) {}

	/** Connects and migrates. Throws StoreError where the server does not let us in or a newer version was here. */
	static async open(options: PostgresOptions): Promise<PostgresDatabase> {
		const host = options.host || 'localhost';
		const port = options.port || 5432;
		const pool = new (requirePg().Pool)({
			host,
			port,
			database: options.database || 'n8n',
			user: options.user || 'postgres',
			password: options.password ?? '',
			ssl: tlsOf(options),
			max: options.poolSize || DEFAULT_POOL_SIZE,
			connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
			application_name: 'n8n-nodes-whatsapp-handoff',
			// A process that has nothing else to do may end.
			allowExitOnIdle: true,
		});
		// An idle connection that the server ends is replaced at the next query; without a listener it would end the process.
		pool.on('error', () => undefined);
		const database = new PostgresDatabase(pool, `${host}:${port}`);
		try {
			await database.migrate();
			return database;
		} catch (error) {
			await pool.end();
			throw error;
		}
	}

	/**
	 * Runs `work` as one transaction: all of it is written, or nothing. Runs it again where the server asks for that. Locks that
	 * `work` takes decide what cannot change meanwhile; each query sees what was committed before it. Locks given as `first` are
	 * taken on the way in, which saves a journey to the server while others wait.
	 */
	async transaction<T>(work: (tx: Transaction) => Promise<T>, first?: FirstLocks): Promise<T> {
		for (let attempt = 1; ; attempt++) {
			try {
				const result = await this.attempt(work, first);
				this.written.call();
				return result;
			} catch (error) {
				if (attempt === ATTEMPTS || !RETRY_CODES.has(codeOf(error))) throw error;
			}
		}
	}

	/** One query that only reads, in one journey to the server. */
	async read<Row>(sql: string, ...values: Value[]): Promise<Row[]> {
		return this.withClient((client) => this.queriesOf(client).all<Row>(sql, ...values));
	}

	async close(): Promise<void> {
		if (!this.pool.ended) await this.pool.end();
	}

	private attempt<T>(
		work: (tx: Transaction) => Promise<T>,
		first: FirstLocks | undefined,
	): Promise<T> {
		return this.withClient(async (client, giveUp) => {
			try {
				const tx = this.queriesOf(client);
				await tx.run(first ? `BEGIN; ${first((text) => client.escapeLiteral(text))}` : 'BEGIN');
				const result = await work(tx);
				await tx.run('COMMIT');
				return result;
			} catch (error) {
				await client.query('ROLLBACK').catch(giveUp);
				throw error;
			}
		});
	}

	/** Lends a connection of the pool; one that was given up, or that died meanwhile, is replaced. */
	private async withClient<T>(
		use: (client: PoolClient, giveUp: (error: Error) => void) => Promise<T>,
	): Promise<T> {
		const client = await this.pool.connect().catch((cause: unknown) => {
			throw this.refused(cause);
		});
		let broken: Error | undefined;
		// A connection that dies while it is ours reports it to the query that waits; this keeps the event from ending the process.
		const giveUp = (error: Error) => {
			broken = error;
		};
		client.on('error', giveUp);
		try {
			return await use(client, giveUp);
		} finally {
			client.off('error', giveUp);
			client.release(broken);
		}
	}

	private queriesOf(client: PoolClient): Transaction {
		const query = async (sql: string, values: Value[]) => {
			try {
				// Several statements in one journey are told without values only.
				return await (values.length > 0
					? client.query<never>(sql, values)
					: client.query<never>(sql));
			} catch (cause) {
				throw this.refused(cause);
			}
		};
		return {
			all: async (sql, ...values) => (await query(sql, values)).rows,
			get: async (sql, ...values) => (await query(sql, values)).rows[0],
			run: async (sql, ...values) => (await query(sql, values)).rowCount ?? 0,
		};
	}

	private refused(cause: unknown): StoreError {
		const { message } = cause as Error;
		const code = codeOf({ cause });
		const encryption = adviceOnEncryption(code, message);
		const advice = encryption
			? encryption
			: code.startsWith('28')
				? 'Check User and Password in the store credential.'
				: code === '3D000'
					? 'Check Database in the store credential, or create that database.'
					: code === '42501'
						? 'Let the user of the store credential create tables in this database.'
						: 'Check Host and Port in the store credential, and that the server is running and has connections left.';
		return new StoreError(
			`PostgreSQL at ${this.place} did not do what was asked: ${message || code}`,
			advice,
			{ cause },
		);
	}

	private async migrate(): Promise<void> {
		await this.transaction(async (tx) => {
			// Several workers may start at once: the first brings the schema up to date, the others wait for it.
			await tx.run('SELECT pg_advisory_xact_lock($1)', MIGRATION_LOCK);
			await tx.run('CREATE TABLE IF NOT EXISTS handoff_schema (version INTEGER NOT NULL)');
			const row = await tx.get<{ version: number }>('SELECT version FROM handoff_schema');
			const from = row?.version ?? 0;
			if (from === MIGRATIONS.length) return;
			if (from > MIGRATIONS.length) {
				throw new StoreError(
					`The store at ${this.place} was written by a newer version of this package`,
					'Install that version again, or restore a backup from before the upgrade.',
				);
			}
			for (const step of MIGRATIONS.slice(from)) await tx.run(step);
			await tx.run('DELETE FROM handoff_schema');
			await tx.run('INSERT INTO handoff_schema (version) VALUES ($1)', MIGRATIONS.length);
		});
	}
}

function tlsOf({ ssl, ca }: PostgresOptions): ConnectionOptions | false {
	if (!ssl || ssl === 'disable') return false;
	if (ssl !== 'verify') return { rejectUnauthorized: false };
	return { rejectUnauthorized: true, ...(ca?.trim() ? { ca: certificatesIn(ca) } : {}) };
}

/** Certificates in PEM, however they were pasted: line breaks are often lost on the way. Throws StoreError where there is none. */
function certificatesIn(text: string): string[] {
	const found = [
		...text.matchAll(/-----BEGIN CERTIFICATE-----([\s\S]*?)-----END CERTIFICATE-----/gu),
	].map(([, body]) => {
		const lines = body!.replace(/\\n|\s/gu, '').match(/.{1,64}/gu) ?? [];
		return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
	});
	if (found.length > 0) return found;
	throw new StoreError(
		'Certificate Authority is no certificate in PEM',
		'Paste the whole certificate of the authority, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----, into the store credential.',
	);
}

/** What to do where server and credential do not agree on encryption; undefined where that is not what is wrong. */
function adviceOnEncryption(code: string, message: string): string | undefined {
	if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
		return 'Enter as Host in the store credential a name that the server’s certificate is for, or have one issued for this name.';
	}
	if (code === 'CERT_HAS_EXPIRED') return 'Renew the certificate of the PostgreSQL server.';
	if (/SELF_SIGNED|UNABLE_TO_|CERT_UNTRUSTED|CERT_SIGNATURE/u.test(code)) {
		return 'Paste the certificate of the authority that signed the server’s into Certificate Authority in the store credential. SSL: Require encrypts without this check.';
	}
	if (/no pg_hba.conf entry.*no encryption/u.test(message)) {
		return 'Choose another SSL than Disable in the store credential, or let its user in from this machine in the server’s pg_hba.conf.';
	}
	return /certificate|SSL|TLS/iu.test(message)
		? 'Check SSL in the store credential against what the server offers.'
		: undefined;
}

/** The server's five-character code, or Node's (ECONNREFUSED), of what lies under an error. */
function codeOf(error: unknown): string {
	const cause = (error as { cause?: unknown }).cause as { code?: unknown } | undefined;
	return typeof cause?.code === 'string' ? cause.code : '';
}

/** Loaded when first used: who keeps to SQLite never pays for it. */
function requirePg(): typeof Pg {
	return require('pg') as typeof Pg;
}
