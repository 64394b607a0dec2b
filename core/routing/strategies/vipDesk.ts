import { hasSkill } from '../agent';
import { leastBusy } from './leastBusy';
import type { Strategy } from './strategy';

/** The skill by which staff mark the people of the VIP desk. */
export const VIP_SKILL = 'vip';

/** For VIP customers, the least busy of the agents with the skill "vip". */
export const vipDesk: Strategy = (candidates, context) => {
	const { profile } = context.conversation;
	if (!profile.vip && profile.segment?.toLowerCase() !== VIP_SKILL && !context.vip) {
		return { why: 'the customer is no VIP' };
	}
	const desk = candidates.filter((agent) => hasSkill(agent, VIP_SKILL));
	if (desk.length === 0) return { why: 'nobody of the VIP desk is free' };
	const { agent } = leastBusy(desk, context);
	return { agent: agent!, why: 'least busy of the VIP desk' };
};
