import type { IsoTime } from '../time';
import type { CustomerIdentity, CustomerProfile } from './identity';

/** Who is in charge. Customers, agents and nodes all see these three. */
export type ConversationState = 'bot' | 'human' | 'closed';

export type Priority = 'low' | 'normal' | 'high' | 'urgent';

/** In rising order, so that an index compares two priorities. */
export const PRIORITIES: readonly Priority[] = ['low', 'normal', 'high', 'urgent'];

/** Who answers a conversation in state `human`: a named agent, or a queue in which it waits. Never nobody. */
export type Owner =
	{ kind: 'agent'; id: string; name: string; email?: string } | { kind: 'queue'; name: string };

/** Counters that the scorer reads and updates with every turn. */
export interface Counters {
	/** Turns in a row that the bot did not understand. */
	fallbacks: number;
	/** Customer messages since the conversation (re)started. */
	customerTurns: number;
	botTurns: number;
	/** Times the customer asked the same again. */
	repeats: number;
	/** Customer messages in a row with negative sentiment. */
	negatives: number;
	/** Smoothed sentiment, -1 to 1. */
	sentiment: number;
	/** Last score given, 0 to 100. */
	lastScore: number;
	/** The message that was scored last, so that a retried execution does not count it twice. */
	scoredMessageId?: string;
}

export const NO_COUNTERS: Counters = Object.freeze({
	fallbacks: 0,
	customerTurns: 0,
	botTurns: 0,
	repeats: 0,
	negatives: 0,
	sentiment: 0,
	lastScore: 0,
});

/** One rule or measurement that made up a score. The points of all signals add up to the score. */
export interface SignalResult {
	/** Stable name, e.g. "human_request". */
	signal: string;
	/** Name as staff read it, e.g. "Asked for a person". */
	label: string;
	weight: number;
	/** Strength, 0 to 1. */
	value: number;
	points: number;
	/** The very words that it rests on. */
	evidence?: string;
	messageId?: string;
	/** Hands over at once, whatever the other signals say. */
	immediate?: boolean;
}

/**
 * The promise that a person will come: made once when the bot hands over, and settled only by a person's answer. A closed
 * conversation that is handed over again gets a new one.
 */
export interface Handoff {
	/** `${conversation id}:h${number}`; the key under which CRM and inbox writes are made idempotent. */
	id: string;
	/** One sentence in the team's words. */
	reason: string;
	score: number;
	signals: SignalResult[];
	priority: Priority;
	queue: string;
	createdAt: IsoTime;
	/** When the customer was told. */
	acknowledgedAt?: IsoTime;
	assignedAt?: IsoTime;
	/** First answer by a person. */
	answeredAt?: IsoTime;
	/** Message id of the acknowledgement. */
	acknowledgementId?: string;
	/** Number of times the owner has changed since the handoff. */
	hops: number;
}

/** One customer's conversation on one of our numbers. */
export interface Conversation {
	id: string;
	namespace: string;
	/** The business phone number id it runs on. */
	channelId: string;
	state: ConversationState;
	/** Set exactly when `state` is `human`. */
	owner?: Owner;
	/** Rises by one with every change; writes name the version they were decided on. */
	version: number;
	/** Counts the times the conversation was started anew after it had been closed, from 1. */
	episode: number;
	identity: CustomerIdentity;
	profile: CustomerProfile;
	counters: Counters;
	/** What bot or staff collected, e.g. `orderNumber`. */
	collected: Record<string, string | number | boolean>;
	tags: string[];
	priority: Priority;
	/** The latest handoff, also after it has been settled. */
	handoff?: Handoff;
	/** Handoffs so far. */
	handoffCount: number;
	/** The agent who last owned it, for sticky routing. */
	lastAgentId?: string;
	/** Newest message of the customer; WhatsApp lets us write freely for 24 hours after it. */
	lastCustomerMessageAt?: IsoTime;
	lastMessageAt: IsoTime;
	createdAt: IsoTime;
	updatedAt: IsoTime;
	closedAt?: IsoTime;
	/** How the last closed episode ended. */
	outcome?: Outcome;
}

/** How a conversation ended, as the agent states it. */
export interface Outcome {
	/** E.g. "solved", "sold", "no answer". */
	disposition: string;
	resolution?: string;
	nextAction?: string;
}

/** Free-form messages may be sent for 24 hours after the customer's last message (WhatsApp's customer service window). */
export const SERVICE_WINDOW_MS = 24 * 60 * 60 * 1000;

/** When the customer service window closes, or undefined if the customer has not written yet. */
export function windowClosesAt(conversation: Conversation): IsoTime | undefined {
	if (!conversation.lastCustomerMessageAt) return undefined;
	return new Date(Date.parse(conversation.lastCustomerMessageAt) + SERVICE_WINDOW_MS).toISOString();
}

/** The higher of two priorities. */
export function higherPriority(a: Priority, b: Priority): Priority {
	return PRIORITIES.indexOf(a) >= PRIORITIES.indexOf(b) ? a : b;
}
