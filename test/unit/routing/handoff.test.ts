import type { ConversationView } from '../../../core/ports/store';
import type { Agent, RoutingView } from '../../../core/routing/agent';
import type { HandoffRequest } from '../../../core/routing/handoff';
import { handOver } from '../../../core/routing/handoff';
import type { SlaPolicy } from '../../../core/sla/policy';
import { aConversation, ana, at, workflow } from '../../builders';

const policy: SlaPolicy = {
	name: 'First answer',
	kind: 'first_response',
	targetMinutes: 5,
	clock: 'business',
	marks: [80, 100],
};

const agents: Agent[] = [{ id: 'ana', name: 'Ana', email: 'ana@shop.example' }];

function request(changes: Partial<HandoffRequest> = {}): HandoffRequest {
	return {
		agents,
		queue: 'Support',
		strategies: ['roundRobin'],
		reason: 'Asked for a person',
		score: 100,
		signals: [],
		priority: 'high',
		requiredSkills: [],
		preferredSkills: [],
		stickyDays: 30,
		policies: [policy],
		...changes,
	};
}

function view(changes: Partial<ConversationView & RoutingView> = {}) {
	return {
		conversation: aConversation(),
		clocks: [],
		openByAgent: new Map(),
		lastAssigned: new Map(),
		waiting: 0,
		...changes,
	};
}

// Monday 2 November 2026 is a working day; at(0) is 10:00 UTC.
const nineToFive = {
	timeZone: 'UTC',
	windows: ([1, 2, 3, 4, 5] as const).map((day) => ({ day, from: '09:00', to: '17:00' })),
};

describe('handing over', () => {
	it('makes the agent the owner and starts the first-response clock in the same step', () => {
		const changes = handOver(view(), request(), workflow, at(0));
		expect(changes.result).toMatchObject({
			outcome: 'assigned',
			explanation: 'Ana: next in turn, first conversation',
			dueAt: at(5),
			conversation: { state: 'human', owner: ana },
		});
		expect(changes.clocks).toEqual([
			expect.objectContaining({ kind: 'first_response', status: 'running', dueAt: at(5) }),
		]);
		expect(changes.assignedAgentId).toBe('ana');
		expect(changes.audit).toEqual([expect.objectContaining({ action: 'escalate' })]);
	});

	it('waits in the queue with its place and a due time when nobody can take it', () => {
		const changes = handOver(view({ waiting: 2 }), request({ agents: [] }), workflow, at(0));
		expect(changes.result).toMatchObject({
			outcome: 'queued',
			position: 3,
			dueAt: at(5),
			conversation: { state: 'human', owner: { kind: 'queue', name: 'Support' } },
		});
		expect(changes.assignedAgentId).toBeUndefined();
		expect(changes.clocks?.some(({ kind }) => kind === 'first_response')).toBe(true);
	});

	it('captures the request off hours and promises a time in the team’s next opening', () => {
		// Saturday 7 November, 12:00 UTC.
		const saturday = at(5 * 24 * 60 + 120);
		const { result } = handOver(view(), request({ teamHours: nineToFive }), workflow, saturday);
		expect(result).toMatchObject({
			outcome: 'off_hours',
			opensAt: '2026-11-09T09:00:00.000Z',
			dueAt: '2026-11-09T09:05:00.000Z',
			conversation: { owner: { kind: 'queue', name: 'Support' } },
		});
	});

	it('leaves a conversation with the person who has it and starts no second clock', () => {
		const first = handOver(view(), request(), workflow, at(0));
		const again = handOver(
			view({ conversation: first.result.conversation, clocks: first.clocks ?? [] }),
			request({ agents: [{ id: 'ben', name: 'Ben' }] }),
			workflow,
			at(1),
		);
		expect(again.result).toMatchObject({
			outcome: 'already',
			explanation: 'Already with Ana',
			dueAt: at(5),
		});
		expect(again.conversation).toBeUndefined();
		expect(again.clocks).toBeUndefined();
	});

	it('refuses a closed conversation with advice', () => {
		const closed = view({ conversation: aConversation({ state: 'closed', closedAt: at(0) }) });
		expect(() => handOver(closed, request(), workflow, at(1))).toThrow(
			'Cannot hand over: the conversation is closed',
		);
	});
});
