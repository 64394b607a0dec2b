import type { Place } from '../../../core/inbox/list';
import { comparePlaces } from '../../../core/inbox/list';
import type { Row, View } from './types';

const placeOf = ({ order, id }: Row): Place => [order, id];

/**
 * The loaded rows of a list after a change: `gone` taken out, `changed` put where they belong now. With `after`, the cursor of the rows
 * that are not loaded, those beyond it are left for later.
 */
export function withChange(
	rows: readonly Row[],
	{ rows: changed, gone }: { rows: readonly Row[]; gone: readonly string[] },
	view: View,
	after: string | undefined,
): Row[] {
	const moved = new Set([...gone, ...changed.map(({ id }) => id)]);
	const kept = rows.filter(({ id }) => !moved.has(id));
	const end = after === undefined ? undefined : (JSON.parse(after) as Place);
	const loaded = changed.filter((row) => !end || comparePlaces(placeOf(row), end, view) <= 0);
	if (loaded.length === 0) return kept;
	return [...kept, ...loaded].sort((a, b) => comparePlaces(placeOf(a), placeOf(b), view));
}
