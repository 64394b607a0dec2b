import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ForwardProxy {
	url: string;
	close(): Promise<void>;
}

/**
 * A company's forward proxy: the only way to its hosts. `hosts` says where each of them really is. What has
 * gone through is told at `/_control/seen`, as `METHOD host path`, oldest first.
 */
export async function startForwardProxy(hosts: Record<string, string>): Promise<ForwardProxy> {
	const seen: string[] = [];

	function forward(request: IncomingMessage, response: ServerResponse): void {
		if (request.url === '/_control/seen') {
			response.writeHead(200, { 'content-type': 'application/json' });
			response.end(JSON.stringify(seen));
			return;
		}
		// To a proxy the request line holds the whole address.
		const asked = new URL(request.url!);
		seen.push(`${request.method} ${asked.hostname} ${asked.pathname}`);
		const real = hosts[asked.hostname];
		if (real === undefined) {
			response.writeHead(502).end(`The proxy does not know ${asked.hostname}`);
			return;
		}
		const onward = send(
			`${real}${asked.pathname}${asked.search}`,
			{ method: request.method, headers: request.headers },
			(answer) => {
				response.writeHead(answer.statusCode!, answer.headers);
				answer.pipe(response);
			},
		);
		onward.once('error', (error) => response.destroy(error));
		request.pipe(onward);
	}

	const server = createServer(forward);
	server.keepAliveTimeout = 0;
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(0, '127.0.0.1', resolve);
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
