/** CRMs that the port has an adapter for. */
export type CrmName = 'hubspot' | 'pipedrive' | 'salesforce';

/** What is to be in the CRM after a handoff. Values left out are not touched. */
export interface CrmContactInput {
	/** E.164. */
	phone?: string;
	email?: string;
	waId?: string;
	userId?: string;
	externalId?: string;
	firstName?: string;
	lastName?: string;
	company?: string;
	/** The account's own properties, by their internal name. */
	properties?: Record<string, string | number | boolean>;
}

export interface CrmContact {
	id: string;
	phones: string[];
	email?: string;
	name?: string;
	ownerId?: string;
	url?: string;
}

export interface CrmDealInput {
	/** `${conversation id}:e${episode}`: one deal for each episode of a conversation, however often it is run. */
	key: string;
	name: string;
	pipelineId?: string;
	stageId?: string;
	amount?: number;
	/** ISO 4217. */
	currency?: string;
	source?: string;
	ownerId?: string;
	/** "YYYY-MM-DD". */
	closeDate?: string;
	properties?: Record<string, string | number | boolean>;
}

export interface CrmDeal {
	id: string;
	name: string;
	pipelineId: string;
	stageId: string;
	stageName?: string;
	amount?: number;
	ownerId?: string;
	closed: boolean;
	url?: string;
}

export interface CrmStage {
	id: string;
	name: string;
	/** Position in the pipeline, rising. */
	order: number;
	closed: boolean;
}

export interface CrmPipeline {
	id: string;
	name: string;
	stages: CrmStage[];
}

export interface CrmOwner {
	id: string;
	name: string;
	email?: string;
}

/**
 * One CRM account. Small steps, each safe to repeat; what an upsert means (matching, stage order, what to do after a lost
 * answer) is decided once, in core/crm. Implementations: adapters/crm, through each vendor's own SDK; all pass
 * test/contract/crm. Errors: {@link CrmError}.
 */
export interface CrmPort {
	readonly crm: CrmName;
	/** Contacts that may be this person. May return too many (a CRM compares phone numbers as text); core decides. */
	findContacts(input: CrmContactInput): Promise<CrmContact[]>;
	/** The contact that carries this key of ours, read strongly (not by a lagging search); undefined if there is none. */
	findContactByKey(key: string): Promise<CrmContact | undefined>;
	createContact(input: CrmContactInput, key: string): Promise<CrmContact>;
	/** Fills what is empty; overwrites filled values only with `overwrite`. */
	updateContact(
		id: string,
		input: CrmContactInput,
		options: { overwrite: boolean },
	): Promise<CrmContact>;
	findDealByKey(key: string, contactId: string): Promise<CrmDeal | undefined>;
	createDeal(input: CrmDealInput, contactId: string): Promise<CrmDeal>;
	updateDeal(id: string, changes: Partial<Omit<CrmDealInput, 'key'>>): Promise<CrmDeal>;
	/** Notes carry their key in the text or a property, so that a lost answer can be recovered. */
	findNoteByKey(
		key: string,
		contactId: string,
		dealId?: string,
	): Promise<{ id: string } | undefined>;
	createNote(input: {
		key: string;
		html: string;
		contactId: string;
		dealId?: string;
		at: string;
	}): Promise<{ id: string }>;
	findTaskByKey(
		key: string,
		contactId: string,
		dealId?: string,
	): Promise<{ id: string } | undefined>;
	createTask(input: {
		key: string;
		title: string;
		html?: string;
		dueAt: string;
		ownerId?: string;
		contactId: string;
		dealId?: string;
	}): Promise<{ id: string }>;
	findOwner(query: { email?: string; id?: string }): Promise<CrmOwner | undefined>;
	listOwners(): Promise<CrmOwner[]>;
	listPipelines(): Promise<CrmPipeline[]>;
	openDeals(contactId: string): Promise<CrmDeal[]>;
}

/** The CRM did not do what was asked. `message` names the CRM, the status and what it said. */
export class CrmError extends Error {
	constructor(
		message: string,
		/** `lost`: no answer came, the write may have been done. */
		readonly kind: 'auth' | 'limit' | 'unavailable' | 'lost' | 'invalid' | 'not_found' | 'conflict',
		readonly advice: string,
		readonly details: { httpStatus?: number; retryAfterMs?: number } = {},
		options?: { cause?: unknown },
	) {
		super(message, options);
		this.name = 'CrmError';
	}
}
