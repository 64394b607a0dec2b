import type { Priority } from '../conversation/conversation';
import type { IsoTime } from '../time';
import type { SlaKind } from './clock';

/** Times at which a team works. */
export interface BusinessCalendar {
	/** IANA name, e.g. "Europe/Berlin". */
	timeZone: string;
	/**
	 * Opening windows, 1 = Monday … 7 = Sunday, as minutes "HH:mm" of the local day, "24:00" for its end. Several a day are
	 * allowed. `from` is before `to`: a night shift is two windows, one on each side of midnight.
	 */
	windows: Array<{ day: 1 | 2 | 3 | 4 | 5 | 6 | 7; from: string; to: string }>;
	/** Closed all day, "YYYY-MM-DD" in the calendar's zone. */
	closedDates?: string[];
	/** Other hours on one date, in place of the week's windows. Wins over a closed date. */
	exceptions?: Array<{ date: string; windows: Array<{ from: string; to: string }> }>;
	/** Closed all the time before this, e.g. because until then everybody is away. */
	notBefore?: IsoTime;
}

/** What somebody does about a promise that is at risk or broken; each is carried out by a workflow. */
export type LadderStep = 'remind_owner' | 'reassign' | 'alert_team_lead' | 'tell_customer';

/** One rung of the escalation ladder: from this percentage of the target on, this is the next step. */
export interface LadderRung {
	percent: number;
	step: LadderStep;
	/** What staff want done in their own words, in place of the standard sentence. */
	note?: string;
}

/**
 * How a broken promise is raised again: each time after twice the time (200 %, 400 %, 800 % …), so that it is never forgotten and
 * never a storm; every so many percent of the target; or so many minutes after it was due, and each time when it is twice as late.
 */
export type SlaRepeat = 'doubling' | { everyPercent: number } | { doublingFromMinutes: number };

/** One promise and whom it holds for. The first policy of a kind that matches wins. */
export interface SlaPolicy {
	name: string;
	kind: SlaKind;
	targetMinutes: number;
	/** Count only minutes inside the calendar, or every minute. */
	clock: 'business' | 'wall';
	/** Without one, a business clock counts every minute, and times are told in UTC. */
	calendar?: BusinessCalendar;
	/** Percentages at which an event is raised; 100 is the breach and always among them. */
	marks: number[];
	/** Percentages of its rungs are marks too. Without one, {@link DEFAULT_LADDER} says what to do and adds no marks. */
	ladder?: LadderRung[];
	/** What is raised after the last mark for as long as the promise stays broken; nothing if left out. */
	repeat?: SlaRepeat;
	/** Resolution only: stop the clock while it is the customer's turn to write. */
	pauseWhileWaiting?: boolean;
	/** Raise an event as well when the promise is kept, for reports. */
	reportMet?: boolean;
	/** Every condition that is set must hold; an empty list is no condition. Words are compared without regard to case. */
	when?: {
		priorities?: Priority[];
		queues?: string[];
		channelIds?: string[];
		vip?: boolean;
		/** One of them is enough: the scorer's signals, topics and skills, or what bot or staff noted. */
		topics?: string[];
		/** "HOT", "WARM" or "COLD". */
		leadClasses?: string[];
		/** One of them is enough. */
		tags?: string[];
	};
}
