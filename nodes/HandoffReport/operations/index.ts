import { label } from './label';
import { labelled } from './labelled';
import { metrics } from './metrics';
import { missed } from './missed';
import { review } from './review';
import { shadow } from './shadow';

import type { Operation } from './operation';
import { trainingGaps } from './trainingGaps';
import { unsure } from './unsure';

/** In the order of the list that staff choose from. */
export const operations: readonly Operation[] = [
	shadow,
	review,
	missed,
	trainingGaps,
	labelled,
	metrics,
	label,
	unsure,
];
