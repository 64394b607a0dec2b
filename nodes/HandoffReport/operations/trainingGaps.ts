import { handoffsOf, recordsSince, trainingGaps as gapsIn } from '../../../core/metrics';
import { toJson } from '../../shared/item';
import type { Operation } from './operation';
import { MOST_CONVERSATIONS, periodFields, periodOf } from './operation';

export const trainingGaps: Operation = {
	option: {
		name: 'Find Training Gaps',
		value: 'trainingGaps',
		action: 'Find training gaps of the bot',
		description:
			'Questions that led to a person again and again because the bot left them open, most frequent first',
	},
	fields: [
		...periodFields(['trainingGaps']),
		{
			displayName: 'At Least',
			name: 'leastHandoffs',
			type: 'number',
			typeOptions: { minValue: 2 },
			displayOptions: { show: { operation: ['trainingGaps'] } },
			default: 3,
			description: 'How many handoffs make a question a gap',
		},
	],
	async execute(run) {
		const { context, index, store } = run;
		const period = periodOf(run);
		const { records } = await recordsSince(store, period.from, MOST_CONVERSATIONS);
		const handedOver = records.filter((record) =>
			handoffsOf(record).some(({ at }) => at >= period.from && at < period.to),
		);
		const questions = [];
		for (const { conversation } of handedOver) {
			const question = (await store.brief(conversation.id))?.unansweredQuestion?.value;
			if (question) questions.push({ conversationId: conversation.id, question });
		}
		const least = Number(context.getNodeParameter('leastHandoffs', index));
		return gapsIn(questions, least).map((gap) => ({ json: toJson(gap) }));
	},
};
