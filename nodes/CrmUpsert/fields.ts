import type { INodeProperties } from 'n8n-workflow';

import { conversationIdField } from '../shared/descriptions';

/** Shows a parameter for the operations that are named. */
const show = (operations: string[], more: Record<string, Array<string | boolean>> = {}) => ({
	show: { operation: operations, ...more },
});

/** Parameters that several operations share, in the order in which staff meet them. */
export const sharedFields: INodeProperties[] = [
	{
		...conversationIdField,
		required: false,
		displayOptions: show(['upsert', 'getContext', 'advanceStage', 'logOutcome']),
		default: '={{ $json.conversation?.id }}',
	},
	{
		displayName: 'Name',
		name: 'contactName',
		type: 'string',
		displayOptions: show(['upsert']),
		default: '={{ $json.customer?.name }}',
		placeholder: 'e.g. Robin Sample',
		description: 'Full name of the customer; written only where the CRM has none',
	},
	{
		displayName: 'Phone',
		name: 'phone',
		type: 'string',
		displayOptions: show(['upsert', 'getContext', 'logOutcome']),
		default: "={{ $json.customer?.phone ?? '' }}",
		placeholder: 'e.g. +16505551234',
		description: 'Number with country code; finds the contact however the CRM has written it',
	},
	{
		displayName: 'Email',
		name: 'email',
		type: 'string',
		displayOptions: show(['upsert', 'getContext', 'logOutcome']),
		default: "={{ $json.customer?.email ?? '' }}",
		placeholder: 'name@email.com',
		description: 'Finds the contact where the number does not',
	},
];

export function pipelineField(
	operation: string,
	more: Record<string, Array<string | boolean>> = {},
): INodeProperties {
	return {
		displayName: 'Pipeline Name or ID',
		name: 'pipeline',
		type: 'options',
		typeOptions: {
			loadOptionsMethod: 'getPipelines',
			loadOptionsDependsOn: ['crm', 'recordKind', 'options.baseUrl'],
		},
		displayOptions: show([operation], more),
		default: '',
		description:
			'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
	};
}

export function stageField(
	operation: string,
	more: Record<string, Array<string | boolean>> = {},
): INodeProperties {
	return {
		displayName: 'Stage Name or ID',
		name: 'stage',
		type: 'options',
		typeOptions: {
			loadOptionsMethod: 'getStages',
			loadOptionsDependsOn: ['crm', 'recordKind', 'pipeline', 'options.baseUrl'],
		},
		displayOptions: show([operation], more),
		default: '',
		description:
			'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
	};
}

export function ownerField(operation: string, expression: string): INodeProperties {
	return {
		displayName: 'Owner',
		name: 'ownerEmail',
		type: 'string',
		displayOptions: show([operation]),
		default: expression,
		placeholder: 'name@email.com',
		description:
			'Email of the agent, or their ID in the CRM; becomes the owner where the CRM has none',
	};
}

/** A trial run: what the node would do. */
export const planField: INodeProperties = {
	displayName: 'Plan Only',
	name: 'planOnly',
	type: 'boolean',
	displayOptions: show(['upsert', 'advanceStage', 'logOutcome', 'createFields']),
	default: false,
	description:
		'Whether to write nothing and give out what would be written. Sample conversations are always planned only.',
};

/** Options that several operations have. */
export const OPTION = {
	allowBackwards: {
		displayName: 'Allow Moving a Record Back',
		name: 'allowBackwards',
		type: 'boolean',
		default: false,
		description:
			'Whether a record may go to an earlier stage, into another pipeline or out of a closed stage',
	},
	baseUrl: {
		displayName: 'Base URL',
		name: 'baseUrl',
		type: 'string',
		default: '',
		placeholder: 'e.g. https://api.hubapi.com',
		description: 'Another address of the API, for a regional host or a sandbox',
	},
	company: {
		displayName: 'Company',
		name: 'company',
		type: 'string',
		default: '={{ $json.customer?.company }}',
		description: 'Written only where the CRM has none',
	},
	externalId: {
		displayName: 'External ID',
		name: 'externalId',
		type: 'string',
		default: '',
		placeholder: 'e.g. customer 4711',
		description: 'What another system calls the customer, where neither number nor email is known',
	},
	handoffFields: {
		displayName: 'Fill Handoff Fields',
		name: 'handoffFields',
		type: 'boolean',
		default: true,
		description:
			'Whether conversation ID, escalation reason, score, consent and the like are written into the fields that the operation Create Fields makes. Fields that the account lacks are left out.',
	},
	recordId: {
		displayName: 'Record ID',
		name: 'recordId',
		type: 'string',
		default: '',
		placeholder: 'e.g. 1234567890',
		description: 'The CRM’s own ID of the record; empty for the conversation’s',
	},
	reference: {
		displayName: 'Reference',
		name: 'reference',
		type: 'string',
		default: '',
		placeholder: 'e.g. order 10023',
		description:
			'What the record belongs to, in place of the conversation; the same reference never gets a second one',
	},
} satisfies Record<string, INodeProperties>;

export function optionsField(operation: string, options: INodeProperties[]): INodeProperties {
	return {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		displayOptions: show([operation]),
		default: {},
		placeholder: 'Add Option',
		options: [...options].sort((a, b) => a.displayName.localeCompare(b.displayName)),
	};
}

/** The account's own fields, mapped by hand. */
export function mapperFields(operation: string): INodeProperties[] {
	const mapper = (
		displayName: string,
		name: string,
		resourceMapperMethod: string,
		more: Record<string, Array<string | boolean>>,
	): INodeProperties => ({
		displayName,
		name,
		type: 'resourceMapper',
		noDataExpression: true,
		displayOptions: show([operation], { mapFields: [true], ...more }),
		default: { mappingMode: 'defineBelow', value: null },
		typeOptions: {
			loadOptionsDependsOn: ['crm', 'recordKind', 'options.baseUrl'],
			resourceMapper: {
				resourceMapperMethod,
				mode: 'add',
				fieldWords: { singular: 'field', plural: 'fields' },
				addAllFields: false,
				supportAutoMap: false,
			},
		},
	});
	return [
		{
			displayName: 'Map More Fields',
			name: 'mapFields',
			type: 'boolean',
			displayOptions: show([operation]),
			default: false,
			description: 'Whether to fill further fields of the account, your own included',
		},
		mapper('Contact Fields', 'contactFields', 'getContactMapping', {}),
		mapper('Record Fields', 'recordFields', 'getRecordMapping', { withDeal: [true] }),
	];
}
