import { Kept } from './kept';
import { Pairs } from './pairs';
import type { Reading } from './reading';

/**
 * A small linear classifier, trained by scripts/train-escalation.ts: for each label the weights of words and pairs of
 * neighbouring words. A weight says how much its word speaks for the label, so the evidence of a verdict is words.
 */
interface ModelFile {
	language: string;
	/** Where the training data come from. */
	sources: string[];
	labels: Labels;
}

type Labels = Record<string, { bias: number; weights: Record<string, number> }>;

export interface Recognised {
	label: string;
	/** 0 to 1. */
	probability: number;
	evidence: string;
}

export type ModelName = 'topics' | 'handoff';

/** The labels of all models in one row, so that a message is walked through once. */
interface Models {
	labels: string[];
	bias: Float64Array;
	/** By model, its first label in the row and the one after its last. */
	range: Record<ModelName, readonly [number, number]>;
	/** What stands for a word, or for the beginning or length of a message → its number. */
	words: Map<string, number>;
	/** The same of a word of a message. */
	numberOf: Kept<number>;
	/** By number of a word, then label: what it says by itself. */
	own: Float32Array;
	/** Two words that follow each other → their row in `together`. */
	pairs: Pairs;
	together: Float32Array;
}

/** What a message scores for each label. */
interface Walk {
	reading: Reading;
	scores: Float64Array;
	/** Whether the models know any of it. */
	known: boolean;
}

const NAMES: readonly ModelName[] = ['topics', 'handoff'];
let loaded: Models | undefined;
/** What stands in for a file's labels. */
const others = new Map<ModelName, Labels>();
/** The signals ask about one message after the other. */
let latest: Walk | undefined;
/** Longer texts are no longer like what the models were trained on; their first words decide. */
const MAX_WORDS = 60;
/** What stands before the first word, after the last, and for any number. */
const START = '^';
const END = '$';
const NUMBER = '#';
const UNKNOWN = -1;

/** Puts other labels in the place of a model's own, or its own back: to measure models that have not seen a message. */
export function useModel(name: ModelName, labels?: Labels): void {
	if (labels) others.set(name, labels);
	else others.delete(name);
	loaded = undefined;
	latest = undefined;
}

/** What a model makes of an English message; undefined for other languages. */
export function recognise(name: ModelName, reading: Reading): Recognised | undefined {
	const { language } = reading.language;
	if (language !== 'en' && language !== undefined) return undefined;
	if (reading.words.scripts.latin === 0) return undefined;
	const models = (loaded ??= load());
	if (latest?.reading !== reading) latest = walk(models, reading);
	const { scores, known } = latest;
	const [from, to] = models.range[name];
	let best = from;
	for (let l = from + 1; l < to; l++) if (scores[l]! > scores[best]!) best = l;
	const probability = 1 / (1 + Math.exp(-scores[best]!));
	if (!known || probability < 0.15) return undefined;
	return {
		label: models.labels[best]!,
		probability: Math.round(probability * 1000) / 1000,
		evidence: evidenceOf(models, reading, best),
	};
}

/** Adds up the features of {@link featuresOf}, in their order. */
function walk(models: Models, reading: Reading): Walk {
	const scores = Float64Array.from(models.bias);
	let known = false;
	eachWeight(models, reading, (table, row) => {
		known = true;
		for (let l = 0; l < scores.length; l++) scores[l]! += table[row + l]!;
	});
	return { reading, scores, known };
}

/** The words that say most for a label. */
function evidenceOf(models: Models, reading: Reading, label: number): string {
	const { text, starts, ends } = reading.words;
	const found: Array<{ i: number; length: number; weight: number }> = [];
	eachWeight(models, reading, (table, row, i, length) => {
		const weight = table[row + label]!;
		if (i >= 0 && weight > 0) found.push({ i, length, weight });
	});
	const said = found
		.sort((a, b) => b.weight - a.weight || a.i - b.i)
		.slice(0, 3)
		.sort((a, b) => a.i - b.i)
		.map(({ i, length }) => text.slice(starts[i], ends[i + length - 1]));
	return [...new Set(said)].join(' … ');
}

/** The weights of a message's features: a table, where their row begins in it, and which words they are of. */
function eachWeight(
	{ words: numbers, numberOf, own, pairs, together, labels: { length: labels } }: Models,
	reading: Reading,
	use: (table: Float32Array, row: number, i: number, length: number) => void,
): void {
	const { known } = reading.words;
	const most = Math.min(known.length, MAX_WORDS);
	let previous = numbers.get(START) ?? UNKNOWN;
	for (let i = 0; i < most; i++) {
		const number = numberOf.of(known[i]!);
		if (number >= 0) use(own, number * labels, i, 1);
		const pair = pairs.get(previous, number);
		if (pair > 0) use(together, pair * labels, i === 0 ? 0 : i - 1, i === 0 ? 1 : 2);
		previous = number;
	}
	const last = most > 0 ? pairs.get(previous, numbers.get(END) ?? UNKNOWN) : 0;
	if (last > 0) use(together, last * labels, most - 1, 1);
	const length = numbers.get(lengthOf(most)) ?? UNKNOWN;
	if (length >= 0) use(own, length * labels, -1, 0);
}

/** Words, pairs of neighbours, and how long the message is. Numbers are all the same. */
export function featuresOf(
	words: readonly string[],
): Array<{ feature: string; i: number; length: number }> {
	const features: Array<{ feature: string; i: number; length: number }> = [];
	const most = Math.min(words.length, MAX_WORDS);
	let before = START;
	for (let i = 0; i < most; i++) {
		const word = isDigit(words[i]!) ? NUMBER : words[i]!;
		features.push({ feature: word, i, length: 1 });
		features.push({
			feature: `${before} ${word}`,
			i: before === START ? i : i - 1,
			length: before === START ? 1 : 2,
		});
		before = word;
	}
	if (most > 0) features.push({ feature: `${before} ${END}`, i: most - 1, length: 1 });
	features.push({ feature: lengthOf(most), i: -1, length: 0 });
	return features;
}

function lengthOf(words: number): string {
	return words <= 2 ? '<short>' : words > 12 ? '<long>' : '<middle>';
}

function load(): Models {
	const labels = NAMES.map(
		(name) => others.get(name) ?? (require(`./models/${name}.json`) as ModelFile).labels,
	);
	const all = labels.flatMap((own) => Object.entries(own));
	const count = all.length;
	const words = new Map<string, number>();
	const number = (word: string) => {
		let known = words.get(word);
		if (known === undefined) words.set(word, (known = words.size));
		return known;
	};
	const features = [...new Set(all.flatMap(([, { weights }]) => Object.keys(weights)))];
	const rows = features.map((feature) => feature.split(' ').map(number));
	const own = new Float32Array(words.size * count);
	/** Row 0 is nobody's: in {@link Pairs} 0 is unknown. */
	const together = new Float32Array((features.length + 1) * count);
	const entries: Array<[number, number, number]> = [];
	features.forEach((feature, f) => {
		const [first, second] = rows[f] as [number, number?];
		if (second !== undefined) entries.push([first, second, entries.length + 1]);
		const [table, row] = second === undefined ? [own, first] : [together, entries.length];
		all.forEach(([, { weights }], l) => (table[row * count + l] = weights[feature] ?? 0));
	});
	const [topics, handoff] = labels.map((own) => Object.keys(own).length) as [number, number];
	return {
		labels: all.map(([label]) => label),
		bias: Float64Array.from(all, ([, { bias }]) => bias),
		range: { topics: [0, topics], handoff: [topics, topics + handoff] },
		words,
		numberOf: new Kept(({ text }) => words.get(isDigit(text) ? NUMBER : text) ?? UNKNOWN),
		own,
		pairs: new Pairs(words.size, entries),
		together,
	};
}

function isDigit(word: string): boolean {
	const code = word.charCodeAt(0);
	return code >= 0x30 && code <= 0x39;
}
