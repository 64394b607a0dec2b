import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { systemClock } from '../../adapters/clock/system';
import { isCaptured, type Conversation, type Counters } from '../../core/conversation/conversation';
import { heard, isEnough, isSaid, languageOf } from '../../core/conversation/language';
import type { ConversationMessage } from '../../core/conversation/message';
import { score } from '../../core/escalation';
import type { ScoreInput, ScoreResult } from '../../core/escalation';
import { isoTime } from '../../core/time';
import { ParameterInvalid } from '../shared/checkParameters';
import { ledBy, toJson } from '../shared/item';
import { storeFor } from '../shared/store';
import { botFacts } from './botFacts';
import { modelOpinion } from './modelOpinion';
import { scorerSettings } from './scorerSettings';

/** Newest messages that the scorer looks back on. */
const HISTORY = 20;

/** Reads the parameters of one item, scores the message and keeps the counters with the conversation. */
export async function scoreItem(
	context: IExecuteFunctions,
	index: number,
): Promise<{ decision: ScoreResult['decision']; json: IDataObject }> {
	const item = context.getInputData()[index]!.json;
	const given = context.getNodeParameter('messageText', index, '') as unknown;
	const text = String(given ?? '');
	const conversationId = String(context.getNodeParameter('conversationId', index, '') ?? '').trim();
	const settings = scorerSettings(context, index);
	const options = context.getNodeParameter('options', index, {}) as { saveCounters?: boolean };
	const bot = botFacts(context, index);
	const message = messageOf(item, text);
	const now = isoTime(systemClock.now());

	const store = conversationId ? await storeFor(context) : undefined;
	const stored = await store?.conversation(conversationId);
	const history =
		stored && store ? await store.history(conversationId, { limit: HISTORY }) : historyOf(item);
	if (!stored && (given === undefined || given === null) && !('message' in item)) {
		// Without this, an expression that finds nothing would never bring a person in, and nobody would know.
		throw new ParameterInvalid(
			'Message Text is empty, and the item names no conversation',
			'Put WhatsApp Trigger before this node, or check that the expression of Message Text finds the customer’s words in this item.',
		);
	}
	const opinion = await modelOpinion(context, index, message, history);
	const base = { message, history, bot, settings, ...(opinion ? { opinion } : {}) };

	let result: ScoreResult;
	if (stored && store && options.saveCounters !== false) {
		// Scored inside the transaction, on the counters as they are now: two messages at once are both counted.
		result = await store.decide(conversationId, ({ conversation }) => {
			const verdict = score({ ...base, ...factsOf(conversation) });
			const counters = {
				...verdict.counters,
				customerTurns: conversation.counters.customerTurns,
				botTurns: conversation.counters.botTurns,
			};
			const { language, languageSupported } = verdict;
			const told = languageSupported && isSaid(message.type) && isEnough(text);
			const next = heard(conversation, told ? language : undefined);
			const changed =
				next !== conversation || JSON.stringify(counters) !== JSON.stringify(conversation.counters);
			return {
				result: { ...verdict, counters },
				...(changed
					? {
							conversation: {
								...next,
								counters,
								version: conversation.version + 1,
								updatedAt: now,
							},
						}
					: {}),
			};
		});
	} else {
		result = score({ ...base, ...(stored ? factsOf(stored) : factsOfItem(item)) });
	}
	const { counters, decision, score: points, threshold, reason, priority, ...rest } = result;
	// What was decided and why comes before the arithmetic.
	const named = settings.queues;
	const escalation = {
		decision,
		score: points,
		threshold,
		reason,
		priority,
		...rest,
		// What staff call the teams, for the rules of the Handoff Router.
		...(Object.keys(named).length > 0 ? { queues: named } : {}),
	};
	return {
		decision,
		json: ledBy(
			{
				escalation: toJson(escalation),
				conversation: { ...objectAt(item, 'conversation'), counters: toJson(counters) },
			},
			item,
		),
	};
}

function factsOf(
	conversation: Conversation,
): Pick<ScoreInput, 'counters' | 'profile' | 'conversation'> {
	const { profile, identity } = conversation;
	const language = languageOf(conversation);
	return {
		counters: conversation.counters,
		profile: {
			...profile,
			...(identity.phone ? { phone: identity.phone } : {}),
			...((profile.name ?? identity.name) ? { name: profile.name ?? identity.name } : {}),
		},
		conversation: {
			id: conversation.id,
			state: conversation.state,
			captured: isCaptured(conversation),
			tags: conversation.tags,
			priority: conversation.priority,
			collected: conversation.collected,
			...(language ? { language } : {}),
		},
	};
}

/** Without a stored conversation: what the item itself says. */
function factsOfItem(item: IDataObject): Pick<ScoreInput, 'counters' | 'profile' | 'conversation'> {
	const conversation = objectAt(item, 'conversation') as ScoreInput['conversation'] & {
		counters?: Partial<Counters>;
	};
	return {
		...(conversation?.counters ? { counters: conversation.counters } : {}),
		profile: objectAt(item, 'customer') as ScoreInput['profile'],
		conversation,
	};
}

function messageOf(item: IDataObject, text: string): ScoreInput['message'] {
	const message = objectAt(item, 'message') as Partial<ConversationMessage>;
	return { ...message, id: typeof message.id === 'string' ? message.id : 'message', text };
}

function historyOf(item: IDataObject): ConversationMessage[] {
	const history = item.history ?? objectAt(item, 'conversation').history;
	return Array.isArray(history) ? (history as unknown as ConversationMessage[]) : [];
}

function objectAt(item: IDataObject, key: string): IDataObject {
	const value = item[key];
	return typeof value === 'object' && value !== null && !Array.isArray(value)
		? (value as IDataObject)
		: {};
}
