import type { Actor } from '../conversation/audit';
import type { Conversation } from '../conversation/conversation';
import type { CustomerProfile } from '../conversation/identity';
import type { Changes, ConversationView } from '../ports/store';
import { CRM_TITLES } from '../ports/crm';
import type { IsoTime } from '../time';
import type { CrmContext } from './context';

/** What a CRM says of a customer, in the terms of the profile that scorer, router and brief read. */
export function profileFrom(context: CrmContext): Partial<CustomerProfile> {
	const { contact, owner, segment } = context;
	if (!contact) return {};
	const { name, email, company, fields } = contact;
	return {
		...(name ? { name } : {}),
		...(email ? { email } : {}),
		...(company ? { company } : {}),
		...(segment ? { segment } : {}),
		...(owner ? { accountManager: owner.email ?? owner.id } : {}),
		...(Object.keys(fields).length > 0 ? { fields } : {}),
	};
}

/**
 * Notes on a conversation's profile what the CRM says: segment, account manager and fields as they stand there, since staff keep
 * them there; name, e-mail and company only where the conversation has none, since the customer may have said so in the chat.
 */
export function profileLearnt(
	{ conversation }: ConversationView,
	context: CrmContext,
	by: { actor: Actor; now: IsoTime },
): Changes<Conversation> {
	const { fields, name, email, company, ...kept } = profileFrom(context);
	const { profile } = conversation;
	const next: CustomerProfile = {
		...(name ? { name } : {}),
		...(email ? { email } : {}),
		...(company ? { company } : {}),
		...profile,
		...kept,
		fields: { ...profile.fields, ...fields },
	};
	const learnt = (Object.keys(next) as Array<keyof CustomerProfile>).filter(
		(key) => JSON.stringify(next[key]) !== JSON.stringify(profile[key]),
	);
	if (learnt.length === 0) return { result: conversation };
	const changed: Conversation = {
		...conversation,
		profile: next,
		version: conversation.version + 1,
		updatedAt: by.now,
	};
	return {
		result: changed,
		conversation: changed,
		audit: [
			{
				at: by.now,
				actor: by.actor,
				action: 'profile',
				reason: `From ${CRM_TITLES[context.crm]}: ${learnt.join(', ')}`,
				from: conversation.state,
				to: conversation.state,
			},
		],
	};
}
