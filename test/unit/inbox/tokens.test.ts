import fc from 'fast-check';

import type { InboxToken } from '../../../adapters/inbox/tokens';
import { readToken, signToken } from '../../../adapters/inbox/tokens';

const SECRET = 'a-secret-of-more-than-thirty-two-characters';
const token: InboxToken = {
	id: 'ana',
	name: 'Ana',
	role: 'agent',
	use: 'link',
	nonce: 'n1',
	expiresAt: 1000,
};

describe('signed links and sessions of the inbox', () => {
	it('are read by whoever has the secret, until they run out', () => {
		expect(readToken(signToken(token, SECRET), SECRET, 'link', 999)).toEqual(token);
		expect(readToken(signToken(token, SECRET), SECRET, 'link', 1000)).toBeUndefined();
	});

	it('are worth nothing under another secret or for another use', () => {
		const signed = signToken(token, SECRET);
		expect(readToken(signed, `${SECRET}!`, 'link', 0)).toBeUndefined();
		expect(readToken(signed, SECRET, 'session', 0)).toBeUndefined();
	});

	it('are worth nothing once a character has been changed, and whatever else comes is no token', () => {
		const signed = signToken(token, SECRET);
		fc.assert(
			fc.property(
				fc.nat(signed.length - 1),
				fc.constantFrom('A', 'B', '.', '=', '_'),
				(at, char) => {
					fc.pre(signed[at] !== char);
					const changed = signed.slice(0, at) + char + signed.slice(at + 1);
					expect(readToken(changed, SECRET, 'link', 0)).toBeUndefined();
				},
			),
		);
		fc.assert(
			fc.property(fc.string({ unit: 'binary' }), (text) => {
				expect(readToken(text, SECRET, 'link', 0)).toBeUndefined();
			}),
		);
		expect(readToken(undefined, SECRET, 'link', 0)).toBeUndefined();
	});
});
