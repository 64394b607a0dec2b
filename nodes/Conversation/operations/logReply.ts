import { createHash } from 'node:crypto';

import { logReply as log } from '../../../core/conversation/logReply';
import { StoreError } from '../../../core/ports/store';
import { handoffItem, ledBy } from '../../shared/item';
import { timeIn } from '../../shared/time';
import { ONCE_OPTIONS, idempotencyKeyOption } from './once';
import type { Operation } from './operation';
import { agentFields, agentOf, byWorkflow } from './operation';

const SHOW = { show: { operation: ['logReply'] } };

export const logReply: Operation = {
	once: true,
	option: {
		name: 'Log Reply',
		value: 'logReply',
		action: 'Log a reply that was sent elsewhere',
		description:
			'Put a reply on record that the customer got by another way, e.g. from a help desk; nothing is sent',
	},
	fields: [
		{
			displayName: 'From',
			name: 'loggedAuthor',
			type: 'options',
			displayOptions: SHOW,
			options: [
				{
					name: 'Agent',
					value: 'agent',
					description: 'Keeps the promise of an answer; the bot is silent from then on',
				},
				{ name: 'Bot', value: 'bot', description: 'Counts as a turn of the bot' },
			],
			default: 'agent',
			description: 'Who spoke',
		},
		{
			displayName: 'Text',
			name: 'loggedText',
			type: 'string',
			typeOptions: { rows: 3 },
			displayOptions: SHOW,
			default: '',
			required: true,
			placeholder: 'e.g. Your parcel left today.',
			description: 'What the customer got',
		},
		...agentFields('logReply', false).map((field) => ({
			...field,
			displayOptions: { show: { operation: ['logReply'], loggedAuthor: ['agent'] } },
		})),
		{
			displayName: 'Options',
			name: ONCE_OPTIONS,
			type: 'collection',
			displayOptions: SHOW,
			default: {},
			placeholder: 'Add Option',
			options: [
				idempotencyKeyOption,
				{
					displayName: 'Message ID',
					name: 'messageId',
					type: 'string',
					default: '',
					description:
						'The other system’s ID of the message. The same ID is written once, however often it runs.',
				},
				{
					displayName: 'Sent At',
					name: 'sentAt',
					type: 'dateTime',
					default: '',
					description: 'When it was sent; empty for now',
				},
			],
		},
	],
	async execute(run) {
		const { context, index, item, store, conversationId } = run;
		const { actor, now } = await byWorkflow(run);
		const author = context.getNodeParameter('loggedAuthor', index) as 'agent' | 'bot';
		const text = context.getNodeParameter('loggedText', index) as string;
		const options = context.getNodeParameter(ONCE_OPTIONS, index, {}) as {
			messageId?: string;
			sentAt?: string;
		};
		const sentAt = options.sentAt ? timeIn(context.getTimezone(), options.sentAt) : now;
		if (sentAt === undefined) {
			throw new StoreError(
				'Sent At is no time that can be read',
				'Give a time such as 2026-11-20T09:30:00Z, or leave it empty for now.',
			);
		}
		const agent = author === 'agent' ? agentOf(run) : undefined;
		const own = [conversationId, context.getExecutionId(), index, text].join('\n');
		const id =
			options.messageId?.trim() ||
			`logged:${createHash('sha256').update(own).digest('hex').slice(0, 24)}`;
		const conversation = await store.decide(conversationId, (view) =>
			log(
				view,
				{
					id,
					author,
					...(agent?.id ? { authorId: agent.id, authorName: agent.name } : {}),
					text,
					sentAt,
				},
				{ actor, now },
			),
		);
		return { json: ledBy({ reply: { messageId: id, text }, ...handoffItem(conversation) }, item) };
	},
};
