import type { N8nClient } from '../../host/n8n';
import { Agent } from './agent';
import { freshCustomer } from './fixtures';
import {
	LIMIT_MS,
	environment,
	eventually,
	executionOf,
	graph,
	itemOf,
	signedInClient,
} from './harness';

jest.setTimeout(2 * LIMIT_MS);

describe('agents in the inbox of a real n8n', () => {
	let client: N8nClient;
	beforeAll(async () => {
		client = await signedInClient();
	});

	const say = async (from: string, text: string) => {
		const { messageId } = await graph.customerSays({ from, name: 'Robin Sample', text });
		return executionOf(client, messageId);
	};
	const phoneHas = (from: string, text: string) =>
		eventually(`“${text}” on the phone`, async () =>
			(await graph.messages()).find(
				(message) =>
					message.waId === from && message.direction === 'out' && message.text.includes(text),
			),
		);

	it('sees the conversation with its reason, answers on the same number, and gives it back to the bot', async () => {
		const from = freshCustomer();
		const run = await say(from, 'I would like to talk to a person');
		const handoff = itemOf(run, 'Hand to a person')!.handoff as { owner: { id: string } };
		const { id } = itemOf(run, 'Hand to a person')!.conversation as { id: string };
		const agent = new Agent(handoff.owner.id);
		expect(await agent.open(agent.link())).toBe(302);

		const { body } = await agent.ask({ data: 'conversation', id });
		expect(body).toMatchObject({
			conversation: { state: 'human', customer: { phone: `+${from}` } },
			brief: { conversationId: id },
			clocks: [{ kind: 'first_response', status: 'running' }],
		});

		expect(await agent.act('reply', id, { text: 'Hello, I am looking into it.' })).toMatchObject({
			status: 200,
		});
		const told = await phoneHas(from, 'Hello, I am looking into it.');
		expect(told.raw).toMatchObject({ to: from });
		const settled = await eventually('the settled promise', async () => {
			const { body: now } = await agent.ask({ data: 'conversation', id });
			return (now.clocks as Array<{ status: string }>).find(({ status }) => status === 'met');
		});
		expect(settled).toBeDefined();

		await agent.act('resolve', id, { disposition: 'solved' });
		const next = await say(from, 'When are you open?');
		expect(itemOf(next, 'Answer the customer', 0)).toBeDefined();
		expect(itemOf(next, 'Answer the customer', 0)!.conversation).toMatchObject({
			state: 'bot',
			episode: 2,
		});
	});

	it('tells the second of two claimers who was faster', async () => {
		const from = freshCustomer();
		const run = await say(from, 'human please');
		const { id } = itemOf(run, 'Hand to a person')!.conversation as { id: string };
		const handoff = itemOf(run, 'Hand to a person')!.handoff as { owner: { id: string } };
		const owner = new Agent(handoff.owner.id);
		await owner.open(owner.link());
		await owner.act('transfer', id, { to: { kind: 'queue', name: 'Support' } });
		const [first, second] = [new Agent('one@shop.example'), new Agent('two@shop.example')];
		await first.open(first.link());
		await second.open(second.link());
		expect(await first.act('claim', id)).toMatchObject({ status: 200 });
		expect(await second.act('claim', id)).toMatchObject({
			status: 409,
			body: { message: 'Somebody was faster: the conversation is with one@shop.example.' },
		});
		await phoneHas(from, 'one@shop.example from our team is with you now');
	});

	it('lets nobody in without a link, by a used link, or from another page', async () => {
		const stranger = new Agent('stranger');
		expect((await stranger.ask({ data: 'list' })).status).toBe(401);
		expect((await fetch(environment.inboxUrl)).status).toBe(401);
		const link = stranger.link();
		expect(await stranger.open(link)).toBe(302);
		expect(await new Agent('thief').open(link)).toBe(401);
		expect((await stranger.act('claim', 'x', {}, { 'x-handoff-inbox': '' })).status).toBe(403);
	});

	it('serves the page under a policy that lets nothing in from elsewhere', async () => {
		const agent = new Agent('reader@shop.example');
		await agent.open(agent.link());
		const response = await fetch(`${environment.inboxUrl}?asset=app.js`);
		expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
		expect(response.headers.get('content-type')).toContain('text/javascript');
		expect((await fetch(`${environment.inboxUrl}?asset=../../package.json`)).status).toBe(404);
	});
});
