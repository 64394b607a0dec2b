import { requestAgain, requestFor, suggestedRules } from '../../../core/routing';
import type { HandoffFacts, RouterSettings } from '../../../core/routing';
import type { RoutingRule } from '../../../core/routing/rules';
import { chooseRule, factsOf, raisedPriority } from '../../../core/routing/rules';
import { aConversation } from '../../builders';
import { aRequest, Desk } from './support/desk';

const {
	reason: _reason,
	score: _score,
	signals: _signals,
	priority: _priority,
	...node
} = aRequest();
const settings = (changes: Partial<RouterSettings> = {}): RouterSettings => ({
	...node,
	...changes,
});

const signal = (name: string) => ({ signal: name, label: name, weight: 85, value: 1, points: 85 });

const facts = (changes: Partial<HandoffFacts> = {}): HandoffFacts => ({
	reason: 'Asked for a person',
	score: 95,
	signals: [],
	priority: 'normal',
	...changes,
});

const SENIOR = { id: 'sen', name: 'Senior', level: 3, queues: ['Sales'] };
const JUNIOR = { id: 'jun', name: 'Junior', level: 1, queues: ['Sales'] };
const team = (queue: string) => ({ id: queue, name: queue, queues: [queue] });
const TEAMS = ['Support', 'Back Office', 'Product Specialists', 'Account Management'].map(team);

/** Hands one conversation over under the suggested rules. */
function handedOver(
	conversation: Parameters<typeof aConversation>[0],
	item: Partial<HandoffFacts>,
	agents: RouterSettings['agents'] = [...TEAMS, JUNIOR, SENIOR],
) {
	const desk = new Desk();
	desk.conversations.set('c1', aConversation(conversation));
	const request = requestFor(settings({ agents, rules: suggestedRules() }), facts(item), desk.of());
	return desk.handOver(request);
}

describe('the suggested rules', () => {
	it.each([
		['a sales signal', { signals: [signal('high_value')] }, 'Sales'],
		['a complaint', { firedRule: 'topic.complaint' }, 'Support'],
		['a payment matter', { firedRule: 'topic.payment' }, 'Back Office'],
		['an identity matter', { firedRule: 'topic.identity' }, 'Back Office'],
		['a wish for a person', { signals: [signal('human_request')] }, 'Support'],
		['what nobody can name', {}, 'Product Specialists'],
	])('send %s to the team that answers for it', (_what, item, queue) => {
		const { handoff, conversation, rule } = handedOver({}, item);
		expect(handoff.queue).toBe(queue);
		expect(conversation.owner).toMatchObject({ kind: 'agent' });
		expect(rule!.why).not.toBe('');
	});

	it('send a VIP to the account manager of the profile, with a raised priority', () => {
		const manager = {
			id: 'mia',
			name: 'Mia',
			email: 'mia@shop.example',
			queues: ['Account Management'],
		};
		const result = handedOver(
			{
				profile: {
					consent: { status: 'unknown', scope: 'all' },
					fields: {},
					vip: true,
					accountManager: 'mia@shop.example',
				},
			},
			{ firedRule: 'topic.complaint' },
			[...TEAMS, manager],
		);
		expect(result).toMatchObject({
			conversation: { owner: { id: 'mia' }, priority: 'high' },
			rule: { name: 'VIP to the account managers' },
			tell: 'vip',
		});
	});

	it('send a VIP whose manager is away to the VIP desk, not into the common queue', () => {
		const desk = { id: 'desk', name: 'Desk', skills: ['vip'], queues: ['Account Management'] };
		const result = handedOver({ tags: ['VIP'] }, {}, [...TEAMS, desk]);
		expect(result.conversation.owner).toMatchObject({ id: 'desk' });
		expect(result.explanation).toBe('Desk: least busy of the VIP desk');
	});

	it('give a hot lead to the most senior seller who is free and a cold one to whoever is least busy', () => {
		const hot = handedOver({}, { leadClass: 'HOT', signals: [signal('high_value')] });
		expect(hot.conversation).toMatchObject({ owner: { id: 'sen' }, priority: 'high' });
		expect(hot.explanation).toBe('Senior: most senior who is free, level 3');
		const cold = handedOver({}, { leadClass: 'COLD', signals: [signal('high_value')] });
		expect(cold.conversation).toMatchObject({ owner: { id: 'jun' }, priority: 'normal' });
	});
});

describe('what the bot has collected before the handover', () => {
	const rules: RoutingRule[] = [
		{
			name: 'Money',
			when: { collected: { field: 'issue', words: ['charged twice', 'invoice'] } },
			then: { queue: 'Back Office' },
		},
		{
			name: 'An order',
			when: { collected: { field: 'OrderNumber' } },
			then: { queue: 'Orders' },
		},
	];
	const routed = (collected: Record<string, string | number | boolean>) => {
		const { rule, queue } = requestFor(
			settings({ rules, queue: 'Support' }),
			facts(),
			aConversation({ collected }),
		);
		return { rule: rule!.name, queue, why: rule!.why };
	};

	it('decides on the team by a word of an answer, or by an answer that is there at all', () => {
		expect(routed({ issue: 'Help, I was CHARGED  twice!', orderNumber: 10023 })).toEqual({
			rule: 'Money',
			queue: 'Back Office',
			why: 'issue says charged twice',
		});
		expect(routed({ issue: 'It never came', orderNumber: 10023 })).toEqual({
			rule: 'An order',
			queue: 'Orders',
			why: 'OrderNumber is known',
		});
		expect(routed({ issue: 'invoices', orderNumber: ' ' })).toMatchObject({
			rule: 'none',
			queue: 'Support',
		});
	});

	it('is a topic for the suggested rules where it says what the issue is', () => {
		const conversation = aConversation({ collected: { issue: 'Payment' } });
		expect(requestFor(settings({ rules: suggestedRules() }), facts(), conversation).queue).toBe(
			'Back Office',
		);
	});
});

describe('a rule', () => {
	const rule = (
		when: RoutingRule['when'],
		then: RoutingRule['then'] = { queue: 'Own' },
	): RoutingRule => ({
		name: 'Own',
		when,
		then,
	});
	const known = factsOf(
		aConversation({
			tags: ['Newsletter'],
			profile: {
				consent: { status: 'unknown', scope: 'all' },
				fields: {},
				language: 'pt-BR',
				segment: 'Gold',
			},
			collected: { topic: 'Delivery' },
		}),
		{ priority: 'high', leadClass: 'WARM', phoneNumber: '+49 30 901820', queue: 'Support' },
	);

	it.each<[RoutingRule['when'], boolean]>([
		[{ topics: ['delivery'] }, true],
		[{ topics: ['returns', 'DELIVERY'] }, true],
		[{ topics: ['returns'] }, false],
		[{ priorities: ['high', 'urgent'] }, true],
		[{ priorities: ['normal'] }, false],
		[{ languages: ['pt'] }, true],
		[{ languages: ['pt-PT'] }, false],
		[{ leadClasses: ['warm'] }, true],
		[{ channels: ['+4930901820'] }, true],
		[{ channels: ['106540352242922'] }, true],
		[{ channels: ['+4930000000'] }, false],
		[{ segments: ['gold'] }, true],
		[{ tags: ['newsletter'] }, true],
		[{ queues: ['Support'] }, true],
		[{ vip: true }, false],
		[{ vip: false }, true],
		[{ topics: ['delivery'], vip: true }, false],
		[{}, true],
	])('with the conditions %j holds: %s', (when, holds) => {
		expect(chooseRule([rule(when)], known).name).toBe(holds ? 'Own' : 'none');
	});

	it('says why it applies and why those before it do not', () => {
		const choice = chooseRule(
			[rule({ topics: ['returns'] }), { ...rule({ segments: ['gold'] }), name: 'Gold' }],
			known,
		);
		expect(choice).toMatchObject({
			name: 'Gold',
			why: 'segment is gold',
			passedOver: [{ name: 'Own', why: 'topic is Delivery, not returns' }],
		});
	});

	it('raises a priority and never lowers one', () => {
		expect(raisedPriority('urgent', rule({}, { priority: 'high' }))).toBe('urgent');
		expect(raisedPriority('low', rule({}, { priority: 'high' }))).toBe('high');
		expect(raisedPriority('low', undefined)).toBe('low');
	});

	it('puts its own queue, steps, skills and texts in place of the node’s, and leaves the rest', () => {
		const steps = [{ strategies: ['seniority' as const] }];
		const request = requestFor(
			settings({
				rules: [
					rule({}, { queue: 'Sales', steps, requiredSkills: ['b2b'], texts: { vip: 'Own' } }),
				],
				requiredSkills: ['B2B', 'contracts'],
				texts: { vip: 'Node', queued: 'Node' },
				stickyDays: 7,
			}),
			facts({ skills: ['quotes'], accountManagers: ['mia'] }),
			aConversation(),
		);
		expect(request).toMatchObject({
			queue: 'Sales',
			steps,
			requiredSkills: ['B2B', 'contracts'],
			preferredSkills: ['quotes'],
			texts: { vip: 'Own', queued: 'Node' },
			stickyDays: 7,
			accountManagers: ['mia'],
			rule: { name: 'Own' },
		});
	});

	it('that decided on a handoff still holds when it is routed again, though the item says nothing of it any more', () => {
		const rules = [
			rule({ topics: ['delivery'] }, { queue: 'Parcels', requiredSkills: ['parcels'] }),
		];
		const desk = new Desk();
		desk.handOver(requestFor(settings({ rules }), facts({ topics: ['delivery'] }), desk.of()));
		const again = requestAgain(settings({ rules }), { because: 'unanswered' }, desk.of());
		expect(again).toMatchObject({
			queue: 'Parcels',
			requiredSkills: ['parcels'],
			rule: { name: 'Own' },
		});
		const moved = requestAgain(
			settings({ rules }),
			{ because: 'team_change', queue: 'Billing' },
			desk.of(),
		);
		expect(moved).toMatchObject({ queue: 'Billing', requiredSkills: [] });
		expect(moved.rule).toBeUndefined();
	});

	it.each([
		[
			'of the team of whoever took it over',
			[{ id: 'ana', name: 'Ana', queues: ['Vertrieb'] }],
			'Vertrieb',
		],
		[
			'of the node where that is not known',
			[{ id: 'ben', name: 'Ben', queues: ['Hilfe'] }],
			'Hilfe',
		],
	])(
		'what a person took from the bot by hand and gives back is the matter %s',
		(_case, agents, queue) => {
			const desk = new Desk();
			desk.person({
				type: 'escalate',
				owner: { kind: 'agent', id: 'ana', name: 'Ana' },
				reason: 'By hand',
				score: 0,
				signals: [],
				priority: 'normal',
				queue: 'Inbox',
			});
			desk.person({ type: 'release', queue: 'Inbox', reason: 'Given back' });
			const given = settings({ agents, queue: 'Hilfe' });
			const again = requestAgain(given, { because: 'unanswered' }, desk.of());
			expect(again.queue).toBe(queue);
			const found = desk.routeAgain(again);
			expect(found).toMatchObject({
				outcome: 'assigned',
				conversation: { owner: { name: agents[0]!.name } },
			});
		},
	);
});
