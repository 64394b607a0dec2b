import type { Duty } from '../../../core/sla';
import { AlreadyOnDuty, leaveDuty, takeDuty } from '../../../core/sla';

const at = (seconds: number) =>
	new Date(Date.parse('2026-11-20T16:30:00.000Z') + seconds * 1000).toISOString();

const watchdog = (workflowId: string, seconds: number, node = 'SLA Watchdog'): Duty => ({
	workflowId,
	workflowName: `Workflow ${workflowId}`,
	node,
	seenAt: at(seconds),
});

describe('the watch over a store', () => {
	it('is taken by the first watchdog, and again by it after a restart or on another main', () => {
		const first = takeDuty(undefined, watchdog('a', 0));
		expect(takeDuty(first, watchdog('a', 5))).toEqual(watchdog('a', 5));
	});

	it('is refused to a second one, in another workflow or the same, while the first is at work', () => {
		for (const other of [watchdog('b', 80), watchdog('a', 80, 'SLA Watchdog1')]) {
			expect(() => takeDuty(watchdog('a', 0), other)).toThrow(AlreadyOnDuty);
		}
		expect(() => takeDuty(watchdog('a', 0), watchdog('b', 80))).toThrow('"Workflow a"');
	});

	it('passes on when the first has been killed, and at once when it was unpublished', () => {
		expect(takeDuty(watchdog('a', 0), watchdog('b', 91)).workflowId).toBe('b');
		const left = leaveDuty(watchdog('a', 0), watchdog('a', 1));
		expect(takeDuty(left, watchdog('b', 2)).workflowId).toBe('b');
	});

	it('is not taken away by the leaving of one who has lost it', () => {
		expect(leaveDuty(watchdog('b', 0), watchdog('a', 1))).toEqual(watchdog('b', 0));
	});
});
