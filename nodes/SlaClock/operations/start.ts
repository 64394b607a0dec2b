import { NodeOperationError } from 'n8n-workflow';

import { checkPolicy, clocksOnPromise, startClock } from '../../../core/sla';
import type { SlaKind } from '../../../core/sla/clock';
import type { SlaPolicy } from '../../../core/sla/policy';
import { PROMISES } from '../../shared/promises';
import { timeIn } from '../../shared/time';
import type { Operation } from './operation';
import { changeClocks, conversationOf } from './operation';

const show = { operation: ['start'] };

export const start: Operation = {
	option: {
		name: 'Start',
		value: 'start',
		action: 'Start a clock on a conversation',
		description:
			'Make a promise by hand, e.g. a call back by a stated time; one that runs already is left alone',
	},
	fields: [
		{
			displayName: 'Promise',
			name: 'kind',
			type: 'options',
			displayOptions: { show },
			options: PROMISES,
			default: 'promised_follow_up',
		},
		{
			displayName: 'Promised For',
			name: 'promisedFor',
			type: 'dateTime',
			displayOptions: { show: { ...show, kind: ['promised_follow_up'] } },
			default: '',
			required: true,
			description: 'The time that the customer was told',
		},
		{
			displayName: 'Within (Minutes)',
			name: 'targetMinutes',
			type: 'number',
			typeOptions: { minValue: 0 },
			displayOptions: { show, hide: { kind: ['promised_follow_up'] } },
			default: 5,
			description: 'The target, counted by the business hours of SLA Watchdog',
		},
		{
			displayName: 'Name',
			name: 'name',
			type: 'string',
			displayOptions: { show },
			default: 'Promised by workflow',
			placeholder: 'e.g. Call back',
			description: 'What alerts and reports call it',
		},
	],
	async execute(run) {
		const { context, index, store, now } = run;
		const kind = context.getNodeParameter('kind', index) as SlaKind;
		const name = context.getNodeParameter('name', index) as string;
		const conversation = await conversationOf(run);
		const known = (await store.getSetting<SlaPolicy[]>('sla.policies')) ?? [];
		// Hours, ladder and repetition are those of SLA Watchdog, which has them once for all of its promises.
		const { calendar, ladder, repeat, reportMet } = known[0] ?? {};
		const policy: SlaPolicy = {
			name,
			kind,
			targetMinutes: 1,
			clock: 'business',
			marks: [80, 100],
			...(calendar ? { calendar } : {}),
			...(ladder ? { ladder } : {}),
			...(repeat ? { repeat } : {}),
			...(reportMet ? { reportMet } : {}),
		};
		// A retried node starts the same clock again; another node of the same execution makes a promise of its own.
		const about = [context.getExecutionId(), context.getNode().name, name, index].join('-');
		if (kind === 'promised_follow_up') {
			const given = context.getNodeParameter('promisedFor', index);
			const promisedFor = timeIn(context.getTimezone(), given);
			if (promisedFor === undefined || promisedFor <= now) {
				throw new NodeOperationError(context.getNode(), 'The promised time is not in the future', {
					description: 'Give a date and time that is still to come.',
					itemIndex: index,
				});
			}
			const promise = { about, promisedFor };
			return changeClocks(run, (live) =>
				isRunning(live, kind, name) ? [] : clocksOnPromise([policy], conversation, promise, now),
			);
		}
		policy.targetMinutes = Number(context.getNodeParameter('targetMinutes', index));
		const findings = checkPolicy(policy);
		if (findings.length > 0) {
			throw new NodeOperationError(context.getNode(), 'This promise cannot be kept watch over', {
				description: findings.join(' '),
				itemIndex: index,
			});
		}
		return changeClocks(run, (live) =>
			isRunning(live, kind, name) ? [] : [startClock(policy, conversation, about, now)],
		);
	},
};

function isRunning(live: Array<{ kind: SlaKind; policy: string }>, kind: SlaKind, name: string) {
	return live.some((clock) => clock.kind === kind && clock.policy === name);
}
