import { createHmac, timingSafeEqual } from 'node:crypto';

/** Why a delivery is refused; the words that go to n8n's log. */
export type ChatwootRefusal =
	'no_secret' | 'unsigned' | 'malformed' | 'too_old' | 'mismatch' | 'no_body';

export const REFUSALS: Readonly<Record<ChatwootRefusal, string>> = {
	no_secret: 'the credential holds no Webhook Secrets',
	unsigned:
		'it is not signed. Chatwoot signs from version 4.13 on (account webhooks from 4.11.2); for an older one, switch off Verify Signature',
	malformed: 'its signature has not the form that Chatwoot gives it',
	too_old: 'it was signed more than five minutes ago, or by a clock that is wrong',
	mismatch:
		'it is signed with none of the Webhook Secrets of the credential. Webhook, API inbox and bot have a secret each',
	no_body: 'it has no body',
};

const PREFIX = 'sha256=';
const TOLERANCE_MS = 5 * 60 * 1000;

/**
 * Checks Chatwoot's `X-Chatwoot-Signature`: "sha256=" and the HMAC-SHA256 of timestamp, dot and raw body under one of the secrets. A
 * repeated delivery is signed anew, so that an old signature is somebody else's. Constant time in the signature.
 */
export function checkSignature(
	rawBody: Uint8Array | undefined,
	headers: Record<string, string | undefined>,
	secrets: readonly string[],
	now: number,
): ChatwootRefusal | undefined {
	if (secrets.length === 0) return 'no_secret';
	if (!rawBody) return 'no_body';
	const signature = headers['x-chatwoot-signature'];
	const timestamp = headers['x-chatwoot-timestamp'];
	if (!signature || !timestamp) return 'unsigned';
	const hex = signature.slice(PREFIX.length);
	if (!signature.startsWith(PREFIX) || !/^[0-9a-f]{64}$/iu.test(hex) || !/^\d+$/u.test(timestamp)) {
		return 'malformed';
	}
	if (Math.abs(now - Number(timestamp) * 1000) > TOLERANCE_MS) return 'too_old';
	const given = Buffer.from(hex, 'hex');
	const matches = secrets.map((secret) =>
		timingSafeEqual(
			createHmac('sha256', secret).update(`${timestamp}.`).update(rawBody).digest(),
			given,
		),
	);
	return matches.includes(true) ? undefined : 'mismatch';
}

/** The secrets of a credential: one or several, however they are separated. */
export function secretsOf(text: string | undefined): string[] {
	return (text ?? '').split(/[\s,;]+/u).filter(Boolean);
}
