import type { Answer } from '../http';

/** A record of the CRM: contact, deal, ticket, company, order, note, task. */
export interface CrmRecord {
	id: string;
	type: string;
	properties: Record<string, string | null>;
	createdAt: string;
	updatedAt: string;
	/** When search will know of the latest change. */
	searchableAt: number;
}

export interface Association {
	fromType: string;
	fromId: string;
	toType: string;
	toId: string;
	typeId: number;
}

export interface Property {
	name: string;
	label: string;
	type: string;
	fieldType: string;
	groupName: string;
	hasUniqueValue: boolean;
	/** Staff have put it away: it can neither be filled nor made anew. */
	archived?: boolean;
	options?: Array<{ label: string; value: string; hidden: boolean }>;
	/** HubSpot's own computed fields cannot be written. */
	modificationMetadata?: {
		archivable: boolean;
		readOnlyDefinition: boolean;
		readOnlyValue: boolean;
	};
}

/** Inverse of the association types that HubSpot defines itself. */
const INVERSE: Record<number, number> = {
	3: 4,
	4: 3,
	202: 201,
	201: 202,
	204: 203,
	203: 204,
	214: 213,
	213: 214,
	216: 215,
	215: 216,
	16: 15,
	15: 16,
	228: 227,
	227: 228,
	230: 229,
	229: 230,
	279: 280,
	280: 279,
	341: 342,
	342: 341,
	339: 340,
	340: 339,
	507: 508,
	508: 507,
};

const MORE_PROPERTIES: Record<string, string[]> = {
	tickets: ['subject', 'content', 'hs_pipeline', 'hs_pipeline_stage', 'hubspot_owner_id'],
	companies: ['name', 'domain'],
	orders: [
		'hs_order_name',
		'hs_external_order_id',
		'hs_external_order_status',
		'hs_fulfillment_status',
		'hs_total_price',
		'hs_currency_code',
		'hs_external_created_date',
	],
};

interface AssociationInput {
	to: { id: string };
	types: Array<{ associationTypeId: number }>;
}

interface Filter {
	propertyName: string;
	operator: string;
	value?: string;
	values?: string[];
}

/** As much of an address as every mail system asks for. */
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/u;

/** The longest body of a note or task. */
const LONGEST_BODY = 65_536;
const CURRENCIES = ['EUR', 'USD', 'GBP', 'BRL'];

/** The objects of one account, with the rules that HubSpot keeps: unique values, search that lags behind. */
export class Objects {
	private readonly records = new Map<string, CrmRecord>();
	readonly associations: Association[] = [];
	readonly properties = new Map<string, Map<string, Property>>();
	/** Ids of records that were merged into another. */
	private readonly merged = new Map<string, string>();
	private nextId = 1001;

	constructor(
		private readonly now: () => Date,
		private readonly searchLagMs: number,
	) {
		for (const type of ['contacts', 'deals', 'tickets', 'companies', 'orders', 'notes', 'tasks'])
			this.properties.set(type, new Map());
		for (const [type, names] of Object.entries(MORE_PROPERTIES)) {
			for (const name of names) this.define(type, { name });
		}
		this.define('contacts', {
			name: 'hs_language',
			label: 'Preferred language',
			type: 'enumeration',
			fieldType: 'select',
			options: [
				{ label: 'English', value: 'en', hidden: false },
				{ label: 'Spanish', value: 'es', hidden: false },
			],
		});
		this.define('contacts', {
			name: 'num_associated_deals',
			label: 'Number of Associated Deals',
			type: 'number',
			fieldType: 'calculation_rollup',
			modificationMetadata: { archivable: false, readOnlyDefinition: true, readOnlyValue: true },
		});
		// Contacts are the only objects that HubSpot keeps apart by itself, and only by e-mail.
		this.define('contacts', { name: 'email', hasUniqueValue: true });
		for (const name of [
			'firstname',
			'lastname',
			'phone',
			'mobilephone',
			'company',
			'hubspot_owner_id',
			'hs_searchable_calculated_phone_number',
			'hs_whatsapp_phone_number',
			'lifecyclestage',
		]) {
			this.define('contacts', { name });
		}
		for (const name of [
			'dealname',
			'pipeline',
			'dealstage',
			'amount',
			'closedate',
			'hubspot_owner_id',
			'deal_currency_code',
			'description',
		]) {
			this.define('deals', { name });
		}
		for (const name of ['hs_note_body', 'hs_timestamp', 'hubspot_owner_id'])
			this.define('notes', { name });
		for (const name of [
			'hs_task_subject',
			'hs_task_body',
			'hs_timestamp',
			'hs_task_status',
			'hs_task_priority',
			'hs_task_type',
			'hubspot_owner_id',
		]) {
			this.define('tasks', { name });
		}
	}

	define(type: string, property: Partial<Property> & { name: string }): Property {
		const full: Property = {
			label: property.name,
			type: 'string',
			fieldType: 'text',
			groupName: `${type.replace(/s$/u, '')}information`,
			hasUniqueValue: false,
			...property,
		};
		if (!this.properties.has(type)) this.properties.set(type, new Map());
		this.properties.get(type)!.set(full.name, full);
		return full;
	}

	all(type?: string): CrmRecord[] {
		return [...this.records.values()].filter((record) => !type || record.type === type);
	}

	find(type: string, id: string, idProperty?: string): CrmRecord | undefined {
		const now = this.merged.get(id) ?? id;
		return this.all(type).find((record) =>
			idProperty ? record.properties[idProperty] === id : record.id === now,
		);
	}

	/** What staff do in HubSpot: the second record goes, and its id leads to the first. */
	merge(keptId: string, id: string): void {
		this.records.delete(id);
		this.merged.set(id, keptId);
		const moved = this.associations.filter(({ fromId, toId }) => fromId === id || toId === id);
		for (const one of moved) {
			if (one.fromId === id) one.fromId = keptId;
			if (one.toId === id) one.toId = keptId;
		}
	}

	remove(id: string): void {
		this.records.delete(id);
		const kept = this.associations.filter(({ fromId, toId }) => fromId !== id && toId !== id);
		this.associations.splice(0, Infinity, ...kept);
	}

	/** Why these properties cannot be written, as HubSpot says it; undefined if they can. */
	objection(type: string, properties: Record<string, string>, self?: string): Answer {
		const known = this.properties.get(type);
		for (const [name, value] of Object.entries(properties)) {
			const property = known?.get(name);
			if (!property || property.archived) {
				return failure(
					400,
					'VALIDATION_ERROR',
					`Property values were not valid: [{"isValid":false,"message":"Property \\"${name}\\" does not exist","error":"PROPERTY_DOESNT_EXIST","name":"${name}"}]`,
				);
			}
			if (name === 'email' && value !== '' && !EMAIL.test(value)) {
				return failure(
					400,
					'VALIDATION_ERROR',
					`Property values were not valid: [{"isValid":false,"message":"Email address ${value} is invalid","error":"INVALID_EMAIL","name":"email"}]`,
				);
			}
			if (/^hs_(note|task)_body$/u.test(name) && value.length > LONGEST_BODY) {
				return failure(
					400,
					'VALIDATION_ERROR',
					`Property values were not valid: [{"isValid":false,"message":"The value is too long","error":"PROPERTY_TOO_LONG","name":"${name}"}]`,
				);
			}
			if (name === 'deal_currency_code' && !CURRENCIES.includes(value)) {
				return failure(
					400,
					'VALIDATION_ERROR',
					`Property values were not valid: [{"isValid":false,"message":"${value} was not one of the allowed options","error":"INVALID_OPTION","name":"${name}"}]`,
				);
			}
			if (!property.hasUniqueValue || value === '') continue;
			const other = this.all(type).find(
				(record) => record.id !== self && record.properties[name] === value,
			);
			if (other) {
				return failure(
					409,
					'CONFLICT',
					name === 'email'
						? `Contact already exists. Existing ID: ${other.id}`
						: `Cannot set PropertyValueCoordinates{propertyName=${name}, value=${value}} on ${type}. ${other.id} already has that value.`,
				);
			}
		}
		return undefined;
	}

	/** A new record can only be linked with one that is there. */
	linkObjection(links: AssociationInput[]): Answer {
		const gone = links.find(({ to }) => !this.records.has(this.merged.get(to.id) ?? to.id));
		return gone && failure(400, 'VALIDATION_ERROR', `No object with ID ${gone.to.id} exists`);
	}

	create(type: string, properties: Record<string, string>, links: AssociationInput[]): CrmRecord {
		const time = this.now();
		const record: CrmRecord = {
			id: String(this.nextId++),
			type,
			properties: { ...properties, ...this.calculated(type, properties) },
			createdAt: time.toISOString(),
			updatedAt: time.toISOString(),
			searchableAt: time.getTime() + this.searchLagMs,
		};
		this.records.set(record.id, record);
		for (const { to, types } of links) {
			const target = this.records.get(this.merged.get(to.id) ?? to.id);
			for (const { associationTypeId } of types) {
				if (target) this.associate(record, target, associationTypeId);
			}
		}
		return record;
	}

	update(record: CrmRecord, properties: Record<string, string>): CrmRecord {
		const time = this.now();
		Object.assign(record.properties, properties, this.calculated(record.type, properties));
		record.updatedAt = time.toISOString();
		record.searchableAt = time.getTime() + this.searchLagMs;
		return record;
	}

	associate(from: CrmRecord, to: CrmRecord, typeId: number): void {
		const add = (a: CrmRecord, b: CrmRecord, id: number) => {
			const known = this.associations.some(
				({ fromId, toId, typeId: known }) => fromId === a.id && toId === b.id && known === id,
			);
			if (!known) {
				this.associations.push({
					fromType: a.type,
					fromId: a.id,
					toType: b.type,
					toId: b.id,
					typeId: id,
				});
			}
		};
		add(from, to, typeId);
		add(to, from, INVERSE[typeId] ?? typeId);
	}

	/** As HubSpot's search does it: groups are alternatives, filters of a group all hold, and it is late. */
	search(type: string, groups: Array<{ filters: Filter[] }>): CrmRecord[] {
		const time = this.now().getTime();
		return this.all(type)
			.filter(({ searchableAt }) => searchableAt <= time)
			.filter(
				({ properties }) =>
					groups.length === 0 ||
					groups.some(({ filters }) => filters.every((filter) => matches(properties, filter))),
			);
	}

	/** HubSpot keeps a number without its country code for searching. */
	private calculated(type: string, properties: Record<string, string>): Record<string, string> {
		if (type !== 'contacts' || !properties.phone) return {};
		const digits = properties.phone.replace(/\D/gu, '');
		return { hs_searchable_calculated_phone_number: digits.slice(-10) };
	}
}

function matches(properties: Record<string, string | null>, filter: Filter): boolean {
	const value = properties[filter.propertyName] ?? undefined;
	switch (filter.operator) {
		case 'EQ':
			return value?.toLowerCase() === filter.value?.toLowerCase();
		case 'IN':
			return value !== undefined && (filter.values ?? []).includes(value);
		case 'CONTAINS_TOKEN':
			return value !== undefined && value.includes((filter.value ?? '').replaceAll('*', ''));
		case 'HAS_PROPERTY':
			return value !== undefined && value !== '';
		case 'NOT_HAS_PROPERTY':
			return value === undefined || value === '';
		default:
			return false;
	}
}

let correlation = 0;

/** A refusal in HubSpot's form. */
export function failure(
	status: number,
	category: string,
	message: string,
	extra: object = {},
): Answer {
	correlation += 1;
	return {
		status,
		body: {
			status: 'error',
			message,
			correlationId: `00000000-0000-4000-8000-${String(correlation).padStart(12, '0')}`,
			category,
			...extra,
		},
	};
}

/** A record as the API shows it: the properties that were asked for, or the usual ones. */
export function shown(record: CrmRecord, wanted?: string[]): object {
	const properties =
		wanted && wanted.length > 0
			? Object.fromEntries(wanted.map((name) => [name, record.properties[name] ?? null]))
			: record.properties;
	return {
		id: record.id,
		properties: {
			...properties,
			hs_object_id: record.id,
			createdate: record.createdAt,
			lastmodifieddate: record.updatedAt,
		},
		createdAt: record.createdAt,
		updatedAt: record.updatedAt,
		archived: false,
	};
}
