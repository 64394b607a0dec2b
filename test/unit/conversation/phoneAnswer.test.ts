import fc from 'fast-check';

import { Database } from '../../../adapters/store/sqlite/database';
import { SqliteStore } from '../../../adapters/store/sqlite/sqliteStore';
import { applyEvent } from '../../../core/conversation/apply';
import type { Conversation } from '../../../core/conversation/conversation';
import { takeIn } from '../../../core/conversation/intake';
import { logReply } from '../../../core/conversation/logReply';
import type { ConversationEvent } from '../../../core/conversation/transitions';
import type { HandoffStore } from '../../../core/ports/store';
import { DEFAULT_POLICIES, clocksOnHandoff, clocksOnPromise } from '../../../core/sla';
import { aConversation, aMessage, ana, at, workflow } from '../../builders';

const escalate: ConversationEvent = {
	type: 'escalate',
	owner: ana,
	reason: 'Asked for a person',
	score: 100,
	signals: [],
	priority: 'normal',
	queue: 'Support',
};

let store: HandoffStore;
beforeEach(() => {
	store = new SqliteStore(Database.open(':memory:'), 'default');
});
afterEach(async () => store.close());

const { channelId, identity } = aConversation();
const inbound = (minute: number, told: number, echo: boolean) =>
	takeIn(
		store,
		[
			{
				channelId,
				identity,
				message: aMessage({
					id: `${echo ? 'echo' : 'in'}:${minute}`,
					...(echo ? { direction: 'out', author: 'agent', status: 'sent' } : {}),
					sentAt: at(minute),
					receivedAt: at(told),
				}),
			},
		],
		at(told),
	);
const writes = (minute: number) => inbound(minute, minute, false);
/** A colleague answers from the phone, and WhatsApp tells us at once or later. */
const answers = (minute: number, told = minute) => inbound(minute, told, true);

const current = async () => (await store.findConversation(channelId, identity))!;
const does = async (event: ConversationEvent, minute: number) =>
	store.decide((await current()).id, (view) =>
		applyEvent(view, event, { actor: workflow, now: at(minute), policies: DEFAULT_POLICIES }),
	);
const giveBack: ConversationEvent = { type: 'return_to_bot', anyway: true };

describe('an answer from the phone that is told late', () => {
	it('leaves the bot in charge where it was written before the return to the bot, and stands in the thread', async () => {
		await writes(0);
		await answers(1);
		await does(giveBack, 10);
		const { fresh } = await answers(2, 12);
		expect(fresh).toMatchObject([{ conversation: { state: 'bot', handoffCount: 1 } }]);
		const { id } = await current();
		expect((await store.history(id, { limit: 9 })).map((message) => message.id)).toEqual([
			'in:0',
			'echo:1',
			'echo:2',
		]);
		expect(await store.audit(id)).toMatchObject([
			{ action: 'escalate' },
			{ action: 'return_to_bot' },
		]);
	});

	it('silences the bot where it was written after the return, however late it is told', async () => {
		await writes(0);
		await answers(1);
		await does(giveBack, 10);
		await answers(11, 60);
		expect(await current()).toMatchObject({ state: 'human', handoffCount: 2 });
	});

	it('leaves the bot in charge also where nobody was told of any answer when it was told to go on', async () => {
		await writes(0);
		await does(giveBack, 10);
		await answers(2, 12);
		expect(await current()).toMatchObject({ state: 'bot' });
		await answers(13);
		expect(await current()).toMatchObject({ state: 'human' });
	});

	it('leaves a conversation alone that was closed after it, also once the customer has opened it again', async () => {
		await writes(0);
		await does({ type: 'resolve' }, 10);
		await answers(2, 11);
		expect(await current()).toMatchObject({ state: 'closed', lastAgentMessageAt: at(2) });
		await writes(12);
		await answers(3, 13);
		expect(await current()).toMatchObject({ state: 'bot', episode: 2 });
	});

	it('is no answer to a request for a person that came after it: the promise stands', async () => {
		await writes(0);
		await does(escalate, 10);
		await store.decide((await current()).id, ({ conversation, clocks }) => ({
			result: undefined,
			clocks: clocksOnHandoff(DEFAULT_POLICIES, conversation, at(10), clocks),
		}));
		await answers(2, 12);
		const { id, handoff } = await current();
		expect(handoff?.answeredAt).toBeUndefined();
		const first = async () =>
			(await store.clocks(id)).find(({ kind }) => kind === 'first_response')?.status;
		expect(await first()).toBe('running');
		await answers(13);
		expect((await current()).handoff?.answeredAt).toBe(at(13));
		expect(await first()).toBe('met');
	});

	it('keeps the promise of the second in which it was written, though WhatsApp tells no parts of one', async () => {
		await writes(0);
		const handedOverAt = at(10).replace('.000Z', '.500Z');
		const { id } = await current();
		await store.decide(id, (view) => {
			const by = { actor: workflow, now: handedOverAt, policies: DEFAULT_POLICIES };
			return applyEvent(view, escalate, by);
		});
		await answers(10, 11);
		const [first] = (await store.clocks(id)).filter(({ kind }) => kind === 'first_response');
		expect(first).toMatchObject({ status: 'met', settledAt: handedOverAt });
	});

	it('of another desk (Log Reply) is placed by its time in the same way', async () => {
		await writes(0);
		await does(escalate, 1);
		await does(giveBack, 10);
		const log = async (minute: number, told: number) =>
			store.decide((await current()).id, (view) =>
				logReply(
					view,
					{ id: `log:${minute}`, author: 'agent', text: 'On it', sentAt: at(minute) },
					{ actor: workflow, now: at(told) },
				),
			);
		expect(await log(5, 12)).toMatchObject({ state: 'bot', lastAgentMessageAt: at(5) });
		expect(await log(13, 14)).toMatchObject({ state: 'human' });
	});

	it('does not end what was promised to a customer whom the bot helps until the morning', async () => {
		await writes(0);
		await does(
			{
				type: 'capture',
				reason: 'Off hours',
				score: 100,
				signals: [],
				priority: 'normal',
				queue: 'Support',
				promise: { for: at(600), madeAt: at(1) },
			},
			1,
		);
		const { id } = await current();
		await store.decide(id, ({ conversation }) => ({
			result: undefined,
			clocks: clocksOnPromise(
				DEFAULT_POLICIES,
				conversation,
				{ about: conversation.handoff!.id, promisedFor: at(600), marks: [100] },
				at(1),
			),
		}));
		const live = async () => (await store.clocks(id)).map(({ kind, status }) => [kind, status]);
		const before = await live();
		expect(before.length).toBeGreaterThan(0);
		await does(giveBack, 5);
		expect(await live()).toEqual(before);
	});
});

type Step =
	{ what: 'writes' | 'returns' | 'closes' | 'takes over' } | { what: 'answers'; lateBy: number };

const step = fc.oneof(
	fc.constantFrom<Step>(
		{ what: 'writes' },
		{ what: 'returns' },
		{ what: 'closes' },
		{ what: 'takes over' },
	),
	fc.record({ what: fc.constant('answers' as const), lateBy: fc.integer({ min: 0, max: 40 }) }),
);

interface End {
	conversation: Conversation;
	/** Whether somebody was told that there is nothing to close or to return. */
	toldOff: boolean;
}

/** What comes of these steps, one every two minutes, where answers from the phone are told at once, or as late as they say. */
async function after(steps: Step[], late: boolean): Promise<End> {
	await store.close();
	store = new SqliteStore(Database.open(':memory:'), 'default');
	await writes(0);
	const timeline = steps.map((one, index) => {
		const minute = 2 + 2 * index;
		const told = late && one.what === 'answers' ? minute + one.lateBy + 0.5 : minute;
		return { ...one, minute, told };
	});
	let toldOff = false;
	for (const { what, minute, told } of timeline.sort((a, b) => a.told - b.told)) {
		const { state } = await current();
		if (what === 'writes') await writes(minute);
		if (what === 'answers') await answers(minute, told);
		if (what === 'takes over' && state === 'bot') await does(escalate, minute);
		if (what === 'returns' || what === 'closes') {
			if (state === 'closed') toldOff = true;
			else await does(what === 'returns' ? giveBack : { type: 'resolve' }, minute);
		}
	}
	return { conversation: await current(), toldOff };
}

it('leaves the same one in charge however late each answer from the phone is told', async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
			const onTime = await after(steps, false);
			const { conversation, toldOff } = await after(steps, true);
			// Who finds a conversation closed that an answer on its way will open has read so, and knows.
			fc.pre(!onTime.toldOff && !toldOff);
			expect(conversation.state).toBe(onTime.conversation.state);
			expect(conversation.lastAgentMessageAt).toBe(onTime.conversation.lastAgentMessageAt);
			expect(conversation.lastMessageAt).toBe(onTime.conversation.lastMessageAt);
			const thread = await store.history(conversation.id, { limit: 50 });
			const times = thread.map(({ sentAt }) => sentAt);
			expect(times).toEqual([...times].sort());
		}),
		{ numRuns: 150, interruptAfterTimeLimit: 15_000 },
	);
});
