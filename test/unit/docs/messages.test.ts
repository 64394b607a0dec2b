import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { Database } from '../../../adapters/store/sqlite/database';
import { SqliteStore } from '../../../adapters/store/sqlite/sqliteStore';
import type { Fields } from '../../../adapters/whatsapp/fields';
import { readDelivery } from '../../../adapters/whatsapp/webhook';
import { takeIn } from '../../../core/conversation/intake';
import type { MessageType } from '../../../core/conversation/message';
import { messageItem, statusItem } from '../../../nodes/shared/arrivals';
import { toJson } from '../../../nodes/shared/item';
import { payload } from '../whatsapp/fixtures';

/*
 * docs/messages.md shows what comes out for recorded payloads. This test writes it anew and compares; run it with UPDATE_DOCS=1 to write
 * the file.
 */

const FILE = path.join(__dirname, '..', '..', '..', 'docs', 'messages.md');
const NOW = '2026-11-20T12:00:00.000Z';

/** A payload for each kind of message, and what to say about it. */
const EXAMPLES: Array<[MessageType, string, string | Fields]> = [
	['text', 'What the customer typed.', 'meta-openapi/Text_Message'],
	[
		'image',
		'`text` is the caption. *Download Media* puts the file on the item.',
		'meta-openapi/Image_Message',
	],
	['audio', 'An audio file, or a voice note (`media.voice`).', 'pywa/message__voice'],
	['video', '', 'pywa/message__video'],
	['document', '', 'pywa/message__document'],
	['sticker', '', 'pywa/message__animated_sticker'],
	['location', '`text` is name and address.', 'meta-openapi/Location_Message'],
	[
		'contacts',
		'Also the answer to a request for the customer’s number.',
		'meta-openapi/Contact_Sharing_Message',
	],
	[
		'interactive',
		'A tapped button, a picked row (`kind` is `list`) or a finished flow (`kind` is `flow`, answers in `data`).',
		'meta-openapi/Interactive_List_Reply_Message',
	],
	['button', 'A quick reply under a template.', 'pywa/callback_button__quick_reply'],
	[
		'reaction',
		'An emoji on a message; `emoji` is null where it was taken back. Recorded; starts nothing unless chosen.',
		'meta-openapi/Reaction_Message',
	],
	['order', 'A basket of the catalogue.', 'meta-openapi/Order_Message'],
	[
		'system',
		'The customer changed the number: the new one leads to the same conversation. Recorded; starts nothing unless chosen.',
		'meta-openapi/System_Message',
	],
	[
		'edit',
		'The customer corrected a message (coexistence). Recorded; starts nothing unless chosen.',
		'pywa/edited_message__image',
	],
	[
		'revoke',
		'The customer deleted a message. Recorded; starts nothing unless chosen.',
		'pywa/deleted_message__revoke',
	],
	[
		'call',
		'A call rang, or ended with `status` and `durationSeconds`. Recorded; starts nothing unless chosen.',
		'pywa/call_terminate__call_terminate',
	],
	[
		'unsupported',
		'WhatsApp does not pass this kind of message on; `errors` says why.',
		'meta-openapi/Unsupported_Message',
	],
	[
		'unknown',
		'Something that Meta added later: passed on with its raw form, never dropped.',
		{
			from: '16505551234',
			id: 'wamid.HBgLMTY1',
			timestamp: '1795168800',
			type: 'hologram',
			hologram: { size: 3 },
		},
	],
];

const EXTRAS: Array<[string, string, string]> = [
	['A reply', '`quoted` names the message that it answers.', 'pywa/message__reply'],
	[
		'A question about a product',
		'`quoted.product` names it.',
		'meta-openapi/Text_Message_with_Context_Product_Inquiry_',
	],
	[
		'A message from a click-to-WhatsApp ad',
		'',
		'meta-openapi/Text_Message_from_Click_to_WhatsApp_Ad',
	],
	[
		'A colleague’s answer from the WhatsApp Business app',
		'Comes out on Human, and silences the bot.',
		'pywa/outgoing_message__text',
	],
];

const STATUSES: Array<[string, string]> = [
	['read', 'pywa/message_status__read'],
	['failed', 'pywa/message_status__failed'],
];

/** Recorded payloads share ids and customers: each example has a store of its own. */
async function withStore<T>(work: (store: SqliteStore) => Promise<T>): Promise<T> {
	const folder = mkdtempSync(path.join(tmpdir(), 'handoff-docs-'));
	const store = new SqliteStore(
		Database.open(path.join(folder, 'store.sqlite')),
		'default',
		() => '0b6c21f4-9d0e-4c55-8f0a-6d1f7b2c3a10',
	);
	try {
		return await work(store);
	} finally {
		await store.close();
		rmSync(folder, { recursive: true, force: true });
	}
}

const wrapped = (message: Fields): Fields => ({
	object: 'whatsapp_business_account',
	entry: [
		{
			id: '102290129340398',
			changes: [
				{
					field: 'messages',
					value: {
						metadata: { display_phone_number: '15550783881', phone_number_id: '106540352242922' },
						contacts: [{ profile: { name: 'Robin Sample' }, wa_id: '16505551234' }],
						messages: [message],
					},
				},
			],
		},
	],
});

async function itemOf(source: string | Fields): Promise<Record<string, unknown>> {
	const body = typeof source === 'string' ? payload(source) : wrapped(source);
	const { inbound } = readDelivery(body, NOW);
	return withStore(async (store) => {
		const { fresh } = await takeIn(store, inbound.slice(0, 1), NOW);
		return messageItem(fresh[0]!, { includeRaw: false }).json;
	});
}

const code = (value: unknown) => ['```json', JSON.stringify(value, undefined, 2), '```'].join('\n');

async function page(): Promise<string> {
	const parts = [
		'# Messages',
		'',
		'<!-- Written by test/unit/docs/messages.test.ts from recorded payloads; UPDATE_DOCS=1 writes it anew. -->',
		'',
		'What WhatsApp Trigger and Conversation → Record Message give out. One item a message; `conversation` and `customer` say how things stand',
		'after it, so that no lookup is needed. Each node that follows adds a key of its own and leaves these as they are.',
		'',
		code(await itemOf('meta-openapi/Text_Message')),
		'',
		'## Fields of `message`',
		'',
		'| field | meaning |',
		'| --- | --- |',
		'| id | WhatsApp’s id; a message is taken in once by it |',
		'| direction, author | `in` from the `customer`; `out` by the `bot` or an `agent` (a colleague on the phone); `system` for the service itself |',
		'| type | one of those below |',
		'| text | what a reader sees as words: text, caption, title of the button; empty where there are none |',
		'| sentAt, receivedAt | by WhatsApp’s clock, in whole seconds, and by ours. Messages are ordered by the first |',
		'| media | file: `id`, `mimeType`, `fileName`, `caption`, `voice`, `url` |',
		'| quoted | the message that this one answers, `forwarded`, the `product` it is about |',
		'| referral | the advertisement it came by |',
		'| groupId, authorName | in groups: the group, and who spoke |',
		'| joined, parts | with a quiet period: ids of the messages that came as one, and the messages |',
		'| errors, raw | why something could not be delivered; the message as WhatsApp sent it, where we do not know it |',
		'',
		'## Types',
	];
	for (const [type, words, source] of EXAMPLES) {
		const { message } = await itemOf(source);
		parts.push('', `### ${type}`, '', ...(words ? [words, ''] : []), code(message));
	}
	parts.push('', '## Beside the types');
	for (const [title, words, source] of EXTRAS) {
		const { message } = await itemOf(source);
		parts.push('', `### ${title}`, '', ...(words ? [words, ''] : []), code(message));
	}
	parts.push(
		'',
		'## Statuses',
		'',
		'On the output Status, as far as *Status Output* chooses them. `conversation` and `customer` are there for messages that were sent through',
		'this package. `status.status` is sent, delivered, read, played, failed, or unknown with Meta’s word in `reported`.',
	);
	for (const [title, source] of STATUSES) {
		const [update] = readDelivery(payload(source), NOW).statuses;
		const { json } = statusItem({ update: update! }, { includeRaw: false });
		parts.push('', `### ${title}`, '', code(json));
	}
	const [event] = readDelivery(payload('pywa/user_marketing_preferences__resume'), NOW).other;
	parts.push(
		'',
		'## Events',
		'',
		'Everything else that Meta tells (consent, templates, the account, the number, groups) comes out on Status too, where chosen:',
		'',
		code({ event: toJson(event!) }),
		'',
	);
	return formatted(parts.join('\n'));
}

/** As the repository's files are formatted; in a process of its own, since Prettier's modules and jest's do not go together. */
function formatted(text: string): string {
	const prettier = require.resolve('prettier/bin/prettier.cjs');
	return execFileSync(process.execPath, [prettier, '--stdin-filepath', FILE], {
		input: text,
		encoding: 'utf8',
	});
}

describe('docs/messages.md', () => {
	it('shows what comes out now, with an example of each type', async () => {
		const now = await page();
		if (process.env.UPDATE_DOCS) writeFileSync(FILE, now);
		if (readFileSync(FILE, 'utf8') === now) return;
		throw new Error(
			'docs/messages.md is not what comes out now. Write it anew: UPDATE_DOCS=1 node scripts/node24.js node_modules/jest/bin/jest.js --selectProjects=unit --testPathPatterns unit/docs',
		);
	});

	it.each(EXAMPLES)(
		'takes its example of %s from a message of that type',
		async (type, _words, source) => {
			expect((await itemOf(source)).message).toMatchObject({ type });
		},
	);
});
