import fc from 'fast-check';

import type { BusinessCalendar } from '../../../../core/sla/policy';

export const MINUTE_MS = 60_000;

/** The definition of business hours, minute by minute, read off the wall clock that Intl shows: slow and obvious. */
export class Reference {
	private readonly wall: Intl.DateTimeFormat;

	constructor(private readonly calendar: BusinessCalendar) {
		this.wall = new Intl.DateTimeFormat('en-CA', {
			timeZone: calendar.timeZone,
			hourCycle: 'h23',
			year: 'numeric',
			month: '2-digit',
			day: '2-digit',
			hour: '2-digit',
			minute: '2-digit',
		});
	}

	isOpen(instant: number): boolean {
		const part = Object.fromEntries(
			this.wall.formatToParts(instant).map(({ type, value }) => [type, value]),
		);
		const date = `${part.year}-${part.month}-${part.day}`;
		const time = `${part.hour}:${part.minute}`;
		const exception = this.calendar.exceptions?.find((e) => e.date === date);
		const weekday = new Date(`${date}T12:00:00Z`).getUTCDay() || 7;
		const windows = exception
			? exception.windows
			: this.calendar.closedDates?.includes(date)
				? []
				: this.calendar.windows.filter(({ day }) => day === weekday);
		return windows.some(({ from, to }) => from <= time && time < to);
	}

	add(from: number, minutes: number): number {
		let at = from;
		for (let left = minutes; left > 0; at += MINUTE_MS) if (this.isOpen(at)) left--;
		return at;
	}

	between(from: number, to: number): number {
		let count = 0;
		for (let at = from; at < to; at += MINUTE_MS) if (this.isOpen(at)) count++;
		return count;
	}
}

/** Zones and starts that straddle changes of the clocks: by an hour, by half an hour, at midnight, and none. */
const CHANGES: Array<[zone: string, around: string]> = [
	['Europe/Berlin', '2026-03-29T01:00:00Z'],
	['Europe/Berlin', '2026-10-25T01:00:00Z'],
	['America/New_York', '2026-03-08T07:00:00Z'],
	['America/New_York', '2026-11-01T06:00:00Z'],
	['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
	['Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
	['America/Santiago', '2026-04-05T03:00:00Z'],
	['America/Santiago', '2026-09-06T04:00:00Z'],
	['Asia/Kolkata', '2026-05-01T00:00:00Z'],
	['UTC', '2026-12-31T00:00:00Z'],
];

const time = fc
	.integer({ min: 0, max: 24 * 4 })
	.map((quarter) => `${pad(Math.floor(quarter / 4))}:${pad((quarter % 4) * 15)}`);
const span = fc
	.tuple(time, time)
	.filter(([a, b]) => a !== b)
	.map(([a, b]) => (a < b ? { from: a, to: b } : { from: b, to: a }));

/** A calendar in a zone that changes its clocks, with closed dates and dates with other hours, and a start near the change. */
export const scenario = fc
	.record({
		change: fc.constantFrom(...CHANGES),
		windows: fc.array(fc.tuple(fc.integer({ min: 1, max: 7 }), span), {
			minLength: 1,
			maxLength: 8,
		}),
		offset: fc.integer({ min: -36 * 60, max: 12 * 60 }),
		closed: fc.array(fc.integer({ min: -2, max: 3 }), { maxLength: 2 }),
		other: fc.option(fc.tuple(fc.integer({ min: -2, max: 3 }), fc.array(span, { maxLength: 2 })), {
			nil: undefined,
		}),
		minutes: fc.integer({ min: 0, max: 600 }),
	})
	.map(({ change: [timeZone, around], windows, offset, closed, other, minutes }) => {
		const centre = Date.parse(around);
		const date = (days: number) => new Date(centre + days * 86_400_000).toISOString().slice(0, 10);
		const calendar: BusinessCalendar = {
			timeZone,
			windows: windows.map(([day, w]) => ({ day: day as 1, ...w })),
			closedDates: closed.map(date),
			...(other ? { exceptions: [{ date: date(other[0]), windows: other[1] }] } : {}),
		};
		return { calendar, start: centre + offset * MINUTE_MS, minutes };
	});

function pad(n: number): string {
	return String(n).padStart(2, '0');
}
