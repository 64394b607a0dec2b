import type { IsoTime } from '../time';

/**
 * The names under which one customer can be known. A phone number is only one of them: since 2026 WhatsApp customers with a
 * username may reach a business without a visible number, known by a business-scoped user id alone.
 */
export type IdentityKind =
	/** WhatsApp's id of a person, digits without plus ("491511234567"); usually, but not always, the phone number. */
	| 'wa_id'
	/** Business-scoped user id ("US.13491208655302741918"). */
	| 'user_id'
	/** Business-scoped user id of the parent business portfolio ("US.ENT.…"). */
	| 'parent_user_id'
	/** Phone number in E.164 ("+491511234567"). */
	| 'phone'
	/** A key that another gateway or system uses for the customer. */
	| 'external';

export interface IdentityKey {
	kind: IdentityKind;
	value: string;
}

/** Who the customer is, as far as is known. `keys` is never empty and holds each key once. */
export interface CustomerIdentity {
	keys: IdentityKey[];
	/** E.164, when a number is known. */
	phone?: string;
	waId?: string;
	userId?: string;
	parentUserId?: string;
	/** WhatsApp username without "@". */
	username?: string;
	/** Name on the WhatsApp profile, or as staff entered it. */
	name?: string;
	/** When the newest message was written that tells these facts. */
	asOf?: IsoTime;
	/**
	 * WhatsApp id of the number that the customer has moved to, until a message shows the user id that came with it: WhatsApp gives a new
	 * one, and does not always name it. Until then another user id on that number is no other person.
	 */
	movedTo?: string;
}

/** Whether the customer agreed to be written to. Unknown until a word or a webhook says so. */
export interface Consent {
	status: 'unknown' | 'opted_in' | 'opted_out';
	/** What it covers: everything that the business starts, or marketing only. */
	scope: 'all' | 'marketing';
	at?: IsoTime;
	/** Id of the message or the webhook field that it rests on. */
	source?: string;
}

/** What is known of the customer beyond the identity; free fields are staff's own. */
export interface CustomerProfile {
	name?: string;
	email?: string;
	company?: string;
	/** BCP 47 tag, e.g. "pt-BR". */
	language?: string;
	/** IANA name, e.g. "Europe/Berlin". */
	timeZone?: string;
	/** Customer group as staff name it, e.g. "VIP". */
	segment?: string;
	vip?: boolean;
	/** Id or e-mail of the account manager, when a CRM names one. */
	accountManager?: string;
	consent: Consent;
	fields: Record<string, string | number | boolean>;
}

/** The key that a customer is shown and logged by: phone, else WhatsApp id, else the first other key. */
export function displayKey(identity: CustomerIdentity): string {
	return identity.phone ?? identity.waId ?? identity.userId ?? identity.keys[0]?.value ?? '';
}

/**
 * Merges what two sightings of one customer say, and keeps every key of both. Where both speak, `seen` wins, unless it is the older one
 * by `asOf`: deliveries come out of order, and an old name must not come back.
 */
export function mergeIdentity(known: CustomerIdentity, seen: CustomerIdentity): CustomerIdentity {
	const keys = [...known.keys];
	for (const key of seen.keys) {
		if (!keys.some((k) => k.kind === key.kind && k.value === key.value)) keys.push(key);
	}
	const late = known.asOf !== undefined && seen.asOf !== undefined && seen.asOf < known.asOf;
	const [older, newer] = late ? [seen, known] : [known, seen];
	return { ...older, ...withoutUndefined(newer), keys };
}

function withoutUndefined<T extends object>(value: T): Partial<T> {
	return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as Partial<T>;
}
