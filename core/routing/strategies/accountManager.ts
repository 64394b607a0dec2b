import type { Strategy } from './strategy';

/** The account manager whom the profile or the CRM names, by id or e-mail. */
export const accountManager: Strategy = (candidates, { conversation }) => {
	const manager = conversation.profile.accountManager?.toLowerCase();
	if (!manager) return { why: 'no account manager is known' };
	const agent = candidates.find(
		({ id, email }) => id.toLowerCase() === manager || email?.toLowerCase() === manager,
	);
	return agent
		? { agent, why: 'account manager of this customer' }
		: { why: 'the account manager is not free' };
};
