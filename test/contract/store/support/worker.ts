/**
 * A process of its own that works on a store, as an n8n worker does. Is sent its task, tells its parent what it has done, and
 * ends. Started by {@link startWorker}.
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { on, once } from 'node:events';
import path from 'node:path';

import { startScheduler } from '../../../../adapters/clock/scheduler';
import type { Timers } from '../../../../adapters/clock/timers';
import type { StoreOptions } from '../../../../adapters/store/open';
import { openStore } from '../../../../adapters/store/open';
import type { HandoffStore } from '../../../../core/ports/store';
import { handOver } from '../../../../core/routing/handoff';
import { at } from '../../../builders';
import { inbound, request } from './scenes';

export type Task =
	/** Hands over these conversations, `width` at once. */
	| { do: 'route'; ids: string[]; agents: number; capacity?: number; width: number }
	/** Records messages of one customer after another until it is killed; says which are acknowledged. */
	| { do: 'record' }
	/** Opens the store and says so. */
	| { do: 'open' }
	/**
	 * Keeps watch as SLA Watchdog does until it is told to stop, and says which events it raises. Its clock shows what it is told
	 * with {@link watchUntil}. One that `dies` takes events, says so, and never hands them on.
	 */
	| { do: 'watch'; dies?: boolean };

export interface Worker {
	child: ChildProcess;
	/** All that it has said so far. */
	said: unknown[];
	/** Resolves when it has said so much; rejects if it ends before. */
	saysAtLeast(count: number): Promise<void>;
	/** Resolves when it has ended; rejects if it ended with an error. */
	done: Promise<void>;
}

/** Starts this file as a process of its own. */
export function startWorker(options: StoreOptions, task: Task): Worker {
	const child = fork(__filename, {
		execArgv: ['-r', require.resolve('ts-node/register'), '--no-warnings'],
		env: {
			...process.env,
			TS_NODE_PROJECT: path.join(__dirname, '../../../../tsconfig.dev.json'),
		},
		stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
	});
	child.send({ options, task });
	const said: unknown[] = [];
	/** Told whenever it has said something, or has ended. */
	const news: Array<() => void> = [];
	child.on('message', (message) => {
		said.push(message);
		for (const tell of news.splice(0)) tell();
	});
	let ended = false;
	const done = once(child, 'exit').then(([code, signal]) => {
		ended = true;
		for (const tell of news.splice(0)) tell();
		if (code !== 0 && signal !== 'SIGKILL') throw new Error(`The worker ended with ${code}`);
	});
	const saysAtLeast = async (count: number) => {
		while (said.length < count) {
			if (ended) throw new Error(`The worker has ended and said ${said.length} of ${count}`);
			await new Promise<void>((resolve) => news.push(resolve));
		}
	};
	return { child, said, done, saysAtLeast };
}

/**
 * Moves the clock of workers that keep watch, all of them at once, and waits until each has done what was due by then. No time goes
 * by meanwhile, however slow the machine is: a lease lapses only where the clock says so.
 */
export async function watchUntil(workers: readonly Worker[], now: string): Promise<void> {
	await Promise.all(
		workers.map(async ({ child, said, saysAtLeast }) => {
			child.send(now);
			while (said.at(-1) !== now) await saysAtLeast(said.length + 1);
		}),
	);
}

/** Which events a worker that keeps watch has raised. */
export function raisedBy({ said }: Worker): string[] {
	return said.filter((what): what is string[] => Array.isArray(what)).flat();
}

async function main(options: StoreOptions, task: Task): Promise<void> {
	const say = (message: unknown) =>
		new Promise<void>((resolve) => process.send!(message, undefined, {}, () => resolve()));
	const store = await openStore(options);
	await say('open');
	if (task.do === 'record') {
		for (let i = 0; ; i++) {
			const messages = [0, 1, 2].map((n) => inbound(`customer-${i}`, `m-${i}-${n}`, n));
			await store.intake(messages, at(3));
			await say(i);
		}
	}
	if (task.do === 'route') {
		const roster = { key: 'all', queue: 'Support' };
		const ids = [...task.ids];
		const lane = async () => {
			for (let id = ids.shift(); id !== undefined; id = ids.shift()) {
				const result = await store.route(id, roster, (view) =>
					handOver(view, request(task.agents, task.capacity), { kind: 'workflow' }, at(5)),
				);
				await say({ id, outcome: result.outcome, owner: result.conversation.owner });
			}
		};
		await Promise.all(Array.from({ length: task.width }, lane));
	}
	if (task.do === 'watch') await watch(store, task.dies === true, say);
	await store.close();
	process.disconnect();
}

async function watch(
	store: HandoffStore,
	dies: boolean,
	say: (message: unknown) => Promise<void>,
): Promise<void> {
	const told = on(process, 'message');
	const next = async () => ((await told.next()) as IteratorResult<[string]>).value[0];
	let now = await next();
	const timers = new ToldTimers(now);
	const unconfirmed = new Set<string>();
	const confirmEvents = async (ids: string[], at: string) => {
		await store.confirmEvents(ids, at);
		for (const id of ids) unconfirmed.delete(id);
		timers.changed();
	};
	const scheduler = startScheduler(
		new Proxy(store, {
			get: (target, name) => {
				if (name === 'confirmEvents') return confirmEvents;
				const value = target[name as keyof HandoffStore];
				return typeof value === 'function' ? (value.bind(target) as unknown) : value;
			},
		}),
		{
			alert: async ({ event, others }) => {
				const ids = [event, ...others].map(({ id }) => id);
				for (const id of ids) unconfirmed.add(id);
				await say(ids);
				if (dies) await new Promise(() => undefined);
			},
			recovered: () => Promise.reject(new Error('nothing was lost')),
		},
		{
			failed: (error) => {
				throw error;
			},
		},
		{ recoverAfterMs: 0 },
		timers,
	);
	for (; now !== 'stop'; now = await next()) {
		await timers.moveTo(now, () => unconfirmed.size === 0);
		await say(now);
	}
	await scheduler.stop();
}

/** Timers on a clock that shows what it is told. */
class ToldTimers implements Timers {
	private readonly pending = new Set<{ at: number; callback: () => void }>();
	private readonly waiting: Array<() => void> = [];
	private time: number;

	constructor(now: string) {
		this.time = Date.parse(now);
	}

	now(): Date {
		return new Date(this.time);
	}

	after(delayMs: number, callback: () => void): unknown {
		const timer = { at: this.time + delayMs, callback };
		this.pending.add(timer);
		this.changed();
		return timer;
	}

	cancel(timer: unknown): void {
		this.pending.delete(timer as { at: number; callback: () => void });
	}

	/** Tells {@link moveTo} to look again. */
	changed(): void {
		for (const look of this.waiting.splice(0)) look();
	}

	/** Moves the clock on, calls back what is due by then, and resolves once the loop sleeps again and `done` says so. */
	async moveTo(now: string, done: () => boolean): Promise<void> {
		this.time = Date.parse(now);
		for (;;) {
			while (this.pending.size === 0 || !done()) {
				await new Promise<void>((resolve) => this.waiting.push(resolve));
			}
			const due = [...this.pending].find(({ at }) => at <= this.time);
			if (!due) return;
			this.pending.delete(due);
			due.callback();
		}
	}
}

if (require.main === module) {
	process.once('message', ({ options, task }: { options: StoreOptions; task: Task }) => {
		main(options, task).catch((error: unknown) => {
			console.error(error);
			process.exit(1);
		});
	});
}
