import { comparablePhone } from '../../../core/crm';
import type { CrmContact, CrmDeal } from '../../../core/ports/crm';
import type { Values } from './connection';
import type { AccountField } from './fields';
import { readValues } from './fields';

/** What is known of the account when its records are read. */
export interface Reading {
	fields: readonly AccountField[];
	keyField: string | undefined;
	sourceField: string | undefined;
	/** Address of the account's pages, if it may be known. */
	pages: string | undefined;
}

/** A number or address of a person; Pipedrive keeps several, in any format. */
export interface Entry {
	value: string;
	primary: boolean;
	label: string;
}

export function contactOf(
	one: Values,
	names: string[],
	{ fields, keyField, pages }: Reading,
	company: string | undefined,
): CrmContact {
	const id = String(one.id);
	const emails = entriesOf(one.emails);
	return {
		id,
		phones: entriesOf(one.phones),
		emails,
		...filled({
			email: emails[0],
			name: textOf(one.name),
			firstName: textOf(one.first_name),
			lastName: textOf(one.last_name),
			company,
			ownerId: idOf(one.owner_id),
			key: keyField && textOf(customOf(one)[keyField]),
			createdAt: textOf(one.add_time),
		}),
		properties: readValues(fields, { ...one, ...customOf(one) }, names),
		...pageOf(pages, `person/${id}`),
	};
}

/** Won and lost are no stages in Pipedrive; here they stand at the end of each pipeline. */
export function dealOf(one: Values, names: string[], reading: Reading): CrmDeal {
	const { fields, pages } = reading;
	const id = String(one.id);
	const closed = one.status === 'won' || one.status === 'lost';
	const pipelineId = idOf(one.pipeline_id) ?? '';
	return {
		id,
		name: textOf(one.title) ?? id,
		pipelineId,
		stageId: closed ? `${pipelineId}:${String(one.status)}` : (idOf(one.stage_id) ?? ''),
		closed,
		...ours(customOf(one), reading),
		...filled({
			amount: typeof one.value === 'number' ? one.value : undefined,
			currency: textOf(one.currency),
			ownerId: idOf(one.owner_id),
			closeDate: textOf(one.expected_close_date),
		}),
		properties: readValues(fields, { ...one, ...customOf(one) }, names),
		...pageOf(pages, `deal/${id}`),
	};
}

/** A lead has no stages: it is in the inbox, archived, or has become a deal. */
export const LEADS = {
	id: 'leads',
	name: 'Leads Inbox',
	stages: [
		{ id: 'open', name: 'Open', order: 0, closed: false },
		{ id: 'archived', name: 'Archived', order: 1, closed: true },
	],
} as const;

/** A lead as version 1 of the API gives it: its custom fields stand beside its own. */
export function leadOf(one: Values, names: string[], reading: Reading): CrmDeal {
	const id = String(one.id);
	const value = (one.value ?? {}) as { amount?: number; currency?: string };
	return {
		id,
		name: textOf(one.title) ?? id,
		pipelineId: LEADS.id,
		stageId: one.is_archived === true ? 'archived' : 'open',
		closed: one.is_archived === true,
		...ours(one, reading),
		...filled({
			amount: value.amount,
			currency: value.currency,
			ownerId: idOf(one.owner_id),
			closeDate: textOf(one.expected_close_date),
		}),
		properties: readValues(reading.fields, one, names),
		...pageOf(reading.pages, `leads/inbox/${id}`),
	};
}

/** A lead that staff have made a deal of is that deal from then on. */
export function convertedLeadOf(one: Values, names: string[], reading: Reading): CrmDeal {
	const deal = dealOf(one, names, reading);
	return { ...deal, pipelineId: LEADS.id, stageId: 'converted', closed: true };
}

export function pageOf(pages: string | undefined, path: string): { url?: string } {
	return pages ? { url: `${pages}/${path}` } : {};
}

function ours(values: Values, { keyField, sourceField }: Reading) {
	return filled({
		key: keyField && textOf(values[keyField]),
		source: sourceField && textOf(values[sourceField]),
	});
}

/** Our entry first, and what staff have put there behind it: Pipedrive replaces the list as a whole. */
export function merged(ours: Entry, theirs: unknown): Entry[] {
	const number = comparablePhone(ours.value);
	const others = (Array.isArray(theirs) ? (theirs as Entry[]) : []).filter(
		({ value }) =>
			value !== ours.value && (number === undefined || comparablePhone(value) !== number),
	);
	return [ours, ...others.map((one) => ({ ...one, primary: false }))];
}

/** The primary one first. */
export function entriesOf(list: unknown): string[] {
	return (Array.isArray(list) ? (list as Entry[]) : [])
		.filter(({ value }) => value)
		.sort((a, b) => Number(b.primary) - Number(a.primary))
		.map(({ value }) => value);
}

export function customOf(one: Values): Values {
	return (one.custom_fields ?? {}) as Values;
}

export function textOf(value: unknown): string | undefined {
	return typeof value === 'string' && value !== '' ? value : undefined;
}

function idOf(value: unknown): string | undefined {
	return typeof value === 'number' || (typeof value === 'string' && value)
		? String(value)
		: undefined;
}

/** Ids of Pipedrive are numbers, but for leads, whose are UUIDs. */
export function isNumber(id: string): boolean {
	return /^\d+$/.test(id);
}

export function isLeadId(id: string): boolean {
	return /^[\da-f]{8}-[\da-f-]{27}$/i.test(id);
}

/** Without what is undefined. */
export function filled<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
	return Object.fromEntries(
		Object.entries(values).filter(([, value]) => value !== undefined && value !== ''),
	) as { [K in keyof T]?: NonNullable<T[K]> };
}
