import type {
	CrmContact,
	CrmContactInput,
	CrmDeal,
	CrmDealInput,
	CrmName,
	CrmOwner,
	CrmPort,
	CrmRecordKind,
} from '../ports/crm';
import { isField } from './handoffFields';
import type { OnceRecords } from './once';

/** One write that would be done, in the order in which it would be. */
export interface PlannedWrite {
	/** What it does, e.g. "create contact", "update deal". */
	action: string;
	/** The record that is there already; undefined where it would be made. */
	id?: string;
	/** What would be written. */
	values: Record<string, unknown>;
}

/** Ids of records that a plan would make begin with this. */
const PLANNED = 'planned-';

/**
 * A CRM that reads and never writes: what an upsert would write is kept as a list. `account` is what is read; without one the
 * CRM is taken to be empty, with the pipeline and stage that are asked for, so that a plan can be made before there is an account.
 */
export function planningCrm(
	crm: CrmName,
	recordKind: CrmRecordKind,
	account: CrmPort | undefined,
	asked: { pipelineId?: string; stageId?: string } = {},
): { port: CrmPort; once: OnceRecords; writes: PlannedWrite[] } {
	const writes: PlannedWrite[] = [];
	const contacts = new Map<string, CrmContact>();
	const deals = new Map<string, CrmDeal>();
	let made = 0;
	const plan = (action: string, values: object, id?: string): string => {
		writes.push({ action, ...(id ? { id } : {}), values: { ...values } });
		return id ?? `${PLANNED}${++made}`;
	};
	const known = <T>(
		id: string,
		own: ReadonlyMap<string, T>,
		read: ((port: CrmPort) => Promise<T | undefined>) | undefined,
	): Promise<T | undefined> =>
		id.startsWith(PLANNED) || !account
			? Promise.resolve(own.get(id))
			: (read?.(account) ?? Promise.resolve(undefined));
	const real = (id: string) => account !== undefined && !id.startsWith(PLANNED);

	const port: CrmPort = {
		crm,
		recordKind,
		findContacts: async (input, properties) =>
			(await account?.findContacts(input, properties)) ?? [],
		findContactByKey: async (key, properties) => account?.findContactByKey(key, properties),
		readContact: (id, properties) => known(id, contacts, (one) => one.readContact(id, properties)),
		createContact: (input, key) => {
			const id = plan('create contact', { ...input, key });
			const contact: CrmContact = { id, key, ...shownContact(input) };
			contacts.set(id, contact);
			return Promise.resolve(contact);
		},
		updateContact: (id, changes, key) => {
			plan('update contact', { ...changes, ...(key ? { key } : {}) }, id);
			return Promise.resolve();
		},
		findDealByKey: async (key, contactId, properties) =>
			real(contactId) ? account?.findDealByKey(key, contactId, properties) : undefined,
		readDeal: (id, properties) => known(id, deals, (one) => one.readDeal(id, properties)),
		createDeal: (input, contactId) => {
			const id = plan(`create ${recordKind}`, { ...input, contactId });
			const deal: CrmDeal = { id, closed: false, pipelineId: '', stageId: '', ...input };
			deals.set(id, deal);
			return Promise.resolve(deal);
		},
		updateDeal: (id, changes: Partial<CrmDealInput>) => {
			plan(`update ${recordKind}`, changes, id);
			return Promise.resolve();
		},
		openDeals: async (contactId) =>
			real(contactId) ? ((await account?.openDeals(contactId)) ?? []) : [],
		findNoteByKey: async (key, place) =>
			real(place.contactId) ? account?.findNoteByKey(key, existing(place)) : undefined,
		createNote: (input) => Promise.resolve({ id: plan('create note', input) }),
		findTaskByKey: async (key, place) =>
			real(place.contactId) ? account?.findTaskByKey(key, existing(place)) : undefined,
		createTask: (input) => Promise.resolve({ id: plan('create task', input) }),
		completeTask: (id) => {
			plan('complete task', {}, id);
			return Promise.resolve();
		},
		// Without an account to look in, the person who is asked for is taken to be there.
		findOwner: async (query) => (account ? account.findOwner(query) : assumedOwner(query)),
		listOwners: async () => (await account?.listOwners()) ?? [],
		listPipelines: async () => (await account?.listPipelines()) ?? [pipelineOf(asked)],
		recentOrders: async (contactId) =>
			real(contactId) ? ((await account?.recentOrders(contactId)) ?? []) : [],
		listFields: async (object) => (await account?.listFields(object)) ?? [],
		createFields: async (object, fields) => {
			const there = (await account?.listFields(object)) ?? [];
			return fields.map(({ name, label }) => {
				const known = there.find((one) => isField(one, { name, label }));
				if (!known) plan(`create ${object} field`, { name, label });
				return { name: known?.name ?? name, label, created: !known };
			});
		},
		...(account?.findCompany && account.linkCompany
			? {
					findCompany: (query) => account.findCompany!(query),
					linkCompany: (companyId, place) => {
						plan('link company', { companyId, ...place });
						return Promise.resolve();
					},
				}
			: {}),
	};
	// A plan is made anew each time, and leaves no trace in the ledger of what was done.
	const once: OnceRecords = {
		beginOnce: () => Promise.resolve({ state: 'mine' }),
		completeOnce: () => Promise.resolve(),
		abandonOnce: () => Promise.resolve(),
	};
	return { port, once, writes };
}

/** A place without a deal that is only planned: nothing hangs there yet. */
function existing(place: { contactId: string; dealId?: string }) {
	return place.dealId?.startsWith(PLANNED) ? { contactId: place.contactId } : place;
}

function shownContact({ phone, ...rest }: CrmContactInput): Omit<CrmContact, 'id'> {
	const { email, firstName, lastName, company, ownerId, properties } = rest;
	return {
		phones: phone ? [phone] : [],
		...(email ? { email } : {}),
		...(firstName ? { firstName } : {}),
		...(lastName ? { lastName } : {}),
		...(company ? { company } : {}),
		...(ownerId ? { ownerId } : {}),
		...(properties ? { properties } : {}),
	};
}

function assumedOwner({ email, id }: { email?: string; id?: string }): CrmOwner | undefined {
	const name = email ?? id;
	return name ? { id: id ?? name, name, ...(email ? { email } : {}) } : undefined;
}

/** Stands for the account's own pipeline where there is no account. */
function pipelineOf({ pipelineId, stageId }: { pipelineId?: string; stageId?: string }) {
	const id = stageId ?? 'first stage';
	return {
		id: pipelineId ?? 'first pipeline',
		name: pipelineId ?? 'first pipeline',
		stages: [{ id, name: id, order: 0, closed: false }],
	};
}
