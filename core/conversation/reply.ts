import type { MessagingPort, OutboundMessage, TemplateMessage } from '../ports/messaging';
import { MessagingError } from '../ports/messaging';
import type { HandoffStore } from '../ports/store';
import { StoreError } from '../ports/store';
import { settle } from '../sla';
import type { Clock, IsoTime } from '../time';
import { isoTime } from '../time';
import type { Actor } from './audit';
import type { TemplatePurpose } from './consent';
import { consentObjection } from './consent';
import type { Conversation } from './conversation';
import { isCaptured, windowClosesAt } from './conversation';
import { isConfirmedSend, trackerOf } from './confirmation';
import type { BotTurn, ConversationMessage, MessageOrigin, SentTemplate } from './message';
import { namedWithValues } from './template';
import { describeState, transition } from './transitions';

/**
 * Who speaks to the customer. A `system` message (an automatic notice, such as who has taken over, or a survey after the close) goes
 * out whoever is in charge and is nobody's answer: it keeps no promise and opens nothing.
 */
export type ReplyAuthor = 'bot' | 'agent' | 'system';

export interface ReplyRequest {
	conversationId: string;
	author: ReplyAuthor;
	authorId?: string;
	authorName?: string;
	message: OutboundMessage;
	/** What the message says, for the thread, where it names a template only and whoever chose it has seen its words. */
	says?: string;
	/** What a template says with its values, for the thread; undefined where that cannot be found out. */
	wordsOf?: (template: TemplateMessage, channelId: string) => Promise<string | undefined>;
	/** Completes the message once it is certain that it goes out, e.g. uploads its file. */
	prepare?: (message: OutboundMessage) => Promise<OutboundMessage>;
	/** Of a template: what Meta has approved it for; customers can stop each. Counts as utility where a person chose it. */
	purpose?: TemplatePurpose;
	/** Of a marketing template: not to who has never said yes to marketing. */
	needsOptIn?: boolean;
	/** Sent instead where the 24-hour customer service window has closed. */
	templateOutsideWindow?: TemplateMessage;
	/** The same key is sent once, however often an execution is retried. */
	key: string;
	/** Of a bot: what it knew of the customer's words. Kept with the reply, so that people can review what it was not sure of. */
	bot?: BotTurn;
	/** The message of the customer that this answers, so that recovery does not hand it on again. */
	answers?: string;
	/**
	 * The conversation as the author saw it, if that is known. A bot that was slow must not speak after a person has come and gone, or
	 * into another episode.
	 */
	seen?: Pick<Conversation, 'episode' | 'handoffCount'>;
	/** Where the agent wrote it, if not in the embedded inbox. */
	origin?: MessageOrigin;
	/** When and for which handoff an inbox took it, while a person was in charge; see {@link ACCEPTED_FOR_MS}. */
	accepted?: AcceptedReply;
}

/** An agent's reply that an inbox has taken. */
export interface AcceptedReply {
	handoffId: string;
	at: IsoTime;
}

/**
 * How long an agent's reply that an inbox has taken still goes out although its author has closed the conversation or given it back
 * since: "answer and resolve" are two clicks, and the answer must not be lost because the second one was quick.
 */
const ACCEPTED_FOR_MS = 10 * 60 * 1000;

export type ReplyResult =
	| {
			outcome: 'sent';
			messageIds: string[];
			conversation: Conversation;
			repeated: boolean;
			/** What goes out: the template instead, where the window has closed. For a branch of the workflow that sends it by a gateway. */
			message: OutboundMessage;
			/** Where it is a template: which, and for which text it stands in. */
			template?: SentTemplate;
	  }
	/** Not sent: somebody else is in charge, or WhatsApp would not allow it. `reason` is for staff. */
	| {
			outcome: 'withheld';
			reason: string;
			advice: string;
			conversation: Conversation;
			/** Of a long text: the messages that had gone out before. */
			messageIds?: string[];
	  };

const LEASE_MS = 60_000;
const EXTENDED_EVERY_MS = 10_000;
/** An upload may take as long as WhatsApp is given for one. */
const PREPARING_MS = 5 * 60_000;
/** How often it is tried to write down what is with the customer. */
const TRIES = 3;

const ON_ITS_WAY = {
	reason: 'This very reply is on its way, or WhatsApp’s answer to it was lost a moment ago',
	advice:
		'Nothing to do if another execution is sending it: the customer gets it once. Else look into the chat, and try again in a minute.',
};

/** Ends the sending where somebody has taken over while a part was waited for. */
class Withheld extends Error {
	constructor(
		readonly why: { reason: string; advice: string },
		readonly conversation: Conversation,
	) {
		super(why.reason);
	}
}

/**
 * Sends a reply if its author is in charge at the moment of sending; a text that goes out as several messages, or is tried again after a
 * wait, is asked about each time. A bot's answer that comes late, after a person took over or the conversation was closed, is withheld
 * and comes back with the reason; so is a person's answer in a conversation that is the bot's. Each message is in the thread as soon as
 * it is with the customer, and a retry goes on behind the last one. Throws MessagingError where WhatsApp does not take the message.
 */
export async function reply(
	ports: { store: HandoffStore; messaging: MessagingPort; clock: Clock },
	request: ReplyRequest,
): Promise<ReplyResult> {
	const { store, clock } = ports;
	const now = () => isoTime(clock.now());
	const once = `reply:${request.conversationId}:${request.key}`;
	const turn = await store.beginOnce(once, now(), LEASE_MS);
	if (turn.state === 'done') {
		const sent = sentOf(turn.result);
		const done = await onRecord(ports, request, sent);
		return {
			outcome: 'sent',
			messageIds: idsOf(sent),
			...done,
			...ofTemplate(sent),
			repeated: true,
		};
	}
	if (turn.state === 'busy') {
		return {
			outcome: 'withheld',
			...ON_ITS_WAY,
			conversation: (await store.conversation(request.conversationId))!,
		};
	}
	const sent: Sent[] = [];
	/** What stays claimed: what is with the customer is never sent again because it could not be written down. */
	const kept = new Set<string>();
	try {
		const done = await sendParts(ports, request, { once, sent, kept });
		if (request.answers) await store.markHandled([request.answers], now());
		return {
			outcome: 'sent',
			messageIds: idsOf(sent),
			...done,
			...ofTemplate(sent),
			repeated: false,
		};
	} catch (error) {
		if (!kept.has(once)) await giveUp(store, once, error);
		if (!(error instanceof Withheld)) throw error;
		const { why, conversation } = error;
		// Whoever is in charge sees the customer's message: nothing has to be found again.
		if (request.answers && conversation.state === 'human') {
			await store.markHandled([request.answers], now());
		}
		const messageIds = sent.length > 0 ? { messageIds: idsOf(sent) } : {};
		return { outcome: 'withheld', ...why, ...messageIds, conversation };
	}
}

/** Lets a retry do it again, unless it may have been done: then nobody does it again before the lease is over. */
async function giveUp(store: HandoffStore, key: string, error: unknown): Promise<void> {
	if (error instanceof MessagingError && error.failure === 'lost') return;
	await store.abandonOnce(key);
}

/** Writes down what has gone out, also where the database is away for a moment. */
async function noteDown(write: () => Promise<void>): Promise<void> {
	for (let left = TRIES; ; left--) {
		try {
			return await write();
		} catch (error) {
			if (left <= 1) throw error;
		}
	}
}

/** A message that is with the customer. */
interface Sent {
	id: string;
	at: string;
	/** Where it is a template: which, and what it says. */
	template?: { is: SentTemplate; says: string };
	/** Known by its status only, which does not say what it was. */
	byStatus?: true;
}

/** What stands under the key of a reply, or of a part of one. */
function sentOf(result: unknown): Sent[] {
	return isConfirmedSend(result)
		? [{ ...result.confirmed, byStatus: true }]
		: ([result].flat() as Sent[]);
}

function ofTemplate([first]: Sent[]): { template?: SentTemplate } {
	return first?.template ? { template: first.template.is } : {};
}

/** Of a template: which it is, for which text it stands in, and what it says with its values. */
async function templateOf(
	request: ReplyRequest,
	message: OutboundMessage,
	channelId: string,
): Promise<Pick<Sent, 'template'>> {
	if (message.type !== 'template') return {};
	const { name, language } = message;
	const isAsked = request.message.type === 'template';
	const says = isAsked && request.says ? request.says : await request.wordsOf?.(message, channelId);
	return {
		template: {
			is: { name, language, ...(isAsked ? {} : { insteadOf: textOf(request.message) }) },
			says: says?.trim() || namedWithValues(message),
		},
	};
}

const idsOf = (sent: Sent[]): string[] => sent.map(({ id }) => id);

/**
 * Sends what has not gone out yet, notes each message in `sent`, and completes `once` with them. Throws {@link Withheld} and
 * MessagingError.
 */
async function sendParts(
	{ store, messaging, clock }: { store: HandoffStore; messaging: MessagingPort; clock: Clock },
	request: ReplyRequest,
	{ once, sent, kept }: { once: string; sent: Sent[]; kept: Set<string> },
): Promise<{ conversation: Conversation; message: OutboundMessage }> {
	const now = () => isoTime(clock.now());
	/** Uploads, waits for a rate limit and many parts take longer than a claim lasts. */
	let extendedAt = clock.now().getTime();
	const stillMine = async (...keys: Array<string | undefined>) => {
		if (clock.now().getTime() - extendedAt < EXTENDED_EVERY_MS) return;
		extendedAt = clock.now().getTime();
		for (const key of keys) if (key) await store.extendOnce(key, now(), LEASE_MS);
	};
	/** Read in a transaction, so that a takeover that is being written is waited for and seen. */
	const permitted = async (): Promise<Conversation> => {
		const current = await store.decide(request.conversationId, (view) => ({
			result: view.conversation,
		}));
		const why = objection(current, request, now());
		if (why) throw new Withheld(afterParts(why, sent), current);
		return current;
	};
	let conversation = await permitted();
	const { channelId, identity } = conversation;
	let message = permittedBy(conversation, request, now());
	if (request.prepare) {
		await store.extendOnce(once, now(), PREPARING_MS);
		message = await request.prepare(message);
		await store.extendOnce(once, now(), LEASE_MS);
	}
	const template = await templateOf(request, message, channelId);
	// What has just been asked need not be asked again, unless something took its time since.
	let asked = request.prepare === undefined && template.template === undefined;
	const parts = messaging.parts(channelId, message);
	for (const [index, part] of parts.entries()) {
		// Of several parts each has a key of its own, so that a retry goes on behind the last one.
		const key = parts.length > 1 ? `${once}:${index + 1}` : undefined;
		await stillMine(once);
		const turn = key ? await store.beginOnce(key, now(), LEASE_MS) : undefined;
		if (turn?.state === 'busy') {
			kept.add(once);
			throw new Withheld(afterParts(ON_ITS_WAY, sent), conversation);
		}
		if (turn?.state === 'done') {
			sent.push(...sentOf(turn.result));
			({ conversation } = await onRecord({ store, messaging }, request, sent));
			continue;
		}
		const check = async () => {
			await stillMine(once, key);
			if (!asked) await permitted();
			asked = false;
		};
		try {
			const { waId, userId } = identity;
			const { ids } = await messaging.send(channelId, { waId, userId }, part, {
				check,
				tracker: trackerOf(key ?? once),
			});
			sent.push({ id: ids.at(-1) ?? `${once}:${index + 1}`, at: now(), ...template });
		} catch (error) {
			if (key) await giveUp(store, key, error);
			throw error;
		}
		await noteDown(() => store.completeOnce(key ?? once, key ? sent.at(-1) : sent, now())).catch(
			(error: unknown) => {
				kept.add(once);
				throw error;
			},
		);
		conversation = await record(store, request, part, sent.at(-1)!, index === 0);
	}
	if (parts.length > 1) await store.completeOnce(once, sent, now());
	return { conversation, message };
}

/** The message itself within the window, and after it the template where there is one. */
function permittedBy(
	conversation: Conversation,
	{ message, templateOutsideWindow }: ReplyRequest,
	now: IsoTime,
): OutboundMessage {
	return windowOpen(conversation, now) ? message : (templateOutsideWindow ?? message);
}

/** The newest messages of a conversation among which those of a reply are looked for. */
const LOOK_BACK = 100;

/**
 * Sees to it that what has gone out is in the thread: an execution may have died between sending a message and writing it down. Gives
 * the conversation, and what it was that went out.
 */
async function onRecord(
	{ store, messaging }: { store: HandoffStore; messaging: MessagingPort },
	request: ReplyRequest,
	sent: Sent[],
): Promise<{ conversation: Conversation; message: OutboundMessage }> {
	const thread = await store.history(request.conversationId, { limit: LOOK_BACK });
	const known = new Set(thread.map(({ id }) => id));
	let conversation = (await store.conversation(request.conversationId))!;
	const message = whatWentOut(request, sent[0], conversation, thread);
	if (sent.every(({ id }) => known.has(id))) return { conversation, message };
	const parts = messaging.parts(conversation.channelId, message);
	const template = await templateOf(request, message, conversation.channelId);
	for (const [index, one] of sent.entries()) {
		if (known.has(one.id)) continue;
		const part = parts[index] ?? message;
		conversation = await record(store, request, part, { ...template, ...one }, index === 0);
	}
	return { conversation, message };
}

/** The message itself, or the template in its place: as it was noted, or else by whether the window was open when it went out. */
function whatWentOut(
	{ message, templateOutsideWindow }: ReplyRequest,
	first: Sent | undefined,
	conversation: Conversation,
	thread: readonly ConversationMessage[],
): OutboundMessage {
	if (!first || !templateOutsideWindow || message.type === 'template') return message;
	if (first.template) return templateOutsideWindow;
	if (!first.byStatus) return message;
	const asked = thread.filter(({ direction, sentAt }) => direction === 'in' && sentAt <= first.at);
	const then = {
		...conversation,
		lastCustomerMessageAt: asked
			.map(({ sentAt }) => sentAt)
			.sort()
			.at(-1),
	};
	return windowOpen(then, first.at) ? message : templateOutsideWindow;
}

function afterParts(why: { reason: string; advice: string }, sent: Sent[]) {
	if (sent.length === 0) return why;
	return {
		...why,
		reason: `${why.reason}; ${sent.length} ${sent.length === 1 ? 'part' : 'parts'} of it had gone out before`,
	};
}

/**
 * What {@link reply} would do now, without sending or writing anything; for a bot that runs in the shadow of people. The message
 * counts as dealt with, so that recovery does not hand it on again.
 */
export async function planReply(
	{ store, clock }: { store: HandoffStore; clock: Clock },
	request: ReplyRequest,
): Promise<
	{ outcome: 'planned'; conversation: Conversation } | Extract<ReplyResult, { outcome: 'withheld' }>
> {
	const conversation = await store.conversation(request.conversationId);
	if (!conversation) {
		throw new StoreError(
			`There is no conversation ${request.conversationId}`,
			'Check the field Conversation: it needs the ID that WhatsApp Trigger puts into conversation.id.',
		);
	}
	const now = isoTime(clock.now());
	if (request.answers) await store.markHandled([request.answers], now);
	const withheld = objection(conversation, request, now);
	if (withheld) return { outcome: 'withheld', ...withheld, conversation };
	return { outcome: 'planned', conversation };
}

/** Writes a message that has gone out into the thread, with what it means for state, counters and SLA clocks. */
function record(
	store: HandoffStore,
	request: ReplyRequest,
	part: OutboundMessage,
	{ id, at, template }: Sent,
	isFirst: boolean,
): Promise<Conversation> {
	return store.decide(request.conversationId, ({ conversation: current, clocks }) => {
		const actor: Actor =
			request.author === 'agent'
				? { kind: 'agent', id: request.authorId, name: request.authorName }
				: { kind: 'workflow' };
		const step =
			request.author === 'agent'
				? transition(current, { type: 'agent_replied', sentAt: at }, actor, at)
				: undefined;
		const next: Conversation =
			step?.ok && step.changed
				? step.conversation
				: {
						...current,
						...(request.author === 'agent' ? answeredLate(current, at) : {}),
						lastMessageAt: current.lastMessageAt > at ? current.lastMessageAt : at,
						...lowestConfidence(current, request.bot),
						counters: {
							...current.counters,
							// However many messages it goes out as, it is one turn.
							botTurns: current.counters.botTurns + (request.author === 'bot' && isFirst ? 1 : 0),
						},
						version: current.version + 1,
						updatedAt: at,
					};
		return {
			result: next,
			conversation: next,
			clocks:
				request.author === 'system'
					? []
					: settle(clocks, request.author === 'agent' ? 'answered' : 'bot_replied', at),
			messages: [
				{
					id,
					direction: 'out',
					author: request.author,
					...(request.authorId ? { authorId: request.authorId } : {}),
					...(request.authorName ? { authorName: request.authorName } : {}),
					type: part.type === 'template' ? 'template' : part.type === 'media' ? part.kind : 'text',
					text: template?.says ?? textOf(part),
					...(template ? { template: template.is } : {}),
					...(part.type === 'media' ? { media: part.media } : {}),
					sentAt: at,
					receivedAt: at,
					status: 'sent',
					...(request.origin ? { origin: request.origin } : {}),
					// Of a long answer the first message stands for the whole.
					...(request.bot && isFirst ? { bot: request.bot } : {}),
				},
			],
		};
	});
}

/** An answer that goes out after the conversation was closed is an answer nevertheless. */
function answeredLate({ handoff }: Conversation, sentAt: IsoTime): Partial<Conversation> {
	return {
		lastAgentMessageAt: sentAt,
		...(handoff && !handoff.answeredAt ? { handoff: { ...handoff, answeredAt: sentAt } } : {}),
	};
}

function lowestConfidence(
	{ lowestConfidence: before }: Conversation,
	bot: BotTurn | undefined,
): Pick<Conversation, 'lowestConfidence'> {
	const sure = bot?.understood === false ? 0 : bot?.confidence;
	if (sure === undefined) return {};
	return { lowestConfidence: Math.min(before ?? 1, sure) };
}

/** In which states each may write to the customer, and what staff can do where it may not. */
const SPEAKERS: Record<
	ReplyAuthor,
	{ speaksIn: Array<Conversation['state']>; what: string; advice: string }
> = {
	bot: {
		speaksIn: ['bot'],
		what: 'bot reply',
		advice:
			'Nothing to do if a person has taken over. To let the bot speak again, return the conversation to the bot.',
	},
	agent: {
		speaksIn: ['human'],
		what: 'agent reply',
		advice: 'Hand the conversation over or claim it first.',
	},
	system: {
		// A survey or a reminder comes after the close.
		speaksIn: ['bot', 'human', 'closed'],
		what: 'notice',
		advice: 'Wait until the customer writes, which reopens the conversation.',
	},
};

/** Why this reply must not go out now; undefined if it may. */
function objection(
	conversation: Conversation,
	request: ReplyRequest,
	now: string,
): { reason: string; advice: string } | undefined {
	const { speaksIn, what, advice } = SPEAKERS[request.author];
	if (!speaksIn.includes(conversation.state) && !wasAccepted(conversation, request, now)) {
		return {
			reason: `The conversation is ${describeState(conversation)}, so this ${what} was not sent`,
			advice,
		};
	}
	if (request.author === 'bot' && request.seen && isPast(request.seen, conversation)) {
		return {
			reason:
				'A person has had the conversation since the bot began, so this bot reply was not sent',
			advice: 'Nothing to do: the bot answers the customer’s next message.',
		};
	}
	if (permittedBy(conversation, request, now).type === 'template') {
		const { consent } = conversation.profile;
		// One that a person chose, or that stands in for a text, is no marketing; who has stopped everything does not get it either.
		const purpose = request.message.type === 'template' ? request.purpose : undefined;
		const stopped = consentObjection(consent, purpose ?? 'utility', {
			requireOptIn: request.needsOptIn === true,
		});
		if (stopped) return stopped;
	}
	if (!windowOpen(conversation, now) && request.message.type !== 'template') {
		if (request.templateOutsideWindow) return undefined;
		return {
			reason: 'WhatsApp’s 24-hour customer service window has closed, so this text was not sent',
			advice: 'Choose a template to send outside the window, or wait until the customer writes.',
		};
	}
	return undefined;
}

/** Whether the conversation was handed over, or closed and begun anew, since it was seen. */
function isPast(seen: NonNullable<ReplyRequest['seen']>, now: Conversation): boolean {
	// A captured request leaves the bot in charge.
	const handedOver = now.handoffCount > seen.handoffCount && !isCaptured(now);
	return handedOver || now.episode > seen.episode;
}

function wasAccepted(
	{ handoff }: Conversation,
	{ author, accepted }: ReplyRequest,
	now: IsoTime,
): boolean {
	if (author !== 'agent' || !accepted || handoff?.id !== accepted.handoffId) return false;
	return Date.parse(now) - Date.parse(accepted.at) <= ACCEPTED_FOR_MS;
}

function windowOpen(conversation: Conversation, now: string): boolean {
	const closes = windowClosesAt(conversation);
	return closes !== undefined && now < closes;
}

function textOf(message: OutboundMessage): string {
	switch (message.type) {
		case 'text':
		case 'buttons':
		case 'list':
			return message.text;
		case 'media':
			return message.caption ?? '';
		case 'template':
			return namedWithValues(message);
	}
}
