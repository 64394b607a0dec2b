import type { Conversation } from '../conversation/conversation';
import type { IsoTime } from '../time';
import type { SlaClock, SlaTerms } from './clock';
import type { SlaPolicy } from './policy';
import { instantAfter, withPending } from './times';

/**
 * Starts one clock by hand, for a workflow: the policy need not match the conversation. Throws RangeError where the policy
 * cannot be worked out; {@link checkPolicy} names such policies beforehand.
 */
export function startClock(
	policy: SlaPolicy,
	conversation: Pick<Conversation, 'id' | 'namespace'>,
	about: string,
	startedAt: IsoTime,
): SlaClock {
	const terms: SlaTerms = {
		targetMinutes: policy.targetMinutes,
		clock: policy.clock,
		...(policy.calendar ? { calendar: policy.calendar } : {}),
		...(policy.ladder ? { ladder: policy.ladder } : {}),
		...(policy.repeat ? { repeat: policy.repeat } : {}),
		...(policy.pauseWhileWaiting ? { pauseWhileWaiting: true } : {}),
		...(policy.reportMet ? { reportMet: true } : {}),
	};
	const due = instantAfter(terms, startedAt, policy.targetMinutes);
	return withPending(
		{
			id: `${conversation.id}:${policy.kind}:${about}`,
			namespace: conversation.namespace,
			conversationId: conversation.id,
			kind: policy.kind,
			policy: policy.name,
			status: 'running',
			startedAt,
			dueAt: due.at,
			explanation: due.explanation,
			pending: [],
			terms,
		},
		marksOf(policy).map((percent) => ({
			percent,
			at: instantAfter(terms, startedAt, (policy.targetMinutes * percent) / 100).at,
		})),
	);
}

/**
 * As {@link startClock}, but where the hours leave no time to keep the promise in, every minute counts: what a customer is handed
 * over with must start, or nobody would have the customer.
 */
export function startClockAnyway(...args: Parameters<typeof startClock>): SlaClock {
	try {
		return startClock(...args);
	} catch (error) {
		if (!(error instanceof RangeError)) throw error;
		const [{ calendar: _none, ...policy }, ...further] = args;
		return startClock({ ...policy, clock: 'wall' }, ...further);
	}
}

/** Percentages at which a policy raises events, each once, rising; 100 always among them. */
export function marksOf(policy: SlaPolicy): number[] {
	const rungs = (policy.ladder ?? []).map((rung) => rung.percent).filter((percent) => percent > 0);
	return [...new Set([...policy.marks, ...rungs, 100])].sort((a, b) => a - b);
}
