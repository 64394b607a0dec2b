import fc from 'fast-check';

import { safeHtml } from '../../../core/crm/html';
import { summarise } from '../../../core/summary';
import type { Brief } from '../../../core/summary/brief';
import { DEFAULT_BUDGETS, render, renderHeadline } from '../../../core/summary/render';
import { clip, graphemeCount, sentenceSpans } from '../../../core/summary/text';
import { aConversation, aMessage, at } from '../../builders';

function briefOf(texts: string[], changes: Partial<Brief> = {}): Brief {
	const messages = texts.map((text, index) =>
		aMessage({ id: `m${index}`, text, sentAt: at(index), receivedAt: at(index) }),
	);
	return { ...summarise({ conversation: aConversation(), messages, now: at(99) }), ...changes };
}

const FORMATS = ['text', 'markdown', 'note'] as const;

describe('render', () => {
	it('shows times on the clock of the agent', () => {
		const brief = briefOf(['Where is my order?']);
		expect(render(brief, 'text', { timeZone: 'Asia/Kolkata' })).toContain(
			'• 2026-11-02 15:30 Robin Sample: Where is my order?',
		);
		expect(render(brief, 'text', { timeZone: 'Nowhere/Land' })).toContain(
			'• 2026-11-02 10:00 Robin Sample',
		);
	});

	it('links only to addresses that do not come from the customer’s words', () => {
		const brief = briefOf(['see https://evil.example/x and [click](javascript:alert(1))'], {
			openDeals: [{ name: 'Desk', url: 'https://crm.example/deal/1?a=1&b="2"' }],
			attachments: [
				{ type: 'image', url: 'javascript:alert(1)', messageId: 'm0' },
				{ type: 'document', name: 'a.pdf', url: 'https://files.example/a.pdf', messageId: 'm0' },
			],
		});
		const note = render(brief, 'note');
		expect(note.match(/href="[^"]*"/gu)).toEqual([
			'href="https://crm.example/deal/1?a=1&amp;b=%222%22"',
			'href="https://files.example/a.pdf"',
		]);
		expect(render(brief, 'markdown')).toContain('[document: a.pdf](<https://files.example/a.pdf>)');
		expect(render(brief, 'markdown')).not.toContain('](<javascript');
	});

	it('says what matters first when room is short, and ends at a sentence', () => {
		const long = 'I want a refund for the chair. '.repeat(30);
		const brief = briefOf(['Hello', long, 'When do I get it?']);
		const short = render(brief, 'text', { maxCharacters: 420 });
		expect(short.length).toBeLessThanOrEqual(420);
		expect(short).toContain('When do I get it?');
		expect(short).toContain('SUGGESTED REPLY');
		const whole = render(brief, 'text', { maxCharacters: 4_000 });
		expect(whole).toContain('TRANSCRIPT');
	});

	it('keeps the newest lines of the transcript', () => {
		const brief = briefOf(
			Array.from({ length: 30 }, (_, index) => `line ${index} of a long talk about nothing`),
		);
		const text = render(brief, 'text', { maxCharacters: 900 });
		expect(text).toContain('line 29 of');
		expect(text.slice(text.indexOf('TRANSCRIPT'))).not.toContain('line 0 of');
	});

	it('gives the CRM’s own cleaning nothing to change but attributes', () => {
		const note = render(briefOf(['I need 3 chairs & <b>tables</b> "now"']), 'note');
		expect(safeHtml(note)).toBe(note.replace(/ dir="auto"/gu, ''));
	});
});

const HOSTILE = [
	'<script>alert(1)</script>',
	'<img src=x onerror=alert(1)>',
	'"><svg/onload=alert(1)>',
	"' onmouseover='alert(1)",
	'</li></ul><h1>Hello</h1>',
	'{{ $json.secret }}',
	'{{{ contact.email }}}',
	'={{ $env.TOKEN }}',
	'{% raw %}{{ x }}{% endraw %}',
	'{!Contact.Email} ${7*7} #{7*7} <%= 7*7 %> [[x]]',
	'[click me](javascript:alert(1))',
	'![x](https://evil.example/track.png)',
	'**bold** _it_ ~~gone~~ `code` # head',
	'<https://evil.example|Your bank> <!channel> <@U12345> @channel @here',
	'&lt;script&gt;alert(1)&lt;/script&gt;',
	'a\u202egnp.exe \u2066x\u2069 \u0000\u0007\u001b[31m',
	'| a | b |\n|---|---|\n| 1 | 2 |',
	'1. one\n2. two\n> quote\n- list\n```js\nx\n```',
	'https://evil.example www.evil.example',
];

function inert(format: (typeof FORMATS)[number], rendering: string): void {
	expect(rendering).not.toMatch(/\{\{|\}\}|\{%|\$\{|\{!|\[\[/u);
	expect(rendering).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e\u2066\u2067]/u);
	expect(rendering.match(/\u2068/gu)?.length ?? 0).toBe(rendering.match(/\u2069/gu)?.length ?? 0);
	expect(rendering.isWellFormed()).toBe(true);
	if (format === 'note') {
		expect(
			rendering
				.match(/<[^>]*>/gu)!
				.every((tag) => /^<(?:\/?(?:p|ul|strong)|li dir="auto"|\/li)>$/u.test(tag)),
		).toBe(true);
		expect(rendering.replace(/<[^>]*>/gu, '')).not.toMatch(/[<>"'`]/u);
	}
	if (format === 'markdown') {
		const text = rendering.replace(/^### |^- (?:\*\*(?=[^\n]*:\*\*))?|(?<=[^\\]):\*\*/gmu, '');
		expect(text).not.toMatch(/(?<!\\)(?:\\\\)*[*_`[\]~#|]|[<>]|https?:\/\/|www\.\w/u);
	}
	if (format === 'text')
		expect(rendering).not.toMatch(
			/[<>`]|@(?:channel|here)|[*~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/u,
		);
}

describe('hostile text', () => {
	it.each(HOSTILE.map((text) => [text]))('is inert in every rendering: %j', (text) => {
		const brief = briefOf([`I need help with ${text}. My order is AB-10023?`, text], {
			customer: { name: text },
			collected: { [text]: text },
			openOrders: [{ reference: text, status: text }],
			openDeals: [{ name: text }],
			escalation: {
				reason: text,
				score: 1,
				priority: 'high',
				evidence: [{ value: text, messageIds: [] }],
			},
		});
		brief.transcript = brief.transcript.map((line) => ({ ...line, who: text }));
		for (const format of FORMATS) inert(format, render(brief, format));
		inert('text', renderHeadline({ ...brief, headline: text }));
	});

	it('is inert in whatever mixture and length', () => {
		fc.assert(
			fc.property(
				fc.array(
					fc.oneof(
						fc.constantFrom(...HOSTILE),
						fc.string({ unit: 'binary', maxLength: 30 }),
						fc.constantFrom('مرحبا كيف الحال', '👨‍👩‍👧‍👦🏳️‍🌈', 'नमस्ते'),
					),
					{ minLength: 1, maxLength: 6 },
				),
				fc.integer({ min: 0, max: 1_500 }),
				(parts, maxCharacters) => {
					const brief = briefOf([parts.join(''), parts.join('? ')], {
						customer: { name: parts[0]! },
					});
					for (const format of FORMATS) {
						const rendering = render(brief, format, { maxCharacters });
						expect(rendering.length).toBeLessThanOrEqual(maxCharacters);
						if (rendering !== '') inert(format, rendering);
					}
					expect(renderHeadline(brief, { maxCharacters }).length).toBeLessThanOrEqual(
						maxCharacters,
					);
				},
			),
			{ numRuns: 200 },
		);
	});
});

describe('clip', () => {
	it('cuts at sentences, else at words, else between characters', () => {
		expect(clip('One is here. Two is there. Three.', 28)).toBe('One is here. Two is there.…');
		expect(clip('somewhat longer words follow', 20)).toBe('somewhat longer…');
		expect(clip('👨‍👩‍👧‍👦👨‍👩‍👧‍👦', 14)).toBe('👨‍👩‍👧‍👦…');
		expect(clip('short', 10)).toBe('short');
	});

	it('never splits a character and never exceeds the length', () => {
		fc.assert(
			fc.property(
				fc.string({
					unit: fc.constantFrom('a', ' ', '. ', '👩🏽‍🚀', 'é', 'नि', 'العربية', '🇩🇪'),
					maxLength: 60,
				}),
				fc.nat(60),
				(text, max) => {
					const cut = clip(text, max);
					expect(cut.length).toBeLessThanOrEqual(Math.max(max, 0));
					const kept = cut.endsWith('…') ? cut.slice(0, -1) : cut;
					expect(text.startsWith(kept)).toBe(true);
					expect(graphemeCount(kept) + graphemeCount(text.slice(kept.length))).toBe(
						graphemeCount(text),
					);
				},
			),
			{ numRuns: 300 },
		);
	});
});

describe('sentenceSpans', () => {
	const sentences = (text: string) =>
		sentenceSpans(text).map(({ start, end }) => text.slice(start, end));
	it('knows abbreviations, ordinals, small letters after a stop and the marks of other scripts', () => {
		expect(sentences('Order nr. 5 is late. where is it? ok')).toEqual([
			'Order nr. 5 is late.',
			'where is it?',
			'ok',
		]);
		expect(sentences('Umzug zum 1. Dezember. Geht das?')).toEqual([
			'Umzug zum 1. Dezember.',
			'Geht das?',
		]);
		expect(sentences('मेरा ऑर्डर नहीं आया। कब आएगा?')).toEqual(['मेरा ऑर्डर नहीं आया।', 'कब आएगा?']);
		expect(sentences('لم يصل الطلب. متى سيصل؟')).toEqual(['لم يصل الطلب.', 'متى سيصل؟']);
	});
});

it('renders within the lengths that the destinations allow', () => {
	const brief = briefOf(
		Array.from(
			{ length: 200 },
			(_, index) => `${index} ${'I need an answer to this. '.repeat(20)}`,
		),
	);
	for (const format of FORMATS)
		expect(render(brief, format).length).toBeLessThanOrEqual(DEFAULT_BUDGETS[format]);
});
