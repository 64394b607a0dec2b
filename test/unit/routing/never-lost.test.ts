import fc from 'fast-check';

import { isCaptured } from '../../../core/conversation/conversation';
import type { HandoffRequest } from '../../../core/routing';
import type { Agent } from '../../../core/routing/agent';
import type { ChainStep } from '../../../core/routing/chain';
import type { StrategyName } from '../../../core/routing/strategies';
import { DEFAULT_POLICIES } from '../../../core/sla';
import { isLive } from '../../../core/sla/settle';
import { TransitionRefused } from '../../../core/conversation/apply';
import { addMilliseconds } from '../../../core/time';
import { Desk, NINE_TO_FIVE, aRequest } from './support/desk';

const QUEUES = ['Support', 'Sales'];
const SKILLS = ['billing', 'vip'];
const LANGUAGES = ['en', 'es'];
const NAMES = ['ana', 'ben', 'cem', 'dia', 'eva'];
const MAX_HOPS = 3;
const NIGHT = {
	timeZone: 'America/Sao_Paulo',
	windows: ([1, 3, 5, 6, 7] as const).map((day) => ({ day, from: '18:00', to: '23:30' })),
};
const NEVER = {
	timeZone: 'UTC',
	windows: [{ day: 1 as const, from: '09:00', to: '17:00' }],
	closedDates: [],
};

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const calendar = fc.constantFrom(NINE_TO_FIVE, NIGHT, NEVER);
const given = <T extends object>(fields: T) =>
	Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
		[K in keyof T]: Exclude<T[K], undefined>;
	};

const agent = (id: string): fc.Arbitrary<Agent> =>
	fc
		.record({
			capacity: maybe(fc.integer({ min: 1, max: 3 })),
			queues: fc.subarray(QUEUES),
			skills: fc.subarray(SKILLS),
			languages: fc.subarray(LANGUAGES),
			level: maybe(fc.integer({ min: 1, max: 3 })),
			weight: maybe(fc.integer({ min: 1, max: 3 })),
			calendar: maybe(calendar),
			available: fc.boolean(),
		})
		.map((fields) => ({ id, name: id, ...given(fields) }) as Agent);

const strategy = fc.constantFrom<StrategyName[]>(
	['roundRobin'],
	['leastBusy'],
	['sticky', 'skills', 'roundRobin'],
	['accountManager', 'seniority'],
	['vipDesk'],
	['queue'],
);

const step: fc.Arbitrary<ChainStep> = fc
	.record({
		strategies: strategy,
		who: maybe(fc.constantFrom('required' as const, 'preferred' as const, 'anyone' as const)),
		minLevel: maybe(fc.integer({ min: 1, max: 3 })),
		queue: maybe(fc.constantFrom(...QUEUES)),
		timeoutMinutes: maybe(fc.integer({ min: 0, max: 30 })),
		skipIfNobody: maybe(fc.boolean()),
	})
	.map((fields) => given(fields) as ChainStep);

const request: fc.Arbitrary<HandoffRequest> = fc
	.record({
		agents: fc
			.subarray(NAMES)
			.chain((names) => fc.tuple(...names.map(agent)) as fc.Arbitrary<Agent[]>),
		steps: maybe(fc.array(step, { minLength: 1, maxLength: 4 })),
		strategies: strategy,
		requiredSkills: fc.subarray(SKILLS),
		preferredSkills: fc.subarray(SKILLS),
		requiredLanguage: maybe(fc.constantFrom(...LANGUAGES)),
		teamHours: maybe(calendar),
		policies: fc.constantFrom([], DEFAULT_POLICIES),
		offHours: maybe(fc.constantFrom('queue' as const, 'bot' as const)),
		overflow: maybe(
			fc.record({
				queue: fc.constantFrom(...QUEUES),
				afterMinutes: fc.integer({ min: 0, max: 20 }),
				longerThan: fc.integer({ min: 0, max: 2 }),
			}),
		),
		fallback: maybe(fc.record({ queue: fc.constantFrom('Leads') })),
	})
	.map((fields) => aRequest({ ...given(fields), maxHops: MAX_HOPS }));

type Command =
	| {
			do: 'hand over' | 'decline' | 'decline at once' | 'claim' | 'release' | 'answer' | 'write';
			who: number;
	  }
	| { do: 'team change'; who: number; queue: string }
	| { do: 'ring' }
	| { do: 'pass'; minutes: number }
	| { do: 'outage'; on: boolean };

const who = fc.integer({ min: 1, max: 3 });
const command: fc.Arbitrary<Command> = fc.oneof(
	{ weight: 4, arbitrary: fc.record({ do: fc.constant('hand over' as const), who }) },
	{ weight: 6, arbitrary: fc.constant({ do: 'ring' as const }) },
	{ weight: 2, arbitrary: fc.record({ do: fc.constant('decline' as const), who }) },
	{ weight: 2, arbitrary: fc.record({ do: fc.constant('decline at once' as const), who }) },
	{
		weight: 1,
		arbitrary: fc.record({
			do: fc.constantFrom(
				'claim' as const,
				'release' as const,
				'answer' as const,
				'write' as const,
			),
			who,
		}),
	},
	{
		weight: 1,
		arbitrary: fc.record({
			do: fc.constant('team change' as const),
			who,
			queue: fc.constantFrom(...QUEUES),
		}),
	},
	{
		weight: 2,
		arbitrary: fc.record({
			do: fc.constant('pass' as const),
			minutes: fc.integer({ min: 1, max: 2000 }),
		}),
	},
	{ weight: 1, arbitrary: fc.record({ do: fc.constant('outage' as const), on: fc.boolean() }) },
);

/** Does everything that can happen to three conversations, and looks after each step whether one of them was lost. */
class Play {
	readonly desk = new Desk(3);
	private outage = false;
	/** By handoff: who had it and did not take it, as this test has seen it. */
	private readonly passedOn = new Map<string, Set<string>>();
	/** By handoff: assignments by the router, less the moves that a person has asked for. */
	private readonly assignments = new Map<string, number>();
	/** Whose last owner was not the router's choice. */
	private readonly byHand = new Set<string>();

	constructor(private readonly settings: HandoffRequest) {}

	run(commands: readonly Command[]): void {
		for (const one of commands) {
			this.carryOut(one);
			this.nothingIsLost();
		}
	}

	private request(queue?: string): HandoffRequest {
		const agents = this.settings.agents.map((one) =>
			this.outage ? { ...one, available: false } : one,
		);
		return { ...this.settings, agents, ...(queue ? { queue } : {}) };
	}

	private carryOut(one: Command): void {
		const { desk } = this;
		if (one.do === 'outage') {
			this.outage = one.on;
			return;
		}
		if (one.do === 'pass') return desk.pass(one.minutes);
		if (one.do === 'ring') {
			for (const event of desk.ring()) {
				const id = event.clock.conversationId;
				const { state } = desk.of(id);
				// As the watchdog does: what has become pointless is not handed on.
				const clock = desk.clocks.get(event.clock.id)!;
				if ((state === 'human' || isCaptured(desk.of(id))) && isLive(clock)) {
					this.routed(id, () =>
						desk.routeAgain(
							{ ...this.request(this.home(id)), cause: event.id, causedAt: event.at },
							id,
						),
					);
				}
			}
			return;
		}
		const id = `c${one.who}`;
		const { state, owner } = desk.of(id);
		const holder = owner?.kind === 'agent' ? owner.id : undefined;
		switch (one.do) {
			case 'hand over':
				if (state === 'bot') this.routed(id, () => desk.handOver(this.request(), id));
				return;
			case 'decline':
				if (holder) {
					this.note(id, holder);
					desk.person(
						{ type: 'decline', agentId: holder, reason: 'busy' },
						id,
						this.settings.policies,
					);
				}
				return;
			case 'decline at once':
				if (holder) {
					this.routed(id, () =>
						desk.routeAgain(
							{ ...this.request(this.home(id)), because: 'declined', declinedBy: holder },
							id,
						),
					);
				}
				return;
			case 'team change':
				if (state === 'human') {
					this.count(desk.of(id).handoff!.id, -1);
					this.routed(id, () =>
						desk.routeAgain({ ...this.request(one.queue), because: 'team_change' }, id),
					);
				}
				return;
			case 'claim':
				if (state === 'human') {
					desk.person(
						{ type: 'assign', owner: { kind: 'agent', id: 'zoe', name: 'Zoe' }, reason: 'Claimed' },
						id,
						this.settings.policies,
					);
					this.byHand.add(id);
				}
				return;
			case 'release':
				if (holder) {
					this.count(desk.of(id).handoff!.id, -1);
					desk.person(
						{ type: 'release', queue: desk.of(id).handoff!.queue, reason: 'Break' },
						id,
						this.settings.policies,
					);
				}
				return;
			case 'answer':
				if (holder) desk.person({ type: 'agent_replied', sentAt: desk.now }, id);
				return;
			case 'write':
				return desk.customerWrites(id);
		}
	}

	private home(id: string): string | undefined {
		const { handoff } = this.desk.of(id);
		return handoff?.routing?.home ?? handoff?.queue;
	}

	private note(id: string, agentId: string): void {
		const key = this.desk.of(id).handoff!.id;
		this.passedOn.set(key, (this.passedOn.get(key) ?? new Set()).add(agentId));
	}

	private count(handoffId: string, by: number): void {
		this.assignments.set(handoffId, (this.assignments.get(handoffId) ?? 0) + by);
	}

	/** A move of the router, and what must hold of it. */
	private routed(id: string, move: () => unknown): void {
		const before = this.desk.of(id);
		const open = this.desk.view(id).openByAgent;
		try {
			move();
		} catch (error) {
			expect(error).toBeInstanceOf(TransitionRefused);
			expect(this.desk.of(id)).toBe(before);
			return;
		}
		const after = this.desk.of(id);
		const had = before.owner?.kind === 'agent' ? before.owner.id : undefined;
		const has = after.owner?.kind === 'agent' ? after.owner.id : undefined;
		if (before.handoff && (before.state === 'human' || isCaptured(before))) {
			// One handoff from first to last, as old as the customer's wait.
			expect(after.handoff).toMatchObject({
				id: before.handoff.id,
				createdAt: before.handoff.createdAt,
			});
		}
		if (had && had !== has) this.note(id, had);
		if (!has || has === had) return;
		this.byHand.delete(id);
		const key = after.handoff!.id;
		expect(this.passedOn.get(key) ?? new Set()).not.toContain(has);
		const chosen = this.settings.agents.find((one) => one.id === has)!;
		expect(open.get(has) ?? 0).toBeLessThan(chosen.capacity ?? Infinity);
		this.count(key, 1);
		expect(this.assignments.get(key)).toBeLessThanOrEqual(MAX_HOPS);
	}

	private nothingIsLost(): void {
		for (const conversation of this.desk.conversations.values()) {
			const { id, state, owner, handoff } = conversation;
			const watched = this.desk
				.clocksOf(id)
				.some((clock) => isLive(clock) && clock.nextEventAt !== undefined);
			if (isCaptured(conversation)) {
				expect({ id, watched }).toEqual({ id, watched: true });
				expect(handoff!.promise!.for > handoff!.promise!.madeAt).toBe(true);
			}
			if (state !== 'human') continue;
			expect(owner).toBeDefined();
			if (owner!.kind === 'queue' || (!handoff!.answeredAt && !this.byHand.has(id))) {
				expect({ id, owner, watched }).toEqual({ id, owner, watched: true });
			}
		}
	}
}

describe('a handoff, whatever happens', () => {
	it('has an owner or a queue that is being watched, never goes back to who passed it on, and passes no capacity', () => {
		fc.assert(
			fc.property(
				request,
				fc.array(command, { minLength: 5, maxLength: 40 }),
				(settings, commands) => {
					new Play(settings).run([
						{ do: 'hand over', who: 1 },
						{ do: 'hand over', who: 2 },
						...commands,
					]);
				},
			),
			{ numRuns: 300 },
		);
	});

	it('passes through so many hands as are allowed, and then waits in the fallback queue, which is watched', () => {
		fc.assert(
			fc.property(
				fc.integer({ min: 1, max: 6 }),
				fc.integer({ min: 1, max: 12 }),
				(maxHops, count) => {
					const agents = Array.from({ length: count }, (_, i) => ({ id: `a${i}`, name: `a${i}` }));
					const desk = new Desk();
					const request = aRequest({
						agents,
						steps: [{ strategies: ['roundRobin'], timeoutMinutes: 5 }],
						maxHops,
						fallback: { queue: 'Team Lead' },
					});
					desk.handOver(request);
					const had = new Set<string>();
					for (let turn = 0; turn < 20; turn++) {
						const { owner } = desk.of();
						if (owner?.kind === 'agent') had.add(owner.id);
						const events = desk.ring();
						expect(events.length).toBeGreaterThan(0);
						for (const event of events) {
							desk.routeAgain({ ...request, cause: event.id, causedAt: event.at });
						}
					}
					expect(had.size).toBe(Math.min(maxHops, count));
					const { owner, handoff } = desk.of();
					expect(owner).toEqual({ kind: 'queue', name: count < maxHops ? 'Support' : 'Team Lead' });
					expect(handoff!.createdAt).toBe(desk.of().createdAt);
					expect(desk.clocksOf('c1').some((clock) => isLive(clock) && clock.nextEventAt)).toBe(
						true,
					);
				},
			),
		);
	});

	it('deals out turns exactly by weight while the same agents are free', () => {
		fc.assert(
			fc.property(
				fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 6 }),
				fc.integer({ min: 1, max: 60 }),
				(weights, count) => {
					const agents = weights.map((weight, i) => ({ id: `a${i}`, name: `a${i}`, weight }));
					const desk = new Desk(count);
					const counts = new Map(agents.map(({ id }) => [id, 0]));
					for (let i = 1; i <= count; i++) {
						desk.now = addMilliseconds(desk.now, 1000);
						const { conversation } = desk.handOver(aRequest({ agents }), `c${i}`);
						const id = (conversation.owner as { id: string }).id;
						counts.set(id, counts.get(id)! + 1);
					}
					const turns = weights.reduce((sum, weight) => sum + weight, 0);
					for (const { id, weight } of agents) {
						const rounds = Math.floor(count / turns);
						expect(counts.get(id)!).toBeGreaterThanOrEqual(rounds * weight);
						expect(counts.get(id)!).toBeLessThanOrEqual((rounds + 1) * weight);
					}
					// Turn by turn, any two turns differ by one at most.
					const shares = agents.flatMap(({ id, weight }) => [
						Math.floor(counts.get(id)! / weight),
						Math.ceil(counts.get(id)! / weight),
					]);
					expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
				},
			),
		);
	});
});
