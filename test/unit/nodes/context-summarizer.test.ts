import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { HandoffStore } from '../../../core/ports/store';
import { DEFAULT_TRANSCRIPT_LIMIT } from '../../../core/summary';
import { FIRST_READ } from '../../../core/summary/refresh';
import { DEFAULT_BUDGETS } from '../../../core/summary/render';
import { storeFor } from '../../../nodes/shared/store';
import { ContextSummarizer } from '../../../nodes/ContextSummarizer/ContextSummarizer.node';
import { aMessage, at } from '../../builders';
import { customerWrites, temporaryStore } from '../../support';

jest.mock('../../../nodes/shared/store', () => ({ storeFor: jest.fn(), storeCredential: {} }));

interface BriefItem {
	brief: {
		headline: string;
		suggestedReply: string;
		memory?: unknown;
		openDeals: unknown[];
		openOrders: unknown[];
		transcript: Array<{ text: string }>;
		escalation?: { reason: string; priority: string };
		customer: { name?: string; language?: string };
		source: { kind: string; fallback?: string };
		renderings: { text: string; markdown: string; note: string; headline: string };
	} & Record<string, unknown>;
	error?: string;
	errorDescription?: string;
}

describe('Context Summarizer', () => {
	let store: HandoffStore;
	let close: () => Promise<void>;
	let conversationId: string;
	let hints: string[];

	beforeEach(async () => {
		({ store, close } = await temporaryStore());
		jest.mocked(storeFor).mockReset().mockResolvedValue(store);
		({ conversationId } = await customerWrites(
			store,
			0,
			'My order AB-10023 has not arrived. Where is it?',
		));
		hints = [];
	});
	afterEach(() => close());

	const execute = async (
		parameters: Record<string, unknown> = {},
		{
			items = [{}] as Array<Record<string, unknown>>,
			model = undefined as unknown,
			continueOnFail = false,
		} = {},
	) => {
		const context = {
			getInputData: () =>
				items.map((json) => ({ json, binary: { file: { data: '', mimeType: 'a/b' } } })),
			getNodeParameter: (name: string, _index: number, fallback?: unknown) => {
				const given: Record<string, unknown> = { conversationId, ...parameters };
				if (name in given) return given[name];
				const own = new ContextSummarizer().description.properties.find(
					(property) => property.name === name,
				);
				return own?.default ?? fallback;
			},
			getNode: () => ({
				name: 'Context Summarizer',
				type: 'contextSummarizer',
				typeVersion: 1,
				parameters: {},
			}),
			getTimezone: () => 'Europe/Berlin',
			getInputConnectionData: async () => model,
			continueOnFail: () => continueOnFail,
			addExecutionHints: (hint: { message: string }) => hints.push(hint.message),
		} as unknown as IExecuteFunctions;
		const [output] = (await new ContextSummarizer().execute.call(context)) as [
			INodeExecutionData[],
		];
		return output.map((item) => ({
			...item,
			json: item.json as unknown as BriefItem & Record<string, unknown>,
		}));
	};

	it('makes the brief of the stored conversation, keeps it for the inbox and passes the item on', async () => {
		const [item] = await execute({}, { items: [{ handoff: { outcome: 'assigned' } }] });
		expect(item).toMatchObject({
			pairedItem: { item: 0 },
			binary: { file: { mimeType: 'a/b' } },
			json: {
				handoff: { outcome: 'assigned' },
				brief: {
					conversationId,
					unansweredQuestion: { value: 'Where is it?' },
					references: [{ kind: 'order', value: 'AB-10023' }],
					timeZone: 'Europe/Berlin',
				},
			},
		});
		expect(item!.json.brief.suggestedReply).toContain('AB-10023');
		expect((await store.brief(conversationId))?.headline).toBe(item!.json.brief.headline);
	});

	it('lets conversation and notification know the language that it has found, where nobody knew one', async () => {
		const texts = { title: '', plain: '', slack: '', telegram: '', html: '' };
		const handoff = {
			notification: {
				who: { name: 'Robin Sample', vip: false },
				why: { reason: 'r', score: 1, priority: 'normal', signals: [] },
				where: { owner: 'Ana', waits: false },
				context: '',
				recipients: [],
				texts,
			},
		};
		const [item] = await execute({}, { items: [{ handoff }] });
		expect(item!.json).toMatchObject({ handoff: { notification: { who: { language: 'en' } } } });
		expect(await store.conversation(conversationId)).toMatchObject({ language: 'en' });
		await execute({ options: { language: 'fr' } });
		expect(await store.conversation(conversationId)).toMatchObject({ language: 'en' });
	});

	it('begins the brief with what staff read first, and leaves its memory in the store', async () => {
		const [item] = await execute();
		expect(Object.keys(item!.json.brief).slice(0, 2)).toEqual(['headline', 'suggestedReply']);
		expect(item!.json.brief.memory).toBeUndefined();
		expect((await store.brief(conversationId))?.memory?.count).toBe(1);
	});

	it('goes on from the last brief and reads only what is new', async () => {
		await execute();
		await customerWrites(store, 5, 'My budget is $300 and I need it by Friday');
		const history = jest.spyOn(store, 'history');
		const [item] = await execute();
		expect(item!.json.brief).toMatchObject({
			budget: { value: '$300' },
			timeline: { value: 'by Friday' },
			references: [{ value: 'AB-10023' }, { value: '$300' }],
		});
		expect(history.mock.calls.map(([, { limit }]) => limit)).toEqual([20]);
	});

	it('takes the reason from the Escalation Scorer before it', async () => {
		const escalation = {
			reason: 'Asked for a person',
			score: 75,
			priority: 'urgent',
			signals: [],
			leadClass: 'hot',
		};
		const [item] = await execute({}, { items: [{ escalation }] });
		expect(item!.json.brief.escalation).toMatchObject({
			reason: 'Asked for a person',
			priority: 'urgent',
			leadClass: 'hot',
		});
	});

	it('shows the intent that the bot detected in the brief and in every rendering, with how sure the bot is', async () => {
		const bot = { reply: 'Hm?', intent: 'track_order', confidence: '62' };
		const [item] = await execute({}, { items: [{ bot, message: { id: 'wamid.0' } }] });
		const { brief } = item!.json;
		expect(brief.intent).toEqual({
			name: 'track_order',
			confidence: 0.62,
			messageIds: ['wamid.0'],
		});
		const { text, markdown, note } = brief.renderings;
		expect(text).toContain('Detected intent: track_order (62 % sure)');
		expect(markdown).toContain('**Detected intent:** track\\_order \\(62 % sure\\)');
		expect(note).toContain('<strong>Detected intent:</strong> track_order (62 % sure)');

		const [later] = await execute();
		expect(later!.json.brief.intent).toMatchObject({ name: 'track_order' });
		const [own] = await execute({ options: { intent: 'delivery' } });
		expect(own!.json.brief.intent).toEqual({ name: 'delivery', messageIds: [] });
	});

	it('takes open deals and orders from the CRM node, however its fields are called', async () => {
		const crm = {
			openDeals: [{ id: '7', dealname: 'Desks', dealstage: 'Offer', amount: '900' }],
			openOrders: '[{"number":"A1","status":"open"}]',
		};
		const [item] = await execute({}, { items: [{ crm }] });
		expect(item!.json.brief.openDeals).toEqual([{ name: 'Desks', stage: 'Offer', amount: 900 }]);
		expect(item!.json.brief.openOrders).toEqual([{ reference: 'A1', status: 'open' }]);
	});

	it('hides in each rendering what was chosen for it, and nothing in the brief', async () => {
		await customerWrites(store, 3, 'Card 4242 4242 4242 4242, mail sam@shop.example');
		const [item] = await execute();
		const { renderings } = item!.json.brief;
		expect(renderings.note).toContain('[card •••• 4242]');
		expect(renderings.note).toContain('sam@shop.example');
		expect(renderings.text).toContain('[card •••• 4242]');
		expect(renderings.text).not.toContain('sam@shop.example');
		expect(item!.json.brief.transcript[1]!.text).toContain('4242 4242 4242 4242');
		const [open] = await execute({ redactNote: [] });
		expect(open!.json.brief.renderings.note).toContain('4242 4242 4242 4242');
	});

	it('keeps to the lengths and the custom patterns of the options', async () => {
		const [item] = await execute({
			options: {
				maxText: 200,
				maxHeadline: 30,
				customPatterns: { pattern: [{ name: 'order', pattern: 'AB-#####' }] },
			},
		});
		const { renderings } = item!.json.brief;
		expect(renderings.text.length).toBeLessThanOrEqual(200);
		expect(renderings.headline.length).toBeLessThanOrEqual(30);
		expect(renderings.note).toContain('[order ••••]');
		expect(renderings.note).not.toContain('AB-10023');
	});

	it('makes a brief of messages in a field, in the forms that other systems have', async () => {
		const [item] = await execute(
			{
				source: 'messages',
				messages: JSON.stringify([
					{
						role: 'user',
						content: 'Hola, necesito una factura del pedido ES-22910. ¿Cuándo llega?',
						timestamp: 1_762_077_600,
					},
					{ role: 'assistant', content: 'No entiendo.' },
				]),
			},
			{ items: [{ customer: { name: 'Robin Sample', phone: '+34910000000' } }] },
		);
		expect(item!.json.brief).toMatchObject({
			customer: { name: 'Robin Sample', language: 'es' },
			unansweredQuestion: { value: '¿Cuándo llega?' },
			references: [{ kind: 'order', value: 'ES-22910' }],
			transcript: [{ at: '2025-11-02T10:00:00.000Z', who: 'Robin Sample' }, { who: 'Bot' }],
		});
		expect(item!.json.brief.suggestedReply).toContain('Hola, Robin');
		expect(storeFor).not.toHaveBeenCalled();
	});

	it('asks an attached chat model and says so when the brief was made without it', async () => {
		const model = {
			invoke: async () => ({ content: '{"product":{"quote":"order AB-10023","message":"m1"}}' }),
		};
		const [chosen] = await execute({}, { model });
		expect(chosen!.json.brief).toMatchObject({
			product: { value: 'order AB-10023' },
			source: { kind: 'model', droppedClaims: 0 },
		});
		const broken = { invoke: async () => Promise.reject(new Error('no credit')) };
		const [fallback] = await execute({}, { model: [broken] });
		expect(fallback!.json.brief.source).toEqual({
			kind: 'rules',
			fallback: 'The model did not answer: no credit',
		});
		expect(hints).toEqual([
			'The brief was made without the model. The model did not answer: no credit.',
		]);
	});

	it('names a conversation that is not stored, and what to do', async () => {
		const failure = await execute({ conversationId: 'nowhere' }).catch(
			(error: unknown) => error as NodeOperationError,
		);
		expect(failure).toBeInstanceOf(NodeOperationError);
		expect(failure).toMatchObject({
			message: 'There is no stored conversation “nowhere”',
			description: expect.stringContaining('WhatsApp Trigger') as string,
		});
	});

	it('lets the other items pass where it is told to go on', async () => {
		const [item] = await execute(
			{ conversationId: '' },
			{ items: [{ kept: 1 }], continueOnFail: true },
		);
		expect(item!.json).toMatchObject({ kept: 1, error: 'No conversation was given' });
		expect(item!.pairedItem).toEqual({ item: 0 });
	});

	it.each([
		['nothing', undefined],
		['text that is no JSON', 'hello'],
		['a single object', '{}'],
		['an entry 1 without text', [7]],
		['entries without any text', [{ from: 'customer' }, { from: 'bot' }]],
	])('says that the field Messages holds %s', async (what, messages) => {
		await expect(execute({ source: 'messages', messages })).rejects.toMatchObject({
			message: `The field Messages holds ${what}, not a list of messages`,
		});
	});

	it('keeps no brief where staff do not want it', async () => {
		await execute({ options: { save: false } });
		expect(await store.brief(conversationId)).toBeUndefined();
	});

	it('finds the mood by the scorer’s own measure', async () => {
		await store.decide(conversationId, () => ({
			result: undefined,
			messages: [
				aMessage({
					id: 'x',
					text: 'This is terrible, I hate it',
					sentAt: at(1),
					receivedAt: at(1),
				}),
			],
		}));
		const [item] = await execute();
		expect((item!.json.brief.sentiment as { summary: string }).summary).toMatch(/negative/iu);
	});

	it('shows defaults that core has', () => {
		const options = new ContextSummarizer().description.properties.find(
			({ name }) => name === 'options',
		)!.options as INodeProperties[];
		const value = (name: string) => options.find((option) => option.name === name)?.default;
		expect(value('maxNote')).toBe(DEFAULT_BUDGETS.note);
		expect(value('maxText')).toBe(DEFAULT_BUDGETS.text);
		expect(value('maxMarkdown')).toBe(DEFAULT_BUDGETS.markdown);
		expect(value('maxHeadline')).toBe(DEFAULT_BUDGETS.headline);
		expect(value('transcriptLines')).toBe(DEFAULT_TRANSCRIPT_LIMIT);
		expect(value('firstRead')).toBe(FIRST_READ);
	});
});
