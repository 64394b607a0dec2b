import { TransitionRefused } from '../conversation/apply';
import type { Actor } from '../conversation/audit';
import type { Handoff, HandoffRouting } from '../conversation/conversation';
import { isCaptured } from '../conversation/conversation';
import { clocksAfterHold } from '../conversation/hold';
import { describeState, sameOwner } from '../conversation/transitions';
import type { Changes, ConversationView } from '../ports/store';
import { clocksOnOwnerChange } from '../sla';
import type { SlaClock, SlaKind } from '../sla/clock';
import type { SlaPolicy } from '../sla/policy';
import { isLate, isLive } from '../sla/settle';
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
	turnOf,
} from './handoff';
import { presenceOf } from './hours';
import type { HandoffOutcome, HandoffRequest, HandoffResult } from './request';
import { DEFAULT_MAX_HOPS, needsOf, ownerOf, policiesWithin, stepsOf } from './request';
import { nextTurn } from './turns';
import { clocksIfUnwatched, isStepClock, stepClocks } from './watch';

/** Times by which whoever has a conversation was to answer. */
const ANSWER_CLOCKS: ReadonlySet<SlaKind> = new Set([
	'first_response',
	'next_response',
	'promised_follow_up',
	'claim_without_reply',
	'routing_step',
]);

/**
 * Looks again for somebody, for a conversation that an agent has declined or not answered, that waits, or that is another team's
 * matter: at the step that has been reached, or at the next, wider one if the step's time is up; never with an agent who had it
 * and did not take it. The handoff stays the same one, with its age and its promises. After as many hops as are allowed it goes
 * to the fallback. Where an answer is no longer due, where somebody has got it since what led to this, where nothing did (no cause is
 * given, and no time is up), and for a second call with the same cause, nothing is changed. Throws {@link TransitionRefused} for a conversation that was not handed over, and where
 * somebody declines who does not have it.
 */
export function routeAgain(
	view: ConversationView & RoutingView,
	request: HandoffRequest,
	actor: Actor,
	now: IsoTime,
): Changes<HandoffResult> {
	const { conversation } = view;
	const { handoff, owner } = conversation;
	const because = request.because ?? 'unanswered';
	if (isCaptured(conversation) && because !== 'declined') {
		// Still off hours: the bot goes on as it was told to when the request was captured.
		return handOver(view, { ...request, offHours: 'bot' }, actor, now);
	}
	if (conversation.state !== 'human' || !handoff || !owner) {
		throw new TransitionRefused(
			`There is nothing to route again: the conversation is ${describeState(conversation)}`,
			'Use Hand Over for a conversation that the bot has; a closed one reopens when the customer writes.',
		);
	}
	const holder = owner.kind === 'agent' ? owner.id : undefined;
	if (because === 'declined') {
		const noted = handoff.routing?.tried.includes(request.declinedBy ?? '') === true;
		// Passed on meanwhile: a retry, or a decline in the inbox that was routed already.
		if (noted && holder !== undefined && holder !== request.declinedBy) {
			return { result: alreadyWithPerson(conversation, handoff, view.clocks) };
		}
		if (!noted && (!holder || (request.declinedBy && holder !== request.declinedBy))) {
			throw new TransitionRefused(
				`Cannot decline: the conversation is ${describeState(conversation)}`,
				'Only the agent who has the conversation can decline it.',
			);
		}
	}
	const same = request.cause !== undefined && handoff.routing?.cause === request.cause;
	const ledTo = request.cause === undefined ? timeUpAt(view.clocks, now) : request.causedAt;
	const keeps =
		because === 'unanswered' &&
		holder !== undefined &&
		(!answerIsDue(handoff, view.clocks) ||
			(request.cause === undefined && ledTo === undefined) ||
			gotItSince(handoff, ledTo));
	if (same || keeps) {
		const clocks = answerIsDue(handoff, view.clocks)
			? clocksIfUnwatched(conversation, view.clocks, undefined, now)
			: [];
		return {
			result: alreadyWithPerson(conversation, handoff, view.clocks),
			...(clocks.length > 0 ? { clocks } : {}),
		};
	}

	const elsewhere = because === 'team_change';
	const before = { ...standingOf(handoff, now), ...(elsewhere ? { step: 0 } : {}) };
	const steps = stepsOf(request);
	const tried = holder ? [...new Set([...before.tried, holder])] : before.tried;
	const needs = needsOf(request, tried);
	const presence = presenceOf(request.teamHours, request.agents, steps, needs, now);
	// Off hours who has it keeps it until somebody is there to pass it on to, unless it is not theirs to keep.
	const leaves = holder !== undefined && (!presence.closed || because !== 'unanswered');
	const reached = Math.min(
		steps.length - 1,
		before.step + (!elsewhere && !presence.closed && isOver(view.clocks, now) ? 1 : 0),
	);
	const hops = before.hops + (leaves ? 1 : 0);
	const exhausted =
		!elsewhere && (before.exhausted === true || hops >= (request.maxHops ?? DEFAULT_MAX_HOPS));

	let found: ChainResult;
	if (presence.closed) found = nobodyThere(request, steps, reached, presence);
	else if (exhausted) found = fallback(request, handoff, steps, reached, needs.exclude);
	else found = walkChain(request.agents, steps, reached, needs, contextOf(view, request, now));
	const stays = !leaves && (presence.closed || before.exhausted === true) && !elsewhere;
	const nextOwner = found.agent
		? ownerOf(found.agent)
		: stays
			? owner
			: ({ kind: 'queue', name: found.queue } as const);
	const moved = !sameOwner(owner, nextOwner);

	const { exhausted: _before, ...standing } = before;
	const routing: HandoffRouting = {
		...standing,
		...(elsewhere || before.home === undefined ? { home: request.queue } : {}),
		step: found.step,
		since: now,
		tried: leaves ? tried : before.tried,
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
	const why = reasonFor(request, leaves ? owner.name : undefined, reached > before.step, exhausted);
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
	const policies = policiesWithin(request.policies, presence);
	const changed = clocksAfterHold(
		conversation,
		next,
		view.clocks,
		moved ? ownerClocks(policies, view, next, now) : [],
		now,
	);
	const clocks = stepClocks(next, view.clocks, changed, turnOf(steps, found, presence), now);
	const result = resultOf(view, request, { outcome, next, found, steps, presence, clocks }, now);
	const promise = view.clocks.find(({ kind }) => kind === 'first_response');
	// Whoever was told once is not told again at every turn.
	const tell = handoff.acknowledgedAt || outcome === 'already' ? undefined : outcome;
	return {
		result: {
			...result,
			...(promise ? { dueAt: promise.dueAt, dueExplanation: promise.explanation } : {}),
			explanation:
				outcome === 'already'
					? `Stays with ${nextOwner.name}: ${presence.why ?? 'nobody else can take it'}`
					: `${explain(outcome, found)}. ${why}`,
			...(tell ? { tell } : {}),
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

/** The latest time that is over of those in which somebody was to answer: what leads to looking again where no alert does. */
function timeUpAt(clocks: readonly SlaClock[], now: IsoTime): IsoTime | undefined {
	return clocks
		.filter((clock) => isLive(clock) && ANSWER_CLOCKS.has(clock.kind) && isLate(clock, now))
		.map(({ dueAt }) => dueAt)
		.sort()
		.at(-1);
}

/** Whether somebody has got the conversation since what led to looking again: an old alert takes nothing from them. */
function gotItSince({ assignedAt }: Handoff, causedAt: IsoTime | undefined): boolean {
	return causedAt !== undefined && assignedAt !== undefined && assignedAt > causedAt;
}

/** Where the routing stands; a conversation that was taken by hand begins at the first step. */
function standingOf(handoff: Handoff, now: IsoTime): HandoffRouting {
	return handoff.routing ?? { step: 0, since: now, tried: [], hops: 0, moves: 0 };
}

function isOver(clocks: readonly SlaClock[], now: IsoTime): boolean {
	return clocks.some(
		(clock) => isStepClock(clock) && clock.status === 'running' && clock.dueAt <= now,
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

function reasonFor(
	{ because, remark, queue }: HandoffRequest,
	holder: string | undefined,
	wider: boolean,
	exhausted: boolean,
): string {
	const said = remark ? `: ${remark}` : '';
	const sentences = [
		because === 'team_change'
			? `It is a matter for ${queue}${said}`
			: because === 'declined'
				? `${holder ?? 'The agent'} has declined${said}`
				: holder
					? `${holder} has not answered in time${said}`
					: wider
						? `The time of the step is up, so the next one applies${said}`
						: `Looked for again${said}`,
		...(exhausted ? ['the limit on hops is reached, so it goes to the fallback'] : []),
	];
	return sentences.join('; ');
}
