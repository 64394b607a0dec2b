import { applyEvent, TransitionRefused } from '../conversation/apply';
import type { Actor } from '../conversation/audit';
import type { Conversation, Owner } from '../conversation/conversation';
import type { MessageOrigin } from '../conversation/message';
import { BY_HAND_QUEUE, teamOf } from '../conversation/team';
import type { ConversationEvent } from '../conversation/transitions';
import { sameOwner } from '../conversation/transitions';
import type { Changes, ConversationView, HandoffStore } from '../ports/store';
import type { SlaPolicy } from '../sla/policy';
import type { IsoTime } from '../time';
import { addMilliseconds } from '../time';
import type { InboxDone, InboxReply } from './actions';
import { accepted, LONGEST_HOLD_MS, performInboxAction } from './actions';

export interface AgentElsewhere {
	/** As the router knows them. */
	id: string;
	name: string;
}

/** What somebody did in an inbox that is not ours, e.g. Chatwoot. */
export type ElsewhereAction =
	/** An answer to the customer; without `agent` it comes from an automation there. */
	| {
			kind: 'reply';
			agent?: AgentElsewhere;
			text: string;
			origin: MessageOrigin;
			file?: { fileName: string; mimeType: string; bytes: number };
	  }
	| { kind: 'note'; agent: AgentElsewhere; text: string; origin: MessageOrigin }
	/** A person has it now, or a queue. */
	| { kind: 'assigned'; owner: Owner; agent?: AgentElsewhere }
	/** A person took it from the bot. */
	| { kind: 'opened'; owner: Owner; agent?: AgentElsewhere }
	| { kind: 'resolved'; disposition: string; agent?: AgentElsewhere }
	| { kind: 'returned_to_bot'; agent?: AgentElsewhere }
	| { kind: 'snoozed'; until?: IsoTime; agent?: AgentElsewhere }
	| { kind: 'resumed'; agent?: AgentElsewhere };

export interface DoneElsewhere {
	/** What the workflow is told, in order; empty where all of it was so already. */
	done: InboxDone[];
	/** Why it cannot be, for the agent to read there. */
	refused?: string;
}

/**
 * Brings what an agent did elsewhere into the conversation, by the same rules as on our own page, save that nobody can be told no
 * before they act: whoever answers a conversation of the bot or of a queue has thereby taken it.
 */
export async function performElsewhere(
	store: HandoffStore,
	conversationId: string,
	action: ElsewhereAction,
	by: By,
): Promise<DoneElsewhere> {
	try {
		return await perform(store, conversationId, action, by);
	} catch (error) {
		if (!(error instanceof TransitionRefused)) throw error;
		return { done: [], refused: `${error.message}. ${error.advice}` };
	}
}

interface By {
	/** As people call it. */
	inbox: string;
	now: IsoTime;
	policies: readonly SlaPolicy[];
}

async function perform(
	store: HandoffStore,
	conversationId: string,
	action: ElsewhereAction,
	by: By,
): Promise<DoneElsewhere> {
	const { agent } = action;
	const actor: Actor = agent
		? { kind: 'agent', id: agent.id, name: agent.name }
		: { kind: 'system', name: by.inbox };
	const me: Owner | undefined = agent && { kind: 'agent', ...agent };
	/** Applies what `event` says, if anything; gives the conversation before and after. */
	const change = (event: (conversation: Conversation) => ConversationEvent | undefined) =>
		store.decide(
			conversationId,
			(view: ConversationView): Changes<{ before: Conversation; after: Conversation }> => {
				const before = view.conversation;
				const wanted = event(before);
				if (!wanted) return { result: { before, after: before } };
				const changes = applyEvent(view, wanted, { actor, ...by });
				return { ...changes, result: { before, after: changes.result } };
			},
		);
	const told = (
		event: InboxDone['event'],
		{ before, after }: { before: Conversation; after: Conversation },
	): DoneElsewhere => ({
		done: after.version > before.version ? [{ event, conversation: after }] : [],
	});
	/** On the page; whoever may set the status there is as good as a supervisor here. */
	const onPage = (name: 'hold' | 'resume' | 'note', more: object = {}) =>
		performInboxAction(
			store,
			{ ...(agent ?? { id: by.inbox, name: by.inbox }), role: 'supervisor' },
			{ action: name, conversationId, text: '', key: '', disposition: '', ...more },
			by,
		);

	switch (action.kind) {
		case 'reply': {
			const moved = await change((conversation) => me && takingFor(conversation, me, by.inbox));
			const { after } = moved;
			if (after.state === 'closed' && me) {
				return {
					done: [],
					refused:
						'This was not sent to the customer: the conversation is closed. It opens again when the customer writes.',
				};
			}
			const reply: InboxReply = {
				kind: action.file ? 'media' : 'text',
				text: action.text,
				key: `${action.origin.inbox}:${action.origin.id}`,
				author: me ? 'agent' : 'system',
				...(action.file ? { file: action.file } : {}),
				origin: action.origin,
				...(me ? accepted(after, by.now) : {}),
			};
			return {
				done: [...told('claimed', moved).done, { event: 'reply', conversation: after, reply }],
			};
		}
		case 'note': {
			const { text, origin } = action;
			return {
				done: [await onPage('note', { text, origin, key: `${origin.inbox}:${origin.id}` })],
			};
		}
		case 'opened':
		case 'assigned': {
			const { owner, kind } = action;
			const moved = await change((conversation) => {
				if (conversation.state === 'human') return owning(conversation, owner, by.inbox);
				return kind === 'opened' && conversation.state === 'bot'
					? taking(conversation, owner, by.inbox, agent?.name)
					: undefined;
			});
			if (kind === 'opened' && moved.after.state === 'closed') {
				return {
					done: [],
					refused:
						'This conversation stays closed until the customer writes again: a person cannot open it.',
				};
			}
			const claimed = owner.kind === 'agent' && moved.before.owner?.kind !== 'agent';
			return told(claimed ? 'claimed' : 'reassigned', moved);
		}
		case 'resolved':
			return told(
				'resolved',
				await change(() => ({
					type: 'resolve',
					outcome: { disposition: action.disposition },
					reason: `Resolved in ${by.inbox}`,
				})),
			);
		case 'returned_to_bot':
			return told(
				'returned_to_bot',
				await change(({ state }) =>
					state === 'human'
						? // Whoever sets the status there has seen the thread.
							{ type: 'return_to_bot', reason: `Given back in ${by.inbox}`, anyway: true }
						: undefined,
				),
			);
		case 'snoozed':
		case 'resumed': {
			const conversation = await store.conversation(conversationId);
			if (conversation?.state !== 'human') return { done: [] };
			if (action.kind === 'resumed') {
				return { done: conversation.hold ? [await onPage('resume')] : [] };
			}
			// A longer one than a hold may be ends here before it ends there: the customer is not forgotten for so long.
			const latest = addMilliseconds(by.now, LONGEST_HOLD_MS);
			const { until } = action;
			const ends = until && until > latest ? latest : until;
			return { done: [await onPage('hold', ends && ends > by.now ? { until: ends } : {})] };
		}
	}
}

/** What makes the writer the one who has it; undefined where a person has it already. */
function takingFor(
	conversation: Conversation,
	me: Owner,
	inbox: string,
): ConversationEvent | undefined {
	if (conversation.state === 'bot') return taking(conversation, me, inbox, me.name);
	if (conversation.state === 'human' && conversation.owner?.kind === 'queue') {
		return { type: 'assign', owner: me, reason: `Answered in ${inbox}` };
	}
	return undefined;
}

function taking(
	conversation: Conversation,
	owner: Owner,
	inbox: string,
	name: string | undefined,
): ConversationEvent {
	return {
		type: 'escalate',
		owner,
		reason: name ? `${name} took over in ${inbox}` : `Taken over in ${inbox}`,
		score: 0,
		signals: [],
		priority: 'normal',
		queue: owner.kind === 'queue' ? owner.name : (teamOf(conversation) ?? BY_HAND_QUEUE),
	};
}

function owning(
	{ owner: current }: Conversation,
	owner: Owner,
	inbox: string,
): ConversationEvent | undefined {
	if (sameOwner(current, owner)) return undefined;
	const reason = `Assigned in ${inbox}`;
	return owner.kind === 'queue'
		? { type: 'release', queue: owner.name, reason }
		: { type: 'assign', owner, reason };
}
