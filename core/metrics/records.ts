import { SIMULATION_CHANNEL } from '../conversation/simulation';
import type { ConversationFilter, HandoffStore } from '../ports/store';
import type { IsoTime } from '../time';
import type { ConversationRecord } from './handoffs';

const PAGE = 200;

/**
 * What is on record of the conversations that had a message since `since`, newest first, at most `limit` of them. `complete`
 * says whether that was all. Sample conversations are left out.
 */
export async function recordsSince(
	store: Pick<HandoffStore, 'list' | 'audit' | 'clocks'>,
	since: IsoTime,
	limit: number,
	filter: Pick<ConversationFilter, 'tag'> = {},
): Promise<{ records: ConversationRecord[]; complete: boolean }> {
	const records: ConversationRecord[] = [];
	let after: string | undefined;
	do {
		const page = await store.list({
			...filter,
			since,
			limit: Math.min(PAGE, limit - records.length),
			...(after === undefined ? {} : { after }),
		});
		for (const conversation of page.conversations) {
			if (conversation.channelId === SIMULATION_CHANNEL) continue;
			const [audit, clocks] = await Promise.all([
				store.audit(conversation.id),
				store.clocks(conversation.id),
			]);
			records.push({ conversation, audit, clocks });
		}
		after = page.after;
	} while (after !== undefined && records.length < limit);
	return { records, complete: after === undefined };
}
