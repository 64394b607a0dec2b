import { comparablePhone, htmlToText, shortened } from '../../../core/crm';
import type {
	CrmContact,
	CrmContactInput,
	CrmDeal,
	CrmDealInput,
	CrmOrder,
} from '../../../core/ports/crm';
import { keyIn, markerOf } from '../marker';
import type { Values } from './connection';
import { KEY } from './fields';
import type { Kind, Person } from './kinds';

/** Salesforce's name for the pipeline of an org that has no record types. */
export const MASTER_RECORD_TYPE = '012000000000000AAA';

/** What Salesforce itself writes into a lead whose company is not known, since it must have one. */
const NO_COMPANY = '[not provided]';

/** The longest text of an activity or description, in characters. */
export const LONGEST_DESCRIPTION = 32_000;

/** Address of a record in Salesforce's own pages. */
export type PageOf = (object: string, id: string) => string;

/**
 * The values of a person. A number that writes on WhatsApp is a mobile one. Salesforce wants a last name of everybody: a name of one
 * word becomes it, and else the number or address, which {@link contactOf} does not give back as a name.
 */
export function newPersonValues(person: Person, input: CrmContactInput): Values {
	return {
		...personValues(person, input),
		...(input.lastName
			? {}
			: {
					FirstName: undefined,
					LastName:
						input.firstName ??
						input.phone ??
						input.email ??
						input.waId ??
						input.externalId ??
						input.userId,
				}),
		...(person.object === 'Lead' ? { Company: input.company ?? NO_COMPANY } : {}),
	};
}

/** A contact's company is a record of its own, and not among these. */
export function personValues(person: Person, input: CrmContactInput): Values {
	return {
		FirstName: input.firstName,
		LastName: input.lastName,
		MobilePhone: input.phone,
		Email: input.email,
		OwnerId: input.ownerId,
		...(person.object === 'Lead' ? { Company: input.company } : {}),
	};
}

export function dealValues({ fields }: Kind, input: Partial<CrmDealInput>): Values {
	return {
		...(fields.name ? { [fields.name]: input.name } : {}),
		[fields.stage]: input.stageId,
		[fields.source]: input.source,
		...(fields.amount ? { [fields.amount]: input.amount, CurrencyIsoCode: input.currency } : {}),
		...(fields.closeDate ? { [fields.closeDate]: input.closeDate } : {}),
		OwnerId: input.ownerId,
		RecordTypeId: input.pipelineId === MASTER_RECORD_TYPE ? undefined : input.pipelineId,
	};
}

export function dealFields({ fields, closed }: Kind): string[] {
	return [
		'Id',
		// A lead's; others carry theirs in a field of the kind.
		...(fields.name ? [fields.name] : ['Name']),
		fields.stage,
		fields.source,
		...(fields.amount ? [fields.amount, 'CurrencyIsoCode'] : []),
		...(fields.closeDate ? [fields.closeDate] : []),
		'OwnerId',
		'RecordTypeId',
		'Description',
		closed,
	];
}

export function contactOf(
	person: Person,
	values: Values,
	properties: string[],
	page: PageOf,
): CrmContact {
	const id = textOf(values, 'Id') ?? '';
	const phones = person.phones.flatMap((field) => textOf(values, field) ?? []);
	const email = textOf(values, 'Email');
	const firstName = textOf(values, 'FirstName');
	const lastName = nameIn(textOf(values, 'LastName'), phones, email);
	const company = textOf(values, ...person.company.split('.'));
	const createdAt = textOf(values, 'CreatedDate');
	return {
		id,
		phones,
		...filled({
			email,
			firstName,
			lastName,
			name: [firstName, lastName].filter(Boolean).join(' ') || undefined,
			company: company === NO_COMPANY ? undefined : company,
			ownerId: textOf(values, 'OwnerId'),
			key: textOf(values, KEY) ?? keyIn(textOf(values, 'Description')),
			createdAt: createdAt && new Date(createdAt).toISOString(),
			url: page(person.object, id),
		}),
		properties: pick(values, properties),
	};
}

/** A number or address that stands in for a last name is none: the name is filled in when it is known. */
function nameIn(
	lastName: string | undefined,
	phones: string[],
	email: string | undefined,
): string | undefined {
	if (!lastName || lastName === email) return undefined;
	const number = comparablePhone(lastName);
	return number && phones.some((phone) => comparablePhone(phone) === number) ? undefined : lastName;
}

export function dealOf(kind: Kind, values: Values, properties: string[], page: PageOf): CrmDeal {
	const { fields } = kind;
	const id = textOf(values, 'Id') ?? '';
	const amount = fields.amount ? values[fields.amount] : undefined;
	return {
		id,
		name: textOf(values, fields.name ?? 'Name') ?? '',
		pipelineId: textOf(values, 'RecordTypeId') ?? MASTER_RECORD_TYPE,
		stageId: textOf(values, fields.stage) ?? '',
		closed: values[kind.closed] === true,
		...filled({
			key: textOf(values, KEY) ?? keyIn(textOf(values, 'Description')),
			amount: typeof amount === 'number' ? amount : undefined,
			currency: textOf(values, 'CurrencyIsoCode'),
			source: textOf(values, fields.source),
			ownerId: textOf(values, 'OwnerId'),
			closeDate: fields.closeDate ? textOf(values, fields.closeDate) : undefined,
			url: page(kind.object, id),
		}),
		properties: pick(values, properties),
	};
}

export const ORDER_FIELDS = [
	'Id',
	'OrderNumber',
	'Name',
	'Status',
	'TotalAmount',
	'CurrencyIsoCode',
	'EffectiveDate',
];

export function orderOf(values: Values, page: PageOf): CrmOrder {
	const id = textOf(values, 'Id') ?? '';
	return {
		id,
		name: textOf(values, 'Name') ?? textOf(values, 'OrderNumber') ?? id,
		...filled({
			status: textOf(values, 'Status'),
			amount: typeof values.TotalAmount === 'number' ? values.TotalAmount : undefined,
			currency: textOf(values, 'CurrencyIsoCode'),
			at: textOf(values, 'EffectiveDate'),
			url: page('Order', id),
		}),
	};
}

/** An activity's text holds no HTML. The key stays whole however long the text is. */
export function description(html: string, key: string): string {
	return marked(htmlToText(html), key);
}

/** A text with our key as its last line, for orgs and objects that have no field for it. */
export function marked(text: string, key: string): string {
	const marker = markerOf(key);
	const room = LONGEST_DESCRIPTION - marker.length - 2;
	const kept = shortened(text, room);
	return kept ? `${kept}\n\n${marker}` : marker;
}

export function textOf(values: Values, ...path: string[]): string | undefined {
	const value = path.reduce<unknown>(
		(node, name) => (node as Values | null | undefined)?.[name],
		values,
	);
	return typeof value === 'string' && value !== '' ? value : undefined;
}

function pick(values: Values, names: string[]): Values {
	return Object.fromEntries(
		names
			.filter((name) => values[name] !== undefined && values[name] !== null && values[name] !== '')
			.map((name) => [name, values[name]]),
	);
}

/** Without what is undefined. */
function filled<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
	return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
		[K in keyof T]?: NonNullable<T[K]>;
	};
}
