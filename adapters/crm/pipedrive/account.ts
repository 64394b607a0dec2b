import type { CrmFieldDefinition, CrmObject, CrmProperties } from '../../../core/ports/crm';
import { CrmError } from '../../../core/ports/crm';
import type { PipedriveConnection, Values } from './connection';
import type { AccountField } from './fields';
import { KEY_LABEL, SOURCE_LABEL, WRITTEN_TYPES, fieldOf, writtenValues } from './fields';
import type { Reading } from './records';
import { textOf } from './records';

/** What is asked of an account once per run: its fields, whose it is, its currency. */
export class PipedriveAccount {
	private readonly known = new Map<string, Promise<unknown>>();

	constructor(readonly connection: PipedriveConnection) {}

	/** Asks once for what does not change during a run; a failure is asked again. */
	once<T>(name: string, work: () => Promise<T>): Promise<T> {
		const known = this.known.get(name) as Promise<T> | undefined;
		if (known) return known;
		const asking = work();
		this.known.set(name, asking);
		asking.catch(() => this.known.delete(name));
		return asking;
	}

	fields(object: CrmObject): Promise<AccountField[]> {
		return this.once(`fields ${object}`, async () => {
			const found = await this.connection.list('list the fields', (sdk, page) =>
				object === 'contact'
					? sdk.personFields.getPersonFields(page)
					: sdk.dealFields.getDealFields(page),
			);
			return found.map(fieldOf);
		});
	}

	/** What the account calls a field of ours; undefined if it has none. */
	async ownField(object: CrmObject, label: string): Promise<string | undefined> {
		return (await this.fields(object)).find((one) => one.label === label)?.name;
	}

	/** Values of our own fields, which are made with the first write of them. */
	async ownValues(
		object: CrmObject,
		{ key, source }: { key?: string | undefined; source?: string | undefined },
	): Promise<CrmProperties> {
		const values: CrmProperties = {};
		for (const [label, value] of [
			[KEY_LABEL, key],
			[SOURCE_LABEL, source],
		] as const) {
			if (!value) continue;
			const name = (await this.ownField(object, label)) ?? (await this.makeOwnField(object, label));
			values[name] = value;
		}
		return values;
	}

	/** The fields that are missing are made; ours come first, since every write needs them. */
	async createFields(
		object: CrmObject,
		definitions: CrmFieldDefinition[],
	): Promise<Array<{ name: string; label: string; created: boolean }>> {
		this.forget(object);
		const before = await this.fields(object);
		const lacks = (label: string) => !before.some((one) => one.label === label);
		const ours = object === 'contact' ? [KEY_LABEL] : [KEY_LABEL, SOURCE_LABEL];
		await this.makeFields(
			object,
			[...ours.map(ofOurs), ...definitions].filter(({ label }) => lacks(label)),
		);
		const after = await this.fields(object);
		return definitions.map(({ label }) => ({
			name: after.find((one) => one.label === label)?.name ?? label,
			label,
			created: lacks(label),
		}));
	}

	/** What records of the account are read with. */
	async reading(object: CrmObject): Promise<Reading> {
		const fields = await this.fields(object);
		const named = (label: string) => fields.find((one) => one.label === label)?.name;
		return {
			fields,
			keyField: named(KEY_LABEL),
			sourceField: named(SOURCE_LABEL),
			pages: await this.pages(),
		};
	}

	/** Custom fields as the account takes them. */
	async written(object: CrmObject, values: CrmProperties): Promise<Values | undefined> {
		if (Object.keys(values).length === 0) return undefined;
		const fields = await this.fields(object);
		const hasAmount = fields.some(
			({ name, pipedriveType }) => pipedriveType === 'monetary' && name in values,
		);
		return writtenValues(fields, values, hasAmount ? await this.currency() : undefined);
	}

	/** What amounts are in where nobody said so. */
	async currency(): Promise<string | undefined> {
		return textOf((await this.me()).default_currency);
	}

	/** Pages are an extra: where the credential may not ask whose the account is, records have none. */
	private async pages(): Promise<string | undefined> {
		const domain = await this.me().then(
			(me) => textOf(me.company_domain),
			() => undefined,
		);
		return domain && `https://${domain}.pipedrive.com`;
	}

	private me(): Promise<Values> {
		return this.once('me', async () => {
			const { data } = await this.connection.call('say whose account it is', ({ users }) =>
				users.getCurrentUser(),
			);
			return (data ?? {}) as unknown as Values;
		});
	}

	private forget(object: CrmObject): void {
		this.known.delete(`fields ${object}`);
	}

	private makeOwnField(object: CrmObject, label: string): Promise<string> {
		return this.once(`make ${object} ${label}`, async () => {
			const made = await this.makeFields(object, [ofOurs(label)]);
			return (await this.ownField(object, label)) ?? made.get(label)!;
		});
	}

	/**
	 * Makes fields; gives what the account calls them. Pipedrive lets two fields have one name: where two workers made one at once, the
	 * first in the account's list stays, and the worker who made the other removes it before anything stands in it.
	 */
	private async makeFields(
		object: CrmObject,
		definitions: readonly CrmFieldDefinition[],
	): Promise<Map<string, string>> {
		const made = new Map<string, string>();
		for (const definition of definitions) {
			const code = await this.makeField(object, definition);
			if (code) made.set(definition.label, code);
		}
		for (const [label, field_code] of made) {
			const first = await this.ownField(object, label);
			if (!first || first === field_code) continue;
			await this.connection.call(`remove the second field ${label}`, (sdk) =>
				object === 'contact'
					? sdk.personFields.deletePersonField({ field_code })
					: sdk.dealFields.deleteDealField({ field_code }),
			);
			this.forget(object);
		}
		return made;
	}

	/** What the account calls the new field; undefined where it is there after an answer that was lost. */
	private async makeField(
		object: CrmObject,
		{ label, type }: CrmFieldDefinition,
	): Promise<string | undefined> {
		const body = { field_name: label, field_type: WRITTEN_TYPES[type] };
		for (let attempt = 1; ; attempt++) {
			this.forget(object);
			try {
				const { data } = await this.connection.call(`create the field ${label}`, (sdk) =>
					object === 'contact'
						? sdk.personFields.addPersonField({ AddPersonFieldRequest: body })
						: sdk.dealFields.addDealField({ AddDealFieldRequest: body }),
				);
				return String((data as unknown as Values).field_code);
			} catch (error) {
				if (!(error instanceof CrmError) || !UNCERTAIN.has(error.kind)) throw error;
				if (await this.ownField(object, label)) return undefined;
				if (attempt >= ATTEMPTS) throw error;
			}
		}
	}
}

/** Tries at making one field; the next run goes on from there. */
const ATTEMPTS = 2;

/** After these the field may have been made. */
const UNCERTAIN: ReadonlySet<CrmError['kind']> = new Set(['lost', 'unavailable']);

function ofOurs(label: string): CrmFieldDefinition {
	return { name: label, label, type: 'text' };
}
