import type { Conversation } from '../conversation/conversation';
import type { HandoffStore } from '../ports/store';
import type { IsoTime } from '../time';
import type { Known, ListQuery, Row, View } from './list';
import { belongs, filterOf, pageOf, placeOf, rowOf, viewOf, waitingIn } from './list';

/** Conversations of each list, as far as the page shows numbers. */
export interface Counts {
	waiting: number;
	mine: number;
	people: number;
}

/** The handoff that came last, of those that concern the agent: waiting for anybody, or theirs. */
export interface Newest {
	id: string;
	name?: string;
	at: IsoTime;
	mine: boolean;
	queue: string;
	/** Why it was handed over, for the notification. */
	reason?: string;
}

/** A row with what its list is sorted by. */
export type ListRow = Row & { order: string };

/** What every list shows beside its rows. */
export interface Overall {
	counts: Counts;
	newest?: Newest;
	/** Tags that open conversations have, most frequent first. */
	tags: string[];
}

export interface ListPage extends Overall {
	rows: ListRow[];
	/** Cursor of the next page, if there is one. */
	after?: string;
}

/** What changed conversations mean for one list. */
export interface ListChange extends Overall {
	/** Those that it shows, as they are now. */
	rows: ListRow[];
	/** Those that it does not show, or no longer. */
	gone: string[];
}

/** Tags that the filter offers. */
const TAGS_OFFERED = 50;

/** Which conversations somebody may see; undefined for all of them. */
export type Sees = ((conversation: Conversation) => boolean) | undefined;

/** Those of the open conversations that somebody may see. */
export function seenOf(open: readonly Known[], sees: Sees): readonly Known[] {
	return sees ? open.filter(({ conversation }) => sees(conversation)) : open;
}

/** One page of a list. `open` are the conversations that people have or that wait, as far as whoever asks may see them. */
export async function listOf(
	store: Pick<HandoffStore, 'list'>,
	open: readonly Known[],
	query: ListQuery,
	userId: string,
	sees?: Sees,
): Promise<Pick<ListPage, 'rows' | 'after'>> {
	const view = viewOf(query);
	const filter = filterOf(query, userId);
	if (view !== 'bot' && view !== 'closed') {
		const { page, after } = pageOf(open, view, filter);
		return { rows: page.map((known) => listRow(known, view)), ...(after ? { after } : {}) };
	}
	const { conversations, after } = await store.list(filter);
	// Nothing is promised in a conversation that no person has and none was promised for.
	const promised = new Map(open.map(({ conversation, clocks }) => [conversation.id, clocks]));
	return {
		rows: conversations
			.filter((conversation) => sees?.(conversation) ?? true)
			.map((conversation) =>
				listRow({ conversation, clocks: promised.get(conversation.id) ?? [] }, view),
			),
		...(after ? { after } : {}),
	};
}

/** What `changed` means for the list that a page shows. */
export function listChange(
	changed: readonly Known[],
	query: ListQuery,
	userId: string,
	sees?: Sees,
): Pick<ListChange, 'rows' | 'gone'> {
	const view = viewOf(query);
	const filter = filterOf(query, userId);
	const isShown = ({ conversation }: Known) =>
		belongs(conversation, view, filter) && (sees?.(conversation) ?? true);
	return {
		rows: changed.filter(isShown).map((known) => listRow(known, view)),
		gone: changed.filter((known) => !isShown(known)).map(({ conversation }) => conversation.id),
	};
}

function listRow({ conversation, clocks }: Known, view: View): ListRow {
	return { ...rowOf(conversation, clocks), order: placeOf(conversation, view)[0] };
}

/** Numbers of all open conversations, from which every agent's are read. */
export interface Summary {
	waiting: number;
	people: number;
	tags: string[];
	newest?: Newest;
	mine: ReadonlyMap<string, { count: number; newest: Newest }>;
}

export function summaryOf(open: readonly Known[]): Summary {
	let waiting = 0;
	let people = 0;
	let newest: Newest | undefined;
	const mine = new Map<string, { count: number; newest: Newest }>();
	const tags = new Map<string, number>();
	for (const { conversation } of open) {
		const { owner } = conversation;
		for (const tag of conversation.tags) tags.set(tag, (tags.get(tag) ?? 0) + 1);
		if (conversation.state === 'human') people += 1;
		if (waitingIn(conversation) !== undefined) waiting += 1;
		// What was captured waits for the morning: nobody is called for it.
		if (owner?.kind === 'queue') {
			newest = later(newest, newestOf(conversation, false));
		} else if (owner?.kind === 'agent') {
			const known = mine.get(owner.id);
			mine.set(owner.id, {
				count: (known?.count ?? 0) + 1,
				newest: later(known?.newest, newestOf(conversation, true)),
			});
		}
	}
	return {
		waiting,
		people,
		...(newest ? { newest } : {}),
		mine,
		tags: [...tags]
			.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
			.slice(0, TAGS_OFFERED)
			.map(([tag]) => tag),
	};
}

/** What an agent's page shows beside the rows. */
export function overallFor(summary: Summary, userId: string): Overall {
	const { waiting, people, tags, mine } = summary;
	const own = mine.get(userId);
	const newest = own ? later(summary.newest, own.newest) : summary.newest;
	return {
		counts: { waiting, mine: own?.count ?? 0, people },
		...(newest ? { newest } : {}),
		tags,
	};
}

function later(last: Newest | undefined, one: Newest): Newest {
	return last && last.at >= one.at ? last : one;
}

function newestOf(conversation: Conversation, mine: boolean): Newest {
	const { id, handoff, owner, profile, identity, updatedAt } = conversation;
	const name = profile.name ?? identity.name;
	return {
		id,
		...(name ? { name } : {}),
		at: (mine ? handoff?.assignedAt : handoff?.createdAt) ?? updatedAt,
		mine,
		queue: owner?.kind === 'queue' ? owner.name : (handoff?.queue ?? ''),
		...(handoff ? { reason: handoff.reason } : {}),
	};
}
