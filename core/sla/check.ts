import type { IsoTime } from '../time';
import { checkCalendar, weeklyMinutes } from './calendar';
import { isUnconditional } from './choose';
import type { SlaKind } from './clock';
import type { SlaPolicy } from './policy';
import { marksOf } from './start';
import { instantAfter } from './times';

/** Above this an event is of no use to anyone. */
const MAX_PERCENT = 1000;
const MAX_TARGET_MINUTES = 366 * 24 * 60;
/** Two years: within the calendar's horizon of three, with a year to spare for closed dates. */
const MAX_WEEKS = 104;

/**
 * What keeps a policy from being used, as sentences for staff that say what to change; empty if it is fine. A policy with a
 * finding must not be activated: its clocks could not be worked out, or would say nothing. With `now` it is tried out whether
 * the promise can be kept from then on, closed dates and all.
 */
export function checkPolicy(policy: SlaPolicy, now?: IsoTime): string[] {
	const found: string[] = [];
	if (!policy.name.trim())
		found.push('The policy has no name. Give it one: alerts and reports show it.');
	// A promised follow-up is due at the time that was promised: it has no target of its own.
	if (policy.kind !== 'promised_follow_up') found.push(...checkTarget(policy.targetMinutes));
	for (const mark of policy.marks) {
		if (!(mark > 0 && mark <= MAX_PERCENT)) {
			found.push(
				`${mark} % is not a point to raise an event at. Use percentages from 1 to ${MAX_PERCENT}.`,
			);
		}
	}
	for (const rung of policy.ladder ?? []) {
		if (!(rung.percent >= 0 && rung.percent <= MAX_PERCENT)) {
			found.push(`${rung.percent} % is not a rung. Use percentages from 0 to ${MAX_PERCENT}.`);
		}
	}
	const { repeat } = policy;
	if (typeof repeat === 'object' && 'everyPercent' in repeat && !(repeat.everyPercent >= 1)) {
		found.push(
			`It cannot be repeated every ${repeat.everyPercent} %. Use 1 or more, or choose another repetition.`,
		);
	}
	if (policy.calendar) {
		const calendar = checkCalendar(policy.calendar);
		found.push(...calendar);
		const week = weeklyMinutes(policy.calendar);
		if (calendar.length === 0 && policy.clock === 'business') {
			const longest = Math.max(100, ...marksOf(policy)) / 100;
			if (policy.targetMinutes * longest > week * MAX_WEEKS) {
				found.push(
					`${policy.targetMinutes} minutes cannot pass within two years of these business hours. Shorten the target or add hours.`,
				);
			}
		}
	}
	if (found.length === 0 && now !== undefined && !canPass(policy, now)) {
		found.push(
			'There is no time within three years in which it could be kept: look at the closed dates and holidays.',
		);
	}
	return found.map((sentence) => `Policy "${policy.name}": ${sentence}`);
}

/** {@link checkPolicy} for all of them, and what is wrong between them: a name twice, a policy that can never be chosen. */
export function checkPolicies(policies: readonly SlaPolicy[], now?: IsoTime): string[] {
	const found = policies.flatMap((policy) => checkPolicy(policy, now));
	const names = new Set<string>();
	const forAll = new Map<SlaKind, string>();
	for (const policy of policies) {
		if (names.has(policy.name)) {
			found.push(`Two policies are named "${policy.name}". Give each a name of its own.`);
		}
		names.add(policy.name);
		const earlier = forAll.get(policy.kind);
		if (earlier !== undefined) {
			found.push(
				`Policy "${policy.name}" is never used: "${earlier}" comes before it and holds for every conversation. Move it up, or limit the other one.`,
			);
		}
		if (isUnconditional(policy)) forAll.set(policy.kind, policy.name);
	}
	return found;
}

function canPass(policy: SlaPolicy, now: IsoTime): boolean {
	const longest = Math.max(...marksOf(policy)) / 100;
	try {
		instantAfter(policy, now, policy.targetMinutes * longest);
		return true;
	} catch (error) {
		if (error instanceof RangeError) return false;
		throw error;
	}
}

function checkTarget(minutes: number): string[] {
	if (minutes > 0 && minutes <= MAX_TARGET_MINUTES) return [];
	return [
		minutes > MAX_TARGET_MINUTES
			? 'The target is longer than a year. Give it in minutes.'
			: `A target of ${minutes} minutes cannot be met. Use more than 0.`,
	];
}
