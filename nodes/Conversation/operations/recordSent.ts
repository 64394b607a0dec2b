import { systemClock } from '../../../adapters/clock/system';
import { asFilledText, asId } from '../../../adapters/whatsapp/fields';
import { bareMessageId } from '../../../core/conversation/gateway';
import type { ConversationMessage } from '../../../core/conversation/message';
import { StoreError } from '../../../core/ports/store';
import { isoTime } from '../../../core/time';
import { handoffItem, toJson } from '../../shared/item';
import type { Operation, OperationRun } from './operation';

const NAME = 'recordSent';
const SHOW = { show: { operation: [NAME] } };

/** Reasons as agents read them below a message; a gateway's whole page of HTML is none. */
const LONGEST_REASON = 500;

export const recordSent: Operation = {
	onConversation: false,
	option: {
		name: 'Record as Sent',
		value: NAME,
		action: 'Record a message as sent by a gateway',
		description:
			'After the gateway’s node in a branch of your own: note its ID of the message, so that what it reports of it later is found, or that it did not take it',
	},
	fields: [
		{
			displayName: 'Message',
			name: 'ownMessageId',
			type: 'string',
			displayOptions: SHOW,
			default: '={{ $json.reply?.messageIds?.[0] }}',
			required: true,
			placeholder: "e.g. {{ $('Reply').item.json.reply.messageIds[0] }}",
			description:
				'The ID that Reply gave it. Name the node that replied, since the gateway’s node has put its own answer in the place of the item.',
		},
		{
			displayName: 'The Gateway',
			name: 'gatewayOutcome',
			type: 'options',
			displayOptions: SHOW,
			options: [
				{ name: 'Took It', value: 'sent', description: 'It reports by itself what becomes of it' },
				{
					name: 'Refused It',
					value: 'failed',
					description: 'Agents see in the thread that the customer did not get it, and why',
				},
			],
			default: 'sent',
			description: 'What the gateway answered',
		},
		{
			displayName: 'Message ID at the Gateway',
			name: 'gatewayMessageId',
			type: 'string',
			displayOptions: { show: { operation: [NAME], gatewayOutcome: ['sent'] } },
			default:
				'={{ $json.sid ?? $json.key?.id ?? $json.id?._serialized ?? $json.id ?? $json.messages?.[0]?.id }}',
			required: true,
			placeholder: 'e.g. SM5e3ac1c2f5a80a1b4c9d0e6f7a8b9c0d',
			description:
				'Filled in from the answers of Twilio (sid), Evolution API (key.ID), WAHA (ID) and the Cloud API (messages[0].ID)',
		},
		{
			displayName: 'Reason',
			name: 'gatewayReason',
			type: 'string',
			displayOptions: { show: { operation: [NAME], gatewayOutcome: ['failed'] } },
			default: '={{ $json.error?.message ?? $json.error ?? $json.message }}',
			placeholder: 'e.g. The session is not connected',
			description: 'Why, in the gateway’s words',
		},
	],
	async execute(run) {
		const { context, index, item, store } = run;
		const messageId = ownIdOf(run);
		const failed = context.getNodeParameter('gatewayOutcome', index, 'sent') === 'failed';
		const known = failed ? await refused(run, messageId) : await taken(run, messageId);
		if (!known) {
			throw new StoreError(
				`There is no message ${messageId} of yours`,
				'Give the ID that Reply put into reply.messageIds, and connect this node behind its output Sent.',
			);
		}
		const conversation = (await store.conversation(known.conversation.id)) ?? known.conversation;
		return { json: { ...item, ...handoffItem(conversation), sent: toJson(known.sent) } };
	},
};

interface Known {
	conversation: { id: string } & Parameters<typeof handoffItem>[0];
	sent: Pick<ConversationMessage, 'status' | 'errors'> & {
		messageId: string;
		gatewayMessageId?: string;
	};
}

async function taken(run: OperationRun, messageId: string): Promise<Known | undefined> {
	const { context, index, store } = run;
	const given = asId(context.getNodeParameter('gatewayMessageId', index, ''))?.trim();
	if (!given) {
		throw new StoreError(
			'Message ID at the Gateway is empty',
			'Drag the ID of the message from the gateway’s answer into the field. If the gateway refused the message, choose Refused It.',
		);
	}
	const known = await store.recordAlias(messageId, bareMessageId(given));
	if (!known) return undefined;
	const { status, errors } = known.message;
	return {
		conversation: known.conversation,
		sent: { messageId, gatewayMessageId: given, status, ...(errors ? { errors } : {}) },
	};
}

async function refused(run: OperationRun, messageId: string): Promise<Known | undefined> {
	const { context, index, store } = run;
	const reason = context.getNodeParameter('gatewayReason', index, '') as unknown;
	const title = (
		asFilledText(reason) ??
		(reason && typeof reason === 'object' ? JSON.stringify(reason) : 'The gateway refused it')
	).slice(0, LONGEST_REASON);
	const errors = [{ code: 0, title }];
	const known = await store.updateStatus(messageId, 'failed', isoTime(systemClock.now()), errors);
	if (!known) return undefined;
	return { conversation: known.conversation, sent: { messageId, status: 'failed', errors } };
}

function ownIdOf({ context, index }: OperationRun): string {
	const given = asId(context.getNodeParameter('ownMessageId', index, ''))?.trim();
	if (given) return given;
	throw new StoreError(
		'Message is empty',
		"Name the node that replied, e.g. {{ $('Reply').item.json.reply.messageIds[0] }}.",
	);
}
