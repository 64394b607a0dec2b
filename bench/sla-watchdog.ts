/**
 * What a check of the watchdog costs with few and with very many open clocks, ten of them due, on both stores. Prints the ratios
 * and ends with status 1 if one is above 3. Run: TS_NODE_PROJECT=tsconfig.dev.json node scripts/node24.js -r ts-node/register bench/sla-watchdog.ts [open clocks, default 1000000]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { PostgresDatabase } from '../adapters/store/postgres/database';
import { PostgresStore } from '../adapters/store/postgres/postgresStore';
import { Database } from '../adapters/store/sqlite/database';
import { SqliteStore } from '../adapters/store/sqlite/sqliteStore';
import type { HandoffStore, InboundMessage } from '../core/ports/store';
import { startClock } from '../core/sla';
import type { SlaClock } from '../core/sla/clock';
import type { SlaPolicy } from '../core/sla/policy';
import { raiseDueEvents } from '../core/sla/watchdog';
import { startPostgres } from '../test/contract/store/support/postgresServer';

const DUE = 10;
const CHECKS = 60;
const BATCH = 10_000;
const LIMIT = 3;

const START = Date.parse('2026-11-20T09:00:00.000Z');
const at = (minutes: number) => new Date(START + minutes * 60_000).toISOString();

const policy = (targetMinutes: number): SlaPolicy => ({
	name: 'First response',
	kind: 'first_response',
	targetMinutes,
	clock: 'wall',
	marks: [100],
});

/** A store with so many clocks open that are not due for years, and a way to time one check of it with ten events due. */
async function crowd(store: HandoffStore, open: number): Promise<() => Promise<number>> {
	for (let from = 0; from < open; from += BATCH) {
		const clocks: SlaClock[] = [];
		for (let i = from; i < Math.min(open, from + BATCH); i++) {
			const conversation = { id: `open-${i}`, namespace: 'default' };
			clocks.push(startClock(policy(1_000_000 + (i % 1000)), conversation, 'x', at(0)));
		}
		await store.putClocks(clocks);
	}
	const intake = await store.intake(
		Array.from({ length: DUE }, (_, i) => message(i)),
		at(0),
	);
	let check = 0;
	return async () => {
		check++;
		await store.putClocks(
			intake.map(({ conversation }) =>
				startClock(policy(1), conversation, `check-${check}`, at(check)),
			),
		);
		let alerts = 0;
		const begin = performance.now();
		await store.nextClockEventAt();
		const pass = await raiseDueEvents(
			store,
			() => {
				alerts++;
				return Promise.resolve();
			},
			at(check + 1),
			50,
		);
		await Promise.all(pass.underWay);
		const took = performance.now() - begin;
		if (alerts !== DUE) throw new Error(`${alerts} alerts were raised, not ${DUE}`);
		await store.putClocks(
			(await Promise.all(intake.map(({ conversation }) => store.clocks(conversation.id))))
				.flat()
				.map((clock) => ({ ...clock, status: 'cancelled' as const })),
		);
		return took;
	};
}

function message(i: number): InboundMessage {
	return {
		channelId: '1',
		identity: { keys: [{ kind: 'wa_id', value: `1555555${String(i).padStart(4, '0')}` }] },
		message: {
			id: `wamid.${i}`,
			direction: 'in',
			author: 'customer',
			type: 'text',
			text: 'Hello',
			sentAt: at(0),
			receivedAt: at(0),
		},
	};
}

function median(values: number[]): number {
	return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** Compares the costs on one kind of store; whether they are near enough. */
async function compare(
	name: string,
	many: number,
	newStore: () => Promise<HandoffStore>,
): Promise<boolean> {
	const few = 1_000;
	const stores = [await newStore(), await newStore()] as const;
	try {
		const small = await crowd(stores[0], few);
		const large = await crowd(stores[1], many);
		const took: { small: number[]; large: number[] } = { small: [], large: [] };
		// In turn, so that what else the machine does falls on both.
		for (let check = 0; check < CHECKS; check++) {
			took.small.push(await small());
			took.large.push(await large());
		}
		// The first checks warm the caches up.
		const [ofFew, ofMany] = [took.small, took.large].map((each) => median(each.slice(CHECKS / 3)));
		const ratio = ofMany! / ofFew!;
		console.log(
			`${name}: a check with ${DUE} due takes ${ofFew!.toFixed(2)} ms at ${few} open and ${ofMany!.toFixed(2)} ms at ${many}: ratio ${ratio.toFixed(2)} (at most ${LIMIT})`,
		);
		return ratio <= LIMIT;
	} finally {
		for (const store of stores) await store.close();
	}
}

async function main(): Promise<void> {
	const many = Number(process.argv[2] ?? 1_000_000);
	const folder = mkdtempSync(path.join(tmpdir(), 'bench-sla-'));
	let file = 0;
	const sqlite = await compare('SQLite', many, () =>
		Promise.resolve(
			new SqliteStore(Database.open(path.join(folder, `${(file += 1)}.sqlite`)), 'default'),
		),
	);
	rmSync(folder, { recursive: true });
	const server = await startPostgres();
	try {
		const postgres = await compare(
			'PostgreSQL',
			many,
			async () =>
				new PostgresStore(await PostgresDatabase.open(await server.database()), 'default'),
		);
		process.exitCode = sqlite && postgres ? 0 : 1;
	} finally {
		await server.stop();
	}
}

void main();
