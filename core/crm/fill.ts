import type {
	CrmContact,
	CrmContactInput,
	CrmDeal,
	CrmDealInput,
	CrmProperties,
} from '../ports/crm';
import { comparablePhone, countryOf } from './phone';

/**
 * What an update writes on a contact: what is empty there, and with `overwrite` what is different, too. A phone number or address
 * that the contact has in another spelling, or as one of several, is not written again. Undefined if there is nothing to write.
 */
export function contactChanges(
	current: CrmContact,
	input: CrmContactInput,
	overwrite: boolean,
): CrmContactInput | undefined {
	const changes: CrmContactInput = {};
	// A contact whose name stands in one field is not given a second one.
	const named = Boolean(current.firstName || current.lastName || current.name);
	for (const field of ['firstName', 'lastName'] as const) {
		const value = input[field];
		if (!value || current[field] === value) continue;
		if (overwrite || !named) changes[field] = value;
	}
	for (const field of ['company', 'ownerId'] as const) {
		const value = input[field];
		if (value && current[field] !== value && (overwrite || !current[field])) changes[field] = value;
	}
	if (input.email && !hasEmail(current, input.email) && (overwrite || !current.email)) {
		changes.email = input.email;
	}
	if (
		input.phone &&
		!hasPhone(current, input.phone) &&
		(overwrite || current.phones.length === 0)
	) {
		changes.phone = input.phone;
	}
	const properties = propertyChanges(current.properties, input.properties, overwrite);
	if (properties) changes.properties = properties;
	return Object.keys(changes).length > 0 ? changes : undefined;
}

/** As {@link contactChanges}, for a deal; its stage is decided by {@link stageMove}. */
export function dealChanges(
	current: CrmDeal,
	input: CrmDealInput,
	overwrite: boolean,
): Partial<CrmDealInput> | undefined {
	const changes: Partial<CrmDealInput> = {};
	if (overwrite && input.name && current.name !== input.name) changes.name = input.name;
	for (const field of ['currency', 'source', 'ownerId', 'closeDate'] as const) {
		const value = input[field];
		if (value && current[field] !== value && (overwrite || !current[field])) changes[field] = value;
	}
	if (
		input.amount !== undefined &&
		current.amount !== input.amount &&
		(overwrite || !current.amount)
	) {
		changes.amount = input.amount;
	}
	const properties = propertyChanges(current.properties, input.properties, overwrite);
	if (properties) changes.properties = properties;
	return Object.keys(changes).length > 0 ? changes : undefined;
}

/** What of `input` is to be written: what is empty, and with `overwrite` what is different. */
export function propertyChanges(
	current: Record<string, unknown> = {},
	input: CrmProperties = {},
	overwrite: boolean,
): CrmProperties | undefined {
	const changed = Object.entries(input).filter(([name, value]) => {
		const filled = current[name] !== undefined && current[name] !== null && current[name] !== '';
		return filled ? overwrite && !sameValue(current[name], value) : value !== '';
	});
	return changed.length > 0 ? Object.fromEntries(changed) : undefined;
}

const TIME = /^\d{4}-\d\d-\d\dT/;

/** CRMs give numbers and booleans back as text, and times in another spelling. */
function sameValue(current: unknown, value: string | number | boolean): boolean {
	if (String(current) === String(value)) return true;
	if (typeof value === 'number') return Number(current) === value;
	if (typeof value !== 'string' || !TIME.test(value)) return false;
	return Date.parse(String(current)) === Date.parse(value);
}

function hasEmail(contact: CrmContact, email: string): boolean {
	return [contact.email, ...(contact.emails ?? [])].some(
		(own) => own?.toLowerCase() === email.trim().toLowerCase(),
	);
}

function hasPhone(contact: CrmContact, phone: string): boolean {
	const wanted = comparablePhone(phone);
	const country = countryOf(phone);
	return contact.phones.some((own) => comparablePhone(own, country) === wanted);
}
