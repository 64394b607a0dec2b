import { metricsOf, recordsSince } from '../metrics';
import type { Metrics } from '../metrics';
import type { HandoffStore } from '../ports/store';
import type { IsoTime } from '../time';
import { addMilliseconds } from '../time';
import type { Colleague } from './directory';
import { directoryOf } from './directory';
import type { Row } from './list';
import { rowOf } from './list';

/** What a supervisor sees at a glance. */
export interface Overview {
	now: IsoTime;
	/** Waiting now, by queue, longest list first. */
	queues: Array<{ queue: string; waiting: number; late: number; oldestAt?: IsoTime }>;
	agents: Colleague[];
	/** Promises that are broken or about to be, soonest due first. */
	atRisk: Row[];
	/** Broken ones among all that are open. */
	late: number;
	metrics: Metrics;
	/** False where there were more conversations than are read for the figures. */
	complete: boolean;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** Conversations that the figures are read from. */
const READ_AT_MOST = 5_000;
/** Open conversations that are looked at. */
const OPEN_AT_MOST = 5_000;
const RISKS_SHOWN = 50;

/** The figures as of `now`, with the metrics of the last `days` days. */
export async function overviewFrom(
	store: Pick<HandoffStore, 'list' | 'audit' | 'clocks'>,
	now: IsoTime,
	{ days, timeZone }: { days: number; timeZone: string },
): Promise<Overview> {
	const from = addMilliseconds(now, -days * DAY_MS);
	const [{ records, complete }, open, directory] = await Promise.all([
		recordsSince(store, from, READ_AT_MOST),
		store.list({ states: ['human'], limit: OPEN_AT_MOST }),
		directoryOf(store, []),
	]);
	const rows = await Promise.all(
		open.conversations.map(async (conversation) => ({
			conversation,
			row: rowOf(conversation, await store.clocks(conversation.id)),
		})),
	);
	const isLate = ({ dueAt }: Row) => dueAt !== undefined && dueAt < now;
	const queues = new Map<string, { waiting: number; late: number; oldestAt?: IsoTime }>();
	for (const { conversation, row } of rows) {
		if (conversation.owner?.kind !== 'queue') continue;
		const known = queues.get(conversation.owner.name) ?? { waiting: 0, late: 0 };
		const since = conversation.handoff?.createdAt;
		queues.set(conversation.owner.name, {
			waiting: known.waiting + 1,
			late: known.late + (isLate(row) ? 1 : 0),
			...(since && (!known.oldestAt || since < known.oldestAt)
				? { oldestAt: since }
				: { oldestAt: known.oldestAt }),
		});
	}
	return {
		now,
		queues: [...queues]
			.map(([queue, figures]) => ({ queue, ...figures }))
			.sort((a, b) => b.waiting - a.waiting || a.queue.localeCompare(b.queue)),
		agents: directory.agents,
		atRisk: rows
			.map(({ row }) => row)
			.filter(({ soonAt }) => soonAt !== undefined && soonAt <= now)
			.sort((a, b) => (a.dueAt! < b.dueAt! ? -1 : 1))
			.slice(0, RISKS_SHOWN),
		late: rows.filter(({ row }) => isLate(row)).length,
		metrics: metricsOf(records, { from, to: now }, now, { timeZone }),
		complete,
	};
}
