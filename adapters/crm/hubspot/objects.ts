import type {
	FilterGroup,
	SimplePublicObject,
	SimplePublicObjectInputForCreate,
} from '@hubspot/api-client/lib/codegen/crm/objects';

import { CrmError } from '../../../core/ports/crm';
import { unanswered } from '../errors';
import type { Gathering } from '../gather';
import { Gatherers, OF_ONE_RECORD, settleEach } from '../gather';
import type { HubspotConnection } from './connection';
import { unlessMissing } from './connection';

/** Most records of one batch call, by HubSpot's rules. */
const BATCH = 100;
/** So many searches are made one: a filter takes 100 values, and a number has up to six spellings. */
const SEARCH_BATCH = 15;
const SEARCH_PAGE = 100;
/** Most pages that are read of one search; more would be a number that half the account has. */
const MOST_PAGES = 5;
/** Most notes, tasks or deals of one record that are looked through. */
const MOST_ASSOCIATED = 2_000;

type Properties = Record<string, string>;

/** Alternatives: records whose property has one of the values. */
export type Alternatives = Record<string, string[]>;

/**
 * Reads and writes records: each call by itself, or, where several items are worked on at once, gathered into HubSpot's batch
 * calls. What a batch could not do for one record is asked for that record alone, so that each item hears its own reason.
 */
export class HubspotObjects {
	private readonly gather: Gatherers;

	constructor(
		private readonly connection: HubspotConnection,
		gathering: Gathering,
	) {
		this.gather = new Gatherers(gathering);
	}

	/** Undefined if there is none; `idProperty` names a property with unique values to find it by. */
	read(
		type: string,
		id: string,
		properties: string[],
		idProperty?: string,
	): Promise<SimplePublicObject | undefined> {
		const alone = (one: string) =>
			unlessMissing(
				this.connection.call(`read its ${type}`, (sdk) =>
					sdk.objects.getById(type, one, properties, undefined, undefined, false, idProperty),
				),
			);
		return this.gather.call(
			`read ${type} ${idProperty} ${properties.join()}`,
			BATCH,
			id,
			() => alone(id),
			async (ids: string[]) => {
				const found = await this.readAll(type, [...new Set(ids)], properties, idProperty);
				const byId = new Map(
					found.map((one) => [idProperty ? one.properties[idProperty] : one.id, one]),
				);
				return settleEach(ids, async (one) => {
					const record = byId.get(one);
					// A record that was merged into another answers to its old id, under its new one.
					return record || idProperty ? record : alone(one);
				});
			},
		);
	}

	create(
		type: string,
		whatFor: string,
		input: SimplePublicObjectInputForCreate,
	): Promise<SimplePublicObject> {
		const alone = (one: SimplePublicObjectInputForCreate) =>
			this.connection.call(whatFor, (sdk) => sdk.objects.create(type, one));
		return this.gather.call(
			`create ${type}`,
			BATCH,
			input,
			() => alone(input),
			async (inputs: SimplePublicObjectInputForCreate[]) => {
				const done = await this.inBatch(whatFor, (sdk) =>
					sdk.batch.create(type, {
						inputs: inputs.map((one, index) => ({ ...one, objectWriteTraceId: String(index) })),
					}),
				);
				if (done === 'refused') return settleEach(inputs, alone);
				const byTrace = new Map(done.results.map((one) => [one.objectWriteTraceId, one]));
				const refused = new Set(
					(done.errors ?? []).flatMap(({ context }) => context?.objectWriteTraceId ?? []),
				);
				return settleEach(inputs, (one, index) => {
					const record = byTrace.get(String(index));
					if (record) return Promise.resolve(record);
					if (refused.has(String(index))) return alone(one);
					// Neither made nor refused: whoever asked looks for it before asking again.
					throw unanswered('hubspot', whatFor, new Error('its batch said nothing of this record'));
				});
			},
		);
	}

	async update(type: string, whatFor: string, id: string, properties: Properties): Promise<void> {
		if (Object.keys(properties).length === 0) return;
		const alone = async (one: { id: string; properties: Properties }) => {
			await this.connection.call(whatFor, (sdk) =>
				sdk.objects.update(type, one.id, { properties: one.properties }),
			);
		};
		await this.gather.call(
			`update ${type}`,
			BATCH,
			{ id, properties },
			() => alone({ id, properties }),
			async (inputs: Array<{ id: string; properties: Properties }>) => {
				// HubSpot refuses a batch that names one record twice.
				const ids = inputs.map((one) => one.id);
				const first = inputs.filter((one, index) => ids.indexOf(one.id) === index);
				const done = await this.inBatch(whatFor, (sdk) =>
					sdk.batch.update(type, { inputs: first }),
				);
				const written = new Set(done === 'refused' ? [] : done.results.map((record) => record.id));
				return settleEach(inputs, async (one) => {
					if (!(first.includes(one) && written.has(one.id))) await alone(one);
				});
			},
		);
	}

	/** Records of one kind at a record: read by association, which knows of a write at once. */
	async associated(
		type: string,
		id: string,
		toType: string,
		properties: string[],
	): Promise<SimplePublicObject[]> {
		const ids = await this.gather.call(
			`links ${type} ${toType}`,
			BATCH,
			id,
			() => this.linksOf(type, id, toType),
			async (all: string[]) => {
				const unique = [...new Set(all)];
				const { results } = await this.connection.call(`list the ${toType} of records`, (sdk) =>
					sdk.manyAssociations.getPage(type, toType, {
						inputs: unique.map((one) => ({ id: one })),
					}),
				);
				const byId = new Map(results.map((one) => [one._from.id, one]));
				return settleEach(all, async (one) => {
					const page = byId.get(one);
					// Too many for one page: this one is read by itself.
					if (page?.paging?.next) return this.linksOf(type, one, toType);
					return (page?.to ?? []).map(({ toObjectId }) => String(toObjectId));
				});
			},
		);
		if (ids.length === 0) return [];
		if (this.gather.many) {
			const records = await Promise.all(ids.map((one) => this.read(toType, one, properties)));
			return records.filter((record) => record !== undefined);
		}
		return this.readAll(toType, ids, properties);
	}

	/** Records of which any property has any of its values; may give more. HubSpot's search is seconds late. */
	search(
		type: string,
		whatFor: string,
		wanted: Alternatives,
		properties: string[],
	): Promise<SimplePublicObject[]> {
		return this.gather.call(
			`search ${type} ${properties.join()}`,
			SEARCH_BATCH,
			wanted,
			() => this.searchAny(type, whatFor, wanted, properties),
			async (all: Alternatives[]) => {
				const together: Alternatives = {};
				for (const [name, values] of all.flatMap((one) => Object.entries(one))) {
					together[name] = [...new Set([...(together[name] ?? []), ...values])];
				}
				const records = await this.searchAny(type, whatFor, together, properties);
				return all.map(() => ({ result: records }));
			},
		);
	}

	private async searchAny(
		type: string,
		whatFor: string,
		wanted: Alternatives,
		properties: string[],
	): Promise<SimplePublicObject[]> {
		const filterGroups = Object.entries(wanted).map(([propertyName, values]) => ({
			filters: [
				values.length === 1
					? { propertyName, operator: 'EQ', value: values[0] }
					: { propertyName, operator: 'IN', values },
			],
		})) as FilterGroup[];
		if (filterGroups.length === 0) return [];
		const records: SimplePublicObject[] = [];
		let after = 0;
		for (let page = 0; page < MOST_PAGES; page++) {
			const found = await this.connection.call(whatFor, (sdk) =>
				sdk.search.doSearch(type, {
					filterGroups,
					properties,
					sorts: [],
					limit: SEARCH_PAGE,
					// A number by HubSpot's description, text by its SDK's types; sent as it is given.
					after: after as unknown as string,
				}),
			);
			records.push(...found.results);
			const next = found.paging?.next?.after;
			if (!next) break;
			after = Number(next);
		}
		return records;
	}

	private async readAll(
		type: string,
		ids: string[],
		properties: string[],
		idProperty?: string,
	): Promise<SimplePublicObject[]> {
		const records: SimplePublicObject[] = [];
		for (let from = 0; from < ids.length; from += BATCH) {
			const inputs = ids.slice(from, from + BATCH).map((id) => ({ id }));
			const { results } = await this.connection.call(`read its ${type}`, (sdk) =>
				sdk.batch.read(
					type,
					{
						inputs,
						properties,
						propertiesWithHistory: [],
						...(idProperty ? { idProperty } : {}),
					},
					false,
				),
			);
			records.push(...results);
		}
		return records;
	}

	private async linksOf(type: string, id: string, toType: string): Promise<string[]> {
		const ids: string[] = [];
		for (let after: string | undefined; ids.length < MOST_ASSOCIATED;) {
			const page = await this.connection.call(`list the ${toType} of the record`, (sdk) =>
				sdk.associations.getPage(type, id, toType, after, 500),
			);
			ids.push(...page.results.map(({ toObjectId }) => String(toObjectId)));
			after = page.paging?.next?.after;
			if (!after) break;
		}
		return ids;
	}

	/** A batch of which nothing was done because HubSpot found something wrong with it is `refused`. */
	private async inBatch(
		whatFor: string,
		work: Parameters<typeof this.connection.call<BatchAnswer>>[1],
	): Promise<BatchAnswer | 'refused'> {
		try {
			return await this.connection.call(whatFor, work);
		} catch (error) {
			if (error instanceof CrmError && OF_ONE_RECORD.has(error.kind)) return 'refused';
			throw error;
		}
	}
}

interface BatchAnswer {
	results: SimplePublicObject[];
	errors?: Array<{ context?: { [key: string]: string[] } }>;
}
