import type { Changes, ConversationView, HandoffStore, IntakeResult } from '../ports/store';
import { DEFAULT_POLICIES } from '../sla';
import type { SlaPolicy } from '../sla/policy';
import type { IsoTime } from '../time';
import { addMilliseconds } from '../time';
import { isHeld, rejoined } from './burst';
import type { Conversation } from './conversation';
import { displayKey } from './identity';
import { takeOver } from './takeOver';

/*
 * A message that was recorded and that no workflow has dealt with is brought back until one has: what counts is that a run has ended
 * well or has marked the message, not that one was begun, since whatever runs it may die like what ran it first. Tries are counted
 * before they are made, so that a message that kills whoever touches it is not tried for ever. After the last one, or where no
 * workflow is there to get it, a person gets it. One process at a time recovers a conversation, its messages in their order, under a
 * claim that lapses with it.
 */

/** What recovery needs of the store. */
export type RecoveryStore = Pick<
	HandoffStore,
	| 'unhandled'
	| 'markHandled'
	| 'history'
	| 'decide'
	| 'getSetting'
	| 'beginOnce'
	| 'extendOnce'
	| 'completeOnce'
	| 'abandonOnce'
>;

export interface RecoveryPorts {
	store: RecoveryStore;
	now(): IsoTime;
	/**
	 * Gives a message to a workflow; settles when that run has ended, with whether it ended well, or has put itself to sleep where a
	 * restart does not harm it; with `nobody` where no workflow is there to take it. Refused where it could not be begun.
	 */
	bringBack(message: IntakeResult): Promise<boolean | 'nobody'>;
	/** Told of whatever goes wrong; recovery goes on by itself. */
	failed(error: unknown): void;
}

/** A message is given to a workflow so often; then a person gets it. */
export const MOST_TRIES = 3;

/** A claim lapses after this where its process has died, and after a run that has failed: so long until the next try. */
const LEASE_MS = 60_000;

/** A run that is at work for longer and has not dealt with its message is waited for no more: a person gets it. */
export const STUCK_AFTER_MS = 15 * 60_000;

/** Runs that recovery begins beside each other, on an n8n that has just come back. */
const MOST_AT_ONCE = 10;

/** Messages that one pass looks at; those of conversations that are in hand are among them. */
const BATCH = 200;

/** The queue of who has never been handed over; the one that the nodes have by default. */
const QUEUE = 'Support';

interface InHand {
	since: IsoTime;
	done: Promise<void>;
}

export class Recovery {
	/** By conversation. */
	private readonly inHand = new Map<string, InHand>();
	private stopped = false;

	constructor(
		private readonly ports: RecoveryPorts,
		/** A message is left to the workflow that got it first for so long. */
		private readonly afterMs: number,
	) {}

	/**
	 * Begins to bring back what can be begun, and keeps what is under way. Gives whether there is more than may be under way at once:
	 * then the next pass is due as soon as {@link next}. To be called every half minute at least.
	 */
	async pass(): Promise<{ more: boolean }> {
		const { store, now } = this.ports;
		for (const id of this.inHand.keys()) await store.extendOnce(claimOf(id), now(), LEASE_MS);
		const lost = await store.unhandled(addMilliseconds(now(), -this.afterMs), BATCH);
		for (const [id, messages] of byConversation(lost)) {
			const known = this.inHand.get(id);
			if (known) {
				if (known.since <= addMilliseconds(now(), -STUCK_AFTER_MS)) {
					this.inHand.delete(id);
					const why = 'the workflow that got it does not come to an end';
					await this.giveToPerson(messages, why, FAILING);
				}
				continue;
			}
			if (this.stopped) break;
			if (this.inHand.size >= MOST_AT_ONCE) return { more: true };
			// The trigger is about to give it out, with what the customer writes next.
			if (isHeld(messages[0]!.conversation, messages[0]!.message.id, now())) continue;
			const claim = await store.beginOnce(claimOf(id), now(), LEASE_MS);
			if (claim.state !== 'mine') continue;
			const one: InHand = { since: now(), done: Promise.resolve() };
			this.inHand.set(id, one);
			one.done = this.recover(id, messages, one).catch((error: unknown) =>
				this.ports.failed(error),
			);
			void one.done.then(() => {
				if (this.inHand.get(id) === one) this.inHand.delete(id);
			});
		}
		return { more: false };
	}

	/** Resolves when one of those under way is done, at once where there is none. */
	async next(): Promise<void> {
		await Promise.race(this.underWay());
	}

	/** Begins nothing more, and resolves when all that is under way is done. */
	async stop(): Promise<void> {
		this.stopped = true;
		await Promise.all(this.underWay());
	}

	private underWay(): Array<Promise<void>> {
		const all = [...this.inHand.values()].map(({ done }) => done);
		return all.length > 0 ? all : [Promise.resolve()];
	}

	/** Brings back the messages of a conversation, one after the other. What fails is tried again when the claim has lapsed. */
	private async recover(id: string, messages: IntakeResult[], one: InHand): Promise<void> {
		const { store, now, bringBack, failed } = this.ports;
		for (const found of messages) {
			const { message } = found;
			if (this.stopped || isHeld(found.conversation, message.id, now())) break;
			if ((await this.countTry(id, message.id)) > MOST_TRIES) {
				const times = `it was given to a workflow ${MOST_TRIES} times, and none has dealt with it`;
				await this.giveToPerson(messages.slice(messages.indexOf(found)), times, FAILING);
				break;
			}
			one.since = now();
			let well: boolean | 'nobody' = false;
			try {
				well = await bringBack({
					...found,
					message: await rejoined(store, found.conversation, message),
				});
			} catch (error) {
				failed(error);
			}
			// Whoever was waited for too long has had the claim taken away.
			if (!well || this.inHand.get(id) !== one) return;
			if (well === 'nobody') {
				const why = 'nothing is connected to the output Recovery of SLA Watchdog';
				await this.giveToPerson(messages.slice(messages.indexOf(found)), why, NOT_CONNECTED);
				break;
			}
			await store.markHandled([message.id], now());
		}
		await store.abandonOnce(claimOf(id));
	}

	/** The number of the try that is about to be made, on record before it is. */
	private async countTry(conversationId: string, messageId: string): Promise<number> {
		const { store, now } = this.ports;
		for (let number = 1; number <= MOST_TRIES; number++) {
			const key = `${claimOf(conversationId)}:${messageId}:${number}`;
			if ((await store.beginOnce(key, now(), LEASE_MS)).state !== 'mine') continue;
			await store.completeOnce(key, { at: now() }, now());
			return number;
		}
		return MOST_TRIES + 1;
	}

	/** Puts a conversation in front of people, unless it is, and lets its messages rest. */
	private async giveToPerson(messages: IntakeResult[], why: string, advice: string): Promise<void> {
		const { store, now, failed } = this.ports;
		const { id } = messages[0]!.conversation;
		const policies = (await store.getSetting<SlaPolicy[]>('sla.policies')) ?? DEFAULT_POLICIES;
		const ids = messages.map(({ message }) => message.id);
		const conversation = await store.decide(id, (view) =>
			forPeople(view, { ids, why, policies, now: now() }),
		);
		failed(new NotRecovered(conversation, why, advice));
	}
}

const FAILING =
	'Look into the last executions of the workflow behind Recovery: it fails, or does not end. The conversation is answered by a person.';
const NOT_CONNECTED =
	'Connect Recovery to what WhatsApp Trigger leads to, or to Handoff Router as template 03 does. Until then a person answers such conversations.';

/** Staff have to look: a message went through no workflow. */
export class NotRecovered extends Error {
	constructor(
		readonly conversation: Conversation,
		why: string,
		readonly advice: string,
	) {
		const { owner, profile, identity } = conversation;
		super(
			`A message of ${profile.name ?? identity.name ?? displayKey(identity)} could not be brought back: ${why}. It is with ${owner?.name ?? 'a person'} now`,
		);
		this.name = 'NotRecovered';
	}
}

function forPeople(
	view: ConversationView,
	{
		ids,
		why,
		policies,
		now,
	}: { ids: string[]; why: string; policies: readonly SlaPolicy[]; now: IsoTime },
): Changes<Conversation> {
	const handled = { ids, at: now };
	// Closed after the message had come, or it would be open: somebody has seen to it.
	if (view.conversation.state === 'closed') return { result: view.conversation, handled };
	const queue = view.conversation.handoff?.queue ?? QUEUE;
	return {
		...takeOver(
			view,
			{
				owner: { kind: 'queue', name: queue },
				queue,
				reason: `A message of the customer went unanswered: ${why}`,
			},
			{ actor: { kind: 'system' }, now, policies },
		),
		handled,
	};
}

/** Names the conversation, so that the record is erased with it. */
function claimOf(conversationId: string): string {
	return `recovery:${conversationId}`;
}

function byConversation(messages: readonly IntakeResult[]): Map<string, IntakeResult[]> {
	const groups = new Map<string, IntakeResult[]>();
	for (const found of messages) {
		const { id } = found.conversation;
		groups.set(id, [...(groups.get(id) ?? []), found]);
	}
	return groups;
}
