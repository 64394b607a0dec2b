import type { INodeProperties } from 'n8n-workflow';

import type { Priority } from '../../../core/conversation/conversation';
import { PRIORITIES } from '../../../core/conversation/conversation';
import type { DetailChanges } from '../../../core/conversation/details';
import { changeDetails } from '../../../core/conversation/details';
import type { CustomerProfile } from '../../../core/conversation/identity';
import { StoreError } from '../../../core/ports/store';
import { handoffItem, ledBy } from '../../shared/item';
import type { Operation, OperationRun } from './operation';
import { byWorkflow } from './operation';

const SHOW = { show: { operation: ['setDetails'] } };

interface Pair {
	name: string;
	value: unknown;
}

const pairs = (displayName: string, name: string, description: string, placeholder: string) =>
	({
		displayName,
		name,
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		displayOptions: SHOW,
		default: {},
		placeholder: 'Add Field',
		description,
		options: [
			{
				displayName: 'Field',
				name: 'field',
				values: [
					{
						displayName: 'Name',
						name: 'name',
						type: 'string',
						default: '',
						placeholder,
						description: 'Letters, digits and _ read best in expressions',
					},
					{
						displayName: 'Value',
						name: 'value',
						type: 'string',
						default: '',
						description: 'Text, number, or true and false; empty takes the field away',
					},
				],
			},
		],
	}) satisfies INodeProperties;

export const setDetails: Operation = {
	once: true,
	option: {
		name: 'Set Details',
		value: 'setDetails',
		action: 'Set details of a conversation',
		description:
			'Note what was learnt: collected information, profile, tags, priority; for agents, the router, reports and the CRM',
	},
	fields: [
		pairs(
			'Collected Information',
			'collected',
			'What bot or staff asked for; agents see it beside the chat',
			'e.g. orderNumber',
		),
		{
			displayName: 'Profile',
			name: 'profile',
			type: 'collection',
			displayOptions: SHOW,
			default: {},
			placeholder: 'Add Field',
			description: 'Who the customer is',
			options: [
				{
					displayName: 'Account Manager',
					name: 'accountManager',
					type: 'string',
					default: '',
					placeholder: 'name@email.com',
					description: 'Email or ID of the agent who looks after the customer',
				},
				{
					displayName: 'Company',
					name: 'company',
					type: 'string',
					default: '',
					description: 'Where the customer works',
				},
				{
					displayName: 'Email',
					name: 'email',
					type: 'string',
					default: '',
					placeholder: 'name@email.com',
					description: 'Also finds the contact in the CRM',
				},
				{
					displayName: 'Language',
					name: 'language',
					type: 'string',
					default: '',
					placeholder: 'e.g. pt-BR',
					description: 'Language code in which the customer is written to',
				},
				{
					displayName: 'Name',
					name: 'name',
					type: 'string',
					default: '',
					description: 'In place of the name on the WhatsApp profile',
				},
				{
					displayName: 'Segment',
					name: 'segment',
					type: 'string',
					default: '',
					placeholder: 'e.g. Wholesale',
					description: 'Group of customers, as your team names it',
				},
				{
					displayName: 'Time Zone',
					name: 'timeZone',
					type: 'string',
					default: '',
					placeholder: 'e.g. Europe/Berlin',
					description: 'Times are told to the customer in it',
				},
				{
					displayName: 'VIP',
					name: 'vip',
					type: 'boolean',
					default: false,
					description: 'Whether the customer goes straight to a person',
				},
			],
		},
		pairs('Own Profile Fields', 'profileFields', 'Further fields of the profile', 'e.g. plan'),
		{
			displayName: 'Add Tags',
			name: 'addTags',
			type: 'string',
			displayOptions: SHOW,
			default: '',
			placeholder: 'e.g. survey sent, wholesale',
			description: 'Separated by commas',
		},
		{
			displayName: 'Remove Tags',
			name: 'removeTags',
			type: 'string',
			displayOptions: SHOW,
			default: '',
			placeholder: 'e.g. follow up',
			description: 'Separated by commas',
		},
		{
			displayName: 'Priority',
			name: 'newPriority',
			type: 'options',
			displayOptions: SHOW,
			options: [
				{ name: 'High', value: 'high' },
				{ name: 'Leave as It Is', value: '' },
				{ name: 'Low', value: 'low' },
				{ name: 'Normal', value: 'normal' },
				{ name: 'Urgent', value: 'urgent' },
			],
			default: '',
			description: 'How urgent it is to the team',
		},
	],
	async execute(run) {
		const { actor, now } = await byWorkflow(run);
		const wanted = detailsOf(run);
		const conversation = await run.store.decide(run.conversationId, (view) =>
			changeDetails(view, wanted, { actor, now }),
		);
		return { json: ledBy(handoffItem(conversation), run.item) };
	},
};

function detailsOf({ context, index }: OperationRun): DetailChanges {
	const text = (name: string) => context.getNodeParameter(name, index, '') as unknown;
	const priority = text('newPriority');
	if (priority && !PRIORITIES.includes(priority as Priority)) {
		throw new StoreError(
			`"${String(priority)}" is no priority`,
			'Priority takes low, normal, high or urgent; leave it empty to keep the present one.',
		);
	}
	return {
		addTags: list(text('addTags')),
		removeTags: list(text('removeTags')),
		profile: profileOf(context.getNodeParameter('profile', index, {}) as Partial<CustomerProfile>),
		fields: valuesOf(context.getNodeParameter('profileFields.field', index, [])),
		collected: valuesOf(context.getNodeParameter('collected.field', index, [])),
		...(priority ? { priority: priority as Priority } : {}),
	};
}

/** A comma-separated text, or a list from an expression. */
function list(given: unknown): string[] {
	return Array.isArray(given) ? given.map(String) : String(given ?? '').split(',');
}

function profileOf(given: Partial<CustomerProfile>): DetailChanges['profile'] {
	return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
}

function valuesOf(given: unknown): Record<string, string | number | boolean | null> {
	const pairs = given as Pair[];
	const nameless = pairs.find(({ name, value }) => !name?.trim() && plainValue(value) !== null);
	if (nameless) {
		throw new StoreError(
			`The value “${String(nameless.value)}” has no name to be kept under`,
			'Fill in the name of the field beside it.',
		);
	}
	return Object.fromEntries(
		pairs
			.filter(({ name }) => name?.trim())
			.map(({ name, value }) => [name.trim(), plainValue(value)]),
	);
}

/** What is typed into a field is text; numbers and yes or no are told by how they look, so that reports can count them. */
function plainValue(value: unknown): string | number | boolean | null {
	if (value === null || value === undefined || value === '') return null;
	if (typeof value === 'number' || typeof value === 'boolean') return value;
	if (typeof value === 'object') return JSON.stringify(value);
	const text = String(value as string).trim();
	if (text === 'true' || text === 'false') return text === 'true';
	// A leading zero or plus is part of a number that is a name (postcode, phone).
	return /^-?(?:0|[1-9]\d{0,14})(?:\.\d+)?$/u.test(text) ? Number(text) : text;
}
