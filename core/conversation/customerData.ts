import type { HandoffStore } from '../ports/store';
import type { SlaClock } from '../sla/clock';
import type { Brief } from '../summary/brief';
import type { IsoTime } from '../time';
import type { AuditEntry } from './audit';
import type { Conversation, ConversationState } from './conversation';
import type { ConversationMessage } from './message';

/** All that is kept of one customer, in full (GDPR, article 15 and 20). */
export interface CustomerExport {
	exportedAt: IsoTime;
	conversations: Array<{
		conversation: Conversation;
		messages: ConversationMessage[];
		audit: AuditEntry[];
		clocks: SlaClock[];
		brief?: Omit<Brief, 'memory'>;
	}>;
}

const MESSAGES_AT_ONCE = 500;
const CONVERSATIONS_AT_ONCE = 100;

/** Everything that the store has of the customer of a conversation, on whichever of our numbers. */
export async function exportCustomer(
	store: HandoffStore,
	conversationId: string,
	now: IsoTime,
): Promise<CustomerExport> {
	const conversations: CustomerExport['conversations'] = [];
	for (const conversation of await store.conversationsOfCustomer(conversationId)) {
		const { id } = conversation;
		const brief = await store.brief(id);
		const { memory: _memory, ...readable } = brief ?? {};
		conversations.push({
			conversation,
			messages: await allMessages(store, id),
			audit: await store.audit(id),
			clocks: await store.clocks(id),
			...(brief ? { brief: readable as Omit<Brief, 'memory'> } : {}),
		});
	}
	return { exportedAt: now, conversations };
}

async function allMessages(store: HandoffStore, id: string): Promise<ConversationMessage[]> {
	const messages: ConversationMessage[] = [];
	for (;;) {
		const page = await store.history(id, {
			limit: MESSAGES_AT_ONCE,
			...(messages[0] ? { before: messages[0].id } : {}),
		});
		messages.unshift(...page);
		if (page.length < MESSAGES_AT_ONCE) return messages;
	}
}

/** Removes everything that the store has of the customer of a conversation (GDPR, article 17). */
export async function eraseCustomer(
	store: HandoffStore,
	conversationId: string,
): Promise<{ conversations: number; messages: number }> {
	const conversations = await store.conversationsOfCustomer(conversationId);
	return store.erase(conversations.map(({ id }) => id));
}

/**
 * Removes conversations whose last message is from before `before`, in batches, so that nobody waits for long. What a person has is
 * left alone, however old it is.
 */
export async function applyRetention(
	store: HandoffStore,
	{ before, states }: { before: IsoTime; states: Array<Exclude<ConversationState, 'human'>> },
): Promise<{ conversations: number; messages: number }> {
	const total = { conversations: 0, messages: 0 };
	for (;;) {
		const { conversations } = await store.list({
			states,
			until: before,
			limit: CONVERSATIONS_AT_ONCE,
		});
		if (conversations.length === 0) return total;
		const done = await store.erase(conversations.map(({ id }) => id));
		// Another process may be at it: then there is nothing left for this one.
		if (done.conversations === 0) return total;
		total.conversations += done.conversations;
		total.messages += done.messages;
	}
}
