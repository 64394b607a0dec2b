import { markOf } from './content';
import type { ThreadState } from './thread';

/** What a webhook is about, as far as it may be news. */
export interface ChatwootEvent {
	threadId: string;
	/** Chatwoot's id of a message that an agent may have written. */
	messageId?: number;
	/** What it says of the conversation; absent where it has to be asked for. */
	theirs?: ThreadState['theirs'];
}

interface Payload {
	event?: unknown;
	id?: unknown;
	account?: { id?: unknown };
	message_type?: unknown;
	content_attributes?: Record<string, unknown> | null;
	conversation?: { id?: unknown };
	status?: unknown;
	meta?: { assignee?: { id?: unknown; type?: unknown } | null; team?: { id?: unknown } | null };
}

const OF_CONVERSATIONS: ReadonlySet<unknown> = new Set([
	'conversation_status_changed',
	'conversation_updated',
	'conversation_opened',
	'conversation_resolved',
]);

/**
 * What a delivery of Chatwoot is about; undefined for what is of no interest here: the customer's own messages, echoes of what we
 * wrote, typing, contacts, other accounts. Only ids are taken from it: what happened is asked for at Chatwoot.
 */
export function readEvent(body: unknown, accountId: number): ChatwootEvent | undefined {
	const payload = (typeof body === 'object' && body !== null ? body : {}) as Payload;
	if (payload.account?.id !== undefined && Number(payload.account.id) !== accountId) {
		return undefined;
	}
	if (payload.event === 'message_created') {
		const threadId = idOf(payload.conversation?.id);
		const messageId = idOf(payload.id);
		const outgoing = payload.message_type === 'outgoing' || payload.message_type === 1;
		if (!threadId || !messageId || !outgoing || markOf(payload) !== undefined) return undefined;
		return { threadId, messageId: Number(messageId) };
	}
	if (!OF_CONVERSATIONS.has(payload.event)) return undefined;
	const threadId = idOf(payload.id);
	if (!threadId) return undefined;
	const { assignee, team } = payload.meta ?? {};
	return {
		threadId,
		...(payload.meta && typeof payload.status === 'string'
			? {
					theirs: {
						status: payload.status as ThreadState['theirs']['status'],
						assigneeId: assignee?.type === 'agent_bot' ? 0 : Number(assignee?.id ?? 0),
						teamId: Number(team?.id ?? 0),
					},
				}
			: {}),
	};
}

function idOf(value: unknown): string | undefined {
	const text = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
	return /^\d{1,15}$/u.test(text) ? text : undefined;
}
