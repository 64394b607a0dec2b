import type { Counters } from '../conversation/conversation';
import { NO_COUNTERS } from '../conversation/conversation';
import type { ConversationMessage, MessageType } from '../conversation/message';
import { HISTORY_LIMIT } from './signal';
import { resolveSettings } from './settings';
import type { BotFacts, ScoreResult, ScorerSettings } from './types';
import { score } from './index';

/** A conversation that has happened, for a dry run. */
export interface PastConversation {
	id: string;
	messages: Array<{
		id: string;
		text: string;
		author: 'customer' | 'bot' | 'agent';
		type?: string;
		/** ISO 8601; without it the order of the list counts. */
		sentAt?: string;
		bot?: BotFacts;
	}>;
	/** Whether a person was needed, where someone has judged it. */
	needed?: boolean;
}

export interface Replayed {
	conversation: string;
	decision: ScoreResult['decision'];
	/** Highest score that any message got up to the decision. */
	score: number;
	threshold: number;
	/** Number of the customer's message that decided, from 1. */
	turn?: number;
	messageId?: string;
	text?: string;
	reason: string;
	firedRule?: string;
	queue?: string;
	needed?: boolean;
	/** The full verdict on the message that decided (else on the last one), as the live node gives it. */
	verdict?: ScoreResult;
}

/** One line of the weekly review: what one threshold would have done. */
export interface ThresholdRow {
	threshold: number;
	conversations: number;
	escalated: number;
	/** Share that would have been handed over, 0 to 1. */
	handoffRate: number;
	/** Average number of the deciding message. */
	averageTurn?: number;
	/** Of those handed over, the share that needed it; only with labels. */
	precision?: number;
	/** Of those that needed it, the share handed over; only with labels. */
	recall?: number;
	f1?: number;
	/** What fired, and how often. */
	reasons: Record<string, number>;
	/** Handed over although not needed, and needed but not handed over (conversation ids). */
	falseAlarms?: string[];
	missed?: string[];
}

const LISTED = 50;
const START = Date.UTC(2020, 0, 1);

/**
 * What the scorer would have done with a past conversation: message by message through {@link score}, with the counters that
 * it kept, until it hands over or the conversation ends.
 */
export function replay(conversation: PastConversation, settings: ScorerSettings = {}): Replayed {
	let counters: Counters = { ...NO_COUNTERS };
	const history: ConversationMessage[] = [];
	let turn = 0;
	let highest = 0;
	let verdict: ScoreResult | undefined;
	for (const [index, entry] of conversation.messages.entries()) {
		const message = asMessage(entry, index);
		if (entry.author === 'customer') {
			turn++;
			verdict = score({
				message,
				history: history.slice(-HISTORY_LIMIT),
				counters: { ...counters, customerTurns: turn },
				bot: entry.bot ?? {},
				conversation: { id: conversation.id, state: 'bot' },
				settings,
			});
			counters = verdict.counters;
			highest = Math.max(highest, verdict.score);
			if (verdict.decision === 'escalate') {
				return {
					conversation: conversation.id,
					decision: 'escalate',
					score: verdict.score,
					threshold: verdict.threshold,
					turn,
					messageId: entry.id,
					text: entry.text,
					reason: verdict.reason,
					...(verdict.firedRule ? { firedRule: verdict.firedRule } : {}),
					...(verdict.queue ? { queue: verdict.queue } : {}),
					...(conversation.needed === undefined ? {} : { needed: conversation.needed }),
					verdict,
				};
			}
		} else if (entry.author === 'agent') {
			// A person answers: from here on it is no longer the bot's conversation.
			break;
		}
		history.push(message);
	}
	return {
		conversation: conversation.id,
		decision: 'continue',
		score: highest,
		threshold: resolveSettings(settings).threshold,
		reason: verdict?.reason ?? 'The customer wrote nothing.',
		...(conversation.needed === undefined ? {} : { needed: conversation.needed }),
		...(verdict ? { verdict } : {}),
	};
}

/** The dry run for each threshold, lowest first. */
export function tableOf(
	conversations: readonly PastConversation[],
	settings: ScorerSettings,
	thresholds: readonly number[],
): ThresholdRow[] {
	return [...new Set(thresholds)]
		.sort((a, b) => a - b)
		.map((threshold) => {
			const results = conversations.map((c) => replay(c, { ...settings, threshold }));
			const escalated = results.filter((r) => r.decision === 'escalate');
			const labelled = results.filter((r) => r.needed !== undefined);
			const hits = labelled.filter((r) => r.needed && r.decision === 'escalate').length;
			const needed = labelled.filter((r) => r.needed).length;
			const handed = labelled.filter((r) => r.decision === 'escalate').length;
			const precision = handed > 0 ? hits / handed : undefined;
			const recall = needed > 0 ? hits / needed : undefined;
			const reasons: Record<string, number> = {};
			for (const r of escalated) {
				const rule = r.firedRule ?? 'score';
				reasons[rule] = (reasons[rule] ?? 0) + 1;
			}
			return {
				threshold,
				conversations: results.length,
				escalated: escalated.length,
				handoffRate: results.length > 0 ? round(escalated.length / results.length) : 0,
				...(escalated.length > 0
					? {
							averageTurn: round(escalated.reduce((sum, r) => sum + r.turn!, 0) / escalated.length),
						}
					: {}),
				...(precision === undefined ? {} : { precision: round(precision) }),
				...(recall === undefined ? {} : { recall: round(recall) }),
				...(precision !== undefined && recall !== undefined && precision + recall > 0
					? { f1: round((2 * precision * recall) / (precision + recall)) }
					: {}),
				reasons,
				...(labelled.length > 0
					? {
							falseAlarms: labelled
								.filter((r) => !r.needed && r.decision === 'escalate')
								.slice(0, LISTED)
								.map((r) => r.conversation),
							missed: labelled
								.filter((r) => r.needed && r.decision === 'continue')
								.slice(0, LISTED)
								.map((r) => r.conversation),
						}
					: {}),
			};
		});
}

function asMessage(
	entry: PastConversation['messages'][number],
	index: number,
): ConversationMessage {
	const sentAt = entry.sentAt ?? new Date(START + index * 1000).toISOString();
	return {
		id: entry.id,
		direction: entry.author === 'customer' ? 'in' : 'out',
		author: entry.author,
		type: (entry.type ?? 'text') as MessageType,
		text: entry.text,
		sentAt,
		receivedAt: sentAt,
	};
}

function round(value: number): number {
	return Math.round(value * 1000) / 1000;
}
