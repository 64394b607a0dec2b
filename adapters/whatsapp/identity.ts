import type { CustomerIdentity, IdentityKey } from '../../core/conversation/identity';
import type { Fields } from './fields';
import { asFields, asFilledText, asId, defined } from './fields';
import { phoneOfWaId } from './phone';

/** What names a person in a webhook: a number-like id, a business-scoped user id, or both. */
export interface PersonRef {
	waId?: string;
	userId?: string;
	parentUserId?: string;
}

const DIGITS = /^\d{5,20}$/;
/** Country, dot, up to 128 letters and digits; the parent's has "ENT." in between. */
const USER_ID = /^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$/;

/** Reads an id field that may hold either kind of id, beside the fields made for user ids. */
export function personRef(id: unknown, userId?: unknown, parentUserId?: unknown): PersonRef {
	const text = asFilledText(id)?.replace(/^\+/, '');
	const named = asFilledText(userId) ?? (text && USER_ID.test(text) ? text : undefined);
	return defined({
		waId: text && DIGITS.test(text) ? text : undefined,
		userId: named && USER_ID.test(named) ? named : undefined,
		parentUserId: asId(parentUserId),
	});
}

/**
 * Who wrote, from the message's own ids and the `contacts` beside it. Contacts of one delivery may belong to several senders, so
 * one counts only if an id agrees, or if it is the only one and no id disagrees. Undefined if nothing names the person.
 */
export function identityOf(person: PersonRef, contacts: Fields[]): CustomerIdentity | undefined {
	const contact =
		contacts.find((entry) => agrees(person, refOf(entry))) ??
		(contacts.length === 1 && contacts[0] && !disagrees(person, refOf(contacts[0]))
			? contacts[0]
			: undefined);
	const listed = contact ? refOf(contact) : {};
	const waId = person.waId ?? listed.waId;
	const userId = listed.userId ?? person.userId;
	const parentUserId = listed.parentUserId ?? person.parentUserId;
	const profile = asFields(contact?.profile);
	return identityFrom(
		{
			...(waId ? { waId } : {}),
			...(userId ? { userId } : {}),
			...(parentUserId ? { parentUserId } : {}),
		},
		asFilledText(profile?.name),
		asFilledText(profile?.username),
	);
}

/** An identity with a key for each id; undefined without any. */
export function identityFrom(
	person: PersonRef,
	name?: string,
	username?: string,
): CustomerIdentity | undefined {
	const { waId, userId, parentUserId } = person;
	const phone = waId ? phoneOfWaId(waId) : undefined;
	const keys: IdentityKey[] = [];
	if (userId) keys.push({ kind: 'user_id', value: userId });
	if (waId) keys.push({ kind: 'wa_id', value: waId });
	if (parentUserId) keys.push({ kind: 'parent_user_id', value: parentUserId });
	if (phone) keys.push({ kind: 'phone', value: phone });
	if (keys.length === 0) return undefined;
	return defined({
		keys,
		phone,
		waId,
		userId,
		parentUserId,
		username: username?.replace(/^@/, ''),
		name,
	});
}

function refOf(contact: Fields): PersonRef {
	return personRef(contact.wa_id, contact.user_id, contact.parent_user_id);
}

function agrees(a: PersonRef, b: PersonRef): boolean {
	return (
		(a.waId !== undefined && a.waId === b.waId) || (a.userId !== undefined && a.userId === b.userId)
	);
}

function disagrees(a: PersonRef, b: PersonRef): boolean {
	const differ = (x?: string, y?: string) => x !== undefined && y !== undefined && x !== y;
	return differ(a.waId, b.waId) || differ(a.userId, b.userId);
}
