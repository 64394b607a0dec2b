import type { Priority } from '../conversation/conversation';
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
	/** Percentages of its rungs are marks too. Default {@link DEFAULT_LADDER}, whose rungs add no marks. */
	ladder?: LadderRung[];
	/** Resolution only: stop the clock while it is the customer's turn to write. */
	pauseWhileWaiting?: boolean;
	/** Raise an event as well when the promise is kept, for reports. */
	reportMet?: boolean;
	/** Every condition that is set must hold; an empty list is no condition. */
	when?: {
		priorities?: Priority[];
		queues?: string[];
		channelIds?: string[];
		vip?: boolean;
		/** One of them is enough. Topics and lead classes stand here as tags. */
		tags?: string[];
	};
}
