import type { IsoTime } from '../time';
import { wholeSecond } from '../time';
import type { SlaClock, SlaKind } from './clock';
import { countedMinutes, instantAfter, tenths, withPending } from './times';

/** What happened to a conversation, as far as its clocks care. */
export type SettlingEvent =
	/** An agent has it: routed, claimed or transferred. */
	| 'assigned'
	/** A person answered the customer. */
	| 'answered'
	| 'bot_replied'
	| 'resolved'
	| 'returned_to_bot'
	/** Put on hold by a person. */
	| 'paused'
	| 'resumed';

/**
 * The clocks that `event` changes, as they are after it; the others are left out. A promise that the event keeps is `met` up to
 * the minute it was due and `breached` after; one that it makes pointless is `cancelled`, unless it had been broken already. An
 * answer sent before a clock was started settles nothing.
 */
export function settle(clocks: readonly SlaClock[], event: SettlingEvent, at: IsoTime): SlaClock[] {
	return clocks.flatMap((clock) => {
		if (!isLive(clock)) return [];
		const next = EFFECTS[event](clock, at);
		if (next === clock) return [];
		return [next.settledAt ? { ...next, settledBy: event } : next];
	});
}

/**
 * The live ones of these clocks, stopped by hand: `kept` is as good as the event that they wait for (and late if it is late),
 * `called_off` says that nothing is promised any more.
 */
export function stopClocks(
	clocks: readonly SlaClock[],
	how: 'kept' | 'called_off',
	at: IsoTime,
): SlaClock[] {
	return clocks
		.filter(isLive)
		.map((clock) => (how === 'kept' ? finish(clock, at) : cancel(at)(clock)));
}

type Effect = (clock: SlaClock, at: IsoTime) => SlaClock;

/** The promises that each event keeps; what it does to the others follows. */
const EFFECTS: Record<SettlingEvent, Effect> = {
	assigned: (clock, at) => {
		if (clock.kind === 'queue_time') return finish(clock, at);
		// It was the previous owner's promise.
		if (clock.kind === 'claim_without_reply') return cancel(at)(clock);
		// Somebody has it: the router starts a clock of its own where it was the router's choice.
		if (clock.kind === 'routing_step') return cancel(at)(clock);
		return clock;
	},
	answered: (clock, told) => {
		const at = inTheSameSecond(told, clock.startedAt) ? clock.startedAt : told;
		if (at < clock.startedAt) return clock;
		if (clock.kind !== 'resolution') return finish(clock, at);
		return clock.terms?.pauseWhileWaiting ? pause(clock, at, 'waiting_for_customer') : clock;
	},
	bot_replied: (clock, at) =>
		clock.kind === 'bot_silence' && at >= clock.startedAt ? finish(clock, at) : clock,
	resolved: (clock, at) => (clock.kind === 'resolution' ? finish(clock, at) : cancel(at)(clock)),
	returned_to_bot: (clock, at) =>
		clock.kind === 'resolution' ? finish(clock, at) : cancel(at)(clock),
	paused: (clock, at) => (isHeldStill(clock.kind) ? pause(clock, at, 'hold') : clock),
	resumed: (clock, at) => (clock.status === 'paused' ? resume(clock, at) : clock),
};

/** WhatsApp tells times in whole seconds: an answer to what began within that second bears a time before it. */
function inTheSameSecond(told: IsoTime, startedAt: IsoTime): boolean {
	return told < startedAt && told === wholeSecond(startedAt);
}

/** A promise for a stated time, or of the bot, does not wait because a person put the conversation on hold. */
function isHeldStill(kind: SlaKind): boolean {
	return kind !== 'promised_follow_up' && kind !== 'bot_silence';
}

/** Whether a clock still waits for something. */
export function isLive(clock: SlaClock): boolean {
	return clock.status === 'running' || clock.status === 'paused';
}

/** Whether a promise would be broken if it were settled at `at`. */
export function isLate(clock: SlaClock, at: IsoTime): boolean {
	// Time stands still for a paused clock: it was late only if it was so when it was paused.
	return (clock.paused?.at ?? at) > clock.dueAt;
}

function finish(clock: SlaClock, at: IsoTime): SlaClock {
	// The end of a step is a turn in the routing, not a promise to the customer that is kept or broken.
	if (clock.kind === 'routing_step') return cancel(at)(clock);
	const { paused: _paused, ...rest } = clock;
	const status = isLate(clock, at) ? 'breached' : 'met';
	const report = status === 'met' && clock.terms?.reportMet;
	return withPending({ ...rest, status, settledAt: at }, report ? [{ percent: 0, at }] : []);
}

/** Calls a promise off; one that was broken by then stays broken. */
export function cancel(at: IsoTime): (clock: SlaClock) => SlaClock {
	return (clock) => {
		const { paused: _paused, ...rest } = clock;
		const late = clock.kind !== 'routing_step' && isLate(clock, at);
		const status = late ? 'breached' : 'cancelled';
		return withPending({ ...rest, status, settledAt: at }, []);
	};
}

/** While paused nothing is due: the marks are kept, but the store is told of no next one. */
function pause(clock: SlaClock, at: IsoTime, why: 'hold' | 'waiting_for_customer'): SlaClock {
	if (clock.status === 'paused') {
		// A hold by a person outweighs the customer's turn: the customer's next message must not end it.
		if (why === 'waiting_for_customer' || clock.paused?.why === why) return clock;
		return { ...clock, paused: { at: clock.paused?.at ?? at, why } };
	}
	const { nextEventAt: _next, ...rest } = clock;
	return { ...rest, status: 'paused', paused: { at, why } };
}

/** Lets a paused clock run on with what was left of its target. */
export function resume(clock: SlaClock, at: IsoTime): SlaClock {
	const terms = clock.terms;
	if (!clock.paused || !terms) return clock;
	const counted = countedMinutes(clock, clock.paused.at);
	const { paused: _paused, ...rest } = clock;
	const running: SlaClock = {
		...rest,
		status: 'running',
		resumed: { at, countedMinutes: counted },
	};
	// What was reached before the pause stays where it was; only what lies ahead moves.
	const ahead = (target: number, old: IsoTime) =>
		target <= counted
			? { at: old, explanation: clock.explanation }
			: instantAfter(terms, at, target - counted);
	const due = ahead(terms.targetMinutes, clock.dueAt);
	return withPending(
		{
			...running,
			dueAt: due.at,
			explanation:
				due.at === clock.dueAt
					? clock.explanation
					: `${due.explanation} ${tenths(counted)} of ${terms.targetMinutes} minutes had counted before the pause.`,
		},
		clock.pending.map((mark) => ({
			...mark,
			at: ahead((terms.targetMinutes * mark.percent) / 100, mark.at).at,
		})),
	);
}
