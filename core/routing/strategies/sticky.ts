import type { Strategy } from './strategy';

const DAY_MS = 24 * 60 * 60 * 1000;

/** The agent who had this customer last, while that is not too long ago. */
export const sticky: Strategy = (candidates, { conversation, now, stickyDays }) => {
	const last = conversation.lastAgentId;
	if (!last) return { why: 'no agent has had this customer before' };
	const since = conversation.handoff?.assignedAt ?? conversation.handoff?.createdAt;
	if (since && Date.parse(now) - Date.parse(since) > stickyDays * DAY_MS) {
		return { why: `the last agent had this customer more than ${stickyDays} days ago` };
	}
	const agent = candidates.find((candidate) => candidate.id === last);
	return agent
		? { agent, why: 'had this customer before' }
		: { why: 'the agent who had this customer is not free' };
};
