import type { IWebhookFunctions } from 'n8n-workflow';

import { systemClock } from '../../adapters/clock/system';
import type { InboxToken, InboxUser } from '../../adapters/inbox/tokens';
import { readToken } from '../../adapters/inbox/tokens';

/** Name of the session cookie. */
export const COOKIE = 'handoff_inbox';

/** Shorter secrets can be guessed. */
const SHORTEST_SECRET = 32;

/** The signing secret, or undefined (with a line in n8n's log) where it is too short to be safe. */
export async function signingSecret(context: IWebhookFunctions): Promise<string | undefined> {
	const { signingSecret: secret } = await context.getCredentials<{ signingSecret: string }>(
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
	return readToken(cookieOf(context), secret, 'session', systemClock.now().getTime());
}

/** The token that a sign-in link carries, if it is good. */
export async function linkToken(
	context: IWebhookFunctions,
	text: string,
): Promise<InboxToken | undefined> {
	const secret = await signingSecret(context);
	return secret ? readToken(text, secret, 'link', systemClock.now().getTime()) : undefined;
}

function cookieOf(context: IWebhookFunctions): string | undefined {
	const header = (context.getHeaderData() as Record<string, string | undefined>).cookie ?? '';
	for (const part of header.split(';')) {
		const [name, ...value] = part.trim().split('=');
		if (name === COOKIE) return value.join('=');
	}
	return undefined;
}
