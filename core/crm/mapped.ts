import type { CrmField, CrmObject, CrmPort, CrmProperties } from '../ports/crm';
import { CRM_TITLES, CrmError } from '../ports/crm';
import { fieldsOf } from './run';

/**
 * Values that staff mapped onto the account's own fields, as the CRM takes them: empty ones left out, dates without a time, times in
 * UTC. Throws {@link CrmError} `invalid` for a field that the account does not have, or that cannot be written.
 */
export async function mappedValues(
	port: CrmPort,
	object: CrmObject,
	values: Record<string, unknown>,
): Promise<CrmProperties> {
	const given = Object.entries(values).filter(
		([, value]) => value !== null && value !== undefined && value !== '',
	);
	if (given.length === 0) return {};
	const fields = new Map((await fieldsOf(port, object)).map((field) => [field.name, field]));
	return Object.fromEntries(
		given.map(([name, value]) => {
			const field = fields.get(name);
			if (!field || field.readOnly) {
				throw new CrmError(
					`${CRM_TITLES[port.crm]} has no ${object} field ${name} that can be written`,
					'invalid',
					'Open the node and choose the field from the list again.',
				);
			}
			return [name, valueFor(field, value)];
		}),
	);
}

function valueFor({ type }: CrmField, value: unknown): string | number | boolean {
	if (value instanceof Date) return valueFor({ type } as CrmField, value.toISOString());
	if (typeof value === 'object') return JSON.stringify(value);
	if (type === 'date') return String(value).slice(0, 10);
	if (type === 'datetime') {
		const time = Date.parse(String(value));
		return Number.isNaN(time) ? String(value) : new Date(time).toISOString();
	}
	return value as string | number | boolean;
}
