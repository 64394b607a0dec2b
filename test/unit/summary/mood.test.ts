import fc from 'fast-check';

import { describeCourse, moodOf, staysUnsolved } from '../../../core/summary/mood';

const CALM = {
	trouble: false,
	wrong: false,
	burden: false,
	missed: false,
	denied: false,
	asks: false,
	presses: false,
	wishes: false,
};

describe('the mood of a message', () => {
	it('takes a plain question for less negative than its words', () => {
		const mood = moodOf(-0.3, 'is there someone good with nervous dogs', CALM, []);
		expect(mood).toBeCloseTo(-0.12);
	});

	it('takes strong words as they are', () => {
		expect(moodOf(-0.8, 'you are thieves', CALM, [])).toBe(-0.8);
	});

	it('takes a polite complaint for a complaint', () => {
		expect(moodOf(0.4, 'please, it is broken', { ...CALM, trouble: true }, [])).toBe(-0.3);
		expect(moodOf(0.1, 'that was not my question', { ...CALM, missed: true }, [])).toBe(-0.3);
	});

	it('hears shouting, but not in warm words', () => {
		expect(moodOf(0, 'where is it??', CALM, [])).toBe(-0.3);
		expect(moodOf(0, 'WHERE IS MY PARCEL', CALM, [])).toBe(-0.3);
		expect(moodOf(0.6, 'thank you so much!!', CALM, [])).toBe(0.6);
		expect(moodOf(0, 'my order is AB-12345 GH', CALM, [])).toBe(0);
	});

	it('takes asking for a person after a complaint for displeasure, else for a wish', () => {
		const person = { ...CALM, presses: true };
		expect(moodOf(0.3, 'a person please', person, [-0.3, 0])).toBe(-0.2);
		expect(moodOf(0, 'a person please', person, [0.2, 0])).toBe(0);
	});

	it('stays wrong after a complaint until warm words relieve, and a no is a complaint again', () => {
		expect(moodOf(0.2, 'order 4471', CALM, [-0.3])).toBe(-0.05);
		expect(moodOf(0.4, 'brilliant, thank you', CALM, [-0.3])).toBe(0.4);
		expect(moodOf(0.2, 'no it is not', { ...CALM, denied: true }, [-0.3])).toBe(-0.3);
		expect(moodOf(0.4, 'I would love it fixed', { ...CALM, wishes: true }, [])).toBeLessThan(0.36);
	});

	it('takes what it costs the customer for a complaint, though nothing is called wrong', () => {
		expect(moodOf(0, 'this is my third message', { ...CALM, burden: true }, [])).toBe(-0.3);
	});

	it('lets what is wrong weigh in even words too, until friendly ones say that it has helped', () => {
		expect(moodOf(0, 'account 4471', CALM, [-0.3], true)).toBe(-0.2);
		expect(moodOf(0.2, 'yes, 1.6 bar', CALM, [-0.3], true)).toBe(-0.2);
		const thanks = moodOf(
			0.4,
			'thanks! how long will it take?',
			{ ...CALM, asks: true },
			[-0.3],
			true,
		);
		expect(thanks).toBe(-0.05);
	});

	it('hears cheers in front of a question', () => {
		expect(moodOf(0.4, 'so good!! can you send a quote?', { ...CALM, asks: true }, [])).toBe(0.4);
	});

	it('remembers what is wrong until it is put right, and nothing of a mere wish to cancel', () => {
		expect(staysUnsolved(0, -0.3, '', { ...CALM, trouble: true, wrong: true }, false)).toBe(true);
		expect(staysUnsolved(0, -0.3, '', { ...CALM, trouble: true }, false)).toBe(false);
		expect(staysUnsolved(0, -0.2, '', CALM, true)).toBe(true);
		expect(staysUnsolved(0.5, 0.5, '', CALM, true)).toBe(false);
		expect(staysUnsolved(0.4, -0.05, '', { ...CALM, asks: true }, true)).toBe(false);
		expect(staysUnsolved(0.4, -0.3, '', { ...CALM, denied: true }, true)).toBe(true);
	});

	it('never leaves its bounds by more than shouting, whatever the measure', () => {
		fc.assert(
			fc.property(
				fc.double({ min: -1, max: 1, noNaN: true }),
				fc.string(),
				fc.record({
					trouble: fc.boolean(),
					wrong: fc.boolean(),
					burden: fc.boolean(),
					missed: fc.boolean(),
					denied: fc.boolean(),
					asks: fc.boolean(),
					presses: fc.boolean(),
					wishes: fc.boolean(),
				}),
				(value, text, signs) => {
					const mood = moodOf(value, text, signs, []);
					expect(mood).toBeLessThanOrEqual(Math.max(value, 0));
					expect(mood).toBeGreaterThanOrEqual(Math.min(value, -0.3) - 0.3);
				},
			),
		);
	});
});

describe('the course of the moods', () => {
	it('is one word where it begins and ends alike, else says from where to where', () => {
		expect(describeCourse([0, 0.1])).toBe('Neutral');
		expect(describeCourse([0, -0.3, -0.4])).toBe('From neutral to negative');
		expect(describeCourse([-0.3, 0.5, 0.6, 0.6])).toBe('From negative to positive');
	});

	it('ends as warm thanks do, and passes over what only informs', () => {
		expect(describeCourse([-0.3, -0.4, 0.4])).toBe('From negative to positive');
		expect(describeCourse([-0.4, 0, 0])).toBe('Negative');
	});

	it('does not change its end for one cool word after three angry ones', () => {
		expect(describeCourse([-0.5, -0.5, -0.5, 0.1])).toBe('Negative');
	});
});
