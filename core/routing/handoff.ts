import { TransitionRefused } from '../conversation/apply';
import type { Actor } from '../conversation/audit';
import type {
	Conversation,
	Handoff,
	HandoffPromise,
	HandoffRouting,
} from '../conversation/conversation';
import { isCaptured, windowClosesAt } from '../conversation/conversation';
import { heard, languageOf } from '../conversation/language';
import type { ConversationEvent } from '../conversation/transitions';
import { transition } from '../conversation/transitions';
import type { Changes, ConversationView } from '../ports/store';
import { clocksOnHandoff, clocksOnPromise } from '../sla';
import { wallTime } from '../sla/calendar';
import type { SlaClock } from '../sla/clock';
import type { BusinessCalendar, SlaPolicy } from '../sla/policy';
import { instantWithin } from '../sla/times';
import type { IsoTime } from '../time';
import type { RoutingView } from './agent';
import type { AcknowledgementCase } from './acknowledgement';
import type { ChainResult, ChainStep } from './chain';
import { requirementsOf, walkChain } from './chain';
import type { Presence } from './hours';
import { presenceOf } from './hours';
import type { HandoffOutcome, HandoffRequest, HandoffResult } from './request';
import {
	DEFAULT_LONG_WAIT_MINUTES,
	firstStep,
	needsOf,
	ownerOf,
	policiesWithin,
	stepsOf,
} from './request';
import type { StrategyContext } from './strategies/strategy';
import { nextTurn } from './turns';
import type { ExpectedWait } from './wait';
import { expectedWait, onDutyCount } from './wait';
import { clocksIfUnwatched, stepClocks } from './watch';

export type { HandoffOutcome, HandoffRequest, HandoffResult } from './request';

/** A follow-up is promised for so long after the next opening where staff have promised no first response. */
const FOLLOW_UP_WITHIN_MINUTES = 60;

/**
 * Hands a conversation over: to an agent if one can take it, else to the queue, where it waits and is watched. Decided and
 * written in one step with the clock that measures the promise, so that no handoff exists that the watchdog does not know.
 * A conversation that a person already has stays with that person; a retry for the same cause gives the outcome of the first
 * time. Outside hours the request is captured with a promise.
 */
export function handOver(
	given: ConversationView & RoutingView,
	request: HandoffRequest,
	actor: Actor,
	now: IsoTime,
): Changes<HandoffResult> {
	const conversation = heard(given.conversation, request.language);
	const view = { ...given, conversation };
	if (conversation.state === 'human' && conversation.handoff) {
		const standing = alreadyWithPerson(conversation, conversation.handoff, view.clocks);
		return { result: isRetry(conversation, request) ? asBefore(standing) : standing };
	}
	const steps = stepsOf(request);
	const tried = isCaptured(conversation) ? (conversation.handoff?.routing?.tried ?? []) : [];
	const needs = needsOf(request, tried);
	const presence = presenceOf(request.teamHours, request.agents, steps, needs, now);
	if (presence.closed && request.offHours === 'bot' && isCaptured(conversation)) {
		const clocks = clocksIfUnwatched(conversation, view.clocks, presence.opensAt, now);
		return {
			result: stillCaptured(conversation, presence, view.clocks),
			...(clocks.length > 0 ? { clocks } : {}),
		};
	}
	const reached = firstStep(request, steps, view.waiting);
	const found = presence.closed
		? nobodyThere(request, steps, reached, presence)
		: walkChain(request.agents, steps, reached, needs, contextOf(view, request, now));

	const routing: HandoffRouting = {
		home: request.queue,
		step: found.step,
		since: now,
		tried: [...tried],
		hops: 0,
		moves: 0,
		...(request.rule ? { rule: request.rule.name } : {}),
		...(request.router ? { router: request.router } : {}),
		...(request.cause ? { cause: request.cause } : {}),
	};
	const common = {
		reason: request.reason,
		score: request.score,
		signals: request.signals,
		...(request.topics ? { topics: request.topics } : {}),
		...(request.leadClass ? { leadClass: request.leadClass } : {}),
		priority: request.priority,
		queue: found.queue,
		routing,
	};
	const policies = policiesWithin(request.policies, presence);
	const escalated = must(
		conversation,
		{
			type: 'escalate',
			owner: found.agent ? ownerOf(found.agent) : { kind: 'queue', name: found.queue },
			...common,
		},
		actor,
		now,
	);
	const promises = clocksOnHandoff(policies, escalated.conversation, now, view.clocks);
	const first = promises.find(({ kind }) => kind === 'first_response');
	const promise = presence.closed
		? promiseOf(conversation, request, presence, first, now)
		: undefined;
	const captures = presence.closed && request.offHours === 'bot' && promise !== undefined;

	let next = escalated.conversation;
	let { audit } = escalated;
	let clocks = promises;
	if (captures) {
		const captured = must(conversation, { type: 'capture', ...common, promise }, actor, now);
		next = captured.conversation;
		audit = captured.audit;
		// Nobody is in charge yet: what is measured is the promise alone.
		clocks = [];
	} else if (promise) {
		next = { ...next, handoff: { ...next.handoff!, promise } };
	}
	if (promise && (captures || !first)) {
		clocks = [...clocks, ...followUpClocks(policies, next, promise, presence.hours, now)];
	}
	clocks = stepClocks(next, view.clocks, clocks, turnOf(steps, found, presence), now);

	const outcome: HandoffOutcome = found.agent
		? 'assigned'
		: presence.closed
			? 'off_hours'
			: 'queued';
	const result = resultOf(view, request, { outcome, next, found, steps, presence, clocks }, now);
	return {
		result: {
			...result,
			...(first && !captures
				? { dueAt: first.dueAt, dueExplanation: first.explanation }
				: promise
					? { dueAt: promise.for, dueExplanation: first?.explanation }
					: {}),
			explanation: explain(outcome, found, captures),
			tell: caseOf(outcome, next, request, result.wait, captures),
		},
		conversation: next,
		...(audit ? { audit: [audit] } : {}),
		clocks,
		...(found.agent ? { assignedAgentId: nextTurn(found.agent, view).turn } : {}),
	};
}

/** The event's outcome; throws {@link TransitionRefused} where it is refused. */
export function must(
	conversation: Conversation,
	event: ConversationEvent,
	actor: Actor,
	now: IsoTime,
) {
	const step = transition(conversation, event, actor, now);
	if (!step.ok) throw new TransitionRefused(step.message, step.advice);
	return step;
}

export function contextOf(
	view: ConversationView & RoutingView,
	request: HandoffRequest,
	now: IsoTime,
): StrategyContext {
	const { conversation } = view;
	const language = languageOf(conversation);
	return {
		conversation,
		view,
		now,
		preferredSkills: request.preferredSkills,
		...(language ? { language } : {}),
		stickyDays: request.stickyDays,
		...(request.accountManagers ? { accountManagers: request.accountManagers } : {}),
		...(request.vip === undefined ? {} : { vip: request.vip }),
	};
}

export function nobodyThere(
	request: HandoffRequest,
	steps: readonly ChainStep[],
	reached: number,
	presence: Presence,
): ChainResult {
	return {
		step: reached,
		queue: steps[reached]?.queue ?? request.queue,
		considered: request.agents.map(({ id, name }) => ({
			agentId: id,
			name,
			chosen: false,
			why: presence.why ?? 'nobody is there',
		})),
		strategies: [],
	};
}

/** When it is to be looked again: when the time of the step is up, or when somebody is back. */
export function turnOf(
	steps: readonly ChainStep[],
	{ step }: ChainResult,
	{ hours, opensAt }: Presence,
): Parameters<typeof stepClocks>[3] {
	const minutes = steps[step]?.timeoutMinutes;
	return {
		...(minutes ? { minutes } : {}),
		...(hours ? { hours } : {}),
		...(opensAt ? { opensAt } : {}),
	};
}

interface Standing {
	outcome: HandoffOutcome;
	next: Conversation;
	found: ChainResult;
	steps: readonly ChainStep[];
	presence: Presence;
	clocks: readonly SlaClock[];
}

/** What is said of a move, whichever it was. */
export function resultOf(
	view: ConversationView & RoutingView,
	request: HandoffRequest,
	{ outcome, next, found, steps, presence, clocks }: Standing,
	now: IsoTime,
): Omit<HandoffResult, 'explanation' | 'tell'> {
	const handoff = next.handoff!;
	const waits = outcome === 'queued' || outcome === 'off_hours';
	const place = request.place ?? placeOf(view, request, found.queue);
	const step = steps[found.step];
	const running = clocks.find(
		({ kind, status }) => kind === 'routing_step' && status === 'running',
	);
	return {
		outcome,
		conversation: next,
		handoff,
		...(waits && place !== undefined ? { position: place } : {}),
		...(outcome === 'queued' && place !== undefined && step
			? { wait: waitAt(view, request, step, place, now) }
			: {}),
		...(presence.closed && presence.opensAt ? { opensAt: presence.opensAt } : {}),
		...windowWarningOf(handoff, next, now),
		...(request.rule ? { rule: { name: request.rule.name, why: request.rule.why } } : {}),
		...(steps.length > 1 || running
			? {
					step: {
						number: found.step + 1,
						of: steps.length,
						...(running ? { until: running.dueAt } : {}),
					},
				}
			: {}),
		considered: found.considered,
		strategies: found.strategies,
	};
}

/**
 * Behind all that wait in the queue, or, where it waits already, behind those who have waited longer: the place goes by the age of
 * the handoff. The store has counted the handoff's own queue; of another queue's length nothing is known.
 */
function placeOf(
	{ conversation, waiting, ahead }: ConversationView & RoutingView,
	request: HandoffRequest,
	queue: string,
): number | undefined {
	if (queue !== request.queue) return undefined;
	if (ahead !== undefined) return ahead + 1;
	const { owner } = conversation;
	const counted = owner?.kind === 'queue' && owner.name === queue;
	return Math.max(1, waiting + (counted ? 0 : 1));
}

function waitAt(
	view: RoutingView,
	request: HandoffRequest,
	step: ChainStep,
	place: number,
	now: IsoTime,
): ExpectedWait {
	const onDuty = onDutyCount(request.agents, requirementsOf(step, needsOf(request, [])), now);
	return expectedWait(view, place, onDuty);
}

/** The promise that is made off hours: the due time of the SLA clock, so that what is told is what is measured. */
function promiseOf(
	conversation: Conversation,
	request: HandoffRequest,
	presence: Presence,
	first: SlaClock | undefined,
	now: IsoTime,
): HandoffPromise | undefined {
	const due =
		first?.dueAt ??
		(presence.hours && instantWithin(presence.hours, now, FOLLOW_UP_WITHIN_MINUTES));
	if (!due) return undefined;
	const closes = windowClosesAt(conversation);
	return {
		for: due,
		madeAt: now,
		...(closes && closes < due ? { windowClosesAt: closes } : {}),
		...(request.followUpTemplate ? { template: request.followUpTemplate } : {}),
	};
}

/** Rings at the promised time, where no clock of the first response does. */
export function followUpClocks(
	policies: readonly SlaPolicy[],
	next: Conversation,
	promise: HandoffPromise,
	hours: BusinessCalendar | undefined,
	now: IsoTime,
): SlaClock[] {
	return clocksOnPromise(
		policies,
		next,
		{
			about: next.handoff!.id,
			promisedFor: promise.for,
			marks: [100],
			...(hours ? { timeZone: hours.timeZone } : {}),
		},
		now,
	);
}

/** For staff, where WhatsApp no longer takes free text at the promised time. */
export function windowWarningOf(
	handoff: Handoff,
	conversation: Conversation,
	now: IsoTime,
): { windowWarning?: string } {
	const { promise } = handoff;
	if (!promise?.windowClosesAt || handoff.answeredAt) return {};
	const zone = conversation.profile.timeZone ?? 'UTC';
	const told = (at: IsoTime) => `${wallTime(zone, at, now)} (${zone})`;
	return {
		windowWarning: `WhatsApp’s 24-hour window closes ${told(promise.windowClosesAt)}, before the promised ${told(promise.for)}: ${
			promise.template
				? `the follow-up goes out as the template ${promise.template.name}.`
				: 'the follow-up then needs an approved template; choose one under Follow-Up Template.'
		}`,
	};
}

/** Which text tells the customer best how it stands. */
function caseOf(
	outcome: HandoffOutcome,
	{ profile }: Conversation,
	request: HandoffRequest,
	wait: ExpectedWait | undefined,
	captures: boolean,
): AcknowledgementCase {
	if (outcome === 'off_hours') return captures ? 'off_hours_bot' : 'off_hours';
	const long = request.longWaitMinutes ?? DEFAULT_LONG_WAIT_MINUTES;
	if (outcome === 'queued' && wait?.known && wait.minutes >= long) return 'long_wait';
	if (request.vip ?? profile.vip) return 'vip';
	return outcome === 'assigned' ? 'assigned' : 'queued';
}

function stillCaptured(
	conversation: Conversation,
	presence: Presence,
	clocks: readonly SlaClock[],
): HandoffResult {
	const handoff = conversation.handoff!;
	const promise = clocks.find(({ kind }) => kind === 'promised_follow_up');
	return {
		outcome: 'off_hours',
		conversation,
		handoff,
		...(handoff.promise ? { dueAt: handoff.promise.for } : {}),
		...(promise ? { dueExplanation: promise.explanation } : {}),
		...(presence.opensAt ? { opensAt: presence.opensAt } : {}),
		considered: [],
		strategies: [],
		explanation: 'Captured before: the follow-up stays promised, and the bot goes on helping',
		tell: 'off_hours_bot',
	};
}

/** Whether the same message has led to this handoff before, and nobody has moved or answered it since. */
function isRetry({ handoff }: Conversation, { cause }: HandoffRequest): boolean {
	return cause !== undefined && handoff?.routing?.cause === cause && !handoff.answeredAt;
}

/** What a retried execution goes on with: the outcome of the first time, so that what comes after it is done too. */
function asBefore(result: HandoffResult): HandoffResult {
	const assigned = result.conversation.owner?.kind === 'agent';
	const outcome = assigned ? 'assigned' : result.handoff.promise ? 'off_hours' : 'queued';
	return { ...result, outcome, tell: outcome };
}

export function alreadyWithPerson(
	conversation: Conversation,
	handoff: Handoff,
	clocks: readonly SlaClock[],
): HandoffResult {
	const promise = clocks.find(({ kind }) => kind === 'first_response');
	const owner = conversation.owner;
	return {
		outcome: 'already',
		conversation,
		handoff,
		...(promise ? { dueAt: promise.dueAt, dueExplanation: promise.explanation } : {}),
		considered: [],
		strategies: [],
		explanation:
			owner?.kind === 'agent'
				? `Already with ${owner.name}`
				: `Already waiting in the queue ${owner?.name ?? handoff.queue}`,
	};
}

export function explain(outcome: HandoffOutcome, found: ChainResult, captures = false): string {
	if (found.agent) {
		const why = found.considered.find(({ chosen }) => chosen)?.why;
		return `${found.agent.name}: ${why}`;
	}
	if (captures) return 'Captured: a follow-up is promised, and the bot goes on helping until then';
	if (outcome === 'off_hours') return `Outside the team’s hours: waits in the queue ${found.queue}`;
	const last = found.strategies.at(-1)?.result;
	return `Waits in the queue ${found.queue}${last ? `: ${last}` : ''}`;
}
