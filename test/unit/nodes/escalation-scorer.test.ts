import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { HandoffStore } from '../../../core/ports/store';
import { score } from '../../../core/escalation';
import { EscalationScorer } from '../../../nodes/EscalationScorer/EscalationScorer.node';
import { storeFor } from '../../../nodes/shared/store';
import { customerWrites, temporaryStore } from '../../support';

jest.mock('../../../nodes/shared/store', () => ({ storeFor: jest.fn(), storeCredential: {} }));

type Item = Record<string, unknown>;

/** Runs the node as n8n would; parameters left out take the node's own defaults, expressions among them. */
async function execute(
	parameters: Item,
	items: Item[],
	{ continueOnFail = false, model = undefined as unknown } = {},
): Promise<INodeExecutionData[][]> {
	const node = new EscalationScorer();
	const context = {
		getInputData: () => items.map((json) => ({ json })),
		getNode: () => ({ name: 'Escalation Scorer', type: 'escalationScorer', typeVersion: 1 }),
		continueOnFail: () => continueOnFail,
		getInputConnectionData: async () => model,
		getNodeParameter: (name: string, index: number, fallback?: unknown) => {
			if (name in parameters) return parameters[name];
			const item = items[index] as { conversation?: { id?: string }; message?: { text?: string } };
			if (name === 'conversationId') return item.conversation?.id;
			if (name === 'messageText') return item.message?.text;
			const property = node.description.properties.find((p) => p.name === name);
			return property?.default ?? fallback;
		},
	};
	return await node.execute.call(context as unknown as IExecuteFunctions);
}

const verdictOf = (item: INodeExecutionData | undefined) =>
	item?.json.escalation as unknown as ReturnType<typeof score>;

describe('Escalation Scorer', () => {
	beforeEach(() => jest.mocked(storeFor).mockReset());

	it('has the outputs Continue and Escalate', () => {
		expect(new EscalationScorer().description.outputNames).toEqual(['Continue', 'Escalate']);
	});

	it('works on text alone, without a stored conversation', async () => {
		const [stay, escalate] = await execute({}, [
			{ message: { id: 'a', text: 'where is my order' } },
			{ message: { id: 'b', text: 'I want a human' }, kept: 1 },
		]);
		expect(stay!.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }]);
		expect(escalate![0]).toMatchObject({
			json: { kept: 1, message: { id: 'b' } },
			pairedItem: { item: 1 },
		});
		expect(verdictOf(escalate![0]).signals[0]).toMatchObject({
			signal: 'human_request',
			messageId: 'b',
		});
		expect(storeFor).not.toHaveBeenCalled();
	});

	it('reads what the bot says from the item, also as text', async () => {
		const bot = { understood: 'false', confidence: '0.2', handoffRequested: 'no' };
		const [stay] = await execute({}, [{ message: { id: 'a', text: 'size 42' }, bot }]);
		expect(stay![0]!.json.conversation).toMatchObject({ counters: { fallbacks: 1 } });
		const [, escalate] = await execute({}, [
			{ message: { id: 'a', text: 'ok' }, bot: { handoffRequested: true } },
		]);
		expect(verdictOf(escalate![0]).firedRule).toBe('bot_request');
	});

	it('applies the rules, weights and options of its form', async () => {
		const parameters = {
			rules: {
				rule: [
					{
						phrases: 'warranty, guarantee*',
						effect: 'always',
						queue: 'Warranty',
						name: 'Warranty',
					},
				],
			},
			weights: { human_request: 0 },
			options: { threshold: 90, vipTags: 'gold' },
		};
		const [stay, escalate] = await execute(parameters, [
			{ message: { id: 'a', text: 'about the guarantees' } },
			{ message: { id: 'b', text: 'talk to an agent' } },
			{ message: { id: 'c', text: 'hi' }, conversation: { tags: ['Gold'] } },
		]);
		expect(escalate!.map((item) => verdictOf(item).firedRule)).toEqual(['Warranty', 'vip']);
		expect(verdictOf(escalate![0])).toMatchObject({ queue: 'Warranty' });
		expect(verdictOf(stay![0]).threshold).toBe(90);
	});

	it('says how staff have named its queues, so that the router’s suggested rules send to the same', async () => {
		const message = { message: { id: 'a', text: 'talk to an agent' } };
		const options = { queueBackOffice: 'Finance', queueSpecialists: 'Workshop' };
		const [, named] = await execute({ options }, [message]);
		expect(verdictOf(named![0])).toMatchObject({
			queues: { backOffice: 'Finance', specialists: 'Workshop' },
		});
		const [, plain] = await execute({}, [message]);
		expect(verdictOf(plain![0])).not.toHaveProperty('queues');
	});

	it('names a rule that cannot be read, and what to do', async () => {
		const parameters = { rules: { rule: [{ phrases: 'a*' }] } };
		await expect(execute(parameters, [{ message: { text: 'x' } }])).rejects.toThrow(
			NodeOperationError,
		);
		const [, escalate] = await execute(parameters, [{ message: { text: 'x' } }], {
			continueOnFail: true,
		});
		expect(escalate![0]!.json).toMatchObject({
			errorDescription: 'Put at least two letters before the star.',
		});
	});

	it.each<[string, Item, string]>([
		['a rule without a phrase', { rules: { rule: [{ phrases: '' }] } }, 'Phrases is empty'],
		['a rule of a star', { rules: { rule: [{ phrases: '*' }] } }, 'holds no word to look for'],
		[
			'a regular expression',
			{ rules: { rule: [{ phrases: 'order \\d+' }] } },
			'is a regular expression, and phrases are words',
		],
		['a currency in words', { options: { currency: 'Dollars' } }, 'Currency is “Dollars”'],
	])(
		'refuses %s, which would be passed over without a word',
		async (_what, parameters, message) => {
			await expect(execute(parameters, [{ message: { text: 'x' } }])).rejects.toThrow(message);
		},
	);

	it.each<[string, Item, Item[], string]>([
		['no text in any row', {}, [{ body: 'I want a human' }], 'No item has a message text'],
		['no threshold', { thresholds: ' ' }, [{ text: 'x' }], 'Thresholds is empty'],
		['a threshold that is none', { thresholds: '20, half' }, [{ text: 'x' }], '“half”'],
	])('refuses a test of rules with %s', async (_what, parameters, rows, message) => {
		const test = { operation: 'testRules', ...parameters };
		await expect(execute(test, rows)).rejects.toThrow(message);
	});

	it('takes an item without anything for no past conversations', async () => {
		const [table] = await execute({ operation: 'testRules' }, [{}]);
		expect(table!.length).toBeGreaterThan(0);
	});

	it('refuses an item of which it can know nothing, since nobody would ever come', async () => {
		await expect(execute({}, [{ chat: 'I want a human' }])).rejects.toThrow(
			'Message Text is empty, and the item names no conversation',
		);
	});

	describe('with a stored conversation', () => {
		let store: HandoffStore;
		let close: () => Promise<void>;
		let conversationId: string;

		beforeEach(async () => {
			({ store, close } = await temporaryStore());
			jest.mocked(storeFor).mockResolvedValue(store);
			({ conversationId } = await customerWrites(store, 0, 'When will my parcel arrive?'));
		});
		afterEach(() => close());

		const item = (id: string, text: string, more: Item = {}) => ({
			conversation: { id: conversationId },
			message: { id, text },
			...more,
		});

		it('looks back on its history and keeps the counters and the language, and nothing else', async () => {
			const before = (await store.conversation(conversationId))!;
			await execute({}, [
				item('x1', 'so when does my parcel arrive?', { bot: { understood: false } }),
			]);
			const after = (await store.conversation(conversationId))!;
			expect(after.counters).toMatchObject({
				repeats: 1,
				fallbacks: 1,
				customerTurns: before.counters.customerTurns,
			});
			expect({ ...after, counters: 0, version: 0, updatedAt: 0 }).toEqual({
				...before,
				language: 'en',
				counters: 0,
				version: 0,
				updatedAt: 0,
			});
		});

		it('keeps no language of a message that is too short to tell it', async () => {
			await execute({}, [item('x1', 'Hallo Jana')]);
			expect((await store.conversation(conversationId))!.language).toBeUndefined();
			await execute({}, [item('x2', 'Wo bleibt denn meine Bestellung?')]);
			expect((await store.conversation(conversationId))!.language).toBe('de');
		});

		it('hands over at the second misunderstanding, counted across executions', async () => {
			const bot = { understood: false };
			const [stay] = await execute({}, [item('x1', 'blue', { bot })]);
			expect(stay).toHaveLength(1);
			const [, escalate] = await execute({}, [item('x2', 'size 42', { bot })]);
			expect(verdictOf(escalate![0]).firedRule).toBe('fallback');
		});

		it('counts both of two messages that are scored at once', async () => {
			const bot = { understood: false };
			await Promise.all([
				execute({}, [item('x1', 'blue', { bot })]),
				execute({}, [item('x2', 'green', { bot })]),
			]);
			expect((await store.conversation(conversationId))!.counters.fallbacks).toBe(2);
		});

		it('leaves the counters alone in a trial run', async () => {
			await execute({ options: { saveCounters: false } }, [
				item('x1', 'blue', { bot: { understood: false } }),
			]);
			expect((await store.conversation(conversationId))!.counters.fallbacks).toBe(0);
		});
	});

	describe('second opinion', () => {
		const parameters = { secondOpinion: true };
		const message = { message: { id: 'a', text: 'I saw it in the other shop' } };
		const answering = (content: string) => ({ invoke: async () => ({ content }) });

		it('adds points, with the customer’s words', async () => {
			const model = answering(
				'{"strength": 1, "reason": "about to leave", "evidence": "other shop"}',
			);
			const [stay] = await execute(parameters, [message], { model });
			expect(verdictOf(stay![0]).signals).toContainEqual(
				expect.objectContaining({ signal: 'second_opinion', points: 40, evidence: 'other shop' }),
			);
		});

		it.each([
			['says nothing usable', answering('do as you like')],
			[
				'makes up its evidence',
				answering('{"strength": 1, "reason": "x", "evidence": "never written"}'),
			],
			[
				'is down',
				{
					invoke: async () => {
						throw new Error('down');
					},
				},
			],
			['is not there', undefined],
		])('leaves the rules to decide when the model %s', async (_name, model) => {
			const [stay] = await execute(parameters, [message], { model });
			expect(verdictOf(stay![0])).toEqual(verdictOf((await execute({}, [message]))[0]![0]));
		});

		it('cannot keep a request for a person from being heard', async () => {
			const model = answering('{"strength": 0, "reason": "fine", "evidence": "human"}');
			const [, escalate] = await execute(
				parameters,
				[{ message: { id: 'a', text: 'I want a human' } }],
				{ model },
			);
			expect(escalate).toHaveLength(1);
		});
	});

	describe('test rules', () => {
		const conversations = [
			{
				id: 'c1',
				escalated: 'yes',
				messages: [{ text: 'hi' }, { text: 'Hello!', author: 'bot' }, { text: 'I want a human' }],
			},
			{ id: 'c2', escalated: 'no', messages: [{ text: 'where is my order' }] },
			{ id: 'c3', escalated: 'yes', messages: [{ text: 'where is my order' }] },
		];

		it('gives one row for each threshold, with precision and recall', async () => {
			const [rows] = await execute({ operation: 'testRules', thresholds: '30, 60' }, conversations);
			expect(rows!.map(({ json }) => json)).toEqual([
				expect.objectContaining({
					threshold: 30,
					conversations: 3,
					escalated: 1,
					precision: 1,
					recall: 0.5,
					missed: ['c3'],
					reasons: { human_request: 1 },
					averageTurn: 2,
				}),
				expect.objectContaining({ threshold: 60, escalated: 1 }),
			]);
		});

		it('gives each conversation on the output that it would have taken', async () => {
			const [stay, escalate] = await execute(
				{ operation: 'testRules', giveBack: 'conversations' },
				conversations,
			);
			expect(stay!.map(({ json }) => json.conversation)).toEqual(['c2', 'c3']);
			expect(escalate![0]).toMatchObject({
				json: { conversation: 'c1', turn: 2, firedRule: 'human_request' },
				pairedItem: [{ item: 0 }],
			});
		});

		it('reads a table with one message a row, under columns of other names', async () => {
			const columns = { conversation: 'ticket', text: 'body', author: 'who', label: 'handoff' };
			const rows = [
				{ ticket: 7, body: 'hi', who: 'customer', handoff: 'true' },
				{ ticket: 7, body: 'Sorry?', who: 'assistant', handoff: 'true' },
				{ ticket: 7, body: 'agent please', who: 'customer', handoff: 'true' },
				{ ticket: 8, body: 'thanks', who: 'customer', handoff: 'false' },
			];
			const [stay, escalate] = await execute(
				{ operation: 'testRules', giveBack: 'conversations', columns },
				rows,
			);
			expect(escalate![0]).toMatchObject({
				json: { conversation: '7', needed: true },
				pairedItem: [{ item: 0 }, { item: 1 }, { item: 2 }],
			});
			expect(stay![0]!.json).toMatchObject({ conversation: '8', needed: false });
		});

		it('decides byte for byte as the live node does', async () => {
			const text = 'this is ridiculous, still waiting for my refund';
			const [, tested] = await execute({ operation: 'testRules', giveBack: 'conversations' }, [
				{ id: 'c', messages: [{ id: 'm', text }] },
			]);
			const live = score({
				message: { id: 'm', text, type: 'text', sentAt: '2020-01-01T00:00:00.000Z' },
				counters: { customerTurns: 1 },
				conversation: { state: 'bot' },
			});
			expect(JSON.stringify(tested![0]!.json.verdict)).toBe(JSON.stringify(live));
		});
	});
});
