import type { CrmContact, CrmContactInput } from '../ports/crm';
import { comparablePhone, countryOf } from './phone';

/** By what the contact was found; `created` if there was none. */
export type MatchedBy = 'key' | 'phone' | 'email' | 'created';

export interface Match {
	contact: CrmContact;
	matchedBy: 'phone' | 'email';
	/** The others that would have fitted, best first. */
	others: CrmContact[];
}

/**
 * Which of the contacts that a CRM's search returned is this person. A search compares text and returns too many; here a contact
 * counts only if its phone number is the same number, or its e-mail address the same address.
 *
 * Where several count: the phone number goes before the e-mail address (the customer writes from the phone), both before one;
 * then the contact that was created first, then the lower id, so that every run chooses the same.
 */
export function matchContact(
	input: CrmContactInput,
	candidates: readonly CrmContact[],
): Match | undefined {
	const country = input.phone ? countryOf(input.phone) : undefined;
	const phone = input.phone ? comparablePhone(input.phone) : undefined;
	const email = comparableEmail(input.email);
	const ranked = unique(candidates)
		.map((contact) => ({
			contact,
			phone:
				phone !== undefined &&
				contact.phones.some((own) => comparablePhone(own, country) === phone),
			email:
				email !== undefined &&
				[contact.email, ...(contact.emails ?? [])].some((own) => comparableEmail(own) === email),
		}))
		.filter((found) => found.phone || found.email)
		.sort(
			(a, b) =>
				Number(b.phone) - Number(a.phone) ||
				Number(b.email) - Number(a.email) ||
				compare(a.contact.createdAt ?? '\uffff', b.contact.createdAt ?? '\uffff') ||
				compareIds(a.contact.id, b.contact.id),
		);
	const best = ranked[0];
	if (!best) return undefined;
	return {
		contact: best.contact,
		matchedBy: best.phone ? 'phone' : 'email',
		others: ranked.slice(1).map(({ contact }) => contact),
	};
}

function comparableEmail(email: string | undefined): string | undefined {
	return email?.trim().toLowerCase() || undefined;
}

function unique(contacts: readonly CrmContact[]): CrmContact[] {
	return [...new Map(contacts.map((contact) => [contact.id, contact])).values()];
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}

/** Ids of digits rise as numbers do: "99" was given before "100". */
function compareIds(a: string, b: string): number {
	const numeric = /^\d+$/.test(a) && /^\d+$/.test(b);
	return (numeric ? a.length - b.length : 0) || compare(a, b);
}
