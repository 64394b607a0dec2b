import type { ConversationMessage, MessageType } from '../../../core/conversation/message';
import type { ScoreInput, ScoreResult } from '../../../core/escalation';
import { score } from '../../../core/escalation';

const START = Date.UTC(2026, 10, 2, 9);

/** Scores one message of the customer; everything else is empty unless given. */
export function scored(text: string, rest: Partial<ScoreInput> = {}): ScoreResult {
	return score({ ...rest, message: { id: 'm1', text, ...rest.message } });
}

/** The signal of that name in a verdict. */
export function signal(result: ScoreResult, name: string) {
	return result.signals.find((s) => s.signal === name);
}

/** A thread, oldest first: "customer: …" and "bot: …". */
export function thread(...lines: string[]): ConversationMessage[] {
	return lines.map((line, i) => {
		const [author, text] = [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)];
		const at = new Date(START + i * 60_000).toISOString();
		return {
			id: `h${i + 1}`,
			direction: author === 'customer' ? 'in' : 'out',
			author: author as ConversationMessage['author'],
			type: 'text' as MessageType,
			text,
			sentAt: at,
			receivedAt: at,
		};
	});
}
