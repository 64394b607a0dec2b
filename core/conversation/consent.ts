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
	if (consent.status === 'unknown' || !isNewer(consent, known)) return { result: conversation };
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

/** Of two words of the same second the stop counts, whichever came first. */
function isNewer(consent: Consent, known: Consent): boolean {
	if (consent.at === undefined || known.at === undefined) return true;
	if (consent.at !== known.at) return consent.at > known.at;
	return consent.status === 'opted_out' && known.status !== 'opted_out';
}

/** What Meta calls the purpose of a template. Free text to a customer who wrote is none of these: it answers. */
export type TemplatePurpose = 'marketing' | 'utility' | 'authentication';

/**
 * Why a message that the business starts must not go to a customer with this consent; undefined if it may. For every template that goes
 * out, also within the 24-hour window; an answer in free text needs no consent. What the purpose is not known of counts as marketing.
 *
 * - Who stopped marketing gets no marketing; what they ordered goes on (utility).
 * - Who stopped everything gets nothing that the business starts, except the code that they have just asked for (authentication).
 * - Who has said nothing gets all of it, unless `requireOptIn`: then marketing needs a word of theirs first.
 */
export function consentObjection(
	consent: Consent,
	purpose: TemplatePurpose | undefined,
	options: { requireOptIn?: boolean } = {},
): { reason: string; advice: string } | undefined {
	const marketing = purpose === undefined || purpose === 'marketing';
	const when = consent.at ? ` on ${consent.at.slice(0, 10)}` : '';
	if (consent.status === 'opted_out') {
		if (purpose === 'authentication') return undefined;
		if (consent.scope === 'marketing' && !marketing) return undefined;
		return {
			reason:
				consent.scope === 'marketing'
					? `The customer stopped marketing messages${when}, so this template was not sent`
					: `The customer stopped messages${when}, so this template was not sent`,
			advice:
				'Leave it at that: the customer can start messages again by writing so. An answer to what they write is always possible.',
		};
	}
	if (consent.status === 'unknown' && marketing && options.requireOptIn) {
		return {
			reason: 'The customer has not agreed to marketing messages, so this template was not sent',
			advice:
				'Ask for consent while the customer writes to you, or choose a template that is no marketing.',
		};
	}
	return undefined;
}
