import path from 'node:path';

import { openStore } from '../../adapters/store/open';
import type { HandoffStore } from '../../core/ports/store';
import { startClock } from '../../core/sla';
import { executionIds, readExecution } from '../../host/executions';
import type { N8nClient } from '../../host/n8n';
import { connect, readWorkflow } from '../../host/stack';
import { ANA, handedOver } from '../unit/sla/support/conversation';
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

jest.setTimeout(5 * LIMIT_MS);

/** The nodes of the template that carry a step of the ladder out. */
const LADDER = [
	'Remind on Slack',
	'Route again',
	'Wake the team lead',
	'Mail the team lead',
	'Tell the customer honestly',
];

describe('SLA Watchdog in a real n8n', () => {
	let client: N8nClient;
	let store: HandoffStore;
	beforeAll(async () => {
		client = await signedInClient();
		// A second process on n8n's own file, as a second n8n would be.
		store = await openStore({
			file: path.join(environment.folder, '.n8n', 'whatsapp-handoff.sqlite'),
		});
	});
	afterAll(() => store.close());

	it('warns of a handoff that nobody answers, says once that the promise is broken, and climbs the ladder to the end', async () => {
		const customer = freshCustomer();
		const { messageId } = await graph.customerSays({
			from: customer,
			text: 'I want to talk to a person',
		});
		const run = await executionOf(client, messageId);
		const { id } = itemOf(run, 'Hand to a person')!.conversation as { id: string };

		const seconds = (offset: number) => new Date(Date.now() + offset * 1000).toISOString();
		const [clock] = (await store.clocks(id)).filter(({ kind }) => kind === 'first_response');
		expect(clock).toMatchObject({ status: 'running' });
		const notes = async () =>
			(await store.history(id, { limit: 20 }))
				.filter(({ type }) => type === 'note')
				.map(({ text }) => text);
		/** Lets time go by, as far as this promise is concerned: the marks are moved instead of the clock on the wall. */
		const marksAt = (dueIn: number, ...marks: Array<[percent: number, inSeconds: number]>) => {
			const pending = marks.map(([percent, offset]) => ({ percent, at: seconds(offset) }));
			return store.putClocks([
				{ ...clock!, dueAt: seconds(dueIn), pending, nextEventAt: pending[0]!.at },
			]);
		};

		await marksAt(3600, [80, -1], [100, 3600]);
		await eventually('the warning', async () =>
			(await notes()).some((text) => text.startsWith('The answer is due at')),
		);
		await marksAt(-1, [100, -1]);
		const first = (await store.conversation(id))!.owner!;
		const conversation = await eventually('somebody else for the conversation', async () => {
			const now = await store.conversation(id);
			return now?.owner?.name !== first.name ? now : undefined;
		});
		// To the other agent, or, where that one is full by now, into the queue; never back to who did not answer.
		expect(conversation).toMatchObject({
			state: 'human',
			handoff: { hops: 1, routing: { tried: [(first as { id: string }).id], hops: 1 } },
		});
		expect(await notes()).toEqual([
			expect.stringMatching(/^The answer is due at/u),
			expect.stringMatching(/has not been given\.$/u),
		]);
		const moves = (await store.audit(id)).filter(({ action }) => action !== 'crm');
		expect(moves).toMatchObject([
			{ action: 'escalate' },
			{ reason: expect.stringContaining('has not answered in time') as unknown },
		]);

		await marksAt(-150, [150, -1]);
		await eventually('the team lead’s alert', async () => (await notes()).length === 3);
		await marksAt(-300, [200, -1]);
		const honest = await eventually('an honest word to the customer', async () =>
			(await graph.messages()).find(
				({ waId, text }) => waId === customer && text.startsWith('We promised you an answer'),
			),
		);
		expect(honest).toBeDefined();
		/** What came out of the watchdog for this customer, and which way each event went. */
		const events = await eventually('the end of four executions', async () => {
			const found: Array<[percent: number, step: string, nodes: string[]]> = [];
			for (const execution of await executionIds(client, environment.watchdogId, 100)) {
				const { outputs, status } = await readExecution(client, execution);
				const [item] = (outputs['SLA Watchdog'] ?? []).flat();
				if ((item?.json.conversation as { id?: string } | undefined)?.id !== id) continue;
				if (status !== 'success') return undefined;
				const { percent, nextStep } = item!.json.sla as {
					percent: number;
					nextStep: { step: string };
				};
				found.push([percent, nextStep.step, LADDER.filter((node) => node in outputs)]);
			}
			return found.length === 4 && found.sort((one, other) => one[0] - other[0]);
		});
		expect(events).toEqual([
			[80, 'remind_owner', ['Remind on Slack']],
			[100, 'reassign', ['Route again']],
			[150, 'alert_team_lead', ['Wake the team lead', 'Mail the team lead']],
			[200, 'tell_customer', ['Tell the customer honestly']],
		]);
		// It is not forgotten after the last step either.
		const [left] = (await store.clocks(id)).filter(({ kind }) => kind === 'first_response');
		expect(left!.pending).toEqual([
			{ percent: 400, at: expect.any(String) as unknown, repeated: true },
		]);
	});

	it('hands a customer to a person whom the bot has left without any reply', async () => {
		const { messageId } = await graph.customerSays({ from: freshCustomer(), text: 'Hello' });
		const run = await executionOf(client, messageId);
		const { id } = itemOf(run, 'Answer the customer')!.conversation as { id: string };
		const promise = {
			name: 'Any reply',
			kind: 'bot_silence' as const,
			targetMinutes: 1,
			clock: 'wall' as const,
			marks: [],
		};
		const asked = new Date(Date.now() - 61_000).toISOString();
		await store.putClocks([startClock(promise, (await store.conversation(id))!, messageId, asked)]);
		const taken = await eventually('a person for the customer', async () => {
			const now = await store.conversation(id);
			return now?.state === 'human' ? now : undefined;
		});
		expect(taken.handoff!.reason).toContain('reply by anyone is');
		// What the bot owed is nobody's any more.
		const owed = (await store.clocks(id)).filter(({ kind }) => kind === 'bot_silence');
		expect(owed).toMatchObject([{ status: 'breached' }]);
	});

	it('gives a conversation back to the bot that was answered and is quiet for a day, and none in which a customer waits', async () => {
		const before = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
		const quiet = async (isAnswered: boolean) => {
			const number = freshCustomer();
			const message = {
				id: `wamid.quiet.${number}`,
				direction: 'in' as const,
				author: 'customer' as const,
				type: 'text' as const,
				text: 'I want a person',
				sentAt: before(30),
				receivedAt: before(30),
			};
			const identity = { keys: [{ kind: 'wa_id' as const, value: number }], waId: number };
			const channelId = environment.phoneNumberId;
			const [intake] = await store.intake([{ channelId, identity, message }], before(30));
			await store.markHandled([message.id], before(30));
			return store.decide(intake!.conversation.id, ({ conversation }) => {
				const withAna = handedOver(conversation, before(30), ANA);
				const routed = {
					...withAna,
					handoff: {
						...withAna.handoff!,
						routing: { step: 0, since: before(30), tried: [], hops: 0, moves: 0 },
					},
				};
				const next = isAnswered
					? {
							...routed,
							lastAgentMessageAt: before(29),
							lastMessageAt: before(29),
							handoff: { ...routed.handoff, answeredAt: before(29) },
						}
					: routed;
				return { result: next.id, conversation: next };
			});
		};
		const [answered, waiting] = [await quiet(true), await quiet(false)];
		const template = connect(readWorkflow('03-sla-watchdog.json'), {}, undefined);
		template.name = `By hand ${freshCustomer()}`;
		const { id } = await client.call<{ id: string }>('POST', '/rest/workflows', template);
		await client.call('POST', `/rest/workflows/${id}/run`, {
			triggerToStartFrom: { name: 'Every hour' },
		});
		await eventually('the bot in charge again', async () => {
			const now = await store.conversation(answered);
			return now?.state === 'bot';
		});
		expect((await store.audit(answered)).at(-1)).toMatchObject({
			action: 'return_to_bot',
			reason: 'Answered, and quiet for a day',
		});
		const [run] = await eventually('the end of the run', async () => {
			const ids = await executionIds(client, id);
			const runs = await Promise.all(ids.map((one) => readExecution(client, one)));
			return runs.some(({ status }) => status === 'success') && runs;
		});
		expect(run!.status).toBe('success');
		expect(await store.conversation(waiting)).toMatchObject({ state: 'human' });
	});
});
