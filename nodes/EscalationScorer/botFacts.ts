import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { BotFacts } from '../../core/escalation';

/** What the bot knows of this turn: from the item's `bot`, or from the node's own fields. Empty fields say nothing. */
export function botFacts(context: IExecuteFunctions, index: number): BotFacts {
	const own = context.getNodeParameter('botSource', index, 'item') === 'fields';
	const facts = own
		? (context.getNodeParameter('bot', index, {}) as IDataObject)
		: context.getInputData()[index]!.json.bot;
	if (typeof facts !== 'object' || facts === null) return {};
	const read = readBotFacts(facts as IDataObject);
	for (const name of ['confidence', 'understood', 'handoffRequested'] as const) {
		const value = (facts as IDataObject)[name];
		if (!hasText(value) || read[name] !== undefined) continue;
		const wanted = name === 'confidence' ? 'a number from 0 to 1' : 'true or false';
		context.addExecutionHints?.({
			message: `What the bot says of “${name}” was not counted: “${String(value as string)}” is not ${wanted}.`,
			location: 'outputPane',
		});
	}
	return read;
}

/** Facts as expressions, CSV files and models give them: "false", "0.4" and "" are understood. */
export function readBotFacts(facts: IDataObject): BotFacts {
	const confidence = Number(facts.confidence);
	const understood = readBoolean(facts.understood);
	const handoffRequested = readBoolean(facts.handoffRequested);
	return {
		...(typeof facts.reply === 'string' ? { reply: facts.reply } : {}),
		...(understood === undefined ? {} : { understood }),
		...(hasText(facts.confidence) && Number.isFinite(confidence) ? { confidence } : {}),
		...(typeof facts.intent === 'string' && facts.intent ? { intent: facts.intent } : {}),
		...(handoffRequested === undefined ? {} : { handoffRequested }),
		...(typeof facts.handoffReason === 'string' && facts.handoffReason
			? { handoffReason: facts.handoffReason }
			: {}),
	};
}

/** "true", "yes", 1 … as a boolean; undefined for what says nothing. */
export function readBoolean(value: unknown): boolean | undefined {
	if (typeof value === 'boolean') return value;
	if (value === 1 || value === 0) return value === 1;
	if (typeof value !== 'string') return undefined;
	const word = value.trim().toLowerCase();
	if (['true', 'yes', 'y', '1'].includes(word)) return true;
	if (['false', 'no', 'n', '0'].includes(word)) return false;
	return undefined;
}

function hasText(value: unknown): boolean {
	return value !== undefined && value !== null && String(value).trim() !== '';
}
