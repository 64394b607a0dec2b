import { leastBusy } from './leastBusy';
import type { Strategy } from './strategy';

/** The agents of the highest level who are free; the least busy of them. */
export const seniority: Strategy = (candidates, context) => {
	const highest = Math.max(...candidates.map(({ level }) => level ?? 1));
	const { agent } = leastBusy(
		candidates.filter(({ level }) => (level ?? 1) === highest),
		context,
	);
	return { agent: agent!, why: `most senior who is free, level ${highest}` };
};
