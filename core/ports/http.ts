/** One HTTP exchange, as adapters ask for it. The node supplies the sender, so that credentials, proxies and n8n's rules apply. */
export interface HttpRequest {
	method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';
	url: string;
	headers?: Record<string, string>;
	body?: string | Uint8Array;
	timeoutMs?: number;
}

export interface HttpResponse {
	status: number;
	/** Names in lower case. */
	headers: Record<string, string>;
	body: Uint8Array;
}

/** The request was not made: whoever runs n8n does not let it call this host. No retry helps. */
export class RequestBlocked extends Error {
	/** What to do. */
	readonly advice: string;

	constructor(
		readonly host: string,
		options?: { cause?: unknown },
	) {
		super(`n8n’s outbound policy does not allow calls to ${host}`, options);
		this.name = 'RequestBlocked';
		this.advice = `Nothing was sent. Check the address in the credential or in the node’s options. If it is right, ask whoever runs n8n to allow ${host} (N8N_SSRF_ALLOWED_HOSTNAMES).`;
	}
}

/** The {@link RequestBlocked} behind an error, however deep an SDK has wrapped it. */
export function blockedIn(error: unknown, depth = 0): RequestBlocked | undefined {
	if (error instanceof RequestBlocked) return error;
	if (!(error instanceof Error) || depth > 5) return undefined;
	return blockedIn(error.cause, depth + 1);
}

/** Sends one request with the user's credential. Answers of any status resolve; only a missing answer rejects. */
export type HttpSend = (request: HttpRequest) => Promise<HttpResponse>;
