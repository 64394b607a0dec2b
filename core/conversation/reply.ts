import type { MessagingPort, OutboundMessage } from '../ports/messaging';
import type { HandoffStore } from '../ports/store';
import { StoreError } from '../ports/store';
import { settle } from '../sla';
import type { Clock } from '../time';
import { isoTime } from '../time';
import type { Actor } from './audit';
import type { TemplatePurpose } from './consent';
import { consentObjection } from './consent';
import type { Conversation } from './conversation';
import { windowClosesAt } from './conversation';
import type { ConversationMessage } from './message';
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
	/** What the message says, for the thread, where it names a template only. */
	says?: string;
	/** Completes the message once it is certain that it goes out, e.g. uploads its file. */
	prepare?: (message: OutboundMessage) => Promise<OutboundMessage>;
	/** Of a template: what Meta has approved it for; customers can stop each. Unknown where a person chose it. */
	purpose?: TemplatePurpose;
	/** Sent instead where the 24-hour customer service window has closed. */
	templateOutsideWindow?: Extract<OutboundMessage, { type: 'template' }>;
	/** The same key is sent once, however often an execution is retried. */
	key: string;
	/** The message of the customer that this answers, so that recovery does not hand it on again. */
	answers?: string;
}

export type ReplyResult =
	| { outcome: 'sent'; messageIds: string[]; conversation: Conversation; repeated: boolean }
	/** Not sent: somebody else is in charge, or WhatsApp would not allow it. `reason` is for staff. */
	| { outcome: 'withheld'; reason: string; advice: string; conversation: Conversation };

const LEASE_MS = 60_000;

/**
 * Sends a reply if its author is in charge at the moment of sending. A bot's answer that comes late, after a person took
 * over or the conversation was closed, is withheld and comes back with the reason; so is a person's answer in a conversation
 * that is the bot's. Throws MessagingError where WhatsApp does not take the message.
 */
export async function reply(
	ports: { store: HandoffStore; messaging: MessagingPort; clock: Clock },
	request: ReplyRequest,
): Promise<ReplyResult> {
	const { store, messaging, clock } = ports;
	const once = `reply:${request.conversationId}:${request.key}`;
	const turn = await store.beginOnce(once, isoTime(clock.now()), LEASE_MS);
	if (turn.state !== 'mine') {
		const conversation = await store.conversation(request.conversationId);
		if (turn.state === 'done' && conversation) {
			const messageIds = turn.result as string[];
			return { outcome: 'sent', messageIds, conversation, repeated: true };
		}
		return {
			outcome: 'withheld',
			reason: 'Another execution is sending this very reply',
			advice: 'Nothing to do: the customer gets it once.',
			conversation: conversation!,
		};
	}

	let ids: string[];
	let sent: OutboundMessage;
	try {
		// Read in a transaction, so that a takeover that is being written is waited for and seen.
		const conversation = await store.decide(request.conversationId, (view) => ({
			result: view.conversation,
		}));
		const withheld = objection(conversation, request, isoTime(clock.now()));
		if (withheld) {
			await store.abandonOnce(once);
			return { outcome: 'withheld', ...withheld, conversation };
		}
		sent = windowOpen(conversation, isoTime(clock.now()))
			? request.message
			: (request.templateOutsideWindow ?? request.message);
		if (request.prepare) sent = await request.prepare(sent);
		const { waId, userId } = conversation.identity;
		({ ids } = await messaging.send(conversation.channelId, { waId, userId }, sent));
	} catch (error) {
		await store.abandonOnce(once);
		throw error;
	}
	await store.completeOnce(once, ids, isoTime(clock.now()));
	const conversation = await recordReply(store, request, sent, ids, isoTime(clock.now()));
	if (request.answers) await store.markHandled([request.answers], isoTime(clock.now()));
	return { outcome: 'sent', messageIds: ids, conversation, repeated: false };
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

/** Writes a reply that has gone out into the thread, with what it means for state, counters and SLA clocks. */
function recordReply(
	store: HandoffStore,
	request: ReplyRequest,
	sent: OutboundMessage,
	ids: string[],
	sentAt: string,
): Promise<Conversation> {
	return store.decide(request.conversationId, ({ conversation: current, clocks }) => {
		const actor: Actor =
			request.author === 'agent'
				? { kind: 'agent', id: request.authorId, name: request.authorName }
				: { kind: 'workflow' };
		const step =
			request.author === 'agent'
				? transition(current, { type: 'agent_replied', sentAt }, actor, sentAt)
				: undefined;
		const next: Conversation =
			step?.ok && step.changed
				? step.conversation
				: {
						...current,
						lastMessageAt: sentAt,
						counters: {
							...current.counters,
							botTurns: current.counters.botTurns + (request.author === 'bot' ? 1 : 0),
						},
						version: current.version + 1,
						updatedAt: sentAt,
					};
		return {
			result: next,
			conversation: next,
			clocks:
				request.author === 'system'
					? []
					: settle(clocks, request.author === 'agent' ? 'answered' : 'bot_replied', sentAt),
			messages: ids.map((id): ConversationMessage => ({
				id,
				direction: 'out',
				author: request.author,
				...(request.authorId ? { authorId: request.authorId } : {}),
				...(request.authorName ? { authorName: request.authorName } : {}),
				type: sent.type === 'template' ? 'template' : sent.type === 'media' ? sent.kind : 'text',
				text: request.message.type === 'template' && request.says ? request.says : textOf(sent),
				...(sent.type === 'media' ? { media: sent.media } : {}),
				sentAt,
				receivedAt: sentAt,
				status: 'sent',
			})),
		};
	});
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
	if (!speaksIn.includes(conversation.state)) {
		return {
			reason: `The conversation is ${describeState(conversation)}, so this ${what} was not sent`,
			advice,
		};
	}
	if (request.message.type === 'template' && request.purpose) {
		const stopped = consentObjection(conversation.profile.consent, request.purpose);
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
			return [message.name, ...(message.bodyParameters ?? [])].join(' · ');
	}
}
