import { setImmediate as breathe } from 'node:timers/promises';

import type { Colleague } from '../../core/inbox/directory';
import type { Known } from '../../core/inbox/list';
import type { Overview } from '../../core/inbox/overview';
import { liveFigures } from '../../core/inbox/overview';
import type { Metrics } from '../../core/metrics';
import { metricsOf, recordsSince } from '../../core/metrics';
import type { HandoffStore } from '../../core/ports/store';
import type { Clock } from '../../core/time';
import { addMilliseconds, isoTime } from '../../core/time';

/** How long the metrics are good for: each look at a week reads every conversation of it. */
const METRICS_KEPT_MS = 60_000;
const DAY_MS = 24 * 60 * 60 * 1000;
/** Conversations that the metrics are read from. */
const READ_AT_MOST = 5_000;
const DEFAULT_DAYS = 7;
const MOST_DAYS = 90;

interface Kept {
	at: number;
	figures: Promise<{ metrics: Metrics; complete: boolean }>;
}

const kept = new WeakMap<HandoffStore, Map<string, Kept>>();

/** The supervisor's figures; the metrics of the last `days` days are worked out once a minute for all who look. */
export async function overviewOf(
	store: HandoffStore,
	clock: Clock,
	team: { open: readonly Known[]; agents: Colleague[] },
	{ days, timeZone }: { days: number; timeZone?: string },
): Promise<Overview> {
	const wanted = Number.isInteger(days) && days >= 1 && days <= MOST_DAYS ? days : DEFAULT_DAYS;
	const zone = isZone(timeZone) ? timeZone! : 'UTC';
	const of = metricsFor(store, clock, wanted, zone);
	const { metrics, complete } = await of.figures;
	return {
		...liveFigures(team.open, isoTime(clock.now())),
		agents: team.agents,
		metrics,
		metricsAt: isoTime(new Date(of.at)),
		complete,
	};
}

function metricsFor(store: HandoffStore, clock: Clock, days: number, timeZone: string): Kept {
	const ofStore = kept.get(store) ?? new Map<string, Kept>();
	kept.set(store, ofStore);
	const at = clock.now().getTime();
	for (const [name, known] of ofStore) {
		if (at - known.at > METRICS_KEPT_MS) ofStore.delete(name);
	}
	const key = `${days} ${timeZone}`;
	const known = ofStore.get(key);
	if (known) return known;
	const figures = workOut(store, at, days, timeZone);
	figures.catch(() => ofStore.delete(key));
	const fresh = { at, figures };
	ofStore.set(key, fresh);
	return fresh;
}

async function workOut(store: HandoffStore, at: number, days: number, timeZone: string) {
	const now = isoTime(new Date(at));
	const from = addMilliseconds(now, -days * DAY_MS);
	const unhurried = {
		// Reading thousands of conversations must not keep n8n from answering webhooks meanwhile.
		list: async (filter: Parameters<HandoffStore['list']>[0]) => {
			await breathe();
			return store.list(filter);
		},
		audit: (id: string) => store.audit(id),
		clocks: (id: string) => store.clocks(id),
	};
	const { records, complete } = await recordsSince(unhurried, from, READ_AT_MOST);
	return { metrics: metricsOf(records, { from, to: now }, now, { timeZone }), complete };
}

function isZone(name: string | undefined): boolean {
	try {
		return name !== undefined && new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
	} catch {
		return false;
	}
}
