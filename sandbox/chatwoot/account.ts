/** What a Chatwoot account holds, as the stand-in keeps it. Times are in seconds, as in the API. */
export interface Contact {
	id: number;
	name: string;
	email: string | null;
	phone_number: string | null;
	identifier: string | null;
	created_at: number;
	inboxes: Array<{ inboxId: number; sourceId: string }>;
}

export interface Attachment {
	id: number;
	fileName: string;
	mimeType: string;
	bytes: Buffer;
}

export type Status = 'open' | 'pending' | 'resolved' | 'snoozed';

export interface Conversation {
	/** Number within the account. */
	id: number;
	inboxId: number;
	contactId: number;
	sourceId: string;
	status: Status;
	priority: string | null;
	assigneeId: number | null;
	teamId: number | null;
	labels: string[];
	snoozedUntil: number | null;
	additionalAttributes: Record<string, unknown>;
	customAttributes: Record<string, unknown>;
	createdAt: number;
	lastActivityAt: number;
}

export interface Message {
	id: number;
	conversationId: number;
	content: string | null;
	type: 'incoming' | 'outgoing' | 'activity' | 'template';
	private: boolean;
	status: 'sent' | 'failed';
	contentAttributes: Record<string, unknown>;
	sender?: { kind: 'contact' | 'user' | 'agent_bot'; id: number };
	attachments: Attachment[];
	createdAt: number;
}

export interface Agent {
	id: number;
	name: string;
	email: string;
	role: 'agent' | 'administrator';
}

export interface Team {
	id: number;
	name: string;
}

export interface Inbox {
	id: number;
	name: string;
	channel_type: string;
}

const MESSAGE_TYPES = ['incoming', 'outgoing', 'activity', 'template'] as const;

/** What is in one account, and how Chatwoot shows it. */
export class Account {
	readonly contacts: Contact[] = [];
	readonly conversations: Conversation[] = [];
	readonly messages: Message[] = [];
	private lastId = 100;

	constructor(
		readonly id: number,
		readonly agents: Agent[],
		readonly teams: Team[],
		readonly inboxes: Inbox[],
		readonly labels: Array<{ id: number; title: string }>,
		readonly bot: { id: number; name: string },
		private readonly now: () => Date,
		private readonly url: () => string,
	) {}

	nextId(): number {
		return ++this.lastId;
	}

	seconds(): number {
		return Math.floor(this.now().getTime() / 1000);
	}

	conversation(id: string | number): Conversation | undefined {
		return this.conversations.find((one) => one.id === Number(id));
	}

	contact(id: number): Contact | undefined {
		return this.contacts.find((one) => one.id === id);
	}

	messagesOf(conversationId: number): Message[] {
		return this.messages.filter((one) => one.conversationId === conversationId);
	}

	showContact(contact: Contact): object {
		const { inboxes, ...fields } = contact;
		return {
			...fields,
			additional_attributes: {},
			custom_attributes: {},
			availability_status: 'offline',
			blocked: false,
			thumbnail: '',
			last_activity_at: null,
			contact_inboxes: inboxes.map((one) => this.showContactInbox(one)),
		};
	}

	showContactInbox({ inboxId, sourceId }: Contact['inboxes'][number]): object {
		const { id, name, channel_type } = this.inboxes.find((inbox) => inbox.id === inboxId)!;
		return {
			source_id: sourceId,
			inbox: { id, avatar_url: '', channel_id: id, name, channel_type, provider: null },
		};
	}

	showConversation(conversation: Conversation): object {
		const contact = this.contact(conversation.contactId)!;
		const assignee = this.agents.find(({ id }) => id === conversation.assigneeId);
		const team = this.teams.find(({ id }) => id === conversation.teamId);
		const newest = this.messagesOf(conversation.id).at(-1);
		return {
			meta: {
				sender: {
					id: contact.id,
					name: contact.name,
					email: contact.email,
					phone_number: contact.phone_number,
					identifier: contact.identifier,
					additional_attributes: {},
					custom_attributes: {},
					availability_status: 'offline',
					blocked: false,
					thumbnail: '',
				},
				channel: 'Channel::Api',
				// Nobody and no team are left out rather than named as null.
				...(assignee ? { assignee: this.showUser(assignee) } : {}),
				...(team ? { team: { id: team.id, name: team.name } } : {}),
				hmac_verified: false,
			},
			id: conversation.id,
			messages: newest ? [this.showMessage(newest)] : [],
			account_id: this.id,
			uuid: `00000000-0000-4000-8000-${String(conversation.id).padStart(12, '0')}`,
			additional_attributes: conversation.additionalAttributes,
			agent_last_seen_at: 0,
			assignee_last_seen_at: 0,
			can_reply: true,
			contact_last_seen_at: 0,
			custom_attributes: conversation.customAttributes,
			inbox_id: conversation.inboxId,
			labels: conversation.labels,
			muted: false,
			snoozed_until: conversation.snoozedUntil,
			status: conversation.status,
			created_at: conversation.createdAt,
			updated_at: conversation.lastActivityAt,
			timestamp: conversation.lastActivityAt,
			first_reply_created_at: null,
			unread_count: 0,
			last_non_activity_message: newest ? this.showMessage(newest) : null,
			last_activity_at: conversation.lastActivityAt,
			priority: conversation.priority,
			waiting_since: 0,
		};
	}

	showUser({ id, name, email, role }: Agent): object {
		return { id, account_id: this.id, name, available_name: name, email, role, confirmed: true };
	}

	showAgent({ id, name, email, role }: Agent): object {
		return {
			id,
			account_id: this.id,
			availability_status: 'online',
			auto_offline: true,
			confirmed: true,
			email,
			available_name: name,
			name,
			role,
			thumbnail: '',
		};
	}

	/** The API gives an agent's name and not the address. */
	showSender(sender: NonNullable<Message['sender']>): object {
		if (sender.kind === 'agent_bot') return { ...this.bot, type: 'agent_bot' };
		if (sender.kind === 'contact') {
			const { id, name } = this.contact(sender.id)!;
			return { id, name, type: 'contact' };
		}
		const agent = this.agents.find(({ id }) => id === sender.id)!;
		return { id: agent.id, name: agent.name, available_name: agent.name, type: 'user' };
	}

	showMessage(message: Message): object {
		const { id, content, conversationId, createdAt, sender, attachments } = message;
		return {
			id,
			content,
			account_id: this.id,
			inbox_id: this.conversation(conversationId)!.inboxId,
			conversation_id: conversationId,
			message_type: MESSAGE_TYPES.indexOf(message.type),
			created_at: createdAt,
			private: message.private,
			status: message.status,
			source_id: null,
			content_type: 'text',
			content_attributes: message.contentAttributes,
			...(sender
				? {
						sender: this.showSender(sender),
						sender_type: SENDERS[sender.kind],
						sender_id: sender.id,
					}
				: {}),
			...(attachments.length > 0
				? { attachments: attachments.map((one) => this.showAttachment(message, one)) }
				: {}),
		};
	}

	private showAttachment(message: Message, { id, fileName, mimeType, bytes }: Attachment): object {
		const kind = mimeType.split('/')[0]!;
		return {
			id,
			message_id: message.id,
			file_type: ['image', 'audio', 'video'].includes(kind) ? kind : 'file',
			account_id: this.id,
			extension: null,
			data_url: `${this.url()}/rails/active_storage/blobs/redirect/${id}/${encodeURIComponent(fileName)}`,
			thumb_url: '',
			file_size: bytes.length,
		};
	}

	/** As webhooks tell of a conversation. */
	tellConversation(conversation: Conversation): object {
		const shown = this.showConversation(conversation) as { meta: object };
		const assignee = this.agents.find(({ id }) => id === conversation.assigneeId);
		const team = this.teams.find(({ id }) => id === conversation.teamId);
		return {
			...shown,
			channel: 'Channel::Api',
			contact_inbox: {
				contact_id: conversation.contactId,
				inbox_id: conversation.inboxId,
				source_id: conversation.sourceId,
				hmac_verified: false,
			},
			meta: {
				...shown.meta,
				assignee: assignee ? { id: assignee.id, name: assignee.name, type: 'user' } : null,
				team: team ?? null,
			},
		};
	}

	/** As webhooks tell of a message. */
	tellMessage(message: Message): object {
		const conversation = this.conversation(message.conversationId)!;
		const inbox = this.inboxes.find(({ id }) => id === conversation.inboxId)!;
		const { sender } = message;
		const agent = sender?.kind === 'user' && this.agents.find(({ id }) => id === sender.id);
		return {
			account: { id: this.id, name: 'Sample' },
			additional_attributes: {},
			content_attributes: message.contentAttributes,
			content_type: 'text',
			content: message.content,
			conversation: this.tellConversation(conversation),
			created_at: new Date(message.createdAt * 1000).toISOString(),
			id: message.id,
			inbox: { id: inbox.id, name: inbox.name },
			message_type: message.type,
			private: message.private,
			sender: sender
				? { ...this.showSender(sender), ...(agent ? { email: agent.email } : {}) }
				: null,
			source_id: null,
			...(message.attachments.length > 0
				? { attachments: message.attachments.map((one) => this.showAttachment(message, one)) }
				: {}),
		};
	}
}

const SENDERS = { contact: 'Contact', user: 'User', agent_bot: 'AgentBot' } as const;
