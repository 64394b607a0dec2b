import { parsePhoneNumberFromString } from 'libphonenumber-js';

/**
 * The E.164 phone number behind a WhatsApp id, or undefined where there is none. The id itself is what messages are sent to; it
 * differs from the number people dial in two countries:
 *
 * - Mexico: ids of older accounts carry the "1" that was dialled for mobiles until 2019 ("521…", 13 digits); E.164 has none.
 * - Brazil: ids of accounts from before the ninth digit (2012–2016) lack it ("55", area, 8 digits); E.164 of a mobile has it.
 *
 * Argentine mobiles carry their "9" in both.
 */
export function phoneOfWaId(waId: string): string | undefined {
	if (!/^\d{5,15}$/.test(waId)) return undefined;
	const parsed = parsePhoneNumberFromString(`+${dialled(waId)}`);
	return parsed?.isPossible() ? parsed.number : undefined;
}

function dialled(waId: string): string {
	const mexico = /^521(\d{10})$/.exec(waId);
	if (mexico) return `52${mexico[1]}`;
	// Mobile numbers of eight digits started with 6 to 9; landlines, with 2 to 5, have eight digits to this day.
	const brazil = /^55(\d{2})([6-9]\d{7})$/.exec(waId);
	if (brazil) return `55${brazil[1]}9${brazil[2]}`;
	return waId;
}
