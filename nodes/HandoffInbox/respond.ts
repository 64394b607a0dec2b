import type { ServerResponse } from 'node:http';
import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { PAGE_HEADERS } from '../../adapters/inbox/assets';

/** The node has answered, and there is nothing to run. */
export const DONE: IWebhookResponseData = { noWebhookResponse: true };

/** Writes the response itself, so that it keeps its headers. */
export function send(
	context: IWebhookFunctions,
	status: number,
	type: string,
	body: string | Buffer,
	headers: Record<string, string> = {},
): IWebhookResponseData {
	const response = context.getResponseObject();
	response.writeHead(status, { ...PAGE_HEADERS, ...headers, 'content-type': type });
	response.end(body);
	return DONE;
}

export function sendText(
	context: IWebhookFunctions,
	status: number,
	text: string,
): IWebhookResponseData {
	return send(context, status, 'text/plain; charset=utf-8', text);
}

export function sendJson(
	context: IWebhookFunctions,
	status: number,
	body: unknown,
): IWebhookResponseData {
	return send(context, status, 'application/json; charset=utf-8', JSON.stringify(body));
}

/** A page connects anew after this long, so that its session is looked at again. */
const CONNECTION_MS = 2 * 60_000;

/** Ends when the page is gone, or has been connected long enough. */
export function endingOf(response: ServerResponse): AbortSignal {
	const gone = new AbortController();
	response.on('close', () => gone.abort());
	return AbortSignal.any([gone.signal, AbortSignal.timeout(CONNECTION_MS)]);
}

/** Each of `all` as a server-sent event, and a sign of life in place of one that is undefined. */
export async function sendEvents(
	context: IWebhookFunctions,
	all: AsyncIterable<unknown>,
	ending: AbortSignal,
): Promise<void> {
	const response = context.getResponseObject();
	response.writeHead(200, {
		...PAGE_HEADERS,
		'content-type': 'text/event-stream; charset=utf-8',
		// Compression would hold events back, and so would nginx.
		'cache-control': 'no-store, no-transform',
		'x-accel-buffering': 'no',
	});
	// The page knows by it that events come through.
	response.write(':\n\n');
	try {
		for await (const one of all) {
			if (ending.aborted) break;
			response.write(one === undefined ? ':\n\n' : `data: ${JSON.stringify(one)}\n\n`);
		}
	} catch (error) {
		noteLost(context, error);
	}
	response.end();
}

/** The first of `all`, once there is one. */
export async function sendFirst(
	context: IWebhookFunctions,
	all: AsyncIterable<unknown>,
	ending: AbortSignal,
): Promise<void> {
	try {
		for await (const one of all) {
			if (!ending.aborted) sendJson(context, 200, one ?? {});
			return;
		}
	} catch (error) {
		noteLost(context, error);
		sendJson(context, 500, { message: 'That did not work. Try again.' });
	}
}

/** The page connects again by itself. */
function noteLost(context: IWebhookFunctions, error: unknown): void {
	context.logger.warn('Handoff Inbox could not follow what changes', {
		reason: (error as Error).message,
	});
}
