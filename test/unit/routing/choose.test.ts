import fc from 'fast-check';

import type { Agent, RoutingView } from '../../../core/routing/agent';
import { chooseAgent } from '../../../core/routing/choose';
import type { StrategyName } from '../../../core/routing/strategies';
import { aConversation, at } from '../../builders';

const noLoad: RoutingView = { openByAgent: new Map(), lastAssigned: new Map(), waiting: 0 };

const roster: Agent[] = [
	{ id: 'ana', name: 'Ana', skills: ['billing'], languages: ['es'], capacity: 5 },
	{ id: 'ben', name: 'Ben', skills: ['Returns'], languages: ['en'], capacity: 2 },
	{ id: 'cem', name: 'Cem', queues: ['Sales'], languages: ['de', 'en'] },
];

interface Given {
	agents?: Agent[];
	chain?: StrategyName[];
	view?: Partial<RoutingView>;
	queue?: string;
	requiredSkills?: string[];
	requiredLanguage?: string;
	exclude?: string[];
	preferredSkills?: string[];
	language?: string;
	conversation?: Parameters<typeof aConversation>[0];
}

function choose(given: Given = {}) {
	return chooseAgent(
		given.agents ?? roster,
		given.chain ?? ['roundRobin'],
		{
			queue: given.queue ?? 'Support',
			requiredSkills: given.requiredSkills ?? [],
			requiredLanguage: given.requiredLanguage,
			exclude: given.exclude ?? [],
		},
		{
			conversation: aConversation(given.conversation),
			view: { ...noLoad, ...given.view },
			now: at(0),
			preferredSkills: given.preferredSkills ?? [],
			language: given.language,
			stickyDays: 30,
		},
	);
}

const why = (choice: ReturnType<typeof choose>, id: string) =>
	choice.considered.find(({ agentId }) => agentId === id)?.why;

describe('choosing an agent', () => {
	it('gives the conversation to the agent whose last turn is longest ago', () => {
		const view = {
			lastAssigned: new Map([
				['ana', 7],
				['ben', 3],
			]),
		};
		expect(choose({ view }).agent?.id).toBe('ben');
	});

	it('gives agents without a turn the first ones, in the order of the roster', () => {
		expect(choose().agent?.id).toBe('ana');
		expect(choose({ view: { lastAssigned: new Map([['ana', 1]]) } }).agent?.id).toBe('ben');
	});

	it('passes over agents who are full, switched off, in another queue or without the skill, and says so', () => {
		const choice = choose({
			agents: [...roster, { id: 'dee', name: 'Dee', available: false, skills: ['billing'] }],
			view: { openByAgent: new Map([['ana', 5]]) },
			requiredSkills: ['billing'],
		});
		expect(choice.agent).toBeUndefined();
		expect(why(choice, 'ana')).toBe('at capacity, 5 of 5 open');
		expect(why(choice, 'ben')).toBe('lacks the skill billing');
		expect(why(choice, 'cem')).toBe('does not serve the queue Support');
		expect(why(choice, 'dee')).toBe('switched off');
	});

	it('says why the chosen agent was chosen and that the free ones came second', () => {
		const choice = choose();
		expect(why(choice, 'ana')).toBe('next in turn, first conversation');
		expect(why(choice, 'ben')).toBe('free, but another came first (0 of 2 open)');
	});

	it('chooses the least busy by share of capacity where all have one', () => {
		const view = {
			openByAgent: new Map([
				['ana', 2],
				['ben', 1],
			]),
		};
		expect(choose({ chain: ['leastBusy'], view }).agent?.id).toBe('ana');
	});

	it('matches skills without regard to case and counts the customer’s language as one', () => {
		expect(choose({ chain: ['skills'], preferredSkills: ['returns'] }).agent?.id).toBe('ben');
		expect(choose({ chain: ['skills'], language: 'es-MX' }).agent?.id).toBe('ana');
	});

	it('returns the customer to the agent of last time while that is not too long ago', () => {
		const before = (days: number) => ({
			lastAgentId: 'ben',
			handoff: {
				id: 'c1:h1',
				reason: '',
				score: 0,
				signals: [],
				priority: 'normal' as const,
				queue: 'Support',
				createdAt: at(-days * 24 * 60),
				hops: 0,
			},
		});
		expect(choose({ chain: ['sticky'], conversation: before(2) }).agent?.id).toBe('ben');
		const late = choose({ chain: ['sticky', 'roundRobin'], conversation: before(40) });
		expect(late.agent?.id).toBe('ana');
		expect(late.strategies[0]?.result).toBe(
			'the last agent had this customer more than 30 days ago',
		);
	});

	it('falls through the chain when the account manager is not free', () => {
		const choice = choose({
			chain: ['accountManager', 'roundRobin'],
			conversation: {
				profile: {
					accountManager: 'CEM',
					consent: { status: 'unknown', scope: 'all' },
					fields: {},
				},
			},
		});
		expect(choice.agent?.id).toBe('ana');
		expect(choice.strategies.map(({ result }) => result)).toEqual([
			'the account manager is not free',
			'Ana: next in turn, first conversation',
		]);
	});

	it('never returns a conversation to an agent who passed it on', () => {
		expect(choose({ exclude: ['ana'] }).agent?.id).toBe('ben');
	});

	it('leaves it to a claim where the chain says queue', () => {
		expect(choose({ chain: ['queue'] }).agent).toBeUndefined();
	});

	const agents = fc.uniqueArray(
		fc.record({
			id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
			name: fc.constant('Agent'),
			capacity: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
			available: fc.boolean(),
			queues: fc.constantFrom<string[] | undefined>(undefined, ['Support'], ['Sales']),
		}),
		{ selector: ({ id }) => id, maxLength: 6 },
	);

	it('never passes a capacity and never leaves an agent idle who could take it, for any roster', () => {
		fc.assert(
			fc.property(
				agents,
				fc.array(fc.nat(5), { minLength: 6, maxLength: 6 }),
				fc.constantFrom<StrategyName>('roundRobin', 'leastBusy'),
				(list, loads, strategy) => {
					const openByAgent = new Map(list.map(({ id }, index) => [id, loads[index]!]));
					const able = list.filter(
						({ id, capacity, available, queues }) =>
							available &&
							(!queues || queues.includes('Support')) &&
							(capacity === undefined || openByAgent.get(id)! < capacity),
					);
					const { agent } = choose({ agents: list, chain: [strategy], view: { openByAgent } });
					if (able.length === 0) expect(agent).toBeUndefined();
					else expect(able).toContainEqual(agent);
				},
			),
		);
	});

	it('keeps a round robin fair: counts differ by one at most while the same agents are free', () => {
		fc.assert(
			fc.property(
				fc.integer({ min: 1, max: 7 }),
				fc.integer({ min: 1, max: 60 }),
				(size, rounds) => {
					const list = Array.from({ length: size }, (_, i) => ({ id: `a${i}`, name: `A${i}` }));
					const lastAssigned = new Map<string, number>();
					const counts = new Map(list.map(({ id }) => [id, 0]));
					for (let tick = 0; tick < rounds; tick++) {
						const { agent } = choose({ agents: list, view: { lastAssigned } });
						lastAssigned.set(agent!.id, tick);
						counts.set(agent!.id, counts.get(agent!.id)! + 1);
					}
					const all = [...counts.values()];
					expect(Math.max(...all) - Math.min(...all)).toBeLessThanOrEqual(1);
				},
			),
		);
	});
});
