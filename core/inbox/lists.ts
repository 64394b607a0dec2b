import type { Conversation } from '../conversation/conversation';
import type { HandoffStore } from '../ports/store';
import type { IsoTime } from '../time';
import type { ListQuery, Row } from './list';
import { filterOf, pageOf, rowOf, viewOf } from './list';

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

export interface ListPage {
	rows: Row[];
	counts: Counts;
	newest?: Newest;
	/** Cursor of the next page, if there is one. */
	after?: string;
	/** Tags that open conversations have, most frequent first. */
	tags: string[];
}

/** Tags that the filter offers. */
const TAGS_OFFERED = 50;

/** One page of a list with the numbers of all. `open` are the conversations that people have. */
export async function listOf(
	store: Pick<HandoffStore, 'list' | 'clocks'>,
	open: readonly Conversation[],
	query: ListQuery,
	userId: string,
): Promise<ListPage> {
	const view = viewOf(query);
	const filter = filterOf(query, userId);
	const page =
		view === 'bot' || view === 'closed' ? await store.list(filter) : pageOf(open, view, filter);
	const rows = await Promise.all(
		page.conversations.map(async (conversation) =>
			rowOf(
				conversation,
				conversation.state === 'human' ? await store.clocks(conversation.id) : [],
			),
		),
	);
	return {
		rows,
		...overall(open, userId),
		...(page.after ? { after: page.after } : {}),
	};
}

function overall(
	open: readonly Conversation[],
	userId: string,
): Pick<ListPage, 'counts' | 'newest' | 'tags'> {
	const isMine = ({ owner }: Conversation) => owner?.kind === 'agent' && owner.id === userId;
	const waiting = open.filter(({ owner }) => owner?.kind === 'queue');
	const mine = open.filter(isMine);
	const newest = [...waiting, ...mine]
		.map((conversation) => newestOf(conversation, isMine(conversation)))
		.reduce<Newest | undefined>((last, one) => (last && last.at >= one.at ? last : one), undefined);
	const tags = new Map<string, number>();
	for (const tag of open.flatMap((conversation) => conversation.tags)) {
		tags.set(tag, (tags.get(tag) ?? 0) + 1);
	}
	return {
		counts: { waiting: waiting.length, mine: mine.length, people: open.length },
		...(newest ? { newest } : {}),
		tags: [...tags]
			.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
			.slice(0, TAGS_OFFERED)
			.map(([tag]) => tag),
	};
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
