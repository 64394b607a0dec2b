import type { Conversation } from '../../../core/conversation/conversation';
import { unfinishedExchange } from '../../../core/conversation/exchange';
import type { ConversationEvent } from '../../../core/conversation/transitions';
import { transition } from '../../../core/conversation/transitions';
import { aConversation, ana, at, workflow } from '../../builders';

const escalate: ConversationEvent = {
	type: 'escalate',
	owner: ana,
	reason: 'Asked for a person',
	score: 100,
	signals: [],
	priority: 'normal',
	queue: 'Support',
	routing: { step: 0, since: at(1), tried: [], hops: 0, moves: 0 },
};
const { routing: _routing, ...takenOver } = escalate;
const asks = (minute: number): ConversationEvent => ({
	type: 'customer_wrote',
	sentAt: at(minute),
});
const answers = (minute: number): ConversationEvent => ({
	type: 'agent_replied',
	sentAt: at(minute),
});

/** The conversation after these events, each at its own minute. */
function after(...events: Array<[minute: number, event: ConversationEvent]>): Conversation {
	return events.reduce((current, [minute, event]) => {
		const step = transition(current, event, workflow, at(minute));
		if (!step.ok) throw new Error(step.message);
		return step.conversation;
	}, aConversation());
}

const UNANSWERED = 'nobody has answered the customer’s last message';

describe('an exchange between customer and person', () => {
	it.each<[string, Conversation, number, string | undefined]>([
		['nobody has answered yet', after([0, asks(0)], [1, escalate]), 90, UNANSWERED],
		[
			'the customer has written again since the answer',
			after([0, asks(0)], [1, escalate], [2, answers(2)], [9, asks(9)]),
			90,
			UNANSWERED,
		],
		[
			'a person has written just now',
			after([0, asks(0)], [1, escalate], [9, answers(9)]),
			13,
			'a person has written within the last 5 minutes and the customer may be about to answer',
		],
	])('goes on while %s', (_case, conversation, minute, why) => {
		expect(unfinishedExchange(conversation, at(minute))).toBe(why);
	});

	it.each<[string, Conversation, number]>([
		[
			'the last answer is some minutes old',
			after([0, asks(0)], [1, escalate], [9, answers(9)]),
			14,
		],
		[
			'a person took over by hand what the bot had answered',
			after([0, asks(0)], [1, takenOver]),
			2,
		],
		['the bot has the conversation', after([0, asks(0)]), 1],
		['it is closed', after([0, asks(0)], [1, escalate], [2, { type: 'resolve' }]), 3],
	])('is over where %s', (_case, conversation, minute) => {
		expect(unfinishedExchange(conversation, at(minute))).toBeUndefined();
	});

	it('judges a conversation of an older version by the first answer', () => {
		const { lastAgentMessageAt: _unknown, ...old } = after(
			[0, asks(0)],
			[1, escalate],
			[2, answers(2)],
		);
		expect(unfinishedExchange(old, at(30))).toBeUndefined();
	});
});

describe('returning a conversation to the bot', () => {
	const waiting = after([0, asks(0)], [1, escalate]);

	it('is refused in the middle of an exchange, with who has it and what would work', () => {
		expect(transition(waiting, { type: 'return_to_bot' }, workflow, at(5))).toEqual({
			ok: false,
			code: 'mid_exchange',
			message: `Cannot return to the bot in the middle of an exchange, since ${UNANSWERED}: the conversation is with Ana`,
			advice:
				'Answer the customer or resolve the conversation; or return it all the same, if that is what you mean.',
		});
	});

	it('is done all the same where it is meant so, and the audit log says so', () => {
		const event = { type: 'return_to_bot', reason: 'Wrongly handed over', anyway: true } as const;
		expect(transition(waiting, event, workflow, at(5))).toMatchObject({
			ok: true,
			conversation: { state: 'bot' },
			audit: { reason: `Wrongly handed over, although ${UNANSWERED}` },
		});
	});

	it('is done at once when the exchange is over', () => {
		const answered = after([0, asks(0)], [1, escalate], [2, answers(2)]);
		expect(transition(answered, { type: 'return_to_bot' }, workflow, at(30))).toMatchObject({
			ok: true,
			conversation: { state: 'bot' },
		});
	});
});
