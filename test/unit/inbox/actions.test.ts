import { applyEvent } from '../../../core/conversation/apply';
import type { InboxAction, InboxActor } from '../../../core/inbox/actions';
import { endHoldIfOver, holdsOver, performInboxAction } from '../../../core/inbox/actions';
import type { HandoffStore } from '../../../core/ports/store';
import { DEFAULT_POLICIES } from '../../../core/sla';
import { at, workflow } from '../../builders';
import { customerWrites, temporaryStore } from '../../support';

const ana: InboxActor = { id: 'ana', name: 'Ana', role: 'agent' };
const ben: InboxActor = { id: 'ben', name: 'Ben', role: 'agent' };
const sam: InboxActor = { id: 'sam', name: 'Sam', role: 'supervisor' };

describe('what agents do in the inbox', () => {
	let store: HandoffStore;
	let close: () => Promise<void>;
	let conversationId: string;

	beforeEach(async () => {
		({ store, close } = await temporaryStore());
		({ conversationId } = await customerWrites(store, 0));
		await store.decide(conversationId, (view) =>
			applyEvent(
				view,
				{
					type: 'escalate',
					owner: { kind: 'queue', name: 'Support' },
					reason: 'Asked for a person',
					score: 100,
					signals: [],
					priority: 'normal',
					queue: 'Support',
				},
				{ actor: workflow, now: at(1), policies: DEFAULT_POLICIES },
			),
		);
	});
	afterEach(() => close());

	const act = (
		user: InboxActor,
		action: InboxAction['action'],
		fields: Partial<InboxAction> = {},
	) =>
		performInboxAction(
			store,
			user,
			{ action, conversationId, text: '', key: 'k1', disposition: '', ...fields },
			{ now: at(2), policies: DEFAULT_POLICIES },
		);

	it('lets one of two agents who claim at once win and tells the other who it was', async () => {
		const results = await Promise.allSettled([act(ana, 'claim'), act(ben, 'claim')]);
		expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
		expect((results[1] as PromiseRejectedResult).reason).toMatchObject({
			message: 'Somebody was faster: the conversation is with Ana',
		});
		expect((await store.conversation(conversationId))?.owner).toMatchObject({ id: 'ana' });
	});

	it('lets a supervisor take a conversation from an agent', async () => {
		await act(ana, 'claim');
		expect(await act(sam, 'claim')).toMatchObject({
			event: 'claimed',
			conversation: { owner: { id: 'sam' } },
		});
	});

	it('lets only the owner answer the customer, so that two never answer at once', async () => {
		await act(ana, 'claim');
		await expect(act(ben, 'reply', { text: 'Hello' })).rejects.toThrow(
			'This conversation is with Ana',
		);
		await expect(act(sam, 'reply', { text: 'Hello' })).rejects.toThrow(
			'This conversation is with Ana',
		);
		expect(await act(ana, 'reply', { text: ' Hello ', key: 'k7' })).toMatchObject({
			event: 'reply',
			reply: { text: 'Hello', key: 'k7' },
		});
	});

	it.each([
		['   ', 'There is no text'],
		['x'.repeat(20_001), 'The text has 20001 characters'],
	])('refuses a reply that cannot be sent', async (text, message) => {
		await act(ana, 'claim');
		await expect(act(ana, 'reply', { text })).rejects.toThrow(message);
	});

	it('writes a note once, however often the click arrives, and keeps it from the customer', async () => {
		await act(ben, 'note', { text: 'Prefers a call' });
		await act(ben, 'note', { text: 'Prefers a call' });
		const notes = (await store.history(conversationId, { limit: 10 })).filter(
			({ type }) => type === 'note',
		);
		expect(notes).toEqual([
			expect.objectContaining({ text: 'Prefers a call', internal: true, authorName: 'Ben' }),
		]);
	});

	it('takes a conversation over from the bot', async () => {
		await act(ana, 'claim');
		await act(ana, 'returnToBot');
		expect(await act(ben, 'takeOver')).toMatchObject({
			event: 'claimed',
			conversation: {
				state: 'human',
				owner: { id: 'ben' },
				handoff: { id: `${conversationId}:h2` },
			},
		});
	});

	it('tells the second of two who take over from the bot who was faster, and the workflow of the first alone', async () => {
		await act(ana, 'claim');
		await act(ana, 'returnToBot');
		const results = await Promise.allSettled([act(ana, 'takeOver'), act(sam, 'takeOver')]);
		expect(results[0]).toMatchObject({ status: 'fulfilled', value: { event: 'claimed' } });
		expect(results[1]).toMatchObject({
			status: 'rejected',
			reason: { message: 'Somebody was faster: the conversation is with Ana', code: 'taken' },
		});
		expect((await store.conversation(conversationId))?.owner).toMatchObject({ id: 'ana' });
	});

	it('tells the workflow once of whoever clicks Claim twice', async () => {
		expect(await act(ana, 'claim')).toMatchObject({ event: 'claimed' });
		expect(await act(ana, 'claim')).toMatchObject({ event: 'updated' });
	});

	it('says of what cannot be claimed where it is, and not that somebody else has it', async () => {
		await act(ana, 'claim');
		await act(ana, 'returnToBot');
		await expect(act(ben, 'claim')).rejects.toMatchObject({
			message: 'This conversation is with the bot',
			code: 'not_yours',
		});
		await act(ben, 'takeOver');
		await act(ben, 'resolve');
		await expect(act(ana, 'claim')).rejects.toMatchObject({
			message: 'This conversation is closed',
			advice: 'Wait until the customer writes again.',
			code: 'other',
		});
	});

	it('leaves a request that was captured off hours what it was when somebody takes it, by whichever button or link', async () => {
		await act(ana, 'claim');
		for (const [index, action] of (['takeOver', 'claim'] as const).entries()) {
			await act(ana, 'returnToBot', { anyway: true });
			await store.decide(conversationId, (view) =>
				applyEvent(
					view,
					{
						type: 'capture',
						reason: 'Wants a refund',
						score: 70,
						signals: [],
						priority: 'high',
						queue: 'Returns',
						promise: { for: at(600), madeAt: at(1) },
					},
					{ actor: workflow, now: at(1), policies: DEFAULT_POLICIES },
				),
			);
			expect(await act(ana, action)).toMatchObject({
				event: 'claimed',
				conversation: {
					owner: { id: 'ana' },
					priority: 'high',
					handoff: {
						id: `${conversationId}:h${index + 2}`,
						reason: 'Wants a refund',
						score: 70,
						queue: 'Returns',
					},
				},
			});
		}
	});

	it('keeps the tags that a colleague has set while somebody had them open', async () => {
		const tags = async () => (await store.conversation(conversationId))!.tags;
		await act(ana, 'tag', { tags: ['late', 'refund'], known: [] });
		await act(ben, 'tag', { tags: ['late', 'refund', 'vip'], known: ['late', 'refund'] });
		await act(ana, 'tag', { tags: ['refund', 'damaged'], known: ['late', 'refund'] });
		expect(await tags()).toEqual(['refund', 'vip', 'damaged']);
	});

	it('gives back to the team that had it what was taken over from the bot again', async () => {
		await act(ana, 'claim');
		await act(ana, 'returnToBot');
		expect(await act(ben, 'takeOver')).toMatchObject({
			conversation: { handoff: { queue: 'Support' } },
		});
		expect(await act(ben, 'release')).toMatchObject({
			conversation: { owner: { kind: 'queue', name: 'Support' } },
		});
	});

	it('asks before it gives a customer who waits for an answer back to the bot, and does it when the agent means it', async () => {
		await act(ana, 'claim');
		await store.decide(conversationId, (view) =>
			applyEvent(
				view,
				{ type: 'customer_wrote', sentAt: at(2) },
				{ actor: workflow, now: at(2), policies: DEFAULT_POLICIES },
			),
		);
		await expect(act(ana, 'returnToBot')).rejects.toMatchObject({
			refusal: 'mid_exchange',
			message: expect.stringContaining('nobody has answered the customer’s last message') as string,
		});
		expect(await act(ana, 'returnToBot', { anyway: true })).toMatchObject({
			event: 'returned_to_bot',
			conversation: { state: 'bot' },
		});
	});

	it('closes a conversation with its outcome, and says who has it to whoever may not', async () => {
		await expect(act(ana, 'resolve')).rejects.toThrow(
			'This conversation is waiting in queue Support',
		);
		await act(ana, 'claim');
		expect(await act(ana, 'resolve', { disposition: 'sold' })).toMatchObject({
			event: 'resolved',
			conversation: { state: 'closed', outcome: { disposition: 'sold' } },
		});
	});

	it('puts a released conversation back into its queue with every step on record', async () => {
		await act(ana, 'claim');
		expect(await act(ana, 'release')).toMatchObject({
			event: 'reassigned',
			conversation: { owner: { kind: 'queue', name: 'Support' } },
		});
		expect(
			(await store.audit(conversationId)).map(({ action, actor }) => [action, actor.kind]),
		).toEqual([
			['escalate', 'workflow'],
			['assign', 'agent'],
			['release', 'agent'],
		]);
	});

	it('counts a release without an answer as a decline: the router looks for somebody else and does not bring it back', async () => {
		await store.decide(conversationId, ({ conversation }) => ({
			result: undefined,
			conversation: {
				...conversation,
				handoff: {
					...conversation.handoff!,
					routing: { step: 0, since: at(1), tried: [], hops: 0, moves: 1 },
				},
				version: conversation.version + 1,
			},
		}));
		await act(ana, 'claim');
		const { conversation } = await act(ana, 'release', { text: 'not mine' });
		expect(conversation).toMatchObject({
			owner: { kind: 'queue', name: 'Support' },
			handoff: { routing: { tried: ['ana'], hops: 1 } },
		});
		expect((await store.audit(conversationId)).at(-1)).toMatchObject({
			action: 'decline',
			reason: 'not mine',
		});
		const clocks = await store.clocks(conversationId);
		expect(clocks.find(({ kind }) => kind === 'routing_step')).toMatchObject({ dueAt: at(3) });
		// Who has answered gives back a conversation, not a handoff.
		await act(ben, 'claim');
		await store.decide(conversationId, (view) =>
			applyEvent(
				view,
				{ type: 'agent_replied', sentAt: at(2) },
				{ actor: workflow, now: at(2), policies: DEFAULT_POLICIES },
			),
		);
		await act(ben, 'release');
		expect((await store.audit(conversationId)).at(-1)).toMatchObject({ action: 'release' });
	});

	it('holds a conversation with its promises standing still, and ends the hold by itself', async () => {
		await store.putClocks([
			{
				id: 'k',
				namespace: 'default',
				conversationId,
				kind: 'first_response',
				policy: 'First response',
				status: 'running',
				startedAt: at(1),
				dueAt: at(16),
				explanation: '',
				pending: [],
				terms: { targetMinutes: 15, clock: 'wall' },
			},
		]);
		const promise = async () => (await store.clocks(conversationId)).find(({ id }) => id === 'k');
		await act(ana, 'claim');
		const { conversation } = await act(ana, 'hold', { until: at(62), text: 'Asks the warehouse' });
		expect(conversation.hold).toMatchObject({ until: at(62), by: { id: 'ana' } });
		expect((await promise())!.status).toBe('paused');

		expect(holdsOver([conversation], at(61))).toEqual([]);
		expect(holdsOver([conversation], at(62))).toHaveLength(1);
		await endHoldIfOver(store, conversationId, at(61));
		expect((await promise())!.status).toBe('paused');
		await endHoldIfOver(store, conversationId, at(62));
		await endHoldIfOver(store, conversationId, at(63));
		expect((await store.conversation(conversationId))!.hold).toBeUndefined();
		expect(await promise()).toMatchObject({
			status: 'running',
			dueAt: at(76),
		});
		expect((await store.audit(conversationId)).map(({ action }) => action)).toEqual([
			'escalate',
			'assign',
			'hold',
			'resume',
		]);
	});

	it('holds what nobody has only until a stated time: without one no alarm would ring again', async () => {
		await expect(act(sam, 'hold')).rejects.toMatchObject({
			message: expect.stringContaining('waiting in queue Support') as unknown,
			advice: 'Say until when, or claim it first.',
		});
		expect((await store.clocks(conversationId)).map(({ status }) => status)).toEqual(['running']);
		const { conversation } = await act(sam, 'hold', { until: at(62) });
		expect(conversation.hold).toMatchObject({ until: at(62) });
	});

	it('ends a hold with a transfer, so that the next one is not put off by it', async () => {
		await act(ana, 'claim');
		await act(ana, 'hold');
		const to = { kind: 'agent' as const, id: 'ben', name: 'Ben' };
		const { conversation } = await act(ana, 'transfer', { to, text: 'Knows the contract' });
		expect(conversation.hold).toBeUndefined();
		expect(conversation.owner).toEqual(to);
	});

	it.each([
		['transfer', {}, 'no_recipient'],
		['hold', { until: at(60 * 24 * 40) }, 'bad_time'],
		['hold', { until: at(0) }, 'bad_time'],
		['tag', { tags: ['x'.repeat(41)] }, 'bad_tags'],
		['tag', { tags: Array.from({ length: 21 }, (_, index) => `t${index}`) }, 'bad_tags'],
	] as const)('refuses %s with %j, saying why: %s', async (action, fields, code) => {
		await act(ana, 'claim');
		await expect(act(ana, action, fields as unknown as Partial<InboxAction>)).rejects.toMatchObject(
			{ code },
		);
	});
});
