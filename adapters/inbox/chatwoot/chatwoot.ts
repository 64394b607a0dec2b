import type { Conversation, Owner, Priority } from '../../../core/conversation/conversation';
import { displayKey } from '../../../core/conversation/identity';
import type { ConversationMessage } from '../../../core/conversation/message';
import { byTime } from '../../../core/conversation/message';
import type { InboxPort, InboxThread, InboxThreadRef } from '../../../core/ports/inbox';
import type { Clock } from '../../../core/time';
import type {
	ChatwootApi,
	ChatwootContact,
	ChatwootConversation,
	ChatwootPriority,
	ChatwootStatus,
	ContactFields,
	NewMessage,
	OutgoingFile,
} from './api';
import { fileWords, labelOf, MARK, markOf, wordsOf } from './content';
import { ChatwootError } from './errors';
import { directoryOf, idsOf } from './people';
import type { OnceStore, ThreadState } from './thread';
import { Threads } from './thread';

export const CHATWOOT = 'chatwoot';

/** Ours → Chatwoot's. A conversation with the bot is pending there: agents see it, and nobody is asked to take it. */
export const STATUS: Readonly<Record<Conversation['state'], 'open' | 'pending' | 'resolved'>> = {
	bot: 'pending',
	human: 'open',
	closed: 'resolved',
};

const PRIORITY: Readonly<Record<Priority, ChatwootPriority>> = {
	low: 'low',
	normal: 'medium',
	high: 'high',
	urgent: 'urgent',
};

/** Where our id of a conversation stands in Chatwoot's additional attributes. */
const CONVERSATION = 'whatsapp_handoff_conversation';

/** How often a step that was cut off is looked for and, if it is not there, done again. */
const ATTEMPTS = 3;

export interface ChatwootSettings {
	/** The API inbox in which conversations are opened; asked for only where there is none yet. */
	inboxId: () => Promise<number>;
	/** A conversation as it is now: it may have moved on while a caller waited for its turn. */
	current?: (conversationId: string) => Promise<Conversation | undefined>;
	/** The file of a message; undefined where it cannot be had. */
	file?: (message: ConversationMessage) => Promise<OutgoingFile | undefined>;
	/** Whether tags and reasons become labels. Default true. */
	labels?: boolean;
	/** Whether reason, score, queue and what was collected become attributes. Default true. */
	attributes?: boolean;
}

/**
 * The shared inbox of teams that work in Chatwoot. Every call may be repeated: what is there already is found by our own ids, which
 * messages and conversations carry, and by what the store remembers. One worker at a time works on a conversation, so that messages
 * arrive in order. Throws {@link ChatwootError}.
 */
export class ChatwootInbox implements InboxPort {
	readonly name = CHATWOOT;
	readonly threads: Threads;

	constructor(
		private readonly api: ChatwootApi,
		store: OnceStore,
		private readonly clock: Clock,
		sleep: (milliseconds: number) => Promise<unknown>,
		private readonly settings: ChatwootSettings,
	) {
		this.threads = new Threads(store, clock, api.name, sleep);
	}

	async openThread(thread: InboxThread): Promise<InboxThreadRef> {
		const { conversation } = thread;
		const known = await this.threads.threadOf(conversation.id);
		const threadId =
			known ??
			(await this.threads.alone(conversation.id, async () => {
				return (await this.threads.threadOf(conversation.id)) ?? (await this.create(conversation));
			}));
		await this.withThread(threadId, async (state) => {
			const now = (await this.settings.current?.(conversation.id)) ?? conversation;
			await this.bringUpToDate(threadId, state, { ...thread, conversation: now });
		});
		return { inbox: CHATWOOT, threadId, url: this.api.addressOf(threadId) };
	}

	async appendMessage(ref: InboxThreadRef, message: ConversationMessage): Promise<void> {
		await this.withThread(ref.threadId, async (state) => {
			await this.mirror(ref.threadId, state, [message]);
		});
	}

	async addNote(ref: InboxThreadRef, note: { text: string; key: string }): Promise<void> {
		await this.withThread(ref.threadId, (state) =>
			this.post(ref.threadId, state, [noteOf(`note:${ref.threadId}:${note.key}`, note.text)]),
		);
	}

	async setStatus(
		ref: InboxThreadRef,
		wanted: Parameters<InboxPort['setStatus']>[1],
	): Promise<void> {
		await this.withThread(ref.threadId, async (state) => {
			await this.settle(ref.threadId, state, wanted, undefined);
		});
	}

	/** A note to the agents, for whoever holds the lock of the thread already. */
	async tell(threadId: string, state: ThreadState, key: string, text: string): Promise<void> {
		await this.post(threadId, state, [noteOf(`note:${threadId}:${key}`, text)]);
	}

	/** As {@link setStatus}, for whoever holds the lock of the thread already. */
	async settle(
		threadId: string,
		state: ThreadState,
		wanted: Parameters<InboxPort['setStatus']>[1],
		queue: string | undefined,
	): Promise<void> {
		const { ours } = state;
		const owner = wanted.state === 'human' ? wanted.owner : undefined;
		const key = ownerKey(owner);
		const moved = ours?.state !== wanted.state;
		// Nobody waits for an urgency that the bot deals with.
		if (wanted.priority !== (ours?.priority ?? 'normal') || (moved && wanted.state === 'human')) {
			await this.api.setPriority(threadId, PRIORITY[wanted.priority]);
		}
		// A closed conversation keeps its agent in Chatwoot's history; a new owner is named before it opens, so that nobody else is.
		const assigns = wanted.state !== 'closed' && (moved || ours?.owner !== key);
		const ids = idsOf(
			owner && assigns ? await directoryOf(this.api, this.clock.now().getTime()) : NOBODY,
			owner,
			queue,
		);
		if (assigns) await this.assign(threadId, state, ids);
		// Also where it seems to have the status: what an agent has just changed, and we have not heard of, is overruled.
		if (moved && (ours || state.theirs.status !== STATUS[wanted.state])) {
			await this.give(threadId, state, STATUS[wanted.state], ids.assigneeId);
		}
		state.ours = { state: wanted.state, priority: wanted.priority, ...(key ? { owner: key } : {}) };
	}

	private async give(
		threadId: string,
		state: ThreadState,
		status: ChatwootStatus,
		assigneeId: number,
	): Promise<void> {
		await this.api.setStatus(threadId, status);
		state.theirs.status = status;
		// An agent whose token opens a conversation becomes its assignee.
		if (status === 'open' && !this.api.hasBot) await this.api.assignAgent(threadId, assigneeId);
	}

	private async assign(
		threadId: string,
		state: ThreadState,
		{ assigneeId, teamId }: { assigneeId: number; teamId: number },
	): Promise<void> {
		if (state.theirs.teamId !== teamId) await this.api.assignTeam(threadId, teamId);
		state.theirs.teamId = teamId;
		if (state.theirs.assigneeId !== assigneeId) await this.api.assignAgent(threadId, assigneeId);
		state.theirs.assigneeId = assigneeId;
	}

	/** The whole of a conversation: messages, brief, labels, attributes, priority, team, agent, status. */
	private async bringUpToDate(
		threadId: string,
		state: ThreadState,
		{ conversation, messages, brief }: InboxThread,
	): Promise<void> {
		await this.updateContact(state, conversation);
		// A message of the customer would open a conversation that is resolved; the bot's own conversation stays pending.
		if (conversation.state === 'bot' && state.ours?.state !== 'bot') {
			await this.settle(threadId, state, statusOf(conversation), undefined);
		}
		const posted = await this.mirror(threadId, state, messages);
		// A message of the customer opens a conversation that is resolved.
		if (conversation.state === 'closed' && posted.some(({ direction }) => direction === 'in')) {
			await this.give(threadId, state, 'resolved', 0);
		}
		const handoff = conversation.state === 'human' ? conversation.handoff : undefined;
		if (brief && conversation.state !== 'closed') {
			const key = `brief:${conversation.id}:${handoff?.id ?? brief.createdAt}`;
			const { render } = await import('../../../core/summary/render');
			await this.post(threadId, state, [noteOf(key, render(brief, 'markdown'))]);
		}
		if (this.settings.labels !== false) await this.setLabels(threadId, state, conversation);
		if (this.settings.attributes !== false) await this.setAttributes(threadId, state, conversation);
		await this.settle(threadId, state, statusOf(conversation), handoff?.queue);
	}

	/** Brings the messages that Chatwoot lacks, and gives them. */
	private async mirror(
		threadId: string,
		state: ThreadState,
		messages: readonly ConversationMessage[],
	): Promise<ConversationMessage[]> {
		const missing = messages
			// The agent's own words are there; that a template went in their place is not.
			.filter(({ origin, template }) => origin?.inbox !== CHATWOOT || template?.insteadOf)
			.filter(({ id }) => !state.mirrored.includes(id))
			.sort(byTime);
		await this.post(
			threadId,
			state,
			missing.map((message) => ({ id: message.id, prepare: () => this.prepared(message) })),
		);
		return missing;
	}

	/** Puts what Chatwoot lacks there, in order. A write whose answer was lost is found again by our id on it. */
	private async post(threadId: string, state: ThreadState, all: readonly Post[]): Promise<void> {
		const missing = all.filter(({ id }) => !state.mirrored.includes(id));
		if (missing.length === 0) return;
		await this.findPosted(threadId, state);
		for (const { id, prepare } of missing) {
			if (state.mirrored.includes(id)) continue;
			const { message, file } = await prepare();
			await this.certainly(
				async () => {
					const posted = await this.api.createMessage(
						threadId,
						{ ...message, content_attributes: { ...message.content_attributes, [MARK]: id } },
						file,
					);
					state.posted = Math.max(state.posted, posted.id);
					state.mirrored.push(id);
				},
				async () => {
					await this.findPosted(threadId, state);
					return state.mirrored.includes(id);
				},
			);
			await this.threads.save(threadId, state);
		}
	}

	/** Learns of messages of ours that are there and not remembered. */
	private async findPosted(threadId: string, state: ThreadState): Promise<void> {
		for (const message of await this.api.messagesAfter(threadId, state.posted)) {
			const mark = markOf(message);
			if (mark === undefined) continue;
			state.posted = Math.max(state.posted, message.id);
			if (!state.mirrored.includes(mark)) state.mirrored.push(mark);
		}
	}

	/** Does a step that must not be done twice; where its answer is lost, looks whether it was done before it is done again. */
	private async certainly(
		step: () => Promise<void>,
		isDone: () => Promise<boolean>,
	): Promise<void> {
		for (let attempt = 1; ; attempt++) {
			try {
				await step();
				return;
			} catch (error) {
				if (!(error instanceof ChatwootError) || !UNCERTAIN.has(error.kind)) throw error;
				if (await isDone()) return;
				if (attempt >= ATTEMPTS) throw error;
			}
		}
	}

	private async prepared(
		message: ConversationMessage,
	): Promise<{ message: NewMessage; file?: OutgoingFile }> {
		const words = wordsOf(message);
		// Whoever has it in hand sees who answered elsewhere, e.g. on the business's own phone.
		const by = message.author === 'agent' && message.authorName ? `${message.authorName}: ` : '';
		const base = {
			message_type: message.direction === 'in' ? ('incoming' as const) : ('outgoing' as const),
			...(message.internal ? { private: true } : {}),
			content_attributes: { external_created_at: Math.floor(Date.parse(message.sentAt) / 1000) },
		};
		if (!message.media) return { message: { ...base, content: `${by}${words}` } };
		const file = await this.settings.file?.(message);
		if (file) return { message: { ...base, content: `${by}${words}` }, file };
		const lines = [fileWords(message), words].filter(Boolean);
		return { message: { ...base, content: `${by}${lines.join('\n')}` } };
	}

	/** Adds our labels, takes away those of ours that are over, and leaves the agents' own as they are. */
	private async setLabels(
		threadId: string,
		state: ThreadState,
		conversation: Conversation,
	): Promise<void> {
		const ours = labelsOf(conversation);
		const gone = state.labels.filter((label) => !ours.includes(label));
		const added = ours.filter((label) => !state.labels.includes(label));
		if (gone.length === 0 && added.length === 0) return;
		const { labels: there = [] } = await this.api.conversation(threadId);
		const all = [...new Set([...there.filter((label) => !gone.includes(label)), ...ours])];
		if (added.length > 0) await this.haveLabels(added);
		await this.api.setLabels(threadId, all);
		state.labels = ours;
	}

	/** Chatwoot shows the labels that the account has; only administrators may add to them. */
	private async haveLabels(labels: readonly string[]): Promise<void> {
		try {
			const known = new Set(await this.api.labels());
			for (const label of labels) if (!known.has(label)) await this.api.createLabel(label);
		} catch (error) {
			if (!(error instanceof ChatwootError) || !['auth', 'invalid'].includes(error.kind))
				throw error;
		}
	}

	private async setAttributes(
		threadId: string,
		state: ThreadState,
		conversation: Conversation,
	): Promise<void> {
		const ours = attributesOf(conversation);
		const told = JSON.stringify(ours);
		if (told === (state.attributes ?? '{}')) return;
		const { custom_attributes: there = {} } = await this.api.conversation(threadId);
		await this.api.setCustomAttributes(threadId, { ...there, ...ours });
		state.attributes = told;
	}

	/** The contact and the conversation, made or found again. */
	private async create(conversation: Conversation): Promise<string> {
		const inboxId = await this.settings.inboxId();
		const contact = await this.contactOf(conversation, inboxId);
		const mine = (one: ChatwootConversation) =>
			one.inbox_id === inboxId && one.additional_attributes?.[CONVERSATION] === conversation.id;
		let there = (await this.api.conversationsOf(contact.id)).find(mine);
		if (!there) {
			await this.certainly(
				async () => {
					there = await this.api.createConversation({
						source_id: conversation.id,
						inbox_id: inboxId,
						contact_id: contact.id,
						// It opens when all of it is there.
						status: 'pending',
						additional_attributes: { [CONVERSATION]: conversation.id },
					});
				},
				async () => {
					there = (await this.api.conversationsOf(contact.id)).find(mine);
					return there !== undefined;
				},
			);
		}
		const threadId = String(there!.id);
		await this.threads.remember(conversation.id, threadId, {
			conversationId: conversation.id,
			contactId: contact.id,
			contact: JSON.stringify(contactFields(conversation)),
			theirs: theirsOf(await this.api.conversation(threadId)),
			labels: [],
			mirrored: [],
			posted: 0,
			handled: [],
			seen: 0,
		});
		return threadId;
	}

	/** By phone number, else by our identifier; customers without a number have the latter only. */
	private async contactOf(conversation: Conversation, inboxId: number): Promise<ChatwootContact> {
		const fields = contactFields(conversation);
		const find = async (): Promise<ChatwootContact | undefined> => {
			const { phone_number: phone, identifier } = fields;
			for (const text of [phone, identifier]) {
				if (!text) continue;
				const found = (await this.api.searchContacts(text)).find(
					(contact) => contact.phone_number === text || contact.identifier === text,
				);
				if (found) return found;
			}
			return undefined;
		};
		let contact = await find();
		if (contact) return contact;
		const create = (more: ContactFields) =>
			this.certainly(
				async () => {
					contact = await this.api.createContact({
						...more,
						inbox_id: inboxId,
						source_id: conversation.id,
					});
				},
				async () => (contact = await find()) !== undefined,
			);
		try {
			await create(fields);
		} catch (error) {
			if (!(error instanceof ChatwootError) || error.kind !== 'invalid') throw error;
			// Somebody was faster, or the e-mail address belongs to another contact.
			contact = await find();
			if (!contact) {
				const { email: _email, ...rest } = fields;
				await create(rest);
			}
		}
		return contact!;
	}

	/** What has been learnt of the customer since. A number or address that another contact has is left to that one. */
	private async updateContact(state: ThreadState, conversation: Conversation): Promise<void> {
		const { identifier: _identifier, ...fields } = contactFields(conversation);
		const told = JSON.stringify(contactFields(conversation));
		if (state.contact === told) return;
		try {
			await this.api.updateContact(state.contactId, fields);
		} catch (error) {
			if (!(error instanceof ChatwootError) || error.kind !== 'invalid') throw error;
		}
		state.contact = told;
	}

	private async withThread(
		threadId: string,
		work: (state: ThreadState) => Promise<void>,
	): Promise<void> {
		await this.threads.alone(threadId, async () => {
			const state = await this.threads.state(threadId);
			if (!state) {
				throw new ChatwootError(
					`The conversation ${threadId} of Chatwoot is none of this inbox`,
					'not_found',
					'Open the thread first.',
				);
			}
			try {
				await work(state);
			} finally {
				// What has been done is remembered, also where the rest failed.
				await this.threads.save(threadId, state);
			}
		});
	}
}

const NOBODY = { agents: [], teams: [] };

/** Failures after which a write may have been done. */
const UNCERTAIN: ReadonlySet<string> = new Set(['lost', 'unavailable']);

interface Post {
	/** Ours, unique in the conversation. */
	id: string;
	prepare: () => Promise<{ message: NewMessage; file?: OutgoingFile }>;
}

function noteOf(id: string, text: string): Post {
	return {
		id,
		prepare: () =>
			Promise.resolve({
				message: {
					content: text,
					message_type: 'outgoing' as const,
					private: true,
					content_attributes: {},
				},
			}),
	};
}

/** What Chatwoot says of a conversation, as far as both sides have a say in it. */
export function theirsOf(conversation: ChatwootConversation): ThreadState['theirs'] {
	const { assignee, team } = conversation.meta ?? {};
	return {
		status: conversation.status satisfies ChatwootStatus,
		// A bot can be assigned, too; that is nobody.
		assigneeId: assignee && assignee.type !== 'agent_bot' ? assignee.id : 0,
		teamId: team?.id ?? 0,
	};
}

export function ownerKey(owner: Owner | undefined): string | undefined {
	return owner && (owner.kind === 'agent' ? `agent:${owner.id}` : `queue:${owner.name}`);
}

export function statusOf({
	state,
	owner,
	priority,
}: Conversation): Parameters<InboxPort['setStatus']>[1] {
	return { state, priority, ...(owner ? { owner } : {}) };
}

function contactFields({ identity, profile }: Conversation): ContactFields {
	const name = profile.name ?? identity.name ?? displayKey(identity);
	const key = identity.waId ?? identity.userId ?? displayKey(identity);
	return {
		name,
		identifier: `whatsapp:${key}`,
		...(identity.phone ? { phone_number: identity.phone } : {}),
		...(profile.email ? { email: profile.email } : {}),
	};
}

/** Tags, and while a person has it the reasons for which it was handed over. */
function labelsOf({ tags, state, handoff }: Conversation): string[] {
	const reasons =
		state === 'human' ? (handoff?.signals ?? []).filter(({ points }) => points > 0) : [];
	const labels = [...tags, ...reasons.map(({ signal }) => signal)].map(labelOf);
	return [...new Set(labels)].filter(Boolean);
}

function attributesOf({ handoff, collected, crm }: Conversation): Record<string, unknown> {
	return {
		...collected,
		...(handoff
			? {
					handoff_reason: handoff.reason,
					handoff_score: handoff.score,
					handoff_queue: handoff.queue,
					handoff_at: handoff.createdAt,
				}
			: {}),
		...Object.fromEntries(
			(crm?.records ?? []).flatMap(({ kind, url }) => (url ? [[`crm_${kind}`, url]] : [])),
		),
	};
}
