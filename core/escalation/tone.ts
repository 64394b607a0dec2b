import { LinearModel, type LinearWeights } from './linear';
import type { Words } from './text';

/**
 * How a message sounds beyond what the word lists say of its words ("so we", "still waiting", "when will"): a small linear
 * model, trained by scripts/train-escalation.ts on top of the lists, so that it learns only what they leave out. English only.
 */
interface ModelFile {
	language: string;
	/** Where the training data come from. */
	sources: string[];
	/** Above 0 speaks for a bad mood. */
	weights: LinearWeights;
}

let replaced: LinearWeights | undefined;
let loaded: LinearModel | undefined;

/** Puts other weights in the place of the model's own, or its own back: to train and measure without them. */
export function useTone(weights?: LinearWeights): void {
	replaced = weights;
	loaded = undefined;
}

/** How bad the tone of an English message is, beyond the word lists; below 0 for a good one. In logits. */
export function toneOf(read: Words): number {
	loaded ??= new LinearModel(replaced ?? (require('./models/tone.json') as ModelFile).weights);
	return loaded.sum(read);
}
