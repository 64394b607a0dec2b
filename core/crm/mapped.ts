import type { CrmField, CrmObject, CrmPort, CrmProperties } from '../ports/crm';
import { CRM_TITLES, CrmError } from '../ports/crm';
import type { IsoTime } from '../time';
import { fieldsOf } from './run';

/** Reads times where the workflow is. Both throw {@link CrmError} `invalid` with `label` for what is none. */
export interface Times {
	/** As "2026-12-31". */
	day(value: unknown, label: string): string;
	time(value: unknown, label: string): IsoTime;
}

/**
 * Values that staff mapped onto the account's own fields, as the CRM takes them: empty ones left out, dates as the day where the
 * workflow is, times in UTC. Throws {@link CrmError} `invalid` for a field that the account does not have or that cannot be
 * written, and for a date or time that is none.
 */
export async function mappedValues(
	port: CrmPort,
	object: CrmObject,
	values: Record<string, unknown>,
	times: Times,
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
			return [name, valueFor(field, value, times)];
		}),
	);
}

function valueFor(
	{ type, label }: CrmField,
	value: unknown,
	times: Times,
): string | number | boolean {
	if (type === 'date') return times.day(value, label);
	if (type === 'datetime') return times.time(value, label);
	if (typeof value === 'object') return JSON.stringify(value);
	return value as string | number | boolean;
}
