import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { systemClock } from '../../../adapters/clock/system';
import type { GatewayFormat, MappedDirection } from '../../../adapters/gateways';
import { readGateway, readMapped, readMappedStatus } from '../../../adapters/gateways';
import type { StatusUpdate } from '../../../adapters/whatsapp/statuses';
import type { Delivery } from '../../../adapters/whatsapp/webhook';
import { bareMessageId } from '../../../core/conversation/gateway';
import { isForPeople, takeIn } from '../../../core/conversation/intake';
import type { ConversationMessage } from '../../../core/conversation/message';
import type { HandoffStore } from '../../../core/ports/store';
import { StoreError } from '../../../core/ports/store';
import { isoTime } from '../../../core/time';
import { INTAKE_OUTPUTS, messageItem, statusItem } from '../../shared/arrivals';
import { DEFAULT_TYPES, MESSAGE_TYPES } from '../../shared/messageTypes';
import type { Operation, OperationResult, OperationRun } from './operation';

const NAME = 'recordMessage';
const FIELDS_FORMAT = 'fields';
const [BOT, HUMAN, STATUS] = [0, 1, 2];

const FORMATS: Array<{
	name: string;
	value: GatewayFormat | typeof FIELDS_FORMAT;
	description: string;
}> = [
	{
		name: 'Evolution API',
		value: 'evolution',
		description: 'What Evolution API’s webhook posts (messages.upsert, messages.update)',
	},
	{
		name: 'Fields That I Map',
		value: FIELDS_FORMAT,
		description: 'Any source: you say where sender, text and the rest stand',
	},
	{
		name: 'Twilio',
		value: 'twilio',
		description: 'What Twilio posts for an incoming WhatsApp message or a status',
	},
	{
		name: 'WAHA',
		value: 'waha',
		description: 'What WAHA’s webhook or its n8n trigger gives (message, message.any, message.ack)',
	},
	{
		name: 'WhatsApp Cloud API',
		value: 'cloudApi',
		description: 'A webhook body of Meta, or an item of n8n’s own WhatsApp trigger',
	},
];

/** Chosen in place of who wrote: what is mapped is no message. */
const STATUS_ONLY = 'status';

const mapped = (
	field: Omit<INodeProperties, 'displayOptions'>,
	of: 'message' | 'status' | 'both' = 'both',
): INodeProperties => ({
	...field,
	displayOptions: {
		show: {
			operation: [NAME],
			format: [FIELDS_FORMAT],
			...(of === 'status' ? { direction: [STATUS_ONLY] } : {}),
		},
		...(of === 'message' ? { hide: { direction: [STATUS_ONLY] } } : {}),
	},
});

export const recordMessage: Operation = {
	onConversation: false,
	outputs: INTAKE_OUTPUTS,
	option: {
		name: 'Record Message',
		value: NAME,
		action: 'Record a message of another gateway',
		description:
			'Take in a message that did not come through WhatsApp Trigger (WAHA, Evolution API, Twilio, a chat, a test); gives out the same item on the same outputs',
	},
	fields: [
		{
			displayName: 'Message Format',
			name: 'format',
			type: 'options',
			displayOptions: { show: { operation: [NAME] } },
			options: FORMATS,
			default: FIELDS_FORMAT,
			description: 'In which form the message comes in',
		},
		mapped({
			displayName: 'Written By',
			name: 'direction',
			type: 'options',
			options: [
				{
					name: 'Bot',
					value: 'bot',
					description: 'Your workflow sent it through the gateway; it is kept in the thread',
				},
				{ name: 'Customer', value: 'customer' },
				{
					name: 'Nobody: A Status of Our Message',
					value: STATUS_ONLY,
					description: 'What became of a message that you sent through the gateway',
				},
				{
					name: 'Person in Our Team',
					value: 'agent',
					description: 'A colleague answered outside this workflow: the bot is silent from now on',
				},
			],
			default: 'customer',
			description: 'Who wrote the message',
		}),
		mapped(
			{
				displayName: 'Status',
				name: 'mappedStatus',
				type: 'string',
				default: '={{ $json.status }}',
				required: true,
				placeholder: 'e.g. delivered',
				description:
					'Pending, sent, delivered, read, played or failed, or the gateway’s word for it (queued, seen, undelivered and the like)',
			},
			'status',
		),
		mapped(
			{
				displayName: 'Reason',
				name: 'mappedReason',
				type: 'string',
				default: '={{ $json.error?.message ?? $json.error }}',
				placeholder: 'e.g. The number is not on WhatsApp',
				description: 'Why it failed, where it did',
			},
			'status',
		),
		mapped(
			{
				displayName: 'From',
				name: 'from',
				type: 'string',
				default: '={{ $json.from ?? $json.sessionId }}',
				required: true,
				placeholder: 'e.g. +1 650 555 1234',
				description:
					'The customer: phone number, WhatsApp ID, user ID, or any key that stays the same for this customer',
			},
			'message',
		),
		mapped(
			{
				displayName: 'Text',
				name: 'text',
				type: 'string',
				typeOptions: { rows: 2 },
				default: '={{ $json.text ?? $json.chatInput }}',
				placeholder: 'e.g. Where is my order?',
				description: 'What was written, or the caption of a file',
			},
			'message',
		),
		mapped({
			displayName: 'Message ID',
			name: 'messageId',
			type: 'string',
			default: '={{ $json.id }}',
			placeholder: 'e.g. 3EB0C767D26A1B5F',
			description:
				'The gateway’s ID of the message. The same ID is taken in once. Without one, the same words at the same time count as the same message. Of a status, the ID that Record as Sent has noted.',
		}),
		mapped(
			{
				displayName: 'Customer Name',
				name: 'customerName',
				type: 'string',
				default: '={{ $json.name }}',
				placeholder: 'e.g. Robin Sample',
				description: 'Name on the customer’s profile, where the gateway gives it',
			},
			'message',
		),
		{
			displayName: 'Options',
			name: 'recordOptions',
			type: 'collection',
			placeholder: 'Add Option',
			displayOptions: { show: { operation: [NAME] } },
			default: {},
			options: [
				{
					displayName: 'Channel',
					name: 'channel',
					type: 'string',
					default: '',
					placeholder: 'e.g. shop-line-1',
					description:
						'Which of your numbers it came in on: a name of your own, the phone number ID if WhatsApp’s Cloud API sends your answers, or "simulation" for a sample customer who is never written to. Empty for what the payload names.',
				},
				{
					displayName: 'File Name',
					name: 'fileName',
					type: 'string',
					displayOptions: { show: { '/format': [FIELDS_FORMAT] } },
					default: '',
					placeholder: 'e.g. invoice.pdf',
					description: 'Name of the file as agents see it',
				},
				{
					displayName: 'File Type',
					name: 'mediaType',
					type: 'string',
					displayOptions: { show: { '/format': [FIELDS_FORMAT] } },
					default: '',
					placeholder: 'e.g. image/jpeg',
					description: 'MIME type of the file',
				},
				{
					displayName: 'File URL',
					name: 'mediaUrl',
					type: 'string',
					displayOptions: { show: { '/format': [FIELDS_FORMAT] } },
					default: '',
					placeholder: 'e.g. https://files.example/photo.jpg',
					description: 'Where the file of an image, voice note or document can be read',
				},
				{
					displayName: 'Group Messages',
					name: 'groupMessages',
					type: 'boolean',
					default: false,
					description:
						'Whether messages in groups come out. They are recorded in any case, each group as a conversation of its own.',
				},
				{
					displayName: 'Include Raw Payload',
					name: 'includeRaw',
					type: 'boolean',
					default: false,
					description: 'Whether to add what came in, as "raw"',
				},
				{
					displayName: 'Message Type',
					name: 'messageType',
					type: 'options',
					displayOptions: { show: { '/format': [FIELDS_FORMAT] } },
					options: MESSAGE_TYPES,
					default: 'text',
				},
				{
					displayName: 'Message Types',
					name: 'messageTypes',
					type: 'multiOptions',
					options: MESSAGE_TYPES,
					default: DEFAULT_TYPES,
					description: 'Kinds of message that come out. All kinds are recorded.',
				},
				{
					displayName: 'Pass Repeated Messages On',
					name: 'repeats',
					type: 'boolean',
					default: false,
					description:
						'Whether a message that is on record already comes out again; for trying out a workflow with the same sample',
				},
				{
					displayName: 'Reply To',
					name: 'replyTo',
					type: 'string',
					displayOptions: { show: { '/format': [FIELDS_FORMAT] } },
					default: '',
					placeholder: 'e.g. 3EB0C767D26A1B5F',
					description: 'ID of the message that this one quotes',
				},
				{
					displayName: 'Time',
					name: 'sentAt',
					type: 'string',
					displayOptions: { show: { '/format': [FIELDS_FORMAT] } },
					default: '',
					placeholder: 'e.g. 2026-11-20T09:30:00Z',
					description:
						'When it was written: ISO 8601, or seconds or milliseconds since 1970. Empty for now.',
				},
			],
		},
	],
	async execute(run) {
		const { store } = run;
		const options = optionsOf(run);
		const now = isoTime(systemClock.now());
		const delivery = read(run, options, now);
		const types = new Set<string>(
			options.messageTypes?.length ? options.messageTypes : DEFAULT_TYPES,
		);
		const runs = ({ type, groupId }: ConversationMessage) =>
			types.has(type) && (options.groupMessages === true || groupId === undefined);
		const { fresh, repeated } = await takeIn(store, delivery.inbound, now, { runs });
		const results: OperationResult[] = [];
		const arrivals = [...fresh, ...(options.repeats ? repeated : [])].filter(
			// What the bot has said through a gateway goes into the thread, and nowhere else.
			({ message }) => runs(message) && message.author !== 'bot',
		);
		const raw = { includeRaw: options.includeRaw === true };
		for (const arrival of arrivals) {
			const output = isForPeople(arrival) ? HUMAN : BOT;
			results.push({ json: messageItem(arrival, raw).json, output });
		}
		for (const update of delivery.statuses) {
			const known = await noteStatus(store, update);
			if (known && !known.changed) continue;
			const { json } = statusItem(
				{ ...(known ? { conversation: known.conversation } : {}), update },
				raw,
			);
			results.push({ json, output: STATUS });
		}
		return results;
	},
};

/** Puts a status on the message that it is about, by the gateway's id as it writes it here, or as it answered when it took it. */
async function noteStatus(store: HandoffStore, update: StatusUpdate) {
	const { messageId, status, at, errors } = update;
	if (status === 'unknown') return undefined;
	for (const id of new Set([messageId, bareMessageId(messageId)])) {
		const known = await store.updateStatus(id, status, at, errors);
		if (known) return known;
	}
	return undefined;
}

interface RecordOptions {
	channel?: string;
	fileName?: string;
	groupMessages?: boolean;
	includeRaw?: boolean;
	mediaType?: string;
	mediaUrl?: string;
	messageType?: string;
	messageTypes?: string[];
	repeats?: boolean;
	replyTo?: string;
	sentAt?: string;
}

function optionsOf({ context, index }: OperationRun): RecordOptions {
	return context.getNodeParameter('recordOptions', index, {}) as RecordOptions;
}

/** The item's message in our terms. Throws StoreError with what to set where it cannot be read. */
function read(run: OperationRun, options: RecordOptions, now: string): Delivery {
	const { context, index, item } = run;
	const format = context.getNodeParameter('format', index, FIELDS_FORMAT) as string;
	const channel = options.channel ?? '';
	if (format !== FIELDS_FORMAT) {
		const delivery = readGateway(format as GatewayFormat, item, { now, channel });
		if (delivery) return delivery;
		const name = FORMATS.find(({ value }) => value === format)?.name ?? format;
		throw new StoreError(
			`The item is not in the format of ${name}`,
			'Connect the gateway’s trigger or webhook directly before this node, or choose "Fields That I Map" under Message Format.',
		);
	}
	const field = (name: string) => context.getNodeParameter(name, index, '') as unknown;
	if (field('direction') === STATUS_ONLY) {
		const status = readMappedStatus(
			{
				id: field('messageId'),
				status: field('mappedStatus'),
				reason: field('mappedReason'),
				sentAt: options.sentAt,
				channel,
				raw: item,
			},
			now,
		);
		if (status) return status;
		throw new StoreError(
			'The status does not say of which message, or what became of it',
			'Map the gateway’s ID of the message to Message ID, and its word for the status to Status.',
		);
	}
	const delivery = readMapped(
		{
			from: field('from'),
			name: field('customerName'),
			text: field('text'),
			id: field('messageId'),
			direction: field('direction') as MappedDirection,
			channel,
			type: options.messageType,
			sentAt: options.sentAt,
			mediaUrl: options.mediaUrl,
			mediaType: options.mediaType,
			fileName: options.fileName,
			replyTo: options.replyTo,
			raw: item as unknown as IDataObject,
		},
		now,
	);
	if (delivery) return delivery;
	throw new StoreError(
		'The message does not say who the customer is',
		'Map the customer’s phone number, or another key of theirs, to the field From.',
	);
}
