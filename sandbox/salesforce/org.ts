import type { Answer } from '../http';
import type { FieldDefinition, ObjectDefinition } from './schema';
import { STAGES, STATUSES, field, objectsOfNewOrg } from './schema';
import type { Condition, Literal, Query } from './soql';
import { QueryRefusal, parseQuery, parseSearch, patternOf, textOf } from './soql';

export interface OrgOptions {
	/** How long search lags behind a write. */
	searchLagMs: number;
	now: () => Date;
	/** Whether Contact, Lead, Opportunity and Case have our External ID field. */
	keyField?: boolean;
	/** Names of record types of opportunities, with the stages that they offer. */
	recordTypes?: Record<string, string[]>;
	/** Whether the org keeps orders. Default true. */
	orders?: boolean;
	/** What the rule for duplicate contacts and leads does with one of the same last name and address, or the same last name and number. */
	duplicates?: 'alert' | 'block';
	/** Whether amounts have a currency of their own. */
	multiCurrency?: boolean;
}

export interface SalesforceRecord {
	id: string;
	object: string;
	values: Record<string, unknown>;
	/** When search will know of the latest change. */
	searchableAt: number;
}

const MASTER = '012000000000000AAA';
const KEYED = ['Contact', 'Lead', 'Opportunity', 'Case'];
const PHONES = new Set(['Phone', 'MobilePhone', 'HomePhone', 'OtherPhone']);

/** A refusal in Salesforce's form: a list of what is wrong. */
export function failure(
	status: number,
	errorCode: string,
	message: string,
	fields?: string[],
): NonNullable<Answer> {
	return { status, body: [{ message, errorCode, ...(fields ? { fields } : {}) }] };
}

/** The records of one org, with the rules that Salesforce keeps. */
export class Org {
	readonly objects: Map<string, ObjectDefinition>;
	readonly userId: string;
	private readonly records = new Map<string, SalesforceRecord>();
	private readonly types: Array<{ id: string; name: string; stages: string[] }>;
	private last = 0;

	constructor(private readonly options: OrgOptions) {
		this.objects = objectsOfNewOrg();
		if (options.orders === false) this.objects.delete('Order');
		if (options.keyField) KEYED.forEach((object) => this.define(object, ownKey()));
		if (options.multiCurrency) {
			this.define(
				'Opportunity',
				field('CurrencyIsoCode', 'picklist', { picklist: ['EUR', 'USD'], restricted: true }),
			);
		}
		this.types = Object.entries(options.recordTypes ?? {}).map(([name, stages]) => ({
			id: this.nextId('012'),
			name,
			stages,
		}));
		if (this.types.length > 0) {
			this.define('Opportunity', field('RecordTypeId', 'reference', { to: ['RecordType'] }));
		}
		const users = ['One', 'Two'].map((name) =>
			this.put('User', {
				Name: `Agent ${name}`,
				Email: `agent.${name.toLowerCase()}@shop.example`,
				IsActive: true,
				UserType: 'Standard',
			}),
		);
		this.put('User', {
			Name: 'Agent Gone',
			Email: 'agent.gone@shop.example',
			IsActive: false,
			UserType: 'Standard',
		});
		this.userId = users[0]!.id;
		STAGES.forEach(([name, IsClosed, IsWon], SortOrder) =>
			this.put('OpportunityStage', {
				ApiName: name,
				MasterLabel: name,
				SortOrder,
				IsClosed,
				IsWon,
				IsActive: true,
			}),
		);
		for (const [object, list] of Object.entries(STATUSES)) {
			list.forEach(([name, closed], SortOrder) =>
				this.put(object, {
					ApiName: name,
					MasterLabel: name,
					SortOrder,
					[object === 'LeadStatus' ? 'IsConverted' : 'IsClosed']: closed,
				}),
			);
		}
	}

	all(object: string): SalesforceRecord[] {
		return [...this.records.values()].filter((record) => record.object === object);
	}

	find(object: string, id: string): SalesforceRecord | undefined {
		const record = this.records.get(id);
		return record?.object === object ? record : undefined;
	}

	define(object: string, definition: FieldDefinition): void {
		this.objects.get(object)?.fields.set(definition.name.toLowerCase(), definition);
	}

	/** A field as this user sees it: a new one only once a permission set of theirs shows it. */
	visible(object: string, name: string): FieldDefinition | undefined {
		const definition = this.objects.get(object)?.fields.get(name.toLowerCase());
		if (!definition?.hidden) return definition;
		const mine = this.all('PermissionSetAssignment')
			.filter(({ values }) => values.AssigneeId === this.userId)
			.map(({ values }) => values.PermissionSetId);
		return this.all('FieldPermissions').some(
			({ values }) =>
				values.Field === `${object}.${definition.name}` &&
				values.PermissionsRead === true &&
				mine.includes(values.ParentId),
		)
			? definition
			: undefined;
	}

	describe(object: string): Answer {
		const definition = this.objects.get(object);
		if (!definition) return failure(404, 'NOT_FOUND', 'The requested resource does not exist');
		return {
			status: 200,
			body: {
				name: object,
				label: object,
				custom: false,
				keyPrefix: definition.prefix,
				fields: [...definition.fields.values()]
					.filter(({ name }) => this.visible(object, name))
					.map((one) => ({
						name: one.name,
						label: one.label,
						type: one.type,
						length: one.length,
						createable: one.createable,
						updateable: one.updateable,
						nillable: !one.required,
						filterable: one.filterable,
						unique: one.unique,
						externalId: one.externalId,
						restrictedPicklist: one.restricted,
						caseSensitive: one.caseSensitive,
						custom: one.custom,
						calculated: false,
						referenceTo: one.to,
						picklistValues: this.picklist(object, one).map((value) => ({
							value,
							label: value,
							active: true,
							defaultValue: false,
							validFor: null,
						})),
					})),
				recordTypeInfos: [
					...(object === 'Opportunity' ? this.types : []).map(({ id, name }, index) => ({
						recordTypeId: id,
						name,
						developerName: name.replaceAll(' ', '_'),
						active: true,
						available: true,
						defaultRecordTypeMapping: index === 0,
						master: false,
						urls: {},
					})),
					{
						recordTypeId: MASTER,
						name: 'Master',
						developerName: 'Master',
						active: true,
						available: true,
						defaultRecordTypeMapping: this.types.length === 0 || object !== 'Opportunity',
						master: true,
						urls: {},
					},
				],
			},
		};
	}

	picklistValues(object: string, recordTypeId: string, name: string): Answer {
		const definition = this.visible(object, name);
		const type = this.types.find(({ id }) => id === recordTypeId);
		if (!definition || (!type && recordTypeId !== MASTER)) {
			return failure(404, 'NOT_FOUND', 'The requested resource does not exist');
		}
		const values = (type?.stages ?? this.picklist(object, definition)).map((value) => ({
			attributes: null,
			label: value,
			validFor: [],
			value,
		}));
		return {
			status: 200,
			body: { controllerValues: {}, defaultValue: null, eTag: 'stand-in', url: '', values },
		};
	}

	/** Makes a record, or says what is wrong with it. */
	create(object: string, values: Record<string, unknown>, allowSave: boolean): Answer {
		if (!this.objects.has(object)) {
			return failure(404, 'NOT_FOUND', 'The requested resource does not exist');
		}
		const objection =
			this.objection(object, values, 'createable') ?? this.duplicates(object, values, allowSave);
		if (objection) return objection;
		const record = this.put(object, { OwnerId: this.userId, ...defaultsOf(object), ...values });
		if (object === 'Opportunity' && values.ContactId) {
			this.put('OpportunityContactRole', {
				OpportunityId: record.id,
				ContactId: values.ContactId,
				IsPrimary: true,
			});
		}
		return { status: 201, body: { id: record.id, success: true, errors: [] } };
	}

	update(object: string, id: string, values: Record<string, unknown>): Answer {
		const record = this.find(object, id);
		if (!record) {
			return failure(
				404,
				'NOT_FOUND',
				'Provided external ID field does not exist or is not accessible',
			);
		}
		const objection = this.objection(object, values, 'updateable', record);
		if (objection) return objection;
		Object.assign(record.values, values);
		this.touch(record);
		return { status: 204 };
	}

	/** By a field that is an external id: makes the record, changes the one that there is, or says that there are several. */
	upsert(object: string, name: string, value: string, values: Record<string, unknown>): Answer {
		const definition = this.visible(object, name);
		if (!definition?.externalId) {
			return failure(
				404,
				'NOT_FOUND',
				'Provided external ID field does not exist or is not accessible',
			);
		}
		const found = this.all(object).filter((record) => record.values[definition.name] === value);
		if (found.length > 1) {
			return {
				status: 300,
				body: found.map(({ id }) => `/services/data/sobjects/${object}/${id}`),
			};
		}
		if (found[0]) return this.update(object, found[0].id, values);
		return this.create(object, { ...values, [definition.name]: value }, false);
	}

	remove(object: string, id: string): Answer {
		if (!this.find(object, id)) return failure(404, 'ENTITY_IS_DELETED', 'entity is deleted');
		this.records.delete(id);
		return { status: 204 };
	}

	/** What staff do: the second record goes, and what hung at it hangs at the first. */
	merge(keptId: string, id: string): void {
		this.records.delete(id);
		for (const { values } of this.records.values()) {
			for (const [name, value] of Object.entries(values)) {
				if (value === id) values[name] = keptId;
			}
		}
	}

	/** A new field, as the Tooling API makes it: nobody sees it yet. */
	defineCustom(fullName: string, metadata: Record<string, unknown>): Answer {
		const [object = '', name = ''] = fullName.split('.');
		const definition = this.objects.get(object);
		const type = CUSTOM_TYPES[String(metadata.type)];
		if (!definition || !type || !/^[A-Za-z]\w{0,39}__c$/u.test(name)) {
			return failure(400, 'FIELD_INTEGRITY_EXCEPTION', `The field ${fullName} cannot be made`);
		}
		if (definition.fields.has(name.toLowerCase())) {
			return failure(
				400,
				'DUPLICATE_DEVELOPER_NAME',
				`There is already a field named ${name.replace(/__c$/u, '')} on ${object}.`,
			);
		}
		this.define(
			object,
			field(name, type, {
				label: String(metadata.label),
				custom: true,
				hidden: true,
				...(type === 'string' ? { length: Number(metadata.length) } : {}),
				unique: metadata.unique === true,
				externalId: metadata.externalId === true,
				caseSensitive: metadata.caseSensitive === true,
			}),
		);
		return {
			status: 201,
			body: { id: this.nextId('00N'), success: true, errors: [], warnings: [], infos: [] },
		};
	}

	query(soql: string): object[] {
		const query = parseQuery(soql);
		return this.select(query, this.all(query.object));
	}

	/** As Salesforce's search does it: its own index of words and numbers, which is late. */
	search(sosl: string): object[] {
		const search = parseSearch(sosl);
		const time = this.options.now().getTime();
		return search.returning.flatMap((query) =>
			this.select(
				query,
				this.all(query.object)
					.filter(({ searchableAt }) => searchableAt <= time)
					.filter((record) => search.phrases.some((phrase) => mentions(record, phrase, search.in))),
			),
		);
	}

	private picklist(object: string, definition: FieldDefinition): string[] {
		return object === 'Opportunity' && definition.name === 'StageName'
			? STAGES.map(([name]) => name)
			: definition.picklist;
	}

	private select(query: Query, candidates: SalesforceRecord[]): object[] {
		if (!this.objects.has(query.object)) {
			throw new QueryRefusal('INVALID_TYPE', `sObject type '${query.object}' is not supported.`);
		}
		const read = query.fields.map((name) => this.reader(query.object, name));
		const orders = query.orderBy.map(({ field: name, descending }) => ({
			read: this.reader(query.object, name),
			sign: descending ? -1 : 1,
		}));
		const fits = query.where ? this.test(query.object, query.where, true) : () => true;
		return candidates
			.filter(fits)
			.sort((a, b) =>
				orders.reduce((sum, order) => sum || order.sign * compare(order.read(a), order.read(b)), 0),
			)
			.slice(0, query.limit ?? Infinity)
			.map((record) => {
				const shown: Record<string, unknown> = { attributes: attributesOf(record) };
				query.fields.forEach((name, index) => {
					const [first, second] = name.split('.');
					if (!second) {
						shown[this.visible(query.object, name)!.name] = read[index]!(record) ?? null;
						return;
					}
					const target = this.target(record, first!);
					shown[first!] = target
						? { attributes: attributesOf(target), [second]: read[index]!(record) ?? null }
						: null;
				});
				return shown;
			});
	}

	/** The record that a relationship leads to, e.g. `Account`. */
	private target(record: SalesforceRecord, relationship: string): SalesforceRecord | undefined {
		return this.records.get(String(record.values[`${relationship}Id`]));
	}

	private reader(object: string, name: string): (record: SalesforceRecord) => unknown {
		const [first, second, third] = name.split('.');
		if (!second) {
			const definition = this.visible(object, name);
			if (!definition) {
				throw new QueryRefusal(
					'INVALID_FIELD',
					`No such column '${name}' on entity '${object}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name.`,
				);
			}
			return (record) => this.valueOf(record, definition.name);
		}
		const reference = this.visible(object, `${first}Id`);
		if (!reference || third) {
			throw new QueryRefusal(
				'INVALID_FIELD',
				`Didn't understand relationship '${first}' in field path.`,
			);
		}
		const inner = this.reader(reference.to[0]!, second);
		return (record) => {
			const target = this.target(record, first!);
			return target && inner(target);
		};
	}

	private test(
		object: string,
		condition: Condition,
		top: boolean,
	): (record: SalesforceRecord) => boolean {
		if ('parts' in condition) {
			const parts = condition.parts.map((part) =>
				this.test(object, part, top && condition.kind === 'and'),
			);
			return condition.kind === 'and'
				? (record) => parts.every((part) => part(record))
				: (record) => parts.some((part) => part(record));
		}
		if (condition.kind === 'not') {
			const part = this.test(object, condition.part, false);
			return (record) => !part(record);
		}
		const { field: name } = condition;
		const read = this.reader(object, name);
		if (condition.kind === 'semiJoin') {
			if (!top) {
				throw new QueryRefusal(
					'MALFORMED_QUERY',
					'Semi join sub-selects are only allowed at the top level WHERE expressions and not in nested WHERE expressions.',
				);
			}
			const [inner] = condition.query.fields;
			const found = this.select(condition.query, this.all(condition.query.object)).map(
				(one) => (one as Record<string, unknown>)[inner!],
			);
			return (record) => found.includes(read(record)) !== condition.negated;
		}
		const definition = name.includes('.') ? undefined : this.visible(object, name);
		if (definition && !definition.filterable) {
			throw new QueryRefusal(
				'INVALID_FIELD',
				`field '${name}' can not be filtered in a query call`,
			);
		}
		if (condition.kind === 'in') {
			const tests = condition.values.map((value) => this.equals(definition, name, value));
			return (record) => tests.some((one) => one(read(record))) !== condition.negated;
		}
		const { operator, value } = condition;
		if (operator === 'like') {
			if (value.type !== 'text') throw typeRefusal(name, 'string');
			const pattern = patternOf(value.raw);
			return (record) => pattern.test(String(read(record) ?? ''));
		}
		const equals = this.equals(definition, name, value);
		if (operator === '=') return (record) => equals(read(record));
		if (operator === '!=') return (record) => !equals(read(record));
		const wanted = value.type === 'text' ? textOf(value.raw) : value.value;
		return (record) => {
			const order = compare(read(record), wanted);
			return operator.startsWith('<')
				? order < 0 || (operator === '<=' && order === 0)
				: order > 0 || (operator === '>=' && order === 0);
		};
	}

	/** Texts are compared without regard to case, save for fields that are told to mind it. */
	private equals(
		definition: FieldDefinition | undefined,
		name: string,
		literal: Literal,
	): (value: unknown) => boolean {
		if (literal.type === 'null') return (value) => value === undefined || value === null;
		const type = definition && LITERALS[definition.type];
		if (type && type !== literal.type) throw typeRefusal(name, type);
		if (literal.type !== 'text') return (value) => value === literal.value;
		const wanted = textOf(literal.raw);
		if (definition?.type === 'id' || definition?.type === 'reference') {
			if (!/^(\w{15}|\w{18})$/u.test(wanted)) {
				throw new QueryRefusal('INVALID_QUERY_FILTER_OPERATOR', `invalid ID field: ${wanted}`);
			}
			return (value) => value === wanted;
		}
		return definition?.caseSensitive
			? (value) => value === wanted
			: (value) => typeof value === 'string' && value.toLowerCase() === wanted.toLowerCase();
	}

	private valueOf({ id, object, values }: SalesforceRecord, name: string): unknown {
		if (name === 'Id') return id;
		if (name === 'IsDeleted') return false;
		if (name === 'Name' && (object === 'Contact' || object === 'Lead')) {
			return [values.FirstName, values.LastName].filter(Boolean).join(' ');
		}
		const stage = this.stageOf(object, values);
		if (stage && (name === 'IsClosed' || name === 'IsWon' || name === 'IsConverted')) {
			return stage.values[name] ?? false;
		}
		return values[name];
	}

	private stageOf(object: string, values: Record<string, unknown>): SalesforceRecord | undefined {
		const [list, name] = LISTED[object] ?? [];
		return list ? this.all(list).find((one) => one.values.ApiName === values[name!]) : undefined;
	}

	/** Why these values cannot be written, as Salesforce says it; undefined if they can. */
	private objection(
		object: string,
		values: Record<string, unknown>,
		right: 'createable' | 'updateable',
		self?: SalesforceRecord,
	): Answer {
		for (const [name, value] of Object.entries(values)) {
			const definition = this.visible(object, name);
			if (!definition) {
				return failure(
					400,
					'INVALID_FIELD',
					`No such column '${name}' on sobject of type ${object}`,
				);
			}
			if (!definition[right]) {
				return failure(
					400,
					'INVALID_FIELD_FOR_INSERT_UPDATE',
					`Unable to create/update fields: ${name}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`,
					[name],
				);
			}
			const wrong = value === null ? undefined : this.wrong(object, definition, value, self);
			if (wrong) return wrong;
		}
		const missing = [...this.objects.get(object)!.fields.values()].filter(
			({ required, name }) => required && (self ? name in values && !values[name] : !values[name]),
		);
		if (missing.length > 0) {
			const names = missing.map(({ name }) => name);
			return failure(
				400,
				'REQUIRED_FIELD_MISSING',
				`Required fields are missing: [${names.join(', ')}]`,
				names,
			);
		}
		if (self && this.valueOf(self, 'IsConverted') === true) {
			return failure(400, 'CANNOT_UPDATE_CONVERTED_LEAD', 'cannot reference converted lead');
		}
		const who = object === 'Task' && this.records.get(String(values.WhoId));
		if (who && who.object === 'Lead' && values.WhatId) {
			return failure(
				400,
				'FIELD_INTEGRITY_EXCEPTION',
				'If WhoId refers to a lead, then WhatId must be blank.',
				['WhatId'],
			);
		}
		return undefined;
	}

	private wrong(
		object: string,
		definition: FieldDefinition,
		value: unknown,
		self?: SalesforceRecord,
	): Answer {
		const { name, type, length } = definition;
		const expected = WRITTEN[type] ?? 'string';
		if (typeof value !== expected) {
			return failure(
				400,
				'JSON_PARSER_ERROR',
				`Cannot deserialize instance of ${type} from VALUE_${typeof value === 'string' ? 'STRING' : 'OTHER'} value ${String(value)}`,
			);
		}
		if (typeof value !== 'string') return undefined;
		if (length > 0 && value.length > length) {
			return failure(
				400,
				'STRING_TOO_LONG',
				`${definition.label}: data value too large: ${value.slice(0, 40)} (max length=${length})`,
				[name],
			);
		}
		if (definition.restricted && !definition.picklist.includes(value)) {
			return failure(
				400,
				'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
				`${definition.label}: bad value for restricted picklist field: ${value}`,
				[name],
			);
		}
		if (type === 'email' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/u.test(value)) {
			return failure(400, 'INVALID_EMAIL_ADDRESS', `${name}: invalid email address: ${value}`, [
				name,
			]);
		}
		if (type === 'date' && !/^\d{4}-\d\d-\d\d$/u.test(value)) {
			return failure(
				400,
				'JSON_PARSER_ERROR',
				`Cannot deserialize instance of date from VALUE_STRING value ${value}`,
			);
		}
		if (type === 'datetime' && !/^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:?\d\d)$/u.test(value)) {
			return failure(
				400,
				'JSON_PARSER_ERROR',
				`Cannot deserialize instance of datetime from VALUE_STRING value ${value}`,
			);
		}
		if (type === 'reference' && !this.pointsTo(definition, value)) {
			return failure(400, 'INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', [name]);
		}
		const other =
			definition.unique &&
			this.all(object).find(
				(record) => record !== self && same(definition, record.values[name], value),
			);
		return other
			? failure(
					400,
					'DUPLICATE_VALUE',
					`duplicate value found: ${name} duplicates value on record with id: ${other.id}`,
				)
			: undefined;
	}

	private pointsTo({ to }: FieldDefinition, id: string): boolean {
		return to.includes('RecordType')
			? this.types.some((type) => type.id === id)
			: to.includes(this.records.get(id)?.object ?? '');
	}

	/** The standard rules: the same last name with the same address or number. */
	private duplicates(object: string, values: Record<string, unknown>, allowSave: boolean): Answer {
		const rule = this.options.duplicates;
		if (!rule || (object !== 'Contact' && object !== 'Lead') || (rule === 'alert' && allowSave)) {
			return undefined;
		}
		const found = this.all(object).filter(
			(record) =>
				(values.Email && record.values.Email === values.Email) ||
				record.values.LastName === values.LastName,
		);
		if (found.length === 0) return undefined;
		const message = 'Use one of these records?';
		return {
			status: 400,
			body: [
				{
					duplicateResut: {
						allowSave: rule === 'alert',
						duplicateRule: `Standard_${object}_Duplicate_Rule`,
						duplicateRuleEntityType: object,
						errorMessage: message,
						matchResults: [
							{
								entityType: object,
								errors: [],
								matchEngine: 'FuzzyMatchEngine',
								matchRecords: found.map((record) => ({
									additionalInformation: [],
									fieldDiffs: [],
									matchConfidence: 100,
									record: { attributes: attributesOf(record), Id: record.id },
								})),
								rule: `Standard_${object}_Match_Rule_v1_1`,
								size: found.length,
								success: true,
							},
						],
					},
					errorCode: 'DUPLICATES_DETECTED',
					message,
				},
			],
		};
	}

	private put(object: string, values: Record<string, unknown>): SalesforceRecord {
		const definition = this.objects.get(object)!;
		const record: SalesforceRecord = {
			id: this.nextId(definition.prefix),
			object,
			values: {
				...Object.fromEntries(
					Object.entries(values).filter(([name]) => definition.fields.has(name.toLowerCase())),
				),
				CreatedDate: this.time(),
			},
			searchableAt: 0,
		};
		this.records.set(record.id, record);
		this.touch(record);
		return record;
	}

	private touch(record: SalesforceRecord): void {
		record.values.LastModifiedDate = this.time();
		record.searchableAt = this.options.now().getTime() + this.options.searchLagMs;
	}

	/** As Salesforce writes a time. */
	private time(): string {
		return this.options.now().toISOString().replace('Z', '+0000');
	}

	private nextId(prefix: string): string {
		this.last += 1;
		return `${prefix}${String(this.last).padStart(12, '0')}AAA`;
	}
}

/** Where the stages of an object stand, and its field that names one. */
const LISTED: Record<string, [list: string, field: string]> = {
	Opportunity: ['OpportunityStage', 'StageName'],
	Case: ['CaseStatus', 'Status'],
	Lead: ['LeadStatus', 'Status'],
	Task: ['TaskStatus', 'Status'],
};

const CUSTOM_TYPES: Record<string, FieldDefinition['type']> = {
	Text: 'string',
	LongTextArea: 'textarea',
	Number: 'double',
	Checkbox: 'boolean',
	Date: 'date',
	DateTime: 'datetime',
};

/** How a value of a type is written in JSON; text if it is not here. */
const WRITTEN: Partial<Record<FieldDefinition['type'], string>> = {
	boolean: 'boolean',
	currency: 'number',
	double: 'number',
	int: 'number',
};

/** How a value of a type is written in a query. */
const LITERALS: Record<FieldDefinition['type'], Literal['type']> = {
	id: 'text',
	string: 'text',
	textarea: 'text',
	email: 'text',
	phone: 'text',
	url: 'text',
	picklist: 'text',
	reference: 'text',
	boolean: 'boolean',
	currency: 'number',
	double: 'number',
	int: 'number',
	date: 'time',
	datetime: 'time',
};

function typeRefusal(name: string, type: string): QueryRefusal {
	return new QueryRefusal(
		'INVALID_FIELD',
		`value of filter criterion for field '${name}' must be of type ${type}`,
	);
}

function ownKey(): FieldDefinition {
	return field('WhatsApp_Handoff_Key__c', 'string', {
		custom: true,
		unique: true,
		externalId: true,
		caseSensitive: true,
	});
}

function defaultsOf(object: string): Record<string, unknown> {
	if (object === 'Task') return { Status: 'Not Started', Priority: 'Normal' };
	if (object === 'Case') return { Status: 'New' };
	return object === 'Lead' ? { Status: 'Open - Not Contacted' } : {};
}

function attributesOf({ object, id }: SalesforceRecord): object {
	return { type: object, url: `/services/data/v63.0/sobjects/${object}/${id}` };
}

function same({ caseSensitive }: FieldDefinition, a: unknown, b: string): boolean {
	return typeof a === 'string' && (caseSensitive ? a === b : a.toLowerCase() === b.toLowerCase());
}

function compare(a: unknown, b: unknown): number {
	if (a === b) return 0;
	if (a === undefined || a === null) return -1;
	if (b === undefined || b === null) return 1;
	return a < b ? -1 : 1;
}

/** A number is found by its last digits, other text by its words one after another. */
function mentions(record: SalesforceRecord, phrase: string, where: string): boolean {
	const values = Object.entries(record.values).filter(
		(entry): entry is [string, string] => typeof entry[1] === 'string',
	);
	if (where === 'PHONE') {
		const digits = phrase.replace(/\D/gu, '');
		return values.some(
			([name, value]) => PHONES.has(name) && digits && value.replace(/\D/gu, '').endsWith(digits),
		);
	}
	const wanted = phrase.toLowerCase();
	return values.some(
		([name, value]) =>
			(where === 'ALL' ||
				(where === 'EMAIL' && name === 'Email') ||
				(where === 'NAME' && name.endsWith('Name'))) &&
			value.toLowerCase().includes(wanted),
	);
}
