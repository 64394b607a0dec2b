import fc from 'fast-check';

import { summarise } from '../../../core/summary';
import { redactBrief, redactText } from '../../../core/summary/redact';
import { render, renderHeadline } from '../../../core/summary/render';
import type { RedactionRules, SecretKind } from '../../../core/summary/secrets';
import { ALL_KINDS, checkCustomPattern, luhn, verhoeff } from '../../../core/summary/secrets';
import { aConversation, aMessage, at } from '../../builders';
import { processorTime } from '../../support';

const only = (...kinds: SecretKind[]): RedactionRules => ({ kinds });
const everything: RedactionRules = { kinds: ALL_KINDS, country: 'US' };

describe('redactText', () => {
	it.each([
		['my card is 4242 4242 4242 4242, thanks', 'my card is [card •••• 4242], thanks'],
		['4242-4242-4242-4242', '[card •••• 4242]'],
		['4242\n4242\n4242\n4242', '[card •••• 4242]'],
		['378282246310005', '[card •••• 0005]'],
		['٤٢٤٢ ٤٢٤٢ ٤٢٤٢ ٤٢٤٢', '[card •••• 4242]'],
		['४२४२४२४२४२४२४२४२', '[card •••• 4242]'],
		['4242\u200b4242\u200b4242\u200b4242', '[card •••• 4242]'],
		['order 4242424242424241', 'order 4242424242424241'],
	])('cards by their checksum, whatever the digits: %j', (text, expected) => {
		expect(redactText(text, only('card'))).toBe(expected);
	});

	it.each([
		['IBAN DE89 3704 0044 0532 0130 00 please', 'IBAN [IBAN •••• 3000] please'],
		['gb82west12345698765432', '[IBAN •••• 5432]'],
		['DE88 3704 0044 0532 0130 00', 'DE88 3704 0044 0532 0130 00'],
		['My order AB-12345 has not arrived', 'My order AB-12345 has not arrived'],
	])('bank accounts by country and checksum: %j', (text, expected) => {
		expect(redactText(text, only('iban'))).toBe(expected);
	});

	it.each([
		['SSN 078-05-1120', 'SSN [national id ••••]'],
		['meu CPF é 529.982.247-25', 'meu CPF é [national id ••••]'],
		['DNI 12345678Z', 'DNI [national id ••••]'],
		['codice fiscale RSSMRA85T10A562S', 'codice fiscale [national id ••••]'],
		['my passport number is C01X00T47', 'my passport number is [national id ••••]'],
		['BSN: 111222333', 'BSN: [national id ••••]'],
		['NIK 3171234567890123', 'NIK [national id ••••]'],
		['order 529.982.247-26', 'order 529.982.247-26'],
	])('national ids by form, checksum or the word before them: %j', (text, expected) => {
		expect(redactText(text, only('nationalId'))).toBe(expected);
	});

	it.each([
		['my password is hunter2', 'my password is [password ••••]'],
		['Password: correct-horse!', 'Password: [password ••••]'],
		['mi contraseña es gato123.', 'mi contraseña es [password ••••].'],
		['Mein Passwort lautet Sommer2026', 'Mein Passwort lautet [password ••••]'],
		['the verification code is 482 913', 'the verification code is [code ••••]'],
		['OTP 482913', 'OTP [code ••••]'],
		['kode OTP saya 112233', 'kode OTP saya [code ••••]'],
		['رمز التحقق هو 482913', 'رمز التحقق هو [code ••••]'],
		['my password is not working', 'my password is not working'],
		['I forgot my password and cannot log in', 'I forgot my password and cannot log in'],
	])('passwords and one-time codes by the word before them: %j', (text, expected) => {
		expect(redactText(text, only('password'))).toBe(expected);
	});

	it('e-mail addresses and phone numbers', () => {
		expect(redactText('sam@shop.example or +1 202-555-0143', only('email', 'phone'))).toBe(
			'[e-mail ••••] or [phone •••• 43]',
		);
		expect(redactText('call (202) 555-0143', { kinds: ['phone'], country: 'US' })).toBe(
			'call [phone •••• 43]',
		);
	});

	it('patterns of the team’s own, without regular expressions', () => {
		const rules: RedactionRules = {
			kinds: ['custom'],
			custom: [
				{ name: 'patient', pattern: 'PAT-######' },
				{ name: '', pattern: 'proj?ct *x' },
			],
		};
		expect(redactText('Patient pat-004211 and Project Phoenix.', rules)).toBe(
			'Patient [patient ••••] and [redacted ••••].',
		);
	});

	it('a hostile pattern on a hostile text takes no more than a moment', () => {
		const rules: RedactionRules = {
			kinds: ['custom'],
			custom: [{ name: 'x', pattern: 'a*a*a*a*a*a*a*a*a*a*a*b' }],
		};
		expect(processorTime(() => redactText('a'.repeat(8_000), rules))).toBeLessThan(5_000);
	});

	it('refuses patterns that would cover everything, with a sentence that says why', () => {
		expect(() => checkCustomPattern({ name: 'x', pattern: '*' })).toThrow('begins with *');
		expect(() => checkCustomPattern({ name: 'x', pattern: 'a*' })).toThrow('nearly everything');
		expect(() => checkCustomPattern({ name: 'x', pattern: 'a'.repeat(65) })).toThrow(
			'longer than 64',
		);
	});

	it('long hostile texts take no more than a moment', () => {
		for (const text of [
			'1'.repeat(8_000),
			'1 '.repeat(4_000),
			'a@'.repeat(4_000),
			'password '.repeat(900),
			'DE12 '.repeat(1_600),
		]) {
			expect(processorTime(() => redactText(text, everything))).toBeLessThan(2_000);
		}
	});
});

describe('a redacted brief', () => {
	it('masks the bare code that answers a question for it', () => {
		const messages = [
			aMessage({
				id: 'a',
				author: 'bot',
				direction: 'out',
				text: 'Please enter the verification code we sent you.',
				sentAt: at(1),
			}),
			aMessage({ id: 'b', text: '482913', sentAt: at(2) }),
		];
		const brief = summarise({ conversation: aConversation(), messages, now: at(3) });
		expect(redactBrief(brief, only('password')).transcript[1]!.text).toBe('[code ••••]');
		expect(redactBrief(brief, only('card')).transcript[1]!.text).toBe('482913');
	});

	it('reads collected values together with their names', () => {
		const conversation = aConversation({ collected: { pinCode: '4711', city: 'Bonn', vip: true } });
		const brief = summarise({ conversation, messages: [], now: at(3) });
		expect(redactBrief(brief, only('password')).collected).toEqual({
			pinCode: '[code ••••]',
			city: 'Bonn',
			vip: true,
		});
	});

	it('leaves the brief that was given as it is', () => {
		const messages = [aMessage({ text: 'Card 4242 4242 4242 4242, where is my order?' })];
		const brief = summarise({ conversation: aConversation(), messages, now: at(3) });
		const before = JSON.stringify(brief);
		redactBrief(brief, everything);
		expect(JSON.stringify(brief)).toBe(before);
	});
});

const digits = (length: number) =>
	fc
		.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length })
		.map((list) => list.join(''));

const CARD = fc
	.tuple(
		fc.constantFrom('4', '51', '37', '6011', '22'),
		digits(15),
		fc.constantFrom('', ' ', '-', '\n', '.'),
	)
	.map(([head, rest, separator]) => {
		const body = (head + rest).slice(0, 15);
		const check = [...'0123456789'].find((digit) => luhn(body + digit))!;
		return (body + check).match(/.{4}/gu)!.join(separator);
	});
const IBAN = digits(18).map((bban) => {
	const numeric = `${bban}131400`;
	let remainder = 0;
	for (const digit of numeric) remainder = (remainder * 10 + Number(digit)) % 97;
	return `DE${String(98 - remainder).padStart(2, '0')}${bban}`.match(/.{1,4}/gu)!.join(' ');
});
const AADHAAR = fc.tuple(fc.integer({ min: 2, max: 9 }), digits(10)).map(([first, rest]) => {
	const check = [...'0123456789'].find((digit) => verhoeff(`${first}${rest}${digit}`))!;
	return `${first}${rest}${check}`.match(/.{4}/gu)!.join(' ');
});
const SECRET = fc.oneof(
	CARD,
	IBAN,
	AADHAAR,
	fc
		.tuple(fc.stringMatching(/^[a-z]{4,10}$/u), fc.stringMatching(/^[a-z]{4,10}$/u))
		.map(([user, host]) => `${user}@${host}.example`),
	digits(7).map((tail) => `+49 170 ${tail}`),
	fc.stringMatching(/^[a-z]{5}[0-9]{4}[!#%]$/u).map((password) => `password: ${password}`),
);
const AROUND = fc.constantFrom(
	['I need help. ', '. When will it be fixed?'],
	['My order number is AB-1234 and ', ', please answer'],
	['', ''],
	['Mi pedido no ha llegado, ', ' ¿cuándo llega?'],
	['¿Puede usar ', '?'],
	['{{', '}}'],
	['<b>', '</b> is urgent'],
);

describe('secrets as people type them', () => {
	it.each([
		'4242 4242 4242 4242',
		'4242.4242.4242.4242',
		'4242   4242   4242   4242',
		'4242 – 4242 – 4242 – 4242',
		'4242,4242,4242,4242',
		'42 42 42 42 42 42 42 42',
		'4️⃣2️⃣4️⃣2️⃣ 4242 4242 4242',
		'４２４２ ４２４２ ４２４２ ４２４２',
		'card4242424242424242',
		'3782 822463 10005',
		'3056 930902 5904',
		'4242 4242 4242 4242 exp 12/27 cvv 123',
		'5555 5555 5555 4444, 09/2028, 456',
		'DE89.3704.0044.0532.0130.00',
		'IT60 X054 2811 1010 0000 0123 456',
		'NL91-ABNA-0417-1643-00',
		'DE٨٩ ٣٧٠٤ ٠٠٤٤ ٠٥٣٢ ٠١٣٠ ٠٠',
		'my code is 482913',
		'482 913 is the code I got',
		'security code on the back 123',
		'el código es 482913',
		'mi clave de acceso 4821',
		'o código que recebi é 482913',
		'der Code lautet 482913',
		'die TAN ist 482913',
		'le code que j’ai reçu est 482 913',
		'il pin della carta è 4821',
		'de code is 482913',
		'mera otp 482913 hai',
		'ओटीपी है ४८२९१३',
		'kodenya 482913',
		'الرمز هو ٤٨٢٩١٣',
		'الباسورد Qitta123',
		'pw: hunter2',
		'078 05 1120',
		'Aadhaar 2341 2341 2346',
		'pan abcpe1234f',
		'CPF 529 982 247 25',
		'12.345.678-Z',
		'RSS MRA 85T10 A562S',
		'86 095 742 719',
		'1 85 05 78 006 084 91',
		'bsn is 1112.22.333',
		'no ktp saya 3171234567890123',
		'784-1990-1234567-1',
		'هويتي رقم 1012345678',
		'sam [at] mail [dot] example',
		'sam . rivers @ mail . example',
		'please call me on 07700 900456',
	])('leaves no more than four characters of %j', (text) => {
		const left = redactText(text, { kinds: ALL_KINDS }).replace(/\[[^\]]*\]/gu, '');
		expect(left).not.toMatch(/\p{Nd}|@|Qitta|hunter|rivers/u);
	});

	it.each([
		'My order 4500187 is late, invoice INV-2026-0815 of 12.03.2026',
		'order number 100200300400 of 12/05/2026 at 10:30',
		'tracking 1Z999AA10123456784 and 00340434161094015902',
		'49,90 EUR, 1.234,56 €, R$ 1.234,56, Rp 15.000.000',
		'IMEI 490154203237518',
		'my password is not working and the pin does not arrive',
		'promo code WINTER25, zip code 90210, error code 40404',
		'código postal 28013, el código de pedido es 882211',
		'codice cliente 5520981, Kundennummer 99310, contract 2004 118 556',
		'flight VX 204 at 12:40, room 402, size 42, 43, 44',
		'der Code funktioniert nicht',
	])('eats nothing harmless: %j', (text) => {
		expect(redactText(text, { kinds: ALL_KINDS })).toBe(text);
	});

	it('takes a bare code for the order’s where the bot asked for that, and else for a secret', () => {
		const asked = [
			aMessage({ id: 'm1', author: 'bot', direction: 'out', text: 'What is your order code?' }),
			aMessage({ id: 'm2', text: 'the code is 882211', sentAt: at(1), receivedAt: at(1) }),
		];
		const brief = summarise({ conversation: aConversation(), messages: asked, now: at(9) });
		expect(render(brief, 'text', { redact: everything })).toContain('882211');
		const alone = summarise({
			conversation: aConversation(),
			messages: [aMessage({ id: 'm1', text: 'the code is 882211' })],
			now: at(9),
		});
		expect(render(alone, 'text', { redact: everything })).not.toContain('882211');
	});

	it('hides a number that is spread over messages, whatever is said between', () => {
		fc.assert(
			fc.property(
				fc.constantFrom('4242424242424242', '5555555555554444', 'DE89370400440532013000'),
				fc.uniqueArray(fc.integer({ min: 4, max: 12 }), { minLength: 1, maxLength: 2 }),
				fc.boolean(),
				(secret, cuts, interrupted) => {
					const edges = [0, ...cuts.sort((a, b) => a - b), secret.length];
					const parts = edges.slice(1).map((end, index) => secret.slice(edges[index], end));
					fc.pre(parts.every((part) => part.length >= 4));
					const messages = parts.flatMap((text, index) => [
						aMessage({ id: `m${index}`, text, sentAt: at(2 * index), receivedAt: at(2 * index) }),
						...(interrupted
							? [
									aMessage({
										id: `b${index}`,
										author: 'bot',
										direction: 'out',
										text: 'Sorry, I did not understand that.',
										sentAt: at(2 * index + 1),
										receivedAt: at(2 * index + 1),
									}),
								]
							: []),
					]);
					const brief = summarise({ conversation: aConversation(), messages, now: at(99) });
					const shown = render(brief, 'text', { redact: everything });
					for (const part of parts) if (part.length > 4) expect(shown).not.toContain(part);
					expect(shown).toContain('••••');
				},
			),
			{ numRuns: 60 },
		);
	});
});

describe('no secret survives any rendering', () => {
	it('in whatever text, digits and length', () => {
		fc.assert(
			fc.property(
				fc.array(
					fc.tuple(
						AROUND,
						SECRET,
						fc.constantFrom('customer', 'bot', 'agent') as fc.Arbitrary<
							'customer' | 'bot' | 'agent'
						>,
					),
					{ minLength: 1, maxLength: 5 },
				),
				fc.integer({ min: 60, max: 4_000 }),
				(lines, maxCharacters) => {
					const messages = lines.map(([around, secret, author], index) =>
						aMessage({
							id: `m${index}`,
							author,
							direction: author === 'customer' ? 'in' : 'out',
							text: around[0]! + secret + around[1]!,
							sentAt: at(index),
							receivedAt: at(index),
						}),
					);
					const brief = summarise({ conversation: aConversation(), messages, now: at(99) });
					const options = { redact: everything, maxCharacters };
					const renderings = [
						render(brief, 'text', options),
						render(brief, 'markdown', options),
						render(brief, 'note', options),
						renderHeadline(brief, { redact: everything }),
						JSON.stringify(redactBrief(brief, everything), (key, value: unknown) =>
							key === 'at' || key === 'createdAt' ? undefined : value,
						),
					].map(compact);
					for (const [, secret] of lines) {
						const bare = compact(secret.replace(/^password: /u, ''));
						for (let start = 0; start + 8 <= bare.length; start += 1)
							for (const rendering of renderings)
								expect(rendering).not.toContain(bare.slice(start, start + 8));
					}
				},
			),
			{ numRuns: 200 },
		);
	});
});

function compact(text: string): string {
	return text.toLowerCase().replace(/[^\p{L}\p{N}@!#%]/gu, '');
}
