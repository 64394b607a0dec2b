import type { INodeProperties } from 'n8n-workflow';

import { systemClock } from '../../../adapters/clock/system';
import {
	applyRetention,
	eraseCustomer,
	exportCustomer,
} from '../../../core/conversation/customerData';
import { StoreError } from '../../../core/ports/store';
import { addMilliseconds, isoTime } from '../../../core/time';
import { ledBy, toJson } from '../../shared/item';
import type { Operation, OperationRun } from './operation';

const DAY_MS = 24 * 60 * 60 * 1000;

async function mustExist({ store, conversationId }: OperationRun): Promise<void> {
	if (await store.conversation(conversationId)) return;
	throw new StoreError(
		`There is no conversation ${conversationId}`,
		'Check the field Conversation. What was erased is gone: there is nothing more to export or erase.',
	);
}

export const exportData: Operation = {
	option: {
		name: 'Export Customer',
		value: 'exportCustomer',
		action: 'Export all data of a customer',
		description:
			'Everything that is kept of the customer, on whichever of your numbers, as JSON and as a file; for a request for access',
	},
	fields: [],
	async execute(run) {
		await mustExist(run);
		const { context, store, conversationId, item } = run;
		const data = await exportCustomer(store, conversationId, isoTime(systemClock.now()));
		const file = await context.helpers.prepareBinaryData(
			Buffer.from(JSON.stringify(data, null, 2)),
			`customer-${conversationId}.json`,
			'application/json',
		);
		return { json: ledBy({ export: toJson(data) }, item), binary: { data: file } };
	},
};

export const erase: Operation = {
	option: {
		name: 'Erase Customer',
		value: 'eraseCustomer',
		action: 'Erase all data of a customer',
		description:
			'Remove everything that is kept of the customer, on whichever of your numbers, for good; for a request for erasure',
	},
	fields: [
		{
			displayName:
				'This cannot be undone, and it does not reach the CRM, n8n’s executions or your backups. Export first if you have to keep a proof.',
			name: 'eraseNotice',
			type: 'notice',
			displayOptions: { show: { operation: ['eraseCustomer'] } },
			default: '',
		},
	],
	async execute(run) {
		await mustExist(run);
		// The item holds the customer, too: it is not passed on.
		return { json: { erased: await eraseCustomer(run.store, run.conversationId) } };
	},
};

const RETENTION: INodeProperties[] = [
	{
		displayName: 'Older Than (Days)',
		name: 'retentionDays',
		type: 'number',
		typeOptions: { minValue: 1 },
		displayOptions: { show: { operation: ['applyRetention'] } },
		default: 365,
		description:
			'Conversations whose last message is older are removed with all that belongs to them',
	},
	{
		displayName: 'Of Conversations',
		name: 'retentionStates',
		type: 'multiOptions',
		displayOptions: { show: { operation: ['applyRetention'] } },
		options: [
			{ name: 'Closed', value: 'closed' },
			{ name: 'With the Bot', value: 'bot' },
		],
		default: ['closed', 'bot'],
		description: 'What a person has is never removed by age',
	},
];

export const retention: Operation = {
	onConversation: false,
	option: {
		name: 'Remove Old Conversations',
		value: 'applyRetention',
		action: 'Remove old conversations',
		description: 'Keep conversations only for as long as your rules say; run it once a day',
	},
	fields: RETENTION,
	async execute({ context, index, store }) {
		const days = Number(context.getNodeParameter('retentionDays', index));
		if (!(days >= 1)) {
			throw new StoreError(
				'Older Than (Days) is no number of days',
				'Enter a whole number from 1 on.',
			);
		}
		const states = context.getNodeParameter('retentionStates', index) as Array<'closed' | 'bot'>;
		if (states.length === 0) {
			throw new StoreError('Of Conversations names none', 'Choose Closed, With the Bot, or both.');
		}
		const before = addMilliseconds(isoTime(systemClock.now()), -days * DAY_MS);
		return { json: { removed: await applyRetention(store, { before, states }), before } };
	},
};
