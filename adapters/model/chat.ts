/**
 * The chat model that n8n's AI sub-nodes supply (a LangChain chat model). Typed by what is used of it, so that no LangChain
 * package is needed.
 */
export interface ChatModel {
	invoke(
		messages: Array<['system' | 'human', string]>,
		options?: { signal?: AbortSignal },
	): Promise<unknown>;
}

export function isChatModel(value: unknown): value is ChatModel {
	return typeof (value as ChatModel | undefined)?.invoke === 'function';
}

/** The model gave no answer that can be used; `message` says which way it failed. */
export class ModelError extends Error {
	constructor(message: string, options?: { cause?: unknown }) {
		super(message, options);
		this.name = 'ModelError';
	}
}

/**
 * Asks once and returns the text of the answer. `data` goes in a message of its own, apart from the instructions. Throws
 * {@link ModelError} if the model fails, says nothing, or takes longer than `limitMs`; then the request is aborted, and an
 * answer that comes all the same is ignored.
 */
export async function ask(
	model: ChatModel,
	{ instructions, data }: { instructions: string; data: string },
	limitMs: number,
): Promise<string> {
	const abort = new AbortController();
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_resolve, reject) => {
		timer = setTimeout(() => {
			reject(new ModelError(`The model did not answer within ${limitMs / 1000} seconds`));
			abort.abort();
		}, limitMs);
	});
	try {
		const answer = await Promise.race([
			Promise.resolve(
				model.invoke(
					[
						['system', instructions],
						['human', data],
					],
					{ signal: abort.signal },
				),
			).catch((error: unknown) => {
				throw new ModelError(
					`The model did not answer: ${error instanceof Error ? error.message : String(error)}`,
					{ cause: error },
				);
			}),
			late,
		]);
		const text = textOf(answer);
		if (text.trim() === '') throw new ModelError('The model answered without text');
		return text;
	} finally {
		clearTimeout(timer);
	}
}

/** Text of an answer: a string, or a message whose content is a string or a list of parts. */
function textOf(answer: unknown): string {
	const content =
		typeof answer === 'object' && answer !== null
			? (answer as { content?: unknown }).content
			: answer;
	if (typeof content === 'string') return content;
	if (!Array.isArray(content)) return '';
	return content
		.map((part: unknown) =>
			typeof part === 'string' ? part : ((part as { text?: unknown } | null)?.text ?? ''),
		)
		.filter((part): part is string => typeof part === 'string')
		.join('');
}
