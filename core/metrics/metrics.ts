import { DateTime } from 'luxon';

import { isSuccess } from '../conversation/outcome';
import type { SlaKind } from '../sla/clock';
import type { IsoTime } from '../time';
import { OF_A_HANDOFF } from '../conversation/conversation';
import type { ConversationRecord, HandoffRecord } from './handoffs';
import { collectedNumber, handoffsOf, isLate, isWronglyRouted } from './handoffs';
import type { Verdict } from './labels';
import { VERDICTS, noHandoffIn, verdictOn } from './labels';
import { missedHandoffs } from './missed';
import type { MissedSettings } from './missed';

export interface Period {
	/** Included. */
	from: IsoTime;
	/** Excluded. */
	to: IsoTime;
}

/** Minutes, of however many handoffs there is one. */
export interface Spread {
	count: number;
	medianMinutes?: number;
	/** Nine of ten are at or under it. */
	p90Minutes?: number;
}

/** The figures of a group of handoffs. Shares are 0 to 1, absent where there is nothing to divide by. */
export interface HandoffFigures {
	handoffs: number;
	answered: number;
	/** Neither answered nor ended yet. */
	waiting: number;
	/** From the handoff to the first answer by a person, by the wall clock: what the customer waited. */
	firstResponse: Spread;
	/** From the handoff to its end. */
	resolution: Spread;
	/** Of the first-response promises that were kept or broken by now, the share that was broken. */
	breachRate?: number;
	breached: number;
	/** The customer wrote again within a day of its being resolved. */
	reopened: number;
	/** An agent had it, and somebody else had to have it after that, or a person has judged it so. */
	wronglyRouted: number;
	/** Resolved by a person; returned to the bot is not counted here. */
	resolved: number;
	/** Share of the ended ones that were resolved with success and not reopened; see core/conversation/outcome.ts. */
	resolutionRate?: number;
	/** Customers who rated it, and their mean rating of 1 to 5. */
	rated: number;
	satisfaction?: number;
	/** Money that the handoffs were about, where it was noted. */
	value: number;
	/** The part of it whose first answer came late or has not come. */
	valueLate: number;
}

export interface Metrics extends HandoffFigures {
	from: IsoTime;
	to: IsoTime;
	/** Conversations that were alive in the period. */
	conversations: number;
	/** Share of conversations with a handoff in the period. */
	handoffRate?: number;
	/** Share of conversations without one. Says nothing about whether their customers were helped. */
	containment?: number;
	/** The same without those that look as if a person had been needed: the figure to steer by. */
	trueContainment?: number;
	/** Conversations that look like missed handoffs, those that a person has judged otherwise left out. */
	missed: number;
	/** Money that the missed ones were about, where it was noted. */
	missedValue: number;
	/** What reviewers said. */
	verdicts: Record<Verdict, number>;
	/** Broken promises by kind. */
	breachesByKind: Partial<Record<SlaKind, number>>;
	/** Why conversations were handed over, most frequent first. */
	reasons: Array<{ reason: string; count: number }>;
	/** Which signals took part, most frequent first; of each conversation's latest handoff. */
	signals: Array<{ signal: string; label: string; count: number }>;
	/** How resolved conversations ended. */
	outcomes: Array<{ disposition: string; count: number }>;
	byAgent: Array<{ agentId: string; name: string; open: number } & HandoffFigures>;
	byQueue: Array<{ queue: string; waitingNow: number } & HandoffFigures>;
	/** By why it was handed over, most frequent first. */
	byReason: Array<{ reason: string } & HandoffFigures>;
	/** By the hour of the handoff in the zone asked for, only hours with one. */
	byHour: Array<{ hour: number } & HandoffFigures>;
}

/**
 * The figures of a period: a handoff counts where it began. `records` are the conversations that had a message since its
 * beginning; those that had none cannot have been handed over in it.
 */
export function metricsOf(
	records: readonly ConversationRecord[],
	period: Period,
	now: IsoTime,
	options: {
		timeZone?: string;
		missed?: Partial<MissedSettings>;
		/** Outcomes that do not count as success. */
		noSuccess?: readonly string[];
	} = {},
): Metrics {
	const within = (at: IsoTime) => at >= period.from && at < period.to;
	const figures = (some: readonly HandoffRecord[]) => figuresOf(some, now, options.noSuccess);
	const alive = records.filter(
		({ conversation }) =>
			conversation.createdAt < period.to && conversation.lastMessageAt >= period.from,
	);
	const handoffs = alive.flatMap(handoffsOf).filter(({ at }) => within(at));
	const handedOver = new Set(handoffs.map(({ conversationId }) => conversationId));
	const missed = missedHandoffs(
		alive.filter(({ conversation }) => !handedOver.has(conversation.id)),
		now,
		options.missed,
	).filter(({ verdict }) => verdict === undefined || verdict === 'missed');
	const contained = alive.length - handedOver.size;
	const broken = alive
		.flatMap(({ clocks }) => clocks)
		.filter((clock) => within(clock.dueAt))
		.filter((clock) => isLate(clock, now));
	const zone = options.timeZone ?? 'UTC';
	const resolvedInPeriod = alive.filter(
		({ conversation }) =>
			conversation.outcome && conversation.closedAt && within(conversation.closedAt),
	);

	return {
		...period,
		conversations: alive.length,
		...share('handoffRate', handedOver.size, alive.length),
		...share('containment', contained, alive.length),
		...share('trueContainment', contained - missed.length, alive.length),
		missed: missed.length,
		missedValue: alive
			.filter(({ conversation }) => missed.some((one) => one.conversationId === conversation.id))
			.reduce(
				(sum, { conversation }) =>
					sum + (collectedNumber(conversation.collected, OF_A_HANDOFF.value) ?? 0),
				0,
			),
		verdicts: Object.fromEntries(
			VERDICTS.map((verdict) => [
				verdict,
				alive.flatMap((record) => verdictsIn(record, within)).filter((one) => one === verdict)
					.length,
			]),
		) as Record<Verdict, number>,
		breachesByKind: Object.fromEntries(count(broken.map(({ kind }) => kind))),
		...figures(handoffs),
		reasons: count(handoffs.map(({ reason }) => reason)).map(([reason, n]) => ({
			reason,
			count: n,
		})),
		signals: count(
			handoffs.flatMap(({ signals }) => signals.map(({ signal, label }) => `${signal}\n${label}`)),
		).map(([key, n]) => {
			const [signal, label] = key.split('\n');
			return { signal: signal!, label: label!, count: n };
		}),
		outcomes: count(
			resolvedInPeriod.map(({ conversation }) => conversation.outcome!.disposition),
		).map(([disposition, n]) => ({ disposition, count: n })),
		byAgent: grouped(handoffs, ({ agent }) => agent?.id).map(([agentId, group]) => ({
			agentId,
			name: group.at(-1)!.agent!.name,
			open: records.filter(
				({ conversation: { owner } }) => owner?.kind === 'agent' && owner.id === agentId,
			).length,
			...figures(group),
		})),
		byQueue: grouped(handoffs, ({ queue }) => queue).map(([queue, group]) => ({
			queue,
			waitingNow: records.filter(
				({ conversation: { owner } }) => owner?.kind === 'queue' && owner.name === queue,
			).length,
			...figures(group),
		})),
		byReason: grouped(handoffs, ({ reason }) => reason)
			.map(([reason, group]) => ({ reason, ...figures(group) }))
			.sort((a, b) => b.handoffs - a.handoffs),
		byHour: grouped(handoffs, ({ at }) =>
			String(DateTime.fromISO(at, { zone }).hour).padStart(2, '0'),
		).map(([hour, group]) => ({ hour: Number(hour), ...figures(group) })),
	};
}

/** What reviewers said of the handoffs that began in a period, and of there being none. */
function verdictsIn(record: ConversationRecord, within: (at: IsoTime) => boolean): Verdict[] {
	const { conversation } = record;
	const missed = conversation.labels?.[noHandoffIn(conversation)]?.verdict;
	// A tag that a person has set by hand, or an older version, is about the conversation as it is.
	const byTag = conversation.labels ? undefined : verdictOn(conversation);
	if (byTag) return [byTag];
	const ofHandoffs = handoffsOf(record).flatMap(({ at, verdict }) =>
		verdict && within(at) ? [verdict] : [],
	);
	return [...ofHandoffs, ...(missed ? [missed] : [])];
}

/** The figures of some handoffs. */
function figuresOf(
	handoffs: readonly HandoffRecord[],
	now: IsoTime,
	noSuccess?: readonly string[],
): HandoffFigures {
	const promised = handoffs.flatMap(({ firstResponse }) => firstResponse ?? []);
	const breached = promised.filter((clock) => isLate(clock, now)).length;
	const ratings = handoffs.flatMap(({ satisfaction }) => satisfaction ?? []);
	const money = (some: readonly HandoffRecord[]) =>
		some.reduce((sum, { value }) => sum + (value ?? 0), 0);
	const kept = promised.filter(({ status }) => status === 'met').length;
	const ended = handoffs.filter(({ endedAt }) => endedAt);
	const resolved = ended.filter(({ endedBy }) => endedBy === 'resolve');
	const settled = resolved.filter(
		({ reopened, disposition }) => !reopened && isSuccess(disposition ?? '', noSuccess),
	);
	return {
		handoffs: handoffs.length,
		answered: handoffs.filter(({ answeredAt }) => answeredAt).length,
		waiting: handoffs.filter(({ answeredAt, endedAt }) => !answeredAt && !endedAt).length,
		firstResponse: spread(handoffs.flatMap(({ at, answeredAt }) => minutes(at, answeredAt))),
		resolution: spread(handoffs.flatMap(({ at, endedAt }) => minutes(at, endedAt))),
		...share('breachRate', breached, breached + kept),
		breached,
		reopened: handoffs.filter(({ reopened }) => reopened).length,
		wronglyRouted: handoffs.filter(isWronglyRouted).length,
		resolved: resolved.length,
		...share('resolutionRate', settled.length, ended.length),
		rated: ratings.length,
		...(ratings.length > 0
			? { satisfaction: tenths(ratings.reduce((sum, one) => sum + one, 0) / ratings.length) }
			: {}),
		value: money(handoffs),
		valueLate: money(
			handoffs.filter(({ firstResponse }) => firstResponse && isLate(firstResponse, now)),
		),
	};
}

/** The value that `part` of the sorted values are at or under (nearest rank): always one that occurred. */
export function percentile(values: readonly number[], part: number): number | undefined {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)];
}

function spread(values: number[]): Spread {
	const median = percentile(values, 0.5);
	const p90 = percentile(values, 0.9);
	return {
		count: values.length,
		...(median === undefined ? {} : { medianMinutes: tenths(median) }),
		...(p90 === undefined ? {} : { p90Minutes: tenths(p90) }),
	};
}

function minutes(from: IsoTime, to: IsoTime | undefined): number[] {
	return to ? [Math.max(0, (Date.parse(to) - Date.parse(from)) / 60_000)] : [];
}

function tenths(value: number): number {
	return Math.round(value * 10) / 10;
}

function share<K extends string>(key: K, part: number, whole: number): { [P in K]?: number } {
	if (whole === 0) return {};
	return { [key]: Math.round((part / whole) * 1000) / 1000 } as { [P in K]: number };
}

/** How often each occurs, most frequent first, ties by name. */
function count<T extends string>(values: readonly T[]): Array<[T, number]> {
	const counts = new Map<T, number>();
	for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
	return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

/** Groups in the order of their keys; what has no key is left out. */
function grouped<T>(
	values: readonly T[],
	key: (value: T) => string | undefined,
): Array<[string, T[]]> {
	const groups = new Map<string, T[]>();
	for (const value of values) {
		const name = key(value);
		if (name !== undefined) groups.set(name, [...(groups.get(name) ?? []), value]);
	}
	return [...groups].sort((a, b) => (a[0] < b[0] ? -1 : 1));
}
