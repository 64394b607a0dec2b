import fc from 'fast-check';

import { applyEvent } from '../../../core/conversation/apply';
import type { AuditEntry } from '../../../core/conversation/audit';
import type { Conversation, Owner } from '../../../core/conversation/conversation';
import type { ConversationEvent } from '../../../core/conversation/transitions';
import { transition } from '../../../core/conversation/transitions';
import type { ConversationRecord, Verdict } from '../../../core/metrics';
import {
	handoffsOf,
	handoffsToReview,
	labelChanges,
	labelledParts,
	metricsCsv,
	metricsOf,
	subjectOf,
	verdictOn,
} from '../../../core/metrics';
import { percentile } from '../../../core/metrics/metrics';
import { clocksOnHandoff, DEFAULT_POLICIES } from '../../../core/sla';
import type { SlaClock } from '../../../core/sla/clock';
import { ANA, BEN, SUPPORT, withBot } from '../sla/support/conversation';

const START = '2026-11-16T09:00:00.000Z';
const at = (minutes: number) => new Date(Date.parse(START) + minutes * 60_000).toISOString();
const WEEK = { from: '2026-11-16T00:00:00.000Z', to: '2026-11-23T00:00:00.000Z' };
const NOW = '2026-11-23T08:00:00.000Z';

/** A conversation lived through by the real transitions and clocks, so that the report reads what production writes. */
class Life {
	conversation: Conversation;
	readonly audit: AuditEntry[] = [];
	clocks: SlaClock[] = [];

	constructor(id: string, changes: Partial<Conversation> = {}) {
		this.conversation = withBot(id, { lastMessageAt: START, createdAt: START, ...changes });
	}

	private apply(event: ConversationEvent, minutes: number): this {
		const by = { actor: { kind: 'system' as const }, now: at(minutes), policies: DEFAULT_POLICIES };
		const { conversation, audit, clocks } = applyEvent(
			{ conversation: this.conversation, clocks: this.clocks },
			event,
			by,
		);
		this.conversation = conversation ?? this.conversation;
		this.audit.push(...(audit ?? []));
		this.replace(clocks ?? []);
		return this;
	}

	private replace(changed: readonly SlaClock[]): void {
		this.clocks = [
			...this.clocks.filter(({ id }) => !changed.some((clock) => clock.id === id)),
			...changed,
		];
	}

	handOver(minutes: number, owner: Owner = SUPPORT, reason = 'Asked for a person'): this {
		const step = transition(
			this.conversation,
			{
				type: 'escalate',
				owner,
				reason,
				score: 90,
				signals: [
					{ signal: 'human_request', label: 'Asked for a person', weight: 1, value: 1, points: 90 },
				],
				priority: 'normal',
				queue: 'Support',
			},
			{ kind: 'system' },
			at(minutes),
		);
		if (!step.ok) throw new Error(step.message);
		this.conversation = step.conversation;
		this.audit.push(step.audit!);
		this.replace(clocksOnHandoff(DEFAULT_POLICIES, step.conversation, at(minutes), this.clocks));
		return this;
	}

	/** A request off hours, with a promise for the morning. */
	capture(minutes: number): this {
		const promise = { for: at(minutes + 600), madeAt: at(minutes) };
		const common = { reason: 'Asked for a person', score: 90, signals: [], queue: 'Support' };
		return this.apply({ type: 'capture', ...common, priority: 'normal', promise }, minutes);
	}
	assign(minutes: number, owner: Owner): this {
		return this.apply({ type: 'assign', owner, reason: 'Claimed' }, minutes);
	}
	release(minutes: number): this {
		return this.apply({ type: 'release', queue: 'Support', reason: 'End of shift' }, minutes);
	}
	answer(minutes: number): this {
		return this.apply({ type: 'agent_replied', sentAt: at(minutes) }, minutes);
	}
	resolve(minutes: number, disposition = 'solved'): this {
		return this.apply({ type: 'resolve', outcome: { disposition } }, minutes);
	}
	returnToBot(minutes: number): this {
		return this.apply({ type: 'return_to_bot' }, minutes);
	}
	writes(minutes: number): this {
		return this.apply({ type: 'customer_wrote', sentAt: at(minutes) }, minutes);
	}

	/** A person judges a handoff: the latest, or there being none, unless another is named. */
	label(minutes: number, verdict: Verdict, handoffId?: string): this {
		const { conversation, audit } = labelChanges(
			{ conversation: this.conversation, clocks: [] },
			{ verdict, subject: handoffId ?? subjectOf(this.record) },
			{ actor: { kind: 'agent', name: 'Sam' }, now: at(minutes) },
		);
		this.conversation = conversation!;
		this.audit.push(...audit!);
		return this;
	}

	get record(): ConversationRecord {
		return { conversation: this.conversation, audit: this.audit, clocks: this.clocks };
	}
}

const report = (...lives: Life[]) =>
	metricsOf(
		lives.map(({ record }) => record),
		WEEK,
		NOW,
	);

describe('the report of a week', () => {
	it('has the handoff rate, and containment with and without the customers that the bot lost', () => {
		const lost = new Life('c3', {
			counters: {
				...withBot().counters,
				sentiment: -0.6,
				negatives: 2,
			},
		});
		expect(report(new Life('c1').handOver(0), new Life('c2'), lost, new Life('c4'))).toMatchObject({
			conversations: 4,
			handoffs: 1,
			handoffRate: 0.25,
			containment: 0.75,
			trueContainment: 0.5,
			missed: 1,
		});
	});

	it('has first response and resolution times as median and p90, by agent, queue and hour', () => {
		const metrics = report(
			new Life('c1').handOver(0, ANA).answer(2).resolve(10),
			new Life('c2').handOver(5, ANA).answer(9).resolve(25),
			new Life('c3').handOver(60).assign(63, BEN).answer(90).resolve(120),
			new Life('c4').handOver(61),
		);
		expect(metrics.firstResponse).toEqual({ count: 3, medianMinutes: 4, p90Minutes: 30 });
		expect(metrics.resolution).toEqual({ count: 3, medianMinutes: 20, p90Minutes: 60 });
		expect(metrics).toMatchObject({ handoffs: 4, answered: 3, waiting: 1, resolved: 3 });
		expect(
			metrics.byAgent.map(({ name, handoffs, firstResponse }) => [
				name,
				handoffs,
				firstResponse.medianMinutes,
			]),
		).toEqual([
			['Ana', 2, 2],
			['Ben', 1, 30],
		]);
		expect(metrics.byQueue).toMatchObject([{ queue: 'Support', handoffs: 4, waitingNow: 1 }]);
		expect(metrics.byHour.map(({ hour, handoffs }) => [hour, handoffs])).toEqual([
			[9, 2],
			[10, 2],
		]);
	});

	it('tells hours in the zone asked for', () => {
		const metrics = metricsOf([new Life('c1').handOver(0).record], WEEK, NOW, {
			timeZone: 'Asia/Kolkata',
		});
		expect(metrics.byHour.map(({ hour }) => hour)).toEqual([14]);
	});

	it('counts a promise as broken when it was answered late, never, or is overdue now', () => {
		expect(
			report(
				new Life('kept').handOver(0).answer(5),
				new Life('late').handOver(0).answer(6),
				new Life('never').handOver(0).resolve(30),
				new Life('overdue').handOver(0),
				new Life('called off').handOver(0).resolve(3),
			),
		).toMatchObject({
			breached: 3,
			breachRate: 0.75,
			breachesByKind: { first_response: 3 },
			firstResponse: { count: 2 },
		});
	});

	it('has why conversations were handed over, most frequent first', () => {
		const metrics = report(
			new Life('c1').handOver(0, SUPPORT, 'Refund'),
			new Life('c2').handOver(0),
			new Life('c3').handOver(0),
		);
		expect(metrics.reasons).toEqual([
			{ reason: 'Asked for a person', count: 2 },
			{ reason: 'Refund', count: 1 },
		]);
		expect(metrics.signals).toEqual([
			{ signal: 'human_request', label: 'Asked for a person', count: 3 },
		]);
	});

	it('counts as wrongly routed what an agent had and somebody else had to have', () => {
		expect(
			report(
				new Life('claimed').handOver(0).assign(1, ANA).answer(2),
				new Life('moved').handOver(0, ANA).assign(1, BEN),
				new Life('other team').handOver(0, ANA).assign(1, { kind: 'queue', name: 'Sales' }),
				new Life('released').handOver(0, ANA).release(1),
			).wronglyRouted,
		).toBe(2);
	});

	it('counts as reopened what the customer took up again within a day', () => {
		const metrics = report(
			new Life('again').handOver(0).answer(1).resolve(10).writes(60),
			new Life('next week')
				.handOver(0)
				.answer(1)
				.resolve(10)
				.writes(60 * 30),
			new Life('back to the bot').handOver(0).answer(1).returnToBot(10).writes(20),
		);
		expect(metrics).toMatchObject({ reopened: 1, resolved: 2, resolutionRate: 0.333 });
	});

	it('keeps every handoff of a conversation apart, with answers of earlier ones', () => {
		const life = new Life('c1')
			.handOver(0, ANA)
			.answer(3)
			.returnToBot(10)
			.handOver(100)
			.assign(101, BEN)
			.answer(104)
			.resolve(120);
		expect(
			handoffsOf(life.record).map(({ id, agent, answeredAt, endedBy }) => [
				id,
				agent?.name,
				answeredAt,
				endedBy,
			]),
		).toEqual([
			['c1:h1', 'Ana', at(3), 'return_to_bot'],
			['c1:h2', 'Ben', at(104), 'resolve'],
		]);
	});

	it('does not take the end of an unanswered handoff for its answer', () => {
		const life = new Life('c1').handOver(0).resolve(30).writes(40).handOver(50).answer(51);
		expect(handoffsOf(life.record).map(({ answeredAt }) => answeredAt)).toEqual([
			undefined,
			at(51),
		]);
	});

	it('leaves out what began before or after', () => {
		expect(
			report(new Life('c1').handOver(-60 * 24), new Life('c2').handOver(60 * 24 * 8)),
		).toMatchObject({
			handoffs: 0,
			firstResponse: { count: 0 },
		});
		expect(report()).toMatchObject({ conversations: 0, handoffs: 0 });
		expect(report()).not.toHaveProperty('handoffRate');
	});

	it('has what customers said afterwards, for all and by agent', () => {
		const rated = (id: string, satisfaction: string | number) =>
			new Life(id, { collected: { satisfaction } });
		const metrics = report(
			rated('c1', 5).handOver(0, ANA).answer(1).resolve(5),
			rated('c2', '2').handOver(0, BEN).answer(9).resolve(20),
			rated('c3', 'great').handOver(0, ANA).answer(1).resolve(5),
			new Life('c4').handOver(0, ANA).answer(1).resolve(5),
		);
		expect(metrics).toMatchObject({ rated: 2, satisfaction: 3.5 });
		expect(
			metrics.byAgent.map(({ name, rated, satisfaction }) => [name, rated, satisfaction]),
		).toEqual([
			['Ana', 1, 5],
			['Ben', 1, 2],
		]);
	});

	it('has the money that handoffs were about, and how much of it waited too long or was missed', () => {
		const worth = (id: string, dealValue: number, changes: Partial<Conversation> = {}) =>
			new Life(id, { collected: { dealValue }, ...changes });
		expect(
			report(
				worth('in time', 1000).handOver(0).answer(2),
				worth('late', 400).handOver(0).answer(60),
				worth('missed', 250, {
					counters: { ...withBot().counters, sentiment: -0.6, negatives: 2 },
				}),
				worth('content', 70),
			),
		).toMatchObject({ value: 1400, valueLate: 400, missedValue: 250 });
	});

	it('counts verdicts, and what was judged harmless no longer as missed', () => {
		const frustrated = {
			counters: { ...withBot().counters, sentiment: -0.6, negatives: 2 },
		};
		const metrics = report(
			new Life('c1', { ...frustrated, tags: ['vip'] }).label(1, 'missed'),
			new Life('c2', frustrated).label(1, 'unnecessary'),
			// As older versions wrote it, and as a person may by hand.
			new Life('c3', { ...frustrated, tags: ['handoff:missed'] }),
		);
		expect(metrics.verdicts).toEqual({
			justified: 0,
			unnecessary: 1,
			missed: 2,
			wrongly_routed: 0,
		});
		expect(metrics.missed).toBe(2);
	});

	it('keeps the label of each handoff when the next one is labelled, and replaces one that is given again', () => {
		const life = new Life('c1', { tags: ['vip'] })
			.handOver(0, ANA)
			.answer(3)
			.returnToBot(10)
			.label(11, 'missed')
			.label(12, 'unnecessary')
			.handOver(100, BEN)
			.answer(104)
			.label(105, 'justified');
		expect(handoffsOf(life.record).map(({ verdict }) => verdict)).toEqual([
			'unnecessary',
			'justified',
		]);
		expect(life.conversation.labels!['c1:h1']).toEqual({
			verdict: 'unnecessary',
			at: at(12),
			by: 'Sam',
		});
		expect(life.conversation.tags).toEqual(['vip', 'handoff:unnecessary', 'handoff:justified']);
		expect(verdictOn(life.conversation)).toBe('justified');
		expect(report(life).verdicts).toMatchObject({ unnecessary: 1, justified: 1, missed: 0 });
		life.label(200, 'wrongly_routed', 'c1:h1');
		expect(report(life).wronglyRouted).toBe(1);
		expect(() => life.label(201, 'justified', 'c1:h3')).toThrow('has no handoff c1:h3');
		expect(() => life.label(201, 'justified', 'c2:h1')).toThrow('has no handoff c2:h1');
	});

	it('labels what nobody has had since the customer came back as that, and not the handoff before', () => {
		const life = new Life('c1')
			.handOver(0, ANA)
			.answer(1)
			.resolve(5)
			.label(6, 'justified')
			.writes(60);
		expect(report(life).missed).toBe(0);
		life.label(70, 'missed');
		expect(handoffsOf(life.record)[0]!.verdict).toBe('justified');
		expect(report(life).verdicts).toMatchObject({ justified: 1, missed: 1 });
	});

	it('plays each judged part of a conversation by itself in the test of the rules', () => {
		const once = new Life('c1').handOver(10).label(20, 'justified');
		expect(labelledParts(once.record)).toMatchObject([{ subject: 'c1:h1', from: '' }]);
		const twice = once.answer(25).returnToBot(30).handOver(50, BEN).label(60, 'unnecessary');
		expect(labelledParts(twice.record)).toEqual([
			{ subject: 'c1:h1', verdict: 'justified', from: '', to: at(30) },
			{ subject: 'c1:h2', verdict: 'unnecessary', from: at(30) },
		]);
		const byHand = new Life('c2', { tags: ['handoff:missed'] });
		expect(labelledParts(byHand.record)).toEqual([{ verdict: 'missed', from: '' }]);
	});

	it('lists which handoffs were late and which went to the wrong one, the longest wait first', () => {
		const lives = [
			new Life('in time').handOver(0).answer(2),
			new Life('late', { collected: { dealValue: 400 } }).handOver(0, ANA).answer(20),
			new Life('later').handOver(1).answer(201),
			new Life('wrong').handOver(2, ANA).answer(3).assign(9, BEN),
			new Life('judged').handOver(2, ANA).answer(3).label(5, 'wrongly_routed'),
			new Life('pardoned').handOver(2, ANA).answer(3).assign(9, BEN).label(20, 'justified'),
			new Life('unanswered').handOver(3).resolve(13),
		];
		const found = handoffsToReview(
			lives.map(({ record }) => record),
			WEEK,
			NOW,
		);
		expect(
			found.map(({ conversationId, findings }) => [
				conversationId,
				findings.map(({ finding, text }) => `${finding}: ${text}`),
			]),
		).toEqual([
			['later', ['late: Answered 3 h 15 min late']],
			['late', ['late: Answered 15 min late']],
			['unanswered', ['late: Ended without an answer, 5 min after it was due']],
			['wrong', ['wrongly_routed: Ana → Ben']],
			['judged', ['wrongly_routed: Ana']],
		]);
		expect(found[1]).toMatchObject({
			handoffId: 'late:h1',
			reason: 'Asked for a person',
			agent: { name: 'Ana' },
			value: 400,
		});
		const metrics = report(...lives);
		expect([metrics.breached, metrics.wronglyRouted]).toEqual([3, 2]);
	});

	it('counts as resolved for good only what helped somebody: no spam, and nobody who did not answer', () => {
		const ended = (id: string, disposition: string) =>
			new Life(id).handOver(0).answer(1).resolve(10, disposition);
		const lives = [
			ended('c1', 'solved'),
			ended('c2', 'spam'),
			ended('c3', 'Customer did not answer'),
			ended('c4', 'sold'),
			// The next case of the same customer hides how the one before ended.
			ended('c5', 'spam')
				.writes(60 * 30)
				.handOver(60 * 30 + 1),
		];
		expect(report(...lives)).toMatchObject({ resolved: 5, resolutionRate: 0.4 });
		const own = metricsOf(
			lives.map(({ record }) => record),
			WEEK,
			NOW,
			{ noSuccess: ['sold'] },
		);
		expect(own.resolutionRate).toBe(0.8);
	});

	it('counts a request that was captured off hours as one handoff, from the evening on', () => {
		const morning = new Life('c1').capture(0).handOver(600, ANA).answer(610);
		const [handoff, ...others] = handoffsOf(morning.record);
		expect(others).toEqual([]);
		expect(handoff).toMatchObject({ id: 'c1:h1', at: at(0), owners: [ANA], answeredAt: at(610) });
		expect(report(morning).firstResponse).toMatchObject({ count: 1, medianMinutes: 610 });

		const forgotten = new Life('c2').capture(0);
		expect(report(forgotten)).toMatchObject({ handoffs: 1, waiting: 1, answered: 0 });
		// One that came to nothing does not upset the numbers of those after it.
		const twice = new Life('c3').capture(0).resolve(60).writes(100).handOver(101, BEN).answer(103);
		expect(handoffsOf(twice.record)).toMatchObject([
			{ id: 'c3:h1', endedBy: 'resolve' },
			{ id: 'c3:h2', answeredAt: at(103), firstResponse: { status: 'met' } },
		]);
	});

	it('comes as CSV, one line for all and one for each agent, queue, reason and hour, safe to open in a spreadsheet', () => {
		const evil: Owner = { kind: 'agent', id: 'x', name: '=HYPERLINK("x","y")' };
		const csv = metricsCsv(report(new Life('c1').handOver(0, evil).answer(2)));
		const lines = csv.trimEnd().split('\r\n');
		expect(lines[0]).toBe(
			'from,to,group,name,handoffs,answered,waiting,first_response_median_minutes,first_response_p90_minutes,resolution_median_minutes,resolution_p90_minutes,breached,breach_rate,reopened,wrongly_routed,resolved,resolution_rate,rated,satisfaction,value,value_late,conversations,handoff_rate,containment,true_containment,missed,missed_value',
		);
		expect(lines[1]).toBe(`${WEEK.from},${WEEK.to},all,,1,1,0,2,2,,,0,0,0,0,0,,0,,0,0,1,1,0,0,0,0`);
		expect(lines[2]).toContain(`,agent,"'=HYPERLINK(""x"",""y"")",1,`);
		expect(lines[3]).toContain(',queue,Support,');
		expect(lines[4]).toContain(',reason,Asked for a person,');
		expect(lines[5]).toContain(',hour,09:00,');
		expect(
			new Set(lines.map((line) => line.replaceAll(/"(?:[^"]|"")*"/gu, '').split(',').length)).size,
		).toBe(1);
	});

	it('takes percentiles that occurred, with the stated share at or under them and not fewer', () => {
		fc.assert(
			fc.property(
				fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 50 }),
				fc.constantFrom(0.5, 0.9),
				(values, part) => {
					const value = percentile(values, part)!;
					expect(values).toContain(value);
					const atOrUnder = values.filter((v) => v <= value).length / values.length;
					const under = values.filter((v) => v < value).length / values.length;
					expect(atOrUnder).toBeGreaterThanOrEqual(part);
					expect(under).toBeLessThan(part);
				},
			),
		);
	});
});
