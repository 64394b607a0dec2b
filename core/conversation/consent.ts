import type { Changes, ConversationView } from '../ports/store';
import type { IsoTime } from '../time';
import type { Conversation } from './conversation';
import type { Consent } from './identity';

/**
 * Notes on the profile that the customer gave or withdrew consent. Deliveries come late and twice: an older word never replaces a
 * newer one, and one that says nothing (`unknown`) changes nothing.
 */
export function consentGiven(
	{ conversation }: ConversationView,
	consent: Consent,
	now: IsoTime,
): Changes<Conversation> {
	const known = conversation.profile.consent;
	const older = consent.at !== undefined && known.at !== undefined && consent.at <= known.at;
	if (consent.status === 'unknown' || older) return { result: conversation };
	// Who has stopped everything does not get marketing by resuming it: only the same or a wider scope can undo that.
	if (known.status === 'opted_out' && known.scope === 'all' && consent.scope === 'marketing') {
		return { result: conversation };
	}
	const next: Conversation = {
		...conversation,
		profile: { ...conversation.profile, consent },
		version: conversation.version + 1,
		updatedAt: now,
	};
	return {
		result: next,
		conversation: next,
		audit: [
			{
				at: now,
				actor: { kind: 'customer' },
				action: consent.status === 'opted_out' ? 'opt_out' : 'opt_in',
				reason: consent.scope === 'marketing' ? 'Marketing messages' : 'All messages',
				from: conversation.state,
				to: conversation.state,
			},
		],
	};
}
