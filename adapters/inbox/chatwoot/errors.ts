import { blockedIn } from '../../../core/ports/http';
import { unreachedCode } from '../../http/unreached';

/** What kind of trouble it is, and with it what helps. */
export type ChatwootErrorKind = 'auth' | 'limit' | 'unavailable' | 'lost' | 'not_found' | 'invalid';

const ADVICE: Record<ChatwootErrorKind, string> = {
	auth: 'Check the Handoff Chatwoot credential: the access token of an agent who is a member of the inbox (Chatwoot → Profile Settings → Access Token), and the account ID, which stands in Chatwoot’s address after /accounts/.',
	limit: 'Chatwoot allows only so many calls. Switch on Retry on Fail in the node’s settings.',
	unavailable:
		'Nothing is lost: run the node again when Chatwoot answers. What is done is not repeated.',
	lost: 'The connection was cut before the answer came. Run the node again: it looks first what has arrived.',
	not_found:
		'It may have been deleted in Chatwoot, or belong to another account. Check the Account ID of the credential.',
	invalid: 'Compare the node’s settings with those of the inbox in Chatwoot.',
};

/** Chatwoot did not do what it was asked. `message` says what and why, `advice` what staff can do. */
export class ChatwootError extends Error {
	constructor(
		message: string,
		readonly kind: ChatwootErrorKind,
		readonly advice: string = ADVICE[kind],
		readonly details: { httpStatus?: number } = {},
		options?: { cause?: unknown },
	) {
		super(message, options);
		this.name = 'ChatwootError';
	}
}

/** An answer that is an error. `whatFor` completes "Chatwoot did not …", e.g. "take the message". */
export function refused(whatFor: string, status: number, said: string | undefined): ChatwootError {
	const kind = kindOf(status);
	return new ChatwootError(
		`Chatwoot did not ${whatFor} (HTTP ${status})${said ? `: ${said}` : ''}`,
		kind,
		ADVICE[kind],
		{ httpStatus: status },
	);
}

/** No answer came. */
export function unanswered(whatFor: string, cause: unknown): ChatwootError {
	const blocked = blockedIn(cause);
	if (blocked) {
		const message = `Chatwoot was not asked to ${whatFor}: ${blocked.message}`;
		return new ChatwootError(message, 'invalid', blocked.advice, {}, { cause });
	}
	const code = unreachedCode(cause);
	const why = code ?? (cause instanceof Error ? cause.message : String(cause));
	return new ChatwootError(
		`Chatwoot did not answer when asked to ${whatFor} (${why})`,
		'lost',
		code
			? 'Nothing was sent. Check the Base URL of the Chatwoot credential and that this machine reaches it; then run the node again.'
			: ADVICE.lost,
		{},
		{ cause },
	);
}

function kindOf(status: number): ChatwootErrorKind {
	if (status === 401 || status === 403) return 'auth';
	if (status === 404) return 'not_found';
	if (status === 429) return 'limit';
	return status >= 500 ? 'unavailable' : 'invalid';
}
