import type { IsoTime } from '../time';
import type { Actor, AuditEntry } from './audit';
import type {
	Conversation,
	Handoff,
	HandoffPromise,
	HandoffRouting,
	Outcome,
	Owner,
	Priority,
	SignalResult,
} from './conversation';
import { isCaptured, NO_COUNTERS, OF_A_HANDOFF, SAME_CASE_MS } from './conversation';
import { unfinishedExchange } from './exchange';

/**
 * What can happen to a conversation. These and no others change its state:
 *
 *     bot ──escalate──▶ human ──resolve──▶ closed ──customer_wrote──▶ bot
 *      ▲                  │ ▲
 *      └──return_to_bot───┘ └── assign / release / reroute / decline (the owner changes, the state stays human)
 *     bot ──resolve──▶ closed ──a person writes──▶ human
 *     bot ──capture──▶ bot (a request waits for its promised time)
 */
export type ConversationEvent =
	/** `asks` is false for what nobody has to answer, e.g. thanks. */
	| { type: 'customer_wrote'; sentAt: IsoTime; asks?: boolean }
	| {
			type: 'escalate';
			/** Set by a person who writes to the customer: what is closed is begun anew, in their hands. */
			reopens?: boolean;
			owner: Owner;
			reason: string;
			score: number;
			signals: SignalResult[];
			priority: Priority;
			queue: string;
			topics?: readonly string[];
			leadClass?: string;
			routing?: HandoffRouting;
			promise?: HandoffPromise;
	  }
	/** The team is closed: the request and its promise are on record, and the bot goes on helping meanwhile. */
	| {
			type: 'capture';
			reason: string;
			score: number;
			signals: SignalResult[];
			priority: Priority;
			queue: string;
			topics?: readonly string[];
			leadClass?: string;
			routing?: HandoffRouting;
			promise: HandoffPromise;
	  }
	/** The router looks again: a new owner, or the same queue with a wider circle of agents. */
	| { type: 'reroute'; owner: Owner; queue: string; routing: HandoffRouting; reason: string }
	/** The agent does not take it; it waits in its queue and never comes back to this agent. */
	| { type: 'decline'; agentId?: string; reason: string }
	/** A new owner: the router's choice, a claim, a transfer. `ifOwner` refuses it where another won the race. */
	| { type: 'assign'; owner: Owner; reason: string; ifOwner?: Owner }
	/** The owner gives it up; it waits in the queue again. */
	| { type: 'release'; queue: string; reason: string }
	| { type: 'resolve'; outcome?: Outcome; reason?: string }
	/** Refused in the middle of an exchange, see {@link unfinishedExchange}, unless it is meant `anyway`. */
	| { type: 'return_to_bot'; reason?: string; anyway?: boolean }
	/** A person answered the customer. */
	| { type: 'agent_replied'; sentAt: IsoTime };

export type Refusal = {
	ok: false;
	/** A sentence for staff that names the state and who holds the conversation. */
	message: string;
	/** What would work instead. */
	advice: string;
	/** Set where whoever asked may say that it is meant all the same. */
	code?: 'mid_exchange';
};

export type Transition =
	{ ok: true; conversation: Conversation; audit?: AuditEntry; changed: boolean } | Refusal;

/**
 * The next state of a conversation after `event`, or why it is refused. Pure: the same conversation, event, actor and time
 * give the same result. The version rises by one with every change; an event that changes nothing (a second resolve of a
 * closed conversation) is accepted and leaves the version as it was, so that a retry is harmless.
 */
export function transition(
	conversation: Conversation,
	event: ConversationEvent,
	actor: Actor,
	now: IsoTime,
): Transition {
	const step = (
		changes: Partial<Conversation>,
		action: string,
		reason: string | undefined,
	): Transition => {
		const next: Conversation = {
			...conversation,
			...changes,
			version: conversation.version + 1,
			updatedAt: now,
		};
		if (next.state !== 'human') delete next.owner;
		// A hold is its owner's: whoever gets the conversation next must not wait for it.
		if (!sameOwner(next.owner, conversation.owner)) delete next.hold;
		return {
			ok: true,
			changed: true,
			conversation: next,
			audit: {
				at: now,
				actor,
				action,
				...(reason ? { reason } : {}),
				from: conversation.state,
				to: next.state,
				...(next.owner ? { owner: next.owner } : {}),
			},
		};
	};
	const unchanged: Transition = { ok: true, changed: false, conversation };
	const refuse = (what: string, advice: string): Refusal => ({
		ok: false,
		message: `${what}: the conversation is ${describeState(conversation)}`,
		advice,
	});

	switch (event.type) {
		case 'customer_wrote': {
			const seen = later(conversation.lastCustomerMessageAt, event.sentAt);
			const asked = askedAt(conversation, event);
			if (conversation.state !== 'closed') {
				return {
					ok: true,
					changed: true,
					conversation: {
						...conversation,
						lastCustomerMessageAt: seen,
						lastAskedAt: asked,
						lastMessageAt: later(conversation.lastMessageAt, event.sentAt),
						counters: {
							...conversation.counters,
							customerTurns: conversation.counters.customerTurns + 1,
						},
						version: conversation.version + 1,
						updatedAt: now,
					},
				};
			}
			// Also for a message that was sent before the close and came after it: nobody has seen it yet.
			return {
				ok: true,
				changed: true,
				conversation: {
					...begunAnew(conversation, now),
					counters: { ...NO_COUNTERS, customerTurns: 1 },
					lastCustomerMessageAt: seen,
					lastAskedAt: asked,
					lastMessageAt: later(conversation.lastMessageAt, event.sentAt),
					version: conversation.version + 1,
					updatedAt: now,
				},
				audit: {
					at: now,
					actor,
					action: 'reopen',
					reason: 'The customer wrote again',
					from: 'closed',
					to: 'bot',
				},
			};
		}

		case 'escalate': {
			if (conversation.state === 'human') return unchanged;
			if (conversation.state === 'closed') {
				if (!event.reopens) {
					return refuse(
						'Cannot hand over',
						'Wait for the customer to write again, which reopens the conversation.',
					);
				}
				const opened = transition(begunAnew(conversation, now), event, actor, now);
				return opened.ok && opened.audit
					? { ...opened, audit: { ...opened.audit, from: 'closed' } }
					: opened;
			}
			// A request that was captured is the same handoff: the customer has waited since then.
			const before = isCaptured(conversation) ? conversation.handoff : undefined;
			const number = conversation.handoffCount + (before ? 0 : 1);
			const promise = event.promise ?? before?.promise;
			const handoff: Handoff = {
				id: before?.id ?? `${conversation.id}:h${number}`,
				reason: event.reason,
				score: event.score,
				signals: event.signals,
				priority: event.priority,
				queue: event.queue,
				...mattersOf(event, before),
				createdAt: before?.createdAt ?? now,
				hops: 0,
				...(before?.acknowledgedAt ? { acknowledgedAt: before.acknowledgedAt } : {}),
				...(event.owner.kind === 'agent' ? { assignedAt: now } : {}),
				...(event.routing ? { routing: event.routing } : {}),
				...(promise ? { promise } : {}),
			};
			return step(
				{
					state: 'human',
					owner: event.owner,
					priority: event.priority,
					handoff,
					handoffCount: number,
					...(before ? {} : forNextHandoff(conversation)),
					...(event.owner.kind === 'agent' ? { lastAgentId: event.owner.id } : {}),
				},
				'escalate',
				event.reason,
			);
		}

		case 'capture': {
			if (conversation.state !== 'bot') {
				return refuse('Cannot capture the request', 'Leave it with the person who has it.');
			}
			if (isCaptured(conversation)) return unchanged;
			const number = conversation.handoffCount + 1;
			return step(
				{
					priority: event.priority,
					handoff: {
						id: `${conversation.id}:h${number}`,
						reason: event.reason,
						score: event.score,
						signals: event.signals,
						priority: event.priority,
						queue: event.queue,
						...mattersOf(event),
						createdAt: now,
						hops: 0,
						...(event.routing ? { routing: event.routing } : {}),
						promise: event.promise,
						captured: { at: now, episode: conversation.episode },
					},
					handoffCount: number,
					...forNextHandoff(conversation),
				},
				'capture',
				event.reason,
			);
		}

		case 'reroute': {
			const handoff = conversation.handoff;
			if (conversation.state !== 'human' || !handoff) {
				return refuse('Cannot route again', 'Hand the conversation over first.');
			}
			const moved = !sameOwner(conversation.owner, event.owner);
			const toAgent = event.owner.kind === 'agent';
			return step(
				{
					owner: event.owner,
					handoff: {
						...handoff,
						queue: event.queue,
						routing: event.routing,
						...(moved ? { hops: handoff.hops + 1 } : {}),
						...(moved && toAgent ? { assignedAt: now } : {}),
					},
					...(event.owner.kind === 'agent' ? { lastAgentId: event.owner.id } : {}),
				},
				moved ? (toAgent ? 'assign' : 'release') : 'reroute',
				event.reason,
			);
		}

		case 'decline': {
			const { owner, handoff } = conversation;
			if (conversation.state !== 'human' || !handoff) {
				return refuse('Cannot decline', 'Only a conversation that an agent has can be declined.');
			}
			if (owner?.kind !== 'agent' || (event.agentId && owner.id !== event.agentId)) {
				return refuse('Cannot decline', 'Only the agent who has the conversation can decline it.');
			}
			const { routing } = handoff;
			return step(
				{
					owner: { kind: 'queue', name: handoff.queue },
					handoff: {
						...handoff,
						hops: handoff.hops + 1,
						routing: {
							...(routing ?? { step: 0, since: handoff.assignedAt ?? now, hops: 0, moves: 0 }),
							tried: [...new Set([...(routing?.tried ?? []), owner.id])],
							hops: (routing?.hops ?? 0) + 1,
						},
					},
				},
				'decline',
				event.reason,
			);
		}

		case 'assign': {
			if (conversation.state !== 'human') {
				return refuse('Cannot assign', 'Hand the conversation over first.');
			}
			// Also of a claim that is sent twice: who has it was not outrun.
			if (sameOwner(conversation.owner, event.owner)) return unchanged;
			if (event.ifOwner && !sameOwner(conversation.owner, event.ifOwner)) {
				return refuse('Somebody was faster', 'Reload the conversation to see who has it.');
			}
			const handoff = conversation.handoff && {
				...conversation.handoff,
				hops: conversation.handoff.hops + 1,
				...(event.owner.kind === 'agent' ? { assignedAt: now } : {}),
				...(event.owner.kind === 'queue' ? { queue: event.owner.name } : {}),
			};
			return step(
				{
					owner: event.owner,
					...(handoff ? { handoff } : {}),
					...(event.owner.kind === 'agent' ? { lastAgentId: event.owner.id } : {}),
				},
				'assign',
				event.reason,
			);
		}

		case 'release': {
			if (conversation.state !== 'human') {
				return refuse('Cannot release', 'Only a conversation that a person holds can be released.');
			}
			if (conversation.owner?.kind === 'queue' && conversation.owner.name === event.queue)
				return unchanged;
			const handoff = conversation.handoff && {
				...conversation.handoff,
				hops: conversation.handoff.hops + 1,
				queue: event.queue,
			};
			return step(
				{ owner: { kind: 'queue', name: event.queue }, ...(handoff ? { handoff } : {}) },
				'release',
				event.reason,
			);
		}

		case 'agent_replied': {
			if (conversation.state !== 'human') {
				return refuse(
					'Cannot record a reply by a person',
					'Hand the conversation over, so that the bot is silent while a person answers.',
				);
			}
			const handoff = conversation.handoff && {
				...conversation.handoff,
				answeredAt: conversation.handoff.answeredAt ?? event.sentAt,
			};
			return {
				ok: true,
				changed: true,
				conversation: {
					...conversation,
					...(handoff ? { handoff } : {}),
					lastAgentMessageAt: later(conversation.lastAgentMessageAt, event.sentAt),
					lastMessageAt: later(conversation.lastMessageAt, event.sentAt),
					version: conversation.version + 1,
					updatedAt: now,
				},
			};
		}

		case 'resolve': {
			if (conversation.state === 'closed') return unchanged;
			return step(
				{
					state: 'closed',
					closedAt: now,
					letGoAt: now,
					...(event.outcome ? { outcome: event.outcome } : {}),
				},
				'resolve',
				event.reason ?? event.outcome?.disposition,
			);
		}

		case 'return_to_bot': {
			if (conversation.state === 'bot') {
				// Nobody has it yet: but an answer of a person from before now may still be on its way to us.
				return {
					ok: true,
					changed: true,
					conversation: {
						...conversation,
						letGoAt: now,
						version: conversation.version + 1,
						updatedAt: now,
					},
				};
			}
			if (conversation.state === 'closed') {
				return refuse(
					'Cannot return to the bot',
					'The bot takes over by itself when the customer writes again.',
				);
			}
			const unfinished = unfinishedExchange(conversation, now);
			if (unfinished && !event.anyway) {
				return {
					...refuse(
						`Cannot return to the bot in the middle of an exchange, since ${unfinished}`,
						'Answer the customer or resolve the conversation; or return it all the same, if that is what you mean.',
					),
					code: 'mid_exchange',
				};
			}
			return step(
				{
					state: 'bot',
					letGoAt: now,
					// The bot starts with a clean slate: old misunderstandings must not hand over again at once.
					counters: { ...NO_COUNTERS, customerTurns: conversation.counters.customerTurns },
					priority: 'normal',
				},
				'return_to_bot',
				[event.reason, unfinished && `although ${unfinished}`].filter(Boolean).join(', '),
			);
		}
	}
}

/** A closed conversation at the start of its next episode. */
function begunAnew(closed: Conversation, now: IsoTime): Conversation {
	const { closedAt, outcome: _outcome, ...rest } = closed;
	const isNewCase = closedAt !== undefined && Date.parse(now) - Date.parse(closedAt) > SAME_CASE_MS;
	return {
		...rest,
		...(isNewCase ? { ...withNoted(closed), collected: {}, caseSince: closedAt } : {}),
		state: 'bot',
		episode: closed.episode + 1,
		counters: { ...NO_COUNTERS },
		priority: 'normal',
	};
}

/** Handoffs of which it is remembered what was collected. */
const MOST_NOTED = 50;

/** What was collected of the latest handoff, put where the next one cannot take it for its own. */
function withNoted({ handoff, collected, noted }: Conversation): Pick<Conversation, 'noted'> {
	const own = Object.values(OF_A_HANDOFF).flatMap((name) =>
		collected[name] === undefined ? [] : [[name, collected[name]] as const],
	);
	if (!handoff || own.length === 0) return noted ? { noted } : {};
	const all = { ...noted, [handoff.id]: { ...noted?.[handoff.id], ...Object.fromEntries(own) } };
	return { noted: Object.fromEntries(Object.entries(all).slice(-MOST_NOTED)) };
}

/** The latest handoff is settled, and another begins: the rating that came in between was given for that one. */
function forNextHandoff(
	conversation: Conversation,
): Partial<Pick<Conversation, 'noted' | 'collected'>> {
	if (!conversation.handoff) return {};
	const { [OF_A_HANDOFF.satisfaction]: _rating, ...collected } = conversation.collected;
	return { ...withNoted(conversation), collected };
}

/** What a handoff is about; one that was captured before keeps what was known then, where nothing newer is. */
function mattersOf(
	event: { topics?: readonly string[]; leadClass?: string },
	before?: Handoff,
): Pick<Handoff, 'topics' | 'leadClass'> {
	const topics = event.topics?.length ? [...event.topics] : before?.topics;
	const leadClass = event.leadClass ?? before?.leadClass;
	return { ...(topics?.length ? { topics } : {}), ...(leadClass ? { leadClass } : {}) };
}

/** Whether two owners are the same agent or the same queue. */
export function sameOwner(a: Owner | undefined, b: Owner | undefined): boolean {
	if (!a || !b) return a === b;
	if (a.kind === 'agent' && b.kind === 'agent') return a.id === b.id;
	if (a.kind === 'queue' && b.kind === 'queue') return a.name === b.name;
	return false;
}

/** "with Ana", "waiting in queue Support", "with the bot", "closed". */
export function describeState(conversation: Conversation): string {
	if (conversation.state === 'bot') return 'with the bot';
	if (conversation.state === 'closed') return 'closed';
	const owner = conversation.owner;
	if (owner?.kind === 'agent') return `with ${owner.name}`;
	return `waiting in queue ${owner?.name ?? ''}`.trimEnd();
}

/** What the bot has to answer, or a person where it is more than thanks; before a first question, nothing was asked. */
function askedAt(
	{ state, lastAskedAt, lastCustomerMessageAt, createdAt }: Conversation,
	{ asks, sentAt }: { asks?: boolean; sentAt: IsoTime },
): IsoTime {
	if (state === 'human' && asks === false) return lastAskedAt ?? lastCustomerMessageAt ?? createdAt;
	return later(lastAskedAt, sentAt);
}

function later(a: IsoTime | undefined, b: IsoTime): IsoTime {
	return a && a > b ? a : b;
}
