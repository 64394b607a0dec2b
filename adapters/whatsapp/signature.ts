import { createHmac, timingSafeEqual, createHash } from 'node:crypto';

/** Why a delivery was refused; the words that go to n8n's log. */
export type SignatureRefusal = 'missing' | 'malformed' | 'mismatch' | 'no_body';

export type SignatureVerdict = { ok: true } | { ok: false; reason: SignatureRefusal };

const PREFIX = 'sha256=';
const HEX_LENGTH = 64;

/**
 * Checks Meta's `X-Hub-Signature-256` header: "sha256=" and the HMAC-SHA256 of the raw body under the app secret. `rawBody` must
 * be the bytes as they came in; a body that was parsed and written again differs in escapes and fails. Constant time in the
 * signature.
 */
export function verifySignature(
	rawBody: Uint8Array | undefined,
	header: string | undefined,
	appSecret: string,
): SignatureVerdict {
	if (!rawBody) return { ok: false, reason: 'no_body' };
	if (!header) return { ok: false, reason: 'missing' };
	const hex = header.slice(PREFIX.length);
	if (!header.startsWith(PREFIX) || hex.length !== HEX_LENGTH || !/^[0-9a-f]+$/i.test(hex)) {
		return { ok: false, reason: 'malformed' };
	}
	const expected = createHmac('sha256', appSecret).update(rawBody).digest();
	return timingSafeEqual(expected, Buffer.from(hex, 'hex'))
		? { ok: true }
		: { ok: false, reason: 'mismatch' };
}

/** The header value that Meta would send for this body; the stand-in and the tests sign with it. */
export function signBody(rawBody: Uint8Array | string, appSecret: string): string {
	return PREFIX + createHmac('sha256', appSecret).update(rawBody).digest('hex');
}

/** Header in which a provider that does not sign shows the verify token of the credential. */
export const TOKEN_HEADER = 'x-verify-token';

/** Whether a provider's header shows the verify token. An empty one never matches. */
export function showsToken(header: string | undefined, verifyToken: string): boolean {
	return header !== undefined && verifyToken !== '' && sameText(header, verifyToken);
}

export type HandshakeVerdict =
	{ ok: true; challenge: string } | { ok: false; reason: 'not_a_handshake' | 'token_mismatch' };

/**
 * Meta's verification of a callback address: `hub.mode=subscribe`, our own verify token and a challenge that has to come back as
 * it is. An empty verify token never matches.
 */
export function verifyHandshake(
	query: Record<string, unknown>,
	verifyToken: string,
): HandshakeVerdict {
	const mode = query['hub.mode'];
	const token = query['hub.verify_token'];
	const challenge = query['hub.challenge'];
	if (mode !== 'subscribe' || typeof challenge !== 'string' || typeof token !== 'string') {
		return { ok: false, reason: 'not_a_handshake' };
	}
	if (!verifyToken || !sameText(token, verifyToken)) return { ok: false, reason: 'token_mismatch' };
	return { ok: true, challenge };
}

/** Equality of two secrets in a time that tells nothing about where they differ. */
function sameText(a: string, b: string): boolean {
	const digest = (text: string) => createHash('sha256').update(text).digest();
	return timingSafeEqual(digest(a), digest(b));
}
