import { timeIn } from '../../../nodes/shared/time';

describe('a time that staff give', () => {
	it.each([
		['what the picker writes', '2026-12-02T15:00:00', '2026-12-02T09:30:00.000Z'],
		['a date alone', '2026-12-02', '2026-12-01T18:30:00.000Z'],
		['what a database writes', '2026-12-02 15:00:00', '2026-12-02T09:30:00.000Z'],
	])('is meant in the workflow’s zone: %s', (_, given, expected) => {
		expect(timeIn('Asia/Kolkata', given)).toBe(expected);
	});

	it.each([
		['an offset', '2026-12-02T15:00:00+01:00'],
		['UTC', '2026-12-02T14:00:00Z'],
		['a mail’s date', 'Wed, 02 Dec 2026 15:00:00 +0100'],
		['a date of JavaScript', new Date('2026-12-02T14:00:00.000Z')],
		['milliseconds', Date.parse('2026-12-02T14:00:00.000Z')],
	])('is taken as it stands where it names its own: %s', (_, given) => {
		expect(timeIn('Asia/Kolkata', given)).toBe('2026-12-02T14:00:00.000Z');
	});

	it.each(['soon', '', '2026-13-40'])('is none: "%s"', (given) => {
		expect(timeIn('UTC', given)).toBeUndefined();
	});
});
