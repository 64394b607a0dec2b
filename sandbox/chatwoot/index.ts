import path from 'node:path';

import type { Fault } from '../faults';
import { Faults } from '../faults';
import type { Answer, Exchange, Route } from '../http';
import { serve } from '../http';
import { chatwootOverlay } from '../openapi/chatwoot/overlay';
import { ApiDescription } from '../openapi/validate';
import type { Agent, Attachment, Contact, Conversation, Message, Status } from './account';
import { Account } from './account';
import type { Delivery, Subscriber, WebhookFields } from './webhooks';
import { Webhooks } from './webhooks';

export interface ChatwootOptions {
	port?: number;
	/** Of the user whom the API works as: the last of the agents. */
	agentToken: string;
	botToken: string;
	now?: () => Date;
	/** Whether the bot is connected to the inbox: then conversations begin and reopen as pending. Default true. */
	botConnected?: boolean;
	/** Some versions miss `conversation_status_changed` where conversations are assigned by themselves. */
	missesStatusChanged?: boolean;
	/** Whether that user is an administrator, who alone may make webhooks and labels. Default false. */
	administrator?: boolean;
	/** An agent who is given conversations as they open without one. */
	autoAssign?: number;
}

export interface ChatwootStandIn {
	url: string;
	accountId: number;
	inboxId: number;
	agents: Agent[];
	account: Account;
	violations: string[];
	deliveries: Delivery[];
	/** Requests that came in, e.g. "POST /conversations/1/messages". */
	calls: string[];
	subscribe(subscribers: Subscriber[]): void;
	/** Those that were made through the API. */
	webhooks(): Array<{ url: string; name?: string; subscriptions?: string[] }>;
	deliverTwice(twice: boolean): void;
	/** Waits until every webhook has been answered. */
	idle(): Promise<void>;
	fail(fault: Fault): void;
	clearFaults(): void;
	/** What people do on Chatwoot's pages. */
	agentWrites(
		conversationId: number,
		agentId: number,
		message: {
			content?: string;
			private?: boolean;
			files?: Array<Pick<Attachment, 'fileName' | 'mimeType' | 'bytes'>>;
		},
	): Message;
	agentSets(
		conversationId: number,
		agentId: number,
		changes: Partial<
			Pick<Conversation, 'status' | 'assigneeId' | 'teamId' | 'labels' | 'snoozedUntil'>
		> & { customAttributes?: Record<string, unknown> },
	): void;
	close(): Promise<void>;
}

const ROOT = '/api/v1/accounts/:account';
const SPEC = path.join(__dirname, '..', 'openapi', 'chatwoot', 'chatwoot-api.yml');
const PAGE = 20;
const AFTER_PAGE = 100;
const CONTACTS_PAGE = 15;
const CONVERSATIONS_PAGE = 25;

/** What an agent bot's token may do. */
const FOR_BOTS = [
	/^POST .*\/conversations$/u,
	/^POST .*\/(toggle_status|toggle_priority|custom_attributes|assignments|messages)$/u,
];

let description: ApiDescription | undefined;

/** A stand-in of a Chatwoot with one account and one API inbox; what passes is checked against Chatwoot's published description. */
export async function startChatwootStandIn(options: ChatwootOptions): Promise<ChatwootStandIn> {
	const now = options.now ?? (() => new Date());
	const botConnected = options.botConnected ?? true;
	const faults = new Faults();
	const violations: string[] = [];
	const calls: string[] = [];
	// A third of a megabyte of YAML: read once.
	description ??= new ApiDescription([SPEC], chatwootOverlay);
	const checked = description;
	let url = '';
	const account = new Account(
		1,
		[
			{ id: 11, name: 'Agent One', email: 'agent.one@shop.example', role: 'agent' },
			{ id: 12, name: 'Agent Two', email: 'agent.two@shop.example', role: 'agent' },
			{ id: 13, name: 'Ana', email: 'ana@shop.example', role: 'agent' },
			{
				id: 19,
				name: 'Automation',
				email: 'automation@shop.example',
				role: options.administrator ? 'administrator' : 'agent',
			},
		],
		[
			{ id: 31, name: 'support' },
			{ id: 32, name: 'sales' },
		],
		[
			{ id: 7, name: 'WhatsApp', channel_type: 'Channel::Api' },
			{ id: 8, name: 'Website', channel_type: 'Channel::WebWidget' },
		],
		[{ id: 1, title: 'vip' }],
		{ id: 5, name: 'Assistant' },
		now,
		() => url,
	);
	const me = account.agents.at(-1)!;
	const webhooks = new Webhooks(now, (kind, payload) => {
		const message = account.messages.find(({ id }) => id === payload.id);
		if (!message || payload.event !== 'message_created') return;
		const conversation = account.conversation(message.conversationId)!;
		if (kind === 'inbox') message.status = 'failed';
		// A bot that cannot be reached hands over.
		if (kind === 'bot' && conversation.status === 'pending')
			change(conversation, { status: 'open' });
	});

	function change(conversation: Conversation, changes: Partial<Conversation>): void {
		const before = { ...conversation };
		Object.assign(conversation, changes);
		if (conversation.status !== 'snoozed') conversation.snoozedUntil = null;
		if (
			options.autoAssign &&
			conversation.status === 'open' &&
			before.status !== 'open' &&
			conversation.assigneeId === null
		) {
			conversation.assigneeId = options.autoAssign;
		}
		const changed = (Object.keys(conversation) as Array<keyof Conversation>).filter(
			(key) => JSON.stringify(conversation[key]) !== JSON.stringify(before[key]),
		);
		if (changed.length === 0) return;
		conversation.lastActivityAt = account.seconds();
		const payload = account.tellConversation(conversation);
		const changedAttributes = changed.map((key) => ({
			[key]: { previous_value: before[key], current_value: conversation[key] },
		}));
		if (changed.includes('status')) {
			if (conversation.status === 'open') webhooks.tell('conversation_opened', payload, ['bot']);
			if (conversation.status === 'resolved') {
				webhooks.tell('conversation_resolved', payload, ['bot']);
			}
			if (!options.missesStatusChanged) {
				webhooks.tell(
					'conversation_status_changed',
					{ ...payload, changed_attributes: changedAttributes },
					['account', 'inbox'],
				);
			}
		}
		webhooks.tell('conversation_updated', { ...payload, changed_attributes: changedAttributes }, [
			'account',
			'inbox',
		]);
	}

	function write(
		conversation: Conversation,
		fields: Pick<Message, 'content' | 'type' | 'private' | 'contentAttributes' | 'sender'>,
		files: Array<Pick<Attachment, 'fileName' | 'mimeType' | 'bytes'>>,
	): Message {
		const message: Message = {
			...fields,
			id: account.nextId(),
			conversationId: conversation.id,
			status: 'sent',
			attachments: files.map((file) => ({ ...file, id: account.nextId() })),
			createdAt: account.seconds(),
		};
		account.messages.push(message);
		conversation.lastActivityAt = account.seconds();
		webhooks.tell('message_created', account.tellMessage(message), ['account', 'inbox', 'bot']);
		if (message.type === 'incoming') {
			if (conversation.status === 'snoozed') change(conversation, { status: 'open' });
			if (conversation.status === 'resolved') {
				change(conversation, { status: botConnected ? 'pending' : 'open' });
			}
		}
		return message;
	}

	const found = (
		handle: (conversation: Conversation, exchange: Exchange) => Answer | Promise<Answer>,
	) => {
		return (exchange: Exchange) => {
			const conversation = account.conversation(exchange.params.id!);
			return conversation ? handle(conversation, exchange) : notFound();
		};
	};

	const administrators =
		(handle: (exchange: Exchange) => Answer): Route['handle'] =>
		(exchange) =>
			me.role === 'administrator' && !isBot(exchange)
				? handle(exchange)
				: unauthorized('You are not authorized to do this action');

	const routes: Route[] = [
		{
			method: 'GET',
			path: `${ROOT}/inboxes`,
			handle: () => ({ status: 200, body: { payload: account.inboxes } }),
		},
		{
			method: 'GET',
			path: `${ROOT}/agents`,
			handle: () => ({
				status: 200,
				body: account.agents.map((agent) => account.showAgent(agent)),
			}),
		},
		{
			method: 'GET',
			path: `${ROOT}/teams`,
			handle: () => ({
				status: 200,
				body: account.teams.map((team) => ({ ...team, account_id: 1, allow_auto_assign: true })),
			}),
		},
		{
			method: 'GET',
			path: `${ROOT}/labels`,
			handle: () => ({ status: 200, body: { payload: account.labels } }),
		},
		{
			method: 'POST',
			path: `${ROOT}/labels`,
			handle({ body }) {
				const { title } = body as { title: string };
				if (me.role !== 'administrator')
					return unauthorized('You are not authorized to do this action');
				if (!/^[\p{L}\p{N}\p{M}_-]+$/u.test(title)) return invalid('Title is invalid');
				const label = { id: account.nextId(), title: title.toLowerCase() };
				account.labels.push(label);
				return { status: 200, body: label };
			},
		},
		{
			method: 'GET',
			path: `${ROOT}/webhooks`,
			handle: administrators(() => ({
				status: 200,
				body: { payload: { webhooks: webhooks.registered() } },
			})),
		},
		{
			method: 'POST',
			path: `${ROOT}/webhooks`,
			handle: administrators(({ body }) => {
				const fields = body as WebhookFields;
				if (webhooks.of(fields.url)) return invalid('Url has already been taken');
				const webhook = webhooks.register({ id: account.nextId(), ...fields });
				return { status: 200, body: { payload: { webhook } } };
			}),
		},
		{
			method: 'PATCH',
			path: `${ROOT}/webhooks/:id`,
			handle: administrators(({ params, body }) => {
				const webhook = webhooks.change(Number(params.id), body as WebhookFields);
				return webhook ? { status: 200, body: { payload: { webhook } } } : notFound();
			}),
		},
		{
			method: 'DELETE',
			path: `${ROOT}/webhooks/:id`,
			handle: administrators(({ params }) =>
				webhooks.remove(Number(params.id)) ? { status: 200 } : notFound(),
			),
		},
		{
			method: 'GET',
			path: `${ROOT}/contacts/search`,
			handle({ query }) {
				const text = (query.get('q') ?? '').trim().toLowerCase();
				const matching = account.contacts.filter((contact) =>
					[contact.name, contact.email, contact.phone_number, contact.identifier].some((value) =>
						value?.toLowerCase().includes(text),
					),
				);
				return {
					status: 200,
					body: {
						meta: { count: matching.length, current_page: '1' },
						payload: matching.slice(0, CONTACTS_PAGE).map((one) => account.showContact(one)),
					},
				};
			},
		},
		{
			method: 'POST',
			path: `${ROOT}/contacts`,
			handle({ body }) {
				const fields = body as Partial<Contact> & { inbox_id: number; source_id?: string };
				const objection = taken(fields);
				if (objection) return objection;
				const contact: Contact = {
					id: account.nextId(),
					name: fields.name ?? '',
					email: fields.email ?? null,
					phone_number: fields.phone_number ?? null,
					identifier: fields.identifier ?? null,
					created_at: account.seconds(),
					inboxes: [
						{
							inboxId: fields.inbox_id,
							sourceId: fields.source_id ?? `random-${account.nextId()}`,
						},
					],
				};
				account.contacts.push(contact);
				return {
					status: 200,
					body: {
						payload: {
							contact: account.showContact(contact),
							contact_inbox: account.showContactInbox(contact.inboxes[0]!),
						},
					},
				};
			},
		},
		{
			method: 'PUT',
			path: `${ROOT}/contacts/:id`,
			handle({ params, body }) {
				const contact = account.contact(Number(params.id));
				if (!contact) return notFound();
				const { name, email, phone_number } = body as Partial<Contact>;
				const objection = taken({ email, phone_number }, contact);
				if (objection) return objection;
				if (name !== undefined) contact.name = name;
				if (email !== undefined) contact.email = email;
				if (phone_number !== undefined) contact.phone_number = phone_number;
				return { status: 200, body: { payload: account.showContact(contact) } };
			},
		},
		{
			method: 'GET',
			path: `${ROOT}/contacts/:id/conversations`,
			handle: ({ params }) => ({
				status: 200,
				body: {
					payload: account.conversations
						.filter(({ contactId }) => contactId === Number(params.id))
						.map((one) => account.showConversation(one))
						.reverse()
						.slice(0, 20),
				},
			}),
		},
		{
			method: 'GET',
			path: `${ROOT}/conversations`,
			handle({ query }) {
				const status = query.get('status') ?? 'open';
				const wanted = account.conversations
					.filter((one) => status === 'all' || one.status === status)
					.sort((a, b) => b.lastActivityAt - a.lastActivityAt);
				const from = (Number(query.get('page') ?? 1) - 1) * CONVERSATIONS_PAGE;
				return {
					status: 200,
					body: {
						data: {
							meta: {
								mine_count: 0,
								unassigned_count: 0,
								assigned_count: 0,
								all_count: wanted.length,
							},
							payload: wanted
								.slice(from, from + CONVERSATIONS_PAGE)
								.map((one) => account.showConversation(one)),
						},
					},
				};
			},
		},
		{
			method: 'POST',
			path: `${ROOT}/conversations`,
			handle({ body }) {
				const fields = body as {
					source_id: string;
					inbox_id: number;
					contact_id: number;
					status?: Status;
					additional_attributes?: Record<string, unknown>;
				};
				const contact = account.contact(fields.contact_id);
				if (!contact || !account.inboxes.some(({ id }) => id === fields.inbox_id)) {
					return notFound();
				}
				const place = (one: Contact['inboxes'][number]) =>
					one.inboxId === fields.inbox_id && one.sourceId === fields.source_id;
				if (account.contacts.some((one) => one !== contact && one.inboxes.some(place))) {
					return { status: 422, body: { error: 'source_id should be unique' } };
				}
				if (!contact.inboxes.some(place)) {
					contact.inboxes.push({ inboxId: fields.inbox_id, sourceId: fields.source_id });
				}
				const conversation: Conversation = {
					id: account.conversations.length + 1,
					inboxId: fields.inbox_id,
					contactId: contact.id,
					sourceId: fields.source_id,
					// An inbox with a bot begins with it, whatever was asked for.
					status: botConnected ? 'pending' : (fields.status ?? 'open'),
					priority: null,
					assigneeId: null,
					teamId: null,
					labels: [],
					snoozedUntil: null,
					additionalAttributes: fields.additional_attributes ?? {},
					customAttributes: {},
					createdAt: account.seconds(),
					lastActivityAt: account.seconds(),
				};
				account.conversations.push(conversation);
				webhooks.tell('conversation_created', account.tellConversation(conversation), [
					'account',
					'inbox',
				]);
				return { status: 200, body: account.showConversation(conversation) };
			},
		},
		{
			method: 'GET',
			path: `${ROOT}/conversations/:id`,
			handle: found((conversation) => ({
				status: 200,
				body: account.showConversation(conversation),
			})),
		},
		{
			method: 'GET',
			path: `${ROOT}/conversations/:id/messages`,
			handle: found((conversation, { query }) => {
				const all = account.messagesOf(conversation.id);
				const after = query.get('after');
				const before = query.get('before');
				const page = after
					? all.filter(({ id }) => id > Number(after)).slice(0, AFTER_PAGE)
					: all.filter(({ id }) => !before || id < Number(before)).slice(-PAGE);
				return {
					status: 200,
					body: {
						meta: { labels: conversation.labels, additional_attributes: {} },
						payload: page.map((one) => account.showMessage(one)),
					},
				};
			}),
		},
		{
			method: 'POST',
			path: `${ROOT}/conversations/:id/messages`,
			handle: found(async (conversation, exchange) => {
				const { fields, files } = await messageIn(exchange);
				const incoming = fields.message_type === 'incoming';
				const message = write(
					conversation,
					{
						content: fields.content ?? null,
						type: incoming ? 'incoming' : 'outgoing',
						private: fields.private ?? false,
						contentAttributes: fields.content_attributes ?? {},
						sender: incoming
							? { kind: 'contact', id: conversation.contactId }
							: isBot(exchange)
								? { kind: 'agent_bot', id: account.bot.id }
								: { kind: 'user', id: me.id },
					},
					files,
				);
				return { status: 200, body: account.showMessage(message) };
			}),
		},
		{
			method: 'POST',
			path: `${ROOT}/conversations/:id/toggle_status`,
			handle: found((conversation, exchange) => {
				const { status } = exchange.body as { status: Status };
				change(conversation, { status });
				if (status === 'open' && !isBot(exchange) && me.role === 'agent') {
					change(conversation, { assigneeId: me.id });
				}
				return {
					status: 200,
					body: {
						meta: {},
						payload: { success: true, current_status: status, conversation_id: conversation.id },
					},
				};
			}),
		},
		{
			method: 'POST',
			path: `${ROOT}/conversations/:id/toggle_priority`,
			handle: found((conversation, { body }) => {
				const { priority } = body as { priority: string };
				// "none" is in the description, and newer versions refuse it.
				if (!['low', 'medium', 'high', 'urgent'].includes(priority)) {
					return invalid(`'${priority}' is not a valid priority`);
				}
				change(conversation, { priority });
				return { status: 200 };
			}),
		},
		{
			method: 'POST',
			path: `${ROOT}/conversations/:id/assignments`,
			handle: found((conversation, { body }) => {
				const { assignee_id, team_id } = body as { assignee_id?: number; team_id?: number };
				if (assignee_id !== undefined) {
					const agent = account.agents.find(({ id }) => id === assignee_id);
					change(conversation, { assigneeId: agent?.id ?? null });
					return { status: 200, body: agent ? account.showUser(agent) : null };
				}
				const team = account.teams.find(({ id }) => id === team_id);
				change(conversation, { teamId: team?.id ?? null });
				return { status: 200, body: team ?? null };
			}),
		},
		{
			method: 'POST',
			path: `${ROOT}/conversations/:id/labels`,
			handle: found((conversation, { body }) => {
				change(conversation, { labels: (body as { labels: string[] }).labels });
				return { status: 200, body: { payload: conversation.labels } };
			}),
		},
		{
			method: 'POST',
			path: `${ROOT}/conversations/:id/custom_attributes`,
			handle: found((conversation, { body }) => {
				const { custom_attributes } = body as { custom_attributes: Record<string, unknown> };
				// Older versions know no `merge`: what is not sent is gone.
				change(conversation, { customAttributes: custom_attributes });
				return { status: 200, body: { custom_attributes: conversation.customAttributes } };
			}),
		},
		{
			method: 'GET',
			path: '/rails/active_storage/blobs/redirect/:file/:name',
			handle: ({ params }) => ({
				status: 302,
				headers: { location: `/rails/active_storage/disk/${params.file}` },
			}),
		},
		{
			method: 'GET',
			path: '/rails/active_storage/disk/:file',
			handle({ params, response }) {
				const file = account.messages
					.flatMap(({ attachments }) => attachments)
					.find(({ id }) => id === Number(params.file));
				if (!file) return notFound();
				response.writeHead(200, { 'content-type': file.mimeType }).end(file.bytes);
				return undefined;
			},
		},
	];

	function taken(fields: Partial<Contact>, self?: Contact): Answer {
		for (const field of ['phone_number', 'email', 'identifier'] as const) {
			const other = account.contacts.find(
				(one) => one !== self && fields[field] && one[field] === fields[field],
			);
			if (other) {
				const name = { phone_number: 'Phone number', email: 'Email', identifier: 'Identifier' }[
					field
				];
				return invalid(`${name} has already been taken`);
			}
		}
		return undefined;
	}

	function isBot({ headers }: Exchange): boolean {
		return headers.api_access_token === options.botToken;
	}

	const server = await serve(routes, {
		port: options.port,
		async around(exchange, next) {
			if (exchange.path.startsWith('/rails/')) return next();
			calls.push(`${exchange.method} ${exchange.path.replace(/^\/api\/v1\/accounts\/\d+/u, '')}`);
			const fault = faults.take(exchange.method, exchange.path);
			if (fault?.mode === 'timeout') return undefined;
			if (fault?.mode === 'before') {
				exchange.response.destroy();
				return undefined;
			}
			if (fault && fault.mode !== 'after') return misbehave(fault);
			const token = exchange.headers.api_access_token;
			if (token !== options.agentToken && token !== options.botToken) {
				return unauthorized('Invalid Access Token');
			}
			if (!exchange.path.startsWith(`/api/v1/accounts/${account.id}/`)) return notFound();
			if (
				isBot(exchange) &&
				!FOR_BOTS.some((one) => one.test(`${exchange.method} ${exchange.path}`))
			) {
				return unauthorized('Access to this endpoint is not authorized for bots');
			}
			const answer = await next();
			if (answer) {
				violations.push(
					...checked.check({
						method: exchange.method,
						path: exchange.path,
						request: exchange.body ?? (await fieldsIn(exchange)),
						status: answer.status,
						response: answer.body,
					}),
				);
			}
			if (fault?.mode !== 'after') return answer;
			exchange.response.destroy();
			return undefined;
		},
	});
	url = server.url;

	return {
		url,
		accountId: account.id,
		inboxId: 7,
		agents: account.agents,
		account,
		violations,
		calls,
		deliveries: webhooks.deliveries,
		subscribe(subscribers) {
			webhooks.subscribers = subscribers;
		},
		webhooks: () => webhooks.registered(),
		deliverTwice(twice) {
			webhooks.twice = twice;
		},
		idle: () => webhooks.idle(),
		fail: (fault) => faults.add(fault),
		clearFaults: () => faults.clear(),
		agentWrites: (conversationId, agentId, { content, private: isPrivate = false, files = [] }) =>
			write(
				account.conversation(conversationId)!,
				{
					content: content ?? null,
					type: 'outgoing',
					private: isPrivate,
					contentAttributes: {},
					sender: { kind: 'user', id: agentId },
				},
				files,
			),
		agentSets(conversationId, agentId, changes) {
			const conversation = account.conversation(conversationId)!;
			// Who opens a conversation on the page gets it.
			const opens =
				changes.status === 'open' && changes.assigneeId === undefined
					? { assigneeId: agentId }
					: {};
			change(conversation, { ...changes, ...opens });
		},
		close: async () => {
			await server.close();
		},
	};
}

interface MessageFields {
	content?: string;
	message_type?: string;
	private?: boolean;
	content_attributes?: Record<string, unknown>;
}

async function messageIn(exchange: Exchange): Promise<{
	fields: MessageFields;
	files: Array<Pick<Attachment, 'fileName' | 'mimeType' | 'bytes'>>;
}> {
	if (exchange.body !== undefined) return { fields: exchange.body as MessageFields, files: [] };
	const files: Array<Pick<Attachment, 'fileName' | 'mimeType' | 'bytes'>> = [];
	for (const value of (await formIn(exchange))?.getAll('attachments[]') ?? []) {
		if (typeof value === 'string') continue;
		files.push({
			fileName: value.name,
			mimeType: value.type,
			bytes: Buffer.from(await value.arrayBuffer()),
		});
	}
	return { fields: ((await fieldsIn(exchange)) ?? {}) as MessageFields, files };
}

function formIn({ headers, raw }: Exchange): Promise<FormData> | undefined {
	const type = headers['content-type'] ?? '';
	if (!type.startsWith('multipart/form-data')) return undefined;
	return new Response(new Uint8Array(raw), { headers: { 'content-type': type } }).formData();
}

/** The fields of a form with the types that the description gives them. */
async function fieldsIn(exchange: Exchange): Promise<object | undefined> {
	const form = await formIn(exchange);
	if (!form) return undefined;
	const fields: Record<string, unknown> = {};
	for (const [name, value] of form.entries()) {
		if (typeof value !== 'string') continue;
		fields[name] =
			name === 'content_attributes'
				? (JSON.parse(value) as unknown)
				: name === 'private'
					? value === 'true'
					: value;
	}
	return fields;
}

function notFound(): Answer {
	return { status: 404, body: { error: 'Resource could not be found' } };
}

function invalid(message: string): Answer {
	return { status: 422, body: { message, attributes: [] } };
}

function unauthorized(error: string): Answer {
	return { status: 401, body: { error } };
}

function misbehave(fault: Fault): Answer {
	if (fault.mode === '401') return unauthorized('Invalid Access Token');
	if (fault.mode === '429') {
		return { status: 429, body: { error: 'Retry later' }, headers: { 'retry-after': '1' } };
	}
	return { status: Number(fault.mode), body: fault.body ?? { error: 'Internal Server Error' } };
}
