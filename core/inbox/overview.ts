import type { Metrics } from '../metrics';
import type { IsoTime } from '../time';
import type { Colleague } from './directory';
import type { Known, Row } from './list';
import { rowOf } from './list';

/** What is going on now, as a supervisor sees it at a glance. */
export interface LiveFigures {
	now: IsoTime;
	/** Waiting now, by queue, longest list first. */
	queues: Array<{ queue: string; waiting: number; late: number; oldestAt?: IsoTime }>;
	/** Promises that are broken or about to be, soonest due first. */
	atRisk: Row[];
	/** Open conversations with a broken promise. */
	late: number;
	open: number;
	waiting: number;
}

export interface Overview extends LiveFigures {
	agents: Colleague[];
	metrics: Metrics;
	/** When the metrics were worked out; they are kept for a while. */
	metricsAt: IsoTime;
	/** False where there were more conversations than are read for the metrics. */
	complete: boolean;
}

const RISKS_SHOWN = 50;

/** What was captured off hours waits from the time on that was promised. */
function waitsSince({ captured, waitingSince }: Row, now: IsoTime): IsoTime | undefined {
	if (!captured) return waitingSince;
	return captured.until <= now ? captured.until : undefined;
}

/** The figures of the conversations that people have, or that wait, at `now`. */
export function liveFigures(open: readonly Known[], now: IsoTime): LiveFigures {
	const rows = open.map(({ conversation, clocks }) => rowOf(conversation, clocks));
	const isLate = ({ dueAt }: Row) => dueAt !== undefined && dueAt < now;
	const queues = new Map<string, { waiting: number; late: number; oldestAt?: IsoTime }>();
	for (const row of rows) {
		if (row.queue === undefined) continue;
		const known = queues.get(row.queue) ?? { waiting: 0, late: 0 };
		const oldestAt = [known.oldestAt, waitsSince(row, now)]
			.filter((at) => at !== undefined)
			.sort()[0];
		queues.set(row.queue, {
			waiting: known.waiting + 1,
			late: known.late + (isLate(row) ? 1 : 0),
			...(oldestAt ? { oldestAt } : {}),
		});
	}
	return {
		now,
		queues: [...queues]
			.map(([queue, figures]) => ({ queue, ...figures }))
			.sort((a, b) => b.waiting - a.waiting || a.queue.localeCompare(b.queue)),
		atRisk: rows
			.filter(({ soonAt }) => soonAt !== undefined && soonAt <= now)
			.sort((a, b) => (a.dueAt! < b.dueAt! ? -1 : 1))
			.slice(0, RISKS_SHOWN),
		late: rows.filter(isLate).length,
		open: rows.filter(({ state }) => state === 'human').length,
		waiting: rows.filter(({ queue }) => queue !== undefined).length,
	};
}
