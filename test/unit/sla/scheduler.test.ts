import type { Scheduler, SchedulerOptions } from '../../../adapters/clock/scheduler';
import { startScheduler } from '../../../adapters/clock/scheduler';
import { settle, startClock } from '../../../core/sla';
import type { AlertView } from '../../../core/sla/alert';
import { LEASE_MS } from '../../../core/sla/watchdog';
import { handedOver, withBot } from './support/conversation';
import { MemoryStore } from './support/memoryStore';
import { VirtualTimers } from './support/virtualTimers';

const START = Date.parse('2026-11-20T16:30:00.000Z');
const MINUTE = 60_000;
const at = (minutes: number) => new Date(START + minutes * MINUTE).toISOString();

/** A store, a clock that is moved by hand, and what came out of the scheduler. */
class Bench {
	readonly store = new MemoryStore();
	readonly timers = new VirtualTimers(START);
	readonly raised: Array<{ view: AlertView; at: string }> = [];
	readonly recovered: string[] = [];
	readonly failures: Array<{ error: unknown; first: boolean }> = [];
	/** What the next deliveries do in place of succeeding. */
	refuse: (key: string) => void = () => undefined;
	/** How the run of a message that is brought back ends. */
	endsWell: (id: string) => boolean | Promise<boolean> = () => true;
	/** What alerts wait for before they are handed on. */
	slowly: Promise<void> = Promise.resolve();
	inHand = 0;
	mostInHand = 0;
	private loops = 0;

	start(options: SchedulerOptions = { recoverAfterMs: 0 }): Scheduler {
		this.loops += options.recoverAfterMs === 0 ? 1 : 2;
		return startScheduler(
			this.store,
			{
				alert: async (_alert, view) => {
					this.mostInHand = Math.max(this.mostInHand, ++this.inHand);
					await this.slowly;
					this.inHand--;
					this.refuse(view.idempotencyKey);
					this.raised.push({ view, at: this.timers.now().toISOString() });
				},
				recovered: async ({ message }) => {
					await Promise.resolve();
					this.refuse(message.id);
					this.recovered.push(message.id);
					return this.endsWell(message.id);
				},
			},
			{ failed: (error, first) => this.failures.push({ error, first }) },
			options,
			this.timers,
		);
	}

	/** As a crash leaves it: nothing is called any more. */
	killed(): void {
		this.timers.jumpTo(this.timers.now().getTime());
		this.loops = 0;
	}

	handOver(id: string, minutes: number, targetMinutes = 10): void {
		const conversation = handedOver(withBot(id), at(minutes));
		this.store.conversations.set(id, conversation);
		this.store.put(
			startClock(
				{
					name: 'First response',
					kind: 'first_response',
					targetMinutes,
					clock: 'wall',
					marks: [80, 100],
				},
				conversation,
				'x',
				at(minutes),
			),
		);
	}

	answer(id: string, minutes: number): void {
		this.store.put(...settle(this.store.of(id), 'answered', at(minutes)));
	}

	lose(id: string, minutes: number, conversationId = 'c1'): void {
		const conversation = withBot(conversationId, { lastCustomerMessageAt: at(minutes) });
		this.store.conversations.set(conversationId, conversation);
		this.store.lost.push({
			fresh: false,
			handled: false,
			conversation,
			message: {
				id,
				direction: 'in',
				author: 'customer',
				type: 'text',
				text: 'Hello',
				sentAt: at(minutes),
				receivedAt: at(minutes),
			},
		});
	}

	run(minutes: number): Promise<void> {
		return this.timers.advanceTo(START + minutes * MINUTE, this.loops);
	}

	get ids(): string[] {
		return this.raised.map(({ view }) => view.idempotencyKey);
	}
}

describe('the scheduler', () => {
	it('raises a warning and a breach, each at its time and once', async () => {
		const bench = new Bench();
		bench.handOver('c1', 0);
		bench.start();
		await bench.run(60);
		expect(bench.raised.map((one) => [one.view.idempotencyKey, one.at])).toEqual([
			['c1:first_response:x@80', at(8)],
			['c1:first_response:x@100', at(10)],
		]);
	});

	it('raises nothing for a customer who has been answered', async () => {
		const bench = new Bench();
		bench.handOver('c1', 0);
		bench.start();
		await bench.run(5);
		bench.answer('c1', 5);
		await bench.run(60);
		expect(bench.raised).toEqual([]);
	});

	it('sleeps until the next promise is due and asks no more often than it must', async () => {
		const bench = new Bench();
		bench.handOver('c1', 0, 600);
		bench.start({ pollMs: 5 * MINUTE, recoverAfterMs: 0 });
		await bench.run(470);
		expect(bench.store.calls.takeDueEvents).toBe(95);
	});

	it('notices within one poll a promise that another process has made', async () => {
		const bench = new Bench();
		bench.start({ pollMs: 15_000, recoverAfterMs: 0 });
		await bench.run(1);
		bench.handOver('c1', 1, 0.125);
		await bench.run(1.25);
		expect(bench.ids).toEqual(['c1:first_response:x@100']);
	});

	it('shares the events with any number of others on the same store: each comes once', async () => {
		const bench = new Bench();
		for (let i = 0; i < 120; i++) bench.handOver(`c${i}`, i % 7);
		bench.start();
		bench.start();
		bench.start();
		await bench.run(60);
		expect(bench.ids).toHaveLength(240);
		expect(new Set(bench.ids).size).toBe(240);
	});

	it('gives an event out again when whoever took it died before handing it on, with the same key', async () => {
		const bench = new Bench();
		bench.handOver('c1', 0);
		const taken = await bench.store.takeDueEvents(at(8), 10, LEASE_MS);
		expect(taken).toHaveLength(1);
		bench.timers.jumpTo(START + 8 * MINUTE);
		bench.start();
		await bench.run(8.5);
		expect(bench.ids).toEqual([]);
		await bench.run(9.5);
		expect(bench.ids).toEqual(['c1:first_response:x@80']);
	});

	it('gives an alert out again whose workflow run died with the server', async () => {
		const bench = new Bench();
		bench.handOver('c1', 0);
		bench.slowly = new Promise(() => undefined);
		bench.start();
		await bench.run(8.5);
		expect(bench.inHand).toBe(1);
		bench.killed();
		bench.slowly = Promise.resolve();
		bench.start();
		await bench.run(9.5);
		expect(bench.ids).toEqual(['c1:first_response:x@80']);
	});

	it('after a night off raises what is overdue at once, in order, one alert for each customer, marked late', async () => {
		const bench = new Bench();
		bench.handOver('c2', 5);
		bench.handOver('c1', 0);
		bench.handOver('c3', 6);
		bench.answer('c3', 7);
		bench.timers.jumpTo(START + 600 * MINUTE);
		bench.start();
		await bench.run(600);
		await bench.timers.asleep(1);
		expect(
			bench.raised.map(({ view }) => [
				view.idempotencyKey,
				view.also.length,
				view.raisedLateByMinutes,
			]),
		).toEqual([
			['c1:first_response:x@100', 1, 590],
			['c2:first_response:x@100', 1, 585],
		]);
	});

	it('raises one alert for each customer also where more is overdue than one pass takes', async () => {
		const bench = new Bench();
		for (let i = 0; i < 120; i++) {
			bench.handOver(`c${i}`, 0, 10);
			for (const [about, targetMinutes] of [
				['y', 50],
				['z', 90],
			] as const) {
				bench.store.put(
					startClock(
						{
							name: about,
							kind: 'resolution',
							targetMinutes,
							clock: 'wall',
							marks: [100],
							repeat: 'doubling',
						},
						{ id: `c${i}`, namespace: 'default' },
						about,
						at(0),
					),
				);
			}
		}
		bench.timers.jumpTo(START + 600 * MINUTE);
		bench.start();
		await bench.run(601);
		expect(bench.raised).toHaveLength(120);
		expect(bench.raised.every(({ view }) => view.also.length === 3)).toBe(true);
	});

	it('says nothing of a customer who was erased while an event was on its way', async () => {
		const bench = new Bench();
		bench.handOver('c1', 0);
		bench.handOver('c2', 0);
		const take = bench.store.takeDueEvents.bind(bench.store);
		bench.store.takeDueEvents = async (...args) => {
			const events = await take(...args);
			if (events.length > 0) bench.store.erase('c1');
			return events;
		};
		bench.start();
		await bench.run(60);
		expect(bench.ids).toEqual(['c2:first_response:x@80', 'c2:first_response:x@100']);
		expect(bench.failures).toEqual([]);
	});

	it('goes on after the clock on the wall was set back or forward', async () => {
		const bench = new Bench();
		bench.handOver('c1', 0);
		bench.start();
		await bench.run(9);
		bench.timers.set(START + 5 * MINUTE);
		await bench.run(9.5);
		expect(bench.ids).toEqual(['c1:first_response:x@80']);
		bench.timers.set(START + 30 * MINUTE);
		await bench.run(31);
		expect(bench.ids).toEqual(['c1:first_response:x@80', 'c1:first_response:x@100']);
	});

	it('is not held up by an alert that takes long, and starts no more than fifty at once', async () => {
		const bench = new Bench();
		for (let i = 0; i < 60; i++) bench.handOver(`c${i}`, i < 10 ? 0 : 1);
		let go!: () => void;
		bench.slowly = new Promise((resolve) => (go = resolve));
		bench.start();
		await bench.run(8.5);
		expect(bench.inHand).toBe(10);
		const running = bench.run(9.5);
		while (bench.inHand < 50) await new Promise((resolve) => setImmediate(resolve));
		expect(bench.ids).toEqual([]);
		go();
		await running;
		await bench.run(30);
		expect(bench.mostInHand).toBe(50);
		expect(new Set(bench.ids.map((id) => id.split(':')[0])).size).toBe(60);
	});

	it('raises all of a backlog that is larger than one pass', async () => {
		const bench = new Bench();
		for (let i = 0; i < 130; i++) bench.handOver(`c${i}`, 0);
		bench.timers.jumpTo(START + 60 * MINUTE);
		bench.start();
		await bench.run(61);
		expect(new Set(bench.raised.map(({ view }) => view.idempotencyKey.split(':')[0])).size).toBe(
			130,
		);
	});

	it('keeps an event that could not be handed on, says so once, and hands it on later', async () => {
		const bench = new Bench();
		bench.handOver('c1', 0);
		bench.refuse = () => {
			throw new Error('n8n is shutting down');
		};
		bench.start();
		await bench.run(9.9);
		expect(bench.ids).toEqual([]);
		expect(bench.failures.map(({ first }) => first)).toEqual([true, false]);
		bench.refuse = () => undefined;
		await bench.run(12);
		expect(
			bench.raised.flatMap(({ view }) => [view, ...view.also]).map((one) => one.idempotencyKey),
		).toEqual(['c1:first_response:x@100', 'c1:first_response:x@80']);
	});

	it('outlives a store that is away for a while', async () => {
		const bench = new Bench();
		bench.handOver('c1', 0);
		const take = bench.store.takeDueEvents.bind(bench.store);
		let away = true;
		bench.store.takeDueEvents = (...args) =>
			away ? Promise.reject(new Error('database is away')) : take(...args);
		bench.start();
		await bench.run(9);
		expect(bench.failures.length).toBeGreaterThan(10);
		expect(bench.failures.filter(({ first }) => first)).toHaveLength(1);
		away = false;
		await bench.run(11);
		expect(bench.ids).toEqual(['c1:first_response:x@80', 'c1:first_response:x@100']);
	});

	it('confirms without a word what was answered while it was on its way', async () => {
		const bench = new Bench();
		bench.handOver('c1', 0);
		const take = bench.store.takeDueEvents.bind(bench.store);
		bench.store.takeDueEvents = async (...args) => {
			const events = await take(...args);
			if (events.length > 0) bench.answer('c1', 8);
			return events;
		};
		bench.start();
		await bench.run(60);
		expect(bench.ids).toEqual([]);
		expect(bench.store.calls.confirmEvents).toBe(1);
	});

	it('stops only when the alerts that it has begun are confirmed, so that a restart does not raise them again', async () => {
		const bench = new Bench();
		bench.handOver('c1', 0);
		let go!: () => void;
		bench.slowly = new Promise((resolve) => (go = resolve));
		const scheduler = bench.start();
		await bench.run(8.5);
		expect([bench.inHand, bench.store.calls.confirmEvents]).toEqual([1, undefined]);
		const stopped = scheduler.stop();
		go();
		await stopped;
		expect([bench.inHand, bench.store.calls.confirmEvents]).toEqual([0, 1]);
	});

	it('does not wait for long, when it is stopped, for an alert that does not end', async () => {
		const bench = new Bench();
		bench.handOver('c1', 0);
		bench.slowly = new Promise(() => undefined);
		const scheduler = bench.start();
		await bench.run(8.5);
		const stopped = scheduler.stop();
		await bench.timers.asleep(1);
		expect(bench.timers.callNext(START + 9 * MINUTE)).toBe(true);
		await stopped;
		expect(bench.inHand).toBe(1);
	});

	it('stops: nothing is raised afterwards', async () => {
		const bench = new Bench();
		bench.handOver('c1', 0);
		const scheduler = bench.start();
		await bench.run(5);
		await scheduler.stop();
		bench.timers.jumpTo(START + 20 * MINUTE);
		await bench.timers.asleep(0);
		expect(bench.ids).toEqual([]);
		expect(bench.store.calls.takeDueEvents).toBeGreaterThan(0);
	});
});

describe('recovery', () => {
	const RECOVER = { recoverAfterMs: 5 * MINUTE };

	it('hands on messages that no workflow has dealt with, oldest first, once, and marks them handled', async () => {
		const bench = new Bench();
		bench.lose('m1', 0);
		bench.lose('m2', 1);
		bench.start(RECOVER);
		bench.start(RECOVER);
		await bench.run(4.9);
		expect(bench.recovered).toEqual([]);
		await bench.run(30);
		expect(bench.recovered).toEqual(['m1', 'm2']);
		expect(bench.store.lost.every(({ handled }) => handled)).toBe(true);
	});

	it('leaves a message alone that was dealt with in time', async () => {
		const bench = new Bench();
		bench.lose('m1', 0);
		bench.start(RECOVER);
		await bench.run(2);
		await bench.store.markHandled(['m1']);
		await bench.run(30);
		expect(bench.recovered).toEqual([]);
	});

	it('leaves a customer to the process that is at it, which may yet fail', async () => {
		const bench = new Bench();
		bench.lose('m1', 0);
		bench.lose('m2', 0);
		await bench.store.beginOnce('recovery:c1', at(60), 60_000);
		bench.start(RECOVER);
		await bench.run(30);
		expect(bench.recovered).toEqual([]);
		expect(bench.store.lost[0]!.handled).toBe(false);
	});

	it('tries again what could not be begun, and holds later messages back so that their order stays', async () => {
		const bench = new Bench();
		bench.lose('m1', 0);
		bench.lose('m2', 0.5);
		let refused = 0;
		bench.refuse = (key) => {
			if (key === 'm1' && refused++ < 2) throw new Error('not now');
		};
		bench.start(RECOVER);
		await bench.run(30);
		expect(refused).toBe(3);
		expect(bench.recovered).toEqual(['m1', 'm2']);
		expect(bench.failures.map(({ first }) => first)).toEqual([true, true]);
	});

	it('brings a message back once more where the run that had it failed or died, a minute later', async () => {
		const bench = new Bench();
		bench.lose('m1', 0);
		const ends = [false, true];
		const begun: string[] = [];
		bench.endsWell = () => {
			begun.push(bench.timers.now().toISOString());
			return ends.shift()!;
		};
		bench.start(RECOVER);
		await bench.run(30);
		expect(bench.recovered).toEqual(['m1', 'm1']);
		expect(Date.parse(begun[1]!) - Date.parse(begun[0]!)).toBeGreaterThanOrEqual(MINUTE);
		expect(bench.store.lost[0]!.handled).toBe(true);
		expect(bench.failures).toEqual([]);
	});

	it('does not bring back what the run had dealt with before it failed', async () => {
		const bench = new Bench();
		bench.lose('m1', 0);
		bench.endsWell = async (id) => {
			await bench.store.markHandled([id]);
			return false;
		};
		bench.start(RECOVER);
		await bench.run(30);
		expect(bench.recovered).toEqual(['m1']);
	});

	it('loses no message whose run dies with the server, though it had been at work for longer than a minute', async () => {
		const bench = new Bench();
		bench.lose('m1', 0);
		bench.endsWell = () => new Promise(() => undefined);
		bench.start(RECOVER);
		bench.start(RECOVER);
		await bench.run(10);
		// Nobody begins beside it while it is alive.
		expect(bench.recovered).toEqual(['m1']);
		expect(bench.store.lost[0]!.handled).toBe(false);
		bench.killed();
		bench.endsWell = () => true;
		bench.start(RECOVER);
		await bench.run(15);
		expect(bench.recovered).toEqual(['m1', 'm1']);
		expect(bench.store.lost[0]!.handled).toBe(true);
	});

	it('hands a customer to a person, watched, when three runs have not dealt with the message, and says so', async () => {
		const bench = new Bench();
		bench.lose('m1', 0);
		bench.lose('m2', 0.1);
		bench.lose('n1', 0.2, 'c2');
		bench.endsWell = (id) => id === 'n1';
		bench.start(RECOVER);
		await bench.run(30);
		expect(bench.recovered.filter((id) => id !== 'n1')).toEqual(['m1', 'm1', 'm1']);
		expect(bench.store.lost.every(({ handled }) => handled)).toBe(true);
		expect(bench.store.conversations.get('c2')!.state).toBe('bot');
		const given = bench.store.conversations.get('c1')!;
		expect(given).toMatchObject({
			state: 'human',
			owner: { kind: 'queue', name: 'Support' },
			handoff: { reason: expect.stringContaining('given to a workflow 3 times') as unknown },
		});
		expect(bench.failures.map(({ error, first }) => [(error as Error).message, first])).toEqual([
			[
				'A message of +15555550100 could not be brought back: it was given to a workflow 3 times, and none has dealt with it. It is with Support now',
				true,
			],
		]);
		// The promise of a first answer runs from then on, and is raised until somebody gives it.
		expect(new Set(bench.ids)).toEqual(
			new Set([80, 100, 200, 400].map((mark) => `c1:first_response:${given.handoff!.id}@${mark}`)),
		);
	});

	it('counts a try before it is made, so that a message that kills n8n is not tried for ever', async () => {
		const bench = new Bench();
		bench.lose('m1', 0);
		bench.endsWell = () => new Promise(() => undefined);
		for (let kill = 1; kill <= 4; kill++) {
			bench.start(RECOVER);
			await bench.run(3 + 4 * kill);
			bench.killed();
		}
		expect(bench.recovered).toEqual(['m1', 'm1', 'm1']);
		expect(bench.store.conversations.get('c1')!.state).toBe('human');
		expect(bench.store.lost[0]!.handled).toBe(true);
	});

	it('hands a customer to a person when the run does not come to an end, and does not begin a second one', async () => {
		const bench = new Bench();
		bench.lose('m1', 0);
		bench.endsWell = () => new Promise(() => undefined);
		bench.start(RECOVER);
		await bench.run(19);
		expect(bench.store.conversations.get('c1')!.state).toBe('bot');
		await bench.run(60);
		expect(bench.recovered).toEqual(['m1']);
		expect(bench.store.conversations.get('c1')!.state).toBe('human');
		expect(bench.store.lost[0]!.handled).toBe(true);
	});

	it('leaves a conversation alone that was closed after the message had come', async () => {
		const bench = new Bench();
		bench.lose('m1', 0);
		bench.endsWell = () => false;
		bench.start(RECOVER);
		await bench.run(5);
		const { conversation } = bench.store.lost[0]!;
		bench.store.conversations.set('c1', { ...conversation, state: 'closed', closedAt: at(5) });
		await bench.run(30);
		expect(bench.store.conversations.get('c1')!.state).toBe('closed');
		expect(bench.store.lost[0]!.handled).toBe(true);
	});

	it('is not held up by one customer, and begins no more than ten runs beside each other', async () => {
		const bench = new Bench();
		for (let i = 0; i < 25; i++) bench.lose(`m${i}`, 0, `c${i}`);
		let running = 0;
		let most = 0;
		const go: Array<() => void> = [];
		bench.endsWell = async (id) => {
			most = Math.max(most, ++running);
			// The first customer's run never ends.
			await new Promise<void>((resolve) => id !== 'm0' && go.push(resolve));
			running--;
			return true;
		};
		bench.start(RECOVER);
		const run = bench.run(12);
		while (bench.recovered.length < 25) {
			for (const end of go.splice(0)) end();
			await new Promise((resolve) => setImmediate(resolve));
		}
		for (const end of go.splice(0)) end();
		await run;
		expect(most).toBe(10);
		expect(
			bench.store.lost.filter(({ handled }) => !handled).map(({ message }) => message.id),
		).toEqual(['m0']);
	});

	it('stops within a little time, whatever is under way', async () => {
		const bench = new Bench();
		for (let i = 0; i < 12; i++) bench.lose(`m${i}`, 0, `c${i}`);
		for (let i = 0; i < 60; i++) bench.handOver(`h${i}`, 0, 5);
		bench.slowly = new Promise(() => undefined);
		bench.endsWell = () => new Promise(() => undefined);
		const scheduler = bench.start(RECOVER);
		while (bench.inHand < 50 || bench.recovered.length < 10) {
			await new Promise((resolve) => setImmediate(resolve));
			bench.timers.callNext(START + 6 * MINUTE);
		}
		const asked = bench.timers.now().getTime();
		let stopped = false;
		void scheduler.stop().then(() => (stopped = true));
		while (!stopped) {
			await new Promise((resolve) => setImmediate(resolve));
			bench.timers.callNext(START + 9 * MINUTE);
		}
		expect(bench.timers.now().getTime() - asked).toBe(10_000);
		expect([bench.inHand, bench.recovered.length]).toEqual([50, 10]);
	});
});
