import { CrmError } from '../../../core/ports/crm';
import type { Gathering } from '../gather';
import { Gatherers, OF_ONE_RECORD, settleEach } from '../gather';
import { unanswered } from '../errors';
import type { SalesforceConnection, Values } from './connection';
import { soqlList, soqlText } from './soql';

/** Most records that Salesforce writes in one call. */
const WRITTEN_AT_ONCE = 200;
/** A query stands in the address, which may have 16,000 characters; a key may have 255 of them. */
const LOOKED_UP_AT_ONCE = 40;
/** A number has up to a dozen conditions. */
const CONDITIONS_AT_ONCE = 10;
/** More records than this are not read of one query. */
const MOST_RECORDS = 2_000;

/** A query without its conditions. */
export interface Selection {
	/** What it is for, as messages say it. */
	whatFor: string;
	object: string;
	fields: readonly string[];
	/** Holds for all. */
	and?: string;
	order: string;
	/** Most records for one who asks. */
	most: number;
}

/**
 * Reads and writes records: each call by itself, or, where several items are worked on at once, gathered into one call of many, which
 * Salesforce counts as one. What a call could not do for one record is asked for that record alone, so that each item hears its own
 * reason.
 */
export class SalesforceObjects {
	private readonly gather: Gatherers;

	constructor(
		private readonly connection: SalesforceConnection,
		gathering: Gathering,
	) {
		this.gather = new Gatherers(gathering);
	}

	create(whatFor: string, object: string, values: Values): Promise<string> {
		const alone = (one: Values) => this.connection.create(whatFor, object, one);
		return this.gather.call(
			`create ${object}`,
			WRITTEN_AT_ONCE,
			values,
			() => alone(values),
			async (all: Values[]) => {
				if (all.length === 1) return settleEach(all, alone);
				const done = await this.unlessRefused(() =>
					this.connection.call(whatFor, (sdk) => sdk.create(object, all, { allOrNone: false })),
				);
				return settleEach(all, async (one, index) => {
					const saved = done?.[index];
					if (saved?.success && saved.id) return saved.id;
					if (done && !saved) {
						// Neither made nor refused: whoever asked looks for it before asking again.
						throw unanswered(
							'salesforce',
							whatFor,
							new Error('its call said nothing of this record'),
						);
					}
					return alone(one);
				});
			},
		);
	}

	async update(whatFor: string, object: string, id: string, values: Values): Promise<void> {
		const alone = (one: Values) =>
			this.connection.update(whatFor, object, String(one.Id), withoutId(one));
		const record = { ...values, Id: id };
		await this.gather.call(
			`update ${object}`,
			WRITTEN_AT_ONCE,
			record,
			() => alone(record),
			async (all: Values[]) => {
				// Salesforce refuses to write one record twice in a call.
				const ids = all.map((one) => one.Id);
				const first = all.filter((one, index) => ids.indexOf(one.Id) === index);
				const done =
					first.length === 1
						? undefined
						: await this.unlessRefused(() =>
								this.connection.call(whatFor, (sdk) =>
									sdk.update(object, first as Array<Values & { Id: string }>, { allOrNone: false }),
								),
							);
				return settleEach(all, async (one) => {
					if (!done?.[first.indexOf(one)]?.success) await alone(one);
				});
			},
		);
	}

	/** The records of which a field has this value; the field is read along. */
	find(selection: Selection, field: string, value: string): Promise<Values[]> {
		const alone = (one: string) =>
			this.select(selection, `${field} = ${soqlText(one)}`, selection.most);
		return this.gather.call(
			`find ${field} ${JSON.stringify(selection)}`,
			LOOKED_UP_AT_ONCE,
			value,
			() => alone(value),
			async (all: string[]) => {
				const values = [...new Set(all)];
				const fields = [...new Set([...selection.fields, field])];
				const found = await this.select(
					{ ...selection, fields },
					`${field} IN ${soqlList(values)}`,
					MOST_RECORDS,
				);
				// There may be more: then each asks for itself.
				if (found.length >= MOST_RECORDS) return settleEach(all, alone);
				return all.map((one) => ({
					result: withValue(found, field, one).slice(0, selection.most),
				}));
			},
		);
	}

	/** Records that meet any of the conditions; may give more. */
	any(selection: Selection, conditions: readonly string[]): Promise<Values[]> {
		return this.gather.call(
			`any ${JSON.stringify(selection)}`,
			CONDITIONS_AT_ONCE,
			conditions,
			() => this.select(selection, conditions.join(' OR '), selection.most),
			async (all: Array<readonly string[]>) => {
				const together = [...new Set(all.flat())].join(' OR ');
				const found = await this.select(selection, together, MOST_RECORDS);
				return all.map(() => ({ result: found }));
			},
		);
	}

	/** What Salesforce's own search finds for a phrase; may give more. It is late. */
	search(
		whatFor: string,
		phrase: string,
		query: (phrases: string, most: number) => string,
		most: number,
	): Promise<Values[]> {
		const asked = (phrases: readonly string[], limit: number) =>
			this.connection.call(
				whatFor,
				(sdk) =>
					sdk.search(query(phrases.join(' OR '), limit)) as PromiseLike<{
						searchRecords: Values[];
					}>,
			);
		return this.gather.call(
			`search ${query('', most)}`,
			CONDITIONS_AT_ONCE,
			phrase,
			async () => (await asked([phrase], most)).searchRecords,
			async (all: string[]) => {
				const { searchRecords } = await asked([...new Set(all)], MOST_RECORDS);
				return all.map(() => ({ result: searchRecords }));
			},
		);
	}

	private select(
		{ whatFor, object, fields, and, order }: Selection,
		condition: string,
		most: number,
	): Promise<Values[]> {
		const where = and ? `(${condition}) AND ${and}` : condition;
		return this.connection.query(
			whatFor,
			`SELECT ${fields.join(', ')} FROM ${object} WHERE ${where} ORDER BY ${order} LIMIT ${most}`,
		);
	}

	/** Undefined where nothing was done because Salesforce found something wrong with the call as a whole. */
	private async unlessRefused<T>(work: () => Promise<T>): Promise<T | undefined> {
		try {
			return await work();
		} catch (error) {
			if (error instanceof CrmError && OF_ONE_RECORD.has(error.kind)) return undefined;
			throw error;
		}
	}
}

function withoutId({ Id: _id, ...values }: Values): Values {
	return values;
}

/** A query pays no regard to case where the field does not; ids may come in their short form. */
function withValue(records: Values[], field: string, wanted: string): Values[] {
	const exact = records.filter((one) => one[field] === wanted);
	if (exact.length > 0) return exact;
	return records.filter(({ [field]: value }) => {
		if (typeof value !== 'string') return false;
		const short = wanted.length === 15 && field.endsWith('Id') && value.startsWith(wanted);
		return short || value.toLowerCase() === wanted.toLowerCase();
	});
}
