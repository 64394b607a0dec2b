import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

import type { Execution } from '../../host/executions';
import { executionIds, readExecution } from '../../host/executions';
import type { N8nClient } from '../../host/n8n';
import type { WorkflowFile } from '../../host/stack';
import { ROOT } from '../../host/install';
import { connect, readWorkflow } from '../../host/stack';
import { freshCustomer } from './fixtures';
import {
	LIMIT_MS,
	environment,
	eventually,
	graph,
	hubspot,
	sharedCredentialIds,
	signedInClient,
} from './harness';
import { OURS, chainOf, executeFrom } from './run';

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
	credentials = await sharedCredentialIds(client);
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

/** Presses "Execute workflow" at a start; the pinned samples stand in for what lies outside. */
const execute = ({ id }: { id: string }, start: string): Promise<Execution> =>
	executeFrom(client, id, start);

type Items = Array<Record<string, unknown>>;
/** Of every run of the node: one that several branches lead to runs once for each. */
const itemsOf = (run: Execution, node: string): Items =>
	(run.runs[node] ?? []).flat(2).map(({ json }) => json);
const outputOf = (run: Execution, node: string, output: number): Items =>
	(run.runs[node] ?? []).flatMap((outputs) => outputs[output] ?? []).map(({ json }) => json);

/** A mail without the addresses its links open: those come from what other suites left, and load nothing. */
const withoutLinks = (html: unknown): string => String(html).replaceAll(/<a href="[^"]*"/gu, '<a');

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
		expect(itemsOf(run, 'Answer the customer')).toContainEqual(
			expect.objectContaining({
				reply: expect.objectContaining({
					text: expect.stringContaining('I am a program, not a person') as unknown,
				}) as unknown,
			}),
		);
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

	it('speak with one voice at the handover and to the team, as Settings say it', async () => {
		const setting = (workflow: WorkflowFile, name: string, value: string) => {
			const { assignments } = nodeIn(workflow, 'Settings').parameters.assignments as {
				assignments: Array<{ name: string; value: unknown }>;
			};
			assignments.find((one) => one.name === `settings.${name}`)!.value = value;
		};
		const run = await succeeded('01-whatsapp-intake-ai-agent.json', 'Simulate', (workflow) => {
			setting(
				workflow,
				'handoverText',
				'Hello {name}, {agent} of Sample Tea is with you by {due}.',
			);
			setting(workflow, 'voice', 'Calm and warm.');
			delete (workflow.pinData as Record<string, unknown>)['Tell the team'];
			// What the team reads, without an account of Slack.
			Object.assign(nodeIn(workflow, 'Tell the team'), {
				type: 'n8n-nodes-base.set',
				typeVersion: 3.4,
				disabled: false,
				credentials: undefined,
				parameters: {
					assignments: {
						assignments: [
							{
								id: randomUUID(),
								name: 'text',
								type: 'string',
								value: nodeIn(workflow, 'Tell the team').parameters.text,
							},
						],
					},
				},
			});
		});
		const [handed] = itemsOf(run, 'Hand to a person');
		expect(handed).toMatchObject({
			handoff: {
				acknowledgement: {
					text: expect.stringMatching(
						/^Hello \w+ Sample, Agent \w+ of Sample Tea is with you by .+\.$/u,
					) as string,
				},
			},
		});
		for (const { text } of itemsOf(run, 'Tell the team')) {
			expect(text).toMatch(/\n_How we speak:_ Calm and warm\.$/u);
		}
		expect(itemsOf(run, 'Tell the team').length).toBeGreaterThan(0);
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
		const asked = itemsOf(run, 'Ask the next question').map(({ customer, reply }) => [
			(customer as { name: string }).name,
			/what is it about|which order|which name/iu.exec((reply as { text: string }).text)?.[0],
		]);
		const of = (name: string) => asked.filter(([who]) => who === name).map(([, what]) => what);
		const ALL = ['what is it about', 'Which order', 'which name'];
		expect(of('Robin Sample')).toEqual(ALL);
		expect(of('Kim Sample')).toEqual(ALL);
		expect(of('Alex Sample')).toEqual(['what is it about']);
		// Who says at once what it is about is not asked that.
		expect(of('Dana Sample')).toEqual(['Which order', 'which name']);
		expect(customers('Summarize for the agent')).toEqual(
			expect.arrayContaining([
				{
					name: 'Robin Sample',
					queue: 'Orders',
					collected: {
						firstWords: 'Hello',
						issue: 'The kettle has a dent',
						orderNumber: 10023,
						fullName: 'Robin Sample',
					},
				},
				{
					name: 'Kim Sample',
					queue: 'Back Office',
					collected: {
						firstWords: 'Hi',
						issue: 'I was charged twice',
						orderNumber: 10024,
						fullName: 'Kim Sample',
					},
				},
				{
					name: 'Dana Sample',
					queue: 'Orders',
					collected: {
						issue: 'I want to complain about my order',
						orderNumber: 10025,
						fullName: 'Dana Sample',
					},
				},
				// Who is angry gets a person at once, with the words that were said.
				expect.objectContaining({
					name: 'Jo Sample',
					collected: {
						firstWords: 'Hi',
						issue: 'This is outrageous, you useless idiots, I am furious!',
					},
				}),
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
		const [captured] = outputOf(evening, 'Capture or hand over', 2);
		expect(captured).toMatchObject({ conversation: { state: 'bot' } });
		// The other customer, and what was asked after the request had been captured.
		expect(
			itemsOf(evening, 'Answer the customer').map(({ customer, reply }) => [
				(customer as { name: string }).name,
				(reply as { outcome: string }).outcome,
			]),
		).toEqual([
			['Kim Sample', 'sent'],
			['Robin Sample', 'sent'],
		]);
		const morning = await execute(template, 'Every working day at 9');
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
		const at = (node: string) =>
			itemsOf(run, node)
				.map(({ customer }) => (customer as { name: string }).name)
				.sort();
		expect(at('VIP to the account manager')).toEqual(['Alex Sample', 'Jo Sample']);
		expect(at('To the back office')).toEqual(['Kim Sample']);
		expect(at('Hand to a person')).toEqual(['Dana Sample', 'Sam Sample']);
		expect(at('The bot may answer')).toEqual(['Robin Sample']);
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
		expect(withoutLinks(mail!.html)).not.toMatch(/undefined|NaN|\[object/u);
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
		expect(withoutLinks(html)).not.toMatch(/<img|<script|https?:|undefined|NaN/u);
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
					text: expect.stringMatching(
						/Sales could call you on (?:Tuesday|Wednesday), \d+ \w+, \d\d:\d\d/u,
					) as unknown,
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

	it('add to the ticket what the customer writes while a person is in charge: 11-zendesk-tickets.json', async () => {
		const template = await imported('11-zendesk-tickets.json');
		expect((await execute(template, 'Simulate')).error).toBeUndefined();
		const again = await execute(template, 'Simulate');
		expect(again.error).toBeUndefined();
		expect(outputOf(again, 'Record as if from WhatsApp', 1)).toMatchObject([
			{ customer: { name: 'Robin Sample' }, conversation: { collected: { ticket: '#1002' } } },
		]);
		expect(itemsOf(again, 'Has a ticket?')).toHaveLength(1);
		expect(itemsOf(again, 'Add to the ticket')).toHaveLength(1);
		expect(itemsOf(again, 'Open a ticket')).toEqual([]);
	});

	it('bring a failed execution before a person: 12-error-workflow.json', async () => {
		const run = await succeeded('12-error-workflow.json', 'Simulate');
		expect(itemsOf(run, 'Hand to a person')[0]).toMatchObject({
			handoff: { reason: 'A workflow failed: The model did not answer' },
		});
		expect(itemsOf(run, 'Tell the team').length).toBeGreaterThan(0);
	});

	it('try a failed execution again where a service was away, and bring it before a person when it fails once more: 12-error-workflow.json', async () => {
		let status = 503;
		let calls = 0;
		const service = createServer((request, response) => {
			request.resume();
			calls += 1;
			response.writeHead(status, { connection: 'close' }).end('{}');
			// Back again after the first call, unless it is to stay away.
			if (calls === 1) status = 200;
		});
		await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
		const { port } = service.address() as AddressInfo;
		const { rawApiKey } = await client.call<{ rawApiKey: string }>('POST', '/rest/api-keys', {
			label: `retry ${randomUUID()}`,
			expiresAt: null,
			scopes: ['execution:read', 'execution:retry'],
		});
		const key = await client.call<{ id: string }>('POST', '/rest/credentials', {
			name: `n8n ${randomUUID()}`,
			type: 'n8nApi',
			data: { apiKey: rawApiKey, baseUrl: `${environment.n8nUrl}/api/v1` },
		});
		const published = async (workflow: object) => {
			const saved = await client.call<Imported>('POST', '/rest/workflows', workflow);
			await client.call('POST', `/rest/workflows/${saved.id}/activate`, {
				versionId: saved.versionId,
			});
			return saved.id;
		};
		const { workflow } = await imported('12-error-workflow.json', (template) => {
			for (const { credentials: own } of template.nodes) if (own?.n8nApi) own.n8nApi.id = key.id;
			Object.assign(nodeIn(template, 'Wait a minute').parameters, { amount: 1, unit: 'seconds' });
			nodeIn(template, 'Tell the team').disabled = true;
		});
		const watcher = await published({ ...workflow, name: `Errors ${randomUUID()}` });
		const webhookId = randomUUID();
		const failing = await published({
			...chainOf([
				{
					name: 'Webhook',
					type: 'n8n-nodes-base.webhook',
					typeVersion: 2,
					webhookId,
					parameters: { path: webhookId, httpMethod: 'POST' },
				},
				{
					name: 'Record',
					type: `${OURS}conversation`,
					parameters: {
						operation: 'recordMessage',
						from: '={{ $json.body.from }}',
						text: 'Where is my order?',
						recordOptions: { channel: 'simulation' },
					},
				},
				{
					name: 'Ask a service',
					type: 'n8n-nodes-base.httpRequest',
					typeVersion: 4.2,
					parameters: { url: `http://127.0.0.1:${port}` },
				},
			]),
			settings: { executionOrder: 'v1', errorWorkflow: watcher },
		});
		const ended = async (id: string) => {
			const runs = await Promise.all(
				(await executionIds(client, id)).map((one) => readExecution(client, one)),
			);
			return runs.filter((run) => ['success', 'error'].includes(run.status));
		};
		const write = () =>
			fetch(`${environment.n8nUrl}/webhook/${webhookId}`, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify({ from: freshCustomer() }),
			});
		try {
			await eventually('the webhook', async () => (await write()).status !== 404);
			const again = await eventually('the second try', async () =>
				(await ended(failing)).find((run) => run.status === 'success'),
			);
			expect(itemsOf(again, 'Ask a service')).toHaveLength(1);
			// What was done before is not done again.
			expect(again.runs.Record).toHaveLength(1);
			const [retried] = await eventually('the end of the error workflow', async () => {
				const runs = await ended(watcher);
				return runs.length > 0 && runs;
			});
			expect(itemsOf(retried!, 'Try again')).toHaveLength(1);
			expect(itemsOf(retried!, 'Hand to a person')).toEqual([]);

			status = 503;
			await write();
			const handed = await eventually('a person', async () =>
				(await ended(watcher)).find((run) => itemsOf(run, 'Hand to a person').length > 0),
			);
			expect(itemsOf(handed, 'Hand to a person')[0]).toMatchObject({
				handoff: { reason: expect.stringContaining('A workflow failed') as unknown },
			});
			expect(calls).toBe(4);
		} finally {
			for (const id of [failing, watcher]) {
				await client.call('POST', `/rest/workflows/${id}/deactivate`, {});
			}
			await client.call('DELETE', `/rest/credentials/${key.id}`);
			service.closeAllConnections();
			await new Promise((resolve) => service.close(resolve));
		}
	});
});
