import type { Conversation, Priority, SignalResult } from '../conversation/conversation';
import { PRIORITIES, isVip, notedTopics } from '../conversation/conversation';
import { languageOf } from '../conversation/language';
import type { AcknowledgementTexts } from './acknowledgement';
import type { ChainStep } from './chain';

/** What a rule may look at. Words are compared without regard to case. */
export interface RoutingFacts {
	/** What it is about: the scorer's signals, rule and skills, and what the bot or staff noted as topic or intent. */
	topics: readonly string[];
	priority: Priority;
	/** BCP 47 tag. */
	language?: string;
	/** "HOT", "WARM" or "COLD" by the scorer. */
	leadClass?: string;
	/** Our number: its id, and the number itself where it is known. */
	channels: readonly string[];
	segment?: string;
	vip: boolean;
	tags: readonly string[];
	/** What bot or staff collected, e.g. `orderNumber`. */
	collected: Conversation['collected'];
	/** The queue that the scorer or the workflow suggests. */
	queue?: string;
}

/** Every condition that is set must hold; of a list, one entry is enough. */
export interface RuleConditions {
	topics?: readonly string[];
	priorities?: readonly Priority[];
	languages?: readonly string[];
	leadClasses?: readonly string[];
	channels?: readonly string[];
	segments?: readonly string[];
	vip?: boolean;
	tags?: readonly string[];
	/** A collected field that holds one of the words; with no words, one that is filled in at all. */
	collected?: { field: string; words?: readonly string[] };
	queues?: readonly string[];
}

/** If … then. What is not stated stays as the node has it. */
export interface RoutingRule {
	name: string;
	when: RuleConditions;
	then: {
		queue?: string;
		steps?: readonly ChainStep[];
		requiredSkills?: readonly string[];
		preferredSkills?: readonly string[];
		/** Raises the priority, never lowers it. */
		priority?: Priority;
		texts?: Partial<AcknowledgementTexts>;
	};
}

/** The rule that applies, and why, for the item. */
export interface RuleChoice {
	rule?: RoutingRule;
	/** Name of the rule; "none" where no rule matched and the node's own settings hold. */
	name: string;
	/** One sentence: which conditions held. */
	why: string;
	/** Rules before it, each with the first condition that did not hold. */
	passedOver: Array<{ name: string; why: string }>;
}

/** The first rule whose conditions hold. */
export function chooseRule(rules: readonly RoutingRule[], facts: RoutingFacts): RuleChoice {
	const passedOver: RuleChoice['passedOver'] = [];
	for (const rule of rules) {
		const checks = checksOf(rule.when, facts);
		const broken = checks.find(({ holds }) => !holds);
		if (!broken) {
			return {
				rule,
				name: rule.name,
				why: checks.length > 0 ? checks.map(({ text }) => text).join(', ') : 'holds for everybody',
				passedOver,
			};
		}
		passedOver.push({ name: rule.name, why: broken.text });
	}
	return {
		name: 'none',
		why:
			rules.length > 0 ? 'no rule matched, so the settings of the node hold' : 'there are no rules',
		passedOver,
	};
}

/** What rules and strategies look at, gathered from the conversation and from what the nodes before put into the item. */
export function factsOf(
	conversation: Conversation,
	item: {
		priority: Priority;
		queue?: string;
		signals?: readonly SignalResult[];
		firedRule?: string;
		skills?: readonly string[];
		language?: string;
		leadClass?: string;
		topics?: readonly string[];
		phoneNumber?: string;
	},
): RoutingFacts {
	const { profile, collected } = conversation;
	const signals = item.signals ?? [];
	// "und" is the scorer's word for a language that it cannot tell.
	const guessed = item.language === 'und' ? undefined : item.language;
	const language = languageOf(conversation) ?? guessed;
	return {
		topics: distinct([
			...signals
				.filter(({ points, immediate }) => points > 0 || immediate)
				.map((one) => one.signal),
			...(item.firedRule ? [item.firedRule, ...item.firedRule.split('.').slice(1)] : []),
			...(item.skills ?? []),
			...(item.topics ?? []),
			...notedTopics(conversation),
		]),
		priority: item.priority,
		...(language ? { language } : {}),
		...(item.leadClass ? { leadClass: item.leadClass } : {}),
		channels: [conversation.channelId, ...(item.phoneNumber ? [item.phoneNumber] : [])],
		...(profile.segment ? { segment: profile.segment } : {}),
		vip: isVip(conversation, signals),
		tags: conversation.tags,
		collected,
		...(item.queue ? { queue: item.queue } : {}),
	};
}

interface Check {
	holds: boolean;
	text: string;
}

function checksOf(when: RuleConditions, facts: RoutingFacts): Check[] {
	const checks: Check[] = [];
	const oneOf = (
		name: string,
		wanted: readonly string[] | undefined,
		found: readonly string[],
		same = (a: string, b: string) => plain(a) === plain(b),
	) => {
		if (!wanted?.length) return;
		const hit = wanted.find((one) => found.some((other) => same(one, other)));
		const shown = found.length > 0 ? found.join(', ') : 'not known';
		checks.push(
			hit === undefined
				? { holds: false, text: `${name} is ${shown}, not ${wanted.join(' or ')}` }
				: { holds: true, text: `${name} is ${hit}` },
		);
	};
	oneOf('topic', when.topics, facts.topics);
	oneOf('priority', when.priorities, [facts.priority]);
	oneOf('language', when.languages, facts.language ? [facts.language] : [], sameLanguage);
	oneOf('lead class', when.leadClasses, facts.leadClass ? [facts.leadClass] : []);
	oneOf('phone number', when.channels, facts.channels, sameNumber);
	oneOf('segment', when.segments, facts.segment ? [facts.segment] : []);
	oneOf('tag', when.tags, facts.tags);
	if (when.collected?.field.trim()) checks.push(collectedCheck(when.collected, facts.collected));
	oneOf('queue', when.queues, facts.queue ? [facts.queue] : []);
	if (when.vip !== undefined) {
		checks.push({
			holds: when.vip === facts.vip,
			text: facts.vip ? 'the customer is a VIP' : 'the customer is no VIP',
		});
	}
	return checks;
}

/** Answers are free text, so that a word within one is enough; names of fields are compared without regard to case. */
function collectedCheck(
	{ field, words = [] }: NonNullable<RuleConditions['collected']>,
	collected: RoutingFacts['collected'],
): Check {
	const name = field.trim();
	const entry = Object.entries(collected).find(([key]) => plain(key) === plain(name));
	const value = entry === undefined ? '' : String(entry[1]).trim();
	if (value === '') return { holds: false, text: `${name} is not known` };
	if (words.length === 0) return { holds: true, text: `${name} is known` };
	const hit = words.find((word) => spaced(value).includes(spaced(word)));
	return hit === undefined
		? { holds: false, text: `${name} does not say ${words.join(' or ')}` }
		: { holds: true, text: `${name} says ${hit}` };
}

/** The words of a text, each with a space round it. */
function spaced(text: string): string {
	return ` ${plain(text)
		.split(/[^\p{L}\p{M}\p{N}]+/u)
		.filter(Boolean)
		.join(' ')} `;
}

/** The rule's priority where it is higher. */
export function raisedPriority(given: Priority, rule: RoutingRule | undefined): Priority {
	const wanted = rule?.then.priority;
	return wanted && PRIORITIES.indexOf(wanted) > PRIORITIES.indexOf(given) ? wanted : given;
}

function plain(text: string): string {
	return text.trim().toLowerCase();
}

/** "pt" also means "pt-BR". */
function sameLanguage(wanted: string, found: string): boolean {
	return plain(found) === plain(wanted) || plain(found).split(/[-_]/u)[0] === plain(wanted);
}

function sameNumber(wanted: string, found: string): boolean {
	const digits = (text: string) => text.replace(/\D/gu, '');
	return digits(wanted) !== '' && digits(wanted) === digits(found);
}

function distinct(words: readonly string[]): string[] {
	return [...new Set(words.filter((word) => word !== ''))];
}
