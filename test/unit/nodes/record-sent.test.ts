import { readFileSync } from 'node:fs';
import path from 'node:path';

import type { IDataObject } from 'n8n-workflow';

import { arrange } from '../../../adapters/inbox/app/thread';
import type { ConversationMessage } from '../../../core/conversation/message';
import type { HandoffStore } from '../../../core/ports/store';
import { storeFor } from '../../../nodes/shared/store';
import { temporaryStore } from '../../support';
import { jsonOf, runConversation } from './conversationHarness';

jest.mock('../../../nodes/shared/store', () => ({ storeFor: jest.fn(), storeCredential: {} }));

const sample = (name: string) =>
	JSON.parse(
		readFileSync(path.join(__dirname, '..', '..', 'fixtures', 'gateways', `${name}.json`), 'utf8'),
	) as IDataObject;

let store: HandoffStore;
let close: () => Promise<void>;

beforeEach(async () => {
	// The samples were written on that day, and free text goes out for one.
	jest.useFakeTimers({
		now: Date.parse('2026-11-20T10:05:00Z'),
		doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'],
	});
	({ store, close } = await temporaryStore());
	jest.mocked(storeFor).mockResolvedValue(store);
});
afterEach(async () => {
	jest.useRealTimers();
	await close();
});

const run = async (operation: string, parameters: IDataObject, item: IDataObject = {}) =>
	jsonOf(await runConversation({ operation, parameters, items: [item] }));

const recordMessage = (format: string, payload: IDataObject) =>
	run('recordMessage', { format, recordOptions: {} }, payload);

/** A customer has written through a gateway, and the bot answers: what Reply gives out for the branch that sends. */
const answered = async (gateway: string, text = 'It left today.') => {
	const [bot] = await recordMessage(gateway, sample(`${gateway}/text`));
	return replied(bot![0]!, text);
};
const replied = async (item: IDataObject, text = 'It left today.') => {
	const [sent] = await run(
		'reply',
		{
			conversationId: (item.conversation as IDataObject).id,
			author: 'bot',
			content: 'text',
			text,
		},
		item,
	);
	return sent![0]! as IDataObject & {
		conversation: { id: string };
		reply: { messageIds: string[]; repeated: boolean; gatewayMessageId?: string };
	};
};
const took = (ownMessageId: unknown, gatewayMessageId: unknown, item: IDataObject = {}) =>
	run(
		'recordSent',
		{ ownMessageId, gatewayMessageId, gatewayOutcome: 'sent' } as IDataObject,
		item,
	);

const thread = (conversationId: string) => store.history(conversationId, { limit: 20 });
const ours = async (conversationId: string): Promise<ConversationMessage> =>
	(await thread(conversationId)).find(({ direction }) => direction === 'out')!;

/** A status as each gateway publishes it, of the message that its own answer named. */
const GATEWAYS: Array<[string, { answer: unknown; events: Array<[IDataObject, string]> }]> = [
	[
		'waha',
		{
			answer: 'true_16505551234@c.us_3EB0C767D26A1B5F0009',
			events: [
				[wahaAck('true_16505551234@c.us_3EB0C767D26A1B5F0009', 2, 'DEVICE'), 'delivered'],
				[sample('waha/ack_read'), 'read'],
			],
		},
	],
	[
		'twilio',
		{
			answer: 'SM000000000000000000000000000000B1',
			events: [
				[twilioStatus('SM000000000000000000000000000000B1', 'delivered'), 'delivered'],
				[twilioStatus('SM000000000000000000000000000000B1', 'read'), 'read'],
			],
		},
	],
	[
		'evolution',
		{ answer: '3EB0E00000000000A013', events: [[sample('evolution/update_read'), 'read']] },
	],
];

function wahaAck(id: string, ack: number, ackName: string): IDataObject {
	const event = sample('waha/ack_read');
	return { ...event, payload: { ...(event.payload as IDataObject), id, ack, ackName } };
}

function twilioStatus(id: string, status: string): IDataObject {
	const { ErrorCode: _code, ...request } = sample('twilio/status_failed');
	return { ...request, MessageSid: id, SmsSid: id, MessageStatus: status, SmsStatus: status };
}

describe('a reply that a branch of the workflow has sent through a gateway', () => {
	it.each(GATEWAYS)(
		'is found by what the gateway reports of it later: %s',
		async (gateway, { answer, events }) => {
			const { conversation, reply } = await answered(gateway);
			const [[recorded]] = (await took(reply.messageIds[0], answer)) as [[IDataObject]];
			expect(recorded).toMatchObject({
				conversation: { id: conversation.id },
				customer: { phone: '+16505551234' },
				sent: { messageId: reply.messageIds[0], gatewayMessageId: answer, status: 'sent' },
			});
			for (const [event, status] of events) {
				const [, , told] = await recordMessage(gateway, event);
				expect(told?.[0]).toMatchObject({
					conversation: { id: conversation.id },
					status: { status },
				});
				expect(await ours(conversation.id)).toMatchObject({ status });
			}
			expect(await thread(conversation.id)).toHaveLength(2);
		},
	);

	it('is found by a status that staff map from any other gateway', async () => {
		const status = (mappedStatus: unknown, more: IDataObject = {}) =>
			run('recordMessage', {
				format: 'fields',
				direction: 'status',
				messageId: 'own-7',
				mappedStatus,
				recordOptions: { channel: 'provider' },
				...more,
			} as IDataObject);
		const [bot] = await run('recordMessage', {
			format: 'fields',
			direction: 'customer',
			from: '+16505551234',
			text: 'Where is my order?',
			messageId: 'own-1',
			recordOptions: { channel: 'provider' },
		});
		const { conversation, reply } = await replied(bot![0]!);
		await took(reply.messageIds[0], 'own-7');
		for (const [word, known] of [
			['Queued', 'sent'],
			['DELIVERED', 'delivered'],
			['seen', 'read'],
		]) {
			await status(word);
			expect((await ours(conversation.id)).status).toBe(known);
		}
		const [, , told] = await status('evaporated');
		expect(told?.[0]?.status).toMatchObject({ status: 'unknown', reported: 'evaporated' });
		const { reply: second } = await replied(bot![0]!, 'And another thing.');
		await took(second.messageIds[0], 'own-8');
		await status('rejected', { messageId: 'own-8', mappedReason: 'No such number' });
		const refused = (await thread(conversation.id)).find(({ text }) => text.startsWith('And'));
		expect(refused).toMatchObject({
			status: 'failed',
			errors: [{ title: 'No such number' }],
		});
		await expect(status('')).rejects.toMatchObject({
			description: expect.stringContaining('Message ID') as string,
		});
		expect((await store.list({})).conversations).toHaveLength(1);
	});

	it('is found where the gateway was quicker to report than the workflow to note its ID', async () => {
		const { conversation, reply } = await answered('waha');
		await recordMessage('waha', sample('waha/ack_read'));
		const [[recorded]] = (await took(
			reply.messageIds[0],
			'true_16505551234@c.us_3EB0C767D26A1B5F0009',
		)) as [[IDataObject]];
		expect(recorded.sent).toMatchObject({ status: 'read' });
		expect(await ours(conversation.id)).toMatchObject({ status: 'read' });
	});

	it.each([
		['an address that hides the number', 'true_123456789012345@lid_3EB0C767D26A1B5F0009'],
		[
			'a group, with who wrote',
			'true_120363000000000001@g.us_3EB0C767D26A1B5F0009_16505550100@c.us',
		],
		['the bare ID that another engine answers', '3EB0C767D26A1B5F0009'],
	])('is found although WAHA writes the same ID in another way: %s', async (_how, answer) => {
		const { conversation, reply } = await answered('waha');
		await took(reply.messageIds[0], answer);
		await recordMessage('waha', sample('waha/ack_read'));
		expect(await ours(conversation.id)).toMatchObject({ status: 'read' });
	});

	it('says why it failed where Twilio could not deliver it', async () => {
		const { conversation, reply } = await answered('twilio');
		await took(reply.messageIds[0], 'SM000000000000000000000000000000B1');
		const [, , told] = await recordMessage('twilio', sample('twilio/status_failed'));
		expect(told?.[0]).toMatchObject({
			conversation: { id: conversation.id },
			status: { status: 'failed', errors: [{ code: 63016 }] },
		});
		expect(await ours(conversation.id)).toMatchObject({
			status: 'failed',
			errors: [{ code: 63016, title: 'Twilio error 63016' }],
		});
	});

	it('shows in the thread that the gateway refused it, and why', async () => {
		const { conversation, reply } = await answered('waha');
		const refused = async (gatewayReason: unknown) =>
			run('recordSent', {
				ownMessageId: reply.messageIds[0],
				gatewayOutcome: 'failed',
				gatewayReason,
			} as IDataObject);
		const [[recorded]] = (await refused('The session is not connected')) as [[IDataObject]];
		expect(recorded.sent).toEqual({
			messageId: reply.messageIds[0],
			status: 'failed',
			errors: [{ code: 0, title: 'The session is not connected' }],
		});
		expect(await ours(conversation.id)).toMatchObject({
			status: 'failed',
			errors: [{ title: 'The session is not connected' }],
		});
		await expect(refused({ error: 'x'.repeat(9_000) })).resolves.toBeDefined();
	});

	it('is not sent again by a retried execution that has sent it, and is by one that died before', async () => {
		const [bot] = await recordMessage('waha', sample('waha/text'));
		const first = await replied(bot![0]!);
		expect(first.reply).toMatchObject({ repeated: false });
		expect(first.reply.gatewayMessageId).toBeUndefined();
		const again = await replied(bot![0]!);
		expect(again.reply).toMatchObject({ repeated: true, messageIds: first.reply.messageIds });
		expect(again.reply.gatewayMessageId).toBeUndefined();
		await took(first.reply.messageIds[0], '3EB0C767D26A1B5F0009');
		const third = await replied(bot![0]!);
		expect(third.reply).toMatchObject({
			repeated: true,
			gatewayMessageId: '3EB0C767D26A1B5F0009',
		});
	});

	it('is shown as what the customer quotes and reacts to', async () => {
		const { conversation, reply } = await answered('waha');
		await took(reply.messageIds[0], 'true_16505551234@c.us_3EB0AAAAAAAAAAAAAAAA');
		await recordMessage('waha', sample('waha/reply'));
		const reaction = sample('waha/reaction');
		(reaction.payload as { reaction: IDataObject }).reaction.messageId =
			'true_16505551234@c.us_3EB0AAAAAAAAAAAAAAAA';
		await recordMessage('waha', reaction);
		const shown = arrange(await thread(conversation.id));
		expect(shown.find(({ message }) => message.quoted)?.quoted?.text).toBe('It left today.');
		expect(shown.find(({ message }) => message.direction === 'out')?.reactions).toHaveLength(1);
	});

	it.each<[string, IDataObject, string]>([
		['no ID of ours', { ownMessageId: '', gatewayMessageId: 'x' }, 'Message is empty'],
		[
			'no ID of the gateway',
			{ ownMessageId: 'simulated.1', gatewayMessageId: { remote: 'x' } },
			'Message ID at the Gateway is empty',
		],
		[
			'a message that is not on record',
			{ ownMessageId: 'simulated.1', gatewayMessageId: 'x' },
			'There is no message simulated.1 of yours',
		],
		[
			'one that is refused and not on record',
			{ ownMessageId: 'simulated.1', gatewayOutcome: 'failed' },
			'There is no message simulated.1 of yours',
		],
	])('is refused with what to do: %s', async (_what, parameters, message) => {
		await expect(run('recordSent', parameters)).rejects.toMatchObject({
			message,
			description: expect.stringMatching(/Reply|Drag/u) as string,
		});
	});
});

describe('what a branch that sends by a gateway is given', () => {
	const given = async (gateway: string, parameters: IDataObject, surface: object = {}) => {
		const [bot] = await recordMessage(gateway, sample(`${gateway}/text`));
		const item = bot![0]!;
		const outputs = await runConversation({
			operation: 'reply',
			parameters: {
				conversationId: (item.conversation as IDataObject).id,
				author: 'bot',
				...parameters,
			},
			items: [item],
			surface,
		});
		return outputs[0]![0]!;
	};

	it('is the message as it was chosen, buttons and all', async () => {
		const { json } = await given('waha', {
			content: 'buttons',
			text: 'Did that help?',
			'buttons.button': [{ title: 'Yes', id: 'yes' }],
		});
		expect(json.reply).toMatchObject({
			outcome: 'sent',
			message: {
				type: 'buttons',
				text: 'Did that help?',
				buttons: [{ id: 'yes', title: 'Yes' }],
			},
		});
	});

	it('is the template in its place where the window has closed', async () => {
		await recordMessage('twilio', sample('twilio/text'));
		jest.setSystemTime(Date.parse('2026-11-23T10:00:00Z'));
		const [conversation] = (await store.list({})).conversations;
		const [sent] = await run('reply', {
			conversationId: conversation!.id,
			author: 'bot',
			content: 'text',
			text: 'It has arrived.',
			replyOptions: { templateName: 'follow_up', templateLanguage: 'en_US' },
		});
		expect(sent![0]!.reply).toMatchObject({ message: { type: 'template', name: 'follow_up' } });
	});

	it('is the file of the item, which is not uploaded to Meta', async () => {
		const file = { mimeType: 'application/pdf', fileName: 'invoice.pdf', data: '' };
		const { json, binary } = await given(
			'waha',
			{ content: 'file', binaryField: 'data', caption: 'Your invoice' },
			{
				getInputData: () => [{ json: {}, binary: { data: file } }],
				getCredentials: () => Promise.reject(new Error('no credential')),
				helpers: {
					assertBinaryData: () => file,
					getBinaryDataBuffer: () => Promise.resolve(Buffer.from('%PDF')),
				},
			},
		);
		expect(json.reply).toMatchObject({
			message: { type: 'media', kind: 'document', media: { fileName: 'invoice.pdf' } },
		});
		expect(binary).toEqual({ data: file });
	});
});

describe('WhatsApp’s 24-hour window', () => {
	const daysLater = () => jest.setSystemTime(Date.parse('2026-11-23T10:00:00Z'));

	it.each(['waha', 'evolution'])(
		'does not hold for %s, which has no templates either',
		async (gateway) => {
			const [bot] = await recordMessage(gateway, sample(`${gateway}/text`));
			daysLater();
			const sent = await replied(bot![0]!, 'Your order has arrived.');
			expect(sent.reply).toMatchObject({ outcome: 'sent' });
			expect(sent.conversation).not.toHaveProperty('windowClosesAt');
		},
	);

	it('holds for Twilio, and for a channel whose gateway is not known', async () => {
		const [bot] = await recordMessage('twilio', sample('twilio/text'));
		const [named] = jsonOf(
			await runConversation({
				operation: 'recordMessage',
				parameters: { format: 'waha', recordOptions: { channel: 'shop-line' } },
				items: [sample('waha/text')],
			}),
		);
		daysLater();
		for (const item of [bot![0]!, named![0]!]) {
			const [, withheld] = await run(
				'reply',
				{
					conversationId: (item.conversation as IDataObject).id,
					author: 'bot',
					content: 'text',
					text: 'Hi',
				},
				item,
			);
			expect(withheld?.[0]?.reply).toMatchObject({
				reason: expect.stringContaining('24-hour') as string,
			});
		}
	});
});
