import { applyEvent } from '../core/conversation/apply';
import type { Actor } from '../core/conversation/audit';
import type { Owner, Priority } from '../core/conversation/conversation';
import type { ConversationMessage } from '../core/conversation/message';
import { performInboxAction } from '../core/inbox/actions';
import type { HandoffStore } from '../core/ports/store';
import { DEFAULT_POLICIES } from '../core/sla';
import { startClock } from '../core/sla/start';
import { summarise } from '../core/summary';
import { addMilliseconds, isoTime } from '../core/time';

/** Conversations as a team has them on a working day, for the inbox's tests and pictures. All people are made up. */

const ACTOR: Actor = { kind: 'workflow', name: 'Intake' };
const MINUTE_MS = 60_000;
const CHANNEL = '106540352242922';

interface Sample {
	name: string;
	/** Minutes ago that the customer was handed over. */
	minutes: number;
	reason: string;
	queue: string;
	owner?: Owner;
	priority?: Priority;
	tags?: string[];
	vip?: boolean;
	/** Minutes after the handoff at which the owner answered and resolved it. */
	answered?: number;
	resolved?: number;
	/** Minutes that were promised for the first answer. */
	promised?: number;
	/** Captured off hours, with a person promised in so many minutes from now; the bot goes on. */
	captured?: number;
	messages: Array<Partial<ConversationMessage>>;
	collected?: Record<string, string | number | boolean>;
	email?: string;
}

/** Writes one conversation that a person has or that waits, and gives its id. */
export async function seedConversation(
	store: HandoffStore,
	phone: string,
	sample: Sample,
	now: string,
): Promise<string> {
	const at = (minutesAgo: number) => addMilliseconds(now, -minutesAgo * MINUTE_MS);
	const steps = sample.messages.length;
	const messages = sample.messages.map((message, index): ConversationMessage => {
		const sentAt = at(sample.minutes + (steps - index) * 0.7);
		return {
			id: `wamid.${phone}.${index}`,
			direction: 'in',
			author: 'customer',
			type: 'text',
			text: '',
			sentAt,
			receivedAt: sentAt,
			...message,
		};
	});
	const inbound = messages.filter(({ direction }) => direction === 'in');
	const [first] = await store.intake(
		inbound.map((message) => ({
			channelId: CHANNEL,
			identity: {
				keys: [
					{ kind: 'wa_id', value: phone },
					{ kind: 'phone', value: `+${phone}` },
				],
				waId: phone,
				phone: `+${phone}`,
				name: sample.name,
			},
			message,
		})),
		at(sample.minutes),
	);
	const { id } = first!.conversation;
	await store.decide(id, ({ conversation }) => {
		const next = {
			...conversation,
			version: conversation.version + 1,
			tags: sample.tags ?? [],
			collected: sample.collected ?? {},
			profile: {
				...conversation.profile,
				...(sample.vip ? { vip: true, segment: 'VIP' } : {}),
				...(sample.email ? { email: sample.email } : {}),
				language: 'en',
			},
		};
		return {
			result: undefined,
			conversation: next,
			messages: messages.filter(({ direction }) => direction === 'out'),
		};
	});
	const waits: Owner = { kind: 'queue', name: sample.queue };
	const request = {
		reason: sample.reason,
		score: 82,
		signals: [
			{
				signal: 'human_request',
				label: 'Asked for a person',
				weight: 60,
				value: 1,
				points: 60,
				evidence: inbound.at(-1)?.text ?? '',
			},
			{ signal: 'sentiment', label: 'Unhappy', weight: 30, value: 0.7, points: 22 },
		],
		priority: sample.priority ?? 'normal',
		queue: sample.queue,
	};
	const asked = { actor: ACTOR, now: at(sample.minutes), policies: [] };
	const { captured } = sample;
	if (captured !== undefined) {
		const promise = { for: at(-captured), madeAt: asked.now };
		await store.decide(id, (view) =>
			applyEvent(view, { type: 'capture', ...request, promise }, asked),
		);
		return id;
	}
	await store.decide(id, (view) => {
		const changes = applyEvent(view, { type: 'escalate', owner: waits, ...request }, asked);
		const clock = startClock(
			{ ...DEFAULT_POLICIES[0]!, clock: 'wall', targetMinutes: sample.promised ?? 15 },
			changes.result,
			changes.result.handoff!.id,
			at(sample.minutes),
		);
		return { ...changes, clocks: [clock] };
	});
	if (sample.owner) {
		const { owner } = sample;
		await store.decide(id, (view) =>
			applyEvent(
				view,
				{ type: 'assign', owner, reason: 'Claimed in the inbox' },
				{
					actor: { kind: 'agent', id: owner.kind === 'agent' ? owner.id : '', name: owner.name },
					now: at(sample.minutes - 0.5),
					policies: [],
				},
			),
		);
	}
	const by = (minutes: number) => ({
		actor: ACTOR,
		now: at(sample.minutes - minutes),
		policies: [],
	});
	if (sample.answered !== undefined) {
		const step = by(sample.answered);
		await store.decide(id, (view) =>
			applyEvent(view, { type: 'agent_replied', sentAt: step.now }, step),
		);
	}
	if (sample.resolved !== undefined) {
		const outcome = { disposition: 'solved' };
		await store.decide(id, (view) =>
			applyEvent(view, { type: 'resolve', outcome }, by(sample.resolved!)),
		);
	}
	return id;
}

const SAM: Owner = { kind: 'agent', id: 'sam@shop.example', name: 'Sam Sample' };
const ANA: Owner = { kind: 'agent', id: 'ana@shop.example', name: 'Ana Example' };
const bot = (text: string, status: ConversationMessage['status'] = 'read') =>
	({ direction: 'out', author: 'bot', authorName: 'Bot', text, status }) as const;

/** Every kind of message in one thread, with quotes, reactions, ticks and an edit. */
export const EVERY_KIND: Array<Partial<ConversationMessage>> = [
	{
		text: 'Hello, I saw your advertisement',
		referral: { headline: 'Garden furniture', sourceUrl: 'https://shop.example/garden' },
	},
	bot('Hello! I am the shop’s assistant. What can I do for you?'),
	{ text: 'My garden table came with a broken leg. Order number 4711.' },
	{
		type: 'image',
		text: 'This is how it arrived',
		media: { id: '9001', mimeType: 'image/jpeg', caption: 'This is how it arrived' },
	},
	{
		type: 'document',
		media: { id: '9002', mimeType: 'application/pdf', fileName: 'invoice-4711.pdf' },
	},
	{ type: 'audio', media: { id: '9003', mimeType: 'audio/ogg', voice: true } },
	{ type: 'sticker', media: { id: '9004', mimeType: 'image/webp' } },
	bot('I am sorry to hear that. Would you like a new leg or your money back?', 'delivered'),
	{
		type: 'interactive',
		text: 'A new leg',
		interactive: { kind: 'button', id: 'leg', title: 'A new leg' },
	},
	{
		type: 'location',
		location: {
			latitude: 52.5163,
			longitude: 13.3777,
			name: 'Home',
			address: 'Sample Street 1, Berlin',
		},
	},
	{
		type: 'contacts',
		contacts: [{ name: 'Kim Sample', phones: ['+16505550123'], emails: ['kim@home.example'] }],
	},
	{
		type: 'order',
		order: { items: [{ productId: 'table-leg', quantity: 1, price: 19, currency: 'EUR' }] },
	},
	{ text: 'When will it come?' },
	{ text: 'I need it for Saturday, and nobody answers me. I want to talk to a person.' },
];

/** A working day: some conversations in full, a closed one, one with the bot, and a crowd that waits. */
export async function seedInbox(
	store: HandoffStore,
	options: { crowd?: number; now?: string } = {},
): Promise<{ everyKind: string; waiting: string; windowClosed: string }> {
	const now = options.now ?? isoTime(new Date());
	const everyKind = await seedConversation(
		store,
		'16505550101',
		{
			name: 'Robin Sample',
			minutes: 9,
			reason: 'Asked for a person and is unhappy about order 4711',
			queue: 'Support',
			owner: SAM,
			answered: 3,
			priority: 'high',
			tags: ['damaged', 'order 4711'],
			vip: true,
			email: 'robin@home.example',
			messages: EVERY_KIND,
			collected: { orderNumber: '4711', product: 'Garden table', deliverBy: 'Saturday' },
		},
		now,
	);
	const on = (index: number) => `wamid.16505550101.${index}`;
	await store.decide(everyKind, ({ conversation }) => ({
		result: undefined,
		conversation: {
			...conversation,
			version: conversation.version + 1,
			crm: {
				at: now,
				records: [
					{ kind: 'contact', name: 'Robin Sample', url: 'https://crm.example/contact/77' },
					{
						kind: 'deal',
						name: 'Garden table 4711',
						url: 'https://crm.example/deal/12',
						stage: 'Complaint',
					},
				],
			},
		},
		messages: [
			{
				id: 'wamid.reaction',
				direction: 'in',
				author: 'customer',
				type: 'reaction',
				text: '',
				reaction: { messageId: on(7), emoji: '👍' },
				sentAt: addMilliseconds(now, -8 * MINUTE_MS),
				receivedAt: addMilliseconds(now, -8 * MINUTE_MS),
			},
			{
				id: 'wamid.edit',
				direction: 'in',
				author: 'customer',
				type: 'edit',
				text: 'When will it come? By Friday, please.',
				target: { messageId: on(12), text: 'When will it come? By Friday, please.' },
				sentAt: addMilliseconds(now, -8 * MINUTE_MS),
				receivedAt: addMilliseconds(now, -8 * MINUTE_MS),
			},
			{
				id: 'wamid.agent1',
				direction: 'out',
				author: 'agent',
				authorId: 'sam@shop.example',
				authorName: 'Sam Sample',
				type: 'text',
				text: 'Hello Robin, I have your order 4711 in front of me and am asking the warehouse.',
				quoted: { id: on(13) },
				status: 'read',
				sentAt: addMilliseconds(now, -6 * MINUTE_MS),
				receivedAt: addMilliseconds(now, -6 * MINUTE_MS),
			},
		],
	}));
	await performInboxAction(
		store,
		{ id: 'ana@shop.example', name: 'Ana Example', role: 'agent' },
		{
			action: 'note',
			conversationId: everyKind,
			text: 'The warehouse has three legs left.',
			key: 'n1',
			disposition: '',
		},
		{ now: addMilliseconds(now, -5 * MINUTE_MS), policies: [] },
	);
	const conversation = (await store.conversation(everyKind))!;
	await store.saveBrief(
		summarise({
			conversation,
			messages: await store.history(everyKind, { limit: 100 }),
			intent: { name: 'delivery_date', confidence: 0.62, messageIds: [] },
			now: addMilliseconds(now, -9 * MINUTE_MS),
		}),
	);

	const waiting = await seedConversation(
		store,
		'16505550102',
		{
			name: 'Alex Example',
			minutes: 13,
			reason: 'Asked for a person',
			queue: 'Sales',
			tags: ['offer'],
			messages: [
				{ text: 'I would like an offer for 40 chairs' },
				bot('How many chairs do you need?'),
				{ text: 'Forty! I said so. Please let me talk to somebody.' },
			],
		},
		now,
	);
	await seedConversation(
		store,
		'16505550104',
		{
			name: 'Riley Sample',
			minutes: 95,
			captured: 50,
			reason: 'Asked for a person',
			queue: 'Support',
			messages: [
				{ text: 'Is there anybody? My lamp flickers.' },
				bot('Have you tried another bulb?'),
				{ text: 'Yes, twice. Can I talk to a person?' },
			],
		},
		now,
	);
	const windowClosed = await seedConversation(
		store,
		'16505550103',
		{
			name: 'Charlie Sample',
			minutes: 26 * 60,
			promised: 15,
			reason: 'Payment does not go through',
			queue: 'Support',
			owner: SAM,
			messages: [{ text: 'My card is declined, please help' }],
		},
		now,
	);
	for (const [index, [name, reason, minutes, priority, owner]] of (
		[
			['Jamie Example', 'Very angry about a late parcel', 22, 'urgent', undefined],
			['Taylor Sample', 'Wants to cancel the contract', 3, 'normal', undefined],
			['Morgan Example', 'The bot did not understand twice', 1, 'normal', undefined],
			['Casey Sample', 'Asked for a person', 12, 'normal', ANA],
			['Jordan Example', 'Asks for a refund of 240 EUR', 40, 'high', ANA],
		] as const
	).entries()) {
		await seedConversation(
			store,
			`1650555011${index}`,
			{
				name,
				minutes,
				reason,
				priority,
				queue: index % 2 ? 'Sales' : 'Support',
				...(owner ? { owner } : {}),
				messages: [{ text: reason }],
			},
			now,
		);
	}
	// What was done earlier today and the days before, for the figures.
	for (let index = 0; index < 18; index++) {
		const answered = [2, 4, 7, 3, 11, 19][index % 6]!;
		await seedConversation(
			store,
			`165055502${String(index).padStart(2, '0')}`,
			{
				name: `Former customer ${index + 1}`,
				minutes: 90 + index * 97,
				reason: ['Asked for a person', 'Complaint', 'The bot did not understand twice'][index % 3]!,
				queue: ['Support', 'Sales', 'Returns'][index % 3]!,
				owner: index % 2 ? ANA : SAM,
				answered,
				resolved: answered + 10 + (index % 5) * 6,
				messages: [{ text: 'I want to talk to a person' }],
			},
			now,
		);
	}
	for (let index = 0; index < (options.crowd ?? 0); index++) {
		await seedConversation(
			store,
			`1202555${String(index).padStart(4, '0')}`,
			{
				name: `Customer ${index + 1}`,
				minutes: 1 + (index % 50),
				reason: 'Asked for a person',
				queue: ['Support', 'Sales', 'Returns'][index % 3]!,
				promised: 60,
				messages: [{ text: 'I want to talk to a person' }],
			},
			now,
		);
	}
	return { everyKind, waiting, windowClosed };
}
