import { randomUUID } from 'node:crypto';
import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { systemClock } from '../../adapters/clock/system';
import { PAGE_HEADERS } from '../../adapters/inbox/assets';
import { RateLimit } from '../../adapters/inbox/rateLimit';
import type { InboxToken, InboxUser } from '../../adapters/inbox/tokens';
import {
	LINK_LIFETIME_MS,
	SESSION_LIFETIME_MS,
	readToken,
	signToken,
} from '../../adapters/inbox/tokens';
import type { KnownAgent } from '../../core/inbox/directory';
import { SIGNED_IN, withAgent } from '../../core/inbox/directory';
import { isoTime } from '../../core/time';
import { recentCredentials } from '../shared/recentCredentials';
import { storeFor } from '../shared/store';
import { DONE, send, sendText } from './respond';

/** Name of the session cookie. */
export const COOKIE = 'handoff_inbox';

/** Shorter secrets can be guessed. */
const SHORTEST_SECRET = 32;

/** A page asks a few times a second while somebody scrolls; nobody does so for a minute. */
const PER_SESSION = new RateLimit(600, 300);
/** A whole office may share one address. */
const PER_ADDRESS = new RateLimit(6_000, 2_000);
/** Links that are refused: a person mistypes one or two. */
const REFUSED_LINKS = new RateLimit(6, 20);

/** The signing secret, or undefined (with a line in n8n's log) where it is too short to be safe. */
async function signingSecret(context: IWebhookFunctions): Promise<string | undefined> {
	const { signingSecret: secret } = await recentCredentials<{ signingSecret: string }>(
		context,
		'whatsAppHandoffInboxApi',
	);
	if (secret.length >= SHORTEST_SECRET) return secret;
	context.logger.warn(
		`Handoff Inbox refuses to sign anybody in: the Signing Secret of its credential has fewer than ${SHORTEST_SECRET} characters`,
		{ node: context.getNode().name },
	);
	return undefined;
}

/** Who is signed in by the request's cookie. */
export async function signedIn(context: IWebhookFunctions): Promise<InboxUser | undefined> {
	const secret = await signingSecret(context);
	if (!secret) return undefined;
	return readToken(cookieOf(context), secret, 'session', now());
}

/** Whether this request may be answered; takes it from the session's and the address's share. */
export function withinLimits(context: IWebhookFunctions, user?: InboxUser): boolean {
	const ofAddress = PER_ADDRESS.take(addressOf(context), now());
	return (user === undefined || PER_SESSION.take(user.id, now())) && ofAddress;
}

/**
 * Whether a request that changes something comes from our page. A page of another origin can neither set this header nor send
 * JSON or a file with it without being asked for permission first, and the browser tells where a request comes from.
 */
export function isFromPage(context: IWebhookFunctions): boolean {
	const headers = headersOf(context);
	const site = headers['sec-fetch-site'];
	return headers['x-handoff-inbox'] === '1' && (site === undefined || site === 'same-origin');
}

/** Exchanges a link for a session, once: a link that leaks after it was used is worth nothing. */
export async function signIn(
	context: IWebhookFunctions,
	text: string,
	claim: (user: InboxUser, conversationId: string) => Promise<IWebhookResponseData | undefined>,
): Promise<IWebhookResponseData> {
	const address = addressOf(context);
	if (!REFUSED_LINKS.has(address, now())) {
		return sendText(context, 429, 'Too many links were refused. Wait a minute and try again.');
	}
	// Chat programs fetch a link to show a preview; that must neither use it up nor claim anything. A person whose browser
	// only calls itself like one of them goes on with a click.
	if (isPreview(context) && !('go' in context.getQueryData())) return askFirst(context, text);
	const secret = await signingSecret(context);
	const token = secret ? readToken(text, secret, 'link', now()) : undefined;
	const key = `inbox-link:${token?.nonce}`;
	const store = await storeFor(context);
	const at = isoTime(systemClock.now());
	const turn = token && (await store.beginOnce(key, at, LINK_LIFETIME_MS));
	if (!token || !secret || turn?.state !== 'mine') {
		REFUSED_LINKS.take(address, now());
		return sendText(
			context,
			401,
			'This sign-in link has been used or has run out. Ask for a new one.',
		);
	}
	await store.completeOnce(key, { usedBy: token.id }, at);
	const { id, name, role, conversationId } = token;
	// From now on colleagues can hand conversations over to this agent.
	const known = (await store.getSetting<KnownAgent[]>(SIGNED_IN)) ?? [];
	await store.putSetting(SIGNED_IN, withAgent(known, { id, name }));
	const done =
		token.claim && conversationId ? await claim({ id, name, role }, conversationId) : undefined;
	openSession(context, token, secret);
	return done ? { ...done, ...DONE } : DONE;
}

function askFirst(context: IWebhookFunctions, text: string): IWebhookResponseData {
	const link = `?${new URLSearchParams({ link: text, go: '1' })}`;
	return send(
		context,
		200,
		'text/html; charset=utf-8',
		`<!doctype html><html lang="en"><title>Handoff Inbox</title><p><a href="${link.replaceAll('&', '&amp;')}">Sign in to the Handoff Inbox</a></p></html>`,
	);
}

function openSession(context: IWebhookFunctions, token: InboxToken, secret: string): void {
	const { id, name, role, conversationId } = token;
	const session = signToken(
		{
			id,
			name,
			role,
			use: 'session',
			nonce: randomUUID(),
			expiresAt: now() + SESSION_LIFETIME_MS,
		},
		secret,
	);
	const page = new URL(context.getNodeWebhookUrl('setup') ?? '/', 'http://localhost');
	const response = context.getResponseObject();
	response.writeHead(302, {
		...PAGE_HEADERS,
		'set-cookie': cookieFor(session, page, SESSION_LIFETIME_MS / 1000),
		location: `${page.pathname}${conversationId ? `#/c/${encodeURIComponent(conversationId)}` : ''}`,
	});
	response.end();
}

/** Takes the cookie back. */
export function signOut(context: IWebhookFunctions): IWebhookResponseData {
	const page = new URL(context.getNodeWebhookUrl('setup') ?? '/', 'http://localhost');
	const response = context.getResponseObject();
	response.writeHead(200, {
		...PAGE_HEADERS,
		'set-cookie': cookieFor('', page, 0),
		'content-type': 'application/json; charset=utf-8',
	});
	response.end('{}');
	return DONE;
}

function cookieFor(session: string, page: URL, seconds: number): string {
	return [
		`${COOKIE}=${session}`,
		`Path=${page.pathname}`,
		'HttpOnly',
		// Lax, not Strict: the link is opened from a chat or mail, and the redirect after it must carry the cookie.
		'SameSite=Lax',
		`Max-Age=${seconds}`,
		...(page.protocol === 'https:' ? ['Secure'] : []),
	].join('; ');
}

function cookieOf(context: IWebhookFunctions): string | undefined {
	for (const part of (headersOf(context).cookie ?? '').split(';')) {
		const [name, ...value] = part.trim().split('=');
		if (name === COOKIE) return value.join('=');
	}
	return undefined;
}

/** How programs that look at links for people call themselves; "CUBOT" is a make of phones. */
const PREVIEWERS =
	/(?<!cu)bot\b|preview|crawler|externalhit|linkexpanding|^whatsapp\/|safelinks|scan/iu;

function isPreview(context: IWebhookFunctions): boolean {
	const headers = headersOf(context);
	const purpose = headers['sec-purpose'] ?? headers.purpose ?? '';
	return PREVIEWERS.test(headers['user-agent'] ?? '') || purpose.includes('prefetch');
}

/** As n8n sees it, which trusts a proxy's word where it is told to. */
function addressOf(context: IWebhookFunctions): string {
	return (context.getRequestObject() as { ip?: string }).ip ?? 'unknown';
}

export function headersOf(context: IWebhookFunctions): Record<string, string | undefined> {
	return context.getHeaderData() as Record<string, string | undefined>;
}

function now(): number {
	return systemClock.now().getTime();
}
