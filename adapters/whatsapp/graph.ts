import type { AxiosInstance } from 'axios';

import type { HttpSend } from '../../core/ports/http';
import { blockedIn } from '../../core/ports/http';
import { MessagingError } from '../../core/ports/messaging';
import { axios, axiosOver } from '../http/axios';
import { wasNeverSent } from '../http/unreached';
import type { ErrorMeaning } from './errorCodes';
import { meaningOf } from './errorCodes';
import { asFields, asFilledText, asNumber } from './fields';

export const DEFAULT_BASE_URL = 'https://graph.facebook.com';
export const DEFAULT_API_VERSION = 'v23.0';

/** Where the Graph API is; providers that speak the same language have another address. */
export interface GraphAddress {
	baseUrl?: string;
	/** E.g. "v23.0". Empty for providers whose addresses carry no version. */
	apiVersion?: string;
}

/** Meta's Graph API as an axios instance; paths are relative to the version ("/123/messages"). */
export function graphOver(send: HttpSend, address: GraphAddress = {}): AxiosInstance {
	const base = (address.baseUrl || DEFAULT_BASE_URL).replace(/\/+$/, '');
	const version = (address.apiVersion ?? DEFAULT_API_VERSION).replace(/^\/+|\/+$/g, '');
	return axiosOver(send, {
		baseURL: version ? `${base}/${version}` : base,
		headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
	});
}

/**
 * What went wrong, in the terms of the messaging port. `whatFor` completes "WhatsApp did not …", e.g. "take the message". A missing
 * answer to a call that changes something is `lost`, unless no connection was ever made.
 */
export function toMessagingError(error: unknown, whatFor: string): MessagingError {
	if (error instanceof MessagingError) return error;
	if (!axios().isAxiosError(error)) throw error;
	const answer = error.response;
	if (!answer) {
		const blocked = blockedIn(error);
		if (blocked) {
			const message = `WhatsApp was not asked to ${whatFor}: ${blocked.message}`;
			return new MessagingError(message, 'account', blocked.advice, {}, { cause: error });
		}
		const harmless = wasNeverSent(error.code) || error.config?.method?.toLowerCase() === 'get';
		return new MessagingError(
			`WhatsApp did not answer (${error.code ?? error.message})`,
			harmless ? 'retry' : 'lost',
			harmless
				? 'Check that this machine reaches the address in the credential, and try again.'
				: 'The connection was cut before the answer came, so the message may have gone out. Look into the chat before it is sent again.',
			{},
			{ cause: error },
		);
	}
	const said = asFields(asFields(parsed(answer.data))?.error);
	const code = asNumber(said?.code);
	const meaning = meaningFor(said, code, answer.status);
	const details = asFilledText(asFields(said?.error_data)?.details);
	const text = asFilledText(said?.error_user_msg) ?? asFilledText(said?.message);
	const words = [text, details !== text ? details : undefined].filter(Boolean).join(' – ');
	const retryAfterMs =
		meaning.failure === 'retry'
			? Math.max(retryAfter(answer.headers as Record<string, unknown>) ?? 0, meaning.waitMs ?? 0)
			: 0;
	return new MessagingError(
		`WhatsApp did not ${whatFor} (HTTP ${answer.status}${code === undefined ? '' : `, code ${code}`})${words ? `: ${words}` : ''}`,
		meaning.failure,
		meaning.advice,
		{
			httpStatus: answer.status,
			...(code === undefined ? {} : { code }),
			...(retryAfterMs > 0 ? { retryAfterMs } : {}),
		},
		{ cause: error },
	);
}

function meaningFor(
	said: Record<string, unknown> | undefined,
	code: number | undefined,
	httpStatus: number,
): ErrorMeaning {
	// Meta wraps "the object does not exist or is not yours" in the general code 100.
	const subcode = asNumber(said?.error_subcode);
	return meaningOf(code === 100 && subcode === 33 ? 33 : code, httpStatus);
}

function parsed(data: unknown): unknown {
	if (!(data instanceof Uint8Array) && typeof data !== 'string') return data;
	try {
		return JSON.parse(Buffer.from(data as string).toString('utf8')) as unknown;
	} catch {
		return undefined;
	}
}

/** `Retry-After` in milliseconds; seconds only, Meta sends no dates. */
function retryAfter(headers: Record<string, unknown>): number | undefined {
	const seconds = asNumber(headers['retry-after']);
	return seconds === undefined || seconds < 0 ? undefined : seconds * 1000;
}
