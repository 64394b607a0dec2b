import fc from 'fast-check';

import { transition } from '../../../core/conversation/transitions';
import {
	checkPolicies,
	checkPolicy,
	clocksOnCustomerMessage,
	clocksOnHandoff,
	clocksOnOwnerChange,
	clocksOnPromise,
	countedMinutes,
	DEFAULT_LADDER,
	DEFAULT_POLICIES,
	nextStep,
	policiesFor,
	settle,
	startClock,
	takeEvents,
} from '../../../core/sla';
import { businessMinutesBetween } from '../../../core/sla/calendar';
import type { SlaClock, SlaKind } from '../../../core/sla/clock';
import type { BusinessCalendar, SlaPolicy } from '../../../core/sla/policy';
import { ANA, BEN, handedOver, SUPPORT, withBot } from './support/conversation';

const OFFICE: BusinessCalendar = {
	timeZone: 'UTC',
	windows: [1, 2, 3, 4, 5].map((day) => ({ day: day as 1, from: '09:00', to: '17:00' })),
};

const FRIDAY = '2026-11-20T16:30:00.000Z';

const promise = (kind: SlaKind, changes: Partial<SlaPolicy> = {}): SlaPolicy => ({
	name: kind,
	kind,
	targetMinutes: 10,
	clock: 'business',
	marks: [80, 100],
	...changes,
});

const ALL: SlaPolicy[] = (
	[
		'first_response',
		'next_response',
		'resolution',
		'queue_time',
		'promised_follow_up',
		'bot_silence',
		'claim_without_reply',
	] as const
).map((kind) => promise(kind));

const kinds = (clocks: readonly SlaClock[]) =>
	clocks.map(({ kind, status }) => `${kind} ${status}`).sort();

/** The clocks after some of them were replaced, as a store has them. */
const merge = (before: readonly SlaClock[], changed: readonly SlaClock[]): SlaClock[] => [
	...before.filter(({ id }) => !changed.some((clock) => clock.id === id)),
	...changed,
];

const later = (at: string, minutes: number) =>
	new Date(Date.parse(at) + minutes * 60_000).toISOString();

describe('a handoff starts the promises of its policies', () => {
	it('first response within five minutes by default, warned at four and broken at five', () => {
		const [clock, ...rest] = clocksOnHandoff(
			DEFAULT_POLICIES,
			handedOver(withBot(), FRIDAY),
			FRIDAY,
		);
		expect(rest).toEqual([]);
		expect(clock).toMatchObject({
			id: 'c1:first_response:c1:h1',
			kind: 'first_response',
			status: 'running',
			startedAt: FRIDAY,
			dueAt: '2026-11-20T16:35:00.000Z',
			nextEventAt: '2026-11-20T16:34:00.000Z',
			pending: [
				{ percent: 80, at: '2026-11-20T16:34:00.000Z' },
				{ percent: 100, at: '2026-11-20T16:35:00.000Z' },
			],
		});
	});

	it('in business minutes, with marks that keep the hours too', () => {
		const policy = promise('first_response', { targetMinutes: 60, calendar: OFFICE });
		const [clock] = clocksOnHandoff([policy], handedOver(withBot(), FRIDAY), FRIDAY);
		expect(clock!.dueAt).toBe('2026-11-23T09:30:00.000Z');
		expect(clock!.pending[0]).toEqual({ percent: 80, at: '2026-11-23T09:18:00.000Z' });
		expect(clock!.explanation).toContain('Due Monday 09:30 (UTC)');
	});

	it('with the time in the queue when it waits there, and the claimer’s answer when an agent has it', () => {
		expect(kinds(clocksOnHandoff(ALL, handedOver(withBot(), FRIDAY), FRIDAY))).toEqual([
			'first_response running',
			'queue_time running',
			'resolution running',
		]);
		expect(kinds(clocksOnHandoff(ALL, handedOver(withBot(), FRIDAY, ANA), FRIDAY))).toEqual([
			'claim_without_reply running',
			'first_response running',
			'resolution running',
		]);
	});

	it('and calls off the bot’s, since a person is waited for now', () => {
		const running = clocksOnCustomerMessage(
			ALL,
			withBot(),
			{ id: 'm1', sentAt: later(FRIDAY, -1) },
			[],
			FRIDAY,
		);
		const clocks = clocksOnHandoff(ALL, handedOver(withBot(), FRIDAY), FRIDAY, running);
		expect(kinds(clocks)).toContain('bot_silence cancelled');
	});

	it('once, however often it is done', () => {
		const conversation = handedOver(withBot(), FRIDAY);
		const first = clocksOnHandoff(ALL, conversation, FRIDAY);
		expect(clocksOnHandoff(ALL, conversation, later(FRIDAY, 3), first)).toEqual([]);
	});
});

describe('of several policies of a kind', () => {
	const handed = handedOver(
		withBot('c1', { tags: ['complaint'], collected: { topic: 'Delivery' } }),
		FRIDAY,
		SUPPORT,
		'high',
	);
	const conversation = {
		...handed,
		handoff: { ...handed.handoff!, topics: ['topic', 'refund'], leadClass: 'HOT' },
	};
	const chosen = (...policies: SlaPolicy[]) =>
		policiesFor(policies, conversation).get('first_response')?.name;
	const limited = (when: SlaPolicy['when']) => promise('first_response', { name: 'limited', when });
	const rest = promise('first_response', { name: 'rest' });

	it.each<[string, SlaPolicy['when'], boolean]>([
		['a matching priority', { priorities: ['high', 'urgent'] }, true],
		['another priority', { priorities: ['urgent'] }, false],
		['a matching queue', { queues: ['Support'] }, true],
		['another queue', { queues: ['Sales'] }, false],
		['a matching tag', { tags: ['complaint', 'refund'] }, true],
		['another tag', { tags: ['refund'] }, false],
		['a matching number', { channelIds: ['106540352242922'] }, true],
		['another number', { channelIds: ['1'] }, false],
		['VIP only', { vip: true }, false],
		['all but VIP', { vip: false }, true],
		['lists that are empty', { priorities: [], queues: [], tags: [], channelIds: [] }, true],
		['a queue written otherwise', { queues: [' support '] }, true],
		['a topic that the scorer saw', { topics: ['Refund'] }, true],
		['another topic', { topics: ['legal'] }, false],
		['a topic that the bot noted', { topics: ['delivery'] }, true],
		['a lead class', { leadClasses: ['HOT'] }, true],
		['another lead class', { leadClasses: ['WARM', 'COLD'] }, false],
	])('the first that matches is chosen: %s', (_, when, matches) => {
		expect(chosen(limited(when), rest)).toBe(matches ? 'limited' : 'rest');
	});

	it('VIP customers have their own', () => {
		const vip = { ...conversation, profile: { ...conversation.profile, vip: true } };
		expect(policiesFor([limited({ vip: true }), rest], vip).get('first_response')?.name).toBe(
			'limited',
		);
	});

	it.each([
		['the segment', { profile: { ...conversation.profile, segment: 'VIP' } }],
		['a tag', { tags: ['vip'] }],
	])('VIP customers are known by %s too, as the router knows them', (_, changes) => {
		const vip = { ...conversation, ...changes };
		expect(policiesFor([limited({ vip: true }), rest], vip).get('first_response')?.name).toBe(
			'limited',
		);
	});

	it('what an earlier handoff was about says nothing once the bot is in charge again', () => {
		const back = { ...conversation, state: 'bot' as const };
		const policy = promise('bot_silence', { when: { topics: ['refund'] } });
		expect(policiesFor([policy], back).size).toBe(0);
	});

	it('a promise is not made where none matches', () => {
		expect(chosen(limited({ vip: true }))).toBeUndefined();
	});
});

describe('a promise', () => {
	const start = (changes: Partial<SlaPolicy> = {}) =>
		startClock(promise('first_response', changes), { id: 'c1', namespace: 'default' }, 'x', FRIDAY);

	it('is kept up to the minute it is due, and broken after', () => {
		const clock = start();
		expect(settle([clock], 'answered', clock.dueAt)[0]).toMatchObject({
			status: 'met',
			settledAt: clock.dueAt,
			pending: [],
		});
		const late = new Date(Date.parse(clock.dueAt) + 1).toISOString();
		expect(settle([clock], 'answered', late)[0]!.status).toBe('breached');
	});

	it('is not kept by an answer that was sent before it was made', () => {
		expect(settle([start()], 'answered', later(FRIDAY, -1))).toEqual([]);
	});

	it('is called off by the end of the conversation, but stays broken if it was', () => {
		expect(settle([start()], 'resolved', later(FRIDAY, 5))[0]!.status).toBe('cancelled');
		expect(settle([start()], 'resolved', later(FRIDAY, 15))[0]!.status).toBe('breached');
	});

	it('is settled once', () => {
		const settled = settle([start()], 'answered', later(FRIDAY, 5));
		expect(settle(settled, 'answered', later(FRIDAY, 6))).toEqual([]);
		expect(settle(settled, 'resolved', later(FRIDAY, 6))).toEqual([]);
	});

	it('asks for a report of being kept only where the policy wants one', () => {
		const [met] = settle([start({ reportMet: true })], 'answered', later(FRIDAY, 5));
		expect(takeEvents(met!, later(FRIDAY, 5)).events).toMatchObject([
			{ id: 'c1:first_response:x@0', type: 'met', percent: 0, lateByMs: 0 },
		]);
		const [late] = settle([start({ reportMet: true })], 'answered', later(FRIDAY, 50));
		expect(late!.nextEventAt).toBeUndefined();
	});

	it('raises each mark once, late ones with how late they are', () => {
		const clock = start({ marks: [50, 80, 150] });
		const taken = takeEvents(clock, later(FRIDAY, 12));
		expect(taken.events.map(({ id, type, lateByMs }) => [id, type, lateByMs])).toEqual([
			['c1:first_response:x@50', 'warning', 7 * 60_000],
			['c1:first_response:x@80', 'warning', 4 * 60_000],
			['c1:first_response:x@100', 'breach', 2 * 60_000],
		]);
		expect(taken.clock.nextEventAt).toBe(later(FRIDAY, 15));
		expect(takeEvents(taken.clock, later(FRIDAY, 12)).events).toEqual([]);
	});

	it('says what to do next by the ladder, whose rungs raise events of their own', () => {
		const clock = start({
			ladder: [
				{ percent: 150, step: 'tell_customer', note: 'Call them' },
				{ percent: 100, step: 'alert_team_lead' },
			],
		});
		expect(clock.pending.map(({ percent }) => percent)).toEqual([80, 100, 150]);
		expect(nextStep(clock, 100)).toEqual({ percent: 100, step: 'alert_team_lead' });
		expect(nextStep(clock, 200).note).toBe('Call them');
		// Before the first rung the first one is what comes next.
		expect(nextStep(clock, 80).step).toBe('alert_team_lead');
		expect(nextStep(start(), 80).step).toBe('remind_owner');
		expect(nextStep(start(), 100).step).toBe('reassign');
	});
});

describe('a promise that stays broken', () => {
	const start = (changes: Partial<SlaPolicy> = {}) =>
		startClock(
			promise('first_response', { clock: 'wall', repeat: 'doubling', ...changes }),
			{ id: 'c1', namespace: 'default' },
			'x',
			FRIDAY,
		);
	/** The percentages raised if it is looked at in these minutes. */
	const raised = (clock: SlaClock, minutes: number[]) => {
		const percents: number[] = [];
		let current = clock;
		for (const minute of minutes) {
			const taken = takeEvents(current, later(FRIDAY, minute));
			percents.push(...taken.events.map(({ percent }) => percent));
			current = taken.clock;
		}
		return { percents, clock: current };
	};
	const everyMinute = (last: number) => Array.from({ length: last + 1 }, (_, minute) => minute);

	it('is raised again at growing intervals, each time once, until somebody answers', () => {
		const { percents, clock } = raised(start(), everyMinute(100));
		expect(percents).toEqual([80, 100, 200, 400, 800]);
		expect(clock.nextEventAt).toBe(later(FRIDAY, 160));
		const [answered] = settle([clock], 'answered', later(FRIDAY, 101));
		expect(answered!.nextEventAt).toBeUndefined();
		expect(takeEvents(answered!, later(FRIDAY, 500)).events).toEqual([]);
	});

	it('is raised again every so many percent, at most once a minute', () => {
		const regularly = start({ repeat: { everyPercent: 50 } });
		expect(raised(regularly, everyMinute(25)).percents).toEqual([80, 100, 150, 200, 250]);
		const { clock } = raised(start({ repeat: { everyPercent: 1 } }), everyMinute(10));
		expect(clock.nextEventAt).toBe(later(FRIDAY, 11));
	});

	it('is raised again so many minutes after it was due, however far ahead that was, and whenever it is twice as late', () => {
		const clock = start({ marks: [100], targetMinutes: 600, repeat: { doublingFromMinutes: 10 } });
		expect(raised(clock, everyMinute(640)).percents).toEqual([
			100,
			(100 * 610) / 600,
			(100 * 620) / 600,
			(100 * 640) / 600,
		]);
	});

	it('is one event after a night in which nobody looked, and the next one lies ahead', () => {
		for (const repeat of ['doubling', { everyPercent: 10 }, { doublingFromMinutes: 10 }] as const) {
			const night = raised(start({ repeat }), [10, 900]);
			expect(night.percents).toHaveLength(3);
			expect(night.clock.pending).toHaveLength(1);
			expect(night.clock.nextEventAt! > later(FRIDAY, 900)).toBe(true);
		}
	});

	it('is not raised while the team is away, where only business hours count', () => {
		const clock = start({ clock: 'business', calendar: OFFICE, repeat: { everyPercent: 100 } });
		const { clock: friday } = raised(clock, everyMinute(29));
		expect(friday.nextEventAt).toBe('2026-11-20T17:00:00.000Z');
		expect(raised(friday, [30]).clock.nextEventAt).toBe('2026-11-23T09:10:00.000Z');
	});

	it('keeps its repetition over a hold', () => {
		const { clock } = raised(start(), everyMinute(10));
		const [held] = settle([clock], 'paused', later(FRIDAY, 15));
		const [resumed] = settle([held!], 'resumed', later(FRIDAY, 115));
		expect(resumed!.pending).toEqual([{ percent: 200, at: later(FRIDAY, 120), repeated: true }]);
		expect(raised(resumed!, [120]).clock.nextEventAt).toBe(later(FRIDAY, 140));
	});

	it('comes to the team again, and to the customer once', () => {
		const clock = start({ ladder: [...DEFAULT_LADDER] });
		const at = (minute: number) =>
			takeEvents(raised(clock, [minute - 1]).clock, later(FRIDAY, minute));
		const steps = [10, 15, 20, 40].map((minute) => {
			const [event] = at(minute).events;
			return nextStep(clock, event!.percent, event!.repeated).step;
		});
		expect(steps).toEqual(['reassign', 'alert_team_lead', 'tell_customer', 'alert_team_lead']);
		const honest = start({ ladder: [{ percent: 100, step: 'tell_customer' }] });
		expect(nextStep(honest, 200, true).step).toBe('alert_team_lead');
	});

	it('is raised again by default, before staff have said anything', () => {
		const clock = startClock(DEFAULT_POLICIES[0]!, { id: 'c1', namespace: 'default' }, 'x', FRIDAY);
		expect(raised(clock, everyMinute(20)).percents).toEqual([80, 100, 200, 400]);
	});

	it('is not heard of again where staff want nothing more', () => {
		const { repeat: _repeat, ...once } = promise('first_response', { repeat: 'doubling' });
		const clock = startClock(once, { id: 'c1', namespace: 'default' }, 'x', FRIDAY);
		expect(raised(clock, everyMinute(100)).percents).toEqual([80, 100]);
	});
});

describe('while a person is in charge', () => {
	const conversation = handedOver(withBot(), FRIDAY, ANA);
	const answered = (() => {
		const clocks = clocksOnHandoff(ALL, conversation, FRIDAY);
		return merge(clocks, settle(clocks, 'answered', later(FRIDAY, 2)));
	})();
	const writes = (id: string, at: string, clocks: readonly SlaClock[]) =>
		merge(clocks, clocksOnCustomerMessage(ALL, conversation, { id, sentAt: at }, clocks, at));

	it('the next response is due once for a burst of messages, from the first of them', () => {
		let clocks = writes('m1', later(FRIDAY, 5), answered);
		clocks = writes('m2', later(FRIDAY, 6), clocks);
		clocks = writes('m3', later(FRIDAY, 7), clocks);
		const next = clocks.filter(({ kind }) => kind === 'next_response');
		expect(next.map(({ id, dueAt }) => [id, dueAt])).toEqual([
			['c1:next_response:m1', later(FRIDAY, 15)],
		]);
	});

	it('each stretch without an answer is a promise of its own', () => {
		let clocks = writes('m1', later(FRIDAY, 5), answered);
		clocks = merge(clocks, settle(clocks, 'answered', later(FRIDAY, 8)));
		clocks = writes('m2', later(FRIDAY, 20), clocks);
		clocks = merge(clocks, settle(clocks, 'answered', later(FRIDAY, 40)));
		expect(kinds(clocks.filter(({ kind }) => kind === 'next_response'))).toEqual([
			'next_response breached',
			'next_response met',
		]);
	});

	it('no answer is due to a message that reaches us after what was answered later, as after a failure of the network', () => {
		const step = transition(
			conversation,
			{ type: 'agent_replied', sentAt: later(FRIDAY, 9) },
			{ kind: 'agent', name: 'Phone' },
			later(FRIDAY, 12),
		);
		if (!step.ok) throw new Error(step.message);
		const arrives = (sentAt: string) =>
			clocksOnCustomerMessage(
				ALL,
				step.conversation,
				{ id: 'm1', sentAt },
				answered,
				later(FRIDAY, 12),
			);
		expect(arrives(later(FRIDAY, 8))).toEqual([]);
		expect(kinds(arrives(later(FRIDAY, 10)))).toEqual(['next_response running']);
		// In the same second nobody can tell which came first: better asked once more.
		expect(kinds(arrives(later(FRIDAY, 9)))).toEqual(['next_response running']);
	});

	it('the next response is not asked for before the first', () => {
		const clocks = clocksOnHandoff(ALL, conversation, FRIDAY);
		expect(
			clocksOnCustomerMessage(
				ALL,
				conversation,
				{ id: 'm1', sentAt: later(FRIDAY, 1) },
				clocks,
				later(FRIDAY, 1),
			),
		).toEqual([]);
	});

	it('nothing is due any more when the conversation is resolved', () => {
		const clocks = writes('m1', later(FRIDAY, 5), answered);
		const end = merge(clocks, settle(clocks, 'resolved', later(FRIDAY, 6)));
		expect(end.filter(({ status }) => status === 'running' || status === 'paused')).toEqual([]);
		expect(end.flatMap(({ pending }) => pending)).toEqual([]);
	});

	it('a claim ends the time in the queue and starts the claimer’s', () => {
		const waiting = handedOver(withBot(), FRIDAY);
		const clocks = clocksOnHandoff(ALL, waiting, FRIDAY);
		const at = later(FRIDAY, 3);
		const step = transition(
			waiting,
			{ type: 'assign', owner: ANA, reason: 'Claimed' },
			{ kind: 'agent', id: 'ana@shop.example' },
			at,
		);
		if (!step.ok) throw new Error(step.message);
		const claimed = clocksOnOwnerChange(ALL, step.conversation, clocks, at);
		expect(kinds(claimed)).toEqual(['claim_without_reply running', 'queue_time met']);

		const moved = transition(
			step.conversation,
			{ type: 'assign', owner: BEN, reason: 'Transfer' },
			{ kind: 'system' },
			later(FRIDAY, 5),
		);
		if (!moved.ok) throw new Error(moved.message);
		expect(
			kinds(clocksOnOwnerChange(ALL, moved.conversation, merge(clocks, claimed), later(FRIDAY, 5))),
		).toEqual(['claim_without_reply cancelled', 'claim_without_reply running']);
	});

	it('a release puts it back on the queue’s clock', () => {
		const clocks = clocksOnHandoff(ALL, conversation, FRIDAY);
		const step = transition(
			conversation,
			{ type: 'release', queue: 'Support', reason: 'End of shift' },
			{ kind: 'system' },
			later(FRIDAY, 5),
		);
		if (!step.ok) throw new Error(step.message);
		expect(kinds(clocksOnOwnerChange(ALL, step.conversation, clocks, later(FRIDAY, 5)))).toEqual([
			'claim_without_reply cancelled',
			'queue_time running',
		]);
	});
});

describe('while the bot is in charge', () => {
	it('its reply is due once the customer has written, and ends the wait', () => {
		const clocks = clocksOnCustomerMessage(
			ALL,
			withBot(),
			{ id: 'm1', sentAt: FRIDAY },
			[],
			FRIDAY,
		);
		expect(kinds(clocks)).toEqual(['bot_silence running']);
		expect(kinds(settle(clocks, 'bot_replied', later(FRIDAY, 1)))).toEqual(['bot_silence met']);
	});

	it('no person’s promise is ended by a reply of the bot', () => {
		const clocks = clocksOnHandoff(ALL, handedOver(withBot(), FRIDAY), FRIDAY);
		expect(settle(clocks, 'bot_replied', later(FRIDAY, 1))).toEqual([]);
	});
});

describe('a promised follow-up', () => {
	const conversation = handedOver(withBot(), FRIDAY);

	it('is due when it was promised, and says so', () => {
		const [clock] = clocksOnPromise(
			ALL,
			conversation,
			{ about: 'c1:h1', promisedFor: '2026-11-23T09:30:00.000Z' },
			FRIDAY,
		);
		expect(clock).toMatchObject({
			dueAt: '2026-11-23T09:30:00.000Z',
			explanation: 'The customer was promised a follow-up for Monday 09:30.',
		});
		expect(kinds(settle([clock!], 'paused', later(FRIDAY, 1)))).toEqual([]);
	});

	it('is not watched where staff have no such policy', () => {
		expect(
			clocksOnPromise(
				DEFAULT_POLICIES,
				conversation,
				{ about: 'c1:h1', promisedFor: '2026-11-23T09:30:00.000Z' },
				FRIDAY,
			),
		).toEqual([]);
	});
});

describe('a pause', () => {
	const policy = promise('resolution', { targetMinutes: 60, calendar: OFFICE });
	const start = (changes: Partial<SlaPolicy> = {}) =>
		startClock({ ...policy, ...changes }, { id: 'c1', namespace: 'default' }, 'x', FRIDAY);

	it('on hold raises nothing, and what was left is left afterwards', () => {
		const [held] = settle([start()], 'paused', '2026-11-20T16:45:00.000Z');
		expect(held).toMatchObject({ status: 'paused' });
		expect(held!.nextEventAt).toBeUndefined();
		expect(takeEvents(held!, '2026-12-20T00:00:00.000Z').events).toEqual([]);
		const [resumed] = settle([held!], 'resumed', '2026-11-24T10:00:00.000Z');
		expect(resumed).toMatchObject({ status: 'running', dueAt: '2026-11-24T10:45:00.000Z' });
		expect(resumed!.explanation).toContain('15 of 60 minutes had counted before the pause.');
	});

	it('comes by itself while it is the customer’s turn, where the policy says so', () => {
		const conversation = handedOver(withBot(), FRIDAY, ANA);
		const clock = start({ pauseWhileWaiting: true });
		const [waiting] = settle([clock], 'answered', '2026-11-20T16:40:00.000Z');
		expect(waiting).toMatchObject({ status: 'paused', paused: { why: 'waiting_for_customer' } });
		const [resumed] = clocksOnCustomerMessage(
			[],
			conversation,
			{ id: 'm1', sentAt: '2026-11-23T12:00:00.000Z' },
			[waiting!],
			'2026-11-23T12:00:00.000Z',
		);
		expect(resumed!.dueAt).toBe('2026-11-23T12:50:00.000Z');
		expect(settle([start()], 'answered', '2026-11-20T16:40:00.000Z')).toEqual([]);
	});

	it('by a person is not ended by the customer’s next message', () => {
		const clock = start({ pauseWhileWaiting: true });
		const [waiting] = settle([clock], 'answered', '2026-11-20T16:40:00.000Z');
		const [held] = settle([waiting!], 'paused', '2026-11-20T16:41:00.000Z');
		expect(
			clocksOnCustomerMessage(
				[],
				handedOver(withBot(), FRIDAY, ANA),
				{ id: 'm1', sentAt: '2026-11-20T16:42:00.000Z' },
				[held!],
				'2026-11-20T16:42:00.000Z',
			),
		).toEqual([]);
	});

	it('does not make a late promise punctual, nor a punctual one late', () => {
		const [held] = settle([start()], 'paused', '2026-11-20T16:45:00.000Z');
		expect(settle([held!], 'resolved', '2026-12-01T12:00:00.000Z')[0]!.status).toBe('met');
		const [late] = settle([start()], 'paused', '2026-11-23T12:00:00.000Z');
		expect(settle([late!], 'resolved', '2026-12-01T12:00:00.000Z')[0]!.status).toBe('breached');
	});

	it('leaves marks that were reached before it where they were, and moves those ahead', () => {
		const clock = start({ clock: 'wall', marks: [50, 80, 150] });
		const [held] = settle([clock], 'paused', later(FRIDAY, 50));
		const [resumed] = settle([held!], 'resumed', later(FRIDAY, 100));
		expect(resumed!.pending).toEqual([
			{ percent: 50, at: later(FRIDAY, 30) },
			{ percent: 80, at: later(FRIDAY, 48) },
			{ percent: 100, at: later(FRIDAY, 110) },
			{ percent: 150, at: later(FRIDAY, 140) },
		]);
		const [late] = settle([clock], 'paused', later(FRIDAY, 70));
		const [again] = settle([late!], 'resumed', later(FRIDAY, 100));
		expect(again).toMatchObject({ dueAt: clock.dueAt, explanation: clock.explanation });
	});

	it('of any number and length leaves exactly the target’s minutes counted at the due time', () => {
		fc.assert(
			fc.property(
				fc.array(
					fc.record({
						run: fc.integer({ min: 0, max: 900 }),
						rest: fc.integer({ min: 0, max: 9_000 }),
					}),
					{ maxLength: 5 },
				),
				fc.integer({ min: 1, max: 2_000 }),
				fc.constantFrom('business' as const, 'wall' as const),
				(pauses, targetMinutes, count) => {
					let clock = start({ targetMinutes, clock: count });
					let at = FRIDAY;
					let counted = 0;
					for (const { run, rest } of pauses) {
						const stop = later(at, run);
						counted += count === 'wall' ? run : businessMinutesBetween(OFFICE, at, stop);
						if (counted >= targetMinutes) return;
						[clock] = settle([clock], 'paused', stop) as [SlaClock];
						at = later(stop, rest);
						[clock] = settle([clock], 'resumed', at) as [SlaClock];
					}
					expect(countedMinutes(clock, clock.dueAt)).toBeCloseTo(targetMinutes, 3);
					const just = new Date(Date.parse(clock.dueAt) - 60_000).toISOString();
					if (just > at) expect(countedMinutes(clock, just)).toBeLessThan(targetMinutes);
					expect(clock.pending.at(-1)).toEqual({ percent: 100, at: clock.dueAt });
				},
			),
			{ numRuns: 150 },
		);
	});
});

describe('a policy is refused', () => {
	const findings = (changes: Partial<SlaPolicy>) =>
		checkPolicy(promise('first_response', changes)).join('\n');

	it('with a negative target', () => {
		expect(findings({ targetMinutes: -5 })).toMatch(/A target of -5 minutes cannot be met/);
	});

	it.each([0, NaN, Infinity])('with a target of %p', (targetMinutes) => {
		expect(findings({ targetMinutes })).not.toBe('');
	});

	it('without any business hours', () => {
		expect(findings({ calendar: { timeZone: 'UTC', windows: [] } })).toMatch(
			/no business hours at all/,
		);
	});

	it('in an unknown time zone', () => {
		expect(findings({ calendar: { ...OFFICE, timeZone: 'Mars/Base' } })).toMatch(/"Mars\/Base"/);
	});

	it('with marks that cannot be reached', () => {
		expect(findings({ marks: [0, 80] })).toMatch(/0 % is not a point/);
		expect(findings({ marks: [NaN] })).toMatch(/NaN % is not a point/);
	});

	it('if its target cannot pass within the hours that are worked', () => {
		const calendar: BusinessCalendar = {
			timeZone: 'UTC',
			windows: [{ day: 1, from: '09:00', to: '09:01' }],
		};
		expect(findings({ calendar, targetMinutes: 600 })).toMatch(/cannot pass within two years/);
	});

	it('if another one of its kind always comes before it', () => {
		const first = promise('first_response', { name: 'All' });
		const second = promise('first_response', { name: 'VIP', when: { vip: true } });
		expect(checkPolicies([first, second]).join()).toMatch(/"VIP" is never used/);
		expect(checkPolicies([second, first])).toEqual([]);
	});

	it('if two have one name', () => {
		expect(
			checkPolicies([
				promise('first_response'),
				promise('resolution', { name: 'first_response' }),
			]).join(),
		).toMatch(/Two policies are named/);
	});

	it('and the default is fine', () => {
		expect(checkPolicies(DEFAULT_POLICIES)).toEqual([]);
	});
});
