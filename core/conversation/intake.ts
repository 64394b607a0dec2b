import type { HandoffStore, InboundMessage } from '../ports/store';
import { DEFAULT_POLICIES, clocksOnCustomerMessage } from '../sla';
import type { SlaPolicy } from '../sla/policy';
import type { IsoTime } from '../time';
import { consentGiven } from './consent';
import { consentInWords } from './consentWords';
import type { OwnConsentWords } from './consentWords';
import type { Conversation } from './conversation';
import type { CustomerIdentity } from './identity';
import type { ConversationMessage } from './message';
import { isCustomerTurn } from './message';
import { answeredFromPhone, isPhoneAnswer } from './phoneAnswer';

/** A message that was not on record before, with its conversation as it stands after the whole delivery. */
export interface Arrival {
	conversation: Conversation;
	message: ConversationMessage;
	/** The message as the channel delivered it. */
	raw: unknown;
}

/** What taking messages in needs of the store. */
export type IntakeStore = Pick<HandoffStore, 'intake' | 'decide' | 'getSetting'>;

/**
 * Puts messages on record, whatever channel they came by, with all that follows from them: a colleague's answer from the phone
 * silences the bot, the customer's words start the promises, and "STOP" is kept as what it is. Gives those that are new, in the order given; `repeated` are those
 * that had been on record.
 */
export async function takeIn(
	store: IntakeStore,
	inbound: InboundMessage[],
	now: IsoTime,
	ownWords?: OwnConsentWords,
): Promise<{ fresh: Arrival[]; repeated: Arrival[] }> {
	if (inbound.length === 0) return { fresh: [], repeated: [] };
	const results = await store.intake(inbound, now);
	// A message may change a conversation after an earlier one of the same delivery: items carry the last state.
	const latest = new Map<string, Conversation>();
	const learn = (conversation: Conversation) => {
		const known = latest.get(conversation.id);
		if (!known || conversation.version >= known.version) latest.set(conversation.id, conversation);
	};
	results.forEach(({ conversation }) => learn(conversation));
	const all = results.map((result, index) => ({ ...result, raw: inbound[index]?.raw }));
	const fresh = all.filter((result) => result.fresh);

	for (const { conversation, message } of fresh) {
		if (!isPhoneAnswer(message)) continue;
		learn(await store.decide(conversation.id, (view) => answeredFromPhone(view, message, now)));
	}

	for (const { conversation, message } of fresh) {
		const { consent: known } = (latest.get(conversation.id) ?? conversation).profile;
		const consent = consentInWords(message, known, ownWords);
		if (!consent) continue;
		learn(await store.decide(conversation.id, (view) => consentGiven(view, consent, now)));
	}

	const turns = fresh.filter(({ message }) => isCustomerTurn(message));
	if (turns.length > 0) {
		const policies = (await store.getSetting<SlaPolicy[]>('sla.policies')) ?? DEFAULT_POLICIES;
		for (const { conversation, message } of turns) {
			await store.decide(conversation.id, (view) => ({
				result: undefined,
				clocks: clocksOnCustomerMessage(policies, view.conversation, message, view.clocks, now),
			}));
		}
	}

	const arrival = ({ conversation, message, raw }: (typeof all)[number]): Arrival => ({
		conversation: latest.get(conversation.id) ?? conversation,
		message,
		raw,
	});
	return {
		fresh: fresh.map(arrival),
		repeated: all.filter((result) => !result.fresh).map(arrival),
	};
}

/**
 * Whether a message is for people: while a person is in charge, and what staff wrote from the phone, even if the conversation was
 * closed before.
 */
export function isForPeople({
	conversation,
	message,
}: Pick<Arrival, 'conversation' | 'message'>): boolean {
	return conversation.state === 'human' || message.direction === 'out';
}

/**
 * A change of the customer's business-scoped user id, as a line of the service in their conversation: whoever was known by the old id is
 * known by the new one from then on. Undefined where the change does not name both.
 */
export function renamedCustomer(
	change: {
		channelId?: string;
		identity?: CustomerIdentity;
		previousUserId?: string;
		at: IsoTime;
	},
	now: IsoTime,
): InboundMessage | undefined {
	const { channelId, previousUserId } = change;
	const userId = change.identity?.userId;
	if (!channelId || !previousUserId || !userId) return undefined;
	return {
		channelId,
		identity: { keys: [{ kind: 'user_id', value: previousUserId }], userId },
		message: {
			id: `user_id_update:${previousUserId}:${userId}`,
			direction: 'in',
			author: 'system',
			type: 'system',
			text: '',
			system: { kind: 'user_changed_user_id', newUserId: userId },
			sentAt: change.at,
			receivedAt: now,
		},
	};
}
