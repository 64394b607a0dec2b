import type { SimplePublicObjectInputForCreate } from '@hubspot/api-client/lib/codegen/crm/objects';
import type { Property, PropertyCreate } from '@hubspot/api-client/lib/codegen/crm/properties';

import { nationalDigits, phoneSpellings } from '../../../core/crm';
import type {
	CrmCompany,
	CrmContact,
	CrmContactInput,
	CrmDeal,
	CrmDealInput,
	CrmField,
	CrmFieldDefinition,
	CrmNoteInput,
	CrmObject,
	CrmOrder,
	CrmOwner,
	CrmPipeline,
	CrmPlace,
	CrmPort,
	CrmRecordKind,
	CrmTaskInput,
} from '../../../core/ports/crm';
import { CrmError } from '../../../core/ports/crm';
import type { HttpSend } from '../../../core/ports/http';
import { hasMarker, withMarker } from '../marker';
import type { Environment, Rate } from '../patience';
import { SYSTEM } from '../patience';
import { HubspotConnection, unlessMissing } from './connection';
import type { Kind } from './kinds';
import { ASSOCIATION, DEALS, KINDS } from './kinds';
import type { Alternatives } from './objects';
import { HubspotObjects } from './objects';
import type { PageOf } from './records';
import {
	COMPANY_PROPERTIES,
	CONTACT_PROPERTIES,
	KEY,
	ORDER_PROPERTIES,
	OWN_FIELDS,
	SOURCE,
	STORED_AS,
	companyOf,
	contactOf,
	contactValues,
	dealOf,
	dealProperties,
	dealValues,
	fieldOf,
	orderOf,
	ownerOf,
	stageOf,
} from './records';

export const HUBSPOT_URL = 'https://api.hubapi.com';

/** The longest body of a note or task, in characters. */
const LONGEST_TEXT = 65_536;

export interface HubspotOptions {
	send: HttpSend;
	/** Names the account for the limits that all executions share. */
	account: string;
	/** What a case is kept as: deals (default) or tickets. */
	recordKind?: CrmRecordKind;
	/** Default: HubSpot's own. */
	baseUrl?: string;
	environment?: Environment;
	/** Other limits than the smallest plan's. */
	rates?: { all: Rate; search: Rate };
	/** Calls of one kind that come within so many milliseconds become one batch call. Default 0: each goes by itself. */
	gatherMs?: number;
}

/** What a field of HubSpot belongs to. */
type FieldsOf = 'contacts' | Kind['objects'];

/** HubSpot through its own SDK. */
export class HubspotCrm implements CrmPort {
	readonly crm = 'hubspot';
	readonly recordKind: CrmRecordKind;
	readonly together = 100;
	private readonly kind: Kind;
	private readonly connection: HubspotConnection;
	private readonly objects: HubspotObjects;
	private readonly known = new Map<string, Promise<unknown>>();

	constructor(options: HubspotOptions) {
		this.recordKind = options.recordKind ?? 'deal';
		const kind = KINDS[this.recordKind];
		if (!kind) {
			throw new CrmError(
				`A ${this.recordKind} of HubSpot cannot be written`,
				'invalid',
				'Choose Deal or Ticket as the kind of record.',
			);
		}
		this.kind = kind;
		this.connection = new HubspotConnection({
			...options,
			baseUrl: (options.baseUrl || HUBSPOT_URL).replace(/\/+$/, ''),
		});
		this.objects = new HubspotObjects(this.connection, {
			waitMs: options.gatherMs ?? 0,
			sleep: (options.environment ?? SYSTEM).sleep,
		});
	}

	async findContacts(input: CrmContactInput, properties: string[]): Promise<CrmContact[]> {
		const wanted: Alternatives = {};
		if (input.phone) {
			// HubSpot's own index of a number lacks the country code, so that it finds too many; core compares again.
			wanted.hs_searchable_calculated_phone_number = [nationalDigits(input.phone)];
			wanted.phone = phoneSpellings(input.phone);
			wanted.mobilephone = wanted.phone;
		}
		if (input.email) wanted.email = [input.email.trim().toLowerCase()];
		const records = await this.objects.search('contacts', 'search for the contact', wanted, [
			...CONTACT_PROPERTIES,
			...properties,
		]);
		const page = await this.page();
		return records.map((record) => contactOf(record, properties, page));
	}

	async findContactByKey(key: string, properties: string[]): Promise<CrmContact | undefined> {
		if (!(await this.hasOwnField('contacts', KEY))) return undefined;
		return this.contact(key, properties, KEY);
	}

	readContact(id: string, properties: string[]): Promise<CrmContact | undefined> {
		return this.contact(id, properties);
	}

	async createContact(input: CrmContactInput, key: string): Promise<CrmContact> {
		await this.ownField('contacts', KEY);
		const record = await this.objects.create('contacts', 'create the contact', {
			properties: contactValues(input, key),
			associations: [],
		});
		return contactOf(record, Object.keys(input.properties ?? {}), await this.page());
	}

	async updateContact(id: string, changes: CrmContactInput, key?: string): Promise<void> {
		if (key) await this.ownField('contacts', KEY);
		await this.objects.update('contacts', 'update the contact', id, contactValues(changes, key));
	}

	async findDealByKey(
		key: string,
		_contactId: string,
		properties: string[],
	): Promise<CrmDeal | undefined> {
		if (!(await this.hasOwnField(this.kind.objects, KEY))) return undefined;
		return this.deal(key, properties, KEY);
	}

	readDeal(id: string, properties: string[]): Promise<CrmDeal | undefined> {
		return this.deal(id, properties);
	}

	async createDeal(input: CrmDealInput, contactId: string): Promise<CrmDeal> {
		const { kind } = this;
		await this.ownField(kind.objects, KEY);
		if (input.source) await this.ownField(kind.objects, SOURCE);
		const record = await this.objects.create(kind.objects, `create the ${kind.title}`, {
			properties: dealValues(kind, input),
			associations: [linkTo(contactId, kind.toContact)],
		});
		const names = Object.keys(input.properties ?? {});
		return dealOf(record, kind, await this.listPipelines(), names, await this.page());
	}

	async updateDeal(id: string, changes: Partial<CrmDealInput>): Promise<void> {
		const { kind } = this;
		if (changes.key) await this.ownField(kind.objects, KEY);
		if (changes.source) await this.ownField(kind.objects, SOURCE);
		await this.objects.update(
			kind.objects,
			`update the ${kind.title}`,
			id,
			dealValues(kind, changes),
		);
	}

	async openDeals(contactId: string): Promise<CrmDeal[]> {
		return (await this.dealsOf(contactId, this.kind)).filter(({ closed }) => !closed);
	}

	async findNoteByKey(key: string, place: CrmPlace): Promise<{ id: string } | undefined> {
		return this.findActivity('notes', 'hs_note_body', key, place);
	}

	async createNote(note: CrmNoteInput): Promise<{ id: string }> {
		const { id } = await this.objects.create('notes', 'add the note', {
			properties: {
				hs_note_body: withMarker(note.html, note.key, LONGEST_TEXT),
				hs_timestamp: note.at,
			},
			associations: [
				linkTo(note.contactId, ASSOCIATION.noteToContact),
				...(note.dealId ? [linkTo(note.dealId, this.kind.fromNote)] : []),
			],
		});
		return { id };
	}

	async findTaskByKey(key: string, place: CrmPlace): Promise<{ id: string } | undefined> {
		return this.findActivity('tasks', 'hs_task_body', key, place);
	}

	async createTask(task: CrmTaskInput): Promise<{ id: string }> {
		const { id } = await this.objects.create('tasks', 'create the task', {
			properties: {
				hs_task_subject: task.title,
				hs_task_body: withMarker(task.html ?? '', task.key, LONGEST_TEXT),
				hs_task_status: 'NOT_STARTED',
				hs_task_type: 'TODO',
				hs_timestamp: task.dueAt,
				...(task.ownerId ? { hubspot_owner_id: task.ownerId } : {}),
			},
			associations: [
				linkTo(task.contactId, ASSOCIATION.taskToContact),
				...(task.dealId ? [linkTo(task.dealId, this.kind.fromTask)] : []),
			],
		});
		return { id };
	}

	async completeTask(id: string): Promise<void> {
		await unlessMissing(
			this.objects.update('tasks', 'complete the task', id, { hs_task_status: 'COMPLETED' }),
		);
	}

	async findOwner({ email, id }: { email?: string; id?: string }): Promise<CrmOwner | undefined> {
		if (id) return (await this.listOwners()).find((owner) => owner.id === id);
		return this.once(`owner ${email}`, async () => {
			const page = await this.connection.call('look up the owner', (sdk) =>
				sdk.owners.getPage(email, undefined, 1),
			);
			return page.results[0] && ownerOf(page.results[0]);
		});
	}

	listOwners(): Promise<CrmOwner[]> {
		return this.once('owners', async () => {
			const owners: CrmOwner[] = [];
			for (let after: string | undefined; ;) {
				const page = await this.connection.call('list its users', (sdk) =>
					sdk.owners.getPage(undefined, after, 100),
				);
				owners.push(...page.results.map(ownerOf));
				after = page.paging?.next?.after;
				if (!after) return owners;
			}
		});
	}

	listPipelines(): Promise<CrmPipeline[]> {
		return this.pipelinesOf(this.kind);
	}

	async findCompany(query: { domain?: string; name?: string }): Promise<CrmCompany | undefined> {
		const wanted: Alternatives = {
			...(query.domain ? { domain: [query.domain.toLowerCase()] } : {}),
			...(query.name ? { name: [query.name] } : {}),
		};
		const records = await this.objects.search(
			'companies',
			'search for the company',
			wanted,
			COMPANY_PROPERTIES,
		);
		const page = await this.page();
		const companies = records.map((record) => companyOf(record, page));
		return (
			companies.find(({ domain }) => query.domain && same(domain, query.domain)) ??
			companies.find(({ name }) => query.name && same(name, query.name))
		);
	}

	async linkCompany(companyId: string, { contactId, dealId }: CrmPlace): Promise<void> {
		const link = (type: string, id: string) =>
			this.connection.call('link the company', (sdk) =>
				sdk.associations.createDefault(type, id, 'companies', companyId),
			);
		await link('contacts', contactId);
		if (dealId) await link(this.kind.objects, dealId);
	}

	/** Orders are an object that not every account and not every app may see; then the deals that were won. */
	async recentOrders(contactId: string): Promise<CrmOrder[]> {
		const records = await this.ordersOf(contactId);
		const page = await this.page();
		const orders = records.map((record) => orderOf(record, page));
		if (orders.length > 0) return newestFirst(orders);
		const won = (await this.pipelinesOf(DEALS))
			.flatMap(({ stages }) => stages)
			.filter((stage) => stage.won);
		const deals = await this.dealsOf(contactId, DEALS);
		return newestFirst(
			deals.flatMap((deal) => {
				const stage = won.find(({ id }) => id === deal.stageId);
				if (!stage) return [];
				const { id, name, amount, currency, closeDate, url } = deal;
				return [
					{
						id,
						name,
						status: stage.name,
						...(amount === undefined ? {} : { amount }),
						...(currency ? { currency } : {}),
						...(closeDate ? { at: closeDate } : {}),
						...(url ? { url } : {}),
					},
				];
			}),
		);
	}

	async listFields(object: CrmObject): Promise<CrmField[]> {
		return (await this.properties(this.typeOf(object))).map(fieldOf);
	}

	async createFields(
		object: CrmObject,
		fields: CrmFieldDefinition[],
	): Promise<Array<{ name: string; label: string; created: boolean }>> {
		const type = this.typeOf(object);
		const there = new Set((await this.properties(type)).map(({ name }) => name));
		const results: Array<{ name: string; label: string; created: boolean }> = [];
		for (const { name, label, description, type: kind } of fields) {
			const created =
				!there.has(name) &&
				(await this.makeProperty(type, {
					name,
					label,
					...(description ? { description } : {}),
					...STORED_AS[kind],
					...(kind === 'boolean' ? { options: YES_AND_NO } : {}),
				}));
			results.push({ name, label, created });
		}
		// Whoever may make these may make ours, too; who connects later then need not be allowed to.
		await this.ownField(type, KEY);
		if (object === 'deal') await this.ownField(type, SOURCE);
		this.known.delete(`properties ${type}`);
		return results;
	}

	private async contact(id: string, properties: string[], idProperty?: string) {
		const asked = [...CONTACT_PROPERTIES, ...properties];
		const record = await this.objects.read('contacts', id, asked, idProperty);
		return record && contactOf(record, properties, await this.page());
	}

	private async deal(id: string, properties: string[], idProperty?: string) {
		const { kind } = this;
		const asked = [...dealProperties(kind), ...properties];
		const record = await this.objects.read(kind.objects, id, asked, idProperty);
		return (
			record && dealOf(record, kind, await this.listPipelines(), properties, await this.page())
		);
	}

	private async dealsOf(contactId: string, kind: Kind): Promise<CrmDeal[]> {
		const records = await this.objects.associated(
			'contacts',
			contactId,
			kind.objects,
			dealProperties(kind),
		);
		const pipelines = await this.pipelinesOf(kind);
		const page = await this.page();
		return records.map((record) => dealOf(record, kind, pipelines, [], page));
	}

	private async ordersOf(contactId: string) {
		try {
			return await this.objects.associated('contacts', contactId, 'orders', ORDER_PROPERTIES);
		} catch (error) {
			if (error instanceof CrmError && NOT_OFFERED.has(error.kind)) return [];
			throw error;
		}
	}

	private async findActivity(
		type: 'notes' | 'tasks',
		body: string,
		key: string,
		{ contactId, dealId }: CrmPlace,
	): Promise<{ id: string } | undefined> {
		// A deal has few notes, a contact of years may have many.
		const records = dealId
			? await this.objects.associated(this.kind.objects, dealId, type, [body])
			: await this.objects.associated('contacts', contactId, type, [body]);
		const found = records.find(({ properties }) => hasMarker(properties[body], key));
		return found && { id: found.id };
	}

	private pipelinesOf(kind: Kind): Promise<CrmPipeline[]> {
		return this.once(`pipelines ${kind.objects}`, async () => {
			const { results } = await this.connection.call(`list its ${kind.title} pipelines`, (sdk) =>
				sdk.pipelines.getAll(kind.objects),
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
						.map(stageOf),
				}));
		});
	}

	/**
	 * Addresses of HubSpot's pages hold the number of the account and the region's host. They are an extra: where the app may not
	 * ask for them, records have none.
	 */
	private page(): Promise<PageOf> {
		return this.once('page', async () => {
			const details = await this.connection
				.get<{ portalId?: number; uiDomain?: string }>('/account-info/v3/details')
				.catch(() => undefined);
			const { portalId, uiDomain } = details ?? {};
			return (type: string, id: string) =>
				portalId && uiDomain
					? `https://${uiDomain}/contacts/${portalId}/record/${type}/${id}`
					: undefined;
		});
	}

	private typeOf(object: CrmObject): FieldsOf {
		return object === 'contact' ? 'contacts' : this.kind.objects;
	}

	private properties(type: FieldsOf): Promise<Property[]> {
		return this.once(`properties ${type}`, async () => {
			const { results } = await this.connection.call(`show its fields of ${type}`, (sdk) =>
				sdk.properties.getAll(type),
			);
			return results.filter(({ archived, hidden }) => !archived && !hidden);
		});
	}

	/** Whether the account has this field of ours; without it, no record carries a value in it. Asked until it has. */
	private async hasOwnField(type: FieldsOf, name: keyof typeof OWN_FIELDS): Promise<boolean> {
		const asked = `has ${type} ${name}`;
		const has = await this.once(asked, async () => {
			const property = await unlessMissing(
				this.connection.call(`show its fields of ${type}`, (sdk) =>
					sdk.properties.getByName(type, name),
				),
			);
			return property !== undefined;
		});
		if (!has) this.known.delete(asked);
		return has;
	}

	/** Makes sure, once per run, that the account has this field of ours. */
	private ownField(type: FieldsOf, name: keyof typeof OWN_FIELDS): Promise<void> {
		return this.once(`field ${type} ${name}`, async () => {
			if (await this.hasOwnField(type, name)) return;
			const { label, unique } = OWN_FIELDS[name];
			const made = await this.makeProperty(type, {
				name,
				label,
				description: 'Set by the WhatsApp handoff; do not change.',
				type: 'string',
				fieldType: 'text',
				hasUniqueValue: unique,
			});
			if (made || (await this.hasOwnField(type, name))) return;
			throw new CrmError(
				`HubSpot keeps the property ${name} of ${type} in its archive, so that it can neither be filled nor made anew`,
				'invalid',
				`Restore it in HubSpot under Settings → Properties → Archived properties.`,
			);
		});
	}

	/** False if it was there already: another run was faster, or the answer to the first try was lost. */
	private async makeProperty(type: FieldsOf, property: NewProperty): Promise<boolean> {
		const group = type === 'contacts' ? 'contactinformation' : this.kind.group;
		try {
			await this.connection.call(`create the field ${property.name}`, (sdk) =>
				sdk.properties.create(type, {
					groupName: group,
					formField: false,
					...property,
				} as unknown as PropertyCreate),
			);
			return true;
		} catch (error) {
			if (!(error instanceof CrmError)) throw error;
			if (error.kind === 'conflict') return false;
			if (error.kind !== 'auth') throw error;
			const scope = type === 'tickets' ? 'tickets' : `crm.schemas.${type}.write`;
			const object = type === 'contacts' ? 'contact' : this.kind.title;
			throw new CrmError(
				error.message,
				error.kind,
				`Give the HubSpot app the permission ${scope} (n8n’s OAuth2 credential cannot ask for it: run Create Fields once with an app token), or have an administrator create a ${object} property named ${property.name} (single-line text${property.hasUniqueValue ? ', unique values' : ''}).`,
				error.details,
				{ cause: error },
			);
		}
	}

	/** Asks once for what does not change during a run; a failure is asked again. */
	private once<T>(name: string, work: () => Promise<T>): Promise<T> {
		const known = this.known.get(name) as Promise<T> | undefined;
		if (known) return known;
		const asking = work();
		this.known.set(name, asking);
		asking.catch(() => this.known.delete(name));
		return asking;
	}
}

/** As HubSpot takes it; the SDK's enumerations are values of its classes, which are loaded on first use only. */
type NewProperty = Omit<PropertyCreate, 'type' | 'fieldType' | 'groupName'> & {
	type: string;
	fieldType: string;
};

/** What a CRM answers where the account has no such object, or the app may not see it. */
const NOT_OFFERED: ReadonlySet<CrmError['kind']> = new Set(['auth', 'not_found', 'invalid']);

const YES_AND_NO = [
	{ label: 'Yes', value: 'true', displayOrder: 0, hidden: false },
	{ label: 'No', value: 'false', displayOrder: 1, hidden: false },
];

function linkTo(id: string, associationTypeId: number) {
	return {
		to: { id },
		types: [{ associationCategory: 'HUBSPOT_DEFINED' as const, associationTypeId }],
	} as NonNullable<SimplePublicObjectInputForCreate['associations']>[number];
}

function newestFirst(orders: CrmOrder[]): CrmOrder[] {
	return [...orders].sort((a, b) => (b.at ?? '').localeCompare(a.at ?? ''));
}

function same(a: string | undefined, b: string): boolean {
	return a?.trim().toLowerCase() === b.trim().toLowerCase();
}
