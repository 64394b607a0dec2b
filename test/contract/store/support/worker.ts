/**
 * A process of its own that works on a store, as an n8n worker does. Is sent its task, tells its parent what it has done, and
 * ends. Started by {@link startWorker}.
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

import type { StoreOptions } from '../../../../adapters/store/open';
import { openStore } from '../../../../adapters/store/open';
import { handOver } from '../../../../core/routing/handoff';
import { at } from '../../../builders';
import { inbound, request } from './scenes';

export type Task =
	/** Hands over these conversations, `width` at once. */
	| { do: 'route'; ids: string[]; agents: number; capacity?: number; width: number }
	/** Records messages of one customer after another until it is killed; says which are acknowledged. */
	| { do: 'record' }
	/** Opens the store and says so. */
	| { do: 'open' };

export interface Worker {
	child: ChildProcess;
	/** All that it has said so far. */
	said: unknown[];
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
	child.on('message', (message) => said.push(message));
	const done = once(child, 'exit').then(([code, signal]) => {
		if (code !== 0 && signal !== 'SIGKILL') throw new Error(`The worker ended with ${code}`);
	});
	return { child, said, done };
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
	await store.close();
	process.disconnect();
}

if (require.main === module) {
	process.once('message', ({ options, task }: { options: StoreOptions; task: Task }) => {
		main(options, task).catch((error: unknown) => {
			console.error(error);
			process.exit(1);
		});
	});
}
