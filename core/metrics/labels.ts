import type { Conversation } from '../conversation/conversation';
import type { IsoTime } from '../time';
import type { ConversationRecord } from './handoffs';

/** Action of the audit line that a verdict leaves. */
export const LABEL_ACTION = 'label';

/** How a person judges a handoff, or that there was none. */
export type Verdict = 'justified' | 'unnecessary' | 'missed';

export const VERDICTS: readonly Verdict[] = ['justified', 'unnecessary', 'missed'];

/** A verdict stands among the conversation's tags, where every node and filter can read it. */
const PREFIX = 'handoff:';

/** The tags with this verdict in place of an earlier one. */
export function withVerdict(tags: readonly string[], verdict: Verdict): string[] {
	return [...withoutVerdict(tags), verdictTag(verdict)];
}

/** The verdict on a conversation, if somebody has given one. */
export function verdictOn({ tags }: Pick<Conversation, 'tags'>): Verdict | undefined {
	return VERDICTS.find((verdict) => tags.includes(verdictTag(verdict)));
}

/** Whether the verdict on a conversation was given after `at`: what has happened since then, nobody has judged. */
export function verdictStands({ audit }: Pick<ConversationRecord, 'audit'>, at: IsoTime): boolean {
	const given = audit.findLast(({ action }) => action === LABEL_ACTION)?.at;
	// A tag that a person has set by hand leaves no such line.
	return given === undefined || given >= at;
}

/** Whether a person was needed, as the scorer's rule test wants to know it. */
export function wasNeeded(verdict: Verdict): boolean {
	return verdict !== 'unnecessary';
}

/** The tag of a verdict, to list conversations by. */
export function verdictTag(verdict: Verdict): string {
	return `${PREFIX}${verdict}`;
}

function withoutVerdict(tags: readonly string[]): string[] {
	return tags.filter((tag) => !VERDICTS.some((verdict) => tag === verdictTag(verdict)));
}
