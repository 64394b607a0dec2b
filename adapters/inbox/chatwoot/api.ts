import { randomUUID } from 'node:crypto';

import type { HttpRequest, HttpResponse, HttpSend } from '../../../core/ports/http';
import type { Environment } from '../../crm/patience';
import { patient } from '../../crm/patience';
import { refused, unanswered } from './errors';

export type ChatwootStatus = 'open' | 'pending' | 'resolved' | 'snoozed';
export type ChatwootPriority = 'low' | 'medium' | 'high' | 'urgent';

/** Of what Chatwoot says, what is used here. */
export interface ChatwootConversation {
	/** The number that agents see. */
	id: number;
	inbox_id: number;
	status: ChatwootStatus;
	labels?: string[];
	priority?: string | null;
	/** Seconds. */
	snoozed_until?: number | null;
	/** Seconds. */
	last_activity_at?: number;
	additional_attributes?: Record<string, unknown>;
	custom_attributes?: Record<string, unknown>;
	meta?: {
		assignee?: { id: number; type?: string; name?: string } | null;
		team?: { id: number; name: string } | null;
	};
}

export interface ChatwootMessage {
	id: number;
	content: string | null;
	/** 0 incoming, 1 outgoing, 2 activity, 3 template. */
	message_type: number;
	private: boolean;
	content_attributes?: Record<string, unknown> | null;
	sender?: { id: number; name?: string; available_name?: string; type?: string } | null;
	attachments?: ChatwootAttachment[];
	/** Seconds. */
	created_at: number;
}

export interface ChatwootAttachment {
	id: number;
	file_type: string;
	data_url?: string;
	extension?: string | null;
}

export interface ChatwootContact {
	id: number;
	name?: string;
	phone_number?: string | null;
	identifier?: string | null;
	email?: string | null;
	contact_inboxes?: Array<{ source_id: string; inbox?: { id: number } }>;
}

/** An address that Chatwoot tells of what happens. */
export interface ChatwootWebhook {
	id: number;
	url: string;
	/** Absent in older versions. */
	name?: string | null;
	subscriptions?: string[];
	/** Absent in versions that do not sign. */
	secret?: string | null;
}

export interface ContactFields {
	name?: string;
	phone_number?: string;
	email?: string;
	identifier?: string;
}

export interface NewMessage {
	content: string;
	message_type: 'incoming' | 'outgoing';
	private?: boolean;
	content_attributes: Record<string, unknown>;
}

export interface OutgoingFile {
	bytes: Uint8Array;
	mimeType: string;
	fileName: string;
}

export interface ChatwootAccount {
	baseUrl: string;
	accountId: number;
	/** With the token of an agent or administrator. */
	send: HttpSend;
	/** With the token of an agent bot, which may do less; absent where there is none. */
	sendAsBot?: HttpSend;
	environment?: Environment;
	timeoutMs?: number;
}

/** Files take longer than words. */
const UPLOAD_TIMEOUT_MS = 120_000;

/** Writes that leave things as they are said to be, however often they are sent. */
const SETS = /\/(toggle_status|toggle_priority|labels|custom_attributes|assignments)$/u;

/** Calls of Chatwoot's application API. Throws {@link ChatwootError}. */
export class ChatwootApi {
	private readonly asAgent: HttpSend;
	private readonly asBot: HttpSend | undefined;
	private readonly root: string;

	constructor(private readonly account: ChatwootAccount) {
		const withPatience = (send: HttpSend) =>
			patient(send, {
				repeatable: ({ url }) => SETS.test(new URL(url).pathname),
				...(account.environment ? { environment: account.environment } : {}),
			});
		this.asAgent = withPatience(account.send);
		this.asBot = account.sendAsBot && withPatience(account.sendAsBot);
		this.root = `${account.baseUrl.replace(/\/+$/u, '')}/api/v1/accounts/${account.accountId}`;
	}

	/** Tells this account from others: where state of it is kept. */
	get name(): string {
		return `${new URL(this.account.baseUrl).host}/${this.account.accountId}`;
	}

	get baseUrl(): string {
		return this.account.baseUrl;
	}

	get hasBot(): boolean {
		return this.asBot !== undefined;
	}

	/** Where an agent opens a conversation. */
	addressOf(conversationId: number | string): string {
		const base = this.account.baseUrl.replace(/\/+$/u, '');
		return `${base}/app/accounts/${this.account.accountId}/conversations/${conversationId}`;
	}

	async inboxes(): Promise<Array<{ id: number; name: string; channel_type: string }>> {
		const { payload } = await this.call<{
			payload: Array<{ id: number; name: string; channel_type: string }>;
		}>('GET', '/inboxes', 'list its inboxes');
		return payload;
	}

	agents(): Promise<Array<{ id: number; email: string; name: string }>> {
		return this.call('GET', '/agents', 'list its agents');
	}

	teams(): Promise<Array<{ id: number; name: string }>> {
		return this.call('GET', '/teams', 'list its teams');
	}

	async searchContacts(text: string): Promise<ChatwootContact[]> {
		const { payload } = await this.call<{ payload: ChatwootContact[] }>(
			'GET',
			`/contacts/search?${new URLSearchParams({ q: text })}`,
			'look for the customer',
		);
		return payload;
	}

	async createContact(
		fields: ContactFields & { inbox_id: number; source_id: string },
	): Promise<ChatwootContact> {
		const { payload } = await this.call<{ payload: { contact: ChatwootContact } }>(
			'POST',
			'/contacts',
			'create the customer as a contact',
			fields,
		);
		return payload.contact;
	}

	async updateContact(id: number, fields: ContactFields): Promise<void> {
		await this.call('PUT', `/contacts/${id}`, 'update the contact', fields);
	}

	async conversationsOf(contactId: number): Promise<ChatwootConversation[]> {
		const { payload } = await this.call<{ payload: ChatwootConversation[] }>(
			'GET',
			`/contacts/${contactId}/conversations`,
			'list the conversations of the contact',
		);
		return payload;
	}

	createConversation(fields: {
		source_id: string;
		inbox_id: number;
		contact_id: number;
		status: 'open' | 'pending' | 'resolved';
		additional_attributes: Record<string, unknown>;
	}): Promise<ChatwootConversation> {
		return this.call('POST', '/conversations', 'create the conversation', fields);
	}

	conversation(id: number | string): Promise<ChatwootConversation> {
		return this.call('GET', `/conversations/${id}`, 'show the conversation');
	}

	/** A page of conversations of any state, the one with the newest activity first. */
	async recentConversations(page: number): Promise<ChatwootConversation[]> {
		const query = new URLSearchParams({ status: 'all', assignee_type: 'all', page: String(page) });
		const { data } = await this.call<{ data: { payload: ChatwootConversation[] } }>(
			'GET',
			`/conversations?${query}`,
			'list conversations',
		);
		return data.payload;
	}

	/** Messages after one, oldest first. */
	async messagesAfter(id: number | string, after: number): Promise<ChatwootMessage[]> {
		const all: ChatwootMessage[] = [];
		for (let cursor = after; ;) {
			const { payload } = await this.call<{ payload: ChatwootMessage[] }>(
				'GET',
				`/conversations/${id}/messages?after=${cursor}`,
				'show the messages',
			);
			const fresh = payload.filter((message) => message.id > cursor);
			all.push(...fresh);
			if (fresh.length < PAGE) return all;
			cursor = Math.max(...fresh.map((message) => message.id));
		}
	}

	/** As the bot where there is one, so that nobody mistakes it for the agent whose token is used. */
	createMessage(
		id: number | string,
		message: NewMessage,
		file?: OutgoingFile,
	): Promise<ChatwootMessage> {
		const path = `/conversations/${id}/messages`;
		const whatFor = file ? 'take the file' : 'take the message';
		const send = this.asBot ?? this.asAgent;
		return file
			? this.upload(send, path, whatFor, message, file)
			: this.call('POST', path, whatFor, message, send);
	}

	/** As the bot where there is one: an agent who opens a conversation becomes its assignee. */
	async setStatus(id: number | string, status: ChatwootStatus): Promise<void> {
		await this.call(
			'POST',
			`/conversations/${id}/toggle_status`,
			`set the status to ${status}`,
			{ status },
			this.asBot ?? this.asAgent,
		);
	}

	async setPriority(id: number | string, priority: ChatwootPriority): Promise<void> {
		const path = `/conversations/${id}/toggle_priority`;
		await this.call('POST', path, 'set the priority', { priority });
	}

	/** 0 takes the agent away. */
	async assignAgent(id: number | string, assigneeId: number): Promise<void> {
		await this.call('POST', `/conversations/${id}/assignments`, 'assign the agent', {
			assignee_id: assigneeId,
		});
	}

	/** 0 takes the team away. Chatwoot reads no team where an agent is named: two calls. */
	async assignTeam(id: number | string, teamId: number): Promise<void> {
		await this.call('POST', `/conversations/${id}/assignments`, 'assign the team', {
			team_id: teamId,
		});
	}

	/** Replaces all labels of the conversation. */
	async setLabels(id: number | string, labels: string[]): Promise<void> {
		await this.call('POST', `/conversations/${id}/labels`, 'set the labels', { labels });
	}

	async labels(): Promise<string[]> {
		const { payload } = await this.call<{ payload: Array<{ title: string }> }>(
			'GET',
			'/labels',
			'list its labels',
		);
		return payload.map(({ title }) => title);
	}

	async createLabel(title: string): Promise<void> {
		const body = { title, color: '#0b7a5c', show_on_sidebar: true };
		await this.call('POST', '/labels', `create the label ${title}`, body);
	}

	/** Replaces them: pass those that are there, too. Newer versions heed `merge`, which keeps what came in between. */
	async setCustomAttributes(
		id: number | string,
		attributes: Record<string, unknown>,
	): Promise<void> {
		await this.call('POST', `/conversations/${id}/custom_attributes`, 'set the attributes', {
			custom_attributes: attributes,
			merge: true,
		});
	}

	/** Of the account. Only administrators may see and change them. */
	async webhooks(): Promise<ChatwootWebhook[]> {
		// Published as a list, answered as one within `payload`.
		const answer = await this.call<
			ChatwootWebhook[] | { payload: { webhooks: ChatwootWebhook[] } }
		>('GET', '/webhooks', 'list its webhooks');
		return Array.isArray(answer) ? answer : answer.payload.webhooks;
	}

	async createWebhook(
		webhook: Pick<ChatwootWebhook, 'url' | 'name' | 'subscriptions'>,
	): Promise<void> {
		await this.call('POST', '/webhooks', 'make the webhook', webhook);
	}

	async updateWebhook(
		id: number,
		webhook: Pick<ChatwootWebhook, 'url' | 'subscriptions'>,
	): Promise<void> {
		await this.call('PATCH', `/webhooks/${id}`, 'change the webhook', webhook);
	}

	async deleteWebhook(id: number): Promise<void> {
		await this.call('DELETE', `/webhooks/${id}`, 'remove the webhook');
	}

	private async upload(
		send: HttpSend,
		path: string,
		whatFor: string,
		{ content_attributes, ...message }: NewMessage,
		file: OutgoingFile,
	): Promise<ChatwootMessage> {
		const boundary = `file-${randomUUID()}`;
		// A name may hold anything; in a header it must not end the line or the quotes.
		const name = file.fileName.replace(/[\p{Cc}"\\]/gu, '_');
		const fields = Object.entries({
			...message,
			content_attributes: JSON.stringify(content_attributes),
		}).map(
			([field, value]) =>
				`--${boundary}\r\ncontent-disposition: form-data; name="${field}"\r\n\r\n${String(value)}\r\n`,
		);
		const head = `${fields.join('')}--${boundary}\r\ncontent-disposition: form-data; name="attachments[]"; filename="${name}"\r\ncontent-type: ${file.mimeType}\r\n\r\n`;
		return this.exchange(send, whatFor, {
			method: 'POST',
			url: `${this.root}${path}`,
			headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
			body: Buffer.concat([
				Buffer.from(head),
				Buffer.from(file.bytes),
				Buffer.from(`\r\n--${boundary}--\r\n`),
			]),
			timeoutMs: UPLOAD_TIMEOUT_MS,
		});
	}

	private call<T>(
		method: HttpRequest['method'],
		path: string,
		whatFor: string,
		body?: object,
		send: HttpSend = this.asAgent,
	): Promise<T> {
		return this.exchange<T>(send, whatFor, {
			method,
			url: `${this.root}${path}`,
			headers: {
				accept: 'application/json',
				...(body ? { 'content-type': 'application/json' } : {}),
			},
			...(body ? { body: JSON.stringify(body) } : {}),
			...(this.account.timeoutMs ? { timeoutMs: this.account.timeoutMs } : {}),
		});
	}

	private async exchange<T>(send: HttpSend, whatFor: string, request: HttpRequest): Promise<T> {
		let answer: HttpResponse;
		try {
			answer = await send(request);
		} catch (error) {
			throw unanswered(whatFor, error);
		}
		const text = Buffer.from(answer.body).toString('utf8');
		const parsed = parse(text);
		if (answer.status >= 300) throw refused(whatFor, answer.status, saidIn(parsed));
		// A sign-in page in place of JSON: the base URL is another one's.
		if (text !== '' && parsed === undefined) {
			throw refused(whatFor, answer.status, 'the answer is no JSON; check the Base URL');
		}
		return parsed as T;
	}
}

/** Messages that Chatwoot gives at once after a given one. */
const PAGE = 100;

function parse(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return undefined;
	}
}

/** The reason in an answer; Chatwoot has several forms for it. */
function saidIn(body: unknown): string | undefined {
	const { error, message, errors, description } = (body ?? {}) as Record<string, unknown>;
	for (const said of [error, message, description]) {
		if (typeof said === 'string' && said) return said;
	}
	if (Array.isArray(errors)) {
		return errors
			.map((one) => (typeof one === 'string' ? one : (one as { message?: string }).message))
			.filter(Boolean)
			.join(', ');
	}
	return undefined;
}
