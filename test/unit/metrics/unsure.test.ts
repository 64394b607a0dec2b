import type { AuditEntry } from '../../../core/conversation/audit';
import type { Conversation } from '../../../core/conversation/conversation';
import type { BotTurn, ConversationMessage } from '../../../core/conversation/message';
import { byDoubt, mayBeUnsure, UNSURE_DEFAULTS, unsureAnswers } from '../../../core/metrics';
import { withBot } from '../sla/support/conversation';

const at = (minute: number) =>
	new Date(Date.parse('2026-11-20T09:00:00.000Z') + minute * 60_000).toISOString();
const PERIOD = { from: at(0), to: at(600) };

let count = 0;
const message = (
	author: 'customer' | 'bot',
	minute: number,
	text: string,
	bot?: BotTurn,
): ConversationMessage => ({
	id: `m${++count}`,
	direction: author === 'customer' ? 'in' : 'out',
	author,
	type: 'text',
	text,
	sentAt: at(minute),
	receivedAt: at(minute),
	...(bot ? { bot } : {}),
});
const asks = (minute: number, text = 'Do you ship to Norway?') => message('customer', minute, text);
const says = (minute: number, bot: BotTurn, text = 'We are open from 9 to 17.') =>
	message('bot', minute, text, bot);

const review = (
	messages: ConversationMessage[],
	{ audit = [], ...changes }: Partial<Conversation> & { audit?: AuditEntry[] } = {},
	now = at(500),
) =>
	unsureAnswers(
		{ conversation: withBot('c1', changes), audit, clocks: [] },
		messages,
		PERIOD,
		now,
		UNSURE_DEFAULTS,
	);

const line = (minute: number, changes: Partial<AuditEntry>): AuditEntry => ({
	at: at(minute),
	actor: { kind: 'workflow' },
	action: 'escalate',
	from: 'bot',
	to: 'human',
	...changes,
});

describe('an answer that the bot was unsure of', () => {
	it('is found with the question, the answer and how sure the bot was', () => {
		const [found, ...others] = review([
			asks(1, 'When do you open?'),
			says(2, { confidence: 0.9, intent: 'hours' }),
			asks(3),
			says(4, { confidence: 0.2, intent: 'shipping' }, 'We ship everywhere.'),
		]);
		expect(others).toEqual([]);
		expect(found).toMatchObject({
			conversationId: 'c1',
			at: at(4),
			question: 'Do you ship to Norway?',
			answer: 'We ship everywhere.',
			confidence: 0.2,
			intent: 'shipping',
			then: 'silent',
			points: 62,
			text: 'The bot was 20 % sure; the customer did not write again',
		});
	});

	it('is one that it gave without having understood, whatever the number says', () => {
		expect(review([asks(1), says(2, { understood: false, confidence: 0.9 })])).toMatchObject([
			{ points: 90, text: expect.stringMatching(/^The bot had not understood/u) as unknown },
		]);
	});

	it('is none where the bot was as sure as the bar asks, or does not say how sure it was', () => {
		expect(review([asks(1), says(2, { confidence: 0.5 }), says(3, { intent: 'x' })])).toEqual([]);
	});

	it.each<[string, ConversationMessage[], AuditEntry[], number]>([
		['asked_again', [asks(9, 'do you ship to norway')], [], 100],
		['went_on', [asks(9, 'Fine, and what does the blue kettle cost?')], [], 80],
		['handed_over', [asks(9, 'Let me talk to somebody then')], [line(10, {})], 70],
		[
			'went_on',
			[asks(9, 'Fine, and the blue kettle?'), asks(20, 'A person please')],
			[line(21, {})],
			80,
		],
		['handed_over', [], [line(3, { action: 'capture', to: 'bot' })], 70],
	])('is ranked by what came of it: %s', (then, later, audit, points) => {
		const [found] = review([asks(1), says(2, { understood: false }), ...later], { audit });
		expect(found).toMatchObject({ then, points });
	});

	it('is not held against the bot as silence while the customer may yet answer', () => {
		expect(review([asks(1), says(2, { confidence: 0 })], {}, at(60))[0]!.then).toBe('open');
	});

	it('comes in the order of doubt, the newest first among equals', () => {
		const found = review([
			asks(1),
			says(2, { confidence: 0.4 }),
			asks(3, 'Can I pay by card?'),
			says(4, { confidence: 0.1 }),
			asks(5, 'Where is my parcel?'),
			says(6, { confidence: 0.1 }),
			asks(7, 'Never mind, goodbye'),
		]);
		expect(found.sort(byDoubt).map((one) => one.at)).toEqual([at(6), at(4), at(2)]);
	});

	it('counts as judged by a label that was given after it, not by one from before', () => {
		const tags = ['handoff:missed'];
		const messages = [
			asks(1),
			says(2, { confidence: 0.1 }),
			asks(50),
			says(51, { confidence: 0.1 }),
		];
		const audit = [line(30, { action: 'label', to: 'bot' })];
		expect(review(messages, { tags, audit }).map(({ verdict }) => verdict)).toEqual([
			'missed',
			undefined,
		]);
	});

	it('is looked for only where the bot was ever unsure, and only in the period', () => {
		const record = (lowestConfidence?: number) => ({
			conversation: withBot('c1', lowestConfidence === undefined ? {} : { lowestConfidence }),
			audit: [],
			clocks: [],
		});
		expect(
			[undefined, 0.5, 0.49, 0].map((low) => mayBeUnsure(record(low), UNSURE_DEFAULTS)),
		).toEqual([false, false, true, true]);
		expect(review([asks(-5), says(-4, { confidence: 0 })])).toEqual([]);
	});
});
