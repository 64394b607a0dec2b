import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import type { WhatsAppCredential } from '../../../adapters/whatsapp/open';
import { signBody } from '../../../adapters/whatsapp/signature';
import type { HttpRequest, HttpResponse } from '../../../core/ports/http';
import { WhatsAppTrigger } from '../../../nodes/WhatsAppTrigger/WhatsAppTrigger.node';

export const CREDENTIAL: WhatsAppCredential = {
	accessToken: 'token',
	phoneNumberId: '106540352242922',
	businessAccountId: '102290129340398',
	appId: '670843887433847',
	appSecret: 'app-secret',
	verifyToken: 'our words',
	baseUrl: 'https://graph.example',
	apiVersion: 'v23.0',
};

export interface Call {
	method: 'GET' | 'POST';
	/** Raw body; an object is written as JSON. */
	body?: unknown;
	/** Defaults to the right one. */
	signature?: string;
	query?: IDataObject;
	/** Further headers. */
	headers?: Record<string, string>;
	/** Whether n8n has parsed the body, as it does for JSON. */
	parsed?: boolean;
	/** Told the status when the call is answered, which may be before the webhook is done. */
	onAnswer?: (status: number) => void;
}

export interface Outcome {
	status: number | undefined;
	contentType: string | undefined;
	sent: string | undefined;
	result: IWebhookResponseData;
	/** Items on Bot, Human, Status. */
	items: IDataObject[][];
	binaries: unknown[][];
	logged: Array<{ message: string; meta: IDataObject }>;
	/** What was sent to the Graph API. */
	requests: HttpRequest[];
}

type GraphAnswer = HttpResponse | { stream: unknown; headers: object };

export interface Environment {
	parameters?: IDataObject;
	credential?: Partial<WhatsAppCredential>;
	/** Answers of the Graph API; default: success. */
	graph?: (request: HttpRequest) => GraphAnswer | Promise<GraphAnswer>;
}

const json = (value: unknown, status = 200): HttpResponse => ({
	status,
	headers: { 'content-type': 'application/json' },
	body: Buffer.from(JSON.stringify(value)),
});

export { json };

/** Sends one call through the node's webhook, with n8n's surface played by an object. */
export async function deliver(call: Call, environment: Environment = {}): Promise<Outcome> {
	const credential = { ...CREDENTIAL, ...environment.credential };
	const rawBody =
		call.method === 'GET'
			? undefined
			: Buffer.isBuffer(call.body)
				? call.body
				: Buffer.from(typeof call.body === 'string' ? call.body : JSON.stringify(call.body));
	const outcome: Omit<Outcome, 'result' | 'items' | 'binaries'> = {
		status: undefined,
		contentType: undefined,
		sent: undefined,
		logged: [],
		requests: [],
	};
	const response = {
		headersSent: false,
		status(code: number) {
			outcome.status = code;
			return response;
		},
		type(contentType: string) {
			outcome.contentType = contentType;
			return response;
		},
		send(body: string) {
			if (outcome.sent !== undefined) throw new Error('answered twice');
			outcome.sent = body;
			response.headersSent = true;
			call.onAnswer?.(outcome.status ?? 200);
		},
	};
	const context = {
		...surface(credential, environment, outcome.requests),
		getWebhookName: () => (call.method === 'GET' ? 'setup' : 'default'),
		getRequestObject: () => ({
			headers:
				call.signature === ''
					? { ...call.headers }
					: {
							...call.headers,
							'x-hub-signature-256':
								call.signature ?? (rawBody ? signBody(rawBody, credential.appSecret) : undefined),
						},
			query: call.query ?? {},
			rawBody,
			body: rawBody && call.parsed !== false ? tryParse(rawBody) : {},
		}),
		getResponseObject: () => response,
		logger: {
			warn: (message: string, meta: IDataObject) => outcome.logged.push({ message, meta }),
		},
	} as unknown as IWebhookFunctions;
	const result = await new WhatsAppTrigger().webhook.call(context);
	// n8n answers when it has stored the run.
	if (!result.noWebhookResponse && result.workflowData) response.status(200).send('');
	const outputs = result.workflowData ?? [[], [], []];
	return {
		...outcome,
		result,
		items: outputs.map((items) => items.map(({ json: item }) => item)),
		binaries: outputs.map((items) => items.map(({ binary }) => binary)),
	};
}

/** What the webhook sees of n8n. */
function surface(
	credential: WhatsAppCredential,
	environment: Environment,
	requests: HttpRequest[],
) {
	const send = async (options: {
		method: HttpRequest['method'];
		url: string;
		headers?: Record<string, string>;
		body?: string | Buffer;
		encoding?: string;
	}) => {
		const request: HttpRequest = {
			method: options.method,
			url: options.url,
			headers: options.headers ?? {},
			...(options.body === undefined ? {} : { body: options.body }),
		};
		requests.push(request);
		const answer = (await environment.graph?.(request)) ?? json({ success: true });
		if ('stream' in answer) {
			return { statusCode: 200, headers: answer.headers, body: answer.stream };
		}
		if (answer.status >= 400) {
			throw Object.assign(new Error(`Request failed with status code ${answer.status}`), {
				response: { status: answer.status, headers: answer.headers, data: answer.body },
			});
		}
		return { statusCode: answer.status, headers: answer.headers, body: answer.body };
	};
	return {
		getNode: () => ({ name: 'WhatsApp Trigger', type: 'whatsAppTrigger', credentials: {} }),
		getWorkflow: () => ({ id: 'w1', name: 'Intake', active: true }),
		getMode: () => 'webhook',
		getNodeParameter: (name: string, fallback?: unknown) =>
			(environment.parameters as Record<string, unknown> | undefined)?.[name] ?? fallback,
		getCredentials: async () => credential,
		helpers: {
			httpRequestWithAuthentication: async (_type: string, options: Parameters<typeof send>[0]) =>
				await send(options),
			httpRequest: send,
			prepareBinaryData: async (
				stream: AsyncIterable<Buffer>,
				fileName: string | undefined,
				mimeType: string | undefined,
			) => {
				const chunks: Buffer[] = [];
				for await (const chunk of stream) chunks.push(chunk);
				return { data: Buffer.concat(chunks).toString('utf8'), fileName, mimeType };
			},
		},
	};
}

function tryParse(rawBody: Buffer): unknown {
	try {
		return JSON.parse(rawBody.toString('utf8')) as unknown;
	} catch {
		return {};
	}
}
