import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { sleep } from '../../adapters/clock/sleep';
import { systemClock } from '../../adapters/clock/system';
import { rememberRoster } from '../../adapters/inbox/roster';
import { noSuchConversation } from '../../adapters/store/intake';
import { rosterOfHandoff, sharedRoster, shareRoster } from '../../adapters/store/roster';
import { whatsAppFor } from '../../adapters/whatsapp/open';
import { templateWordsFor } from '../../adapters/whatsapp/templates';
import type { Actor, AuditEntry } from '../../core/conversation/audit';
import type { Conversation, Priority, SignalResult } from '../../core/conversation/conversation';
import { isSaid, languageHeard } from '../../core/conversation/language';
import { isCustomerTurn } from '../../core/conversation/message';
import type { Absences } from '../../core/inbox/availability';
import { ABSENCES, rosterWithout } from '../../core/inbox/availability';
import { PLANNED_HANDOFF } from '../../core/metrics';
import { conversationLink } from '../../core/inbox/address';
import type { HandoffStore } from '../../core/ports/store';
import { StoreError } from '../../core/ports/store';
import type {
	Acknowledgement,
	HandoffRequest,
	HandoffResult,
	RerouteReason,
	RouterSettings,
	TeamQueues,
} from '../../core/routing';
import {
	acknowledge,
	agentIdOf,
	handOver,
	requestAgain,
	requestFor,
	routeAgain,
	unknownVariables,
} from '../../core/routing';
import { DEFAULT_POLICIES } from '../../core/sla';
import type { SlaPolicy } from '../../core/sla/policy';
import { isoTime } from '../../core/time';
import { wordsOf } from '../../core/words';
import { handoffItem, ledBy, toJson } from '../shared/item';
import { storeFor } from '../shared/store';
import { notify } from './notify';
import type { ParameterReader } from './routerSettings';
import { accountManagersIn, routerSettings } from './routerSettings';

/**
 * All routing of a namespace is put in one line, whichever queue it is for: an agent may serve several queues, and the limit
 * of open conversations holds over all of them.
 */
const ROSTER_KEY = 'agents';

/** Reads the parameters of one item, hands the conversation over or routes it again, and tells the customer. */
export async function routeItem(
	context: IExecuteFunctions,
	index: number,
): Promise<{ outcome: HandoffResult['outcome']; json: IDataObject }> {
	const item = context.getInputData()[index]!.json;
	const read: ParameterReader = (name, fallback) =>
		context.getNodeParameter(name, index, fallback) as unknown;
	const store = await storeFor(context);
	const conversationId = String(read('conversationId') ?? '');
	const router = `${context.getWorkflow().id ?? ''}:${context.getNode().name}`;
	const policies = (await store.getSetting<SlaPolicy[]>('sla.policies')) ?? DEFAULT_POLICIES;
	const again = read('operation', 'handOver') === 'routeAgain';
	const planOnly = read('planOnly', false) === true;
	const handedOver = again ? await store.conversation(conversationId) : undefined;
	const { roster, shared } = await rosterFor(store, read, again, handedOver);
	const given = routerSettings(
		read,
		policies,
		context.getTimezone(),
		roster,
		teamQueuesIn(objectAt(item, 'escalation')),
	);
	if (!planOnly && !shared && given.agents.length > 0) {
		await shareRoster(store, router, roster);
		await rememberRoster(store, given.agents);
	}
	warnOfUnknownVariables(context, given);
	const settings = await asOfNow(store, { ...given, router });
	const ask = again
		? againFrom(read, item, settings)
		: handoverFrom(read, item, settings, await languageIn(store, conversationId, item));

	const { result, request } = await decide(store, conversationId, ask, {
		move: again ? routeAgain : handOver,
		actor: { kind: 'workflow', name: context.getWorkflow().name ?? context.getNode().name },
		planOnly,
	});

	const acknowledgement = planOnly
		? undefined
		: await tell(context, index, { store, result, request, read });
	const messageId = (item.message as { id?: string } | undefined)?.id;
	// Also of a plan: the workflow has dealt with the message, and recovery need not hand it on.
	if (messageId) {
		await store.markHandled([messageId], isoTime(systemClock.now()));
	}

	const inboxUrl = await store.getSetting<string>('inbox.url');
	const notification = await notify(context, { store, result, request, read, item, inboxUrl });
	const { conversation, handoff, outcome, tell: _tell, considered, ...why } = result;
	const known = planOnly ? undefined : await store.conversation(conversationId);
	return {
		outcome,
		json: ledBy(
			{
				handoff: toJson({
					outcome,
					owner: conversation.owner,
					...why,
					...shownOf(considered),
					...handoff,
					...(planOnly ? { planned: true } : {}),
					...(acknowledgement ? { acknowledgement } : {}),
					...(inboxUrl ? { link: conversationLink(inboxUrl, conversation.id) } : {}),
					...(notification ? { notification } : {}),
				}),
				...handoffItem(known ?? conversation),
				...(item.message ? { message: item.message } : {}),
			},
			item,
		),
	};
}

/** A misspelt variable is no reason to leave a customer without a person; whoever looks at the run reads of it. */
function warnOfUnknownVariables(context: IExecuteFunctions, { texts = {} }: RouterSettings): void {
	const unknown = Object.values(texts).flatMap((text) => unknownVariables(text ?? ''));
	if (unknown.length === 0) return;
	const named = [...new Set(unknown)].map((name) => `{${name}}`).join(', ');
	context.addExecutionHints?.({
		message: `Your texts name ${named}, which nobody fills in: the customer reads it as it stands. There are {agent}, {queue}, {position}, {wait}, {due}, {opens} and {name}.`,
		location: 'outputPane',
	});
}

/** All that a plan leaves behind: what Handoff Report compares with what people did. */
function plannedLine(
	{ state }: Conversation,
	reason: string,
	actor: Actor,
	now: string,
): AuditEntry {
	return { at: now, actor, action: PLANNED_HANDOFF, reason, from: state, to: state };
}

/** The agents as they were entered, here or, where they are shared, in another router. */
async function rosterFor(
	store: HandoffStore,
	read: ParameterReader,
	again: boolean,
	handedOver: Conversation | undefined,
): Promise<{ roster: unknown; shared: boolean }> {
	const source = read('agentSource', 'here');
	if (source === 'store') return { roster: await sharedRoster(store), shared: true };
	if (source === 'field') return { roster: read('agentsField'), shared: false };
	const listed = read('agents.agent', []) as unknown[];
	// Who routes again and names nobody means those whom the handoff could have gone to.
	const known =
		again && listed.length === 0
			? await rosterOfHandoff(store, handedOver?.handoff?.routing?.router)
			: undefined;
	return known === undefined ? { roster: listed, shared: false } : { roster: known, shared: true };
}

/** The settings with the agents as they are now: who is away in the inbox gets nothing. */
async function asOfNow(store: HandoffStore, settings: RouterSettings): Promise<RouterSettings> {
	const absences = (await store.getSetting<Absences>(ABSENCES)) ?? {};
	const agents = rosterWithout(settings.agents, absences, isoTime(systemClock.now()));
	return { ...settings, agents };
}

/** Agents whose consideration stands in the item: with a thousand of them nobody would find the one who was chosen. */
const MOST_SHOWN = 50;

function shownOf(considered: HandoffResult['considered']) {
	const first = [...considered].sort((a, b) => Number(b.chosen) - Number(a.chosen));
	const more = first.length - MOST_SHOWN;
	return {
		considered: first.slice(0, MOST_SHOWN),
		...(more > 0 ? { consideredMore: more } : {}),
	};
}

/** What is asked of the router for a conversation, as it is at the moment of the decision. */
type Ask = (conversation: Conversation) => HandoffRequest;

async function decide(
	store: HandoffStore,
	conversationId: string,
	ask: Ask,
	how: { move: typeof handOver; actor: Actor; planOnly: boolean },
): Promise<{ result: HandoffResult; request: HandoffRequest }> {
	const before = await store.conversation(conversationId);
	if (!before) throw noSuchConversation(conversationId);
	const { queue } = ask(before);
	return store.route(
		conversationId,
		{
			key: ROSTER_KEY,
			queue,
		},
		(view) => {
			const request = ask(view.conversation);
			const now = isoTime(systemClock.now());
			const changes = how.move(view, request, how.actor, now);
			const result = { result: changes.result, request };
			if (!how.planOnly) return { ...changes, result };
			const { outcome } = changes.result;
			const line = plannedLine(view.conversation, request.reason, how.actor, now);
			return { result, ...(outcome === 'already' ? {} : { audit: [line] }) };
		},
	);
}

/** Newest messages by which the customer's language is told, where the last one alone is too short. */
const HEARD = 20;

/** How staff have named the scorer's queues, where they have: the suggested rules send to the same. */
function teamQueuesIn({ queues }: IDataObject): Partial<TeamQueues> {
	const given = Object.entries((queues ?? {}) as IDataObject);
	return Object.fromEntries(
		given.filter(([, name]) => typeof name === 'string' && name.trim() !== ''),
	);
}

/** In which language the customer writes: by the scorer's verdict and the thread. */
async function languageIn(
	store: HandoffStore,
	conversationId: string,
	item: IDataObject,
): Promise<string | undefined> {
	const { language, languageSupported } = objectAt(item, 'escalation');
	const { text: said, type } = objectAt(item, 'message');
	// A place or a contact names no language.
	const spoken = isSaid(type);
	const thread = await store.history(conversationId, { limit: HEARD });
	return languageHeard({
		...(spoken && typeof language === 'string' && languageSupported === true
			? { verdict: language }
			: {}),
		...(spoken && typeof said === 'string' ? { said } : {}),
		thread: thread
			.filter((message) => isCustomerTurn(message) && isSaid(message.type))
			.map(({ text }) => text)
			.reverse(),
	});
}

function handoverFrom(
	read: ParameterReader,
	item: IDataObject,
	settings: RouterSettings,
	heard: string | undefined,
): Ask {
	const escalation = objectAt(item, 'escalation');
	const options = read('options', {}) as { topic?: string };
	const messageId = objectAt(item, 'message').id;
	const text = (key: string) => (typeof escalation[key] === 'string' ? escalation[key] : undefined);
	const suggestedQueue = text('queue');
	const firedRule = text('firedRule');
	const language = text('language');
	const leadClass = text('leadClass');
	const facts = {
		reason: String(read('reason') ?? ''),
		score: typeof escalation.score === 'number' ? escalation.score : 0,
		signals: Array.isArray(escalation.signals)
			? (escalation.signals as unknown as SignalResult[])
			: [],
		priority: read('priority', 'normal') as Priority,
		...(suggestedQueue ? { suggestedQueue } : {}),
		...(firedRule ? { firedRule } : {}),
		...(language ? { language } : {}),
		...(heard ? { heard } : {}),
		...(leadClass ? { leadClass } : {}),
		skills: wordsOf(escalation.skills),
		topics: wordsOf(options.topic),
		accountManagers: accountManagersIn(item),
		...(typeof messageId === 'string' ? { cause: messageId } : {}),
	};
	return (conversation) => requestFor(settings, facts, conversation);
}

function againFrom(read: ParameterReader, item: IDataObject, settings: RouterSettings): Ask {
	const because = read('because', 'unanswered') as RerouteReason;
	const text = (name: string) => String(read(name, '') ?? '').trim();
	if (because === 'team_change' && !text('newQueue')) {
		throw new StoreError('New Queue is empty', 'Name the team whose matter it is, e.g. Sales.');
	}
	const { idempotencyKey, dueAt } = objectAt(item, 'sla');
	const alert = because === 'unanswered';
	const facts = {
		because,
		...(because === 'team_change' ? { queue: text('newQueue') } : {}),
		...(because === 'declined' && text('declinedBy')
			? { declinedBy: agentIdOf(text('declinedBy')) }
			: {}),
		...(text('remark') ? { remark: text('remark') } : {}),
		...(alert && typeof idempotencyKey === 'string' ? { cause: idempotencyKey } : {}),
		...(alert && typeof dueAt === 'string' ? { causedAt: dueAt } : {}),
		accountManagers: accountManagersIn(item),
	};
	return (conversation) => requestAgain(settings, facts, conversation);
}

/** Sends the acknowledgement where there is something to tell; what WhatsApp refuses becomes a hint. */
async function tell(
	context: IExecuteFunctions,
	index: number,
	what: {
		store: HandoffStore;
		result: HandoffResult;
		request: HandoffRequest;
		read: ParameterReader;
	},
): Promise<Acknowledgement | undefined> {
	const { store, result, request, read } = what;
	if (!result.tell || read('acknowledge', true) !== true) return undefined;
	const acknowledgement = await acknowledge(
		{ store, messaging: whatsAppFor(context, index), clock: systemClock, sleep },
		result,
		{
			timeZone:
				result.conversation.profile.timeZone ??
				request.teamHours?.timeZone ??
				context.getTimezone(),
			texts: request.texts ?? {},
			wordsOf: templateWordsFor(context, index),
		},
	);
	if (!acknowledgement.sent) {
		context.addExecutionHints({
			message: `The conversation is handed over, but the customer was not told: ${acknowledgement.message}. ${acknowledgement.advice}`,
			location: 'outputPane',
		});
	}
	return acknowledgement;
}

function objectAt(item: IDataObject, key: string): IDataObject {
	const value = item[key];
	return typeof value === 'object' && value !== null && !Array.isArray(value)
		? (value as IDataObject)
		: {};
}
