import { chance, Learner, trainNetwork, type Plan } from '../../../scripts/train-recurrent';
import {
	emptyNetwork,
	packNetwork,
	runNetwork,
	tablesOf,
	Trace,
	unpackNetwork,
	type Network,
} from '../../../core/escalation/recurrent';

/** A small network of numbers by chance. */
function someNetwork(): Network {
	const random = chance(7);
	const network = emptyNetwork(5, 4, 4);
	for (const table of Object.values(tablesOf(network)))
		for (let i = 0; i < table.length; i++) table[i] = 2 * random() - 1;
	return network;
}

const MESSAGE = [[0, 2], [1], [], [3, 1], [4]];

describe('the recurrent network', () => {
	it('reads a message the same way whatever it read before', () => {
		const network = someNetwork();
		const trace = new Trace(network);
		const first = runNetwork(network, MESSAGE, trace);
		runNetwork(network, [...MESSAGE, ...MESSAGE, [2]], trace);
		expect(runNetwork(network, MESSAGE, trace)).toBe(first);
		expect(runNetwork(network, MESSAGE, new Trace(network))).toBe(first);
	});

	it('hears the order of words', () => {
		const network = someNetwork();
		const trace = new Trace(network);
		expect(runNetwork(network, [[0], [1], [2]], trace)).not.toBe(
			runNetwork(network, [[2], [1], [0]], trace),
		);
	});

	it('has words and states in fours', () => {
		expect(() => emptyNetwork(5, 3, 4)).toThrow(RangeError);
		expect(() => emptyNetwork(5, 4, 6)).toThrow(RangeError);
	});

	it('gives its own weight to a message without words', () => {
		const network = someNetwork();
		expect(runNetwork(network, [], new Trace(network))).toBe(network.bias[0]);
	});

	it('knows in which direction each weight makes its error smaller', () => {
		const network = someNetwork();
		const kept = Array.from({ length: 8 }, (_, i) => (i === 3 ? 0 : 1.25));
		const lossOf = () => new Learner(network).learn(MESSAGE, true, 0.7, kept);
		const learner = new Learner(network);
		learner.learn(MESSAGE, true, 0.7, kept);
		for (const [name, table] of Object.entries(tablesOf(network)))
			for (let i = 0; i < table.length; i++) {
				const was = table[i]!;
				table[i] = was + 0.005;
				const [up, above] = [lossOf(), table[i]!];
				table[i] = was - 0.005;
				const [down, below] = [lossOf(), table[i]!];
				table[i] = was;
				expect([name, i, learner.gradients[name]![i]]).toEqual([
					name,
					i,
					expect.closeTo((up - down) / (above - below), 3),
				]);
			}
	});

	it('learns that what comes first turns round what follows', () => {
		const plan: Plan = {
			width: 8,
			states: 8,
			epochs: 60,
			batch: 8,
			rate: 0.02,
			wordsOut: 0,
			statesOut: 0,
		};
		const random = chance(3);
		// 0 turns round all that follows until 1 ends it; 2 is asked for; 3 and 4 say nothing.
		const examples = Array.from({ length: 400 }, () => {
			const message = Array.from({ length: 6 }, () => [Math.floor(random() * 5)]);
			let turned = false;
			let yes = false;
			for (const [token] of message) {
				if (token === 0) turned = true;
				if (token === 1) turned = false;
				if (token === 2) yes ||= !turned;
			}
			return { message, yes, weight: 1 };
		});
		const network = trainNetwork(examples.slice(0, 300), 5, plan);
		const trace = new Trace(network);
		const right = examples
			.slice(300)
			.filter(({ message, yes }) => runNetwork(network, message, trace) > 0 === yes).length;
		expect(right).toBeGreaterThanOrEqual(95);
		expect(trainNetwork(examples.slice(0, 300), 5, plan).out).toEqual(network.out);
	});

	it('comes out of its file nearly as it went in', () => {
		const network = someNetwork();
		const file = packNetwork(['a', 'b', 'c', '^', '?'], network);
		const { network: read, numbers } = unpackNetwork(
			JSON.parse(JSON.stringify(file)) as typeof file,
		);
		expect(numbers.get('^')).toBe(3);
		expect(runNetwork(read, MESSAGE, new Trace(read))).toBeCloseTo(
			runNetwork(network, MESSAGE, new Trace(network)),
			1,
		);
		expect(packNetwork(['a', 'b', 'c', '^', '?'], read)).toEqual(file);
	});
});
