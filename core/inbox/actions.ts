import { applyEvent, TransitionRefused } from '../conversation/apply';
import type { Actor, AuditEntry } from '../conversation/audit';
import type { Conversation, Owner, Verdict } from '../conversation/conversation';
import { holdOf, isCaptured, windowClosesAt } from '../conversation/conversation';
import type { ConversationMessage, MessageOrigin } from '../conversation/message';
import type { AcceptedReply } from '../conversation/reply';
import type { ConversationEvent } from '../conversation/transitions';
import { BY_HAND_QUEUE, teamOf } from '../conversation/team';
import { describeState } from '../conversation/transitions';
import type { Changes, ConversationView, HandoffStore } from '../ports/store';
import { labelChanges, subjectOf } from '../metrics/labels';
import { settle } from '../sla';
import type { SlaClock } from '../sla/clock';
import type { SlaPolicy } from '../sla/policy';
import type { IsoTime } from '../time';

/** What an agent can do with a conversation on the inbox page. */
export const INBOX_ACTIONS = [
	'claim',
	'takeOver',
	'release',
	'transfer',
	'reply',
	'note',
	'tag',
	'hold',
	'resume',
	'resolve',
	'returnToBot',
	'label',
] as const;

export interface InboxAction {
	action: (typeof INBOX_ACTIONS)[number];
	conversationId: string;
	text: string;
	/** Made by the page for each message, so that a click that is sent twice is one message. */
	key: string;
	disposition: string;
	resolution?: string;
	nextAction?: string;
	/** Whom a transfer goes to. */
	to?: Owner;
	/** All tags that the conversation is to have afterwards, of those that the agent saw. */
	tags?: string[];
	/** The tags that the agent saw: what somebody else has added or taken away since then stays so. */
	known?: string[];
	/** When a hold ends by itself. */
	until?: IsoTime;
	/** Of a label: what the handoff was, and which; the latest where none is named. */
	verdict?: Verdict;
	handoffId?: string;
	/** Of a return to the bot: the agent means it, in the middle of an exchange too. */
	anyway?: boolean;
	/** An approved template in place of free text, as the page filled it in. */
	template?: ReplyTemplate;
	/** A file that goes with the reply; its bytes travel beside it. */
	file?: { fileName: string; mimeType: string; bytes: number };
	/** Where it was written, if not on the page. */
	origin?: MessageOrigin;
}

export interface ReplyTemplate {
	name: string;
	/** E.g. "en_US". */
	language: string;
	/** Values of the body's variables, in order. */
	bodyParameters: string[];
}

export interface InboxActor {
	id: string;
	name: string;
	role: 'agent' | 'supervisor';
}

/** A reply for the workflow to send, since that stays in charge of what goes out. */
export interface InboxReply {
	kind: 'text' | 'template' | 'media';
	/** Of a file, the caption; of a template, what it says as far as the page knows. */
	text: string;
	key: string;
	/** `system` for a closing message: by the time it goes out, the conversation is closed. */
	author: 'agent' | 'system';
	template?: ReplyTemplate;
	file?: { fileName: string; mimeType: string; bytes: number };
	/** Where it was written, if not on the page. */
	origin?: MessageOrigin;
	/** That its author was in charge when it was written: it goes out, too, if they have closed the conversation since. */
	accepted?: AcceptedReply;
}

/** What the workflow is told. */
export interface InboxDone {
	/** `updated` is nobody's business but the page's: tags and holds start no workflow. */
	event: 'claimed' | 'reply' | 'note' | 'reassigned' | 'resolved' | 'returned_to_bot' | 'updated';
	conversation: Conversation;
	reply?: InboxReply;
	note?: { id: string; text: string };
}

/** Why an action was refused, for a page in another language than the message. */
export type RefusalCode =
	| 'taken'
	| 'not_yours'
	| 'no_text'
	| 'too_long'
	| 'window_closed'
	| 'bad_tags'
	| 'bad_time'
	| 'no_recipient'
	| 'mid_exchange'
	| 'other';

/** An agent may not do this now; `message` and `advice` are sentences for the agent. */
export class InboxRefused extends TransitionRefused {
	constructor(
		message: string,
		advice: string,
		readonly code: RefusalCode,
	) {
		super(message, advice);
		this.name = 'InboxRefused';
	}
}

/** Longer than anybody types; WhatsApp itself takes 4,096 characters a message. */
const LONGEST_TEXT = 20_000;
/** What WhatsApp takes below a file. */
const LONGEST_CAPTION = 1024;
const MOST_TAGS = 20;
const LONGEST_TAG = 40;
/** A hold is for later today or next week; what is put off longer is closed. */
export const LONGEST_HOLD_MS = 31 * 24 * 60 * 60 * 1000;

/**
 * Carries out what an agent asked for on the page, if the rules allow it. Throws {@link InboxRefused} or TransitionRefused with
 * a sentence for the agent where they do not: somebody else has it, it is closed, there is no text.
 */
export async function performInboxAction(
	store: HandoffStore,
	user: InboxActor,
	request: InboxAction,
	by: { now: IsoTime; policies: readonly SlaPolicy[] },
): Promise<InboxDone> {
	const actor: Actor = { kind: 'agent', id: user.id, name: user.name };
	const change = (event: (view: ConversationView) => ConversationEvent) =>
		store.decide(request.conversationId, (view) => applyEvent(view, event(view), { actor, ...by }));
	/** A change that is no transition: state and owner stay as they are. */
	const note = (
		changes: (view: ConversationView) => Partial<Conversation> & { clocks?: SlaClock[] },
		action: string,
		reason?: string,
	) =>
		store.decide(request.conversationId, (view) => {
			const { clocks = [], ...rest } = changes(view);
			const { conversation } = view;
			const next: Conversation = {
				...conversation,
				...rest,
				version: conversation.version + 1,
				updatedAt: by.now,
			};
			const audit: AuditEntry = {
				at: by.now,
				actor,
				action,
				...(reason ? { reason } : {}),
				from: conversation.state,
				to: conversation.state,
				...(conversation.owner ? { owner: conversation.owner } : {}),
			};
			return { result: next, conversation: next, clocks, audit: [audit] };
		});

	switch (request.action) {
		case 'claim':
		case 'takeOver': {
			let isNews = false;
			const conversation = await store.decide(request.conversationId, (view) => {
				const event = takes(view.conversation, user, request.action === 'takeOver');
				const changes = applyEvent(view, event, { actor, ...by });
				isNews = changes.conversation !== undefined;
				return changes;
			});
			// Who clicks twice has it already: the customer is not told again.
			return { event: isNews ? 'claimed' : 'updated', conversation };
		}
		case 'release':
			return {
				event: 'reassigned',
				conversation: await change((view) => {
					const current = mustHold(view, user);
					const reason = request.text.trim() || `Released by ${user.name}`;
					return declines(current, user)
						? { type: 'decline', agentId: user.id, reason }
						: { type: 'release', queue: current.handoff?.queue ?? BY_HAND_QUEUE, reason };
				}),
			};
		case 'transfer': {
			const to = recipientOf(request);
			const reason = request.text.trim() || `Transferred by ${user.name}`;
			return {
				event: 'reassigned',
				conversation: await change((view) => {
					mustHold(view, user);
					return to.kind === 'agent'
						? { type: 'assign', owner: to, reason }
						: { type: 'release', queue: to.name, reason };
				}),
			};
		}
		case 'resolve': {
			const closing = request.text.trim();
			checkLength(closing, LONGEST_TEXT);
			const conversation = await change((view) => {
				mustHold(view, user);
				return {
					type: 'resolve',
					outcome: {
						disposition: request.disposition || 'solved',
						...(request.resolution ? { resolution: request.resolution } : {}),
						...(request.nextAction ? { nextAction: request.nextAction } : {}),
					},
				};
			});
			return {
				event: 'resolved',
				conversation,
				...(closing
					? { reply: { kind: 'text', text: closing, key: request.key, author: 'system' } }
					: {}),
			};
		}
		case 'returnToBot':
			return {
				event: 'returned_to_bot',
				conversation: await change((view) => {
					mustHold(view, user);
					return {
						type: 'return_to_bot',
						reason: `Returned by ${user.name}`,
						...(request.anyway ? { anyway: true } : {}),
					};
				}),
			};
		case 'label': {
			const { verdict } = request;
			if (!verdict) {
				throw new InboxRefused('There is no such label', 'Choose one of the list.', 'other');
			}
			const audit = await store.audit(request.conversationId);
			return {
				event: 'updated',
				conversation: await store.decide(request.conversationId, (view) => {
					mustReview(view.conversation, user);
					const subject = request.handoffId ?? subjectOf({ ...view, audit });
					return labelChanges(view, { verdict, subject }, { actor, now: by.now });
				}),
			};
		}
		case 'tag': {
			const tags = tagsOf(request);
			return {
				event: 'updated',
				conversation: await note(
					({ conversation }) => ({ tags: tagsAfter(conversation.tags, tags, request.known) }),
					'tag',
					tags.join(', ') || 'No tags',
				),
			};
		}
		case 'hold': {
			const until = untilOf(request, by.now);
			return {
				event: 'updated',
				conversation: await note(
					(view) => ({
						hold: {
							handoffId: mustEnd(mustHold(view, user), until).handoff?.id ?? '',
							since: by.now,
							...(until ? { until } : {}),
							by: { id: user.id, name: user.name },
							...(request.text.trim() ? { reason: request.text.trim() } : {}),
						},
						clocks: settle(view.clocks, 'paused', by.now),
					}),
					'hold',
					[request.text.trim(), until && `until ${until}`].filter(Boolean).join(', ') || undefined,
				),
			};
		}
		case 'resume':
			return {
				event: 'updated',
				conversation: await note((view) => {
					mustHold(view, user);
					return { hold: undefined, clocks: settle(view.clocks, 'resumed', by.now) };
				}, 'resume'),
			};
		case 'reply': {
			const reply = replyOf(request);
			const conversation = await store.decide(request.conversationId, (view) => {
				const current = mustHold(view, user, true);
				const closes = windowClosesAt(current);
				if (reply.kind !== 'template' && !(closes && by.now < closes)) {
					throw new InboxRefused(
						'WhatsApp’s 24-hour window has closed, so free text cannot be sent',
						'Choose a template, or wait until the customer writes.',
						'window_closed',
					);
				}
				return { result: current };
			});
			return {
				event: 'reply',
				conversation,
				reply: { ...reply, ...accepted(conversation, by.now) },
			};
		}
		case 'note': {
			const id = `note:${request.conversationId}:${request.key}`;
			const text = textOf(request);
			const conversation = await store.decide(
				request.conversationId,
				({ conversation: current }) => {
					// The version tells open pages that there is something new.
					const next = { ...current, version: current.version + 1, updatedAt: by.now };
					const message: ConversationMessage = {
						id,
						direction: 'out',
						author: 'agent',
						authorId: user.id,
						authorName: user.name,
						type: 'note',
						text,
						internal: true,
						sentAt: by.now,
						receivedAt: by.now,
						...(request.origin ? { origin: request.origin } : {}),
					};
					return { result: next, conversation: next, messages: [message] };
				},
			);
			return { event: 'note', conversation, note: { id, text } };
		}
	}
}

/** Those of `open` whose hold ends by itself and whose time is over. */
export function holdsOver(open: readonly Conversation[], now: IsoTime): Conversation[] {
	return open.filter((conversation) => {
		const until = holdOf(conversation)?.until;
		return until !== undefined && until <= now;
	});
}

/** Ends a hold whose time is over, so that the promises run on. Does nothing for any other conversation. */
export async function endHoldIfOver(
	store: Pick<HandoffStore, 'decide'>,
	conversationId: string,
	now: IsoTime,
): Promise<void> {
	await store.decide(conversationId, (view): Changes<void> => {
		const { conversation, clocks } = view;
		const hold = holdOf(conversation);
		if (!hold?.until || hold.until > now) return { result: undefined };
		const { hold: _over, ...rest } = conversation;
		return {
			result: undefined,
			conversation: { ...rest, version: conversation.version + 1, updatedAt: now },
			clocks: settle(clocks, 'resumed', now),
			audit: [
				{
					at: now,
					actor: { kind: 'system', name: 'Inbox' },
					action: 'resume',
					reason: 'The hold is over',
					from: conversation.state,
					to: conversation.state,
					...(conversation.owner ? { owner: conversation.owner } : {}),
				},
			],
		};
	});
}

/** How a conversation becomes somebody's: from its queue, from a colleague (supervisors), or from the bot. */
function takes(conversation: Conversation, user: InboxActor, fromBot: boolean): ConversationEvent {
	const { state, owner, handoff, priority } = conversation;
	const me = { kind: 'agent' as const, id: user.id, name: user.name };
	if (state === 'human') {
		const isTaken = owner?.kind === 'agent' && owner.id !== user.id;
		// Who saw it with the bot wants to take it from the bot, not from a colleague who was faster.
		if (isTaken && (fromBot || user.role !== 'supervisor')) {
			throw new InboxRefused(
				`Somebody was faster: the conversation is ${describeState(conversation)}`,
				'Reload the conversation to see who has it.',
				'taken',
			);
		}
		return { type: 'assign', owner: me, reason: 'Claimed in the inbox' };
	}
	// Whoever gives it back gives it to the team that knows the matter.
	const queue = teamOf(conversation) ?? BY_HAND_QUEUE;
	if (isCaptured(conversation) && handoff) {
		// The request stays what it was: why it came, and how urgent it is.
		const { reason, score, signals } = handoff;
		return { type: 'escalate', owner: me, reason, score, signals, priority, queue };
	}
	if (!fromBot) {
		throw new InboxRefused(
			`This conversation is ${describeState(conversation)}`,
			state === 'bot' ? 'Take it over first.' : 'Wait until the customer writes again.',
			state === 'bot' ? 'not_yours' : 'other',
		);
	}
	return {
		type: 'escalate',
		owner: me,
		reason: `${user.name} took over in the inbox`,
		score: 0,
		signals: [],
		priority: 'normal',
		queue,
	};
}

/** What a reply carries that an inbox takes now. */
export function accepted({ handoff }: Conversation, now: IsoTime): { accepted?: AcceptedReply } {
	return handoff ? { accepted: { handoffId: handoff.id, at: now } } : {};
}

/**
 * Whoever gives back what the router has handed over, without having answered, declines it: it is looked for somebody else at
 * once, and the router does not bring it back.
 */
function declines({ owner, handoff, lastAgentMessageAt }: Conversation, user: InboxActor): boolean {
	if (owner?.kind !== 'agent' || owner.id !== user.id) return false;
	if (!handoff?.routing || !handoff.assignedAt) return false;
	const answered = lastAgentMessageAt ?? handoff.answeredAt;
	return answered === undefined || answered < handoff.assignedAt;
}

/** Two agents must not answer at once: only the owner acts, and a supervisor who is not writing to the customer. */
function mustHold(
	{ conversation }: ConversationView,
	user: InboxActor,
	writes = false,
): Conversation {
	const { owner } = conversation;
	if (owner?.kind === 'agent' && owner.id === user.id) return conversation;
	if (user.role === 'supervisor' && !writes && conversation.state === 'human') return conversation;
	throw new InboxRefused(
		`This conversation is ${describeState(conversation)}`,
		conversation.state === 'human' ? 'Claim it first.' : 'Take it over first.',
		'not_yours',
	);
}

/** Supervisors judge handoffs, and agents those of the customer whom they have or had last. */
function mustReview(conversation: Conversation, user: InboxActor): void {
	if (mayReview(conversation, user)) return;
	throw new InboxRefused(
		'Only supervisors and whoever had the conversation label its handoffs',
		'Ask a supervisor.',
		'other',
	);
}

/** Whether somebody may label the handoffs of a conversation. */
export function mayReview(
	{ owner, lastAgentId }: Pick<Conversation, 'owner' | 'lastAgentId'>,
	user: Pick<InboxActor, 'id' | 'role'>,
): boolean {
	const holder = owner?.kind === 'agent' ? owner.id : lastAgentId;
	return user.role === 'supervisor' || holder === user.id;
}

/** On hold nothing is due: of a conversation that nobody has, nobody would hear again if the hold had no end. */
function mustEnd(conversation: Conversation, until: IsoTime | undefined): Conversation {
	if (until || conversation.owner?.kind === 'agent') return conversation;
	throw new InboxRefused(
		`This conversation is ${describeState(conversation)}, so nobody would end a hold without a time`,
		'Say until when, or claim it first.',
		'other',
	);
}

function replyOf(request: InboxAction): InboxReply {
	const { key, template, file } = request;
	if (template) {
		return { kind: 'template', text: request.text.trim(), key, author: 'agent', template };
	}
	if (file) {
		checkLength(request.text.trim(), LONGEST_CAPTION);
		return { kind: 'media', text: request.text.trim(), key, author: 'agent', file };
	}
	return { kind: 'text', text: textOf(request), key, author: 'agent' };
}

function textOf({ text }: InboxAction): string {
	const trimmed = text.trim();
	if (trimmed === '')
		throw new InboxRefused('There is no text', 'Write something first.', 'no_text');
	checkLength(trimmed, LONGEST_TEXT);
	return trimmed;
}

function checkLength(text: string, longest: number): void {
	if (text.length <= longest) return;
	throw new InboxRefused(
		`The text has ${text.length} characters`,
		`Shorten it to ${longest}.`,
		'too_long',
	);
}

function recipientOf({ to }: InboxAction): Owner {
	if (to && to.name.trim() !== '' && (to.kind === 'queue' || to.id.trim() !== '')) return to;
	throw new InboxRefused(
		'Nobody was chosen to transfer to',
		'Choose an agent or a team.',
		'no_recipient',
	);
}

function tagsOf({ tags = [] }: InboxAction): string[] {
	const own = [...new Set(tags.map((tag) => tag.trim()).filter(Boolean))];
	if (own.length > MOST_TAGS || own.some((tag) => tag.length > LONGEST_TAG)) {
		throw new InboxRefused(
			'These tags are too many or too long',
			`Use at most ${MOST_TAGS} tags of at most ${LONGEST_TAG} characters.`,
			'bad_tags',
		);
	}
	return own;
}

/** Two agents may have the tags open at once: each adds and takes away what they saw, and does not undo the other. */
function tagsAfter(now: readonly string[], wanted: string[], known?: readonly string[]): string[] {
	if (!known) return wanted;
	const removed = new Set(known.filter((tag) => !wanted.includes(tag)));
	const added = wanted.filter((tag) => !known.includes(tag));
	return [...new Set([...now.filter((tag) => !removed.has(tag)), ...added])];
}

function untilOf({ until }: InboxAction, now: IsoTime): IsoTime | undefined {
	if (!until) return undefined;
	const ahead = Date.parse(until) - Date.parse(now);
	if (ahead > 0 && ahead <= LONGEST_HOLD_MS) return new Date(until).toISOString();
	throw new InboxRefused(
		'This time is not within the next 31 days',
		'Choose a later time, or close the conversation.',
		'bad_time',
	);
}
