import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { Scheduler } from '../../../adapters/clock/scheduler';
import { startScheduler } from '../../../adapters/clock/scheduler';
import { Database } from '../../../adapters/store/sqlite/database';
import { SqliteStore } from '../../../adapters/store/sqlite/sqliteStore';
import { applyEvent } from '../../../core/conversation/apply';
import { transition } from '../../../core/conversation/transitions';
import type { HandoffStore } from '../../../core/ports/store';
import { clocksOnHandoff } from '../../../core/sla';
import type { AlertView } from '../../../core/sla/alert';
import type { SlaPolicy } from '../../../core/sla/policy';
import { LEASE_MS } from '../../../core/sla/watchdog';
import { SUPPORT } from './support/conversation';
import { VirtualTimers } from './support/virtualTimers';

const START = Date.parse('2026-11-20T16:30:00.000Z');
const MINUTE = 60_000;
const at = (minutes: number) => new Date(START + minutes * MINUTE).toISOString();

const POLICIES: SlaPolicy[] = [
	{
		name: 'First response',
		kind: 'first_response',
		targetMinutes: 10,
		clock: 'wall',
		marks: [80, 100],
		reportMet: true,
	},
];

const BY = (now: string) => ({ actor: { kind: 'system' as const }, now, policies: POLICIES });

describe('on the embedded store', () => {
	let folder: string;
	let timers: VirtualTimers;
	let stores: HandoffStore[];
	let schedulers: Scheduler[];
	let raised: AlertView[];
	let recovered: string[];

	/** A connection of its own to the one file, as another process has it. */
	const open = () => {
		const store = new SqliteStore(Database.open(path.join(folder, 'handoff.sqlite')), 'default');
		stores.push(store);
		return store;
	};

	const watch = (store: HandoffStore, recoverAfterMs = 0) => {
		const scheduler = startScheduler(
			store,
			{
				alert: async (_alert, view) => {
					await Promise.resolve();
					raised.push(view);
				},
				recovered: async ({ message }) => {
					await Promise.resolve();
					recovered.push(message.id);
					return true;
				},
			},
			{
				failed: (error) => {
					throw error;
				},
			},
			{ recoverAfterMs },
			timers,
		);
		schedulers.push(scheduler);
		return scheduler;
	};

	/** A customer writes and is handed over, in the steps in which the nodes do it. Returns the conversation's id. */
	const handOver = async (store: HandoffStore, number: number, minutes: number) => {
		const now = at(minutes);
		const [intake] = await store.intake(
			[
				{
					channelId: '106540352242922',
					identity: {
						keys: [{ kind: 'wa_id', value: `1555555${String(number).padStart(4, '0')}` }],
					},
					message: {
						id: `wamid.${number}`,
						direction: 'in',
						author: 'customer',
						type: 'text',
						text: 'A person, please',
						sentAt: now,
						receivedAt: now,
					},
				},
			],
			now,
		);
		const { conversation } = intake!;
		await store.decide(conversation.id, (view) => {
			const step = transition(
				view.conversation,
				{
					type: 'escalate',
					owner: SUPPORT,
					reason: 'Asked for a person',
					score: 90,
					signals: [],
					priority: 'normal',
					queue: 'Support',
				},
				{ kind: 'system' },
				now,
			);
			if (!step.ok) throw new Error(step.message);
			return {
				result: undefined,
				conversation: step.conversation,
				clocks: clocksOnHandoff(POLICIES, step.conversation, now, view.clocks),
			};
		});
		return conversation.id;
	};

	const answer = (store: HandoffStore, id: string, minutes: number) =>
		store.decide(id, (view) =>
			applyEvent(view, { type: 'agent_replied', sentAt: at(minutes) }, BY(at(minutes))),
		);

	beforeEach(() => {
		folder = mkdtempSync(path.join(tmpdir(), 'sla-'));
		timers = new VirtualTimers(START);
		stores = [];
		schedulers = [];
		raised = [];
		recovered = [];
	});

	afterEach(async () => {
		for (const scheduler of schedulers) await scheduler.stop();
		for (const store of stores) await store.close();
		rmSync(folder, { recursive: true });
	});

	it('a handoff that nobody answers is warned about and raised, each exactly once across two processes', async () => {
		const [one, two] = [open(), open()];
		const ids: string[] = [];
		for (let i = 0; i < 60; i++) ids.push(await handOver(one, i, 0));
		watch(one);
		watch(two);
		await timers.advanceTo(START + 30 * MINUTE, 2);
		expect(raised.map(({ idempotencyKey }) => idempotencyKey).sort()).toEqual(
			ids
				.flatMap((id) => [`${id}:first_response:${id}:h1@100`, `${id}:first_response:${id}:h1@80`])
				.sort(),
		);
	});

	it('an answered one is reported as kept and never as broken', async () => {
		const store = open();
		const id = await handOver(store, 1, 0);
		watch(store);
		await timers.advanceTo(START + 5 * MINUTE, 1);
		await answer(store, id, 5);
		await timers.advanceTo(START + 60 * MINUTE, 1);
		expect(raised.map(({ type }) => type)).toEqual(['met']);
	});

	it('an event outlives the death of the process that took it, and of the whole server', async () => {
		const dying = open();
		const id = await handOver(dying, 1, 0);
		await dying.takeDueEvents(at(8), 10, LEASE_MS);
		await dying.close();
		stores = [];
		timers.jumpTo(START + 8 * MINUTE);
		watch(open());
		await timers.advanceTo(START + 9.5 * MINUTE, 1);
		expect(raised.map(({ idempotencyKey }) => idempotencyKey)).toEqual([
			`${id}:first_response:${id}:h1@80`,
		]);
	});

	it('a message that was recorded but never handled is recovered once', async () => {
		const [one, two] = [open(), open()];
		await handOver(one, 1, 0);
		await handOver(one, 2, 0);
		await one.markHandled(['wamid.2'], at(0));
		watch(one, 5 * MINUTE);
		watch(two, 5 * MINUTE);
		await timers.advanceTo(START + 30 * MINUTE, 4);
		expect(recovered).toEqual(['wamid.1']);
	});
});
