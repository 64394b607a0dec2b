import { randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
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
	// No zero after the country code: no German number has one there.
	const run = String(Date.now() % 1_000_000).padStart(6, '0');
	return JSON.parse(
		JSON.stringify(workflow).replaceAll(/\+1555555(\d{4})/gu, `+491${run}$1`),
	) as WorkflowFile;
}

interface Imported {
	id: string;
	versionId: string;
	name: string;
}

/** As the editor's "Import from file" does, then with credentials chosen, and with what staff then change. */
async function imported(
	file: string,
	change: (workflow: WorkflowFile) => void = () => undefined,
): Promise<Imported & { workflow: WorkflowFile }> {
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
	change(workflow);
	const saved = await client.call<Imported>('POST', '/rest/workflows', workflow);
	return { ...saved, workflow };
}

/** Paths of every field that nodes of a type have given out in the runs of this suite, without the places in lists. */
const given = new Map<string, Set<string>>();

function note(run: Execution, nodes: WorkflowFile['nodes']): void {
	for (const { name, type } of nodes) {
		const paths = given.get(type) ?? new Set<string>();
		given.set(type, paths);
		for (const { json } of (run.runs[name] ?? []).flat(2)) {
			for (const path of pathsOf(json)) paths.add(path);
		}
	}
}

function pathsOf(value: unknown, at = ''): string[] {
	if (Array.isArray(value)) return value.flatMap((one) => pathsOf(one, at));
	if (typeof value !== 'object' || value === null) return [at];
	return Object.entries(value).flatMap(([name, one]) => {
		const path = at === '' ? name : `${at}.${name}`;
		return [path, ...pathsOf(one, path)];
	});
}

/** Presses "Execute workflow" at a start; the pinned samples stand in for what lies outside. */
async function execute(
	{ id, workflow }: Imported & { workflow?: WorkflowFile },
	start: string,
): Promise<Execution> {
	const { executionId } = await client.call<{ executionId: string }>(
		'POST',
		`/rest/workflows/${id}/run`,
		{ triggerToStartFrom: { name: start } },
	);
	const ended = await eventually(`the end of the execution from ${start}`, async () => {
		const run = await readExecution(client, executionId).catch(() => undefined);
		return run && !['new', 'running', 'waiting'].includes(run.status) && run;
	});
	note(ended, workflow?.nodes ?? []);
	return ended;
}

type Items = Array<Record<string, unknown>>;
/** Of every run of the node: one that several branches lead to runs once for each. */
const itemsOf = (run: Execution, node: string): Items =>
	(run.runs[node] ?? []).flat(2).map(({ json }) => json);
const outputOf = (run: Execution, node: string, output: number): Items =>
	(run.runs[node] ?? []).flatMap((outputs) => outputs[output] ?? []).map(({ json }) => json);

async function succeeded(
	file: string,
	start: string,
	change?: (workflow: WorkflowFile) => void,
): Promise<Execution> {
	const run = await execute(await imported(file, change), start);
	expect({ status: run.status, error: run.error }).toEqual({ status: 'success', error: undefined });
	return run;
}

/** The node of that name, to be changed. */
const nodeIn = ({ nodes }: WorkflowFile, name: string) => nodes.find((one) => one.name === name)!;

/** What the report on shadow mode says once people have answered these customers themselves. */
async function compareWithPeople(answered: string[]): Promise<Items> {
	const node = (name: string, type: string, parameters: object, x: number) => ({
		id: randomUUID(),
		name,
		type,
		typeVersion: type.endsWith('.set') ? 3.4 : 1,
		position: [x, 0],
		parameters,
	});
	const ours = (type: string) => `n8n-nodes-whatsapp-handoff.${type}`;
	const chain = [
		node('Start', 'n8n-nodes-base.manualTrigger', {}, 0),
		node(
			'Whom people answered',
			'n8n-nodes-base.set',
			{ mode: 'raw', jsonOutput: JSON.stringify({ ids: answered }) },
			200,
		),
		node('One by one', 'n8n-nodes-base.splitOut', { fieldToSplitOut: 'ids' }, 400),
		node(
			'Answered by phone',
			ours('conversation'),
			{
				operation: 'logReply',
				conversationId: '={{ $json.ids }}',
				loggedText: 'I am looking into it.',
				agentId: 'agent.one@shop.example',
				agentName: 'Agent One',
			},
			600,
		),
		{
			...node(
				'Compared',
				ours('handoffReport'),
				{ operation: 'shadow', shadowAs: 'conversations' },
				800,
			),
			executeOnce: true,
		},
	];
	const connections = Object.fromEntries(
		chain
			.slice(0, -1)
			.map(({ name }, index) => [
				name,
				{ main: [[{ node: chain[index + 1]!.name, type: 'main', index: 0 }]] },
			]),
	);
	const saved = await client.call<Imported>('POST', '/rest/workflows', {
		name: `Shadow ${randomUUID()}`,
		nodes: chain,
		connections,
		settings: { executionOrder: 'v1' },
	});
	const run = await execute(saved, 'Start');
	expect(run.error).toBeUndefined();
	return itemsOf(run, 'Compared');
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

	it('know an intent for every message, with a confidence where a model answers', async () => {
		const agent = await succeeded('01-whatsapp-intake-ai-agent.json', 'Simulate');
		const said = itemsOf(agent, 'What the bot says').map(({ bot }) => bot);
		expect(said).toEqual(
			said.map(() =>
				expect.objectContaining({
					intent: expect.stringMatching(/^[a-z_]+$/u) as string,
					confidence: expect.any(Number) as number,
				}),
			),
		);
		expect(said).toHaveLength(3);
	});

	it('hand over where the model says so, with its reason', async () => {
		const run = await succeeded('01-whatsapp-intake-ai-agent.json', 'Simulate', (workflow) => {
			const pinned = (workflow.pinData as Record<string, Array<{ json: { output: object } }>>)[
				'AI Agent'
			]!;
			Object.assign(pinned[0]!.json.output, {
				handoffRequested: true,
				handoffReason: 'The list of opening hours does not cover this',
			});
		});
		expect(itemsOf(run, 'Hand to a person')).toContainEqual(
			expect.objectContaining({
				customer: expect.objectContaining({ name: 'Robin Sample' }) as unknown,
				handoff: expect.objectContaining({
					reason: expect.stringContaining(
						'The list of opening hours does not cover this',
					) as unknown,
				}) as unknown,
			}),
		);
	});

	it('hand over at a step of the flow that is made for it, and answer honestly who is asked', async () => {
		const run = await succeeded('01-whatsapp-intake-faq-bot.json', 'Simulate');
		expect(itemsOf(run, 'Human handoff')).toHaveLength(1);
		expect(itemsOf(run, 'Hand to a person')).toContainEqual(
			expect.objectContaining({
				customer: expect.objectContaining({ name: 'Dana Sample' }) as unknown,
				escalation: expect.objectContaining({ firedRule: 'bot_request' }) as unknown,
				handoff: expect.objectContaining({
					reason: expect.stringContaining('Damaged goods') as unknown,
				}) as unknown,
			}),
		);
		expect(itemsOf(run, 'Answer the customer')).toContainEqual(
			expect.objectContaining({
				customer: expect.objectContaining({ name: 'Jo Sample' }) as unknown,
				reply: expect.objectContaining({
					text: expect.stringContaining('I am a program, not a person') as unknown,
				}) as unknown,
			}),
		);
	});

	it('say in shadow mode what would be done and do none of it, and are compared with people', async () => {
		const crm = await hubspot.state();
		const phone = (await graph.messages()).length;
		const channel = `shadow-${randomUUID()}`;
		const run = await succeeded('01-whatsapp-intake-ai-agent.json', 'Simulate', (workflow) => {
			const { assignments } = nodeIn(workflow, 'Settings').parameters.assignments as {
				assignments: Array<{ name: string; value: unknown }>;
			};
			assignments.find(({ name }) => name === 'settings.shadow')!.value = true;
			// Customers of a real number: sample conversations are in no report.
			nodeIn(workflow, 'Record as if from WhatsApp').parameters.recordOptions = { channel };
		});
		expect(itemsOf(run, 'Answer the customer').map(({ reply }) => reply)).toEqual([
			expect.objectContaining({ outcome: 'planned' }),
		]);
		expect(itemsOf(run, 'Hand to a person').length).toBeGreaterThan(0);
		for (const { handoff } of itemsOf(run, 'Hand to a person')) {
			expect(handoff).toMatchObject({ planned: true });
		}
		expect(itemsOf(run, 'Contact and deal')[0]).toMatchObject({ crm: { planned: true } });
		expect(itemsOf(run, 'Tell the team')).toEqual([]);
		expect(await hubspot.state()).toEqual(crm);
		expect(await graph.messages()).toHaveLength(phone);

		const planned = itemsOf(run, 'Hand to a person').map(
			({ conversation }) => (conversation as { id: string }).id,
		);
		const compared = await compareWithPeople(planned.slice(0, 1));
		const of = (id: string) => compared.find(({ conversationId }) => conversationId === id);
		expect(of(planned[0]!)).toMatchObject({ agreement: 'both' });
		for (const id of planned.slice(1)) expect(of(id)).toMatchObject({ agreement: 'only_workflow' });
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
		expect(itemsOf(run, 'Keep the draft as a note')).toEqual([]);
	});

	it('keep back an answer that is not approved, as a note: 07-vip-and-sensitive-topics.json', async () => {
		const run = await succeeded('07-vip-and-sensitive-topics.json', 'Simulate', ({ pinData }) => {
			(pinData as Record<string, unknown>)['May this go out?'] = [
				{ json: { data: { approved: false } } },
			];
		});
		expect(itemsOf(run, 'Send the approved answer')).toEqual([]);
		expect(itemsOf(run, 'Keep the draft as a note')).toEqual([
			expect.objectContaining({
				note: expect.objectContaining({
					text: expect.stringContaining('Not approved: ') as unknown,
				}) as unknown,
			}),
		]);
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

	it('draw bars in the mail, as long as their share, with nothing to load: 08-weekly-handoff-review.json', async () => {
		const run = await succeeded(
			'08-weekly-handoff-review.json',
			'Every Monday at 8',
			(workflow) => {
				(workflow.pinData as Record<string, unknown>)['The week in figures'] = [
					{
						json: {
							conversations: 40,
							handoffs: 12,
							handoffRate: 0.3,
							breached: 1,
							missed: 2,
							reasons: [
								{ reason: 'Asked for a person', count: 8 },
								{ reason: '<b>Refund</b>', count: 4 },
							],
							byHour: [{ name: '09', handoffs: 12 }],
							byAgent: [
								{
									name: 'Agent One',
									handoffs: 6,
									firstResponse: { medianMinutes: 3, p90Minutes: 9 },
								},
							],
						},
					},
				];
			},
		);
		const html = String(itemsOf(run, 'Write the mail')[0]!.html);
		expect([...html.matchAll(/height:14px;width:(\d+)px/gu)].map(([, width]) => width)).toEqual([
			'240',
			'120',
			'240',
			'240',
		]);
		expect(html).toContain('&lt;b&gt;Refund');
		expect(html).toContain('3 min (nine of ten within 9)');
		expect(html).not.toMatch(/<img|<script|https?:|undefined|NaN/u);
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
		expect(
			itemsOf(run, 'Ask the next question').map(({ reply }) => (reply as { text: string }).text),
		).toEqual(['Gladly! What is it about?', 'Thank you. How large is your company, roughly?']);
		expect(itemsOf(run, 'Offer the slot')).toEqual([
			expect.objectContaining({
				conversation: expect.objectContaining({
					collected: expect.objectContaining({
						topic: 'Kettles for our cafes',
						companySize: '12 cafes, about 80 people',
						systems: 'A till with an online shop',
						budget: 'around 8,000 EUR',
						timeline: 'by the end of March',
						preferredTimes: 'Tuesday or Wednesday morning',
					}) as unknown,
				}) as unknown,
				reply: expect.objectContaining({
					text: expect.stringMatching(/Sales could call you on \w+, \d\d:\d\d/u) as unknown,
				}) as unknown,
			}),
		]);
		// Who has answered everything, and who asks for a person in between.
		expect(
			itemsOf(run, 'Hand to sales')
				.map(({ handoff }) => (handoff as { reason: string }).reason)
				.sort(),
		).toEqual([
			expect.stringMatching(/^Qualified: wants a call Tuesday or Wednesday morning; free is /u),
			expect.stringMatching(/asked for a person/u),
		]);
	});

	it('open a ticket with the brief, and close what was solved: 11-zendesk-tickets.json', async () => {
		const run = await succeeded('11-zendesk-tickets.json', 'Simulate');
		expect(itemsOf(run, 'Note the ticket')[0]).toMatchObject({
			conversation: { collected: { ticket: '#1002' }, tags: ['ticket'] },
		});
		expect(itemsOf(run, 'The bot may answer')).toHaveLength(1);

		// What Zendesk then tells of that conversation.
		const { id } = itemsOf(run, 'Note the ticket')[0]!.conversation as { id: string };
		const told = async (start: string) =>
			succeeded('11-zendesk-tickets.json', start, (workflow) => {
				const pinned = workflow.pinData as Record<string, Array<{ json: object }>>;
				pinned[start] = [{ json: { ...pinned[start]![0]!.json, 'ticket.external_id': id } }];
			});
		const waits = await told('A ticket waits for the customer');
		expect(itemsOf(waits, 'Let the clocks stand')).toHaveLength(1);
		const solved = await told('A ticket was solved');
		expect(itemsOf(solved, 'Close the conversation')).toEqual([
			expect.objectContaining({
				conversation: expect.objectContaining({ id, state: 'closed' }) as unknown,
			}),
		]);
	});

	it('bring a failed execution before a person: 12-error-workflow.json', async () => {
		const run = await succeeded('12-error-workflow.json', 'Simulate');
		expect(itemsOf(run, 'Hand to a person')[0]).toMatchObject({
			handoff: { reason: 'A workflow failed: The model did not answer' },
		});
		expect(itemsOf(run, 'Tell the team').length).toBeGreaterThan(0);
	});
});

describe('the example items of the documentation', () => {
	/** Nodes that the samples of the templates run through, with the page that shows what they give out. */
	it.each([
		['escalationScorer', 'escalation-scorer'],
		['handoffRouter', 'handoff-router'],
		['contextSummarizer', 'context-summarizer'],
	])('are what nodes give out: %s', (type, page) => {
		const text = readFileSync(path.join(ROOT, 'docs', 'nodes', `${page}.md`), 'utf8');
		const examples = [...text.matchAll(/^```json\n([\s\S]*?)^```/gmu)].map(
			([, json]) => JSON.parse(json!) as object,
		);
		const real = given.get(`n8n-nodes-whatsapp-handoff.${type}`) ?? new Set();
		const invented = examples
			.flatMap((example) => pathsOf(example))
			.filter((one) => !real.has(one));
		expect([...new Set(invented)]).toEqual([]);
	});
});
