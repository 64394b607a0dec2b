import { weekOfPromises } from './support/weekOfPromises';

describe('a week of conversations with a bot that is silent at times and agents who sometimes never answer', () => {
	it.each([
		[10_000, 'go back', '2026-10-21T22:00:00.000Z'],
		[1_000, 'go forward', '2027-03-24T23:00:00.000Z'],
	])(
		'raises every promise that is broken and none that is kept, each once, from two processes: %i conversations, the clocks %s',
		async (conversations, _change, monday) => {
			const { counts, missed, wrongly, twice, steps } = await weekOfPromises(monday, conversations);
			const lines = Object.entries(counts).map(
				([kind, { broken, raised }]) => `${kind}: ${broken} broken, ${raised} raised`,
			);
			console.log(
				`Week of ${monday}: ${conversations} conversations, ${steps} steps.\n${lines.join('\n')}`,
			);
			expect(missed).toEqual([]);
			expect(wrongly).toEqual([]);
			expect(twice).toEqual([]);
			// It says something about each promise.
			for (const { broken } of Object.values(counts)) expect(broken).toBeGreaterThan(50);
		},
		180_000,
	);
});
