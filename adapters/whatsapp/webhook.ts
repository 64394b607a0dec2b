import { createHash } from 'node:crypto';

import type { CustomerIdentity } from '../../core/conversation/identity';
import type { ConversationMessage, QuotedMessage, Referral } from '../../core/conversation/message';
import type { InboundMessage } from '../../core/ports/store';
import type { IsoTime } from '../../core/time';
import { addMilliseconds } from '../../core/time';
import { readCall } from './calls';
import type { EventKind, OtherEvent } from './events';
import { kindOfField, otherEvent, readConsent, readUserIdUpdate } from './events';
import type { Fields } from './fields';
import { asFields, asFilledText, asId, asList, asTime, defined, safeCopy } from './fields';
import { identityFrom, identityOf, personRef } from './identity';
import { readContent, readErrors } from './messages';
import type { StatusUpdate } from './statuses';
import { readStatus } from './statuses';

/** One delivery of Meta's webhook in our terms. Everything in it is in one of the three lists. */
export interface Delivery {
	/** Messages of customers, echoes of messages that staff sent from the phone, calls; oldest first. */
	inbound: InboundMessage[];
	statuses: StatusUpdate[];
	other: OtherEvent[];
}

/** Meta's name for deliveries of the WhatsApp Business Platform. */
export const WHATSAPP_OBJECT = 'whatsapp_business_account';

/** A clock may be a little ahead of ours; a time beyond this is a mistake, and the time of arrival is better. */
const MAX_AHEAD_MS = 24 * 60 * 60 * 1000;

/** Whether a parsed body is a delivery of the WhatsApp Business Platform at all. */
export function isWhatsAppDelivery(body: unknown): boolean {
	const fields = asFields(body);
	return fields?.object === WHATSAPP_OBJECT && Array.isArray(fields.entry);
}

/**
 * Reads a parsed webhook body. Pure, and total: whatever `body` is, it returns, and what it does not understand is passed on as
 * `unknown` with its raw form. `now` is the time of arrival; `defaultChannelId` stands in where a delivery does not name our number,
 * as some providers' do not.
 */
export function readDelivery(body: unknown, now: IsoTime, defaultChannelId = ''): Delivery {
	const delivery: Delivery = { inbound: [], statuses: [], other: [] };
	for (const entry of asList(asFields(body)?.entry)) {
		const accountId = asFilledText(entry.id) ?? '';
		const at = asTime(entry.time) ?? now;
		for (const change of asList(entry.changes)) {
			readChange(
				asFilledText(change.field) ?? '',
				change.value,
				{ accountId, at, now, defaultChannelId },
				delivery,
			);
		}
	}
	// Array.sort is stable: messages of the same second stay in the order in which Meta listed them.
	delivery.inbound.sort((a, b) =>
		a.message.sentAt < b.message.sentAt ? -1 : a.message.sentAt > b.message.sentAt ? 1 : 0,
	);
	return delivery;
}

interface ChangeContext {
	accountId: string;
	/** Time that Meta gave the change, else the time of arrival. */
	at: IsoTime;
	now: IsoTime;
	defaultChannelId: string;
}

interface Sender extends ChangeContext {
	field: string;
	channelId: string;
	/** Digits of our own number. */
	ownNumber: string;
	contacts: Fields[];
}

function readChange(
	field: string,
	rawValue: unknown,
	context: ChangeContext,
	into: Delivery,
): void {
	const value = asFields(rawValue);
	const metadata = asFields(value?.metadata);
	const sender: Sender = {
		...context,
		field,
		channelId: asFilledText(metadata?.phone_number_id) ?? context.defaultChannelId,
		ownNumber: (asFilledText(metadata?.display_phone_number) ?? '').replace(/\D/g, ''),
		contacts: asList(value?.contacts),
	};
	const before = count(into);
	const pass = (kind: EventKind, raw: unknown, facts: Partial<OtherEvent> = {}) =>
		into.other.push(
			otherEvent(field, kind, raw, {
				accountId: context.accountId,
				at: context.at,
				...(sender.channelId ? { channelId: sender.channelId } : {}),
				...facts,
			}),
		);

	if (value) {
		for (const message of asList(value.messages)) {
			const read = readMessage(message, sender, value.errors);
			if (read) into.inbound.push(read);
			else pass('unreadable', message);
		}
		for (const echo of asList(value.message_echoes)) {
			const read = readEcho(echo, sender);
			if (read) into.inbound.push(read);
			else pass('unreadable', echo);
		}
		for (const call of asList(value.calls)) {
			const read = readCallMessage(call, sender);
			if (read) into.inbound.push(read);
			else pass('call', call);
		}
		for (const status of asList(value.statuses)) {
			if (status.type === 'call') {
				pass('call', status);
				continue;
			}
			const read = readStatus(status, sender);
			if (read) into.statuses.push(read);
			else pass('unreadable', status);
		}
		for (const entry of asList(value.user_preferences)) {
			pass('consent', entry, readConsent(entry, sender.contacts, context.now));
		}
		for (const entry of asList(value.user_id_update)) {
			pass('user_id_update', entry, readUserIdUpdate(entry, sender.contacts));
		}
		for (const group of asList(value.groups)) {
			pass('group', group, { at: asTime(group.timestamp) ?? context.at });
		}
	}
	if (count(into) > before) return;
	// Nothing above: the whole value is the event (account, template, …), a report of errors, or something new.
	const kind = kindOfField(field);
	if (kind === 'unknown' && readErrors(value?.errors).length > 0) pass('errors', rawValue);
	else if (kind === 'user_id_update')
		pass(kind, rawValue, readUserIdUpdate(value ?? {}, sender.contacts));
	else pass(kind, rawValue);
}

function count({ inbound, statuses, other }: Delivery): number {
	return inbound.length + statuses.length + other.length;
}

function readMessage(
	message: Fields,
	sender: Sender,
	errorsBeside: unknown,
): InboundMessage | undefined {
	const person = personRef(
		message.from,
		// Of a changed user id, the service may name the old one beside the new one alone.
		message.from_user_id ?? asFields(message.system)?.previous_user_id,
		message.from_parent_user_id,
	);
	let identity = identityOf(person, sender.contacts);
	const groupId = asId(message.group_id);
	const authorName = groupId ? identity?.name : undefined;
	// A group is a conversation of its own: what is said there must not mix with a member's private one.
	if (groupId) identity = { keys: [{ kind: 'external', value: `group:${groupId}` }] };
	if (!identity) return undefined;

	let content = readContent(message);
	if (content.type === 'unknown') {
		// Meta says beside the messages why one of them has no content.
		const errors = readErrors(errorsBeside);
		if (errors.length > 0) content = { ...content, type: 'unsupported', errors };
	}
	if (content.type === 'system') identity = withNewIds(identity, content.system);
	return inbound(message, sender, identity, {
		...content,
		direction: 'in',
		author: content.type === 'system' ? 'system' : 'customer',
		...defined({
			groupId,
			authorName,
			quoted: readQuoted(message.context),
			referral: readReferral(message.referral),
		}),
	});
}

/** A message that staff sent from the WhatsApp Business app on the phone (coexistence). */
function readEcho(echo: Fields, sender: Sender): InboundMessage | undefined {
	// Meta's page has us in `from` and the customer in `to`; deliveries have been seen with the two the other way round.
	const swapped =
		sender.ownNumber !== '' && asFilledText(echo.to)?.replace(/\D/g, '') === sender.ownNumber;
	const person = swapped
		? personRef(echo.from, echo.from_user_id, echo.from_parent_user_id)
		: personRef(echo.to, echo.to_user_id, echo.to_parent_user_id);
	const identity = identityOf(person, sender.contacts);
	if (!identity) return undefined;
	return inbound(echo, sender, identity, {
		...readContent(echo),
		direction: 'out',
		author: 'agent',
		status: 'sent',
		...defined({ quoted: readQuoted(echo.context) }),
	});
}

function readCallMessage(call: Fields, sender: Sender): InboundMessage | undefined {
	const read = readCall(call);
	if (!read) return undefined;
	const customer = read.direction === 'in' ? call.from : call.to;
	const named = identityOf(personRef(customer), sender.contacts);
	const ours = named?.waId !== undefined && named.waId === sender.ownNumber;
	// Where the ends of the call do not name the customer, the contact does.
	const identity = named && !ours ? named : identityOf({}, sender.contacts);
	if (!identity) return undefined;
	return inbound(call, sender, identity, read);
}

function inbound(
	raw: Fields,
	sender: Sender,
	identity: CustomerIdentity,
	message: Omit<ConversationMessage, 'id' | 'sentAt' | 'receivedAt'> & { id?: string },
): InboundMessage {
	return {
		channelId: sender.channelId,
		identity,
		message: {
			...message,
			id: message.id ?? asId(raw.id) ?? idOfContent(raw),
			sentAt: sentAt(raw.timestamp, sender.now),
			receivedAt: sender.now,
		},
		raw: safeCopy(raw),
	};
}

function sentAt(timestamp: unknown, now: IsoTime): IsoTime {
	const time = asTime(timestamp);
	return time !== undefined && time <= addMilliseconds(now, MAX_AHEAD_MS) ? time : now;
}

/** A message without an id is known by what it says, so that its redelivery is still a duplicate. */
function idOfContent(raw: Fields): string {
	return `content.${createHash('sha256')
		.update(JSON.stringify(safeCopy(raw)))
		.digest('hex')}`;
}

/** A customer who changed the number is known by the old keys and the new ones; the new ones are what to write to. */
function withNewIds(
	identity: CustomerIdentity,
	change: ConversationMessage['system'],
): CustomerIdentity {
	const next = identityFrom(personRef(change?.newWaId, change?.newUserId));
	if (!next) return identity;
	const known = identity.keys.filter(
		(key) => !next.keys.some((other) => other.kind === key.kind && other.value === key.value),
	);
	return { ...identity, ...next, keys: [...known, ...next.keys] };
}

function readQuoted(value: unknown): QuotedMessage | undefined {
	const context = asFields(value);
	if (!context) return undefined;
	const product = asFields(context.referred_product);
	const many = context.frequently_forwarded === true;
	const quoted: QuotedMessage = defined({
		id: asFilledText(context.id),
		from: asFilledText(context.from),
		forwarded: context.forwarded === true || many ? true : undefined,
		forwardedManyTimes: many ? true : undefined,
		product:
			product &&
			defined({
				catalogId: asFilledText(product.catalog_id),
				productId: asFilledText(product.product_retailer_id),
			}),
	});
	return Object.keys(quoted).length > 0 ? quoted : undefined;
}

function readReferral(value: unknown): Referral | undefined {
	const referral = asFields(value);
	if (!referral) return undefined;
	return defined({
		sourceType: asFilledText(referral.source_type),
		sourceId: asFilledText(referral.source_id),
		sourceUrl: asFilledText(referral.source_url),
		headline: asFilledText(referral.headline),
		body: asFilledText(referral.body),
		clickId: asFilledText(referral.ctwa_clid),
		welcomeMessage: asFilledText(asFields(referral.welcome_message)?.text),
	});
}
