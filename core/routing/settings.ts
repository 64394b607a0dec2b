import type { Conversation, Priority, SignalResult } from '../conversation/conversation';
import { heard } from '../conversation/language';
import { teamOf } from '../conversation/team';
import type { HandoffRequest, RerouteReason } from './request';
import type { RoutingFacts, RoutingRule } from './rules';
import { chooseRule, factsOf, raisedPriority } from './rules';

/** What staff have set for all handoffs of a node; the rules decide which of it holds for one of them. */
export interface RouterSettings extends Omit<
	HandoffRequest,
	| 'reason'
	| 'score'
	| 'signals'
	| 'topics'
	| 'leadClass'
	| 'priority'
	| 'rule'
	| 'vip'
	| 'language'
	| 'accountManagers'
	| 'because'
	| 'declinedBy'
	| 'remark'
	| 'cause'
	| 'causedAt'
	| 'place'
> {
	rules?: readonly RoutingRule[];
}

/** What one item brings: the scorer's verdict, the CRM's owner, what the workflow adds. */
export interface HandoffFacts {
	reason: string;
	score: number;
	signals: SignalResult[];
	priority: Priority;
	/** Queue that the scorer suggests. */
	suggestedQueue?: string;
	firedRule?: string;
	/** Skills that the scorer suggests; they count as preferred. */
	skills?: readonly string[];
	/** As the scorer says it of the last message; for the rules, where nothing surer is known. */
	language?: string;
	/** In which the customer writes, where that is sure. */
	heard?: string;
	leadClass?: string;
	topics?: readonly string[];
	phoneNumber?: string;
	accountManagers?: readonly string[];
	/** Id of the message that led to it, so that a retry is known as one. */
	cause?: string;
}

/** The request for a new handoff: the settings as the rule that applies changes them. */
export function requestFor(
	settings: RouterSettings,
	facts: HandoffFacts,
	conversation: Conversation,
): HandoffRequest {
	const { rules = [], ...rest } = settings;
	const known = routingFacts(facts, heard(conversation, facts.heard));
	const choice = chooseRule(rules, known);
	return {
		...rest,
		...underRule(settings, choice.rule),
		...(facts.heard ? { language: facts.heard } : {}),
		reason: facts.reason,
		score: facts.score,
		signals: facts.signals,
		topics: known.topics,
		...(known.leadClass ? { leadClass: known.leadClass } : {}),
		priority: raisedPriority(facts.priority, choice.rule),
		preferredSkills: distinct([
			...(choice.rule?.then.preferredSkills ?? []),
			...settings.preferredSkills,
			...(facts.skills ?? []),
		]),
		...(rules.length > 0 ? { rule: choice } : {}),
		...(facts.accountManagers ? { accountManagers: facts.accountManagers } : {}),
		vip: known.vip,
		...(facts.cause ? { cause: facts.cause } : {}),
	};
}

export interface RerouteFacts extends Pick<HandoffFacts, 'accountManagers'> {
	because: RerouteReason;
	/** The team that it goes to; only where the team changes. */
	queue?: string;
	declinedBy?: string;
	remark?: string;
	cause?: string;
	causedAt?: string;
}

/**
 * The request for routing again: reason, signals and priority are the handoff's own, and so is the rule that decided on it, as
 * long as there is still one of that name. Another team begins with its own settings.
 */
export function requestAgain(
	settings: RouterSettings,
	facts: RerouteFacts,
	conversation: Conversation,
): HandoffRequest {
	const { handoff } = conversation;
	const { rules = [], ...rest } = settings;
	const ownRule = rules.find(({ name }) => name === handoff?.routing?.rule);
	const rule = facts.because === 'team_change' ? undefined : ownRule;
	const stated = {
		reason: handoff?.reason ?? '',
		score: handoff?.score ?? 0,
		signals: handoff?.signals ?? [],
		priority: handoff?.priority ?? conversation.priority,
	};
	return {
		...rest,
		...underRule(settings, rule),
		...stated,
		queue:
			(facts.because === 'team_change' ? facts.queue : undefined) ||
			teamOf(conversation) ||
			teamOfTaker(settings, conversation) ||
			settings.queue,
		preferredSkills: distinct([...(rule?.then.preferredSkills ?? []), ...settings.preferredSkills]),
		...(rule
			? { rule: { rule, name: rule.name, why: 'as it was handed over', passedOver: [] } }
			: {}),
		...(facts.accountManagers ? { accountManagers: facts.accountManagers } : {}),
		vip: routingFacts(stated, conversation).vip,
		because: facts.because,
		...(facts.declinedBy ? { declinedBy: facts.declinedBy } : {}),
		...(facts.remark ? { remark: facts.remark } : {}),
		...(facts.cause ? { cause: facts.cause } : {}),
		...(facts.causedAt ? { causedAt: facts.causedAt } : {}),
	};
}

/** The team of the agent who took over by hand what no team has had: it goes back to where it was answered. */
function teamOfTaker(
	{ agents }: RouterSettings,
	{ lastAgentId }: Conversation,
): string | undefined {
	return agents.find(({ id }) => id.toLowerCase() === lastAgentId?.toLowerCase())?.queues?.[0];
}

/** What a rule puts in place of the node's own settings. */
function underRule(
	settings: RouterSettings,
	rule: RoutingRule | undefined,
): Pick<HandoffRequest, 'queue' | 'requiredSkills' | 'texts'> & Partial<HandoffRequest> {
	const then = rule?.then;
	return {
		queue: then?.queue || settings.queue,
		requiredSkills: distinct([...(then?.requiredSkills ?? []), ...settings.requiredSkills]),
		...(then?.steps?.length ? { steps: then.steps } : {}),
		texts: { ...settings.texts, ...then?.texts },
	};
}

function routingFacts(
	facts: Omit<HandoffFacts, 'reason' | 'score'>,
	conversation: Conversation,
): RoutingFacts {
	const { suggestedQueue, heard: _heard, ...rest } = facts;
	return factsOf(conversation, { ...rest, ...(suggestedQueue ? { queue: suggestedQueue } : {}) });
}

function distinct(words: readonly string[]): string[] {
	const seen = new Map(words.map((word) => [word.toLowerCase(), word]));
	return [...seen.values()];
}
