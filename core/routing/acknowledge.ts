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

/**
 * Tells the customer that a person takes over, once for each handoff even if the execution is retried or runs twice, and
 * keeps the message in the thread. A channel that does not take the message does not undo the handoff.
 */
export async function acknowledge(
	ports: { store: HandoffStore; messaging: MessagingPort; clock: Clock },
	result: HandoffResult,
	options: { timeZone: string; texts?: Partial<AcknowledgementTexts> },
): Promise<Acknowledgement> {
	const { store, messaging, clock } = ports;
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

	const turn = await store.beginOnce(key, now, LEASE_MS);
	if (turn.state === 'done') return turn.result as Acknowledgement;
	if (turn.state === 'busy') {
		return {
			sent: false,
			text,
			message: 'Another execution is sending the acknowledgement of this handoff',
			advice: 'Nothing to do: the customer gets it once.',
		};
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
	await store.completeOnce(key, sent, now);
	const sentAt = isoTime(clock.now());
	await store.decide(conversation.id, ({ conversation: current }) => ({
		result: undefined,
		conversation: {
			...current,
			...(current.handoff?.id === handoff.id
				? {
						handoff: {
							...current.handoff,
							acknowledgedAt: current.handoff.acknowledgedAt ?? sentAt,
							...(ids[0] ? { acknowledgementId: ids[0] } : {}),
						},
					}
				: {}),
			lastMessageAt: sentAt,
			version: current.version + 1,
			updatedAt: sentAt,
		},
		messages: ids.map((id): ConversationMessage => ({
			id,
			direction: 'out',
			author: 'system',
			type: 'text',
			text,
			sentAt,
			receivedAt: sentAt,
			status: 'sent',
		})),
	}));
	return sent;
}
