/**
 * What the store costs when it has grown. Prints ratios and ends with status 1 if one is above its limit:
 *
 * - appending a message and loading the newest 20, in a conversation of 10 and of 10,000 messages (limit 1.5)
 * - taking in a new customer, among 100 and among 10,000 (limit 1.5)
 * - writing a message and learning of it as an open inbox page does, among 100 conversations and 10,000 (limit 1.5)
 * - a routing decision, with 10 agents and 100 open conversations and with 1,000 agents and 100,000 (limit 3), on
 *   SQLite and on PostgreSQL
 *
 * Run: npm run bench:store
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { Client } from 'pg';

import { PostgresDatabase } from '../adapters/store/postgres/database';
import { PostgresStore } from '../adapters/store/postgres/postgresStore';
import { Database } from '../adapters/store/sqlite/database';
import { SqliteStore } from '../adapters/store/sqlite/sqliteStore';
import type { HandoffStore, InboundMessage } from '../core/ports/store';
import type { Agent } from '../core/routing/agent';
import { handOver } from '../core/routing/handoff';
import { startPostgres } from '../test/contract/store/support/postgresServer';

const NOW = '2026-11-20T09:00:00.000Z';
const LOADED = 20;
const ROUNDS = 300;
const BATCH = 500;

function message(customer: string, id: string, second: number): InboundMessage {
	const time = new Date(Date.parse(NOW) + second * 1000).toISOString();
	return {
		channelId: 'channel',
		identity: { keys: [{ kind: 'wa_id', value: customer }], waId: customer },
		message: {
			id,
			direction: 'in',
			author: 'customer',
			type: 'text',
			text: 'Where is my order? It was to come on Monday and nobody has told me anything.',
			sentAt: time,
			receivedAt: time,
		},
	};
}

async function intakeAll(store: HandoffStore, messages: InboundMessage[]): Promise<void> {
	for (let i = 0; i < messages.length; i += BATCH) {
		await store.intake(messages.slice(i, i + BATCH), NOW);
	}
}

type Round = (round: number) => Promise<void>;

/** Median milliseconds of each, measured in turns: what else the machine does meets both alike. */
async function medians(small: Round, large: Round): Promise<[number, number]> {
	const times: [number[], number[]] = [[], []];
	for (let round = 0; round < ROUNDS; round++) {
		for (const [i, work] of [small, large].entries()) {
			const started = performance.now();
			await work(round);
			times[i]!.push(performance.now() - started);
		}
	}
	const [first, second] = times.map((list) => list.sort((a, b) => a - b)[ROUNDS >> 1]!);
	return [first!, second!];
}

async function talk(store: HandoffStore, length: number): Promise<Round> {
	const customer = `talker-${length}`;
	const history = Array.from({ length }, (_, i) => message(customer, `${customer}-${i}`, i));
	await intakeAll(store, history);
	return async (round) => {
		const next = message(customer, `${customer}-next-${round}`, length + round);
		const [result] = await store.intake([next], NOW);
		const loaded = await store.history(result!.conversation.id, { limit: LOADED });
		if (loaded.length === 0) throw new Error('nothing was loaded');
	};
}

async function newcomers(store: HandoffStore, count: number): Promise<Round> {
	await intakeAll(
		store,
		Array.from({ length: count }, (_, i) => message(`known-${i}`, `known-${i}`, 0)),
	);
	return async (round) => {
		await store.intake([message(`new-${round}`, `new-${round}`, 0)], NOW);
	};
}

async function following(store: HandoffStore, count: number): Promise<Round> {
	await intakeAll(
		store,
		Array.from({ length: count }, (_, i) => message(`open-${i}`, `open-${i}`, 0)),
	);
	let { cursor } = await store.changes();
	return async (round) => {
		await store.intake([message('open-0', `told-${round}`, round)], NOW);
		const found = await store.changes(cursor);
		({ cursor } = found);
		const changed = await store.conversations(found.conversations ?? []);
		if (changed.length !== 1) throw new Error(`${changed.length} changed in place of one`);
	};
}

/** `copy` makes so many more of every conversation that an agent holds, where that is faster than to begin each. */
async function routing(
	store: HandoffStore,
	agentCount: number,
	held: number,
	copy?: (times: number) => Promise<void>,
): Promise<Round> {
	const open = copy ? agentCount : held;
	const agents: Agent[] = Array.from({ length: agentCount }, (_, i) => ({
		id: `agent-${i}`,
		name: `Agent ${i}`,
	}));
	const roster = { key: 'all', queue: 'Support' };
	const request: Parameters<typeof handOver>[1] = {
		agents,
		queue: 'Support',
		strategies: ['leastBusy'],
		reason: 'Asked for a person',
		score: 80,
		signals: [],
		priority: 'normal',
		requiredSkills: [],
		preferredSkills: [],
		stickyDays: 30,
		policies: [],
	};
	// The open ones are given out beforehand; going through the router for each would take longer than what is measured.
	for (let from = 0; from < open + ROUNDS; from += BATCH) {
		const size = Math.min(BATCH, open + ROUNDS - from);
		const begun = await store.intake(
			Array.from({ length: size }, (_, i) => message(`c-${from + i}`, `m-${from + i}`, 0)),
			NOW,
		);
		for (const [i, { conversation }] of begun.entries()) {
			if (from + i >= open) continue;
			const agent = agents[(from + i) % agentCount]!;
			await store.decide(conversation.id, (view) => ({
				result: undefined,
				conversation: {
					...view.conversation,
					state: 'human',
					owner: { kind: 'agent', id: agent.id, name: agent.name },
					version: view.conversation.version + 1,
				},
			}));
		}
	}
	await copy?.(held / agentCount - 1);
	const waiting = await store.list({ states: ['bot'], limit: ROUNDS });
	return async (round) => {
		const { id } = waiting.conversations[round]!;
		const { outcome } = await store.route(id, roster, (view) =>
			handOver(view, request, { kind: 'workflow' }, NOW),
		);
		if (outcome !== 'assigned') throw new Error(`not assigned but ${outcome}`);
	};
}

/** Runs `work` on two databases of a PostgreSQL server of its own. */
async function onPostgres(
	work: (
		few: HandoffStore,
		many: HandoffStore,
		copy: (times: number) => Promise<void>,
	) => Promise<void>,
): Promise<void> {
	const server = await startPostgres();
	const options = [await server.database(), await server.database()];
	const [few, many] = await Promise.all(
		options.map(async (one) => new PostgresStore(await PostgresDatabase.open(one), 'default')),
	);
	const copy = async (times: number) => {
		const { host, port, user, database } = options[1]!;
		const client = new Client({ host, port, user, database });
		await client.connect();
		await client.query(
			`INSERT INTO handoff_conversations
				(namespace, id, channel_id, state, agent_id, queue, last_message_at, tags, search, doc)
			SELECT namespace, id || '-' || n, channel_id, state, agent_id, queue, last_message_at, tags, search, doc
			FROM handoff_conversations, generate_series(1, $1::int) AS n WHERE agent_id IS NOT NULL`,
			[times],
		);
		await client.query('ANALYZE');
		await client.end();
	};
	try {
		await work(few!, many!, copy);
	} finally {
		await Promise.all([few!.close(), many!.close()]);
		await server.stop();
	}
}

/** Runs `work` on a store of its own. */
async function onNewStore<T>(work: (store: HandoffStore) => Promise<T>): Promise<T> {
	const folder = mkdtempSync(path.join(tmpdir(), 'bench-store-'));
	const store = new SqliteStore(Database.open(path.join(folder, 'store.sqlite')), 'default');
	try {
		return await work(store);
	} finally {
		await store.close();
		rmSync(folder, { recursive: true, force: true });
	}
}

function report(what: string, [small, large]: [number, number], limit: number): void {
	const ratio = large / small;
	console.log(
		`${what}: ${small.toFixed(2)} ms → ${large.toFixed(2)} ms, ratio ${ratio.toFixed(2)} (limit ${limit})`,
	);
	if (ratio > limit) process.exitCode = 1;
}

async function main(): Promise<void> {
	await onNewStore(async (store) =>
		report(
			'Append a message and load the newest 20, at 10 → 10,000 messages',
			await medians(await talk(store, 10), await talk(store, 10_000)),
			1.5,
		),
	);
	await onNewStore((few) =>
		onNewStore(async (many) =>
			report(
				'SQLite: write a message and learn of it, at 100 → 10,000 conversations',
				await medians(await following(few, 100), await following(many, 10_000)),
				1.5,
			),
		),
	);
	await onNewStore((few) =>
		onNewStore(async (many) =>
			report(
				'SQLite: route, at 10 agents and 100 open → 1,000 agents and 100,000 open',
				await medians(await routing(few, 10, 100), await routing(many, 1000, 100_000)),
				3,
			),
		),
	);
	await onPostgres(async (few, many, copy) => {
		report(
			'PostgreSQL: append a message and load the newest 20, at 10 → 10,000 messages',
			await medians(await talk(few, 10), await talk(many, 10_000)),
			1.5,
		);
		report(
			'PostgreSQL: take in a new customer, at 100 → 10,000 customers',
			await medians(await newcomers(few, 100), await newcomers(many, 10_000)),
			1.5,
		);
		report(
			'PostgreSQL: write a message and learn of it, at 100 → 10,000 conversations',
			await medians(await following(few, 100), await following(many, 10_000)),
			1.5,
		);
		report(
			'PostgreSQL: route, at 10 agents and 100 open → 1,000 agents and 100,000 open',
			await medians(await routing(few, 10, 100), await routing(many, 1000, 100_000, copy)),
			3,
		);
	});
}

void main();
