import type { HandoffStore } from '../ports/store';
import type { Clock } from '../time';
import { isoTime } from '../time';
import { CrmError } from '../ports/crm';

/** The part of the store that makes steps happen once. */
export type OnceRecords = Pick<HandoffStore, 'beginOnce' | 'completeOnce' | 'abandonOnce'>;

export interface StepEnvironment {
	once: OnceRecords;
	clock: Clock;
	sleep: (milliseconds: number) => Promise<unknown>;
}

/** A worker that died in the middle of a step blocks it for so long; above all retries of one call. */
const LEASE_MS = 120_000;
/** So long another worker's step is waited for; a step is a handful of calls. */
const BUSY_WAIT_MS = 60_000;
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 2_000;

/**
 * Does a step once: the first worker does it, others wait and take over its result; after a failure the next one does it. `work`
 * must look before it writes, since the last worker may have written and died before it could say so.
 */
export async function onceOnly<T>(
	{ once, clock, sleep }: StepEnvironment,
	key: string,
	what: string,
	work: () => Promise<T>,
): Promise<{ result: T; earlier: boolean }> {
	let waited = 0;
	for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
		const turn = await once.beginOnce(key, isoTime(clock.now()), LEASE_MS);
		if (turn.state === 'done') return { result: turn.result as T, earlier: true };
		if (turn.state === 'mine') break;
		if (waited >= BUSY_WAIT_MS) {
			throw new CrmError(
				`Another run is writing ${what} at this moment and has not finished`,
				'unavailable',
				'Run the node again in two minutes. Steps that are done are not repeated.',
			);
		}
		await sleep(wait);
		waited += wait;
	}
	let result: T;
	try {
		result = await work();
	} catch (error) {
		await once.abandonOnce(key);
		throw error;
	}
	await once.completeOnce(key, result, isoTime(clock.now()));
	return { result, earlier: false };
}

/** What an earlier run recorded under a key; undefined if there was none, or it did not finish. */
export async function recorded<T>(
	{ once, clock }: StepEnvironment,
	key: string,
): Promise<T | undefined> {
	const turn = await once.beginOnce(key, isoTime(clock.now()), LEASE_MS);
	if (turn.state === 'done') return turn.result as T;
	if (turn.state === 'mine') await once.abandonOnce(key);
	return undefined;
}

/** Tries at one write before the run gives up; the next run goes on from there. */
const ATTEMPTS = 3;
/** How long a write whose answer was lost is given to become visible, for the first and the later looks. */
const LOOK_AGAIN_MS = [250, 1_000, 3_000];

/**
 * Creates a record exactly once although answers get lost: after a failure that leaves open whether it was written, looks for it by
 * its key, and only then tries anew. To be called after a look that found nothing. `created` is false where somebody else was
 * faster.
 */
export async function createOnce<T extends { id: string }>(
	sleep: StepEnvironment['sleep'],
	find: () => Promise<T | undefined>,
	create: () => Promise<T>,
): Promise<{ record: T; created: boolean }> {
	for (let attempt = 1; ; attempt++) {
		try {
			return { record: await create(), created: true };
		} catch (error) {
			if (!(error instanceof CrmError) || !UNCERTAIN.has(error.kind)) throw error;
			await sleep(LOOK_AGAIN_MS[attempt - 1] ?? 0);
			const written = await find();
			if (written) return { record: written, created: error.kind !== 'conflict' };
			if (error.kind === 'conflict' || attempt >= ATTEMPTS) throw error;
		}
	}
}

/** As {@link createOnce}, with the look before it. */
export async function findOrCreate<T extends { id: string }>(
	sleep: StepEnvironment['sleep'],
	find: () => Promise<T | undefined>,
	create: () => Promise<T>,
): Promise<{ id: string; created: boolean }> {
	const known = await find();
	if (known) return { id: known.id, created: false };
	const { record, created } = await createOnce(sleep, find, create);
	return { id: record.id, created };
}

const UNCERTAIN: ReadonlySet<CrmError['kind']> = new Set(['lost', 'unavailable', 'conflict']);
