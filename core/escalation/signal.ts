import type { Counters, Priority } from '../conversation/conversation';
import type { ConversationMessage } from '../conversation/message';
import type { Lead } from './lead';
import type { Reading } from './reading';
import type { ResolvedSettings, SignalName } from './settings';
import type { BotFacts, ScoreInput, SentimentResult } from './types';

/** What a signal may look at. */
export interface SignalContext {
	input: ScoreInput;
	settings: ResolvedSettings;
	/** The message, read. */
	reading: Reading;
	sentiment: SentimentResult;
	bot: BotFacts;
	/** Messages before this one, oldest first, at most {@link HISTORY_LIMIT}. */
	history: readonly ConversationMessage[];
	/** Counters before this message. */
	before: Counters;
	/** Counters after it. */
	after: Counters;
	lead: Lead;
}

/** Older messages are not looked at, so that the cost does not grow with the conversation. */
export const HISTORY_LIMIT = 20;

/** What a signal found. */
export interface Finding {
	/** 0 to 1. */
	value: number;
	/**
	 * At least this value where no other signal speaks; the more the others say, the less of it counts. For what ranks
	 * messages but should not tip a decision.
	 */
	alone?: number;
	/** One sentence for the team, without a full stop. */
	reason: string;
	/** The very words. */
	evidence?: string;
	/** Default: the message that is scored. */
	messageId?: string;
	/** Hands over at once, whatever the other signals say. */
	immediate?: boolean;
	/** At least this priority. */
	priority?: Priority;
	queue?: string;
	skills?: string[];
	/** Name of the rule, where the signal has several. Default: the signal's name. */
	rule?: string;
	/** In place of the signal's weight, for rules that staff give points of their own. */
	weight?: number;
}

/** One thing that speaks for a person. Each stands in a file of its own with a test table. */
export interface Signal {
	name: SignalName;
	/** As staff read it. */
	label: string;
	find(context: SignalContext): Finding | undefined;
}
