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

/** Sends one request with the user's credential. Answers of any status resolve; only a missing answer rejects. */
export type HttpSend = (request: HttpRequest) => Promise<HttpResponse>;
