import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import type { Execution } from '../../host/executions';
import { waitForExecution } from '../../host/executions';
import { ROOT } from '../../host/install';
import type { N8nClient } from '../../host/n8n';
import { webhookIsLive } from '../../host/stack';
import type { ChatwootStandIn } from '../../sandbox/chatwoot';
import { startChatwootStandIn } from '../../sandbox/chatwoot';
import type { Graph } from '../../sandbox/graph';
import { startGraphStandIn } from '../../sandbox/graph';
import type { Hubspot } from '../../sandbox/hubspot';
import { startHubspotStandIn } from '../../sandbox/hubspot';
import { Agent } from './agent';
import { LIMIT_MS, environment, signedInClient } from './harness';
import type { NodeToRun } from './run';
import { OURS, chainOf, executeFrom, runByHand } from './run';

jest.setTimeout(3 * LIMIT_MS);

/*
 * The example items of the nodes' pages are what those nodes give out: the situation that a page shows is played in a real n8n, on a
 * store and services of its own, and the page's example is compared with it, word by word.
 */

const WHATSAPP = {
	accessToken: 'token',
	phoneNumberId: '106540352242999',
	businessAccountId: '102290129340999',
	appId: '670843887433847',
	appSecret: 'secret of the docs',
	verifyToken: 'verify',
	apiVersion: 'v23.0',
};
const INBOX_SECRET = 'a-signing-secret-of-no-value-elsewhere-at-all';
const KIM = { from: '15555550112', name: 'Kim Sample' };
const ROBIN = { from: '15555550111', name: 'Robin Sample' };
const ALEX = { from: '15555550101', name: 'Alex Sample' };

/** JSON examples of a node's page, in their order. */
function examplesOf(page: string): object[] {
	const text = readFileSync(path.join(ROOT, 'docs', 'nodes', `${page}.md`), 'utf8');
	return [...text.matchAll(/^```json\n([\s\S]*?)^```/gmu)].map(
		([, json]) => JSON.parse(json!) as object,
	);
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/u;
/** How long something took, which every run has its own, and what a sign counts, which follows the tuning of the scorer. */
const MEASURED = /(?:Minutes|\.points)$/u;

/** Stand-ins have addresses of their own. */
const vendors = (text: string) =>
	text
		.replace('https://app.hubspot.example', 'https://app.hubspot.com')
		.replace(chatwoot.url, 'https://app.chatwoot.com');

/** Where what a page shows is not what came out. An ellipsis stands for anything; a time for any time. */
function differences(shown: unknown, real: unknown, at = ''): string[] {
	if (Array.isArray(shown)) {
		if (!Array.isArray(real)) return [`${at}: shown as a list, is ${JSON.stringify(real)}`];
		return shown.flatMap((one, index) => differences(one, real[index], `${at}[${index}]`));
	}
	if (typeof shown === 'object' && shown !== null) {
		return Object.entries(shown).flatMap(([name, one]) =>
			differences(one, (real as Record<string, unknown> | undefined)?.[name], `${at}.${name}`),
		);
	}
	const same = () => {
		if (typeof shown !== typeof real) return false;
		if (typeof shown === 'number') return MEASURED.test(at) || shown === real;
		if (typeof shown !== 'string') return shown === real;
		if (TIME.test(shown)) return TIME.test(real as string);
		// An id is shown by its beginning.
		const parts = shown
			.replaceAll(/\b[0-9a-f]{4}…/gu, '…')
			.split('…')
			.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\/]/gu, '\\$&'));
		return new RegExp(`^${parts.join('[^]*')}$`, 'u').test(vendors(real as string));
	};
	return same() ? [] : [`${at}: shown ${JSON.stringify(shown)}, is ${JSON.stringify(real)}`];
}

let client: N8nClient;
let graph: Graph;
let hubspot: Hubspot;
let chatwoot: ChatwootStandIn;
let credentials: Record<'whatsApp' | 'store' | 'hubspot' | 'inbox' | 'chatwoot', string>;
const published: string[] = [];

/** Everything works on a store of this suite's own. */
const onStore = (node: NodeToRun): NodeToRun => ({
	...node,
	type: `${OURS}${node.type}`,
	credentials: { whatsAppHandoffStoreApi: credentials.store, ...node.credentials },
});

async function publish(nodes: NodeToRun[]): Promise<string> {
	const saved = await client.call<{ id: string; versionId: string }>(
		'POST',
		'/rest/workflows',
		chainOf(nodes),
	);
	await client.call('POST', `/rest/workflows/${saved.id}/activate`, {
		versionId: saved.versionId,
	});
	published.push(saved.id);
	return saved.id;
}

beforeAll(async () => {
	client = await signedInClient();
	graph = await startGraphStandIn(WHATSAPP);
	hubspot = await startHubspotStandIn({ accessToken: 'hubspot', searchLagMs: 0 });
	chatwoot = await startChatwootStandIn({ agentToken: 'agent', botToken: 'bot' });
	const create = async (type: string, data: object) =>
		(
			await client.call<{ id: string }>('POST', '/rest/credentials', {
				name: `${type} ${randomUUID()}`,
				type,
				data,
			})
		).id;
	credentials = {
		whatsApp: await create('whatsAppHandoffApi', { ...WHATSAPP, baseUrl: graph.url }),
		store: await create('whatsAppHandoffStoreApi', {
			storage: 'sqlite',
			namespace: `docs-${randomUUID()}`,
		}),
		hubspot: await create('hubspotAppToken', { appToken: 'hubspot' }),
		inbox: await create('whatsAppHandoffInboxApi', { signingSecret: INBOX_SECRET }),
		chatwoot: await create('whatsAppHandoffChatwootApi', {
			baseUrl: chatwoot.url,
			accountId: chatwoot.accountId,
			accessToken: 'agent',
			botToken: 'bot',
			webhookSecrets: 'secret',
		}),
	};
});
afterAll(async () => {
	for (const id of published) await client.call('POST', `/rest/workflows/${id}/deactivate`, {});
	for (const id of Object.values(credentials))
		await client.call('DELETE', `/rest/credentials/${id}`);
	expect(graph.violations).toEqual([]);
	expect(hubspot.violations).toEqual([]);
	expect(chatwoot.violations).toEqual([]);
	await Promise.all([graph.close(), hubspot.close(), chatwoot.close()]);
});

type Item = Record<string, unknown>;

/** The first item that a node gave out on any of its outputs. */
function itemOf(run: Execution, node: string): Item {
	expect({ error: run.error, description: run.errorDescription }).toEqual({});
	const item = (run.outputs[node] ?? []).flat()[0]?.json;
	if (!item) throw new Error(`${node} gave out nothing`);
	return item;
}

const idOf = (item: Item) => (item.conversation as { id: string }).id;

/** What the pages show, by page: one item for each example. */
const real: Record<string, Item[]> = {};

async function playIntake(): Promise<{ kim: Item; robin: Item; intakeUrl: string }> {
	const webhookId = randomUUID();
	const intake = await publish([
		onStore({
			name: 'WhatsApp Trigger',
			type: 'whatsAppTrigger',
			webhookId,
			parameters: { options: { quietPeriod: 0 } },
			credentials: { whatsAppHandoffApi: credentials.whatsApp },
		}),
		onStore({ name: 'Escalation Scorer', type: 'escalationScorer' }),
	]);
	const intakeUrl = `${environment.n8nUrl}/webhook/${webhookId}/whatsapp`;
	await webhookIsLive(intakeUrl);
	graph.setWebhook(intakeUrl);
	const says = async (who: typeof KIM, text: string): Promise<Execution> => {
		const { messageId } = await graph.customerSays({ ...who, text });
		return waitForExecution(
			client,
			intake,
			({ outputs }) =>
				(outputs['WhatsApp Trigger'] ?? [])
					.flat()
					.some(({ json }) => (json.message as { id?: string } | undefined)?.id === messageId),
			LIMIT_MS,
		);
	};
	const asked = await says(ROBIN, 'Where is my order?');
	real['whatsapp-trigger'] = [itemOf(asked, 'WhatsApp Trigger')];
	await says(KIM, 'My order 10023 never came.');
	const wanted = await says(KIM, 'I want to talk to a real person!');
	real['escalation-scorer'] = [itemOf(wanted, 'Escalation Scorer')];
	return {
		kim: itemOf(wanted, 'Escalation Scorer'),
		robin: itemOf(asked, 'WhatsApp Trigger'),
		intakeUrl,
	};
}

async function playHandoff(kim: Item): Promise<void> {
	const agent = (name: string, email: string) => ({ name, email, capacity: 5 });
	const run = await runByHand(
		client,
		[kim],
		[
			onStore({
				name: 'Handoff Router',
				type: 'handoffRouter',
				parameters: {
					agents: {
						agent: [
							agent('Agent One', 'agent.one@shop.example'),
							agent('Agent Two', 'agent.two@shop.example'),
						],
					},
				},
				credentials: { whatsAppHandoffApi: credentials.whatsApp },
			}),
			onStore({ name: 'Context Summarizer', type: 'contextSummarizer' }),
			onStore({
				name: 'CRM Upsert',
				type: 'crmUpsert',
				parameters: { options: { baseUrl: hubspot.url } },
				credentials: { hubspotAppToken: credentials.hubspot },
			}),
		],
	);
	real['handoff-router'] = [itemOf(run, 'Handoff Router')];
	real['context-summarizer'] = [itemOf(run, 'Context Summarizer')];
	real['crm-upsert'] = [itemOf(run, 'CRM Upsert')];

	const shown = await runByHand(
		client,
		[{ conversation: { id: idOf(kim) } }],
		[
			onStore({
				name: 'Inbox Sync',
				type: 'inboxSync',
				credentials: { whatsAppHandoffChatwootApi: credentials.chatwoot },
			}),
			onStore({ name: 'SLA Clock', type: 'slaClock', parameters: { operation: 'pause' } }),
		],
	);
	real['inbox-sync'] = [itemOf(shown, 'Inbox Sync')];
	real['sla-clock'] = [itemOf(shown, 'SLA Clock')];
}

async function playInbox(kim: Item): Promise<void> {
	const webhookId = randomUUID();
	const workflowId = await publish([
		onStore({
			name: 'Handoff Inbox',
			type: 'handoffInbox',
			webhookId,
			credentials: { whatsAppHandoffInboxApi: credentials.inbox },
		}),
	]);
	const inboxUrl = `${environment.n8nUrl}/webhook/${webhookId}/inbox`;
	await webhookIsLive(inboxUrl);
	const agent = new Agent('agent.one@shop.example', 'agent', inboxUrl, 'Agent One', INBOX_SECRET);
	expect(await agent.open(agent.link())).toBeLessThan(400);
	const answer = await agent.act('reply', idOf(kim), { text: 'Your parcel is on its way.' });
	expect(answer).toMatchObject({ status: 200 });
	const run = await waitForExecution(
		client,
		workflowId,
		({ outputs }) => (outputs['Handoff Inbox'] ?? []).flat().some(({ json }) => 'reply' in json),
		LIMIT_MS,
	);
	real['handoff-inbox'] = [itemOf(run, 'Handoff Inbox')];
	const sent = await runByHand(client, real['handoff-inbox'], [
		onStore({
			name: 'Reply',
			type: 'conversation',
			parameters: { author: 'agent', content: 'inbox' },
			credentials: { whatsAppHandoffApi: credentials.whatsApp },
		}),
	]);
	expect(sent.outputs.Reply![0]).toHaveLength(1);
}

async function playConversation(robin: Item, intakeUrl: string): Promise<void> {
	const listed = await runByHand(
		client,
		[{ conversation: { id: idOf(robin) } }],
		[
			onStore({
				name: 'Set Details',
				type: 'conversation',
				parameters: { operation: 'setDetails', addTags: 'wholesale' },
			}),
			onStore({
				name: 'Take Over',
				type: 'conversation',
				parameters: { operation: 'takeOver', takeOverQueue: 'Support' },
			}),
			onStore({
				name: 'Get Many',
				type: 'conversation',
				parameters: { operation: 'list', filters: { tag: 'wholesale' } },
			}),
		],
	);
	const forged = JSON.stringify({ object: 'whatsapp_business_account', entry: [] });
	for (let time = 0; time < 2; time++) {
		const { status } = await fetch(intakeUrl, {
			method: 'POST',
			headers: {
				'content-type': 'application/json',
				connection: 'close',
				'x-hub-signature-256': `sha256=${createHmac('sha256', 'another').update(forged).digest('hex')}`,
			},
			body: forged,
		});
		expect(status).toBe(401);
	}
	graph.setup({ subscribed: false });
	const diagnosed = await runByHand(
		client,
		[{}],
		[
			onStore({
				name: 'Why Is Nothing Arriving?',
				type: 'conversation',
				parameters: { operation: 'diagnose' },
				credentials: { whatsAppHandoffApi: credentials.whatsApp },
			}),
		],
	);
	graph.setup({ subscribed: true });
	real.conversation = [
		itemOf(listed, 'Get Many'),
		await sentByGateway(),
		itemOf(diagnosed, 'Why Is Nothing Arriving?'),
	];
}

/** A reply that a branch of the workflow has sent through another gateway. */
async function sentByGateway(): Promise<Item> {
	const run = await runByHand(
		client,
		[{ from: '+16505551234', text: 'Are you open today?' }],
		[
			onStore({
				name: 'Record',
				type: 'conversation',
				parameters: { operation: 'recordMessage', recordOptions: { channel: 'waha:default' } },
			}),
			onStore({ name: 'Reply', type: 'conversation', parameters: { text: 'Yes, until five.' } }),
			onStore({
				name: 'Record as Sent',
				type: 'conversation',
				parameters: {
					operation: 'recordSent',
					gatewayMessageId: 'true_16505551234@c.us_3EB0C767D26A1B5F0009',
				},
			}),
		],
	);
	return itemOf(run, 'Record as Sent');
}

async function playReport(): Promise<void> {
	const { messageId } = await graph.customerSays({ ...ALEX, text: 'Do you ship to Norway?' });
	const asked = await waitForExecution(
		client,
		published[0]!,
		({ outputs }) => JSON.stringify(outputs['WhatsApp Trigger'] ?? []).includes(messageId),
		LIMIT_MS,
	);
	const run = await runByHand(
		client,
		[
			{
				...itemOf(asked, 'WhatsApp Trigger'),
				bot: { reply: 'We are open from 9 to 17.', confidence: 0.15, intent: 'opening_hours' },
			},
		],
		[
			onStore({
				name: 'Reply',
				type: 'conversation',
				credentials: { whatsAppHandoffApi: credentials.whatsApp },
			}),
			onStore({ name: 'Metrics', type: 'handoffReport', executeOnce: true }),
			onStore({
				name: 'Unsure',
				type: 'handoffReport',
				parameters: { operation: 'unsure', unsureOptions: { silentAfterMinutes: 0 } },
				executeOnce: true,
			}),
		],
	);
	real['handoff-report'] = [itemOf(run, 'Metrics'), itemOf(run, 'Unsure')];
}

async function playWatchdog(): Promise<void> {
	const { id } = await client.call<{ id: string }>(
		'POST',
		'/rest/workflows',
		chainOf([onStore({ name: 'SLA Watchdog', type: 'slaWatchdog' })]),
	);
	real['sla-watchdog'] = [itemOf(await executeFrom(client, id, 'SLA Watchdog'), 'SLA Watchdog')];
}

describe('the example items of the documentation', () => {
	beforeAll(async () => {
		const { kim, robin, intakeUrl } = await playIntake();
		await playHandoff(kim);
		await playInbox(kim);
		await playConversation(robin, intakeUrl);
		await playReport();
		await playWatchdog();
	});

	it.each([
		'whatsapp-trigger',
		'escalation-scorer',
		'handoff-router',
		'context-summarizer',
		'crm-upsert',
		'conversation',
		'handoff-inbox',
		'inbox-sync',
		'sla-clock',
		'sla-watchdog',
		'handoff-report',
	])('are what the node gives out: %s', (page) => {
		const shown = examplesOf(page);
		expect(shown.length).toBe(real[page]!.length);
		expect(shown.flatMap((one, index) => differences(one, real[page]![index]))).toEqual([]);
	});
});
