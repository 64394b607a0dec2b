import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { Database } from '../../../adapters/store/sqlite/database';
import { SqliteStore } from '../../../adapters/store/sqlite/sqliteStore';
import { applyEvent } from '../../../core/conversation/apply';
import type { BotTurn } from '../../../core/conversation/message';
import { reply } from '../../../core/conversation/reply';
import { transition } from '../../../core/conversation/transitions';
import { MISSED_DEFAULTS, UNSURE_DEFAULTS } from '../../../core/metrics';
import { clocksOnHandoff, DEFAULT_POLICIES } from '../../../core/sla';
import { HandoffReport } from '../../../nodes/HandoffReport/HandoffReport.node';
import { storeFor } from '../../../nodes/shared/store';
import { recordingMessaging } from '../../support';
import { ANA } from '../sla/support/conversation';

jest.mock('../../../nodes/shared/store', () => ({ storeFor: jest.fn(), storeCredential: {} }));

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

describe('Handoff Report', () => {
	let folder: string;
	let store: SqliteStore;

	beforeEach(() => {
		folder = mkdtempSync(path.join(tmpdir(), 'report-'));
		store = new SqliteStore(Database.open(path.join(folder, 'handoff.sqlite')), 'default');
		jest.mocked(storeFor).mockReset().mockResolvedValue(store);
	});

	afterEach(async () => {
		await store.close();
		rmSync(folder, { recursive: true });
	});

	/** A customer who wrote so many minutes ago. Returns the conversation's id. */
	const wrote = async (number: number, minutes: number, text = 'Hello') => {
		const at = ago(minutes);
		const [intake] = await store.intake(
			[
				{
					channelId: '106540352242922',
					identity: { keys: [{ kind: 'wa_id', value: `1555555010${number}` }] },
					message: {
						id: `wamid.${number}.${minutes}`,
						direction: 'in',
						author: 'customer',
						type: 'text',
						text,
						sentAt: at,
						receivedAt: at,
					},
				},
			],
			at,
		);
		return intake!.conversation.id;
	};

	const handOver = (id: string, minutes: number) =>
		store.decide(id, (view) => {
			const step = transition(
				view.conversation,
				{
					type: 'escalate',
					owner: ANA,
					reason: 'Asked for a person',
					score: 90,
					signals: [],
					priority: 'normal',
					queue: 'Support',
				},
				{ kind: 'system' },
				ago(minutes),
			);
			if (!step.ok) throw new Error(step.message);
			return {
				result: undefined,
				conversation: step.conversation,
				audit: [step.audit!],
				clocks: clocksOnHandoff(DEFAULT_POLICIES, step.conversation, ago(minutes)),
			};
		});

	const answer = (id: string, minutes: number) =>
		store.decide(id, (view) =>
			applyEvent(
				view,
				{ type: 'agent_replied', sentAt: ago(minutes) },
				{ actor: { kind: 'agent' }, now: ago(minutes), policies: DEFAULT_POLICIES },
			),
		);

	const frustrated = (id: string) =>
		store.decide(id, ({ conversation }) => ({
			result: undefined,
			conversation: {
				...conversation,
				version: conversation.version + 1,
				counters: { ...conversation.counters, sentiment: -0.6, negatives: 2 },
			},
		}));

	/** The bot's reply as Conversation → Reply sends and keeps it. */
	const answered = (id: string, minutes: number, text: string, bot: BotTurn) =>
		reply(
			{
				store,
				messaging: { ...recordingMessaging(), send: () => Promise.resolve({ ids: [`out.${id}`] }) },
				clock: { now: () => new Date(ago(minutes)) },
			},
			{
				conversationId: id,
				author: 'bot',
				message: { type: 'text', text },
				key: 'k',
				bot,
			},
		);

	const execute = async (parameters: Record<string, unknown>, json: IDataObject = {}) => {
		const [output] = await new HandoffReport().execute.call({
			getInputData: () => [{ json }],
			getNodeParameter: (name: string, _index: number, fallback?: unknown) =>
				({ period: 'days', days: 7, timeZone: 'UTC', giveBack: 'one', limit: 50, ...parameters })[
					name
				] ?? fallback,
			getNode: () => ({ name: 'Handoff Report', type: 'handoffReport' }),
			getWorkflow: () => ({ name: 'Weekly review' }),
			getTimezone: () => 'Asia/Kolkata',
			continueOnFail: () => false,
			helpers: {
				prepareBinaryData: (data: Buffer, fileName: string, mimeType: string) =>
					Promise.resolve({ data: data.toString('base64'), fileName, mimeType }),
			},
		} as unknown as IExecuteFunctions);
		return output!;
	};

	it('gives the numbers of the week from what the store holds', async () => {
		const id = await wrote(1, 60);
		await handOver(id, 59);
		await answer(id, 55);
		await wrote(2, 30);
		await wrote(3, 60 * 24 * 9);
		const [item] = await execute({ operation: 'metrics' });
		expect(item).toMatchObject({
			json: {
				conversations: 2,
				handoffs: 1,
				handoffRate: 0.5,
				containment: 0.5,
				breachRate: 0,
				complete: true,
				firstResponse: { count: 1, medianMinutes: 4, p90Minutes: 4 },
				byAgent: [{ name: 'Ana', handoffs: 1, open: 1 }],
			},
			pairedItem: { item: 0 },
		});
	});

	it('gives one item for each row, or a file for a spreadsheet', async () => {
		await handOver(await wrote(1, 60), 59);
		const rows = await execute({ operation: 'metrics', giveBack: 'rows' });
		expect(rows.map(({ json }) => json.group)).toEqual(['all', 'agent', 'queue', 'reason', 'hour']);
		expect(rows[1]!.json).toMatchObject({ name: 'Ana', handoffs: 1, waiting: 1 });
		const [file] = await execute({ operation: 'metrics', giveBack: 'csv' });
		expect(file!.binary!.data).toMatchObject({ mimeType: 'text/csv' });
		const csv = Buffer.from(file!.binary!.data!.data, 'base64').toString();
		expect(csv.split('\r\n')[0]).toMatch(/^from,to,group,name,handoffs/);
	});

	it('finds the customers that the bot lost, and not again once somebody has judged them', async () => {
		const lost = await wrote(1, 300);
		await frustrated(lost);
		await wrote(2, 300);
		const [found, ...others] = await execute({ operation: 'missed' });
		expect(others).toEqual([]);
		expect(found!.json).toMatchObject({
			conversation: { id: lost },
			missed: { reasons: [{ reason: 'silent_after_frustration' }] },
		});
		await execute({ operation: 'label', conversationId: lost, verdict: 'missed' });
		expect(await execute({ operation: 'missed' })).toEqual([]);
		expect(
			await execute({ operation: 'missed', missedOptions: { includeJudged: true } }),
		).toHaveLength(1);
	});

	it('labels a handoff, with a line in the audit log, and gives labelled ones to the rule test', async () => {
		const missed = await wrote(1, 300, 'I want a person');
		const unnecessary = await wrote(2, 200, 'Thanks');
		const [item] = await execute(
			{ operation: 'label', conversationId: missed, verdict: 'missed' },
			{ kept: true },
		);
		expect(item!.json).toMatchObject({
			kept: true,
			verdict: 'missed',
			conversation: { tags: ['handoff:missed'] },
		});
		await execute({ operation: 'label', conversationId: unnecessary, verdict: 'unnecessary' });
		expect((await store.audit(missed)).at(-1)).toMatchObject({ action: 'label', reason: 'missed' });
		const labelled = await execute({ operation: 'labelled' });
		expect(labelled.map(({ json }) => json)).toMatchObject([
			{
				id: unnecessary,
				escalated: false,
				messages: [{ author: 'customer', text: 'Thanks' }],
			},
			{ id: missed, escalated: true, messages: [{ text: 'I want a person' }] },
		]);
	});

	it('finds late and wrongly routed handoffs with a link to each, and keeps the label of each', async () => {
		const id = await wrote(1, 60);
		await handOver(id, 59);
		await answer(id, 40);
		await store.decide(id, (view) =>
			applyEvent(
				view,
				{ type: 'assign', owner: { kind: 'agent', id: 'ben', name: 'Ben' }, reason: 'Theirs' },
				{ actor: { kind: 'agent' }, now: ago(30), policies: DEFAULT_POLICIES },
			),
		);
		const find = (more: object = {}) =>
			execute({ operation: 'review', findings: ['late', 'wrongly_routed'], ...more });
		const [unpublished] = await find();
		expect(unpublished!.json).not.toHaveProperty('link');
		await store.putSetting('inbox.url', 'https://n8n.example/webhook/inbox');
		const [found, ...others] = await find();
		expect(others).toEqual([]);
		expect(found!.json).toMatchObject({
			review: {
				handoffId: `${id}:h1`,
				reason: 'Asked for a person',
				agent: { name: 'Ben' },
				findings: [
					{ finding: 'late', minutes: 14, text: 'Answered 14 min late' },
					{ finding: 'wrongly_routed', text: 'Ana → Ben' },
				],
			},
			link: `https://n8n.example/webhook/inbox#/c/${id}`,
			conversation: { id },
			customer: { key: '15555550101' },
		});
		await execute({
			operation: 'label',
			conversationId: id,
			handoffId: `${id}:h1`,
			verdict: 'justified',
		});
		// Judged to be right, so it went to nobody wrong; late it was all the same.
		expect(await find({ findings: ['wrongly_routed'] })).toEqual([]);
		expect((await find())[0]!.json).toMatchObject({ review: { verdict: 'justified' } });
		expect(await find({ reviewOptions: { withoutLabel: true } })).toEqual([]);
		const lost = await wrote(2, 300);
		await frustrated(lost);
		const [missed] = await execute({ operation: 'missed' });
		expect(missed!.json.link).toBe(`https://n8n.example/webhook/inbox#/c/${lost}`);
	});

	it('labels the handoff that an item is about, and says so where the conversation never had it', async () => {
		const label = new HandoffReport().description.properties.find(
			({ name }) => name === 'handoffId',
		)!;
		expect(label.default).toBe('={{ $json.review?.handoffId ?? "" }}');
		const id = await wrote(1, 60);
		await expect(
			execute({ operation: 'label', conversationId: id, handoffId: 'h9', verdict: 'missed' }),
		).rejects.toThrow('This conversation has no handoff h9');
		await expect(
			execute({ operation: 'label', conversationId: 'nobody', verdict: 'missed' }),
		).rejects.toThrow('There is no stored conversation nobody');
	});

	it('counts what staff call no success as none', async () => {
		const id = await wrote(1, 60);
		await handOver(id, 59);
		await store.decide(id, (view) =>
			applyEvent(
				view,
				{ type: 'resolve', outcome: { disposition: 'Kein Interesse' } },
				{ actor: { kind: 'agent' }, now: ago(50), policies: DEFAULT_POLICIES },
			),
		);
		const rate = async (metricsOptions: object) =>
			(await execute({ operation: 'metrics', metricsOptions }))[0]!.json.resolutionRate;
		expect(await rate({})).toBe(1);
		expect(await rate({ noSuccess: 'spam, kein Interesse' })).toBe(0);
	});

	it('gives the answers that the bot was unsure of, once, and what it knew to the rule test', async () => {
		const id = await wrote(1, 300, 'Do you ship to Norway?');
		await answered(id, 299, 'We are open from 9 to 17.', { confidence: 0.15, intent: 'hours' });
		const sure = await wrote(2, 200);
		await answered(sure, 199, 'Hello!', { confidence: 0.95 });
		const found = await execute({ operation: 'unsure' });
		expect(found.map(({ json }) => json)).toMatchObject([
			{
				review: {
					question: 'Do you ship to Norway?',
					answer: 'We are open from 9 to 17.',
					confidence: 0.15,
					intent: 'hours',
					then: 'silent',
				},
				conversation: { id },
				customer: { key: '15555550101' },
			},
		]);
		expect(
			await execute({ operation: 'unsure', unsureOptions: { confidenceBar: 0.99 } }),
		).toHaveLength(2);
		await execute({ operation: 'label', conversationId: id, verdict: 'missed' });
		expect(await execute({ operation: 'unsure' })).toEqual([]);
		expect(
			await execute({ operation: 'unsure', unsureOptions: { includeJudged: true } }),
		).toHaveLength(1);
		const [labelled] = await execute({ operation: 'labelled' });
		expect(labelled!.json).toMatchObject({
			id,
			escalated: true,
			messages: [
				{
					author: 'customer',
					bot: { confidence: 0.15, intent: 'hours', reply: 'We are open from 9 to 17.' },
				},
				{ author: 'bot' },
			],
		});
	});

	it('refuses a period that ends before it begins', async () => {
		await expect(
			execute({ operation: 'metrics', period: 'custom', from: '2026-11-20', to: '2026-11-19' }),
		).rejects.toThrow('The period does not begin before it ends');
	});

	it('begins and ends a period in the workflow’s zone', async () => {
		const [row] = await execute({
			operation: 'metrics',
			period: 'custom',
			from: '2026-11-19',
			to: '2026-11-20T09:00:00',
		});
		expect(row!.json).toMatchObject({
			from: '2026-11-18T18:30:00.000Z',
			to: '2026-11-20T03:30:00.000Z',
		});
	});

	it('offers the finder’s settings with the values that it has by itself', () => {
		const options = new HandoffReport().description.properties.find(
			({ name }) => name === 'missedOptions',
		)!.options as Array<{ name: string; default: unknown }>;
		for (const [name, value] of Object.entries(MISSED_DEFAULTS)) {
			expect(options.find((option) => option.name === name)?.default).toBe(value);
		}
		const review = new HandoffReport().description.properties.find(
			({ name }) => name === 'unsureOptions',
		)!.options as Array<{ name: string; default: unknown }>;
		for (const [name, value] of Object.entries(UNSURE_DEFAULTS)) {
			expect(review.find((option) => option.name === name)?.default).toBe(value);
		}
	});
});
