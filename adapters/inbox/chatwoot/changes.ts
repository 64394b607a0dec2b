import type { Owner } from '../../../core/conversation/conversation';
import { BY_HAND_QUEUE, teamOf } from '../../../core/conversation/team';
import type { AgentElsewhere, ElsewhereAction } from '../../../core/inbox/elsewhere';
import type { KnownAgent } from '../../../core/inbox/directory';
import type { HandoffStore } from '../../../core/ports/store';
import { isoTime } from '../../../core/time';
import type { AttachedFile } from './attachments';
import type { ChatwootApi, ChatwootConversation, ChatwootMessage } from './api';
import type { ChatwootInbox } from './chatwoot';
import { CHATWOOT, statusOf, STATUS, theirsOf } from './chatwoot';
import { markOf, toWhatsAppText } from './content';
import type { ChatwootEvent } from './events';
import { directoryOf, ownAgent, teamName } from './people';
import type { ThreadState } from './thread';

/** Something that an agent did, and the file that came with it. */
export interface ChatwootChange {
	conversationId: string;
	action: ElsewhereAction;
	file?: AttachedFile;
}

/** Brings a change into the store; gives a sentence for the agent where it cannot be. */
export type Apply = (change: ChatwootChange) => Promise<{ refused?: string }>;

export interface ReaderSettings {
	/** Attribute of a conversation in which agents say how it ended. */
	outcomeAttribute: string;
	/** How it ended where they say nothing. */
	defaultOutcome: string;
	roster: readonly KnownAgent[];
	now: () => Date;
}

const OUTGOING = 1;

/**
 * What agents have done in a conversation since it was looked at last, in order and each once, by whatever event that becomes known:
 * messages by their ids, status and assignment by what both sides agreed on. One worker looks at a conversation at a time.
 */
export async function takeChanges(
	{ api, inbox, store }: { api: ChatwootApi; inbox: ChatwootInbox; store: HandoffStore },
	event: ChatwootEvent & { delivery?: string },
	settings: ReaderSettings,
	apply: Apply,
): Promise<void> {
	const { threadId } = event;
	const { threads } = inbox;
	const before = await threads.state(threadId);
	// Not opened by us, or an echo of what we have just set: nothing that would be worth a call.
	if (!before || (event.theirs && sameTheirs(event.theirs, before.theirs))) return;
	await threads.alone(threadId, async () => {
		const state = await threads.state(threadId);
		if (!state || (event.delivery && state.deliveries?.includes(event.delivery))) return;
		const fresh = await api.conversation(threadId);
		const from = Math.min(state.seen, (event.messageId ?? Infinity) - 1);
		const messages = await api.messagesAfter(threadId, from);
		const people = await directoryOf(api, settings.now().getTime());
		const named = (id: number, name?: string): AgentElsewhere =>
			ownAgent(people, id, settings.roster, name);
		let touched = false;
		let refused = false;
		const carryOut = async (action: ElsewhereAction, key: string, file?: AttachedFile) => {
			const { conversationId } = state;
			const result = await apply({ conversationId, action, ...(file ? { file } : {}) });
			touched = true;
			if (!result.refused) return;
			refused = true;
			await inbox.tell(threadId, state, key, result.refused);
		};

		const dealtWith: number[] = [];
		let { seen } = state;
		// Only now, when n8n is about to be given what was done: one that dies before that takes it again, and the keys of replies and
		// notes keep them from being there twice.
		const remember = async () => {
			state.handled.push(...dealtWith);
			state.seen = seen;
			await threads.save(threadId, state);
		};
		try {
			for (const message of messages) {
				if (!state.handled.includes(message.id) && isAgents(message)) {
					const agent =
						message.sender?.type === 'user'
							? named(message.sender.id, message.sender.available_name ?? message.sender.name)
							: undefined;
					for (const [index, part] of partsOf(message, agent, api.baseUrl).entries()) {
						await carryOut(part.action, `refused:${message.id}:${index}`, part.file);
						await threads.keep();
					}
					dealtWith.push(message.id);
				}
				seen = Math.max(seen, message.id);
			}

			const conversation = await store.conversation(state.conversationId);
			const queue = (): Owner => ({
				kind: 'queue',
				name:
					teamName(people, theirsOf(fresh).teamId) ??
					(conversation && teamOf(conversation)) ??
					BY_HAND_QUEUE,
			});
			for (const action of actionsOf(state.theirs, fresh, { named, queue, settings })) {
				await carryOut(action, `refused:${action.kind}:${fresh.last_activity_at ?? 0}`);
			}
			state.theirs = theirsOf(fresh);
			if (touched) await agree({ inbox, store }, threadId, state, refused);
		} catch (error) {
			// What was done before a failure is done, and n8n is given it.
			await remember();
			throw error;
		}
		if (event.delivery) (state.deliveries ??= []).push(event.delivery);
		await remember();
	});
}

/** Where the two differ after the agents' changes, e.g. since an answer has taken a conversation from the bot, ours is shown there. */
async function agree(
	{ inbox, store }: { inbox: ChatwootInbox; store: HandoffStore },
	threadId: string,
	state: ThreadState,
	refused: boolean,
): Promise<void> {
	const conversation = await store.conversation(state.conversationId);
	if (!conversation) return;
	const { status } = state.theirs;
	const held = conversation.state === 'human' && status === 'snoozed';
	if (STATUS[conversation.state] === status || held) {
		state.ours = { priority: 'normal', ...state.ours, state: conversation.state };
	} else if (refused && conversation.state === 'closed') {
		// Opened there, and closed all the same.
		state.ours = undefined;
	}
	await inbox.settle(threadId, state, statusOf(conversation), conversation.handoff?.queue);
}

/** Written by a person, or by an automation of Chatwoot for the customer; not by us, and not taken back. */
function isAgents(message: ChatwootMessage): boolean {
	const { message_type: type, sender, content_attributes: attributes } = message;
	if (type !== OUTGOING || markOf(message) !== undefined || attributes?.deleted) return false;
	return sender?.type === 'user' || (!sender && !message.private);
}

/** WhatsApp takes one file a message; what is written goes with the first one, if that can have words. */
function partsOf(
	message: ChatwootMessage,
	agent: AgentElsewhere | undefined,
	baseUrl: string,
): Array<{ action: ElsewhereAction; file?: AttachedFile }> {
	const text = toWhatsAppText(message.content ?? '');
	const origin = (part: number) => ({
		inbox: CHATWOOT,
		id: part === 0 ? String(message.id) : `${message.id}:${part}`,
	});
	const files = (message.attachments ?? []).flatMap(({ data_url: url, file_type: kind }) =>
		url ? [{ url: reachable(url, baseUrl), fileName: fileNameOf(url), kind }] : [],
	);
	if (message.private && agent) {
		const words = [text, ...files.map(({ fileName }) => `[${fileName}]`)]
			.filter(Boolean)
			.join('\n');
		return words ? [{ action: { kind: 'note', agent, text: words, origin: origin(0) } }] : [];
	}
	const reply = (part: number, words: string, file?: AttachedFile) => ({
		action: {
			kind: 'reply' as const,
			...(agent ? { agent } : {}),
			text: words,
			origin: origin(part),
		},
		...(file ? { file } : {}),
	});
	const apart = files[0]?.kind === 'audio';
	const parts =
		text && (files.length === 0 || apart)
			? [{ words: text }, ...files.map((file) => ({ words: '', file }))]
			: files.map((file, index) => ({ words: index === 0 ? text : '', file }));
	return parts.map((part, index) =>
		reply(index, part.words, 'file' in part ? part.file : undefined),
	);
}

/** Chatwoot names files by the address that browsers use; n8n may have to reach it by another one. */
function reachable(url: string, baseUrl: string): string {
	const parsed = new URL(url, baseUrl);
	if (!parsed.pathname.startsWith('/rails/')) return parsed.href;
	return new URL(parsed.pathname + parsed.search, baseUrl).href;
}

function fileNameOf(url: string): string {
	const last = new URL(url, 'http://localhost').pathname.split('/').at(-1) ?? '';
	let name = last;
	try {
		name = decodeURIComponent(last);
	} catch {
		// A name with a lonely percent sign stays as it is.
	}
	return name.replace(/[\p{Cc}/\\]/gu, '_').slice(-120) || 'file';
}

/** What the difference between then and now means. */
function actionsOf(
	then: ThreadState['theirs'],
	fresh: ChatwootConversation,
	{
		named,
		queue,
		settings,
	}: {
		named: (id: number, name?: string) => AgentElsewhere;
		queue: () => Owner;
		settings: ReaderSettings;
	},
): ElsewhereAction[] {
	const now = theirsOf(fresh);
	const agent = now.assigneeId ? named(now.assigneeId, fresh.meta?.assignee?.name) : undefined;
	const by = agent ? { agent } : {};
	const owner: Owner = agent ? { kind: 'agent', ...agent } : queue();
	const actions: ElsewhereAction[] = [];
	if (now.status !== then.status) {
		switch (now.status) {
			case 'open':
				actions.push(
					then.status === 'snoozed' ? { kind: 'resumed', ...by } : { kind: 'opened', owner, ...by },
				);
				break;
			case 'pending':
				actions.push({ kind: 'returned_to_bot', ...by });
				break;
			case 'resolved': {
				const said = fresh.custom_attributes?.[settings.outcomeAttribute];
				const disposition = typeof said === 'string' && said.trim() ? said.trim() : undefined;
				actions.push({
					kind: 'resolved',
					disposition: disposition ?? settings.defaultOutcome,
					...by,
				});
				break;
			}
			case 'snoozed': {
				const until = fresh.snoozed_until;
				actions.push({
					kind: 'snoozed',
					...(until ? { until: isoTime(new Date(until * 1000)) } : {}),
					...by,
				});
			}
		}
	}
	const isOpen = now.status === 'open' || now.status === 'snoozed';
	const moved =
		now.assigneeId !== then.assigneeId ||
		(now.assigneeId === 0 && now.teamId !== then.teamId && now.teamId !== 0);
	const opened = actions.some(({ kind }) => kind === 'opened');
	if (isOpen && moved && !opened) actions.push({ kind: 'assigned', owner, ...by });
	return actions;
}

function sameTheirs(a: ThreadState['theirs'], b: ThreadState['theirs']): boolean {
	return a.status === b.status && a.assigneeId === b.assigneeId && a.teamId === b.teamId;
}
