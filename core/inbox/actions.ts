import { applyEvent, TransitionRefused } from '../conversation/apply';
import type { Actor } from '../conversation/audit';
import type { Conversation } from '../conversation/conversation';
import type { ConversationMessage } from '../conversation/message';
import { describeState } from '../conversation/transitions';
import type { ConversationEvent } from '../conversation/transitions';
import type { ConversationView, HandoffStore } from '../ports/store';
import type { SlaPolicy } from '../sla/policy';
import type { IsoTime } from '../time';

/** What an agent can do on the inbox page. */
export const INBOX_ACTIONS = [
	'claim',
	'takeOver',
	'release',
	'reply',
	'note',
	'resolve',
	'returnToBot',
] as const;

export interface InboxAction {
	action: (typeof INBOX_ACTIONS)[number];
	conversationId: string;
	text: string;
	/** Made by the page for each message, so that a click that is sent twice is one message. */
	key: string;
	disposition: string;
}

export interface InboxActor {
	id: string;
	name: string;
	role: 'agent' | 'supervisor';
}

/** What the workflow is told. */
export interface InboxDone {
	event: 'claimed' | 'reply' | 'note' | 'reassigned' | 'resolved' | 'returned_to_bot';
	conversation: Conversation;
	/** To be sent by the workflow, which stays in charge of what goes out. */
	reply?: { text: string; key: string };
	note?: { id: string; text: string };
}

/** Longer than anybody types; WhatsApp itself takes 4,096 characters a message. */
const LONGEST_TEXT = 20_000;

/**
 * Carries out what an agent asked for on the page, if the rules allow it. Throws TransitionRefused with a sentence for the
 * agent where they do not: somebody else has it, it is closed, there is no text.
 */
export async function performInboxAction(
	store: HandoffStore,
	user: InboxActor,
	request: InboxAction,
	by: { now: IsoTime; policies: readonly SlaPolicy[] },
): Promise<InboxDone> {
	const actor: Actor = { kind: 'agent', id: user.id, name: user.name };
	const me = { kind: 'agent' as const, id: user.id, name: user.name };
	const change = (event: ConversationEvent | ((view: ConversationView) => ConversationEvent)) =>
		store.decide(request.conversationId, (view) =>
			applyEvent(view, typeof event === 'function' ? event(view) : event, { actor, ...by }),
		);

	switch (request.action) {
		case 'claim':
			return {
				event: 'claimed',
				conversation: await change(({ conversation: { owner } }) => ({
					type: 'assign',
					owner: me,
					reason: 'Claimed in the inbox',
					// A supervisor may take it from a colleague; an agent only from a queue.
					...(user.role === 'supervisor' || owner?.kind !== 'agent'
						? {}
						: { ifOwner: { kind: 'queue' as const, name: '' } }),
				})),
			};
		case 'takeOver':
			return {
				event: 'claimed',
				conversation: await change({
					type: 'escalate',
					owner: me,
					reason: `${user.name} took over in the inbox`,
					score: 0,
					signals: [],
					priority: 'normal',
					queue: 'Inbox',
				}),
			};
		case 'release':
			return {
				event: 'reassigned',
				conversation: await change((view) => ({
					type: 'release',
					queue: mustHold(view, user).handoff?.queue ?? 'Inbox',
					reason: `Released by ${user.name}`,
				})),
			};
		case 'resolve':
			return {
				event: 'resolved',
				conversation: await change((view) => {
					mustHold(view, user);
					return { type: 'resolve', outcome: { disposition: request.disposition || 'solved' } };
				}),
			};
		case 'returnToBot':
			return {
				event: 'returned_to_bot',
				conversation: await change((view) => {
					mustHold(view, user);
					return { type: 'return_to_bot', reason: `Returned by ${user.name}` };
				}),
			};
		case 'reply': {
			const text = textOf(request);
			const conversation = await store.decide(request.conversationId, (view) => ({
				result: mustHold(view, user, true),
			}));
			return { event: 'reply', conversation, reply: { text, key: request.key } };
		}
		case 'note': {
			const note = { id: `note:${request.conversationId}:${request.key}`, text: textOf(request) };
			const conversation = await store.decide(
				request.conversationId,
				({ conversation: current }) => ({
					result: current,
					// The version tells open pages that there is something new.
					conversation: { ...current, version: current.version + 1, updatedAt: by.now },
					messages: [
						{
							id: note.id,
							direction: 'out',
							author: 'agent',
							authorId: user.id,
							authorName: user.name,
							type: 'note',
							text: note.text,
							internal: true,
							sentAt: by.now,
							receivedAt: by.now,
						} satisfies ConversationMessage,
					],
				}),
			);
			return { event: 'note', conversation, note };
		}
	}
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
	throw new TransitionRefused(
		`This conversation is ${describeState(conversation)}`,
		conversation.state === 'human' ? 'Claim it first.' : 'Take it over first.',
	);
}

function textOf({ text }: InboxAction): string {
	const trimmed = text.trim();
	if (trimmed === '') throw new TransitionRefused('There is no text', 'Write something first.');
	if (trimmed.length > LONGEST_TEXT) {
		throw new TransitionRefused(
			`The text has ${trimmed.length} characters`,
			`Shorten it to ${LONGEST_TEXT}.`,
		);
	}
	return trimmed;
}
