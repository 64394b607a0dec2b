import type { Conversation } from '../conversation/conversation';
import type { SlaClock, SlaKind } from '../sla/clock';
import type { BusinessCalendar } from '../sla/policy';
import { cancel, isLive } from '../sla/settle';
import { startClockAnyway } from '../sla/start';
import type { IsoTime } from '../time';

/** Where no promise of staff's own watches a handoff, the router looks at it again after this long. */
export const LOOK_AGAIN_MINUTES = 10;

/** So soon it is looked for somebody else after an agent has declined in the inbox. */
const AFTER_DECLINE_MINUTES = 1;

/** Clocks that ring while nobody has taken the customer on. */
const WATCHING: readonly SlaKind[] = [
	'first_response',
	'next_response',
	'queue_time',
	'claim_without_reply',
	'promised_follow_up',
	'routing_step',
];

const STEP = 'Routing step';
const NEXT_OPENING = 'Next opening';
const BACK_IN_QUEUE = 'Back in the queue';

/** Whether a clock measures the time of a step: when it is up, the next one applies. */
export function isStepClock({ kind, policy }: Pick<SlaClock, 'kind' | 'policy'>): boolean {
	return kind === 'routing_step' && policy === STEP;
}

/**
 * The clocks to write for a move of the router: those of `changed`, the last turn's ended, and this turn's started. `turn` is the
 * time of the step, or, while nobody is there, the next opening. Where none of them and no promise would ring any more, the
 * router's own clock is started all the same: no handoff is left unwatched.
 */
export function stepClocks(
	conversation: Conversation,
	running: readonly SlaClock[],
	changed: readonly SlaClock[],
	turn: { minutes?: number; hours?: BusinessCalendar; opensAt?: IsoTime },
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
	const start = (name: string, minutes: number, hours?: BusinessCalendar) => {
		const clock = routerClock(conversation, name, minutes, hours, now);
		written.set(clock.id, clock);
	};
	if (turn.opensAt !== undefined && turn.opensAt > now) {
		start(NEXT_OPENING, minutesUntil(turn.opensAt, now));
	} else if (turn.minutes && turn.minutes > 0) {
		start(STEP, turn.minutes, turn.hours);
	} else if (!isWatched(byId.values())) {
		start(STEP, LOOK_AGAIN_MINUTES, turn.hours);
	}
	return [...written.values()];
}

/**
 * The clocks to write where a person has put a conversation back into a queue, beside those of `changed`: after a decline it is
 * looked for somebody else at once; after a release, where nothing would ring any more, the router looks at it again.
 */
export function clocksBackInQueue(
	conversation: Conversation,
	running: readonly SlaClock[],
	changed: readonly SlaClock[],
	declined: boolean,
	now: IsoTime,
): SlaClock[] {
	const byId = new Map([...running, ...changed].map((clock) => [clock.id, clock]));
	if (!declined && isWatched(byId.values())) return [...changed];
	const minutes = declined ? AFTER_DECLINE_MINUTES : LOOK_AGAIN_MINUTES;
	return [...changed, routerClock(conversation, BACK_IN_QUEUE, minutes, undefined, now)];
}

/**
 * The clock to write where nothing else is changed and no other one would ring any more, e.g. because the server was down when
 * the promised time came: it rings at `at`, or after the router's own time.
 */
export function clocksIfUnwatched(
	conversation: Conversation,
	running: readonly SlaClock[],
	at: IsoTime | undefined,
	now: IsoTime,
): SlaClock[] {
	if (isWatched(running)) return [];
	const minutes = at ? Math.max(1, minutesUntil(at, now)) : LOOK_AGAIN_MINUTES;
	const about = `${conversation.handoff?.id}:${at ?? now}`;
	return [ringingClock(conversation, 'Look again', about, minutes, undefined, now)];
}

function isWatched(clocks: Iterable<SlaClock>): boolean {
	return [...clocks].some(
		(clock) => isLive(clock) && clock.nextEventAt !== undefined && WATCHING.includes(clock.kind),
	);
}

function routerClock(
	conversation: Conversation,
	name: string,
	minutes: number,
	hours: BusinessCalendar | undefined,
	now: IsoTime,
): SlaClock {
	const { id, routing, hops } = conversation.handoff!;
	// One for each turn: the router's own by its moves, a person's by the changes of owner.
	const moves = routing?.moves ?? 0;
	const turn = name === BACK_IN_QUEUE ? `${moves}-${hops}` : moves;
	return ringingClock(conversation, name, `${id}:${turn}`, minutes, hours, now);
}

function ringingClock(
	conversation: Conversation,
	name: string,
	about: string,
	minutes: number,
	hours: BusinessCalendar | undefined,
	now: IsoTime,
): SlaClock {
	return startClockAnyway(
		{
			name,
			kind: 'routing_step',
			targetMinutes: minutes,
			...(hours ? { clock: 'business', calendar: hours } : { clock: 'wall' }),
			marks: [100],
			// Its next move ends it. Until then it rings again: the run behind it may have failed, and nothing else may be watching.
			repeat: { doublingFromMinutes: LOOK_AGAIN_MINUTES },
		},
		conversation,
		about,
		now,
	);
}

function minutesUntil(at: IsoTime, now: IsoTime): number {
	return (Date.parse(at) - Date.parse(now)) / 60_000;
}
