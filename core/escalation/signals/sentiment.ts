import { TELLING } from '../sentiment';
import { quote } from '../text';
import type { Signal } from '../signal';
import type { Emotion } from '../types';

const WORDS: Record<Emotion, string> = {
	anger: 'The customer is angry',
	frustration: 'The customer is frustrated',
	dissatisfaction: 'The customer is dissatisfied',
	urgency: 'The customer is pressed for time',
	confusion: 'The customer is confused',
};

/** One "not" or "late" is no mood: this much is taken off first. */
const NOISE = 0.15;
/** How negative a message without any feeling in it reads. */
const EVEN = 0.231;
/** What went wrong, without a word on how the customer feels about it, ranks messages but does not hand over by itself. */
const TONE = 0.5;
const FAINT = 'The tone of the message is slightly negative';
const MOST_QUOTED = 200;
/** Less than a point. */
const LEAST = 0.015;

/** Negative feeling in this message; which one it is stands in the reason. */
export const sentiment: Signal = {
	name: 'sentiment',
	label: 'Negative sentiment',
	find({ input, reading, sentiment: result }) {
		const { emotions } = result;
		const pressing = Math.max(
			emotions.anger,
			emotions.frustration * 0.8,
			emotions.dissatisfaction,
			emotions.urgency * 0.7,
			emotions.confusion * 0.3,
		);
		const negative = reading.feeling.displeasure;
		const felt = Math.min(1, Math.max(negative, pressing * 0.75 + negative * 0.4));
		const tone = Math.max(0, (reading.feeling.negativity - EVEN) / (1 - EVEN));
		const value = Math.max(0, (felt - NOISE) / (1 - NOISE));
		if (Math.max(value, TONE * tone) < LEAST) return undefined;
		let strongest: Emotion | undefined;
		for (const emotion of Object.keys(WORDS) as Emotion[]) {
			if (emotions[emotion] > (strongest ? emotions[strongest] : 0.2)) strongest = emotion;
		}
		const { worst } = reading.feeling;
		// "When", "what" and "still open" rank messages, but no one is told that a customer is cross because of them.
		// In a chat with the bot the tone of an answer counts for a little, under its own name.
		const faint = value === 0 && (worst?.strength ?? 0) > TELLING;
		if (faint && !reading.answered) return undefined;
		return {
			value,
			alone: TONE * tone,
			reason: faint ? FAINT : strongest ? WORDS[strongest] : 'The customer sounds unhappy',
			evidence:
				result.evidence ??
				(worst && worst.strength < 0
					? quote(reading.words, worst.from, worst.to)
					: input.message.text.slice(0, MOST_QUOTED)),
			...(emotions.urgency >= 0.5 ? { priority: 'high' as const } : {}),
		};
	},
};
