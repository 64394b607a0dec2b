import { DateTime } from 'luxon';

import {
	comparablePhone,
	matchContact,
	nationalDigits,
	phoneSpellings,
	shortened,
} from '../../../core/crm';
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
	CrmStage,
	CrmTaskInput,
} from '../../../core/ports/crm';
import { CrmError } from '../../../core/ports/crm';
import type { HttpSend } from '../../../core/ports/http';
import type { Clock, IsoTime } from '../../../core/time';
import { addMilliseconds, isoTime } from '../../../core/time';
import { hasMarker, markerOf } from '../marker';
import type { Environment, Rate } from '../patience';
import { SYSTEM } from '../patience';
import type { Values } from './connection';
import { SalesforceConnection, faultBehind, unlessMissing } from './connection';
import { KEY, Shape, fieldOf } from './fields';
import type { Kind, Person } from './kinds';
import { KINDS, personOf } from './kinds';
import type { Selection } from './objects';
import { SalesforceObjects } from './objects';
import type { PageOf } from './records';
import {
	MASTER_RECORD_TYPE,
	ORDER_FIELDS,
	contactOf,
	dealFields,
	dealOf,
	dealValues,
	description,
	marked,
	newPersonValues,
	orderOf,
	personValues,
	textOf,
} from './records';
import type { DuplicateResult } from './sdk';
import { createFields } from './setup';
import { isId, soqlLike, soqlList, soqlText, soslPhrase } from './soql';

/** Spring '25: Salesforce keeps a version for three years at the least. */
const API_VERSION = '63.0';

/** An opportunity must say when it is expected to close; staff correct it. */
const EXPECTED_CLOSE_MS = 30 * 24 * 60 * 60 * 1000;

/** More people with one number or address than this are not looked at. */
const MOST_CANDIDATES = 200;
const MOST_ACTIVITIES = 200;
const MOST_ORDERS = 20;

export interface SalesforceOptions {
	send: HttpSend;
	/** Names the account for the limit that all executions share. */
	account: string;
	/** The org's own address, e.g. "https://example.my.salesforce.com". */
	instanceUrl: string;
	/** What a case is kept as: an opportunity (default), a case ("ticket"), or only a lead. */
	recordKind?: CrmRecordKind;
	/** Without "v", e.g. "63.0". */
	apiVersion?: string;
	environment?: Environment;
	/** Another limit than the usual one. */
	rate?: Rate;
	/** For the expected close of an opportunity. */
	clock?: Clock;
	/** Where the business is, for what Salesforce keeps as a day; UTC if absent. */
	timeZone?: string;
	/** Calls of one kind that come within so many milliseconds become one call. Default 0: each goes by itself. */
	gatherMs?: number;
}

/** Salesforce through its SDK, jsforce. */
export class SalesforceCrm implements CrmPort {
	readonly crm = 'salesforce';
	readonly recordKind: CrmRecordKind;
	readonly together = 40;
	private readonly kind: Kind;
	private readonly person: Person;
	private readonly connection: SalesforceConnection;
	private readonly objects: SalesforceObjects;
	private readonly clock: Clock;
	private readonly timeZone: string;
	private readonly page: PageOf;
	private readonly known = new Map<string, Promise<unknown>>();

	constructor(options: SalesforceOptions) {
		this.recordKind = options.recordKind ?? 'deal';
		this.kind = KINDS[this.recordKind];
		this.person = personOf(this.recordKind);
		this.connection = new SalesforceConnection({
			...options,
			apiVersion: options.apiVersion ?? API_VERSION,
		});
		this.objects = new SalesforceObjects(this.connection, {
			waitMs: options.gatherMs ?? 0,
			sleep: (options.environment ?? SYSTEM).sleep,
		});
		this.clock = options.clock ?? { now: () => new Date() };
		this.timeZone = options.timeZone ?? 'utc';
		this.page = (object, id) => `${this.connection.instanceUrl}/lightning/r/${object}/${id}/view`;
	}

	/** Salesforce's own search knows numbers in every spelling, but late; a query knows at once, but only these spellings. */
	async findContacts(input: CrmContactInput, properties: string[]): Promise<CrmContact[]> {
		const conditions = [
			...(input.phone ? this.withPhone(input.phone) : []),
			...(input.email ? [`Email = ${soqlText(input.email.trim())}`] : []),
		];
		const [searched, queried] = await Promise.all([
			input.phone
				? this.searchFor(nationalDigits(input.phone), 'PHONE', properties)
				: Promise.resolve([]),
			conditions.length > 0 ? this.people(conditions, properties) : Promise.resolve([]),
		]);
		const unique = new Map([...queried, ...searched].map((one) => [textOf(one, 'Id'), one]));
		return [...unique.values()].map((one) => this.contact(one, properties));
	}

	async findContactByKey(key: string, properties: string[]): Promise<CrmContact | undefined> {
		if ((await this.shape(this.person.object)).has(KEY)) {
			const [found] = await this.objects.find(await this.persons(properties), KEY, key);
			return found && this.contact(found, properties);
		}
		const [found] = (await this.candidatesFor(key, properties)).filter((one) =>
			hasMarker(textOf(one, 'Description'), key),
		);
		return found && this.contact(found, properties);
	}

	async readContact(id: string, properties: string[]): Promise<CrmContact | undefined> {
		if (!isId(id)) return undefined;
		const [found] = await this.objects.find(await this.persons(properties), 'Id', id);
		return found && this.contact(found, properties);
	}

	async createContact(input: CrmContactInput, key: string): Promise<CrmContact> {
		const { object, title } = this.person;
		const shape = await this.shape(object);
		const values = shape.values(
			{
				...newPersonValues(this.person, input),
				...(await this.companyValues(input.company)),
				...keyValues(shape, key),
			},
			input.properties,
		);
		const whatFor = `create the ${title}`;
		let id: string;
		try {
			id = await this.objects.create(whatFor, object, values);
		} catch (error) {
			const duplicates = duplicatesIn(error);
			if (!duplicates) throw error;
			await this.judge(duplicates, input, error as CrmError);
			id = await this.connection.create(whatFor, object, values, {
				'Sforce-Duplicate-Rule-Header': 'allowSave=true',
			});
		}
		const properties = Object.keys(input.properties ?? {});
		return this.contact({ ...values, Id: id, [KEY]: key }, properties);
	}

	async updateContact(id: string, changes: CrmContactInput, key?: string): Promise<void> {
		const { object, title } = this.person;
		const shape = await this.shape(object);
		const own = {
			...personValues(this.person, changes),
			...(await this.companyValues(changes.company)),
			...(key ? await this.keyFor(shape, object, id, key) : {}),
		};
		if (changes.firstName && !changes.lastName && (await this.isNamed(id, changes.firstName))) {
			own.FirstName = undefined;
		}
		await this.update(`update the ${title}`, object, id, shape.values(own, changes.properties));
	}

	async findDealByKey(
		key: string,
		contactId: string,
		properties: string[],
	): Promise<CrmDeal | undefined> {
		// A lead is its own deal, whichever episode asks.
		if (this.recordKind === 'lead') return this.readDeal(contactId, properties);
		if ((await this.shape(this.kind.object)).has(KEY)) {
			const [found] = await this.objects.find(await this.cases(properties), KEY, key);
			return found && dealOf(this.kind, found, properties, this.page);
		}
		const mine = await this.dealRecords(this.kind.of(contactId), properties);
		const found = mine.find((one) => hasMarker(textOf(one, 'Description'), key));
		return found && dealOf(this.kind, found, properties, this.page);
	}

	async readDeal(id: string, properties: string[]): Promise<CrmDeal | undefined> {
		if (!isId(id)) return undefined;
		const [found] = await this.objects.find(await this.cases(properties), 'Id', id);
		return found && dealOf(this.kind, found, properties, this.page);
	}

	async createDeal(input: CrmDealInput, contactId: string): Promise<CrmDeal> {
		const { kind } = this;
		const properties = Object.keys(input.properties ?? {});
		const shape = await this.shape(kind.object);
		if (this.recordKind === 'lead') {
			await this.updateDeal(contactId, input);
			return dealOf(
				kind,
				{ ...shape.values(this.ownValues(shape, input)), Id: contactId },
				properties,
				this.page,
			);
		}
		const values = shape.values(
			{
				...this.ownValues(shape, input),
				...(await this.placeOf(input, contactId)),
				...keyValues(shape, input.key),
			},
			input.properties,
		);
		const id = await this.objects.create(`create the ${kind.title}`, kind.object, values);
		return dealOf(kind, { ...values, Id: id, [KEY]: input.key }, properties, this.page);
	}

	async updateDeal(id: string, changes: Partial<CrmDealInput>): Promise<void> {
		const { kind } = this;
		const shape = await this.shape(kind.object);
		const own = {
			...this.ownValues(shape, changes),
			// A lead carries the key of the person.
			...(changes.key && this.recordKind !== 'lead'
				? await this.keyFor(shape, kind.object, id, changes.key)
				: {}),
		};
		const values = shape.values(own, changes.properties);
		await this.update(`update the ${kind.title}`, kind.object, id, values);
	}

	openDeals(contactId: string): Promise<CrmDeal[]> {
		if (!isId(contactId)) return Promise.resolve([]);
		return this.deals(`${this.kind.closed} = false AND ${this.kind.of(contactId)}`, []);
	}

	findNoteByKey(key: string, place: CrmPlace): Promise<{ id: string } | undefined> {
		return this.findActivity(key, place);
	}

	/** A task that is done is what the timeline of the customer and of the case shows; it names both in one record. */
	async createNote(note: CrmNoteInput): Promise<{ id: string }> {
		const id = await this.objects.create('add the note', 'Task', {
			...this.activityAt(note),
			Subject: 'WhatsApp handoff',
			Status: await this.closedStatus(),
			ActivityDate: this.dayOf(note.at),
			Description: description(note.html, note.key),
		});
		return { id };
	}

	/** The day that a time lies in where the business is: 8 in the morning in Sydney is the day before in UTC. */
	private dayOf(time: IsoTime): string {
		return DateTime.fromISO(time, { zone: this.timeZone }).toISODate() ?? time.slice(0, 10);
	}

	findTaskByKey(key: string, place: CrmPlace): Promise<{ id: string } | undefined> {
		return this.findActivity(key, place);
	}

	/** The due date of a task is a day; the reminder holds the hour. */
	async createTask(task: CrmTaskInput): Promise<{ id: string }> {
		const id = await this.objects.create('create the task', 'Task', {
			...this.activityAt(task),
			Subject: shortened(task.title, LONGEST_SUBJECT),
			ActivityDate: this.dayOf(task.dueAt),
			ReminderDateTime: task.dueAt,
			IsReminderSet: true,
			Description: description(task.html ?? '', task.key),
			...(task.ownerId ? { OwnerId: task.ownerId } : {}),
		});
		return { id };
	}

	async completeTask(id: string): Promise<void> {
		if (!isId(id)) return;
		const [open] = await this.connection.query(
			'read the task',
			`SELECT Id FROM Task WHERE Id = ${soqlText(id)} AND IsClosed = false LIMIT 1`,
		);
		if (!open) return;
		await unlessMissing(
			this.connection.update('complete the task', 'Task', id, {
				Status: await this.closedStatus(),
			}),
		);
	}

	async findOwner({ email, id }: { email?: string; id?: string }): Promise<CrmOwner | undefined> {
		if (id && !isId(id)) return undefined;
		const wanted = id ? `Id = ${soqlText(id)}` : `Email = ${soqlText(email?.trim() ?? '')}`;
		return this.once(`owner ${wanted}`, async () => (await this.users(`${wanted} AND `))[0]);
	}

	listOwners(): Promise<CrmOwner[]> {
		return this.once('owners', () => this.users(''));
	}

	listPipelines(): Promise<CrmPipeline[]> {
		const { kind } = this;
		return this.once('pipelines', async () => {
			const [shape, stages] = await Promise.all([this.shape(kind.object), this.stages()]);
			const types = shape.recordTypes();
			if (types.length === 0) return [{ id: MASTER_RECORD_TYPE, name: kind.pipeline, stages }];
			return Promise.all(
				types.map(async ({ id, name }) => ({ id, name, stages: await this.stagesOf(id, stages) })),
			);
		});
	}

	async findCompany(query: { domain?: string; name?: string }): Promise<CrmCompany | undefined> {
		const conditions = [
			...(query.domain ? [`Website LIKE '%${soqlLike(query.domain.trim())}%'`] : []),
			...(query.name ? [`Name = ${soqlText(query.name.trim())}`] : []),
		];
		if (conditions.length === 0) return undefined;
		const found = await this.connection.query(
			'look for the account',
			`SELECT Id, Name, Website FROM Account WHERE ${conditions.join(' OR ')} ORDER BY CreatedDate LIMIT ${MOST_CANDIDATES}`,
		);
		const companies = found.map((one) => this.company(one));
		const domain = query.domain?.trim().toLowerCase();
		const name = query.name?.trim().toLowerCase();
		return (
			companies.find((one) => domain && one.domain === domain) ??
			companies.find((one) => name && one.name.toLowerCase() === name)
		);
	}

	/** A contact belongs to one account: it is not moved out of the one that it is in. A lead has only the name of a company. */
	async linkCompany(companyId: string, { contactId, dealId }: CrmPlace): Promise<void> {
		if (this.recordKind === 'lead') return;
		const places: Array<[object: string, id: string]> = [['Contact', contactId]];
		if (dealId) places.push([this.kind.object, dealId]);
		for (const [object, id] of places) {
			if (!isId(id)) continue;
			const [record] = await this.connection.query(
				'read whose account it is',
				`SELECT AccountId FROM ${object} WHERE Id = ${soqlText(id)} LIMIT 1`,
			);
			if (!record || record.AccountId) continue;
			await this.connection.update('link the account', object, id, { AccountId: companyId });
		}
	}

	/** Orders are an object that not every org and not every user has; then the opportunities that were won. */
	async recentOrders(contactId: string): Promise<CrmOrder[]> {
		if (this.recordKind === 'lead' || !isId(contactId)) return [];
		const orders = await this.orders(contactId);
		return orders.length > 0 ? orders : this.won(contactId);
	}

	async listFields(object: CrmObject): Promise<CrmField[]> {
		return (await this.shape(this.objectOf(object))).all().map(fieldOf);
	}

	async createFields(
		object: CrmObject,
		fields: CrmFieldDefinition[],
	): Promise<Array<{ name: string; label: string; created: boolean }>> {
		const type = this.objectOf(object);
		const made = await createFields(this.connection, type, await this.shape(type), fields);
		this.known.delete(`shape ${type}`);
		return made;
	}

	private objectOf(object: CrmObject): string {
		return object === 'contact' ? this.person.object : this.kind.object;
	}

	private contact(values: Values, properties: string[]): CrmContact {
		return contactOf(this.person, values, properties, this.page);
	}

	/** Reads from the database itself: what was written a moment ago is there. */
	private async people(conditions: string[], properties: string[]): Promise<Values[]> {
		return this.objects.any(await this.persons(properties), conditions);
	}

	private async persons(properties: string[]): Promise<Selection> {
		const { object, title, only } = this.person;
		return {
			whatFor: `look for the ${title}`,
			object,
			fields: await this.personFields(properties),
			...(only ? { and: only } : {}),
			order: 'CreatedDate',
			most: MOST_CANDIDATES,
		};
	}

	private async searchFor(
		text: string,
		where: 'PHONE' | 'ALL',
		properties: string[],
	): Promise<Values[]> {
		const { object, title, only } = this.person;
		const fields = (await this.personFields(properties)).join(', ');
		const condition = only ? ` WHERE ${only}` : '';
		return this.objects.search(
			`search for the ${title}`,
			soslPhrase(text),
			(phrases, most) =>
				`FIND {${phrases}} IN ${where} FIELDS RETURNING ${object}(${fields}${condition} LIMIT ${most})`,
			MOST_CANDIDATES,
		);
	}

	private async personFields(properties: string[]): Promise<string[]> {
		const shape = await this.shape(this.person.object);
		const fields = shape.readable([...this.person.fields, KEY, ...properties]);
		// A name of another object's: there wherever the reference to it is.
		if (shape.has('AccountId')) fields.push(this.person.company);
		return fields;
	}

	private withPhone(phone: string): string[] {
		const spellings = soqlList(phoneSpellings(phone));
		return ['MobilePhone', 'Phone'].map((field) => `${field} IN ${spellings}`);
	}

	/**
	 * Who may carry a key in their description, by which no query can look: a key that is a number or an address is found by these,
	 * at once; others only by the search, which knows them late. The store's record of what was done covers that time.
	 */
	private candidatesFor(key: string, properties: string[]): Promise<Values[]> {
		const [, kind, value] = /^(\w+):(.*)$/s.exec(key) ?? [];
		const phone = kind === 'tel' ? comparablePhone(value!) : undefined;
		if (phone) return this.people(this.withPhone(phone), properties);
		if (kind === 'mail') return this.people([`Email = ${soqlText(value!)}`], properties);
		return this.searchFor(markerOf(key), 'ALL', properties);
	}

	/**
	 * A duplicate rule of the org compares names, too, and warns of people who are only called alike. Somebody with the same number or
	 * address is the same person; for others the warning is passed over, where the rule allows it. Rejects where it must not be.
	 */
	private async judge(
		{ allowSave, duplicateRule, matchResults }: DuplicateResult,
		input: CrmContactInput,
		error: CrmError,
	): Promise<void> {
		const { object, title } = this.person;
		const ids = (matchResults ?? [])
			.flatMap(({ matchRecords }) => matchRecords ?? [])
			.filter(({ record }) => record?.attributes?.type === object)
			.flatMap(({ record }) => record?.Id ?? [])
			.filter(isId);
		const found = ids.length > 0 ? await this.people([`Id IN ${soqlList(ids)}`], []) : [];
		const same = matchContact(
			input,
			found.map((one) => this.contact(one, [])),
		);
		if (same) {
			throw new CrmError(
				error.message,
				'conflict',
				error.advice,
				{ ...error.details, existingId: same.contact.id },
				{ cause: error },
			);
		}
		if (allowSave) return;
		throw new CrmError(
			error.message,
			'invalid',
			`The duplicate rule ${duplicateRule ?? 'of this org'} takes the customer for another ${title}${ids[0] ? ` (${ids.join(', ')})` : ''} with neither this number nor this address. Add the number to that ${title}, or let the rule only warn.`,
			error.details,
			{ cause: error },
		);
	}

	/** A contact's company is an account of that name, where the org has it; none is made. */
	private async companyValues(name: string | undefined): Promise<Values> {
		if (!name || this.person.object === 'Lead') return {};
		const company = await this.findCompany({ name });
		return company ? { AccountId: company.id } : {};
	}

	/** Where the org's list of sources is closed and ours is not on it, the record has none: it is no reason to refuse a handoff. */
	private ownValues(shape: Shape, input: Partial<CrmDealInput>): Values {
		const { source, ...rest } = input;
		const takes = source !== undefined && shape.takes(this.kind.fields.source, source);
		return dealValues(this.kind, takes ? input : rest);
	}

	/** Whether a person of one name carries it as the last name already, which everybody must have. */
	private async isNamed(id: string, name: string): Promise<boolean> {
		const contact = await this.readContact(id, []);
		return !contact?.firstName && contact?.lastName === name;
	}

	/** Our key as a field, or as a last line of what is written there already. */
	private async keyFor(shape: Shape, object: string, id: string, key: string): Promise<Values> {
		if (shape.has(KEY)) return { [KEY]: key };
		if (!shape.has('Description') || !isId(id)) return {};
		const [record] = await this.connection.query(
			'read the description',
			`SELECT Description FROM ${object} WHERE Id = ${soqlText(id)} LIMIT 1`,
		);
		return { Description: marked((record && textOf(record, 'Description')) ?? '', key) };
	}

	/** Whom and what a new case is for. */
	private async placeOf(input: CrmDealInput, contactId: string): Promise<Values> {
		if (this.recordKind !== 'deal') return { ContactId: contactId };
		const [contact] = isId(contactId)
			? await this.objects.find(
					{
						whatFor: 'read whose account it is',
						object: 'Contact',
						fields: ['AccountId'],
						order: 'Id',
						most: 1,
					},
					'Id',
					contactId,
				)
			: [];
		const inTime = this.dayOf(addMilliseconds(isoTime(this.clock.now()), EXPECTED_CLOSE_MS));
		return {
			// Makes the contact's role in the opportunity in the same step.
			ContactId: contactId,
			AccountId: contact && textOf(contact, 'AccountId'),
			CloseDate: input.closeDate ?? inTime,
		};
	}

	private async deals(where: string, properties: string[]): Promise<CrmDeal[]> {
		const records = await this.dealRecords(where, properties);
		return records.map((one) => dealOf(this.kind, one, properties, this.page));
	}

	private async dealRecords(where: string, properties: string[]): Promise<Values[]> {
		const { whatFor, object, fields, order, most } = await this.cases(properties);
		return this.connection.query(
			whatFor,
			`SELECT ${fields.join(', ')} FROM ${object} WHERE ${where} ORDER BY ${order} LIMIT ${most}`,
		);
	}

	private async cases(properties: string[]): Promise<Selection> {
		const { kind } = this;
		const shape = await this.shape(kind.object);
		return {
			whatFor: `look for the ${kind.title}`,
			object: kind.object,
			fields: shape.readable([...dealFields(kind), KEY, ...properties]),
			order: 'CreatedDate DESC',
			most: MOST_CANDIDATES,
		};
	}

	/** An activity of a lead may belong to nothing else. */
	private activityAt({ contactId, dealId }: CrmPlace): Values {
		return {
			WhoId: contactId,
			...(dealId && this.recordKind !== 'lead' ? { WhatId: dealId } : {}),
		};
	}

	private async findActivity(
		key: string,
		{ contactId, dealId }: CrmPlace,
	): Promise<{ id: string } | undefined> {
		// A case has few activities, a contact of years may have many.
		const [field, id] =
			dealId && this.recordKind !== 'lead' ? ['WhatId', dealId] : ['WhoId', contactId];
		const records = await this.objects.find(
			{
				whatFor: 'list the activities',
				object: 'Task',
				fields: ['Id', 'Description'],
				order: 'CreatedDate DESC',
				most: MOST_ACTIVITIES,
			},
			field,
			id,
		);
		const found = records.find((one) => hasMarker(textOf(one, 'Description'), key));
		return found && { id: textOf(found, 'Id')! };
	}

	/** Orgs rename and translate the statuses of tasks. */
	private closedStatus(): Promise<string> {
		return this.once('closed status', async () => {
			const statuses = await this.connection.query(
				'list the statuses of tasks',
				'SELECT ApiName FROM TaskStatus WHERE IsClosed = true ORDER BY SortOrder',
			);
			const names = statuses.flatMap((one) => textOf(one, 'ApiName') ?? []);
			return names.find((name) => name === 'Completed') ?? names[0] ?? 'Completed';
		});
	}

	/** People, not the users that integrations and portals have. */
	private async users(where: string): Promise<CrmOwner[]> {
		const found = await this.connection.query(
			'look up its users',
			`SELECT Id, Name, Email FROM User WHERE ${where}IsActive = true AND UserType = 'Standard' ORDER BY Name, Id`,
		);
		return found.map((one) => {
			const id = textOf(one, 'Id')!;
			const email = textOf(one, 'Email');
			return { id, name: textOf(one, 'Name') ?? email ?? id, ...(email ? { email } : {}) };
		});
	}

	private async stages(): Promise<CrmStage[]> {
		const { object, closed, won, active } = this.kind.stages;
		const records = await this.connection.query(
			`list the stages of the ${this.kind.title}`,
			`SELECT ApiName, MasterLabel, SortOrder, ${[closed, ...(won ? [won] : [])].join(', ')} FROM ${object}${active ? ` WHERE ${active} = true` : ''} ORDER BY SortOrder`,
		);
		return records.map((one, order) => ({
			id: textOf(one, 'ApiName')!,
			name: textOf(one, 'MasterLabel') ?? textOf(one, 'ApiName')!,
			order,
			closed: one[closed] === true,
			...(won && one[won] === true ? { won: true } : {}),
		}));
	}

	/** A record type has a choice of the stages. Where Salesforce does not tell which, all are offered. */
	private async stagesOf(recordTypeId: string, all: CrmStage[]): Promise<CrmStage[]> {
		const { object, fields } = this.kind;
		try {
			const { values } = await this.connection.call('list the stages of the record type', (sdk) =>
				sdk.request<{ values: Array<{ value: string }> }>(
					`/ui-api/object-info/${object}/picklist-values/${recordTypeId}/${fields.stage}`,
				),
			);
			const chosen = new Set(values.map(({ value }) => value));
			return all.filter(({ id }) => chosen.has(id));
		} catch (error) {
			if (error instanceof CrmError && NOT_OFFERED.has(error.kind)) return all;
			throw error;
		}
	}

	private company(values: Values): CrmCompany {
		const id = textOf(values, 'Id')!;
		const website = textOf(values, 'Website');
		const domain = website && domainOf(website);
		return {
			id,
			name: textOf(values, 'Name') ?? id,
			...(domain ? { domain } : {}),
			url: this.page('Account', id),
		};
	}

	private async orders(contactId: string): Promise<CrmOrder[]> {
		const shape = await this.shape('Order').catch((error: unknown) => {
			if (error instanceof CrmError && NOT_OFFERED.has(error.kind)) return undefined;
			throw error;
		});
		if (!shape?.has('BillToContactId')) return [];
		const found = await this.connection.query(
			'list the orders',
			`SELECT ${shape.readable(ORDER_FIELDS).join(', ')} FROM Order WHERE BillToContactId = ${soqlText(contactId)} ORDER BY EffectiveDate DESC LIMIT ${MOST_ORDERS}`,
		);
		return found.map((one) => orderOf(one, this.page));
	}

	private async won(contactId: string): Promise<CrmOrder[]> {
		const opportunity = KINDS.deal;
		const shape = await this.shape(opportunity.object);
		const fields = shape.readable(dealFields(opportunity));
		const found = await this.connection.query(
			'list the won opportunities',
			`SELECT ${fields.join(', ')} FROM Opportunity WHERE IsWon = true AND ${opportunity.of(contactId)} ORDER BY CloseDate DESC LIMIT ${MOST_ORDERS}`,
		);
		return found.map((one) => {
			const { id, name, stageId, amount, currency, closeDate, url } = dealOf(
				opportunity,
				one,
				[],
				this.page,
			);
			return {
				id,
				name,
				status: stageId,
				...(amount === undefined ? {} : { amount }),
				...(currency ? { currency } : {}),
				...(closeDate ? { at: closeDate } : {}),
				...(url ? { url } : {}),
			};
		});
	}

	private async update(whatFor: string, object: string, id: string, values: Values): Promise<void> {
		// What this org has no field for does not make a call.
		if (Object.keys(values).length === 0) return;
		await this.objects.update(whatFor, object, id, values);
	}

	private shape(object: string): Promise<Shape> {
		return this.once(`shape ${object}`, async () => {
			const described = await unlessMissing(
				this.connection.call(`describe its object ${object}`, (sdk) => sdk.describe(object)),
			);
			if (described) return new Shape(described);
			throw new CrmError(
				`Salesforce shows no object ${object} to the user of the credential`,
				'auth',
				`Give this user read, create and edit on ${object}, by their profile or by a permission set.`,
				{ httpStatus: 404 },
			);
		});
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

const LONGEST_SUBJECT = 255;

/** What Salesforce answers where the org has no such object, or the user may not see it. */
const NOT_OFFERED: ReadonlySet<CrmError['kind']> = new Set(['auth', 'not_found', 'invalid']);

function keyValues(shape: Shape, key: string): Values {
	return shape.has(KEY) ? { [KEY]: key } : { Description: marked('', key) };
}

/** What a duplicate rule of the org found, where that is why a record was refused. */
function duplicatesIn(error: unknown): DuplicateResult | undefined {
	const fault = faultBehind(error);
	if (fault?.errorCode !== 'DUPLICATES_DETECTED') return undefined;
	return fault.duplicateResut ?? fault.duplicateResult ?? {};
}

/** "https://www.shop.example/about" → "shop.example". */
function domainOf(website: string): string | undefined {
	return /^(?:https?:\/\/)?(?:www\.)?([^/:?#\s]+)/i.exec(website.trim())?.[1]?.toLowerCase();
}
