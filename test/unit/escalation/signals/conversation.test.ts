import { score } from '../../../../core/escalation';
import { NO_COUNTERS } from '../../../../core/conversation/conversation';
import { scored, signal, thread } from '../support';

describe('misunderstandings', () => {
	it('hand over at the second in a row', () => {
		const first = scored('blue one', { bot: { understood: false } });
		expect(first.decision).toBe('continue');
		expect(first.counters.fallbacks).toBe(1);
		const second = scored('the blue one', {
			bot: { understood: false },
			counters: first.counters,
			message: { id: 'm2', text: 'the blue one' },
		});
		expect(second).toMatchObject({ decision: 'escalate', firedRule: 'fallback' });
		expect(second.reason).toContain('2 times in a row');
	});

	it('are forgotten when the bot understands', () => {
		const result = scored('size 42', {
			bot: { understood: true },
			counters: { ...NO_COUNTERS, fallbacks: 1 },
		});
		expect(result.counters.fallbacks).toBe(0);
	});

	it.each([
		[0.4, 1],
		[0.6, 0],
		[40, 1],
		[95, 0],
	])('count for a confidence of %p: %p', (confidence, fallbacks) => {
		expect(scored('size 42', { bot: { confidence } }).counters.fallbacks).toBe(fallbacks);
	});

	it('count at a confidence that would do in a good mood, when the mood is bad', () => {
		const bot = { confidence: 0.6 };
		expect(scored('size 42', { bot }).counters.fallbacks).toBe(0);
		const moody = { ...NO_COUNTERS, sentiment: -0.9 };
		expect(scored('this is awful', { bot, counters: moody }).counters.fallbacks).toBe(1);
	});

	it('are not counted twice when an execution is retried', () => {
		const bot = { understood: false };
		const once = scored('blue', { bot });
		const again = scored('blue', { bot, counters: once.counters });
		expect(again.counters.fallbacks).toBe(1);
		expect(again.decision).toBe('continue');
	});
});

describe('a repeated question', () => {
	it.each([
		['When will my parcel arrive?', 'when will my parcel arrive'],
		['When will my parcel arrive?', 'so when does my parcel arrive??'],
		['¿cuándo llega mi pedido?', 'cuando llega el pedido'],
		['how do I reset my password', 'how can i reset the password'],
	])('is noticed: "%s" … "%s"', (before, now) => {
		const history = thread(`customer: ${before}`, 'bot: You can find everything on our page.');
		const result = scored(now, { history });
		expect(result.counters.repeats).toBe(1);
		expect(signal(result, 'repetition')).toMatchObject({ messageId: 'h1', evidence: before });
	});

	it.each([
		['When will my parcel arrive?', 'Which colours do you have?'],
		['yes', 'yes'],
		['ok', 'ok'],
		['I want the blue shirt in size M', 'and do you ship to Norway'],
	])('is not seen in "%s" … "%s"', (before, now) => {
		expect(scored(now, { history: thread(`customer: ${before}`) }).counters.repeats).toBe(0);
	});

	it('hands over when asked the third time', () => {
		const history = thread(
			'customer: where is my order 123',
			'bot: One moment.',
			'customer: where is my order 123',
			'bot: One moment.',
		);
		const result = scored('where is my order 123', {
			history,
			counters: { ...NO_COUNTERS, repeats: 1 },
		});
		expect(result.decision).toBe('escalate');
	});
});

describe('what a message answers', () => {
	it.each([
		['en', 'Is there anything else I can help you with?', 'No, that is all.'],
		['en', 'Do you need anything else?', 'Nope'],
		['en', 'Would you like to book it?', 'No, thank you very much!'],
		['es', '¿Puedo ayudarle en algo más?', 'No, gracias, eso es todo'],
		['pt', 'Posso ajudar em mais alguma coisa?', 'Não, obrigado'],
		['de', 'Kann ich sonst noch etwas tun?', 'Nein danke, das war alles'],
		['fr', 'Avez-vous une autre question ?', 'Non merci, c’est tout'],
		['it', 'Posso aiutarla in altro?', 'No grazie, è tutto'],
		['nl', 'Kan ik nog iets anders voor je doen?', 'Nee bedankt, dat was alles'],
		['id', 'Ada yang bisa saya bantu lagi?', 'Tidak, terima kasih'],
		['ar', 'هل تحتاج شيئا آخر؟', 'لا شكرا'],
		['hi', 'Kya main aur koi madad kar sakta hoon?', 'Nahi, dhanyavad'],
		['hi', 'क्या मैं और कोई मदद कर सकता हूँ?', 'जी नहीं'],
	])('%s: to need nothing more is neither trouble nor a bad mood: "%s" "%s"', (_, asked, said) => {
		const result = scored(said, { history: thread('customer: hello', `bot: ${asked}`) });
		expect(signal(result, 'trouble')).toBeUndefined();
		expect(result.sentiment.label).not.toBe('negative');
		expect(result.counters.negatives).toBe(0);
		expect(result.score).toBeLessThan(10);
	});

	it('keeps a "no" that turns an answer down', () => {
		const result = scored('No, on the 4th', {
			history: thread('customer: a table on the 4th', 'bot: A table on the 3rd, is that correct?'),
		});
		expect(result.sentiment.label).toBe('negative');
		expect(signal(result, 'trouble')).toBeDefined();
	});

	it('keeps what went wrong, however it begins', () => {
		const result = scored('No, my refund still has not come and nobody answers', {
			history: thread('customer: hello', 'bot: Is there anything else I can help you with?'),
		});
		expect(result.sentiment.label).toBe('negative');
		expect(result.score).toBeGreaterThan(30);
	});

	it.each([
		['en', 'Sorry, I could not book the table.', 'For half past seven please'],
		['es', 'Lo siento, no pude reservar la mesa.', 'Para las siete y media por favor'],
		['de', 'Leider konnte ich den Tisch nicht reservieren.', 'Dann bitte um halb acht'],
		['fr', 'Désolé, je n’ai pas pu réserver la table.', 'Alors pour sept heures et demie'],
		['nl', 'Helaas, het is niet gelukt.', 'Dan graag om half acht'],
		['hi', 'Maaf kijiye, booking nahi ho payi.', 'Sade saat baje ke liye'],
	])(
		'%s: to have to try again after "%s" is trouble, in the bot\'s own words',
		(_, failed, said) => {
			const history = thread('customer: hello', `bot: ${failed}`);
			const result = scored(said, { history });
			expect(signal(result, 'trouble')).toMatchObject({ evidence: failed, messageId: 'h2' });
			const calm = scored(said, { history: thread('customer: hello', 'bot: When?') });
			expect(result.sentiment.value).toBeLessThan(calm.sentiment.value);
			expect(result.decision).toBe('continue');
		},
	);

	it('is no trouble where the customer takes what the bot offers instead', () => {
		const history = thread('customer: hello', 'bot: Sorry, I could not book it. How about 8 pm?');
		expect(signal(scored('Yes, that works', { history }), 'trouble')).toBeUndefined();
	});

	it('is nothing where somebody else wrote in between', () => {
		const history = thread('bot: Sorry, I could not book the table.', 'agent: Let me see.');
		expect(signal(scored('For half past seven', { history }), 'trouble')).toBeUndefined();
	});

	it("is no repetition where it answers the bot's question", () => {
		const history = thread(
			'customer: I want an appointment',
			'bot: On what day do you want the appointment?',
		);
		expect(scored('I want the appointment on the 13th', { history }).counters.repeats).toBe(0);
	});

	it('is no interest in buying where the customer turns it down', () => {
		expect(scored('No, I do not want to book the room').leadClass).toBe('COLD');
		expect(scored('I want to book the room').leadClass).not.toBe('COLD');
	});
});

// A single word tells no language, so the lists of all ten are asked.
it.each([
	['Which day suits you?', 'Tuesday'],
	['Shall I collect it or will you come?', 'store'],
	['How many are you?', 'one person'],
	['What is the order worth?', 'total'],
	['Where do you live?', 'Paris'],
])('no language hears trouble in the plain answer of another: %s %s', (question, text) => {
	const result = scored(text, { history: thread(`bot: ${question}`) });
	expect(result.score).toBe(0);
});

describe('a bot that goes round in circles', () => {
	it.each([
		[
			'asks again whether there is anything else',
			'Anything else I can do?',
			'Anything else I can do?',
		],
		['names another time', 'There is a bus at 8:10 today.', 'There is a bus at 8:30 today.'],
	])('is not one that %s', (_, first, second) => {
		const history = thread(
			'customer: hello',
			`bot: ${first}`,
			'customer: the bus',
			`bot: ${second}`,
		);
		expect(signal(scored('which platform', { history }), 'bot_loop')).toBeUndefined();
	});

	it('is noticed when it gives the same answer again', () => {
		const history = thread(
			'customer: hm',
			'bot: Please see our help page for delivery times.',
			'customer: and on Sunday?',
			'bot: Please see our help page for delivery times.',
		);
		expect(signal(scored('but Sunday', { history }), 'bot_loop')).toMatchObject({
			messageId: 'h4',
		});
	});

	it('is noticed when it keeps saying that it cannot help', () => {
		const history = thread(
			'customer: invoice?',
			'bot: Sorry, I did not understand that.',
			'customer: my invoice',
			'bot: Could you please rephrase your question?',
		);
		expect(signal(scored('the invoice of May', { history }), 'bot_loop')).toBeDefined();
	});

	it('is not seen in two different answers', () => {
		const history = thread(
			'customer: price?',
			'bot: It is 20 euros.',
			'customer: colour?',
			'bot: We have red and blue.',
		);
		expect(signal(scored('red then', { history }), 'bot_loop')).toBeUndefined();
	});
});

describe('mood over a conversation', () => {
	it('hands over after three negative messages in a row', () => {
		let counters = { ...NO_COUNTERS };
		const decisions = ['this is bad', 'really bad, still wrong', 'bad again, sad'].map(
			(text, i) => {
				const result = score({
					message: { id: `m${i}`, text },
					counters,
					settings: { weights: { trouble: 0, sentiment: 1 } },
				});
				counters = { ...result.counters };
				return result.decision;
			},
		);
		expect(decisions).toEqual(['continue', 'continue', 'escalate']);
	});

	it('fades with neutral messages', () => {
		const after = scored('the blue one', {
			counters: { ...NO_COUNTERS, sentiment: -0.8, negatives: 2 },
		});
		expect(after.counters.sentiment).toBeGreaterThan(-0.8);
		expect(after.counters.negatives).toBeLessThan(2);
	});
});

describe('a conversation that was handed over', () => {
	it('does not flip back with the next neutral message', () => {
		const first = scored('I need a human');
		const next = scored('order 4711', {
			counters: first.counters,
			message: { id: 'm2', text: 'order 4711' },
		});
		expect(next.decision).toBe('escalate');
		expect(next.threshold).toBeLessThan(first.threshold);
	});

	it('returns to the bot when it has been quiet for some messages', () => {
		let { counters } = scored('I need a human');
		let decision = 'escalate';
		for (let i = 0; i < 6; i++)
			({ counters, decision } = score({ message: { id: `q${i}`, text: 'size 42' }, counters }));
		expect(decision).toBe('continue');
	});

	it('stays with the person who has it', () => {
		const result = scored('thanks!', { conversation: { state: 'human' } });
		expect(result).toMatchObject({ decision: 'escalate', firedRule: 'with_a_person' });
	});
});

describe('what the bot and the channel say', () => {
	it('hands over when the bot asks for a person, with its reason', () => {
		const result = scored('ok', {
			bot: { handoffRequested: true, handoffReason: 'customer wants a custom size' },
		});
		expect(result).toMatchObject({ decision: 'escalate', firedRule: 'bot_request' });
		expect(result.reason).toContain('customer wants a custom size');
	});

	it.each(['image', 'audio', 'document', 'video'] as const)(
		'hands over %s that the bot cannot read',
		(type) => {
			expect(scored('', { message: { id: 'm', text: '', type } })).toMatchObject({
				decision: 'escalate',
				firedRule: 'attachment',
			});
		},
	);

	it('lets the bot go on with attachments that it can read', () => {
		const settings = { readableTypes: ['text', 'image'] };
		expect(scored('', { message: { id: 'm', text: '', type: 'image' }, settings }).decision).toBe(
			'continue',
		);
	});

	it.each([
		[{ profile: { vip: true } }],
		[{ conversation: { tags: ['VIP'] } }],
		[{ profile: { segment: 'vip' } }],
		[{ profile: { fields: { tier: 'vip' } } }],
		[{ profile: { phone: '+1 555 010 0123' }, settings: { vipList: ['+15550100123'] } }],
		[{ profile: { phone: '+4915123456789' }, settings: { vipList: ['0049 (0)151 2345 6789'] } }],
		[{ profile: { phone: '+4915123456789' }, settings: { vipList: ['0151 23456789'] } }],
	])('sends a VIP straight to a person: %j', (facts) => {
		expect(scored('hi', facts as never)).toMatchObject({
			decision: 'escalate',
			firedRule: 'vip',
			queue: 'Account Management',
			priority: 'high',
		});
	});

	it('adds a model’s opinion only with words that the customer wrote', () => {
		const opinion = { strength: 1, reason: 'about to leave', evidence: 'other shop' };
		expect(
			signal(scored('I saw it in the other shop', { opinion }), 'second_opinion')?.points,
		).toBe(40);
		expect(signal(scored('hello', { opinion }), 'second_opinion')).toBeUndefined();
	});
});

describe('a request that waits for its promised time', () => {
	const before = scored('I want to talk to a person').counters;

	it('hands over nothing that comes after it, since the bot was said to go on', () => {
		const next = scored('what are your opening hours?', {
			counters: before,
			conversation: { captured: true },
		});
		expect(next.decision).toBe('continue');
		expect(signal(next, 'carried_over')).toBeUndefined();
	});

	it('does not silence what speaks for a person anew', () => {
		const next = scored('my card was stolen', {
			counters: before,
			conversation: { captured: true },
		});
		expect(next.decision).toBe('escalate');
	});
});
