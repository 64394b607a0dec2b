import { applyEvent } from '../../../core/conversation/apply';
import type { Actor } from '../../../core/conversation/audit';
import { JUST_WRITTEN_MINUTES } from '../../../core/conversation/exchange';
import type { Conversation } from '../../../core/conversation/conversation';
import type { ConversationEvent } from '../../../core/conversation/transitions';
import { systemClock } from '../../../adapters/clock/system';
import { whatsAppFor } from '../../../adapters/whatsapp/open';
import { reply } from '../../../core/conversation/reply';
import { StoreError } from '../../../core/ports/store';
import { handoffItem, ledBy, toJson } from '../../shared/item';
import type { Operation, OperationRun } from './operation';
import { agentFields, byWorkflow, namedAgent } from './operation';

/** Applies an event to the conversation of the item, as it is at that moment, and gives out the item as it is afterwards. */
async function apply(
	run: OperationRun,
	event: ConversationEvent | ((current: Conversation) => ConversationEvent),
	options: { actor?: Actor } = {},
) {
	const by = await byWorkflow(run);
	const conversation = await run.store.decide(run.conversationId, (view) =>
		applyEvent(
			view,
			typeof event === 'function' ? event(view.conversation) : event,
			options.actor ? { ...by, actor: options.actor } : by,
		),
	);
	return { json: ledBy(handoffItem(conversation), run.item) };
}

function reasonField(operation: string, placeholder: string) {
	return {
		displayName: 'Reason',
		name: 'reason',
		type: 'string' as const,
		displayOptions: { show: { operation: [operation] } },
		default: '',
		placeholder,
		description: 'For the audit log',
	};
}

export const claim: Operation = {
	once: true,
	option: {
		name: 'Claim',
		value: 'claim',
		action: 'Claim a conversation for an agent',
		description: 'Give a waiting conversation to an agent; refused if another agent has it',
	},
	fields: agentFields('claim', true),
	execute(run) {
		const agent = namedAgent(run);
		return apply(
			run,
			({ owner, handoff }) => ({
				type: 'assign',
				owner: { kind: 'agent', ...agent },
				reason: 'Claimed',
				// It is claimed from a queue. Whoever claims second finds an agent there and is told who.
				ifOwner: owner?.kind === 'queue' ? owner : { kind: 'queue', name: handoff?.queue ?? '' },
			}),
			{ actor: { kind: 'agent', ...agent } },
		);
	},
};

export const reassign: Operation = {
	once: true,
	option: {
		name: 'Reassign',
		value: 'reassign',
		action: 'Reassign a conversation to another agent',
		description: 'Move a conversation that a person has to another agent',
	},
	fields: [...agentFields('reassign', true), reasonField('reassign', 'e.g. Knows the contract')],
	execute(run) {
		const reason = run.context.getNodeParameter('reason', run.index) as string;
		return apply(run, {
			type: 'assign',
			owner: { kind: 'agent', ...namedAgent(run) },
			reason: reason || 'Reassigned',
		});
	},
};

export const release: Operation = {
	once: true,
	option: {
		name: 'Release',
		value: 'release',
		action: 'Release a conversation to a queue',
		description: 'The agent gives the conversation up; it waits in a queue again',
	},
	fields: [
		{
			displayName: 'Queue',
			name: 'queue',
			type: 'string',
			displayOptions: { show: { operation: ['release'] } },
			default: "={{ $json.conversation?.handoff?.queue || 'Support' }}",
			required: true,
			placeholder: 'e.g. Support',
			description: 'Where it waits',
		},
		reasonField('release', 'e.g. End of shift'),
	],
	execute(run) {
		const { context, index } = run;
		const queue = String(context.getNodeParameter('queue', index) ?? '').trim();
		if (!queue) {
			throw new StoreError(
				'Queue is empty',
				'Name the queue in which the conversation is to wait, e.g. Support.',
			);
		}
		return apply(run, {
			type: 'release',
			queue,
			reason: (context.getNodeParameter('reason', index) as string) || 'Released',
		});
	},
};

export const resolve: Operation = {
	once: true,
	option: {
		name: 'Resolve',
		value: 'resolve',
		action: 'Resolve a conversation',
		description: 'Close the conversation; the bot answers when the customer writes again',
	},
	fields: [
		{
			displayName: 'Outcome',
			name: 'disposition',
			type: 'string',
			displayOptions: { show: { operation: ['resolve'] } },
			default: 'solved',
			placeholder: 'e.g. solved',
			description: 'How it ended, in your team’s words; kept for reports and the CRM',
		},
		{
			displayName: 'Resolution',
			name: 'resolution',
			type: 'string',
			displayOptions: { show: { operation: ['resolve'] } },
			default: '',
			placeholder: 'e.g. Replacement sent',
			description: 'What was done',
		},
		{
			displayName: 'Next Action',
			name: 'nextAction',
			type: 'string',
			displayOptions: { show: { operation: ['resolve'] } },
			default: '',
			placeholder: 'e.g. Call next week',
			description: 'What is still to be done',
		},
		{
			displayName: 'Closing Message',
			name: 'closingMessage',
			type: 'string',
			typeOptions: { rows: 2 },
			displayOptions: { show: { operation: ['resolve'] } },
			default: '',
			placeholder: 'e.g. Thank you! Write here at any time.',
			description: 'Sent to the customer before the conversation is closed; empty for none',
		},
	],
	async execute(run) {
		const text = (name: string) => run.context.getNodeParameter(name, run.index, '') as string;
		const closing = text('closingMessage').trim()
			? await sayGoodbye(run, text('closingMessage'))
			: {};
		const done = await apply(run, {
			type: 'resolve',
			outcome: {
				disposition: text('disposition') || 'solved',
				...(text('resolution') ? { resolution: text('resolution') } : {}),
				...(text('nextAction') ? { nextAction: text('nextAction') } : {}),
			},
		});
		return { json: { ...done.json, ...closing } };
	},
};

/** Sent once for each episode. Where WhatsApp no longer allows it, the conversation is closed all the same and the item says so. */
async function sayGoodbye({ context, index, store, conversationId }: OperationRun, text: string) {
	const current = await store.conversation(conversationId);
	if (!current || current.state === 'closed') return {};
	const result = await reply(
		{ store, messaging: whatsAppFor(context, index), clock: systemClock },
		{
			conversationId,
			author: 'system',
			message: { type: 'text', text },
			key: `closing:${current.episode}`,
		},
	);
	return { closing: toJson({ ...result, conversation: undefined, message: undefined, text }) };
}

export const returnToBot: Operation = {
	once: true,
	option: {
		name: 'Return to Bot',
		value: 'returnToBot',
		action: 'Return a conversation to the bot',
		description: 'The person is done; the bot answers again from the next message on',
	},
	fields: [
		reasonField('returnToBot', 'e.g. Question answered'),
		{
			displayName: 'Even in the Middle of an Exchange',
			name: 'anyway',
			type: 'boolean',
			displayOptions: { show: { operation: ['returnToBot'] } },
			default: false,
			description: `Whether to return it also where nobody has answered the customer’s last message, or a person has written within the last ${JUST_WRITTEN_MINUTES} minutes. Otherwise that is refused.`,
		},
	],
	execute(run) {
		const reason = run.context.getNodeParameter('reason', run.index) as string;
		const anyway = run.context.getNodeParameter('anyway', run.index, false) === true;
		return apply(run, { type: 'return_to_bot', anyway, ...(reason ? { reason } : {}) });
	},
};
