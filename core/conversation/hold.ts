import { settle } from '../sla/settle';
import type { SlaClock } from '../sla/clock';
import type { IsoTime } from '../time';
import type { Conversation } from './conversation';
import { holdOf } from './conversation';

/**
 * The clocks to write for a change that ends a hold, because the conversation has gone to somebody else: beside those that are
 * `written` anyway, those that stood still run on. The next one must not wait for a time that somebody else has set.
 */
export function clocksAfterHold(
	before: Conversation,
	after: Conversation,
	clocks: readonly SlaClock[],
	written: readonly SlaClock[],
	now: IsoTime,
): SlaClock[] {
	if (!holdOf(before) || holdOf(after) || after.state !== 'human') return [...written];
	const ids = new Set(written.map(({ id }) => id));
	const untouched = clocks.filter(({ id }) => !ids.has(id));
	return [...written, ...settle(untouched, 'resumed', now)];
}
