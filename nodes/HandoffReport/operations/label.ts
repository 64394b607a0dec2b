import type { Verdict } from '../../../core/metrics';
import { labelChanges, subjectOf } from '../../../core/metrics';
import { StoreError } from '../../../core/ports/store';
import { conversationIdField } from '../../shared/descriptions';
import { handoffItem } from '../../shared/item';
import type { Operation } from './operation';

const show = { operation: ['label'] };

export const label: Operation = {
	option: {
		name: 'Label',
		value: 'label',
		action: 'Label a handoff',
		description: 'Say of a handoff, or of there being none, whether it was right',
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
				{
					name: 'Wrongly Routed',
					value: 'wrongly_routed',
					description: 'A person was needed, but another agent or team than the one that got it',
				},
			],
			default: 'justified',
			description: 'Replaces an earlier label of the same handoff',
		},
		{
			displayName: 'Handoff ID',
			name: 'handoffId',
			type: 'string',
			displayOptions: { show },
			default: '={{ $json.review?.handoffId ?? "" }}',
			description:
				'Which handoff of the conversation; empty for the latest, or where nobody has had it since it was last taken up again, for there being none',
		},
	],
	async execute({ context, index, store, now }) {
		const id = context.getNodeParameter('conversationId', index) as string;
		const verdict = context.getNodeParameter('verdict', index) as Verdict;
		const given = (context.getNodeParameter('handoffId', index, '') as string).trim();
		const conversation = await store.conversation(id);
		if (!conversation) {
			throw new StoreError(
				`There is no stored conversation ${id}`,
				'Take the ID from an item of Find Missed Handoffs or Find Late and Wrongly Routed.',
			);
		}
		const subject = given || subjectOf({ conversation, audit: await store.audit(id) });
		const name = context.getWorkflow().name ?? context.getNode().name;
		const labelled = await store.decide(id, (view) =>
			labelChanges(view, { verdict, subject }, { actor: { kind: 'workflow', name }, now }),
		);
		return [
			{ json: { ...context.getInputData()[index]!.json, ...handoffItem(labelled), verdict } },
		];
	},
};
