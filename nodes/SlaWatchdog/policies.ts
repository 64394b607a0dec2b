import type { Priority } from '../../core/conversation/conversation';
import { DEFAULT_LADDER, DEFAULT_POLICIES } from '../../core/sla';
import type { SlaKind } from '../../core/sla/clock';
import type { LadderRung, LadderStep, SlaPolicy, SlaRepeat } from '../../core/sla/policy';
import { wordsOf } from '../../core/words';
import { businessHoursFrom } from '../shared/businessHours';

type ParameterReader = (name: string, fallback?: unknown) => unknown;

/** One entry of the node's list of promises; n8n leaves out what stands at its default. */
interface PromiseEntry {
	kind?: SlaKind;
	targetMinutes?: number | string;
	clock?: SlaPolicy['clock'];
	warnAt?: string | number;
	name?: string;
	priorities?: Priority[];
	queues?: string;
	customers?: 'all' | 'others' | 'vip';
	topics?: string;
	leadClasses?: string[];
	tags?: string;
	channelIds?: string;
	pauseWhileWaiting?: boolean;
}

const NAMES: Record<SlaKind, string> = {
	first_response: 'First response',
	next_response: 'Next response',
	resolution: 'Resolution',
	queue_time: 'Pick-up from the queue',
	promised_follow_up: 'Promised follow-up',
	bot_silence: 'Any reply',
	claim_without_reply: 'Answer after a claim',
	routing_step: 'Step of the routing',
};

/** The promises as staff filled them in; they are checked by core, not here. */
export function policiesFrom(read: ParameterReader): SlaPolicy[] {
	const calendar = businessHoursFrom(read);
	const ladder = ladderFrom(read);
	const repeat = repeatFrom(read);
	const entries = read('policies.policy', []) as PromiseEntry[];
	const common = {
		...(calendar ? { calendar } : {}),
		ladder: ladder.length > 0 ? ladder : [...DEFAULT_LADDER],
		...(repeat ? { repeat } : {}),
		...(read('options.reportMet', true) === false ? {} : { reportMet: true }),
	};
	const policies =
		entries.length > 0
			? entries.map(policyFrom)
			: DEFAULT_POLICIES.map((policy) => ({ ...policy, marks: [...policy.marks] }));
	return withDistinctNames(policies).map((policy) => ({ ...policy, ...common }));
}

function policyFrom(entry: PromiseEntry): SlaPolicy {
	const kind = entry.kind ?? 'first_response';
	const when = {
		...(entry.priorities?.length ? { priorities: entry.priorities } : {}),
		...list('queues', entry.queues),
		...list('channelIds', entry.channelIds),
		...list('topics', entry.topics),
		...(entry.leadClasses?.length ? { leadClasses: entry.leadClasses } : {}),
		...list('tags', entry.tags),
		...(entry.customers === 'vip' ? { vip: true } : {}),
		...(entry.customers === 'others' ? { vip: false } : {}),
	};
	return {
		name: entry.name?.trim() || NAMES[kind],
		kind,
		targetMinutes: Number(entry.targetMinutes ?? 5),
		clock: entry.clock ?? 'business',
		marks: [...wordsOf(String(entry.warnAt ?? '80')).map(percentage), 100],
		...(Object.keys(when).length > 0 ? { when } : {}),
		...(kind === 'resolution' && entry.pauseWhileWaiting ? { pauseWhileWaiting: true } : {}),
	};
}

function ladderFrom(read: ParameterReader): LadderRung[] {
	const rungs = read('ladder.rung', []) as Array<{
		percent?: number;
		step?: LadderStep;
		note?: string;
	}>;
	return rungs.map(({ percent, step, note }) => ({
		percent: Number(percent ?? 100),
		step: step ?? 'reassign',
		...(note?.trim() ? { note: note.trim() } : {}),
	}));
}

function repeatFrom(read: ParameterReader): SlaRepeat | undefined {
	const how = read('repeat', 'doubling');
	if (how === 'never') return undefined;
	return how === 'every' ? { everyPercent: Number(read('repeatPercent', 100)) } : 'doubling';
}

/** Names that staff did not give are told apart by a number, since alerts and reports go by them. */
function withDistinctNames(policies: SlaPolicy[]): SlaPolicy[] {
	const seen = new Map<string, number>();
	return policies.map((policy) => {
		const given = !Object.values(NAMES).includes(policy.name);
		const count = (seen.get(policy.name) ?? 0) + 1;
		seen.set(policy.name, count);
		return given || count === 1 ? policy : { ...policy, name: `${policy.name} ${count}` };
	});
}

function percentage(word: string): number {
	return Number(word.replace('%', '').trim());
}

function list<K extends string>(key: K, value: string | undefined): { [P in K]?: string[] } {
	const words = wordsOf(value ?? '');
	return words.length > 0 ? ({ [key]: words } as { [P in K]: string[] }) : {};
}
