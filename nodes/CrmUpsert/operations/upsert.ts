import { dealName, mappedValues, upsert as upsertRecords } from '../../../core/crm';
import type { CrmDealInput, CrmObject, CrmProperties } from '../../../core/ports/crm';
import { CrmError } from '../../../core/ports/crm';
import { toJson } from '../../shared/item';
import { OPTION, mapperFields, ownerField, pipelineField, stageField } from '../fields';
import type { CrmItem } from '../item';
import type { Destination, Operation } from './operation';
import { destination, fieldsOfHandoff, stageOf, withResult } from './operation';

interface Options {
	afterClose?: 'new' | 'reopen';
	allowBackwards?: boolean;
	amount?: number;
	closeDate?: unknown;
	currency?: string;
	linkCompany?: boolean;
	overwrite?: boolean;
	source?: string;
	task?: boolean;
	taskDueAt?: unknown;
	taskTitle?: string;
	useOpenDeal?: boolean;
}

const SHOW = { operation: ['upsert'] };

export const upsert: Operation = {
	option: {
		name: 'Create or Update',
		value: 'upsert',
		action: 'Bring a conversation into the CRM',
		description: 'Create a new record, or update the current one if it already exists (upsert)',
	},
	ofConversation: true,
	fields: [
		{
			displayName: 'Create or Update a Record',
			name: 'withDeal',
			type: 'boolean',
			displayOptions: { show: SHOW },
			default: true,
			description:
				'Whether each conversation gets a record beside the contact; a customer who comes back after the conversation was closed gets a new one',
		},
		{
			displayName: 'Record Name',
			name: 'dealName',
			type: 'string',
			displayOptions: { show: { ...SHOW, withDeal: [true] } },
			default: '',
			placeholder: 'e.g. Robin Sample – WhatsApp',
			description: 'Empty for the customer’s name and where the record came from',
		},
		pipelineField('upsert', { withDeal: [true] }),
		stageField('upsert', { withDeal: [true] }),
		ownerField('upsert', '={{ $json.handoff?.owner?.email }}'),
		{
			displayName: 'Note',
			name: 'note',
			type: 'string',
			typeOptions: { rows: 4 },
			displayOptions: { show: SHOW },
			default: '={{ $json.brief?.renderings?.note }}',
			description: 'What the agent finds at the contact and the record; empty for no note',
		},
		...mapperFields('upsert'),
	],
	options: [
		OPTION.allowBackwards,
		OPTION.baseUrl,
		OPTION.company,
		OPTION.externalId,
		OPTION.handoffFields,
		OPTION.reference,
		{
			displayName: 'After a Close',
			name: 'afterClose',
			type: 'options',
			options: [
				{
					name: 'New Record',
					value: 'new',
					description: 'A customer who comes back is a new chance',
				},
				{
					name: 'Reopen the Last One',
					value: 'reopen',
					description: 'The record goes back to the chosen stage, once for each time',
				},
			],
			default: 'new',
			description: 'What a conversation gets that was closed and goes on',
		},
		{
			displayName: 'Amount',
			name: 'amount',
			type: 'number',
			default: 0,
			description: 'Value of the deal; 0 to leave it open',
		},
		{
			displayName: 'Close Date',
			name: 'closeDate',
			type: 'string',
			default: '',
			placeholder: 'e.g. 2026-12-31',
			description: 'When the deal is expected to be decided',
		},
		{
			displayName: 'Create a Task',
			name: 'task',
			type: 'boolean',
			default: false,
			description:
				'Whether the owner gets a task to answer, due when the SLA clock of the handoff is',
		},
		{
			displayName: 'Currency',
			name: 'currency',
			type: 'string',
			default: '',
			placeholder: 'e.g. EUR',
			description: 'Three letters of the amount’s currency',
		},
		{
			displayName: 'Link the Company',
			name: 'linkCompany',
			type: 'boolean',
			default: true,
			description:
				'Whether contact and record are linked with the customer’s company, where the CRM has it, by the domain of the email or the company’s name',
		},
		{
			displayName: 'Occasion',
			name: 'occasion',
			type: 'string',
			default: '',
			placeholder: 'e.g. satisfaction',
			description:
				'Keeps this note and task apart from those that the handoff has already, such as the answer to a survey',
		},
		{
			displayName: 'Overwrite Filled Fields',
			name: 'overwrite',
			type: 'boolean',
			default: false,
			description: 'Whether values that the CRM already has are replaced',
		},
		{
			displayName: 'Source',
			name: 'source',
			type: 'string',
			default: 'WhatsApp',
			description: 'Where the record came from, kept in a field of its own',
		},
		{
			displayName: 'Task Due',
			name: 'taskDueAt',
			type: 'dateTime',
			default: '',
			description: 'Another time than the promised one',
		},
		{
			displayName: 'Task Title',
			name: 'taskTitle',
			type: 'string',
			default: '',
			placeholder: 'e.g. Call Robin Sample back',
			description: 'What the owner reads; empty for who is to be answered',
		},
		{
			displayName: 'Use an Open Record',
			name: 'useOpenDeal',
			type: 'boolean',
			default: false,
			description:
				'Whether a record that the contact has open in the pipeline is used in place of a new one',
		},
	],
	async execute(run) {
		const { item, store, chosen } = run;
		const options = item.options<Options>();
		const { keys, contact } = item;
		const to = await destination(run, stageOf(item));
		const contactFields = await mapped(item, to, 'contact', 'contactFields');
		const handoff = await fieldsOfHandoff(run);
		const note = item.text('note');
		const { owner } = item;
		const result = await upsertRecords(to.port, to.environment, {
			account: chosen.account,
			contact: { ...contact, ...(contactFields ? { properties: contactFields } : {}) },
			...(item.flag('withDeal') ? { deal: await dealOf(item, to, options) } : {}),
			...(note ? { note: { key: keys.note, html: note } } : {}),
			...(options.task
				? {
						task: {
							key: keys.task,
							title:
								options.taskTitle?.trim() ||
								`Answer ${item.text('contactName') || contact.phone || 'the customer'} on WhatsApp`,
							...(note ? { html: note } : {}),
							dueAt: options.taskDueAt
								? item.time(options.taskDueAt, 'Task Due')
								: await item.dueAt(store),
						},
					}
				: {}),
			...(owner ? { owner } : {}),
			...(handoff ? { handoff } : {}),
			...(options.afterClose === 'reopen' ? { reopen: keys.earlier } : {}),
			overwrite: options.overwrite ?? false,
			allowBackwards: options.allowBackwards ?? false,
			useOpenDeal: options.useOpenDeal ?? false,
			linkCompany: options.linkCompany ?? true,
		});
		return withResult(run, result, to);
	},
};

async function dealOf(item: CrmItem, to: Destination, options: Options): Promise<CrmDealInput> {
	const properties = await mapped(item, to, 'deal', 'recordFields');
	const { phone } = item.contact;
	const { source = 'WhatsApp' } = options;
	return {
		key: item.keys.deal,
		name:
			item.text('dealName') ||
			dealName({ name: item.text('contactName'), ...(phone ? { phone } : {}) }),
		...stageOf(item),
		...(options.amount ? { amount: options.amount } : {}),
		...(options.currency ? { currency: currencyOf(options.currency) } : {}),
		...(source ? { source } : {}),
		...(options.closeDate ? { closeDate: item.day(options.closeDate, 'Close Date') } : {}),
		...(properties ? { properties } : {}),
	};
}

function currencyOf(text: string): string {
	const currency = text.trim().toUpperCase();
	if (/^[A-Z]{3}$/.test(currency)) return currency;
	throw new CrmError(
		`Currency is no currency: ${text}`,
		'invalid',
		'Give its three letters, e.g. EUR.',
	);
}

/** What staff mapped onto the account's own fields. */
async function mapped(
	item: CrmItem,
	{ port, blind }: Destination,
	object: CrmObject,
	parameter: string,
): Promise<CrmProperties | undefined> {
	if (!item.flag('mapFields')) return undefined;
	const values = item.value<{ value?: object | null }>(parameter)?.value;
	if (!values || Object.keys(values).length === 0) return undefined;
	// n8n gives times as objects of its own.
	const plain = toJson(values);
	return blind ? (plain as CrmProperties) : mappedValues(port, object, plain, item);
}
