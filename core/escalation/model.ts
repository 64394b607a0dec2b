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
	/** Word or pair → weight for each label. */
	weights: Map<string, Float32Array>;
}

const loaded = new Map<ModelName, Model>();
/** Longer texts are no longer like what the models were trained on; their first words decide. */
const MAX_WORDS = 60;

/** What a model makes of an English message; undefined for other languages. */
export function recognise(name: ModelName, reading: Reading): Recognised | undefined {
	const { language } = reading.language;
	if (language !== 'en' && language !== undefined) return undefined;
	if (reading.words.scripts.latin === 0) return undefined;
	const model = load(name);
	const features = featuresOf(reading.words.words);
	let best: Recognised | undefined;
	const scores = [...model.bias];
	const found: Array<{ i: number; length: number; weights: Float32Array }> = [];
	for (const { feature, i, length } of features) {
		const weights = model.weights.get(feature);
		if (!weights) continue;
		found.push({ i, length, weights });
		for (let l = 0; l < scores.length; l++) scores[l]! += weights[l]!;
	}
	if (found.length === 0) return undefined;
	scores.forEach((score, l) => {
		const probability = 1 / (1 + Math.exp(-score));
		if (!best || probability > best.probability) {
			best = { label: model.labels[l]!, probability, evidence: String(l) };
		}
	});
	if (!best || best.probability < 0.15) return undefined;
	const l = Number(best.evidence);
	const said = found
		.filter(({ i, weights }) => i >= 0 && weights[l]! > 0)
		.sort((a, b) => b.weights[l]! - a.weights[l]! || a.i - b.i)
		.slice(0, 3)
		.sort((a, b) => a.i - b.i)
		.map(({ i, length }) =>
			reading.words.text.slice(reading.words.starts[i], reading.words.ends[i + length - 1]),
		);
	return {
		...best,
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
	let before = '^';
	for (let i = 0; i < most; i++) {
		const word = isDigit(words[i]!) ? '#' : words[i]!;
		features.push({ feature: word, i, length: 1 });
		features.push({
			feature: `${before} ${word}`,
			i: before === '^' ? i : i - 1,
			length: before === '^' ? 1 : 2,
		});
		before = word;
	}
	if (most > 0) features.push({ feature: `${before} $`, i: most - 1, length: 1 });
	features.push({
		feature: most <= 2 ? '<short>' : most > 12 ? '<long>' : '<middle>',
		i: -1,
		length: 0,
	});
	return features;
}

function load(name: ModelName): Model {
	let model = loaded.get(name);
	if (!model) {
		const file = require(`./models/${name}.json`) as ModelFile;
		const labels = Object.keys(file.labels);
		const weights = new Map<string, Float32Array>();
		labels.forEach((label, l) => {
			for (const [feature, weight] of Object.entries(file.labels[label]!.weights)) {
				let all = weights.get(feature);
				if (!all) weights.set(feature, (all = new Float32Array(labels.length)));
				all[l] = weight;
			}
		});
		model = { labels, bias: labels.map((label) => file.labels[label]!.bias), weights };
		loaded.set(name, model);
	}
	return model;
}

function isDigit(word: string): boolean {
	const code = word.charCodeAt(0);
	return code >= 0x30 && code <= 0x39;
}
