import { compareShadow, recordsSince, summariseShadow } from '../../../core/metrics';
import { customerView, toJson } from '../../shared/item';
import type { Operation } from './operation';
import { MOST_CONVERSATIONS, periodFields, periodOf } from './operation';

export const shadow: Operation = {
	option: {
		name: 'Compare Shadow Mode',
		value: 'shadow',
		action: 'Compare a workflow in shadow mode with people',
		description:
			'What a workflow with Plan Only would have handed over, beside what people really took on',
	},
	fields: [
		...periodFields(['shadow']),
		{
			displayName: 'Give Back',
			name: 'shadowAs',
			type: 'options',
			displayOptions: { show: { operation: ['shadow'] } },
			options: [
				{
					name: 'Each Conversation',
					value: 'conversations',
					description: 'Those that one of the two took, with when and why',
				},
				{ name: 'Summary', value: 'summary', description: 'Counts, precision and recall' },
			],
			default: 'summary',
			description: 'What comes out',
		},
	],
	async execute(run) {
		const { context, index, store } = run;
		const period = periodOf(run);
		const { records, complete } = await recordsSince(store, period.from, MOST_CONVERSATIONS);
		const rows = compareShadow(records, period);
		if (context.getNodeParameter('shadowAs', index) === 'summary') {
			return [{ json: { ...toJson(summariseShadow(rows)), ...period, complete } }];
		}
		const customers = new Map(
			records.map(({ conversation }) => [conversation.id, customerView(conversation)]),
		);
		return rows
			.filter(({ agreement }) => agreement !== 'neither')
			.map((row) => ({
				json: toJson({ ...row, customer: customers.get(row.conversationId) }),
			}));
	},
};
