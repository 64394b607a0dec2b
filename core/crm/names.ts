import { printable } from './html';

/** Lower-case words that belong to the family name that follows them. */
const PARTICLES = new Set(
	'af al av bin bint da das de degli dei del della den der des di do dos du e el la las le los ten ter van vom von y zu zum zur'.split(
		' ',
	),
);

/**
 * A name in one piece as first and last name: the last word is the last name, with the particles before it ("van der Berg"). A name
 * of one word is a first name. A guess, since names follow no rule; it fills only what is empty.
 */
export function splitName(name: string | undefined): { firstName?: string; lastName?: string } {
	const words = printable(name ?? '')
		.trim()
		.split(/\s+/u)
		.filter(Boolean);
	if (words.length === 0) return {};
	if (words.length === 1) return { firstName: words[0]! };
	let start = words.length - 1;
	while (start > 1 && PARTICLES.has(words[start - 1]!)) start -= 1;
	return { firstName: words.slice(0, start).join(' '), lastName: words.slice(start).join(' ') };
}

/** What a deal is called when staff named none: who it is with and where it came from. */
export function dealName(customer: { name?: string; phone?: string }): string {
	return `${printable(customer.name ?? '').trim() || customer.phone || 'Customer'} – WhatsApp`;
}
