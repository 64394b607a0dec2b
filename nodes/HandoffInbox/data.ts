import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { systemClock } from '../../adapters/clock/system';
import { feedOf, threadVersion } from '../../adapters/inbox/feed';
import { overviewOf } from '../../adapters/inbox/overview';
import type { InboxUser } from '../../adapters/inbox/tokens';
import { windowClosesAt } from '../../core/conversation/conversation';
import type { ListQuery } from '../../core/inbox/list';
import { listOf } from '../../core/inbox/lists';
import type { HandoffStore } from '../../core/ports/store';
import { isoTime } from '../../core/time';
import { briefView, conversationView, customerView } from '../shared/item';
import { storeFor } from '../shared/store';
import { serveMedia } from './media';
import { DONE, sendJson } from './respond';
import { signedIn, withinLimits } from './session';
import { directory, messagesShown, pageSettings } from './settings';

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
	const now = isoTime(systemClock.now());
	switch (query.data) {
		case 'start':
			return sendJson(context, 200, {
				me: user,
				now,
				...(await pageSettings(context, store)),
			});
		case 'list':
			return sendJson(context, 200, await lists(store, query, user));
		case 'conversation': {
			const limit = messagesShown(context);
			const detail = await detailOf(store, query.id ?? '', limit);
			return detail ? sendJson(context, 200, detail) : gone(context);
		}
		case 'messages': {
			const limit = Math.min(messagesShown(context), MOST_MESSAGES);
			if (!query.before || !(await store.conversation(query.id ?? ''))) return gone(context);
			const messages = await store.history(query.id!, { limit, before: query.before });
			return sendJson(context, 200, { messages, more: messages.length === limit });
		}
		case 'media':
			return serveMedia(context, store, query.id ?? '', query.message ?? '');
		case 'changes': {
			const response = context.getResponseObject();
			const { lists = '', thread = '', presence = '', id = '' } = query;
			const change = await feedOf(store).next(
				{ lists, thread, presence, id },
				() => response.destroyed,
			);
			return response.destroyed ? DONE : sendJson(context, 200, change);
		}
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

async function lists(store: HandoffStore, query: Query, user: InboxUser) {
	const { open, version } = await feedOf(store).snapshot();
	return { ...(await listOf(store, open, query as ListQuery, user.id)), version };
}

async function team(context: IWebhookFunctions, store: HandoffStore) {
	const [{ open }, { agents }] = await Promise.all([
		feedOf(store).snapshot(),
		directory(context, store),
	]);
	return { open, agents };
}

async function detailOf(store: HandoffStore, id: string, limit: number) {
	const conversation = await store.conversation(id);
	if (!conversation) return undefined;
	// Before what it is a version of: if something changes in between, the page asks once more.
	const version = await threadVersion(store, id);
	const [messages, brief, clocks, audit] = await Promise.all([
		store.history(id, { limit }),
		store.brief(id),
		store.clocks(id),
		store.audit(id),
	]);
	return {
		version,
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
	};
}
