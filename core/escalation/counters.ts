import type { Counters } from '../conversation/conversation';
import type { Reading } from './reading';
import type { ResolvedSettings } from './settings';
import type { BotFacts, SentimentResult } from './types';

/** A negative mood raises the bar that the bot's confidence has to clear, by up to this much. */
const MOOD_RAISES_BAR = 0.25;
/** From here on a message counts towards several in a row, if one of its words is clearly bad and not only many a little. */
const NEGATIVE = -0.3;
const CLEARLY_BAD = -1.5;

interface Turn {
	before: Counters;
	bot: BotFacts;
	settings: ResolvedSettings;
	reading: Reading;
	sentiment: SentimentResult;
	/** The customer asks what they asked before. */
	repeated: boolean;
	messageId: string;
}

/**
 * The counters after one message of the customer. A message that was scored before (a retried execution) is not counted
 * again. Customer and bot turns are counted by the store.
 */
export function countTurn(turn: Turn): { after: Counters; sentiment: SentimentResult } {
	const { before, bot, settings, sentiment, messageId } = turn;
	const trend = round(before.sentiment * settings.decay + sentiment.value * (1 - settings.decay));
	if (before.scoredMessageId === messageId && messageId !== '') {
		return { after: { ...before }, sentiment: { ...sentiment, trend: before.sentiment } };
	}
	const withTrend = { ...sentiment, trend };
	return {
		sentiment: withTrend,
		after: {
			...before,
			fallbacks: notUnderstood(bot, settings, trend)
				? before.fallbacks + 1
				: bot.understood === undefined && bot.confidence === undefined && bot.reply === undefined
					? before.fallbacks
					: 0,
			negatives:
				sentiment.value <= NEGATIVE && (turn.reading.feeling.worst?.strength ?? 0) <= CLEARLY_BAD
					? before.negatives + 1
					: sentiment.value >= 0 && sentiment.label !== 'neutral'
						? 0
						: Math.max(0, before.negatives - (turn.reading.words.words.length > 0 ? 1 : 0)),
			repeats: before.repeats + (turn.repeated ? 1 : 0),
			sentiment: trend,
			scoredMessageId: messageId,
		},
	};
}

/** Whether the bot failed this turn: it says so, or it is less sure than the bar, which rises as the mood falls. */
export function notUnderstood(bot: BotFacts, settings: ResolvedSettings, mood: number): boolean {
	if (bot.understood === false) return true;
	if (bot.confidence === undefined) return false;
	const bar = Math.min(0.95, settings.confidenceBar + MOOD_RAISES_BAR * Math.max(0, -mood));
	return bot.confidence < bar;
}

function round(value: number): number {
	return Math.round(value * 1000) / 1000;
}
