import { readWords } from '../escalation/text';
import data from './consentPhrases.json';
import type { Consent } from './identity';
import type { ConversationMessage, MessageType } from './message';

/*
 * "STOP" and its like, in the ten languages. Only a message that says this and nothing else counts: who writes "please stop the order"
 * wants something else. Words that also start or leave a chat ("start", "cancel", "end") are handled with care: "start" counts only as
 * taking an earlier stop back, and "cancel" never, since it is what bots write on their buttons.
 */

/** Words of staff's own, on top of the ten languages. */
export interface OwnConsentWords {
	optOut: readonly string[];
	optIn: readonly string[];
}

const NO_OWN_WORDS: OwnConsentWords = Object.freeze({ optOut: [], optIn: [] });

/** Longer messages say more than this. */
const MAX_CHARACTERS = 80;

/** What the customer types or taps. A template's "Stop promotions" button is a `button`. */
const SPOKEN: ReadonlySet<MessageType> = new Set(['text', 'button', 'interactive']);

const plain = (text: string): string => readWords(text).words.join(' ');
const all = (lists: Record<string, string[]>): Set<string> =>
	new Set(Object.values(lists).flat().map(plain));

const OPT_OUT = all(data.optOut);
const OPT_IN = all(data.optIn);
const RESUME = all(data.resume);
const POLITE = [...all(data.polite)].sort((a, b) => b.length - a.length);

/**
 * The consent that a message of the customer gives or takes, or undefined if it is about something else. `known` is what stood before:
 * a word that only takes an earlier stop back means nothing without one.
 */
export function consentInWords(
	message: ConversationMessage,
	known: Consent,
	own: OwnConsentWords = NO_OWN_WORDS,
): Consent | undefined {
	if (message.author !== 'customer' || !SPOKEN.has(message.type)) return undefined;
	if (message.groupId !== undefined || message.text.length > MAX_CHARACTERS) return undefined;
	const said = withoutCourtesy(plain(message.text));
	if (said === '') return undefined;
	const listed = (words: readonly string[]) => words.some((word) => plain(word) === said);
	const consent = (status: 'opted_in' | 'opted_out'): Consent => ({
		status,
		scope: 'all',
		at: message.sentAt,
		source: message.id,
	});
	if (OPT_OUT.has(said) || listed(own.optOut)) return consent('opted_out');
	if (OPT_IN.has(said) || listed(own.optIn)) return consent('opted_in');
	return RESUME.has(said) && known.status === 'opted_out' ? consent('opted_in') : undefined;
}

function withoutCourtesy(text: string): string {
	let said = text;
	for (const word of POLITE) {
		if (said.startsWith(`${word} `)) said = said.slice(word.length + 1);
		if (said.endsWith(` ${word}`)) said = said.slice(0, -word.length - 1);
	}
	return said;
}
