import { isoTime } from '../../../core/time';
import { systemClock } from '../../../adapters/clock/system';
import { getContext as readContext, profileFrom, profileLearnt } from '../../../core/crm';
import { handoffItem, ledBy } from '../../shared/item';
import { OPTION } from '../fields';
import type { Operation } from './operation';
import { BY, destination, withResult } from './operation';

interface Options {
	remember?: boolean;
}

const SHOW = { operation: ['getContext'] };

export const getContext: Operation = {
	option: {
		name: 'Get Context',
		value: 'getContext',
		action: 'Get what the CRM knows of a customer',
		description:
			'Read profile, owner, open deals and orders of a customer, for the scorer’s VIP rule, the router and the brief',
	},
	ofConversation: true,
	fields: [
		{
			displayName: 'Segment Field Name or ID',
			name: 'segmentField',
			type: 'options',
			typeOptions: {
				loadOptionsMethod: 'getSegmentFieldNames',
				loadOptionsDependsOn: ['crm', 'recordKind', 'options.baseUrl'],
			},
			displayOptions: { show: SHOW },
			default: '',
			description:
				'The contact’s field that says which group a customer belongs to, e.g. VIP. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
		},
		{
			displayName: 'Fields Names or IDs',
			name: 'contextFields',
			type: 'multiOptions',
			typeOptions: {
				loadOptionsMethod: 'getContactFieldNames',
				loadOptionsDependsOn: ['crm', 'recordKind', 'options.baseUrl'],
			},
			displayOptions: { show: SHOW },
			default: [],
			description:
				'Further fields of the contact to read. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
		},
	],
	options: [
		OPTION.baseUrl,
		OPTION.externalId,
		{
			displayName: 'Remember in the Conversation',
			name: 'remember',
			type: 'boolean',
			default: true,
			description:
				'Whether segment, account manager and fields are noted in the customer’s profile, where scorer, router and inbox read them',
		},
	],
	async execute(run) {
		const { item, store, chosen } = run;
		const to = await destination(run);
		const segmentField = item.text('segmentField');
		const context = await readContext(to.port, to.environment, {
			account: chosen.account,
			contact: item.contact,
			fields: item.value<string[]>('contextFields') ?? [],
			...(segmentField ? { segmentField } : {}),
		});
		// Nothing is planned where nothing is written.
		const json = await withResult(run, context, { warnings: to.warnings });
		const { crm, ...rest } = json;
		if (item.conversation && item.options<Options>().remember !== false) {
			const now = isoTime(systemClock.now());
			const conversation = await store.decide(item.conversation.id, (view) =>
				profileLearnt(view, context, { actor: BY, now }),
			);
			return ledBy({ crm, ...handoffItem(conversation) }, rest);
		}
		const known = profileFrom(context);
		if (Object.keys(known).length === 0) return json;
		return ledBy(
			{ crm, customer: { ...(item.json.customer as object | undefined), ...known } },
			rest,
		);
	},
};
