import type { CustomerIdentity } from '../../core/conversation/identity';
import { asFilledText, asId } from '../whatsapp/fields';
import { identityFrom, personRef } from '../whatsapp/identity';

/** Whom an address of a gateway means. */
export type Address =
	| { kind: 'person'; identity: CustomerIdentity }
	| { kind: 'group'; id: string }
	/** Status posts, newsletters, broadcasts: not a conversation. */
	| { kind: 'none' };

/**
 * Reads the spellings of an address that gateways use: a number, "whatsapp:+1650…" (Twilio), "1650…@c.us" (WAHA) or
 * "1650…:12@s.whatsapp.net" (Evolution API), "…@lid" for a customer who shows no number, "…@g.us" for a group, a business-scoped user
 * id, or any key of another system. `named` is the customer's number where the gateway gives it beside a hidden address.
 */
export function readAddress(value: unknown, name?: unknown, named?: unknown): Address {
	const text = (asId(value) ?? '').trim().replace(/^whatsapp:/i, '');
	if (!text || /^status@broadcast$|@newsletter$|@broadcast$/.test(text)) return { kind: 'none' };
	const [local = '', domain] = text.split('@', 2);
	if (domain === 'g.us') return { kind: 'group', id: local };
	const person = personRef(numberIn(text) ?? numberIn(named) ?? text);
	const identity = identityFrom(person, asFilledText(name));
	const key = { kind: 'external' as const, value: text };
	// A hidden address stays the customer's when the number is learnt, and the other way round.
	if (identity) {
		return {
			kind: 'person',
			identity: domain === 'lid' ? { ...identity, keys: [...identity.keys, key] } : identity,
		};
	}
	const known = asFilledText(name);
	return { kind: 'person', identity: { keys: [key], ...(known ? { name: known } : {}) } };
}

/** The digits of a number-like address; undefined for what hides the number. */
function numberIn(value: unknown): string | undefined {
	const text = (asFilledText(value) ?? '').trim().replace(/^whatsapp:/i, '');
	const jid = /^(\d{5,20})(?::\d+)?@(?:c\.us|s\.whatsapp\.net)$/.exec(text);
	if (jid) return jid[1];
	return /^\+?[\d\s().-]{5,30}$/.test(text) ? text.replace(/\D/g, '') : undefined;
}
