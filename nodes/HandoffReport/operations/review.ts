import { handoffsToReview, recordsSince } from '../../../core/metrics';
import { conversationLink } from '../../../core/inbox/address';
import { handoffItem, toJson } from '../../shared/item';
import type { Operation } from './operation';
import { MOST_CONVERSATIONS, periodFields, periodOf } from './operation';

export const review: Operation = {
	option: {
		name: 'Find Late and Wrongly Routed',
		value: 'review',
		action: 'Find late and wrongly routed handoffs',
		description:
			'Handoffs that were answered late or not at all, and those that somebody else had to have, with a link to each',
	},
	fields: [
		...periodFields(['review']),
		{
			displayName: 'Which',
			name: 'findings',
			type: 'multiOptions',
			displayOptions: { show: { operation: ['review'] } },
			options: [
				{
					name: 'Late',
					value: 'late',
					description: 'The promised first answer came late, or has not come',
				},
				{
					name: 'Wrongly Routed',
					value: 'wrongly_routed',
					description: 'An agent had it and somebody else had to have it, or a label says so',
				},
			],
			default: ['late', 'wrongly_routed'],
			description: 'What to look for',
		},
		{
			displayName: 'Limit',
			name: 'limit',
			type: 'number',
			typeOptions: { minValue: 1 },
			displayOptions: { show: { operation: ['review'] } },
			default: 50,
			description: 'Max number of results to return',
		},
		{
			displayName: 'Options',
			name: 'reviewOptions',
			type: 'collection',
			displayOptions: { show: { operation: ['review'] } },
			default: {},
			placeholder: 'Add Option',
			options: [
				{
					displayName: 'Only Without a Label',
					name: 'withoutLabel',
					type: 'boolean',
					default: false,
					description: 'Whether handoffs that somebody has labelled before are left out',
				},
			],
		},
	],
	async execute(run) {
		const { context, index, store, now } = run;
		const period = periodOf(run);
		const wanted = context.getNodeParameter('findings', index) as string[];
		const limit = Number(context.getNodeParameter('limit', index));
		const { withoutLabel = false } = context.getNodeParameter('reviewOptions', index, {}) as {
			withoutLabel?: boolean;
		};
		const { records } = await recordsSince(store, period.from, MOST_CONVERSATIONS);
		const byId = new Map(records.map(({ conversation }) => [conversation.id, conversation]));
		const inboxUrl = await store.getSetting<string>('inbox.url');
		return handoffsToReview(records, period, now)
			.filter(({ findings }) => findings.some(({ finding }) => wanted.includes(finding)))
			.filter(({ verdict }) => !withoutLabel || verdict === undefined)
			.slice(0, limit)
			.map((handoff) => ({
				json: toJson({
					review: handoff,
					link: conversationLink(inboxUrl, handoff.conversationId),
					...handoffItem(byId.get(handoff.conversationId)!),
				}),
			}));
	},
};
