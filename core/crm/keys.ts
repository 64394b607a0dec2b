import type { CrmContactInput } from '../ports/crm';
import { comparablePhone } from './phone';

/**
 * The keys under which a contact of ours may stand in a CRM, the one to write first. The number goes before ids: it is what other
 * systems know, too. A customer who was first seen by user id and later by number is found under the old key.
 */
export function contactKeys(contact: CrmContactInput): string[] {
	const phone = contact.phone ? comparablePhone(contact.phone) : undefined;
	const waId = contact.waId ? comparablePhone(`+${contact.waId}`) : undefined;
	return [
		...new Set(
			[
				phone && `tel:${phone}`,
				waId ? `tel:${waId}` : contact.waId && `wa:${contact.waId}`,
				contact.userId && `user:${contact.userId}`,
				contact.externalId && `ext:${contact.externalId}`,
				contact.email && `mail:${contact.email.trim().toLowerCase()}`,
			].filter((key): key is string => Boolean(key)),
		),
	];
}

/** One deal for each episode of a conversation: a customer who comes back after the close is a new chance. */
export function dealKey(conversationId: string, episode: number): string {
	return `${conversationId}:e${episode}`;
}

/** One brief for each handoff. */
export function noteKey(handoffId: string): string {
	return `${handoffId}:note`;
}

export function taskKey(handoffId: string): string {
	return `${handoffId}:task`;
}

/** One outcome for each episode. */
export function outcomeKey(deal: string): string {
	return `${deal}:outcome`;
}

/** One task for the next action of each episode. */
export function followUpKey(deal: string): string {
	return `${deal}:follow-up`;
}
