import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { HandoffStore } from '../../../core/ports/store';
import { startClock } from '../../../core/sla';
import type { ClockView } from '../../../core/sla';
import type { SlaKind } from '../../../core/sla/clock';
import { storeFor } from '../../../nodes/shared/store';
import { SlaClock } from '../../../nodes/SlaClock/SlaClock.node';
import { ANA, handedOver, withBot } from '../sla/support/conversation';
import { MemoryStore } from '../sla/support/memoryStore';

jest.mock('../../../nodes/shared/store', () => ({ storeFor: jest.fn(), storeCredential: {} }));

interface Sla {
	changed: number;
	overdue: boolean;
	clocks: ClockView[];
}

describe('SLA Clock', () => {
	let store: MemoryStore;

	const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

	beforeEach(() => {
		store = new MemoryStore();
		jest
			.mocked(storeFor)
			.mockReset()
			.mockResolvedValue(store as unknown as HandoffStore);
		store.conversations.set('c1', handedOver(withBot('c1'), minutesAgo(20), ANA));
	});

	const running = (kind: SlaKind, targetMinutes: number) =>
		store.put(
			startClock(
				{ name: kind, kind, targetMinutes, clock: 'wall', marks: [80, 100] },
				{ id: 'c1', namespace: 'default' },
				'x',
				minutesAgo(20),
			),
		);

	const execute = (
		parameters: Record<string, unknown>,
		continueOnFail = false,
		node = 'SLA Clock',
	) =>
		new SlaClock().execute.call({
			getInputData: () => [{ json: { kept: true } }],
			getNodeParameter: (name: string, _index: number, fallback?: unknown) =>
				({ conversationId: 'c1', ...parameters })[name] ?? fallback,
			getNode: () => ({ name: node, type: 'slaClock' }),
			getTimezone: () => 'Asia/Kolkata',
			getExecutionId: () => '42',
			continueOnFail: () => continueOnFail,
		} as unknown as IExecuteFunctions);

	const sla = (output: INodeExecutionData[][]) => output[0]![0]!.json.sla as unknown as Sla;

	it('tells what is promised, what is overdue, and passes the rest of the item on', async () => {
		running('first_response', 5);
		running('resolution', 60);
		const output = await execute({ operation: 'get' });
		expect(output[0]![0]).toMatchObject({
			json: { kept: true, conversation: { id: 'c1' }, sla: { changed: 0, overdue: true } },
			pairedItem: { item: 0 },
		});
		expect(sla(output).clocks.map(({ kind, status }) => [kind, status])).toEqual([
			['first_response', 'overdue'],
			['resolution', 'running'],
		]);
		expect(sla(output).clocks[1]!.minutesLeft).toBeCloseTo(40, 0);
		expect(sla(output).clocks[1]!.countedMinutes).toBeCloseTo(20, 0);
	});

	it('puts a conversation on hold and lets it go on, all of it or the promises that are named', async () => {
		running('first_response', 30);
		running('resolution', 60);
		const held = sla(await execute({ operation: 'pause', kinds: ['resolution'] }));
		expect(held.changed).toBe(1);
		expect(held.clocks.map(({ status }) => status)).toEqual(['running', 'paused']);
		expect(held.clocks[1]!.pausedBecause).toBe('hold');
		expect(await store.nextClockEventAt()).toBe(store.of('c1')[0]!.nextEventAt);
		const resumed = sla(await execute({ operation: 'resume' }));
		expect(resumed.changed).toBe(1);
		expect(resumed.clocks.map(({ status }) => status)).toEqual(['running', 'running']);
	});

	it('stops a promise that was kept by phone, and calls one off', async () => {
		running('first_response', 30);
		running('resolution', 5);
		expect(
			sla(await execute({ operation: 'stop', kinds: ['first_response'], how: 'kept' })).clocks[0]!
				.status,
		).toBe('met');
		// It had been broken before it was called off, and stays so.
		expect(sla(await execute({ operation: 'stop', how: 'called_off' })).clocks[1]!.status).toBe(
			'breached',
		);
	});

	it('starts a promise by hand, once', async () => {
		const parameters = {
			operation: 'start',
			kind: 'next_response',
			targetMinutes: 7,
			name: 'Call',
		};
		expect(sla(await execute(parameters)).changed).toBe(1);
		const again = sla(await execute(parameters));
		expect(again.changed).toBe(0);
		expect(again.clocks).toHaveLength(1);
		expect(again.clocks[0]).toMatchObject({ kind: 'next_response', policy: 'Call' });
		expect(again.clocks[0]!.minutesLeft).toBeCloseTo(7, 0);
	});

	it('counts by the business hours that SLA Watchdog has', async () => {
		const calendar = {
			timeZone: 'Asia/Kolkata',
			windows: [1, 2, 3, 4, 5, 6, 7].map((day) => ({ day, from: '00:00', to: '24:00' })),
		};
		store.settings.set('sla.policies', [{ calendar }]);
		const { clocks } = sla(
			await execute({ operation: 'start', kind: 'resolution', targetMinutes: 60, name: 'Call' }),
		);
		expect(clocks[0]!.explanation).toMatch(/\(Asia\/Kolkata\): 60 business minutes after/);
	});

	it('watches a follow-up for the time that the customer was told', async () => {
		const promisedFor = new Date(Date.now() + 90 * 60_000).toISOString();
		const { clocks } = sla(
			await execute({ operation: 'start', kind: 'promised_follow_up', promisedFor, name: 'Call' }),
		);
		expect(clocks[0]).toMatchObject({ kind: 'promised_follow_up', dueAt: promisedFor });
	});

	it('reads the time of the picker in the workflow’s zone, wherever the server stands', async () => {
		const promisedFor = '2126-12-02T15:00:00';
		const { clocks } = sla(
			await execute({ operation: 'start', kind: 'promised_follow_up', promisedFor, name: 'Call' }),
		);
		expect(clocks[0]).toMatchObject({ dueAt: '2126-12-02T09:30:00.000Z' });
	});

	it.each([
		['two nodes', ['First', 'Second'], ['Call', 'Call back']],
		['one node in a loop', ['First', 'First'], ['Call', 'Call back']],
	])(
		'keeps two promises of one kind apart that %s of an execution make',
		async (_, nodes, names) => {
			const minutes = [90, 120];
			for (const [index, name] of names.entries()) {
				const promisedFor = new Date(Date.now() + minutes[index]! * 60_000).toISOString();
				await execute(
					{ operation: 'start', kind: 'promised_follow_up', promisedFor, name },
					false,
					nodes[index],
				);
			}
			expect(store.of('c1').map(({ policy }) => policy)).toEqual(names);
		},
	);

	it('climbs the ladder of SLA Watchdog with a promise made by hand', async () => {
		const ladder = [{ percent: 120, step: 'alert_team_lead' }];
		store.settings.set('sla.policies', [{ ladder, repeat: 'doubling' }]);
		await execute({ operation: 'start', kind: 'resolution', targetMinutes: 60, name: 'Call' });
		const [clock] = store.of('c1');
		expect(clock!.pending.map(({ percent }) => percent)).toEqual([80, 100, 120]);
		expect(clock!.terms).toMatchObject({ ladder, repeat: 'doubling' });
	});

	it('says so where there is no such conversation', async () => {
		await expect(execute({ operation: 'get', conversationId: 'none' })).rejects.toThrow(
			'This conversation is not known',
		);
	});

	it.each([
		[{ kind: 'promised_follow_up', promisedFor: '2020-01-01T00:00:00Z' }, /not in the future/],
		[{ kind: 'resolution', targetMinutes: -3 }, /cannot be kept watch over/],
		[{ kind: 'resolution', targetMinutes: 3, conversationId: 'none' }, /not known/],
	])('refuses what cannot be watched: %p', async (parameters, message) => {
		const refusal = await execute({ operation: 'start', name: 'Call', ...parameters }).catch(
			(error: unknown) => error,
		);
		expect(refusal).toBeInstanceOf(NodeOperationError);
		expect((refusal as NodeOperationError).message).toMatch(message);
		expect(store.of('c1')).toEqual([]);
	});

	it('goes on with the item and the message where staff chose to continue', async () => {
		const output = await execute(
			{ operation: 'start', name: 'Call', kind: 'resolution', targetMinutes: -3 },
			true,
		);
		expect(output[0]![0]!.json).toMatchObject({
			kept: true,
			error: 'This promise cannot be kept watch over',
		});
	});
});
