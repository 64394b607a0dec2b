import type { ConversationMessage } from '../conversation/message';
import type { MessagingPort } from '../ports/messaging';
import { MessagingError } from '../ports/messaging';
import type { HandoffStore } from '../ports/store';
import type { Clock } from '../time';
import { isoTime } from '../time';
import type { AcknowledgementTexts } from './acknowledgement';
import { acknowledgementText } from './acknowledgement';
import type { HandoffResult } from './handoff';

/** What became of telling the customer. */
export type Acknowledgement =
	| { sent: true; text: string; messageId?: string }
	/** The conversation is handed over all the same; `message` and `advice` are for staff. */
	| { sent: false; text: string; message: string; advice: string };

/** One send is given this long before another execution may try again. */
const LEASE_MS = 60_000;
const LOOK_EVERY_MS = 500;

/**
 * Tells the customer that a person takes over, once for each handoff even if the execution is retried or runs twice, and
 * keeps the message in the thread. A channel that does not take the message does not undo the handoff. While another execution
 * is telling, this one waits for what becomes of it: if that one has died, nobody else would tell the customer.
 */
export async function acknowledge(
	ports: {
		store: HandoffStore;
		messaging: MessagingPort;
		clock: Clock;
		sleep: (milliseconds: number) => Promise<void>;
	},
	result: HandoffResult,
	options: { timeZone: string; texts?: Partial<AcknowledgementTexts> },
): Promise<Acknowledgement> {
	const { store, messaging, clock, sleep } = ports;
	const { conversation, handoff } = result;
	// A request that is captured off hours is told of twice: that it is on record, and when somebody takes it on.
	const about = result.tell === 'off_hours_bot' ? 'capture' : 'acknowledgement';
	const key = `${handoff.id}:${about}`;
	const now = isoTime(clock.now());
	const owner = conversation.owner;
	const text = acknowledgementText(
		{
			case: result.tell ?? (result.outcome === 'already' ? 'queued' : result.outcome),
			language: conversation.profile.language,
			timeZone: options.timeZone,
			now,
			agentName: owner?.kind === 'agent' ? owner.name : undefined,
			queue: handoff.queue,
			position: result.position,
			waitMinutes: result.wait?.known ? result.wait.minutes : undefined,
			dueAt: result.dueAt,
			opensAt: result.opensAt,
			customerName: conversation.profile.name ?? conversation.identity.name,
		},
		options.texts,
	);

	let turn = await store.beginOnce(key, now, LEASE_MS);
	while (turn.state === 'busy') {
		await sleep(LOOK_EVERY_MS);
		turn = await store.beginOnce(key, isoTime(clock.now()), LEASE_MS);
	}
	if (turn.state === 'done') {
		const told = turn.result as Acknowledgement;
		// The execution that told may have died before it could write it down.
		if (!handoff.acknowledgedAt) await keepInThread(store, clock, result, told);
		return told;
	}
	let ids: string[];
	try {
		const { waId, userId } = conversation.identity;
		({ ids } = await messaging.send(
			conversation.channelId,
			{ waId, userId },
			{ type: 'text', text },
		));
	} catch (error) {
		if (!(error instanceof MessagingError)) throw error;
		await store.abandonOnce(key);
		return { sent: false, text, message: error.message, advice: error.advice };
	}
	const sent: Acknowledgement = { sent: true, text, ...(ids[0] ? { messageId: ids[0] } : {}) };
	await store.completeOnce(key, sent, isoTime(clock.now()));
	await keepInThread(store, clock, result, sent);
	return sent;
}

/** Writes what was told into thread and handoff. */
async function keepInThread(
	store: HandoffStore,
	clock: Clock,
	{ conversation, handoff }: HandoffResult,
	told: Acknowledgement,
): Promise<void> {
	if (!told.sent || !told.messageId) return;
	const { messageId, text } = told;
	const sentAt = isoTime(clock.now());
	const message: ConversationMessage = {
		id: messageId,
		direction: 'out',
		author: 'system',
		type: 'text',
		text,
		sentAt,
		receivedAt: sentAt,
		status: 'sent',
	};
	await store.decide(conversation.id, ({ conversation: current }) => {
		const own = current.handoff?.id === handoff.id ? current.handoff : undefined;
		return {
			result: undefined,
			conversation: {
				...current,
				...(own
					? {
							handoff: {
								...own,
								acknowledgedAt: own.acknowledgedAt ?? sentAt,
								acknowledgementId: messageId,
							},
						}
					: {}),
				lastMessageAt: sentAt,
				version: current.version + 1,
				updatedAt: sentAt,
			},
			messages: [message],
		};
	});
}
