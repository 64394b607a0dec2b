import fc from 'fast-check';
import { score } from '../../../core/escalation';
import { linearFeatures, LinearModel } from '../../../core/escalation/linear';
import { soundOf } from '../../../core/escalation/hinglish';
import { readMessage } from '../../../core/escalation/reading';
import { toneOf, useTone } from '../../../core/escalation/tone';
import file from '../../../core/escalation/models/tone.json';

const weights: Record<string, number> = file.weights.en;
const WORDS =
	'so we are just going to sit here then still waiting thanks for nothing great job when will you fix this 20 . ? , flight bag is late love it'.split(
		' ',
	);

describe('a linear model of a whole message', () => {
	it('adds up its words and each two that follow each other', () => {
		fc.assert(
			fc.property(fc.array(fc.constantFrom(...WORDS), { maxLength: 120 }), (said) => {
				const { words } = readMessage(said.join(' '));
				const plain = linearFeatures(words).reduce((sum, f) => sum + (weights[f] ?? 0), 0);
				expect(new LinearModel(weights).sum(words)).toBeCloseTo(plain / 100, 6);
			}),
		);
	});

	it('tells a question from a statement, a beginning from a middle, and takes all numbers for one', () => {
		expect(linearFeatures(readMessage('still 40 minutes? ok').words)).toEqual([
			'still',
			'^ still',
			'#',
			'still #',
			'minutes',
			'# minutes',
			'minutes ?',
			'ok',
			'^ ok',
			'ok $',
		]);
	});
});

describe('the tone of a message', () => {
	afterEach(() => useTone());

	const moodOf = (text: string, history?: Parameters<typeof score>[0]['history']) =>
		score({ message: { id: 'm', text }, ...(history ? { history } : {}) }).sentiment.value;

	it.each([
		['so we are just going to sit here then', 'so we are going to sit here'],
		['thanks for nothing', 'thanks for everything'],
		['4 hours later and same answer', 'what are your opening hours'],
		['guess i will be sleeping in the airport', 'i will be sleeping in the hotel'],
	])('is worse in "%s" than in "%s"', (worse, better) => {
		expect(toneOf(readMessage(worse).words, 'en')).toBeGreaterThan(
			toneOf(readMessage(better).words, 'en'),
		);
		expect(moodOf(worse)).toBeLessThan(moodOf(better));
	});

	it('makes no praise of what is only not bad', () => {
		useTone({ en: { blue: -900 } });
		expect(score({ message: { id: 'm', text: 'the blue one' } }).sentiment.label).toBe('neutral');
	});

	it('counts for less where the message answers the bot', () => {
		useTone({ en: { blue: 300 } });
		const asked = [
			{
				id: 'h',
				direction: 'out' as const,
				author: 'bot' as const,
				type: 'text' as const,
				text: 'Which colour?',
				sentAt: '2026-01-01T00:00:00.000Z',
				receivedAt: '2026-01-01T00:00:00.000Z',
			},
		];
		expect(moodOf('the blue one')).toBeLessThan(moodOf('the blue one', asked));
	});

	it('leaves praise that the lists are sure of in other languages as it is', () => {
		useTone({ fr: { livraison: 900 } });
		const moodAndLabel = (text: string) => score({ message: { id: 'm', text } }).sentiment;
		expect(moodAndLabel('livraison parfaite, merci beaucoup').label).toBe('positive');
		expect(moodAndLabel('la livraison de ma commande').label).toBe('negative');
	});

	it('takes spellings of Hindi that sound the same for one', () => {
		useTone({ hi: { [soundOf('bekaar')]: 500 } });
		expect(toneOf(readMessage('bekar').words, 'hi')).toBe(
			toneOf(readMessage('bekaar').words, 'hi'),
		);
		expect(toneOf(readMessage('bekar').words, 'hi')).toBeGreaterThan(0);
	});

	it('says nothing of other languages', () => {
		useTone({ en: { pedido: 900 } });
		const own = moodOf('quiero cambiar mi pedido por favor');
		useTone({ es: { pedido: 900 } });
		expect(moodOf('quiero cambiar mi pedido por favor')).toBeLessThan(own);
	});
});
