import { TransitionRefused } from '../conversation/apply';
import type { Actor } from '../conversation/audit';
import type { Conversation, Handoff, Priority, SignalResult } from '../conversation/conversation';
import { transition } from '../conversation/transitions';
import type { Changes, ConversationView } from '../ports/store';
import { isOpen, nextOpening } from '../sla/calendar';
import { clocksOnHandoff } from '../sla';
import type { SlaClock } from '../sla/clock';
import type { BusinessCalendar, SlaPolicy } from '../sla/policy';
import type { IsoTime } from '../time';
import type { Agent, Consideration, RoutingView } from './agent';
import type { AgentChoice } from './choose';
import { chooseAgent } from './choose';
import type { StrategyName } from './strategies';

/** What a handoff asks of the router. */
export interface HandoffRequest {
	agents: readonly Agent[];
	queue: string;
	/** Asked in order until one names an agent. */
	strategies: readonly StrategyName[];
	reason: string;
	score: number;
	signals: SignalResult[];
	priority: Priority;
	requiredSkills: readonly string[];
	preferredSkills: readonly string[];
	requiredLanguage?: string;
	stickyDays: number;
	/** When the team works; always, if left out. */
	teamHours?: BusinessCalendar;
	policies: readonly SlaPolicy[];
}

export type HandoffOutcome = 'assigned' | 'queued' | 'off_hours' | 'already';

export interface HandoffResult {
	outcome: HandoffOutcome;
	conversation: Conversation;
	handoff: Handoff;
	/** Place in the queue, from 1; only where it waits. */
	position?: number;
	/** When a person is promised: the due time of the first-response clock. */
	dueAt?: IsoTime;
	/** Why it is due then. */
	dueExplanation?: string;
	/** When the team is back; only off hours. */
	opensAt?: IsoTime;
	considered: Consideration[];
	strategies: AgentChoice['strategies'];
	/** One sentence: who has it and why. */
	explanation: string;
}

/**
 * Hands a conversation over: to an agent if one can take it, else to the queue, where it waits and is watched. Decided and
 * written in one step with the clock that measures the promise, so that no handoff exists that the watchdog does not know.
 * A conversation that a person already has stays with that person.
 */
export function handOver(
	view: ConversationView & RoutingView,
	request: HandoffRequest,
	actor: Actor,
	now: IsoTime,
): Changes<HandoffResult> {
	const { conversation } = view;
	if (conversation.state === 'human' && conversation.handoff) {
		return { result: alreadyWithPerson(conversation, conversation.handoff, view.clocks) };
	}

	const offHours = request.teamHours !== undefined && !isOpen(request.teamHours, now);
	const choice: AgentChoice = offHours
		? {
				considered: request.agents.map(({ id, name }) => ({
					agentId: id,
					name,
					chosen: false,
					why: 'outside the team’s hours',
				})),
				strategies: [],
			}
		: chooseAgent(
				request.agents,
				request.strategies,
				{
					queue: request.queue,
					requiredSkills: request.requiredSkills,
					requiredLanguage: request.requiredLanguage,
					exclude: [],
				},
				{
					conversation,
					view,
					now,
					preferredSkills: request.preferredSkills,
					language: conversation.profile.language,
					stickyDays: request.stickyDays,
				},
			);

	const step = transition(
		conversation,
		{
			type: 'escalate',
			owner: choice.agent
				? {
						kind: 'agent',
						id: choice.agent.id,
						name: choice.agent.name,
						...(choice.agent.email ? { email: choice.agent.email } : {}),
					}
				: { kind: 'queue', name: request.queue },
			reason: request.reason,
			score: request.score,
			signals: request.signals,
			priority: request.priority,
			queue: request.queue,
		},
		actor,
		now,
	);
	if (!step.ok) throw new TransitionRefused(step.message, step.advice);

	const next = step.conversation;
	// A promise is measured in the hours in which somebody is there to keep it.
	const policies = request.teamHours
		? request.policies.map((policy) =>
				policy.calendar || policy.clock === 'wall'
					? policy
					: { ...policy, calendar: request.teamHours! },
			)
		: request.policies;
	const clocks = clocksOnHandoff(policies, next, now, view.clocks);
	const promise = clocks.find(({ kind }) => kind === 'first_response');
	const outcome: HandoffOutcome = choice.agent ? 'assigned' : offHours ? 'off_hours' : 'queued';

	return {
		result: {
			outcome,
			conversation: next,
			handoff: next.handoff!,
			...(choice.agent ? {} : { position: view.waiting + 1 }),
			...(promise ? { dueAt: promise.dueAt, dueExplanation: promise.explanation } : {}),
			...(offHours ? { opensAt: nextOpening(request.teamHours!, now) } : {}),
			considered: choice.considered,
			strategies: choice.strategies,
			explanation: explain(outcome, choice, request.queue),
		},
		conversation: next,
		...(step.audit ? { audit: [step.audit] } : {}),
		clocks,
		...(choice.agent ? { assignedAgentId: choice.agent.id } : {}),
	};
}

function alreadyWithPerson(
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

function explain(outcome: HandoffOutcome, choice: AgentChoice, queue: string): string {
	if (choice.agent) {
		const why = choice.considered.find(({ chosen }) => chosen)?.why;
		return `${choice.agent.name}: ${why}`;
	}
	if (outcome === 'off_hours') return `Outside the team’s hours: waits in the queue ${queue}`;
	const last = choice.strategies.at(-1)?.result;
	return `Waits in the queue ${queue}${last ? `: ${last}` : ''}`;
}
