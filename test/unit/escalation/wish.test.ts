import fc from 'fast-check';
import { linearFeatures } from '../../../core/escalation/linear';
import { readMessage } from '../../../core/escalation/reading';
import { phraseIn, requestIn } from '../../../core/escalation/signals/humanRequest';
import {
	likeliestWish,
	packWishes,
	unpackWishes,
	useWishes,
	WINDOW,
	wishFeatures,
	wishWording,
	type WishWeights,
} from '../../../core/escalation/wish';
import { emptyNetwork, packNetwork } from '../../../core/escalation/recurrent';
import { WordingModel } from '../../../core/escalation/wording';
import packed from '../../../core/escalation/models/requests.json';

const model: WishWeights = unpackWishes(packed);

/** The best stretch and the whole message, added up feature by feature as the training does. */
function plainly(text: string): number {
	const reading = readMessage(text);
	const { sentences } = reading.words;
	const features = wishFeatures(reading);
	let best = -Infinity;
	for (let from = 0; from < sentences.length; from++) {
		let to = from;
		while (to < sentences.length && to - from < WINDOW && sentences[to] === sentences[from]) to++;
		const starts = from === 0 || sentences[from] !== sentences[from - 1];
		if (!starts && to - from < WINDOW) continue;
		const sum = features
			.filter((f) => f.from >= from && f.at < to)
			.reduce((all, { feature }) => all + (model.weights[feature] ?? 0), model.bias);
		best = Math.max(best, sum);
	}
	return linearFeatures(reading.words).reduce(
		(all, feature) => all + (model.whole[feature] ?? 0),
		best,
	);
}

const WORDS =
	'i want need to talk with a person your manager about my order please call me back the plumber today not . ? , 12 no bot is he she said who can look at this quiero hablar con una persona kisi se baat karni hai'.split(
		' ',
	);

describe('a wish for a person that no phrase knows', () => {
	afterEach(() => useWishes());

	it('scores the likeliest stretch and adds what all words of the message say, where no network reads on', () => {
		useWishes(model);
		fc.assert(
			fc.property(fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 40 }), (said) => {
				const text = said.join(' ');
				const wish = likeliestWish(readMessage(text));
				const plain = plainly(text);
				if (!wish) expect(plain).toBe(-Infinity);
				else expect(wish.score).toBeCloseTo(plain, 6);
			}),
		);
	});

	it('rests on words of the message', () => {
		fc.assert(
			fc.property(fc.string({ maxLength: 200 }), (text) => {
				const reading = readMessage(text);
				const wish = likeliestWish(reading);
				if (!wish) return expect(reading.words.words).toHaveLength(0);
				expect(wish.from).toBeGreaterThanOrEqual(0);
				expect(wish.to).toBeGreaterThan(wish.from);
				expect(wish.to).toBeLessThanOrEqual(reading.words.words.length);
			}),
		);
	});

	it('keeps its weights in a small file as they are', () => {
		expect(unpackWishes(packWishes(model))).toEqual(model);
	});

	/** Hears a wish in the word "sky", whatever stands around it. */
	const hearsSky = () => {
		const network = emptyNetwork(1, 4, 4);
		network.embeddings.fill(1);
		// Only the candidates, the last third of each row.
		network.directions[0].input.fill(3, 8, 12);
		network.out.fill(2);
		network.bias.fill(-1);
		return packNetwork(['sky'], network);
	};

	it('is what the sums say by three fifths, and the network by two', () => {
		const sums = { bias: -1, weights: {}, whole: {} };
		const network = new WordingModel(hearsSky());
		for (const text of ['blue sky', 'a blue car']) {
			useWishes(sums, hearsSky());
			const reading = readMessage(text);
			expect(likeliestWish(reading)!.score).toBeCloseTo(
				0.6 * -1 + 0.4 * network.score(wishWording(reading, 2)),
				6,
			);
		}
		expect(network.score([['sky']])).toBeGreaterThan(network.score([['car']]) + 1);
	});

	it.each([
		['none where the sums rule it out', -6],
		['one where the sums are sure', 4],
	])('is %s, whatever the network would say', (_, bias) => {
		useWishes({ bias, weights: {}, whole: {} }, hearsSky());
		expect(likeliestWish(readMessage('blue sky'))!.score).toBe(bias);
	});

	it('is read by the network with its sentences, questions and commas', () => {
		expect(wishWording(readMessage('No, sir. Really?'), 3).map((tokens) => tokens[0])).toEqual([
			'^',
			'no',
			',',
			'sir',
			'$',
			'^',
			'really',
			'?',
		]);
	});

	it('is read around its likeliest stretch in a long message', () => {
		const { length } = wishWording(readMessage('and so on '.repeat(200)), 300);
		expect(length).toBeGreaterThan(50);
		expect(length).toBeLessThan(150);
	});

	it('can be measured with other weights, and goes back to its own', () => {
		const reading = readMessage('blue sky');
		const own = likeliestWish(reading)!.score;
		useWishes({ bias: -1, weights: { blue: 3, 'blue sky': 0.5, 'sky $': 1 }, whole: { sky: -1 } });
		expect(likeliestWish(reading)!.score).toBeCloseTo(2.5, 6);
		useWishes();
		expect(likeliestWish(reading)!.score).toBe(own);
	});

	it.each([
		['en', 'the freezer is dead, could your repair man swing by'],
		['en', 'person from accounts please'],
		['en', 'it might be quicker if i just spoke to one of your lot'],
		['de', 'könnte sich das mal jemand von euch anschauen, ich komme nicht weiter'],
		['de', 'kann der Meister mich heute noch anrufen'],
		['es', 'preferiría que esto lo viera alguien del taller'],
		['fr', 'est-ce que quelqu’un de chez vous pourrait jeter un œil à mon dossier'],
		['nl', 'ik wil dat de monteur vandaag langskomt'],
		['id', 'tolong teknisinya datang hari ini'],
	])('is heard in %s: "%s"', (_, text) => {
		const reading = readMessage(text);
		expect(phraseIn(reading)).toBeUndefined();
		expect(requestIn(reading)).toBeDefined();
	});

	it.each([
		['what the customer will do', 'i will ask my husband and call you tomorrow'],
		['what somebody was like', 'the lady at the counter was lovely'],
		['a third party', 'can you give me the phone number of the restaurant'],
		['a name', 'please call me sam'],
		['an answer', 'Dann bitte um halb acht'],
		['a refusal', 'no need for anyone to ring me, you told me all i need'],
		['a question about the bot', 'are you a person or a bot'],
		['a price', 'how much is a plumber per hour'],
		['a price in the words of a request', 'do you charge for speaking to an agent'],
	])('is not heard in %s: "%s"', (_, text) => {
		expect(requestIn(readMessage(text))).toBeUndefined();
	});
});
