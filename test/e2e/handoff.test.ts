import { randomUUID } from 'node:crypto';

import type { N8nClient } from '../../host/n8n';
import { waitForExecution } from '../../host/executions';
import { Agent } from './agent';
import { freshCustomer } from './fixtures';
import {
	LIMIT_MS,
	environment,
	eventually,
	executionOf,
	graph,
	hubspot,
	itemOf,
	sharedCredentials,
	signedInClient,
} from './harness';

jest.setTimeout(2 * LIMIT_MS);

interface Handoff {
	outcome: string;
	owner: { name: string };
	dueAt: string;
	acknowledgement: { sent: boolean; text: string; message?: string; advice?: string };
}

interface Record {
	id: string;
	properties: { [name: string]: string | null };
}

/** A workflow of its own, whose answer to a conversation comes whenever the test calls it. */
async function slowBot(client: N8nClient) {
	const { whatsAppHandoffApi } = await sharedCredentials(client);
	const path = `slow-bot-${freshCustomer()}`;
	const saved = await client.call<{ id: string; versionId: string }>('POST', '/rest/workflows', {
		name: path,
		nodes: [
			{
				id: randomUUID(),
				name: 'Bot',
				type: 'n8n-nodes-base.webhook',
				typeVersion: 2,
				position: [0, 0],
				webhookId: randomUUID(),
				parameters: { path, httpMethod: 'POST', responseMode: 'onReceived' },
			},
			{
				id: randomUUID(),
				name: 'Answer',
				type: 'n8n-nodes-whatsapp-handoff.conversation',
				typeVersion: 1,
				position: [200, 0],
				parameters: {
					operation: 'reply',
					conversationId: '={{ $json.body.conversationId }}',
					text: '={{ $json.body.text }}',
				},
				credentials: { whatsAppHandoffApi },
			},
		],
		connections: { Bot: { main: [[{ node: 'Answer', type: 'main', index: 0 }]] } },
		settings: { executionOrder: 'v1' },
		active: false,
	});
	await client.call('POST', `/rest/workflows/${saved.id}/activate`, { versionId: saved.versionId });
	const post = (conversationId: string, text: string) =>
		fetch(`${environment.n8nUrl}/webhook/${path}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ conversationId, text }),
		});
	return {
		workflowId: saved.id,
		/** n8n answers a publish before its webhooks are live: a call that finds none has started nothing. */
		answer: (conversationId: string, text: string) =>
			eventually('the webhook of the slow bot', async () => {
				const response = await post(conversationId, text);
				return response.status !== 404 && response;
			}),
	};
}

describe('handoff in a real n8n', () => {
	let client: N8nClient;
	beforeAll(async () => {
		client = await signedInClient();
	});

	const say = async (from: string, text: string) => {
		const { messageId, status } = await graph.customerSays({ from, name: 'Robin Sample', text });
		expect(status).toBe(200);
		return executionOf(client, messageId);
	};
	const onPhone = async (from: string) =>
		(await graph.messages()).filter(({ waId, direction }) => waId === from && direction === 'out');
	const withPhone = (records: object[], from: string) =>
		(records as Record[]).filter(({ properties }) => properties.phone?.endsWith(from.slice(-10)));

	it('tells the customer in the very run that their words started, before all other work, by as short a way as a plain answer', async () => {
		const from = freshCustomer();
		const plain = await say(from, 'When are you open?');
		const [answer] = await onPhone(from);
		const handoff = await say(from, 'I want to talk to a real person');
		const told = (await onPhone(from)).find(({ text }) => text.includes('is taking over here'))!;

		// Nothing waits, polls or runs in another execution between the words and the transfer.
		const before = ({ begun }: typeof handoff, node: string) =>
			Object.keys(begun).filter((name) => name !== node && begun[name]! <= begun[node]!).length;
		expect(before(handoff, 'Hand to a person')).toBe(before(plain, 'Answer the customer'));
		// The phone shows it while brief and CRM are still to be written.
		for (const node of ['Summarize for the agent', 'Contact and deal']) {
			expect(Date.parse(told.at)).toBeLessThanOrEqual(handoff.begun[node]!);
		}
		// As quick as any answer of the bot, give or take what the machine does beside it.
		const milliseconds = ({ begun }: typeof handoff, { at }: { at: string }) =>
			Date.parse(at) - begun['WhatsApp Trigger']!;
		const usual = Math.max(milliseconds(plain, answer!), 100);
		expect(milliseconds(handoff, told)).toBeLessThan(10 * usual);
	});

	it('takes a customer who asks for a person to an agent, with owner, brief, CRM records and a promise', async () => {
		const from = freshCustomer();
		await say(from, 'Hello, it is about order 4711');
		const run = await say(from, 'I want to talk to a real person');

		const handoff = itemOf(run, 'Hand to a person')!.handoff as Handoff;
		expect(handoff).toMatchObject({ outcome: 'assigned', acknowledgement: { sent: true } });
		expect(handoff.owner.name).toMatch(/^Agent (One|Two)$/u);
		const told = (await onPhone(from)).filter(({ text }) => text.includes('is taking over here'));
		expect(told).toHaveLength(1);
		expect(told[0]!.text).toBe(handoff.acknowledgement.text);
		expect(Date.parse(handoff.dueAt)).toBeGreaterThan(Date.now());

		const brief = itemOf(run, 'Summarize for the agent')!.brief as { headline: string };
		expect(brief.headline).toContain('4711');

		const crm = itemOf(run, 'Contact and deal')!.crm as {
			contact: { id: string; created: boolean };
			deal: { id: string; stageName: string };
			note: { id: string };
		};
		expect(crm).toMatchObject({
			contact: { created: true },
			deal: { stageName: 'Appointment Scheduled' },
		});
		const state = await hubspot.state();
		expect(withPhone(state.contacts, from).map(({ id }) => id)).toEqual([crm.contact.id]);
		const note = (state.notes as Record[]).find(({ id }) => id === crm.note.id)!;
		expect(note.properties.hs_note_body).toContain('4711');
		expect(await graph.violations()).toEqual([]);
		expect(await hubspot.violations()).toEqual([]);
	});

	it('makes one contact, one deal and one note, however often the customer writes afterwards', async () => {
		const from = freshCustomer();
		const run = await say(from, 'I want to talk to a real person');
		await say(from, 'Hello, are you there? I want a person!');
		const { contact, deal, note } = itemOf(run, 'Contact and deal')!.crm as {
			[record: string]: { id: string };
		};
		const { contacts, associations } = await hubspot.state();
		const linked = (type: string) => [
			...new Set(
				(associations as Array<{ fromId: string; toType: string; toId: string }>)
					.filter(({ fromId, toType }) => fromId === contact!.id && toType === type)
					.map(({ toId }) => toId),
			),
		];
		expect(withPhone(contacts, from).map(({ id }) => id)).toEqual([contact!.id]);
		expect(linked('deals')).toEqual([deal!.id]);
		expect(linked('notes')).toEqual([note!.id]);
	});

	it('runs the clock of the first answer to the very time that the customer was told', async () => {
		const from = freshCustomer();
		const run = await say(from, 'human please');
		const { owner, dueAt, acknowledgement } = itemOf(run, 'Hand to a person')!.handoff as Handoff;
		const { id } = itemOf(run, 'Hand to a person')!.conversation as { id: string };
		const agent = new Agent(owner.name);
		await agent.open(agent.link());
		const { body } = await agent.ask({ data: 'conversation', id });
		expect(body.clocks).toMatchObject([{ kind: 'first_response', status: 'running', dueAt }]);
		// n8n runs in UTC here, and a customer without a profile is told the time of the workflow.
		const told = new Date(dueAt).toLocaleTimeString('en-US', {
			timeZone: 'UTC',
			hour: 'numeric',
			minute: '2-digit',
		});
		expect(acknowledgement.text.replace(/\s/gu, ' ')).toContain(told.replace(/\s/gu, ' '));
	});

	it('withholds the answer of a slow bot that comes after a person took over', async () => {
		const from = freshCustomer();
		const run = await say(from, 'agent please');
		const conversation = itemOf(run, 'Hand to a person')!.conversation as { id: string };
		const before = (await onPhone(from)).length;
		const bot = await slowBot(client);
		expect((await bot.answer(conversation.id, 'We are open until five.')).status).toBe(200);
		const late = await waitForExecution(client, bot.workflowId, () => true, LIMIT_MS);
		expect(late.error).toBeUndefined();
		expect(late.outputs.Answer!.map((items) => items.length)).toEqual([0, 1]);
		expect(await onPhone(from)).toHaveLength(before);
	});

	it('keeps the bot silent while a person is in charge', async () => {
		const from = freshCustomer();
		await say(from, 'agent please');
		const before = (await onPhone(from)).length;
		const run = await say(from, 'When are you open?');
		expect(run.outputs['WhatsApp Trigger']!.map((items) => items.length)).toEqual([0, 1, 0]);
		expect(itemOf(run, 'Answer the customer')).toBeUndefined();
		expect(await onPhone(from)).toHaveLength(before);
	});

	it('gives two handoffs in a row to two agents', async () => {
		const owners = [];
		for (let turn = 0; turn < 2; turn++) {
			const run = await say(freshCustomer(), 'I want to speak to a human');
			owners.push((itemOf(run, 'Hand to a person')!.handoff as Handoff).owner.name);
		}
		expect(owners.toSorted()).toEqual(['Agent One', 'Agent Two']);
	});

	it('hands over all the same when HubSpot is down, and says what HubSpot answered and what to do', async () => {
		const from = freshCustomer();
		await hubspot.fail({ path: '^/crm/', mode: '401', times: 30 });
		const run = await say(from, 'Connect me to a person please');
		await hubspot.clearFaults();
		expect(itemOf(run, 'Hand to a person')!.handoff).toMatchObject({ outcome: 'assigned' });
		expect(itemOf(run, 'Summarize for the agent')!.brief).toBeDefined();
		const item = itemOf(run, 'Contact and deal')!;
		expect(String(item.error)).toMatch(/HubSpot.*401/u);
		expect(String(item.errorDescription)).toMatch(/credential/iu);
	});

	it('hands over all the same when HubSpot answers nobody, and says so', async () => {
		const from = freshCustomer();
		await hubspot.fail({ path: '^/crm/', mode: '503', times: 30 });
		const run = await say(from, 'Connect me to a person please');
		await hubspot.clearFaults();
		expect(itemOf(run, 'Hand to a person')!.handoff).toMatchObject({ outcome: 'assigned' });
		const item = itemOf(run, 'Contact and deal')!;
		expect(String(item.error)).toMatch(/HubSpot.*503/u);
		expect(String(item.errorDescription)).toMatch(/again/iu);
	});

	it('hands over all the same when WhatsApp does not take the acknowledgement', async () => {
		const from = freshCustomer();
		await graph.fail({ path: '/messages$', mode: '401', times: 5 });
		const run = await say(from, 'I need a human now');
		await graph.clearFaults();
		const handoff = itemOf(run, 'Hand to a person')!.handoff as Handoff;
		expect(handoff).toMatchObject({ outcome: 'assigned', acknowledgement: { sent: false } });
		expect(handoff.acknowledgement.message).toMatch(/WhatsApp.*401/u);
		expect(handoff.acknowledgement.advice!.length).toBeGreaterThan(20);
		expect(
			await eventually('the CRM record', async () => itemOf(run, 'Contact and deal')?.crm),
		).toBeDefined();
	});

	it('sends nothing that the vendors’ API descriptions do not allow', async () => {
		expect(await graph.violations()).toEqual([]);
		expect(await hubspot.violations()).toEqual([]);
	});
});
