import { comparablePhone, nationalDigits } from '../../../core/crm';
import type {
	CrmCompany,
	CrmContact,
	CrmContactInput,
	CrmDeal,
	CrmDealInput,
	CrmField,
	CrmFieldDefinition,
	CrmFieldType,
	CrmNoteInput,
	CrmObject,
	CrmOrder,
	CrmOwner,
	CrmPipeline,
	CrmPlace,
	CrmPort,
	CrmProperties,
	CrmStage,
	CrmTaskInput,
} from '../../../core/ports/crm';
import type { HttpSend } from '../../../core/ports/http';
import type { Clock } from '../../../core/time';
import { addMilliseconds, isoTime } from '../../../core/time';
import { hasMarker, withMarker } from '../marker';
import type { Environment } from '../patience';
import type { Values } from './connection';
import { PAGE_SIZE, PipedriveConnection } from './connection';

/** The field that carries our key. Pipedrive names it by a hash, so that it is known by its label. */
const KEY_LABEL = 'WhatsApp Handoff Key';

/** Search knows of a person only after a while; the list of those changed in this time bridges it. */
const SEARCH_LAG_MS = 60 * 60 * 1000;
const MOST_CANDIDATES = 100;
const MOST_ORDERS = 20;

export interface PipedriveOptions {
	send: HttpSend;
	/** The account's address, e.g. "https://example.pipedrive.com"; Pipedrive's common one if left out. */
	baseUrl?: string;
	environment?: Environment;
	clock?: Clock;
}

/** Pipedrive through its SDK. A case is a deal. */
export class PipedriveCrm implements CrmPort {
	readonly crm = 'pipedrive';
	readonly recordKind = 'deal';
	private readonly connection: PipedriveConnection;
	private readonly clock: Clock;
	private readonly known = new Map<string, Promise<unknown>>();

	constructor(options: PipedriveOptions) {
		this.connection = new PipedriveConnection(options);
		this.clock = options.clock ?? { now: () => new Date() };
	}

	async findContacts(input: CrmContactInput, properties: string[]): Promise<CrmContact[]> {
		const digits = input.phone ? nationalDigits(input.phone) : undefined;
		const email = input.email?.trim().toLowerCase();
		const [byPhone, byEmail, recent] = await Promise.all([
			digits ? this.search(digits, 'phone') : [],
			email ? this.search(email, 'email', true) : [],
			digits || email ? this.recent() : [],
		]);
		const found = [...(await this.persons([...byPhone, ...byEmail])), ...recent];
		const unique = new Map(found.map((one) => [one.id, one]));
		const contacts = await Promise.all(
			[...unique.values()].map((one) => this.contact(one, properties)),
		);
		return contacts.filter(
			({ phones, emails }) =>
				(digits && phones.some((phone) => phone.replace(/\D/g, '').endsWith(digits))) ||
				(email && emails?.some((one) => one.toLowerCase() === email)),
		);
	}

	async findContactByKey(key: string, properties: string[]): Promise<CrmContact | undefined> {
		if (!(await this.keyField('contact'))) return undefined;
		const [recent, searched] = await Promise.all([
			this.recent(),
			this.search(key, 'custom_fields', true),
		]);
		for (const records of [recent, await this.persons(searched)]) {
			const contacts = await Promise.all(records.map((one) => this.contact(one, properties)));
			const found = contacts.find((one) => one.key === key);
			if (found) return found;
		}
		return undefined;
	}

	async readContact(id: string, properties: string[]): Promise<CrmContact | undefined> {
		if (!isId(id)) return undefined;
		const [found] = await this.persons([Number(id)]);
		return found && this.contact(found, properties);
	}

	async createContact(input: CrmContactInput, key: string): Promise<CrmContact> {
		const body = await this.personValues(input, key);
		const name =
			[input.firstName, input.lastName].filter(Boolean).join(' ') ||
			input.email ||
			input.phone ||
			'WhatsApp';
		const { data } = await this.connection.call('create the person', ({ persons }) =>
			persons.addPerson({ AddPersonRequest: { ...body, name } }),
		);
		return this.contact(data as unknown as Values, Object.keys(input.properties ?? {}));
	}

	async updateContact(id: string, changes: CrmContactInput, key?: string): Promise<void> {
		const body = await this.personValues(changes, key);
		if (changes.firstName !== undefined || changes.lastName !== undefined) {
			// Pipedrive takes a name as a whole.
			const now = await this.readContact(id, []);
			const first = changes.firstName ?? now?.firstName;
			body.name = [first, changes.lastName ?? now?.lastName].filter(Boolean).join(' ');
		}
		if (changes.phone || changes.email) {
			// A list is replaced: what staff have put there stays behind ours.
			const [now] = await this.persons([Number(id)]);
			body.phones = merged(body.phones, now?.phones);
			body.emails = merged(body.emails, now?.emails);
		}
		if (Object.keys(body).length === 0) return;
		await this.connection.call('update the person', ({ persons }) =>
			persons.updatePerson({ id: Number(id), UpdatePersonRequest: clean(body) }),
		);
	}

	async findDealByKey(
		key: string,
		contactId: string,
		properties: string[],
	): Promise<CrmDeal | undefined> {
		if (!(await this.keyField('deal'))) return undefined;
		const mine = await this.dealsOf(contactId);
		const deals = await Promise.all(mine.map((one) => this.deal(one, properties)));
		return deals.find((one) => one.key === key);
	}

	async readDeal(id: string, properties: string[]): Promise<CrmDeal | undefined> {
		if (!isId(id)) return undefined;
		const [found] = await this.connection.list('read the deal', ({ deals }, page) =>
			deals.getDeals({ ids: id, ...page }),
		);
		return found && found.is_deleted !== true ? this.deal(found, properties) : undefined;
	}

	async createDeal(input: CrmDealInput, contactId: string): Promise<CrmDeal> {
		const body = await this.dealValues(input);
		const { data } = await this.connection.call('create the deal', ({ deals }) =>
			deals.addDeal({
				AddDealRequest: { ...body, title: input.name, person_id: Number(contactId) },
			}),
		);
		return this.deal(data as unknown as Values, Object.keys(input.properties ?? {}));
	}

	async updateDeal(id: string, changes: Partial<CrmDealInput>): Promise<void> {
		const body = await this.dealValues(changes);
		if (Object.keys(body).length === 0) return;
		await this.connection.call('update the deal', ({ deals }) =>
			deals.updateDeal({ id: Number(id), UpdateDealRequest: body }),
		);
	}

	async openDeals(contactId: string): Promise<CrmDeal[]> {
		const open = await this.dealsOf(contactId, 'open');
		return Promise.all(open.map((one) => this.deal(one, [])));
	}

	async findNoteByKey(key: string, place: CrmPlace): Promise<{ id: string } | undefined> {
		for (let start = 0; ;) {
			const { data, additional_data } = await this.connection.call('list the notes', ({ notes }) =>
				notes.getNotes({ person_id: Number(place.contactId), start, limit: PAGE_SIZE }),
			);
			const found = (data ?? []).find(({ content }) => hasMarker(content, key));
			if (found) return { id: String(found.id) };
			const pagination = additional_data?.pagination as
				{ more_items_in_collection?: boolean; next_start?: number } | undefined;
			if (!pagination?.more_items_in_collection || !pagination.next_start) return undefined;
			start = pagination.next_start;
		}
	}

	async createNote(note: CrmNoteInput): Promise<{ id: string }> {
		const { data } = await this.connection.call('add the note', ({ notes }) =>
			notes.addNote({
				AddNoteRequest: {
					content: withMarker(note.html, note.key),
					person_id: Number(note.contactId),
					...(note.dealId ? { deal_id: Number(note.dealId) } : {}),
				},
			}),
		);
		return { id: String(data?.id) };
	}

	async findTaskByKey(key: string, place: CrmPlace): Promise<{ id: string } | undefined> {
		const found = await this.connection.list('list the activities', ({ activities }, page) =>
			activities.getActivities({ person_id: Number(place.contactId), ...page }),
		);
		const task = found.find(({ note }) => hasMarker(textOf(note), key));
		return task && { id: String(task.id) };
	}

	async createTask(task: CrmTaskInput): Promise<{ id: string }> {
		const due = new Date(task.dueAt).toISOString();
		const { data } = await this.connection.call('create the activity', ({ activities }) =>
			activities.addActivity({
				AddActivityRequest: {
					subject: task.title,
					type: 'task',
					due_date: due.slice(0, 10),
					due_time: due.slice(11, 16),
					note: withMarker(task.html ?? '', task.key),
					participants: [{ person_id: Number(task.contactId), primary: true }],
					...(task.dealId ? { deal_id: Number(task.dealId) } : {}),
					...(task.ownerId ? { owner_id: Number(task.ownerId) } : {}),
				},
			}),
		);
		return { id: String(data?.id) };
	}

	async completeTask(id: string): Promise<void> {
		if (!isId(id)) return;
		const [found] = await this.connection.list('read the activity', ({ activities }, page) =>
			activities.getActivities({ ids: id, ...page }),
		);
		if (!found || found.done === true || found.is_deleted === true) return;
		await this.connection.call('complete the activity', ({ activities }) =>
			activities.updateActivity({ id: Number(id), AddActivityRequest: { done: true } }),
		);
	}

	async findOwner({ email, id }: { email?: string; id?: string }): Promise<CrmOwner | undefined> {
		const wanted = email?.trim().toLowerCase();
		return (await this.listOwners()).find((one) =>
			id ? one.id === id : wanted !== undefined && one.email?.toLowerCase() === wanted,
		);
	}

	listOwners(): Promise<CrmOwner[]> {
		return this.once('owners', async () => {
			const { data } = await this.connection.call('list its users', ({ users }) =>
				users.getUsers(),
			);
			return ((data ?? []) as unknown as Values[])
				.filter((one) => one.active_flag !== false)
				.map((one) => {
					const email = textOf(one.email);
					const id = String(one.id);
					return { id, name: textOf(one.name) ?? email ?? id, ...(email ? { email } : {}) };
				});
		});
	}

	/** Won and lost are no stages in Pipedrive; they close a deal in whichever pipeline it is. */
	listPipelines(): Promise<CrmPipeline[]> {
		return this.once('pipelines', async () => {
			const [pipelines, stages] = await Promise.all([
				this.connection.list('list the pipelines', (sdk, page) => sdk.pipelines.getPipelines(page)),
				this.connection.list('list the stages', (sdk, page) => sdk.stages.getStages(page)),
			]);
			return [...pipelines].sort(byOrder).map((pipeline) => {
				const own: CrmStage[] = stages
					.filter((one) => one.pipeline_id === pipeline.id)
					.sort(byOrder)
					.map((one, order) => ({
						id: String(one.id),
						name: textOf(one.name) ?? String(one.id),
						order,
						closed: false,
					}));
				const id = String(pipeline.id);
				return {
					id,
					name: textOf(pipeline.name) ?? id,
					stages: [
						...own,
						{ id: `${id}:won`, name: 'Won', order: own.length, closed: true, won: true },
						{ id: `${id}:lost`, name: 'Lost', order: own.length + 1, closed: true },
					],
				};
			});
		});
	}

	/** Pipedrive's organizations have no web domain that could be searched for: the name decides. */
	async findCompany({ name }: { domain?: string; name?: string }): Promise<CrmCompany | undefined> {
		const wanted = name?.trim();
		if (!wanted) return undefined;
		const { data } = await this.connection.call('look for the organization', (sdk) =>
			sdk.organizations.searchOrganization({ term: wanted, fields: 'name', exact_match: true }),
		);
		const items = (data?.items ?? []) as Array<{ item?: { id?: number; name?: string } }>;
		const found = items.find(
			({ item }) => item?.name?.toLowerCase() === wanted.toLowerCase(),
		)?.item;
		if (!found?.id) return undefined;
		const id = String(found.id);
		return { id, name: found.name ?? id, url: await this.page('organization', id) };
	}

	async linkCompany(companyId: string, { contactId, dealId }: CrmPlace): Promise<void> {
		const org_id = Number(companyId);
		const [person] = await this.persons([Number(contactId)]);
		if (person && !person.org_id) {
			await this.connection.call('link the organization', ({ persons }) =>
				persons.updatePerson({ id: Number(contactId), UpdatePersonRequest: { org_id } }),
			);
		}
		if (!dealId) return;
		const [deal] = await this.connection.list('read the deal', ({ deals }, page) =>
			deals.getDeals({ ids: dealId, ...page }),
		);
		if (!deal || deal.org_id) return;
		await this.connection.call('link the organization', ({ deals }) =>
			deals.updateDeal({ id: Number(dealId), UpdateDealRequest: { org_id } }),
		);
	}

	async recentOrders(contactId: string): Promise<CrmOrder[]> {
		const won = await this.dealsOf(contactId, 'won');
		const at = (one: Values) => textOf(one.won_time) ?? '';
		const newest = won.sort((a, b) => at(b).localeCompare(at(a))).slice(0, MOST_ORDERS);
		return Promise.all(
			newest.map(async (one) => {
				const { id, name, amount, currency, url } = await this.deal(one, []);
				return {
					id,
					name,
					status: 'won',
					...(amount === undefined ? {} : { amount }),
					...(currency ? { currency } : {}),
					...(at(one) ? { at: at(one) } : {}),
					...(url ? { url } : {}),
				};
			}),
		);
	}

	listFields(object: CrmObject): Promise<CrmField[]> {
		return this.once(`fields ${object}`, async () => {
			const found = await this.connection.list('list the fields', (sdk, page) =>
				object === 'contact'
					? sdk.personFields.getPersonFields(page)
					: sdk.dealFields.getDealFields(page),
			);
			return found.map(fieldOf);
		});
	}

	async createFields(
		object: CrmObject,
		fields: CrmFieldDefinition[],
	): Promise<Array<{ name: string; label: string; created: boolean }>> {
		const wanted = [{ label: KEY_LABEL, type: 'text' as const }, ...fields];
		this.known.delete(`fields ${object}`);
		const before = await this.listFields(object);
		for (const { label, type } of wanted) {
			if (before.some((one) => one.label === label)) continue;
			this.known.delete(`fields ${object}`);
			const body = { field_name: label, field_type: WRITTEN_TYPES[type] };
			await this.connection.call(`create the field ${label}`, (sdk) =>
				object === 'contact'
					? sdk.personFields.addPersonField({ AddPersonFieldRequest: body })
					: sdk.dealFields.addDealField({ AddDealFieldRequest: body }),
			);
		}
		const after = await this.listFields(object);
		return wanted.map(({ label }) => ({
			name: after.find((one) => one.label === label)?.name ?? label,
			label,
			created: !before.some((one) => one.label === label),
		}));
	}

	private async keyField(object: CrmObject): Promise<string | undefined> {
		return (await this.listFields(object)).find(({ label }) => label === KEY_LABEL)?.name;
	}

	/** Only writes come here: the field is made with the first of them. */
	private async keyValues(object: CrmObject, key: string): Promise<CrmProperties> {
		const name = (await this.keyField(object)) ?? (await this.createFields(object, []))[0]!.name;
		return { [name]: key };
	}

	private async personValues(input: CrmContactInput, key?: string): Promise<PersonBody> {
		const custom = {
			...input.properties,
			...(key ? await this.keyValues('contact', key) : {}),
		};
		const company = input.company ? await this.findCompany({ name: input.company }) : undefined;
		return {
			...(input.phone ? { phones: [{ value: input.phone, primary: true, label: 'mobile' }] } : {}),
			...(input.email ? { emails: [{ value: input.email, primary: true, label: 'work' }] } : {}),
			...(input.ownerId ? { owner_id: Number(input.ownerId) } : {}),
			...(company ? { org_id: Number(company.id) } : {}),
			...(Object.keys(custom).length > 0 ? { custom_fields: custom } : {}),
		};
	}

	private async dealValues(input: Partial<CrmDealInput>) {
		const custom = {
			...input.properties,
			...(input.key ? await this.keyValues('deal', input.key) : {}),
		};
		const [pipeline, status] = input.stageId?.includes(':') ? input.stageId.split(':') : [];
		const pipelineId = pipeline ?? input.pipelineId;
		return {
			...(input.name ? { title: input.name } : {}),
			...(pipelineId ? { pipeline_id: Number(pipelineId) } : {}),
			...(status ? { status } : {}),
			// A deal that was closed is open again in a stage.
			...(input.stageId && !status ? { stage_id: Number(input.stageId), status: 'open' } : {}),
			...(input.amount === undefined ? {} : { value: input.amount }),
			...(input.currency ? { currency: input.currency } : {}),
			...(input.ownerId ? { owner_id: Number(input.ownerId) } : {}),
			...(input.closeDate ? { expected_close_date: input.closeDate } : {}),
			...(Object.keys(custom).length > 0 ? { custom_fields: custom } : {}),
		};
	}

	private async search(
		term: string,
		fields: 'phone' | 'email' | 'custom_fields',
		exact_match = false,
	): Promise<number[]> {
		const { data } = await this.connection.call('search for the person', ({ persons }) =>
			persons.searchPersons({ term, fields, exact_match, limit: MOST_CANDIDATES }),
		);
		const items = (data?.items ?? []) as Array<{ item?: { id?: number } }>;
		return items.flatMap(({ item }) => item?.id ?? []);
	}

	/** Who was changed a short while ago, read from the database itself. */
	private recent(): Promise<Values[]> {
		const since = addMilliseconds(isoTime(this.clock.now()), -SEARCH_LAG_MS);
		return this.connection.list('list the persons', ({ persons }, page) =>
			persons.getPersons({
				updated_since: `${since.slice(0, 19)}Z`,
				sort_by: 'update_time',
				sort_direction: 'desc',
				...page,
			}),
		);
	}

	private async persons(ids: number[]): Promise<Values[]> {
		if (ids.length === 0) return [];
		const wanted = [...new Set(ids)].slice(0, MOST_CANDIDATES).join(',');
		const found = await this.connection.list('read the person', ({ persons }, page) =>
			persons.getPersons({ ids: wanted, ...page }),
		);
		return found.filter((one) => one.is_deleted !== true);
	}

	private async dealsOf(contactId: string, status?: 'open' | 'won'): Promise<Values[]> {
		if (!isId(contactId)) return [];
		return this.connection.list('list the deals', ({ deals }, page) =>
			deals.getDeals({ person_id: Number(contactId), ...(status ? { status } : {}), ...page }),
		);
	}

	private async contact(one: Values, properties: string[]): Promise<CrmContact> {
		const [keyField, id] = [await this.keyField('contact'), String(one.id)];
		const emails = valuesOf(one.emails);
		const key = keyField && textOf(customOf(one)[keyField]);
		const [name, firstName, lastName] = [one.name, one.first_name, one.last_name].map(textOf);
		const createdAt = textOf(one.add_time);
		return {
			id,
			phones: valuesOf(one.phones),
			emails,
			...(emails[0] ? { email: emails[0] } : {}),
			...(name ? { name } : {}),
			...(firstName ? { firstName } : {}),
			...(lastName ? { lastName } : {}),
			...(one.owner_id ? { ownerId: idOf(one.owner_id) } : {}),
			...(key ? { key } : {}),
			...(createdAt ? { createdAt } : {}),
			properties: filled(one, properties),
			url: await this.page('person', id),
		};
	}

	private async deal(one: Values, properties: string[]): Promise<CrmDeal> {
		const [keyField, id] = [await this.keyField('deal'), String(one.id)];
		const key = keyField && textOf(customOf(one)[keyField]);
		const closed = one.status === 'won' || one.status === 'lost';
		const pipelineId = idOf(one.pipeline_id);
		const currency = textOf(one.currency);
		const closeDate = textOf(one.expected_close_date);
		return {
			id,
			name: textOf(one.title) ?? id,
			pipelineId,
			stageId: closed ? `${pipelineId}:${String(one.status)}` : idOf(one.stage_id),
			closed,
			...(key ? { key } : {}),
			...(typeof one.value === 'number' ? { amount: one.value } : {}),
			...(currency ? { currency } : {}),
			...(one.owner_id ? { ownerId: idOf(one.owner_id) } : {}),
			...(closeDate ? { closeDate } : {}),
			properties: filled(one, properties),
			url: await this.page('deal', id),
		};
	}

	private async page(object: 'person' | 'deal' | 'organization', id: string): Promise<string> {
		const domain = await this.once('domain', async () => {
			const { data } = await this.connection.call('say whose account it is', ({ users }) =>
				users.getCurrentUser(),
			);
			return data?.company_domain ?? 'app';
		});
		return `https://${domain}.pipedrive.com/${object}/${id}`;
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

interface Entry {
	value: string;
	primary: boolean;
	label: string;
}

interface PersonBody {
	name?: string;
	phones?: Entry[] | undefined;
	emails?: Entry[] | undefined;
	owner_id?: number;
	org_id?: number;
	custom_fields?: CrmProperties;
}

/** Pipedrive has no field for a moment in time: it is kept as text. */
const WRITTEN_TYPES = {
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

function fieldOf(one: Values): CrmField {
	const options = one.options as Array<{ id: unknown; label: string }> | null | undefined;
	return {
		name: String(one.field_code),
		label: textOf(one.field_name) ?? String(one.field_code),
		type: READ_TYPES[String(one.field_type)] ?? 'text',
		...(options ? { options: options.map(({ id, label }) => ({ value: String(id), label })) } : {}),
		// Fields of Pipedrive's own are written by other names.
		readOnly: one.is_custom_field !== true,
	};
}

function merged(ours: Entry[] | undefined, theirs: unknown): Entry[] | undefined {
	if (!ours) return undefined;
	const same = (one: Entry, other: Entry) =>
		one.value === other.value ||
		(comparablePhone(one.value) !== undefined &&
			comparablePhone(one.value) === comparablePhone(other.value));
	const others = (Array.isArray(theirs) ? (theirs as Entry[]) : []).filter(
		(other) => !ours.some((one) => same(one, other)),
	);
	return [...ours, ...others.map((one) => ({ ...one, primary: false }))];
}

/** Without what is undefined. */
function clean<T extends object>(body: T): { [K in keyof T]: Exclude<T[K], undefined> } {
	return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as {
		[K in keyof T]: Exclude<T[K], undefined>;
	};
}

function filled(one: Values, names: string[]): Record<string, unknown> {
	const values = { ...one, ...customOf(one) };
	return Object.fromEntries(
		names
			.map((name) => [name, values[name]] as const)
			.filter(([, value]) => value !== undefined && value !== null && value !== ''),
	);
}

function customOf(one: Values): Values {
	return (one.custom_fields ?? {}) as Values;
}

function valuesOf(list: unknown): string[] {
	return (Array.isArray(list) ? (list as Entry[]) : []).map(({ value }) => value).filter(Boolean);
}

function textOf(value: unknown): string | undefined {
	return typeof value === 'string' && value !== '' ? value : undefined;
}

function idOf(value: unknown): string {
	return typeof value === 'number' || typeof value === 'string' ? String(value) : '';
}

function isId(value: string): boolean {
	return /^\d+$/.test(value);
}

function byOrder(a: Values, b: Values): number {
	return Number(a.order_nr ?? 0) - Number(b.order_nr ?? 0);
}
