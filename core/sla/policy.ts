import type { Priority } from '../conversation/conversation';
import type { SlaKind } from './clock';

/** Times at which a team works. */
export interface BusinessCalendar {
	/** IANA name, e.g. "Europe/Berlin". */
	timeZone: string;
	/** Opening windows, 1 = Monday … 7 = Sunday, as minutes "HH:mm" of the local day. Several a day are allowed. */
	windows: Array<{ day: 1 | 2 | 3 | 4 | 5 | 6 | 7; from: string; to: string }>;
	/** Closed all day, "YYYY-MM-DD" in the calendar's zone. */
	closedDates?: string[];
	/** Other hours on one date, in place of the week's windows. */
	exceptions?: Array<{ date: string; windows: Array<{ from: string; to: string }> }>;
}

/** One promise and whom it holds for. The first policy of a kind that matches wins. */
export interface SlaPolicy {
	name: string;
	kind: SlaKind;
	targetMinutes: number;
	/** Count only minutes inside the calendar, or every minute. */
	clock: 'business' | 'wall';
	calendar?: BusinessCalendar;
	/** Percentages at which an event is raised; 100 is the breach and always among them. */
	marks: number[];
	when?: {
		priorities?: Priority[];
		queues?: string[];
		channelIds?: string[];
		vip?: boolean;
	};
}
