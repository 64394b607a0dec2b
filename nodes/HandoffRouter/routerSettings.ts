import type { IDataObject } from 'n8n-workflow';

import type { Priority } from '../../core/conversation/conversation';
import type {
	AcknowledgementTexts,
	Agent,
	ChainStep,
	RouterSettings,
	RoutingRule,
	StrategyName,
	TeamQueues,
} from '../../core/routing';
import { DEFAULT_STEPS, readRoster, suggestedRules } from '../../core/routing';
import { checkCalendar } from '../../core/sla/calendar';
import type { BusinessCalendar, SlaPolicy } from '../../core/sla/policy';
import { wordsOf } from '../../core/words';
import { businessHoursFrom, holidaysOf } from '../shared/businessHours';
import { ParameterInvalid } from '../shared/checkParameters';

/** Reads one parameter of the item at hand. */
export type ParameterReader = (name: string, fallback?: unknown) => unknown;

interface Options {
	preferredSkills?: string;
	requiredSkills?: string;
	requiredLanguage?: string;
	stickyDays?: number;
	overflowQueue?: string;
	overflowMinutes?: number;
	overflowWaiting?: number;
	maxHops?: number;
	leadId?: string;
	leadQueue?: string;
	longWaitMinutes?: number;
	templateName?: string;
	templateLanguage?: string;
	textAssigned?: string;
	textQueued?: string;
	textLongWait?: string;
	textVip?: string;
	textOffHours?: string;
	textOffHoursBot?: string;
}

interface StepEntry {
	who?: ChainStep['who'];
	strategy?: StrategyName;
	timeoutMinutes?: number;
	skipIfNobody?: boolean;
	queue?: string;
	minLevel?: number;
}

interface RuleEntry {
	name?: string;
	topics?: string;
	priorities?: Priority[];
	languages?: string;
	leadClasses?: string[];
	channels?: string;
	segments?: string;
	customers?: 'all' | 'others' | 'vip';
	tags?: string;
	collectedField?: string;
	collectedWords?: string;
	queue?: string;
	strategy?: StrategyName | '';
	minLevel?: number;
	requiredSkills?: string;
	priority?: Priority | '';
}

/**
 * What staff have filled in, in the terms of the core; which of it holds for a conversation is decided there. `teamQueues`
 * are the names that staff have given the scorer's queues.
 */
export function routerSettings(
	read: ParameterReader,
	policies: readonly SlaPolicy[],
	timeZone: string,
	roster: unknown,
	teamQueues: Partial<TeamQueues> = {},
): RouterSettings {
	const options = read('options', {}) as Options;
	const teamHours = businessHoursFrom(read);
	checkHours(teamHours);
	const agents = readRoster(roster, {
		timeZone: teamHours?.timeZone ?? timeZone,
		holidays: holidaysOf,
	});
	const steps = stepsFrom(read);
	const overflow = options.overflowQueue?.trim();
	return {
		agents,
		queue: String(read('queue', 'Support') ?? '').trim() || 'Support',
		strategies: strategiesFrom(read),
		...(steps ? { steps } : {}),
		rules: rulesFrom(read, teamQueues),
		requiredSkills: wordsOf(options.requiredSkills),
		preferredSkills: wordsOf(options.preferredSkills),
		...(options.requiredLanguage ? { requiredLanguage: options.requiredLanguage } : {}),
		stickyDays: options.stickyDays ?? 30,
		...(teamHours ? { teamHours } : {}),
		policies,
		...(overflow
			? {
					overflow: {
						queue: overflow,
						afterMinutes: options.overflowMinutes ?? 10,
						longerThan: options.overflowWaiting ?? 0,
					},
				}
			: {}),
		...(options.maxHops ? { maxHops: options.maxHops } : {}),
		fallback: fallbackFrom(options, agents),
		offHours: read('offHours', 'queue') as 'queue' | 'bot',
		...(options.templateName?.trim()
			? {
					followUpTemplate: {
						name: options.templateName.trim(),
						language: options.templateLanguage?.trim() || 'en',
					},
				}
			: {}),
		...(options.longWaitMinutes ? { longWaitMinutes: options.longWaitMinutes } : {}),
		texts: textsFrom(options),
	};
}

/** Hours that cannot be read would be taken for others without a word. */
function checkHours(teamHours: BusinessCalendar | undefined): void {
	const [finding, ...further] = teamHours ? checkCalendar(teamHours) : [];
	if (!finding) return;
	const [what, ...mend] = finding.split(/(?<=\.) /u);
	throw new ParameterInvalid(
		`Business Hours: ${what!.replace(/\.$/u, '')}`,
		[...mend, ...further].join(' '),
	);
}

function strategiesFrom(read: ParameterReader): StrategyName[] {
	const strategy = read('strategy', 'roundRobin') as StrategyName | 'chain' | 'steps';
	if (strategy === 'steps') return ['leastBusy'];
	if (strategy !== 'chain') return [strategy];
	const ways = read('chain.step', []) as Array<{ strategy?: StrategyName }>;
	return ways.length > 0 ? ways.map((way) => way.strategy ?? 'roundRobin') : ['roundRobin'];
}

function stepsFrom(read: ParameterReader): readonly ChainStep[] | undefined {
	if (read('strategy', 'roundRobin') !== 'steps') return undefined;
	const entries = read('steps.step', []) as StepEntry[];
	if (entries.length === 0) return DEFAULT_STEPS;
	// n8n leaves out what stands at its default.
	return entries.map((entry) => ({
		strategies: [entry.strategy ?? 'leastBusy'],
		who: entry.who ?? 'required',
		timeoutMinutes: entry.timeoutMinutes ?? 3,
		skipIfNobody: entry.skipIfNobody ?? true,
		...(entry.queue?.trim() ? { queue: entry.queue.trim() } : {}),
		...(entry.minLevel && entry.minLevel > 1 ? { minLevel: entry.minLevel } : {}),
	}));
}

function rulesFrom(read: ParameterReader, teamQueues: Partial<TeamQueues>): readonly RoutingRule[] {
	const from = read('rulesFrom', 'none') as 'none' | 'suggested' | 'own' | 'both';
	const own = from === 'own' || from === 'both' ? (read('rules.rule', []) as RuleEntry[]) : [];
	return [
		...own.map(ruleFrom),
		...(from === 'suggested' || from === 'both' ? suggestedRules(teamQueues) : []),
	];
}

function ruleFrom(entry: RuleEntry, index: number): RoutingRule {
	const words = {
		topics: wordsOf(entry.topics),
		priorities: entry.priorities ?? [],
		languages: wordsOf(entry.languages),
		leadClasses: entry.leadClasses ?? [],
		channels: wordsOf(entry.channels),
		segments: wordsOf(entry.segments),
		tags: wordsOf(entry.tags),
	};
	const vip = { vip: true, others: false, all: undefined }[entry.customers ?? 'all'];
	const skills = wordsOf(entry.requiredSkills);
	const field = entry.collectedField?.trim();
	return {
		name: entry.name?.trim() || `Rule ${index + 1}`,
		when: {
			...words,
			...(vip === undefined ? {} : { vip }),
			...(field ? { collected: { field, words: wordsOf(entry.collectedWords) } } : {}),
		},
		then: {
			...(entry.queue?.trim() ? { queue: entry.queue.trim() } : {}),
			...(entry.strategy ? { steps: stepsOfRule(entry.strategy, entry.minLevel) } : {}),
			...(skills.length > 0 ? { requiredSkills: skills } : {}),
			...(entry.priority ? { priority: entry.priority } : {}),
		},
	};
}

/** The way that is named, and then anyone of the team. */
function stepsOfRule(strategy: StrategyName, minLevel = 1): ChainStep[] {
	const named: ChainStep = {
		strategies: [strategy],
		who: 'required',
		...(minLevel > 1 ? { minLevel } : {}),
	};
	return strategy === 'queue' ? [named] : [named, { strategies: ['leastBusy'], who: 'anyone' }];
}

function fallbackFrom(options: Options, agents: readonly Agent[]) {
	const queue = options.leadQueue?.trim();
	const id = options.leadId?.trim().toLowerCase();
	const agent = agents.find((one) => one.id.toLowerCase() === id || (id && one.email === id));
	return { ...(queue ? { queue } : {}), ...(agent ? { agent } : {}) };
}

function textsFrom(options: Options): Partial<AcknowledgementTexts> {
	const texts: Record<keyof AcknowledgementTexts, string | undefined> = {
		assigned: options.textAssigned,
		queued: options.textQueued,
		long_wait: options.textLongWait,
		vip: options.textVip,
		off_hours: options.textOffHours,
		off_hours_bot: options.textOffHoursBot,
	};
	return Object.fromEntries(Object.entries(texts).filter(([, text]) => text?.trim()));
}

/** Owners whom the item names: CRM Upsert's context or result, or a field `ownerEmail`. */
export function accountManagersIn(item: IDataObject): string[] {
	const crm = item.crm as { owner?: { id?: string; email?: string } } | undefined;
	return [crm?.owner?.email, crm?.owner?.id].flatMap((one) => (one ? [String(one)] : []));
}
