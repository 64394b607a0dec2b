import type { HttpRequest, HttpResponse, HttpSend } from '../../../core/ports/http';

export interface Sent extends HttpRequest {
	/** The JSON body. */
	json: Record<string, unknown>;
}

/** An answer as the Graph API gives it. */
export function answer(
	status: number,
	body: unknown,
	headers: Record<string, string> = {},
): HttpResponse {
	return {
		status,
		headers: { 'content-type': 'application/json', ...headers },
		body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
	};
}

/** Meta's way to refuse. */
export function refusal(
	code: number | undefined,
	status = 400,
	more: Record<string, unknown> = {},
	headers: Record<string, string> = {},
): HttpResponse {
	return answer(
		status,
		{ error: { message: 'Said by Meta', type: 'OAuthException', code, ...more } },
		headers,
	);
}

/** A lost connection, as Node names it. */
export function lost(code: string): Error {
	return Object.assign(new Error(`network: ${code}`), { code });
}

/**
 * A Graph API that takes every message, unless `script` has an answer for the n-th request (from 0): a response, or an error for a
 * missing one.
 */
export function fakeGraph(script: Array<HttpResponse | Error | undefined> = []): {
	send: HttpSend;
	sent: Sent[];
} {
	const sent: Sent[] = [];
	return {
		sent,
		send: async (request) => {
			const turn = script[sent.length];
			sent.push({
				...request,
				json: request.body
					? (JSON.parse(Buffer.from(request.body as string).toString()) as Record<string, unknown>)
					: {},
			});
			if (turn instanceof Error) throw turn;
			return (
				turn ??
				answer(200, {
					messaging_product: 'whatsapp',
					contacts: [{ input: '1', wa_id: '1' }],
					messages: [{ id: `wamid.${sent.length}` }],
				})
			);
		},
	};
}
