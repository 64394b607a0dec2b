import type { Conversation, Handoff } from '../conversation/conversation';
import { isVip } from '../conversation/conversation';
import { displayKey } from '../conversation/identity';
import { languageOf } from '../conversation/language';
import { wallTime } from '../sla/calendar';
import { escapeFor } from '../summary/escape';
import { redactText } from '../summary/redact';
import type { IsoTime } from '../time';
import type { Agent } from './agent';
import { absence, mismatch } from './eligibility';
import type { HandoffRequest, HandoffResult } from './request';
import { COMPLAINT_TOPICS, SALES_TOPICS } from './suggested';

/** What kind of handoff it is, for a Switch that sends each to its own channel. */
export type NotificationKind = 'urgent_lead' | 'complaint' | 'vip' | 'handoff';

/** An agent who is told in person. */
export interface Recipient {
	id: string;
	name: string;
	email?: string;
	phone?: string;
	/** Signs the agent in, opens the conversation and takes it, if nobody was faster; once, until `expiresAt`. */
	claimLink?: string;
	expiresAt?: IsoTime;
}

/** What the team is told of a handoff: the facts, and texts that are ready to be sent. */
export interface TeamNotification {
	/** The same for every attempt to tell of this move of the handoff. */
	id: string;
	kind: NotificationKind;
	who: { name: string; phone?: string; language?: string; vip: boolean };
	why: { reason: string; score: number; priority: Handoff['priority']; signals: string[] };
	/** The headline of the brief; before there is one, what the customer wrote last. Without card numbers and the like. */
	context: string;
	where: {
		/** Agent or queue that has it. */
		owner: string;
		waits: boolean;
		position?: number;
		dueAt?: IsoTime;
		/** The due time as the team says it. */
		due?: string;
		/** The conversation in the inbox. */
		link?: string;
	};
	/** Those who may take it: the agent who has it, or everybody on duty who serves the queue. */
	recipients: Array<Recipient & { texts: NotificationTexts }>;
	texts: NotificationTexts;
}

/** One text for each kind of channel, with the customer's words made inert for it. */
export interface NotificationTexts {
	title: string;
	/** Plain lines, for WhatsApp, SMS and anything else. */
	plain: string;
	/** Slack's mrkdwn. */
	slack: string;
	/** Telegram and its like: a few HTML tags, lines by line feeds. */
	telegram: string;
	/** Mail and Microsoft Teams. */
	html: string;
}

/** More people than this are told through a channel, not one by one. */
const MOST_RECIPIENTS = 50;
const MOST_CONTEXT = 300;

/** Secrets that no chat needs to see. Phone and e-mail address are how the team reaches the customer. */
const HIDDEN = { kinds: ['card', 'iban', 'nationalId', 'password'] as const };

/** Who is told of a handoff in person: its agent, or those on duty who serve the queue and have not passed it on. */
export function recipientsOf(
	result: Pick<HandoffResult, 'conversation' | 'outcome'>,
	request: HandoffRequest,
	now: IsoTime,
): Agent[] {
	const { owner, handoff } = result.conversation;
	if (owner?.kind === 'agent') {
		const known = request.agents.find(({ id }) => id === owner.id);
		return [
			known ?? { id: owner.id, name: owner.name, ...(owner.email ? { email: owner.email } : {}) },
		];
	}
	if (owner?.kind !== 'queue') return [];
	const meant = { queue: owner.name, requiredSkills: [], exclude: [] };
	const tried = handoff?.routing?.tried ?? [];
	return request.agents
		.filter((one) => !absence(one, now) && !mismatch(one, meant) && !tried.includes(one.id))
		.slice(0, MOST_RECIPIENTS);
}

/** The notification of a handoff as it stands. `said` is what the customer wrote last, `headline` that of the brief. */
export function notificationOf(
	result: HandoffResult,
	facts: {
		recipients: readonly Recipient[];
		timeZone: string;
		now: IsoTime;
		link?: string;
		said?: string;
		headline?: string;
		leadClass?: string;
	},
): TeamNotification {
	const { conversation, handoff, position } = result;
	const { profile, identity, owner } = conversation;
	const name = profile.name ?? identity.name ?? displayKey(identity);
	const phone = identity.phone;
	const language = languageOf(conversation);
	const dueAt = result.dueAt ?? handoff.promise?.for;
	const waits = owner?.kind !== 'agent';
	return rendered({
		id: `${handoff.id}:${handoff.routing?.moves ?? 0}-${handoff.hops}`,
		kind: kindOf(conversation, handoff, facts.leadClass ?? handoff.leadClass),
		who: {
			name,
			...(phone ? { phone } : {}),
			...(language ? { language } : {}),
			vip: isVip(conversation, handoff.signals),
		},
		why: {
			reason: handoff.reason,
			score: handoff.score,
			priority: handoff.priority,
			signals: handoff.signals.filter(({ points }) => points > 0).map(({ label }) => label),
		},
		context: hidden(facts.headline ?? facts.said ?? ''),
		where: {
			owner: owner?.name ?? handoff.queue,
			waits,
			...(position === undefined ? {} : { position }),
			...(dueAt
				? { dueAt, due: `${wallTime(facts.timeZone, dueAt, facts.now)} (${facts.timeZone})` }
				: {}),
			...(facts.link ? { link: facts.link } : {}),
		},
		recipients: [...facts.recipients],
	});
}

/** The same notification with the brief in place of the customer's last words, and the language that it found where none was known. */
export function withBrief(
	notification: TeamNotification,
	headline: string,
	language?: string,
): TeamNotification {
	const { who } = notification;
	return rendered({
		...notification,
		who: language && !who.language ? { ...who, language } : who,
		context: hidden(headline),
	});
}

/**
 * By what the team of the suggested rules is asked for: a complaint that names a price is a complaint, and a question about a contract is
 * none. What upsets a hot lead is still the lead's.
 */
function kindOf(
	conversation: Conversation,
	{ priority, signals, queue, topics = [] }: Handoff,
	leadClass: string | undefined,
): NotificationKind {
	const fired = signals
		.filter(({ points, immediate }) => points > 0 || immediate)
		.map(({ signal }) => signal);
	const about = [...topics, ...fired].map((one) => one.toLowerCase());
	const speaksOf = (wanted: readonly string[]) => about.some((one) => wanted.includes(one));
	const urgent = priority === 'high' || priority === 'urgent';
	const hot = leadClass?.toUpperCase() === 'HOT';
	if (speaksOf(COMPLAINT_TOPICS)) return 'complaint';
	if (hot || (urgent && speaksOf(['high_value']))) return 'urgent_lead';
	if (about.some((one) => /sentiment|negative/u.test(one))) return 'complaint';
	if (isVip(conversation, signals)) return 'vip';
	return speaksOf(SALES_TOPICS) || queue.toLowerCase() === 'sales' ? 'urgent_lead' : 'handoff';
}

type Facts = Omit<TeamNotification, 'texts' | 'recipients'> & { recipients: readonly Recipient[] };

function rendered(facts: Facts): TeamNotification {
	return {
		...facts,
		recipients: facts.recipients.map((one) => ({ ...one, texts: textsOf(facts, one.claimLink) })),
		texts: textsOf(facts),
	};
}

type Channel = 'plain' | 'slack' | 'telegram' | 'html';

function textsOf(facts: Facts, claimLink?: string): NotificationTexts {
	const { who, where } = facts;
	const title = `${escapeFor('text', who.name)} ${where.waits ? 'waits in' : 'is with'} ${escapeFor('text', where.owner)}`;
	return {
		title,
		plain: lines(facts, 'plain', claimLink).join('\n'),
		slack: lines(facts, 'slack', claimLink).join('\n'),
		telegram: lines(facts, 'telegram', claimLink).join('\n'),
		html: `<p>${lines(facts, 'html', claimLink).join('<br>')}</p>`,
	};
}

function lines(
	{ who, why, context, where }: Facts,
	channel: Channel,
	claimLink?: string,
): string[] {
	const safe = (text: string) => inert(channel, text);
	const label = (text: string) => bold(channel, `${text}:`);
	const signals = why.signals.length > 0 ? `; ${why.signals.join(', ')}` : '';
	const person = [who.name, who.phone, who.language, who.vip ? 'VIP' : undefined];
	const place = where.position === undefined ? '' : `, place ${where.position}`;
	const standing = where.waits ? `waits in ${where.owner}${place}` : `with ${where.owner}`;
	return [
		`${label('Who')} ${safe(person.filter(Boolean).join(', '))}`,
		`${label('Why')} ${safe(why.reason)} ${safe(`(score ${why.score}, priority ${why.priority}${signals})`)}`,
		...(context ? [`${label('Context')} ${safe(context)}`] : []),
		`${label('Where')} ${safe(standing)}${where.due ? safe(`; answer due ${where.due}`) : ''}`,
		...(claimLink ? [link(channel, where.waits ? 'Take it' : 'Open it', claimLink)] : []),
		...(where.link && !claimLink ? [link(channel, 'Open it', where.link)] : []),
	];
}

function inert(channel: Channel, text: string): string {
	if (channel === 'plain') return escapeFor('text', text);
	// Slack reads these three as marks, whatever stands round them.
	if (channel === 'slack') return escapeFor('text', text).replace(/&/gu, '&amp;');
	return escapeFor('note', text);
}

function bold(channel: Channel, text: string): string {
	if (channel === 'slack') return `*${text}*`;
	return channel === 'plain' ? text : `<b>${text}</b>`;
}

function link(channel: Channel, text: string, address: string): string {
	if (channel === 'plain') return `${text}: ${address}`;
	const quoted = address.replace(/[<>"'|\s]/gu, encodeURIComponent);
	if (channel === 'slack') return `<${quoted.replace(/&/gu, '&amp;')}|${text}>`;
	return `<a href="${quoted.replace(/&/gu, '&amp;')}">${text}</a>`;
}

function hidden(text: string): string {
	const clean = redactText(text.replace(/\s+/gu, ' ').trim(), { kinds: [...HIDDEN.kinds] });
	const characters = [...clean];
	return characters.length > MOST_CONTEXT
		? `${characters.slice(0, MOST_CONTEXT - 1).join('')}…`
		: clean;
}
