import { phoneOfWaId } from '../../../adapters/whatsapp/phone';

describe('phone number behind a WhatsApp id', () => {
	it.each([
		['16505551234', '+16505551234', 'an id that is the number'],
		['5215512345678', '+525512345678', 'Mexico, older account: without the 1'],
		['525512345678', '+525512345678', 'Mexico, newer account'],
		['551187654321', '+5511987654321', 'Brazil, mobile from before the ninth digit'],
		['5511987654321', '+5511987654321', 'Brazil, mobile with the ninth digit'],
		['551132654321', '+551132654321', 'Brazil, landline of eight digits'],
		['5491123456789', '+5491123456789', 'Argentina: the 9 belongs to both'],
	])('%s is %s (%s)', (waId, phone) => {
		expect(phoneOfWaId(waId)).toBe(phone);
	});

	it.each(['', '123', 'US.13491208655302741918', '111111', '+16505551234', '1'.repeat(16)])(
		'makes up no number for %p',
		(waId) => {
			expect(phoneOfWaId(waId)).toBeUndefined();
		},
	);
});
