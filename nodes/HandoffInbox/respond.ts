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
