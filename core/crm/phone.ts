import type { CountryCode } from 'libphonenumber-js';

import { dialledToday } from '../conversation/phone';
import { phoneNumbers } from '../phoneNumbers';

/** The country that a number in E.164 belongs to; numbers that staff wrote without a country code are read as if dialled there. */
export function countryOf(e164: string): CountryCode | undefined {
	return phoneNumbers().parsePhoneNumberFromString(e164)?.country;
}

/**
 * A phone number as a value to compare: E.164, whatever way it was written ("030 901820", "+49 (0)30 901820", with an extension).
 * Undefined where the text is no number.
 */
export function comparablePhone(text: string, country?: CountryCode): string | undefined {
	const cleaned = text.trim().replace(/^00(?=[1-9])/, '+');
	const parsed = phoneNumbers().parsePhoneNumberFromString(cleaned, country);
	return parsed && `+${dialledToday(parsed.number.slice(1))}`;
}

/** The spellings under which a CRM may have stored a number as text: E.164, digits, national digits, national and international form. */
export function phoneSpellings(e164: string): string[] {
	const parsed = phoneNumbers().parsePhoneNumberFromString(e164);
	if (!parsed) return [e164];
	const digits = parsed.number.slice(1);
	return [
		...new Set([
			parsed.number,
			digits,
			parsed.formatInternational(),
			parsed.formatNational(),
			parsed.formatNational().replace(/\D/g, ''),
			String(parsed.nationalNumber),
		]),
	];
}

/** Digits without the country code: what CRMs index numbers by. */
export function nationalDigits(e164: string): string {
	return String(
		phoneNumbers().parsePhoneNumberFromString(e164)?.nationalNumber ?? e164.replace(/\D/g, ''),
	);
}
