import type { Conversation } from '../conversation/conversation';
import { holdOf, windowClosesAt } from '../conversation/conversation';
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
	return {
		states: [view === 'bot' || view === 'closed' ? view : 'human'],
		...(agentId ? { agentId } : {}),
		...(query.queue ? { queue: query.queue } : {}),
		...(query.tag ? { tag: query.tag } : {}),
		...time('since', query.since),
		...time('until', query.until),
		...(query.search?.trim() ? { search: query.search.trim() } : {}),
		...(query.after && isCursor(query.after) ? { after: query.after } : {}),
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

function isCursor(text: string): boolean {
	try {
		return typeof JSON.parse(text) === 'object';
	} catch {
		return false;
	}
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
	/** When half of the time for it is used up, from which on the page says so. */
	soonAt?: IsoTime;
	heldUntil?: IsoTime | true;
	windowClosesAt?: IsoTime;
}

export function rowOf(conversation: Conversation, clocks: readonly SlaClock[]): Row {
	const human = conversation.state === 'human';
	const next = human ? nextDue(clocks) : undefined;
	const hold = holdOf(conversation);
	const { identity, profile } = conversation;
	const name = profile.name ?? identity.name;
	const closes = windowClosesAt(conversation);
	return {
		id: conversation.id,
		state: conversation.state,
		...(conversation.owner ? { owner: conversation.owner } : {}),
		priority: conversation.priority,
		...(name ? { name } : {}),
		key: displayKey(identity),
		vip: profile.vip ?? false,
		tags: conversation.tags,
		lastMessageAt: conversation.lastMessageAt,
		...(conversation.lastCustomerMessageAt
			? { lastCustomerMessageAt: conversation.lastCustomerMessageAt }
			: {}),
		...(human && conversation.handoff ? { reason: conversation.handoff.reason } : {}),
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
function soonAt({ startedAt, dueAt }: SlaClock): IsoTime {
	const [from, to] = [Date.parse(startedAt), Date.parse(dueAt)];
	return new Date(to - Math.max(0, to - from) / 4).toISOString();
}
