import fc from 'fast-check';

import type { ConversationMessage } from '../../../core/conversation/message';
import { summarise } from '../../../core/summary';
import type { Brief } from '../../../core/summary/brief';
import { render } from '../../../core/summary/render';
import { oneLine, plainDigits } from '../../../core/summary/text';
import { aConversation, aMessage, at } from '../../builders';
import { processorTime } from '../../support';

let count = 0;
beforeEach(() => {
	count = 0;
});

function says(
	author: ConversationMessage['author'],
	text: string,
	changes: Partial<ConversationMessage> = {},
): ConversationMessage {
	count += 1;
	const time = at(count);
	return aMessage({
		id: `m${String(count).padStart(3, '0')}`,
		author,
		direction: author === 'customer' ? 'in' : 'out',
		text,
		sentAt: time,
		receivedAt: time,
		...changes,
	});
}

const customer = (text: string, changes: Partial<ConversationMessage> = {}) =>
	says('customer', text, changes);
const bot = (text: string) => says('bot', text);

function briefOf(
	messages: ConversationMessage[],
	more: Partial<Parameters<typeof summarise>[0]> = {},
) {
	return summarise({ conversation: aConversation(), messages, now: at(600), ...more });
}

describe('summarise', () => {
	it('makes a brief of a conversation without messages', () => {
		const brief = briefOf([]);
		expect(brief).toMatchObject({ references: [], transcript: [], source: { kind: 'rules' } });
		expect(brief.suggestedReply).toBe(
			'Hi Robin, I have taken over from our assistant. What is it about?',
		);
	});

	it('greets by name, quotes the open question and names the reference, so that the customer repeats nothing', () => {
		const { suggestedReply, headline } = briefOf([
			customer('My order AB-1002 has not arrived. When will it come?'),
		]);
		expect(suggestedReply).toContain('Hi Robin,');
		expect(suggestedReply).toContain('“When will it come?”');
		expect(suggestedReply).toContain('AB-1002');
		expect(headline).toBe('Robin Sample · Order AB-1002 · When will it come?');
	});

	it('shows who the customer is and what has been collected, in the brief and wherever an agent reads it', () => {
		const conversation = aConversation({
			profile: {
				consent: { status: 'opted_in', scope: 'all' },
				fields: {},
				email: 'robin@shop.example',
				segment: 'Wholesale',
				language: 'en',
				vip: true,
			},
			collected: { company_size: 80, system: 'A till with an online shop', returning: true },
		});
		const brief = summarise({
			conversation,
			messages: [customer('My order AB-1002 has not arrived.')],
			now: at(600),
		});
		expect(brief.customer).toEqual({
			name: 'Robin Sample',
			phone: '+16505551234',
			email: 'robin@shop.example',
			segment: 'Wholesale',
			language: 'en',
			vip: true,
		});
		expect(brief.collected).toEqual(conversation.collected);
		for (const format of ['text', 'markdown', 'note'] as const) {
			// Markdown keeps signs of its own from being read as such.
			const shown = render(brief, format).replaceAll('\\', '');
			for (const words of [
				'Robin Sample',
				'+16505551234',
				'Wholesale',
				'VIP',
				'company_size: 80',
				'A till with an online shop',
				'returning: true',
			]) {
				expect(shown).toContain(words);
			}
		}
	});

	it('does not greet by a nickname that is no name', () => {
		const conversation = aConversation({
			profile: { name: '<b>💥 boss</b>', consent: { status: 'unknown', scope: 'all' }, fields: {} },
		});
		expect(briefOf([], { conversation }).suggestedReply).toBe(
			'Hello, I have taken over from our assistant. What is it about?',
		);
	});

	it('takes an answer of the bot for an answer, and its misunderstanding for none', () => {
		const asked = customer('Do you ship to Norway?');
		expect(briefOf([asked, bot('Sorry, I did not understand that.')]).unansweredQuestion).toEqual({
			value: 'Do you ship to Norway?',
			messageIds: [asked.id],
		});
		expect(
			briefOf([asked, bot('We ship to all of Scandinavia within a week.')]).unansweredQuestion,
		).toBeUndefined();
	});

	it('leaves a question open when the bot only asks back or announces a person', () => {
		const asked = customer('Do you ship to Norway?');
		const brief = briefOf([
			asked,
			bot('Which product do you mean?'),
			bot('A colleague will be with you shortly.'),
		]);
		expect(brief.unansweredQuestion?.messageIds).toEqual([asked.id]);
	});

	it('shows a template as one, and takes one that stands in for a text for no answer', () => {
		const asked = customer('Do you ship to Norway?');
		const words = 'We ship to all of Scandinavia within a week.';
		const template = (insteadOf?: string) =>
			says('agent', words, {
				type: 'template',
				template: { name: 'follow_up', language: 'en', ...(insteadOf ? { insteadOf } : {}) },
			});
		expect(briefOf([asked, template()]).unansweredQuestion).toBeUndefined();
		const brief = briefOf([asked, template('We do, for 9 euros.')]);
		expect(brief.unansweredQuestion?.messageIds).toEqual([asked.id]);
		expect(brief.transcript.at(-1)?.text).toBe(`[template follow_up] ${words}`);
	});

	it('opens the question again when the customer says that the answer missed it', () => {
		const asked = customer('Do you ship to Norway?');
		const brief = briefOf([
			asked,
			bot('Our shop is open from nine to five.'),
			customer('That is not what I asked.'),
		]);
		expect(brief.unansweredQuestion?.value).toBe('Do you ship to Norway?');
	});

	it.each([
		['en', 'When are you open on Saturday?', 'From 9 to 5.', 'My parcel 4711 never came'],
		['es', '¿Cuándo abren el sábado?', 'De 9 a 5.', 'Mi paquete 4711 nunca llegó'],
		['pt', 'Quando abrem no sábado?', 'Das 9 às 17.', 'A minha encomenda 4711 nunca chegou'],
		['de', 'Wann habt ihr am Samstag auf?', 'Von 9 bis 17 Uhr.', 'Mein Paket 4711 kam nie an'],
		['fr', 'Quand ouvrez-vous samedi ?', 'De 9 h à 17 h.', 'Mon colis 4711 n’est jamais arrivé'],
		[
			'nl',
			'Wanneer zijn jullie zaterdag open?',
			'Van 9 tot 5.',
			'Mijn pakket 4711 is nooit aangekomen',
		],
	])(
		'lets what has been answered go when the customer comes with something else (%s)',
		(_language, question, answer, trouble) => {
			const brief = briefOf([customer(question), bot(answer), customer(trouble)]);
			expect(brief.unansweredQuestion).toBeUndefined();
			expect(brief.need?.value).toBe(trouble);
			expect(brief.suggestedReply).not.toContain(question);
		},
	);

	it('keeps the first need where its question was not met', () => {
		const brief = briefOf([
			customer('When will my parcel 4711 come?'),
			bot('It comes on Monday, the 2nd.'),
			customer('No, that is wrong'),
		]);
		expect(brief.need?.value).toBe('When will my parcel 4711 come?');
		expect(brief.unansweredQuestion?.value).toBe('When will my parcel 4711 come?');
	});

	it('takes an answer that the bot gives a second time for none', () => {
		const opening = bot('Our shop is open from nine to five.');
		const again = bot('Our shop is open from nine to five.');
		const [first, second] = [customer('When do you open?'), customer('And on public holidays?')];
		expect(briefOf([first, opening, second, again]).unansweredQuestion).toBeDefined();
		expect(briefOf([first, opening, second, again]).botTried).toHaveLength(1);
	});

	it('knows an excuse in words that it has not read before, and an apology that answers', () => {
		const asked = customer('Do you ship to Norway?');
		const excuse = bot('Sorry, your message went over my head!');
		expect(briefOf([asked, excuse])).toMatchObject({
			unansweredQuestion: { messageIds: [asked.id] },
			botMisunderstood: { count: 1, messageIds: [excuse.id] },
		});
		const answer = bot('Sorry, we do not ship outside of the European Union.');
		expect(briefOf([asked, answer]).unansweredQuestion).toBeUndefined();
	});

	it('takes no part of an e-mail address for a product', () => {
		const brief = briefOf([customer('¿Puede usar anna@welovemypc.example?')]);
		expect(brief.product).toBeUndefined();
	});

	it('does not take what the customer refuses for a wish or a product', () => {
		const brief = briefOf([customer('I do not want a voucher, I want a red bicycle instead.')]);
		expect(brief.product?.value).toBe('red bicycle');
		expect(briefOf([customer('I do not want a voucher.')]).product).toBeUndefined();
	});

	it.each([
		['en', 'Are you open on Saturday?'],
		['es', '¿Están abiertos el sábado?'],
		['pt', 'Vocês estão abertos no sábado?'],
		['de', 'Habt ihr am Samstag auf?'],
		['fr', 'Êtes-vous ouverts samedi ?'],
		['it', 'Siete aperti sabato?'],
		['nl', 'Zijn jullie zaterdag open?'],
		['hi', 'Dukaan Saturday ko kab khulti hai?'],
		['id', 'Apakah buka hari Sabtu?'],
		['ar', 'هل أنتم مفتوحون يوم السبت؟'],
	])('takes no deadline from a question about opening hours (%s)', (_language, text) => {
		expect(briefOf([customer(text)]).timeline).toBeUndefined();
	});

	it('does not take yesterday’s delivery for a date to keep', () => {
		expect(
			briefOf([customer('The parcel came on Monday and is damaged.')]).timeline,
		).toBeUndefined();
		expect(
			briefOf([customer('I ordered it three weeks ago and it is late.')]).timeline,
		).toBeUndefined();
	});

	it('does not take the wish for a person for the question or the need', () => {
		const brief = briefOf([customer('Can I talk to a human?')]);
		expect(brief.unansweredQuestion).toBeUndefined();
		expect(brief.need).toBeUndefined();
	});

	it('takes a bare number for what the bot has just asked for', () => {
		const brief = briefOf([bot('What is your invoice number?'), customer('4471902')]);
		expect(brief.references).toEqual([
			expect.objectContaining({ kind: 'invoice', value: '4471902', label: 'Invoice' }),
		]);
	});

	it('does not take the bot’s example for a reference', () => {
		const brief = briefOf([bot('Please send your order number, e.g. ORD-12345.')]);
		expect(brief.references).toEqual([]);
	});

	it('takes a later budget, product and date for the ones that count', () => {
		const brief = briefOf([
			customer('I am interested in the Basic plan, my budget is $500.'),
			customer('Actually I am interested in the Team plan, and my budget is $900.'),
		]);
		expect(brief.product?.value).toBe('Team plan');
		expect(brief.budget?.value).toBe('$900');
	});

	it('has for sales the need, product, budget, date, urgency and the question that nobody has answered, each in the customer’s words', () => {
		const asked = customer('Hi! I am interested in the Team plan for our support desk.');
		const answer = bot('The Team plan is made for up to fifty people.');
		const money = customer('Our budget is $900 a month, and we need it by 1 December.');
		const open = customer('It is urgent. Can you connect it to our phone system?');
		const excuse = bot('Sorry, I did not understand that.');
		const brief = briefOf([asked, answer, money, open, excuse]);
		expect(brief).toMatchObject({
			product: { value: 'Team plan', messageIds: [asked.id] },
			budget: { value: expect.stringContaining('$900') as unknown, messageIds: [money.id] },
			timeline: { value: expect.stringContaining('1 December') as unknown, messageIds: [money.id] },
			urgency: { messageIds: [open.id] },
			unansweredQuestion: {
				value: 'Can you connect it to our phone system?',
				messageIds: [open.id],
			},
			need: { value: expect.any(String) as unknown, messageIds: expect.any(Array) as unknown },
		});
		for (const format of ['text', 'markdown', 'note'] as const) {
			const shown = render(brief, format);
			for (const words of [
				'Team plan',
				'900',
				'1 December',
				'Can you connect it to our phone system?',
			]) {
				expect(shown).toContain(words);
			}
		}
	});

	it('lists for the agent what the bot has answered, once each and in its words, and how often it was at a loss', () => {
		const first = customer('When do you open?');
		const opening = bot('Our shop is open from nine to five.');
		const second = customer('My parcel 4711 has not come.');
		const delivery = bot('Parcels take three working days.');
		const third = customer('It has been two weeks!');
		const lost = [
			bot('Sorry, I did not understand that.'),
			bot('Parcels take three working days.'),
		];
		const brief = briefOf([first, opening, second, delivery, third, ...lost]);
		expect(brief.botTried.map(({ value }) => value)).toEqual([
			'Our shop is open from nine to five.',
			'Parcels take three working days.',
		]);
		for (const { value, messageIds } of brief.botTried) {
			expect(
				[opening, delivery].some(({ id, text }) => text === value && messageIds.includes(id)),
			).toBe(true);
		}
		expect(brief.botMisunderstood).toMatchObject({ count: 1, messageIds: [lost[0]!.id] });
		for (const format of ['text', 'markdown', 'note'] as const) {
			const shown = render(brief, format);
			expect(shown.toLowerCase()).toContain('what the bot tried');
			expect(shown).toContain('Parcels take three working days');
			expect(shown).toContain('Did not understand once');
		}
	});

	it('lets the need of last month make room for the one of today', () => {
		const old = customer('I want to return the blue jacket because it does not fit and is broken.');
		const monthLater = { sentAt: at(50_000), receivedAt: at(50_000) };
		const brief = briefOf([old, customer('My parcel is late.', monthLater)]);
		expect(brief.need?.value).toBe('My parcel is late.');
	});

	it('lists attachments, places and contacts with their links', () => {
		const brief = briefOf([
			customer('', {
				type: 'image',
				media: { id: '1', url: 'https://lookaside.example/1', caption: '' },
			}),
			customer('Invoice attached', {
				type: 'document',
				media: { id: '2', fileName: 'invoice.pdf' },
			}),
			customer('', { type: 'audio', media: { id: '3', voice: true } }),
			customer('', {
				type: 'location',
				location: { latitude: 52.5, longitude: 13.4, address: '1 Sample Square, Berlin' },
			}),
		]);
		expect(brief.attachments).toEqual([
			{ type: 'image', url: 'https://lookaside.example/1', messageId: 'm001' },
			{ type: 'document', name: 'invoice.pdf', messageId: 'm002' },
			{ type: 'voice', messageId: 'm003' },
			{
				type: 'location',
				name: '1 Sample Square, Berlin',
				url: 'https://www.openstreetmap.org/?mlat=52.5&mlon=13.4',
				messageId: 'm004',
			},
		]);
		expect(brief.references).toContainEqual({
			kind: 'address',
			label: 'Address',
			value: '1 Sample Square, Berlin',
			messageIds: ['m004'],
		});
		expect(brief.transcript[1]!.text).toBe('[document: invoice.pdf] Invoice attached');
	});

	it('names basket and advertisement as the product', () => {
		const basket = customer('', {
			type: 'order',
			order: { items: [{ productId: 'SKU-7', quantity: 2 }] },
		});
		expect(briefOf([basket]).product).toEqual({ value: '2 × SKU-7', messageIds: ['m001'] });
		const advertised = customer('Hello', { referral: { headline: 'Autumn sale: garden chairs' } });
		expect(briefOf([advertised]).product?.value).toBe('Autumn sale: garden chairs');
	});

	it('forgets what the customer took back and reads anew what was edited', () => {
		const wrong = customer('My order number is ZZ-99881.');
		const edit = customer('', {
			type: 'edit',
			target: { messageId: wrong.id, text: 'My order number is ZZ-99882.' },
		});
		const edited = briefOf([wrong, edit]);
		expect(edited.references.map(({ value }) => value)).toEqual(['ZZ-99882']);
		expect(edited.transcript.map(({ text }) => text)).toEqual(['My order number is ZZ-99882.']);
		const revoke = customer('', { type: 'revoke', target: { messageId: wrong.id } });
		const revoked = briefOf([wrong, revoke]);
		expect(revoked.references).toEqual([]);
		expect(revoked.transcript).toEqual([]);
	});

	it('does not read internal notes to the agent as part of the conversation', () => {
		const note = says('agent', 'Customer seems angry, order 99887766', {
			internal: true,
			type: 'note',
		});
		const brief = briefOf([customer('hello'), note]);
		expect(brief.transcript.map(({ text }) => text)).toEqual(['hello']);
		expect(brief.references).toEqual([]);
	});

	it('says why a person is needed with the words that it rests on', () => {
		const brief = briefOf([customer('talk to a human!')], {
			escalation: {
				reason: 'Asked for a person',
				score: 80,
				priority: 'high',
				leadClass: 'hot',
				signals: [
					{
						signal: 'human_request',
						label: 'Asked for a person',
						weight: 1,
						value: 1,
						points: 80,
						evidence: 'talk to a human',
						messageId: 'm001',
					},
					{ signal: 'sentiment', label: 'Mood', weight: 1, value: 0, points: 0, evidence: 'x' },
				],
			},
		});
		expect(brief.escalation).toEqual({
			reason: 'Asked for a person',
			score: 80,
			priority: 'high',
			leadClass: 'hot',
			evidence: [{ value: 'talk to a human', messageIds: ['m001'] }],
		});
		expect(brief.headline).toBe('Robin Sample · High priority · Asked for a person');
	});

	it('describes the course of the mood by the measure given', () => {
		const moods = [0.5, -0.1, -0.8];
		const brief = briefOf([customer('nice'), customer('hm'), customer('bad')], {
			sentiment: () => moods.shift() ?? 0,
		});
		expect(brief.sentiment).toEqual({
			course: [0.5, -0.04, -0.8],
			summary: 'From positive to negative',
		});
	});

	it('finds a message that arrived late, though it was sent before the last brief', () => {
		const early = customer('My order is AA-55110.', { receivedAt: at(30) });
		const later = customer('Where is it?');
		const first = briefOf([later]);
		const second = briefOf([early, later], { previous: first });
		expect(second.references.map(({ value }) => value)).toEqual(['AA-55110']);
		expect(second.transcript.map(({ id }) => id)).toEqual([early.id, later.id]);
	});

	it('keeps what was written within one second in the order in which we learnt of it, whatever the ids', () => {
		const second = { sentAt: at(1) };
		const first = customer('My order never came', {
			...second,
			id: 'wamid.Z',
			receivedAt: at(1.01),
		});
		const then = customer('I want a person', { ...second, id: 'wamid.A', receivedAt: at(1.02) });
		const texts = ({ transcript }: Brief) => transcript.map(({ text }) => text);
		const wanted = ['My order never came', 'I want a person'];
		expect(texts(briefOf([then, first]))).toEqual(wanted);
		expect(texts(briefOf([first, then], { previous: briefOf([first]) }))).toEqual(wanted);
	});

	it('reads no message twice, however often it is given', () => {
		const messages = [customer('Do you ship to Norway?'), bot('Sorry, I did not understand.')];
		const once = briefOf(messages);
		const again = briefOf(messages, { previous: once });
		expect({ ...again, memory: undefined }).toEqual({ ...once, memory: undefined });
		expect(again.memory?.count).toBe(2);
	});

	it('starts anew from a brief that kept less transcript than is wanted now', () => {
		const messages = Array.from({ length: 20 }, (_, index) => customer(`line number ${index}`));
		const short = briefOf(messages, { transcriptLimit: 5 });
		expect(short.transcript).toHaveLength(5);
		expect(briefOf(messages, { transcriptLimit: 10, previous: short }).transcript).toHaveLength(10);
	});

	it('remembers no more after 3,000 messages than its lists allow', () => {
		const size = (brief: Brief) => JSON.stringify(brief.memory).length;
		const line = (index: number) =>
			customer(`Where is order XX-${10_000 + index}? I need it by Friday, budget $${index}`);
		const some = briefOf(Array.from({ length: 300 }, (_, index) => line(index)));
		const many = briefOf(Array.from({ length: 3_000 }, (_, index) => line(index)));
		expect(size(many)).toBeLessThan(size(some) * 1.1);
	});
});

describe('a hostile message of 8,000 characters', () => {
	const parts = [
		'1 ',
		'1.',
		'1-',
		'ab-cd-12 ',
		'12 Aaa ',
		'3 to 3 ',
		'€1 ',
		'+1 ',
		'DE12 ',
		'a@a.',
		'password ',
		'Calle A ',
		'I need ',
		'¿',
		'. ',
		'नहीं ',
		'لا ',
	];
	it.each(parts.map((part) => [part]))('is read in less than two seconds (%j)', (part) => {
		const text = part.repeat(8_000 / part.length);
		expect(processorTime(() => briefOf([customer(text), bot(text)]))).toBeLessThan(2_000);
	});
});

const TEXTS = fc.oneof(
	fc.string({ unit: 'grapheme', maxLength: 120 }),
	fc.constantFrom(
		'My order AB-10023 has not arrived, where is it?',
		'Mi presupuesto es de 500 euros',
		'¿Cuándo llega? Es urgente',
		'Ich brauche bis Freitag zwei Stühle. Was kostet das?',
		'Sorry, I did not understand.',
		'We ship within three days.',
		'मेरा ऑर्डर नंबर ४५१२०९८ है',
		'رقم الطلب ٧٧٤٥١٢ متى سيصل؟',
		'That is not what I asked',
		'a@shop.example +4930123456 https://shop.example/x',
		'\ud800 lone {{ $json }} <b>x</b>',
	),
);
const THREAD = fc.array(
	fc.record({
		author: fc.constantFrom('customer', 'bot', 'agent') as fc.Arbitrary<
			'customer' | 'bot' | 'agent'
		>,
		text: TEXTS,
		minutes: fc.integer({ min: 0, max: 3_000 }),
	}),
	{ maxLength: 25 },
);

function threadOf(
	lines: Array<{ author: 'customer' | 'bot' | 'agent'; text: string; minutes: number }>,
) {
	count = 0;
	let time = 0;
	return lines.map(({ author, text, minutes }) => {
		time += minutes;
		return says(author, text, { sentAt: at(time), receivedAt: at(time) });
	});
}

describe('whatever is said', () => {
	it('every statement stands in a message that it names', () => {
		fc.assert(
			fc.property(THREAD, (lines) => {
				const messages = threadOf(lines);
				const texts = new Map(
					messages.map(({ id, text }) => [id, plainDigits(oneLine(text)).text]),
				);
				const brief = briefOf(messages);
				const { need, unansweredQuestion, product, budget, timeline, urgency } = brief;
				for (const said of [
					need,
					unansweredQuestion,
					product,
					budget,
					timeline,
					urgency,
					...brief.references,
				]) {
					if (!said) continue;
					expect(said.messageIds.length).toBeGreaterThan(0);
					for (const id of said.messageIds) {
						const words = plainDigits(oneLine(said.value)).text.replace(/\s/gu, '').toLowerCase();
						expect(texts.get(id)!.replace(/\s/gu, '').toLowerCase()).toContain(words);
					}
				}
			}),
			{ numRuns: 150 },
		);
	});

	it('going on from any earlier brief gives what reading everything gives', () => {
		fc.assert(
			fc.property(THREAD, fc.nat(25), (lines, cut) => {
				const messages = threadOf(lines);
				const first = JSON.parse(JSON.stringify(briefOf(messages.slice(0, cut)))) as Brief;
				expect(briefOf(messages, { previous: first })).toEqual(briefOf(messages));
			}),
			{ numRuns: 100 },
		);
	});

	it('the order in which messages are given does not matter', () => {
		fc.assert(
			fc.property(THREAD, (lines) => {
				const messages = threadOf(lines);
				expect(briefOf([...messages].reverse())).toEqual(briefOf(messages));
			}),
			{ numRuns: 50 },
		);
	});
});

describe('what staff read first', () => {
	it('leaves the greeting out of the need, as long as enough is left', () => {
		expect(
			briefOf([customer('Good morning, my parcel is lost somewhere in Lyon.')]).need?.value,
		).toBe('my parcel is lost somewhere in Lyon.');
		expect(briefOf([customer('No internet since this morning')]).need?.value).toBe(
			'No internet since this morning',
		);
	});

	it('quotes the trouble rather than praising the product that is broken', () => {
		const broken = briefOf([customer('My red bicycle arrived with a broken wheel.')]);
		expect(broken.suggestedReply).toContain('You wrote: “My red bicycle arrived with a broken');
		expect(broken.suggestedReply).not.toContain('interested');
		const buying = briefOf([customer('I want a red bicycle, my budget is $400.')]);
		expect(buying.suggestedReply).toContain('interested in “red bicycle”');
	});

	it('answers Hindi in the letters that the customer writes', () => {
		expect(briefOf([customer('mera fridge kharab ho gaya hai')]).suggestedReply).toMatch(
			/^Namaste Robin, /u,
		);
		expect(briefOf([customer('मेरा फ्रिज खराब हो गया है')]).suggestedReply).toMatch(/^नमस्ते Robin, /u);
	});

	it('takes thanks after an answer for its being one, and a question that was passed over for open', () => {
		const asked = [
			customer('can the table be here by Saturday?'),
			bot('Shipping takes 48 to 72 working hours.'),
		];
		expect(briefOf(asked).unansweredQuestion?.value).toBe('can the table be here by Saturday?');
		const happy = briefOf([...asked, customer('great, thanks')], { sentiment: () => 0.5 });
		expect(happy.unansweredQuestion).toBeUndefined();
	});

	it('takes a sum for no budget where something is wrong', () => {
		const lost = briefOf(
			[
				customer('my card was charged twice, I ordered one laptop'),
				customer('one of $1,349 and one of $2,800'),
			],
			{ sentiment: () => 0 },
		);
		expect(lost.budget).toBeUndefined();
		expect(lost.references.map(({ value }) => value)).toEqual(['$1,349', '$2,800']);
	});

	it('does not take the name of the bot for that of the customer', () => {
		const { identity, profile, ...rest } = aConversation();
		const unnamed = {
			...rest,
			identity: { keys: identity.keys },
			profile: { consent: profile.consent, fields: {} },
		};
		const chat = [
			customer('my kettle is broken, what now?'),
			bot('Hi, this is Pip. Please send a photo.'),
			customer('ok thanks, Pip'),
		];
		expect(briefOf(chat, { conversation: unnamed }).customer.name).toBeUndefined();
		expect(
			briefOf([...chat, customer('thanks a lot, Imogen')], { conversation: unnamed }).customer.name,
		).toBe('Imogen');
	});

	it('names the thing in the headline where the question does not', () => {
		const brief = briefOf([customer('My dishwasher leaks.'), customer('When will somebody come?')]);
		expect(brief.headline).toContain('dishwasher · When will somebody come?');
	});
});

describe('a bot’s answer to something else', () => {
	const asked = (question: string, answer: string) =>
		briefOf([customer(question), bot(answer)]).unansweredQuestion?.value;

	it('leaves the question open', () => {
		const question = 'Does the price include taking away the old one?';
		expect(asked(question, 'We have over 40 colours in stock.')).toBe(question);
		expect(asked('When does somebody come?', 'Our office is open from 8 to 16.')).toBe(
			'When does somebody come?',
		);
	});

	it('is an answer where it says yes or no, speaks of what was asked or gives the figure', () => {
		expect(asked('Does that include delivery?', 'Yes, it does.')).toBeUndefined();
		expect(asked('Do you deliver to Leeds?', 'We deliver in the whole country.')).toBeUndefined();
		expect(asked('How long does it take?', 'Three to 5 working days.')).toBeUndefined();
	});
});

describe('a brief of a new case', () => {
	const old = [
		'My order 10023 arrived broken, I want a refund of 500 EUR by Friday',
		'It is urgent!',
	];

	it('holds nothing of the case before, whether it goes on from a brief or begins anew', () => {
		const before = old.map((text) => customer(text));
		const previous = briefOf(before);
		const conversation = aConversation({ caseSince: at(count) });
		const now = customer('I forgot my password and cannot log in');
		for (const more of [{ previous }, {}]) {
			const brief = briefOf([...before, now], { conversation, ...more });
			expect(brief.references).toEqual([]);
			expect(brief.budget).toBeUndefined();
			expect(brief.timeline).toBeUndefined();
			expect(brief.suggestedReply).not.toContain('10023');
			expect(brief.transcript.map(({ text }) => text)).toEqual([now.text]);
		}
	});

	it('holds a message that was sent before the close and came after it', () => {
		const late = customer('My order 10024 is missing', { receivedAt: at(50) });
		const brief = briefOf([late], { conversation: aConversation({ caseSince: at(40) }) });
		expect(brief.references).toMatchObject([{ value: '10024' }]);
	});

	it('goes on from the last brief of the same case', () => {
		const conversation = aConversation({ caseSince: at(0) });
		const first = briefOf([customer('My order 10023 is missing')], { conversation });
		const brief = briefOf([customer('Hello?')], { conversation, previous: first });
		expect(brief.references).toMatchObject([{ value: '10023' }]);
	});
});
