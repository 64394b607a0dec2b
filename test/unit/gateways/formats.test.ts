import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import fc from 'fast-check';

import type { GatewayFormat } from '../../../adapters/gateways';
import { readGateway } from '../../../adapters/gateways';
import type { Fields } from '../../../adapters/whatsapp/fields';
import type { ConversationMessage } from '../../../core/conversation/message';

const FOLDER = path.join(__dirname, '..', '..', 'fixtures', 'gateways');
const NOW = '2026-11-20T10:00:05.000Z';

const sample = (name: string) =>
	JSON.parse(readFileSync(path.join(FOLDER, `${name}.json`), 'utf8')) as Fields;

const read = (name: string, channel = '') =>
	readGateway(name.split('/')[0] as GatewayFormat, sample(name), { now: NOW, channel })!;

const one = (name: string) => {
	const { inbound } = read(name);
	expect(inbound).toHaveLength(1);
	return inbound[0]!;
};

const ROBIN = { phone: '+16505551234', waId: '16505551234', name: 'Robin Sample' };
const SENT = '2026-11-20T10:00:00.000Z';

describe('a text through a gateway', () => {
	it.each([
		['waha/text', 'gateway:waha:default', 'false_16505551234@c.us_3EB0C767D26A1B5F0001', SENT],
		['evolution/text', 'gateway:evolution:shop', '3EB0E00000000000A001', SENT],
		// Twilio gives no time; that of arrival stands in.
		['twilio/text', 'gateway:twilio:16505550100', 'SM00000000000000000000000000000001', NOW],
	])('is read from %s with sender, name, id, time and channel', (name, channelId, id, sentAt) => {
		expect(one(name)).toMatchObject({
			channelId,
			identity: ROBIN,
			message: {
				id,
				direction: 'in',
				author: 'customer',
				type: 'text',
				text: 'Where is my order?',
				sentAt,
				receivedAt: NOW,
			},
		});
	});

	it('is read from Twilio’s event stream, which spells the names in another way', () => {
		expect(one('twilio/event_stream')).toMatchObject({
			identity: { phone: '+16505551234' },
			message: { id: 'SM00000000000000000000000000000007', sentAt: SENT },
		});
	});

	it.each(['waha/text', 'evolution/text', 'twilio/text'])(
		'is found in the body of n8n’s Webhook node (%s)',
		(name) => {
			const item = { headers: {}, params: {}, query: {}, body: sample(name) };
			const format = name.split('/')[0] as GatewayFormat;
			expect(readGateway(format, item, { now: NOW, channel: '' })).toEqual(read(name));
		},
	);

	it('is read with all others that one call of Evolution API brings', () => {
		const [first, second] = ['evolution/text', 'evolution/voice'].map((name) => sample(name));
		const both = { ...first, data: [first!.data, second!.data] };
		const { inbound } = readGateway('evolution', both, { now: NOW, channel: '' })!;
		expect(inbound.map(({ message }) => message.type)).toEqual(['text', 'audio']);
	});

	it('goes to the channel that staff name instead of the one in the payload', () => {
		expect(read('waha/text', 'shop-line').inbound[0]?.channelId).toBe('gateway:shop-line');
		expect(read('waha/text', 'simulation').inbound[0]?.channelId).toBe('simulation');
		expect(read('waha/text', '106540352242922').inbound[0]?.channelId).toBe('106540352242922');
	});
});

describe('other kinds of message', () => {
	it.each<[string, Partial<ConversationMessage>]>([
		[
			'waha/image',
			{
				type: 'image',
				text: 'It arrived like this',
				media: {
					url: 'http://waha.example:3000/api/files/default/3EB0C767D26A1B5F0002.jpg',
					mimeType: 'image/jpeg',
					caption: 'It arrived like this',
				},
			},
		],
		[
			'evolution/image',
			{
				type: 'image',
				text: 'It arrived like this',
				media: {
					url: 'https://files.example/3EB0E00000000000A003.jpeg',
					mimeType: 'image/jpeg',
					caption: 'It arrived like this',
				},
			},
		],
		['twilio/image', { type: 'image', text: 'It arrived like this' }],
		['waha/voice', { type: 'audio', media: expect.objectContaining({ voice: true }) as object }],
		[
			'evolution/voice',
			{ type: 'audio', media: expect.objectContaining({ voice: true }) as object },
		],
		['twilio/voice', { type: 'audio', media: expect.objectContaining({ voice: true }) as object }],
		[
			'evolution/document',
			{
				type: 'document',
				text: 'My invoice',
				media: expect.objectContaining({ fileName: 'invoice.pdf' }) as object,
			},
		],
		...['waha/location', 'evolution/location', 'twilio/location'].map(
			(name): [string, Partial<ConversationMessage>] => [
				name,
				{
					type: 'location',
					text: 'Sample Park, 1 Example Way',
					location: {
						latitude: 37.4847,
						longitude: -122.1473,
						name: 'Sample Park',
						address: '1 Example Way',
					},
				},
			],
		),
		[
			'waha/contact',
			{
				type: 'contacts',
				text: 'Jo Doe',
				contacts: [{ name: 'Jo Doe', phones: ['+1 650-555-0142'], emails: ['jo@shop.example'] }],
			},
		],
		[
			'evolution/contact',
			{ type: 'contacts', contacts: [{ name: 'Jo Doe', phones: ['+1 650-555-0142'], emails: [] }] },
		],
		[
			'evolution/list_reply',
			{
				type: 'interactive',
				text: 'Express',
				interactive: { kind: 'list', id: 'express', title: 'Express', description: 'Tomorrow' },
			},
		],
		[
			'evolution/button_reply',
			{ type: 'interactive', interactive: { kind: 'button', id: 'cancel', title: 'Cancel' } },
		],
		[
			'twilio/button',
			{
				type: 'button',
				text: 'Yes, please',
				interactive: { kind: 'template_button', id: 'yes', title: 'Yes, please' },
				quoted: { id: 'MM000000000000000000000000000000AA', from: 'whatsapp:+16505550100' },
			},
		],
		[
			'twilio/advertisement',
			{
				type: 'text',
				referral: {
					sourceType: 'ad',
					sourceId: '120000000000000000',
					sourceUrl: 'https://fb.example/ad',
					headline: 'Autumn sale',
					body: 'Everything must go',
					clickId: 'ARAk000',
				},
			},
		],
		['waha/reply', { quoted: { id: '3EB0AAAAAAAAAAAAAAAA', from: '16505550100@c.us' } }],
		[
			'evolution/extended_text',
			{
				text: 'This one',
				quoted: { id: '3EB0AAAAAAAAAAAAAAAA', from: '16505550100@s.whatsapp.net' },
			},
		],
		[
			'waha/reaction',
			{
				type: 'reaction',
				reaction: { messageId: 'true_16505551234@c.us_3EB0C767D26A1B5F0009', emoji: '👍' },
			},
		],
		[
			'evolution/reaction',
			{ type: 'reaction', reaction: { messageId: '3EB0AAAAAAAAAAAAAAAA', emoji: '👍' } },
		],
		[
			'waha/revoked',
			{
				type: 'revoke',
				target: { messageId: 'false_16505551234@c.us_3EB0C767D26A1B5F0001' },
			},
		],
		['evolution/revoked', { type: 'revoke', target: { messageId: '3EB0E00000000000A001' } }],
		[
			'waha/edited',
			{
				type: 'edit',
				target: {
					messageId: 'false_16505551234@c.us_3EB0C767D26A1B5F0001',
					text: 'Where is my parcel?',
				},
			},
		],
	])('are read as what they are: %s', (name, message) => {
		expect(one(name)).toMatchObject({ identity: { waId: '16505551234' }, message });
	});
});

it.each(['waha', 'twilio'] as const)(
	'a message of %s without words and without anything else is unknown, with its raw form',
	(format) => {
		const payload = sample(`${format}/text`);
		if (format === 'twilio') payload.Body = '';
		else (payload.payload as Fields).body = '';
		const { inbound } = readGateway(format, payload, { now: NOW, channel: '' })!;
		expect(inbound[0]?.message).toMatchObject({
			type: 'unknown',
			text: '',
			raw: expect.any(Object) as object,
		});
	},
);

describe('who wrote', () => {
	it.each(['waha/hidden_number', 'evolution/hidden_number'])(
		'is known by number and hidden address alike in %s',
		(name) => {
			expect(one(name).identity.keys).toEqual([
				{ kind: 'wa_id', value: '16505551234' },
				{ kind: 'phone', value: '+16505551234' },
				{ kind: 'external', value: '123456789012345@lid' },
			]);
		},
	);

	it('is known by the hidden address alone where the gateway gives no number', () => {
		const payload = sample('waha/hidden_number');
		delete (payload.payload as Fields)._data;
		const delivery = readGateway('waha', payload, { now: NOW, channel: '' });
		expect(delivery?.inbound[0]?.identity.keys).toEqual([
			{ kind: 'external', value: '123456789012345@lid' },
		]);
	});

	it('is the group, with the group as a conversation of its own, in a group', () => {
		expect(one('waha/group')).toMatchObject({
			identity: { keys: [{ kind: 'external', value: 'group:120363000000000001' }] },
			message: { groupId: '120363000000000001', authorName: 'Robin Sample' },
		});
	});

	it.each(['waha/from_phone', 'evolution/from_phone'])(
		'is a colleague on the phone in %s, in the customer’s conversation',
		(name) => {
			const { identity, message } = one(name);
			expect(identity).toMatchObject({ waId: '16505551234' });
			expect(identity.name).toBeUndefined();
			expect(message).toMatchObject({ direction: 'out', author: 'agent', text: 'I am on it' });
		},
	);

	it.each(['waha/from_api', 'evolution/from_api'])(
		'is the workflow itself in %s, which must not silence the bot',
		(name) => {
			expect(read(name)).toEqual({ inbound: [], statuses: [], other: [] });
		},
	);
});

describe('statuses and all else', () => {
	it.each([
		['waha/ack_read', 'true_16505551234@c.us_3EB0C767D26A1B5F0009', 'read'],
		['evolution/update_read', '3EB0E00000000000A013', 'read'],
		['twilio/status_failed', 'SM000000000000000000000000000000B1', 'failed'],
	])('are told of the message that was sent: %s', (name, messageId, status) => {
		expect(read(name)).toMatchObject({ inbound: [], statuses: [{ messageId, status }] });
	});

	it.each([
		['in a group', { event: 'message.ack.group' }, {}, [{ status: 'read' }]],
		[
			'that failed',
			{},
			{ ack: -1, ackName: 'ERROR', _data: { error: 403 } },
			[{ status: 'failed' }],
		],
		['of what the customer wrote, which a colleague has read', {}, { fromMe: false }, []],
	])('are told by WAHA of a message %s', (_which, event, payload, statuses) => {
		const ack = sample('waha/ack_read');
		const delivery = readGateway(
			'waha',
			{ ...ack, ...event, payload: { ...(ack.payload as Fields), ...payload } },
			{ now: NOW, channel: '' },
		);
		expect(delivery?.statuses).toMatchObject(statuses);
	});

	it('say why a message failed', () => {
		expect(read('twilio/status_failed').statuses[0]?.errors).toEqual([
			{ code: 63016, title: 'Twilio error 63016' },
		]);
	});

	it.each(['waha/session_status', 'waha/status_post', 'evolution/connection_update'])(
		'are passed over where they are no message: %s',
		(name) => {
			expect(read(name)).toEqual({ inbound: [], statuses: [], other: [] });
		},
	);
});

describe('a payload that is not of the chosen format', () => {
	const formats: GatewayFormat[] = ['waha', 'evolution', 'twilio', 'cloudApi'];
	const files = ['waha', 'evolution', 'twilio'].flatMap((gateway) =>
		readdirSync(path.join(FOLDER, gateway)).map(
			(file) => `${gateway}/${file.replace('.json', '')}`,
		),
	);

	it('breaks nothing, whatever stands in any one place of it', () => {
		const mutated = fc
			.record({
				name: fc.constantFrom(...files),
				place: fc.nat(),
				value: fc.jsonValue({ maxDepth: 3 }),
			})
			.map(({ name, place, value }) => {
				const payload = sample(name);
				const places: Array<[Fields, string]> = [];
				const walk = (node: unknown) => {
					if (typeof node !== 'object' || node === null) return;
					for (const key of Object.keys(node)) {
						places.push([node as Fields, key]);
						walk((node as Fields)[key]);
					}
				};
				walk(payload);
				const [parent, key] = places[place % places.length]!;
				parent[key] = value;
				return { format: name.split('/')[0] as GatewayFormat, payload };
			});
		fc.assert(
			fc.property(mutated, ({ format, payload }) => {
				const read = readGateway(format, payload, { now: NOW, channel: '' });
				for (const { message, identity } of read?.inbound ?? []) {
					expect(typeof message.id).toBe('string');
					expect(typeof message.text).toBe('string');
					expect(message.sentAt).toMatch(/^\d{4}-/u);
					expect(identity.keys.length).toBeGreaterThan(0);
				}
			}),
			{ numRuns: 3000 },
		);
	});

	it.each(files)('is not taken for another gateway’s: %s', (name) => {
		for (const format of formats.filter((other) => other !== name.split('/')[0])) {
			expect(readGateway(format, sample(name), { now: NOW, channel: '' })).toBeUndefined();
		}
	});
});
