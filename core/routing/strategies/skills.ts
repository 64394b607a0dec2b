import type { Agent } from '../agent';
import { hasSkill, speaks } from '../agent';
import { leastBusy } from './leastBusy';
import type { Strategy } from './strategy';

/** The agents with the most preferred skills (the customer's language counts as one); the least busy of them. */
export const skills: Strategy = (candidates, context) => {
	const matched = (agent: Agent) => [
		...context.preferredSkills.filter((skill) => hasSkill(agent, skill)),
		...(context.language && speaks(agent, context.language) ? [context.language] : []),
	];
	const most = Math.max(...candidates.map((agent) => matched(agent).length));
	if (most === 0) return { why: 'nobody has one of the preferred skills' };
	const { agent } = leastBusy(
		candidates.filter((candidate) => matched(candidate).length === most),
		context,
	);
	return { agent: agent!, why: `best match: ${matched(agent!).join(', ')}` };
};
