import type { Priority } from '../conversation/conversation';
import type { Author } from '../conversation/message';
import type { IsoTime } from '../time';

/** A statement and the messages that say it. */
export interface Grounded<T = string> {
	value: T;
	messageIds: string[];
}

/** An intent as the bot named it. */
export interface DetectedIntent {
	name: string;
	/** 0 to 1, where the bot says it. */
	confidence?: number;
	/** The message that the bot read it from. */
	messageIds: string[];
}

/** What an agent needs to know before the first answer. Every statement names the messages it rests on. */
export interface Brief {
	conversationId: string;
	/** One line for notifications. */
	headline: string;
	customer: {
		name?: string;
		phone?: string;
		userId?: string;
		language?: string;
		segment?: string;
		vip?: boolean;
		email?: string;
		/** Messages in which the customer says name or e-mail, where nobody else has given them. */
		messageIds?: string[];
	};
	escalation?: {
		reason: string;
		score: number;
		priority: Priority;
		evidence: Grounded[];
		/** The scorer's class of lead, e.g. "hot", where it ran before. */
		leadClass?: string;
	};
	/** What the bot took the last message for. */
	intent?: DetectedIntent;
	/** What the customer wants, in their own words. */
	need?: Grounded;
	/** The last question that nobody has answered, verbatim. */
	unansweredQuestion?: Grounded;
	product?: Grounded;
	budget?: Grounded;
	timeline?: Grounded;
	urgency?: Grounded;
	references: Array<{ kind: ReferenceKind; label: string } & Grounded>;
	/** What the bot already answered or tried. */
	botTried: Grounded[];
	/** Messages in which the bot said that it did not understand; absent if there are none. */
	botMisunderstood?: { count: number; messageIds: string[] };
	collected: Record<string, string | number | boolean>;
	sentiment?: { summary: string; course: number[] };
	attachments: Array<{ type: string; name?: string; url?: string; messageId: string }>;
	openDeals: Array<{ name: string; stage?: string; amount?: number; url?: string }>;
	openOrders: Array<{ reference: string; status?: string }>;
	suggestedReply: string;
	transcript: Array<{ id: string; at: IsoTime; who: string; text: string }>;
	createdAt: IsoTime;
	/**
	 * How it was made. A model's claims without a supporting message are dropped and counted; `fallback` says why a model that
	 * is attached was not used.
	 */
	source: { kind: 'rules'; fallback?: string } | { kind: 'model'; droppedClaims: number };
	/** IANA zone in which the agent reads times; renderings use it. */
	timeZone?: string;
	/** What the next summary goes on from. Not for readers. */
	memory?: BriefMemory;
}

/** A statement that may stand in the brief, with how much speaks for it. */
export interface Candidate {
	value: string;
	messageId: string;
	score: number;
	/** Of a need: it was a question, and has been answered. */
	settled?: boolean;
}

/** What may be said once in a brief and is chosen among candidates. */
export type Slot = 'need' | 'product' | 'budget' | 'timeline' | 'urgency';

/**
 * All that a summary remembers of the messages read so far. Its size is bounded, whatever the length of the conversation,
 * so that going on from it costs the same after 10 messages and after 10,000.
 */
export interface BriefMemory {
	version: 1;
	/** The case that it is of, by when the one before was closed. */
	caseSince?: IsoTime;
	/** Messages read. */
	count: number;
	lastId: string;
	lastSentAt: IsoTime;
	/** Newest `receivedAt` read; a message that was sent before `lastSentAt` but learnt of later is still new. */
	lastReceivedAt: IsoTime;
	/** Ids read last, so that none is read twice. */
	recentIds: string[];
	/** Votes for the customer's language, by ISO 639-1 code. */
	languages: Record<string, number>;
	slots: Record<Slot, Candidate[]>;
	references: Array<{ kind: ReferenceKind; value: string; messageIds: string[] }>;
	/** Questions of the customer that wait for an answer, oldest first. */
	openQuestions: Array<{ value: string; messageId: string }>;
	/** The question that was answered last; it is open again if the customer says that the answer missed it. */
	answeredQuestion?: {
		value: string;
		messageId: string;
		/** The answer is the last thing that was said to the customer. */
		fresh?: boolean;
	};
	tried: Array<{ value: string; messageId: string }>;
	misunderstood: { count: number; messageIds: string[] };
	/** What the last message to the customer asked for. */
	asked: Array<ReferenceKind | 'budget' | 'timeline' | 'name'>;
	/** How the customer calls himself. */
	name?: { value: string; messageId: string };
	attachments: Array<{ type: string; name?: string; url?: string; messageId: string }>;
	sentiment: number[];
	/** Something is wrong that nobody has put right yet. */
	unsolved?: boolean;
	/** The last message to the customer asked for something. */
	expects?: boolean;
	/** The last message to the customer said something, whether it met the question or not. */
	offered?: boolean;
	transcript: Array<{
		id: string;
		at: IsoTime;
		/** Orders the messages of one second; missing in a memory of an older version. */
		receivedAt?: IsoTime;
		author: Author;
		name?: string;
		text: string;
	}>;
	/** How many lines of transcript were kept. */
	transcriptLimit: number;
}

export type ReferenceKind =
	| 'order'
	| 'invoice'
	| 'account'
	| 'tracking'
	| 'ticket'
	| 'date'
	| 'amount'
	| 'email'
	| 'phone'
	| 'address'
	| 'url';
