import { startScheduler } from '../../../../adapters/clock/scheduler';
import { applyEvent } from '../../../../core/conversation/apply';
import type { Conversation, Owner } from '../../../../core/conversation/conversation';
import { transition } from '../../../../core/conversation/transitions';
import type { ConversationEvent } from '../../../../core/conversation/transitions';
import type { ConversationView } from '../../../../core/ports/store';
import {
	clocksOnCustomerMessage,
	clocksOnHandoff,
	clocksOnPromise,
	settle,
} from '../../../../core/sla';
import type { SlaEvent, SlaKind } from '../../../../core/sla/clock';
import type { BusinessCalendar, SlaPolicy } from '../../../../core/sla/policy';
import { ANA, BEN, SUPPORT, handedOver, withBot } from './conversation';
import { MemoryStore } from './memoryStore';
import { VirtualTimers } from './virtualTimers';

const MINUTE = 60_000;
const DAY = 24 * 60;
const MARKS = [80, 100];

const CALENDAR: BusinessCalendar = {
	timeZone: 'Europe/Berlin',
	windows: [
		...[1, 2, 3, 4, 5].flatMap((day) => [
			{ day: day as 1, from: '09:00', to: '12:00' },
			{ day: day as 1, from: '13:00', to: '18:00' },
		]),
		// Over the hour at which the clocks change.
		{ day: 7, from: '01:00', to: '04:00' },
	],
	closedDates: ['2026-10-26'],
};

/** What is promised: how many minutes, and whether only those of business hours count. */
const TARGETS: Record<
	Exclude<SlaKind, 'promised_follow_up' | 'routing_step'>,
	[number, boolean]
> = {
	first_response: [30, true],
	next_response: [45, true],
	resolution: [480, true],
	queue_time: [20, false],
	claim_without_reply: [40, true],
	bot_silence: [15, false],
};

const POLICIES: SlaPolicy[] = [
	...Object.entries(TARGETS).map(([kind, [targetMinutes, business]]): SlaPolicy => ({
		name: kind,
		kind: kind as SlaKind,
		targetMinutes,
		clock: business ? 'business' : 'wall',
		calendar: CALENDAR,
		marks: MARKS,
		...(kind === 'resolution' ? { pauseWhileWaiting: true } : {}),
	})),
	{
		name: 'promised_follow_up',
		kind: 'promised_follow_up',
		targetMinutes: 0,
		clock: 'wall',
		marks: MARKS,
	},
];

/** Something that happens in a conversation, in minutes since the week began. */
interface Step {
	at: number;
	what: 'writes' | 'bot' | 'handover' | 'claim' | 'release' | 'answers' | 'resolve' | 'return';
	/** Of a handover: an agent at once, or the queue. */
	toAgent?: boolean;
	/** Of a handover: when the customer was told that somebody comes, in minutes since the week began. */
	promised?: number;
}

/** Parts of a minute at which things happen, so that no two that matter to a promise fall on the same moment. */
const PART: Record<Step['what'], number> = {
	writes: 0,
	handover: 0.1,
	bot: 0.25,
	claim: 0.5,
	release: 0.6,
	answers: 0.75,
	resolve: 0.85,
	return: 0.85,
};

/** A small generator of repeatable chance, so that a week that fails can be looked at. */
function chance(seed: number): () => number {
	let state = seed;
	return () => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return state / 2 ** 32;
	};
}

/** One conversation: a bot that sometimes says nothing, agents who sometimes never pick up, never answer, or never finish. */
function life(random: () => number): Step[] {
	const steps: Step[] = [];
	let minute = Math.floor(random() * 7 * DAY);
	const next = (what: Step['what'], within: number, more: Partial<Step> = {}) => {
		minute += 1 + Math.floor(random() ** 3 * within);
		steps.push({ at: minute + PART[what], what, ...more });
	};
	for (let episode = 0; episode < 2; episode++) {
		next('writes', 1);
		for (let turn = 0; turn < 2; turn++) {
			if (random() < 0.85) next('bot', 60);
			if (random() < 0.4) next('writes', 120);
		}
		if (random() < 0.2) return steps;
		const toAgent = random() < 0.5;
		next('handover', 30, { toAgent });
		if (random() < 0.3) {
			const { at } = steps.at(-1)!;
			steps.at(-1)!.promised = at + 60 + Math.floor(random() * 2000);
		}
		if (!withPeople(random, next, toAgent) || random() < 0.6) return steps;
		minute += Math.floor(random() * DAY);
	}
	return steps;
}

/** What people do until the conversation is over; false where it never is. */
function withPeople(
	random: () => number,
	next: (what: Step['what'], within: number) => void,
	toAgent: boolean,
): boolean {
	let withAgent = toAgent;
	for (let round = 0; round < 8; round++) {
		const what = random();
		if (what < 0.1) return false;
		if (what < 0.2) next('writes', 200);
		else if (!withAgent) {
			next('claim', 400);
			withAgent = true;
		} else if (what < 0.28) {
			next('release', 200);
			withAgent = false;
		} else if (what < 0.34) next('claim', 200);
		else if (what < 0.8) {
			next('answers', 500);
			if (random() < 0.6) next('writes', 600);
		} else {
			next(what < 0.93 ? 'resolve' : 'return', 800);
			return true;
		}
	}
	return false;
}

/** Minute by minute whether the team is there, read off the wall clock that Intl shows: slow, obvious, and none of the calendar's code. */
function openMinutes(from: number, count: number): Uint8Array {
	const wall = new Intl.DateTimeFormat('en-CA', {
		timeZone: CALENDAR.timeZone,
		hourCycle: 'h23',
		year: 'numeric',
		month: '2-digit',
		day: '2-digit',
		hour: '2-digit',
		minute: '2-digit',
	});
	return Uint8Array.from({ length: count }, (_, minute) => {
		const part = Object.fromEntries(
			wall.formatToParts(from + minute * MINUTE).map(({ type, value }) => [type, value]),
		);
		const date = `${part.year}-${part.month}-${part.day}`;
		if (CALENDAR.closedDates!.includes(date)) return 0;
		const day = new Date(`${date}T12:00:00Z`).getUTCDay() || 7;
		const time = `${part.hour}:${part.minute}`;
		return CALENDAR.windows.some((w) => w.day === day && w.from <= time && time < w.to) ? 1 : 0;
	});
}

/** A promise as the oracle keeps it: it walks over the minutes and adds up those that count. */
interface Watched {
	kind: SlaKind;
	startedAt: number;
	target: number;
	business: boolean;
	counted: number;
	/** Since when it counts; undefined while it stands still. */
	since?: number;
}

/** What must be raised of one conversation, told from the definitions in docs/nodes/sla-watchdog.md alone. */
function mustBeRaised(id: string, steps: Step[], open: Uint8Array): string[] {
	const found: string[] = [];
	const watched = new Map<SlaKind, Watched>();
	const count = (one: Watched, until: number) => {
		if (one.since === undefined) return;
		if (!one.business) one.counted += until - one.since;
		else {
			// More than all of it changes nothing.
			for (
				let minute = Math.floor(one.since);
				minute < until && one.counted < one.target;
				minute++
			) {
				const from = Math.max(minute, one.since);
				one.counted += open[minute]! * (Math.min(minute + 1, until) - from);
			}
		}
		one.since = until;
	};
	const begin = (kind: SlaKind, at: number, target?: number) => {
		const [minutes, business] =
			target === undefined ? TARGETS[kind as keyof typeof TARGETS] : [target, false];
		watched.set(kind, { kind, startedAt: at, target: minutes, business, counted: 0, since: at });
	};
	const end = (kind: SlaKind, at: number) => {
		const one = watched.get(kind);
		if (!one) return;
		count(one, at);
		watched.delete(kind);
		for (const mark of MARKS) {
			if (one.counted + 1e-6 < (one.target * mark) / 100) continue;
			found.push(key(id, kind, one.startedAt, mark));
		}
	};
	const endAll = (at: number) => [...watched.keys()].forEach((kind) => end(kind, at));

	let state: 'bot' | 'agent' | 'queue' = 'bot';
	let answered = false;
	for (const { at, what, toAgent, promised } of steps) {
		const resolution = watched.get('resolution');
		switch (what) {
			case 'writes':
				if (resolution && resolution.since === undefined) resolution.since = at;
				if (state === 'bot') {
					if (!watched.has('bot_silence')) begin('bot_silence', at);
				} else if (!watched.has('first_response') && !watched.has('next_response')) {
					begin('next_response', at);
				}
				break;
			case 'bot':
				end('bot_silence', at);
				break;
			case 'handover':
				end('bot_silence', at);
				state = toAgent ? 'agent' : 'queue';
				answered = false;
				begin('first_response', at);
				begin('resolution', at);
				begin(toAgent ? 'claim_without_reply' : 'queue_time', at);
				if (promised !== undefined) begin('promised_follow_up', at, promised - at);
				break;
			case 'claim':
				state = 'agent';
				end('queue_time', at);
				end('claim_without_reply', at);
				if (!answered || watched.has('next_response')) begin('claim_without_reply', at);
				break;
			case 'release':
				state = 'queue';
				end('claim_without_reply', at);
				begin('queue_time', at);
				break;
			case 'answers':
				answered = true;
				for (const kind of [
					'first_response',
					'next_response',
					'claim_without_reply',
					'promised_follow_up',
				] as const) {
					end(kind, at);
				}
				if (resolution) {
					count(resolution, at);
					delete resolution.since;
				}
				break;
			case 'resolve':
			case 'return':
				state = 'bot';
				endAll(at);
		}
	}
	endAll(open.length);
	return found;
}

const key = (id: string, kind: SlaKind, startedAt: number, percent: number) =>
	`${id} ${kind} ${startedAt.toFixed(2)} ${percent}`;

export interface WeekResult {
	/** By kind: how many broken promises there were, and how many were raised. */
	counts: Record<string, { broken: number; raised: number }>;
	/** Should have been raised, warnings among them, and was not. */
	missed: string[];
	/** Was raised, and should not have been. */
	wrongly: string[];
	/** Was raised more than once. */
	twice: string[];
	steps: number;
}

/**
 * A week of conversations, on the clock of the watchdog: what happens goes through the functions that the nodes call, two watchdogs on
 * one store raise what is due, and an oracle that knows none of it says what should have been raised.
 */
export async function weekOfPromises(monday: string, conversations: number): Promise<WeekResult> {
	const start = Date.parse(monday);
	const random = chance(20_261_120);
	const store = new MemoryStore();
	const timers = new VirtualTimers(start);
	const raised: string[] = [];
	const note = ({ clock, percent }: SlaEvent) =>
		raised.push(
			key(
				clock.conversationId,
				clock.kind,
				(Date.parse(clock.startedAt) - start) / MINUTE,
				percent,
			),
		);
	for (let process = 0; process < 2; process++) {
		startScheduler(
			store,
			{
				alert: async ({ event, others }) => {
					await Promise.resolve();
					[event, ...others].forEach(note);
				},
				recovered: () => Promise.reject(new Error('nothing was lost')),
			},
			{
				failed: (error) => {
					throw error;
				},
			},
			// A minute is the least that lies between two steps of a conversation: what a step starts is known before the next one.
			{ pollMs: MINUTE, recoverAfterMs: 0 },
			timers,
		);
	}

	const days = 14;
	const open = openMinutes(start, days * DAY);
	const expected = new Set<string>();
	const all: Array<Step & { id: string }> = [];
	for (let i = 0; i < conversations; i++) {
		const id = `c${i}`;
		store.conversations.set(id, withBot(id));
		const steps = life(random).filter(({ at }) => at < (days - 1) * DAY);
		all.push(...steps.map((step) => ({ ...step, id })));
		for (const one of mustBeRaised(id, steps, open)) expected.add(one);
	}
	all.sort((a, b) => a.at - b.at);
	for (const step of all) {
		await timers.advanceTo(start + Math.round(step.at * MINUTE), 2);
		await store.decide(step.id, (view) => happens(view, step, start, timers.now().toISOString()));
	}
	await timers.advanceTo(start + days * DAY * MINUTE, 2);

	const seen = new Set(raised);
	const counts: WeekResult['counts'] = {};
	for (const policy of POLICIES) {
		const broken = (one: string) => one.includes(` ${policy.kind} `) && one.endsWith(' 100');
		counts[policy.kind] = {
			broken: [...expected].filter(broken).length,
			raised: [...seen].filter(broken).length,
		};
	}
	return {
		counts,
		missed: [...expected].filter((one) => !seen.has(one)),
		wrongly: [...seen].filter((one) => !expected.has(one)),
		twice: repeated(raised),
		steps: all.length,
	};
}

/** A step as the nodes carry it out. */
function happens(view: ConversationView, step: Step & { id: string }, start: number, now: string) {
	const { conversation, clocks } = view;
	const by = { actor: { kind: 'workflow' as const }, now, policies: POLICIES };
	const apply = (event: ConversationEvent) => applyEvent(view, event, by);
	switch (step.what) {
		case 'writes': {
			const next = after(conversation, { type: 'customer_wrote', sentAt: now }, now);
			const message = { id: `${step.id}-${step.at}`, sentAt: now };
			return {
				result: undefined,
				conversation: next,
				clocks: clocksOnCustomerMessage(POLICIES, next, message, clocks, now),
			};
		}
		case 'bot':
			return { result: undefined, clocks: settle(clocks, 'bot_replied', now) };
		case 'handover': {
			const next = handedOver(conversation, now, step.toAgent ? ANA : SUPPORT);
			const promise = step.promised;
			return {
				result: undefined,
				conversation: next,
				clocks: [
					...clocksOnHandoff(POLICIES, next, now, clocks),
					...(promise === undefined
						? []
						: clocksOnPromise(
								POLICIES,
								next,
								{
									about: next.handoff!.id,
									promisedFor: new Date(start + Math.round(promise * MINUTE)).toISOString(),
								},
								now,
							)),
				],
			};
		}
		case 'claim': {
			const last = ANA.kind === 'agent' ? ANA.id : '';
			const owner: Owner = conversation.lastAgentId === last ? BEN : ANA;
			return apply({ type: 'assign', owner, reason: 'Claimed' });
		}
		case 'release':
			return apply({ type: 'release', queue: 'Support', reason: 'Released' });
		case 'answers':
			return apply({ type: 'agent_replied', sentAt: now });
		case 'resolve':
			return apply({ type: 'resolve' });
		case 'return':
			return apply({ type: 'return_to_bot', anyway: true });
	}
}

function after(conversation: Conversation, event: ConversationEvent, now: string): Conversation {
	const step = transition(conversation, event, { kind: 'customer' }, now);
	if (!step.ok) throw new Error(step.message);
	return step.conversation;
}

function repeated(all: string[]): string[] {
	const seen = new Set<string>();
	return all.filter((one) => seen.size === seen.add(one).size);
}
