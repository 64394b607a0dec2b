import { shortened } from '../../../core/crm';
import type { CrmField, CrmFieldType, CrmProperties } from '../../../core/ports/crm';
import type { Values } from './connection';

/** Fields of our own, which the adapter makes on first use. Pipedrive names them by a hash, so that they are known by their label. */
export const KEY_LABEL = 'WhatsApp Handoff Key';
export const SOURCE_LABEL = 'WhatsApp Handoff Source';

/** Pipedrive has no field for a moment in time, nor for yes and no: they are kept as text. */
export const WRITTEN_TYPES = {
	text: 'varchar',
	number: 'double',
	boolean: 'varchar',
	date: 'date',
	datetime: 'varchar',
	options: 'varchar',
} as const satisfies Record<CrmFieldType, string>;

const READ_TYPES: Readonly<Record<string, CrmFieldType>> = {
	double: 'number',
	int: 'number',
	monetary: 'number',
	boolean: 'boolean',
	date: 'date',
	enum: 'options',
};

/** Text of these types may have 255 characters. */
const SHORT: ReadonlySet<string> = new Set(['varchar', 'varchar_auto', 'phone']);
const LONGEST = 255;

/** A field of the account, with what only Pipedrive needs to know of it. */
export interface AccountField extends CrmField {
	pipedriveType: string;
	/** Pipedrive's own number of each option, by its label. */
	optionIds: ReadonlyMap<string, number | string>;
}

/** Options go by their label, which staff know and other nodes read; Pipedrive's number of one means nothing outside of it. */
export function fieldOf(one: Values): AccountField {
	const options = (one.options ?? undefined) as
		Array<{ id: number | string; label: string }> | undefined;
	const pipedriveType = String(one.field_type);
	const type = READ_TYPES[pipedriveType] ?? 'text';
	const name = String(one.field_code);
	return {
		name,
		label: typeof one.field_name === 'string' && one.field_name ? one.field_name : name,
		type,
		...(type === 'options'
			? { options: (options ?? []).map(({ label }) => ({ value: label, label })) }
			: {}),
		// Fields of Pipedrive's own are written by other names.
		readOnly: one.is_custom_field !== true,
		pipedriveType,
		optionIds: new Map((options ?? []).map(({ id, label }) => [label, id])),
	};
}

/**
 * Values of custom fields as version 2 of the API takes them, which is strict about types. `currency` is that of amounts, which have
 * one each.
 */
export function writtenValues(
	fields: readonly AccountField[],
	values: CrmProperties,
	currency: string | undefined,
): Values {
	return Object.fromEntries(
		Object.entries(values).map(([name, value]) => {
			const field = fields.find((one) => one.name === name);
			return [name, field ? written(field, value, currency) : value];
		}),
	);
}

/** The same as version 1 takes them, which leads still have: each part is a value of its own, a list is text. */
export function flatValues(values: Values): Values {
	return Object.fromEntries(
		Object.entries(values).flatMap(([name, value]): Array<[string, unknown]> => {
			if (Array.isArray(value)) return [[name, value.join(',')]];
			if (typeof value !== 'object' || value === null) return [[name, value]];
			const { value: amount, currency } = value as { value?: unknown; currency?: unknown };
			return [
				[name, amount],
				...(currency ? [[`${name}_currency`, currency] as [string, unknown]] : []),
			];
		}),
	);
}

function written(
	field: AccountField,
	value: string | number | boolean,
	currency: string | undefined,
): unknown {
	const optionId = (text: string) => {
		const label = text.trim();
		const number = Number(label);
		return field.optionIds.get(label) ?? (Number.isInteger(number) ? number : label);
	};
	switch (field.pipedriveType) {
		case 'enum':
			return optionId(String(value));
		case 'set':
			return String(value).split(',').map(optionId);
		case 'double':
		case 'int':
		case 'user':
		case 'org':
		case 'people':
			return Number.isFinite(Number(value)) ? Number(value) : value;
		case 'monetary':
			return { value: Number(value), ...(currency ? { currency } : {}) };
		case 'address':
		case 'time':
			return { value: String(value) };
		default: {
			const text = String(value);
			return SHORT.has(field.pipedriveType) ? shortened(text, LONGEST) : text;
		}
	}
}

/** Values of fields as other nodes read them: an option by its label, an amount without its currency. */
export function readValues(
	fields: readonly AccountField[],
	values: Values,
	names: string[],
): Values {
	return Object.fromEntries(
		names
			.map((name) => {
				// An expression may name a field as staff see it.
				const field = fields.find((one) => one.name === name || one.label === name);
				return [name, read(field, values[field?.name ?? name])] as const;
			})
			.filter(([, value]) => value !== undefined && value !== null && value !== ''),
	);
}

function read(field: AccountField | undefined, value: unknown): unknown {
	if (Array.isArray(value)) return value.map((one) => read(field, one)).join(', ');
	if (typeof value === 'object' && value !== null) return (value as Values).value;
	if (field?.pipedriveType === 'set' && typeof value === 'string' && value.includes(',')) {
		return read(field, value.split(','));
	}
	const label = [...(field?.optionIds ?? [])].find(([, id]) => String(id) === String(value))?.[0];
	return label ?? value;
}
