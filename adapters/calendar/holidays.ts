import type HolidaysOfRegion from 'date-holidays';

/** There are no holidays of this name; `advice` says how to write one. */
export class HolidayRegionUnknown extends Error {
	constructor(
		message: string,
		readonly advice: string,
	) {
		super(message);
		this.name = 'HolidayRegionUnknown';
	}
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** How far ahead dates are worked out: as far as the calendar looks for an opening. */
const YEARS_AHEAD = 3;

const known = new Map<string, readonly string[]>();

/**
 * Public holidays of a country ("DE"), or of a state or region of it ("DE-BY", "US-CA"), as dates "YYYY-MM-DD" from the year before
 * `year` to three years after it. Worked out once for each region and year. Throws {@link HolidayRegionUnknown}.
 */
export function publicHolidays(region: string, year: number): readonly string[] {
	const key = `${region.trim().toUpperCase()} ${year}`;
	const before = known.get(key);
	if (before) return before;
	const holidays = open(region);
	const dates = new Set<string>();
	for (let one = year - 1; one <= year + YEARS_AHEAD; one++) {
		for (const { type, date, start, end } of holidays.getHolidays(one)) {
			if (type !== 'public') continue;
			// Holidays that follow the moon last several days, from the evening before.
			const days = Math.max(1, Math.floor((end.getTime() - start.getTime()) / DAY_MS));
			const first = Date.parse(`${date.slice(0, 10)}T00:00:00.000Z`);
			for (let day = 0; day < days; day++) {
				dates.add(new Date(first + day * DAY_MS).toISOString().slice(0, 10));
			}
		}
	}
	const sorted = [...dates].sort();
	known.set(key, sorted);
	return sorted;
}

function open(text: string): HolidaysOfRegion {
	// Loaded when first used: the data of all countries takes longer to read than all of n8n's other nodes.
	const Holidays = require('date-holidays') as typeof HolidaysOfRegion;
	const all = new Holidays();
	const [country = '', ...rest] = text.trim().toUpperCase().split('-');
	const region = rest.join('-');
	if (!Object.hasOwn(all.getCountries(), country)) {
		throw new HolidayRegionUnknown(
			`No public holidays are known of "${text.trim()}"`,
			'Write the country as its code of two letters, such as DE, BR or IN, and a state or region after a hyphen: DE-BY, US-CA.',
		);
	}
	const states = (all.getStates(country) as Record<string, string> | undefined) ?? {};
	if (region && !Object.hasOwn(states, region)) {
		const names = Object.keys(states);
		throw new HolidayRegionUnknown(
			`No region ${region} is known of ${country}`,
			names.length > 0
				? `Use one of ${names.map((name) => `${country}-${name}`).join(', ')}, or ${country} alone.`
				: `Use ${country} alone: its regions have the same holidays.`,
		);
	}
	return region ? new Holidays(country, region) : new Holidays(country);
}
