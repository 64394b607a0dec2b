import type { IsoTime } from '../time';
import type { BusinessCalendar, LadderRung, SlaRepeat } from './policy';

/** Which promise a clock measures. */
export type SlaKind =
	/** From the handoff to the first answer by a person. */
	| 'first_response'
	/** From a customer's message to the next answer by a person. */
	| 'next_response'
	/** From the handoff to the end of the conversation. */
	| 'resolution'
	/** From the handoff until an agent has it. */
	| 'queue_time'
	/** A follow-up promised for a stated time. */
	| 'promised_follow_up'
	/** From a customer's message that nobody, bot or person, has answered. */
	| 'bot_silence'
	/** From a claim to the claimer's first answer. */
	| 'claim_without_reply'
	/** The time of one step of the router: when it is up, the next, wider one applies. */
	| 'routing_step';

export type SlaStatus = 'running' | 'paused' | 'met' | 'breached' | 'cancelled';

/** One running promise on one conversation. */
export interface SlaClock {
	/** `${conversation id}:${kind}:${what it is about}`: starting the same clock twice is one clock. */
	id: string;
	namespace: string;
	conversationId: string;
	kind: SlaKind;
	policy: string;
	status: SlaStatus;
	startedAt: IsoTime;
	/** When the promise is broken. */
	dueAt: IsoTime;
	/** Why it is due then, in words. */
	explanation: string;
	/**
	 * Events still to be raised, soonest first. Empty when there is nothing more to say. A clock that was met and whose policy
	 * wants that reported has one, of percent 0: pending marks are given out whatever the clock's status.
	 */
	pending: SlaMark[];
	/** `pending[0].at`, or undefined: what the store keeps an index on. */
	nextEventAt?: IsoTime;
	settledAt?: IsoTime;
	/** What ended it, e.g. "answered" or "resolved"; absent where it was stopped by hand or by a new owner. */
	settledBy?: string;
	/** The terms it runs under, as they stood when it was started: a policy changed later moves no running clock. */
	terms?: SlaTerms;
	/** Set while paused, and why: on hold by a person, or because it is the customer's turn. */
	paused?: { at: IsoTime; why: 'hold' | 'waiting_for_customer' };
	/** What counted before the last resume, and when that was. Absent on a clock that was never paused. */
	resumed?: { at: IsoTime; countedMinutes: number };
}

/** What a clock needs of its policy to work out its times by itself. */
export interface SlaTerms {
	targetMinutes: number;
	clock: 'business' | 'wall';
	calendar?: BusinessCalendar;
	ladder?: LadderRung[];
	repeat?: SlaRepeat;
	pauseWhileWaiting?: boolean;
	reportMet?: boolean;
}

/** A point on a clock at which an event is raised: 80 % warns, 100 % is the breach, above that repeats it; 0 reports it met. */
export interface SlaMark {
	percent: number;
	at: IsoTime;
	/** Raised again because nothing has happened since the last mark of the policy. */
	repeated?: boolean;
}

/** An event as the watchdog raises it, exactly one for each clock and mark. */
export interface SlaEvent {
	/** `${clock id}@${percent}`: idempotency key. */
	id: string;
	/** By the mark's percentage: below 100 a warning. `met` for a mark of percent 0. */
	type: 'warning' | 'breach' | 'met';
	percent: number;
	/** See {@link SlaMark.repeated}. */
	repeated?: boolean;
	clock: SlaClock;
	at: IsoTime;
	/** Milliseconds between the mark and the raising of the event. */
	lateByMs: number;
}
