import type { ConversationState } from '../../../core/conversation/conversation';
import { waitingSince } from '../../../core/conversation/details';
import type { ConversationFilter } from '../../../core/ports/store';
import { StoreError } from '../../../core/ports/store';
import { systemClock } from '../../../adapters/clock/system';
import { handoffItem } from '../../shared/item';
import { timeIn } from '../../shared/time';
import type { Operation, OperationResult, OperationRun } from './operation';

const SHOW = { show: { operation: ['list'] } };
const MINUTE_MS = 60_000;
const PAGE = 200;

interface Filters {
	agentId?: string;
	lastMessageAfter?: unknown;
	lastMessageBefore?: unknown;
	outcome?: string;
	queue?: string;
	search?: string;
	tag?: string;
	waitingMinutes?: number;
	withoutTag?: string;
}

export const list: Operation = {
	onConversation: false,
	option: {
		name: 'Get Many',
		value: 'list',
		action: 'Get many conversations',
		description: 'Conversations by state, owner, queue, tag, date, words or waiting time',
	},
	fields: [
		{
			displayName: 'In Charge',
			name: 'states',
			type: 'multiOptions',
			displayOptions: SHOW,
			options: [
				{ name: 'Bot', value: 'bot' },
				{ name: 'Nobody: Closed', value: 'closed' },
				{ name: 'Person or Queue', value: 'human' },
			],
			default: ['human'],
			description: 'Who has the conversations to look for; nothing chosen means all',
		},
		{
			displayName: 'Return All',
			name: 'returnAll',
			type: 'boolean',
			displayOptions: SHOW,
			default: false,
			description: 'Whether to return all results or only up to a given limit',
		},
		{
			displayName: 'Limit',
			name: 'limit',
			type: 'number',
			typeOptions: { minValue: 1 },
			displayOptions: { show: { operation: ['list'], returnAll: [false] } },
			default: 50,
			description: 'Max number of results to return',
		},
		{
			displayName: 'Filters',
			name: 'filters',
			type: 'collection',
			displayOptions: SHOW,
			default: {},
			placeholder: 'Add Filter',
			options: [
				{
					displayName: 'Agent Email or ID',
					name: 'agentId',
					type: 'string',
					default: '',
					placeholder: 'name@email.com',
					description: 'Only what this agent has',
				},
				{
					displayName: 'Last Message After',
					name: 'lastMessageAfter',
					type: 'dateTime',
					default: '',
					description: 'Only conversations that were alive at or after this time',
				},
				{
					displayName: 'Last Message Before',
					name: 'lastMessageBefore',
					type: 'dateTime',
					default: '',
					description: 'Only conversations that have been quiet since then',
				},
				{
					displayName: 'Outcome',
					name: 'outcome',
					type: 'string',
					default: '',
					placeholder: 'e.g. solved',
					description: 'How the last closed episode ended',
				},
				{
					displayName: 'Queue',
					name: 'queue',
					type: 'string',
					default: '',
					placeholder: 'e.g. Support',
					description: 'Only what waits in this queue',
				},
				{
					displayName: 'Search',
					name: 'search',
					type: 'string',
					default: '',
					placeholder: 'e.g. Robin',
					description: 'Words in the customer’s name, number or ID',
				},
				{
					displayName: 'Tag',
					name: 'tag',
					type: 'string',
					default: '',
					description: 'Only what carries this tag',
				},
				{
					displayName: 'Waiting Longer Than (Minutes)',
					name: 'waitingMinutes',
					type: 'number',
					typeOptions: { minValue: 0 },
					default: 0,
					description:
						'Only customers who have waited so long for a person’s answer; 0 for everybody who waits',
				},
				{
					displayName: 'Without Tag',
					name: 'withoutTag',
					type: 'string',
					default: '',
					placeholder: 'e.g. survey sent',
					description: 'Leave out what carries this tag',
				},
			],
		},
	],
	async execute(run) {
		const { context, index, store } = run;
		const filters = context.getNodeParameter('filters', index, {}) as Filters;
		const all = context.getNodeParameter('returnAll', index, false) as boolean;
		const limit = all ? Infinity : (context.getNodeParameter('limit', index, 50) as number);
		const results: OperationResult[] = [];
		const now = systemClock.now().getTime();
		let after: string | undefined;
		do {
			const page = await store.list({
				...filterOf(run, filters),
				limit: Math.min(PAGE, all ? PAGE : Math.max(limit, 1)),
				...(after ? { after } : {}),
			});
			for (const conversation of page.conversations) {
				if (results.length >= limit) break;
				const { withoutTag, outcome, waitingMinutes } = filters;
				if (withoutTag && conversation.tags.some((tag) => same(tag, withoutTag))) continue;
				if (outcome && !same(conversation.outcome?.disposition ?? '', outcome)) continue;
				const waits = waitingSince(conversation, await store.clocks(conversation.id));
				if (
					waitingMinutes !== undefined &&
					!(waits && now - Date.parse(waits) >= waitingMinutes * MINUTE_MS)
				) {
					continue;
				}
				results.push({
					json: { ...handoffItem(conversation), ...(waits ? { waitingSince: waits } : {}) },
				});
			}
			after = page.after;
		} while (after && results.length < limit);
		return results;
	},
};

function same(a: string, b: string): boolean {
	return a.trim().toLowerCase() === b.trim().toLowerCase();
}

function filterOf({ context, index }: OperationRun, filters: Filters): ConversationFilter {
	const states = context.getNodeParameter('states', index, []) as ConversationState[];
	const time = (given: unknown, field: string) => {
		if (given === undefined || given === '') return undefined;
		const at = timeIn(context.getTimezone(), given);
		if (at === undefined) {
			throw new StoreError(
				`${field} is no time that can be read`,
				'Give a date such as 2026-11-20, or a time such as 2026-11-20T09:30:00Z.',
			);
		}
		return at;
	};
	const since = time(filters.lastMessageAfter, 'Last Message After');
	const until = time(filters.lastMessageBefore, 'Last Message Before');
	return {
		...(states.length > 0 ? { states } : {}),
		...(filters.agentId ? { agentId: filters.agentId.trim() } : {}),
		...(filters.queue ? { queue: filters.queue.trim() } : {}),
		...(filters.tag ? { tag: filters.tag.trim() } : {}),
		...(filters.search ? { search: filters.search.trim() } : {}),
		...(since ? { since } : {}),
		...(until ? { until } : {}),
	};
}
