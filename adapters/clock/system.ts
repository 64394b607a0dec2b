import type { Clock } from '../../core/time';

/** The machine's wall clock. */
export const systemClock: Clock = { now: () => new Date() };
