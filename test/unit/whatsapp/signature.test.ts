import { createHmac } from 'node:crypto';

import fc from 'fast-check';

import { signBody, verifyHandshake, verifySignature } from '../../../adapters/whatsapp/signature';

const SECRET = 'app-secret';

describe('signature of a delivery', () => {
	it('accepts what was signed with the app secret, byte for byte', () => {
		const body = Buffer.from('{"text":"Grüße 🎉 \\u00e9"}');
		const header = `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`;
		expect(verifySignature(body, header, SECRET)).toEqual({ ok: true });
		expect(signBody(body, SECRET)).toBe(header);
	});

	it('refuses the same JSON written another way', () => {
		const header = signBody('{"text":"é"}', SECRET);
		expect(verifySignature(Buffer.from('{"text":"\\u00e9"}'), header, SECRET)).toEqual({
			ok: false,
			reason: 'mismatch',
		});
	});

	it.each([
		['missing', undefined],
		['missing', ''],
		['malformed', 'sha256='],
		['malformed', `sha1=${'0'.repeat(64)}`],
		['malformed', `sha256=${'z'.repeat(64)}`],
		['malformed', `sha256=${'0'.repeat(63)}`],
		['malformed', `sha256=${'0'.repeat(66)}`],
		['mismatch', `sha256=${'0'.repeat(64)}`],
	])('says "%s" for the header %p', (reason, header) => {
		expect(verifySignature(Buffer.from('{}'), header, SECRET)).toEqual({ ok: false, reason });
	});

	it('refuses a body that could not be read', () => {
		expect(verifySignature(undefined, signBody('', SECRET), SECRET)).toEqual({
			ok: false,
			reason: 'no_body',
		});
	});

	it('accepts no body but the one that was signed, and no other secret', () => {
		fc.assert(
			fc.property(
				fc.uint8Array(),
				fc.uint8Array(),
				fc.string(),
				fc.string(),
				(signed, sent, secret, other) => {
					const header = signBody(signed, secret);
					expect(verifySignature(signed, header, secret).ok).toBe(true);
					expect(verifySignature(sent, header, secret).ok).toBe(Buffer.compare(signed, sent) === 0);
					// HMAC pads keys with NUL, so only secrets that differ otherwise are different.
					const differ = secret.replace(/\0+$/, '') !== other.replace(/\0+$/, '');
					if (differ && other.length < 64 && secret.length < 64) {
						expect(verifySignature(signed, header, other).ok).toBe(false);
					}
				},
			),
		);
	});
});

describe('verification of the address', () => {
	const query = {
		'hub.mode': 'subscribe',
		'hub.challenge': '1158201444',
		'hub.verify_token': 'our words',
	};

	it('gives the challenge back for the right verify token', () => {
		expect(verifyHandshake(query, 'our words')).toEqual({ ok: true, challenge: '1158201444' });
	});

	it.each([
		['token_mismatch', query, 'other words'],
		['token_mismatch', query, 'our word'],
		['token_mismatch', { ...query, 'hub.verify_token': '' }, ''],
		['not_a_handshake', { ...query, 'hub.mode': 'unsubscribe' }, 'our words'],
		['not_a_handshake', { ...query, 'hub.challenge': ['1', '2'] }, 'our words'],
		['not_a_handshake', {}, 'our words'],
	])('refuses with "%s": %j for the token "%s"', (reason, given, token) => {
		expect(verifyHandshake(given, token)).toEqual({ ok: false, reason });
	});
});
