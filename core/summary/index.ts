import { isOfThisCase } from '../conversation/conversation';
import type { Conversation, SignalResult } from '../conversation/conversation';
import { displayKey } from '../conversation/identity';
import { languageOf } from '../conversation/language';
import type { ConversationMessage } from '../conversation/message';
import type { IsoTime } from '../time';
import { phoneNumbers } from '../phoneNumbers';
import type { Brief, BriefMemory, DetectedIntent, Grounded, Slot } from './brief';
import { leadingLanguage } from './languages';
import type { ReadOptions } from './memory';
import { emptyMemory, isNew, readMessages } from './memory';
import { describeCourse } from './mood';
import { REFERENCE_LABELS } from './references';
import { makeHeadline, suggestReply } from './reply';
import { oneLine } from './text';

/** Lines of transcript in a brief, unless told otherwise. */
export const DEFAULT_TRANSCRIPT_LIMIT = 30;

/** A candidate whose weight has faded below this (several sessions ago) is no longer news. */
const MIN_SCORE = 0.25;

export interface SummaryInput {
	conversation: Conversation;
	/** The thread's messages in any order. With `previous`, those it has read already may be left out. */
	messages: readonly ConversationMessage[];
	/** The last brief of this conversation; the summary goes on from it. */
	previous?: Brief;
	/** Why it was handed over; left out, the conversation's own handoff says it. */
	escalation?: {
		reason: string;
		score: number;
		priority: Conversation['priority'];
		signals?: readonly SignalResult[];
		leadClass?: string;
	};
	/** What the bot took the customer's last message for; left out, that of `previous` stands. */
	intent?: DetectedIntent;
	/** BCP 47; the language of the suggested reply, where somebody knows better than profile and messages. */
	language?: string;
	openDeals?: Brief['openDeals'];
	openOrders?: Brief['openOrders'];
	now: IsoTime;
	/** IANA zone in which renderings show times. */
	agentTimeZone?: string;
	/** Lines of transcript; Infinity for all of it. Default {@link DEFAULT_TRANSCRIPT_LIMIT}. */
	transcriptLimit?: number;
	/** Sentiment of a text, -1 to 1. Left out, the brief has the conversation's own smoothed sentiment only. */
	sentiment?: ReadOptions['sentiment'];
}

/**
 * What an agent needs to know before the first answer, made by rules alone: pure, deterministic, and with the ids of the
 * messages that every statement rests on. Going on from `previous` gives the same as reading all messages anew, and costs
 * as much as the new messages do.
 */
export function summarise(input: SummaryInput): Brief {
	const { conversation } = input;
	const limit = input.transcriptLimit ?? DEFAULT_TRANSCRIPT_LIMIT;
	const earlier = usable(input.previous, conversation, limit);
	const start = earlier ?? begin(conversation, limit);
	const fresh = input.messages.filter(
		(message) => isOfThisCase(conversation, message) && isNew(start, message),
	);
	const country = countryOf(conversation);
	const known = languageOf(conversation);
	const memory = readMessages({ ...start, transcriptLimit: limit }, fresh, {
		...(country ? { country } : {}),
		...(known ? { language: known } : {}),
		...(input.sentiment ? { sentiment: input.sentiment } : {}),
	});
	const { previous, ...rest } = input;
	return compose({ ...rest, ...(earlier && previous ? { previous } : {}) }, memory);
}

function begin({ caseSince }: Conversation, limit: number): BriefMemory {
	return { ...emptyMemory(limit), ...(caseSince ? { caseSince } : {}) };
}

/** Whether `previous` can be gone on from: it is of this case of this conversation and kept enough of the transcript. */
function usable(
	previous: Brief | undefined,
	{ id, caseSince }: Pick<Conversation, 'id' | 'caseSince'>,
	limit: number,
): BriefMemory | undefined {
	const memory = previous?.memory;
	if (!memory || memory.version !== 1 || previous.conversationId !== id) return undefined;
	if (memory.caseSince !== caseSince) return undefined;
	// JSON has no Infinity; the limit comes back as null.
	const kept = memory.transcriptLimit ?? Infinity;
	return kept >= limit || memory.transcript.length < kept ? memory : undefined;
}

/** The message that a caller must read the thread back to, so that `previous` can be gone on from. */
export function readUntil(
	previous: Brief | undefined,
	conversation: Pick<Conversation, 'id' | 'caseSince'>,
	transcriptLimit: number,
): { messageId: string; sentAt: IsoTime } | undefined {
	const memory = usable(previous, conversation, transcriptLimit);
	return memory && memory.count > 0
		? { messageId: memory.lastId, sentAt: memory.lastSentAt }
		: undefined;
}

function compose(input: SummaryInput, memory: BriefMemory): Brief {
	const { conversation } = input;
	const { identity, profile } = conversation;
	const language =
		input.language ??
		profile.language ??
		leadingLanguage(memory.languages) ??
		conversation.language;
	// What the CRM or staff know goes first; then what the customer says; last, what the customer's phone calls itself.
	const name = oneLine(profile.name ?? memory.name?.value ?? identity.name ?? '');
	const written = memory.references.find(({ kind }) => kind === 'email');
	const email = profile.email ?? written?.value;
	const said = [
		...(!profile.name && memory.name ? [memory.name.messageId] : []),
		...(!profile.email && written ? written.messageIds : []),
	];
	const escalation = escalationOf(input);
	const question = memory.openQuestions[memory.openQuestions.length - 1];
	const course = memory.sentiment.length > 0 ? memory.sentiment : measured(conversation);
	const intent = input.intent ?? input.previous?.intent;
	const brief: Brief = {
		conversationId: conversation.id,
		headline: '',
		customer: {
			...(name ? { name } : {}),
			...(identity.phone ? { phone: identity.phone } : {}),
			...(identity.userId ? { userId: identity.userId } : {}),
			...(language ? { language } : {}),
			...(profile.segment ? { segment: profile.segment } : {}),
			...(profile.vip === undefined ? {} : { vip: profile.vip }),
			...(email ? { email } : {}),
			...(said.length > 0 ? { messageIds: [...new Set(said)] } : {}),
		},
		...(escalation ? { escalation } : {}),
		...(intent ? { intent: { ...intent, name: oneLine(intent.name) } } : {}),
		...slot('need', memory),
		...(question ? { unansweredQuestion: grounded(question) } : {}),
		...slot('product', memory),
		...slot('budget', memory),
		...slot('timeline', memory),
		...slot('urgency', memory),
		references: memory.references.map((reference) => ({
			...reference,
			label: REFERENCE_LABELS[reference.kind],
		})),
		botTried: memory.tried.map(grounded),
		...(memory.misunderstood.count > 0 ? { botMisunderstood: memory.misunderstood } : {}),
		collected: { ...conversation.collected },
		...(course.length > 0 ? { sentiment: { summary: describeCourse(course), course } } : {}),
		attachments: memory.attachments,
		openDeals: input.openDeals ?? [],
		openOrders: input.openOrders ?? [],
		suggestedReply: '',
		transcript: memory.transcript.map((line) => ({
			id: line.id,
			at: line.at,
			who: who(line, name || displayKey(identity) || 'Customer'),
			text: line.text,
		})),
		createdAt: input.now,
		source: { kind: 'rules' },
		...(input.agentTimeZone ? { timeZone: input.agentTimeZone } : {}),
		memory,
	};
	brief.headline = makeHeadline(brief);
	brief.suggestedReply = suggestReply(brief);
	return brief;
}

function slot(name: Slot, memory: BriefMemory): Partial<Record<Slot, Grounded>> {
	const best = memory.slots[name][0];
	return best && best.score >= MIN_SCORE ? { [name]: grounded(best) } : {};
}

function grounded({ value, messageId }: { value: string; messageId: string }): Grounded {
	return { value, messageIds: [messageId] };
}

function who(line: BriefMemory['transcript'][number], customer: string): string {
	if (line.author === 'customer') return customer;
	if (line.name) return oneLine(line.name);
	return { bot: 'Bot', agent: 'Agent', system: 'System' }[line.author];
}

function escalationOf({ conversation, escalation }: SummaryInput): Brief['escalation'] {
	const source: SummaryInput['escalation'] = escalation ?? conversation.handoff;
	if (!source) return undefined;
	return {
		reason: oneLine(source.reason),
		score: source.score,
		priority: source.priority,
		...(source.leadClass ? { leadClass: source.leadClass } : {}),
		evidence: (source.signals ?? [])
			.filter((signal) => signal.evidence && signal.value > 0)
			.map((signal) => ({
				value: oneLine(signal.evidence as string),
				messageIds: signal.messageId ? [signal.messageId] : [],
			})),
	};
}

function measured(conversation: Conversation): number[] {
	return conversation.counters.customerTurns > 0 ? [conversation.counters.sentiment] : [];
}

/** Country of the customer's own number, in which numbers without a country code are read. */
function countryOf({ identity }: Conversation): string | undefined {
	const phone = identity.phone ?? (identity.waId ? `+${identity.waId}` : undefined);
	return phone ? countryOfNumber(phone) : undefined;
}

/** ISO 3166 code of a number in E.164; undefined if it is none. */
export function countryOfNumber(phone: string): string | undefined {
	return phoneNumbers().parsePhoneNumberFromString(phone)?.country;
}
