/**
 * A process of its own that works on a store, as an n8n worker does. Is sent its task, tells its parent what it has done, and
 * ends. Started by {@link startWorker}.
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
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
	 * Keeps watch as SLA Watchdog does, from the moment that {@link Go} comes until it is told to stop, and says which events it
	 * raises. One that `dies` takes events, says so, and never hands them on.
	 */
	| { do: 'watch'; dies?: boolean };

/** Starts a watch: from `begun` on, by the wall clock, `speed` milliseconds go by in one, beginning with `from`. */
export interface Go {
	begun: number;
	from: string;
	speed: number;
}

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
	const [{ begun, from, speed }] = (await once(process, 'message')) as [Go];
	const timers: Timers = {
		now: () => new Date(Date.parse(from) + (Date.now() - begun) * speed),
		after: (delayMs, callback) => setTimeout(callback, delayMs / speed),
		cancel: (timer) => clearTimeout(timer as NodeJS.Timeout),
	};
	const scheduler = startScheduler(
		store,
		{
			alert: async ({ event, others }) => {
				await say([event, ...others].map(({ id }) => id));
				if (dies) await new Promise(() => undefined);
			},
			recovered: () => Promise.resolve(),
		},
		{
			failed: (error) => {
				throw error;
			},
		},
		{ recoverAfterMs: 0 },
		timers,
	);
	await once(process, 'message');
	await scheduler.stop();
}

if (require.main === module) {
	process.once('message', ({ options, task }: { options: StoreOptions; task: Task }) => {
		main(options, task).catch((error: unknown) => {
			console.error(error);
			process.exit(1);
		});
	});
}
