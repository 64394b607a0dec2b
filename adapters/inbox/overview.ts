import { overviewFrom } from '../../core/inbox/overview';
import type { Overview } from '../../core/inbox/overview';
import type { HandoffStore } from '../../core/ports/store';
import type { Clock } from '../../core/time';
import { isoTime } from '../../core/time';

/** How long the figures are good for: several supervisors look at them, and each look reads a week. */
const KEPT_MS = 10_000;

const kept = new WeakMap<HandoffStore, Map<string, { at: number; overview: Promise<Overview> }>>();

/** The supervisor's figures, read at most once in ten seconds for all who look. */
export async function overviewOf(
	store: HandoffStore,
	clock: Clock,
	{ days, timeZone }: { days: number; timeZone?: string },
): Promise<Overview> {
	const wanted = Number.isInteger(days) && days >= 1 && days <= 90 ? days : 7;
	const zone = isZone(timeZone) ? timeZone! : 'UTC';
	const ofStore = kept.get(store) ?? new Map<string, { at: number; overview: Promise<Overview> }>();
	kept.set(store, ofStore);
	const key = `${wanted} ${zone}`;
	const now = clock.now().getTime();
	for (const [name, { at }] of ofStore) if (now - at > KEPT_MS) ofStore.delete(name);
	const known = ofStore.get(key);
	if (known) return known.overview;
	const overview = overviewFrom(store, isoTime(clock.now()), { days: wanted, timeZone: zone });
	ofStore.set(key, { at: now, overview });
	overview.catch(() => ofStore.delete(key));
	return overview;
}

function isZone(name: string | undefined): boolean {
	try {
		return name !== undefined && new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
	} catch {
		return false;
	}
}
