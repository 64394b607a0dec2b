import { trainingGaps } from '../../../core/metrics';

const asked = (...questions: string[]) =>
	questions.map((question, index) => ({ conversationId: `c${index + 1}`, question }));

describe('training gaps', () => {
	it('are questions that lead to a person again and again, also in other words', () => {
		expect(
			trainingGaps(
				asked(
					'Do you ship to Norway?',
					'Can I pay by invoice?',
					'do you ship to norway',
					'Could you ship to Norway please?',
				),
			),
		).toEqual([
			{
				question: 'Do you ship to Norway?',
				count: 3,
				conversationIds: ['c1', 'c3', 'c4'],
				alsoAsked: ['do you ship to norway', 'Could you ship to Norway please?'],
			},
		]);
	});

	it('count a customer who asks twice once, and come with the most frequent first', () => {
		const twice = [...asked('Where is my invoice?'), ...asked('Where is my invoice?')];
		expect(trainingGaps(twice, 2)).toEqual([]);
		const gaps = trainingGaps(
			asked(
				'Do you repair phones?',
				'Is the showroom open on Sunday?',
				'Is the showroom open Sunday?',
				'Do you repair phones',
				'Is your showroom open on Sundays?',
			),
			2,
		);
		expect(gaps.map(({ count }) => count)).toEqual([3, 2]);
	});
});
