import type { Reading } from './reading';

/**
 * A small linear classifier, trained by scripts/train-escalation.ts: for each label the weights of words and pairs of
 * neighbouring words. A weight says how much its word speaks for the label, so the evidence of a verdict is words.
 */
interface ModelFile {
	language: string;
	/** Where the training data come from. */
	sources: string[];
	labels: Record<string, { bias: number; weights: Record<string, number> }>;
}

export interface Recognised {
	label: string;
	/** 0 to 1. */
	probability: number;
	evidence: string;
}

export type ModelName = 'topics' | 'handoff';

interface Model {
	labels: string[];
	bias: number[];
	/** What stands for a word, or for the beginning or length of a message → its weights. */
	words: Map<string, WordWeights>;
}

interface WordWeights {
	/** Of the word, for each label. */
	own?: Float32Array;
	/** Of the word and the one that follows it. */
	before?: Map<string, Float32Array>;
}

const loaded = new Map<ModelName, Model>();
/** Longer texts are no longer like what the models were trained on; their first words decide. */
const MAX_WORDS = 60;
/** What stands before the first word, after the last, and for any number. */
const START = '^';
const END = '$';
const NUMBER = '#';

/** What a model makes of an English message; undefined for other languages. */
export function recognise(name: ModelName, reading: Reading): Recognised | undefined {
	const { language } = reading.language;
	if (language !== 'en' && language !== undefined) return undefined;
	if (reading.words.scripts.latin === 0) return undefined;
	const model = load(name);
	const { words } = reading.words;
	const most = Math.min(words.length, MAX_WORDS);
	const scores = [...model.bias];
	const found: Array<{ i: number; length: number; weights: Float32Array }> = [];
	const count = (weights: Float32Array | undefined, i: number, length: number) => {
		if (!weights) return;
		found.push({ i, length, weights });
		for (let l = 0; l < scores.length; l++) scores[l]! += weights[l]!;
	};
	// The features of featuresOf in their order, without making a string of each pair.
	let previous = model.words.get(START);
	for (let i = 0; i < most; i++) {
		const word = isDigit(words[i]!) ? NUMBER : words[i]!;
		const known = model.words.get(word);
		count(known?.own, i, 1);
		count(previous?.before?.get(word), i === 0 ? 0 : i - 1, i === 0 ? 1 : 2);
		previous = known;
	}
	if (most > 0) count(previous?.before?.get(END), most - 1, 1);
	count(model.words.get(lengthOf(most))?.own, -1, 0);
	if (found.length === 0) return undefined;
	let best: { l: number; probability: number } | undefined;
	for (let l = 0; l < scores.length; l++) {
		const probability = 1 / (1 + Math.exp(-scores[l]!));
		if (!best || probability > best.probability) best = { l, probability };
	}
	if (!best || best.probability < 0.15) return undefined;
	const { l } = best;
	const said = found
		.filter(({ i, weights }) => i >= 0 && weights[l]! > 0)
		.sort((a, b) => b.weights[l]! - a.weights[l]! || a.i - b.i)
		.slice(0, 3)
		.sort((a, b) => a.i - b.i)
		.map(({ i, length }) =>
			reading.words.text.slice(reading.words.starts[i], reading.words.ends[i + length - 1]),
		);
	return {
		label: model.labels[l]!,
		probability: Math.round(best.probability * 1000) / 1000,
		evidence: [...new Set(said)].join(' … '),
	};
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

function load(name: ModelName): Model {
	let model = loaded.get(name);
	if (!model) {
		const file = require(`./models/${name}.json`) as ModelFile;
		const labels = Object.keys(file.labels);
		const words = new Map<string, WordWeights>();
		const entry = (word: string) => {
			let known = words.get(word);
			if (!known) words.set(word, (known = {}));
			return known;
		};
		labels.forEach((label, l) => {
			for (const [feature, weight] of Object.entries(file.labels[label]!.weights)) {
				const space = feature.indexOf(' ');
				if (space < 0) {
					(entry(feature).own ??= new Float32Array(labels.length))[l] = weight;
					continue;
				}
				const pairs = (entry(feature.slice(0, space)).before ??= new Map());
				const second = feature.slice(space + 1);
				let weights = pairs.get(second);
				if (!weights) pairs.set(second, (weights = new Float32Array(labels.length)));
				weights[l] = weight;
			}
		});
		model = { labels, bias: labels.map((label) => file.labels[label]!.bias), words };
		loaded.set(name, model);
	}
	return model;
}

function isDigit(word: string): boolean {
	const code = word.charCodeAt(0);
	return code >= 0x30 && code <= 0x39;
}
