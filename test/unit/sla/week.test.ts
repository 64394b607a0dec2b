import { startScheduler } from '../../../adapters/clock/scheduler';
import { settle, clocksOnHandoff } from '../../../core/sla';
import type { BusinessCalendar, SlaPolicy } from '../../../core/sla/policy';
import { handedOver, withBot } from './support/conversation';
import { MemoryStore } from './support/memoryStore';
import { VirtualTimers } from './support/virtualTimers';

const MINUTE = 60_000;

/** The weeks in which Berlin's clocks go back and forward. */
const WEEKS = ['2026-10-21T22:00:00.000Z', '2027-03-24T23:00:00.000Z'];

const CALENDAR: BusinessCalendar = {
	timeZone: 'Europe/Berlin',
	windows: [
		...[1, 2, 3, 4, 5].flatMap((day) => [
			{ day: day as 1, from: '09:00', to: '12:00' },
			{ day: day as 1, from: '13:00', to: '18:00' },
		]),
		{ day: 7, from: '01:00', to: '04:00' },
	],
	closedDates: ['2026-10-26'],
};

const POLICY: SlaPolicy = {
	name: 'First response',
	kind: 'first_response',
	targetMinutes: 30,
	clock: 'business',
	calendar: CALENDAR,
	marks: [80, 100],
};

/** Minute by minute, for every minute of the week and what follows: whether the team is there. Independent of the calendar. */
function openMinutes(from: number, count: number): Uint8Array {
	const wall = new Intl.DateTimeFormat('en-CA', {
		timeZone: 'Europe/Berlin',
		hourCycle: 'h23',
		year: 'numeric',
		month: '2-digit',
		day: '2-digit',
		hour: '2-digit',
		minute: '2-digit',
	});
	return Uint8Array.from({ length: count }, (_, minute) => {
		const part = Object.fromEntries(
			wall.formatToParts(from + minute * MINUTE).map(({ type, value }) => [type, value]),
		);
		const date = `${part.year}-${part.month}-${part.day}`;
		if (CALENDAR.closedDates!.includes(date)) return 0;
		const day = new Date(`${date}T12:00:00Z`).getUTCDay() || 7;
		const time = `${part.hour}:${part.minute}`;
		return CALENDAR.windows.some((w) => w.day === day && w.from <= time && time < w.to) ? 1 : 0;
	});
}

/** A small generator of repeatable chance, so that a week that fails can be looked at. */
function chance(seed: number): () => number {
	let state = seed;
	return () => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return state / 2 ** 32;
	};
}

describe('a week with 10,000 handoffs and agents who sometimes never answer', () => {
	it.each(WEEKS)(
		'raises every promise that is broken and none that is kept, each once, from two processes (week of %s)',
		async (monday) => {
			const start = Date.parse(monday);
			const random = chance(20_261_120);
			const store = new MemoryStore();
			const timers = new VirtualTimers(start);
			const raised: string[] = [];
			for (let process = 0; process < 2; process++) {
				startScheduler(
					store,
					{
						alert: async (_alert, view) => {
							await Promise.resolve();
							raised.push(...[view, ...view.also].map(({ idempotencyKey }) => idempotencyKey));
						},
						recovered: () => Promise.reject(new Error('nothing was lost')),
					},
					{
						failed: (error) => {
							throw error;
						},
					},
					{ pollMs: 10 * MINUTE, recoverAfterMs: 0 },
					timers,
				);
			}

			// Handoffs and answers on whole and half minutes, so that no answer falls on the very moment of a mark.
			const open = openMinutes(start, 24 * 24 * 60);
			const expected = { breach: new Set<string>(), warning: new Set<string>() };
			const steps: Array<{ at: number; run: () => void }> = [];
			let never = 0;
			for (let i = 0; i < 10_000; i++) {
				const minute = Math.floor(random() * 7 * 24 * 60);
				const silent = random() < 0.07;
				if (silent) never++;
				const wait = Math.floor(random() ** 3 * 5 * 24 * 60);
				const id = `c${i}`;
				steps.push({
					at: start + minute * MINUTE,
					run: () => {
						const now = timers.now().toISOString();
						const conversation = handedOver(withBot(id), now);
						store.conversations.set(id, conversation);
						store.put(...clocksOnHandoff([POLICY], conversation, now));
					},
				});
				if (!silent) {
					steps.push({
						at: start + (minute + wait) * MINUTE + 30_000,
						run: () => store.put(...settle(store.of(id), 'answered', timers.now().toISOString())),
					});
				}
				let counted = 0;
				const answered = silent ? Infinity : minute + wait + 0.5;
				for (let m = minute; m < open.length && m < answered; m++) {
					if (counted === 24) expected.warning.add(`${id}:first_response:${id}:h1@80`);
					if (counted === 30) expected.breach.add(`${id}:first_response:${id}:h1@100`);
					counted += open[m]!;
				}
			}
			steps.sort((a, b) => a.at - b.at);
			for (const { at, run } of steps) {
				await timers.advanceTo(at, 2);
				run();
			}
			await timers.advanceTo(start + 21 * 24 * 60 * MINUTE, 2);

			const breaches = raised.filter((id) => id.endsWith('@100'));
			const warnings = raised.filter((id) => id.endsWith('@80'));
			console.log(
				`Week of ${monday}: 10,000 handoffs, ${never} never answered; ${breaches.length} breaches and ${warnings.length} warnings raised, ${expected.breach.size} and ${expected.warning.size} expected.`,
			);
			expect(new Set(raised).size).toBe(raised.length);
			expect(new Set(breaches)).toEqual(expected.breach);
			expect(new Set(warnings)).toEqual(expected.warning);
			expect(breaches.length).toBeGreaterThan(never);
		},
		60_000,
	);
});
