/**
 * The digits of a number as people dial it today, country code first. In two countries older spellings of a mobile live on, in
 * WhatsApp ids as in address books; no network tells the two apart:
 *
 * - Mexico: the "1" that was dialled for mobiles until 2019 ("521…", 13 digits) is gone.
 * - Brazil: mobiles from before the ninth digit (2012–2016: "55", area, 8 digits) have got a 9. Mobile numbers of eight digits
 *   started with 6 to 9; landlines, with 2 to 5, have eight digits to this day.
 *
 * Argentine mobiles carry their "9" in both.
 */
export function dialledToday(digits: string): string {
	const mexico = /^521(\d{10})$/.exec(digits);
	if (mexico) return `52${mexico[1]}`;
	const brazil = /^55(\d{2})([6-9]\d{7})$/.exec(digits);
	return brazil ? `55${brazil[1]}9${brazil[2]}` : digits;
}
