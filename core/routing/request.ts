import type {
	Conversation,
	Handoff,
	Owner,
	Priority,
	SignalResult,
} from '../conversation/conversation';
import type { BusinessCalendar, SlaPolicy } from '../sla/policy';
import type { IsoTime } from '../time';
import type { AcknowledgementCase, AcknowledgementTexts } from './acknowledgement';
import type { Agent, Consideration } from './agent';
import type { ChainStep, Needs } from './chain';
import type { AgentChoice } from './choose';
import type { Presence } from './hours';
import type { RuleChoice } from './rules';
import type { StrategyName } from './strategies';
import type { ExpectedWait } from './wait';

/** After so many agents who did not take it, a handoff goes to the fallback. */
export const DEFAULT_MAX_HOPS = 5;

/** From this expected wait on, the customer is offered to go on by message. */
export const DEFAULT_LONG_WAIT_MINUTES = 15;

/**
 * Why it is looked for somebody else: nobody has answered in time, who has it does not take it, or it is another team's matter.
 */
export type RerouteReason = 'unanswered' | 'declined' | 'team_change';

/** What a handoff asks of the router. */
export interface HandoffRequest {
	agents: readonly Agent[];
	queue: string;
	/** Asked in order until one names an agent; what the only step does where `steps` names none. */
	strategies: readonly StrategyName[];
	/** An ordered chain, wider from step to step. */
	steps?: readonly ChainStep[];
	reason: string;
	score: number;
	signals: SignalResult[];
	/** What it is about and what kind of lead it is, kept with the handoff. */
	topics?: readonly string[];
	leadClass?: string;
	priority: Priority;
	requiredSkills: readonly string[];
	preferredSkills: readonly string[];
	requiredLanguage?: string;
	/** In which the customer writes, as far as that was heard; kept with the conversation, for all who write to them. */
	language?: string;
	stickyDays: number;
	/** When the team works; always, if left out. */
	teamHours?: BusinessCalendar;
	policies: readonly SlaPolicy[];
	/** The rule that decided on queue, steps and skills. */
	rule?: RuleChoice;
	/** Which router asks, so that its agents are found again. */
	router?: string;
	accountManagers?: readonly string[];
	vip?: boolean;
	/** Another team that helps out. */
	overflow?: {
		queue: string;
		/** After so long at the last step. */
		afterMinutes?: number;
		/** At once where more than so many wait. */
		longerThan?: number;
	};
	/** Default {@link DEFAULT_MAX_HOPS}. */
	maxHops?: number;
	/** Who gets it when the limit on hops is reached. */
	fallback?: { queue?: string; agent?: Agent };
	/** Outside hours: wait in the queue, or let the bot go on helping until the promised time. Default `queue`. */
	offHours?: 'queue' | 'bot';
	/** Approved template for a follow-up after the 24-hour window has closed. */
	followUpTemplate?: { name: string; language: string };
	/** Default {@link DEFAULT_LONG_WAIT_MINUTES}. */
	longWaitMinutes?: number;
	/** Texts of staff's own for the customer, by case. */
	texts?: Partial<AcknowledgementTexts>;
	/** Route again only: why. Default `unanswered`. */
	because?: RerouteReason;
	/** Route again only: who declines; then it is refused where another has the conversation by now. */
	declinedBy?: string;
	/** Route again only: what is said about it in the audit log. */
	remark?: string;
	/**
	 * What led to it: the message for a handoff, the watchdog's event for routing again. The same again moves nothing.
	 */
	cause?: string;
	/** Route again only: when that was. Who has got it since then keeps it. */
	causedAt?: IsoTime;
	/** Route again only: the place by age in the queue, where it is known. */
	place?: number;
}

export type HandoffOutcome = 'assigned' | 'queued' | 'off_hours' | 'already';

export interface HandoffResult {
	outcome: HandoffOutcome;
	conversation: Conversation;
	handoff: Handoff;
	/** Place in the queue, from 1; only where it waits and the place is known. */
	position?: number;
	/** How long that takes; only where it waits. */
	wait?: ExpectedWait;
	/** When a person is promised: the due time of the first-response clock. */
	dueAt?: IsoTime;
	/** Why it is due then. */
	dueExplanation?: string;
	/** When the team is back; only off hours. */
	opensAt?: IsoTime;
	/** For staff: the promised time lies after the 24-hour window has closed. */
	windowWarning?: string;
	/** The rule that decided. */
	rule?: Pick<RuleChoice, 'name' | 'why'>;
	/** Where it stands in the chain. */
	step?: { number: number; of: number; until?: IsoTime };
	considered: Consideration[];
	strategies: AgentChoice['strategies'];
	/** One sentence: who has it and why. */
	explanation: string;
	/** Which text the customer gets; none where nothing has changed for the customer. */
	tell?: AcknowledgementCase;
}

/** The steps of a request, the overflow among them as the last. */
export function stepsOf(request: HandoffRequest): ChainStep[] {
	const own: readonly ChainStep[] = request.steps?.length
		? request.steps
		: [{ strategies: request.strategies }];
	const { overflow } = request;
	if (!overflow?.queue) return [...own];
	const last = own.at(-1)!;
	return [
		...own.slice(0, -1),
		{
			...last,
			// The other team is asked when its time has come, not because nobody is free just now.
			skipIfNobody: false,
			...(last.timeoutMinutes || !overflow.afterMinutes
				? {}
				: { timeoutMinutes: overflow.afterMinutes }),
		},
		{
			strategies: last.strategies.includes('queue') ? ['queue'] : ['leastBusy'],
			who: 'anyone',
			queue: overflow.queue,
			...(last.timeoutMinutes ? { timeoutMinutes: last.timeoutMinutes } : {}),
		},
	];
}

/** The step at which a new handoff begins: the overflow at once where the queue is longer than staff allow. */
export function firstStep(request: HandoffRequest, steps: readonly ChainStep[], waiting: number) {
	const limit = request.overflow?.queue ? request.overflow.longerThan : undefined;
	return limit !== undefined && limit > 0 && waiting >= limit ? steps.length - 1 : 0;
}

export function needsOf(request: HandoffRequest, exclude: readonly string[]): Needs {
	return {
		queue: request.queue,
		requiredSkills: request.requiredSkills,
		preferredSkills: request.preferredSkills,
		...(request.requiredLanguage ? { requiredLanguage: request.requiredLanguage } : {}),
		exclude,
	};
}

/**
 * Promises are measured in the hours in which somebody is there to keep them, where they have no hours of their own, and never
 * before somebody is back.
 */
export function policiesWithin(
	policies: readonly SlaPolicy[],
	{ hours, opensAt }: Pick<Presence, 'hours' | 'opensAt'>,
): readonly SlaPolicy[] {
	if (!hours) return policies;
	return policies.map((policy) => {
		if (policy.clock === 'wall') return policy;
		if (!policy.calendar) return { ...policy, calendar: hours };
		return opensAt ? { ...policy, calendar: { ...policy.calendar, notBefore: opensAt } } : policy;
	});
}

export function ownerOf(agent: Agent): Owner {
	return {
		kind: 'agent',
		id: agent.id,
		name: agent.name,
		...(agent.email ? { email: agent.email } : {}),
	};
}
