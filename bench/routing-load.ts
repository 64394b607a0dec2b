/**
 * Many routers at once: hands 10,000 conversations to 20 agents and looks whether one was given twice, an agent got more than
 * fits, or the turns of the round robin came out uneven. Ends with status 1 if so.
 *
 * - PostgreSQL: 64 routers over 4 processes
 * - SQLite: 8 routers in one process, and 16 over 2 processes
 *
 * A tenth of the conversations is offered to two processes at once. Each store is tried with agents who take everything, and with
 * agents who have room for nine tenths.
 *
 * Run: node scripts/typescript.js bench/routing-load.ts [handoffs]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { StoreOptions } from '../adapters/store/open';
import { openStore } from '../adapters/store/open';
import { handOver } from '../core/routing';
import { DEFAULT_POLICIES } from '../core/sla';
import { startPostgres } from '../test/contract/store/support/postgresServer';
import { inbound, request } from '../test/contract/store/support/scenes';

const AGENTS = 20;
const NOW = '2026-11-20T09:00:00.000Z';
const BATCH = 500;

interface Task {
	options: StoreOptions;
	ids: string[];
	width: number;
	capacity?: number;
}

interface Report {
	assigned: string[];
	queued: string[];
	already: number;
	slowestMs: number;
	megabytes: number;
}

/** What one process does once it is told to begin: so many routers, each taking the next conversation. */
async function work({ options, ids, width, capacity }: Task): Promise<Report> {
	const store = await openStore(options);
	process.send!('ready');
	await once(process, 'message');
	const asked = { ...request(AGENTS, capacity), policies: DEFAULT_POLICIES };
	const roster = { key: 'agents', queue: asked.queue };
	const report: Report = { assigned: [], queued: [], already: 0, slowestMs: 0, megabytes: 0 };
	const waiting = [...ids];
	const router = async () => {
		for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
			const started = performance.now();
			const { outcome } = await store.route(id, roster, (view) =>
				handOver(view, asked, { kind: 'workflow' }, NOW),
			);
			report.slowestMs = Math.max(report.slowestMs, performance.now() - started);
			if (outcome === 'assigned') report.assigned.push(id);
			else if (outcome === 'queued') report.queued.push(id);
			else report.already++;
		}
	};
	await Promise.all(Array.from({ length: width }, router));
	await store.close();
	return { ...report, megabytes: Math.round(process.memoryUsage.rss() / 1_000_000) };
}

/** Starts a process; resolves when it is ready, with how to let it begin. */
async function startRouters(task: Task): Promise<() => Promise<Report>> {
	const child = fork(__filename, {
		execArgv: [...process.execArgv, '--no-warnings'],
		env: process.env,
		stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
	});
	child.send(task);
	await once(child, 'message');
	return async () => {
		child.send('begin');
		const [report] = (await once(child, 'message')) as [Report];
		const ended = once(child, 'exit');
		child.disconnect();
		await ended;
		return report;
	};
}

async function trial(
	name: string,
	options: StoreOptions,
	{ processes, width, handoffs }: { processes: number; width: number; handoffs: number },
	capacity?: number,
): Promise<void> {
	const store = await openStore(options);
	for (let from = 0; from < handoffs; from += BATCH) {
		const size = Math.min(BATCH, handoffs - from);
		const customers = Array.from({ length: size }, (_, i) => from + i);
		await store.intake(
			customers.map((n) => inbound(`customer-${n}`, `m-${n}`)),
			NOW,
		);
	}
	const ids: string[] = [];
	for (let after: string | undefined, more = true; more; more = after !== undefined) {
		const page = await store.list({ limit: BATCH, ...(after ? { after } : {}) });
		ids.push(...page.conversations.map(({ id }) => id));
		after = page.after;
	}
	const share = Math.ceil(ids.length / processes);
	const starts = await Promise.all(
		Array.from({ length: processes }, (_, i) => {
			const own = ids.slice(i * share, (i + 1) * share);
			const others = ids.slice(((i + 1) % processes) * share).slice(0, share / 10);
			return startRouters({
				options,
				ids: processes > 1 ? [...others, ...own] : own,
				width,
				...(capacity === undefined ? {} : { capacity }),
			});
		}),
	);
	const started = performance.now();
	const reports = await Promise.all(starts.map((begin) => begin()));
	const seconds = (performance.now() - started) / 1000;

	const given = reports.flatMap(({ assigned }) => assigned);
	const queued = reports.flatMap((report) => report.queued);
	const counts = new Map<string, number>();
	let handedOver = 0;
	for (let after: string | undefined, more = true; more; more = after !== undefined) {
		const page = await store.list({ states: ['human'], limit: BATCH, ...(after ? { after } : {}) });
		handedOver += page.conversations.length;
		for (const { owner } of page.conversations) {
			if (owner?.kind === 'agent') counts.set(owner.id, (counts.get(owner.id) ?? 0) + 1);
		}
		after = page.after;
	}
	await store.close();
	const held = [...counts.values()];
	const twice = given.length + queued.length - new Set([...given, ...queued]).size;
	const over = held.filter((count) => count > (capacity ?? Infinity)).length;
	const spread = Math.max(...held) - Math.min(...held);
	const calls = given.length + queued.length + reports.reduce((sum, one) => sum + one.already, 0);
	const expected = Math.min(ids.length, capacity === undefined ? Infinity : capacity * AGENTS);
	console.log(
		[
			`${name}: ${handedOver} of ${ids.length} handed over, ${given.length} to ${counts.size} agents and ${queued.length} to the queue`,
			`${twice} given twice, ${over} agents over capacity, counts ${Math.min(...held)} to ${Math.max(...held)}`,
			`${seconds.toFixed(1)} s, ${Math.round(calls / seconds)} decisions a second, slowest ${Math.round(Math.max(...reports.map((one) => one.slowestMs)))} ms, ${Math.max(...reports.map((one) => one.megabytes))} MB`,
		].join('; '),
	);
	const right =
		handedOver === ids.length &&
		given.length === expected &&
		counts.size === AGENTS &&
		twice === 0 &&
		over === 0 &&
		spread <= 1;
	if (!right) process.exitCode = 1;
}

async function main(): Promise<void> {
	const handoffs = Number(process.argv[2] ?? 10_000);
	const room = Math.floor((handoffs * 0.9) / AGENTS);
	const server = await startPostgres();
	try {
		for (const capacity of [undefined, room]) {
			const options: StoreOptions = { storage: 'postgres', ...(await server.database()) };
			const name = `PostgreSQL, 4 × 16${capacity ? `, room for ${capacity} each` : ''}`;
			const routers = { processes: 4, width: 16, handoffs };
			await trial(name, { ...options, poolSize: 16 }, routers, capacity);
		}
	} finally {
		await server.stop();
	}
	for (const [processes, capacity] of [
		[1, undefined],
		[2, undefined],
		[2, room],
	] as const) {
		const folder = mkdtempSync(path.join(tmpdir(), 'bench-routing-'));
		const name = `SQLite, ${processes} × 8${capacity ? `, room for ${capacity} each` : ''}`;
		const routers = { processes, width: 8, handoffs };
		await trial(name, { file: path.join(folder, 'store.sqlite') }, routers, capacity);
		rmSync(folder, { recursive: true, force: true });
	}
}

if (process.send) {
	process.once('message', (task: Task) => {
		work(task).then(
			(report) => process.send!(report),
			(error: unknown) => {
				console.error(error);
				process.exit(1);
			},
		);
	});
} else {
	void main();
}
