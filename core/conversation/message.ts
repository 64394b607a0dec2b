import type { IsoTime } from '../time';

/** Kinds of message of the WhatsApp Cloud API, plus `unknown` for what Meta adds after this was written. */
export type MessageType =
	| 'text'
	| 'image'
	| 'audio'
	| 'video'
	| 'document'
	| 'sticker'
	| 'location'
	| 'contacts'
	/** The customer tapped a button, picked from a list or finished a flow. */
	| 'interactive'
	/** The customer tapped a quick-reply button of a template. */
	| 'button'
	| 'reaction'
	| 'order'
	| 'system'
	| 'edit'
	| 'revoke'
	| 'template'
	| 'call'
	| 'note'
	| 'unsupported'
	| 'unknown';

/** Who speaks. `system` is the service itself: acknowledgements, number changes, audit lines in the thread. */
export type Author = 'customer' | 'bot' | 'agent' | 'system';

export type DeliveryStatus =
	'pending' | 'sent' | 'delivered' | 'read' | 'played' | 'failed' | 'withheld';

/** A file that came with a message. The bytes stay with WhatsApp until someone downloads them. */
export interface MediaReference {
	/** Media id for `GET /{media-id}`. */
	id?: string;
	mimeType?: string;
	sha256?: string;
	fileName?: string;
	caption?: string;
	/** Direct address, where the webhook carries one. */
	url?: string;
	/** Voice note rather than an audio file. */
	voice?: boolean;
	animated?: boolean;
}

/** What the customer chose in an interactive message or template. */
export interface InteractiveReply {
	kind: 'button' | 'list' | 'flow' | 'template_button' | 'call_permission' | 'other';
	/** Id that the business gave the option. */
	id?: string;
	title?: string;
	description?: string;
	/** Answers of a flow, parsed. */
	data?: Record<string, unknown>;
}

export interface Location {
	latitude: number;
	longitude: number;
	name?: string;
	address?: string;
	url?: string;
}

export interface SharedContact {
	name: string;
	phones: string[];
	emails: string[];
	company?: string;
}

export interface Order {
	catalogId?: string;
	text?: string;
	items: Array<{ productId: string; quantity: number; price?: number; currency?: string }>;
}

/** The click-to-WhatsApp advertisement or post a conversation started from. */
export interface Referral {
	sourceType?: string;
	sourceId?: string;
	sourceUrl?: string;
	headline?: string;
	body?: string;
	clickId?: string;
	/** The greeting that the advertisement showed in the customer's chat. */
	welcomeMessage?: string;
}

/** The message that this one answers. */
export interface QuotedMessage {
	id?: string;
	from?: string;
	forwarded?: boolean;
	forwardedManyTimes?: boolean;
	product?: { catalogId?: string; productId?: string };
}

/** What a bot knew of the customer's words when it answered them. */
export interface BotTurn {
	/** How sure it was, 0 to 1. */
	confidence?: number;
	/** False where it says itself that it had not understood. */
	understood?: boolean;
	intent?: string;
}

export interface MessageError {
	code: number;
	title: string;
	details?: string;
}

/** A message of an agent in a foreign inbox. */
export interface MessageOrigin {
	/** E.g. "chatwoot". */
	inbox: string;
	id: string;
}

/** The approved template that a message went out as. */
export interface SentTemplate {
	name: string;
	language: string;
	/** The text in whose place it went, since the 24-hour window had closed: the customer does not have that text. */
	insteadOf?: string;
}

/** One message of a conversation, in either direction. */
export interface ConversationMessage {
	/** Id that the channel gave it (`wamid.…`), or our own for a message that has not been sent. Unique in a namespace. */
	id: string;
	direction: 'in' | 'out';
	author: Author;
	/** Agent id or bot name, where one is known. */
	authorId?: string;
	authorName?: string;
	type: MessageType;
	/** What a reader of the thread sees as words: body, caption, option title, or empty. */
	text: string;
	/** When it was sent, by the channel's clock. Messages are ordered by it; see {@link byTime}. */
	sentAt: IsoTime;
	/** When we learnt of it. */
	receivedAt: IsoTime;
	media?: MediaReference;
	interactive?: InteractiveReply;
	location?: Location;
	contacts?: SharedContact[];
	order?: Order;
	referral?: Referral;
	reaction?: { messageId: string; emoji: string | null };
	/** For `edit` and `revoke`: the message that is meant. */
	target?: { messageId: string; text?: string };
	system?: { kind: string; newWaId?: string; newUserId?: string };
	quoted?: QuotedMessage;
	errors?: MessageError[];
	/** Only for outgoing messages. */
	status?: DeliveryStatus;
	/** Only for outgoing templates, and not in what older versions wrote; `text` is what it says, where that is known. */
	template?: SentTemplate;
	/** Only for replies of a bot that says how sure it was. */
	bot?: BotTurn;
	/** Group chats: who in the group spoke, and the group. */
	groupId?: string;
	/** For `call`: WhatsApp's id of the call, and what happened to it. */
	call?: { id: string; event: string; status?: string; durationSeconds?: number };
	/** For `unknown` and `unsupported`: the message as the channel delivered it, so that nothing is lost. */
	raw?: unknown;
	/** Internal: never shown to the customer. */
	internal?: boolean;
	/** The id under which the gateway knows it that a branch of the workflow has sent it by. */
	sentAs?: string;
	/** Where it was written in another inbox than the embedded one, which therefore has it: that inbox, and its id there. */
	origin?: MessageOrigin;
	/** Where this message speaks for a burst: the ids of all its messages, in order. See core/conversation/burst.ts. */
	joined?: string[];
	/** Only on items, beside `joined`: the messages of the burst, in order. */
	parts?: ConversationMessage[];
}

/** Whether this message is something the customer said (not a reaction, an edit or a system line). */
export function isCustomerTurn(message: ConversationMessage): boolean {
	return (
		message.author === 'customer' &&
		!['reaction', 'edit', 'revoke', 'system', 'call', 'unsupported'].includes(message.type)
	);
}

/** What a message's place in the thread goes by. */
type Placed = Pick<ConversationMessage, 'sentAt' | 'receivedAt' | 'id'>;

/**
 * Order of messages in a thread: by the channel's time, which WhatsApp tells in whole seconds; within one by when we learnt of
 * them, then by id.
 */
export function byTime(a: Placed, b: Placed): number {
	for (const key of ['sentAt', 'receivedAt', 'id'] as const) {
		if (a[key] !== b[key]) return a[key] < b[key] ? -1 : 1;
	}
	return 0;
}
