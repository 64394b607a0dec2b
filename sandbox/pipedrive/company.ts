import { randomUUID } from 'node:crypto';

import type { Answer } from '../http';

export interface Item {
	id: number | string;
	[name: string]: unknown;
}

export type Collection = 'persons' | 'deals' | 'leads' | 'notes' | 'activities' | 'organizations';

export type FieldsOf = 'person' | 'deal';

export interface Field {
	field_code: string;
	field_name: string;
	field_type: string;
	options: Array<{ id: number; label: string }> | null;
	is_custom_field: boolean;
	is_optional_response_field: boolean;
}

const STAGES = [
	'Qualified',
	'Contact Made',
	'Demo Scheduled',
	'Proposal Made',
	'Negotiations Started',
];

/** Fields that every account has: code, name, type. */
const OWN_FIELDS: Record<FieldsOf, Array<[string, string, string]>> = {
	person: [
		['name', 'Name', 'varchar'],
		['phone', 'Phone', 'phone'],
		['email', 'Email', 'varchar'],
	],
	deal: [
		['title', 'Title', 'varchar'],
		['value', 'Value', 'monetary'],
		['status', 'Status', 'status'],
	],
};

export const CURRENCIES = ['EUR', 'USD', 'GBP', 'BRL'];

/** The data of one company of Pipedrive, with the rules of its fields. */
export class Company {
	readonly persons: Item[] = [];
	readonly deals: Item[] = [];
	readonly leads: Item[] = [];
	readonly notes: Item[] = [];
	readonly activities: Item[] = [];
	readonly organizations: Item[] = [];
	readonly fields: Record<FieldsOf, Field[]> = {
		person: OWN_FIELDS.person.map(([code, name, type]) => field(code, name, type, false)),
		deal: OWN_FIELDS.deal.map(([code, name, type]) => field(code, name, type, false)),
	};
	readonly pipelines = [
		{ id: 1, name: 'Sales', order_nr: 1, is_deleted: false, is_deal_probability_enabled: true },
	];
	readonly stages = STAGES.map((name, index) => ({
		id: 11 + index,
		name,
		order_nr: index,
		pipeline_id: 1,
		is_deleted: false,
	}));
	readonly users = ['One', 'Two', 'Gone'].map((name, index) => ({
		id: index + 1,
		name: `Agent ${name}`,
		email: `agent.${name.toLowerCase()}@shop.example`,
		active_flag: name !== 'Gone',
		is_deleted: false,
		default_currency: 'EUR',
	}));
	private last = 0;

	/** Refuses what the API would refuse; undefined if nothing is wrong. */
	objection(kind: Collection, body: Record<string, unknown>): Answer {
		const { custom_fields, currency, stage_id, pipeline_id, owner_id, person_id } = body;
		const value = body.value as { currency?: unknown } | number | null | undefined;
		const money = currency ?? (typeof value === 'object' ? value?.currency : undefined);
		if (money !== undefined && !CURRENCIES.includes(String(money))) {
			return failure(400, `Currency ${String(money)} is not supported`);
		}
		if (stage_id !== undefined && !this.stages.some(({ id }) => id === stage_id)) {
			return failure(400, 'Stage not found');
		}
		if (pipeline_id !== undefined && !this.pipelines.some(({ id }) => id === pipeline_id)) {
			return failure(400, 'Pipeline not found');
		}
		if (
			owner_id !== undefined &&
			!this.users.some((one) => one.id === owner_id && one.active_flag)
		) {
			return failure(400, 'Owner not found or deactivated');
		}
		if (
			(kind === 'deals' || kind === 'leads') &&
			person_id !== undefined &&
			!this.find('persons', String(person_id))
		) {
			return failure(400, 'Person not found');
		}
		if (kind === 'persons' || kind === 'deals') {
			const type = kind === 'persons' ? 'person' : 'deal';
			for (const [code, one] of Object.entries((custom_fields ?? {}) as object)) {
				const objection = this.valueObjection(type, code, one);
				if (objection) return failure(400, 'Validation failed', objection);
			}
		}
		return undefined;
	}

	create(kind: Collection, body: object, defaults: object = {}): Item {
		const now = time();
		const id = kind === 'leads' ? randomUUID() : ++this.last;
		const item = this.write(
			{ id, add_time: now, written: Date.now(), ...defaults },
			{ ...body },
			kind,
		);
		this[kind].push(item);
		return item;
	}

	write(item: Item, body: object, kind: Collection): Item {
		const { custom_fields, ...rest } = body as { custom_fields?: object };
		Object.assign(item, rest, { update_time: time() });
		if (kind === 'persons' || kind === 'deals') {
			item.custom_fields = { ...(item.custom_fields as object | undefined), ...custom_fields };
		}
		if (kind === 'persons' && typeof item.name === 'string') {
			const [first, ...others] = item.name.split(' ');
			item.first_name = first;
			if (others.length > 0) item.last_name = others.join(' ');
			else delete item.last_name;
		}
		const people = item.participants as Array<{ person_id: number }> | undefined;
		if (people?.[0]) item.person_id = people[0].person_id;
		if (kind === 'deals' && item.status === 'won') item.won_time ??= time();
		return item;
	}

	/** Also one that was deleted: Pipedrive shows it for 30 days. */
	find(kind: Collection, id: string): Item | undefined {
		return this[kind].find((one) => String(one.id) === id);
	}

	/** What staff do in Pipedrive. */
	remove(kind: Collection, id: string): void {
		const item = this.find(kind, id);
		if (!item) return;
		if (kind === 'leads') this.leads.splice(this.leads.indexOf(item), 1);
		else item.is_deleted = true;
	}

	/** The second person goes, and what hung at it hangs at the first. */
	merge(keptId: string, id: string): void {
		this.remove('persons', id);
		for (const kind of ['deals', 'leads', 'notes', 'activities'] as const) {
			for (const one of this[kind]) {
				if (String(one.person_id) === id) one.person_id = Number(keptId);
			}
		}
	}

	/** A lead that is qualified becomes a deal with its values, and is no lead any more. */
	convert(leadId: string): Item {
		const lead = this.find('leads', leadId)!;
		const { title, person_id, owner_id, organization_id, value } = lead;
		const custom = this.fields.deal.filter(({ field_code }) => lead[field_code] !== undefined);
		const { amount, currency } = (value ?? {}) as { amount?: number; currency?: string };
		this.remove('leads', leadId);
		return this.create(
			'deals',
			{
				title,
				person_id,
				owner_id,
				...(organization_id ? { org_id: organization_id } : {}),
				...(amount === undefined ? {} : { value: amount }),
				custom_fields: Object.fromEntries(
					custom.map(({ field_code }) => [field_code, lead[field_code]]),
				),
			},
			{ pipeline_id: 1, stage_id: 11, status: 'open', currency: currency ?? 'EUR' },
		);
	}

	define(kind: FieldsOf, name: string, type: string, options?: string[]): Field {
		const code = (++this.last).toString(16).padStart(40, 'a');
		const made = field(code, name, type, true, options);
		this.fields[kind].push(made);
		return made;
	}

	/** Version 2 is strict about the types of custom fields. */
	private valueObjection(kind: FieldsOf, code: string, value: unknown): string | undefined {
		const known = this.fields[kind].find((one) => one.field_code === code && one.is_custom_field);
		if (!known) return `custom field ${code} does not exist`;
		if (value === null) return undefined;
		switch (known.field_type) {
			case 'enum':
				return known.options!.some(({ id }) => id === value)
					? undefined
					: `${known.field_name} must be the id of one of its options`;
			case 'set':
				return Array.isArray(value) &&
					value.every((one) => known.options!.some(({ id }) => id === one))
					? undefined
					: `${known.field_name} must be a list of ids of its options`;
			case 'double':
				return typeof value === 'number' ? undefined : `${known.field_name} must be a number`;
			case 'monetary':
				return typeof (value as { value?: unknown }).value === 'number' &&
					CURRENCIES.includes(String((value as { currency?: unknown }).currency))
					? undefined
					: `${known.field_name} must have a value and a currency`;
			case 'date':
				return /^\d{4}-\d\d-\d\d$/u.test(String(value))
					? undefined
					: `${known.field_name} must be a date`;
			default:
				return typeof value === 'string' && value.length <= 255
					? undefined
					: `${known.field_name} must be text of at most 255 characters`;
		}
	}
}

/** As version 2 shows one: a time without milliseconds. */
function time(): string {
	return new Date().toISOString().replace(/\.\d+/u, '');
}

function field(
	field_code: string,
	field_name: string,
	field_type: string,
	custom: boolean,
	options?: string[],
): Field {
	return {
		field_code,
		field_name,
		field_type,
		options: options ? options.map((label, index) => ({ id: index + 1, label })) : null,
		is_custom_field: custom,
		is_optional_response_field: false,
	};
}

export function failure(status: number, error: string, error_info?: string): NonNullable<Answer> {
	return { status, body: { success: false, error, ...(error_info ? { error_info } : {}) } };
}
