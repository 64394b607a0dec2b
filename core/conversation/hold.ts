import { settle } from '../sla/settle';
import type { SlaClock } from '../sla/clock';
import type { IsoTime } from '../time';
import type { Conversation } from './conversation';
import { holdOf } from './conversation';
import { sameOwner } from './transitions';

/**
 * The clocks to write for a change that ends a hold, because the conversation has gone to somebody else: beside those that are
 * `written` anyway, those that stood still run on, whoever has stopped them (an agent on the page or a workflow). The next one must
 * not wait for a time that somebody else has set.
 */
export function clocksAfterHold(
	before: Conversation,
	after: Conversation,
	clocks: readonly SlaClock[],
	written: readonly SlaClock[],
	now: IsoTime,
): SlaClock[] {
	if (after.state !== 'human' || holdOf(after)) return [...written];
	const over = holdOf(before) !== undefined;
	const passedOn = before.state === 'human' && !sameOwner(before.owner, after.owner);
	if (!over && !passedOn) return [...written];
	const ids = new Set(written.map(({ id }) => id));
	const held = clocks.filter(({ id, paused }) => !ids.has(id) && paused?.why === 'hold');
	return [...written, ...settle(held, 'resumed', now)];
}
