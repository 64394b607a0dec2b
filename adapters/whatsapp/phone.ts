import { dialledToday } from '../../core/conversation/phone';
import { phoneNumbers } from '../../core/phoneNumbers';

/**
 * The E.164 phone number behind a WhatsApp id, or undefined where there is none. The id itself is what messages are sent to; it
 * may be an older spelling of the number that people dial.
 */
export function phoneOfWaId(waId: string): string | undefined {
	if (!/^\d{5,15}$/.test(waId)) return undefined;
	const parsed = phoneNumbers().parsePhoneNumberFromString(`+${dialledToday(waId)}`);
	return parsed?.isPossible() ? parsed.number : undefined;
}
