import type { IExecuteFunctions } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { isChatModel } from '../../adapters/model/chat';
import { chooseWithModel } from '../../adapters/model/summary';
import type { ConversationMessage } from '../../core/conversation/message';
import type { Brief } from '../../core/summary/brief';

/** The brief after an attached chat model has looked at it; the same brief where none is attached. */
export async function withModel(
	context: IExecuteFunctions,
	index: number,
	brief: Brief,
	messages: readonly ConversationMessage[],
	seconds: number | undefined,
): Promise<Brief> {
	const connected: unknown = await context.getInputConnectionData(
		NodeConnectionTypes.AiLanguageModel,
		index,
	);
	const model = Array.isArray(connected) ? (connected[0] as unknown) : connected;
	if (!isChatModel(model)) return brief;
	const chosen = await chooseWithModel(
		model,
		brief,
		messages,
		seconds === undefined ? undefined : seconds * 1000,
	);
	if (chosen.source.kind === 'rules' && chosen.source.fallback)
		context.addExecutionHints({
			message: `The brief was made without the model. ${chosen.source.fallback}.`,
			location: 'outputPane',
		});
	return chosen;
}
