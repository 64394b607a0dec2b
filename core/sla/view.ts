import type { IsoTime } from '../time';
import type { SlaClock, SlaKind } from './clock';
import { isLate } from './settle';
import { countedMinutes, MINUTE_MS, tenths } from './times';

/** A clock as staff read it. */
export interface ClockView {
	id: string;
	kind: SlaKind;
	policy: string;
	/** `overdue` while it runs although it should have been kept by now. */
	status: SlaClock['status'] | 'overdue';
	startedAt: IsoTime;
	dueAt: IsoTime;
	settledAt?: IsoTime;
	explanation: string;
	/** Minutes that count so far, pauses left out; absent for clocks without terms. */
	countedMinutes?: number;
	/** Wall-clock minutes until it is due while it runs, 0 if it is overdue. */
	minutesLeft?: number;
	/** Why it stands still. */
	pausedBecause?: 'hold' | 'waiting_for_customer';
}

/** How a clock stands at `now`. */
export function clockView(clock: SlaClock, now: IsoTime): ClockView {
	const running = clock.status === 'running';
	const left = Math.max(0, (Date.parse(clock.dueAt) - Date.parse(now)) / MINUTE_MS);
	const counted = clock.terms && countedMinutes(clock, clock.settledAt ?? now);
	return {
		id: clock.id,
		kind: clock.kind,
		policy: clock.policy,
		status: running && isLate(clock, now) ? 'overdue' : clock.status,
		startedAt: clock.startedAt,
		dueAt: clock.dueAt,
		...(clock.settledAt ? { settledAt: clock.settledAt } : {}),
		explanation: clock.explanation,
		...(counted === undefined ? {} : { countedMinutes: tenths(counted) }),
		...(running ? { minutesLeft: tenths(left) } : {}),
		...(clock.paused ? { pausedBecause: clock.paused.why } : {}),
	};
}
