import { advanceStage } from './advanceStage';
import { createFields } from './createFields';
import { getContext } from './getContext';
import { logOutcome } from './logOutcome';
import type { Operation } from './operation';
import { upsert } from './upsert';

/** In the order of the list that staff choose from. */
export const operations: readonly Operation[] = [
	advanceStage,
	createFields,
	getContext,
	logOutcome,
	upsert,
];
