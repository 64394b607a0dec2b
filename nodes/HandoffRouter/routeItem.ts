import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { systemClock } from '../../adapters/clock/system';
import { whatsAppFor } from '../../adapters/whatsapp/open';
import { rememberRoster } from '../../adapters/inbox/roster';
import type { Absences } from '../../core/inbox/availability';
import { ABSENCES, rosterWithout } from '../../core/inbox/availability';
import type { HandoffStore } from '../../core/ports/store';
import type { Priority, SignalResult } from '../../core/conversation/conversation';
import type { SlaPolicy } from '../../core/sla/policy';
import type {
	Acknowledgement,
	HandoffRequest,
	HandoffResult,
	StrategyName,
} from '../../core/routing';
import { acknowledge, handOver, readRoster } from '../../core/routing';
import { DEFAULT_POLICIES } from '../../core/sla';
import { isoTime } from '../../core/time';
import { businessHoursFrom } from '../shared/businessHours';
import { wordsOf } from '../../core/words';
import { handoffItem, toJson } from '../shared/item';
import { storeFor } from '../shared/store';

/**
 * All routing of a namespace is put in one line, whichever queue it is for: an agent may serve several queues, and the limit
 * of open conversations holds over all of them.
 */
const ROSTER_KEY = 'agents';

interface Options {
	preferredSkills?: string;
	requiredSkills?: string;
	requiredLanguage?: string;
	stickyDays?: number;
	textAssigned?: string;
	textQueued?: string;
	textOffHours?: string;
}

/** Reads the parameters of one item, hands the conversation over and tells the customer. */
export async function routeItem(
	context: IExecuteFunctions,
	index: number,
): Promise<{ outcome: HandoffResult['outcome']; json: IDataObject }> {
	const item = context.getInputData()[index]!.json;
	const store = await storeFor(context);
	const conversationId = context.getNodeParameter('conversationId', index) as string;
	const options = context.getNodeParameter('options', index, {}) as Options;
	const teamHours = businessHoursFrom((name, fallback) =>
		context.getNodeParameter(name, index, fallback),
	);
	const request: HandoffRequest = {
		agents: await agentsNow(context, index, store),
		queue: context.getNodeParameter('queue', index) as string,
		strategies: strategiesOf(context, index),
		reason: context.getNodeParameter('reason', index) as string,
		score: numberIn(item.escalation, 'score'),
		signals: signalsIn(item.escalation),
		priority: context.getNodeParameter('priority', index) as Priority,
		requiredSkills: wordsOf(options.requiredSkills),
		preferredSkills: wordsOf(options.preferredSkills),
		...(options.requiredLanguage ? { requiredLanguage: options.requiredLanguage } : {}),
		stickyDays: options.stickyDays ?? 30,
		...(teamHours ? { teamHours } : {}),
		policies: (await store.getSetting<SlaPolicy[]>('sla.policies')) ?? DEFAULT_POLICIES,
	};

	const result = await store.route(
		conversationId,
		{ key: ROSTER_KEY, agentIds: request.agents.map(({ id }) => id), queue: request.queue },
		(view) =>
			handOver(
				view,
				request,
				{ kind: 'workflow', name: context.getWorkflow().name ?? context.getNode().name },
				isoTime(systemClock.now()),
			),
	);

	let acknowledgement: Acknowledgement | undefined;
	if (result.outcome !== 'already' && context.getNodeParameter('acknowledge', index)) {
		acknowledgement = await acknowledge(
			{ store, messaging: whatsAppFor(context, index), clock: systemClock },
			result,
			{
				timeZone:
					result.conversation.profile.timeZone ?? teamHours?.timeZone ?? context.getTimezone(),
				texts: {
					...(options.textAssigned ? { assigned: options.textAssigned } : {}),
					...(options.textQueued ? { queued: options.textQueued } : {}),
					...(options.textOffHours ? { off_hours: options.textOffHours } : {}),
				},
			},
		);
		if (!acknowledgement.sent) {
			context.addExecutionHints({
				message: `The conversation is handed over, but the customer was not told: ${acknowledgement.message}. ${acknowledgement.advice}`,
				location: 'outputPane',
			});
		}
	}
	const messageId = (item.message as { id?: string } | undefined)?.id;
	if (messageId) await store.markHandled([messageId], isoTime(systemClock.now()));

	const inboxUrl = await store.getSetting<string>('inbox.url');
	const { conversation, handoff, outcome, ...why } = result;
	return {
		outcome,
		json: {
			...item,
			...handoffItem((await store.conversation(conversationId)) ?? conversation),
			...(item.message ? { message: item.message } : {}),
			handoff: toJson({
				...handoff,
				outcome,
				owner: conversation.owner,
				...why,
				...(acknowledgement ? { acknowledgement } : {}),
				...(inboxUrl ? { link: `${inboxUrl}#/c/${conversation.id}` } : {}),
			}),
		},
	};
}

/** The agents as they are now: those who are away in the inbox get nothing. The inbox learns whom there is. */
async function agentsNow(context: IExecuteFunctions, index: number, store: HandoffStore) {
	const agents = agentsOf(context, index);
	await rememberRoster(store, agents);
	const absences = (await store.getSetting<Absences>(ABSENCES)) ?? {};
	return rosterWithout(agents, absences, isoTime(systemClock.now()));
}

function agentsOf(context: IExecuteFunctions, index: number) {
	if (context.getNodeParameter('agentSource', index) === 'field') {
		return readRoster(context.getNodeParameter('agentsField', index));
	}
	return readRoster(context.getNodeParameter('agents.agent', index, []));
}

function strategiesOf(context: IExecuteFunctions, index: number): StrategyName[] {
	const strategy = context.getNodeParameter('strategy', index) as StrategyName | 'chain';
	if (strategy !== 'chain') return [strategy];
	const steps = context.getNodeParameter('chain.step', index, []) as Array<{
		strategy: StrategyName;
	}>;
	return steps.length > 0 ? steps.map((step) => step.strategy) : ['roundRobin'];
}

function numberIn(value: unknown, key: string): number {
	const found = (value as Record<string, unknown> | undefined)?.[key];
	return typeof found === 'number' ? found : 0;
}

function signalsIn(value: unknown): SignalResult[] {
	const found = (value as { signals?: unknown } | undefined)?.signals;
	return Array.isArray(found) ? (found as SignalResult[]) : [];
}
