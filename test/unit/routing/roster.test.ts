import { readRoster } from '../../../core/routing/roster';

describe('list of agents', () => {
	it('takes entries as staff type them, with comma-separated words and 0 for no limit', () => {
		expect(
			readRoster([
				{ name: 'Ana', email: 'Ana@Shop.example', queues: 'Support, Sales', capacity: 0 },
			]),
		).toEqual([
			{
				id: 'ana@shop.example',
				name: 'Ana',
				email: 'ana@shop.example',
				queues: ['Support', 'Sales'],
				skills: [],
				languages: [],
				available: true,
			},
		]);
	});

	it('takes JSON text from an expression', () => {
		expect(readRoster('[{"name":"Ben","available":"false"}]')).toMatchObject([
			{ id: 'Ben', available: false },
		]);
	});

	it('knows columns by the labels of the node, in any spelling, and owners as HubSpot lists them', () => {
		const [sheet, owner] = readRoster([
			{
				Name: 'Ana',
				'E-Mail': 'x',
				Email: 'ana@shop.example',
				'Working Hours': 'Mon 9-17',
				time_zone: 'Europe/Berlin',
				'Most Conversations at Once': '3',
				'Out of Office Until': '2026-12-24T08:00:00',
			},
			{ id: 77, firstName: 'Ben', lastName: 'Sample', email: 'ben@shop.example', archived: false },
		]);
		expect(sheet).toMatchObject({
			name: 'Ana',
			id: 'ana@shop.example',
			capacity: 3,
			calendar: { timeZone: 'Europe/Berlin' },
			outUntil: '2026-12-24T07:00:00.000Z',
		});
		expect(owner).toMatchObject({ id: '77', name: 'Ben Sample', email: 'ben@shop.example' });
	});

	it('reads hours, seniority and absences as they stand in a sheet', () => {
		const around = { timeZone: 'Europe/Berlin', holidays: (region: string) => [`${region} day`] };
		const [ana, ben] = readRoster(
			[
				{
					name: 'Ana',
					hours: 'Mon-Thu 9-17; Fri 09:00-14:00',
					timeZone: 'America/Sao_Paulo',
					holidays: 'BR-SP',
					level: '3',
					weight: 2,
					available: 'No',
				},
				{ name: 'Ben', outUntil: '2026-12-24T08:00:00', hours: '', level: '', weight: 1 },
			],
			around,
		);
		expect(ana).toMatchObject({ level: 3, weight: 2, available: false });
		expect(ana!.calendar).toMatchObject({
			timeZone: 'America/Sao_Paulo',
			closedDates: ['BR-SP day'],
		});
		expect(ana!.calendar!.windows).toContainEqual({ day: 5, from: '09:00', to: '14:00' });
		expect(ben).toMatchObject({ outUntil: '2026-12-24T07:00:00.000Z', available: true });
		expect(ben!.calendar).toBeUndefined();
	});

	it.each<[unknown, string]>([
		[[{ name: 'Ana', hours: 'mornings' }], 'Agent List, Ana: "mornings" cannot be read'],
		[[{ name: 'Ana', hours: 'Mon 9-17', timeZone: 'Berlin' }], 'Agent List, Ana: the hours'],
		[[{ name: 'Ana', outUntil: 'next week' }], 'Agent List, Ana: out of office until next week'],
		[[{ name: 'Ana', level: 0 }], 'Agent List, Ana: level is 0'],
		[[{ name: 'Ana', weight: 1.5 }], 'Agent List, Ana: weight is 1.5'],
		['not json', 'Agent List is not valid JSON'],
		[{ name: 'Ana' }, 'Agent List is not a list'],
		[undefined, 'Agent List is not a list'],
		[['Ana'], 'Agent List, entry 1 is not an agent'],
		[[{ skills: 'x' }], 'Agent List, entry 1 has neither name nor email'],
		[[{ name: 'Ana', capacity: -1 }], 'Agent List, Ana: capacity is -1'],
		[[{ name: 'Ana', capacity: 'many' }], 'Agent List, Ana: capacity is many'],
		[[{ name: 'Ana' }, { name: 'Ana' }], 'Agent List names Ana twice'],
	])('refuses %j and says which entry to mend', (value, message) => {
		expect(() => readRoster(value)).toThrow(message);
	});
});
