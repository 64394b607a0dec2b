import fc from 'fast-check';

import { labelOf, toWhatsAppText, wordsOf } from '../../../adapters/inbox/chatwoot/content';
import { aMessage } from '../../builders';

describe('an agent’s words from Chatwoot', () => {
	it.each([
		['plain words, 3 * 4 and snake_case_names', 'plain words, 3 * 4 and snake_case_names'],
		['**bold** and *slanted* and ~~gone~~', '*bold* and _slanted_ and ~gone~'],
		['**bold *and slanted* words**', '*bold _and slanted_ words*'],
		['first line\\\nsecond line', 'first line\nsecond line'],
		['see [our page](https://shop.example/a)', 'see our page (https://shop.example/a)'],
		['<https://shop.example>', '<https://shop.example>'],
		['[https://shop.example](https://shop.example)', 'https://shop.example'],
		['`code with **stars**`', '`code with **stars**`'],
		['## Heading', '*Heading*'],
		['1\\. not a list, 5 \\> 4', '1. not a list, 5 > 4'],
		['', ''],
	])('become WhatsApp’s: %j', (markdown, text) => {
		expect(toWhatsAppText(markdown)).toBe(text);
	});

	it('lose no letter or digit, whatever they are', () => {
		const lettersOf = (text: string) => text.replace(/[^\p{L}\p{N}]/gu, '');
		fc.assert(
			fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
				// Entities of spaces stand for no letters.
				fc.pre(!/&nbsp;|&#160;/u.test(text));
				expect(lettersOf(toWhatsAppText(text))).toBe(lettersOf(text));
			}),
		);
	});
});

describe('a message in Chatwoot', () => {
	it.each([
		[{ text: 'Hello' }, 'Hello'],
		[
			{ type: 'location', text: '', location: { latitude: 1, longitude: 2, name: 'Shop' } },
			'Location: Shop https://www.openstreetmap.org/?mlat=1&mlon=2',
		],
		[
			{
				type: 'contacts',
				text: '',
				contacts: [{ name: 'Kim', phones: ['+15555550112'], emails: [] }],
			},
			'Contact: Kim, +15555550112',
		],
		[
			{
				type: 'order',
				text: '',
				order: { items: [{ productId: 'K1', quantity: 2, price: 9, currency: 'EUR' }] },
			},
			'Ordered: 2 × K1 at 9 EUR',
		],
		[{ type: 'reaction', text: '', reaction: { messageId: 'x', emoji: '👍' } }, 'Reacted with 👍'],
		[
			{ type: 'edit', text: '', target: { messageId: 'x', text: 'Order 4712' } },
			'Changed a message to: Order 4712',
		],
		[{ type: 'revoke', text: '', target: { messageId: 'x' } }, 'Deleted a message.'],
		[
			{
				type: 'interactive',
				text: 'Form',
				interactive: { kind: 'flow', data: { city: 'Ulm', rooms: 3 } },
			},
			'Form\ncity: Ulm\nrooms: 3',
		],
		[
			{
				type: 'template',
				text: 'Hello Robin, we have news.',
				template: { name: 'follow_up', language: 'en', insteadOf: 'It is on its way.' },
			},
			'[template follow_up]\nHello Robin, we have news.\nNot sent, since the 24-hour window has closed: It is on its way.',
		],
		[{ type: 'unknown', text: '' }, '[unknown]'],
		[{ type: 'image', text: '', media: { id: 'm' } }, ''],
	] as const)('says in words what it is: %j', (message, words) => {
		expect(wordsOf(aMessage(message as unknown as Parameters<typeof aMessage>[0]))).toBe(words);
	});

	it.each([
		['Returns & Refunds', 'returns-refunds'],
		['VIP', 'vip'],
		['Übergröße_XL', 'übergröße_xl'],
		['  ', ''],
		['!!!', ''],
	])('has labels as Chatwoot takes them: %j', (tag, label) => {
		expect(labelOf(tag)).toBe(label);
	});
});
