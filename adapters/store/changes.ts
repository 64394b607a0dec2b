/** Changes that one call tells; where there are more, reading everything anew is cheaper. */
export const MOST_CHANGES = 500;

/** Whether the changed conversations can be named: the entry without an id stands for some that were removed. */
export function isCountable(ids: readonly string[]): boolean {
	return ids.length <= MOST_CHANGES && !ids.includes('');
}
