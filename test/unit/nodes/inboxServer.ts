import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';

import { signToken } from '../../../adapters/inbox/tokens';
import type { InboxToken } from '../../../adapters/inbox/tokens';
import { HandoffInbox } from '../../../nodes/HandoffInbox/HandoffInbox.node';

export const SECRET = 'a-secret-of-the-tests-that-is-long-enough';
const PATH = '/webhook/inbox';

/** What the node gave to the workflow. */
export interface Emitted {
	output: string;
	json: IDataObject;
}

/** The Handoff Inbox behind a small HTTP server in place of n8n's: the node itself, and a store on a file. */
export class InboxServer {
	readonly emitted: Emitted[] = [];
	readonly logged: string[] = [];
	private constructor(
		private readonly server: Server,
		readonly url: string,
	) {}

	static async start(options: {
		file: string;
		parameters?: Record<string, unknown>;
		secret?: string;
		/** Told of what comes out, as a workflow would be. */
		onEmit?: (emitted: Emitted) => Promise<void>;
	}): Promise<InboxServer> {
		const node = new HandoffInbox();
		const outputs = node.description.outputNames!;
		const handle = async (request: IncomingMessage, response: ServerResponse) => {
			const url = new URL(request.url!, 'http://localhost');
			if (url.pathname !== PATH) {
				response.writeHead(404).end();
				return;
			}
			const chunks: Buffer[] = [];
			for await (const chunk of request) chunks.push(chunk as Buffer);
			const text = Buffer.concat(chunks).toString();
			const isJson = request.headers['content-type']?.startsWith('application/json');
			const log = (message: string) => this_.logged.push(message);
			const context = {
				getResponseObject: () => response,
				getRequestObject: () => ({ ip: request.headers['x-test-ip'] ?? '127.0.0.1' }),
				getHeaderData: () => request.headers,
				getQueryData: () => Object.fromEntries(url.searchParams),
				getBodyData: () => (isJson && text ? (JSON.parse(text) as IDataObject) : {}),
				getWebhookName: () => (request.method === 'GET' ? 'setup' : 'default'),
				getNodeWebhookUrl: () => `${this_.url}`,
				getNode: () => ({
					name: 'Handoff Inbox',
					credentials: { whatsAppHandoffStoreApi: { id: '1', name: 'Store' } },
				}),
				getCredentials: (type: string) =>
					Promise.resolve(
						type === 'whatsAppHandoffInboxApi'
							? { signingSecret: options.secret ?? SECRET }
							: { file: options.file },
					),
				getNodeParameter: (name: string, fallback?: unknown) =>
					options.parameters?.[name] ??
					node.description.properties.find((property) => property.name === name)?.default ??
					fallback,
				logger: { info: log, warn: log, error: log, debug: log },
			};
			const result = await node.webhook.call(context as unknown as IWebhookFunctions);
			for (const [index, items] of (result.workflowData ?? []).entries()) {
				for (const { json } of items) {
					const emitted = { output: outputs[index]!, json };
					this_.emitted.push(emitted);
					await options.onEmit?.(emitted);
				}
			}
		};
		const server = createServer((request, response) => {
			handle(request, response).catch((error: unknown) => {
				this_.logged.push(String(error));
				response.destroy();
			});
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const { port } = server.address() as AddressInfo;
		const this_ = new InboxServer(server, `http://127.0.0.1:${port}${PATH}`);
		return this_;
	}

	link(id: string, token: Partial<InboxToken> = {}): string {
		const whole: InboxToken = {
			id,
			name: id,
			role: 'agent',
			use: 'link',
			nonce: `${id}:${process.hrtime.bigint()}`,
			expiresAt: Date.now() + 60_000,
			...token,
		};
		return `${this.url}?link=${signToken(whole, SECRET)}`;
	}

	async close(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}
}

/** A browser in small: keeps the cookie of its session and speaks as the page does. */
export class Visitor {
	cookie = '';

	constructor(readonly server: InboxServer) {}

	async open(link: string, headers: Record<string, string> = {}): Promise<Response> {
		const response = await fetch(link, { redirect: 'manual', headers });
		this.cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? this.cookie;
		return response;
	}

	async ask<T = Record<string, unknown>>(
		parameters: Record<string, string>,
	): Promise<{ status: number; body: T }> {
		const response = await fetch(`${this.server.url}?${new URLSearchParams(parameters)}`, {
			headers: { cookie: this.cookie },
		});
		return { status: response.status, body: (await response.json()) as T };
	}

	async act(action: object, headers: Record<string, string> = {}) {
		const response = await fetch(this.server.url, {
			method: 'POST',
			headers: {
				cookie: this.cookie,
				'content-type': 'application/json',
				'x-handoff-inbox': '1',
				...headers,
			},
			body: JSON.stringify(action),
		});
		return {
			status: response.status,
			body: (await response.json()) as { message?: string; advice?: string; code?: string },
		};
	}
}
