import type { Conversation } from '../conversation/conversation';
import { PRIORITIES, holdOf, isCaptured, windowClosesAt } from '../conversation/conversation';
import { displayKey } from '../conversation/identity';
import type { ConversationFilter } from '../ports/store';
import type { SlaClock } from '../sla/clock';
import type { IsoTime } from '../time';

/** The lists that the page offers. */
export const VIEWS = ['waiting', 'mine', 'people', 'bot', 'closed'] as const;
export type View = (typeof VIEWS)[number];

/** What a page asks for, as text from its address. */
export interface ListQuery {
	view?: string;
	owner?: string;
	queue?: string;
	tag?: string;
	/** Days as a date field gives them, "2026-11-20", or times. */
	since?: string;
	until?: string;
	search?: string;
	after?: string;
	limit?: string;
}

/** Whose conversations a list shows. What was captured off hours waits, though the bot has it until then. */
const STATES: Record<View, Array<Conversation['state']>> = {
	waiting: ['human', 'bot'],
	mine: ['human'],
	people: ['human'],
	bot: ['bot'],
	closed: ['closed'],
};

/** Rows that one answer holds. */
export const ROWS_PER_PAGE = 100;
const MOST_ROWS = 500;

export function viewOf(query: ListQuery): View {
	return VIEWS.find((view) => view === query.view) ?? 'waiting';
}

/** The store's filter for what a page asks for. Whatever does not make sense is left out: the page shows more, never an error. */
export function filterOf(query: ListQuery, userId: string): ConversationFilter {
	const view = viewOf(query);
	const wanted = Number(query.limit);
	const agentId = view === 'mine' ? userId : query.owner;
	const search = query.search?.trim();
	return {
		states: STATES[view],
		...(agentId ? { agentId } : {}),
		...(query.queue ? { queue: query.queue } : {}),
		...(query.tag ? { tag: query.tag } : {}),
		...time('since', query.since),
		...time('until', query.until),
		...(search ? { search } : {}),
		...(query.after && readCursor(query.after) ? { after: query.after } : {}),
		limit: Number.isInteger(wanted) && wanted > 0 ? Math.min(wanted, MOST_ROWS) : ROWS_PER_PAGE,
	};
}

function time(
	key: 'since' | 'until',
	text: string | undefined,
): { since?: IsoTime; until?: IsoTime } {
	const at = Date.parse(text ?? '');
	return Number.isNaN(at) ? {} : { [key]: new Date(at).toISOString() };
}

function readCursor(text: string): Place | undefined {
	try {
		const cursor: unknown = JSON.parse(text);
		if (!Array.isArray(cursor) || cursor.length !== 2) return undefined;
		return cursor.every((part) => typeof part === 'string') ? (cursor as Place) : undefined;
	} catch {
		return undefined;
	}
}

/** Whether somebody has it or is to have it: what every open page is told of. */
export function isOpen(conversation: Conversation): boolean {
	return conversation.state === 'human' || isCaptured(conversation);
}

/**
 * The queue in which a conversation waits that nobody has: also one that was captured off hours, for which somebody comes at the promised
 * time. Undefined where a person has it, or where none was asked for.
 */
export function waitingIn(
	conversation: Pick<Conversation, 'state' | 'episode' | 'handoff' | 'owner'>,
): string | undefined {
	const { owner, handoff } = conversation;
	if (owner?.kind === 'queue') return owner.name;
	return isCaptured(conversation) ? handoff!.queue : undefined;
}

/** A conversation with what is promised in it. */
export interface Known {
	conversation: Conversation;
	clocks: readonly SlaClock[];
}

/**
 * A page of those that people have or that wait, taken from all of them: the inbox holds the open conversations in memory for all its
 * pages, and asks the store only for the others.
 */
export function pageOf(
	open: readonly Known[],
	view: View,
	filter: ConversationFilter,
): { page: Known[]; after?: string } {
	const sorted = open
		.filter(({ conversation }) => belongs(conversation, view, filter))
		.map((known) => ({ known, place: placeOf(known.conversation, view) }))
		.sort((a, b) => comparePlaces(a.place, b.place, view));
	const cursor = filter.after === undefined ? undefined : readCursor(filter.after);
	const rest = cursor
		? sorted.filter(({ place }) => comparePlaces(place, cursor, view) > 0)
		: sorted;
	const limit = filter.limit ?? ROWS_PER_PAGE;
	const page = rest.slice(0, limit);
	return {
		page: page.map(({ known }) => known),
		...(rest.length > limit ? { after: JSON.stringify(page.at(-1)!.place) } : {}),
	};
}

/** Where a conversation stands in a list: what it is sorted by, then its id. A cursor is the place of the last row before it. */
export type Place = [order: string, id: string];

/** What waits is ordered by priority and then by how long it has waited; all else by the newest message. */
export function placeOf(conversation: Conversation, view: View): Place {
	const { id, priority, handoff, updatedAt, lastMessageAt } = conversation;
	if (view !== 'waiting') return [lastMessageAt, id];
	const rank = PRIORITIES.length - PRIORITIES.indexOf(priority);
	return [`${rank} ${handoff?.createdAt ?? updatedAt}`, id];
}

/** Below zero where `a` stands above `b`. */
export function comparePlaces(a: Place, b: Place, view: View): number {
	if (a[0] !== b[0]) return a[0] < b[0] === (view === 'waiting') ? -1 : 1;
	return a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0;
}

/** Whether a list with these filters shows the conversation. */
export function belongs(
	conversation: Conversation,
	view: View,
	filter: ConversationFilter,
): boolean {
	if (!filter.states?.includes(conversation.state)) return false;
	if (view === 'waiting' && waitingIn(conversation) === undefined) return false;
	return matches(conversation, filter);
}

/** As the store filters, for conversations that are in memory. */
function matches(conversation: Conversation, filter: ConversationFilter): boolean {
	const { owner, tags, lastMessageAt, id, identity, profile } = conversation;
	const { agentId, queue, tag, since, until, search } = filter;
	if (agentId && !(owner?.kind === 'agent' && owner.id === agentId)) return false;
	if (queue && queueOf(conversation) !== queue) return false;
	if (tag && !tags.includes(tag)) return false;
	if (since && lastMessageAt < since) return false;
	if (until && lastMessageAt >= until) return false;
	if (!search) return true;
	const wanted = search.toLowerCase();
	return (
		id === search ||
		[profile.name, identity.name, ...identity.keys.map(({ value }) => value)].some((text) =>
			text?.toLowerCase().includes(wanted),
		)
	);
}

/** The queue that it waits in, or came from before somebody took it. */
function queueOf({ owner, handoff }: Conversation): string | undefined {
	return owner?.kind === 'queue' ? owner.name : handoff?.queue;
}

/** One line of a list. */
export interface Row {
	id: string;
	state: Conversation['state'];
	owner?: Conversation['owner'];
	priority: Conversation['priority'];
	name?: string;
	key: string;
	vip: boolean;
	tags: string[];
	lastMessageAt: IsoTime;
	lastCustomerMessageAt?: IsoTime;
	reason?: string;
	/** When the next promise is due. */
	dueAt?: IsoTime;
	/** When a quarter of the time for it is left, from which on the page says so. */
	soonAt?: IsoTime;
	/** Since when it waits for a person. */
	waitingSince?: IsoTime;
	/** In which queue it waits. */
	queue?: string;
	/** Captured off hours: the bot goes on until the time that the customer was promised. */
	captured?: { until: IsoTime };
	heldUntil?: IsoTime | true;
	windowClosesAt?: IsoTime;
}

export function rowOf(conversation: Conversation, clocks: readonly SlaClock[]): Row {
	const queue = waitingIn(conversation);
	const promised = isOpen(conversation);
	const next = promised ? nextDue(clocks) : undefined;
	const hold = holdOf(conversation);
	const { identity, profile, handoff, owner } = conversation;
	const name = profile.name ?? identity.name;
	const closes = windowClosesAt(conversation);
	return {
		id: conversation.id,
		state: conversation.state,
		...(owner ? { owner } : {}),
		priority: conversation.priority,
		...(name ? { name } : {}),
		key: displayKey(identity),
		vip: profile.vip ?? false,
		tags: conversation.tags,
		lastMessageAt: conversation.lastMessageAt,
		...(conversation.lastCustomerMessageAt
			? { lastCustomerMessageAt: conversation.lastCustomerMessageAt }
			: {}),
		...(promised && handoff ? { reason: handoff.reason } : {}),
		...(queue !== undefined ? { queue } : {}),
		...(queue !== undefined && handoff ? { waitingSince: handoff.createdAt } : {}),
		...(isCaptured(conversation) && handoff?.promise
			? { captured: { until: handoff.promise.for } }
			: {}),
		...(next ? { dueAt: next.dueAt, soonAt: soonAt(next) } : {}),
		...(hold ? { heldUntil: hold.until ?? (true as const) } : {}),
		...(closes ? { windowClosesAt: closes } : {}),
	};
}

/** The promise that is due first, or the one that was broken and is still owed. */
export function nextDue(clocks: readonly SlaClock[]): SlaClock | undefined {
	return clocks
		.filter(
			({ status, settledAt }) => status === 'running' || (status === 'breached' && !settledAt),
		)
		.sort((a, b) => (a.dueAt < b.dueAt ? -1 : 1))[0];
}

/** The last quarter of the time is when somebody should look. */
export function soonAt({ startedAt, dueAt }: SlaClock): IsoTime {
	const [from, to] = [Date.parse(startedAt), Date.parse(dueAt)];
	return new Date(to - Math.max(0, to - from) / 4).toISOString();
}
