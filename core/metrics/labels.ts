import type { Actor } from '../conversation/audit';
import type { Conversation, HandoffLabel, Verdict } from '../conversation/conversation';
import type { Changes, ConversationView } from '../ports/store';
import { StoreError } from '../ports/store';
import type { IsoTime } from '../time';
import type { ConversationRecord } from './handoffs';

export type { Verdict };

/** Action of the audit line that a verdict leaves. */
export const LABEL_ACTION = 'label';

export const VERDICTS: readonly Verdict[] = [
	'justified',
	'unnecessary',
	'missed',
	'wrongly_routed',
];

/** The verdicts that were given stand among the conversation's tags as well, where every node and filter can read them. */
const PREFIX = 'handoff:';
/** Handoffs of which the label is remembered. */
const MOST_LABELS = 50;

/** What a label is about: one handoff, or that there was none in the present episode. */
export function subjectOf({
	conversation,
	audit,
}: Pick<ConversationRecord, 'conversation' | 'audit'>): string {
	const reopenedAt = audit.findLast(({ action }) => action === 'reopen')?.at;
	const { handoff } = conversation;
	const isOfThis = handoff && (reopenedAt === undefined || handoff.createdAt >= reopenedAt);
	return isOfThis ? handoff.id : noHandoffIn(conversation);
}

/** Under which a label stands that no person had it in the present episode. */
export function noHandoffIn({ id, episode }: Pick<Conversation, 'id' | 'episode'>): string {
	return `${id}:e${episode}`;
}

/**
 * The changes by which a person's verdict is written down; replaces an earlier one on the same handoff and leaves those on others. For
 * {@link HandoffStore.decide}. Throws StoreError for a handoff that the conversation never had.
 */
export function labelChanges(
	{ conversation }: ConversationView,
	{ verdict, subject }: { verdict: Verdict; subject: string },
	by: { actor: Actor; now: IsoTime },
): Changes<Conversation> {
	const number = /:h(\d+)$/u.exec(subject)?.[1];
	const isKnown =
		subject === noHandoffIn(conversation) ||
		(subject === `${conversation.id}:h${number}` && Number(number) <= conversation.handoffCount);
	if (!isKnown) {
		throw new StoreError(
			`This conversation has no handoff ${subject}`,
			'Leave the handoff empty for the latest, or give the ID of one of this conversation.',
		);
	}
	const label: HandoffLabel = {
		verdict,
		at: by.now,
		...(by.actor.name ? { by: by.actor.name } : {}),
	};
	const next = {
		...withLabel(conversation, subject, label),
		version: conversation.version + 1,
		updatedAt: by.now,
	};
	return {
		result: next,
		conversation: next,
		audit: [
			{
				at: by.now,
				actor: by.actor,
				action: LABEL_ACTION,
				reason: verdict,
				from: conversation.state,
				to: conversation.state,
				...(conversation.owner ? { owner: conversation.owner } : {}),
			},
		],
	};
}

/** The conversation with this label, and with a tag for each verdict that one of its handoffs has. */
export function withLabel<T extends Pick<Conversation, 'tags' | 'labels'>>(
	conversation: T,
	subject: string,
	label: HandoffLabel,
): T {
	const { [subject]: _earlier, ...others } = conversation.labels ?? {};
	const labels = Object.fromEntries(
		Object.entries({ ...others, [subject]: label }).slice(-MOST_LABELS),
	);
	const given = new Set(Object.values(labels).map(({ verdict }) => verdictTag(verdict)));
	const own = conversation.tags.filter((tag) => !VERDICTS.some((one) => tag === verdictTag(one)));
	return { ...conversation, labels, tags: [...own, ...given] };
}

/** The verdict on a conversation that was given last, if somebody has given one. */
export function verdictOn({
	tags,
	labels,
}: Pick<Conversation, 'tags' | 'labels'>): Verdict | undefined {
	const newest = newestLabel({ labels });
	if (newest) return newest.verdict;
	// A tag that a person has set by hand, or an older version.
	return VERDICTS.find((verdict) => tags.includes(verdictTag(verdict)));
}

/** The verdict on one handoff of a conversation. */
export function verdictOnHandoff(
	conversation: Pick<Conversation, 'tags' | 'labels' | 'handoff'>,
	handoffId: string,
): Verdict | undefined {
	if (conversation.labels) return conversation.labels[handoffId]?.verdict;
	return conversation.handoff?.id === handoffId ? verdictOn(conversation) : undefined;
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

function newestLabel({ labels }: Pick<Conversation, 'labels'>): HandoffLabel | undefined {
	return Object.values(labels ?? {}).reduce<HandoffLabel | undefined>(
		(newest, one) => (newest && newest.at > one.at ? newest : one),
		undefined,
	);
}
