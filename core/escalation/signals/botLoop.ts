import type { Signal } from '../signal';
import { gistOf } from '../similarity';
import { readMessage } from '../reading';
import { SAME } from './repetition';

const LOOK_BACK = 4;
/** Answers that are nearly the same; stricter than for questions, since bots repeat set phrases. */
const SAME_ANSWER = SAME + 0.2;

/** The bot gives the same answer again, or puts the customer off with vague ones. */
export const botLoop: Signal = {
	name: 'bot_loop',
	label: 'Bot goes round in circles',
	find({ history, bot, reading }) {
		const answers = history.filter((m) => m.author === 'bot' && m.text).slice(-LOOK_BACK);
		const texts = [...answers.map((m) => m.text), ...(bot.reply ? [bot.reply] : [])];
		if (texts.length < 2) return undefined;
		const last = texts[texts.length - 1]!;
		const small = (word: string) => reading.lexicon.functionWords.has(word);
		const gist = gistOf(last, small);
		let same = 0;
		for (const text of texts.slice(0, -1)) {
			if (gist.size > 1 && gist.resembles(gistOf(text, small), SAME_ANSWER)) same++;
		}
		const vague = texts.slice(-3).filter((text) => deflects(text)).length;
		if (same === 0 && vague < 2) return undefined;
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

const MOST_READ = 1000;
/** Bots say the same set phrases over and over. */
const REMEMBERED = 2000;
const remembered = new Map<string, boolean>();

/** Whether an answer says no more than that the bot cannot help. */
export function deflects(text: string): boolean {
	let known = remembered.get(text);
	if (known === undefined) {
		known = readMessage(text.slice(0, MOST_READ)).found.has('bot_deflection');
		if (remembered.size >= REMEMBERED) remembered.clear();
		if (text.length <= MOST_READ) remembered.set(text, known);
	}
	return known;
}
