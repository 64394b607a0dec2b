import type { Conversation } from '../../../core/conversation/conversation';
import { NO_COUNTERS } from '../../../core/conversation/conversation';
import { mergeIdentity } from '../../../core/conversation/identity';
import type { ConversationMessage } from '../../../core/conversation/message';
import { isCustomerTurn } from '../../../core/conversation/message';
import { transition } from '../../../core/conversation/transitions';
import type { AuditEntry } from '../../../core/conversation/audit';
import type { Consequences, HandoffStore, InboundMessage } from '../../../core/ports/store';
import { StoreError } from '../../../core/ports/store';

export type TriggerStore = Pick<
	HandoffStore,
	| 'intake'
	| 'markHandled'
	| 'updateStatus'
	| 'decide'
	| 'findConversation'
	| 'getSetting'
	| 'confirmOnce'
>;

/** What the trigger uses of the store, in memory; the real stores have their contract tests. */
export class MemoryStore implements TriggerStore {
	readonly conversations = new Map<string, Conversation>();
	readonly messages = new Map<string, ConversationMessage>();
	readonly audit: AuditEntry[] = [];
	readonly handled = new Set<string>();
	/** Keys of work that was said to be done. */
	readonly confirmed = new Map<string, unknown>();
	/** Set to let the next write go wrong. */
	broken = false;

	async intake(inbound: InboundMessage[], now: string, follows?: Consequences) {
		if (this.broken) throw new StoreError('The store is not there', 'Start it.');
		return inbound.map((one) => {
			const { channelId, identity, message } = one;
			let conversation = this.find(channelId, identity.keys.map(keyOf)) ?? {
				...EMPTY,
				id: `c${this.conversations.size + 1}`,
				channelId,
				identity,
				lastMessageAt: message.sentAt,
				createdAt: now,
				updatedAt: now,
			};
			conversation = { ...conversation, identity: mergeIdentity(conversation.identity, identity) };
			const known = this.messages.get(message.id);
			if (!known) {
				this.messages.set(message.id, message);
				if (isCustomerTurn(message)) {
					const step = transition(
						conversation,
						{ type: 'customer_wrote', sentAt: message.sentAt },
						{ kind: 'customer' },
						now,
					);
					if (step.ok) conversation = step.conversation;
				}
			}
			const changes = known ? undefined : follows?.({ conversation, clocks: [] }, one);
			conversation = changes?.conversation ?? conversation;
			this.audit.push(...(changes?.audit ?? []));
			changes?.handled?.ids.forEach((id) => this.handled.add(id));
			this.conversations.set(conversation.id, conversation);
			return { fresh: !known, conversation, message: known ?? message };
		});
	}

	async markHandled(ids: string[]) {
		ids.forEach((id) => this.handled.add(id));
	}

	async updateStatus(
		...[messageId, status]: Parameters<HandoffStore['updateStatus']>
	): ReturnType<HandoffStore['updateStatus']> {
		const message = this.messages.get(messageId);
		const conversation = [...this.conversations.values()][0];
		if (!message || !conversation) return undefined;
		const changed = message.status !== status;
		this.messages.set(messageId, { ...message, status });
		return { conversation, changed };
	}

	async confirmOnce(key: string, result: unknown): Promise<boolean> {
		this.confirmed.set(key, result);
		return Promise.resolve(true);
	}

	async decide<T>(...[id, decide]: Parameters<HandoffStore['decide']>): Promise<T> {
		const conversation = this.conversations.get(id);
		if (!conversation) throw new StoreError('There is no such conversation', 'Check the id.');
		const changes = decide({ conversation, clocks: [] });
		if (changes.conversation) this.conversations.set(id, changes.conversation);
		this.audit.push(...(changes.audit ?? []));
		return changes.result as T;
	}

	async findConversation(...[channelId, identity]: Parameters<HandoffStore['findConversation']>) {
		return this.find(channelId, identity.keys.map(keyOf));
	}

	/** No promises but the standard one. */
	getSetting(): Promise<undefined> {
		return Promise.resolve(undefined);
	}

	private find(channelId: string, keys: string[]): Conversation | undefined {
		return [...this.conversations.values()].find(
			(conversation) =>
				conversation.channelId === channelId &&
				conversation.identity.keys.some((key) => keys.includes(keyOf(key))),
		);
	}
}

const EMPTY: Omit<
	Conversation,
	'id' | 'channelId' | 'identity' | 'lastMessageAt' | 'createdAt' | 'updatedAt'
> = {
	namespace: 'default',
	state: 'bot',
	version: 1,
	episode: 1,
	profile: { consent: { status: 'unknown', scope: 'all' }, fields: {} },
	counters: { ...NO_COUNTERS },
	collected: {},
	tags: [],
	priority: 'normal',
	handoffCount: 0,
};

function keyOf({ kind, value }: { kind: string; value: string }): string {
	return `${kind}:${value}`;
}
