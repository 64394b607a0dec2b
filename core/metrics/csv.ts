import type { HandoffFigures, Metrics } from './metrics';

const COLUMNS: ReadonlyArray<[string, (figures: HandoffFigures) => number | undefined]> = [
	['handoffs', (f) => f.handoffs],
	['answered', (f) => f.answered],
	['waiting', (f) => f.waiting],
	['first_response_median_minutes', (f) => f.firstResponse.medianMinutes],
	['first_response_p90_minutes', (f) => f.firstResponse.p90Minutes],
	['resolution_median_minutes', (f) => f.resolution.medianMinutes],
	['resolution_p90_minutes', (f) => f.resolution.p90Minutes],
	['breached', (f) => f.breached],
	['breach_rate', (f) => f.breachRate],
	['reopened', (f) => f.reopened],
	['wrongly_routed', (f) => f.wronglyRouted],
	['resolved', (f) => f.resolved],
	['resolution_rate', (f) => f.resolutionRate],
	['rated', (f) => f.rated],
	['satisfaction', (f) => f.satisfaction],
	['value', (f) => f.value],
	['value_late', (f) => f.valueLate],
];

/** What there is of everything only, not of one agent or queue: a conversation without a handoff belongs to none. */
const OVERALL: ReadonlyArray<[string, (metrics: Metrics) => number | undefined]> = [
	['conversations', (m) => m.conversations],
	['handoff_rate', (m) => m.handoffRate],
	['containment', (m) => m.containment],
	['true_containment', (m) => m.trueContainment],
	['missed', (m) => m.missed],
	['missed_value', (m) => m.missedValue],
];

/** One line of the report: everything, or one agent, queue, reason or hour. */
export interface MetricsRow {
	group: 'all' | 'agent' | 'queue' | 'reason' | 'hour';
	name: string;
	figures: HandoffFigures;
}

export function metricsRows(metrics: Metrics): MetricsRow[] {
	return [
		{ group: 'all', name: '', figures: metrics },
		...metrics.byAgent.map((one) => ({ group: 'agent' as const, name: one.name, figures: one })),
		...metrics.byQueue.map((one) => ({ group: 'queue' as const, name: one.queue, figures: one })),
		...metrics.byReason.map((one) => ({
			group: 'reason' as const,
			name: one.reason,
			figures: one,
		})),
		...metrics.byHour.map((one) => ({
			group: 'hour' as const,
			name: `${String(one.hour).padStart(2, '0')}:00`,
			figures: one,
		})),
	];
}

/** The report as CSV (RFC 4180) for a spreadsheet: one line for everything, then one for each agent, queue, reason and hour. */
export function metricsCsv(metrics: Metrics): string {
	const head = [
		...['from', 'to', 'group', 'name'],
		...COLUMNS.map(([name]) => name),
		...OVERALL.map(([name]) => name),
	];
	const lines = metricsRows(metrics).map(({ group, name, figures }) => [
		metrics.from,
		metrics.to,
		group,
		name,
		...COLUMNS.map(([, value]) => value(figures)),
		...OVERALL.map(([, value]) => (group === 'all' ? value(metrics) : undefined)),
	]);
	return [head, ...lines].map((cells) => cells.map(cell).join(',')).join('\r\n') + '\r\n';
}

/** Names come from people: a spreadsheet must neither run one as a formula nor lose a column to a comma in it. */
function cell(value: string | number | undefined): string {
	if (value === undefined) return '';
	if (typeof value === 'number') return String(value);
	const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
	return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
