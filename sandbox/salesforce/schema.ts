/** Types of fields, as Salesforce's describe names them. */
export type FieldType =
	| 'id'
	| 'string'
	| 'textarea'
	| 'email'
	| 'phone'
	| 'url'
	| 'picklist'
	| 'reference'
	| 'boolean'
	| 'currency'
	| 'double'
	| 'int'
	| 'date'
	| 'datetime';

/** A field of an object. What is left out has the default that is named. */
export interface FieldDefinition {
	name: string;
	label: string;
	type: FieldType;
	length: number;
	createable: boolean;
	updateable: boolean;
	/** Must be filled when a record is made. */
	required: boolean;
	filterable: boolean;
	unique: boolean;
	externalId: boolean;
	caseSensitive: boolean;
	custom: boolean;
	/** Not visible to the user until a permission set says so. */
	hidden: boolean;
	picklist: string[];
	/** Takes nothing but what is on its list. */
	restricted: boolean;
	/** Objects that a reference may point to. */
	to: string[];
}

const LENGTHS: Partial<Record<FieldType, number>> = {
	id: 18,
	string: 255,
	textarea: 32_000,
	email: 80,
	phone: 40,
	url: 255,
	picklist: 255,
	reference: 18,
};

export function field(
	name: string,
	type: FieldType,
	rest: Partial<FieldDefinition> = {},
): FieldDefinition {
	return {
		name,
		label: name.replace(/__c$/u, '').replaceAll('_', ' '),
		type,
		length: LENGTHS[type] ?? 0,
		createable: true,
		updateable: true,
		required: false,
		// Long text is the one type that a query cannot filter by.
		filterable: type !== 'textarea',
		unique: false,
		externalId: false,
		caseSensitive: false,
		custom: false,
		hidden: false,
		picklist: [],
		restricted: false,
		to: [],
		...rest,
	};
}

const computed = { createable: false, updateable: false };
const text = (name: string, length: number, rest: Partial<FieldDefinition> = {}) =>
	field(name, 'string', { length, ...rest });
const ref = (name: string, ...to: string[]) => field(name, 'reference', { to });

const common = () => [
	field('Id', 'id', computed),
	field('CreatedDate', 'datetime', computed),
	field('LastModifiedDate', 'datetime', computed),
	field('IsDeleted', 'boolean', computed),
];

const SOURCES = ['Web', 'Phone Inquiry', 'Partner Referral', 'Purchased List', 'Other'];

/** Object, first three letters of its ids, its fields: the part of a new org that handoffs touch. */
const OBJECTS: Array<[name: string, prefix: string, fields: FieldDefinition[]]> = [
	[
		'Account',
		'001',
		[text('Name', 255, { required: true }), field('Website', 'url'), ref('OwnerId', 'User')],
	],
	[
		'Contact',
		'003',
		[
			text('FirstName', 40),
			text('LastName', 80, { required: true }),
			text('Name', 121, computed),
			field('Email', 'email'),
			field('Phone', 'phone'),
			field('MobilePhone', 'phone'),
			field('HomePhone', 'phone'),
			field('OtherPhone', 'phone'),
			ref('AccountId', 'Account'),
			ref('OwnerId', 'User'),
			field('LeadSource', 'picklist', { picklist: SOURCES }),
			field('Description', 'textarea'),
			field('DoNotCall', 'boolean'),
		],
	],
	[
		'Lead',
		'00Q',
		[
			text('FirstName', 40),
			text('LastName', 80, { required: true }),
			text('Name', 121, computed),
			text('Company', 255, { required: true }),
			field('Email', 'email'),
			field('Phone', 'phone'),
			field('MobilePhone', 'phone'),
			field('Status', 'picklist', {
				picklist: ['Open - Not Contacted', 'Working - Contacted', 'Closed - Converted'],
			}),
			field('LeadSource', 'picklist', { picklist: SOURCES }),
			ref('OwnerId', 'User'),
			field('IsConverted', 'boolean', computed),
			field('Description', 'textarea'),
		],
	],
	[
		'Opportunity',
		'006',
		[
			text('Name', 120, { required: true }),
			field('StageName', 'picklist', { required: true }),
			field('CloseDate', 'date', { required: true }),
			field('Amount', 'currency'),
			field('Probability', 'double'),
			field('LeadSource', 'picklist', { picklist: SOURCES }),
			ref('AccountId', 'Account'),
			// Makes the contact's role; afterwards it is that role which is changed.
			{ ...ref('ContactId', 'Contact'), updateable: false },
			ref('OwnerId', 'User'),
			field('IsClosed', 'boolean', computed),
			field('IsWon', 'boolean', computed),
			field('Description', 'textarea'),
		],
	],
	[
		'OpportunityContactRole',
		'00K',
		[
			{ ...ref('OpportunityId', 'Opportunity'), required: true },
			{ ...ref('ContactId', 'Contact'), required: true },
			field('IsPrimary', 'boolean'),
			field('Role', 'picklist'),
		],
	],
	[
		'Case',
		'500',
		[
			text('CaseNumber', 30, computed),
			text('Subject', 255),
			field('Status', 'picklist', { picklist: ['New', 'Working', 'Escalated', 'Closed'] }),
			field('Origin', 'picklist', { picklist: ['Phone', 'Email', 'Web'] }),
			ref('ContactId', 'Contact'),
			ref('AccountId', 'Account'),
			ref('OwnerId', 'User'),
			field('IsClosed', 'boolean', computed),
			field('Description', 'textarea'),
		],
	],
	[
		'Task',
		'00T',
		[
			text('Subject', 255),
			field('Status', 'picklist', { picklist: ['Not Started', 'In Progress', 'Completed'] }),
			field('Priority', 'picklist', { picklist: ['High', 'Normal', 'Low'] }),
			field('ActivityDate', 'date'),
			field('ReminderDateTime', 'datetime'),
			field('IsReminderSet', 'boolean'),
			ref('WhoId', 'Contact', 'Lead'),
			ref('WhatId', 'Opportunity', 'Case', 'Account', 'Order'),
			ref('OwnerId', 'User'),
			field('IsClosed', 'boolean', computed),
			field('Description', 'textarea'),
		],
	],
	[
		'User',
		'005',
		[
			text('Name', 121),
			field('Email', 'email'),
			field('IsActive', 'boolean'),
			field('UserType', 'picklist'),
		],
	],
	[
		'Order',
		'801',
		[
			text('OrderNumber', 30, computed),
			text('Name', 80),
			field('Status', 'picklist', { picklist: ['Draft', 'Activated'] }),
			field('TotalAmount', 'currency'),
			field('EffectiveDate', 'date'),
			ref('AccountId', 'Account'),
			ref('BillToContactId', 'Contact'),
		],
	],
	...(['OpportunityStage', 'CaseStatus', 'LeadStatus', 'TaskStatus'] as const).map(
		(name): [string, string, FieldDefinition[]] => [
			name,
			'01J',
			[
				text('ApiName', 255),
				text('MasterLabel', 255),
				field('SortOrder', 'int'),
				...(name === 'LeadStatus'
					? [field('IsConverted', 'boolean')]
					: [field('IsClosed', 'boolean')]),
				...(name === 'OpportunityStage'
					? [field('IsWon', 'boolean'), field('IsActive', 'boolean')]
					: []),
			],
		],
	),
	[
		'PermissionSet',
		'0PS',
		[text('Name', 80, { unique: true }), text('Label', 80), text('Description', 255)],
	],
	[
		'FieldPermissions',
		'01k',
		[
			ref('ParentId', 'PermissionSet'),
			text('SobjectType', 255),
			text('Field', 255),
			field('PermissionsRead', 'boolean'),
			field('PermissionsEdit', 'boolean'),
		],
	],
	[
		'PermissionSetAssignment',
		'0Pa',
		[ref('PermissionSetId', 'PermissionSet'), ref('AssigneeId', 'User')],
	],
];

export interface ObjectDefinition {
	name: string;
	prefix: string;
	fields: Map<string, FieldDefinition>;
}

/** A new org's objects, to be changed by its owner. */
export function objectsOfNewOrg(): Map<string, ObjectDefinition> {
	return new Map(
		OBJECTS.map(([name, prefix, own]) => [
			name,
			{
				name,
				prefix,
				fields: new Map(
					[...common(), ...own].map((one) => [one.name.toLowerCase(), { ...one }] as const),
				),
			},
		]),
	);
}

/** Records that a new org has. Stages: name, whether it closes, whether it wins. */
export const STAGES: Array<[string, boolean, boolean]> = [
	['Prospecting', false, false],
	['Qualification', false, false],
	['Proposal/Price Quote', false, false],
	['Negotiation/Review', false, false],
	['Closed Won', true, true],
	['Closed Lost', true, false],
];

export const STATUSES: Record<
	'CaseStatus' | 'TaskStatus' | 'LeadStatus',
	Array<[string, boolean]>
> = {
	CaseStatus: [
		['New', false],
		['Working', false],
		['Escalated', false],
		['Closed', true],
	],
	TaskStatus: [
		['Not Started', false],
		['In Progress', false],
		['Completed', true],
	],
	LeadStatus: [
		['Open - Not Contacted', false],
		['Working - Contacted', false],
		['Closed - Not Converted', false],
		['Closed - Converted', true],
	],
};
