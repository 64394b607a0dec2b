import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { systemClock } from '../../adapters/clock/system';
import type { Conversation, Priority, SignalResult } from '../../core/conversation/conversation';
import { NO_COUNTERS, PRIORITIES } from '../../core/conversation/conversation';
import { heard, languageOf } from '../../core/conversation/language';
import type { ConversationMessage } from '../../core/conversation/message';
import { readMessage } from '../../core/escalation/reading';
import type { HandoffStore } from '../../core/ports/store';
import { StoreError } from '../../core/ports/store';
import type { SummaryInput } from '../../core/summary';
import { countryOfNumber, summarise } from '../../core/summary';
import type { Brief, DetectedIntent } from '../../core/summary/brief';
import { refreshBrief } from '../../core/summary/refresh';
import type { RenderFormat, Renderings } from '../../core/summary/render';
import { render, renderHeadline } from '../../core/summary/render';
import type { CustomPattern, RedactionRules, SecretKind } from '../../core/summary/secrets';
import { checkCustomPattern } from '../../core/summary/secrets';
import { isoTime } from '../../core/time';
import { ledBy, toJson } from '../shared/item';
import { withBrief } from '../../core/routing/notification';
import type { TeamNotification } from '../../core/routing/notification';
import { storeFor } from '../shared/store';
import { messagesFrom } from '../../core/summary/otherMessages';
import { readBotFacts } from '../EscalationScorer/botFacts';
import { withModel } from './withModel';

interface Options {
	agentTimeZone?: string;
	customPatterns?: { pattern?: CustomPattern[] };
	customerName?: string;
	firstRead?: number;
	intent?: string;
	language?: string;
	maxHeadline?: number;
	maxMarkdown?: number;
	maxNote?: number;
	maxText?: number;
	modelSeconds?: number;
	openDeals?: unknown;
	openOrders?: unknown;
	save?: boolean;
	transcriptLines?: number;
}

/** Reads the parameters of one item, makes the brief, saves it and renders it for the places that it goes to. */
export async function summariseItem(
	context: IExecuteFunctions,
	index: number,
): Promise<IDataObject> {
	const item = context.getInputData()[index]!.json;
	const options = context.getNodeParameter('options', index, {}) as Options;
	const custom = patternsOf(options);
	const now = systemClock.now();
	const escalation = escalationOf(item);
	const intent = intentOf(item, options);
	const request = {
		now: isoTime(now),
		openDeals: dealsOf(listOf(options.openDeals ?? pick(item, 'crm', 'openDeals'))),
		openOrders: ordersOf(listOf(options.openOrders ?? pick(item, 'crm', 'openOrders'))),
		agentTimeZone: options.agentTimeZone || context.getTimezone(),
		sentiment: feelingOf,
		...(options.transcriptLines === undefined ? {} : { transcriptLimit: options.transcriptLines }),
		...(escalation ? { escalation } : {}),
		...(intent ? { intent } : {}),
		...(options.language ? { language: options.language } : {}),
	};

	let brief: Brief;
	let messages: ConversationMessage[];
	if (context.getNodeParameter('source', index, 'conversation') === 'messages') {
		messages = messagesFrom(context.getNodeParameter('messages', index), now);
		brief = summarise({
			...request,
			messages,
			conversation: conversationOf(item, options, request.now),
		});
		brief = await withModel(context, index, brief, messages, options.modelSeconds);
	} else {
		const id = String(context.getNodeParameter('conversationId', index, '') ?? '').trim();
		const store = await storeFor(context);
		const refreshed = await refreshBrief(store, id, {
			...request,
			...(options.firstRead ? { firstRead: options.firstRead } : {}),
		});
		if (!refreshed)
			throw new StoreError(
				id === '' ? 'No conversation was given' : `There is no stored conversation “${id}”`,
				'Put WhatsApp Trigger or Conversation → Record Message before this node, or choose Messages in a Field under Read From.',
			);
		messages = refreshed.messages;
		brief = await withModel(context, index, refreshed.brief, messages, options.modelSeconds);
		if (options.save !== false) {
			await store.saveBrief(brief);
			await keepLanguage(store, id, brief.customer.language, request.now);
		}
	}

	const kinds = (name: string) => context.getNodeParameter(name, index, []) as SecretKind[];
	const country = countryIn(item);
	const rules = (name: string): RedactionRules => ({ kinds: kinds(name), custom, ...country });
	const renderings = renderingsOf(
		brief,
		options,
		rules('redactNote'),
		rules('redactNotifications'),
	);
	return ledBy(
		{ brief: briefView(brief, renderings), ...toldWithBrief(item, renderings.headline, brief) },
		item,
	);
}

/** Where nobody has set or heard the customer's language, what the brief has found holds for the texts that come after it. */
async function keepLanguage(
	store: HandoffStore,
	conversationId: string,
	language: string | undefined,
	now: string,
): Promise<void> {
	if (!language) return;
	await store.decide(conversationId, ({ conversation }) =>
		languageOf(conversation)
			? { result: undefined }
			: {
					result: undefined,
					conversation: {
						...heard(conversation, language),
						version: conversation.version + 1,
						updatedAt: now,
					},
				},
	);
}

/** The team's notification of a Handoff Router before this node, now with the brief in it. */
function toldWithBrief(
	item: IDataObject,
	headline: string,
	{ customer }: Brief,
): { handoff?: IDataObject } {
	const handoff = item.handoff as (IDataObject & { notification?: TeamNotification }) | undefined;
	if (!handoff?.notification?.texts) return {};
	const notification = toJson(withBrief(handoff.notification, headline, customer.language));
	return { handoff: { ...handoff, notification } };
}

/** A message's mood by the scorer's own measure, so that both nodes speak of the same. */
function feelingOf(text: string, language: string | undefined): number {
	return readMessage(text, language).feeling.value;
}

function renderingsOf(
	brief: Brief,
	options: Options,
	note: RedactionRules,
	notifications: RedactionRules,
): Renderings {
	const as = (format: RenderFormat, redact: RedactionRules, maxCharacters: number | undefined) =>
		render(brief, format, { redact, ...(maxCharacters === undefined ? {} : { maxCharacters }) });
	return {
		headline: renderHeadline(brief, {
			redact: notifications,
			...(options.maxHeadline === undefined ? {} : { maxCharacters: options.maxHeadline }),
		}),
		text: as('text', notifications, options.maxText),
		markdown: as('markdown', notifications, options.maxMarkdown),
		note: as('note', note, options.maxNote),
	};
}

/** The brief in the order in which staff read it; what the next summary goes on from stays in the store. */
function briefView(brief: Brief, renderings: Renderings): IDataObject {
	const {
		headline,
		suggestedReply,
		unansweredQuestion,
		need,
		product,
		budget,
		timeline,
		urgency,
		intent,
		sentiment,
		customer,
		escalation,
		references,
		botTried,
		botMisunderstood,
		collected,
		openOrders,
		openDeals,
		attachments,
		transcript,
		memory: _memory,
		...more
	} = brief;
	return toJson({
		headline,
		suggestedReply,
		unansweredQuestion,
		need,
		product,
		budget,
		timeline,
		urgency,
		intent,
		sentiment,
		customer,
		escalation,
		// What it is and what it says come before what only expressions need.
		references: references.map(({ label, value, kind, messageIds }) => ({
			label,
			value,
			kind,
			messageIds,
		})),
		botTried,
		botMisunderstood,
		collected,
		openOrders,
		openDeals,
		attachments,
		transcript,
		renderings,
		...more,
	});
}

/** Custom patterns with something in them. Throws RangeError for one that cannot be used. */
function patternsOf(options: Options): CustomPattern[] {
	const patterns = (options.customPatterns?.pattern ?? []).filter(
		({ pattern }) => pattern.trim() !== '',
	);
	for (const pattern of patterns) checkCustomPattern(pattern);
	return patterns;
}

/** Why a person is needed, as the Escalation Scorer before this node said it. */
function escalationOf(item: IDataObject): SummaryInput['escalation'] {
	const escalation = item.escalation as
		| {
				reason?: unknown;
				score?: unknown;
				priority?: unknown;
				signals?: unknown;
				leadClass?: unknown;
		  }
		| undefined;
	if (typeof escalation?.reason !== 'string' || escalation.reason === '') return undefined;
	const priority = escalation.priority as Priority;
	return {
		reason: escalation.reason,
		score: typeof escalation.score === 'number' ? escalation.score : 0,
		priority: PRIORITIES.includes(priority) ? priority : 'normal',
		signals: Array.isArray(escalation.signals) ? (escalation.signals as SignalResult[]) : [],
		...(typeof escalation.leadClass === 'string' ? { leadClass: escalation.leadClass } : {}),
	};
}

/** What the bot took the message for: as an option says it, else as the item's `bot` does, by the scorer's rules. */
function intentOf(item: IDataObject, options: Options): DetectedIntent | undefined {
	const bot = item.bot;
	const facts = typeof bot === 'object' && bot !== null ? readBotFacts(bot as IDataObject) : {};
	const name = (options.intent || facts.intent || '').trim();
	if (name === '') return undefined;
	const { confidence } = facts;
	const messageId = pick(item, 'message', 'id');
	return {
		name,
		// Bots that count to a hundred mean per cent.
		...(confidence === undefined
			? {}
			: { confidence: Math.min(1, Math.max(0, confidence > 1 ? confidence / 100 : confidence)) }),
		messageIds: typeof messageId === 'string' && messageId !== '' ? [messageId] : [],
	};
}

/** A conversation of which only the item knows: enough to summarise messages from elsewhere. */
function conversationOf(item: IDataObject, options: Options, now: string): Conversation {
	const customer = (item.customer ?? {}) as Record<string, unknown>;
	const known = (item.conversation ?? {}) as Partial<Conversation>;
	const text = (key: string) =>
		typeof customer[key] === 'string' && customer[key] !== '' ? { [key]: customer[key] } : {};
	const name = options.customerName ?? customer.name;
	return {
		id: 'messages',
		namespace: '',
		channelId: '',
		state: 'bot',
		version: 0,
		episode: 1,
		counters: { ...NO_COUNTERS },
		collected: {},
		tags: [],
		priority: 'normal',
		handoffCount: 0,
		lastMessageAt: now,
		createdAt: now,
		updatedAt: now,
		...known,
		identity: { keys: [], ...text('phone'), ...text('userId') },
		profile: {
			consent: { status: 'unknown', scope: 'all' },
			fields: {},
			...text('email'),
			...text('language'),
			...text('segment'),
			...(typeof customer.vip === 'boolean' ? { vip: customer.vip } : {}),
			...(typeof name === 'string' && name !== '' ? { name } : {}),
		},
	};
}

function countryIn(item: IDataObject): { country?: string } {
	const phone = pick(item, 'customer', 'phone');
	const country = typeof phone === 'string' ? countryOfNumber(phone) : undefined;
	return country ? { country } : {};
}

function dealsOf(list: ReadonlyArray<Record<string, unknown>>): Brief['openDeals'] {
	return list.map((deal) => ({
		name: String(deal.name ?? deal.title ?? deal.dealname ?? deal.Name ?? deal.id ?? 'Deal'),
		...textAt(deal, 'stage', ['stage', 'stageName', 'stageId', 'dealstage']),
		...numberAt(deal, 'amount', ['amount', 'value']),
		...textAt(deal, 'url', ['url', 'link']),
	}));
}

function ordersOf(list: ReadonlyArray<Record<string, unknown>>): Brief['openOrders'] {
	return list.map((order) => ({
		reference: String(order.reference ?? order.number ?? order.name ?? order.id ?? 'Order'),
		...textAt(order, 'status', ['status', 'state']),
	}));
}

function textAt(from: Record<string, unknown>, key: string, names: readonly string[]) {
	const found = names
		.map((name) => from[name])
		.find((value) => typeof value === 'string' && value !== '');
	return found === undefined ? {} : { [key]: found as string };
}

function numberAt(from: Record<string, unknown>, key: string, names: readonly string[]) {
	const found = names
		.map((name) => from[name])
		.find((value) => value !== null && value !== '' && Number.isFinite(Number(value)));
	return found === undefined ? {} : { [key]: Number(found) };
}

/** A list from a field: a list, JSON of one, or nothing. */
function listOf(value: unknown): Array<Record<string, unknown>> {
	let list = value;
	if (typeof list === 'string') {
		try {
			list = JSON.parse(list);
		} catch {
			return [];
		}
	}
	if (!Array.isArray(list)) return [];
	return list.filter(
		(entry): entry is Record<string, unknown> => typeof entry === 'object' && entry !== null,
	);
}

function pick(item: IDataObject, key: string, inner: string): unknown {
	return (item[key] as IDataObject | undefined)?.[inner];
}
