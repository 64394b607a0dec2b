import type {
	ConversationState,
	Counters,
	Priority,
	SignalResult,
} from '../conversation/conversation';
import type { CustomerProfile } from '../conversation/identity';
import type { ConversationMessage, Order } from '../conversation/message';
import type { StaffRule } from './rules';
import type { PresetName, SignalName } from './settings';

/** What the bot knows of this turn. Everything may be missing. */
export interface BotFacts {
	/** What the bot is about to answer. */
	reply?: string;
	/** False where the bot says itself that it did not understand. */
	understood?: boolean;
	/** Of the intent or the answer, 0 to 1 (values up to 100 are read as per cent). */
	confidence?: number;
	intent?: string;
	/** A tool call or a step of the flow asks for a person. */
	handoffRequested?: boolean;
	handoffReason?: string;
}

/** Facts of the conversation that signals look at. */
export interface ConversationFacts {
	id?: string;
	state?: ConversationState;
	/** A request for a person waits for its promised time, and the bot goes on helping until then. */
	captured?: boolean;
	tags?: string[];
	priority?: Priority;
	collected?: Record<string, string | number | boolean>;
	/** Language of the conversation so far, where one is known. */
	language?: string;
}

/** One value more or less than the preset's, e.g. of a node's options. */
export interface ScorerSettings {
	preset?: PresetName;
	/** Score from which a conversation is handed over, 1 to 100. */
	threshold?: number;
	/** Points under the threshold within which an escalated conversation stays escalated. */
	hysteresis?: number;
	/** Share of a score that is left after one message, 0 to 1. */
	decay?: number;
	/** Most points that a signal can give, by signal; 0 switches it off. */
	weights?: Partial<Record<SignalName, number>>;
	/** Turns in a row that the bot did not understand before a person takes over. */
	fallbackLimit?: number;
	/** Bot confidence below which a turn counts as not understood, 0 to 1. */
	confidenceBar?: number;
	/** Negative messages in a row that hand over by themselves. */
	negativesLimit?: number;
	/** Deal or order value from which a person takes over, in `currency`. */
	highValue?: number;
	/** Currency of {@link highValue}, ISO 4217. Amounts in others are compared at rough fixed rates. */
	currency?: string;
	/** A hot lead counts only if the message names one of these. Empty: always. */
	leadCategories?: string[];
	/** Tags, segments or values of a profile field that make a customer a VIP. */
	vipTags?: string[];
	/** Phone numbers, e-mail addresses or names of VIPs. */
	vipList?: string[];
	/** Message types that the bot can read; others count as attachments it cannot. */
	readableTypes?: string[];
	rules?: StaffRule[];
	/** Topics that hand over at once however the customer puts them: names of {@link TOPICS} ("cancellation"). */
	alwaysTopics?: string[];
	/** Names of the queues that are suggested. */
	queues?: Partial<QueueNames>;
}

/** Queues by what they are for. */
export interface QueueNames {
	support: string;
	sales: string;
	/** Payment, identity and account security. */
	backOffice: string;
	vip: string;
}

/** Everything that a decision rests on. The same input gives the same result, byte for byte. */
export interface ScoreInput {
	message: Pick<ConversationMessage, 'id' | 'text'> &
		Partial<Pick<ConversationMessage, 'type' | 'sentAt' | 'interactive'>> & { order?: Order };
	/** The newest messages before this one, oldest first. May hold `message` itself. */
	history?: readonly ConversationMessage[];
	counters?: Partial<Counters>;
	profile?: Partial<CustomerProfile> & { phone?: string };
	conversation?: ConversationFacts;
	bot?: BotFacts;
	/** What an attached chat model thinks; evidence only. */
	opinion?: ModelOpinion;
	settings?: ScorerSettings;
}

/** A chat model's second opinion: how strongly it would hand over, and the customer's words that it rests on. */
export interface ModelOpinion {
	/** 0 to 1. */
	strength: number;
	reason: string;
	/** Words of the customer's message, verbatim; an opinion without them does not count. */
	evidence: string;
}

export type Emotion = 'frustration' | 'anger' | 'confusion' | 'urgency' | 'dissatisfaction';

export interface SentimentResult {
	/** This message: -1 (very negative) to 1. */
	value: number;
	label: 'negative' | 'neutral' | 'positive';
	/** How negative it reads, 0 to 1: also by what went wrong, not only by how the customer feels about it. */
	negativity: number;
	/** Strength of each feeling, 0 to 1. */
	emotions: Record<Emotion, number>;
	/** Smoothed over the conversation, -1 to 1. */
	trend: number;
	/** The very words. */
	evidence?: string;
}

export type LeadClass = 'HOT' | 'WARM' | 'COLD';

/** The verdict on one message. */
export interface ScoreResult {
	decision: 'escalate' | 'continue';
	/** Whole number from 0 to 100: the sum of the points of `signals`. */
	score: number;
	/** Score from which this conversation is handed over now. */
	threshold: number;
	signals: SignalResult[];
	/** One sentence in the team's words. */
	reason: string;
	/** Name of the signal or staff rule that decided. */
	firedRule?: string;
	priority: Priority;
	/** Suggested queue. */
	queue?: string;
	/** Suggested skills. */
	skills?: string[];
	/** BCP 47 primary tag of the message; "und" where it cannot be told. */
	language: string;
	/** Whether there are phrase lists for the language; without them only structural signals count. */
	languageSupported: boolean;
	leadClass: LeadClass;
	leadReasons: string[];
	sentiment: SentimentResult;
	/** To be stored with the conversation. */
	counters: Counters;
}
