import fc from 'fast-check';

import { withChange } from '../../../adapters/inbox/app/rows';
import type { Conversation, Owner } from '../../../core/conversation/conversation';
import { PRIORITIES } from '../../../core/conversation/conversation';
import type { Known, ListQuery } from '../../../core/inbox/list';
import { VIEWS, comparePlaces, isOpen, rowOf, viewOf } from '../../../core/inbox/list';
import type { ListRow } from '../../../core/inbox/lists';
import { listChange, listOf, overallFor, summaryOf } from '../../../core/inbox/lists';
import { liveFigures } from '../../../core/inbox/overview';
import { transition } from '../../../core/conversation/transitions';
import type { HandoffStore } from '../../../core/ports/store';
import { aConversation, ana, at } from '../../builders';

const support: Owner = { kind: 'queue', name: 'Support' };

/** With the bot, its request captured off hours. */
function captured(changes: Partial<Conversation> = {}): Conversation {
	const before = aConversation(changes);
	const step = transition(
		before,
		{
			type: 'capture',
			reason: 'Asked for a person',
			score: 95,
			signals: [],
			priority: before.priority,
			queue: 'Support',
			promise: { for: at(600), madeAt: at(1) },
		},
		{ kind: 'system' },
		at(1),
	);
	if (!step.ok) throw new Error(step.message);
	return step.conversation;
}

const conversations = fc
	.record({
		state: fc.constantFrom<Conversation['state'][]>('bot', 'human', 'human', 'human', 'closed'),
		owner: fc.constantFrom(ana, support, { kind: 'queue', name: 'Sales' } as Owner),
		priority: fc.constantFrom(...PRIORITIES),
		minute: fc.integer({ min: 0, max: 8 }),
		tags: fc.subarray(['refund', 'vip']),
		captures: fc.boolean(),
	})
	.map(({ state, owner, minute, captures, ...rest }) =>
		(captures && state === 'bot' ? captured : aConversation)({
			...rest,
			state,
			...(state === 'human' ? { owner } : {}),
			lastMessageAt: at(minute),
			updatedAt: at(minute),
		}),
	);

const queries: fc.Arbitrary<ListQuery> = fc.record(
	{
		view: fc.constantFrom(...VIEWS),
		queue: fc.constantFrom('Support', 'Sales'),
		tag: fc.constant('refund'),
		until: fc.constant(at(5)),
		search: fc.constantFrom('Robin', 'nobody'),
	},
	{ requiredKeys: ['view'] },
);

const known = (conversation: Conversation): Known => ({ conversation, clocks: [] });

/** Lists from memory whatever the state, as the store would give them for those that nobody has. */
const rowsOf = async (all: readonly Conversation[], query: ListQuery, limit: number) => {
	const store: Pick<HandoffStore, 'list'> = {
		list: ({ states }) =>
			Promise.resolve({
				conversations: all
					.filter(({ state }) => states!.includes(state))
					.sort((a, b) =>
						comparePlaces([a.lastMessageAt, a.id], [b.lastMessageAt, b.id], 'people'),
					),
			}),
	};
	const open = all.filter(isOpen).map(known);
	return listOf(store, open, { ...query, limit: String(limit) }, 'ana');
};

describe('a list on an open page', () => {
	it('is after any changes what it would be if it were read anew, as far as it was loaded', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(conversations, { minLength: 1, maxLength: 12 }),
				fc.array(fc.tuple(fc.nat(), conversations), { maxLength: 8 }),
				fc.constantFrom<ListQuery>({ view: 'waiting' }, { view: 'mine' }, { view: 'people' }),
				fc.option(queries),
				fc.integer({ min: 1, max: 6 }),
				async (before, changes, plain, filtered, limit) => {
					const query = { ...filtered, ...plain };
					const all = before.map((one, index) => ({ ...one, id: `c${index}` }));
					const page = await rowsOf(all, query, limit);
					let rows: ListRow[] = page.rows;
					for (const [number, change] of changes) {
						// Of one that was there, or a new one.
						const id = `c${number % (all.length + 1)}`;
						const at = all.findIndex((one) => one.id === id);
						const changed = { ...change, id };
						if (at === -1) all.push(changed);
						else all[at] = changed;
						rows = withChange(
							rows,
							listChange([known(changed)], query, 'ana'),
							viewOf(query),
							page.after,
						);
					}
					const anew = (await rowsOf(all, query, 500)).rows;
					const end = page.after && (JSON.parse(page.after) as [string, string]);
					const loaded = anew.filter(
						({ order, id }) => !end || comparePlaces([order, id], end, viewOf(query)) <= 0,
					);
					expect(rows).toEqual(loaded);
				},
			),
		);
	});

	it('takes a conversation that is closed out, and into the list of closed ones', () => {
		const closed = known(aConversation({ id: 'c1', state: 'closed' }));
		expect(listChange([closed], { view: 'people' }, 'ana')).toMatchObject({
			rows: [],
			gone: ['c1'],
		});
		expect(listChange([closed], { view: 'closed' }, 'ana')).toMatchObject({
			rows: [{ id: 'c1' }],
			gone: [],
		});
	});

	it('counts for each agent what is theirs, from numbers that were worked out once for all', () => {
		const ben: Owner = { kind: 'agent', id: 'ben', name: 'Ben' };
		const handoff = (owner: Owner, minute: number, tags: string[] = []) =>
			known(
				aConversation({ id: `c${minute}`, state: 'human', owner, updatedAt: at(minute), tags }),
			);
		const summary = summaryOf([
			handoff(support, 1, ['refund']),
			handoff(support, 2, ['vip', 'refund']),
			handoff(ben, 9),
			handoff(ana, 3),
		]);
		expect(overallFor(summary, 'ana')).toMatchObject({
			counts: { waiting: 2, mine: 1, people: 4 },
			newest: { id: 'c3', mine: true },
			tags: ['refund', 'vip'],
		});
		expect(overallFor(summary, 'nobody')).toMatchObject({
			counts: { waiting: 2, mine: 0, people: 4 },
			newest: { id: 'c2', mine: false, queue: 'Support' },
		});
	});
});

describe('a request that was captured off hours', () => {
	it('shows in the list why it waits and since when, though the bot goes on', () => {
		expect(rowOf(captured(), [])).toMatchObject({
			state: 'bot',
			reason: 'Asked for a person',
			waitingSince: at(1),
		});
	});

	it('stands under Waiting by its urgency and age like all that waits, marked with its queue and the promised time', async () => {
		const inQueue = (id: string, minute: number) =>
			aConversation({ id, state: 'human', owner: support, updatedAt: at(minute) });
		const all = [
			inQueue('new', 9),
			captured({ id: 'captured' }),
			captured({ id: 'urgent', priority: 'urgent' }),
			inQueue('old', 0),
			aConversation({ id: 'bot' }),
		];
		const { rows } = await rowsOf(all, { view: 'waiting' }, 10);
		expect(rows.map(({ id }) => id)).toEqual(['urgent', 'old', 'captured', 'new']);
		expect(rows[2]).toMatchObject({ queue: 'Support', captured: { until: at(600) } });
		expect(rows[1]).not.toHaveProperty('captured');
		const inSales = await rowsOf(all, { view: 'waiting', queue: 'Sales' }, 10);
		expect(inSales.rows).toEqual([]);
	});

	it('counts as waiting, and as nobody’s, and calls nobody', () => {
		const open = [
			known(captured({ id: 'c1' })),
			known(aConversation({ id: 'c2', state: 'human', owner: ana, updatedAt: at(0) })),
		];
		const summary = summaryOf(open);
		expect(summary).toMatchObject({ waiting: 1, people: 1 });
		expect(summary.newest).toBeUndefined();
		expect(liveFigures(open, at(5))).toMatchObject({
			waiting: 1,
			open: 1,
			queues: [{ queue: 'Support', waiting: 1, late: 0 }],
		});
	});

	it('has waited only from the time on that was promised', () => {
		const open = [known(captured())];
		expect(liveFigures(open, at(5)).queues[0]).not.toHaveProperty('oldestAt');
		expect(liveFigures(open, at(700)).queues).toEqual([
			{ queue: 'Support', waiting: 1, late: 0, oldestAt: at(600) },
		]);
	});

	it('leaves Waiting when somebody takes it over, and stays with the bot until then', () => {
		const change = (one: Conversation, view: string) => listChange([known(one)], { view }, 'ana');
		expect(change(captured(), 'bot').rows).toHaveLength(1);
		expect(change(captured(), 'people').gone).toEqual(['c1']);
		const taken = aConversation({ state: 'human', owner: ana });
		expect(change(taken, 'waiting').gone).toEqual(['c1']);
	});

	it('is over with the case that it was of', () => {
		const row = rowOf({ ...captured(), episode: 2 }, []);
		expect(row).not.toHaveProperty('reason');
		expect(row).not.toHaveProperty('waitingSince');
		expect(
			listChange([known({ ...captured(), episode: 2 })], { view: 'waiting' }, 'ana').rows,
		).toEqual([]);
	});
});
