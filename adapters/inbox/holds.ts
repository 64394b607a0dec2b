import { endHoldIfOver, holdsOver } from '../../core/inbox/actions';
import type { HandoffStore } from '../../core/ports/store';
import { isoTime } from '../../core/time';
import type { Loop } from '../clock/loop';
import { startLoop } from '../clock/loop';
import type { Timers } from '../clock/timers';
import { systemTimers } from '../clock/timers';

/** How much longer than agreed a hold may last: the promises stand still meanwhile. */
const LOOK_EVERY_MS = 15_000;
const AFTER_FAILURE_MS = 60_000;
/** Open conversations that are looked at. */
const OPEN_AT_MOST = 10_000;

/** Ends holds when their time is over, whether or not anybody has a page open. Any number of processes may do so at once. */
export function endHolds(
	store: Pick<HandoffStore, 'list' | 'decide'>,
	failed: (error: unknown) => void,
	timers: Timers = systemTimers,
): Loop {
	return startLoop(
		async () => {
			const now = isoTime(timers.now());
			const { conversations } = await store.list({ states: ['human'], limit: OPEN_AT_MOST });
			for (const { id } of holdsOver(conversations, now)) await endHoldIfOver(store, id, now);
			return LOOK_EVERY_MS;
		},
		(error) => {
			failed(error);
			return AFTER_FAILURE_MS;
		},
		timers,
	);
}
