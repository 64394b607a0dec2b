import type { Strategy } from './strategy';

/** The account manager whom the profile or the CRM names, by id or e-mail; the CRM's owner as the item brings it counts too. */
export const accountManager: Strategy = (candidates, { conversation, accountManagers }) => {
	const { profile } = conversation;
	const managers = [
		profile.accountManager,
		profile.fields.ownerEmail,
		profile.fields.ownerId,
		...(accountManagers ?? []),
	].flatMap((name) => (name === undefined || name === '' ? [] : [String(name).toLowerCase()]));
	if (managers.length === 0) return { why: 'no account manager is known' };
	const agent = candidates.find(
		({ id, email }) =>
			managers.includes(id.toLowerCase()) ||
			(email !== undefined && managers.includes(email.toLowerCase())),
	);
	return agent
		? { agent, why: 'account manager of this customer' }
		: { why: 'the account manager is not free' };
};
