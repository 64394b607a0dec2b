import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import path from 'node:path';

import type { Execution } from '../../host/executions';
import { readExecution } from '../../host/executions';
import type { N8nClient } from '../../host/n8n';
import type { WorkflowFile } from '../../host/stack';
import { ROOT } from '../../host/install';
import { connect, readWorkflow } from '../../host/stack';
import { LIMIT_MS, environment, eventually, graph, hubspot, signedInClient } from './harness';

jest.setTimeout(3 * LIMIT_MS);

/** Accounts that nobody has here: enough for n8n to publish; in a sample run these nodes are pinned. */
const ELSEWHERE: Record<string, object> = {
	slackApi: { accessToken: 'none' },
	telegramApi: { accessToken: 'none', baseUrl: 'http://127.0.0.1:1' },
	smtp: { user: '', password: '', host: '127.0.0.1', port: 1, secure: false },
	openAiApi: { apiKey: 'none', url: 'http://127.0.0.1:1/v1' },
	n8nApi: { apiKey: 'none', baseUrl: 'http://127.0.0.1:1' },
	zendeskApi: { subdomain: 'none', email: 'none@shop.example', apiToken: 'none' },
	googleCalendarOAuth2Api: { clientId: 'none', clientSecret: 'none' },
	pipedriveApi: { apiToken: 'none' },
	salesforceOAuth2Api: { clientId: 'none', clientSecret: 'none' },
	whatsAppHandoffChatwootApi: {
		baseUrl: 'http://127.0.0.1:1',
		accountId: 1,
		accessToken: 'none',
		webhookSecrets: 'none',
	},
};

let client: N8nClient;
let credentials: Record<string, string>;

beforeAll(async () => {
	client = await signedInClient();
	const saved = await client.call<Array<{ id: string; type: string }>>('GET', '/rest/credentials');
	credentials = Object.fromEntries(saved.map(({ id, type }) => [type, id]));
	for (const [type, data] of Object.entries(ELSEWHERE)) {
		const { id } = await client.call<{ id: string }>('POST', '/rest/credentials', {
			name: `${type} ${randomUUID()}`,
			type,
			data,
		});
		credentials[type] = id;
	}
});

/** The numbers of a template's sample customers, made this run's own: its conversations begin anew. */
function withFreshCustomers(workflow: WorkflowFile): WorkflowFile {
	const run = String(Date.now() % 1_000_000).padStart(6, '0');
	return JSON.parse(
		JSON.stringify(workflow).replaceAll(/\+1555555(\d{4})/gu, `+49${run}$1`),
	) as WorkflowFile;
}

interface Imported {
	id: string;
	versionId: string;
	name: string;
}

/** As the editor's "Import from file" does, then with credentials chosen. */
async function imported(file: string): Promise<Imported & { workflow: WorkflowFile }> {
	const workflow = connect(
		withFreshCustomers(readWorkflow(file)),
		credentials,
		environment.hubspotUrl,
	);
	workflow.name = `${workflow.name} ${randomUUID()}`;
	for (const { parameters } of workflow.nodes) {
		// The suites hand over more conversations than two people can hold.
		const { agent = [] } = (parameters.agents ?? {}) as { agent?: Array<{ capacity: number }> };
		for (const one of agent) one.capacity = 0;
	}
	// The template that the other suites have published holds its own addresses.
	for (const node of workflow.nodes) if (node.webhookId) node.webhookId = randomUUID();
	const saved = await client.call<Imported>('POST', '/rest/workflows', workflow);
	return { ...saved, workflow };
}

/** Presses "Execute workflow" at a start; the pinned samples stand in for what lies outside. */
async function execute({ id }: Imported, start: string): Promise<Execution> {
	const { executionId } = await client.call<{ executionId: string }>(
		'POST',
		`/rest/workflows/${id}/run`,
		{ triggerToStartFrom: { name: start } },
	);
	return await eventually(`the end of the execution from ${start}`, async () => {
		const run = await readExecution(client, executionId).catch(() => undefined);
		return run && !['new', 'running', 'waiting'].includes(run.status) && run;
	});
}

type Items = Array<Record<string, unknown>>;
const itemsOf = (run: Execution, node: string): Items =>
	(run.outputs[node] ?? []).flat().map(({ json }) => json);
const outputOf = (run: Execution, node: string, output: number): Items =>
	(run.outputs[node]?.[output] ?? []).map(({ json }) => json);

async function succeeded(file: string, start: string): Promise<Execution> {
	const run = await execute(await imported(file), start);
	expect({ status: run.status, error: run.error }).toEqual({ status: 'success', error: undefined });
	return run;
}

const FILES = readdirSync(path.join(ROOT, 'workflows')).filter((file) => file.endsWith('.json'));

describe('publishing a template', () => {
	it.each(FILES)('works with nothing but the credentials chosen: %s', async (file) => {
		const { id, versionId, workflow } = await imported(file);
		for (const node of workflow.nodes) {
			// Asks Zendesk itself to send webhooks, which needs an account.
			if (node.type === 'n8n-nodes-base.zendeskTrigger') node.disabled = true;
		}
		const saved = await client.call<Imported>('PATCH', `/rest/workflows/${id}`, {
			...workflow,
			versionId,
		});
		await client.call('POST', `/rest/workflows/${id}/activate`, { versionId: saved.versionId });
		await client.call('POST', `/rest/workflows/${id}/deactivate`, {});
	});
});

describe('the samples of a template', () => {
	afterAll(async () => {
		// Sample customers are written to nowhere.
		const phone = await graph.messages();
		expect(phone.filter(({ waId }) => waId.startsWith('49'))).toEqual([]);
		expect(await hubspot.violations()).toEqual([]);
	});

	it.each(['01-whatsapp-intake-faq-bot.json', '01-whatsapp-intake-ai-agent.json'])(
		'answer one customer and hand another over with brief and planned CRM records: %s',
		async (file) => {
			const before = await hubspot.state();
			const run = await succeeded(file, 'Simulate');
			expect(itemsOf(run, 'Answer the customer').length).toBeGreaterThan(0);
			const handed = itemsOf(run, 'Hand to a person');
			expect(handed.length).toBeGreaterThan(0);
			expect(handed[0]).toMatchObject({ handoff: { outcome: 'assigned' } });
			expect(itemsOf(run, 'Summarize for the agent')[0]).toMatchObject({
				brief: { headline: expect.stringContaining('Sample') as string },
			});
			expect(itemsOf(run, 'Contact and deal')[0]).toMatchObject({
				crm: { planned: true, writes: expect.any(Array) as unknown },
			});
			expect(await hubspot.state()).toEqual(before);
		},
	);

	it('show what would be in Chatwoot, and write nothing there: 13-whatsapp-intake-chatwoot.json', async () => {
		const run = await succeeded('13-whatsapp-intake-chatwoot.json', 'Simulate');
		expect(itemsOf(run, 'Show the bot at work')[0]).toMatchObject({
			inbox: { name: 'chatwoot', planned: true, status: 'pending' },
		});
		expect(itemsOf(run, 'Open for an agent')[0]).toMatchObject({
			inbox: { planned: true, status: 'open', note: expect.stringContaining('Sample') as string },
		});
		expect(itemsOf(run, 'Contact and deal')[0]).toMatchObject({ crm: { planned: true } });
	});

	it('make a sign-in link: 02-agent-inbox.json', async () => {
		const run = await succeeded('02-agent-inbox.json', 'Run by hand');
		expect(itemsOf(run, 'Make a sign-in link')[0]).toMatchObject({
			signIn: { link: expect.stringContaining('?link=') as string },
		});
	});

	it('ask before a person comes, and let the answers choose the team: 04-support-intake.json', async () => {
		const run = await succeeded('04-support-intake.json', 'Simulate');
		const customers = (node: string) =>
			(run.runs[node] ?? []).flat(2).map(({ json: { customer, handoff, brief } }) => ({
				name: (customer as { name: string }).name,
				queue: (handoff as { queue?: string } | undefined)?.queue,
				collected: (brief as { collected?: object } | undefined)?.collected,
			}));
		expect(customers('Ask the next question')).toMatchObject([{ name: 'Alex Sample' }]);
		expect(customers('Summarize for the agent')).toEqual(
			expect.arrayContaining([
				{
					name: 'Robin Sample',
					queue: 'Orders',
					collected: {
						issue: 'The kettle has a dent',
						orderNumber: 10023,
						fullName: 'Robin Sample',
					},
				},
				expect.objectContaining({ name: 'Kim Sample', queue: 'Back Office' }),
				// Who asks for a person is asked nothing first.
				{ name: 'Sam Sample', queue: 'Support', collected: {} },
			]),
		);
	});

	it.each(FILES.flatMap((file) => /^05-hot-lead-(\w+)\.json$/u.exec(file)?.[1] ?? []))(
		'take the hot lead to sales and leave the other: 05-hot-lead-%s.json',
		async (crm) => {
			const run = await succeeded(`05-hot-lead-${crm}.json`, 'Simulate');
			expect(itemsOf(run, 'Hand to sales')).toEqual([
				expect.objectContaining({
					handoff: expect.objectContaining({ queue: 'Sales', priority: 'high' }) as unknown,
				}),
			]);
			expect(itemsOf(run, 'Deal with owner, note and task')[0]).toMatchObject({
				crm: { planned: true, writes: expect.any(Array) as unknown },
			});
			expect(itemsOf(run, 'Not hot')).toHaveLength(1);
		},
	);

	it('capture in the evening and hand on in the morning: 06-off-hours-follow-up.json', async () => {
		const template = await imported('06-off-hours-follow-up.json');
		const evening = await execute(template, 'Simulate');
		expect(evening.error).toBeUndefined();
		expect(outputOf(evening, 'Capture or hand over', 2)).toHaveLength(1);
		expect(itemsOf(evening, 'Answer the customer')).toHaveLength(1);
		const [captured] = outputOf(evening, 'Capture or hand over', 2);
		const morning = await execute(template, 'Every working day at 8:55');
		expect(morning.error).toBeUndefined();
		expect(
			itemsOf(morning, 'Hand on in the morning').map(
				({ conversation }) => (conversation as { id: string }).id,
			),
		).toContain((captured!.conversation as { id: string }).id);
		expect(itemsOf(morning, 'Good morning').length).toBeGreaterThan(0);
	});

	it('take the VIP past the bot and a sensitive topic to an approval: 07-vip-and-sensitive-topics.json', async () => {
		const run = await succeeded('07-vip-and-sensitive-topics.json', 'Simulate');
		expect(itemsOf(run, 'VIP to the account manager')).toHaveLength(1);
		expect(itemsOf(run, 'To the back office')).toHaveLength(1);
		expect(itemsOf(run, 'The bot may answer')).toHaveLength(1);
		expect(outputOf(run, 'Send the approved answer', 0)).toHaveLength(1);
	});

	it('write one mail with the figures: 08-weekly-handoff-review.json', async () => {
		const run = await succeeded('08-weekly-handoff-review.json', 'Every Monday at 8');
		const [mail] = itemsOf(run, 'Write the mail');
		expect(mail).toMatchObject({
			subject: expect.stringMatching(/^Handoffs of the week: \d+ of \d+ conversations/u) as string,
			html: expect.stringContaining('<h3>Why</h3>') as string,
		});
		expect(String(mail!.html)).not.toMatch(/undefined|NaN|\[object/u);
	});

	it('keep ratings, thank, and send the unhappy to the team lead: 09-satisfaction-survey.json', async () => {
		const template = await imported('09-satisfaction-survey.json');
		const run = await execute(template, 'Simulate');
		expect(run.error).toBeUndefined();
		expect(
			itemsOf(run, 'Keep the rating').map(
				({ conversation }) =>
					(conversation as { collected: { satisfaction: number } }).collected.satisfaction,
			),
		).toEqual([5, 2]);
		expect(itemsOf(run, 'Say thank you')).toHaveLength(2);
		expect(itemsOf(run, 'Hand to the team lead')).toHaveLength(1);
		expect((await execute(template, 'Every hour')).error).toBeUndefined();
	});

	it('ask question by question, then offer a slot: 10-lead-qualification.json', async () => {
		const run = await succeeded('10-lead-qualification.json', 'Simulate');
		expect(itemsOf(run, 'Hand to sales').length).toBeGreaterThan(0);
		expect(itemsOf(run, 'Ask the next question').length).toBeGreaterThan(0);
	});

	it('open a ticket with the brief, and close what was solved: 11-zendesk-tickets.json', async () => {
		const run = await succeeded('11-zendesk-tickets.json', 'Simulate');
		expect(itemsOf(run, 'Note the ticket')[0]).toMatchObject({
			conversation: { collected: { ticket: '#1002' }, tags: ['ticket'] },
		});
		expect(itemsOf(run, 'The bot may answer')).toHaveLength(1);
	});

	it('bring a failed execution before a person: 12-error-workflow.json', async () => {
		const run = await succeeded('12-error-workflow.json', 'Simulate');
		expect(itemsOf(run, 'Hand to a person')[0]).toMatchObject({
			handoff: { reason: 'A workflow failed: The model did not answer' },
		});
		expect(itemsOf(run, 'Tell the team').length).toBeGreaterThan(0);
	});
});
