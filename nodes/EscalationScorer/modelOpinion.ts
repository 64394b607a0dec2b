import type { IExecuteFunctions } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { ask, isChatModel } from '../../adapters/model/chat';
import type { ConversationMessage } from '../../core/conversation/message';
import type { ModelOpinion, ScoreInput } from '../../core/escalation';
import { opinionPrompt, readOpinion } from '../../core/escalation/opinion';

/** The customer waits for this answer: the rules decide alone when the model takes longer. */
const TIMEOUT_MS = 8000;

/** The attached chat model's second opinion; undefined if there is none, or it does not answer in time or as asked. */
export async function modelOpinion(
	context: IExecuteFunctions,
	index: number,
	message: ScoreInput['message'],
	history: readonly ConversationMessage[],
): Promise<ModelOpinion | undefined> {
	if (context.getNodeParameter('secondOpinion', index, false) !== true) return undefined;
	if (message.text.trim() === '') return undefined;
	try {
		const given: unknown = await context.getInputConnectionData(
			NodeConnectionTypes.AiLanguageModel,
			index,
		);
		const model: unknown = Array.isArray(given) ? given[0] : given;
		if (!isChatModel(model)) return undefined;
		return readOpinion(
			await ask(model, opinionPrompt(message.text, history), TIMEOUT_MS),
			message.text,
		);
	} catch {
		// A model that is down must not keep the rules from deciding.
		return undefined;
	}
}
