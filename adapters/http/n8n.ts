import type { IAllExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';

import type { HttpSend } from '../../core/ports/http';
import { RequestBlocked } from '../../core/ports/http';

/** Default limit for one exchange with an outside service. */
const TIMEOUT_MS = 30_000;

/**
 * Sends adapters' requests with n8n's own request helper and the user's credential, so that OAuth2 tokens are refreshed and
 * proxies and n8n's outbound rules apply. n8n reports an answer of 400 or above as an error; it is unpacked here, since it is
 * the adapters that know what such an answer means. An error without an answer (no connection, time-out) is passed on; a call
 * that n8n's outbound policy forbids rejects with {@link RequestBlocked}.
 */
export function n8nHttp(
	context: Pick<IAllExecuteFunctions, 'helpers'>,
	credentialType?: string,
): HttpSend {
	return async (request) => {
		const options: IHttpRequestOptions = {
			method: request.method,
			url: request.url,
			headers: request.headers ?? {},
			...(request.body === undefined
				? {}
				: { body: typeof request.body === 'string' ? request.body : Buffer.from(request.body) }),
			timeout: request.timeoutMs ?? TIMEOUT_MS,
			encoding: 'arraybuffer',
			returnFullResponse: true,
		};
		try {
			const response = (await (credentialType
				? context.helpers.httpRequestWithAuthentication.call(
						context as IAllExecuteFunctions,
						credentialType,
						options,
					)
				: context.helpers.httpRequest(options))) as FullResponse;
			return unpack(response.statusCode, response.headers, response.body);
		} catch (error) {
			const answer = answerIn(error);
			if (!answer) {
				if (isBlocked(error)) throw new RequestBlocked(new URL(request.url).host, { cause: error });
				throw error;
			}
			return unpack(answer.status, answer.headers, answer.data);
		}
	};
}

interface FullResponse {
	statusCode: number;
	headers: Record<string, unknown>;
	body: unknown;
}

interface Answer {
	status: number;
	headers: Record<string, unknown>;
	data: unknown;
}

/** The HTTP answer inside an error of the request helper, however deep n8n has wrapped it. */
function answerIn(error: unknown, depth = 0): Answer | undefined {
	if (typeof error !== 'object' || error === null || depth > 4) return undefined;
	const { response, cause } = error as { response?: Partial<Answer>; cause?: unknown };
	if (response && typeof response.status === 'number') {
		return { status: response.status, headers: response.headers ?? {}, data: response.data };
	}
	return answerIn(cause, depth + 1);
}

/** n8n's own errors of its outbound policy, which it may have wrapped. They are not exported, so they are known by name. */
function isBlocked(error: unknown, depth = 0): boolean {
	if (!(error instanceof Error) || depth > 4) return false;
	return /^SsrfBlocked/u.test(error.name) || isBlocked(error.cause, depth + 1);
}

function unpack(status: number, headers: Record<string, unknown>, body: unknown) {
	return {
		status,
		headers: Object.fromEntries(
			Object.entries(headers).map(([name, value]) => [
				name.toLowerCase(),
				Array.isArray(value) ? value.join(', ') : String(value),
			]),
		),
		body: toBytes(body),
	};
}

function toBytes(body: unknown): Uint8Array {
	if (body === undefined || body === null) return new Uint8Array();
	if (body instanceof Uint8Array) return body;
	if (body instanceof ArrayBuffer) return new Uint8Array(body);
	return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}
