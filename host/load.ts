import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';

import type { N8nClient } from './n8n';

/*
 * WhatsApp's deliveries in numbers, and what a real n8n made of them: for the load benchmark, and for its small brother among the
 * end-to-end tests.
 */

/** One webhook call. */
export interface Load {
	/** Bodies in the order in which they are posted; a repeated one stands twice. */
	bodies: string[];
	/** Ids of each customer's messages, in the order in which they were written. */
	threads: Map<string, string[]>;
}

/** Seeded, so that a run can be repeated. */
function dice(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
		return state / 2_147_483_648;
	};
}

/**
 * `count` webhook calls with a text message each, `repeated` of them (0 to 1) redeliveries of one that is there already, from so many
 * customers, in any order.
 */
export function makeLoad(options: {
	count: number;
	repeated: number;
	customers: number;
	phoneNumberId: string;
	seed?: number;
	/** What every message says; its number, if left out. */
	text?: string;
}): Load {
	const random = dice(options.seed ?? 1);
	const run = randomUUID().slice(0, 8);
	const different = Math.round(options.count * (1 - options.repeated));
	const start = Math.floor(Date.now() / 1000) - 3600;
	const threads = new Map<string, string[]>();
	const messages: string[] = [];
	for (let i = 0; i < different; i++) {
		const from = `1650${String(5_550_000 + (i % options.customers)).padStart(7, '0')}`;
		const id = `wamid.LOAD.${run}.${i}`;
		threads.set(from, [...(threads.get(from) ?? []), id]);
		messages.push(
			JSON.stringify({
				object: 'whatsapp_business_account',
				entry: [
					{
						id: '102290129340398',
						changes: [
							{
								field: 'messages',
								value: {
									messaging_product: 'whatsapp',
									metadata: {
										display_phone_number: '15550001111',
										phone_number_id: options.phoneNumberId,
									},
									contacts: [{ profile: { name: 'Robin Sample' }, wa_id: from }],
									messages: [
										{
											from,
											id,
											// A second of its own for each message of a customer.
											timestamp: String(start + Math.floor(i / options.customers)),
											type: 'text',
											text: { body: options.text ?? `Message ${i}` },
										},
									],
								},
							},
						],
					},
				],
			}),
		);
	}
	const bodies = [...messages];
	while (bodies.length < options.count) {
		bodies.push(messages[Math.floor(random() * messages.length)]!);
	}
	for (let i = bodies.length - 1; i > 0; i--) {
		const j = Math.floor(random() * (i + 1));
		[bodies[i], bodies[j]] = [bodies[j]!, bodies[i]!];
	}
	return { bodies, threads };
}

export interface LoadResult {
	/** How often each status was answered. */
	statuses: Record<number, number>;
	seconds: number;
	/** Milliseconds until the answer. */
	latency: { median: number; p99: number; most: number };
}

/** A delivery that is not taken comes again, as Meta does it, if at shorter intervals. */
const REDELIVER_AFTER_MS = 500;
const MOST_DELIVERIES = 100;

/** Posts the bodies, signed, over so many connections at once; with `redeliver`, each until it is taken. */
export async function postLoad(
	url: string,
	appSecret: string,
	bodies: string[],
	connections: number,
	redeliver = false,
): Promise<LoadResult> {
	const statuses: Record<number, number> = {};
	const took: number[] = [];
	const begin = performance.now();
	let next = 0;
	const deliver = async (body: string): Promise<number> => {
		const at = performance.now();
		const response = await fetch(url, {
			method: 'POST',
			headers: {
				'content-type': 'application/json',
				'x-hub-signature-256': `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`,
			},
			body,
		});
		await response.arrayBuffer();
		took.push(performance.now() - at);
		statuses[response.status] = (statuses[response.status] ?? 0) + 1;
		return response.status;
	};
	const lane = async () => {
		for (let i = next++; i < bodies.length; i = next++) {
			for (let left = redeliver ? MOST_DELIVERIES : 1; ;) {
				const status = await deliver(bodies[i]!);
				if (status < 500 || --left === 0) break;
				await pause(REDELIVER_AFTER_MS);
			}
		}
	};
	await Promise.all(Array.from({ length: connections }, lane));
	took.sort((a, b) => a - b);
	const share = (part: number) => Math.round(took[Math.floor(part * (took.length - 1))] ?? 0);
	return {
		statuses,
		seconds: (performance.now() - begin) / 1000,
		latency: { median: share(0.5), p99: share(0.99), most: share(1) },
	};
}

/** Publishes a workflow of WhatsApp Trigger and nothing behind it but a node that does nothing. */
export async function publishTriggerAlone(
	n8n: N8nClient,
	whatsAppCredentialId: string,
	options: {
		namespace: string;
		parameters?: object;
		/** Id of the store's credential; one on SQLite is made if absent. */
		storeCredentialId?: string;
		/** Only saved, as while it is built in the editor, if false. */
		publish?: boolean;
	},
): Promise<{ id: string; versionId: string; url: string; testUrl: string }> {
	const name = `Store ${options.namespace}`;
	const store = options.storeCredentialId
		? { id: options.storeCredentialId, name }
		: await n8n.call<{ id: string; name: string }>('POST', '/rest/credentials', {
				name,
				type: 'whatsAppHandoffStoreApi',
				data: { storage: 'sqlite', namespace: options.namespace },
			});
	const webhookId = randomUUID();
	const saved = await n8n.call<{ id: string; versionId: string }>('POST', '/rest/workflows', {
		name: `Trigger alone ${options.namespace}`,
		nodes: [
			{
				id: randomUUID(),
				name: 'WhatsApp Trigger',
				type: 'n8n-nodes-whatsapp-handoff.whatsAppTrigger',
				typeVersion: 1,
				position: [0, 0],
				webhookId,
				parameters: options.parameters ?? {},
				credentials: {
					whatsAppHandoffApi: { id: whatsAppCredentialId, name: 'WhatsApp' },
					whatsAppHandoffStoreApi: { id: store.id, name: store.name },
				},
			},
			{
				id: randomUUID(),
				name: 'Nothing',
				type: 'n8n-nodes-base.noOp',
				typeVersion: 1,
				position: [200, 0],
				parameters: {},
			},
		],
		connections: {
			'WhatsApp Trigger': { main: [[{ node: 'Nothing', type: 'main', index: 0 }]] },
		},
		settings: { executionOrder: 'v1' },
		active: false,
	});
	if (options.publish !== false) {
		await n8n.call('POST', `/rest/workflows/${saved.id}/activate`, { versionId: saved.versionId });
	}
	return {
		id: saved.id,
		versionId: saved.versionId,
		url: `${n8n.url}/webhook/${webhookId}/whatsapp`,
		testUrl: `${n8n.url}/webhook-test/${webhookId}/whatsapp`,
	};
}

/** How often each message of a load came out of the trigger, from the executions that n8n has kept. */
export function executionsOf(userFolder: string, workflowId: string): Map<string, number> {
	const database = new DatabaseSync(path.join(userFolder, '.n8n', 'database.sqlite'), {
		readOnly: true,
	});
	try {
		const found = new Map<string, number>();
		const rows = database
			.prepare(
				`SELECT d.data AS data FROM execution_entity e JOIN execution_data d ON d.executionId = e.id
				WHERE e.workflowId = ? AND e.status = 'success'`,
			)
			.iterate(workflowId) as IterableIterator<{ data: string }>;
		for (const { data } of rows) {
			// The data of one execution name a message several times.
			for (const id of new Set(data.match(/wamid\.LOAD\.[\w.]+/gu))) {
				found.set(id, (found.get(id) ?? 0) + 1);
			}
		}
		return found;
	} finally {
		database.close();
	}
}

/** Memory that a process and its children hold, in megabytes. */
export function memoryOf(pid: number): number {
	const status = readFileSync(`/proc/${pid}/status`, 'utf8');
	return Number(/VmRSS:\s+(\d+) kB/u.exec(status)?.[1] ?? 0) / 1024;
}
