import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type * as Sqlite from 'node:sqlite';
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

import { StoreError } from '../../../core/ports/store';
import { Listeners } from '../listeners';
import { MIGRATIONS } from './migrations';

/** How long a writer waits for another process to finish. Transactions here take milliseconds. */
const BUSY_TIMEOUT_MS = 15_000;

/**
 * One SQLite file: opened, brought up to date, with prepared statements kept. Write-ahead logging lets readers and one writer
 * work at once; `synchronous = FULL` because a message is acknowledged to WhatsApp only once it would survive a power cut.
 */
export class Database {
	private readonly statements = new Map<string, StatementSync>();
	/** Told after each write that this object made. */
	readonly written = new Listeners();

	private constructor(private readonly db: DatabaseSync) {}

	/** Opens or creates the file. Throws StoreError where it cannot be opened or was written by a newer version. */
	static open(file: string): Database {
		const { DatabaseSync } = requireSqlite();
		try {
			if (file !== ':memory:') mkdirSync(path.dirname(file), { recursive: true });
			const db = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
			db.exec(
				// What is deleted is overwritten: an erased customer is gone from the file, too.
				'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;',
			);
			const database = new Database(db);
			database.migrate(file);
			return database;
		} catch (error) {
			if (error instanceof StoreError) throw error;
			throw new StoreError(
				`The store file ${file} cannot be opened: ${(error as Error).message}`,
				'Check that n8n may write to its folder and that the disk is not full.',
				{ cause: error },
			);
		}
	}

	/** Runs `work` as one transaction: all of it is written, or nothing. Throws StoreError where the file does not take it. */
	transaction<T>(work: () => T): T {
		const result = this.atomically(work);
		this.written.call();
		return result;
	}

	private atomically<T>(work: () => T): T {
		try {
			// IMMEDIATE takes the write lock at once: what is read inside cannot be changed by another process before the commit.
			this.db.exec('BEGIN IMMEDIATE');
			const result = work();
			this.db.exec('COMMIT');
			return result;
		} catch (error) {
			// SQLite has rolled back by itself where the disk is full or broken.
			if (this.db.isOpen && this.db.isTransaction) this.db.exec('ROLLBACK');
			if ((error as { code?: unknown }).code !== 'ERR_SQLITE_ERROR') throw error;
			throw new StoreError(
				`The store file could not be written: ${(error as Error).message}`,
				'Check that the disk is not full and that no other program holds the file.',
				{ cause: error },
			);
		}
	}

	get<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined {
		return this.prepare(sql).get(...values) as Row | undefined;
	}

	all<Row>(sql: string, ...values: SQLInputValue[]): Row[] {
		return this.prepare(sql).all(...values) as Row[];
	}

	/** Returns the number of rows changed. */
	run(sql: string, ...values: SQLInputValue[]): number {
		const { changes } = this.prepare(sql).run(...values);
		if (!this.db.isTransaction) this.written.call();
		return Number(changes);
	}

	/** Folds the log of writes into the file and empties it, as far as no other process reads from it. */
	checkpoint(): void {
		this.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
	}

	close(): void {
		this.statements.clear();
		if (this.db.isOpen) this.db.close();
	}

	private prepare(sql: string): StatementSync {
		let statement = this.statements.get(sql);
		if (!statement) {
			statement = this.db.prepare(sql);
			this.statements.set(sql, statement);
		}
		return statement;
	}

	private migrate(file: string): void {
		const version = () =>
			(this.db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
		if (version() === MIGRATIONS.length) return;
		this.transaction(() => {
			// Read again under the lock: another process may have migrated meanwhile.
			const from = version();
			if (from > MIGRATIONS.length) {
				throw new StoreError(
					`The store file ${file} was written by a newer version of this package`,
					'Install that version again, or restore a backup from before the upgrade.',
				);
			}
			MIGRATIONS.slice(from).forEach((step) => this.db.exec(step));
			this.db.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
		});
	}
}

function requireSqlite(): typeof Sqlite {
	try {
		// Required when first used: an older Node can load the package and read this advice.
		return require('node:sqlite') as typeof Sqlite;
	} catch (cause) {
		throw new StoreError(
			`The embedded store needs Node 22.13 or newer; n8n runs on ${process.version}`,
			'Update Node, as n8n itself asks for.',
			{ cause },
		);
	}
}
