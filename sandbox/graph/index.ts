import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { controlRoutes } from '../control';
import type { Fault } from '../faults';
import { Faults } from '../faults';
import type { Answer, Exchange } from '../http';
import { serve } from '../http';
import { checkOutbound } from './check';
import type { MetaTemplate } from './templates';
import { SAMPLE_TEMPLATES, templateRefusal } from './templates';

export interface GraphOptions {
	port?: number;
	/** Where webhooks are posted. Can be set later. */
	webhookUrl?: string;
	appSecret: string;
	verifyToken: string;
	accessToken: string;
	phoneNumberId: string;
	businessAccountId: string;
	/** The app that the access token belongs to. */
	appId?: string;
	/** Checks what is sent against Meta's published description. Default true. */
	validate?: boolean;
	/** How long it takes to answer when a message is sent, in milliseconds. Default 0. */
	answerMs?: number;
	/** Where agents open their inbox, for a link on the phone page. */
	now?: () => Date;
}

/** How the account is set up at Meta: everything that a delivery depends on. */
export interface GraphSetup {
	/** Whether the app gets the deliveries of the business account. */
	subscribed: boolean;
	/** Addresses that go before the app's: for the business account, and for the phone number. */
	accountCallback?: string;
	numberCallback?: string;
	/** The app's own address; the webhook's unless it is set. */
	appCallback?: string;
	/** Webhook fields that the app is subscribed to; none at all if undefined. */
	fields?: string[];
	scopes: string[];
	tokenEndsAt?: Date;
	/** The account's message templates; what is sent is checked against them. */
	templates: readonly MetaTemplate[];
}

/** A message on the customer's phone. */
export interface PhoneMessage {
	id: string;
	waId: string;
	direction: 'in' | 'out';
	/** Text as the phone shows it. */
	text: string;
	at: string;
	status?: 'sent' | 'delivered';
	/** The request as it came, for messages of the business. */
	raw?: unknown;
}

export interface Graph {
	url: string;
	phonePageUrl: string;
	violations: string[];
	setWebhook(url: string): void;
	/** How the account is set up now; what is given is changed first. */
	setup(changes?: Partial<GraphSetup>): GraphSetup;
	/** The customer writes: posts a signed webhook and gives what the receiver answered. */
	customerSays(message: {
		from: string;
		name?: string;
		text: string;
	}): Promise<{ messageId: string; status: number }>;
	/** Posts a webhook with a valid signature over its exact bytes. */
	postSigned(payload: unknown): Promise<Response>;
	messages(waId?: string): PhoneMessage[];
	waitForMessage(
		predicate: (message: PhoneMessage) => boolean,
		timeoutMs: number,
	): Promise<PhoneMessage>;
	fail(fault: Fault): void;
	close(): Promise<void>;
}

/** A status that the receiver does not take comes again after these, for some two minutes. */
const DELIVER_AGAIN_MS = [500, 1_000, 2_000, 4_000, ...Array.from({ length: 15 }, () => 8_000)];

/** Meta's error bodies for the faults that a test can ask for. */
const ERRORS: Record<string, { status: number; error: object }> = {
	'401': {
		status: 401,
		error: {
			message: 'Error validating access token: Session has expired',
			type: 'OAuthException',
			code: 190,
		},
	},
	'429': {
		status: 429,
		error: { message: '(#130429) Rate limit hit', type: 'OAuthException', code: 130429 },
	},
	'500': {
		status: 500,
		error: { message: 'An unknown error occurred', type: 'OAuthException', code: 1 },
	},
	'503': {
		status: 503,
		error: { message: '(#131016) Service unavailable', type: 'OAuthException', code: 131016 },
	},
};

/** A stand-in of WhatsApp's Graph API with one business number, and a page that shows the customer's phone. */
export async function startGraphStandIn(options: GraphOptions): Promise<Graph> {
	const now = options.now ?? (() => new Date());
	const faults = new Faults();
	const violations: string[] = [];
	const log: PhoneMessage[] = [];
	const listeners = new Set<(message: PhoneMessage) => void>();
	let webhookUrl = options.webhookUrl;
	const appId = options.appId ?? '670843887433847';
	const freshSetup = (): GraphSetup => ({
		subscribed: true,
		fields: ['messages'],
		scopes: ['whatsapp_business_management', 'whatsapp_business_messaging'],
		templates: SAMPLE_TEMPLATES,
	});
	let setup = freshSetup();
	const appCallback = () => setup.appCallback ?? webhookUrl;

	/** Meta asks an address for its verify token before it delivers there. */
	async function verifies(uri: string, verifyToken: string): Promise<string | undefined> {
		const challenge = String(Math.floor(Math.random() * 1e9));
		const asked = new URL(uri);
		asked.searchParams.set('hub.mode', 'subscribe');
		asked.searchParams.set('hub.challenge', challenge);
		asked.searchParams.set('hub.verify_token', verifyToken);
		try {
			const response = await fetch(asked);
			const text = await response.text();
			if (response.ok && text === challenge) return undefined;
			return `HTTP Status Code = ${response.status}; Body does not match the challenge`;
		} catch {
			return 'The URL could not be reached';
		}
	}

	async function subscribeApp({ body, params }: Exchange): Promise<Answer> {
		if (params.id !== options.businessAccountId) {
			return refusal(400, 100, `Object with ID '${params.id}' does not exist`);
		}
		const { override_callback_uri: uri, verify_token: token } = (body ?? {}) as Record<
			string,
			string | undefined
		>;
		if (uri) {
			if (!setup.subscribed) {
				return refusal(
					400,
					100,
					'Before override the current callback uri, your app must be subscribed',
				);
			}
			const failure = await verifies(uri, token ?? '');
			if (failure) return refusal(400, 2200, `Callback verification failed: ${failure}`);
		}
		setup = { ...setup, subscribed: true, accountCallback: uri };
		return { status: 200, body: { success: true } };
	}

	const changed = (message: PhoneMessage) =>
		[...listeners].forEach((listener) => listener(message));
	const add = (message: PhoneMessage) => {
		log.push(message);
		changed(message);
	};

	async function postSigned(payload: unknown): Promise<Response> {
		const address = setup.numberCallback || setup.accountCallback || appCallback();
		if (!address) throw new Error('The stand-in does not know the address of the webhook yet');
		const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
		return fetch(address, {
			method: 'POST',
			headers: {
				'content-type': 'application/json',
				'x-hub-signature-256': `sha256=${createHmac('sha256', options.appSecret).update(body).digest('hex')}`,
			},
			body,
		});
	}

	const envelope = (value: object) => ({
		object: 'whatsapp_business_account',
		entry: [
			{
				id: options.businessAccountId,
				changes: [
					{
						field: 'messages',
						value: {
							messaging_product: 'whatsapp',
							metadata: {
								display_phone_number: '15550001111',
								phone_number_id: options.phoneNumberId,
							},
							...value,
						},
					},
				],
			},
		],
	});
	const seconds = () => String(Math.floor(now().getTime() / 1000));

	const customerSays: Graph['customerSays'] = async ({ from, name, text }) => {
		const messageId = `wamid.IN${randomUUID().replaceAll('-', '').toUpperCase()}`;
		add({ id: messageId, waId: from, direction: 'in', text, at: now().toISOString() });
		const response = await postSigned(
			envelope({
				contacts: [{ profile: { name: name ?? 'Customer' }, wa_id: from }],
				messages: [
					{ from, id: messageId, timestamp: seconds(), type: 'text', text: { body: text } },
				],
			}),
		);
		return { messageId, status: response.status };
	};

	async function reportStatus(message: PhoneMessage, status: 'sent' | 'delivered'): Promise<void> {
		message.status = status;
		changed(message);
		const tracker = (message.raw as Record<string, unknown>).biz_opaque_callback_data;
		const payload = envelope({
			statuses: [
				{
					id: message.id,
					status,
					timestamp: seconds(),
					recipient_id: message.waId,
					...(tracker === undefined ? {} : { biz_opaque_callback_data: tracker }),
				},
			],
		});
		// What is not acknowledged comes again, as Meta does it, though sooner and not for days.
		for (const wait of DELIVER_AGAIN_MS) {
			const answer = await postSigned(payload).catch(() => undefined);
			if (answer?.ok) return;
			await pause(wait, undefined, { ref: false });
		}
	}

	function send({ body, params }: Exchange): Answer {
		if (params.phone !== options.phoneNumberId) {
			return refusal(400, 100, `Object with ID '${params.phone}' does not exist`);
		}
		const request = body as Record<string, unknown> | undefined;
		if (!request) return refusal(400, 100, 'The body is not JSON');
		if (options.validate !== false) violations.push(...checkOutbound(request));
		if (request.status === 'read') return { status: 200, body: { success: true } };
		const waId = String(request.to ?? request.recipient ?? '').replace(/^\+/u, '');
		if (!waId) return refusal(400, 131009, 'Parameter value is not valid: to');
		if (request.type === 'template') {
			const refused = templateRefusal(setup.templates, (request.template ?? {}) as object);
			if (refused) {
				const { status, code, message: words, details } = refused;
				return refusal(status, code, `(#${code}) ${words}`, details);
			}
		}
		const message: PhoneMessage = {
			id: `wamid.OUT${randomUUID().replaceAll('-', '').toUpperCase()}`,
			waId,
			direction: 'out',
			text: shownText(request),
			at: now().toISOString(),
			raw: request,
		};
		add(message);
		// Statuses come on their own, after the answer, as Meta sends them.
		setImmediate(() => {
			void reportStatus(message, 'sent')
				.then(() => reportStatus(message, 'delivered'))
				.catch(() => undefined);
		});
		return {
			status: 200,
			body: {
				messaging_product: 'whatsapp',
				contacts: [{ input: waId, wa_id: waId }],
				messages: [{ id: message.id }],
			},
		};
	}

	/** Files by media id: what the business uploads, and what customers send. */
	const files = new Map<string, { mimeType: string; bytes: Buffer }>();
	let lastFile = 1_000_000;
	const keep = (mimeType: string, bytes: Buffer): string => {
		const id = String(++lastFile);
		files.set(id, { mimeType, bytes });
		return id;
	};

	async function upload({ params, raw, headers }: Exchange): Promise<Answer> {
		if (params.phone !== options.phoneNumberId) {
			return refusal(400, 100, `Object with ID '${params.phone}' does not exist`);
		}
		const form = await new Response(new Uint8Array(raw), {
			headers: { 'content-type': headers['content-type'] ?? '' },
		})
			.formData()
			.catch(() => undefined);
		const file = form?.get('file');
		if (form?.get('messaging_product') !== 'whatsapp' || !(file instanceof Blob)) {
			return refusal(400, 100, '(#100) The parameter messaging_product and a file are required');
		}
		const id = keep(file.type, Buffer.from(await file.arrayBuffer()));
		return { status: 200, body: { id } };
	}

	/** In pages, by Meta's filter: every name that contains the one asked for. */
	function listTemplates({ params, query }: Exchange): Answer {
		if (params.id !== options.businessAccountId) {
			return refusal(400, 100, `Object with ID '${params.id}' does not exist`);
		}
		const all = setup.templates.filter(({ name }) => name.includes(query.get('name') ?? ''));
		const start = Number(query.get('after') ?? 0);
		const end = start + Number(query.get('limit') ?? 25);
		return {
			status: 200,
			body: {
				data: all.slice(start, end),
				paging: {
					cursors: { before: String(start), after: String(end) },
					...(end < all.length ? { next: `${server.url}/next` } : {}),
				},
			},
		};
	}

	const page = readFileSync(path.join(__dirname, 'phone.html'));
	const server = await serve(
		[
			{ method: 'POST', path: '/:version/:phone/messages', handle: send },
			{
				method: 'GET',
				path: '/:version/:id/subscribed_apps',
				handle: ({ params }) =>
					params.id !== options.businessAccountId
						? refusal(400, 100, `Object with ID '${params.id}' does not exist`)
						: {
								status: 200,
								body: {
									data: setup.subscribed
										? [
												{
													whatsapp_business_api_data: { id: appId, name: 'Sample Shop' },
													...(setup.accountCallback
														? { override_callback_uri: setup.accountCallback }
														: {}),
												},
											]
										: [],
								},
							},
			},
			{ method: 'POST', path: '/:version/:id/subscribed_apps', handle: subscribeApp },
			{
				method: 'GET',
				path: '/:version/:id/subscriptions',
				handle: ({ params }) =>
					params.id !== appId
						? refusal(400, 100, `Object with ID '${params.id}' does not exist`)
						: {
								status: 200,
								body: {
									data: setup.fields
										? [
												{
													object: 'whatsapp_business_account',
													callback_url: appCallback() ?? '',
													active: true,
													fields: setup.fields.map((name) => ({ name, version: 'v23.0' })),
												},
											]
										: [],
								},
							},
			},
			{
				method: 'GET',
				path: '/:version/debug_token',
				handle: () => ({
					status: 200,
					body: {
						data: {
							app_id: appId,
							type: 'SYSTEM_USER',
							application: 'Sample Shop',
							expires_at: Math.floor((setup.tokenEndsAt?.getTime() ?? 0) / 1000),
							is_valid: true,
							scopes: setup.scopes,
						},
					},
				}),
			},
			{
				method: 'GET',
				path: '/:version/:id/phone_numbers',
				handle: ({ params }) =>
					params.id !== options.businessAccountId
						? refusal(400, 100, `Object with ID '${params.id}' does not exist`)
						: {
								status: 200,
								body: {
									data: [
										{
											id: options.phoneNumberId,
											display_phone_number: '+1 555-000-1111',
											verified_name: 'Sample Shop',
										},
									],
								},
							},
			},
			{ method: 'GET', path: '/:version/:id/message_templates', handle: listTemplates },
			{ method: 'POST', path: '/:version/:phone/media', handle: upload },
			{
				method: 'GET',
				path: '/:version/:id',
				handle({ params, headers }) {
					const id = params.id!;
					if (id === options.phoneNumberId) {
						return {
							status: 200,
							body: {
								id,
								display_phone_number: '+1 555-000-1111',
								verified_name: 'Sample Shop',
								webhook_configuration: {
									...(setup.numberCallback ? { phone_number: setup.numberCallback } : {}),
									...(setup.accountCallback
										? { whatsapp_business_account: setup.accountCallback }
										: {}),
									...(appCallback() ? { application: appCallback() } : {}),
								},
							},
						};
					}
					const file = files.get(id);
					if (!file) return refusal(404, 100, `Object with ID '${id}' does not exist`);
					return {
						status: 200,
						body: {
							messaging_product: 'whatsapp',
							id,
							url: `http://${headers.host}/_files/${id}`,
							mime_type: file.mimeType,
							file_size: file.bytes.length,
						},
					};
				},
			},
			{
				method: 'GET',
				path: '/_files/:id',
				handle({ params, response }) {
					const file = files.get(params.id!);
					if (!file) return refusal(404, 100, 'The file is gone');
					response.writeHead(200, { 'content-type': file.mimeType });
					response.end(file.bytes);
					return undefined;
				},
			},
			{
				method: 'POST',
				path: '/_control/file',
				handle({ body }) {
					const { mimeType, base64 } = body as { mimeType: string; base64: string };
					return { status: 200, body: { id: keep(mimeType, Buffer.from(base64, 'base64')) } };
				},
			},
			{ method: 'GET', path: '/_control/messages', handle: () => ({ status: 200, body: log }) },
			{
				method: 'POST',
				path: '/_control/customer-says',
				async handle({ body }) {
					return {
						status: 200,
						body: await customerSays(body as Parameters<typeof customerSays>[0]),
					};
				},
			},
			{
				method: 'POST',
				path: '/_control/webhook',
				handle({ body }) {
					webhookUrl = (body as { url: string }).url;
					return { status: 200, body: {} };
				},
			},
			{
				method: 'POST',
				path: '/_control/setup',
				handle({ body }) {
					setup = { ...setup, ...(body as Partial<GraphSetup>) };
					return { status: 200, body: setup };
				},
			},
			...controlRoutes({
				violations,
				faults,
				reset: () => {
					log.length = 0;
					setup = freshSetup();
				},
			}),
			{
				method: 'GET',
				path: '/_control/events',
				handle({ response }) {
					response.writeHead(200, {
						'content-type': 'text/event-stream',
						'cache-control': 'no-store',
					});
					const tell = (message: PhoneMessage) =>
						response.write(`data: ${JSON.stringify(message)}\n\n`);
					log.forEach(tell);
					listeners.add(tell);
					response.on('close', () => listeners.delete(tell));
					return undefined;
				},
			},
			{
				method: 'GET',
				path: '/_control/phone',
				handle({ response }) {
					response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
					response.end(page);
					return undefined;
				},
			},
		],
		{
			port: options.port,
			async around(exchange, next) {
				const fault = faults.take(exchange.method, exchange.path);
				if (fault?.mode === 'timeout') return undefined;
				if (fault?.mode === 'before') {
					exchange.response.destroy();
					return undefined;
				}
				if (fault && fault.mode !== 'after') {
					const known = ERRORS[fault.mode]!;
					return { status: known.status, body: fault.body ?? { error: known.error } };
				}
				// Only an app itself, by id and secret, is told of its own subscriptions.
				const bearer = /\/subscriptions$/u.test(exchange.path)
					? `${appId}|${options.appSecret}`
					: options.accessToken;
				if (exchange.headers.authorization !== `Bearer ${bearer}`) {
					return { status: 401, body: { error: ERRORS['401']!.error } };
				}
				const answer = await next();
				if (options.answerMs && exchange.path.endsWith('/messages')) await pause(options.answerMs);
				if (fault?.mode !== 'after') return answer;
				exchange.response.destroy();
				return undefined;
			},
		},
	);

	return {
		url: server.url,
		phonePageUrl: `${server.url}/_control/phone`,
		violations,
		setWebhook(url) {
			webhookUrl = url;
		},
		setup(changes) {
			setup = { ...setup, ...changes };
			return setup;
		},
		customerSays,
		postSigned,
		messages: (waId) => log.filter((message) => waId === undefined || message.waId === waId),
		waitForMessage: (predicate, timeoutMs) =>
			new Promise((resolve, reject) => {
				const found = log.find(predicate);
				if (found) return resolve(found);
				const timer = setTimeout(() => {
					listeners.delete(look);
					reject(new Error(`No such message within ${timeoutMs / 1000} s`));
				}, timeoutMs);
				const look = (message: PhoneMessage) => {
					if (!predicate(message)) return;
					clearTimeout(timer);
					listeners.delete(look);
					resolve(message);
				};
				listeners.add(look);
			}),
		fail: (fault) => faults.add(fault),
		close: () => server.close(),
	};
}

function refusal(status: number, code: number, message: string, details?: string): Answer {
	const more = details ? { error_data: { messaging_product: 'whatsapp', details } } : {};
	return { status, body: { error: { message, type: 'OAuthException', code, ...more } } };
}

/** What a phone shows of a message. */
function shownText(request: Record<string, unknown>): string {
	const part = request[String(request.type)] as Record<string, unknown> | undefined;
	switch (request.type) {
		case 'text':
			return String(part?.body ?? '');
		case 'interactive':
			return String((part?.body as { text?: string } | undefined)?.text ?? '');
		case 'template':
			return `Template ${String(part?.name)}`;
		default:
			return String(part?.caption ?? `[${String(request.type)}]`);
	}
}
