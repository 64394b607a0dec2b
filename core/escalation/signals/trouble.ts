import { recognise } from '../model';
import { type Reading, strongest, words } from '../reading';
import type { Signal } from '../signal';
import { refusesPerson } from './humanRequest';

/** The model is heard from here on; below, a short message alone would count. */
const LEAST = 0.3;
/** Below this the model guesses. */
const SURE = 0.6;
const DOUBT = 0.5;

/** "No" alone may answer anything: it does not hand over by itself. */
const BARE_NO = 0.8;

/** What the customer turns down, or the bot has failed at, is trouble, but not enough by itself. */
const REJECTED = 0.3;
const MOST_QUOTED = 200;

function bare(reading: Reading): boolean {
	return reading.words.words.length <= 2 && reading.found.has('rejection');
}

/**
 * The conversation is going sideways with no trigger word in it: something is wrong, missing or does not work, or the customer
 * turns down what the bot said. Phrases, and in English a small model of which messages businesses had escalated.
 */
export const trouble: Signal = {
	name: 'trouble',
	label: 'Trouble',
	find({ reading, history }) {
		if (refusesPerson(reading)) return undefined;
		const match = strongest(reading, 'trouble');
		// "Still waiting" may be frustration too: phrases count in full only where nothing else speaks.
		const alone = match?.strength ?? 0;
		let value = 0;
		let evidence = match ? words(reading, match) : undefined;
		const learnt = recognise('handoff', reading);
		// The model never saw how people end a chat, and takes "no complaints" for one.
		const heard =
			learnt &&
			learnt.probability >= LEAST &&
			!reading.closes &&
			!reading.found.has('harmless.complaint');
		if (heard && learnt.evidence && learnt.probability > alone) {
			const sure = learnt.probability < SURE ? DOUBT * learnt.probability : learnt.probability;
			value = bare(reading) ? Math.min(BARE_NO, sure) : sure;
			evidence = learnt.evidence;
		}
		const rejected = strongest(reading, 'rejection');
		const pleased = reading.found.has('positive') || reading.closes;
		if (rejected && !pleased && history.some((m) => m.author === 'bot')) {
			value = Math.max(value, REJECTED);
			evidence ??= words(reading, rejected);
		}
		const { answered } = reading;
		if (answered?.failed && !pleased && value < REJECTED) {
			return {
				value: REJECTED,
				alone,
				reason: 'The bot could not do what the customer wanted',
				evidence: answered.text.slice(0, MOST_QUOTED),
				messageId: answered.messageId,
			};
		}
		if (Math.max(value, alone) < 0.15) return undefined;
		return {
			value,
			alone,
			reason: 'Something went wrong for the customer',
			...(evidence ? { evidence } : {}),
		};
	},
};
