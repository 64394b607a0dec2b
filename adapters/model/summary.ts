import type { ConversationMessage } from '../../core/conversation/message';
import type { Brief } from '../../core/summary/brief';
import { applyAnswer, modelRequest, readAnswer } from '../../core/summary/model';
import type { ChatModel } from './chat';
import { ask } from './chat';

export const DEFAULT_LIMIT_MS = 15_000;

/**
 * Lets a chat model choose the passages of a brief. Never throws: where the model fails, is late or answers in another form, the
 * brief made by rules stays as it is and `source.fallback` says why.
 */
export async function chooseWithModel(
	model: ChatModel,
	brief: Brief,
	messages: readonly ConversationMessage[],
	limitMs = DEFAULT_LIMIT_MS,
): Promise<Brief> {
	try {
		const request = modelRequest(messages);
		if (request.messages.size === 0) return brief;
		return applyAnswer(brief, readAnswer(await ask(model, request, limitMs)), request);
	} catch (error) {
		const fallback = error instanceof Error ? error.message : String(error);
		return { ...brief, source: { kind: 'rules', fallback } };
	}
}
