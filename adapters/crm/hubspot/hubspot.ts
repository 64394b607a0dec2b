import type {
	FilterGroup,
	SimplePublicObject,
	SimplePublicObjectInputForCreate,
} from '@hubspot/api-client/lib/codegen/crm/objects';
import type { PropertyCreate } from '@hubspot/api-client/lib/codegen/crm/properties';

import { nationalDigits, phoneSpellings } from '../../../core/crm';
import type {
	CrmContact,
	CrmContactInput,
	CrmDeal,
	CrmDealInput,
	CrmNoteInput,
	CrmOwner,
	CrmPipeline,
	CrmPlace,
	CrmPort,
	CrmTaskInput,
} from '../../../core/ports/crm';
import { CrmError } from '../../../core/ports/crm';
import type { HttpSend } from '../../../core/ports/http';
import { refused, unanswered } from '../errors';
import { hasMarker, withMarker } from '../marker';
import type { Environment, Rate } from '../patience';
import { limiterOf, patient, retryAfterMs } from '../patience';
import type { HubspotSdk } from './sdk';
import { HubspotRefusal, hubspotSdk } from './sdk';

export const HUBSPOT_URL = 'https://api.hubapi.com';

/** HubSpot's types of associations between its own objects. */
const ASSOCIATION = {
	dealToContact: 3,
	noteToContact: 202,
	noteToDeal: 214,
	taskToContact: 204,
	taskToDeal: 216,
} as const;

/** Our fields in the account; made on first use. */
const KEY = 'whatsapp_handoff_key';
const SOURCE = 'whatsapp_handoff_source';
const FIELDS = {
	[KEY]: { label: 'WhatsApp handoff key', unique: true },
	[SOURCE]: { label: 'WhatsApp handoff source', unique: false },
} as const;

const CONTACT_FIELDS = [
	'email',
	'firstname',
	'lastname',
	'phone',
	'mobilephone',
	'company',
	'hubspot_owner_id',
	'createdate',
	KEY,
];
const DEAL_FIELDS = [
	'dealname',
	'pipeline',
	'dealstage',
	'amount',
	'deal_currency_code',
	'closedate',
	'hubspot_owner_id',
	KEY,
];

/** The smallest burst limit of any HubSpot plan is 100 calls in 10 seconds; searches have one of their own, 4 a second. */
const RATE = { calls: 95, perMs: 10_000 };
const SEARCH_RATE = { calls: 4, perMs: 1_000 };

/** Most notes or tasks of one contact that are looked through for ours, newest pages last. */
const MOST_ACTIVITIES = 2_000;
const BATCH = 100;

const SEARCH = /\/search$/;
/** Searches, and fields of the account: their names are unique. */
const REPEATABLE = /\/(search|batch\/read)$|\/properties\/\w+$/;

export interface HubspotOptions {
	send: HttpSend;
	/** Names the account for the limits that all executions share. */
	account: string;
	/** Default: HubSpot's own. */
	baseUrl?: string;
	environment?: Environment;
	/** Other limits than the smallest plan's. */
	rates?: { all: Rate; search: Rate };
}

/** HubSpot through its own SDK. */
export class HubspotCrm implements CrmPort {
	readonly crm = 'hubspot';
	private loading?: Promise<HubspotSdk>;
	private readonly send: HttpSend;
	private readonly baseUrl: string;
	private readonly ready = new Map<string, Promise<void>>();
	private pipelines?: Promise<CrmPipeline[]>;

	constructor(options: HubspotOptions) {
		this.baseUrl = (options.baseUrl || HUBSPOT_URL).replace(/\/+$/, '');
		const name = `hubspot ${this.baseUrl} ${options.account}`;
		const all = limiterOf(name, options.rates?.all ?? RATE);
		const search = limiterOf(`${name} search`, options.rates?.search ?? SEARCH_RATE);
		this.send = patient(options.send, {
			repeatable: ({ url }) => REPEATABLE.test(pathOf(url)),
			limiters: ({ url }) => (SEARCH.test(pathOf(url)) ? [search, all] : [all]),
			...(options.environment ? { environment: options.environment } : {}),
		});
	}

	async findContacts(input: CrmContactInput, properties: string[]): Promise<CrmContact[]> {
		await this.field('contacts', KEY);
		const filterGroups: FilterGroup[] = [];
		const filter = (propertyName: string, rest: object) =>
			filterGroups.push({ filters: [{ propertyName, ...rest }] } as FilterGroup);
		if (input.phone) {
			// HubSpot's own index of a number lacks the country code, so that it finds too many; core compares again.
			filter('hs_searchable_calculated_phone_number', {
				operator: 'EQ',
				value: nationalDigits(input.phone),
			});
			const values = phoneSpellings(input.phone);
			filter('phone', { operator: 'IN', values });
			filter('mobilephone', { operator: 'IN', values });
		}
		if (input.email) filter('email', { operator: 'EQ', value: input.email.trim().toLowerCase() });
		if (filterGroups.length === 0) return [];
		const found = await this.call('search for the contact', (sdk) =>
			sdk.search.doSearch('contacts', {
				filterGroups,
				properties: [...CONTACT_FIELDS, ...properties],
				sorts: [],
				limit: 100,
				// A number by HubSpot's description, text by its SDK's types; sent as it is given.
				after: 0 as unknown as string,
			}),
		);
		return found.results.map((record) => contactOf(record, properties));
	}

	async findContactByKey(key: string, properties: string[]): Promise<CrmContact | undefined> {
		await this.field('contacts', KEY);
		const record = await this.read('contacts', key, [...CONTACT_FIELDS, ...properties], KEY);
		return record && contactOf(record, properties);
	}

	async readContact(id: string, properties: string[]): Promise<CrmContact | undefined> {
		const record = await this.read('contacts', id, [...CONTACT_FIELDS, ...properties]);
		return record && contactOf(record, properties);
	}

	async createContact(input: CrmContactInput, key: string): Promise<CrmContact> {
		await this.field('contacts', KEY);
		const record = await this.create('contacts', 'create the contact', {
			properties: contactProperties(input, key),
			associations: [],
		});
		return contactOf(record, Object.keys(input.properties ?? {}));
	}

	async updateContact(id: string, changes: CrmContactInput, key?: string): Promise<void> {
		if (key) await this.field('contacts', KEY);
		await this.call('update the contact', (sdk) =>
			sdk.objects.update('contacts', id, { properties: contactProperties(changes, key) }),
		);
	}

	async findDealByKey(
		key: string,
		_contactId: string,
		properties: string[],
	): Promise<CrmDeal | undefined> {
		await this.field('deals', KEY);
		const record = await this.read('deals', key, [...DEAL_FIELDS, ...properties], KEY);
		return record && (await this.dealOf(record, properties));
	}

	async readDeal(id: string, properties: string[]): Promise<CrmDeal | undefined> {
		const record = await this.read('deals', id, [...DEAL_FIELDS, SOURCE, ...properties]);
		return record && (await this.dealOf(record, properties));
	}

	async createDeal(input: CrmDealInput, contactId: string): Promise<CrmDeal> {
		await this.field('deals', KEY);
		if (input.source) await this.field('deals', SOURCE);
		const record = await this.create('deals', 'create the deal', {
			properties: dealProperties(input),
			associations: [linkTo(contactId, ASSOCIATION.dealToContact)],
		});
		return this.dealOf(record, Object.keys(input.properties ?? {}));
	}

	async updateDeal(id: string, changes: Partial<CrmDealInput>): Promise<void> {
		if (changes.key) await this.field('deals', KEY);
		if (changes.source) await this.field('deals', SOURCE);
		await this.call('update the deal', (sdk) =>
			sdk.objects.update('deals', id, { properties: dealProperties(changes) }),
		);
	}

	async openDeals(contactId: string): Promise<CrmDeal[]> {
		const records = await this.associated('contacts', contactId, 'deals', DEAL_FIELDS);
		const deals = await Promise.all(records.map((record) => this.dealOf(record, [])));
		return deals.filter(({ closed }) => !closed);
	}

	async findNoteByKey(key: string, place: CrmPlace): Promise<{ id: string } | undefined> {
		return this.findActivity('notes', 'hs_note_body', key, place);
	}

	async createNote(note: CrmNoteInput): Promise<{ id: string }> {
		const { id } = await this.create('notes', 'add the note', {
			properties: { hs_note_body: withMarker(note.html, note.key), hs_timestamp: note.at },
			associations: [
				linkTo(note.contactId, ASSOCIATION.noteToContact),
				...(note.dealId ? [linkTo(note.dealId, ASSOCIATION.noteToDeal)] : []),
			],
		});
		return { id };
	}

	async findTaskByKey(key: string, place: CrmPlace): Promise<{ id: string } | undefined> {
		return this.findActivity('tasks', 'hs_task_body', key, place);
	}

	async createTask(task: CrmTaskInput): Promise<{ id: string }> {
		const { id } = await this.create('tasks', 'create the task', {
			properties: {
				hs_task_subject: task.title,
				hs_task_body: withMarker(task.html ?? '', task.key),
				hs_task_status: 'NOT_STARTED',
				hs_task_type: 'TODO',
				hs_timestamp: task.dueAt,
				...(task.ownerId ? { hubspot_owner_id: task.ownerId } : {}),
			},
			associations: [
				linkTo(task.contactId, ASSOCIATION.taskToContact),
				...(task.dealId ? [linkTo(task.dealId, ASSOCIATION.taskToDeal)] : []),
			],
		});
		return { id };
	}

	async findOwner({ email, id }: { email?: string; id?: string }): Promise<CrmOwner | undefined> {
		if (id) {
			return (await this.listOwners()).find((owner) => owner.id === id);
		}
		const page = await this.call('look up the owner', (sdk) =>
			sdk.owners.getPage(email, undefined, 1),
		);
		return page.results[0] && ownerOf(page.results[0]);
	}

	async listOwners(): Promise<CrmOwner[]> {
		const owners: CrmOwner[] = [];
		for (let after: string | undefined; ;) {
			const page = await this.call('list its users', (sdk) =>
				sdk.owners.getPage(undefined, after, 100),
			);
			owners.push(...page.results.map(ownerOf));
			after = page.paging?.next?.after;
			if (!after) return owners;
		}
	}

	listPipelines(): Promise<CrmPipeline[]> {
		const reading = (this.pipelines ??= this.readPipelines());
		reading.catch(() => delete this.pipelines);
		return reading;
	}

	private async readPipelines(): Promise<CrmPipeline[]> {
		const { results } = await this.call('list its deal pipelines', (sdk) =>
			sdk.pipelines.getAll('deals'),
		);
		return results
			.filter(({ archived }) => !archived)
			.sort((a, b) => a.displayOrder - b.displayOrder)
			.map(({ id, label, stages }) => ({
				id,
				name: label,
				stages: stages
					.filter(({ archived }) => !archived)
					.sort((a, b) => a.displayOrder - b.displayOrder)
					.map((stage) => ({
						id: stage.id,
						name: stage.label,
						order: stage.displayOrder,
						closed: stage.metadata?.isClosed === 'true',
					})),
			}));
	}

	/** Makes sure, once per run, that the account has this field of ours. */
	private field(type: 'contacts' | 'deals', name: keyof typeof FIELDS): Promise<void> {
		const id = `${type} ${name}`;
		let ready = this.ready.get(id);
		if (!ready) {
			ready = this.makeField(type, name);
			ready.catch(() => this.ready.delete(id));
			this.ready.set(id, ready);
		}
		return ready;
	}

	private async makeField(type: 'contacts' | 'deals', name: keyof typeof FIELDS): Promise<void> {
		const there = await this.unlessMissing(
			this.call(`show its fields of ${type}`, (sdk) => sdk.properties.getByName(type, name)),
		);
		if (there) return;
		const { label, unique } = FIELDS[name];
		try {
			await this.call(`create the field ${name}`, (sdk) =>
				sdk.properties.create(type, {
					name,
					label,
					description: 'Set by the WhatsApp handoff; do not change.',
					groupName: type === 'contacts' ? 'contactinformation' : 'dealinformation',
					type: 'string',
					fieldType: 'text',
					hasUniqueValue: unique,
					formField: false,
				} as PropertyCreate),
			);
		} catch (error) {
			if (!(error instanceof CrmError)) throw error;
			// Another run was faster, or the answer to the first try was lost.
			if (error.kind === 'conflict') return;
			if (error.kind !== 'auth') throw error;
			throw new CrmError(
				error.message,
				error.kind,
				`Give the HubSpot app the permission crm.schemas.${type}.write, or have an administrator create a ${type === 'contacts' ? 'contact' : 'deal'} property named ${name} (single-line text${unique ? ', unique values' : ''}).`,
				error.details,
				{ cause: error },
			);
		}
	}

	private async read(
		type: string,
		id: string,
		properties: string[],
		idProperty?: string,
	): Promise<SimplePublicObject | undefined> {
		return this.unlessMissing(
			this.call(`read its ${type}`, (sdk) =>
				sdk.objects.getById(type, id, properties, undefined, undefined, false, idProperty),
			),
		);
	}

	private async create(
		type: string,
		whatFor: string,
		input: SimplePublicObjectInputForCreate,
	): Promise<SimplePublicObject> {
		return this.call(whatFor, (sdk) => sdk.objects.create(type, input));
	}

	/** Records of one kind at a record: read by association, which knows of a write at once. */
	private async associated(
		type: string,
		id: string,
		toType: string,
		properties: string[],
	): Promise<SimplePublicObject[]> {
		const ids: string[] = [];
		for (let after: string | undefined; ids.length < MOST_ACTIVITIES;) {
			const page = await this.call(`list the ${toType} of the record`, (sdk) =>
				sdk.associations.getPage(type, id, toType, after, 500),
			);
			ids.push(...page.results.map(({ toObjectId }) => String(toObjectId)));
			after = page.paging?.next?.after;
			if (!after) break;
		}
		const records: SimplePublicObject[] = [];
		for (let from = 0; from < ids.length; from += BATCH) {
			const inputs = ids.slice(from, from + BATCH).map((one) => ({ id: one }));
			const { results } = await this.call(`read the ${toType} of the record`, (sdk) =>
				sdk.batch.read(toType, { inputs, properties, propertiesWithHistory: [] }, false),
			);
			records.push(...results);
		}
		return records;
	}

	private async findActivity(
		type: 'notes' | 'tasks',
		body: string,
		key: string,
		{ contactId, dealId }: CrmPlace,
	): Promise<{ id: string } | undefined> {
		// A deal has few notes, a contact of years may have many.
		const records = dealId
			? await this.associated('deals', dealId, type, [body])
			: await this.associated('contacts', contactId, type, [body]);
		const found = records.find(({ properties }) => hasMarker(properties[body], key));
		return found && { id: found.id };
	}

	private async dealOf(record: SimplePublicObject, properties: string[]): Promise<CrmDeal> {
		const { properties: values, id } = record;
		const stages = (await this.listPipelines()).flatMap(({ stages }) => stages);
		const text = (name: string) => values[name] || undefined;
		const amount = text('amount');
		return {
			id,
			name: values.dealname ?? '',
			pipelineId: values.pipeline ?? '',
			stageId: values.dealstage ?? '',
			closed: stages.find((stage) => stage.id === values.dealstage)?.closed ?? false,
			...filled({
				key: text(KEY),
				amount: amount === undefined ? undefined : Number(amount),
				currency: text('deal_currency_code'),
				source: text(SOURCE),
				ownerId: text('hubspot_owner_id'),
				closeDate: text('closedate')?.slice(0, 10),
			}),
			properties: pick(values, properties),
		};
	}

	private async unlessMissing<T>(reading: Promise<T>): Promise<T | undefined> {
		try {
			return await reading;
		} catch (error) {
			if (error instanceof CrmError && error.kind === 'not_found') return undefined;
			throw error;
		}
	}

	private async call<T>(whatFor: string, work: (sdk: HubspotSdk) => Promise<T>): Promise<T> {
		const sdk = await (this.loading ??= hubspotSdk(this.send, this.baseUrl));
		try {
			return await work(sdk);
		} catch (error) {
			if (!(error instanceof HubspotRefusal)) throw unanswered('hubspot', whatFor, error);
			const said = typeof error.body.message === 'string' ? error.body.message : undefined;
			const existingId = /Existing ID:\s*(\d+)/i.exec(said ?? '')?.[1];
			throw refused(
				'hubspot',
				whatFor,
				{
					status: error.status,
					...(said ? { said } : {}),
					// A value that must be unique is refused as 409 or, for fields of the account, as 400.
					...(said?.includes('CONFLICTING_UNIQUE_VALUE') ? { kind: 'conflict' as const } : {}),
					...(existingId ? { existingId } : {}),
					...filled({ retryAfterMs: retryAfterMs(error) }),
				},
				error,
			);
		}
	}
}

function pathOf(url: string): string {
	return url.split('?')[0]!;
}

function linkTo(id: string, associationTypeId: number) {
	return {
		to: { id },
		types: [{ associationCategory: 'HUBSPOT_DEFINED' as const, associationTypeId }],
	} as NonNullable<SimplePublicObjectInputForCreate['associations']>[number];
}

function contactProperties(input: CrmContactInput, key?: string): Record<string, string> {
	return asText({
		...input.properties,
		email: input.email,
		phone: input.phone,
		firstname: input.firstName,
		lastname: input.lastName,
		company: input.company,
		hubspot_owner_id: input.ownerId,
		[KEY]: key,
	});
}

function dealProperties(input: Partial<CrmDealInput>): Record<string, string> {
	return asText({
		...input.properties,
		dealname: input.name,
		pipeline: input.pipelineId,
		dealstage: input.stageId,
		amount: input.amount,
		deal_currency_code: input.currency,
		closedate: input.closeDate,
		hubspot_owner_id: input.ownerId,
		[SOURCE]: input.source,
		[KEY]: input.key,
	});
}

/** HubSpot takes every value as text. */
function asText(values: Record<string, unknown>): Record<string, string> {
	return Object.fromEntries(
		Object.entries(values)
			.filter(([, value]) => value !== undefined && value !== '')
			.map(([name, value]) => [name, String(value)]),
	);
}

function contactOf(record: SimplePublicObject, properties: string[]): CrmContact {
	const { properties: values, id } = record;
	const text = (name: string) => values[name] || undefined;
	return {
		id,
		phones: [values.phone, values.mobilephone].filter((phone): phone is string => Boolean(phone)),
		...filled({
			email: text('email'),
			firstName: text('firstname'),
			lastName: text('lastname'),
			name: [values.firstname, values.lastname].filter(Boolean).join(' ') || undefined,
			company: text('company'),
			ownerId: text('hubspot_owner_id'),
			key: text(KEY),
			createdAt: text('createdate'),
		}),
		properties: pick(values, properties),
	};
}

function ownerOf(owner: {
	id: string;
	firstName?: string;
	lastName?: string;
	email?: string;
}): CrmOwner {
	const name = [owner.firstName, owner.lastName].filter(Boolean).join(' ');
	return {
		id: owner.id,
		name: name || owner.email || owner.id,
		...(owner.email ? { email: owner.email } : {}),
	};
}

function pick(values: Record<string, unknown>, names: string[]): Record<string, unknown> {
	return Object.fromEntries(
		names.filter((name) => values[name]).map((name) => [name, values[name]]),
	);
}

function filled<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
	return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
		[K in keyof T]?: NonNullable<T[K]>;
	};
}
