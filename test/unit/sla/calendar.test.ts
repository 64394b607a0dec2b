import fc from 'fast-check';

import {
	addBusinessMinutes,
	ALWAYS_OPEN,
	businessMinutesBetween,
	checkCalendar,
	closesAt,
	isOpen,
	nextOpening,
	weeklyMinutes,
} from '../../../core/sla/calendar';
import type { BusinessCalendar } from '../../../core/sla/policy';
import { MINUTE_MS, Reference, scenario } from './support/reference';

const week = (from: string, to: string, days = [1, 2, 3, 4, 5]) =>
	days.map((day) => ({ day: day as 1, from, to }));

const OFFICE: BusinessCalendar = { timeZone: 'UTC', windows: week('09:00', '17:00') };
const BERLIN: BusinessCalendar = { timeZone: 'Europe/Berlin', windows: week('09:00', '17:00') };

describe('business hours', () => {
	it('makes Friday 16:30 plus 60 business minutes Monday 09:30, and says why', () => {
		const due = addBusinessMinutes(OFFICE, '2026-11-20T16:30:00.000Z', 60);
		expect(due.at).toBe('2026-11-23T09:30:00.000Z');
		expect(due.explanation).toBe(
			'Due Monday 09:30 (UTC): 60 business minutes after Friday 16:30. ' +
				'Counted: Friday 16:30–17:00 (30 minutes), Monday 09:00–09:30 (30 minutes).',
		);
	});

	it('tells a due time in the words of the calendar’s own zone', () => {
		const due = addBusinessMinutes(BERLIN, '2026-11-20T15:30:00.000Z', 60);
		expect(due.at).toBe('2026-11-23T08:30:00.000Z');
		expect(due.explanation).toContain('Due Monday 09:30 (Europe/Berlin)');
	});

	it('counts up to closing time without going over to the next day', () => {
		expect(addBusinessMinutes(OFFICE, '2026-11-20T16:30:00.000Z', 30).at).toBe(
			'2026-11-20T17:00:00.000Z',
		);
	});

	it('lets no time pass for no minutes, also outside hours', () => {
		const saturday = '2026-11-21T12:00:00.000Z';
		expect(addBusinessMinutes(OFFICE, saturday, 0).at).toBe(saturday);
	});

	it('begins at the next opening when it starts outside hours', () => {
		const due = addBusinessMinutes(OFFICE, '2026-11-21T12:00:00.000Z', 5);
		expect(due.at).toBe('2026-11-23T09:05:00.000Z');
		expect(due.explanation).toContain('Counted: Monday 09:00–09:05 (5 minutes).');
	});

	it('leaves a lunch break out', () => {
		const lunch: BusinessCalendar = {
			timeZone: 'UTC',
			windows: [...week('09:00', '12:00'), ...week('13:00', '17:00')],
		};
		expect(addBusinessMinutes(lunch, '2026-11-20T11:50:00.000Z', 20).at).toBe(
			'2026-11-20T13:10:00.000Z',
		);
	});

	it('skips closed dates and names those on which the team would have worked', () => {
		const calendar = { ...OFFICE, closedDates: ['2026-12-25', '2026-12-26'] };
		const due = addBusinessMinutes(calendar, '2026-12-24T16:50:00.000Z', 20);
		expect(due.at).toBe('2026-12-28T09:10:00.000Z');
		expect(due.explanation).toMatch(/Closed on 2026-12-25\.$/);
	});

	it('works the other hours of an exception, also on a closed date', () => {
		const calendar: BusinessCalendar = {
			...OFFICE,
			closedDates: ['2026-12-24'],
			exceptions: [{ date: '2026-12-24', windows: [{ from: '10:00', to: '12:00' }] }],
		};
		expect(isOpen(calendar, '2026-12-24T09:30:00.000Z')).toBe(false);
		expect(isOpen(calendar, '2026-12-24T10:00:00.000Z')).toBe(true);
		expect(nextOpening(calendar, '2026-12-24T12:00:00.000Z')).toBe('2026-12-25T09:00:00.000Z');
	});

	it('opens at the first minute of a window and is closed from its last on', () => {
		expect(isOpen(OFFICE, '2026-11-20T08:59:59.999Z')).toBe(false);
		expect(isOpen(OFFICE, '2026-11-20T09:00:00.000Z')).toBe(true);
		expect(isOpen(OFFICE, '2026-11-20T16:59:59.999Z')).toBe(true);
		expect(isOpen(OFFICE, '2026-11-20T17:00:00.000Z')).toBe(false);
	});

	it('says when the present opening ends, across midnight and windows that touch', () => {
		const night: BusinessCalendar = {
			timeZone: 'UTC',
			windows: [
				{ day: 5, from: '22:00', to: '24:00' },
				{ day: 6, from: '00:00', to: '06:00' },
			],
		};
		expect(closesAt(night, '2026-11-20T23:00:00.000Z')).toBe('2026-11-21T06:00:00.000Z');
		expect(closesAt(night, '2026-11-21T06:00:00.000Z')).toBeUndefined();
		expect(closesAt(ALWAYS_OPEN, '2026-11-21T06:00:00.000Z')).toBeUndefined();
	});

	it('never opens where there are no hours, and says so instead of searching for ever', () => {
		const never: BusinessCalendar = { timeZone: 'UTC', windows: [] };
		expect(nextOpening(never, '2026-11-20T09:00:00.000Z')).toBeUndefined();
		expect(() => addBusinessMinutes(never, '2026-11-20T09:00:00.000Z', 1)).toThrow(RangeError);
	});

	it('counts nothing backwards', () => {
		expect(
			businessMinutesBetween(OFFICE, '2026-11-20T12:00:00.000Z', '2026-11-20T11:00:00.000Z'),
		).toBe(0);
		expect(() => addBusinessMinutes(OFFICE, '2026-11-20T12:00:00.000Z', -1)).toThrow(RangeError);
	});

	it('agrees with a minute-by-minute reference about what is open, in zones that change their clocks', () => {
		fc.assert(
			fc.property(scenario, ({ calendar, start }) => {
				expect(isOpen(calendar, iso(start))).toBe(new Reference(calendar).isOpen(start));
			}),
			{ numRuns: 300 },
		);
	});

	it('agrees with the reference about the minutes between two times', () => {
		fc.assert(
			fc.property(scenario, ({ calendar, start, minutes }) => {
				const end = start + minutes * 3 * MINUTE_MS;
				expect(businessMinutesBetween(calendar, iso(start), iso(end))).toBe(
					new Reference(calendar).between(start, end),
				);
			}),
			{ numRuns: 60 },
		);
	});

	it('agrees with the reference about due times', () => {
		fc.assert(
			fc.property(scenario, ({ calendar, start, minutes }) => {
				// A week of fifteen minutes would keep the reference busy for months of virtual time.
				fc.pre(weeklyMinutes(calendar) > 300);
				expect(addBusinessMinutes(calendar, iso(start), minutes).at).toBe(
					iso(new Reference(calendar).add(start, minutes)),
				);
			}),
			{ numRuns: 40 },
		);
	});

	it('counts exactly the minutes it added', () => {
		fc.assert(
			fc.property(scenario, ({ calendar, start, minutes }) => {
				const due = addBusinessMinutes(calendar, iso(start), minutes);
				expect(businessMinutesBetween(calendar, iso(start), due.at)).toBe(minutes);
			}),
			{ numRuns: 150 },
		);
	});

	it('counts an hour twice when the clocks go back and not at all when it is skipped', () => {
		const night: BusinessCalendar = {
			timeZone: 'Europe/Berlin',
			windows: week('02:00', '03:00', [7]),
		};
		expect(
			businessMinutesBetween(night, '2026-10-24T12:00:00.000Z', '2026-10-25T12:00:00.000Z'),
		).toBe(120);
		expect(
			businessMinutesBetween(night, '2026-03-28T12:00:00.000Z', '2026-03-29T12:00:00.000Z'),
		).toBe(0);
	});
});

describe('a calendar is refused', () => {
	const cases: Array<[string, BusinessCalendar, RegExp]> = [
		['without business hours', { timeZone: 'UTC', windows: [] }, /no business hours at all/],
		[
			'with an unknown time zone',
			{ ...OFFICE, timeZone: 'Europe/Nowhere' },
			/"Europe\/Nowhere" is not known/,
		],
		[
			'with a window that ends before it begins',
			{ timeZone: 'UTC', windows: week('22:00', '06:00') },
			/22:00–06:00 on Monday end before they begin/,
		],
		[
			'with a time that is none',
			{ timeZone: 'UTC', windows: week('9', '25:00') },
			/"25:00" on Monday is not a time of day/,
		],
		[
			'with a closed date that does not exist',
			{ ...OFFICE, closedDates: ['2026-02-30'] },
			/"2026-02-30" is not a date/,
		],
		[
			'with an exception whose date is written differently',
			{ ...OFFICE, exceptions: [{ date: '24.12.2026', windows: [] }] },
			/"24\.12\.2026" is not a date/,
		],
	];
	it.each(cases)('%s', (_, calendar, finding) => {
		expect(checkCalendar(calendar).join('\n')).toMatch(finding);
	});

	it('and nothing is said against one that is fine', () => {
		expect(checkCalendar({ ...BERLIN, closedDates: ['2028-02-29'] })).toEqual([]);
		expect(checkCalendar(ALWAYS_OPEN)).toEqual([]);
	});
});

function iso(instant: number): string {
	return new Date(instant).toISOString();
}
