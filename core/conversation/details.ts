import type { Changes, ConversationView } from '../ports/store';
import type { SlaClock } from '../sla/clock';
import { isLive } from '../sla/settle';
import type { IsoTime } from '../time';
import type { Actor } from './audit';
import type { Conversation, Priority } from './conversation';
import { isCaptured } from './conversation';
import { openQuestion } from './exchange';
import type { CustomerProfile } from './identity';

/** What is known of a conversation beside its messages, and what changes neither state nor owner. */
export interface DetailChanges {
	addTags?: readonly string[];
	removeTags?: readonly string[];
	profile?: Partial<Omit<CustomerProfile, 'consent' | 'fields'>>;
	/** The team's own profile fields; null takes one away. */
	fields?: Record<string, string | number | boolean | null>;
	/** What bot or staff asked for; null takes one away. */
	collected?: Record<string, string | number | boolean | null>;
	priority?: Priority;
}

/** A conversation is found by a handful of tags; more are a mistake of a loop. */
export const MOST_TAGS = 50;

/** The changes to write, with one audit line; nothing where all of it was so already. For {@link HandoffStore.decide}. */
export function changeDetails(
	{ conversation }: ConversationView,
	wanted: DetailChanges,
	by: { actor: Actor; now: IsoTime },
): Changes<Conversation> {
	const next: Conversation = {
		...conversation,
		tags: tagsOf(conversation.tags, wanted),
		profile: {
			...conversation.profile,
			...wanted.profile,
			fields: merged(conversation.profile.fields, wanted.fields),
		},
		collected: merged(conversation.collected, wanted.collected),
		...(wanted.priority ? { priority: wanted.priority } : {}),
	};
	const told = differences(conversation, next);
	if (told.length === 0) return { result: conversation };
	const changed = { ...next, version: conversation.version + 1, updatedAt: by.now };
	return {
		result: changed,
		conversation: changed,
		audit: [
			{
				at: by.now,
				actor: by.actor,
				action: 'set_details',
				// Names of what changed, no values: the log outlives what the customer may have erased.
				reason: told.join(', '),
				from: conversation.state,
				to: conversation.state,
				...(conversation.owner ? { owner: conversation.owner } : {}),
			},
		],
	};
}

function tagsOf(known: readonly string[], { addTags = [], removeTags = [] }: DetailChanges) {
	const clean = (tags: readonly string[]) => tags.map((tag) => tag.trim()).filter(Boolean);
	const gone = new Set(clean(removeTags).map((tag) => tag.toLowerCase()));
	const result: string[] = [];
	for (const tag of [...known, ...clean(addTags)]) {
		const same = (other: string) => other.toLowerCase() === tag.toLowerCase();
		if (!gone.has(tag.toLowerCase()) && !result.some(same)) result.push(tag);
	}
	return result.slice(0, MOST_TAGS);
}

function merged<T>(
	known: Record<string, T>,
	wanted: Record<string, T | null> = {},
): Record<string, T> {
	const all = Object.entries({ ...known, ...wanted });
	return Object.fromEntries(all.filter((entry): entry is [string, T] => entry[1] !== null));
}

function differences(before: Conversation, after: Conversation): string[] {
	const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
	const within = <T extends object>(a: T, b: T, name: (key: string) => string) =>
		[...new Set([...Object.keys(a), ...Object.keys(b)])]
			.filter((key) => !same(a[key as keyof T], b[key as keyof T]))
			.map(name);
	const { fields: fieldsBefore, ...profileBefore } = before.profile;
	const { fields: fieldsAfter, ...profileAfter } = after.profile;
	return [
		...(same(before.tags, after.tags) ? [] : ['tags']),
		...(before.priority === after.priority ? [] : ['priority']),
		...within(profileBefore, profileAfter, (key) => `profile ${key}`),
		...within(fieldsBefore, fieldsAfter, (key) => `profile ${key}`),
		...within(before.collected, after.collected, (key) => `collected ${key}`),
	];
}

/**
 * Since when the customer waits for a person: since the handoff while nobody has answered it (also while it is captured for the
 * morning), later since the oldest message without an answer, or, where no promise watches over that, since the newest. Undefined where nobody waits.
 */
export function waitingSince(
	conversation: Conversation,
	clocks: readonly SlaClock[],
): IsoTime | undefined {
	const { handoff, state } = conversation;
	if (!handoff || (state !== 'human' && !isCaptured(conversation))) return undefined;
	if (!handoff.answeredAt) return handoff.createdAt;
	const clock = clocks.find((one) => one.kind === 'next_response' && isLive(one));
	return clock?.startedAt ?? openQuestion(conversation);
}
