import type { ConversationState, Priority } from '../../../core/conversation/conversation';
import type { HandoffStore } from '../../../core/ports/store';
import type { Clock } from '../../../core/time';
import { isoTime } from '../../../core/time';
import type { ChatwootStatus } from './api';
import { ChatwootError } from './errors';

/** The part of the store that remembers what has been done. */
export type OnceStore = Pick<
	HandoffStore,
	'beginOnce' | 'extendOnce' | 'completeOnce' | 'abandonOnce'
>;

/**
 * What both sides agreed on last. Whoever differs from it since is the one that has changed something, so that an echo of our own
 * change is no news and an agent's change is not undone by us.
 */
export interface ThreadState {
	/** Ours. */
	conversationId: string;
	contactId: number;
	/** What the contact was last told of the customer. */
	contact?: string;
	ours?: { state: ConversationState; owner?: string; priority: Priority };
	theirs: { status: ChatwootStatus; assigneeId: number; teamId: number };
	/** Labels that came from us. */
	labels: string[];
	/** What the custom attributes were last told. */
	attributes?: string;
	/** Our ids of the messages and notes that Chatwoot has, newest last. */
	mirrored: string[];
	/** Chatwoot's id of the newest message that we put there. */
	posted: number;
	/** Chatwoot's ids of agents' messages that have been dealt with, newest last, and up to where all have been looked at. */
	handled: number[];
	seen: number;
	/** Ids of the webhook deliveries that came last: Chatwoot repeats some of them. */
	deliveries?: string[];
}

/** Enough to know every message again that is still shown to agents at once. */
const MOST_REMEMBERED = 1000;

const MOST_HANDLED = 300;
const MOST_DELIVERIES = 50;

/**
 * A holder that died blocks nobody longer than this; one that works on says so with everything that it writes down. One message with
 * its file, which is fetched and uploaded, takes less.
 */
const LEASE_MS = 3 * 60_000;
const LOOK_EVERY_MS = 100;

/** Threads of one Chatwoot account in the store, and the locks that keep two workers from working on one at once. */
export class Threads {
	/** The locks that this worker has. */
	private readonly held = new Set<string>();

	constructor(
		private readonly store: OnceStore,
		private readonly clock: Clock,
		private readonly account: string,
		private readonly sleep: (milliseconds: number) => Promise<unknown>,
	) {}

	/** Chatwoot's number of a conversation of ours. */
	async threadOf(conversationId: string): Promise<string | undefined> {
		const known = await this.read<{ threadId: string }>(this.key('thread', conversationId));
		return known?.threadId;
	}

	async remember(conversationId: string, threadId: string, state: ThreadState): Promise<void> {
		// The state first: a thread that is named has one.
		await this.save(threadId, state);
		await this.write(this.key('thread', conversationId), { threadId, conversationId });
	}

	state(threadId: string): Promise<ThreadState | undefined> {
		return this.read<ThreadState>(this.key('state', threadId));
	}

	async save(threadId: string, state: ThreadState): Promise<void> {
		state.mirrored = state.mirrored.slice(-MOST_REMEMBERED);
		state.handled = state.handled.slice(-MOST_HANDLED);
		if (state.deliveries) state.deliveries = state.deliveries.slice(-MOST_DELIVERIES);
		await this.write(this.key('state', threadId), state);
		await this.keep();
	}

	/** Says that this worker is still at work on what it has locked. */
	async keep(): Promise<void> {
		for (const key of this.held) await this.store.extendOnce(key, this.now(), LEASE_MS);
	}

	/** Runs `work` with no other worker on the same conversation; waits for its turn. Throws ChatwootError after the lease. */
	async alone<T>(what: string, work: () => Promise<T>): Promise<T> {
		const key = this.key('lock', what);
		const end = this.clock.now().getTime() + LEASE_MS + LOOK_EVERY_MS;
		while ((await this.store.beginOnce(key, this.now(), LEASE_MS)).state !== 'mine') {
			if (this.clock.now().getTime() > end) {
				throw new ChatwootError(
					'Another execution has been working on this conversation in Chatwoot for three minutes',
					'unavailable',
				);
			}
			await this.sleep(LOOK_EVERY_MS);
		}
		this.held.add(key);
		try {
			return await work();
		} finally {
			this.held.delete(key);
			await this.store.abandonOnce(key);
		}
	}

	/** Records are written whole; one that is not there yet is left as it was. */
	private async read<T>(key: string): Promise<T | undefined> {
		const turn = await this.store.beginOnce(key, this.now(), 1);
		if (turn.state === 'done') return turn.result as T;
		if (turn.state === 'mine') await this.store.abandonOnce(key);
		return undefined;
	}

	private write(key: string, value: unknown): Promise<void> {
		return this.store.completeOnce(key, value, this.now());
	}

	private key(kind: string, name: string): string {
		return `chatwoot:${this.account}:${kind}:${name}`;
	}

	private now(): string {
		return isoTime(this.clock.now());
	}
}
