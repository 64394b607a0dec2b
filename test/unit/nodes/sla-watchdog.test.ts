import type {
	IDataObject,
	INodeExecutionData,
	IRun,
	ITriggerFunctions,
	ITriggerResponse,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { HandoffStore } from '../../../core/ports/store';
import { DEFAULT_LADDER, settle, startClock } from '../../../core/sla';
import type { SlaPolicy } from '../../../core/sla/policy';
import { SlaWatchdog } from '../../../nodes/SlaWatchdog/SlaWatchdog.node';
import { storeFor } from '../../../nodes/shared/store';
import { ANA, handedOver, withBot } from '../sla/support/conversation';
import { MemoryStore } from '../sla/support/memoryStore';

jest.mock('../../../nodes/shared/store', () => ({ storeFor: jest.fn(), storeCredential: {} }));

const OUTPUTS = ['warning', 'breach', 'recovery', 'met'];

interface Done {
	resolve(run: IRun): void;
	reject(error: Error): void;
}

interface Emitted {
	output: string;
	json: IDataObject;
	done: Done | undefined;
}

/** The parts of n8n's trigger context that the node uses. */
class Context {
	readonly emitted: Emitted[] = [];
	readonly failed: Error[] = [];
	readonly logger = { warn: jest.fn() };
	private waiting: Array<() => void> = [];

	constructor(
		private readonly parameters: Record<string, unknown> = {},
		private readonly mode = 'trigger',
		/** What n8n does with a run. */
		private readonly settle: (emitted: Emitted) => void = ({ done }) =>
			done?.resolve({ status: 'success' } as IRun),
		private readonly workflow = { id: 'w1', name: 'Alerts', active: true },
	) {}

	getNode = () => ({ name: 'SLA Watchdog', type: 'slaWatchdog', credentials: {} });
	getMode = () => this.mode;
	getWorkflow = () => this.workflow;
	getNodeParameter = (name: string, fallback?: unknown) =>
		name
			.split('.')
			.reduce<unknown>(
				(value, key) => (value as Record<string, unknown> | undefined)?.[key],
				this.parameters,
			) ?? fallback;
	saveFailedExecution = (error: Error) => this.failed.push(error);

	emit = (data: INodeExecutionData[][], _response?: unknown, done?: Done) => {
		data.forEach((items, index) =>
			items.forEach(({ json }) => {
				const emitted = { output: OUTPUTS[index]!, json, done };
				this.emitted.push(emitted);
				this.settle(emitted);
			}),
		);
		for (const wake of this.waiting.splice(0)) wake();
	};

	/** Resolves when the node has emitted so many items. */
	async emissions(count: number): Promise<Emitted[]> {
		while (this.emitted.length < count) {
			await new Promise<void>((resolve) => this.waiting.push(resolve));
		}
		return this.emitted;
	}

	trigger(): Promise<ITriggerResponse> {
		return new SlaWatchdog().trigger.call(this as unknown as ITriggerFunctions);
	}
}

class SettingsStore extends MemoryStore {
	async putSetting(key: string, value: unknown) {
		this.settings.set(key, value);
		await Promise.resolve();
	}

	async updateSetting<T>(key: string, change: (current: T | undefined) => T) {
		const next = change(this.settings.get(key) as T | undefined);
		this.settings.set(key, next);
		return Promise.resolve(next);
	}
}

const PROMISE: SlaPolicy = {
	name: 'First response',
	kind: 'first_response',
	targetMinutes: 5,
	clock: 'wall',
	marks: [80, 100],
};

/** So many Mondays, this week's first. */
const mondays = (count: number) => {
	const day = 24 * 60 * 60_000;
	const today = Date.now() - ((new Date().getUTCDay() || 7) - 1) * day;
	return Array.from({ length: count }, (_, week) =>
		new Date(today + week * 7 * day).toISOString().slice(0, 10),
	);
};

/** Everything that was begun has run as far as it can. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('SLA Watchdog', () => {
	let store: SettingsStore;
	const closing: Array<ITriggerResponse['closeFunction']> = [];

	beforeEach(() => {
		store = new SettingsStore();
		jest
			.mocked(storeFor)
			.mockReset()
			.mockResolvedValue(store as unknown as HandoffStore);
	});

	afterEach(async () => {
		for (const close of closing.splice(0)) await close?.();
	});

	const activate = async (context: Context) => {
		const response = await context.trigger();
		closing.push(response.closeFunction);
		return response;
	};

	/** A handoff whose first answer was due `minutes` ago. */
	const overdue = (id: string, minutes: number) => {
		const at = new Date(Date.now() - (minutes + 5) * 60_000).toISOString();
		const conversation = handedOver(withBot(id), at, ANA);
		store.conversations.set(id, conversation);
		const clock = startClock(PROMISE, conversation, conversation.handoff!.id, at);
		store.put(clock);
		return clock;
	};

	it('dropped on the canvas promises a first response within five minutes, warned at four', async () => {
		await activate(new Context());
		expect(store.settings.get('sla.policies')).toEqual([
			{
				name: 'First response',
				kind: 'first_response',
				targetMinutes: 5,
				clock: 'business',
				marks: [80, 100],
				ladder: DEFAULT_LADDER,
				repeat: 'doubling',
				reportMet: true,
			},
			// Who asks again after that answer is not left alone either.
			expect.objectContaining({ kind: 'next_response', targetMinutes: 30, marks: [80, 100] }),
		]);
	});

	it('writes the promises as staff filled them in to the store, where the other nodes read them', async () => {
		await activate(
			new Context({
				policies: {
					policy: [
						{
							kind: 'first_response',
							targetMinutes: 2,
							warnAt: '50, 80 %',
							customers: 'vip',
							queues: 'Sales, Support',
							priorities: ['urgent'],
							topics: 'complaint, refund',
							leadClasses: ['HOT'],
							tags: 'wholesale',
							channelIds: '1',
						},
						{ targetMinutes: 10 },
						{
							kind: 'resolution',
							targetMinutes: 480,
							clock: 'wall',
							pauseWhileWaiting: true,
							name: 'Solved today',
						},
					],
				},
				businessHours: 'custom',
				timeZone: 'Europe/Berlin',
				openingHours: { window: [{ days: [1], from: '09:00', to: '12:00' }] },
				closedDates: '2026-12-25',
				ladder: { rung: [{ percent: 150, step: 'alert_team_lead', note: ' Call Kim ' }] },
				repeat: 'every',
				repeatPercent: 50,
				options: { reportMet: false },
			}),
		);
		const common = {
			repeat: { everyPercent: 50 },
			calendar: {
				timeZone: 'Europe/Berlin',
				windows: [{ day: 1, from: '09:00', to: '12:00' }],
				closedDates: ['2026-12-25'],
			},
			ladder: [{ percent: 150, step: 'alert_team_lead', note: 'Call Kim' }],
		};
		expect(store.settings.get('sla.policies')).toEqual([
			{
				...common,
				name: 'First response',
				kind: 'first_response',
				targetMinutes: 2,
				clock: 'business',
				marks: [50, 80, 100],
				when: {
					priorities: ['urgent'],
					queues: ['Sales', 'Support'],
					topics: ['complaint', 'refund'],
					leadClasses: ['HOT'],
					tags: ['wholesale'],
					channelIds: ['1'],
					vip: true,
				},
			},
			{
				...common,
				name: 'First response 2',
				kind: 'first_response',
				targetMinutes: 10,
				clock: 'business',
				marks: [80, 100],
			},
			{
				...common,
				name: 'Solved today',
				kind: 'resolution',
				targetMinutes: 480,
				clock: 'wall',
				marks: [80, 100],
				pauseWhileWaiting: true,
			},
		]);
	});

	it.each([
		[
			'a negative target',
			{ policies: { policy: [{ targetMinutes: -1 }] } },
			/-1 minutes cannot be met/,
		],
		[
			'an unknown time zone',
			{ businessHours: 'custom', timeZone: 'Berlin' },
			/time zone "Berlin" is not known/,
		],
		[
			'no business hours at all',
			{
				businessHours: 'custom',
				timeZone: 'UTC',
				openingHours: { window: [{ days: [], from: '09:00', to: '17:00' }] },
			},
			/no business hours at all/,
		],
		[
			'a warning at no percentage',
			{ policies: { policy: [{ warnAt: 'soon' }] } },
			/NaN % is not a point/,
		],
		[
			'a repetition of nothing',
			{ repeat: 'every', repeatPercent: 0 },
			/cannot be repeated every 0 %/,
		],
		[
			'nothing but closed dates',
			{
				businessHours: 'custom',
				timeZone: 'UTC',
				openingHours: { window: [{ days: [1], from: '09:00', to: '17:00' }] },
				closedDates: mondays(3 * 53).join(','),
			},
			/no time within three years/,
		],
	])('is not activated with %s, and says what to change', async (_, parameters, finding) => {
		const refusal = await new Context(parameters).trigger().catch((error: unknown) => error);
		expect(refusal).toBeInstanceOf(NodeOperationError);
		expect((refusal as NodeOperationError).message).toMatch(finding);
		expect(store.settings.size).toBe(0);
	});

	it('emits a breach with everything that an alert needs, and confirms it when the run is over', async () => {
		overdue('c1', 7);
		store.settings.set('inbox.url', 'https://n8n.example/inbox');
		const context = new Context();
		await activate(context);
		const [emitted] = await context.emissions(1);
		expect(emitted).toMatchObject({
			output: 'breach',
			json: {
				conversation: { id: 'c1', owner: { name: 'Ana' } },
				customer: { phone: '+15555550100' },
				handoff: { id: 'c1:h1', reason: 'Asked for a person' },
				sla: {
					idempotencyKey: 'c1:first_response:c1:h1@100',
					type: 'breach',
					kind: 'first_response',
					policy: 'First response',
					percent: 100,
					nextStep: { step: 'reassign' },
					link: 'https://n8n.example/inbox#/c/c1',
				},
			},
		});
		const sla = emitted!.json.sla as unknown as { lateByMinutes: number; also: unknown[] };
		expect(sla.lateByMinutes).toBeCloseTo(7, 0);
		expect(sla.also).toHaveLength(1);
		await closing.pop()!();
		await settled();
		expect(await store.takeDueEvents('2099-01-01T00:00:00.000Z', 10, 1)).toEqual([]);
	});

	it('keeps an event whose run n8n could not begin, and shows that among the executions', async () => {
		overdue('c1', 1);
		const context = new Context({}, 'trigger', ({ done }) =>
			done?.reject(new Error('The database is locked')),
		);
		await activate(context);
		await context.emissions(1);
		await closing.pop()!();
		await settled();
		expect(context.failed.map(({ message }) => message)).toEqual(['The database is locked']);
		const again = await store.takeDueEvents('2099-01-01T00:00:00.000Z', 10, 1);
		expect(again.map(({ id }) => id)).toContain('c1:first_response:c1:h1@100');
	});

	it.each(['error', 'crashed', 'canceled'] as const)(
		'keeps an event whose run ended with %s, so that it comes again; n8n shows the run itself',
		async (status) => {
			overdue('c1', 1);
			const context = new Context({}, 'trigger', ({ done }) => done?.resolve({ status } as IRun));
			await activate(context);
			await context.emissions(1);
			await closing.pop()!();
			await settled();
			expect(context.failed).toEqual([]);
			expect(context.logger.warn).toHaveBeenCalledWith(expect.stringContaining(`"${status}"`));
			const again = await store.takeDueEvents('2099-01-01T00:00:00.000Z', 10, 1);
			expect(again.map(({ id }) => id)).toContain('c1:first_response:c1:h1@100');
		},
	);

	it('emits a kept promise on its own output', async () => {
		const clock = {
			...overdue('c1', 1),
			terms: { targetMinutes: 5, clock: 'wall' as const, reportMet: true },
		};
		store.put(...settle([clock], 'answered', clock.dueAt));
		const context = new Context();
		await activate(context);
		const [emitted] = await context.emissions(1);
		expect(emitted).toMatchObject({
			output: 'met',
			json: { sla: { type: 'met', lateByMinutes: 0 } },
		});
	});

	/** A message of a customer that no workflow has dealt with. */
	const lose = () => {
		const conversation = withBot('c1');
		store.conversations.set('c1', conversation);
		store.lost.push({
			fresh: false,
			handled: false,
			conversation,
			message: {
				id: 'wamid.1',
				direction: 'in',
				author: 'customer',
				type: 'text',
				text: 'Hello',
				sentAt: '2026-11-20T09:00:00.000Z',
				receivedAt: '2026-11-20T09:00:00.000Z',
			},
		});
	};

	it.each([
		['success', true],
		['waiting', true],
		['error', false],
		['crashed', false],
		['canceled', false],
	] as const)(
		'takes a message for dealt with when the run of Recovery ended with %s: %s',
		async (status, handled) => {
			lose();
			const context = new Context({}, 'trigger', ({ done }) => done?.resolve({ status } as IRun));
			await activate(context);
			await context.emissions(1);
			await closing.pop()!();
			await settled();
			expect(store.lost[0]!.handled).toBe(handled);
		},
	);

	it('hands to a person at once what Recovery, with nothing connected to it, would have dropped, and says so', async () => {
		lose();
		const alone = { status: 'success', data: { resultData: { lastNodeExecuted: 'SLA Watchdog' } } };
		const context = new Context({}, 'trigger', ({ done }) => done?.resolve(alone as IRun));
		await activate(context);
		await context.emissions(1);
		await closing.pop()!();
		await settled();
		expect(context.emitted).toHaveLength(1);
		expect(context.failed[0]).toMatchObject({
			message: expect.stringContaining('nothing is connected to the output Recovery') as unknown,
			description: expect.stringContaining('Connect Recovery') as unknown,
		});
		expect(store.conversations.get('c1')).toMatchObject({
			state: 'human',
			owner: { kind: 'queue', name: 'Support' },
		});
		expect(store.lost[0]!.handled).toBe(true);
	});

	it('shows among the failed executions what three runs have not dealt with, and hands it to a person', async () => {
		lose();
		const now = new Date().toISOString();
		for (const number of [1, 2, 3]) {
			await store.completeOnce(`recovery:c1:wamid.1:${number}`, { at: now });
		}
		const context = new Context();
		await activate(context);
		while (context.failed.length === 0) await settled();
		expect(context.emitted).toEqual([]);
		expect(context.failed[0]).toMatchObject({
			message: expect.stringContaining('could not be brought back') as unknown,
			description: expect.stringContaining('the workflow behind Recovery') as unknown,
		});
		expect(store.conversations.get('c1')).toMatchObject({
			state: 'human',
			owner: { kind: 'queue', name: 'Support' },
		});
	});

	it('emits a message that no workflow has dealt with on Recovery, in the shape of WhatsApp Trigger', async () => {
		lose();
		const context = new Context();
		await activate(context);
		const [emitted] = await context.emissions(1);
		expect(emitted).toMatchObject({
			output: 'recovery',
			json: { conversation: { id: 'c1' }, message: { id: 'wamid.1', text: 'Hello' } },
		});
		await closing.pop()!();
		await settled();
		expect(store.lost[0]!.handled).toBe(true);
	});

	it('is refused beside another watchdog of the same store, whose promises stay', async () => {
		const first = new Context({ policies: { policy: [{ targetMinutes: 3 }] } });
		await activate(first);
		const promises = store.settings.get('sla.policies');
		const second = () =>
			new Context({ policies: { policy: [{ targetMinutes: 9 }] } }, 'trigger', undefined, {
				id: 'w2',
				name: 'Sales alerts',
				active: true,
			});
		const refusal = await second()
			.trigger()
			.catch((error: unknown) => error);
		expect(refusal).toBeInstanceOf(NodeOperationError);
		expect(refusal).toMatchObject({
			message: 'The workflow "Alerts" already watches over this handoff store',
			description: expect.stringContaining('unpublish that workflow first') as unknown,
		});
		expect(store.settings.get('sla.policies')).toBe(promises);
		// Unpublished, it leaves the watch to others at once.
		await closing.pop()!();
		await activate(second());
		expect(store.settings.get('sla.policies')).toMatchObject([{ targetMinutes: 9 }]);
	});

	it.each([
		['warning', { type: 'warning', percent: 50, minutesLeft: 1, lateByMinutes: 0 }],
		['met', { type: 'met' }],
	])('tries out the output that staff choose: %s', async (sample, sla) => {
		const context = new Context(
			{ policies: { policy: [{ warnAt: '50' }] }, options: { sample } },
			'manual',
		);
		await (
			await context.trigger()
		).manualTriggerFunction!();
		expect(context.emitted).toMatchObject([{ output: sample, json: { sla } }]);
	});

	it('tries out Recovery with a message in the shape of WhatsApp Trigger', async () => {
		const context = new Context({ options: { sample: 'recovery' } }, 'manual');
		await (
			await context.trigger()
		).manualTriggerFunction!();
		expect(context.emitted).toMatchObject([
			{
				output: 'recovery',
				json: {
					conversation: { id: 'sample-conversation', state: 'bot' },
					customer: { name: 'Sample Customer' },
					message: { id: 'sample-message', author: 'customer' },
				},
			},
		]);
		expect(context.emitted[0]!.json.conversation).not.toHaveProperty('owner');
	});

	it('in the editor’s test emits a sample breach of the first promise and touches no store', async () => {
		const context = new Context(
			{ policies: { policy: [{ kind: 'resolution', targetMinutes: 60, name: 'Solved' }] } },
			'manual',
		);
		const response = await context.trigger();
		await response.manualTriggerFunction!();
		expect(context.emitted).toMatchObject([
			{
				output: 'breach',
				json: {
					conversation: { id: 'sample-conversation', state: 'human' },
					sla: { type: 'breach', kind: 'resolution', policy: 'Solved', lateByMinutes: 1 },
				},
			},
		]);
		expect(storeFor).not.toHaveBeenCalled();
	});
});
