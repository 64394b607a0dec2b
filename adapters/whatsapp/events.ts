import type { Consent, CustomerIdentity } from '../../core/conversation/identity';
import type { IsoTime } from '../../core/time';
import type { Fields } from './fields';
import { asFilledText, asTime, defined, safeCopy } from './fields';
import { identityFrom, identityOf, personRef } from './identity';

/** What a delivery is about that is neither a message nor a status of one. */
export type EventKind =
	/** The business account: bans, restrictions, partners, terms. */
	| 'account'
	/** Our phone number: quality, name, limits. */
	| 'phone_number'
	| 'template'
	/** A call's signalling or status. */
	| 'call'
	| 'group'
	/** The customer stopped or resumed marketing messages. */
	| 'consent'
	/** The customer's business-scoped user id changed. */
	| 'user_id_update'
	/** Coexistence: old messages, or the phone's address book. */
	| 'history'
	| 'contacts_sync'
	| 'flow'
	/** Meta reports that it could not deliver something to us. */
	| 'errors'
	/** A message or status without an id or a person: nothing to record it under. */
	| 'unreadable'
	| 'unknown';

export interface OtherEvent {
	/** Meta's name of the webhook field. */
	field: string;
	kind: EventKind;
	/** Our phone number's id, where the delivery names one. */
	channelId?: string;
	/** WhatsApp Business Account id. */
	accountId: string;
	at: IsoTime;
	identity?: CustomerIdentity;
	/** For `consent`. */
	consent?: Consent;
	/** For `user_id_update`. */
	previousUserId?: string;
	raw: unknown;
}

/** Kind by field name. A prefix ends in "*". */
const KIND_BY_FIELD: ReadonlyArray<readonly [string, EventKind]> = [
	['calls', 'call'],
	['account_settings_update', 'phone_number'],
	['account_*', 'account'],
	['business_*', 'account'],
	['partner_solutions', 'account'],
	['security', 'account'],
	['payment_configuration_update', 'account'],
	['automatic_events', 'account'],
	['phone_number_*', 'phone_number'],
	['message_template_*', 'template'],
	['template_*', 'template'],
	['group_*', 'group'],
	['user_preferences', 'consent'],
	['user_id_update', 'user_id_update'],
	['history', 'history'],
	['smb_app_state_sync', 'contacts_sync'],
	['flows', 'flow'],
];

export function kindOfField(field: string): EventKind {
	const found = KIND_BY_FIELD.find(([pattern]) =>
		pattern.endsWith('*') ? field.startsWith(pattern.slice(0, -1)) : field === pattern,
	);
	return found?.[1] ?? 'unknown';
}

/** One entry of `user_preferences`: consent to marketing. "stop" withdraws it; "resume" and "signup" give it. */
export function readConsent(
	entry: Fields,
	contacts: Fields[],
	now: IsoTime,
): { identity?: CustomerIdentity; consent: Consent; at: IsoTime } {
	const word = asFilledText(entry.value)?.toLowerCase();
	const at = asTime(entry.timestamp) ?? now;
	const person = personRef(entry.wa_id, entry.user_id, entry.parent_user_id);
	const identity = identityOf(person, contacts) ?? identityFrom(person);
	return {
		...(identity ? { identity } : {}),
		at,
		consent: {
			status:
				word === 'stop'
					? 'opted_out'
					: word === 'resume' || word === 'signup'
						? 'opted_in'
						: 'unknown',
			scope: 'marketing',
			at,
			source: 'user_preferences',
		},
	};
}

/**
 * One entry of `user_id_update`: who the customer is now and under which id we knew them. Meta's page for it was not at hand;
 * both spellings of the old id seen in partners' pages are read.
 */
export function readUserIdUpdate(
	entry: Fields,
	contacts: Fields[],
): { identity?: CustomerIdentity; previousUserId?: string } {
	const person = personRef(
		entry.wa_id,
		entry.user_id ?? entry.new_user_id,
		entry.parent_user_id ?? entry.new_parent_user_id,
	);
	return defined({
		identity: identityOf(person, contacts) ?? identityFrom(person),
		previousUserId: asFilledText(entry.previous_user_id) ?? asFilledText(entry.old_user_id),
	});
}

export function otherEvent(
	field: string,
	kind: EventKind,
	raw: unknown,
	facts: Omit<OtherEvent, 'field' | 'kind' | 'raw'>,
): OtherEvent {
	return { ...defined(facts), field, kind, raw: safeCopy(raw) };
}
