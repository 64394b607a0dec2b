import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';

import { openStore } from '../../adapters/store/open';
import type { PostgresOptions } from '../../adapters/store/postgres/database';
import type { Conversation } from '../../core/conversation/conversation';
import type { HandoffStore } from '../../core/ports/store';
import { executionIds, readExecution } from '../../host/executions';
import { makeLoad, postLoad, publishTriggerAlone } from '../../host/load';
import type { Stack, WorkflowFile } from '../../host/stack';
import {
	connect,
	createCredentials,
	publish,
	readWorkflow,
	startStack,
	webhookIsLive,
	webhookUrl,
} from '../../host/stack';
import { startPostgres } from '../contract/store/support/postgresServer';
import { LIMIT_MS, environment, eventually } from './harness';
import { startRedis, withRedis } from './redis';

jest.setTimeout(10 * LIMIT_MS);

const CUSTOMERS = 500;
/** Customers who type several messages in a row. */
const TYPING = 12;
const WORKERS = 2;
/** Executions that one worker runs at once; see host/n8n.ts. With more than these at work, no worker is idle. */
const CONCURRENCY = 10;
/** The watchdog brings back what nobody has dealt with for so long: longer than the queue here ever is on a machine at ease. */
const RECOVER_AFTER_MINUTES = 0.5;

/** About what WhatsApp takes; meanwhile an execution can be killed. */
const GRAPH_ANSWER_MS = 1000;

const quietly = <T>(_what: string, work: () => Promise<T>): Promise<T> => work();

/** An n8n of its own in queue mode, as docs/operations.md describes it. */
withRedis('n8n in queue mode: Redis, PostgreSQL, one main and two workers', () => {
	const folder = mkdtempSync(path.join(tmpdir(), 'handoff-queue-'));
	const stopping: Array<() => Promise<unknown>> = [];
	let stack: Stack;
	let storeDatabase: PostgresOptions;
	let n8nDatabase: Client;
	let store: HandoffStore;
	let credentials: Record<string, string>;
	let intakeUrl: string;

	beforeAll(async () => {
		const postgres = await startPostgres();
		stopping.push(() => postgres.stop());
		const redis = await startRedis();
		stopping.push(() => redis.stop());
		const own = await postgres.database();
		storeDatabase = await postgres.database();
		stack = await startStack({
			folder,
			graphAnswerMs: GRAPH_ANSWER_MS,
			installedNodes: path.join(environment.folder, '.n8n', 'nodes'),
			progress: quietly,
			queue: { workers: WORKERS, env: queueMode(own, redis.port) },
		});
		stopping.push(() => stack.stop());
		const { host, port, user, database } = own;
		n8nDatabase = new Client({ host, port, user, database });
		await n8nDatabase.connect();
		stopping.push(() => n8nDatabase.end());
		store = await openStore({ storage: 'postgres', ...storeDatabase });
		stopping.push(() => store.close());

		credentials = await createCredentials(stack);
		const { id } = await stack.n8n.call<{ id: string }>('POST', '/rest/credentials', {
			name: 'Handoff store',
			type: 'whatsAppHandoffStoreApi',
			data: { storage: 'postgres', ...storeDatabase },
		});
		// The customers are told, but no CRM is asked: it has tests of its own.
		const { whatsAppHandoffApi } = credentials as { whatsAppHandoffApi: string };
		credentials = { whatsAppHandoffApi, whatsAppHandoffStoreApi: id };
		const intake = template('01-whatsapp-intake-faq-bot.json');
		const watchdog = template('03-sla-watchdog.json');
		await publish(stack, watchdog);
		await publish(stack, intake);
		intakeUrl = webhookUrl(stack.n8n, intake, 'whatsAppTrigger', 'whatsapp');
		await webhookIsLive(intakeUrl);
		stack.graph!.setWebhook(intakeUrl);
		await eventually('the watchdog at work', async () => store.getSetting('sla.policies'));
	});
	afterAll(async () => {
		// What does not stop must not keep the rest from being stopped.
		for (const step of stopping.reverse()) await step().catch(console.error);
		rmSync(folder, { recursive: true, force: true });
	});

	/** A template with its credentials chosen, the shared store among them, and agents who have room for all. */
	const template = (file: string): WorkflowFile => {
		const workflow = readWorkflow(file);
		for (const node of workflow.nodes) {
			const { type, parameters } = node;
			if (type.startsWith('n8n-nodes-whatsapp-handoff.') && !type.endsWith('.crmUpsert')) {
				node.credentials = {
					...node.credentials,
					whatsAppHandoffStoreApi: { name: 'Handoff store' },
				};
			}
			const { agent = [] } = (parameters.agents ?? {}) as { agent?: Array<{ capacity: number }> };
			for (const one of agent) one.capacity = 0;
			if (type.endsWith('.slaWatchdog')) {
				parameters.options = { recoverAfterMinutes: RECOVER_AFTER_MINUTES };
				// The time that the test takes must not count as a broken promise.
				parameters.policies = { policy: [{ kind: 'first_response', targetMinutes: 600 }] };
			}
		}
		return connect(workflow, credentials, undefined);
	};

	const handedOver = async (): Promise<Conversation[]> => {
		const found: Conversation[] = [];
		let after: string | undefined;
		do {
			const page = await store.list({ states: ['human'], limit: 500, ...(after ? { after } : {}) });
			found.push(...page.conversations);
			after = page.after;
		} while (after !== undefined);
		return found;
	};

	/** Executions that the workers are at. */
	const running = async (): Promise<number> => {
		const { rows } = await n8nDatabase.query<{ count: string }>(
			"SELECT count(*) FROM execution_entity WHERE status = 'running'",
		);
		return Number(rows[0]!.count);
	};

	it('gives what customers type in a row out as one item each, whichever worker runs it', async () => {
		const { id, url } = await publishTriggerAlone(stack.n8n, credentials.whatsAppHandoffApi!, {
			namespace: 'bursts',
			parameters: { options: { quietPeriod: 10, longestWait: 60 } },
			storeCredentialId: credentials.whatsAppHandoffStoreApi,
		});
		await webhookIsLive(url);
		const load = makeLoad({
			count: 3 * TYPING,
			repeated: 0,
			customers: TYPING,
			phoneNumberId: stack.whatsApp.phoneNumberId,
		});
		const from = (body: string) => /"from":"(\d+)"/u.exec(body)![1]!;
		const inARow = load.bodies.sort((a, b) => (from(a) < from(b) ? -1 : 1));
		const { statuses } = await postLoad(url, stack.whatsApp.appSecret, inARow, 8, true);
		expect(statuses[200]).toBe(3 * TYPING);
		const runs = await eventually('an execution for each customer, ended', async () => {
			const ids = await executionIds(stack.n8n, id, 100);
			if (ids.length < TYPING) return false;
			const read = await Promise.all(ids.map((one) => readExecution(stack.n8n, one)));
			return read.every(({ status }) => !['new', 'running'].includes(status)) && read;
		});
		const joined = new Set<string>();
		for (const { outputs } of runs) {
			const items = outputs['WhatsApp Trigger']!.flat();
			for (const { json } of items) {
				const { id: own, joined: parts = [own] } = json.message as {
					id: string;
					joined?: string[];
				};
				joined.add(JSON.stringify(parts));
			}
		}
		expect(joined).toEqual(
			new Set([...load.threads.values()].map((thread) => JSON.stringify(thread))),
		);
		expect(runs).toHaveLength(TYPING);
	});

	it('hands each of 500 conversations over exactly once, and loses none when a worker is killed half way', async () => {
		const load = makeLoad({
			count: CUSTOMERS,
			repeated: 0,
			customers: CUSTOMERS,
			phoneNumberId: stack.whatsApp.phoneNumberId,
			text: 'I want to talk to a real person, please',
		});
		const { appSecret } = stack.whatsApp;
		const [{ statuses }] = await Promise.all([
			// An n8n that is short of breath answers 503; Meta comes again.
			postLoad(intakeUrl, appSecret, load.bodies, 8, true),
			killOneHalfWay(),
		]);
		expect(statuses[200]).toBe(CUSTOMERS);

		const conversations = await eventually(
			'every conversation handed over and every message dealt with',
			async () => {
				const found = await handedOver();
				const left = await store.unhandled(new Date().toISOString(), 1);
				return found.length >= CUSTOMERS && left.length === 0 && found;
			},
			5 * LIMIT_MS,
		);
		expect(new Set(conversations.map(({ identity }) => identity.waId))).toEqual(
			new Set(load.threads.keys()),
		);
		const owners = new Map<string, number>();
		for (const { id, owner, handoffCount, handoff } of conversations) {
			expect({ owner, handoffCount, hops: handoff?.hops }).toEqual({
				owner: expect.objectContaining({ kind: 'agent' }) as unknown,
				handoffCount: 1,
				hops: 0,
			});
			expect((await store.audit(id)).map(({ action }) => action)).toEqual(['escalate']);
			owners.set(owner!.name, (owners.get(owner!.name) ?? 0) + 1);
		}
		expect(Object.fromEntries(owners)).toEqual({
			'Agent One': CUSTOMERS / 2,
			'Agent Two': CUSTOMERS / 2,
		});

		// Also those who were being told at the moment of the kill: the statuses of the messages say that they have them.
		const told = new Map<string, number>();
		for (const { waId } of stack.graph!.messages()) told.set(waId, (told.get(waId) ?? 0) + 1);
		expect(new Set(told.keys())).toEqual(new Set(load.threads.keys()));
		expect([...told].filter(([, times]) => times > 1)).toEqual([]);
	});

	/** Kills one of the workers when about half is done and, if it ever is so, both are at work on something. */
	const killOneHalfWay = async (): Promise<void> => {
		await eventually(
			'about half handed over',
			async () => {
				const done = (await handedOver()).length;
				const bothAtWork = (await running()) > CONCURRENCY;
				return done >= CUSTOMERS / 2 && (bothAtWork || done >= CUSTOMERS * 0.8);
			},
			5 * LIMIT_MS,
		);
		await stack.workers[0]!.killNow();
		expect((await handedOver()).length).toBeLessThan(CUSTOMERS);
	};
});

/** How main and workers find queue and database. */
function queueMode(database: PostgresOptions, redisPort: number): Record<string, string> {
	return {
		EXECUTIONS_MODE: 'queue',
		QUEUE_BULL_REDIS_HOST: '127.0.0.1',
		QUEUE_BULL_REDIS_PORT: String(redisPort),
		DB_TYPE: 'postgresdb',
		DB_POSTGRESDB_HOST: database.host!,
		DB_POSTGRESDB_PORT: String(database.port),
		DB_POSTGRESDB_DATABASE: database.database!,
		DB_POSTGRESDB_USER: database.user!,
		DB_POSTGRESDB_POOL_SIZE: '10',
	};
}
