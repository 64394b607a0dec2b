import type { IDataObject } from 'n8n-workflow';

import { NO_SUCCESS } from '../../../core/conversation/outcome';
import { metricsCsv, metricsOf, metricsRows, recordsSince } from '../../../core/metrics';
import { wordsOf } from '../../../core/words';
import { toJson } from '../../shared/item';
import type { Operation } from './operation';
import { MOST_CONVERSATIONS, periodFields, periodOf } from './operation';

export const metrics: Operation = {
	option: {
		name: 'Get Metrics',
		value: 'metrics',
		action: 'Get metrics of handoffs',
		description:
			'Handoff rate, reasons, response and resolution times, breaches, reopened and wrongly routed ones, by agent, queue and hour',
	},
	fields: [
		...periodFields(['metrics']),
		{
			displayName: 'Give Back',
			name: 'giveBack',
			type: 'options',
			displayOptions: { show: { operation: ['metrics'] } },
			options: [
				{ name: 'CSV File', value: 'csv', description: 'One item with a file for a spreadsheet' },
				{
					name: 'One Item for Each Row',
					value: 'rows',
					description: 'Everything, then each agent, queue, reason and hour',
				},
				{ name: 'One Item With Everything', value: 'one' },
			],
			default: 'one',
		},
		{
			displayName: 'Time Zone',
			name: 'timeZone',
			type: 'string',
			displayOptions: { show: { operation: ['metrics'] } },
			default: '={{ $now.zoneName }}',
			placeholder: 'e.g. Europe/Berlin',
			description: 'In which hours of the day are told',
		},
		{
			displayName: 'Options',
			name: 'metricsOptions',
			type: 'collection',
			displayOptions: { show: { operation: ['metrics'] } },
			default: {},
			placeholder: 'Add Option',
			options: [
				{
					displayName: 'Outcomes That Are No Success',
					name: 'noSuccess',
					type: 'string',
					default: NO_SUCCESS.join(', '),
					placeholder: 'e.g. spam, customer did not answer',
					description:
						'What agents choose for conversations that helped nobody, separated by commas: the resolution rate does not count them as resolved',
				},
			],
		},
	],
	async execute(run) {
		const { context, index, store, now } = run;
		const period = periodOf(run);
		const { records, complete } = await recordsSince(store, period.from, MOST_CONVERSATIONS);
		const { noSuccess } = context.getNodeParameter('metricsOptions', index, {}) as {
			noSuccess?: string;
		};
		const figures = metricsOf(records, period, now, {
			...(noSuccess === undefined ? {} : { noSuccess: wordsOf(noSuccess) }),
			timeZone: context.getNodeParameter('timeZone', index) as string,
		});
		const giveBack = context.getNodeParameter('giveBack', index) as 'csv' | 'rows' | 'one';
		if (giveBack === 'rows') {
			return metricsRows(figures).map(({ group, name, figures: row }) => ({
				json: { group, name, ...toJson(handoffFigures(row)), from: period.from, to: period.to },
			}));
		}
		const json: IDataObject = { ...toJson(figures), complete };
		if (giveBack === 'one') return [{ json }];
		const fileName = `handoffs-${period.from.slice(0, 10)}-to-${period.to.slice(0, 10)}.csv`;
		const file = await context.helpers.prepareBinaryData(
			Buffer.from(metricsCsv(figures)),
			fileName,
			'text/csv',
		);
		return [
			{ json: { from: period.from, to: period.to, fileName, complete }, binary: { data: file } },
		];
	},
};

/** The figures that every row has; the first one holds the lists of all as well. */
function handoffFigures(row: object): object {
	return Object.fromEntries(Object.entries(row).filter(([, value]) => !Array.isArray(value)));
}
