import type { UnsureAnswer } from '../../../core/metrics';
import {
	byDoubt,
	mayBeUnsure,
	recordsSince,
	UNSURE_DEFAULTS,
	unsureAnswers,
} from '../../../core/metrics';
import { handoffItem, toJson } from '../../shared/item';
import type { Operation } from './operation';
import { MOST_CONVERSATIONS, periodFields, periodOf } from './operation';

/** Messages of a conversation that are looked through, from the newest back. */
const MESSAGES = 500;

export const unsure: Operation = {
	option: {
		name: 'Review Unsure Answers',
		value: 'unsure',
		action: 'Review answers that the bot was unsure of',
		description:
			'Replies of the bot that it was not sure of, or gave without having understood, the most doubtful first',
	},
	fields: [
		...periodFields(['unsure']),
		{
			displayName: 'Limit',
			name: 'limit',
			type: 'number',
			typeOptions: { minValue: 1 },
			displayOptions: { show: { operation: ['unsure'] } },
			default: 50,
			description: 'Max number of results to return',
		},
		{
			displayName: 'Options',
			name: 'unsureOptions',
			type: 'collection',
			displayOptions: { show: { operation: ['unsure'] } },
			default: {},
			placeholder: 'Add Option',
			options: [
				{
					displayName: 'Confidence Bar',
					name: 'confidenceBar',
					type: 'number',
					typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
					default: 0.5,
					description: 'Answers of which the bot was less sure than this come up for review',
				},
				{
					displayName: 'Include Judged',
					name: 'includeJudged',
					type: 'boolean',
					default: false,
					description: 'Whether answers that somebody has labelled since come again',
				},
				{
					displayName: 'Silent After (Minutes)',
					name: 'silentAfterMinutes',
					type: 'number',
					default: 120,
					description: 'Without a message for so long, the customer counts as gone',
				},
			],
		},
	],
	async execute(run) {
		const { context, index, store, now } = run;
		const period = periodOf(run);
		const limit = Number(context.getNodeParameter('limit', index));
		const { includeJudged, ...given } = context.getNodeParameter('unsureOptions', index, {}) as {
			includeJudged?: boolean;
		};
		const settings = { ...UNSURE_DEFAULTS, ...given };
		const { records } = await recordsSince(store, period.from, MOST_CONVERSATIONS);
		const found: UnsureAnswer[] = [];
		for (const record of records.filter((one) => mayBeUnsure(one, settings))) {
			const messages = await store.history(record.conversation.id, { limit: MESSAGES });
			found.push(...unsureAnswers(record, messages, period, now, settings));
		}
		const byId = new Map(records.map(({ conversation }) => [conversation.id, conversation]));
		return found
			.filter(({ verdict }) => includeJudged || verdict === undefined)
			.sort(byDoubt)
			.slice(0, limit)
			.map((answer) => ({
				json: {
					review: toJson(answer),
					...handoffItem(byId.get(answer.conversationId)!),
				},
			}));
	},
};
