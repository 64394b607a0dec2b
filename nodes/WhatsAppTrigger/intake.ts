import { confirmSent } from '../../core/conversation/confirmation';
import { consentGiven } from '../../core/conversation/consent';
import type { CustomerIdentity } from '../../core/conversation/identity';
import type { Arrival } from '../../core/conversation/intake';
import { consentOnly, renamedCustomer, takeIn } from '../../core/conversation/intake';
import type { ConversationMessage } from '../../core/conversation/message';
import type { HandoffStore, InboundMessage } from '../../core/ports/store';
import type { IsoTime } from '../../core/time';
import { addMilliseconds } from '../../core/time';
import type { Delivery } from '../../adapters/whatsapp/webhook';
import type { OtherEvent } from '../../adapters/whatsapp/events';
import type { StatusUpdate } from '../../adapters/whatsapp/statuses';
import type { StatusArrival } from '../shared/arrivals';
import type { Settings } from './settings';
import { customerKey } from './settings';

export interface Recorded {
	arrivals: Arrival[];
	statuses: StatusArrival[];
	events: OtherEvent[];
}

/**
 * Puts a delivery on record and says what of it is to run. Everything is written when this returns: only then may the delivery be
 * acknowledged.
 */
export async function record(
	store: HandoffStore,
	delivery: Delivery,
	settings: Settings,
	now: IsoTime,
): Promise<Recorded> {
	const ours = (channelId: string | undefined) =>
		settings.phoneNumberIds.size === 0 || !channelId || settings.phoneNumberIds.has(channelId);
	const inbound = delivery.inbound.filter(
		({ channelId, identity }) => ours(channelId) && isLetIn(identity, settings),
	);
	// Messages last: where anything before them fails, the delivery comes again and they are still new.
	const events = await recordEvents(
		store,
		delivery.other.filter(({ channelId }) => ours(channelId)),
		settings,
		now,
	);
	const statuses = await recordStatuses(
		store,
		delivery.statuses.filter(({ channelId }) => ours(channelId)),
		settings,
		now,
	);
	return { arrivals: await recordMessages(store, inbound, settings, now), statuses, events };
}

async function recordMessages(
	store: HandoffStore,
	inbound: InboundMessage[],
	settings: Settings,
	now: IsoTime,
): Promise<Arrival[]> {
	const oldest = addMilliseconds(now, -settings.maxAgeMs);
	const runs = (message: ConversationMessage) =>
		message.sentAt >= oldest &&
		settings.types.has(message.type) &&
		(settings.groups || message.groupId === undefined);
	const { fresh } = await takeIn(store, inbound, now, { ownWords: settings.consentWords, runs });
	return fresh.filter(({ message }) => runs(message));
}

async function recordStatuses(
	store: HandoffStore,
	updates: StatusUpdate[],
	settings: Settings,
	now: IsoTime,
): Promise<StatusArrival[]> {
	const arrivals: StatusArrival[] = [];
	for (const update of updates) {
		const known =
			update.status === 'unknown'
				? undefined
				: await store.updateStatus(update.messageId, update.status, update.at, update.errors);
		// Its sender has not written it down, and may have died before it could.
		if (!known) await confirmSent(store, update, now);
		// A status that says nothing new is a redelivery.
		if (known && !known.changed) continue;
		if (!settings.statusEvents.has(update.status === 'unknown' ? 'other' : update.status)) continue;
		arrivals.push({ ...(known ? { conversation: known.conversation } : {}), update });
	}
	return arrivals;
}

async function recordEvents(
	store: HandoffStore,
	events: OtherEvent[],
	settings: Settings,
	now: IsoTime,
): Promise<OtherEvent[]> {
	for (const event of events) {
		const renamed = event.channelId ? renamedCustomer(event, now) : undefined;
		// Only who is known can be known by a new id; a stranger's begins with the first message.
		if (renamed && (await store.findConversation(renamed.channelId, renamed.identity))) {
			await store.intake([renamed], now);
		}
	}
	for (const event of events) {
		const line = consentOnly(event, now);
		const { consent } = event;
		if (!line || !consent) continue;
		const known = await store.findConversation(line.channelId, line.identity);
		if (known) await store.decide(known.id, (view) => consentGiven(view, consent, now));
		// Who has never written can have stopped what we send all the same.
		else await store.intake([line], now, (view) => consentGiven(view, consent, now));
	}
	return events.filter(({ kind }) => settings.statusEvents.has(STATUS_EVENT[kind] ?? 'other'));
}

/** Which choice of the Status parameter an event falls under; all others are "other". */
const STATUS_EVENT: Partial<Record<OtherEvent['kind'], string>> = {
	account: 'account',
	phone_number: 'account',
	template: 'template',
	consent: 'consent',
};

function isLetIn(identity: CustomerIdentity, settings: Settings): boolean {
	const keys = identity.keys.map(({ value }) => customerKey(value));
	const listed = (list: ReadonlySet<string>) => keys.some((key) => list.has(key));
	return (
		!listed(settings.ignoredCustomers) &&
		(settings.onlyCustomers.size === 0 || listed(settings.onlyCustomers))
	);
}
