/**
 * Trains the recurrent network of core/escalation/recurrent.ts: back-propagation through time, Adam (Kingma and Ba 2014) on
 * small batches. Deterministic: chance comes from a small generator.
 */
import {
	emptyNetwork,
	runNetwork,
	tablesOf,
	Trace,
	type Gates,
	type Network,
	type Steps,
} from '../core/escalation/recurrent';

/** A message, for each word the numbers of its tokens, and what it is. */
export interface Example {
	message: number[][];
	yes: boolean;
	weight: number;
}

/** What can be chosen of a training. */
export interface Plan {
	width: number;
	states: number;
	epochs: number;
	batch: number;
	/** How far a weight moves at first; it falls to 0 as half a cosine does. */
	rate: number;
	/** Which share of the words, and of the largest states, is left out by chance. */
	wordsOut: number;
	statesOut: number;
}

/** Numbers from 0 to 1, the same in every run. */
export function chance(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return state / 2 ** 32;
	};
}

/** A network that tells the examples apart; `tokens` is how many there are. `told` hears of each epoch. */
export function trainNetwork(
	examples: readonly Example[],
	tokens: number,
	plan: Plan,
	told: (epoch: number) => void = () => {},
): Network {
	const random = chance(12345);
	const network = emptyNetwork(tokens, plan.width, plan.states);
	begin(network, random);
	const learner = new Learner(network);
	const order = [...examples];
	const batches = Math.ceil(order.length / plan.batch) * plan.epochs;
	let done = 0;
	for (let epoch = 0; epoch < plan.epochs; epoch++) {
		for (let i = order.length - 1; i > 0; i--) {
			const j = Math.floor(random() * (i + 1));
			[order[i], order[j]] = [order[j]!, order[i]!];
		}
		for (let from = 0; from < order.length; from += plan.batch) {
			const batch = order.slice(from, from + plan.batch);
			for (const { message, yes, weight } of batch) {
				const left = message.map((word) => (random() < plan.wordsOut ? [] : word));
				const kept = Array.from({ length: 2 * plan.states }, () =>
					random() < plan.statesOut ? 0 : 1 / (1 - plan.statesOut),
				);
				learner.learn(left, yes, weight / batch.length, kept);
			}
			learner.move((plan.rate * (1 + Math.cos((Math.PI * done++) / batches))) / 2);
		}
		told(epoch);
	}
	return network;
}

/** Small numbers by chance, of a size that neither swells nor dies on the way through the network. */
function begin(network: Network, random: () => number): void {
	/** Near enough to a normal distribution. */
	const normal = () => (random() + random() + random() + random() - 2) * Math.sqrt(3);
	const fill = (table: Float64Array, size: number) => {
		for (let i = 0; i < table.length; i++) table[i] = normal() * size;
	};
	fill(network.embeddings, 0.1);
	fill(network.out, 0.1);
	for (const { input, inner } of network.directions) {
		fill(input, network.width ** -0.5);
		fill(inner, network.states ** -0.5);
	}
}

/** Adds up in which direction the weights of a network should move, and moves them. */
export class Learner {
	private readonly trace: Trace;
	/** By table as {@link tablesOf} names them. */
	readonly gradients: Record<string, Float64Array>;
	private readonly means: Record<string, Float64Array>;
	private readonly squares: Record<string, Float64Array>;
	private readonly slopes: Network;
	private readonly touched = new Set<number>();
	private readonly fromState: [Float64Array, Float64Array] = [
		new Float64Array(0),
		new Float64Array(0),
	];
	private fromWords = new Float64Array(0);
	private moves = 0;

	constructor(private readonly network: Network) {
		const tokens = network.embeddings.length / network.width;
		const same = () => emptyNetwork(tokens, network.width, network.states);
		this.trace = new Trace(network);
		this.slopes = same();
		this.gradients = tablesOf(this.slopes);
		this.means = tablesOf(same());
		this.squares = tablesOf(same());
	}

	/** Adds what one message teaches. `kept`: by what the largest value of each state counts. Gives the loss. */
	learn(
		message: ReadonlyArray<readonly number[]>,
		yes: boolean,
		weight: number,
		kept: readonly number[],
	): number {
		const { network, trace, slopes } = this;
		const { states, out, bias } = network;
		runNetwork(network, message, trace);
		let sum = bias[0]!;
		for (let j = 0; j < 2 * states; j++) sum += trace.largest[j]! * out[j]! * kept[j]!;
		const loss = weight * (Math.log1p(Math.exp(-Math.abs(sum))) + Math.max(0, yes ? -sum : sum));
		const wrong = 1 / (1 + Math.exp(-sum)) - (yes ? 1 : 0);
		if (Math.abs(wrong) < SURE) return loss;
		const error = wrong * weight;
		slopes.bias[0]! += error;
		if (this.fromWords.length < message.length * network.width) {
			this.fromWords = new Float64Array(2 * message.length * network.width);
			for (const d of [0, 1] as const)
				this.fromState[d] = new Float64Array(2 * message.length * states);
		}
		this.fromWords.fill(0, 0, message.length * network.width);
		for (const d of [0, 1] as const) {
			const fromState = this.fromState[d].fill(0, 0, message.length * states);
			for (let s = 0; s < states; s++) {
				const j = d * states + s;
				slopes.out[j]! += error * trace.largest[j]! * kept[j]!;
				fromState[trace.at[j]! * states + s]! += error * out[j]! * kept[j]!;
			}
			this.back(d, network.directions[d], slopes.directions[d], trace.steps[d], fromState);
		}
		message.forEach((tokens, t) => {
			for (const token of tokens) {
				this.touched.add(token);
				for (let i = 0; i < network.width; i++)
					slopes.embeddings[token * network.width + i]! += this.fromWords[t * network.width + i]!;
			}
		});
		return loss;
	}

	/** Goes back from the last word that was read to the first. */
	private back(
		direction: 0 | 1,
		{ input, inner }: Gates,
		slopes: Gates,
		steps: Steps,
		fromState: Float64Array,
	): void {
		const { width, states } = this.network;
		const { words, length } = this.trace;
		const all = 3 * states;
		/** What moves the gates, and what of it passes through the states before. */
		const gates = new Float64Array(all);
		const passed = new Float64Array(all);
		for (let n = length - 1; n >= 0; n--) {
			const t = direction === 0 ? n : length - 1 - n;
			const before = n === 0 ? -1 : direction === 0 ? t - 1 : t + 1;
			for (let s = 0; s < states; s++) {
				const at = t * states + s;
				const [reset, update, candidate] = [
					steps.reset[at]!,
					steps.update[at]!,
					steps.candidate[at]!,
				];
				const was = before < 0 ? 0 : steps.state[before * states + s]!;
				const slope = fromState[at]!;
				const toCandidate = slope * (1 - update) * (1 - Math.abs(candidate)) ** 2;
				gates[s] = toCandidate * steps.recalled[at]! * bend(reset);
				gates[states + s] = slope * (was - candidate) * bend(update);
				gates[2 * states + s] = toCandidate;
				passed[s] = gates[s]!;
				passed[states + s] = gates[states + s]!;
				passed[2 * states + s] = toCandidate * reset;
				if (before >= 0) fromState[before * states + s]! += slope * update;
			}
			for (let j = 0; j < all; j++) slopes.bias[j]! += gates[j]!;
			through(input, slopes.input, gates, words, t * width, this.fromWords, width);
			if (before >= 0)
				through(inner, slopes.inner, passed, steps.state, before * states, fromState, states);
		}
	}

	/** Moves the weights, those of the tokens only where they were read, and forgets what was added up. */
	move(rate: number): void {
		const tables = tablesOf(this.network);
		const { width } = this.network;
		const stretches = (name: string): Array<[number, number]> =>
			name === 'embeddings'
				? [...this.touched].map((token) => [token * width, (token + 1) * width])
				: [[0, tables[name]!.length]];
		let square = 0;
		for (const [name, gradient] of Object.entries(this.gradients))
			for (const [from, to] of stretches(name))
				for (let i = from; i < to; i++) square += gradient[i]! ** 2;
		const share = Math.min(1, LONGEST_STEP / Math.sqrt(square || 1));
		this.moves++;
		const ofMean = 1 - MEAN ** this.moves;
		const ofSquare = 1 - SQUARE ** this.moves;
		for (const [name, gradient] of Object.entries(this.gradients)) {
			const [table, mean, squares] = [tables[name]!, this.means[name]!, this.squares[name]!];
			for (const [from, to] of stretches(name))
				for (let i = from; i < to; i++) {
					const slope = gradient[i]! * share;
					gradient[i] = 0;
					mean[i] = MEAN * mean[i]! + (1 - MEAN) * slope;
					squares[i] = SQUARE * squares[i]! + (1 - SQUARE) * slope * slope;
					table[i]! -= (rate * (mean[i]! / ofMean)) / (Math.sqrt(squares[i]! / ofSquare) + 1e-8);
				}
		}
		this.touched.clear();
	}
}

/**
 * Through a table of `rows`, four at a time, back to the numbers that came in at `from`: what the table should change by, and what they should.
 */
function through(
	table: Float64Array,
	slopes: Float64Array,
	gates: Float64Array,
	came: Float64Array,
	from: number,
	back: Float64Array,
	rows: number,
): void {
	const all = gates.length;
	for (let i = 0; i < rows; i += 4) {
		const [a, b, c, d] = [i * all, (i + 1) * all, (i + 2) * all, (i + 3) * all];
		const at = from + i;
		const [ofA, ofB, ofC, ofD] = [came[at]!, came[at + 1]!, came[at + 2]!, came[at + 3]!];
		let [sumA, sumB, sumC, sumD] = [0, 0, 0, 0];
		for (let j = 0; j < all; j++) {
			const gate = gates[j]!;
			sumA += table[a + j]! * gate;
			sumB += table[b + j]! * gate;
			sumC += table[c + j]! * gate;
			sumD += table[d + j]! * gate;
			slopes[a + j] = slopes[a + j]! + ofA * gate;
			slopes[b + j] = slopes[b + j]! + ofB * gate;
			slopes[c + j] = slopes[c + j]! + ofC * gate;
			slopes[d + j] = slopes[d + j]! + ofD * gate;
		}
		back[at] = back[at]! + sumA;
		back[at + 1] = back[at + 1]! + sumB;
		back[at + 2] = back[at + 2]! + sumC;
		back[at + 3] = back[at + 3]! + sumD;
	}
}

/** What is known as well as this teaches nothing more: most messages after the first round. */
const SURE = 0.003;
/** How long all gradients of a batch may be together. */
const LONGEST_STEP = 1;
/** How much of their means stays at each move. */
const MEAN = 0.9;
const SQUARE = 0.999;

/** How steep 1/2 + x / (2 + 2 |x|) is where it has come to this. */
function bend(open: number): number {
	return 0.5 * (1 - Math.abs(2 * open - 1)) ** 2;
}
