import type { ChildProcess } from 'node:child_process';
import { execFile, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

import { endWithUs } from './guardian';

/** Generous for a slow machine that starts n8n for the first time. */
const START_LIMIT_MS = 420_000;
const LOOK_EVERY_MS = 250;
const STOP_LIMIT_MS = 20_000;
/** Lines of n8n's log to show when it does not start. */
const LOG_TAIL = 40;

const ENCRYPTION_KEY = 'whatsapp-handoff-local-only';

export interface ProcessOptions {
	/** n8n's executable script. */
	script: string;
	/** n8n's user folder; it keeps its data in ".n8n" below. */
	userFolder: string;
	env?: Record<string, string>;
	onLog?: (line: string) => void;
}

/** One process of n8n, a main or a worker, with all that it has started itself. */
export class N8nProcess {
	private readonly log: string[] = [];

	private constructor(private readonly process: ChildProcess) {}

	/**
	 * Starts `n8n <command>` and waits until `${url}/healthz/readiness` says that it takes work. Throws with the end of its log if it
	 * does not get there.
	 */
	static async start(command: string[], url: string, options: ProcessOptions): Promise<N8nProcess> {
		const { script, userFolder, env, onLog } = options;
		const child = spawn(process.execPath, [script, ...command], {
			env: {
				...outside(),
				N8N_USER_FOLDER: userFolder,
				N8N_RUNNERS_BROKER_PORT: String(await freePort()),
				N8N_ENCRYPTION_KEY: ENCRYPTION_KEY,
				N8N_DIAGNOSTICS_ENABLED: 'false',
				N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
				N8N_TEMPLATES_ENABLED: 'false',
				N8N_PERSONALIZATION_ENABLED: 'false',
				N8N_DISABLED_MODULES: 'mcp-registry,insights',
				GENERIC_TIMEZONE: 'UTC',
				...env,
			},
			stdio: ['ignore', 'pipe', 'pipe'],
			// A group of its own, so that its task runner is stopped with it and Ctrl-C reaches n8n through us.
			detached: true,
		});
		const n8n = new N8nProcess(child);
		// However this process ends, n8n does not outlive it.
		if (child.pid !== undefined) child.once('exit', endWithUs(child.pid));
		for (const stream of [child.stdout, child.stderr]) {
			stream.setEncoding('utf8').on('data', (text: string) => {
				for (const line of text.split('\n').filter(Boolean)) {
					n8n.log.push(line);
					onLog?.(line);
				}
				n8n.log.splice(0, n8n.log.length - LOG_TAIL * 5);
			});
		}
		await n8n.ready(url);
		return n8n;
	}

	private async ready(url: string): Promise<void> {
		const end = performance.now() + START_LIMIT_MS;
		for (;;) {
			if (this.ended) throw this.failed('stopped while it was starting');
			const answer = await fetch(`${url}/healthz/readiness`).catch(() => undefined);
			if (answer?.ok) return;
			if (performance.now() > end) {
				await this.stop();
				throw this.failed(`was not ready after ${START_LIMIT_MS / 1000} s`);
			}
			await pause(LOOK_EVERY_MS);
		}
	}

	/** Resolves, with the end of the log, when n8n stops although nobody asked it to. */
	async died(): Promise<Error> {
		if (!this.ended)
			await new Promise<void>((resolve) => this.process.once('exit', () => resolve()));
		return this.failed('has stopped');
	}

	/** Process id of n8n itself; undefined before it started. */
	get pid(): number | undefined {
		return this.process.pid;
	}

	private get ended(): boolean {
		// A process that was killed by a signal has no exit code.
		return (
			this.process.pid === undefined ||
			this.process.exitCode !== null ||
			this.process.signalCode !== null
		);
	}

	private failed(what: string): Error {
		return new Error(`n8n ${what}. The end of its log:\n${this.log.slice(-LOG_TAIL).join('\n')}`);
	}

	/** Stops n8n and everything that it started. */
	async stop(): Promise<void> {
		if (this.ended) return;
		const gone = new Promise<void>((resolve) => this.process.once('exit', () => resolve()));
		this.signal('SIGTERM');
		const forced = setTimeout(() => this.signal('SIGKILL'), STOP_LIMIT_MS);
		await gone;
		clearTimeout(forced);
		this.signal('SIGKILL');
	}

	/** Ends n8n and everything that it started as a power cut would: without a chance to finish anything. */
	async killNow(): Promise<void> {
		if (this.ended) return;
		const gone = new Promise<void>((resolve) => this.process.once('exit', () => resolve()));
		this.signal('SIGKILL');
		await gone;
	}

	private signal(name: NodeJS.Signals): void {
		try {
			process.kill(-this.process.pid!, name);
		} catch (error) {
			// Nobody of the group is left.
			if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
		}
	}
}

/** `n8n import:workflow` on the data of an n8n that may be running. Throws with what it said where it does not import. */
export async function importOnTheCommandLine(userFolder: string, file: string): Promise<void> {
	const script = path.join(__dirname, 'node_modules', 'n8n', 'bin', 'n8n');
	await promisify(execFile)(process.execPath, [script, 'import:workflow', `--input=${file}`], {
		env: {
			...outside(),
			N8N_USER_FOLDER: userFolder,
			N8N_ENCRYPTION_KEY: ENCRYPTION_KEY,
			N8N_RUNNERS_BROKER_PORT: String(await freePort()),
			N8N_DIAGNOSTICS_ENABLED: 'false',
		},
	});
}

/** A port of this machine that nobody listens on; `preferred` if it is free. */
export async function freePort(preferred = 0): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once('error', (error: NodeJS.ErrnoException) => {
			if (preferred && error.code === 'EADDRINUSE') resolve(freePort());
			else reject(error);
		});
		server.listen(preferred, '127.0.0.1', () => {
			const { port } = server.address() as { port: number };
			server.close(() => resolve(port));
		});
	});
}

/** What n8n needs of this process's environment: its programs, and how the real services are reached. */
function outside(): Record<string, string> {
	const wanted = /^(PATH|HOME|TMPDIR|NODE_EXTRA_CA_CERTS|(https?|all|no)_proxy)$/iu;
	return Object.fromEntries(
		Object.entries(process.env).filter(
			(entry): entry is [string, string] => wanted.test(entry[0]) && entry[1] !== undefined,
		),
	);
}
