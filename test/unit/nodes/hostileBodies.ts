import type { Fields } from '../../../adapters/whatsapp/fields';
import { deliveryOf, textMessage } from '../whatsapp/fixtures';

/*
 * Bodies that no honest sender posts, each with a name. They are signed where they are used: a leaked secret must not be a way to bring
 * n8n down.
 */

const good = (seconds: number) =>
	JSON.stringify(deliveryOf([textMessage('wamid.h', 'Hi', seconds)]));

const nested = (depth: number, open: string, close: string) =>
	open.repeat(depth) + close.repeat(depth);

const inMessage = (json: string): string =>
	good(1_795_168_800).replace('{"body":"Hi"}', () => json);

/** A message whose content is replaced by what it must not be. */
const wrong = (value: unknown): string => {
	const body = deliveryOf([textMessage('wamid.h', 'Hi', 1_795_168_800)]);
	const text = JSON.stringify(body);
	const parsed = JSON.parse(text) as { entry: Array<{ changes: Array<{ value: Fields }> }> };
	parsed.entry[0]!.changes[0]!.value.messages = value;
	return JSON.stringify(parsed);
};

const bytes = (...parts: Array<string | number[]>): Buffer =>
	Buffer.concat(parts.map((part) => Buffer.from(part as string)));

export const HOSTILE: Array<[string, string | Buffer]> = [
	['nothing', ''],
	['blanks', ' \n\t '],
	['NUL bytes', bytes([0, 0, 0, 0])],
	['a byte order mark before the JSON', bytes([0xef, 0xbb, 0xbf], good(1_795_168_800))],
	['UTF-16', Buffer.from(good(1_795_168_800), 'utf16le')],
	...[1, 17, 120, 200].map((length): [string, string] => [
		`a delivery that ends after ${length} characters`,
		good(1_795_168_800).slice(0, length),
	]),
	['a delivery without its last brace', good(1_795_168_800).slice(0, -1)],
	['a delivery and something behind it', `${good(1_795_168_800)}{}`],
	...['null', 'true', '0', '1e999', '-0', '"text"', '[]', '{}', '[[[]]]', 'NaN', 'undefined'].map(
		(text): [string, string] => [`the bare value ${text}`, text],
	),
	['lists in lists, 100,000 deep', nested(100_000, '[', ']')],
	['objects in objects, 50,000 deep', `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`],
	[
		'a delivery with a text of objects, 20,000 deep',
		inMessage(`${'{"body":'.repeat(20_000)}"Hi"${'}'.repeat(20_000)}`),
	],
	['a text of a megabyte', inMessage(JSON.stringify({ body: 'x'.repeat(1_000_000) }))],
	['a text of lone surrogates', inMessage('{"body":"\\ud800\\udc00\\ud800 \\udfff\\ud83d"}')],
	['a text with NUL in it', inMessage('{"body":"a\\u0000b"}')],
	['a text of control characters', inMessage('{"body":"\\u0001\\u0008\\u001f\\u202e\\u2066"}')],
	[
		'a text that is not UTF-8',
		bytes(
			good(1_795_168_800).split('Hi')[0]!,
			[0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80],
			good(1_795_168_800).split('Hi')[1]!,
		),
	],
	['a prototype in a message', inMessage('{"body":"Hi","__proto__":{"polluted":true}}')],
	[
		'names that objects have already',
		inMessage(
			'{"body":"Hi","constructor":{"prototype":{"polluted":true}},"toString":1,"length":-1}',
		),
	],
	['a text that is a list', inMessage('["Hi"]')],
	['a text that is a number', inMessage('{"body":12345678901234567890}')],
	['a text that is nothing', inMessage('null')],
	['messages that are a text', wrong('hello')],
	['messages that are an object', wrong({ 0: { id: 'x' } })],
	['messages of nothing', wrong([null, undefined, 0, '', [], {}])],
	['a message without id, sender and time', wrong([{ type: 'text', text: { body: 'Hi' } }])],
	[
		'a message whose every field is of the wrong kind',
		wrong([{ id: {}, from: [], timestamp: {}, type: 7, text: 'x', context: 1, referral: [] }]),
	],
	[
		'times that are none',
		wrong(
			['', '-1', '1e400', '99999999999999', 'yesterday', '0x10'].map((timestamp, i) => ({
				...textMessage(`wamid.t${i}`, 'Hi'),
				timestamp,
			})),
		),
	],
	[
		'an id of 100,000 characters',
		wrong([{ ...textMessage('x'.repeat(100_000), 'Hi', 1_795_168_800) }]),
	],
	[
		'a sender that is SQL',
		wrong([
			{ ...textMessage("'; DROP TABLE messages; --", 'Hi', 1_795_168_800), from: "' OR 1=1" },
		]),
	],
	[
		'a thousand messages at once',
		wrong(Array.from({ length: 1000 }, (_, i) => textMessage(`wamid.m${i}`, 'Hi', 1_795_168_800))),
	],
	[
		'a thousand changes that nobody knows',
		JSON.stringify({
			object: 'whatsapp_business_account',
			entry: Array.from({ length: 1000 }, (_, i) => ({
				id: String(i),
				changes: [{ field: `new_${i}`, value: { a: i } }],
			})),
		}),
	],
	[
		'an edit of an edit of an edit',
		wrong([
			{
				...textMessage('wamid.e', 'Hi', 1_795_168_800),
				type: 'edit',
				edit: {
					original_message_id: 'wamid.1',
					message: { type: 'edit', edit: { original_message_id: 'wamid.0', message: {} } },
				},
			},
		]),
	],
	[
		'an order of 10,000 things of the wrong kind',
		wrong([
			{
				...textMessage('wamid.o', 'Hi', 1_795_168_800),
				type: 'order',
				order: { product_items: Array.from({ length: 10_000 }, () => ({ quantity: 'many' })) },
			},
		]),
	],
	[
		'a flow answer that is no JSON',
		wrong([
			{
				...textMessage('wamid.f', 'Hi', 1_795_168_800),
				type: 'interactive',
				interactive: { type: 'nfm_reply', nfm_reply: { response_json: '{"a":' } },
			},
		]),
	],
];
