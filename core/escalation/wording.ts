import { runNetwork, Trace, unpackNetwork, type Network, type NetworkFile } from './recurrent';
import type { Words } from './text';

/**
 * What a recurrent network makes of a whole message: whether it wishes for a person, read word by word with what stands before
 * and behind it. Trained by scripts/train-escalation.ts, in all languages at once.
 */
export interface WordingFile extends NetworkFile {
	/** Where the training data come from. */
	sources: string[];
}

/** What stands before the first word of a sentence, after its last, after the last of a question, and at a comma. */
const START = '^';
const END = '$';
const ASKED = '?';
const COMMA = ',';
/** Words that are read before the last of the likeliest stretch, and behind it: those of all but the longest messages. */
const BEFORE = 64;
const BEHIND = 32;

/**
 * A message as the network reads it, around the stretch that ends before the word `to`: the tokens of each word, and between the
 * words its sentences and commas.
 */
export function wordingOf(
	{ sentences, questions, paused }: Words,
	tokensOf: (word: number) => string[],
	to: number,
): string[][] {
	const message: string[][] = [];
	const from = Math.max(0, to - BEFORE);
	const end = Math.min(sentences.length, to + BEHIND);
	for (let i = from; i < end; i++) {
		const sentence = sentences[i]!;
		if (i === 0 || sentence !== sentences[i - 1]) message.push([START]);
		else if (paused[i]) message.push([COMMA]);
		message.push(tokensOf(i));
		if (i + 1 === sentences.length || sentence !== sentences[i + 1])
			message.push([questions.has(sentence) ? ASKED : END]);
	}
	return message;
}

/** A network with the tokens that it knows. */
export class WordingModel {
	private readonly network: Network;
	private readonly numbers: Map<string, number>;
	private readonly trace: Trace;

	constructor(file: NetworkFile) {
		({ network: this.network, numbers: this.numbers } = unpackNetwork(file));
		this.trace = new Trace(this.network);
	}

	/** How much a message as {@link wordingOf} gives it sounds like a wish for a person, in logits. */
	score(message: readonly string[][]): number {
		return runNetwork(this.network, numbered(message, this.numbers), this.trace);
	}
}

/** The numbers of the tokens that are known. */
function numbered(message: readonly string[][], numbers: ReadonlyMap<string, number>): number[][] {
	return message.map((tokens) =>
		tokens.map((token) => numbers.get(token)).filter((number) => number !== undefined),
	);
}
