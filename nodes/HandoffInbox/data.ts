import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { systemClock } from '../../adapters/clock/system';
import type { News } from '../../adapters/inbox/feed';
import { feedOf } from '../../adapters/inbox/feed';
import { overviewOf } from '../../adapters/inbox/overview';
import type { InboxUser } from '../../adapters/inbox/tokens';
import type { Conversation } from '../../core/conversation/conversation';
import { windowClosesAt } from '../../core/conversation/conversation';
import { closingMessage } from '../../core/inbox/closing';
import type { ListQuery } from '../../core/inbox/list';
import type { Sees } from '../../core/inbox/lists';
import { listChange, listOf, overallFor, seenOf, summaryOf } from '../../core/inbox/lists';
import { maySee } from '../../core/inbox/restricted';
import type { Review } from '../../core/inbox/reviews';
import { reviewsOf } from '../../core/inbox/reviews';
import type { ConversationRecord } from '../../core/metrics';
import type { HandoffStore } from '../../core/ports/store';
import { isoTime } from '../../core/time';
import { briefView, conversationView, customerView } from '../shared/item';
import { storeFor } from '../shared/store';
import { serveMedia } from './media';
import { DONE, endingOf, sendEvents, sendFirst, sendJson } from './respond';
import { signedIn, withinLimits } from './session';
import { closingChoice, directory, messagesShown, pageSettings, restrictions } from './settings';

/** Messages that one answer holds at most. */
const MOST_MESSAGES = 500;
/** Lines of the audit trail that the page shows, newest last. */
const AUDIT_SHOWN = 100;

type Query = Record<string, string | undefined>;

/** GET with `data`: what the page shows, as JSON. */
export async function serveData(
	context: IWebhookFunctions,
	query: Query,
): Promise<IWebhookResponseData> {
	const user = await signedIn(context);
	if (!user) return sendJson(context, 401, { message: 'You are not signed in.' });
	if (!withinLimits(context, user)) {
		return sendJson(context, 429, { message: 'Too many requests. Wait a minute.' });
	}
	const store = await storeFor(context);
	const sees = seesOf(context, user);
	/** The conversation asked for, if there is one that this agent may see: to others it is not there. */
	const asked = async () => {
		const conversation = await store.conversation(query.id ?? '');
		return conversation && (sees?.(conversation) ?? true) ? conversation : undefined;
	};
	switch (query.data) {
		case 'start':
			return sendJson(context, 200, await startOf(context, store, user));
		case 'list':
			return sendJson(context, 200, await lists(store, query, user, sees));
		case 'conversation': {
			const detail = await detailOf(store, query.id ?? '', viewerOf(context, user, sees));
			return detail ? sendJson(context, 200, detail) : gone(context);
		}
		case 'messages': {
			const limit = Math.min(messagesShown(context), MOST_MESSAGES);
			if (!query.before || !(await asked())) return gone(context);
			const messages = await store.history(query.id!, { limit, before: query.before });
			return sendJson(context, 200, { messages, more: messages.length === limit });
		}
		case 'media':
			if (!(await asked())) return gone(context);
			return serveMedia(context, store, query.id!, query.message ?? '');
		case 'changes':
			return serveChanges(context, store, query, user, sees);
		case 'overview':
			if (user.role !== 'supervisor') {
				return sendJson(context, 403, { message: 'Only supervisors see the team’s figures.' });
			}
			return sendJson(
				context,
				200,
				await overviewOf(store, systemClock, await team(context, store), {
					days: Number(query.days),
					timeZone: query.zone,
				}),
			);
		default:
			return sendJson(context, 404, { message: 'There is no such data.' });
	}
}

function gone(context: IWebhookFunctions): IWebhookResponseData {
	return sendJson(context, 404, { message: 'This conversation no longer exists.' });
}

/** All that the page draws first, so that it need not ask for it. */
export async function firstOf(context: IWebhookFunctions, user: InboxUser) {
	const store = await storeFor(context);
	const [start, list] = await Promise.all([
		startOf(context, store, user),
		lists(store, {}, user, seesOf(context, user)),
	]);
	return { start, list };
}

async function startOf(context: IWebhookFunctions, store: HandoffStore, user: InboxUser) {
	return {
		me: user,
		now: isoTime(systemClock.now()),
		...(await pageSettings(context, store)),
	};
}

/** Undefined where nothing is kept from this agent, so that the numbers of all are worked out once for all. */
function seesOf(context: IWebhookFunctions, user: InboxUser): Sees {
	const restricted = restrictions(context);
	if (restricted.length === 0 || user.role === 'supervisor') return undefined;
	return (conversation) => maySee(user, conversation, restricted);
}

async function lists(store: HandoffStore, query: Query, user: InboxUser, sees: Sees) {
	const { open, summary, cursor } = await feedOf(store).snapshot();
	const seen = seenOf(open, sees);
	const page = await listOf(store, seen, query as ListQuery, user.id, sees);
	return { ...page, ...overallFor(sees ? summaryOf(seen) : summary, user.id), cursor };
}

async function team(context: IWebhookFunctions, store: HandoffStore) {
	const [{ open }, { agents }] = await Promise.all([
		feedOf(store).snapshot(),
		directory(context, store),
	]);
	return { open, agents };
}

/** Who looks at a conversation, and what staff set for it. */
interface Viewer {
	sees: Sees;
	limit: number;
	closing(conversation: Conversation): string;
	reviews(record: ConversationRecord): Review[];
}

function viewerOf(context: IWebhookFunctions, user: InboxUser, sees: Sees): Viewer {
	const choice = closingChoice(context);
	return {
		sees,
		limit: messagesShown(context),
		closing: (conversation) => closingMessage(choice, conversation, user.name),
		reviews: (record) => reviewsOf(record, user),
	};
}

async function detailOf(
	store: HandoffStore,
	id: string,
	{ sees, limit, closing, reviews }: Viewer,
) {
	const conversation = await store.conversation(id);
	if (!conversation || !(sees?.(conversation) ?? true)) return undefined;
	const [messages, brief, clocks, audit] = await Promise.all([
		store.history(id, { limit }),
		store.brief(id),
		store.clocks(id),
		store.audit(id),
	]);
	return {
		conversation: {
			...conversationView(conversation),
			windowClosesAt: windowClosesAt(conversation),
			customer: customerView(conversation),
		},
		messages,
		more: messages.length === limit,
		brief: briefView(brief),
		clocks,
		audit: audit.slice(-AUDIT_SHOWN),
		closing: closing(conversation),
		reviews: reviews({ conversation, audit, clocks }),
	};
}

/**
 * What a page does not show yet, as server-sent events; with `once`, for a page that gets no events through its proxy, one answer as
 * soon as there is something. A change brings the rows of the list and the open conversation with it: no page asks for anything
 * because something has changed.
 */
function serveChanges(
	context: IWebhookFunctions,
	store: HandoffStore,
	query: Query,
	user: InboxUser,
	sees: Sees,
): IWebhookResponseData {
	const { cursor, team, id, once } = query;
	const viewer = viewerOf(context, user, sees);
	const feed = feedOf(store);
	const ending = endingOf(context.getResponseObject());
	const summary = async () =>
		sees ? summaryOf(seenOf((await feed.snapshot()).open, sees)) : feed.summary();
	const changeOf = async ({ cursor: at, changed, team: now }: News) => {
		const isOpenChanged = changed?.some(({ conversation }) => conversation.id === id) ?? true;
		return {
			cursor: at,
			team: now,
			...(changed && changed.length > 0
				? {
						list: {
							...listChange(changed, query as ListQuery, user.id, sees),
							...overallFor(await summary(), user.id),
						},
					}
				: {}),
			...(changed ? {} : { anew: true }),
			...(id && isOpenChanged ? { detail: (await detailOf(store, id, viewer)) ?? null } : {}),
		};
	};
	const changes = (async function* () {
		for await (const news of feed.follow({ cursor, team }, ending)) {
			yield news && (await changeOf(news));
		}
	})();
	// Not waited for: n8n is done with the request, and the connection needs nothing of it any more.
	void (once === undefined ? sendEvents : sendFirst)(context, changes, ending);
	return DONE;
}
