import { isOfThisCase } from '../conversation/conversation';
import type { ConversationMessage } from '../conversation/message';
import type { HandoffStore } from '../ports/store';
import type { Brief } from './brief';
import type { SummaryInput } from './index';
import { DEFAULT_TRANSCRIPT_LIMIT, readUntil, summarise } from './index';

/** Messages read where no brief was made before. Older ones are left alone, so that the first brief of a long thread is quick too. */
export const FIRST_READ = 150;
/** Messages read at once. */
const PAGE = 100;
/** Newest messages read again with every summary, so that those that arrived late and out of order are found. */
const OVERLAP = 20;
/** Most messages read to catch up with an earlier brief; beyond that only the newest count. */
const MAX_READ = 2_000;

export type RefreshOptions = Omit<SummaryInput, 'conversation' | 'messages' | 'previous'> & {
	/** Messages to read where no brief was made before. Default {@link FIRST_READ}. */
	firstRead?: number;
};

/**
 * Brings the brief of a stored conversation up to date: goes on from the last one and reads only what is new. Returns
 * undefined if there is no such conversation. Nothing is saved; {@link HandoffStore.saveBrief} does that.
 */
export async function refreshBrief(
	store: Pick<HandoffStore, 'conversation' | 'brief' | 'history'>,
	conversationId: string,
	options: RefreshOptions,
): Promise<{ brief: Brief; messages: ConversationMessage[] } | undefined> {
	const conversation = await store.conversation(conversationId);
	if (!conversation) return undefined;
	const limit = options.transcriptLimit ?? DEFAULT_TRANSCRIPT_LIMIT;
	const previous = await store.brief(conversationId);
	const until = readUntil(previous, conversation, limit);
	const read = await readBack(store, conversationId, {
		...(until ? { until } : {}),
		most: until ? MAX_READ : Math.max(options.firstRead ?? FIRST_READ, Math.min(limit, MAX_READ)),
	});
	const messages = read.filter((message) => isOfThisCase(conversation, message));
	const brief = summarise({
		...options,
		conversation,
		messages,
		...(previous && until ? { previous } : {}),
	});
	return { brief, messages };
}

/** The newest messages, oldest first: back to `until` (and {@link OVERLAP} at least), but no more than `most`. */
async function readBack(
	store: Pick<HandoffStore, 'history'>,
	conversationId: string,
	{ until, most }: { until?: { messageId: string; sentAt: string }; most: number },
): Promise<ConversationMessage[]> {
	let messages: ConversationMessage[] = [];
	let size = until ? OVERLAP : Math.min(PAGE, most);
	while (messages.length < most) {
		const before = messages[0]?.id;
		const page = await store.history(conversationId, {
			limit: size,
			...(before ? { before } : {}),
		});
		messages = [...page, ...messages];
		if (page.length < size) break;
		if (until && (messages[0] as ConversationMessage).sentAt <= until.sentAt) break;
		size = Math.min(PAGE, most - messages.length);
		if (size <= 0) break;
	}
	return messages;
}
