import type { Conversation } from '../conversation/conversation';
import type { IsoTime } from '../time';
import { wallTime } from './calendar';
import { policiesFor } from './choose';
import type { SlaClock, SlaKind } from './clock';
import type { SlaPolicy } from './policy';
import { cancel, isLive, resume, settle } from './settle';
import { startClock, startClockAnyway } from './start';
import { MINUTE_MS } from './times';

/**
 * The clocks to write when a conversation is handed over. `conversation` is the one after the `escalate` transition, `running`
 * the clocks that ran before it: the bot's are called off, since from now on a person is waited for. The promises count from
 * the handoff's own time; doing this twice for one handoff gives clocks of the same ids. Returns none if there is no handoff.
 */
export function clocksOnHandoff(
	policies: readonly SlaPolicy[],
	conversation: Conversation,
	now: IsoTime,
	running: readonly SlaClock[] = [],
): SlaClock[] {
	const handoff = conversation.handoff;
	if (conversation.state !== 'human' || !handoff) return [];
	const start = starter(policies, conversation, running);
	return [
		...running.filter((clock) => isLive(clock) && clock.kind === 'bot_silence').map(cancel(now)),
		...start('first_response', handoff.id, handoff.createdAt),
		...start('resolution', handoff.id, handoff.createdAt),
		...(conversation.owner?.kind === 'queue'
			? start('queue_time', `${handoff.id}:${handoff.hops}`, handoff.createdAt)
			: start('claim_without_reply', `${handoff.id}:${handoff.hops}`, handoff.createdAt)),
	];
}

/**
 * The clocks to write when the owner of a handed-over conversation has changed (claim, transfer, release): the old owner's are
 * settled, the new owner's started. `conversation` is the one after the transition. An agent who takes over a conversation in
 * which no answer is due gets no clock.
 */
export function clocksOnOwnerChange(
	policies: readonly SlaPolicy[],
	conversation: Conversation,
	running: readonly SlaClock[],
	now: IsoTime,
): SlaClock[] {
	const handoff = conversation.handoff;
	if (conversation.state !== 'human' || !handoff) return [];
	const start = starter(policies, conversation, running);
	const about = `${handoff.id}:${handoff.hops}`;
	if (conversation.owner?.kind === 'queue') {
		return [
			...running
				.filter((clock) => isLive(clock) && clock.kind === 'claim_without_reply')
				.map(cancel(now)),
			...start('queue_time', about, now),
		];
	}
	const waiting =
		!handoff.answeredAt || running.some((clock) => isLive(clock) && clock.kind === 'next_response');
	return [
		...settle(running, 'assigned', now),
		...(waiting ? start('claim_without_reply', about, now) : []),
	];
}

/**
 * The clocks to write when the customer has written; `conversation` is the one after the message. While a person is in charge,
 * the next answer is due, or, where nobody has answered yet, the first; while the bot is, a reply by anyone. One clock runs at a time,
 * from the oldest message that has no answer: a burst of messages is one broken promise, not five. A message that reaches us only after
 * a person has answered what came later starts none, nor does one that needs no answer. Clocks that waited for the customer run on.
 */
export function clocksOnCustomerMessage(
	policies: readonly SlaPolicy[],
	conversation: Conversation,
	message: { id: string; sentAt: IsoTime },
	running: readonly SlaClock[],
	now: IsoTime,
): SlaClock[] {
	const start = starter(policies, conversation, running);
	const has = (kind: SlaKind) => running.some((clock) => isLive(clock) && clock.kind === kind);
	const resumed = running
		.filter((clock) => clock.status === 'paused' && clock.paused?.why === 'waiting_for_customer')
		.map((clock) => resume(clock, now));
	if (answeredAfter(conversation, message.sentAt)) return [];
	if (conversation.state === 'human') {
		if (has('first_response') || has('next_response')) return resumed;
		if (needsNone(conversation, message.sentAt)) return resumed;
		// Who took over from a bot that had answered owes the first answer only now.
		const { handoff } = conversation;
		const promised = running.some(
			({ id }) => id === `${conversation.id}:first_response:${handoff?.id}`,
		);
		const owed =
			handoff?.answeredAt === undefined && !promised
				? start('first_response', message.id, message.sentAt)
				: [];
		const next = () => start('next_response', message.id, message.sentAt);
		return [...resumed, ...(owed.length > 0 ? owed : next())];
	}
	if (conversation.state === 'bot' && !has('bot_silence')) {
		return [...resumed, ...start('bot_silence', message.id, message.sentAt)];
	}
	return resumed;
}

/**
 * The clock of a follow-up promised for a stated time, e.g. in an acknowledgement outside hours ("tomorrow from 9"). Due at that
 * time whatever the hours are. None if there is no policy of this kind and `promise` names no marks, in percent of the time
 * until then.
 */
export function clocksOnPromise(
	policies: readonly SlaPolicy[],
	conversation: Conversation,
	promise: { about: string; promisedFor: IsoTime; marks?: number[]; timeZone?: string },
	now: IsoTime,
): SlaClock[] {
	const chosen = policiesFor(policies, conversation).get('promised_follow_up');
	const policy: SlaPolicy | undefined =
		chosen ??
		(promise.marks && {
			name: 'Promised follow-up',
			kind: 'promised_follow_up',
			targetMinutes: 0,
			clock: 'wall',
			marks: promise.marks,
		});
	if (!policy || promise.promisedFor <= now) return [];
	const minutes = (Date.parse(promise.promisedFor) - Date.parse(now)) / MINUTE_MS;
	const clock = startClock(
		{ ...policy, clock: 'wall', targetMinutes: minutes },
		conversation,
		promise.about,
		now,
	);
	const when = wallTime(
		promise.timeZone ?? policy.calendar?.timeZone ?? 'UTC',
		promise.promisedFor,
		now,
	);
	return [{ ...clock, explanation: `The customer was promised a follow-up for ${when}.` }];
}

/** Whether the message is no more than thanks: it is newer than the last one that asked for something. */
function needsNone({ lastAskedAt }: Conversation, sentAt: IsoTime): boolean {
	return lastAskedAt !== undefined && sentAt > lastAskedAt;
}

/** Whether a person wrote to the customer after this. Times are told in whole seconds: at the same one, better asked once more. */
function answeredAfter({ lastAgentMessageAt }: Conversation, sentAt: IsoTime): boolean {
	return lastAgentMessageAt !== undefined && lastAgentMessageAt > sentAt;
}

function starter(
	policies: readonly SlaPolicy[],
	conversation: Conversation,
	running: readonly SlaClock[],
) {
	const chosen = policiesFor(policies, conversation);
	return (kind: SlaKind, about: string, startedAt: IsoTime): SlaClock[] => {
		const policy = chosen.get(kind);
		if (!policy) return [];
		// A clock that runs already is left alone: its marks may have been raised.
		const id = `${conversation.id}:${kind}:${about}`;
		if (running.some((clock) => clock.id === id)) return [];
		return [startClockAnyway(policy, conversation, about, startedAt)];
	};
}
