import { applyEvent } from '../../../../core/conversation/apply';
import type { Conversation } from '../../../../core/conversation/conversation';
import type { ConversationEvent } from '../../../../core/conversation/transitions';
import { transition } from '../../../../core/conversation/transitions';
import type { Changes, ConversationView } from '../../../../core/ports/store';
import type { RoutingView } from '../../../../core/routing/agent';
import type { HandoffRequest, HandoffResult } from '../../../../core/routing';
import { handOver, routeAgain } from '../../../../core/routing';
import type { BusinessCalendar } from '../../../../core/sla/policy';
import { takeEvents } from '../../../../core/sla';
import type { SlaClock } from '../../../../core/sla/clock';
import { isLive } from '../../../../core/sla/settle';
import { addMilliseconds } from '../../../../core/time';
import { aConversation, at, workflow } from '../../../builders';

/** A request that asks for nobody in particular; each test states only what it is about. */
export function aRequest(changes: Partial<HandoffRequest> = {}): HandoffRequest {
	return {
		agents: [],
		queue: 'Support',
		strategies: ['roundRobin'],
		reason: 'Asked for a person',
		score: 100,
		signals: [],
		priority: 'normal',
		requiredSkills: [],
		preferredSkills: [],
		stickyDays: 30,
		policies: [],
		...changes,
	};
}

/** Monday to Friday from nine to five; `at(0)` of the builders is a Monday, 10:00. */
export const NINE_TO_FIVE: BusinessCalendar = {
	timeZone: 'UTC',
	windows: ([1, 2, 3, 4, 5] as const).map((day) => ({ day, from: '09:00', to: '17:00' })),
};

/** What a store keeps for routing, in memory: conversations, clocks and turns, each written as a store would. */
export class Desk {
	readonly conversations = new Map<string, Conversation>();
	readonly clocks = new Map<string, SlaClock>();
	readonly turns = new Map<string, number>();
	now = at(0);

	constructor(count = 1) {
		for (let i = 1; i <= count; i++) {
			this.conversations.set(`c${i}`, aConversation({ id: `c${i}` }));
		}
	}

	view(id: string, queue = 'Support'): ConversationView & RoutingView {
		const all = [...this.conversations.values()];
		const openByAgent = new Map<string, number>();
		for (const { owner } of all) {
			if (owner?.kind === 'agent') openByAgent.set(owner.id, (openByAgent.get(owner.id) ?? 0) + 1);
		}
		return {
			conversation: this.conversations.get(id)!,
			clocks: this.clocksOf(id).filter(isLive),
			openByAgent,
			lastAssigned: this.turns,
			waiting: all.filter(({ owner }) => owner?.kind === 'queue' && owner.name === queue).length,
		};
	}

	clocksOf(id: string): SlaClock[] {
		return [...this.clocks.values()].filter(({ conversationId }) => conversationId === id);
	}

	of(id = 'c1'): Conversation {
		return this.conversations.get(id)!;
	}

	handOver(request: HandoffRequest, id = 'c1'): HandoffResult {
		return this.write(id, handOver(this.view(id, request.queue), request, workflow, this.now));
	}

	routeAgain(request: HandoffRequest, id = 'c1'): HandoffResult {
		return this.write(id, routeAgain(this.view(id, request.queue), request, workflow, this.now));
	}

	/** What a person does in the inbox. */
	person(event: ConversationEvent, id = 'c1', policies: HandoffRequest['policies'] = []): void {
		const by = { actor: { kind: 'agent', name: 'somebody' } as const, now: this.now, policies };
		this.write(id, applyEvent(this.view(id), event, by));
	}

	customerWrites(id = 'c1'): void {
		const step = transition(
			this.of(id),
			{ type: 'customer_wrote', sentAt: this.now },
			{ kind: 'customer' },
			this.now,
		);
		if (step.ok) this.conversations.set(id, step.conversation);
	}

	pass(minutes: number): void {
		this.now = addMilliseconds(this.now, minutes * 60_000);
	}

	/** Moves the time to the next mark of any clock and gives its events. */
	ring() {
		const times = [...this.clocks.values()].flatMap(({ nextEventAt }) => nextEventAt ?? []).sort();
		if (times[0] === undefined) return [];
		if (times[0] > this.now) this.now = times[0];
		return [...this.clocks.values()].flatMap((due) => {
			const { clock, events } = takeEvents(due, this.now);
			this.clocks.set(clock.id, clock);
			return events;
		});
	}

	private write<T>(id: string, changes: Changes<T>): T {
		const before = this.of(id);
		if (changes.conversation) {
			expect(changes.conversation.version).toBe(before.version + 1);
			this.conversations.set(id, changes.conversation);
		}
		changes.clocks?.forEach((clock) => this.clocks.set(clock.id, clock));
		if (changes.assignedAgentId !== undefined) {
			this.turns.set(changes.assignedAgentId, Math.max(-1, ...this.turns.values()) + 1);
		}
		return changes.result;
	}
}
