import type { Changes, ConversationView } from '../ports/store';
import { clocksBackInQueue, stepClocks } from '../routing/watch';
import type { SettlingEvent } from '../sla';
import { clocksOnHandoff, clocksOnOwnerChange, settle } from '../sla';
import type { SlaClock } from '../sla/clock';
import type { SlaPolicy } from '../sla/policy';
import type { IsoTime } from '../time';
import type { Actor } from './audit';
import type { Conversation } from './conversation';
import { clocksAfterHold } from './hold';
import type { ConversationMessage } from './message';
import type { ConversationEvent, Refusal } from './transitions';
import { transition } from './transitions';

/** The conversation is not in a state in which this can be done; `message` says who has it, `advice` what would work. */
export class TransitionRefused extends Error {
	constructor(
		message: string,
		readonly advice: string,
		/** Set where whoever asked may say that it is meant all the same. */
		readonly refusal?: Refusal['code'],
	) {
		super(message);
		this.name = 'TransitionRefused';
	}
}

/**
 * The changes that an event brings: state, audit line, the SLA clocks that it settles or starts, and messages that come with
 * it. For use inside {@link HandoffStore.decide}. Throws {@link TransitionRefused}.
 */
export function applyEvent(
	view: ConversationView,
	event: ConversationEvent,
	by: { actor: Actor; now: IsoTime; policies: readonly SlaPolicy[] },
	messages: ConversationMessage[] = [],
): Changes<Conversation> {
	const step = transition(view.conversation, event, by.actor, by.now);
	if (!step.ok) throw new TransitionRefused(step.message, step.advice, step.code);
	return {
		result: step.conversation,
		...(step.changed
			? {
					conversation: step.conversation,
					clocks: clocksAfterHold(
						view.conversation,
						step.conversation,
						view.clocks,
						clocksAfter(event, step.conversation, view, by),
						by.now,
					),
				}
			: {}),
		...(step.audit ? { audit: [step.audit] } : {}),
		...(messages.length > 0 ? { messages } : {}),
	};
}

const SETTLES: Partial<Record<ConversationEvent['type'], SettlingEvent>> = {
	agent_replied: 'answered',
	resolve: 'resolved',
	return_to_bot: 'returned_to_bot',
};

function clocksAfter(
	event: ConversationEvent,
	next: Conversation,
	view: ConversationView,
	by: { now: IsoTime; policies: readonly SlaPolicy[] },
): SlaClock[] {
	if (['assign', 'release', 'decline', 'reroute'].includes(event.type)) {
		const changed = clocksOnOwnerChange(by.policies, next, view.clocks, by.now);
		return next.owner?.kind === 'queue' && next.handoff
			? clocksBackInQueue(next, view.clocks, changed, event.type === 'decline', by.now)
			: changed;
	}
	// What was promised while the bot helps (a captured request) does not end because it is told to go on.
	if (event.type === 'return_to_bot' && view.conversation.state === 'bot') return [];
	if (event.type === 'escalate') return clocksOnTakeOver(next, view, by);
	const settles = SETTLES[event.type];
	// An answer counts from when it was given: one typed on the phone is told to us later.
	const at = event.type === 'agent_replied' ? event.sentAt : by.now;
	return settles ? settle(view.clocks, settles, at) : [];
}

/**
 * The clocks of a conversation that somebody has taken from the bot: as those of a handoff by the router, so that a customer who was
 * waiting then, or who waits in a queue, is not forgotten. Who takes over from a bot that has answered owes nothing until the customer
 * writes.
 */
function clocksOnTakeOver(
	next: Conversation,
	{ conversation: before, clocks }: ConversationView,
	{ now, policies }: { now: IsoTime; policies: readonly SlaPolicy[] },
): SlaClock[] {
	const started = clocksOnHandoff(policies, next, now, clocks);
	if (next.owner?.kind === 'queue' || customerWaits(before)) {
		return stepClocks(next, clocks, started, {}, now);
	}
	return started.filter(({ kind }) => kind === 'resolution' || kind === 'bot_silence');
}

/** Whether the last word is the customer's. */
function customerWaits({ lastCustomerMessageAt, lastMessageAt }: Conversation): boolean {
	return lastCustomerMessageAt !== undefined && lastCustomerMessageAt >= lastMessageAt;
}
