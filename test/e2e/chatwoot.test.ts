import { randomUUID } from 'node:crypto';

import { waitForExecution } from '../../host/executions';
import type { N8nClient } from '../../host/n8n';
import { connect, readWorkflow, webhookIsLive, webhookUrl } from '../../host/stack';
import type { ChatwootStandIn } from '../../sandbox/chatwoot';
import { startChatwootStandIn } from '../../sandbox/chatwoot';
import { freshCustomer } from './fixtures';
import {
	LIMIT_MS,
	deliver,
	environment,
	eventually,
	graph,
	sharedCredentialIds,
	signedInClient,
} from './harness';

jest.setTimeout(3 * LIMIT_MS);

const ONE = 11;
/** Place of this output of Handoff Inbox. */
const RESOLVED = 4;
const SECRETS = { inbox: 'inbox-secret', bot: 'bot-secret' };

describe('agents in Chatwoot, with the template in a real n8n', () => {
	let client: N8nClient;
	let chatwoot: ChatwootStandIn;
	let workflowId: string;
	let intakeUrl: string;
	let inboxUrl: string;

	beforeAll(async () => {
		client = await signedInClient();
		chatwoot = await startChatwootStandIn({
			agentToken: 'agent-token',
			botToken: 'bot-token',
			administrator: true,
		});
		const { id } = await client.call<{ id: string }>('POST', '/rest/credentials', {
			name: `Chatwoot ${randomUUID()}`,
			type: 'whatsAppHandoffChatwootApi',
			data: {
				baseUrl: chatwoot.url,
				accountId: chatwoot.accountId,
				accessToken: 'agent-token',
				botToken: 'bot-token',
				webhookSecrets: Object.values(SECRETS).join(','),
			},
		});
		const workflow = connect(
			readWorkflow('13-whatsapp-intake-chatwoot.json'),
			{
				...(await sharedCredentialIds(client)),
				whatsAppHandoffChatwootApi: id,
			},
			environment.hubspotUrl,
		);
		workflow.name = `Chatwoot ${randomUUID()}`;
		for (const node of workflow.nodes) {
			if (node.webhookId) node.webhookId = randomUUID();
			const { agent } = (node.parameters.agents ?? {}) as { agent?: object[] };
			// Whoever is given the next handoff, it is the same.
			if (agent) node.parameters.agents = { agent: [{ ...agent[0], capacity: 0 }] };
		}
		const imported = await client.call<{ id: string; versionId: string }>(
			'POST',
			'/rest/workflows',
			workflow,
		);
		workflowId = imported.id;
		await client.call('POST', `/rest/workflows/${workflowId}/activate`, {
			versionId: imported.versionId,
		});
		intakeUrl = webhookUrl(client, workflow, 'whatsAppTrigger', 'whatsapp');
		inboxUrl = webhookUrl(client, workflow, 'handoffInbox', 'inbox');
		await webhookIsLive(intakeUrl);
		await webhookIsLive(inboxUrl);
		// The workflow has made its webhook by being published, and reads the secret itself. n8n answers at the address a moment before.
		await eventually('the webhook', () => Promise.resolve(chatwoot.webhooks().length > 0));
		expect(chatwoot.webhooks()).toMatchObject([{ url: inboxUrl, name: 'n8n Handoff Inbox' }]);
	});
	afterAll(async () => {
		await client.call('POST', `/rest/workflows/${workflowId}/deactivate`, {});
		await eventually('the end of the webhook', () =>
			Promise.resolve(chatwoot.webhooks().length === 0),
		);
		await chatwoot.idle();
		const { violations } = chatwoot;
		await chatwoot.close();
		expect(violations).toEqual([]);
	});

	/** A customer with a phone of their own, and their thread in Chatwoot. */
	function customer() {
		const from = freshCustomer();
		const conversation = () =>
			chatwoot.account.conversations.find(
				({ contactId }) => chatwoot.account.contact(contactId)?.phone_number === `+${from}`,
			);
		return {
			from,
			conversation,
			say: async (message: object) => {
				const { status } = await deliver(
					{
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
												display_phone_number: '16505550100',
												phone_number_id: environment.phoneNumberId,
											},
											contacts: [{ profile: { name: 'Robin Sample' }, wa_id: from }],
											messages: [
												{
													from,
													id: `wamid.${randomUUID()}`,
													timestamp: String(Math.floor(Date.now() / 1000)),
													...message,
												},
											],
										},
									},
								],
							},
						],
					},
					undefined,
					intakeUrl,
				);
				expect(status).toBe(200);
			},
			text: (body: string) => ({ type: 'text', text: { body } }),
			phone: async () =>
				(await graph.messages()).filter(
					({ waId, direction }) => waId === from && direction === 'out',
				),
			/** What stands in Chatwoot, oldest first; private notes in brackets. */
			thread: () =>
				chatwoot.account
					.messagesOf(conversation()?.id ?? 0)
					.map(({ content, private: isPrivate }) => (isPrivate ? `(${content})` : (content ?? ''))),
		};
	}

	it('goes from the bot to an agent and back, with each message once on both sides', async () => {
		const { from, conversation, say, text, phone, thread } = customer();

		await say(text('Hello'));
		await eventually('the bot’s greeting in Chatwoot', () =>
			Promise.resolve(thread().some((line) => line.startsWith('Hello! I am the assistant'))),
		);
		expect(conversation()!.status).toBe('pending');

		await say(text('My order 10023 never came, I want to talk to a real person!'));
		await eventually('the conversation opened in Chatwoot', () =>
			Promise.resolve(conversation()!.status === 'open'),
		);
		expect(thread()).toEqual([
			'Hello',
			expect.stringContaining('a program, not a person'),
			'My order 10023 never came, I want to talk to a real person!',
			expect.stringContaining('is taking over here'),
			expect.stringMatching(/^\([\s\S]*10023[\s\S]*\)$/u),
		]);
		expect(conversation()).toMatchObject({
			assigneeId: ONE,
			priority: expect.any(String) as string,
		});
		expect(conversation()!.labels).toContain('human_request');
		expect(conversation()!.customAttributes).toMatchObject({
			handoff_queue: expect.any(String) as string,
		});

		// Chatwoot tells on all its ways, and twice.
		chatwoot.subscribe([
			{ kind: 'inbox', url: inboxUrl, secret: SECRETS.inbox },
			{ kind: 'bot', url: inboxUrl, secret: SECRETS.bot },
		]);
		chatwoot.deliverTwice(true);
		chatwoot.agentWrites(conversation()!.id, ONE, { content: 'It is **on its way**.' });
		chatwoot.agentSets(conversation()!.id, ONE, { status: 'resolved' });
		await eventually('the agent’s answer on the phone', async () =>
			(await phone()).some((message) => message.text === 'It is *on its way*.'),
		);
		await waitForExecution(
			client,
			workflowId,
			({ outputs }) => (outputs['Agents in Chatwoot']?.[RESOLVED] ?? []).length > 0,
			LIMIT_MS,
		);
		await chatwoot.idle();
		chatwoot.subscribe([]);
		chatwoot.deliverTwice(false);

		await say(text('When are you open on Saturday?'));
		await eventually('the bot’s answer on the phone', async () =>
			(await phone()).some((message) => message.text.includes('Saturday, 10:00 to 14:00')),
		);
		await eventually('the bot’s answer in Chatwoot', () =>
			Promise.resolve(thread().some((line) => line.includes('Saturday, 10:00 to 14:00'))),
		);
		await chatwoot.idle();
		expect(conversation()!.status).toBe('pending');
		const texts = (await phone()).map((message) => message.text);
		expect(texts.filter((one) => one === 'It is *on its way*.')).toHaveLength(1);
		expect(texts).toHaveLength(new Set(texts).size);
		expect(thread().filter((line) => line === 'It is **on its way**.')).toHaveLength(1);
		expect(chatwoot.account.contacts.filter((one) => one.phone_number === `+${from}`)).toHaveLength(
			1,
		);
	});

	it('lets an agent take a customer from the bot by answering, and the bot is silent', async () => {
		const { conversation, say, text, phone, thread } = customer();
		await say(text('Hello'));
		await eventually('the greeting in Chatwoot', () => Promise.resolve(thread().length === 2));

		chatwoot.agentWrites(conversation()!.id, ONE, { content: 'Hello Robin, I saw your order.' });
		await eventually('the agent’s words on the phone', async () =>
			(await phone()).some((message) => message.text === 'Hello Robin, I saw your order.'),
		);
		await eventually('the conversation open with the agent', () =>
			Promise.resolve(conversation()!.status === 'open' && conversation()!.assigneeId === ONE),
		);
		await say(text('When are you open on Saturday?'));
		await eventually('the question in Chatwoot', () =>
			Promise.resolve(thread().includes('When are you open on Saturday?')),
		);
		expect((await phone()).some((message) => message.text.includes('10:00'))).toBe(false);

		chatwoot.agentSets(conversation()!.id, ONE, { status: 'pending' });
		await eventually('that the bot is back', async () =>
			(await phone()).some((message) => message.text.includes('is here for you again')),
		);
		await say(text('When are you open on Saturday?'));
		await eventually('the bot’s answer', async () =>
			(await phone()).some((message) => message.text.includes('10:00')),
		);
	});

	it('carries files both ways', async () => {
		const { conversation, say, phone, thread } = customer();
		const kept = await graph.keepFile({
			mimeType: 'image/png',
			base64: Buffer.from('a picture').toString('base64'),
		});
		await say({
			type: 'image',
			image: { id: kept.id, mime_type: 'image/png', sha256: 'x', caption: 'This came broken' },
		});
		await eventually('the picture in Chatwoot', () =>
			Promise.resolve(thread().includes('This came broken')),
		);
		const [picture] = chatwoot.account.messagesOf(conversation()!.id);
		expect(picture!.attachments[0]!.bytes.toString()).toBe('a picture');

		chatwoot.agentWrites(conversation()!.id, ONE, {
			content: 'Your label',
			files: [
				{ fileName: 'label.pdf', mimeType: 'application/pdf', bytes: Buffer.from('a label') },
			],
		});
		const sent = await eventually('the label on the phone', async () =>
			(await phone()).find(({ raw }) => (raw as { type?: string }).type === 'document'),
		);
		expect(sent.raw).toMatchObject({
			document: { caption: 'Your label', filename: 'label.pdf' },
		});
	});

	it('tells the agent in a private note why an answer did not go out', async () => {
		const { conversation, say, text, phone, thread } = customer();
		await say(text('I want to talk to a real person'));
		await eventually('the conversation open', () =>
			Promise.resolve(conversation()?.status === 'open'),
		);
		const before = (await phone()).length;
		await graph.fail({ method: 'POST', path: '/messages$', mode: '401', times: 50 });
		chatwoot.agentWrites(conversation()!.id, ONE, { content: 'Are you still there?' });
		await eventually('the note in Chatwoot', () =>
			Promise.resolve(thread().some((line) => line.startsWith('(Not sent to the customer:'))),
		);
		await graph.clearFaults();
		expect(await phone()).toHaveLength(before);
	});
});
