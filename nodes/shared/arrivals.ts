import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import type { StatusUpdate } from '../../adapters/whatsapp/statuses';
import type { Conversation } from '../../core/conversation/conversation';
import type { Arrival } from '../../core/conversation/intake';
import { handoffItem, toJson } from './item';

/** Names of the outputs of every node that takes messages in, in their order. */
export const INTAKE_OUTPUTS = ['Bot', 'Human', 'Status'] as const;

/** What became of a message that was sent, with its conversation where it was sent through this package. */
export interface StatusArrival {
	conversation?: Conversation;
	update: StatusUpdate;
}

/** The item of a message, the same from every node that takes messages in. */
export function messageItem(
	{ conversation, message, raw }: Arrival,
	options: { includeRaw: boolean },
): INodeExecutionData {
	return {
		json: {
			...handoffItem(conversation, message),
			phoneNumberId: conversation.channelId,
			...(options.includeRaw ? { raw: raw as IDataObject } : {}),
		},
	};
}

/** The item of a delivery status. */
export function statusItem(
	{ conversation, update: { raw, recipient, channelId, ...update } }: StatusArrival,
	options: { includeRaw: boolean },
): INodeExecutionData {
	return {
		json: {
			...(conversation
				? handoffItem(conversation)
				: toJson({ customer: recipient ? { ...recipient, keys: undefined } : {} })),
			status: toJson(update),
			phoneNumberId: channelId,
			...(options.includeRaw ? { raw: raw as IDataObject } : {}),
		},
	};
}
