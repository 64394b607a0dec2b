import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { openStore } from '../../adapters/store/open';
import type { Execution } from '../../host/executions';
import { executionIds, waitForExecution } from '../../host/executions';
import { executionsOf, makeLoad, memoryOf, postLoad, publishTriggerAlone } from '../../host/load';
import type { N8nClient } from '../../host/n8n';
import { webhookIsLive } from '../../host/stack';
import { HOSTILE } from '../unit/nodes/hostileBodies';
import { freshCustomer } from './fixtures';
import { LIMIT_MS, environment, eventually, sharedCredentials, signedInClient } from './harness';
import { webhookWorkflow } from './webhookWorkflow';

jest.setTimeout(4 * LIMIT_MS);

/** A small brother of bench/intake.ts, which posts 10,000. */
const WEBHOOKS = 200;
/** What n8n may hold more after all hostile bodies than before: its own caches and garbage that is yet to be collected. */
const MEMORY_LIMIT_MB = 400;

const signed = (body: string | Buffer) =>
	`sha256=${createHmac('sha256', environment.appSecret).update(body).digest('hex')}`;

const post = async (url: string, body: string | Buffer) => {
	const response = await fetch(url, {
		method: 'POST',
		headers: { 'content-type': 'application/json', 'x-hub-signature-256': signed(body) },
		body: new Uint8Array(Buffer.from(body as string)),
	});
	return { status: response.status, text: await response.text() };
};

const text = (from: string, id: string, words: string) =>
	JSON.stringify({
		object: 'whatsapp_business_account',
		entry: [
			{
				id: '102290129340398',
				changes: [
					{
						field: 'messages',
						value: {
							metadata: { phone_number_id: environment.phoneNumberId },
							contacts: [{ profile: { name: 'Robin Sample' }, wa_id: from }],
							messages: [
								{
									from,
									id,
									timestamp: String(Math.floor(Date.now() / 1000)),
									type: 'text',
									text: { body: words },
								},
							],
						},
					},
				],
			},
		],
	});

let client: N8nClient;
let whatsApp: string;

beforeAll(async () => {
	client = await signedInClient();
	whatsApp = (await sharedCredentials(client)).whatsAppHandoffApi.id;
});

const trigger = async (parameters: object = {}) => {
	const namespace = `deliveries-${randomUUID()}`;
	const published = await publishTriggerAlone(client, whatsApp, { namespace, parameters });
	await webhookIsLive(published.url);
	return { ...published, namespace };
};

const messageOf = (execution: Execution) =>
	execution.outputs['WhatsApp Trigger']?.flat()[0]?.json.message as
		{ id: string; text: string; joined?: string[] } | undefined;

describe('deliveries at a real n8n', () => {
	it('shuffled, with 30 % repeated, over 8 connections: every message once, threads in order, no 5xx', async () => {
		const { id, url, namespace } = await trigger();
		const load = makeLoad({
			count: WEBHOOKS,
			repeated: 0.3,
			customers: 40,
			phoneNumberId: environment.phoneNumberId,
		});
		const { statuses } = await postLoad(url, environment.appSecret, load.bodies, 8);
		expect(statuses).toEqual({ 200: WEBHOOKS });

		const wanted = [...load.threads.values()].flat().sort();
		const found = await eventually('an execution for each message', async () => {
			const now = executionsOf(environment.folder, id);
			return Promise.resolve(now.size >= wanted.length && now);
		});
		expect([...found.keys()].sort()).toEqual(wanted);
		expect(new Set(found.values())).toEqual(new Set([1]));

		const store = await openStore({
			file: path.join(environment.folder, '.n8n', 'whatsapp-handoff.sqlite'),
			namespace,
		});
		for (const [waId, thread] of load.threads) {
			const conversation = await store.findConversation(environment.phoneNumberId, {
				keys: [{ kind: 'wa_id', value: waId }],
			});
			expect(conversation?.counters.customerTurns).toBe(thread.length);
			const history = await store.history(conversation!.id, { limit: 100 });
			expect(history.map((message) => message.id)).toEqual(thread);
		}
		await store.close();
	});

	it('that are hostile get 2xx or 4xx, take no memory away for good, and leave n8n at work', async () => {
		const { id, url } = await trigger();
		const before = memoryOf(environment.n8nPid);
		const bodies = [
			...HOSTILE,
			// n8n itself takes no more than 16 MB; Meta's deliveries have 3 MB at most.
			['15 MB of text', text('16505551234', 'wamid.big', 'x'.repeat(15_000_000))] as const,
		];
		for (const [what, body] of bodies) {
			const { status } = await post(url, body);
			expect([what, status >= 200 && status < 500]).toEqual([what, true]);
		}
		const messageId = `wamid.${randomUUID()}`;
		expect((await post(url, text(freshCustomer(), messageId, 'Hello'))).status).toBe(200);
		await waitForExecution(client, id, (one) => messageOf(one)?.id === messageId, LIMIT_MS);
		expect(memoryOf(environment.n8nPid) - before).toBeLessThan(MEMORY_LIMIT_MB);
	});

	it('of one customer in a row come out as one item where a quiet period is set, each acknowledged at once', async () => {
		const { id, url } = await trigger({ options: { quietPeriod: 3 } });
		const from = freshCustomer();
		const begin = performance.now();
		for (const [i, words] of ['Hello', 'I ordered shoes', 'Where are they?'].entries()) {
			expect((await post(url, text(from, `wamid.${from}.${i}`, words))).status).toBe(200);
		}
		// Three answers took less than the wait for one of them.
		expect(performance.now() - begin).toBeLessThan(3000);
		const execution = await waitForExecution(
			client,
			id,
			(one) => messageOf(one)?.id === `wamid.${from}.2`,
			LIMIT_MS,
		);
		expect(messageOf(execution)).toMatchObject({
			text: 'Hello\nI ordered shoes\nWhere are they?',
			joined: [0, 1, 2].map((i) => `wamid.${from}.${i}`),
		});
		expect(await executionIds(client, id)).toHaveLength(1);
	});
});

describe('Conversation in a real n8n', () => {
	/** A webhook, the Conversation node, and a node behind each of its outputs. */
	const workflowWith = (parameters: object, outputs: string[]) =>
		webhookWorkflow(client, [
			{
				name: 'Conversation',
				type: 'n8n-nodes-whatsapp-handoff.conversation',
				parameters,
				credentials: { whatsAppHandoffApi: { id: whatsApp, name: 'WhatsApp' } },
				then: outputs.map((name) => [name]),
			},
			...outputs.map((name) => ({ name, type: 'n8n-nodes-base.noOp' })),
		]);

	it('takes in what WAHA posts, once, on the outputs of the trigger', async () => {
		const run = await workflowWith({ operation: 'recordMessage', format: 'waha' }, [
			'Bot',
			'Human',
			'Status',
		]);
		const customer = freshCustomer();
		const sample = (name: string) =>
			JSON.parse(
				readFileSync(
					path.join(__dirname, '..', 'fixtures', 'gateways', 'waha', `${name}.json`),
					'utf8',
				)
					.replaceAll('16505551234', customer)
					.replaceAll('3EB0C767D26A1B5F', randomUUID().slice(0, 8)),
			) as object;
		const written = sample('text');
		const first = await run(written);
		expect(first.outputs.Bot?.[0]?.[0]?.json).toMatchObject({
			customer: { name: 'Robin Sample', waId: customer },
			message: { text: 'Where is my order?' },
			conversation: { state: 'bot', channelId: 'gateway:waha:default' },
		});
		const again = await run(written);
		expect([again.error, again.outputs.Bot, again.outputs.Human]).toEqual([
			undefined,
			undefined,
			undefined,
		]);
		const phone = await run(sample('from_phone'));
		expect(phone.outputs.Human?.[0]?.[0]?.json).toMatchObject({ conversation: { state: 'human' } });
		expect(phone.outputs.Bot).toBeUndefined();
		const status = await run(sample('ack_read'));
		expect(status.outputs.Status?.[0]?.[0]?.json).toMatchObject({ status: { status: 'read' } });
	});

	it('says why nothing is arriving, and that nothing is wrong when it does', async () => {
		const run = await workflowWith({ operation: 'diagnose' }, ['Then']);
		const found = async () =>
			(await run({})).outputs.Then?.[0]?.[0]?.json.diagnosis as {
				ok: boolean;
				broken?: string;
				links: Array<{ link: string; state: string; found: string }>;
			};
		const good = await found();
		expect(good.links.filter(({ state }) => state === 'broken')).toEqual([]);
		expect(good.ok).toBe(true);
		const setup = (changes: object) =>
			fetch(`${environment.graphUrl}/_control/setup`, {
				method: 'POST',
				body: JSON.stringify(changes),
			});
		await setup({ subscribed: false });
		expect(await found()).toMatchObject({ ok: false, broken: 'subscription' });
		await setup({ subscribed: true });
	});
});
