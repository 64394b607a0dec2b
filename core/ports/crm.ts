/** CRMs that the port has an adapter for. */
export type CrmName = 'hubspot' | 'pipedrive' | 'salesforce';

/** What staff call them. */
export const CRM_TITLES: Readonly<Record<CrmName, string>> = {
	hubspot: 'HubSpot',
	pipedrive: 'Pipedrive',
	salesforce: 'Salesforce',
};

/**
 * What a case is kept as: a deal (Salesforce: opportunity), a support ticket (HubSpot ticket, Salesforce case), or a lead
 * (Pipedrive's leads inbox; Salesforce keeps the person itself as a lead). An adapter is opened for one of them, and its deal
 * methods then work on that.
 */
export type CrmRecordKind = 'deal' | 'ticket' | 'lead';

/** Values of the account's own fields, by their internal name. */
export type CrmProperties = Record<string, string | number | boolean>;

/** What is known of the customer. Values left out are not touched. */
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
	ownerId?: string;
	properties?: CrmProperties;
}

export interface CrmContact {
	id: string;
	/** As they stand in the CRM, in any format. */
	phones: string[];
	email?: string;
	/** All e-mail addresses, where the CRM keeps several. */
	emails?: string[];
	firstName?: string;
	lastName?: string;
	name?: string;
	company?: string;
	ownerId?: string;
	/** Our key, if the contact carries one. */
	key?: string;
	createdAt?: string;
	/** The filled ones of those that were asked for. */
	properties?: Record<string, unknown>;
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
	properties?: CrmProperties;
}

export interface CrmDeal {
	id: string;
	name: string;
	pipelineId: string;
	stageId: string;
	/** Our key, if the deal carries one. */
	key?: string;
	amount?: number;
	currency?: string;
	source?: string;
	ownerId?: string;
	closeDate?: string;
	closed: boolean;
	/** The filled ones of those that were asked for. */
	properties?: Record<string, unknown>;
	url?: string;
}

export interface CrmStage {
	id: string;
	name: string;
	/** Position in the pipeline, rising. */
	order: number;
	closed: boolean;
	/** Closed with success, where the CRM says so. */
	won?: boolean;
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

export interface CrmNoteInput {
	key: string;
	/** Already safe: see core/crm/html. */
	html: string;
	contactId: string;
	dealId?: string;
	/** ISO 8601. */
	at: string;
}

export interface CrmTaskInput {
	key: string;
	title: string;
	html?: string;
	/** ISO 8601. */
	dueAt: string;
	ownerId?: string;
	contactId: string;
	dealId?: string;
}

/** What the account's records carry: its own fields and ours. */
export type CrmObject = 'contact' | 'deal';

export type CrmFieldType = 'text' | 'number' | 'boolean' | 'date' | 'datetime' | 'options';

/** A field of the account. */
export interface CrmField {
	/** As the API wants it in `properties`. */
	name: string;
	label: string;
	type: CrmFieldType;
	options?: Array<{ value: string; label: string }>;
	/** Cannot be written, e.g. computed by the CRM. */
	readOnly: boolean;
}

/** A field that is to be there. */
export interface CrmFieldDefinition {
	/** Lower case, words joined by "_", e.g. "whatsapp_conversation_id"; the CRM may give it another name. */
	name: string;
	label: string;
	type: CrmFieldType;
	description?: string;
}

/** What the customer bought, where the CRM knows. */
export interface CrmOrder {
	id: string;
	name: string;
	status?: string;
	amount?: number;
	currency?: string;
	/** ISO 8601. */
	at?: string;
	url?: string;
}

/** A company, where the CRM keeps companies as records of their own. */
export interface CrmCompany {
	id: string;
	name: string;
	/** E.g. "shop.example". */
	domain?: string;
	url?: string;
}

/** Where notes and tasks of ours are looked for. */
export interface CrmPlace {
	contactId: string;
	dealId?: string;
}

/**
 * One CRM account. Small steps that read or write one thing; what an upsert means (matching, which fields are filled, stage
 * order, what to do after a lost answer) is decided once, in core/crm. Implementations: adapters/crm, through each vendor's
 * own SDK; all pass test/contract/crm. Errors: {@link CrmError}.
 *
 * A method that finds, reads or lists writes nothing, not even a field of ours that the account lacks: plans rest on it.
 * `properties` names account fields that are to be read along.
 */
export interface CrmPort {
	readonly crm: CrmName;
	/** What the deal methods work on. */
	readonly recordKind: CrmRecordKind;
	/** How many items are best worked on at once, since their calls are gathered into batch calls. Default 1. */
	readonly together?: number;
	/** Contacts that may be this person. May return too many (a CRM compares phone numbers as text); core decides. */
	findContacts(input: CrmContactInput, properties: string[]): Promise<CrmContact[]>;
	/** The contact that carries this key of ours, read strongly (not by a lagging search); undefined if there is none. */
	findContactByKey(key: string, properties: string[]): Promise<CrmContact | undefined>;
	/** Undefined if it was deleted, or merged into another. */
	readContact(id: string, properties: string[]): Promise<CrmContact | undefined>;
	/** Rejects with kind `conflict` where the CRM knows that the contact is there already. */
	createContact(input: CrmContactInput, key: string): Promise<CrmContact>;
	/** Writes these values, whatever stood there; `key` is put on a contact that has none. */
	updateContact(id: string, changes: CrmContactInput, key?: string): Promise<void>;

	/** The deal that carries this key of ours, read strongly. */
	findDealByKey(key: string, contactId: string, properties: string[]): Promise<CrmDeal | undefined>;
	readDeal(id: string, properties: string[]): Promise<CrmDeal | undefined>;
	createDeal(input: CrmDealInput, contactId: string): Promise<CrmDeal>;
	updateDeal(id: string, changes: Partial<CrmDealInput>): Promise<void>;
	openDeals(contactId: string): Promise<CrmDeal[]>;

	/** Notes and tasks carry their key in the text or a field, so that a lost answer can be recovered. */
	findNoteByKey(key: string, place: CrmPlace): Promise<{ id: string } | undefined>;
	createNote(input: CrmNoteInput): Promise<{ id: string }>;
	findTaskByKey(key: string, place: CrmPlace): Promise<{ id: string } | undefined>;
	createTask(input: CrmTaskInput): Promise<{ id: string }>;

	findOwner(query: { email?: string; id?: string }): Promise<CrmOwner | undefined>;
	listOwners(): Promise<CrmOwner[]>;
	/** In the account's order; the first is the default. What the CRM has no stages for has the states that a record can be in. */
	listPipelines(): Promise<CrmPipeline[]>;

	/** The company with this web domain, else the one with exactly this name. Left out where the CRM has no such records. */
	findCompany?(query: { domain?: string; name?: string }): Promise<CrmCompany | undefined>;
	/** Links contact and deal with a company; once more does no harm. */
	linkCompany?(companyId: string, place: CrmPlace): Promise<void>;

	/** The newest first. A CRM without orders gives the deals that were won. */
	recentOrders(contactId: string): Promise<CrmOrder[]>;
	/** Marks a task of ours as done; one that is gone or done already is left as it is. */
	completeTask(id: string): Promise<void>;
	/** The account's fields of contacts, or of what {@link recordKind} names. */
	listFields(object: CrmObject): Promise<CrmField[]>;
	/** Makes the fields that are missing. `name` is what the account calls the field. Rejects with `auth` where the API forbids it. */
	createFields(
		object: CrmObject,
		fields: CrmFieldDefinition[],
	): Promise<Array<{ name: string; label: string; created: boolean }>>;
}

/**
 * What a failed call means: `auth` (the credential does not allow it), `limit` (too many calls), `unavailable` (the CRM answered
 * that it cannot at present; a write may have been done), `lost` (no answer came; a write may have been done), `invalid`,
 * `not_found`, `conflict` (there is one with this key already).
 */
export type CrmErrorKind =
	'auth' | 'limit' | 'unavailable' | 'lost' | 'invalid' | 'not_found' | 'conflict';

/** The CRM did not do what was asked. `message` names the CRM, the status and what it said; `advice` what to do. */
export class CrmError extends Error {
	constructor(
		message: string,
		readonly kind: CrmErrorKind,
		readonly advice: string,
		readonly details: {
			httpStatus?: number;
			retryAfterMs?: number;
			/** With `conflict`: the record that is there already, if the CRM names it. */
			existingId?: string;
		} = {},
		options?: { cause?: unknown },
	) {
		super(message, options);
		this.name = 'CrmError';
	}
}
