import fc from 'fast-check';

import type { Fields } from '../../../adapters/whatsapp/fields';
import { readDelivery } from '../../../adapters/whatsapp/webhook';
import type { Conversation } from '../../../core/conversation/conversation';
import type { ConversationMessage } from '../../../core/conversation/message';
import type { HandoffStore } from '../../../core/ports/store';
import { record } from '../../../nodes/WhatsAppTrigger/intake';
import { readSettings } from '../../../nodes/WhatsAppTrigger/settings';
import { temporaryStore } from '../../support';
import { PAYLOADS, payload } from './fixtures';

/** Everything arrives at one moment, so that only order, batches and repetitions differ. */
const NOW = '2026-11-20T12:00:00.000Z';
const NOW_SECONDS = Date.parse(NOW) / 1000;
const CHANNEL = '106540352242922';
const CUSTOMERS = ['16505550101', '16505550102', '16505550103'];

const settings = readSettings({
	getNodeParameter: ((_name: string, fallback: unknown) => fallback) as never,
});

interface Value {
	contacts?: Fields[];
	messages?: Fields[];
}

const valueOf = (body: Fields): Value =>
	((body.entry as Fields[])[0]!.changes as Array<{ value: Value }>)[0]!.value;

/** Every recorded message of a customer, by its payload's name; who sent it and when is put in by the generator. */
const MESSAGES = PAYLOADS.flatMap((name) => {
	const { messages } = valueOf(payload(name)) ?? {};
	return (messages ?? [])
		.filter(({ group_id, type }) => group_id === undefined && type !== 'system')
		.map(({ from_user_id: _userId, from_parent_user_id: _parentId, ...message }) => ({
			name,
			message,
		}));
});

/** One thing that WhatsApp has to tell, as one entry of a delivery's `changes`. */
type Change = Fields;

const changeOf = (field: string, value: Fields): Change => ({
	field,
	value: {
		messaging_product: 'whatsapp',
		metadata: { display_phone_number: '15550783881', phone_number_id: CHANNEL },
		...value,
	},
});

/** Messages in one history. */
const MOST = 12;

const someone = fc.constantFrom(...CUSTOMERS);
const secondsAgo = fc.integer({ min: 0, max: 5_000 });

const customerMessage = fc
	.record({
		kind: fc.constantFrom(...MESSAGES),
		from: someone,
		ago: secondsAgo,
		words: fc.option(fc.string({ unit: 'binary', maxLength: 40 }), { nil: undefined }),
		hidden: fc.boolean(),
	})
	.map(({ kind: { message }, from, ago, words, hidden }) => {
		const userId = `US.${from}`;
		return changeOf('messages', {
			contacts: [
				{
					profile: { name: `Customer ${ago % 3}` },
					wa_id: from,
					// Names change; some deliveries carry the business-scoped id too.
					...(hidden ? { user_id: userId } : {}),
				},
			],
			messages: [
				{
					...message,
					from,
					timestamp: String(NOW_SECONDS - ago),
					...(message.type === 'text' && words !== undefined ? { text: { body: words } } : {}),
				},
			],
		});
	});

const phoneEcho = fc.record({ to: someone, ago: secondsAgo }).map(({ to, ago }) =>
	changeOf('smb_message_echoes', {
		message_echoes: [
			{
				from: '15550783881',
				to,
				timestamp: String(NOW_SECONDS - ago),
				type: 'text',
				text: { body: 'I am on it' },
			},
		],
	}),
);

const preference = fc
	.record({ from: someone, ago: secondsAgo, value: fc.constantFrom('stop', 'resume') })
	.map(({ from, ago, value }) =>
		changeOf('user_preferences', {
			contacts: [{ wa_id: from }],
			user_preferences: [
				{
					wa_id: from,
					category: 'marketing_messages',
					value,
					timestamp: String(NOW_SECONDS - ago),
				},
			],
		}),
	);

/** Ids as WhatsApp gives them, each one once, and a second of its own for each: which of two words of one second is newer is nobody's to say. */
const numbered = (changes: Change[]): Change[] =>
	changes.map((change, index) => {
		const value = change.value as { messages?: Fields[]; message_echoes?: Fields[] };
		const withId = (list: Fields[] | undefined) =>
			list?.map((message) => {
				const ago = NOW_SECONDS - Number(message.timestamp);
				return {
					...message,
					id: `wamid.${index}`,
					timestamp: String(NOW_SECONDS - ago * MOST - index),
				};
			});
		return {
			...change,
			value: {
				...value,
				...(value.messages ? { messages: withId(value.messages) } : {}),
				...(value.message_echoes ? { message_echoes: withId(value.message_echoes) } : {}),
			},
		};
	});

const history = (withPhone: boolean) =>
	fc
		.array(
			withPhone ? fc.oneof({ weight: 8, arbitrary: customerMessage }, phoneEcho) : customerMessage,
			{ minLength: 1, maxLength: MOST },
		)
		.map(numbered);

/** How the same things may be delivered: repeated, in any order, in batches of any size. */
const arrangement = fc.record({
	repeat: fc.array(fc.nat(), { maxLength: 6 }),
	order: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 18, maxLength: 18 }),
	cuts: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 6 }),
});
type Arrangement = typeof arrangement extends fc.Arbitrary<infer T> ? T : never;

/** Preferences of one second have no order. */
const unique = (changes: Change[]): Change[] => {
	const seen = new Set<string>();
	return changes.filter((change) => {
		const { user_preferences } = change.value as { user_preferences?: Fields[] };
		const key = user_preferences
			? `${String(user_preferences[0]!.wa_id)}:${String(user_preferences[0]!.timestamp)}`
			: JSON.stringify(change);
		return !seen.has(key) && seen.add(key);
	});
};

function arranged(changes: Change[], { repeat, order, cuts }: Arrangement): Fields[] {
	const all = [...changes, ...repeat.map((index) => changes[index % changes.length]!)];
	const shuffled = all
		.map((change, index) => ({ change, rank: order[index % order.length]! + index * 1e-9 }))
		.sort((a, b) => a.rank - b.rank)
		.map(({ change }) => change);
	const deliveries: Fields[] = [];
	for (let at = 0, cut = 0; at < shuffled.length; cut++) {
		const size = cuts[cut % cuts.length]!;
		deliveries.push({
			object: 'whatsapp_business_account',
			entry: shuffled
				.slice(at, at + size)
				.map((change) => ({ id: '102290129340398', changes: [change] })),
		});
		at += size;
	}
	return deliveries;
}

interface Result {
	conversations: Array<Partial<Conversation> & { thread: ConversationMessage[] }>;
	/** Ids of the messages that started a workflow. */
	ran: string[];
}

/** Takes deliveries in as the trigger does, and gives what is known afterwards. */
async function after(deliveries: Fields[]): Promise<Result> {
	const { store, close } = await temporaryStore();
	try {
		const ran: string[] = [];
		for (const body of deliveries) {
			const { arrivals } = await record(store, readDelivery(body, NOW), settings, NOW);
			ran.push(...arrivals.map(({ message }) => message.id));
		}
		return { conversations: await known(store), ran: ran.sort() };
	} finally {
		await close();
	}
}

async function known(store: HandoffStore): Promise<Result['conversations']> {
	const { conversations } = await store.list({ limit: 100 });
	const all = await Promise.all(
		conversations.map(async (conversation) => {
			const { state, owner, identity, counters, lastCustomerMessageAt, lastMessageAt } =
				conversation;
			return {
				state,
				owner,
				identity: { ...identity, keys: [...identity.keys].sort(byValue) },
				profile: conversation.profile,
				counters,
				lastCustomerMessageAt,
				lastMessageAt,
				thread: await store.history(conversation.id, { limit: 100 }),
			};
		}),
	);
	return all.sort((a, b) => ((a.identity.waId ?? '') < (b.identity.waId ?? '') ? -1 : 1));
}

const byValue = (a: { value: string }, b: { value: string }) => (a.value < b.value ? -1 : 1);

describe('any order, any batch, any repetition of the same deliveries', () => {
	it('covers every kind of message there is a payload of', () => {
		expect(new Set(MESSAGES.map(({ message }) => message.type)).size).toBeGreaterThanOrEqual(14);
	});

	it('gives the same conversations, threads and counters, and runs every message once', async () => {
		await fc.assert(
			fc.asyncProperty(history(false), arrangement, async (changes, other) => {
				const plain = await after(arranged(changes, { repeat: [], order: [0], cuts: [1] }));
				const varied = await after(arranged(changes, other));
				expect(varied).toEqual(plain);
				expect(new Set(plain.ran).size).toBe(plain.ran.length);
			}),
			{ numRuns: 40, interruptAfterTimeLimit: 20_000 },
		);
	});

	it('gives the same conversations where colleagues answer from the phone in between', async () => {
		await fc.assert(
			fc.asyncProperty(history(true), arrangement, async (changes, other) => {
				const plain = await after(arranged(changes, { repeat: [], order: [0], cuts: [1] }));
				const varied = await after(arranged(changes, other));
				expect(varied.conversations).toEqual(plain.conversations);
			}),
			{ numRuns: 30, interruptAfterTimeLimit: 20_000 },
		);
	});

	it('gives the consent of the newest word', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(preference, { minLength: 1, maxLength: 8 }),
				arrangement,
				async (words, other) => {
					// Consent is noted on conversations that there are.
					const first = CUSTOMERS.map((from) =>
						changeOf('messages', {
							contacts: [{ wa_id: from }],
							messages: [
								{
									from,
									id: `wamid.${from}`,
									timestamp: String(NOW_SECONDS - 80_001),
									type: 'text',
									text: { body: 'Hi' },
								},
							],
						}),
					);
					const begin = arranged(first, { repeat: [], order: [0], cuts: [5] });
					const plain = await after([
						...begin,
						...arranged(unique(words), { repeat: [], order: [0], cuts: [1] }),
					]);
					const varied = await after([...begin, ...arranged(unique(words), other)]);
					expect(varied.conversations.map(({ profile }) => profile)).toEqual(
						plain.conversations.map(({ profile }) => profile),
					);
				},
			),
			{ numRuns: 40, interruptAfterTimeLimit: 20_000 },
		);
	});
});

describe('a customer whose business-scoped user id changes', () => {
	const hi = (userId: string, id: string) =>
		changeOf('messages', {
			contacts: [{ profile: { name: 'Robin', username: '@robin' }, user_id: userId }],
			messages: [{ id, timestamp: String(NOW_SECONDS), type: 'text', text: { body: 'Hi' } }],
		});
	const update = changeOf('user_id_update', {
		user_id_update: [
			{ user_id: 'US.200000000', previous_user_id: 'US.100000000', timestamp: String(NOW_SECONDS) },
		],
	});
	const one = (change: Change) => arranged([change], { repeat: [], order: [0], cuts: [1] })[0]!;

	it('stays in the same conversation', async () => {
		const { conversations } = await after([
			one(hi('US.100000000', 'wamid.1')),
			one(update),
			one(update),
			one(hi('US.200000000', 'wamid.2')),
		]);
		expect(conversations).toHaveLength(1);
		expect(conversations[0]).toMatchObject({
			identity: { userId: 'US.200000000' },
			counters: { customerTurns: 2 },
		});
	});

	it.each([
		['as the sender', { from_user_id: 'US.100000000' }, {}],
		['beside the new one', {}, { previous_user_id: 'US.100000000' }],
	])(
		'stays in it where a system message tells of it, the old id %s',
		async (_where, from, beside) => {
			const changed = changeOf('messages', {
				messages: [
					{
						...from,
						id: 'wamid.system',
						timestamp: String(NOW_SECONDS),
						type: 'system',
						system: {
							type: 'user_changed_user_id',
							body: 'User changed',
							user_id: 'US.200000000',
							...beside,
						},
					},
				],
			});
			const { conversations } = await after([
				one(hi('US.100000000', 'wamid.1')),
				one(changed),
				one(hi('US.200000000', 'wamid.2')),
			]);
			expect(conversations).toMatchObject([
				{ identity: { userId: 'US.200000000' }, counters: { customerTurns: 2 } },
			]);
		},
	);

	it('who has not written yet begins no conversation by it', async () => {
		expect((await after([one(update)])).conversations).toEqual([]);
	});
});
