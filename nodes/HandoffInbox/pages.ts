import { randomUUID } from 'node:crypto';
import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { systemClock } from '../../adapters/clock/system';
import { PAGE_HEADERS, pageFile } from '../../adapters/inbox/assets';
import { nextInboxVersion } from '../../adapters/inbox/live';
import type { InboxUser } from '../../adapters/inbox/tokens';
import { LINK_LIFETIME_MS, SESSION_LIFETIME_MS, signToken } from '../../adapters/inbox/tokens';
import type { ConversationFilter, HandoffStore } from '../../core/ports/store';
import { isoTime } from '../../core/time';
import { briefView, conversationView, customerView } from '../shared/item';
import { storeFor } from '../shared/store';
import { COOKIE, linkToken, signedIn, signingSecret } from './session';

/** The node has answered, and there is nothing to run. */
export const DONE: IWebhookResponseData = { noWebhookResponse: true };

/** Conversations that a list shows. */
const LIST_LIMIT = 200;

/** GET: the page, its files, its data, and sign-in by link. */
export async function servePage(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const query = context.getQueryData() as Record<string, string | undefined>;
	if (query.link !== undefined) return signIn(context, query.link);
	if (query.data !== undefined) return serveData(context, query);

	const file = pageFile(query.asset ?? '');
	if (!file) return send(context, 404, 'text/plain; charset=utf-8', 'There is no such file.');
	if (query.asset === undefined && !(await signedIn(context))) {
		return send(
			context,
			401,
			'text/plain; charset=utf-8',
			'You are not signed in. Open the sign-in link from your notification, or ask whoever runs the workflow for a new one.',
		);
	}
	return send(context, 200, file.type, file.body);
}

/** Exchanges a link for a session, once: a link that leaks after it was used is worth nothing. */
async function signIn(context: IWebhookFunctions, text: string): Promise<IWebhookResponseData> {
	const token = await linkToken(context, text);
	const store = await storeFor(context);
	const now = systemClock.now();
	const key = `inbox-link:${token?.nonce}`;
	const turn = token && (await store.beginOnce(key, isoTime(now), LINK_LIFETIME_MS));
	const secret = await signingSecret(context);
	if (!token || !secret || turn?.state !== 'mine') {
		return send(
			context,
			401,
			'text/plain; charset=utf-8',
			'This sign-in link has been used or has run out. Ask for a new one.',
		);
	}
	await store.completeOnce(key, { usedBy: token.id }, isoTime(now));
	const { id, name, role, conversationId } = token;
	const session = signToken(
		{
			id,
			name,
			role,
			use: 'session',
			nonce: randomUUID(),
			expiresAt: now.getTime() + SESSION_LIFETIME_MS,
		},
		secret,
	);
	const address = new URL(context.getNodeWebhookUrl('setup') ?? '/', 'http://localhost');
	const response = context.getResponseObject();
	response.writeHead(302, {
		...PAGE_HEADERS,
		'set-cookie': [
			`${COOKIE}=${session}`,
			`Path=${address.pathname}`,
			'HttpOnly',
			// Lax, not Strict: the link is opened from a chat or mail, and the redirect after it must carry the cookie.
			'SameSite=Lax',
			`Max-Age=${SESSION_LIFETIME_MS / 1000}`,
			...(address.protocol === 'https:' ? ['Secure'] : []),
		].join('; '),
		location: `${address.pathname}${conversationId ? `#/c/${conversationId}` : ''}`,
	});
	response.end();
	return DONE;
}

async function serveData(
	context: IWebhookFunctions,
	query: Record<string, string | undefined>,
): Promise<IWebhookResponseData> {
	const user = await signedIn(context);
	if (!user) return sendJson(context, 401, { message: 'You are not signed in.' });
	const store = await storeFor(context);
	switch (query.data) {
		case 'list':
			return sendJson(context, 200, await listFor(store, user, query));
		case 'conversation': {
			const detail = await detailOf(
				store,
				query.id ?? '',
				context.getNodeParameter('messagesShown') as number,
			);
			return detail
				? sendJson(context, 200, detail)
				: sendJson(context, 404, { message: 'This conversation no longer exists.' });
		}
		case 'changes': {
			const response = context.getResponseObject();
			const version = await nextInboxVersion(store, query.since ?? '', () => response.destroyed);
			return response.destroyed ? DONE : sendJson(context, 200, { version });
		}
		default:
			return sendJson(context, 404, { message: 'There is no such data.' });
	}
}

async function listFor(
	store: HandoffStore,
	user: InboxUser,
	query: Record<string, string | undefined>,
) {
	const filters: Record<string, ConversationFilter> = {
		waiting: { states: ['human'] },
		mine: { states: ['human'], agentId: user.id },
		people: { states: ['human'] },
		bot: { states: ['bot'] },
		closed: { states: ['closed'] },
	};
	const search = query.search ? { search: query.search } : {};
	const view = query.view && query.view in filters ? query.view : 'waiting';
	const found = (await store.list({ ...filters[view], ...search, limit: LIST_LIMIT }))
		.conversations;
	const withPeople = (await store.list({ states: ['human'], limit: LIST_LIMIT })).conversations;
	const waits = (conversation: (typeof found)[number]) => conversation.owner?.kind === 'queue';
	const conversations = view === 'waiting' ? found.filter(waits) : found;
	return {
		me: { id: user.id, name: user.name, role: user.role },
		counts: {
			waiting: withPeople.filter(waits).length,
			mine: withPeople.filter(({ owner }) => owner?.kind === 'agent' && owner.id === user.id)
				.length,
			people: withPeople.length,
		},
		conversations: await Promise.all(
			conversations.map(async (conversation) => ({
				id: conversation.id,
				state: conversation.state,
				owner: conversation.owner,
				priority: conversation.priority,
				customer: customerView(conversation),
				lastMessageAt: conversation.lastMessageAt,
				reason: conversation.state === 'human' ? conversation.handoff?.reason : undefined,
				dueAt: await nextDue(store, conversation.id, conversation.state),
			})),
		),
	};
}

async function nextDue(
	store: HandoffStore,
	id: string,
	state: string,
): Promise<string | undefined> {
	if (state !== 'human') return undefined;
	const due = (await store.clocks(id))
		.filter(
			({ status, settledAt }) => status === 'running' || (status === 'breached' && !settledAt),
		)
		.map(({ dueAt }) => dueAt)
		.sort();
	return due[0];
}

async function detailOf(store: HandoffStore, id: string, limit: number) {
	const conversation = await store.conversation(id);
	if (!conversation) return undefined;
	const [messages, brief, clocks, audit] = await Promise.all([
		store.history(id, { limit }),
		store.brief(id),
		store.clocks(id),
		store.audit(id),
	]);
	return {
		conversation: { ...conversationView(conversation), customer: customerView(conversation) },
		messages,
		brief: briefView(brief),
		clocks,
		audit,
	};
}

/** Writes the response itself, so that it keeps its headers. */
export function send(
	context: IWebhookFunctions,
	status: number,
	type: string,
	body: string | Buffer,
): IWebhookResponseData {
	const response = context.getResponseObject();
	response.writeHead(status, { ...PAGE_HEADERS, 'content-type': type });
	response.end(body);
	return DONE;
}

export function sendJson(
	context: IWebhookFunctions,
	status: number,
	body: unknown,
): IWebhookResponseData {
	return send(context, status, 'application/json; charset=utf-8', JSON.stringify(body));
}
