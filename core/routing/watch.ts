import type { Conversation } from '../conversation/conversation';
import type { SlaClock, SlaKind } from '../sla/clock';
import type { BusinessCalendar } from '../sla/policy';
import { cancel, isLive } from '../sla/settle';
import { startClock } from '../sla/start';
import type { IsoTime } from '../time';

/** Where no promise of staff's own watches a handoff, the router looks at it again after this long. */
export const LOOK_AGAIN_MINUTES = 10;

/** Clocks that ring while nobody has taken the customer on. */
const WATCHING: readonly SlaKind[] = [
	'first_response',
	'next_response',
	'queue_time',
	'claim_without_reply',
	'promised_follow_up',
	'routing_step',
];

/**
 * The clocks to write for a move of the router: those of `changed`, the last step's ended, and this step's started. Where neither
 * the step nor a promise would ring any more, the router's own clock is started all the same: no handoff is left unwatched.
 */
export function stepClocks(
	conversation: Conversation,
	running: readonly SlaClock[],
	changed: readonly SlaClock[],
	minutes: number | undefined,
	hours: BusinessCalendar | undefined,
	now: IsoTime,
): SlaClock[] {
	const byId = new Map([...running, ...changed].map((clock) => [clock.id, clock]));
	const written = new Map(changed.map((clock) => [clock.id, clock]));
	for (const clock of byId.values()) {
		if (clock.kind !== 'routing_step' || !isLive(clock)) continue;
		const ended = cancel(now)(clock);
		byId.set(clock.id, ended);
		written.set(clock.id, ended);
	}
	const watched = [...byId.values()].some(
		(clock) => isLive(clock) && clock.nextEventAt !== undefined && WATCHING.includes(clock.kind),
	);
	const wanted = minutes && minutes > 0 ? minutes : watched ? undefined : LOOK_AGAIN_MINUTES;
	const handoff = conversation.handoff;
	if (wanted !== undefined && handoff) {
		const clock = startClock(
			{
				name: 'Routing step',
				kind: 'routing_step',
				targetMinutes: wanted,
				...(hours ? { clock: 'business', calendar: hours } : { clock: 'wall' }),
				marks: [100],
			},
			conversation,
			`${handoff.id}:${handoff.routing?.moves ?? 0}`,
			now,
		);
		written.set(clock.id, clock);
	}
	return [...written.values()];
}
