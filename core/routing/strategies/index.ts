import { accountManager } from './accountManager';
import { leastBusy } from './leastBusy';
import { roundRobin } from './roundRobin';
import { skills } from './skills';
import { sticky } from './sticky';
import type { Strategy } from './strategy';

/** Names under which staff choose a strategy. `queue` assigns nobody: agents claim. */
export type StrategyName =
	'roundRobin' | 'leastBusy' | 'sticky' | 'skills' | 'accountManager' | 'queue';

export const STRATEGIES: Record<Exclude<StrategyName, 'queue'>, Strategy> = {
	roundRobin,
	leastBusy,
	sticky,
	skills,
	accountManager,
};
