import fc from 'fast-check';
import { Pairs } from '../../../core/escalation/pairs';

const WIDTH = 50_000;
const number = fc.nat({ max: WIDTH - 1 });

describe('numbers by two others', () => {
	it('are given back for what was put in, and 0 for everything else', () => {
		fc.assert(
			fc.property(
				fc.uniqueArray(fc.tuple(number, number, fc.integer({ min: -5000, max: 5000 })), {
					selector: ([a, b]) => a * WIDTH + b,
					maxLength: 300,
				}),
				fc.array(fc.tuple(number, number)),
				(entries, others) => {
					const pairs = new Pairs(WIDTH, entries);
					const known = new Map(entries.map(([a, b, value]) => [a * WIDTH + b, value]));
					for (const [a, b] of [...entries, ...others])
						expect(pairs.get(a, b)).toBe(known.get(a * WIDTH + b) ?? 0);
				},
			),
		);
	});

	it('are 0 where one of the two is not known', () => {
		const pairs = new Pairs(2, [[1, 1, 7]]);
		expect([pairs.get(1, 1), pairs.get(-1, 1), pairs.get(1, -1), pairs.get(-1, -1)]).toEqual([
			7, 0, 0, 0,
		]);
	});
});
