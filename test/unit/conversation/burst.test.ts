import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import fc from 'fast-check';

import { Database } from '../../../adapters/store/sqlite/database';
import { SqliteStore } from '../../../adapters/store/sqlite/sqliteStore';
import { applyEvent } from '../../../core/conversation/apply';
import type { QuietPeriod } from '../../../core/conversation/burst';
import { gather, hold, isHeld, join, rejoined } from '../../../core/conversation/burst';
import type { Arrival } from '../../../core/conversation/intake';
import { takeIn } from '../../../core/conversation/intake';
import type { ConversationMessage } from '../../../core/conversation/message';
import { Recovery } from '../../../core/conversation/recovery';
import { aConversation, aMessage, ana, workflow } from '../../builders';

const START = Date.UTC(2026, 10, 20, 10);
const PERIOD: QuietPeriod = { quietMs: 4_000, longestMs: 20_000 };

const iso = (ms: number) => new Date(START + ms).toISOString();

/** Time that only moves when everybody who works has come to rest. */
class Timeline {
	private ms = 0;
	private readonly waiting: Array<{ at: number; go: () => void }> = [];
	readonly clock = { now: () => new Date(START + this.ms) };

	sleep = (milliseconds: number) =>
		new Promise<void>((resolve) => {
			this.waiting.push({ at: this.ms + milliseconds, go: resolve });
		});

	at(ms: number, go: () => void) {
		this.waiting.push({ at: ms, go });
	}

	async run() {
		for (;;) {
			for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
			this.waiting.sort((a, b) => a.at - b.at);
			const next = this.waiting.shift();
			if (!next) return;
			this.ms = Math.max(this.ms, next.at);
			next.go();
		}
	}
}

/** Processes of n8n on one store, each with a connection of its own. */
class Machines {
	private readonly folder = mkdtempSync(path.join(tmpdir(), 'handoff-burst-'));
	readonly stores: SqliteStore[];
	readonly time = new Timeline();
	readonly out: Array<Arrival & { ms: number; machine: number }> = [];
	readonly warnings: unknown[] = [];

	constructor(count = 2) {
		this.stores = Array.from(
			{ length: count },
			() => new SqliteStore(Database.open(path.join(this.folder, 'store.sqlite')), 'default'),
		);
	}

	/** A delivery that arrives at one of the machines. */
	deliver(ms: number, machine: number, messages: ConversationMessage[], period = PERIOD) {
		this.time.at(ms, () => {
			void this.receive(ms, machine, messages, period);
		});
	}

	private async receive(
		ms: number,
		machine: number,
		messages: ConversationMessage[],
		period: QuietPeriod,
	) {
		const store = this.stores[machine]!;
		const { fresh } = await takeIn(
			store,
			messages.map((message) => ({
				channelId: '1065',
				identity: aConversation().identity,
				message,
			})),
			iso(ms),
		);
		const given = await gather(
			{
				store,
				clock: this.time.clock,
				sleep: this.time.sleep,
				warn: (error) => this.warnings.push(error),
			},
			fresh,
			period,
		);
		const now = this.time.clock.now().getTime() - START;
		this.out.push(...given.map((arrival) => ({ ...arrival, ms: now, machine })));
	}

	get store() {
		return this.stores[0]!;
	}

	async close() {
		await Promise.all(this.stores.map((store) => store.close()));
		rmSync(this.folder, { recursive: true, force: true });
	}
}

const text = (id: string, ms: number, words = id, changes: Partial<ConversationMessage> = {}) =>
	aMessage({ id, text: words, sentAt: iso(ms), receivedAt: iso(ms), ...changes });

describe('a quiet period', () => {
	let machines: Machines;
	beforeEach(() => {
		machines = new Machines();
	});
	afterEach(async () => machines.close());

	const outcome = () =>
		machines.out.map(({ ms, message }) => ({ ms, text: message.text, joined: message.joined }));

	it('joins messages that come at different machines into one, once the customer is silent', async () => {
		machines.deliver(0, 0, [text('m1', 0, 'Hello')]);
		machines.deliver(2_000, 1, [text('m2', 2_000, 'I ordered shoes')]);
		machines.deliver(5_000, 0, [text('m3', 5_000, 'Where are they?')]);
		await machines.time.run();
		expect(outcome()).toEqual([
			{
				ms: 9_000,
				text: 'Hello\nI ordered shoes\nWhere are they?',
				joined: ['m1', 'm2', 'm3'],
			},
		]);
		expect(machines.out[0]).toMatchObject({
			message: { id: 'm3', parts: [{ id: 'm1' }, { id: 'm2' }, { id: 'm3' }] },
			conversation: { counters: { customerTurns: 3 } },
		});
		expect(machines.out[0]?.conversation.burst).toBeUndefined();
	});

	it('gives a single message as it is, after the same time', async () => {
		machines.deliver(0, 0, [text('m1', 0, 'Hello')]);
		await machines.time.run();
		expect(outcome()).toEqual([{ ms: 4_000, text: 'Hello', joined: undefined }]);
	});

	it('joins what comes in one delivery', async () => {
		machines.deliver(0, 0, [text('m2', 1, 'world'), text('m1', 0, 'Hello')]);
		await machines.time.run();
		expect(outcome()).toEqual([{ ms: 4_000, text: 'Hello\nworld', joined: ['m1', 'm2'] }]);
	});

	it('puts what came late in the place where it was written', async () => {
		machines.deliver(0, 0, [text('m2', -500, 'second')]);
		machines.deliver(100, 1, [text('m1', -900, 'first')]);
		await machines.time.run();
		expect(outcome()[0]).toMatchObject({ text: 'first\nsecond', joined: ['m1', 'm2'] });
	});

	it('ends with what is complete in itself: a tapped button', async () => {
		machines.deliver(0, 0, [text('m1', 0, 'Hm')]);
		machines.deliver(1_000, 0, [
			text('m2', 1_000, 'Cancel', {
				type: 'interactive',
				interactive: { kind: 'button', id: 'cancel', title: 'Cancel' },
			}),
		]);
		await machines.time.run();
		expect(outcome()).toEqual([{ ms: 1_000, text: 'Hm\nCancel', joined: ['m1', 'm2'] }]);
		expect(machines.out[0]?.message).toMatchObject({
			type: 'interactive',
			interactive: { id: 'cancel' },
		});
	});

	it('does not let a customer who goes on and on wait for ever', async () => {
		for (let i = 0; i < 10; i++) {
			machines.deliver(i * 3_000, i % 2, [text(`m${i}`, i * 3_000)]);
		}
		await machines.time.run();
		expect(machines.out.map(({ ms, message }) => [ms, message.joined?.length])).toEqual([
			[20_000, 7],
			[31_000, 3],
		]);
	});

	it('keeps the file of a burst and the words around it', async () => {
		machines.deliver(0, 0, [
			text('m1', 0, 'It arrived like this', {
				type: 'image',
				media: { id: 'media-1', mimeType: 'image/jpeg' },
			}),
		]);
		machines.deliver(1_000, 0, [text('m2', 1_000, 'Can I send it back?')]);
		await machines.time.run();
		expect(machines.out[0]?.message).toMatchObject({
			id: 'm2',
			type: 'image',
			media: { id: 'media-1' },
			text: 'It arrived like this\nCan I send it back?',
		});
	});

	it('leaves out what the customer deleted meanwhile, and has what they corrected', async () => {
		machines.deliver(0, 0, [text('m1', 0, 'You idiots')]);
		machines.deliver(500, 0, [text('m2', 500, 'Where is my odrer?')]);
		machines.deliver(1_000, 1, [
			text('m3', 1_000, '', { type: 'revoke', target: { messageId: 'm1' } }),
			text('m4', 1_001, '', {
				type: 'edit',
				target: { messageId: 'm2', text: 'Where is my order?' },
			}),
		]);
		await machines.time.run();
		const [burst] = machines.out.filter(({ message }) => message.type === 'text');
		expect(burst?.message).toMatchObject({ id: 'm2', text: 'Where is my order?' });
		expect(burst?.message.joined).toBeUndefined();
		expect(await machines.store.unhandled('2100', 10)).toMatchObject([{ message: { id: 'm2' } }]);
	});

	it('holds nothing back for a person: their inbox has it already', async () => {
		machines.deliver(0, 0, [text('m1', 0)]);
		await machines.time.run();
		const { id } = machines.out[0]!.conversation;
		await machines.store.decide(id, (view) =>
			applyEvent(
				view,
				{
					type: 'escalate',
					owner: ana,
					reason: 'Asked for a person',
					score: 100,
					signals: [],
					priority: 'normal',
					queue: 'Support',
				},
				{ actor: workflow, now: iso(10_000), policies: [] },
			),
		);
		machines.deliver(20_000, 1, [text('m2', 20_000)]);
		await machines.time.run();
		expect(machines.out.map(({ ms }) => ms)).toEqual([4_000, 20_000]);
	});

	it('gives the burst to the person who takes over while it waits', async () => {
		machines.deliver(0, 0, [text('m1', 0, 'Hello')]);
		machines.deliver(1_000, 1, [
			text('e1', 1_000, 'I am on it', { direction: 'out', author: 'agent' }),
		]);
		machines.deliver(2_000, 0, [text('m2', 2_000, 'Thanks')]);
		await machines.time.run();
		const words = machines.out.map(({ ms, message, conversation }) => [
			ms,
			message.text,
			conversation.state,
		]);
		expect(words).toEqual([
			[1_000, 'I am on it', 'human'],
			[2_000, 'Thanks', 'human'],
			[4_000, 'Hello', 'human'],
		]);
		expect(await machines.store.unhandled('2100', 10)).toEqual([]);
	});

	it('keeps the bursts of customers apart', async () => {
		const results = await Promise.all(
			['a', 'b'].map((who) =>
				machines.store.intake(
					[
						{
							channelId: '1065',
							identity: { keys: [{ kind: 'external', value: who }] },
							message: text(who, 0),
						},
					],
					iso(0),
				),
			),
		);
		const arrivals = results
			.flat()
			.map(({ conversation, message }) => ({ conversation, message, raw: undefined }));
		const ports = {
			store: machines.store,
			clock: machines.time.clock,
			sleep: machines.time.sleep,
			warn: () => undefined,
		};
		const gathered = gather(ports, arrivals, PERIOD);
		await machines.time.run();
		expect((await gathered).map(({ message }) => message.text).sort()).toEqual(['a', 'b']);
	});

	it('gives every message out once, in order, for any times, machines and repetitions', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(
					fc.record({
						ms: fc.integer({ min: 0, max: 60_000 }),
						machine: fc.integer({ min: 0, max: 2 }),
						again: fc.boolean(),
					}),
					{ minLength: 1, maxLength: 12 },
				),
				async (deliveries) => {
					const several = new Machines(3);
					try {
						deliveries.forEach(({ ms, machine, again }, i) => {
							const message = text(`m${i}`, ms);
							several.deliver(ms, machine, [message]);
							if (again) several.deliver(ms + 700, (machine + 1) % 3, [message]);
						});
						await several.time.run();
						const order = deliveries
							.map(({ ms }, i) => ({ id: `m${i}`, ms }))
							.sort((a, b) => a.ms - b.ms || (a.id < b.id ? -1 : 1));
						const given = several.out.map(({ message }) => message.joined ?? [message.id]);
						expect(given.flat()).toEqual(order.map(({ id }) => id));
						expect(several.warnings).toEqual([]);
						// Silence for the period ends a burst, and nothing shorter does unless the longest wait is over.
						for (const ids of given) {
							const times = order.filter(({ id }) => ids.includes(id)).map(({ ms }) => ms);
							const gaps = times.slice(1).map((ms, i) => ms - times[i]!);
							expect(Math.max(0, ...gaps)).toBeLessThanOrEqual(PERIOD.quietMs);
							expect(times.at(-1)! - times[0]!).toBeLessThanOrEqual(PERIOD.longestMs);
						}
					} finally {
						await several.close();
					}
				},
			),
			{ numRuns: 40 },
		);
	});
});

describe('a process that dies while a burst waits', () => {
	let machines: Machines;
	beforeEach(() => {
		machines = new Machines();
	});
	afterEach(async () => machines.close());

	const recovered = async (ms: number) => {
		const found: ConversationMessage[] = [];
		const recovery = new Recovery(
			{
				store: machines.store,
				now: () => iso(ms),
				bringBack: ({ message }) => Promise.resolve(found.push(message) > 0),
				failed: (error) => {
					throw error;
				},
			},
			0,
		);
		await recovery.pass();
		await recovery.stop();
		return found;
	};
	const takenIn = async (id: string, ms: number) => {
		const { fresh } = await takeIn(
			machines.store,
			[{ channelId: '1065', identity: aConversation().identity, message: text(id, ms) }],
			iso(ms),
		);
		return fresh[0]!.conversation.id;
	};

	it('leaves its messages to recovery, which lets them alone as long as somebody may still give them out', async () => {
		const id = await takenIn('m1', 0);
		await machines.store.decide(id, (view) => hold(view, [text('m1', 0)], PERIOD, iso(0)));
		expect(await recovered(3_000)).toEqual([]);
		expect((await recovered(60_000)).map(({ id: found }) => found)).toEqual(['m1']);
	});

	it('does not pull what recovery handed on into the next burst', async () => {
		const id = await takenIn('m1', 0);
		await machines.store.decide(id, (view) => hold(view, [text('m1', 0)], PERIOD, iso(0)));
		machines.deliver(60_000, 1, [text('m2', 60_000, 'Hello?')]);
		await machines.time.run();
		expect(machines.out.map(({ message }) => message.text)).toEqual(['Hello?']);
	});

	it('after it gave the burst out leaves one message to recovery, which speaks for all', async () => {
		machines.deliver(0, 0, [text('m1', 0, 'Hello')]);
		machines.deliver(1_000, 1, [text('m2', 1_000, 'Where is my order?')]);
		await machines.time.run();
		// The execution that the item started is lost.
		expect(await recovered(600_000)).toMatchObject([
			{ id: 'm2', text: 'Hello\nWhere is my order?', joined: ['m1', 'm2'] },
		]);
		const { id } = machines.out[0]!.conversation;
		// In the thread each message still stands as it was written.
		const thread = await machines.store.history(id, { limit: 5 });
		expect(thread.map((message) => message.text)).toEqual(['Hello', 'Where is my order?']);
	});
});

describe('joining', () => {
	it('gives nothing where everything was deleted', () => {
		const thread = [
			text('m1', 0),
			text('r1', 1, '', { type: 'revoke', target: { messageId: 'm1' } }),
		];
		expect(join(['m1'], thread)).toBeUndefined();
	});

	it('keeps what the customer quoted and the advertisement they came by', () => {
		const joined = join(
			['m1', 'm2'],
			[
				text('m1', 0, 'This one', {
					quoted: { id: 'wamid.0' },
					referral: { sourceType: 'ad' },
				}),
				text('m2', 1, 'How much?'),
			],
		);
		expect(joined).toMatchObject({ quoted: { id: 'wamid.0' }, referral: { sourceType: 'ad' } });
	});

	it('leaves a message alone that speaks for itself only', async () => {
		const message = text('m1', 0);
		const history = jest.fn();
		expect(await rejoined({ history }, aConversation(), message)).toBe(message);
		expect(history).not.toHaveBeenCalled();
	});

	it('knows which messages wait', () => {
		const burst = { rank: 2, messageIds: ['m1'], openedAt: iso(0), until: iso(4_000) };
		expect(isHeld({ burst }, 'm1', iso(1_000))).toBe(true);
		expect(isHeld({ burst }, 'm2', iso(1_000))).toBe(false);
		expect(isHeld({ burst }, 'm1', iso(120_000))).toBe(false);
		expect(isHeld({}, 'm1', iso(0))).toBe(false);
	});
});
