import { matchContact, nationalDigits, phoneSpellings, shortened } from '../../../core/crm';
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
import type { Clock } from '../../../core/time';
import { addMilliseconds, isoTime } from '../../../core/time';
import { hasMarker, withMarker } from '../marker';
import { PipedriveAccount } from './account';
import type { Cases } from './cases';
import { Deals, Leads } from './cases';
import type { ConnectionOptions, Values } from './connection';
import { PipedriveConnection, unlessMissing } from './connection';
import type { Entry } from './records';
import {
	contactOf,
	customOf,
	entriesOf,
	isLeadId,
	isNumber,
	merged,
	pageOf,
	textOf,
} from './records';

/** Search knows of a person only after a while; the list of those changed in this time, newest first, bridges it. */
const SEARCH_LAG_MS = 15 * 60 * 1000;
const MOST_PAGES_OF_RECENT = 2;
/** So long what was read of recent changes is good for further questions of the same run; a write ends it. */
const FRESH_MS = 2_000;

/** More people with one number or address than this are not looked at; it is also the most that one call reads. */
const MOST_CANDIDATES = 100;
const MOST_ORDERS = 20;

/** Pipedrive tells no limit of a note; none of ours comes near this but by mistake. */
const LONGEST_NOTE = 60_000;
const LONGEST_TITLE = 255;

export interface PipedriveOptions extends ConnectionOptions {
	/** What a case is kept as: deals (default) or leads. */
	recordKind?: CrmRecordKind;
	clock?: Clock;
}

/** Pipedrive through its SDK. */
export class PipedriveCrm implements CrmPort {
	readonly crm = 'pipedrive';
	readonly recordKind: CrmRecordKind;
	private readonly connection: PipedriveConnection;
	private readonly account: PipedriveAccount;
	private readonly deals: Deals;
	private readonly cases: Cases;
	private readonly clock: Clock;
	private changed?: { at: number; persons: Promise<Values[]> } | undefined;

	constructor(options: PipedriveOptions) {
		this.recordKind = options.recordKind ?? 'deal';
		this.connection = new PipedriveConnection(options);
		this.account = new PipedriveAccount(this.connection);
		this.deals = new Deals(this.account);
		if (this.recordKind === 'ticket') {
			throw new CrmError(
				'Pipedrive has no tickets',
				'invalid',
				'Choose Deal or Lead as the kind of record.',
			);
		}
		this.cases = this.recordKind === 'lead' ? new Leads(this.account, this.deals) : this.deals;
		this.clock = options.clock ?? { now: () => new Date() };
	}

	async findContacts(input: CrmContactInput, names: string[]): Promise<CrmContact[]> {
		const email = input.email?.trim().toLowerCase();
		if (!input.phone && !email) return [];
		const [byPhone, byEmail, recent] = await Promise.all([
			input.phone ? this.withPhone(input.phone) : [],
			email ? this.search(email, 'email', true) : [],
			this.recent(),
		]);
		const lately = recent.filter((one) =>
			fits(input, entriesOf(one.phones), entriesOf(one.emails)),
		);
		const known = new Set(lately.map(({ id }) => Number(id)));
		const others = [...byPhone, ...byEmail].map(({ id }) => id).filter((id) => !known.has(id));
		const found = [...lately, ...(await this.persons(others))];
		return Promise.all(found.map((one) => this.contact(one, names)));
	}

	async findContactByKey(key: string, names: string[]): Promise<CrmContact | undefined> {
		const { keyField } = await this.account.reading('contact');
		if (!keyField) return undefined;
		const has = (one: Values) => customOf(one)[keyField] === key;
		const recent = (await this.recent()).find(has);
		if (recent) return this.contact(recent, names);
		const searched = await this.search(key, 'custom_fields', true);
		const found = (await this.persons(searched.map(({ id }) => id))).find(has);
		return found && this.contact(found, names);
	}

	async readContact(id: string, names: string[]): Promise<CrmContact | undefined> {
		const found = await this.person(id);
		return found && this.contact(found, names);
	}

	async createContact(input: CrmContactInput, key: string): Promise<CrmContact> {
		const body = await this.personValues(input, key);
		const organization = input.company && (await this.findCompany({ name: input.company }));
		const name = nameOf(input) || input.email || input.phone || 'WhatsApp';
		this.changed = undefined;
		const { data } = await this.connection.call('create the person', ({ persons }) =>
			persons.addPerson({
				AddPersonRequest: {
					...body,
					...(input.phone ? { phones: [phoneEntry(input.phone)] } : {}),
					...(input.email ? { emails: [emailEntry(input.email)] } : {}),
					...(organization ? { org_id: Number(organization.id) } : {}),
					name,
				},
			}),
		);
		return this.contact(data as unknown as Values, Object.keys(input.properties ?? {}));
	}

	async updateContact(id: string, changes: CrmContactInput, key?: string): Promise<void> {
		const { phone, email, company, firstName, lastName } = changes;
		const body = await this.personValues(changes, key);
		const needed = phone || email || company || firstName || lastName;
		const now = needed ? await this.person(id) : undefined;
		const organization = company && (await this.findCompany({ name: company }));
		const more = {
			...(phone ? { phones: merged(phoneEntry(phone), now?.phones) } : {}),
			...(email ? { emails: merged(emailEntry(email), now?.emails) } : {}),
			...(organization ? { org_id: Number(organization.id) } : {}),
			// Pipedrive takes a name as a whole.
			...(firstName || lastName
				? {
						name: nameOf({
							firstName: firstName ?? textOf(now?.first_name),
							lastName: lastName ?? textOf(now?.last_name),
						}),
					}
				: {}),
		};
		if (Object.keys({ ...body, ...more }).length === 0) return;
		this.changed = undefined;
		await this.connection.call('update the person', ({ persons }) =>
			persons.updatePerson({ id: Number(id), UpdatePersonRequest: { ...body, ...more } }),
		);
	}

	async findDealByKey(
		key: string,
		contactId: string,
		names: string[],
	): Promise<CrmDeal | undefined> {
		return isNumber(contactId) ? this.cases.findByKey(key, Number(contactId), names) : undefined;
	}

	readDeal(id: string, names: string[]): Promise<CrmDeal | undefined> {
		return this.cases.read(id, names);
	}

	createDeal(input: CrmDealInput, contactId: string): Promise<CrmDeal> {
		return this.cases.create(
			{ ...input, name: shortened(input.name, LONGEST_TITLE) },
			Number(contactId),
		);
	}

	updateDeal(id: string, changes: Partial<CrmDealInput>): Promise<void> {
		return this.cases.update(id, {
			...changes,
			...(changes.name ? { name: shortened(changes.name, LONGEST_TITLE) } : {}),
		});
	}

	async openDeals(contactId: string): Promise<CrmDeal[]> {
		return isNumber(contactId) ? this.cases.open(Number(contactId)) : [];
	}

	async findNoteByKey(key: string, place: CrmPlace): Promise<{ id: string } | undefined> {
		const where = placeOf(place) ?? { person_id: Number(place.contactId) };
		const found = await this.connection.listFrom('list the notes', ({ notes }, page) =>
			notes.getNotes({ ...where, ...page }),
		);
		const note = found.find(({ content }) => hasMarker(textOf(content), key));
		return note && { id: String(note.id) };
	}

	async createNote(note: CrmNoteInput): Promise<{ id: string }> {
		const { data } = await this.connection.call('add the note', ({ notes }) =>
			notes.addNote({
				AddNoteRequest: {
					content: withMarker(note.html, note.key, LONGEST_NOTE),
					person_id: Number(note.contactId),
					...placeOf(note),
				},
			}),
		);
		return { id: String(data?.id) };
	}

	async findTaskByKey(key: string, place: CrmPlace): Promise<{ id: string } | undefined> {
		const where = placeOf(place) ?? { person_id: Number(place.contactId) };
		const found = await this.connection.list('list the activities', ({ activities }, page) =>
			activities.getActivities({ ...where, ...page }),
		);
		const task = found.find(({ note }) => hasMarker(textOf(note), key));
		return task && { id: String(task.id) };
	}

	/** The due time of an activity is in UTC; Pipedrive shows it in each user's own zone. */
	async createTask(task: CrmTaskInput): Promise<{ id: string }> {
		const due = new Date(task.dueAt).toISOString();
		const { data } = await this.connection.call('create the activity', ({ activities }) =>
			activities.addActivity({
				AddActivityRequest: {
					subject: shortened(task.title, LONGEST_TITLE),
					type: 'task',
					due_date: due.slice(0, 10),
					due_time: due.slice(11, 16),
					note: withMarker(task.html ?? '', task.key, LONGEST_NOTE),
					participants: [{ person_id: Number(task.contactId), primary: true }],
					...placeOf(task),
					...(task.ownerId ? { owner_id: Number(task.ownerId) } : {}),
				},
			}),
		);
		return { id: String(data?.id) };
	}

	async completeTask(id: string): Promise<void> {
		if (!isNumber(id)) return;
		const answer = await unlessMissing(
			this.connection.call('read the activity', ({ activities }) =>
				activities.getActivity({ id: Number(id) }),
			),
		);
		const found = answer?.data as unknown as Values | undefined;
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

	/** Those who may sign in; a user who left owns nothing new. */
	listOwners(): Promise<CrmOwner[]> {
		return this.account.once('owners', async () => {
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

	listPipelines(): Promise<CrmPipeline[]> {
		return this.cases.pipelines();
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
		const { pages } = await this.account.reading('contact');
		return { id, name: found.name ?? id, ...pageOf(pages, `organization/${id}`) };
	}

	async linkCompany(companyId: string, { contactId, dealId }: CrmPlace): Promise<void> {
		const organizationId = Number(companyId);
		const person = await this.person(contactId);
		if (person && !person.org_id) {
			await this.connection.call('link the organization', ({ persons }) =>
				persons.updatePerson({
					id: Number(contactId),
					UpdatePersonRequest: { org_id: organizationId },
				}),
			);
		}
		if (dealId) await this.cases.link(dealId, organizationId);
	}

	async recentOrders(contactId: string): Promise<CrmOrder[]> {
		if (!isNumber(contactId)) return [];
		const won = await this.deals.of(Number(contactId), 'won');
		const at = (one: Values) => textOf(one.won_time) ?? '';
		const newest = won.sort((a, b) => at(b).localeCompare(at(a))).slice(0, MOST_ORDERS);
		return Promise.all(
			newest.map(async (one) => {
				const { id, name, amount, currency, url } = await this.deals.shown(one, []);
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

	/** Leads have the fields of deals. */
	listFields(object: CrmObject): Promise<CrmField[]> {
		return this.account.fields(object);
	}

	createFields(
		object: CrmObject,
		fields: CrmFieldDefinition[],
	): Promise<Array<{ name: string; label: string; created: boolean }>> {
		return this.account.createFields(object, fields);
	}

	private async personValues(input: CrmContactInput, key: string | undefined) {
		const own = await this.account.ownValues('contact', { key });
		const custom = await this.account.written('contact', { ...input.properties, ...own });
		return {
			...(input.ownerId ? { owner_id: Number(input.ownerId) } : {}),
			...(custom ? { custom_fields: custom } : {}),
		};
	}

	/**
	 * People with this number. Whether Pipedrive's search looks at digits or at the text as it was typed is not told, so that it is asked
	 * for the digits, the usual spelling and the last four digits, until somebody is found whose number is the same.
	 */
	private async withPhone(phone: string): Promise<Found[]> {
		const digits = nationalDigits(phone);
		const spelled = phoneSpellings(phone).find((one) => /\D/.test(one) && !one.startsWith('+'));
		for (const term of new Set([digits, spelled ?? digits, digits.slice(-4)])) {
			if (term.length < 2) continue;
			const found = await this.search(term, 'phone');
			const same = found.filter(({ phones }) => fits({ phone }, phones, []));
			if (same.length > 0) return same;
		}
		return [];
	}

	private async search(
		term: string,
		fields: 'phone' | 'email' | 'custom_fields',
		exact_match = false,
	): Promise<Found[]> {
		const { data } = await this.connection.call('search for the person', ({ persons }) =>
			persons.searchPersons({ term, fields, exact_match, limit: MOST_CANDIDATES }),
		);
		const items = (data?.items ?? []) as Array<{ item?: { id?: number; phones?: string[] } }>;
		return items.flatMap(({ item }) =>
			item?.id ? [{ id: item.id, phones: item.phones ?? [] }] : [],
		);
	}

	/** Who was changed a short while ago, read from the database itself. */
	private recent(): Promise<Values[]> {
		const now = this.clock.now();
		if (this.changed && now.getTime() - this.changed.at < FRESH_MS) return this.changed.persons;
		const since = addMilliseconds(isoTime(now), -SEARCH_LAG_MS);
		const persons = this.connection.list(
			'list the persons',
			(sdk, page) =>
				sdk.persons.getPersons({
					// Pipedrive refuses a time with milliseconds.
					updated_since: `${since.slice(0, 19)}Z`,
					sort_by: 'update_time',
					sort_direction: 'desc',
					...page,
				}),
			MOST_PAGES_OF_RECENT,
		);
		this.changed = { at: now.getTime(), persons };
		persons.catch(() => (this.changed = undefined));
		return persons;
	}

	private async person(id: string): Promise<Values | undefined> {
		if (!isNumber(id)) return undefined;
		const answer = await unlessMissing(
			this.connection.call('read the person', ({ persons }) =>
				persons.getPerson({ id: Number(id) }),
			),
		);
		const found = answer?.data as unknown as Values | undefined;
		return found && found.is_deleted !== true ? found : undefined;
	}

	private async persons(ids: number[]): Promise<Values[]> {
		if (ids.length === 0) return [];
		const wanted = [...new Set(ids)].slice(0, MOST_CANDIDATES).join(',');
		const found = await this.connection.list('read the person', ({ persons }, page) =>
			persons.getPersons({ ids: wanted, ...page }),
		);
		return found.filter((one) => one.is_deleted !== true);
	}

	private async contact(one: Values, names: string[]): Promise<CrmContact> {
		const company = typeof one.org_id === 'number' ? await this.companyName(one.org_id) : undefined;
		return contactOf(one, names, await this.account.reading('contact'), company);
	}

	/** An organization that may not be read is there nevertheless, and is not replaced. */
	private companyName(id: number): Promise<string> {
		return this.account.once(`organization ${id}`, async () => {
			const answer = await this.connection
				.call('read the organization', (sdk) => sdk.organizations.getOrganization({ id }))
				.catch((error: unknown) => {
					if (error instanceof CrmError && HIDDEN.has(error.kind)) return undefined;
					throw error;
				});
			return textOf((answer?.data as unknown as Values | undefined)?.name) ?? String(id);
		});
	}
}

/** Who a search found, with their numbers as they stand. */
interface Found {
	id: number;
	phones: string[];
}

const HIDDEN: ReadonlySet<CrmError['kind']> = new Set(['auth', 'not_found']);

/** Whether this is the person, by the rule of the core. */
function fits(input: CrmContactInput, phones: string[], emails: string[]): boolean {
	return matchContact(input, [{ id: '', phones, emails }]) !== undefined;
}

/** Where a note or activity hangs beside the person. A lead that has become a deal is told by its id. */
function placeOf({ dealId }: { dealId?: string }) {
	if (!dealId) return undefined;
	return isLeadId(dealId) ? { lead_id: dealId } : { deal_id: Number(dealId) };
}

function phoneEntry(value: string): Entry {
	return { value, primary: true, label: 'mobile' };
}

function emailEntry(value: string): Entry {
	return { value, primary: true, label: 'work' };
}

function nameOf({ firstName, lastName }: { firstName?: string; lastName?: string }): string {
	return shortened([firstName, lastName].filter(Boolean).join(' '), LONGEST_TITLE);
}
