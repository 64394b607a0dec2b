import type { AuditEntry } from '../../../core/conversation/audit';
import type { Conversation, ConversationState } from '../../../core/conversation/conversation';
import { missedHandoffs } from '../../../core/metrics';
import { withBot } from '../sla/support/conversation';

const NOW = '2026-11-20T18:00:00.000Z';
const hoursAgo = (hours: number) => new Date(Date.parse(NOW) - hours * 3_600_000).toISOString();

const entry = (action: string, hours: number, to: ConversationState = 'bot'): AuditEntry => ({
	at: hoursAgo(hours),
	actor: { kind: 'system' },
	action,
	from: 'bot',
	to,
});

const past = (
	counters: Partial<Conversation['counters']>,
	audit: AuditEntry[] = [],
	changes: Partial<Conversation> = {},
) => {
	const conversation = withBot('c1', { lastMessageAt: hoursAgo(5), ...changes });
	return {
		conversation: { ...conversation, counters: { ...conversation.counters, ...counters } },
		audit,
		clocks: [],
	};
};

const reasons = (record: ReturnType<typeof past>) =>
	missedHandoffs([record], NOW).flatMap((found) => found.reasons.map(({ reason }) => reason));

describe('the finder of missed handoffs', () => {
	it.each([
		['a negative mood', { sentiment: -0.5 }],
		['a negative last message', { negatives: 1 }],
		['misunderstandings one after the other', { fallbacks: 2 }],
	])('finds a customer who fell silent after %s', (_, counters) => {
		expect(reasons(past(counters))).toEqual(['silent_after_frustration']);
	});

	it('leaves a frustrated customer alone who is still talking', () => {
		expect(reasons(past({ sentiment: -0.5 }, [], { lastMessageAt: hoursAgo(1) }))).toEqual([]);
	});

	it('leaves a content customer alone', () => {
		expect(reasons(past({ sentiment: 0.4, lastScore: 10, fallbacks: 1 }))).toEqual([]);
	});

	it('finds a score just under the threshold, and none that is at it or far below', () => {
		expect(reasons(past({ lastScore: 49 }))).toEqual(['just_under_threshold']);
		expect(reasons(past({ lastScore: 40 }))).toEqual(['just_under_threshold']);
		expect(reasons(past({ lastScore: 50 }))).toEqual([]);
		expect(reasons(past({ lastScore: 39 }))).toEqual([]);
	});

	it('finds a conversation that was taken up again within a day, also one that a person had had', () => {
		const again = [entry('resolve', 30, 'closed'), entry('reopen', 10)];
		expect(reasons(past({}, again))).toEqual(['reopened']);
		expect(reasons(past({}, [entry('escalate', 40, 'human'), ...again]))).toEqual(['reopened']);
		expect(reasons(past({}, [entry('resolve', 50, 'closed'), entry('reopen', 10)]))).toEqual([]);
	});

	it('leaves alone what a person has, or had in this episode', () => {
		expect(reasons(past({ negatives: 3 }, [], { state: 'human' }))).toEqual([]);
		expect(
			reasons(past({ negatives: 3 }, [entry('escalate', 9, 'human'), entry('return_to_bot', 8)])),
		).toEqual([]);
	});

	it('puts the most worrying first and says why in words', () => {
		const mild = past({ lastScore: 42 }, [], { id: 'mild' });
		const bad = past({ sentiment: -0.8, negatives: 2, fallbacks: 2, lastScore: 48 }, [], {
			id: 'bad',
		});
		const found = missedHandoffs([mild, bad], NOW);
		expect(found.map(({ conversationId }) => conversationId)).toEqual(['bad', 'mild']);
		expect(found[0]!.points).toBeGreaterThan(found[1]!.points);
		expect(found[0]!.reasons.map(({ text }) => text)).toEqual([
			'The customer fell silent after frustration: mood -0.80, 2 negative in a row, 2 not understood',
			'Scored 48, 2 under the threshold of 50',
		]);
		expect(found[0]!.points).toBe(found[0]!.reasons.reduce((sum, { points }) => sum + points, 0));
	});

	it('shows what reviewers have said', () => {
		const [found] = missedHandoffs([past({ negatives: 1 }, [], { tags: ['handoff:missed'] })], NOW);
		expect(found!.verdict).toBe('missed');
	});

	it('goes by the thresholds that staff use', () => {
		const record = past({ lastScore: 60 });
		expect(missedHandoffs([record], NOW, { threshold: 70 })).toHaveLength(1);
		expect(missedHandoffs([record], NOW, { threshold: 70, nearPoints: 5 })).toHaveLength(0);
	});
});
