import type { AuditEntry } from '../conversation/audit';
import { OF_A_HANDOFF, SAME_CASE_MS } from '../conversation/conversation';
import type { Conversation, Owner, SignalResult } from '../conversation/conversation';
import { sameOwner } from '../conversation/transitions';
import type { SlaClock } from '../sla/clock';
import type { IsoTime } from '../time';
import type { Verdict } from './labels';
import { verdictOnHandoff } from './labels';

/** What is on record of one conversation. */
export interface ConversationRecord {
	conversation: Conversation;
	/** Oldest first. */
	audit: readonly AuditEntry[];
	clocks: readonly SlaClock[];
}

/** One handoff from beginning to end, put together from the audit log, the clocks and the conversation. */
export interface HandoffRecord {
	/** `${conversation id}:h${number}`, as in the conversation. */
	id: string;
	conversationId: string;
	at: IsoTime;
	reason: string;
	/** Signals that led to it; known of a conversation's latest handoff only. */
	signals: readonly SignalResult[];
	/** Queue that it was first given to; where an agent had it at once, the queue that it belongs to. */
	queue: string;
	/** Owners in their order. */
	owners: Owner[];
	/** Off hours: the request is on record, and nobody has it yet. */
	captured: boolean;
	/** Agent who had it last, if an agent ever had it. */
	agent?: { id: string; name: string };
	/** First answer by a person. */
	answeredAt?: IsoTime;
	endedAt?: IsoTime;
	endedBy?: 'resolve' | 'return_to_bot';
	/** How it ended, as the agent said. */
	disposition?: string;
	/** Whether the customer wrote again within a day of its being resolved. */
	reopened: boolean;
	/** An agent had it and somebody else got it after that: another agent, or another team. A release is none. */
	reroutedAfterAgent: boolean;
	/** The first-response promise, if one was made. */
	firstResponse?: SlaClock;
	/** 1 to 5, as the customer said afterwards. */
	satisfaction?: number;
	/** What it is about in money, where staff, the bot or the CRM noted it. */
	value?: number;
	/** How a person has judged it. */
	verdict?: Verdict;
}

/** A collected number, also where it was noted as text. */
export function collectedNumber(
	collected: Conversation['collected'],
	name: string,
): number | undefined {
	const value = collected[name];
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** All handoffs of a conversation, oldest first. */
export function handoffsOf({ conversation, audit, clocks }: ConversationRecord): HandoffRecord[] {
	const handoffs: HandoffRecord[] = [];
	for (const entry of audit) {
		const current = handoffs.at(-1);
		if (entry.action === 'escalate' && current?.captured) {
			// The request that was captured off hours is handed on: the customer has waited since then.
			current.captured = false;
			if (entry.owner) passOn(current, entry.owner, false);
		} else if (entry.action === 'escalate' || entry.action === 'capture') {
			handoffs.push(begun(entry, conversation, clocks, handoffs.length + 1));
		} else if (entry.action === 'reopen') {
			if (current?.endedBy === 'resolve' && current.endedAt) {
				current.reopened ||= Date.parse(entry.at) - Date.parse(current.endedAt) <= SAME_CASE_MS;
			}
		} else if (current && !current.endedAt) {
			if (entry.action === 'resolve' || entry.action === 'return_to_bot') {
				current.captured = false;
				current.endedAt = entry.at;
				current.endedBy = entry.action;
				const disposition = dispositionOf(entry, conversation);
				if (disposition) current.disposition = disposition;
			} else if (entry.owner) {
				passOn(current, entry.owner, entry.action === 'release');
			}
		}
	}
	return handoffs;
}

function begun(
	entry: AuditEntry,
	conversation: Conversation,
	clocks: readonly SlaClock[],
	number: number,
): HandoffRecord {
	const id = `${conversation.id}:h${number}`;
	const latest = conversation.handoff?.id === id ? conversation.handoff : undefined;
	const firstResponse = clocks.find(
		(clock) => clock.id === `${conversation.id}:first_response:${id}`,
	);
	const answeredAt =
		latest?.answeredAt ??
		(firstResponse?.settledBy === 'answered' ? firstResponse.settledAt : undefined);
	const owner = entry.owner;
	const noted = { ...conversation.noted?.[id], ...(latest ? conversation.collected : {}) };
	const satisfaction = collectedNumber(noted, OF_A_HANDOFF.satisfaction);
	const value = collectedNumber(noted, OF_A_HANDOFF.value);
	const verdict = verdictOnHandoff(conversation, id);
	return {
		id,
		conversationId: conversation.id,
		at: entry.at,
		reason: entry.reason ?? 'No reason given',
		signals: latest?.signals ?? [],
		queue: owner?.kind === 'queue' ? owner.name : (latest?.queue ?? 'Unknown'),
		owners: owner ? [owner] : [],
		captured: entry.action === 'capture',
		...(owner?.kind === 'agent' ? { agent: { id: owner.id, name: owner.name } } : {}),
		...(answeredAt ? { answeredAt } : {}),
		reopened: false,
		reroutedAfterAgent: false,
		...(firstResponse ? { firstResponse } : {}),
		...(satisfaction !== undefined && satisfaction >= 1 && satisfaction <= 5
			? { satisfaction }
			: {}),
		...(value === undefined ? {} : { value }),
		...(verdict ? { verdict } : {}),
	};
}

/** Of the latest end as the conversation knows it; of earlier ones, what the audit line was given as the reason. */
function dispositionOf(
	{ action, at, reason }: AuditEntry,
	{ closedAt, outcome }: Conversation,
): string | undefined {
	if (action !== 'resolve') return undefined;
	return closedAt === at ? (outcome?.disposition ?? reason) : reason;
}

/** Whether a promise was broken by now: answered late, never, or overdue. */
export function isLate({ status, dueAt }: SlaClock, now: IsoTime): boolean {
	return status === 'breached' || (status === 'running' && dueAt < now);
}

/** Whether it went to the wrong agent or team: as a person has judged it, else as its owners show. */
export function isWronglyRouted({ verdict, reroutedAfterAgent }: HandoffRecord): boolean {
	return verdict === undefined ? reroutedAfterAgent : verdict === 'wrongly_routed';
}

function passOn(handoff: HandoffRecord, owner: Owner, released: boolean): void {
	if (sameOwner(handoff.owners.at(-1), owner)) return;
	const before = handoff.owners;
	const hadAgent = before.some(({ kind }) => kind === 'agent');
	const isNew = !before.some((one) => sameOwner(one, owner));
	// An agent who gives it back at the end of a shift was no wrong choice; that somebody else had to have it shows one.
	if (hadAgent && isNew && !(released && owner.kind === 'queue')) handoff.reroutedAfterAgent = true;
	handoff.owners = [...before, owner];
	if (owner.kind === 'agent') handoff.agent = { id: owner.id, name: owner.name };
}
