import type { Conversation } from '../conversation/conversation';
import type { HandoffStore } from '../ports/store';
import type { IsoTime } from '../time';
import type { ListQuery, Row } from './list';
import { filterOf, rowOf, viewOf } from './list';

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
}

export interface ListPage {
	rows: Row[];
	counts: Counts;
	newest?: Newest;
	/** Cursor of the next page, if there is one. */
	after?: string;
}

/** Conversations that are counted one by one. */
const COUNTED = 5_000;

/** One page of a list with the numbers of all. */
export async function listOf(
	store: Pick<HandoffStore, 'list' | 'clocks'>,
	query: ListQuery,
	userId: string,
): Promise<ListPage> {
	const filter = filterOf(query, userId);
	const [page, { counts, newest }] = await Promise.all([
		store.list(filter),
		overall(store, userId),
	]);
	const shown =
		viewOf(query) === 'waiting'
			? page.conversations.filter(({ owner }) => owner?.kind === 'queue')
			: page.conversations;
	const rows = await Promise.all(
		shown.map(async (conversation) =>
			rowOf(
				conversation,
				conversation.state === 'human' ? await store.clocks(conversation.id) : [],
			),
		),
	);
	return {
		rows,
		counts,
		...(newest ? { newest } : {}),
		...(page.after ? { after: page.after } : {}),
	};
}

async function overall(
	store: Pick<HandoffStore, 'list'>,
	userId: string,
): Promise<{ counts: Counts; newest?: Newest }> {
	const { conversations } = await store.list({ states: ['human'], limit: COUNTED });
	const isMine = ({ owner }: Conversation) => owner?.kind === 'agent' && owner.id === userId;
	const waiting = conversations.filter(({ owner }) => owner?.kind === 'queue');
	const mine = conversations.filter(isMine);
	const newest = [...waiting, ...mine]
		.map((conversation) => newestOf(conversation, isMine(conversation)))
		.reduce<Newest | undefined>((last, one) => (last && last.at >= one.at ? last : one), undefined);
	return {
		counts: { waiting: waiting.length, mine: mine.length, people: conversations.length },
		...(newest ? { newest } : {}),
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
	};
}
