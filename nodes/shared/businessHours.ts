import type { INodeProperties } from 'n8n-workflow';

import { publicHolidays } from '../../adapters/calendar/holidays';
import { systemClock } from '../../adapters/clock/system';
import { withClosedDates } from '../../core/sla/calendar';
import type { BusinessCalendar } from '../../core/sla/policy';
import { wordsOf } from '../../core/words';

type Day = BusinessCalendar['windows'][number]['day'];

const DAYS: Array<{ name: string; value: Day }> = [
	{ name: 'Monday', value: 1 },
	{ name: 'Tuesday', value: 2 },
	{ name: 'Wednesday', value: 3 },
	{ name: 'Thursday', value: 4 },
	{ name: 'Friday', value: 5 },
	{ name: 'Saturday', value: 6 },
	{ name: 'Sunday', value: 7 },
];

const WORKING_DAYS: Day[] = [1, 2, 3, 4, 5];

/** "When is the team there": the same fields on every node that asks it. Read with {@link businessHoursFrom}. */
export function businessHoursFields(text: {
	displayName: string;
	description: string;
}): INodeProperties[] {
	const show = { businessHours: ['custom'] };
	return [
		{
			displayName: text.displayName,
			name: 'businessHours',
			type: 'options',
			noDataExpression: true,
			options: [
				{ name: 'Around the Clock', value: 'always' },
				{ name: 'Opening Hours', value: 'custom' },
			],
			default: 'always',
			description: text.description,
		},
		{
			displayName: 'Time Zone',
			name: 'timeZone',
			type: 'string',
			displayOptions: { show },
			default: '={{ $now.zoneName }}',
			placeholder: 'e.g. Europe/Berlin',
			description:
				'IANA name of the zone that the hours are in; filled in with the workflow’s zone',
		},
		{
			displayName: 'Open',
			name: 'openingHours',
			type: 'fixedCollection',
			typeOptions: { multipleValues: true, sortable: true, multipleValueButtonText: 'Add Hours' },
			displayOptions: { show },
			default: {},
			placeholder: 'Add Hours',
			description:
				'Add one entry for each stretch, e.g. two for a day with a lunch break. Empty means Monday to Friday, 09:00 to 17:00.',
			options: [
				{
					displayName: 'Hours',
					name: 'window',
					values: [
						{
							displayName: 'Days',
							name: 'days',
							type: 'multiOptions',
							options: DAYS,
							default: WORKING_DAYS,
						},
						{
							displayName: 'From',
							name: 'from',
							type: 'string',
							default: '09:00',
							placeholder: 'e.g. 09:00',
							description: 'When the stretch begins',
						},
						{
							displayName: 'To',
							name: 'to',
							type: 'string',
							default: '17:00',
							placeholder: 'e.g. 17:00',
							description: 'When it ends',
						},
					],
				},
			],
		},
		{
			displayName: 'Closed On',
			name: 'closedDates',
			type: 'string',
			displayOptions: { show },
			default: '',
			placeholder: 'e.g. 2026-12-25, 2027-01-01',
			description: 'Dates on which nobody is there, separated by commas',
		},
		{
			displayName: 'Public Holidays',
			name: 'publicHolidays',
			type: 'string',
			displayOptions: { show },
			default: '',
			placeholder: 'e.g. DE-BY',
			description:
				'Country, or country and region, whose public holidays are closed: BR, IN, DE-BY, US-CA. Empty means none.',
		},
		{
			displayName: 'Other Hours On',
			name: 'otherHours',
			type: 'fixedCollection',
			typeOptions: { multipleValues: true, sortable: true, multipleValueButtonText: 'Add Date' },
			displayOptions: { show },
			default: {},
			placeholder: 'Add Date',
			description: 'Dates with hours of their own; they hold on a public holiday too',
			options: [
				{
					displayName: 'Date',
					name: 'date',
					// First the day, then its hours.

					values: [
						{
							displayName: 'Date',
							name: 'date',
							type: 'string',
							default: '',
							placeholder: 'e.g. 2026-12-24',
							description: 'The day whose hours differ',
						},
						{
							displayName: 'From',
							name: 'from',
							type: 'string',
							default: '09:00',
							placeholder: 'e.g. 09:00',
							description: 'When the stretch begins',
						},
						{
							displayName: 'To',
							name: 'to',
							type: 'string',
							default: '13:00',
							placeholder: 'e.g. 13:00',
							description: 'When it ends',
						},
					],
				},
			],
		},
	];
}

/** Both the execute and the trigger context can be asked for a parameter, each in its own way. */
type ParameterReader = (name: string, fallback?: unknown) => unknown;

/** The calendar that staff filled in; undefined for "around the clock". */
export function businessHoursFrom(read: ParameterReader): BusinessCalendar | undefined {
	if (read('businessHours', 'always') !== 'custom') return undefined;
	const entries = read('openingHours.window', []) as Array<{
		days: Day[];
		from: string;
		to: string;
	}>;
	const hours = entries.length > 0 ? entries : [{ days: WORKING_DAYS, from: '09:00', to: '17:00' }];
	const special = read('otherHours.date', []) as Array<{ date: string; from: string; to: string }>;
	const calendar: BusinessCalendar = {
		timeZone: String(read('timeZone', 'UTC')),
		windows: hours.flatMap(({ days, from, to }) => days.map((day) => ({ day, from, to }))),
		closedDates: wordsOf(read('closedDates', '')),
		...(special.length > 0 ? { exceptions: exceptionsOf(special) } : {}),
	};
	return withClosedDates(calendar, holidaysOf(String(read('publicHolidays', '') ?? '')));
}

/** Dates of this year and those about it on which the country or region has a public holiday; none for an empty name. */
export function holidaysOf(region: string): readonly string[] {
	return region.trim() ? publicHolidays(region, systemClock.now().getUTCFullYear()) : [];
}

/** One entry for each date: a date may be named twice, for a day with a break. */
function exceptionsOf(
	entries: ReadonlyArray<{ date: string; from: string; to: string }>,
): NonNullable<BusinessCalendar['exceptions']> {
	const byDate = new Map<string, Array<{ from: string; to: string }>>();
	for (const { date, from, to } of entries) {
		const day = String(date).trim().slice(0, 10);
		byDate.set(day, [...(byDate.get(day) ?? []), { from, to }]);
	}
	return [...byDate].map(([date, windows]) => ({ date, windows }));
}
