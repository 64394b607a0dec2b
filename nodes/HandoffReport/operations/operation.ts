import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { Period } from '../../../core/metrics';
import type { HandoffStore } from '../../../core/ports/store';
import { timeIn } from '../../shared/time';

/** One operation of the node: how it is offered, its own fields, and what it makes of one item. */
export interface Operation {
	option: INodePropertyOptions;
	fields: INodeProperties[];
	execute(run: OperationRun): Promise<Array<Pick<INodeExecutionData, 'json' | 'binary'>>>;
}

export interface OperationRun {
	context: IExecuteFunctions;
	index: number;
	store: HandoffStore;
	now: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Conversations that a report reads at most; it says so if there were more. */
export const MOST_CONVERSATIONS = 20_000;

/** Which time a report is about; read with {@link periodOf}. */
export function periodFields(operations: string[]): INodeProperties[] {
	const show = { operation: operations };
	return [
		{
			displayName: 'Period',
			name: 'period',
			type: 'options',
			displayOptions: { show },
			options: [
				{ name: 'From and To', value: 'custom' },
				{ name: 'Last Days', value: 'days' },
			],
			default: 'days',
			description: 'Which conversations the report is about',
		},
		{
			displayName: 'Days',
			name: 'days',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 366 },
			displayOptions: { show: { ...show, period: ['days'] } },
			default: 7,
			description: 'Up to now',
		},
		{
			displayName: 'From',
			name: 'from',
			type: 'dateTime',
			displayOptions: { show: { ...show, period: ['custom'] } },
			default: '',
			required: true,
			description: 'When the period begins',
		},
		{
			displayName: 'To',
			name: 'to',
			type: 'dateTime',
			displayOptions: { show: { ...show, period: ['custom'] } },
			default: '',
			description: 'Not included; empty means now',
		},
	];
}

/** The period that staff chose. Throws NodeOperationError for one that is none. */
export function periodOf({ context, index, now }: OperationRun): Period {
	if (context.getNodeParameter('period', index) === 'days') {
		const days = Number(context.getNodeParameter('days', index));
		return { from: new Date(Date.parse(now) - days * DAY_MS).toISOString(), to: now };
	}
	const zone = context.getTimezone();
	const from = timeIn(zone, context.getNodeParameter('from', index));
	const to = timeIn(zone, context.getNodeParameter('to', index, '') || now);
	if (from === undefined || to === undefined || from >= to) {
		throw new NodeOperationError(context.getNode(), 'The period does not begin before it ends', {
			description: 'Give a From that is earlier than To.',
			itemIndex: index,
		});
	}
	return { from, to };
}
