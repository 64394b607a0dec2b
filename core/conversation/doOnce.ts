import type { HandoffStore } from '../ports/store';
import { StoreError } from '../ports/store';
import type { Clock } from '../time';
import { isoTime } from '../time';

/** Longer than such work takes; then a dead execution blocks nobody. */
const LEASE_MS = 60_000;

/**
 * Does `work` for the first caller with `key`; later ones get undefined. Work that fails may be tried again. Throws
 * {@link StoreError} while another execution is at it.
 */
export async function doOnce<T>(
	store: Pick<HandoffStore, 'beginOnce' | 'completeOnce' | 'abandonOnce'>,
	clock: Clock,
	key: string,
	work: () => Promise<T>,
): Promise<T | undefined> {
	const turn = await store.beginOnce(key, isoTime(clock.now()), LEASE_MS);
	if (turn.state === 'done') return undefined;
	if (turn.state === 'busy') {
		throw new StoreError(
			'Another execution is carrying out this very operation',
			'Nothing is lost: it is done once. Retry in a minute if you need its result.',
		);
	}
	let done: T;
	try {
		done = await work();
	} catch (error) {
		await store.abandonOnce(key);
		throw error;
	}
	await store.completeOnce(key, true, isoTime(clock.now()));
	return done;
}
