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

	it.each<[unknown, string]>([
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
