import type { SimplePublicObject } from '@hubspot/api-client/lib/codegen/crm/objects';
import type { Property } from '@hubspot/api-client/lib/codegen/crm/properties';

import type {
	CrmCompany,
	CrmContact,
	CrmContactInput,
	CrmDeal,
	CrmDealInput,
	CrmField,
	CrmFieldType,
	CrmOrder,
	CrmOwner,
	CrmPipeline,
	CrmStage,
} from '../../../core/ports/crm';
import type { Kind } from './kinds';

/** Our own fields, which the adapter makes on first use. */
export const KEY = 'whatsapp_handoff_key';
export const SOURCE = 'whatsapp_handoff_source';
export const OWN_FIELDS = {
	[KEY]: { label: 'WhatsApp handoff key', unique: true },
	[SOURCE]: { label: 'WhatsApp handoff source', unique: false },
} as const;

export const CONTACT_PROPERTIES = [
	'email',
	'firstname',
	'lastname',
	'phone',
	'mobilephone',
	'company',
	'hubspot_owner_id',
	'createdate',
	KEY,
];

export const COMPANY_PROPERTIES = ['name', 'domain'];

export const ORDER_PROPERTIES = [
	'hs_order_name',
	'hs_external_order_id',
	'hs_external_order_status',
	'hs_fulfillment_status',
	'hs_total_price',
	'hs_currency_code',
	'hs_external_created_date',
	'hs_createdate',
];

/** Reading `SOURCE` of an account that lacks it gives nothing, so that it can always be asked for. */
export function dealProperties({ properties }: Kind): string[] {
	return [...Object.values(properties), 'hubspot_owner_id', KEY, SOURCE];
}

/** Address of a record in HubSpot's own pages; undefined if the account's number is not known. */
export type PageOf = (type: string, id: string) => string | undefined;

/** The values of a contact as HubSpot takes them. */
export function contactValues(input: CrmContactInput, key?: string): Record<string, string> {
	return asText({
		...input.properties,
		email: input.email,
		phone: input.phone,
		firstname: input.firstName,
		lastname: input.lastName,
		company: input.company,
		hubspot_owner_id: input.ownerId,
		[KEY]: key,
	});
}

/** The values of a deal or ticket as HubSpot takes them; what the kind has no field for is left out. */
export function dealValues(kind: Kind, input: Partial<CrmDealInput>): Record<string, string> {
	const { name, pipeline, stage, amount, currency, closeDate } = kind.properties;
	return asText({
		...input.properties,
		[name]: input.name,
		[pipeline]: input.pipelineId,
		[stage]: input.stageId,
		...(amount ? { [amount]: input.amount } : {}),
		...(currency ? { [currency]: input.currency } : {}),
		...(closeDate ? { [closeDate]: input.closeDate } : {}),
		hubspot_owner_id: input.ownerId,
		[SOURCE]: input.source,
		[KEY]: input.key,
	});
}

export function contactOf(
	record: SimplePublicObject,
	properties: string[],
	page: PageOf,
): CrmContact {
	const { properties: values, id } = record;
	const text = (name: string) => values[name] || undefined;
	return {
		id,
		phones: [values.phone, values.mobilephone].filter((phone): phone is string => Boolean(phone)),
		...filled({
			email: text('email'),
			firstName: text('firstname'),
			lastName: text('lastname'),
			name: [values.firstname, values.lastname].filter(Boolean).join(' ') || undefined,
			company: text('company'),
			ownerId: text('hubspot_owner_id'),
			key: text(KEY),
			createdAt: text('createdate'),
			url: page('0-1', id),
		}),
		properties: pick(values, properties),
	};
}

export function dealOf(
	record: SimplePublicObject,
	kind: Kind,
	pipelines: readonly CrmPipeline[],
	properties: string[],
	page: PageOf,
): CrmDeal {
	const { properties: values, id } = record;
	const names = kind.properties;
	const text = (name: string | undefined) => (name && values[name]) || undefined;
	const amount = text(names.amount);
	const stageId = text(names.stage) ?? '';
	const stage = pipelines.flatMap(({ stages }) => stages).find((one) => one.id === stageId);
	return {
		id,
		name: text(names.name) ?? '',
		pipelineId: text(names.pipeline) ?? '',
		stageId,
		closed: stage?.closed ?? false,
		...filled({
			key: text(KEY),
			amount: amount === undefined ? undefined : Number(amount),
			currency: text(names.currency),
			source: text(SOURCE),
			ownerId: text('hubspot_owner_id'),
			closeDate: text(names.closeDate)?.slice(0, 10),
			url: page(kind.pageType, id),
		}),
		properties: pick(values, properties),
	};
}

export function orderOf({ id, properties }: SimplePublicObject, page: PageOf): CrmOrder {
	const text = (name: string) => properties[name] || undefined;
	const amount = text('hs_total_price');
	return {
		id,
		name: text('hs_order_name') ?? text('hs_external_order_id') ?? id,
		...filled({
			status: text('hs_fulfillment_status') ?? text('hs_external_order_status'),
			amount: amount === undefined ? undefined : Number(amount),
			currency: text('hs_currency_code'),
			at: text('hs_external_created_date') ?? text('hs_createdate'),
			url: page('0-123', id),
		}),
	};
}

export function companyOf({ id, properties }: SimplePublicObject, page: PageOf): CrmCompany {
	return {
		id,
		name: properties.name || properties.domain || id,
		...filled({ domain: properties.domain || undefined, url: page('0-2', id) }),
	};
}

export function ownerOf(owner: {
	id: string;
	firstName?: string;
	lastName?: string;
	email?: string;
}): CrmOwner {
	const name = [owner.firstName, owner.lastName].filter(Boolean).join(' ');
	return {
		id: owner.id,
		name: name || owner.email || owner.id,
		...(owner.email ? { email: owner.email } : {}),
	};
}

/** A stage says whether it ends a case in other words for deals than for tickets. */
export function stageOf(stage: {
	id: string;
	label: string;
	displayOrder: number;
	metadata?: { [key: string]: string };
}): CrmStage {
	const { isClosed, ticketState, probability } = stage.metadata ?? {};
	const closed = isClosed === 'true' || ticketState === 'CLOSED';
	return {
		id: stage.id,
		name: stage.label,
		order: stage.displayOrder,
		closed,
		...(closed && Number(probability) === 1 ? { won: true } : {}),
	};
}

const TYPES: Record<string, CrmFieldType> = {
	string: 'text',
	number: 'number',
	bool: 'boolean',
	date: 'date',
	datetime: 'datetime',
	enumeration: 'options',
};

export function fieldOf(property: Property): CrmField {
	const type = property.fieldType === 'booleancheckbox' ? 'boolean' : TYPES[property.type];
	return {
		name: property.name,
		label: property.label,
		type: type ?? 'text',
		...(type === 'options'
			? { options: property.options.map(({ value, label }) => ({ value, label })) }
			: {}),
		readOnly:
			(property.modificationMetadata?.readOnlyValue ?? false) || (property.calculated ?? false),
	};
}

/** How HubSpot stores a field of a type, and shows it in its forms. */
export const STORED_AS: Record<CrmFieldType, { type: string; fieldType: string }> = {
	text: { type: 'string', fieldType: 'textarea' },
	number: { type: 'number', fieldType: 'number' },
	boolean: { type: 'bool', fieldType: 'booleancheckbox' },
	date: { type: 'date', fieldType: 'date' },
	datetime: { type: 'datetime', fieldType: 'date' },
	options: { type: 'string', fieldType: 'text' },
};

/** HubSpot takes every value as text. */
function asText(values: Record<string, unknown>): Record<string, string> {
	return Object.fromEntries(
		Object.entries(values)
			.filter(([, value]) => value !== undefined && value !== '')
			.map(([name, value]) => [name, String(value)]),
	);
}

function pick(values: Record<string, unknown>, names: string[]): Record<string, unknown> {
	return Object.fromEntries(
		names.filter((name) => values[name]).map((name) => [name, values[name]]),
	);
}

/** Without what is undefined. */
export function filled<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
	return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
		[K in keyof T]?: NonNullable<T[K]>;
	};
}
