import type { IsoTime } from '../time';
import { hasServiceWindow } from './gateway';
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
	/** What it is about, by the scorer and by what the workflow said; policies and rules are chosen by it. */
	topics?: string[];
	/** "HOT", "WARM" or "COLD" by the scorer. */
	leadClass?: string;
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
	/** Where the routing stands; absent where a person took the conversation by hand. */
	routing?: HandoffRouting;
	/** A follow-up that the customer was promised for a stated time. */
	promise?: HandoffPromise;
	/**
	 * Set while the bot goes on helping until the promised time: the request is on record, and nobody has it yet. Holds in the
	 * episode that it names.
	 */
	captured?: { at: IsoTime; episode: number };
}

/** Where a handoff stands on its way through the steps of the router. */
export interface HandoffRouting {
	/** The queue that it was handed over to, whichever team helps out meanwhile; absent in what older versions wrote. */
	home?: string;
	/** Index of the step of the chain that has been reached. */
	step: number;
	/** Since when that step applies. */
	since: IsoTime;
	/** Agents who had it and did not take it: it never goes back to them. */
	tried: string[];
	/** How often it was taken from an agent and passed on. */
	hops: number;
	/** How often the router has looked; numbers the clocks of its steps. */
	moves: number;
	/** The rule that decided on the chain. */
	rule?: string;
	/** The router that handed over: whoever routes again without agents of its own asks that one's. */
	router?: string;
	/** What led to the last move, e.g. the id of a watchdog's event: the same again moves nothing. */
	cause?: string;
	/** The limit on hops was reached: it stays where it is until a person takes it. */
	exhausted?: boolean;
}

export interface HandoffPromise {
	/** When a person will have answered. */
	for: IsoTime;
	madeAt: IsoTime;
	/** When the 24-hour window closes, where that is before the promised time: then only a template can be sent. */
	windowClosesAt?: IsoTime;
	/** Approved template for a follow-up after the window has closed. */
	template?: { name: string; language: string };
}

/** What bot or staff noted as the matter at hand. */
export function notedTopics({ collected }: Conversation): string[] {
	const { topic, intent, issue, reason } = collected;
	return [topic, intent, issue, reason].filter(
		(value): value is string => typeof value === 'string' && value.trim() !== '',
	);
}

/** Whether the customer is a VIP: by the profile, its segment, a tag, or a signal that took part in the handoff. */
export function isVip(
	{ profile, tags }: Pick<Conversation, 'profile' | 'tags'>,
	signals: readonly SignalResult[] = [],
): boolean {
	const saysVip = (word: string) => word.trim().toLowerCase() === 'vip';
	return (
		profile.vip === true ||
		saysVip(profile.segment ?? '') ||
		tags.some(saysVip) ||
		signals.some(({ signal, points, immediate }) => signal === 'vip' && (points > 0 || immediate))
	);
}

/** Whether a request waits for its promised time while the bot goes on helping. */
export function isCaptured({
	state,
	episode,
	handoff,
}: Pick<Conversation, 'state' | 'episode' | 'handoff'>): boolean {
	return state === 'bot' && handoff?.captured?.episode === episode;
}

/**
 * A customer who writes again within this time after the close goes on with the same case, as after an answer that did not help or
 * with a rating; later it is a new one.
 */
export const SAME_CASE_MS = 24 * 60 * 60 * 1000;

/** Collected information that belongs to one handoff: the customer's rating, and the money that it was about. */
export const OF_A_HANDOFF = { satisfaction: 'satisfaction', value: 'dealValue' } as const;

/** Whether a message belongs to the case that a conversation is about now; one that came late belongs to when it came. */
export function isOfThisCase(
	{ caseSince }: Pick<Conversation, 'caseSince'>,
	{ sentAt, receivedAt }: { sentAt: IsoTime; receivedAt?: IsoTime },
): boolean {
	return caseSince === undefined || (receivedAt ?? sentAt) > caseSince;
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
	/**
	 * BCP 47 tag of the language in which the customer writes, as scorer, router or brief heard it last. What staff set in the profile goes
	 * before it: read it with `languageOf` of core/conversation/language.ts.
	 */
	language?: string;
	counters: Counters;
	/** What bot or staff collected, e.g. `orderNumber`; of this case only, see docs/decisions/0016. */
	collected: Record<string, string | number | boolean>;
	/** What was collected of earlier handoffs under the names of {@link OF_A_HANDOFF}, by the id of the handoff. */
	noted?: Record<string, Conversation['collected']>;
	/** How people judged its handoffs afterwards, by the id of the handoff; see core/metrics/labels.ts. */
	labels?: Record<string, HandoffLabel>;
	/** When the case before this one was closed; absent while it is the customer's first. */
	caseSince?: IsoTime;
	tags: string[];
	priority: Priority;
	/** The latest handoff, also after it has been settled. */
	handoff?: Handoff;
	/** Handoffs so far. */
	handoffCount: number;
	/** The agent who last owned it, for sticky routing. */
	lastAgentId?: string;
	/** The least sure that the bot has been of a reply, 0 to 1; 0 where it had not understood. */
	lowestConfidence?: number;
	/** Newest message of the customer; WhatsApp lets us write freely for 24 hours after it. */
	lastCustomerMessageAt?: IsoTime;
	/**
	 * Newest message of the customer that needs an answer: with a person, one that is more than thanks (see
	 * core/conversation/needsAnswer.ts). Absent in what older versions wrote: then every message does.
	 */
	lastAskedAt?: IsoTime;
	/** Newest message of a person to the customer; absent in what older versions wrote. */
	lastAgentMessageAt?: IsoTime;
	lastMessageAt: IsoTime;
	createdAt: IsoTime;
	updatedAt: IsoTime;
	closedAt?: IsoTime;
	/**
	 * When it was last returned to the bot or closed. What a person wrote before that belongs to what has ended, however late it is
	 * told to us; see core/conversation/phoneAnswer.ts.
	 */
	letGoAt?: IsoTime;
	/** How the last closed episode ended. */
	outcome?: Outcome;
	/** The customer's records in the CRM, for whoever answers. */
	crm?: CrmRecords;
	/** Messages that wait for the customer to finish; see core/conversation/burst.ts. */
	burst?: Burst;
	/** Set while an agent has put it on hold; read it with {@link holdOf}, since a later handoff makes it void. */
	hold?: Hold;
}

/** What the CRM has of the customer, as it was written last. */
export interface CrmRecords {
	at: IsoTime;
	records: CrmRecord[];
}

export interface CrmRecord {
	kind: 'contact' | 'company' | 'deal' | 'ticket' | 'lead';
	/** As the CRM shows it. */
	name: string;
	/** Where a person finds it. */
	url?: string;
	/** Of a deal. */
	stage?: string;
}

/** Messages in a row that are held back, to come out of the trigger as one. */
export interface Burst {
	/** Rises with each message that joins; who holds the highest gives the burst out. */
	rank: number;
	/** In the order in which they came. */
	messageIds: string[];
	openedAt: IsoTime;
	/** When it is given out if no further message comes. */
	until: IsoTime;
}

/** An agent's "not now": the promises stand still until it ends. */
export interface Hold {
	/** The handoff it was for. */
	handoffId: string;
	since: IsoTime;
	/** When it ends by itself; absent where somebody has to end it. */
	until?: IsoTime;
	by: { id: string; name: string };
	reason?: string;
}

/** The hold that is on, if there is one. */
export function holdOf(conversation: Conversation): Hold | undefined {
	const { hold, handoff, state } = conversation;
	return state === 'human' && hold && hold.handoffId === handoff?.id ? hold : undefined;
}

/** How a person judges a handoff, or that there was none. */
export type Verdict =
	| 'justified'
	| 'unnecessary'
	/** A person was needed, and nobody came. */
	| 'missed'
	/** A person was needed, and another agent or team than the one that got it. */
	| 'wrongly_routed';

export interface HandoffLabel {
	verdict: Verdict;
	at: IsoTime;
	/** Who gave it, as staff are called. */
	by?: string;
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

/** When a window closes that never does, as a time that sorts behind all others. */
export const NEVER: IsoTime = '9999-12-31T23:59:59.999Z';

/** When the customer service window closes: {@link NEVER} on a channel without one, undefined if the customer has not written yet. */
export function windowClosesAt(conversation: Conversation): IsoTime | undefined {
	if (!hasServiceWindow(conversation.channelId)) return NEVER;
	if (!conversation.lastCustomerMessageAt) return undefined;
	return new Date(Date.parse(conversation.lastCustomerMessageAt) + SERVICE_WINDOW_MS).toISOString();
}

/** The higher of two priorities. */
export function higherPriority(a: Priority, b: Priority): Priority {
	return PRIORITIES.indexOf(a) >= PRIORITIES.indexOf(b) ? a : b;
}
