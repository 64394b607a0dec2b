import type { ConversationMessage } from '../conversation/message';
import { readMessage } from './reading';

/** What the bot said, as far as it changes what an answer to it means. */
export interface BotTurn {
	/** It says no more than that it cannot help. */
	deflects: boolean;
	/** It asks whether there is anything else, and a "no" turns nothing down. */
	offersMore: boolean;
	/** What the customer wanted did not work. */
	failed: boolean;
}

/** The bot's turn that a message answers. */
export interface Answered extends BotTurn {
	messageId: string;
	text: string;
}

const MOST_READ = 1000;
/** Bots say the same set phrases over and over. */
const REMEMBERED = 2000;
const remembered = new Map<string, BotTurn>();

/** Reads what the bot said; the same text once. */
export function readBotTurn(text: string): BotTurn {
	let known = remembered.get(text);
	if (known === undefined) {
		const { found } = readMessage(text.slice(0, MOST_READ));
		known = {
			deflects: found.has('bot_deflection'),
			offersMore: found.has('bot_offer'),
			failed: found.has('bot_failure'),
		};
		if (remembered.size >= REMEMBERED) remembered.clear();
		if (text.length <= MOST_READ) remembered.set(text, known);
	}
	return known;
}

/** The bot's turn that the newest message answers: the last before it, if nobody else wrote in between. */
export function answered(history: readonly ConversationMessage[]): Answered | undefined {
	const last = history[history.length - 1];
	if (last?.author !== 'bot' || !last.text) return undefined;
	return { ...readBotTurn(last.text), messageId: last.id, text: last.text };
}
