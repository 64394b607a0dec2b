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
	bias: number[];
	/** By model, its first label in the row and the one after its last. */
	range: Record<ModelName, readonly [number, number]>;
	/** What stands for a word, or for the beginning or length of a message → its weights. */
	words: Map<string, WordWeights>;
}

interface WordWeights {
	/** Of the word, for each label. */
	own?: Float32Array;
	/** Of the word and the one that follows it. */
	before?: Map<string, Float32Array>;
}

/** What a message scores for each label, and the words that it rests on. */
interface Walk {
	reading: Reading;
	scores: number[];
	found: Array<{ i: number; length: number; weights: Float32Array }>;
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
	const { scores, found } = latest;
	const [from, to] = models.range[name];
	let best = from;
	for (let l = from + 1; l < to; l++) if (scores[l]! > scores[best]!) best = l;
	const probability = 1 / (1 + Math.exp(-scores[best]!));
	if (found.length === 0 || probability < 0.15) return undefined;
	const { text, starts, ends } = reading.words;
	const said = found
		.filter(({ i, weights }) => i >= 0 && weights[best]! > 0)
		.sort((a, b) => b.weights[best]! - a.weights[best]! || a.i - b.i)
		.slice(0, 3)
		.sort((a, b) => a.i - b.i)
		.map(({ i, length }) => text.slice(starts[i], ends[i + length - 1]));
	return {
		label: models.labels[best]!,
		probability: Math.round(probability * 1000) / 1000,
		evidence: [...new Set(said)].join(' … '),
	};
}

/** Adds up the features of {@link featuresOf}, in their order, without making a string of each pair. */
function walk(models: Models, reading: Reading): Walk {
	const { words } = reading.words;
	const most = Math.min(words.length, MAX_WORDS);
	const scores = [...models.bias];
	const found: Walk['found'] = [];
	let previous = models.words.get(START);
	for (let i = 0; i < most; i++) {
		const known = models.words.get(isDigit(words[i]!) ? NUMBER : words[i]!);
		count(known?.own, i, 1);
		const pairs = previous?.before;
		if (pairs) {
			const pair = pairs.get(isDigit(words[i]!) ? NUMBER : words[i]!);
			if (i === 0) count(pair, 0, 1);
			else count(pair, i - 1, 2);
		}
		previous = known;
	}
	if (most > 0) count(previous?.before?.get(END), most - 1, 1);
	count(models.words.get(lengthOf(most))?.own, -1, 0);
	return { reading, scores, found };

	function count(weights: Float32Array | undefined, i: number, length: number) {
		if (!weights) return;
		found.push({ i, length, weights });
		for (let l = 0; l < scores.length; l++) scores[l]! += weights[l]!;
	}
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
	const words = new Map<string, WordWeights>();
	const entry = (word: string) => {
		let known = words.get(word);
		if (!known) words.set(word, (known = {}));
		return known;
	};
	all.forEach(([, { weights }], l) => {
		for (const [feature, weight] of Object.entries(weights)) {
			const space = feature.indexOf(' ');
			if (space < 0) {
				(entry(feature).own ??= new Float32Array(all.length))[l] = weight;
				continue;
			}
			const pairs = (entry(feature.slice(0, space)).before ??= new Map<string, Float32Array>());
			const second = feature.slice(space + 1);
			let own = pairs.get(second);
			if (!own) pairs.set(second, (own = new Float32Array(all.length)));
			own[l] = weight;
		}
	});
	const [topics, handoff] = labels.map((own) => Object.keys(own).length) as [number, number];
	return {
		labels: all.map(([label]) => label),
		bias: all.map(([, { bias }]) => bias),
		range: { topics: [0, topics], handoff: [topics, topics + handoff] },
		words,
	};
}

function isDigit(word: string): boolean {
	const code = word.charCodeAt(0);
	return code >= 0x30 && code <= 0x39;
}
