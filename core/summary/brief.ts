import type { Priority } from '../conversation/conversation';
import type { IsoTime } from '../time';

/** A statement and the messages that say it. */
export interface Grounded<T = string> {
	value: T;
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
	};
	escalation?: {
		reason: string;
		score: number;
		priority: Priority;
		evidence: Grounded[];
	};
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
	collected: Record<string, string | number | boolean>;
	sentiment?: { course: number[]; summary: string };
	attachments: Array<{ type: string; name?: string; url?: string; messageId: string }>;
	openDeals: Array<{ name: string; stage?: string; amount?: number; url?: string }>;
	openOrders: Array<{ reference: string; status?: string }>;
	suggestedReply: string;
	transcript: Array<{ id: string; at: IsoTime; who: string; text: string }>;
	createdAt: IsoTime;
	/** How it was made; a model's claims without a supporting message are dropped and counted. */
	source: { kind: 'rules' } | { kind: 'model'; droppedClaims: number };
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
