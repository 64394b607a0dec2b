import { higherPriority, NO_COUNTERS, type Counters } from '../conversation/conversation';
import { byTime, type ConversationMessage } from '../conversation/message';
import { addUp, type Weighed } from './combine';
import { answered } from './botTurn';
import { classifyLead } from './lead';
import { readMessage, type Reading } from './reading';
import { resolveSettings, type ResolvedSettings } from './settings';
import { HISTORY_LIMIT, type SignalContext } from './signal';
import { ALL_SIGNALS } from './signals';
import { earlierQuestion } from './signals/repetition';
import { TELLING } from './sentiment';
import { countTurn } from './counters';
import { quote } from './text';
import type { BotFacts, ScoreInput, ScoreResult, SentimentResult } from './types';

export type * from './types';
export type { StaffRule } from './rules';
export { PRESETS, SIGNALS, resolveSettings, type PresetName, type SignalName } from './settings';
export { PhraseError } from './matcher';
export { LANGUAGES, LANGUAGE_NAMES } from './lexicon';

/** The settings of those who set none. */
let defaults: ResolvedSettings | undefined;

/**
 * Whether a person should step in, and why. Pure and deterministic: the same input gives the same result, byte for byte,
 * in the live workflow and in a dry run. Every text gives a result; only staff rules that cannot be read throw
 * ({@link PhraseError}).
 */
export function score(given: ScoreInput): ScoreResult {
	const text = String(given.message.text ?? '');
	const input: ScoreInput =
		given.message.text === text ? given : { ...given, message: { ...given.message, text } };
	const settings = input.settings
		? resolveSettings(input.settings)
		: (defaults ??= resolveSettings());
	const history = historyBefore(input);
	const reading = readMessage(
		text,
		input.conversation?.language ?? input.profile?.language,
		answered(history),
	);
	const before: Counters = input.counters
		? { ...NO_COUNTERS, ...withoutGaps(input.counters) }
		: NO_COUNTERS;
	const bot = normalBot(input.bot);
	const { after, sentiment } = countTurn({
		before,
		bot,
		settings,
		reading,
		sentiment: sentimentOf(reading),
		messageId: input.message.id,
		repeated: earlierQuestion({ input, history, reading }) !== undefined,
	});
	const lead = classifyLead({ input, settings, reading });
	const context: SignalContext = {
		input,
		settings,
		reading,
		sentiment,
		bot,
		history,
		before,
		after,
		lead,
	};
	const weighed = weigh(context);
	const { score: total, signals } = addUp(weighed, input.message.id);
	const held = before.lastScore >= settings.threshold && !input.conversation?.captured;
	const threshold = held
		? Math.max(1, settings.threshold - settings.hysteresis)
		: settings.threshold;
	const immediate = weighed.filter(({ finding, weight }) => finding.immediate && weight > 0);
	const decision = immediate.length > 0 || total >= threshold ? 'escalate' : 'continue';
	const strongestFirst = weighed.length < 2 ? weighed : [...weighed].sort(byStrength);
	const top = strongestFirst[0];
	const queue = strongestFirst.find(({ finding }) => finding.queue)?.finding.queue;
	const skills = strongestFirst.some(({ finding }) => finding.skills?.length)
		? [...new Set(strongestFirst.flatMap(({ finding }) => finding.skills ?? []))]
		: undefined;
	return {
		decision,
		score: total,
		threshold,
		signals,
		reason: reasonOf(decision, strongestFirst, total, threshold),
		...(decision === 'escalate' && top ? { firedRule: top.finding.rule ?? top.signal.name } : {}),
		priority: weighed.reduce(
			(highest, { finding }) => higherPriority(highest, finding.priority ?? 'low'),
			input.conversation?.priority ?? 'normal',
		),
		...(queue ? { queue } : {}),
		...(skills ? { skills } : {}),
		language: reading.language.tag,
		languageSupported: reading.language.language !== undefined,
		leadClass: lead.leadClass,
		leadReasons: lead.reasons,
		sentiment,
		counters: { ...after, lastScore: total },
	};
}

function byStrength(a: Weighed, b: Weighed): number {
	return (
		Number(b.finding.immediate ?? false) - Number(a.finding.immediate ?? false) ||
		b.weight * b.finding.value - a.weight * a.finding.value
	);
}

function weigh(context: SignalContext): Weighed[] {
	const result: Weighed[] = [];
	for (const signal of ALL_SIGNALS) {
		const own = context.settings.weights[signal.name];
		if (own === 0) continue;
		const finding = signal.find(context);
		if (!finding || Math.max(finding.value, finding.alone ?? 0) <= 0) continue;
		result.push({ signal, finding, weight: finding.weight ?? own });
	}
	if (result.length === 0) return result;
	inCompany(result);
	return result.filter(({ finding }) => finding.value > 0);
}

/** Points of other signals at which nothing is left of what counts {@link Finding.alone}. */
const ENOUGH = 40;

/** Of signals that count {@link Finding.alone}, the strongest first; each leaves less for the next. */
function inCompany(all: Weighed[]): void {
	if (!all.some(({ finding }) => finding.alone !== undefined)) return;
	const shy = all
		.filter(({ finding }) => finding.alone !== undefined)
		.sort((a, b) => b.weight * b.finding.alone! - a.weight * a.finding.alone!);
	for (const one of shy) {
		const { value, alone } = one.finding;
		const others = all.reduce((sum, o) => (o === one ? sum : sum + o.weight * o.finding.value), 0);
		one.finding = {
			...one.finding,
			value: Math.max(value, alone! * Math.max(0, 1 - others / ENOUGH)),
		};
	}
}

/** At most this many signals are named in the reason. */
const NAMED = 3;

function reasonOf(
	decision: ScoreResult['decision'],
	strongestFirst: readonly Weighed[],
	total: number,
	threshold: number,
): string {
	if (strongestFirst.length === 0) return 'Nothing in this message calls for a person.';
	const [first] = strongestFirst;
	const evidence = first!.finding.evidence;
	const quoted =
		evidence && !first!.finding.reason.includes(evidence) ? ` ("${shorten(evidence)}")` : '';
	if (decision === 'continue') {
		return `${first!.finding.reason}${quoted}, which is not enough for a handoff: ${total} of ${threshold} points.`;
	}
	const more = strongestFirst
		.slice(1, NAMED)
		.filter(({ signal }) => signal.name !== 'carried_over')
		.map(({ finding }) => lowerFirst(finding.reason));
	return `${first!.finding.reason}${quoted}${more.length > 0 ? `; also, ${more.join(', and ')}` : ''}.`;
}

function shorten(text: string): string {
	const line = text.replace(/\s+/g, ' ').trim();
	return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}

function lowerFirst(text: string): string {
	return text[0]!.toLowerCase() + text.slice(1);
}

function historyBefore({ history, message: { id } }: ScoreInput): ConversationMessage[] {
	if (!history || history.length === 0) return [];
	const before = history
		.slice(-HISTORY_LIMIT - 1)
		.filter((message) => message && message.id !== id && !message.internal)
		.slice(-HISTORY_LIMIT);
	const inOrder = before.every((message, i) => i === 0 || byTime(before[i - 1]!, message) <= 0);
	return inOrder ? before : before.sort(byTime);
}

function sentimentOf(reading: Reading): SentimentResult {
	const { feeling, words } = reading;
	const { worst } = feeling;
	return {
		value: feeling.value,
		label: feeling.value <= -0.2 ? 'negative' : feeling.value >= 0.2 ? 'positive' : 'neutral',
		negativity: feeling.negativity,
		emotions: feeling.emotions,
		trend: 0,
		...(worst && worst.strength <= TELLING ? { evidence: quote(words, worst.from, worst.to) } : {}),
	};
}

const NO_FACTS: BotFacts = Object.freeze({});

/** Confidence given in per cent is brought to 0 … 1; what is no fact is left out. */
function normalBot(bot: BotFacts | undefined): BotFacts {
	if (!bot) return NO_FACTS;
	const { confidence, reply, ...rest } = bot;
	const number = typeof confidence === 'string' ? Number(confidence) : confidence;
	const usable = typeof number === 'number' && Number.isFinite(number) && number >= 0;
	return {
		...rest,
		...(typeof reply === 'string' && reply.trim() ? { reply } : {}),
		...(usable ? { confidence: number > 1 ? Math.min(1, number / 100) : number } : {}),
	};
}

function withoutGaps(counters: Partial<Counters>): Partial<Counters> {
	return Object.fromEntries(
		Object.entries(counters).filter(
			([, value]) => value !== undefined && value !== null && !Number.isNaN(value),
		),
	);
}

export type { ResolvedSettings };
