import {
	briefOf,
	conversationOf,
	dialogues,
	evaluateSummary,
	feelingOf,
	messagesOf,
	SETS,
} from '../../../scripts/eval-summary';
import { summarise } from '../../../core/summary';
import type { Brief, Grounded } from '../../../core/summary/brief';
import { oneLine, plainDigits } from '../../../core/summary/text';

const all = SETS.flatMap((set) => dialogues(set));

describe('the brief on written dialogues', () => {
	it('reads at least 40 dialogues in ten languages', () => {
		expect(all.length).toBeGreaterThanOrEqual(40);
		expect(new Set(all.map(({ language }) => language)).size).toBe(10);
	});

	it.each(
		SETS.flatMap((set) =>
			evaluateSummary(dialogues(set)).map((score) => [score.field, set, score] as const),
		),
	)(
		'states %s with precision and recall of at least 0.9 (%s)',
		(_field, _set, { precision, recall, notes }) => {
			expect({
				enough: precision >= 0.9 && recall >= 0.9,
				precision,
				recall,
				notes,
			}).toMatchObject({
				enough: true,
			});
		},
	);

	it.each(all.map((dialogue) => [`${dialogue.language}: ${dialogue.title}`, dialogue] as const))(
		'says nothing that no message says (%s)',
		(_title, dialogue) => {
			const texts = new Map(messagesOf(dialogue).map(({ id, text }) => [id, text]));
			for (const { value, messageIds } of statementsOf(briefOf(dialogue))) {
				expect(messageIds.length).toBeGreaterThan(0);
				for (const id of messageIds)
					expect(plainDigits(oneLine(texts.get(id) ?? '')).text).toContain(plainDigits(value).text);
			}
		},
	);

	it.each(all.map((dialogue) => [`${dialogue.language}: ${dialogue.title}`, dialogue] as const))(
		'is the same whether made at once or step by step (%s)',
		(_title, dialogue) => {
			const conversation = conversationOf(dialogue);
			const messages = messagesOf(dialogue);
			let brief: Brief | undefined;
			for (const message of messages)
				brief = summarise({
					conversation,
					messages: [message],
					...(brief ? { previous: JSON.parse(JSON.stringify(brief)) as Brief } : {}),
					now: '2026-11-10T10:00:00.000Z',
					sentiment: feelingOf,
				});
			expect(brief).toEqual(briefOf(dialogue));
		},
	);

	it('answers in the language of the customer', () => {
		const greetings = new Map(
			dialogues('tuned').map((dialogue) => [
				dialogue.language,
				briefOf(dialogue).suggestedReply.split(/[\s,،:]/u)[0],
			]),
		);
		expect(Object.fromEntries(greetings)).toEqual({
			ar: 'مرحباً',
			de: 'Guten',
			en: 'Hello',
			es: 'Hola',
			fr: 'Bonjour',
			hi: 'नमस्ते',
			id: 'Halo',
			it: 'Buongiorno',
			nl: 'Hallo',
			pt: 'Olá',
		});
	});
});

function statementsOf(brief: Brief): Grounded[] {
	return [
		brief.need,
		brief.unansweredQuestion,
		brief.product,
		brief.budget,
		brief.timeline,
		brief.urgency,
		...brief.references,
		...brief.botTried.map(({ messageIds, value }) => ({ messageIds, value: firstSentence(value) })),
	].filter((statement): statement is Grounded => statement !== undefined);
}

/** What the bot answered may be several sentences with a question between them left out. */
function firstSentence(text: string): string {
	return text.split(/(?<=[.!?।؟])\s/u)[0] as string;
}
