import { accountManager } from './accountManager';
import { leastBusy } from './leastBusy';
import { roundRobin } from './roundRobin';
import { seniority } from './seniority';
import { skills } from './skills';
import { sticky } from './sticky';
import type { Strategy } from './strategy';
import { vipDesk } from './vipDesk';

/** Names under which staff choose a strategy. `queue` assigns nobody: agents claim. */
export type StrategyName =
	| 'roundRobin'
	| 'leastBusy'
	| 'sticky'
	| 'skills'
	| 'accountManager'
	| 'vipDesk'
	| 'seniority'
	| 'queue';

export const STRATEGIES: Record<Exclude<StrategyName, 'queue'>, Strategy> = {
	roundRobin,
	leastBusy,
	sticky,
	skills,
	accountManager,
	vipDesk,
	seniority,
};
