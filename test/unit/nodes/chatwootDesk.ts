import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type {
	IDataObject,
	IExecuteFunctions,
	IHookFunctions,
	IWebhookFunctions,
} from 'n8n-workflow';

import { openStore } from '../../../adapters/store/open';
import type { HandoffStore } from '../../../core/ports/store';
import { ROSTER } from '../../../core/inbox/directory';
import { isoTime } from '../../../core/time';
import { HandoffInbox } from '../../../nodes/HandoffInbox/HandoffInbox.node';
import { InboxSync } from '../../../nodes/InboxSync/InboxSync.node';
import type { ChatwootStandIn } from '../../../sandbox/chatwoot';
import { startChatwootStandIn } from '../../../sandbox/chatwoot';
import { seedConversation } from '../../inboxSamples';
import { customerWrites } from '../../support';

export const AGENT = { one: 11, two: 12, ana: 13 };
export const SECRETS = { account: 'account-secret', inbox: 'inbox-secret', bot: 'bot-secret' };

export interface Emitted {
	output: string;
	json: IDataObject & {
		agent: { id: string; name: string };
		conversation: { id: string; state: string; owner?: { id?: string; name: string } };
		reply?: { text: string; key: string; author: string; kind: string; file?: object };
	};
	binary?: Record<string, { bytes: string }>;
}

type StandInOptions = Partial<Parameters<typeof startChatwootStandIn>[0]>;

/** A Chatwoot, the Handoff Inbox node that it sends its webhooks to, and the Inbox Sync node, around one store. */
export class ChatwootDesk {
	readonly emitted: Emitted[] = [];
	readonly logged: string[] = [];
	parameters: Record<string, unknown> = { inbox: 'chatwoot', registerWebhook: false };

	private constructor(
		readonly chatwoot: ChatwootStandIn,
		readonly store: HandoffStore,
		private readonly folder: string,
		private readonly server: Server,
		readonly url: string,
	) {}

	static async open(options: StandInOptions = {}): Promise<ChatwootDesk> {
		const chatwoot = await startChatwootStandIn({
			agentToken: 'agent-token',
			botToken: 'bot-token',
			...options,
		});
		const folder = mkdtempSync(path.join(tmpdir(), 'handoff-chatwoot-'));
		const store = await openStore({ file: path.join(folder, 'store.sqlite') });
		await store.putSetting(ROSTER, [
			{ id: 'agent.one@shop.example', name: 'Agent One' },
			{ id: 'two', name: 'Agent Two', email: 'agent.two@shop.example' },
		]);
		const server = createServer((request, response) => {
			const chunks: Buffer[] = [];
			request.on('data', (chunk: Buffer) => chunks.push(chunk));
			request.on('end', () => {
				void desk.receive(request.headers, Buffer.concat(chunks), response);
			});
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook`;
		const desk = new ChatwootDesk(chatwoot, store, folder, server, url);
		chatwoot.subscribe([
			{
				kind: 'account',
				url,
				secret: SECRETS.account,
				events: ['message_created', 'conversation_status_changed', 'conversation_updated'],
			},
		]);
		return desk;
	}

	/** Outputs and what stands in them, oldest first. */
	get told(): string[] {
		return this.emitted.map(({ output, json }) =>
			[output, json.reply?.text, (json.note as { text?: string } | undefined)?.text]
				.filter(Boolean)
				.join(': '),
		);
	}

	/** A customer who waits for a person, and is there in Chatwoot. */
	async waiting(): Promise<{ id: string; threadId: number }> {
		const id = await seedConversation(
			this.store,
			'16505550101',
			{
				name: 'Robin Sample',
				minutes: 1,
				reason: 'Asked for a person',
				queue: 'Support',
				messages: [{ text: 'I want to talk to a person' }],
			},
			isoTime(new Date()),
		);
		return { id, threadId: await this.sync(id) };
	}

	/** A customer who talks with the bot, and is there in Chatwoot. */
	async withBot(): Promise<{ id: string; threadId: number }> {
		const { conversationId: id } = await customerWrites(this.store, 0);
		return { id, threadId: await this.sync(id) };
	}

	/** Runs Inbox Sync on a conversation; gives its number in Chatwoot. */
	async sync(id: string): Promise<number> {
		const [[item]] = (await this.runSync(id)) as [[{ json: IDataObject }]];
		return Number((item.json.inbox as { threadId: string }).threadId);
	}

	runSync(id: string, parameters: Record<string, unknown> = {}, credentials = true) {
		const node = new InboxSync();
		const context = {
			...this.surface(),
			getInputData: () => [{ json: { conversation: { id } } }],
			getNode: () => ({
				name: 'Inbox Sync',
				credentials: {
					whatsAppHandoffStoreApi: { id: this.folder, name: 'Store' },
					...(credentials ? { whatsAppHandoffChatwootApi: { id: '2', name: 'Chatwoot' } } : {}),
				},
			}),
			getNodeParameter: (name: string, _index: number, fallback?: unknown) =>
				({ conversationId: id, ...parameters })[name] ?? fallback,
			continueOnFail: () => false,
		};
		return node.execute.call(context as unknown as IExecuteFunctions);
	}

	/** Publishes or unpublishes the workflow with the Handoff Inbox. */
	publish(published: boolean): Promise<boolean> {
		const { create, delete: end } = new HandoffInbox().webhookMethods.default;
		const context = {
			...this.surface(),
			getNode: () => ({
				name: 'Handoff Inbox',
				credentials: { whatsAppHandoffStoreApi: { id: this.folder, name: 'Store' } },
			}),
			getNodeParameter: (name: string, fallback?: unknown) => this.parameters[name] ?? fallback,
			getNodeWebhookUrl: () => this.url,
			getActivationMode: () => 'activate',
		} as unknown as IHookFunctions;
		return (published ? create : end).call(context);
	}

	/** Waits until Chatwoot has told everything. */
	settled(): Promise<void> {
		return this.chatwoot.idle();
	}

	async close(): Promise<void> {
		await this.chatwoot.idle();
		const { violations } = this.chatwoot;
		await this.chatwoot.close();
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
		await this.store.close();
		rmSync(this.folder, { recursive: true, force: true });
		expect(violations).toEqual([]);
	}

	private async receive(headers: object, rawBody: Buffer, response: object): Promise<void> {
		const node = new HandoffInbox();
		const context = {
			...this.surface(),
			getResponseObject: () => response,
			getRequestObject: () => ({ headers, rawBody }),
			getWebhookName: () => 'default',
			getNodeWebhookUrl: () => this.url,
			getNode: () => ({
				name: 'Handoff Inbox',
				credentials: { whatsAppHandoffStoreApi: { id: this.folder, name: 'Store' } },
			}),
			getNodeParameter: (name: string, fallback?: unknown) => this.parameters[name] ?? fallback,
		};
		const result = await node.webhook.call(context as unknown as IWebhookFunctions);
		for (const [index, items] of (result.workflowData ?? []).entries()) {
			for (const item of items) {
				this.emitted.push({
					...(item as unknown as Emitted),
					output: node.description.outputNames![index]!,
				});
			}
		}
	}

	private surface(): object {
		const log = (message: string) => this.logged.push(message);
		const request = async (token: string | undefined, options: Request) => {
			const answer = await fetch(options.url, {
				method: options.method,
				headers: { ...options.headers, ...(token ? { api_access_token: token } : {}) },
				...(options.body === undefined ? {} : { body: options.body }),
			});
			return {
				statusCode: answer.status,
				headers: Object.fromEntries(answer.headers),
				body: Buffer.from(await answer.arrayBuffer()),
			};
		};
		return {
			logger: { info: log, warn: log, error: log, debug: log },
			getWorkflow: () => ({ id: 'w1', name: 'Chatwoot' }),
			getCredentials: (type: string) =>
				Promise.resolve(
					type === 'whatsAppHandoffChatwootApi'
						? {
								baseUrl: `${this.chatwoot.url}/`,
								accountId: this.chatwoot.accountId,
								accessToken: 'agent-token',
								botToken: 'bot-token',
								webhookSecrets: Object.values(SECRETS).join(', '),
							}
						: { file: path.join(this.folder, 'store.sqlite') },
				),
			helpers: {
				httpRequest: (options: Request) => request(undefined, options),
				httpRequestWithAuthentication: (_type: string, options: Request) =>
					request('agent-token', options),
				prepareBinaryData: (bytes: Buffer, fileName: string, mimeType: string) =>
					Promise.resolve({ bytes: bytes.toString('base64'), fileName, mimeType }),
			},
		};
	}
}

interface Request {
	method: string;
	url: string;
	headers: Record<string, string>;
	body?: string;
}
