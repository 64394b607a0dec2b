import fc from 'fast-check';

import { splitText } from '../../../adapters/whatsapp/split';

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function boundaries(text: string): Set<number> {
	return new Set([...graphemes.segment(text)].map(({ index }) => index));
}

const someText = fc
	.array(
		fc.oneof(
			fc.constantFrom(
				'Hello there. ',
				'Why? ',
				'\n',
				'\n\n',
				' ',
				'word ',
				'!!! ',
				'日本語。',
				'ok',
			),
			fc.constantFrom('👩‍👩‍👧‍👦', '🇩🇪', 'é', '👍🏽', '\r\n', 'क्षि'),
			fc.string({ unit: 'grapheme', maxLength: 6 }),
		),
		{ maxLength: 60 },
	)
	.map((parts) => parts.join(''));

describe('splitting a long text', () => {
	it('keeps the text: the pieces put together are what went in', () => {
		fc.assert(
			fc.property(
				fc.oneof(someText, fc.string({ unit: 'binary', maxLength: 200 })),
				fc.integer({ min: 1, max: 40 }),
				(text, limit) => {
					expect(splitText(text, limit).join('')).toBe(text);
				},
			),
		);
	});

	it('makes no piece longer than the limit and none empty', () => {
		fc.assert(
			fc.property(someText, fc.integer({ min: 2, max: 40 }), (text, limit) => {
				const pieces = splitText(text, limit);
				for (const piece of pieces) {
					expect(piece.length).toBeLessThanOrEqual(limit);
					if (text !== '') expect(piece).not.toBe('');
				}
			}),
		);
	});

	it('cuts no character in two that a reader sees as one', () => {
		fc.assert(
			fc.property(someText, fc.integer({ min: 24, max: 60 }), (text, limit) => {
				const allowed = boundaries(text);
				let position = 0;
				for (const piece of splitText(text, limit).slice(0, -1)) {
					position += piece.length;
					expect(allowed.has(position)).toBe(true);
				}
			}),
		);
	});

	it('cuts no surrogate pair even where one character is longer than a message', () => {
		const piled = `a${'\u0301'.repeat(50)}😀`;
		for (const piece of splitText(piled, 10)) expect(piece.isWellFormed()).toBe(true);
	});

	it('leaves a text that fits alone', () => {
		expect(splitText('a'.repeat(4096))).toHaveLength(1);
		expect(splitText('')).toEqual(['']);
	});

	it('prefers a paragraph to a sentence, a sentence to a word', () => {
		expect(splitText('One two. Three four.\n\nFive six seven.', 30)).toEqual([
			'One two. Three four.\n\n',
			'Five six seven.',
		]);
		expect(splitText('One two three. Four five six seven', 24)).toEqual([
			'One two three. ',
			'Four five six seven',
		]);
		expect(splitText('alpha beta gamma delta', 12)).toEqual(['alpha beta ', 'gamma delta']);
	});

	it('does not take the point in a number for the end of a sentence', () => {
		expect(splitText('It costs about 3.50 in all', 20)).toEqual(['It costs about 3.50 ', 'in all']);
	});
});
