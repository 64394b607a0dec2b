import type { Conversation } from '../conversation/conversation';
import { displayKey } from '../conversation/identity';
import { inLanguage, languageOf } from '../conversation/language';
import { conversationLink } from '../inbox/address';
import type { IsoTime } from '../time';
import type { SlaClock, SlaEvent, SlaKind } from './clock';
import type { LadderStep } from './policy';
import { nextStep } from './events';
import late from './texts/late.json';

/** What the watchdog hands to a workflow: the gravest event of one conversation, and the others that were due with it. */
export interface Alert {
	conversation: Conversation;
	event: SlaEvent;
	others: SlaEvent[];
}

/** The part of an alert that is about the promise, as staff see it on the canvas. */
export interface AlertView {
	/** The same for every attempt to hand this event on: whoever acts on it twice can tell. */
	idempotencyKey: string;
	type: SlaEvent['type'];
	kind: SlaKind;
	policy: string;
	percent: number;
	/** Raised again because nothing has happened since the last step; absent otherwise. */
	repeated?: true;
	startedAt: IsoTime;
	dueAt: IsoTime;
	/** Why it is due then. */
	explanation: string;
	/** Minutes since the promise was broken, 0 before that; of a promise that was kept, 0. */
	lateByMinutes: number;
	/** Minutes that are left, 0 once it is broken. */
	minutesLeft: number;
	/** Minutes between the moment the event was due and now: more than a few after the server was down. */
	raisedLateByMinutes: number;
	/** One sentence for the alert. */
	headline: string;
	/** By the escalation ladder. Absent for a promise that was kept. */
	nextStep?: { step: LadderStep; text: string };
	/** What the customer may be told of it, in their language. Absent for a promise that was kept. */
	customerText?: string;
	/** Further events of the same conversation that were due at the same time. */
	also: Array<{
		idempotencyKey: string;
		type: SlaEvent['type'];
		kind: SlaKind;
		policy: string;
		percent: number;
		dueAt: IsoTime;
	}>;
	/** The conversation in the inbox, where there is one. */
	link?: string;
}

/** A promise as it is told in a sentence. */
const PROMISE: Record<SlaKind, string> = {
	first_response: 'first response',
	next_response: 'next response',
	resolution: 'resolution',
	queue_time: 'pick-up from the queue',
	promised_follow_up: 'promised follow-up',
	bot_silence: 'reply by anyone',
	claim_without_reply: 'answer after the claim',
	routing_step: 'next step of the routing',
};

/**
 * Whether an event is still true of the clocks as they are now. Between the taking of an event and its being handed on, a
 * person may have answered, or the clock may have been paused: then there is nothing to tell.
 */
export function isCurrent(
	event: SlaEvent,
	conversation: Conversation,
	clocks: readonly SlaClock[],
): boolean {
	const clock = clocks.find(({ id }) => id === event.clock.id);
	if (!clock) return false;
	if (event.type === 'met') return clock.status === 'met';
	if (conversation.state === 'closed' || clock.settledAt) return false;
	// A mark reached before the pause was reached, whenever it is told.
	return clock.status !== 'paused' || (clock.paused !== undefined && event.at <= clock.paused.at);
}

/**
 * One alert for each conversation, so that a server that comes back after a night does not ring for every mark it missed. The
 * gravest event leads: the highest percentage, then the one that was due first. Kept promises are told apart from alerts.
 * Alerts come in the order in which their leading events were due.
 */
export function coalesce(
	events: ReadonlyArray<{ event: SlaEvent; conversation: Conversation }>,
): Alert[] {
	const groups = new Map<string, { conversation: Conversation; events: SlaEvent[] }>();
	for (const { event, conversation } of events) {
		const key = `${event.type === 'met' ? 'met' : 'alert'}:${conversation.id}`;
		const group = groups.get(key) ?? { conversation, events: [] };
		group.events.push(event);
		groups.set(key, group);
	}
	return [...groups.values()]
		.map(({ conversation, events: due }) => {
			const [event, ...others] = due.sort(
				(a, b) => b.percent - a.percent || compare(a.at, b.at) || compare(a.id, b.id),
			);
			return { conversation, event: event!, others };
		})
		.sort((a, b) => compare(a.event.at, b.event.at) || compare(a.event.id, b.event.id));
}

/** What an alert says. `inboxUrl` is the address of the inbox page, where there is one. */
export function alertView(alert: Alert, now: IsoTime, inboxUrl?: string): AlertView {
	const { event, conversation } = alert;
	const { clock } = event;
	const overdue = event.type === 'met' ? 0 : minutes(Date.parse(now) - Date.parse(clock.dueAt));
	const rung = nextStep(clock, event.percent, event.repeated);
	return {
		idempotencyKey: event.id,
		type: event.type,
		kind: clock.kind,
		policy: clock.policy,
		percent: event.percent,
		...(event.repeated ? { repeated: true as const } : {}),
		startedAt: clock.startedAt,
		dueAt: clock.dueAt,
		explanation: clock.explanation,
		lateByMinutes: Math.max(0, overdue),
		minutesLeft: event.type === 'met' ? 0 : Math.max(0, -overdue),
		raisedLateByMinutes: minutes(event.lateByMs),
		headline: headline(event, conversation, overdue),
		...(event.type === 'met'
			? {}
			: {
					nextStep: { step: rung.step, text: rung.note ?? stepText(rung.step, conversation) },
					customerText: inLanguage(late, languageOf(conversation)),
				}),
		also: alert.others.map((other) => ({
			idempotencyKey: other.id,
			type: other.type,
			kind: other.clock.kind,
			policy: other.clock.policy,
			percent: other.percent,
			dueAt: other.clock.dueAt,
		})),
		...(inboxUrl ? { link: conversationLink(inboxUrl, conversation.id) } : {}),
	};
}

function headline(event: SlaEvent, conversation: Conversation, overdue: number): string {
	const who =
		conversation.profile.name ?? conversation.identity.name ?? displayKey(conversation.identity);
	const what = PROMISE[event.clock.kind];
	if (event.type === 'met') return `${who}: ${what} in time`;
	const where = whereabouts(conversation);
	return event.type === 'breach'
		? `${who}: ${what} is ${amount(overdue)} late, ${where}`
		: `${who}: ${what} is due in ${amount(-overdue)}, ${where}`;
}

function whereabouts(conversation: Conversation): string {
	if (conversation.owner?.kind === 'agent') return `with ${conversation.owner.name}`;
	if (conversation.owner?.kind === 'queue') return `waiting in ${conversation.owner.name}`;
	return 'with the bot';
}

function stepText(step: LadderStep, { owner }: Conversation): string {
	switch (step) {
		case 'remind_owner':
			return owner?.kind === 'agent'
				? `Remind ${owner.name} to answer.`
				: `Ask the team of ${owner?.name ?? 'the queue'} who takes it.`;
		case 'reassign':
			return owner?.kind === 'agent'
				? `Give it to somebody other than ${owner.name}.`
				: 'Give it to a person by name.';
		case 'alert_team_lead':
			return 'Tell the team lead.';
		case 'tell_customer':
			return 'Tell the customer honestly that it takes longer, and until when.';
	}
}

function minutes(milliseconds: number): number {
	return Math.round(milliseconds / 6_000) / 10;
}

function amount(count: number): string {
	return count < 1 ? 'less than a minute' : `${Math.round(count)} min`;
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
