import type { LadderRung, SlaPolicy } from './policy';

/** Warn when four fifths of the time are gone, then say that it is over. */
export const DEFAULT_MARKS: readonly number[] = [80, 100];

/** Remind → reassign → team lead → be honest with the customer. Says what to do next; adds no marks by itself. */
export const DEFAULT_LADDER: readonly LadderRung[] = [
	{ percent: 0, step: 'remind_owner' },
	{ percent: 100, step: 'reassign' },
	{ percent: 150, step: 'alert_team_lead' },
	{ percent: 200, step: 'tell_customer' },
];

/**
 * What is promised before staff have said anything: a person's first answer within five minutes of the handoff, the target
 * that the field names (docs/features.md, H1: under five minutes in business hours), and the answer to whatever the customer asks after
 * that within half an hour, so that nobody is left alone in the middle of it. Without hours set by staff every
 * minute counts: a calendar that we made up would let a handoff at the wrong hour go unnoticed. Both are raised again until somebody
 * answers, since what was handed over before a watchdog was published runs under them too.
 */
export const DEFAULT_POLICIES: readonly SlaPolicy[] = [
	{
		name: 'First response',
		kind: 'first_response',
		targetMinutes: 5,
		clock: 'business',
		marks: [...DEFAULT_MARKS],
		repeat: 'doubling',
	},
	{
		name: 'Next response',
		kind: 'next_response',
		targetMinutes: 30,
		clock: 'business',
		marks: [...DEFAULT_MARKS],
		repeat: 'doubling',
	},
];
