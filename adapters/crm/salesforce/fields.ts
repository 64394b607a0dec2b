import type { DescribeSObjectResult, Field } from 'jsforce/lib/types';

import { shortened } from '../../../core/crm';
import type { CrmField, CrmFieldDefinition, CrmFieldType } from '../../../core/ports/crm';
import type { Values } from './connection';

/** Our own field: text that is unique and an external id, so that Salesforce itself refuses a second record with the same key. */
export const KEY = 'WhatsApp_Handoff_Key__c';
export const KEY_LABEL = 'WhatsApp handoff key';

/** What an org's object looks like to the user of the credential: fields that are hidden from them are not in it. */
export class Shape {
	private readonly fields: ReadonlyMap<string, Field>;

	constructor(private readonly described: DescribeSObjectResult) {
		this.fields = new Map(described.fields.map((field) => [field.name.toLowerCase(), field]));
	}

	has(name: string): boolean {
		return this.fields.has(name.toLowerCase());
	}

	/** Whether a field takes this value: one whose list is closed takes only what is on it. */
	takes(name: string, value: string): boolean {
		const field = this.fields.get(name.toLowerCase());
		if (!field?.restrictedPicklist) return true;
		return (field.picklistValues ?? []).some((one) => one.active && one.value === value);
	}

	/** Those of these fields that can be asked for. */
	readable(names: Iterable<string>): string[] {
		return [...new Set(names)].filter((name) => this.has(name));
	}

	all(): readonly Field[] {
		return this.described.fields;
	}

	/** Record types that the user may choose, the default one first; none in most orgs. */
	recordTypes(): Array<{ id: string; name: string }> {
		return this.described.recordTypeInfos
			.filter(({ available, master, recordTypeId }) => available && !master && recordTypeId)
			.sort((a, b) => Number(b.defaultRecordTypeMapping) - Number(a.defaultRecordTypeMapping))
			.map(({ recordTypeId, name }) => ({ id: recordTypeId!, name }));
	}

	/**
	 * Values as Salesforce takes them. `own` are what the port fills: those that this org lacks (a currency where there is only one) are
	 * left out. `asked` are what staff fill: one that is not there is Salesforce's to refuse. Numbers and yes/no may come as text, and
	 * text that is too long for its field is cut, since it would fail the whole handoff; our key never is.
	 */
	values(own: Values, asked: Values = {}): Values {
		const filled = Object.entries({
			...asked,
			...Object.fromEntries(Object.entries(own).filter(([name]) => this.has(name))),
		}).filter(([, value]) => value !== undefined && value !== '');
		return Object.fromEntries(filled.map(([name, value]) => [name, this.typed(name, value)]));
	}

	private typed(name: string, value: unknown): unknown {
		const field = this.fields.get(name.toLowerCase());
		if (!field) return value;
		const type = typeOf(field);
		if (type === 'boolean') return value === true || value === 'true';
		if (type === 'number') {
			const number = Number(value);
			return Number.isFinite(number) ? number : value;
		}
		const text = String(value);
		return name !== KEY && CUT.has(field.type) && field.length
			? shortened(text, field.length)
			: text;
	}
}

/** Types whose text is for people to read; a cut phone number or address would be a wrong one. */
const CUT: ReadonlySet<string> = new Set(['string', 'textarea']);

const TYPES: Readonly<Record<string, CrmFieldType>> = {
	boolean: 'boolean',
	int: 'number',
	long: 'number',
	double: 'number',
	currency: 'number',
	percent: 'number',
	date: 'date',
	datetime: 'datetime',
	picklist: 'options',
	multipicklist: 'options',
	combobox: 'options',
};

function typeOf(field: Field): CrmFieldType {
	return TYPES[field.type] ?? 'text';
}

export function fieldOf(field: Field): CrmField {
	const type = typeOf(field);
	return {
		name: field.name,
		label: field.label,
		type,
		...(type === 'options'
			? {
					options: (field.picklistValues ?? [])
						.filter(({ active }) => active)
						.map(({ value, label }) => ({ value, label: label ?? value })),
				}
			: {}),
		readOnly: !field.createable && !field.updateable,
	};
}

/** "whatsapp_conversation_id" as Salesforce names a field of one's own, which may have 40 letters. */
export function apiName(name: string): string {
	if (/__c$/i.test(name)) return name;
	const words = name
		.split(/[^a-z\d]+/i)
		.filter(Boolean)
		.map((word) => word[0]!.toUpperCase() + word.slice(1));
	return `${words.join('_').slice(0, 40).replace(/_$/, '')}__c`;
}

/** How the Tooling API describes a field of a type. Text is of the length that reports and filters can use. */
const METADATA: Readonly<Record<CrmFieldType, object>> = {
	text: { type: 'Text', length: 255 },
	number: { type: 'Number', precision: 18, scale: 2 },
	boolean: { type: 'Checkbox', defaultValue: 'false' },
	date: { type: 'Date' },
	datetime: { type: 'DateTime' },
	options: { type: 'Text', length: 255 },
};

export function metadataOf({ label, type, description }: CrmFieldDefinition): object {
	return { label, ...METADATA[type], ...(description ? { description } : {}) };
}

export const KEY_METADATA = {
	label: KEY_LABEL,
	type: 'Text',
	length: 255,
	externalId: true,
	unique: true,
	// Ids of conversations differ in case.
	caseSensitive: true,
	description: 'Set by the WhatsApp handoff; do not change.',
};
