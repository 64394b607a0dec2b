import { createHmac, timingSafeEqual } from 'node:crypto';

/** Who is signed in to the inbox. */
export interface InboxUser {
	id: string;
	name: string;
	/** Supervisors may take conversations from others. */
	role: 'agent' | 'supervisor';
}

export interface InboxToken extends InboxUser {
	/** What it is good for: a link signs in once, a session is kept by the browser. */
	use: 'link' | 'session';
	/** Distinguishes links, so that each works once. */
	nonce: string;
	/** Milliseconds since 1970. */
	expiresAt: number;
	/** Conversation that a link opens. */
	conversationId?: string;
	/** Whether opening the link claims that conversation. */
	claim?: boolean;
}

/** Links are clicked within a shift; sessions last one. */
export const LINK_LIFETIME_MS = 60 * 60 * 1000;
export const SESSION_LIFETIME_MS = 12 * 60 * 60 * 1000;

/** Payload and signature, both base64url, joined by a dot. */
export function signToken(token: InboxToken, secret: string): string {
	const payload = Buffer.from(JSON.stringify(token)).toString('base64url');
	return `${payload}.${signatureOf(payload, secret)}`;
}

/** The token if its signature is ours, its use is as asked, and its time is not over; else undefined. */
export function readToken(
	text: string | undefined,
	secret: string,
	use: InboxToken['use'],
	now: number,
): InboxToken | undefined {
	const [payload, signature, ...rest] = (text ?? '').split('.');
	if (!payload || !signature || rest.length > 0) return undefined;
	const expected = Buffer.from(signatureOf(payload, secret));
	const given = Buffer.from(signature);
	if (expected.length !== given.length || !timingSafeEqual(expected, given)) return undefined;
	const token = JSON.parse(Buffer.from(payload, 'base64url').toString()) as InboxToken;
	return token.use === use && token.expiresAt > now ? token : undefined;
}

function signatureOf(payload: string, secret: string): string {
	return createHmac('sha256', secret).update(payload).digest('base64url');
}
