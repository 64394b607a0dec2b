import fc from 'fast-check';

import type { Conversation, Owner } from '../../../core/conversation/conversation';
import type { ConversationEvent } from '../../../core/conversation/transitions';
import { describeState, transition } from '../../../core/conversation/transitions';
import { aConversation, ana, at, workflow } from '../../builders';

const queue: Owner = { kind: 'queue', name: 'Support' };
const ben: Owner = { kind: 'agent', id: 'ben', name: 'Ben' };

const escalate = (owner: Owner): ConversationEvent => ({
	type: 'escalate',
	owner,
	reason: 'Asked for a person',
	score: 100,
	signals: [],
	priority: 'high',
	queue: 'Support',
});

/** Applies events in turn and fails the test where one is refused. */
function after(conversation: Conversation, ...events: ConversationEvent[]): Conversation {
	return events.reduce((current, event, index) => {
		const step = transition(current, event, workflow, at(index + 1));
		if (!step.ok) throw new Error(step.message);
		return step.conversation;
	}, conversation);
}

describe('state machine of a conversation', () => {
	it('goes from bot to human with an owner, a handoff and an audit line when it is escalated', () => {
		const step = transition(aConversation(), escalate(ana), workflow, at(1));
		expect(step).toMatchObject({
			ok: true,
			changed: true,
			conversation: {
				state: 'human',
				owner: ana,
				priority: 'high',
				version: 2,
				handoff: { id: 'c1:h1', reason: 'Asked for a person', assignedAt: at(1), hops: 0 },
			},
			audit: { action: 'escalate', from: 'bot', to: 'human', owner: ana, at: at(1) },
		});
	});

	it('keeps the first owner when a second escalation arrives, and changes nothing', () => {
		const human = after(aConversation(), escalate(ana));
		expect(transition(human, escalate(ben), workflow, at(2))).toEqual({
			ok: true,
			changed: false,
			conversation: human,
		});
	});

	it('lets exactly the first of two claims win and names the winner to the other', () => {
		const waiting = after(aConversation(), escalate(queue));
		const claim = (owner: Owner): ConversationEvent => ({
			type: 'assign',
			owner,
			reason: 'claimed',
			ifOwner: queue,
		});
		const won = after(waiting, claim(ana));
		expect(won.owner).toEqual(ana);
		expect(transition(won, claim(ben), workflow, at(3))).toMatchObject({
			ok: false,
			message: 'Somebody was faster: the conversation is with Ana',
		});
		// A click that arrives twice is no second agent.
		expect(transition(won, claim(ana), workflow, at(3))).toMatchObject({
			ok: true,
			changed: false,
		});
	});

	it('records the first answer of a person once and leaves later answers alone', () => {
		const answered = after(
			aConversation(),
			escalate(ana),
			{ type: 'agent_replied', sentAt: at(5) },
			{ type: 'agent_replied', sentAt: at(9) },
		);
		expect(answered.handoff?.answeredAt).toBe(at(5));
	});

	it('starts afresh with the bot and a new episode when the customer writes after the close', () => {
		const closed = after(aConversation(), escalate(ana), {
			type: 'resolve',
			outcome: { disposition: 'solved' },
		});
		const reopened = transition(
			closed,
			{ type: 'customer_wrote', sentAt: at(60) },
			{ kind: 'customer' },
			at(60),
		);
		expect(reopened).toMatchObject({
			ok: true,
			conversation: { state: 'bot', episode: 2, counters: { customerTurns: 1, fallbacks: 0 } },
			audit: { action: 'reopen' },
		});
		expect(reopened.ok && reopened.conversation.owner).toBeUndefined();
		expect(reopened.ok && reopened.conversation.closedAt).toBeUndefined();
	});

	it('reopens also for a message that was sent before the close and delivered late: nobody has seen it', () => {
		const closed = after(aConversation(), { type: 'resolve' });
		const step = transition(
			closed,
			{ type: 'customer_wrote', sentAt: at(0) },
			{ kind: 'customer' },
			at(90),
		);
		expect(step).toMatchObject({
			ok: true,
			changed: true,
			conversation: { state: 'bot', episode: 2 },
		});
	});

	it('forgets old misunderstandings when a person returns the conversation to the bot', () => {
		const tired = aConversation({ counters: { ...aConversation().counters, fallbacks: 3 } });
		const back = after(tired, escalate(ana), { type: 'return_to_bot', reason: 'done' });
		expect(back).toMatchObject({ state: 'bot', counters: { fallbacks: 0 } });
		expect(back.owner).toBeUndefined();
	});

	it('numbers handoffs, so that the second one of a conversation is a promise of its own', () => {
		const twice = after(aConversation(), escalate(ana), { type: 'return_to_bot' }, escalate(ben));
		expect(twice.handoff).toMatchObject({ id: 'c1:h2', hops: 0 });
		expect(twice.handoffCount).toBe(2);
	});

	it.each<[ConversationEvent, Conversation['state'], string]>([
		[escalate(ana), 'closed', 'Cannot hand over: the conversation is closed'],
		[
			{ type: 'assign', owner: ana, reason: '' },
			'bot',
			'Cannot assign: the conversation is with the bot',
		],
		[
			{ type: 'release', queue: 'Support', reason: '' },
			'bot',
			'Cannot release: the conversation is with the bot',
		],
		[{ type: 'return_to_bot' }, 'closed', 'Cannot return to the bot: the conversation is closed'],
		[
			{ type: 'agent_replied', sentAt: at(1) },
			'bot',
			'Cannot record a reply by a person: the conversation is with the bot',
		],
	])('refuses %j in state %s and says what holds it', (event, state, message) => {
		const step = transition(aConversation({ state }), event, workflow, at(1));
		expect(step).toMatchObject({ ok: false, message });
		expect(!step.ok && step.advice.length).toBeGreaterThan(10);
	});

	it('says in words who has a conversation', () => {
		expect(describeState(aConversation())).toBe('with the bot');
		expect(describeState(after(aConversation(), escalate(queue)))).toBe('waiting in queue Support');
		expect(describeState(after(aConversation(), escalate(ana)))).toBe('with Ana');
	});

	const owners = fc.constantFrom<Owner>(ana, ben, queue);
	const events = fc.oneof(
		owners.map(escalate),
		owners.map((owner): ConversationEvent => ({ type: 'assign', owner, reason: 'r' })),
		fc.constant<ConversationEvent>({ type: 'release', queue: 'Support', reason: 'r' }),
		fc.constant<ConversationEvent>({ type: 'resolve' }),
		fc.constant<ConversationEvent>({ type: 'return_to_bot' }),
		fc
			.nat(500)
			.map((minute): ConversationEvent => ({ type: 'customer_wrote', sentAt: at(minute) })),
		fc.nat(500).map((minute): ConversationEvent => ({ type: 'agent_replied', sentAt: at(minute) })),
	);

	it('has an owner exactly while a person is in charge, whatever happens in whatever order', () => {
		fc.assert(
			fc.property(fc.array(events, { maxLength: 40 }), (sequence) => {
				let conversation = aConversation();
				sequence.forEach((event, index) => {
					const step = transition(conversation, event, workflow, at(index));
					if (!step.ok) return;
					expect(step.conversation.version).toBe(conversation.version + (step.changed ? 1 : 0));
					if (step.conversation.state !== conversation.state) {
						expect(step.audit).toMatchObject({
							from: conversation.state,
							to: step.conversation.state,
						});
					}
					conversation = step.conversation;
					expect(conversation.owner !== undefined).toBe(conversation.state === 'human');
					expect(conversation.closedAt !== undefined).toBe(conversation.state === 'closed');
					if (conversation.state === 'human') expect(conversation.handoff).toBeDefined();
				});
			}),
		);
	});
});

describe('a case', () => {
	const DAY = 24 * 60;
	const closedWith = (collected: Conversation['collected']): Conversation => {
		const human = after(aConversation({ collected }), escalate(ana));
		const step = transition(human, { type: 'resolve' }, workflow, at(10));
		if (!step.ok) throw new Error(step.message);
		return step.conversation;
	};
	const wrote = (conversation: Conversation, minute: number): Conversation => {
		const event = { type: 'customer_wrote', sentAt: at(minute) } as const;
		const step = transition(conversation, event, workflow, at(minute));
		if (!step.ok) throw new Error(step.message);
		return step.conversation;
	};

	it('goes on where the customer writes within a day of the close', () => {
		const again = wrote(closedWith({ orderNumber: '10023' }), 10 + DAY);
		expect(again).toMatchObject({ state: 'bot', episode: 2, collected: { orderNumber: '10023' } });
		expect(again.caseSince).toBeUndefined();
	});

	it('begins with nothing of the one before, so that nobody is asked nothing and met with an old order number', () => {
		const again = wrote(closedWith({ orderNumber: '10023', issue: 'refund' }), 11 + DAY);
		expect(again).toMatchObject({ collected: {}, caseSince: at(10), tags: [] });
	});

	it('keeps rating and deal value with the handoff that they were given for', () => {
		const rated = closedWith({ satisfaction: 2, dealValue: 5000, issue: 'refund' });
		const again = after(wrote(rated, 11 + DAY), escalate(ana));
		expect(again.noted).toEqual({ 'c1:h1': { satisfaction: 2, dealValue: 5000 } });
		expect(again).toMatchObject({ collected: {}, handoff: { id: 'c1:h2' } });
	});

	it('takes a rating that comes after the close for the handoff before, also where the next one follows at once', () => {
		const answered = {
			...wrote(closedWith({ dealValue: 80 }), 20),
			collected: { satisfaction: 5, dealValue: 80 },
		};
		const next = after(answered, escalate(ana));
		expect(next.noted).toEqual({ 'c1:h1': { satisfaction: 5, dealValue: 80 } });
		// The money is still what it is about.
		expect(next.collected).toEqual({ dealValue: 80 });
	});

	it('remembers what was noted of the newest fifty handoffs', () => {
		let conversation = aConversation();
		for (let n = 0; n < 60; n++) {
			conversation = after({ ...conversation, collected: { satisfaction: 4 } }, escalate(ana), {
				type: 'return_to_bot',
				anyway: true,
			});
		}
		const noted = Object.keys(conversation.noted ?? {});
		expect(noted).toHaveLength(50);
		expect(noted.at(-1)).toBe('c1:h59');
	});
});
