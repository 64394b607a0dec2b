import type { Signal } from '../signal';
import { gistOf } from '../similarity';
import { readBotTurn } from '../botTurn';
import { pleased, SAME } from './repetition';

const LOOK_BACK = 4;
/** Answers that are nearly the same; stricter than for questions, since bots repeat set phrases. */
const SAME_ANSWER = SAME + 0.2;
/** Words of meaning in a mere question whether there is anything else, at most. */
const OFFER = 6;

/** The bot gives the same answer again, or puts the customer off with vague ones. */
export const botLoop: Signal = {
	name: 'bot_loop',
	label: 'Bot goes round in circles',
	find({ history, bot, reading }) {
		if (history.length === 0) return undefined;
		const answers = history.filter((m) => m.author === 'bot' && m.text).slice(-LOOK_BACK);
		const texts = [...answers.map((m) => m.text), ...(bot.reply ? [bot.reply] : [])];
		if (texts.length < 2) return undefined;
		const last = texts[texts.length - 1]!;
		const small = (word: string) => reading.lexicon.smallWords.has(word);
		const gist = gistOf(last, small);
		const numbers = numbersIn(last);
		// "Anything else?" is asked again and again, and is no answer.
		const says = !readBotTurn(last).offersMore || gist.size > OFFER;
		let same = 0;
		for (const text of texts.slice(0, -1)) {
			if (
				says &&
				gist.size > 1 &&
				numbersIn(text) === numbers &&
				gist.resembles(gistOf(text, small), SAME_ANSWER)
			)
				same++;
		}
		const vague = texts.slice(-3).filter((text) => readBotTurn(text).deflects).length;
		// Who says yes to it does not go round in circles.
		if (vague < 2 && (same === 0 || pleased(reading))) return undefined;
		const id = answers[answers.length - 1]?.id;
		return {
			value: Math.min(
				1,
				Math.max(
					same === 0 ? 0 : 0.35 + 0.35 * (same - 1),
					vague < 2 ? 0 : 0.6 + 0.3 * (vague - 2),
				),
			),
			reason:
				vague >= 2
					? 'The bot keeps putting the customer off'
					: 'The bot gives the same answer again',
			evidence: last.slice(0, 200),
			...(id && !bot.reply ? { messageId: id } : {}),
		};
	},
};

const NUMBER = /\d+/g;

/** "There is a bus at 8:10" is not the answer "There is a bus at 8:30". */
function numbersIn(text: string): string {
	return (text.match(NUMBER) ?? []).join();
}
