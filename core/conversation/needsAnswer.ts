import { readMessage, type Reading } from '../escalation/reading';
import { readWords, type Words } from '../escalation/text';
import { lazily } from '../lazily';
import data from './courtesyPhrases.json';
import type { ConversationMessage, MessageType } from './message';

/*
 * "Thanks!" and its like, in the ten languages. Only a message that says this and nothing else needs no answer: where in doubt, it does,
 * since a question that nobody answers is the worse mistake. "Ok" and "yes" do, too: they
 * may be the answer to what a person has asked.
 */

interface Courtesy {
	/** One of these has to be said. */
	closes: ReadonlySet<string>;
	/** What may stand around it. */
	around: ReadonlySet<string>;
	/** What is thanked for; behind the thanks only, since "help me" before them asks for something. */
	things: ReadonlySet<string>;
}

/** What the customer types or taps. */
const SPOKEN: ReadonlySet<MessageType> = new Set(['text', 'button', 'interactive']);
/** Longer messages say more than this. */
const MAX_CHARACTERS = 160;
/** The longest phrase of the lists, in words. */
const LONGEST = 5;
/** The scorer calls a message negative from here on. */
const NEGATIVE = -0.2;
/** What a reading may find in a message that only closes; anything else is a matter of its own. */
const HARMLESS = new Set(['closing', 'positive', 'human_declined', 'rejection', 'bot_offer']);

const sets = (lists: readonly string[]) =>
	new Set(lists.map((phrase) => readWords(phrase).words.join(' ')));
const courtesy = lazily((): readonly Courtesy[] =>
	Object.values(data).map(({ closes, around, things }) => ({
		// English words turn up in every language.
		closes: sets([...closes, ...data.en.closes]),
		around: sets([...around, ...data.en.around]),
		things: sets([...things, ...data.en.things]),
	})),
);

/**
 * Whether somebody has to answer what the customer has written to a person: everything but thanks, praise and farewell, by name or
 * without ("Thanks, Ana"). Costs one reading of a short message.
 */
export function needsAnswer(
	{ type, text, groupId }: ConversationMessage,
	agentName: string = '',
): boolean {
	if (type === 'sticker') return false;
	if (!SPOKEN.has(type) || groupId !== undefined || text.length > MAX_CHARACTERS) return true;
	if (/[?؟]/u.test(text)) return true;
	const reading = readMessage(text);
	if (reading.feeling.value <= NEGATIVE) return true;
	if (reading.words.words.length === 0) return reading.words.emoji.length === 0;
	const names = new Set(readWords(agentName).words);
	const courteous = ({ words }: Words) =>
		courtesy().some((lists) =>
			covers(
				lists,
				words.filter((word) => !names.has(word)),
			),
		);
	return !courteous(reading.words) && !courteous(readWords(text)) && !closes(reading);
}

/** Whether all of these words are courtesy, the longest phrase first at each. */
function covers({ closes, around, things }: Courtesy, words: readonly string[]): boolean {
	let closed = false;
	for (let i = 0; i < words.length;) {
		let length = Math.min(LONGEST, words.length - i);
		for (; length > 0; length--) {
			const phrase = words.slice(i, i + length).join(' ');
			if (closes.has(phrase)) {
				closed = true;
				break;
			}
			if (around.has(phrase) || (closed && things.has(phrase))) break;
		}
		if (length === 0) return false;
		i += length;
	}
	return closed;
}

/** By the scorer's reading: "no, I do not need anything else", and nothing beside it. */
function closes({ closes: said, found, words }: Reading): boolean {
	if (!said || [...found.keys()].some((group) => !HARMLESS.has(group))) return false;
	const spoken = new Set<number>();
	for (const group of ['closing', 'rejection']) {
		for (const { from, to } of found.get(group) ?? []) {
			for (let i = from; i < to; i++) spoken.add(i);
		}
	}
	const beside = words.words.filter((_, i) => !spoken.has(i));
	return courtesy().some((lists) => covers(lists, ['thanks', ...beside]));
}
