import type { AuditEntry } from '../../core/conversation/audit';
import type { Conversation } from '../../core/conversation/conversation';
import { NO_COUNTERS } from '../../core/conversation/conversation';
import type { CustomerIdentity, IdentityKey, IdentityKind } from '../../core/conversation/identity';
import { mergeIdentity } from '../../core/conversation/identity';
import type { ConversationMessage, DeliveryStatus } from '../../core/conversation/message';
import { byTime, isCustomerTurn } from '../../core/conversation/message';
import { needsAnswer } from '../../core/conversation/needsAnswer';
import { transition } from '../../core/conversation/transitions';
import type { InboundMessage } from '../../core/ports/store';
import { StoreError } from '../../core/ports/store';
import type { IsoTime } from '../../core/time';

/** What every store does with an inbound message; only reading and writing differ. */

/** Indexes of the messages in the order in which they were sent: how they are settled, however they arrived. */
export function byTimeSent(messages: readonly InboundMessage[]): number[] {
	return messages
		.map((_, index) => index)
		.sort((a, b) => byTime(messages[a]!.message, messages[b]!.message));
}

/** A conversation at its first message, before that message is applied. */
export function startConversation(
	id: string,
	namespace: string,
	channelId: string,
	identity: CustomerIdentity,
	message: ConversationMessage,
	now: IsoTime,
): Conversation {
	return {
		id,
		namespace,
		channelId,
		state: 'bot',
		version: 0,
		episode: 1,
		identity,
		profile: { consent: { status: 'unknown', scope: 'all' }, fields: {} },
		counters: { ...NO_COUNTERS },
		collected: {},
		tags: [],
		priority: 'normal',
		handoffCount: 0,
		lastMessageAt: message.sentAt,
		createdAt: now,
		updatedAt: now,
	};
}

/** The conversation after a message that has not been seen before. */
export function received(
	before: Conversation,
	identity: CustomerIdentity,
	message: ConversationMessage,
	now: IsoTime,
): { conversation: Conversation; audit?: AuditEntry } {
	const seen = withNewKeys(identity, message);
	const known = {
		...before,
		identity: afterMove(
			before.identity,
			mergeIdentity(
				before.identity,
				// What we wrote says nothing new of the customer.
				message.direction === 'in' ? { ...seen, asOf: message.sentAt } : seen,
			),
			message,
		),
	};
	if (isCustomerTurn(message)) {
		const step = transition(
			known,
			{ type: 'customer_wrote', sentAt: message.sentAt, asks: asksPerson(known, message) },
			{ kind: 'customer' },
			now,
		);
		if (step.ok && step.changed) {
			return { conversation: step.conversation, ...(step.audit ? { audit: step.audit } : {}) };
		}
	}
	return {
		conversation: {
			...known,
			lastMessageAt: message.sentAt > known.lastMessageAt ? message.sentAt : known.lastMessageAt,
			version: known.version + 1,
			updatedAt: now,
		},
	};
}

/** Whether a message has to be answered; what the bot has is the bot's to judge. */
function asksPerson({ state, owner }: Conversation, message: ConversationMessage): boolean {
	if (state !== 'human') return true;
	return needsAnswer(message, owner?.kind === 'agent' ? owner.name : undefined);
}

/** Notes a change of number whose user id is not named, and forgets it once the new user id is there. */
function afterMove(
	before: CustomerIdentity,
	after: CustomerIdentity,
	{ system }: ConversationMessage,
): CustomerIdentity {
	if (system?.newWaId && !system.newUserId) return { ...after, movedTo: system.newWaId };
	const known = userIds(before);
	if (after.movedTo === undefined || userIds(after).every((id) => known.includes(id))) return after;
	const { movedTo: _movedTo, ...settled } = after;
	return settled;
}

/** A customer who changed the number stays the same customer: the new key leads to the same conversation. */
export function withNewKeys(
	identity: CustomerIdentity,
	{ system }: ConversationMessage,
): CustomerIdentity {
	const keys = [...identity.keys];
	if (system?.newWaId) keys.push({ kind: 'wa_id', value: system.newWaId });
	if (system?.newUserId) keys.push({ kind: 'user_id', value: system.newUserId });
	return { ...identity, keys };
}

/** Keys in the order in which they are trusted: a number has the longer history than the newer business-scoped ids. */
const TRUST: readonly IdentityKind[] = ['wa_id', 'phone', 'user_id', 'parent_user_id', 'external'];

/** A conversation that a key of the customer leads to. */
export interface Candidate {
	kind: IdentityKind;
	conversation: Conversation;
}

/**
 * Which conversation it is where the keys of one customer lead to several: one that a person has, so that the bot does not speak beside
 * them; else the one under the key that is trusted most. One whose user id says that it is somebody else's is never theirs: numbers are
 * given to others.
 */
export function bestMatch(
	found: readonly Candidate[],
	identity: CustomerIdentity,
): Conversation | undefined {
	const rank = ({ kind, conversation }: Candidate) =>
		(conversation.state === 'human' ? 0 : 10) + TRUST.indexOf(kind);
	return found
		.filter(({ conversation }) => !isAnothers(conversation, identity))
		.sort((a, b) => rank(a) - rank(b))[0]?.conversation;
}

/** Keys that a customer holds for a time: the number may be somebody else's later. */
const LENT: ReadonlySet<IdentityKind> = new Set(['wa_id', 'phone']);

/**
 * Whose a number is, where a message bears one that led to somebody else's conversation: it belongs to whoever was seen with it last, by
 * the time of the message. Gives the identity that the message really shows, and the others' conversations without the number, so that
 * nothing that is written there reaches the new holder.
 */
export function holderOf(
	found: readonly Candidate[],
	identity: CustomerIdentity,
	message: ConversationMessage,
	now: IsoTime,
): {
	identity: CustomerIdentity;
	former: Array<{ conversation: Conversation; audit: AuditEntry }>;
} {
	const others = [
		...new Map(found.map(({ conversation }) => [conversation.id, conversation])).values(),
	].filter((conversation) => isAnothers(conversation, identity));
	if (others.length === 0) return { identity, former: [] };
	const late = others.some(({ identity: { asOf } }) => asOf !== undefined && asOf > message.sentAt);
	if (late) return { identity: withoutKeys(identity, identity.keys), former: [] };
	return {
		identity,
		former: others.map((conversation) => ({
			conversation: {
				...conversation,
				identity: withoutKeys(conversation.identity, identity.keys),
				version: conversation.version + 1,
				updatedAt: now,
			},
			audit: {
				at: now,
				actor: { kind: 'system' },
				action: 'number_lost',
				reason: 'The phone number belongs to another WhatsApp user now',
				from: conversation.state,
				to: conversation.state,
				...(conversation.owner ? { owner: conversation.owner } : {}),
			},
		})),
	};
}

/** An identity without those of these keys that are a number. */
function withoutKeys(identity: CustomerIdentity, lost: readonly IdentityKey[]): CustomerIdentity {
	const gone = new Set(lost.filter(({ kind }) => LENT.has(kind)).map(({ value }) => value));
	const { waId, phone, ...rest } = identity;
	return {
		...rest,
		...(waId !== undefined && !gone.has(waId) ? { waId } : {}),
		...(phone !== undefined && !gone.has(phone) ? { phone } : {}),
		keys: identity.keys.filter(({ kind, value }) => !LENT.has(kind) || !gone.has(value)),
	};
}

/** The other conversations of the same customer among those that the keys lead to. */
export function sameCustomer(
	found: readonly Candidate[],
	chosen: Conversation,
	identity: CustomerIdentity,
): Conversation[] {
	const others = found
		.map(({ conversation }) => conversation)
		.filter((one) => one.id !== chosen.id && !isAnothers(one, identity));
	return [...new Map(others.map((one) => [one.id, one])).values()];
}

/** Both have user ids, and none in common, nor one of a parent portfolio; and it is not where the customer has moved to. */
function isAnothers({ identity: theirs }: Conversation, seen: CustomerIdentity): boolean {
	const differ = (kind: IdentityKind) => {
		const known = idsOf(theirs, kind);
		const shown = idsOf(seen, kind);
		return known.length > 0 && shown.length > 0
			? !known.some((id) => shown.includes(id))
			: undefined;
	};
	if (theirs.movedTo !== undefined && idsOf(seen, 'wa_id').includes(theirs.movedTo)) return false;
	return differ('user_id') === true && differ('parent_user_id') !== false;
}

const idsOf = ({ keys }: CustomerIdentity, kind: IdentityKind): string[] =>
	keys.filter((key) => key.kind === kind).map(({ value }) => value);

const userIds = (identity: CustomerIdentity): string[] => idsOf(identity, 'user_id');

/**
 * Kind of the key, on no channel, by which conversations of one customer find each other once all other keys lead to one of them. Its
 * value is the id of the one that they no longer lead to.
 */
export const SAME_CUSTOMER = 'same_customer';

/** How long a status waits for its message to be written down. */
export const EARLY_STATUS_MS = 60 * 60 * 1000;

/** Only what the customer said has to reach a workflow; reactions and echoes are told by being on record. */
export function needsRecovery(message: ConversationMessage): boolean {
	return message.direction === 'in' && isCustomerTurn(message);
}

/** A message of ours that a gateway has taken under this id. One that it had refused before is on its way after all. */
export function takenAs(message: ConversationMessage, alias: string): ConversationMessage {
	if (message.status !== 'failed' || message.sentAs !== undefined) {
		return { ...message, sentAs: alias };
	}
	const { errors: _errors, ...rest } = message;
	return { ...rest, status: 'sent', sentAs: alias };
}

/** Delivery statuses in the order in which they happen. */
const STATUS_ORDER: readonly DeliveryStatus[] = ['pending', 'sent', 'delivered', 'read', 'played'];

/** Whether a status says something newer than the one on record: late ones are ignored, a failure is final. */
export function supersedes(known: DeliveryStatus | undefined, next: DeliveryStatus): boolean {
	if (known === 'failed') return false;
	if (next === 'failed') return known === undefined || known === 'pending' || known === 'sent';
	return STATUS_ORDER.indexOf(next) > STATUS_ORDER.indexOf(known ?? 'pending');
}

/** Since when a conversation waits in a queue: as long as the customer does, whichever queues it has been in. */
export function waitingSince({ owner, handoff }: Conversation): IsoTime | undefined {
	return owner?.kind === 'queue' ? handoff?.createdAt : undefined;
}

/** Throws StoreError where a decision gives a conversation back without having counted the change. */
export function checkVersion(before: Conversation, after: Conversation): void {
	if (after.id === before.id && after.version > before.version) return;
	throw new StoreError(
		`The change of conversation ${before.id} was decided on version ${after.version - 1} of ${after.id}, not on version ${before.version}`,
		'Read the conversation again and repeat the step.',
	);
}

export function noSuchConversation(id: string): StoreError {
	return new StoreError(
		`There is no conversation ${id || '(empty)'}`,
		'Check the field Conversation: it needs the ID that WhatsApp Trigger puts into conversation.id.',
	);
}

/** Shorter values of an identity are part of too many other texts. */
const SHORTEST_NAME = 6;

/** Whether a text names one of these conversations or their customers: by id, number, key or address. */
export function namesThem(conversations: readonly Conversation[]): (text: string) => boolean {
	const names = conversations.flatMap(({ id, identity, profile }) => [
		id,
		...[
			...identity.keys.map(({ value }) => value),
			identity.phone,
			identity.phone?.replace('+', ''),
			profile.email,
			profile.email?.toLowerCase(),
		].filter((value): value is string => value !== undefined && value.length >= SHORTEST_NAME),
	]);
	return (text) => names.some((name) => text.includes(name));
}
