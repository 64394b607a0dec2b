import { Kept, Remembered, wordOf } from '../../../core/escalation/kept';

describe('what is known of words', () => {
	it('is found out once, and kept with the word for whoever asks', () => {
		const find = jest.fn(({ text }: { text: string }) => text.length);
		const [lengths, others] = [new Kept(find), new Kept(() => 'other')];
		expect(lengths.of(wordOf('order'))).toBe(5);
		expect(others.of(wordOf('order'))).toBe('other');
		expect(lengths.of(wordOf('order'))).toBe(5);
		expect(find).toHaveBeenCalledTimes(1);
	});

	it('is forgotten of words that come back no more, and never of one that keeps coming', () => {
		const known = new Remembered<{ n: number }>();
		known.set('first', { n: 0 });
		known.set('daily', { n: 1 });
		for (let n = 0; n < 200_000; n++) {
			known.set(`word ${n}`, { n });
			if (n % 10_000 === 0) expect(known.get('daily')).toEqual({ n: 1 });
		}
		expect(known.get('first')).toBeUndefined();
		expect(known.get('word 199999')).toEqual({ n: 199_999 });
	});

	it('is not remembered of what is too long to be a word that comes back', () => {
		const long = 'a'.repeat(200);
		expect(wordOf(long)).not.toBe(wordOf(long));
		expect(wordOf('order')).toBe(wordOf('order'));
	});
});
