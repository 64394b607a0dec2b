import { bareMessageId } from '../../../core/conversation/gateway';
import type { ConversationMessage } from './types';

/** A message as the thread shows it: with what later messages did to it. */
export interface Shown {
	message: ConversationMessage;
	/** What it says now, where the sender has changed it. */
	edited?: string;
	/** The sender has taken it back; what it said is not shown. */
	revoked: boolean;
	reactions: Array<{ emoji: string; who: 'customer' | 'us' }>;
	quoted?: ConversationMessage;
	/** Set on the first message of a day, in the reader's time zone. */
	startsDay: boolean;
}

/**
 * Messages in the order of the thread, each with its reactions, its quote and what became of it. Reactions, edits and revocations
 * are put where they belong; one whose message is not loaded stands for itself.
 */
export function arrange(messages: readonly ConversationMessage[]): Shown[] {
	const byId = new Map(
		messages.flatMap((message) =>
			[bareMessageId(message.id), message.sentAs, message.id].map((id) => [id, message] as const),
		),
	);
	/** Gateways name one message in several ways. */
	const find = (id: string | undefined) =>
		id === undefined ? undefined : (byId.get(id) ?? byId.get(bareMessageId(id)));
	const edits = new Map<string, string>();
	const revoked = new Set<string>();
	const reactions = new Map<string, Map<'customer' | 'us', string>>();
	const shown: ConversationMessage[] = [];
	for (const message of messages) {
		const target = find(targetOf(message))?.id;
		if (target === undefined) {
			shown.push(message);
			continue;
		}
		if (message.type === 'revoke') revoked.add(target);
		else if (message.type === 'edit') {
			edits.set(target, message.target?.text ?? message.text);
		} else {
			const who = message.direction === 'in' ? 'customer' : 'us';
			const of = reactions.get(target) ?? new Map<'customer' | 'us', string>();
			// A reaction without an emoji takes the one before back.
			if (message.reaction?.emoji) of.set(who, message.reaction.emoji);
			else of.delete(who);
			reactions.set(target, of);
		}
	}
	let last = '';
	return shown.map((message) => {
		const date = new Date(message.sentAt).toDateString();
		const startsDay = date !== last;
		last = date;
		const edited = edits.get(message.id);
		const quoted = find(message.quoted?.id);
		return {
			message,
			...(edited === undefined ? {} : { edited }),
			revoked: revoked.has(message.id),
			reactions: [...(reactions.get(message.id) ?? [])].map(([who, emoji]) => ({ who, emoji })),
			...(quoted ? { quoted } : {}),
			startsDay,
		};
	});
}

function targetOf(message: ConversationMessage): string | undefined {
	if (message.type === 'reaction') return message.reaction?.messageId;
	if (message.type === 'edit' || message.type === 'revoke') return message.target?.messageId;
	return undefined;
}

/** Older and newer messages as one list: each once, the newer copy of one that is in both. */
export function merge(
	older: readonly ConversationMessage[],
	newer: readonly ConversationMessage[],
): ConversationMessage[] {
	const ids = new Set(newer.map(({ id }) => id));
	return [...older.filter(({ id }) => !ids.has(id)), ...newer];
}
