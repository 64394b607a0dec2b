import fc from 'fast-check';

import { settle, startClock } from '../../../core/sla';
import { MINUTE_MS, Reference, scenario } from './support/reference';

/** How far the slow reference walks on. */
const DAYS = 6;
const MARKS = [50, 80, 100, 150];

const iso = (instant: number) => new Date(instant).toISOString();

describe('a clock that is paused and resumed', () => {
	it('reaches every mark when a minute-by-minute reference does, over changes of the clocks, holidays and other hours', () => {
		let compared = 0;
		fc.assert(
			fc.property(
				scenario,
				fc.array(
					fc.record({
						run: fc.integer({ min: 1, max: 700 }),
						rest: fc.integer({ min: 1, max: 1_500 }),
					}),
					{ maxLength: 4 },
				),
				fc.integer({ min: 1, max: 30 }).map((tens) => tens * 10),
				fc.constantFrom('business' as const, 'wall' as const),
				({ calendar, start }, pauses, targetMinutes, count) => {
					let clock = startClock(
						{
							name: 'Resolution',
							kind: 'resolution',
							targetMinutes,
							clock: count,
							calendar,
							marks: MARKS,
						},
						{ id: 'c1', namespace: 'default' },
						'x',
						iso(start),
					);
					const held: Array<[from: number, to: number]> = [];
					let at = start;
					for (const { run, rest } of pauses) {
						const stop = at + run * MINUTE_MS;
						at = stop + rest * MINUTE_MS;
						held.push([stop, at]);
						[clock] = settle([clock], 'paused', iso(stop)) as [typeof clock];
						[clock] = settle([clock], 'resumed', iso(at)) as [typeof clock];
					}

					const reference = new Reference(calendar);
					const reached = new Map<number, string>();
					let counted = 0;
					for (let now = start; now < start + DAYS * 24 * 60 * MINUTE_MS; now += MINUTE_MS) {
						if (held.some(([from, to]) => from <= now && now < to)) continue;
						if (count === 'business' && !reference.isOpen(now)) continue;
						counted++;
						for (const mark of MARKS) {
							if (counted === (targetMinutes * mark) / 100) {
								reached.set(mark, iso(now + MINUTE_MS));
							}
						}
						if (reached.size === MARKS.length) break;
					}
					const told = new Map(clock.pending.map((mark) => [mark.percent, mark.at]));
					for (const [mark, when] of reached) {
						expect([mark, told.get(mark)]).toEqual([mark, when]);
						compared++;
					}
					if (reached.has(100)) expect(clock.dueAt).toBe(reached.get(100));
				},
			),
			{ numRuns: 60 },
		);
		expect(compared).toBeGreaterThan(60);
	});
});
