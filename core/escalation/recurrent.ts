/**
 * A small recurrent network that reads a message word by word, forwards and backwards, and gives one number for the whole of it.
 * What it makes of a word depends on what it has read so far, which no sum of weights does.
 *
 * Gated recurrent units (Cho et al. 2014) with x / (1 + |x|) in the place of tanh and of the logistic function: nothing but sums,
 * products and quotients, which come out the same to the last bit on every machine.
 */
export interface Network {
	/** Numbers that stand for a token: a multiple of four. */
	width: number;
	/** States of each direction: a multiple of four. */
	states: number;
	/** `width` numbers for each token. */
	embeddings: Float64Array;
	/** Forwards and backwards. */
	directions: readonly [Gates, Gates];
	/** What the largest value of each state adds: the states of the one direction, then those of the other. */
	out: Float64Array;
	/** One number. */
	bias: Float64Array;
}

/** What moves the states of one direction. Each row holds what one number adds to every reset, update and candidate. */
export interface Gates {
	/** A row for each number of a word. */
	input: Float64Array;
	/** A row for each state as it was a word before. */
	inner: Float64Array;
	/** One row. */
	bias: Float64Array;
}

/** What each word brought about: read again by the training. */
export interface Steps {
	reset: Float64Array;
	update: Float64Array;
	candidate: Float64Array;
	/** What the states before add to each candidate, before the reset. */
	recalled: Float64Array;
	state: Float64Array;
}

/** The places in which a network works, made once and used for every message. */
export class Trace {
	length = 0;
	/** The numbers of each word. */
	words = new Float64Array(0);
	readonly steps: readonly [Steps, Steps];
	/** The largest value of each state, and at which word. */
	readonly largest: Float64Array;
	readonly at: Int32Array;
	/** What word and states add to the gates of one step. */
	readonly fromInput: Float64Array;
	readonly fromInner: Float64Array;
	private room = 0;

	constructor(private readonly network: Network) {
		this.steps = [noSteps(), noSteps()];
		this.largest = new Float64Array(2 * network.states);
		this.at = new Int32Array(2 * network.states);
		this.fromInput = new Float64Array(3 * network.states);
		this.fromInner = new Float64Array(3 * network.states);
	}

	make(length: number): void {
		this.length = length;
		if (length <= this.room) return;
		this.room = length * 2;
		const { width, states } = this.network;
		this.words = new Float64Array(this.room * width);
		for (const steps of this.steps)
			for (const name of Object.keys(steps) as Array<keyof Steps>)
				steps[name] = new Float64Array(this.room * states);
	}
}

function noSteps(): Steps {
	const none = new Float64Array(0);
	return { reset: none, update: none, candidate: none, recalled: none, state: none };
}

/** Reads a message: for each word, the numbers of the tokens by which it is known, from 0. The result is a logit. */
export function runNetwork(
	network: Network,
	message: ReadonlyArray<readonly number[]>,
	trace: Trace,
): number {
	const { width, states, embeddings, directions, out, bias } = network;
	trace.make(message.length);
	trace.words.fill(0, 0, message.length * width);
	message.forEach((tokens, t) => {
		for (const token of tokens)
			for (let i = 0; i < width; i++) trace.words[t * width + i]! += embeddings[token * width + i]!;
	});
	let sum = bias[0]!;
	directions.forEach((gates, direction) => {
		const steps = trace.steps[direction]!;
		for (let n = 0; n < message.length; n++) {
			const t = direction === 0 ? n : message.length - 1 - n;
			step(network, gates, trace, steps, t, n === 0 ? -1 : direction === 0 ? t - 1 : t + 1);
		}
		for (let s = 0; s < states; s++) {
			let largest = -Infinity;
			let at = -1;
			for (let t = 0; t < message.length; t++) {
				const value = steps.state[t * states + s]!;
				if (value > largest) {
					largest = value;
					at = t;
				}
			}
			const of = direction * states + s;
			trace.largest[of] = at < 0 ? 0 : largest;
			trace.at[of] = at;
			sum += trace.largest[of]! * out[of]!;
		}
	});
	return sum;
}

/** Moves the states from those at the word `before` (none at the first) to those at the word `t`. */
function step(
	{ width, states }: Network,
	{ input, inner, bias }: Gates,
	{ words, fromInput, fromInner }: Trace,
	steps: Steps,
	t: number,
	before: number,
): void {
	const all = 3 * states;
	for (let j = 0; j < all; j++) fromInput[j] = bias[j]!;
	fromInner.fill(0);
	addRows(input, words, t * width, width, fromInput);
	if (before >= 0) addRows(inner, steps.state, before * states, states, fromInner);
	for (let s = 0; s < states; s++) {
		const reset = open(fromInput[s]! + fromInner[s]!);
		const update = open(fromInput[states + s]! + fromInner[states + s]!);
		const recalled = fromInner[2 * states + s]!;
		const candidate = squash(fromInput[2 * states + s]! + reset * recalled);
		const was = before < 0 ? 0 : steps.state[before * states + s]!;
		const at = t * states + s;
		steps.reset[at] = reset;
		steps.update[at] = update;
		steps.recalled[at] = recalled;
		steps.candidate[at] = candidate;
		steps.state[at] = update * was + (1 - update) * candidate;
	}
}

/** Adds each of the first `rows` rows of a table, four at a time, as often as the number at its place says. */
function addRows(
	table: Float64Array,
	times: Float64Array,
	from: number,
	rows: number,
	sums: Float64Array,
): void {
	const all = sums.length;
	for (let i = 0; i < rows; i += 4) {
		const [a, b, c, d] = [i * all, (i + 1) * all, (i + 2) * all, (i + 3) * all];
		const at = from + i;
		const [ofA, ofB, ofC, ofD] = [times[at]!, times[at + 1]!, times[at + 2]!, times[at + 3]!];
		for (let j = 0; j < all; j++)
			sums[j] =
				sums[j]! +
				ofA * table[a + j]! +
				ofB * table[b + j]! +
				ofC * table[c + j]! +
				ofD * table[d + j]!;
	}
}

/** From -1 to 1. */
function squash(value: number): number {
	return value / (1 + (value < 0 ? -value : value));
}

/** From 0, shut, to 1. */
function open(value: number): number {
	return 0.5 + 0.5 * squash(value);
}

/** A network and the tokens that it knows, as a model's file holds them: each table as whole numbers in base 64. */
export interface NetworkFile {
	/** Separated by blanks. */
	tokens: string;
	width: number;
	states: number;
	/** By table, what a whole number stands for, and the numbers: bytes for the tokens, 16 bits for all else. */
	tables: Record<string, { unit: number; numbers: string }>;
}

/** The tables of a network by name, in the order in which they stand in the file. */
export function tablesOf({
	embeddings,
	directions: [forwards, backwards],
	out,
	bias,
}: Network): Record<string, Float64Array> {
	return {
		embeddings,
		forwardsInput: forwards.input,
		forwardsInner: forwards.inner,
		forwardsBias: forwards.bias,
		backwardsInput: backwards.input,
		backwardsInner: backwards.inner,
		backwardsBias: backwards.bias,
		out,
		bias,
	};
}

/** A network of zeros. Throws RangeError unless `width` and `states` are multiples of four, as four rows are read at a time. */
export function emptyNetwork(tokens: number, width: number, states: number): Network {
	if (width % 4 !== 0 || states % 4 !== 0)
		throw new RangeError(`No multiples of four: ${width} and ${states}`);
	const gates = (): Gates => ({
		input: new Float64Array(width * 3 * states),
		inner: new Float64Array(states * 3 * states),
		bias: new Float64Array(3 * states),
	});
	return {
		width,
		states,
		embeddings: new Float64Array(tokens * width),
		directions: [gates(), gates()],
		out: new Float64Array(2 * states),
		bias: new Float64Array(1),
	};
}

const MOST_OF_BYTE = 127;
const MOST_OF_TWO = 32767;

/** A network as its file holds it. */
export function packNetwork(tokens: readonly string[], network: Network): NetworkFile {
	const tables = Object.fromEntries(
		Object.entries(tablesOf(network)).map(([name, table]) => {
			const most = name === 'embeddings' ? MOST_OF_BYTE : MOST_OF_TWO;
			const largest = table.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
			const unit = largest / most || 1;
			const whole = Array.from(table, (value) => Math.round(value / unit));
			const bytes = name === 'embeddings' ? Int8Array.from(whole) : Int16Array.from(whole);
			return [name, { unit, numbers: Buffer.from(bytes.buffer).toString('base64') }];
		}),
	);
	return { tokens: tokens.join(' '), width: network.width, states: network.states, tables };
}

/** The network of a file, and by token its number. */
export function unpackNetwork(file: NetworkFile): {
	network: Network;
	numbers: Map<string, number>;
} {
	const tokens = file.tokens.split(' ');
	const network = emptyNetwork(tokens.length, file.width, file.states);
	for (const [name, table] of Object.entries(tablesOf(network))) {
		const { unit, numbers } = file.tables[name]!;
		const bytes = Buffer.from(numbers, 'base64');
		for (let i = 0; i < table.length; i++)
			table[i] = unit * (name === 'embeddings' ? bytes.readInt8(i) : bytes.readInt16LE(2 * i));
	}
	return { network, numbers: new Map(tokens.map((token, number) => [token, number])) };
}
