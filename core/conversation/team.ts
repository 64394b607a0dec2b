import type { Conversation } from './conversation';
import { PHONE_QUEUE } from './phoneAnswer';

/** The queue of what a person took from the bot by hand before any team had it. No agent serves it by name. */
export const BY_HAND_QUEUE = 'Inbox';

/** Whose matter a conversation has been: the queue that it was handed over to last; undefined where no team has had it. */
export function teamOf({ handoff }: Pick<Conversation, 'handoff'>): string | undefined {
	return [handoff?.routing?.home, handoff?.queue].find(
		(queue) => queue !== undefined && queue !== BY_HAND_QUEUE && queue !== PHONE_QUEUE,
	);
}
