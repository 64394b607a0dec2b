import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request to a stand-in, with its body read. */
export interface Exchange {
	method: string;
	path: string;
	query: URLSearchParams;
	headers: IncomingMessage['headers'];
	raw: Buffer;
	/** The body as JSON; undefined if it is none. */
	body: unknown;
	/** Named parts of the route, e.g. `id` of `/objects/:id`. */
	params: Record<string, string>;
	response: ServerResponse;
}

/** What a route answers; undefined if it has written the response itself. */
export type Answer =
	{ status: number; body?: unknown; headers?: Record<string, string> } | undefined;

export interface Route {
	method: string;
	/** E.g. `/crm/v3/objects/:type/:id`. */
	path: string;
	handle(exchange: Exchange): Answer | Promise<Answer>;
}

/** Largest body that a stand-in reads. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;

/** An HTTP server on this machine only. `around` sees every request that is not for `/_control`. */
export async function serve(
	routes: Route[],
	options: {
		port?: number;
		around?: (exchange: Exchange, next: () => Promise<Answer>) => Promise<Answer>;
	} = {},
): Promise<{ url: string; close(): Promise<void> }> {
	const compiled = routes
		.map((route) => ({ ...route, pattern: patternOf(route.path) }))
		// A path without variables wins over one whose variable would swallow it.
		.sort((a, b) => a.path.split(':').length - b.path.split(':').length);
	const server = createServer((request, response) => {
		void respond(request, response).catch((error: unknown) => {
			if (!response.headersSent) response.writeHead(500, { 'content-type': 'application/json' });
			response.end(JSON.stringify({ message: String(error) }));
		});
	});

	async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const url = new URL(request.url ?? '/', 'http://localhost');
		const raw = await readBody(request);
		const matched = compiled
			.filter(({ method }) => method === request.method)
			.map((route) => ({ route, found: route.pattern.exec(url.pathname) }))
			.find(({ found }) => found);
		const exchange: Exchange = {
			method: request.method ?? 'GET',
			path: url.pathname,
			query: url.searchParams,
			headers: request.headers,
			raw,
			body: parseJson(raw),
			params: decodeParams(matched?.found?.groups),
			response,
		};
		const next = async (): Promise<Answer> =>
			matched
				? matched.route.handle(exchange)
				: {
						status: 404,
						body: { message: `There is nothing at ${request.method} ${url.pathname}` },
					};
		const answer =
			options.around && !url.pathname.startsWith('/_control')
				? await options.around(exchange, next)
				: await next();
		if (!answer || response.destroyed) return;
		response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
		response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
	}

	// A connection that is closed for being idle in the moment of its next use looks like a fault that nobody set.
	server.keepAliveTimeout = 0;
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(options.port ?? 0, '127.0.0.1', resolve);
	});
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}

function patternOf(path: string): RegExp {
	const source = path.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&').replace(/:(\w+)/gu, '(?<$1>[^/]+)');
	return new RegExp(`^${source}$`, 'u');
}

function decodeParams(groups: Record<string, string> | undefined): Record<string, string> {
	return Object.fromEntries(
		Object.entries(groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]),
	);
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of request as AsyncIterable<Buffer>) {
		size += chunk.length;
		if (size > MAX_BODY_BYTES) throw new Error('The body is too large');
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}

function parseJson(raw: Buffer): unknown {
	if (raw.length === 0) return undefined;
	try {
		return JSON.parse(raw.toString('utf8')) as unknown;
	} catch {
		return undefined;
	}
}
