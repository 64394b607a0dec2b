import type { CrmName, CrmObject, CrmPort, CrmRecordKind } from '../ports/crm';
import { HANDOFF_FIELDS } from './handoffFields';

export interface CreatedField {
	object: CrmObject;
	/** As the account calls it. */
	name: string;
	label: string;
	/** False if it was there. */
	created: boolean;
}

/** Makes the fields of {@link HANDOFF_FIELDS} that the account lacks. Throws {@link CrmError}. */
export async function createHandoffFields(
	port: CrmPort,
): Promise<{ crm: CrmName; recordKind: CrmRecordKind; fields: CreatedField[] }> {
	const fields: CreatedField[] = [];
	for (const object of ['contact', 'deal'] as const) {
		const made = await port.createFields(object, [...HANDOFF_FIELDS[object]]);
		fields.push(...made.map((field) => ({ object, ...field })));
	}
	return { crm: port.crm, recordKind: port.recordKind, fields };
}
