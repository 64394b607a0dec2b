import { conversationLink } from '../../../core/inbox/address';
import { missedHandoffs, recordsSince } from '../../../core/metrics';
import { handoffItem, toJson } from '../../shared/item';
import type { Operation } from './operation';
import { MOST_CONVERSATIONS, periodFields, periodOf } from './operation';

export const missed: Operation = {
	option: {
		name: 'Find Missed Handoffs',
		value: 'missed',
		action: 'Find missed handoffs',
		description:
			'Conversations that no person had and that look as if one should have, the most worrying first',
	},
	fields: [
		...periodFields(['missed']),
		{
			displayName: 'Limit',
			name: 'limit',
			type: 'number',
			typeOptions: { minValue: 1 },
			displayOptions: { show: { operation: ['missed'] } },
			default: 50,
			description: 'Max number of results to return',
		},
		{
			displayName: 'Options',
			name: 'missedOptions',
			type: 'collection',
			displayOptions: { show: { operation: ['missed'] } },
			default: {},
			placeholder: 'Add Option',
			options: [
				{
					displayName: 'Include Judged',
					name: 'includeJudged',
					type: 'boolean',
					default: false,
					description: 'Whether conversations that somebody has labelled before come again',
				},
				{
					displayName: 'Near the Threshold (Points)',
					name: 'nearPoints',
					type: 'number',
					default: 10,
					description: 'Scores so many points or fewer under the threshold are near misses',
				},
				{
					displayName: 'Reopened Within (Hours)',
					name: 'reopenedWithinHours',
					type: 'number',
					default: 24,
					description: 'A conversation taken up again so soon after its end was not settled',
				},
				{
					displayName: 'Silent After (Minutes)',
					name: 'silentAfterMinutes',
					type: 'number',
					default: 120,
					description: 'Without a message for so long, the customer counts as gone',
				},
				{
					displayName: 'Threshold',
					name: 'threshold',
					type: 'number',
					default: 50,
					description: 'The threshold of your Escalation Scorer',
				},
			],
		},
	],
	async execute(run) {
		const { context, index, store, now } = run;
		const period = periodOf(run);
		const limit = Number(context.getNodeParameter('limit', index));
		const { includeJudged, ...settings } = context.getNodeParameter('missedOptions', index, {}) as {
			includeJudged?: boolean;
		};
		const { records } = await recordsSince(store, period.from, MOST_CONVERSATIONS);
		const inboxUrl = await store.getSetting<string>('inbox.url');
		const byId = new Map(records.map((record) => [record.conversation.id, record.conversation]));
		return missedHandoffs(
			records.filter(({ conversation }) => conversation.lastMessageAt < period.to),
			now,
			settings,
		)
			.filter(({ verdict }) => includeJudged || verdict === undefined)
			.slice(0, limit)
			.map((candidate) => ({
				json: {
					...handoffItem(byId.get(candidate.conversationId)!),
					missed: toJson(candidate),
					...toJson({ link: conversationLink(inboxUrl, candidate.conversationId) }),
				},
			}));
	},
};
