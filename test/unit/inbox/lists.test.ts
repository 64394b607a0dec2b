import fc from 'fast-check';

import { withChange } from '../../../adapters/inbox/app/rows';
import type { Conversation, Owner } from '../../../core/conversation/conversation';
import { PRIORITIES } from '../../../core/conversation/conversation';
import type { Known, ListQuery } from '../../../core/inbox/list';
import { VIEWS, comparePlaces, rowOf, viewOf } from '../../../core/inbox/list';
import type { ListRow } from '../../../core/inbox/lists';
import { listChange, listOf, overallFor, summaryOf } from '../../../core/inbox/lists';
import { transition } from '../../../core/conversation/transitions';
import type { HandoffStore } from '../../../core/ports/store';
import { aConversation, ana, at } from '../../builders';

const support: Owner = { kind: 'queue', name: 'Support' };

const conversations = fc
	.record({
		state: fc.constantFrom<Conversation['state'][]>('bot', 'human', 'human', 'human', 'closed'),
		owner: fc.constantFrom(ana, support, { kind: 'queue', name: 'Sales' } as Owner),
		priority: fc.constantFrom(...PRIORITIES),
		minute: fc.integer({ min: 0, max: 8 }),
		tags: fc.subarray(['refund', 'vip']),
	})
	.map(({ state, owner, minute, ...rest }) =>
		aConversation({
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
	const open = all.filter(({ state }) => state === 'human').map(known);
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
	const captured = (episode: number): Conversation => {
		const step = transition(
			aConversation({ episode }),
			{
				type: 'capture',
				reason: 'Asked for a person',
				score: 95,
				signals: [],
				priority: 'high',
				queue: 'Support',
				promise: { for: at(600), madeAt: at(1) },
			},
			{ kind: 'system' },
			at(1),
		);
		if (!step.ok) throw new Error(step.message);
		return step.conversation;
	};

	it('shows in the list why it waits and since when, though the bot goes on', () => {
		expect(rowOf(captured(1), [])).toMatchObject({
			state: 'bot',
			reason: 'Asked for a person',
			waitingSince: at(1),
		});
	});

	it('is over with the case that it was of', () => {
		const row = rowOf({ ...captured(1), episode: 2 }, []);
		expect(row).not.toHaveProperty('reason');
		expect(row).not.toHaveProperty('waitingSince');
	});
});
