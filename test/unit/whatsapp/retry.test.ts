import fc from 'fast-check';

import { withRetry } from '../../../adapters/whatsapp/retry';
import { MessagingError } from '../../../core/ports/messaging';

describe('trying again', () => {
	it('never waits longer than it may, and never tries more often than it may', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 1, max: 8 }),
				fc.integer({ min: 1, max: 5000 }),
				fc.integer({ min: 1, max: 20_000 }),
				fc.array(fc.option(fc.integer({ min: 1, max: 40_000 }), { nil: undefined }), {
					minLength: 8,
					maxLength: 8,
				}),
				fc.double({ min: 0, max: 1, noNaN: true }),
				async (attempts, baseMs, maxWaitMs, asked, chance) => {
					let calls = 0;
					const waits: number[] = [];
					const work = async () => {
						const retryAfterMs = asked[calls++];
						throw new MessagingError('later', 'retry', 'wait', {
							...(retryAfterMs === undefined ? {} : { retryAfterMs }),
						});
					};
					await expect(
						withRetry(
							work,
							{ attempts, baseMs, maxWaitMs },
							{ sleep: async (ms) => waits.push(ms), random: () => chance },
						),
					).rejects.toThrow('later');
					expect(calls).toBeLessThanOrEqual(attempts);
					expect(waits).toHaveLength(calls - 1);
					waits.forEach((wait, index) => {
						expect(wait).toBeGreaterThanOrEqual(asked[index] ?? 0);
						expect(wait).toBeLessThanOrEqual(maxWaitMs * 1.5);
					});
				},
			),
		);
	});

	it('spreads callers that were refused together', async () => {
		const waitWith = async (chance: number) => {
			let waited = 0;
			let calls = 0;
			await withRetry(
				async () => {
					if (calls++ === 0) throw new MessagingError('later', 'retry', 'wait');
				},
				{ attempts: 2, baseMs: 1000, maxWaitMs: 5000 },
				{ sleep: async (ms) => (waited = ms), random: () => chance },
			);
			return waited;
		};
		expect(await waitWith(0)).toBe(500);
		expect(await waitWith(1)).toBe(1000);
	});

	it('passes on at once what is no refusal of the service', async () => {
		let calls = 0;
		const work = async () => {
			calls++;
			throw new TypeError('a mistake of ours');
		};
		await expect(withRetry(work)).rejects.toThrow(TypeError);
		expect(calls).toBe(1);
	});
});
