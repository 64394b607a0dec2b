import type { Changes, ConversationView, HandoffStore, InboundMessage } from '../ports/store';
import { DEFAULT_POLICIES, clocksOnCustomerMessage } from '../sla';
import type { SlaPolicy } from '../sla/policy';
import type { IsoTime } from '../time';
import { consentGiven } from './consent';
import { consentInWords } from './consentWords';
import type { OwnConsentWords } from './consentWords';
import type { Conversation } from './conversation';
import type { Consent, CustomerIdentity } from './identity';
import { displayKey } from './identity';
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
export type IntakeStore = Pick<HandoffStore, 'intake' | 'markHandled' | 'getSetting'>;

export interface IntakeOptions {
	/** Words of consent of staff's own. */
	ownWords?: OwnConsentWords;
	/** Which messages are to reach a workflow; those that are not need no recovery. All if absent. */
	runs?: (message: ConversationMessage) => boolean;
}

/**
 * Puts messages on record, whatever channel they came by, with all that follows from them: a colleague's answer from the phone
 * silences the bot, the customer's words start the promises, and "STOP" is kept as what it is. Each message and what follows from it are
 * written together, so that whatever dies on the way, a second delivery finds all of it or nothing. Gives those that are new, in the
 * order given; `repeated` are those that had been on record.
 */
export async function takeIn(
	store: IntakeStore,
	inbound: InboundMessage[],
	now: IsoTime,
	{ ownWords, runs = () => true }: IntakeOptions = {},
): Promise<{ fresh: Arrival[]; repeated: Arrival[] }> {
	if (inbound.length === 0) return { fresh: [], repeated: [] };
	const policies = (await store.getSetting<SlaPolicy[]>('sla.policies')) ?? DEFAULT_POLICIES;
	const results = await store.intake(inbound, now, (view, { message }) =>
		inTurn(view, [
			(before) => (isPhoneAnswer(message) ? answeredFromPhone(before, message, now) : NOTHING),
			(before) => {
				const consent = consentInWords(message, before.conversation.profile.consent, ownWords);
				return consent ? consentGiven(before, consent, now) : NOTHING;
			},
			({ conversation, clocks }) =>
				isCustomerTurn(message)
					? {
							result: undefined,
							clocks: clocksOnCustomerMessage(policies, conversation, message, clocks, now),
						}
					: NOTHING,
			({ conversation }) =>
				!runs(message) || isForPeople({ conversation, message })
					? { result: undefined, handled: { ids: [message.id], at: now } }
					: NOTHING,
		]),
	);
	// A message may change a conversation after an earlier one of the same delivery: items carry the last state.
	const latest = new Map<string, Conversation>();
	for (const { conversation } of results) {
		const known = latest.get(conversation.id);
		if (!known || conversation.version >= known.version) latest.set(conversation.id, conversation);
	}
	const arrivals = results.map(({ conversation, message, fresh }, index) => ({
		fresh,
		arrival: {
			conversation: latest.get(conversation.id) ?? conversation,
			message,
			raw: inbound[index]?.raw,
		},
	}));
	// What somebody took over later in the same delivery is for people too.
	const taken = arrivals.filter(
		({ fresh, arrival }, index) =>
			fresh && isForPeople(arrival) && !isForPeople({ ...arrival, ...results[index]! }),
	);
	if (taken.length > 0) {
		await store.markHandled(
			taken.map(({ arrival }) => arrival.message.id),
			now,
		);
	}
	const those = (wanted: boolean) =>
		arrivals.filter(({ fresh }) => fresh === wanted).map(({ arrival }) => arrival);
	return { fresh: those(true), repeated: those(false) };
}

const NOTHING: Changes<unknown> = Object.freeze({ result: undefined });

/** Several decisions on one conversation as one, each on what the one before has made of it. */
function inTurn(
	view: ConversationView,
	steps: Array<(view: ConversationView) => Changes<unknown>>,
): Changes<unknown> {
	let { conversation, clocks } = view;
	const all: Required<Pick<Changes<unknown>, 'audit' | 'messages' | 'clocks'>> = {
		audit: [],
		messages: [],
		clocks: [],
	};
	let handled: Changes<unknown>['handled'];
	for (const step of steps) {
		const changes = step({ conversation, clocks });
		conversation = changes.conversation ?? conversation;
		const changed = changes.clocks ?? [];
		clocks = [...clocks.filter(({ id }) => !changed.some((clock) => clock.id === id)), ...changed];
		all.audit.push(...(changes.audit ?? []));
		all.messages.push(...(changes.messages ?? []));
		all.clocks.push(...changed);
		handled = changes.handled ?? handled;
	}
	return {
		result: undefined,
		...(conversation === view.conversation ? {} : { conversation }),
		...all,
		...(handled ? { handled } : {}),
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

/**
 * A word of consent that is no message (Meta's marketing preferences), as a line of the service: so that it is kept of a customer who has
 * never written, too. Undefined where it does not say whose it is, or nothing.
 */
export function consentOnly(
	word: { channelId?: string; identity?: CustomerIdentity; consent?: Consent; at: IsoTime },
	now: IsoTime,
): InboundMessage | undefined {
	const { channelId, identity, consent, at } = word;
	if (!channelId || !identity || !consent || consent.status === 'unknown') return undefined;
	return {
		channelId,
		identity,
		message: {
			id: `consent:${displayKey(identity)}:${consent.status}:${at}`,
			direction: 'in',
			author: 'system',
			type: 'system',
			text: '',
			system: { kind: `marketing_${consent.status}` },
			sentAt: at,
			receivedAt: now,
		},
	};
}
