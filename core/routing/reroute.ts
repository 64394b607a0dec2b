import { TransitionRefused } from '../conversation/apply';
import type { Actor } from '../conversation/audit';
import type { Handoff, HandoffRouting } from '../conversation/conversation';
import { isCaptured } from '../conversation/conversation';
import { describeState, sameOwner } from '../conversation/transitions';
import type { Changes, ConversationView } from '../ports/store';
import { clocksOnOwnerChange } from '../sla';
import type { SlaClock } from '../sla/clock';
import type { SlaPolicy } from '../sla/policy';
import { isLive } from '../sla/settle';
import type { IsoTime } from '../time';
import type { RoutingView } from './agent';
import type { ChainResult, ChainStep } from './chain';
import { walkChain } from './chain';
import {
	alreadyWithPerson,
	contextOf,
	explain,
	handOver,
	must,
	nobodyThere,
	resultOf,
	stepMinutes,
} from './handoff';
import { presenceOf } from './hours';
import type { HandoffOutcome, HandoffRequest, HandoffResult } from './request';
import { DEFAULT_MAX_HOPS, needsOf, ownerOf, policiesWithin, stepsOf } from './request';
import { nextTurn } from './turns';
import { stepClocks } from './watch';

/**
 * Looks again for somebody, for a conversation that an agent has declined or not answered, or that waits: at the step that has
 * been reached, or at the next, wider one if the step's time is up; never with an agent who had it and did not take it. The
 * handoff stays the same one, with its age and its promises. After as many hops as are allowed it goes to the fallback. Where an
 * answer is no longer due, and for a second call with the same cause, nothing is changed. Throws {@link TransitionRefused} for a
 * conversation that was not handed over.
 */
export function routeAgain(
	view: ConversationView & RoutingView,
	request: HandoffRequest,
	actor: Actor,
	now: IsoTime,
): Changes<HandoffResult> {
	const { conversation } = view;
	const { handoff, owner } = conversation;
	if (isCaptured(conversation)) return handOver(view, request, actor, now);
	if (conversation.state !== 'human' || !handoff || !owner) {
		throw new TransitionRefused(
			`There is nothing to route again: the conversation is ${describeState(conversation)}`,
			'Use Hand Over for a conversation that the bot has; a closed one reopens when the customer writes.',
		);
	}
	const same = request.cause !== undefined && handoff.routing?.cause === request.cause;
	if (same || (owner.kind === 'agent' && !answerIsDue(handoff, view.clocks))) {
		return { result: alreadyWithPerson(conversation, handoff, view.clocks) };
	}

	const before = standingOf(handoff, now);
	const steps = stepsOf(request);
	const holder = owner.kind === 'agent' ? owner.id : undefined;
	const tried = holder ? [...new Set([...before.tried, holder])] : before.tried;
	const needs = needsOf(request, tried);
	const presence = presenceOf(request.teamHours, request.agents, steps, needs, now);
	const reached = Math.min(
		steps.length - 1,
		before.step + (!presence.closed && isOver(view.clocks, now) ? 1 : 0),
	);
	const hops = before.hops + (holder && !presence.closed ? 1 : 0);
	const exhausted = before.exhausted === true || hops >= (request.maxHops ?? DEFAULT_MAX_HOPS);

	let found: ChainResult;
	if (presence.closed) found = nobodyThere(request, steps, reached, presence);
	else if (exhausted) found = fallback(request, handoff, steps, reached, needs.exclude);
	else found = walkChain(request.agents, steps, reached, needs, contextOf(view, request, now));
	const nextOwner = found.agent
		? ownerOf(found.agent)
		: // Nobody is there to pass it on to: who has it keeps it until somebody is.
			presence.closed || before.exhausted
			? owner
			: ({ kind: 'queue', name: found.queue } as const);
	const moved = !sameOwner(owner, nextOwner);

	const routing: HandoffRouting = {
		...before,
		step: found.step,
		since: now,
		tried: presence.closed ? before.tried : tried,
		hops,
		moves: before.moves + 1,
		...(request.cause ? { cause: request.cause } : {}),
		...(exhausted ? { exhausted: true } : {}),
	};
	const outcome: HandoffOutcome =
		nextOwner.kind === 'agent'
			? moved
				? 'assigned'
				: 'already'
			: presence.closed
				? 'off_hours'
				: 'queued';
	const why = reasonFor(holder ? owner.name : undefined, reached > before.step, exhausted);
	const { conversation: next, audit } = must(
		conversation,
		{
			type: 'reroute',
			owner: nextOwner,
			queue: nextOwner.kind === 'queue' ? nextOwner.name : found.queue,
			routing,
			reason: why,
		},
		actor,
		now,
	);
	const policies = policiesWithin(request.policies, presence.hours);
	const changed = moved ? ownerClocks(policies, view, next, now) : [];
	const clocks = stepClocks(
		next,
		view.clocks,
		changed,
		stepMinutes(steps, found),
		presence.hours,
		now,
	);
	const result = resultOf(view, request, { outcome, next, found, steps, presence, clocks }, now);
	const promise = view.clocks.find(({ kind }) => kind === 'first_response');
	return {
		result: {
			...result,
			...(promise ? { dueAt: promise.dueAt, dueExplanation: promise.explanation } : {}),
			explanation:
				outcome === 'already'
					? `Stays with ${nextOwner.name}: ${presence.why ?? 'nobody else can take it'}`
					: `${explain(outcome, found)}. ${why}`,
			...(outcome === 'assigned' && !handoff.acknowledgedAt ? { tell: 'assigned' as const } : {}),
			...(outcome === 'queued' && !handoff.acknowledgedAt ? { tell: 'queued' as const } : {}),
			...(outcome === 'off_hours' && !handoff.acknowledgedAt ? { tell: 'off_hours' as const } : {}),
		},
		conversation: next,
		...(audit ? { audit: [audit] } : {}),
		clocks,
		...(found.agent && moved ? { assignedAgentId: nextTurn(found.agent, view).turn } : {}),
	};
}

/** Whether the customer waits for a person: for the first answer, or for a further one. */
function answerIsDue(handoff: Handoff, clocks: readonly SlaClock[]): boolean {
	return (
		!handoff.answeredAt || clocks.some((clock) => isLive(clock) && clock.kind === 'next_response')
	);
}

/** Where the routing stands; a conversation that was taken by hand begins at the first step. */
function standingOf(handoff: Handoff, now: IsoTime): HandoffRouting {
	return handoff.routing ?? { step: 0, since: now, tried: [], hops: 0, moves: 0 };
}

function isOver(clocks: readonly SlaClock[], now: IsoTime): boolean {
	return clocks.some(
		({ kind, status, dueAt }) => kind === 'routing_step' && status === 'running' && dueAt <= now,
	);
}

/** The team lead if there is one who has not passed it on, else the fallback queue, where it stays until somebody claims it. */
function fallback(
	request: HandoffRequest,
	handoff: Handoff,
	steps: readonly ChainStep[],
	reached: number,
	tried: readonly string[],
): ChainResult {
	const lead = request.fallback?.agent;
	const queue = request.fallback?.queue || steps[reached]?.queue || handoff.queue;
	const agent = lead && !tried.includes(lead.id) ? lead : undefined;
	return {
		...(agent ? { agent } : {}),
		step: reached,
		queue,
		considered: agent
			? [{ agentId: agent.id, name: agent.name, chosen: true, why: 'team lead' }]
			: [],
		strategies: [],
	};
}

/**
 * The clocks of a new owner. From one queue to another the time of waiting runs on: for the customer it is one wait.
 */
function ownerClocks(
	policies: readonly SlaPolicy[],
	view: ConversationView,
	next: Parameters<typeof clocksOnOwnerChange>[1],
	now: IsoTime,
): SlaClock[] {
	const waited = view.clocks.some((clock) => isLive(clock) && clock.kind === 'queue_time');
	if (next.owner?.kind === 'queue' && waited) return [];
	return clocksOnOwnerChange(policies, next, view.clocks, now);
}

function reasonFor(holder: string | undefined, wider: boolean, exhausted: boolean): string {
	if (exhausted) return 'The limit on hops is reached: it goes to the fallback';
	if (holder) return `${holder} has not answered in time`;
	return wider ? 'The time of the step is up: the next one applies' : 'Looked for again';
}
