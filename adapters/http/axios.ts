import type {
	AxiosAdapter,
	AxiosInstance,
	CreateAxiosDefaults,
	InternalAxiosRequestConfig,
} from 'axios';
import type * as Axios from 'axios';

import { lazily } from '../../core/lazily';
import type { HttpRequest, HttpSend } from '../../core/ports/http';

/** axios and the sixty files that come with it. */
export const axios = lazily(() => require('axios') as typeof Axios);

/**
 * An axios instance that sends through `send`, so that SDKs and adapters written for axios go out with n8n's own request helper
 * and the user's credential. Query, base address, JSON, `validateStatus` and interceptors work as ever; an answer that
 * `validateStatus` refuses rejects with an AxiosError that has a `response`, a missing answer with one that has none.
 * Answers are read whole; `responseType: 'stream'` is not offered.
 */
export function axiosOver(send: HttpSend, defaults: CreateAxiosDefaults = {}): AxiosInstance {
	return axios().default.create({ ...defaults, adapter: adapterOver(send) });
}

function adapterOver(send: HttpSend): AxiosAdapter {
	return async (config) => {
		let answer;
		try {
			answer = await send(requestOf(config));
		} catch (error) {
			const { AxiosError } = axios();
			const cause = error instanceof Error ? error : new Error(String(error));
			const failed = new AxiosError(
				cause.message,
				codeOf(cause) ?? AxiosError.ERR_NETWORK,
				config,
				undefined,
			);
			failed.cause = cause;
			throw failed;
		}
		const { AxiosError, AxiosHeaders } = axios();
		const bytes = Buffer.from(answer.body);
		const response = {
			// axios' own transformResponse parses text as JSON where it is JSON.
			data: config.responseType === 'arraybuffer' ? bytes : bytes.toString('utf8'),
			status: answer.status,
			statusText: '',
			headers: new AxiosHeaders(answer.headers),
			config,
			request: undefined,
		};
		if (!config.validateStatus || config.validateStatus(answer.status)) return response;
		throw new AxiosError(
			`Request answered with status ${answer.status}`,
			answer.status < 500 ? AxiosError.ERR_BAD_REQUEST : AxiosError.ERR_BAD_RESPONSE,
			config,
			undefined,
			response,
		);
	};
}

function requestOf(config: InternalAxiosRequestConfig): HttpRequest {
	const headers: Record<string, string> = {};
	for (const [name, value] of Object.entries(config.headers.toJSON(true))) {
		if (value !== undefined && value !== null) headers[name] = String(value);
	}
	return {
		method: (config.method ?? 'get').toUpperCase() as HttpRequest['method'],
		url: axios().default.getUri(config),
		headers,
		...(config.data === undefined || config.data === null ? {} : { body: bodyOf(config.data) }),
		...(config.timeout ? { timeoutMs: config.timeout } : {}),
	};
}

function bodyOf(data: unknown): string | Uint8Array {
	if (typeof data === 'string' || data instanceof Uint8Array) return data;
	if (data instanceof ArrayBuffer) return new Uint8Array(data);
	if (data instanceof URLSearchParams) return data.toString();
	// axios has turned objects into JSON by now; what is left is neither text nor bytes.
	return JSON.stringify(data);
}

/** The network's code ("ECONNREFUSED"), however deep n8n has wrapped it. */
function codeOf(error: unknown, depth = 0): string | undefined {
	if (typeof error !== 'object' || error === null || depth > 4) return undefined;
	const { code, cause } = error as { code?: unknown; cause?: unknown };
	return codeOf(cause, depth + 1) ?? (typeof code === 'string' && code ? code : undefined);
}
