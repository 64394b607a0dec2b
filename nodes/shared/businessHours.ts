import type { INodeProperties } from 'n8n-workflow';

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
						},
						{
							displayName: 'To',
							name: 'to',
							type: 'string',
							default: '17:00',
							placeholder: 'e.g. 17:00',
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
	return {
		timeZone: String(read('timeZone', 'UTC')),
		windows: hours.flatMap(({ days, from, to }) => days.map((day) => ({ day, from, to }))),
		closedDates: wordsOf(read('closedDates', '')),
	};
}
