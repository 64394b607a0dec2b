import type { Actor } from '../../core/conversation/audit';
import type { Conversation, Owner } from '../../core/conversation/conversation';
import type { ConversationMessage } from '../../core/conversation/message';
import { BY_HAND_QUEUE, teamOf } from '../../core/conversation/team';
import type { ConversationEvent } from '../../core/conversation/transitions';
import { sameOwner, transition } from '../../core/conversation/transitions';
import { conversationLink } from '../../core/inbox/address';
import type { InboxPort, InboxThread, InboxThreadRef } from '../../core/ports/inbox';
import type { HandoffStore } from '../../core/ports/store';
import { StoreError } from '../../core/ports/store';
import type { Clock } from '../../core/time';
import { isoTime } from '../../core/time';

const NAME = 'embedded';
const ACTOR: Actor = { kind: 'system', name: 'Inbox' };
/** Newest messages among which one is looked for before it is written again. */
const RECENT = 500;

type InboxStore = Pick<
	HandoffStore,
	'conversation' | 'history' | 'brief' | 'saveBrief' | 'decide' | 'getSetting'
>;

/**
 * The inbox that the Handoff Inbox node serves. The store is its memory: whatever is in the store is in the inbox, so that all
 * calls are repeatable and nothing has to be sent anywhere. Throws {@link StoreError} for a conversation that the store does
 * not know.
 */
export class EmbeddedInbox implements InboxPort {
	readonly name = NAME;

	constructor(
		private readonly store: InboxStore,
		private readonly clock: Clock,
	) {}

	async openThread({ conversation, messages, brief }: InboxThread): Promise<InboxThreadRef> {
		const missing = await this.missing(conversation.id, messages);
		await this.store.decide(conversation.id, (view) => ({
			result: undefined,
			messages: missing,
			// The store is ahead of the caller as a rule; a caller who is ahead of the store brings its state with it.
			...(conversation.version > view.conversation.version ? { conversation } : {}),
		}));
		if (brief) {
			const known = await this.store.brief(conversation.id);
			if (!known || known.createdAt <= brief.createdAt) await this.store.saveBrief(brief);
		}
		const address = await this.store.getSetting<string>('inbox.url');
		return {
			inbox: NAME,
			threadId: conversation.id,
			...(address ? { url: conversationLink(address, conversation.id) } : {}),
		};
	}

	async appendMessage(ref: InboxThreadRef, message: ConversationMessage): Promise<void> {
		const missing = await this.missing(ref.threadId, [message]);
		if (missing.length > 0)
			await this.store.decide(ref.threadId, () => ({ result: undefined, messages: missing }));
	}

	async addNote(ref: InboxThreadRef, note: { text: string; key: string }): Promise<void> {
		const now = isoTime(this.clock.now());
		await this.appendMessage(ref, {
			id: `note:${ref.threadId}:${note.key}`,
			direction: 'out',
			author: 'system',
			type: 'note',
			text: note.text,
			sentAt: now,
			receivedAt: now,
			internal: true,
		});
	}

	async setStatus(
		ref: InboxThreadRef,
		status: Parameters<InboxPort['setStatus']>[1],
	): Promise<void> {
		const now = isoTime(this.clock.now());
		await this.store.decide(ref.threadId, ({ conversation }) => {
			const event = eventFor(conversation, status);
			const step = event
				? transition(conversation, event, ACTOR, now)
				: ({ ok: true, changed: false, conversation } as const);
			if (!step.ok) throw new StoreError(step.message, step.advice);
			const next = step.conversation;
			if (next.priority === status.priority)
				return {
					result: undefined,
					...(step.changed ? { conversation: next } : {}),
					...(step.changed && step.audit ? { audit: [step.audit] } : {}),
				};
			return {
				result: undefined,
				conversation: {
					...next,
					priority: status.priority,
					version: step.changed ? next.version : next.version + 1,
					updatedAt: now,
				},
				...(step.changed && step.audit ? { audit: [step.audit] } : {}),
			};
		});
	}

	/** Those of `messages` that the thread does not have yet. */
	private async missing(
		conversationId: string,
		messages: readonly ConversationMessage[],
	): Promise<ConversationMessage[]> {
		if (!(await this.store.conversation(conversationId)))
			throw new StoreError(
				`There is no stored conversation “${conversationId}”`,
				'Put WhatsApp Trigger or Conversation → Record Message before this node.',
			);
		if (messages.length === 0) return [];
		const known = await this.store.history(conversationId, {
			limit: Math.max(RECENT, messages.length * 2),
		});
		const ids = new Set(known.map(({ id }) => id));
		return messages.filter(({ id }) => !ids.has(id));
	}
}

/** What has to happen for a conversation to have this state and owner; undefined if it has. */
function eventFor(
	conversation: Conversation,
	{ state, owner, priority }: Parameters<InboxPort['setStatus']>[1],
): ConversationEvent | undefined {
	if (state === 'closed')
		return conversation.state === 'closed'
			? undefined
			: { type: 'resolve', reason: 'Closed in the inbox' };
	if (state === 'bot')
		return conversation.state === 'bot'
			? undefined
			: { type: 'return_to_bot', reason: 'Given back in the inbox', anyway: true };
	const wanted: Owner = owner ??
		conversation.owner ?? { kind: 'queue', name: teamOf(conversation) ?? BY_HAND_QUEUE };
	if (conversation.state === 'human')
		return sameOwner(conversation.owner, wanted)
			? undefined
			: { type: 'assign', owner: wanted, reason: 'Assigned in the inbox' };
	return {
		type: 'escalate',
		owner: wanted,
		reason: 'Taken over in the inbox',
		score: 0,
		signals: [],
		priority,
		queue: wanted.kind === 'queue' ? wanted.name : (teamOf(conversation) ?? BY_HAND_QUEUE),
	};
}
