import type { AuditEntry } from '../conversation/audit';
import type { Conversation } from '../conversation/conversation';
import type { CustomerIdentity } from '../conversation/identity';
import type { IntakeLog, TriggerAddress } from '../conversation/intakeLog';
import type { ConversationMessage, DeliveryStatus, MessageError } from '../conversation/message';
import type { Absences } from '../inbox/availability';
import type { Presence } from '../inbox/presence';
import type { RoutingView } from '../routing/agent';
import type { SlaClock, SlaEvent } from '../sla/clock';
import type { Duty } from '../sla/duty';
import type { SlaPolicy } from '../sla/policy';
import type { Brief } from '../summary/brief';
import type { IsoTime } from '../time';

/** One inbound message (or echo of a message that a person sent from the phone) as the channel delivered it. */
export interface InboundMessage {
	channelId: string;
	identity: CustomerIdentity;
	message: ConversationMessage;
	/** The message as the channel delivered it, for whoever asks in the same run; stores do not keep it. */
	raw?: unknown;
}

export interface IntakeResult {
	/** False for a message that is already on record: it has been handed on before and must not be again. */
	fresh: boolean;
	conversation: Conversation;
	message: ConversationMessage;
}

/** What a decision wants written, all of it in the transaction in which it was made, or nothing. */
export interface Changes<T> {
	result: T;
	/** Its version must be above the one read; leave out to keep the conversation as it is. */
	conversation?: Conversation;
	audit?: AuditEntry[];
	messages?: ConversationMessage[];
	/** Messages of this conversation that need no workflow of their own any more; see {@link HandoffStore.markHandled}. */
	handled?: { ids: string[]; at: IsoTime };
	/** Clocks to insert or replace, by id. */
	clocks?: SlaClock[];
	/** Moves the roster's cursor: this agent got the conversation. Only in {@link HandoffStore.route}. */
	assignedAgentId?: string;
}

export interface ConversationView {
	conversation: Conversation;
	/** Clocks of the conversation that are running or paused. */
	clocks: SlaClock[];
}

/** What follows from a message that is put on record, e.g. that a person is in charge. Synchronous and pure. */
export type Consequences = (view: ConversationView, inbound: InboundMessage) => Changes<unknown>;

export interface ConversationFilter {
	states?: Array<Conversation['state']>;
	agentId?: string;
	queue?: string;
	/** Only requests that were captured off hours and wait for a person while the bot goes on; see `isCaptured`. */
	captured?: true;
	tag?: string;
	/** Last message at or after / before. */
	since?: IsoTime;
	until?: IsoTime;
	/** Words in name, phone or id of the customer. */
	search?: string;
	/** Newest message first; default 50. */
	limit?: number;
	/** Cursor that the previous page returned. */
	after?: string;
}

/**
 * Everything that outlives a workflow execution, of one namespace: nothing of another namespace is ever read or written.
 * Every method is one transaction. Implementations: adapters/store/sqlite, adapters/store/postgres; both pass
 * test/contract/store.
 *
 * Errors: {@link StoreError} with a message for staff; a failed call has written nothing.
 */
export interface HandoffStore {
	readonly namespace: string;

	/**
	 * Records inbound messages, each exactly once by message id, across processes and restarts. Creates the conversation on
	 * first sight, finds it by any identity key later (and learns further keys), applies `customer_wrote` for what the
	 * customer said, and returns one result for each message given, in the order given. Messages of one customer are
	 * settled in the order of their `sentAt`. What `follows` says of a message that is new is written with it or not at all, since
	 * nobody asks again when the message is delivered once more.
	 *
	 * Where the keys of one message lead to several conversations, the customer has one from then on: the one that a person has,
	 * else the one under the key with the longest history.
	 */
	intake(messages: InboundMessage[], now: IsoTime, follows?: Consequences): Promise<IntakeResult[]>;

	/** Notes that a workflow has dealt with these messages, so that recovery need not hand them on again. */
	markHandled(messageIds: string[], now: IsoTime): Promise<void>;

	/** Messages of customers recorded before `before` that no workflow has marked handled; oldest first. */
	unhandled(before: IsoTime, limit: number): Promise<IntakeResult[]>;

	/**
	 * Delivery status of an outgoing message, by its id or by one that {@link recordAlias} has noted. Statuses only move forwards (a
	 * late "sent" after "read" is ignored); returns the conversation it belongs to, or undefined for a message that is not on record.
	 * That may be one whose sender has not yet written it down: the status is kept for an hour and applied when the message is written.
	 */
	updateStatus(
		messageId: string,
		status: DeliveryStatus,
		at: IsoTime,
		errors?: MessageError[],
	): Promise<{ conversation: Conversation; changed: boolean } | undefined>;

	/**
	 * Notes the id under which a gateway knows a message of ours. What is reported of that id from then on is about our message, and what
	 * was reported before is applied. Gives message and conversation as they are afterwards, or undefined for a message that is not on
	 * record or is not ours. The same again changes nothing.
	 */
	recordAlias(
		messageId: string,
		alias: string,
	): Promise<{ conversation: Conversation; message: ConversationMessage } | undefined>;

	conversation(id: string): Promise<Conversation | undefined>;

	/** By any key that is known of the customer, on one of our numbers. */
	findConversation(
		channelId: string,
		identity: CustomerIdentity,
	): Promise<Conversation | undefined>;

	list(filter: ConversationFilter): Promise<{ conversations: Conversation[]; after?: string }>;

	/**
	 * The conversations of which anything has been written since `cursor`: state, messages, their delivery, brief, clocks, audit. The
	 * cursor is one that an earlier call returned, in whichever process; nothing that is committed between two calls is missed or told
	 * twice. `conversations` is undefined where that cannot be said: without a cursor, with one from too long ago, after an erasure, or
	 * where so many have changed that reading them all is cheaper. Costs the same however many conversations there are.
	 */
	changes(cursor?: string): Promise<{ cursor: string; conversations?: string[] }>;

	/** Those of `ids` that there are. */
	conversations(ids: readonly string[]): Promise<Conversation[]>;

	/** Calls `listener` whenever something may have been written through this store object; returns what ends that. */
	onWrite(listener: () => void): () => void;

	/** The newest `limit` messages (before the message `before`, if given), oldest first. */
	history(
		conversationId: string,
		options: { limit: number; before?: string },
	): Promise<ConversationMessage[]>;

	audit(conversationId: string): Promise<AuditEntry[]>;

	/** The newest brief of a conversation; saving replaces it. */
	saveBrief(brief: Brief): Promise<void>;
	brief(conversationId: string): Promise<Brief | undefined>;

	/**
	 * Reads one conversation, lets `decide` say what changes, and writes it, with no other writer of that conversation in
	 * between. `decide` is synchronous and pure; it may be called again if the database asks for a retry. Throws StoreError
	 * if there is no such conversation.
	 */
	decide<T>(conversationId: string, decide: (view: ConversationView) => Changes<T>): Promise<T>;

	/**
	 * As {@link decide}, with the state of the roster before it and no other routing on the same roster in between, so that
	 * two executions can neither pass an agent's capacity nor upset the order of a round robin.
	 */
	route<T>(
		conversationId: string,
		roster: { key: string; queue: string },
		decide: (view: ConversationView & RoutingView) => Changes<T>,
	): Promise<T>;

	/** Starts, replaces or settles clocks outside a decision. */
	putClocks(clocks: SlaClock[]): Promise<void>;
	clocks(conversationId: string): Promise<SlaClock[]>;
	/** As {@link clocks}, of several conversations at once. */
	clocksOf(conversationIds: readonly string[]): Promise<SlaClock[]>;
	/** When the next mark of any running clock is reached; undefined if none is running. */
	nextClockEventAt(): Promise<IsoTime | undefined>;
	/**
	 * Takes the marks that are due at `now`, each once across all callers and restarts, oldest first: those of about `limit`
	 * clocks, with whatever else is due of the same conversations. Events that a caller took but did not confirm within `leaseMs`
	 * are given out again with the same id.
	 */
	takeDueEvents(now: IsoTime, limit: number, leaseMs: number): Promise<SlaEvent[]>;
	confirmEvents(eventIds: string[], now: IsoTime): Promise<void>;

	/**
	 * Idempotency record: the first caller with `key` gets `{ state: 'mine' }` and does the work; others get the result that
	 * was saved, or `busy` while the first is at it (its claim lapses after `leaseMs`, so that a dead worker blocks nobody). `again`
	 * where a claim has lapsed: whoever had it may have done the work and died before saying so.
	 */
	beginOnce(key: string, now: IsoTime, leaseMs: number): Promise<Turn>;
	/** Keeps a claim while the work goes on: it lapses `leaseMs` after `now`. Nothing where there is none. */
	extendOnce(key: string, now: IsoTime, leaseMs: number): Promise<void>;
	completeOnce(key: string, result: unknown, now: IsoTime): Promise<void>;
	/** Completes work that somebody has begun and has not completed; false where there is none. For who learns elsewhere that it is done. */
	confirmOnce(key: string, result: unknown, now: IsoTime): Promise<boolean>;
	/** Gives a key up after a failure, so that a retry may do the work. */
	abandonOnce(key: string): Promise<void>;

	/** Small shared facts, e.g. the inbox's address or the SLA policies. */
	getSetting<T>(key: string): Promise<T | undefined>;
	putSetting(key: string, value: unknown): Promise<void>;
	/**
	 * Replaces a setting by what `change` makes of it, with no other writer of it in between; gives the new value. `change` may be
	 * called again if the database asks for a retry.
	 */
	updateSetting<K extends keyof Settings>(
		key: K,
		change: (current: Settings[K] | undefined) => Settings[K],
	): Promise<Settings[K]>;

	/** Every conversation of the customer of this one, on whichever of our numbers: those that share an identity key. */
	conversationsOfCustomer(conversationId: string): Promise<Conversation[]>;

	/**
	 * Removes conversations with their messages, briefs, audit lines, clocks and events, and every record of done work that names them or
	 * their customer. Nothing of them can be read afterwards; a customer who writes again is a new one.
	 */
	erase(conversationIds: string[]): Promise<{ conversations: number; messages: number }>;

	/** Releases files and connections. The store must not be used afterwards. */
	close(): Promise<void>;
}

/** Whose turn a piece of work is; see {@link HandoffStore.beginOnce}. */
export type Turn =
	{ state: 'mine'; again?: true } | { state: 'done'; result: unknown } | { state: 'busy' };

/** Keys of {@link HandoffStore.getSetting}, with what stands there. */
export interface Settings {
	'sla.policies': SlaPolicy[];
	/** Which SLA Watchdog is on duty. */
	'sla.watchdog': Duty;
	/** Address of the inbox page; a conversation is `${address}#/c/${id}`. */
	'inbox.url': string;
	/** Who is away by the inbox. */
	'inbox.absences': Absences;
	/** Which agents have a page open, and where. */
	'inbox.presence': Presence[];
	/** What has reached WhatsApp Trigger. */
	'intake.log': IntakeLog;
	/** Where published WhatsApp Triggers listen, by `${workflow id}:${node name}`. */
	'intake.triggers': Record<string, TriggerAddress>;
}

/** The store cannot do what was asked; `message` says what, `advice` what to do. Nothing has been written. */
export class StoreError extends Error {
	constructor(
		message: string,
		readonly advice: string,
		options?: { cause?: unknown },
	) {
		super(message, options);
		this.name = 'StoreError';
	}
}
