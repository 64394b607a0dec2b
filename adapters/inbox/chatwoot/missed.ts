import type { HandoffStore } from '../../../core/ports/store';
import type { ChatwootApi } from './api';

/** Time by which looks overlap: what was being written during the last one is seen by the next. */
const OVERLAP_S = 60;
/** Pages of conversations that one look goes back, 25 each. */
const MOST_PAGES = 40;

/**
 * Conversations in which something has happened since the last look. Chatwoot sends an event to a webhook once: what n8n missed while it
 * was down is found here. The first look at an account goes back no further than now. `done` is called when all have been dealt with, and
 * remembers how far that was.
 */
export async function activeSince(
	api: ChatwootApi,
	store: Pick<HandoffStore, 'getSetting' | 'putSetting'>,
	now: Date,
): Promise<{ threadIds: string[]; done: () => Promise<void> }> {
	const key = `chatwoot.lookedAt:${api.name}`;
	const known = await store.getSetting<number>(key);
	const from = known ?? Math.floor(now.getTime() / 1000);
	const threadIds: string[] = [];
	let newest = from;
	for (let page = 1; page <= MOST_PAGES; page++) {
		const conversations = await api.recentConversations(page);
		const fresh = conversations.filter(({ last_activity_at: at = 0 }) => at >= from - OVERLAP_S);
		threadIds.push(...fresh.map(({ id }) => String(id)));
		newest = Math.max(newest, ...fresh.map(({ last_activity_at: at = 0 }) => at));
		if (conversations.length === 0 || fresh.length < conversations.length) break;
	}
	return {
		threadIds,
		done: async () => {
			if (newest !== known) await store.putSetting(key, newest);
		},
	};
}
