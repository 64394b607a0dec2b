import type { RoutingRule } from './rules';

/** Who is meant where staff have named nobody else: whoever can do it best, then anybody of the team. */
const BEST_THEN_ANY = [
	{ strategies: ['skills'], who: 'required' },
	{ strategies: ['leastBusy'], who: 'anyone' },
] as const;

/** Topics of which the back office knows most. */
const BACK_OFFICE_TOPICS = [
	'payment',
	'payments',
	'identity',
	'security',
	'refund',
	'refunds',
	'hardship',
] as const;

/** What a customer is upset or hurt by, as the complaints' channel of the team is told it. */
export const COMPLAINT_TOPICS: readonly string[] = [
	'complaint',
	'complaints',
	'legal',
	'cancellation',
	'health',
	'abuse',
	'emergency',
];

/** What there is to sell. */
export const SALES_TOPICS: readonly string[] = [
	'sales',
	'high_value',
	'contract',
	'contracts',
	'lead',
];

/** The teams that the suggested rules know, and all but the specialists the scorer's suggestions too. */
export type TeamQueues = Record<'support' | 'sales' | 'backOffice' | 'vip' | 'specialists', string>;

const TEAM_QUEUES: TeamQueues = {
	support: 'Support',
	sales: 'Sales',
	backOffice: 'Back Office',
	vip: 'Account Management',
	specialists: 'Product Specialists',
};

/**
 * Which team answers for which reason, as the field has it (docs/features.md, D4): sales to Sales, complaints to Support, VIPs to
 * their account manager, payment and identity to the back office, and what nobody can name to the product specialists. Topics
 * are the Escalation Scorer's, and so are the names of the queues: where staff have named them otherwise in the scorer, `named` says how.
 */
export function suggestedRules(named: Partial<TeamQueues> = {}): readonly RoutingRule[] {
	const queues = { ...TEAM_QUEUES, ...named };
	return [
		{
			name: 'VIP to the account managers',
			when: { vip: true },
			then: {
				queue: queues.vip,
				priority: 'high',
				steps: [
					{ strategies: ['accountManager'], who: 'anyone' },
					{ strategies: ['vipDesk', 'seniority'], who: 'anyone' },
				],
			},
		},
		{
			name: 'Payment and identity to the back office',
			when: { topics: BACK_OFFICE_TOPICS },
			then: { queue: queues.backOffice, steps: BEST_THEN_ANY },
		},
		{
			name: 'Complaint to support',
			when: { topics: COMPLAINT_TOPICS },
			then: { queue: queues.support, steps: BEST_THEN_ANY, priority: 'high' },
		},
		{
			name: 'Hot lead to senior sales',
			when: { leadClasses: ['HOT'] },
			then: {
				queue: queues.sales,
				priority: 'high',
				steps: [
					{ strategies: ['sticky'], who: 'anyone', minLevel: 2 },
					{ strategies: ['seniority'], who: 'anyone' },
				],
			},
		},
		{
			name: 'Sales to sales',
			when: { topics: SALES_TOPICS },
			then: { queue: queues.sales, steps: BEST_THEN_ANY },
		},
		{
			name: 'Technical matter to support',
			when: { topics: ['technical'] },
			then: { queue: queues.support, steps: BEST_THEN_ANY },
		},
		{
			name: 'Suggested queue back office',
			when: { queues: [queues.backOffice] },
			then: { queue: queues.backOffice, steps: BEST_THEN_ANY },
		},
		{
			name: 'Mood and requests to support',
			when: { topics: ['human_request', 'sentiment', 'negative_streak', 'repetition', 'trouble'] },
			then: { queue: queues.support, steps: BEST_THEN_ANY },
		},
		{
			name: 'Unknown to the product specialists',
			when: {},
			then: { queue: queues.specialists, steps: BEST_THEN_ANY },
		},
	];
}
