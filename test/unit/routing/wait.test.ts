import fc from 'fast-check';

import { expectedWait } from '../../../core/routing/wait';
import { handOver } from '../../../core/routing';
import { workflow } from '../../builders';
import { Desk, aRequest } from './support/desk';

const minutes = (...list: number[]) => ({ recentWaitSeconds: list.map((minute) => minute * 60) });

describe('the expected wait', () => {
	it('is the median of recent waits, with the 90th percentile as the worst to expect', () => {
		expect(expectedWait(minutes(1, 2, 3, 4, 20), 1, 2)).toEqual({
			known: true,
			minutes: 3,
			atMostMinutes: 20,
			samples: 5,
			why: 'the last 5 waits, place 1, 2 agents on duty',
		});
	});

	it('grows with the place where more wait than are on duty', () => {
		expect(expectedWait(minutes(4, 4, 4, 4, 4), 6, 2)).toMatchObject({ minutes: 12 });
	});

	it('is unknown rather than guessed', () => {
		expect(expectedWait(minutes(1, 2, 3, 4), 1, 2)).toMatchObject({ known: false });
		expect(expectedWait({}, 1, 2)).toMatchObject({ known: false });
		expect(expectedWait(minutes(1, 2, 3, 4, 5), 1, 0)).toEqual({
			known: false,
			why: 'unknown: nobody of the team is on duty',
		});
	});

	it('never falls below what it was of late, nor with a later place', () => {
		fc.assert(
			fc.property(
				fc.array(fc.integer({ min: 0, max: 7200 }), { minLength: 5, maxLength: 50 }),
				fc.integer({ min: 1, max: 50 }),
				fc.integer({ min: 1, max: 50 }),
				(recentWaitSeconds, place, onDuty) => {
					const wait = expectedWait({ recentWaitSeconds }, place, onDuty);
					const later = expectedWait({ recentWaitSeconds }, place + 1, onDuty);
					if (!wait.known || !later.known) throw new Error('five waits are enough');
					const shorter = recentWaitSeconds.filter((one) => one <= wait.minutes * 60).length;
					expect(shorter).toBeGreaterThanOrEqual(recentWaitSeconds.length / 2);
					expect(later.minutes).toBeGreaterThanOrEqual(wait.minutes);
					expect(wait.atMostMinutes).toBeGreaterThanOrEqual(wait.minutes);
				},
			),
		);
	});

	it('is told to the customer in place of the usual text where it is long', () => {
		const desk = new Desk();
		const busy = { id: 'ana', name: 'Ana', capacity: 1 };
		const view = {
			...desk.view('c1'),
			openByAgent: new Map([['ana', 1]]),
			...minutes(20, 20, 20, 20, 20),
		};
		const { result } = handOver(view, aRequest({ agents: [busy] }), workflow, desk.now);
		expect(result).toMatchObject({ outcome: 'queued', tell: 'long_wait', wait: { minutes: 20 } });
	});
});
