import type { Signal, SignalContext } from '../signal';
import { gistOf } from '../similarity';

/** Customer messages that are looked back on. */
const LOOK_BACK = 5;
/** From here on two messages are the same question. */
export const SAME = 0.62;
/** … and from here on it is the same sentence. */
const IDENTICAL = 0.95;
/** "yes", "ok thanks" may well come twice: a question has at least this many words of meaning. */
const LEAST_WORDS = 2;

/** The customer asks the same again, also in other words. */
export const repetition: Signal = {
	name: 'repetition',
	label: 'Asked the same again',
	find(context) {
		const { before, after, reading } = context;
		const rejected = reading.found.has('rejection');
		if (after.repeats <= before.repeats) return undefined;
		const earlier = earlierQuestion(context);
		const times = after.repeats;
		return {
			value: Math.min(1, 0.55 + 0.35 * (times - 1) + (rejected ? 0.15 : 0)),
			reason:
				times === 1
					? 'The customer asks the same again'
					: `The customer has asked the same ${times + 1} times`,
			evidence: earlier?.text.slice(0, 200) ?? context.input.message.text.slice(0, 200),
			...(earlier ? { messageId: earlier.id } : {}),
		};
	},
};

/** Whether the customer is content and has nothing against what was said. */
export function pleased({ found }: SignalContext['reading']): boolean {
	return found.has('positive') && !found.has('negative') && !found.has('trouble');
}

/** The earlier message of the customer that asks what this one asks. */
export function earlierQuestion({
	input,
	history,
	reading,
}: Pick<SignalContext, 'input' | 'history' | 'reading'>) {
	// "Yes, sounds good" and "thank you" are said again and again, and ask for nothing.
	if (reading.closes || (reading.words.questions.size === 0 && pleased(reading))) return undefined;
	const own = history.filter((m) => m.author === 'customer' && m.text).slice(-LOOK_BACK);
	if (own.length === 0) return undefined;
	const small = (word: string) => reading.lexicon.smallWords.has(word);
	const now = gistOf(input.message.text, small);
	if (now.size < LEAST_WORDS && input.message.text.trim().length < 12) return undefined;
	// "I want the appointment on the 13th" answers "What day do you want the appointment?", whatever was said before.
	const asked = reading.answered?.text.trimEnd().endsWith('?') ? reading.answered.text : undefined;
	const least = asked && now.within(gistOf(asked, small)) ? IDENTICAL : SAME;
	for (let i = own.length - 1; i >= 0; i--) {
		if (now.resembles(gistOf(own[i]!.text, small), least)) return own[i];
	}
	return undefined;
}
