import type { Verdict } from '../../../core/metrics';
import { LABEL_ACTION, withVerdict } from '../../../core/metrics';
import { conversationIdField } from '../../shared/descriptions';
import { handoffItem } from '../../shared/item';
import type { Operation } from './operation';

const show = { operation: ['label'] };

export const label: Operation = {
	option: {
		name: 'Label',
		value: 'label',
		action: 'Label a handoff',
		description: 'Say whether a person was needed; replaces an earlier label',
	},
	fields: [
		{ ...conversationIdField, displayOptions: { show } },
		{
			displayName: 'Label',
			name: 'verdict',
			type: 'options',
			displayOptions: { show },
			options: [
				{
					name: 'Justified',
					value: 'justified',
					description: 'Handed over, and a person was needed',
				},
				{ name: 'Missed', value: 'missed', description: 'A person was needed and there was none' },
				{ name: 'Unnecessary', value: 'unnecessary', description: 'No person was needed' },
			],
			default: 'justified',
		},
	],
	async execute({ context, index, store, now }) {
		const id = context.getNodeParameter('conversationId', index) as string;
		const verdict = context.getNodeParameter('verdict', index) as Verdict;
		const labelled = await store.decide(id, ({ conversation }) => {
			const next = {
				...conversation,
				tags: withVerdict(conversation.tags, verdict),
				version: conversation.version + 1,
				updatedAt: now,
			};
			return {
				result: next,
				conversation: next,
				audit: [
					{
						at: now,
						actor: { kind: 'workflow', name: context.getWorkflow().name ?? context.getNode().name },
						action: LABEL_ACTION,
						reason: verdict,
						from: conversation.state,
						to: conversation.state,
						...(conversation.owner ? { owner: conversation.owner } : {}),
					},
				],
			};
		});
		return [
			{ json: { ...context.getInputData()[index]!.json, ...handoffItem(labelled), verdict } },
		];
	},
};
