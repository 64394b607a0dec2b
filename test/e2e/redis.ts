import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { endWithUs } from '../../host/guardian';
import { freePort } from '../../host/n8nProcess';

const REDIS_SERVER = process.env.REDIS_SERVER ?? '/usr/bin/redis-server';

/** For suites that need n8n's queue: skipped, with a notice, where the system has no Redis. */
export const withRedis = existsSync(REDIS_SERVER) ? describe : describe.skip;
if (!existsSync(REDIS_SERVER)) {
	console.warn(
		`No Redis at ${REDIS_SERVER}: queue mode is not tested. On Debian: apt-get install redis-server; elsewhere name one in REDIS_SERVER.`,
	);
}

/** A Redis server of its own on a free port, which keeps nothing on disk. */
export async function startRedis(): Promise<{ port: number; stop(): Promise<void> }> {
	const folder = mkdtempSync(path.join(tmpdir(), 'handoff-redis-'));
	const port = await freePort();
	const server = spawn(
		REDIS_SERVER,
		['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
		{ cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
	);
	const ended = once(server, 'exit');
	if (server.pid !== undefined) server.once('exit', endWithUs(server.pid));
	let said = '';
	await new Promise<void>((resolve, reject) => {
		const read = (chunk: Buffer) => {
			said += chunk.toString();
			if (said.includes('Ready to accept connections')) resolve();
		};
		server.stdout.on('data', read);
		server.stderr.on('data', read);
		server.once('error', reject);
		server.once('exit', () => reject(new Error(`Redis did not start: ${said}`)));
	});
	return {
		port,
		async stop() {
			server.kill('SIGTERM');
			await ended;
			rmSync(folder, { recursive: true, force: true });
		},
	};
}
