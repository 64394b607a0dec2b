import type { Language } from './lexicon';
import { soundOf } from './hinglish';
import { LinearModel, tokenOf, type LinearWeights } from './linear';
import type { Words } from './text';

/**
 * How a message sounds beyond what the word lists say of its words ("so we", "still waiting", "when will"): a small linear
 * model for each language, trained by scripts/train-escalation.ts on top of the lists, so that it learns only what they leave out.
 */
interface ModelFile {
	/** Where the training data come from. */
	sources: string[];
	/** By language; above 0 speaks for a bad mood. */
	weights: ToneWeights;
}

export type ToneWeights = Partial<Record<Language, LinearWeights>>;

let replaced: ToneWeights | undefined;
const loaded = new Map<Language, LinearModel>();

/** Puts other weights in the place of the model's own, or its own back: to train and measure without them. */
export function useTone(weights?: ToneWeights): void {
	replaced = weights;
	loaded.clear();
}

/** How bad the tone of a message in the language is, beyond the word lists; below 0 for a good one. In logits. */
export function toneOf(read: Words, language: Language): number {
	let model = loaded.get(language);
	if (!model) {
		const weights = replaced ?? (require('./models/tone.json') as ModelFile).weights;
		model = new LinearModel(weights[language] ?? {}, toneToken(language));
		loaded.set(language, model);
	}
	return model.sum(read);
}

/** As what a word counts in a language: Hindi is typed in many ways that sound the same. */
export function toneToken(language: Language): (word: string) => string {
	return language === 'hi' ? (word) => soundOf(tokenOf(word)) : tokenOf;
}
