import { HolidayRegionUnknown, publicHolidays } from '../../../adapters/calendar/holidays';
import { isOpen, nextOpening, withClosedDates } from '../../../core/sla/calendar';

describe('public holidays', () => {
	it('are those of the country and, where one is named, of its region', () => {
		const bavaria = publicHolidays('DE-BY', 2026);
		const germany = publicHolidays('de', 2026);
		expect(bavaria).toContain('2026-01-06');
		expect(germany).not.toContain('2026-01-06');
		for (const dates of [bavaria, germany]) {
			expect(dates).toEqual(expect.arrayContaining(['2026-05-01', '2027-12-25', '2029-01-01']));
			expect(dates).toEqual([...new Set(dates)].sort());
		}
	});

	it('leave out days on which people work all the same', () => {
		// Mother's Day and St Nicholas are known of Germany, and nobody has the day off.
		expect(publicHolidays('DE', 2026)).not.toEqual(expect.arrayContaining(['2026-05-10']));
		expect(publicHolidays('DE', 2026)).not.toEqual(expect.arrayContaining(['2026-12-06']));
	});

	it('include substitute days and every day of those that last longer', () => {
		expect(publicHolidays('US', 2026)).toContain('2026-07-03');
		expect(publicHolidays('TR', 2026)).toEqual(
			expect.arrayContaining(['2026-05-27', '2026-05-28', '2026-05-29', '2026-05-30']),
		);
	});

	it('close the team for the day, and it is back on the next one', () => {
		const hours = withClosedDates(
			{
				timeZone: 'Europe/Berlin',
				windows: ([1, 2, 3, 4, 5] as const).map((day) => ({ day, from: '09:00', to: '17:00' })),
			},
			publicHolidays('DE-BY', 2026),
		);
		// Epiphany 2026 is a Tuesday.
		expect(isOpen(hours, '2026-01-06T10:00:00.000Z')).toBe(false);
		expect(nextOpening(hours, '2026-01-05T17:00:00.000Z')).toBe('2026-01-07T08:00:00.000Z');
	});

	it.each([
		['Atlantis', 'No public holidays are known of "Atlantis"', 'DE-BY'],
		['DE-XX', 'No region XX is known of DE', 'DE-BW'],
	])('of %s are refused with how to write it', (region, message, advice) => {
		expect(() => publicHolidays(region, 2026)).toThrow(HolidayRegionUnknown);
		try {
			publicHolidays(region, 2026);
		} catch (error) {
			expect(error).toMatchObject({ message, advice: expect.stringContaining(advice) as unknown });
		}
	});
});
