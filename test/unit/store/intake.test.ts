import {
	bestMatch,
	checkVersion,
	needsRecovery,
	received,
	supersedes,
} from '../../../adapters/store/intake';
import type { DeliveryStatus } from '../../../core/conversation/message';
import { StoreError } from '../../../core/ports/store';
import { aConversation, aMessage, ana, at } from '../../builders';

describe('what every store does with a message', () => {
	const { identity } = aConversation();

	it('adds the new number of a customer who moved, and keeps the old one', () => {
		const { conversation } = received(
			aConversation(),
			identity,
			aMessage({ type: 'system', system: { kind: 'changed', newWaId: '16505550000' } }),
			at(1),
		);
		expect(conversation.identity.keys).toEqual([
			...identity.keys,
			{ kind: 'wa_id', value: '16505550000' },
		]);
	});

	it('counts a change for every message, also one that is no turn of the customer', () => {
		const before = aConversation();
		for (const type of ['text', 'reaction'] as const) {
			const { conversation } = received(before, identity, aMessage({ type }), at(1));
			expect(conversation.version).toBe(before.version + 1);
		}
	});

	it('trusts a number over a business-scoped user id, and a person in charge over both', () => {
		const numbered = aConversation({ id: 'numbered' });
		const hidden = aConversation({ id: 'hidden' });
		const found = [
			{ kind: 'user_id' as const, conversation: hidden },
			{ kind: 'phone' as const, conversation: numbered },
		];
		expect(bestMatch(found, identity)!.id).toBe('numbered');
		expect(bestMatch(found.slice(0, 1), identity)!.id).toBe('hidden');
		expect(bestMatch([], identity)).toBeUndefined();
		const taken = aConversation({ id: 'hidden', state: 'human', owner: ana });
		found[0] = { kind: 'user_id', conversation: taken };
		expect(bestMatch(found, identity)!.id).toBe('hidden');
	});

	it('recovers what the customer said and nothing else', () => {
		expect(needsRecovery(aMessage())).toBe(true);
		expect(needsRecovery(aMessage({ type: 'reaction' }))).toBe(false);
		expect(needsRecovery(aMessage({ direction: 'out', author: 'agent' }))).toBe(false);
	});

	it.each<[DeliveryStatus | undefined, DeliveryStatus, boolean]>([
		[undefined, 'sent', true],
		['sent', 'delivered', true],
		['read', 'delivered', false],
		['read', 'read', false],
		['read', 'played', true],
		['sent', 'failed', true],
		['delivered', 'failed', false],
		['failed', 'read', false],
	])('after %s, a status %s counts: %s', (known, next, counts) => {
		expect(supersedes(known, next)).toBe(counts);
	});

	it('refuses a change that was not counted, or is of another conversation', () => {
		const before = aConversation({ version: 4 });
		expect(() => checkVersion(before, aConversation({ version: 4 }))).toThrow(StoreError);
		expect(() => checkVersion(before, aConversation({ version: 5, id: 'c2' }))).toThrow(StoreError);
		expect(() => checkVersion(before, aConversation({ version: 6 }))).not.toThrow();
	});
});
