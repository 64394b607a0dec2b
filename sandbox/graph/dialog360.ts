import type { Answer, Exchange } from '../http';
import { serve } from '../http';

export interface Dialog360Options {
	/** The Graph API behind it, with its access token and number. */
	graphUrl: string;
	accessToken: string;
	phoneNumberId: string;
	/** Key of the number, as customers put it into their credential. */
	apiKey: string;
	port?: number;
}

export interface Dialog360 {
	url: string;
	/** Requests as they came, e.g. "POST /messages". */
	requests: string[];
	/** Delivers a webhook to the address that is configured, with its headers and without a signature. */
	deliver(payload: unknown): Promise<Response>;
	close(): Promise<void>;
}

/** Where Meta keeps files; 360dialog hands them over under its own host by the same path. */
const FILES = 'https://lookaside.fbsbx.com/whatsapp_business/attachments/';

/**
 * 360dialog in front of the stand-in of the Graph API, as its guide describes it (https://docs.360dialog.com/docs/messaging-api): a key for
 * each number in the header D360-API-KEY; addresses without version and number; files through its own host, since its key opens nothing
 * at Meta; the address of the webhook and headers that go with it under /v1/configs/webhook; deliveries that nobody has signed.
 */
export async function startDialog360StandIn(options: Dialog360Options): Promise<Dialog360> {
	const { graphUrl, phoneNumberId } = options;
	const requests: string[] = [];
	let webhook: { url?: string; headers?: Record<string, string> } = {};

	const ask = (path: string, init: RequestInit = {}) =>
		fetch(`${graphUrl}${path}`, {
			...init,
			headers: {
				...(init.headers as Record<string, string>),
				authorization: `Bearer ${options.accessToken}`,
			},
		});
	const pass = async (response: Response): Promise<Answer> => ({
		status: response.status,
		body: (await response.json()) as unknown,
	});
	const forward = async ({ raw, headers }: Exchange, what: string): Promise<Answer> =>
		pass(
			await ask(`/v23.0/${phoneNumberId}/${what}`, {
				method: 'POST',
				headers: { 'content-type': headers['content-type'] ?? '' },
				body: new Uint8Array(raw),
			}),
		);

	const server = await serve(
		[
			{ method: 'POST', path: '/messages', handle: (exchange) => forward(exchange, 'messages') },
			{ method: 'POST', path: '/media', handle: (exchange) => forward(exchange, 'media') },
			{
				method: 'GET',
				path: '/:id',
				async handle({ params }) {
					const answer = await pass(await ask(`/v23.0/${params.id}`));
					const file = answer?.body as { url?: string } | undefined;
					if (file?.url) file.url = `${FILES}?mid=${params.id}&ext=1795168800&hash=ATsample`;
					return answer;
				},
			},
			{
				method: 'GET',
				path: '/whatsapp_business/attachments/',
				async handle({ query, response }) {
					const mid = query.get('mid');
					if (!mid || !query.get('hash')) return { status: 400, body: { error: 'Bad request' } };
					const file = await ask(`/_files/${mid}`);
					if (!file.ok) return pass(file);
					response.writeHead(200, { 'content-type': file.headers.get('content-type') ?? '' });
					response.end(Buffer.from(await file.arrayBuffer()));
					return undefined;
				},
			},
			{
				method: 'GET',
				path: '/health_status',
				handle: () => ({
					status: 200,
					body: {
						id: phoneNumberId,
						health_status: {
							can_send_message: 'AVAILABLE',
							entities: [
								{
									entity_type: 'PHONE_NUMBER',
									id: phoneNumberId,
									can_send_message: 'AVAILABLE',
								},
							],
						},
					},
				}),
			},
			{
				method: 'GET',
				path: '/v1/configs/webhook',
				handle: () => ({ status: 200, body: { url: '', ...webhook } }),
			},
			{
				method: 'POST',
				path: '/v1/configs/webhook',
				handle({ body }) {
					webhook = body as typeof webhook;
					return { status: 200, body: webhook };
				},
			},
		],
		{
			port: options.port,
			async around({ method, path, headers }, next) {
				requests.push(`${method} ${path}`);
				if (headers['d360-api-key'] !== options.apiKey || headers.authorization !== undefined) {
					return { status: 401, body: { error: 'Invalid api key' } };
				}
				return next();
			},
		},
	);
	return {
		url: server.url,
		requests,
		deliver: (payload) =>
			fetch(webhook.url ?? '', {
				method: 'POST',
				headers: { 'content-type': 'application/json', ...webhook.headers },
				body: JSON.stringify(payload),
			}),
		close: () => server.close(),
	};
}
