import fc from 'fast-check';

import type { Conversation } from '../../../core/conversation/conversation';
import { maySee } from '../../../core/inbox/restricted';

const ANA = { id: 'ana@shop.example', role: 'agent' as const };
const about = (changes: Partial<Conversation> = {}) => ({ owner: undefined, tags: [], ...changes });
const handoff = (queue: string, topics: string[] = []) =>
	({ queue, topics }) as unknown as Conversation['handoff'];

describe('a restricted conversation', () => {
	const restrictions = [
		{ names: ['Back Office', 'payment', 'private'], agents: ['ben@shop.example'] },
	];

	it.each<[string, Partial<Conversation>]>([
		['waits in such a queue', { owner: { kind: 'queue', name: 'back office' } }],
		[
			'was handed over to such a queue, also when it is closed',
			{ handoff: handoff('Back Office') },
		],
		['is about such a topic', { handoff: handoff('Support', ['Payment']) }],
		['has such a tag', { tags: ['PRIVATE'] }],
		[
			'is a colleague’s',
			{ handoff: handoff('Back Office'), owner: { kind: 'agent', id: 'kim', name: 'Kim' } },
		],
	])('%s', (_how, changes) => {
		expect(maySee(ANA, about(changes), restrictions)).toBe(false);
		expect(maySee({ id: 'Ben@shop.example', role: 'agent' }, about(changes), restrictions)).toBe(
			true,
		);
		expect(maySee({ id: 'lead', role: 'supervisor' }, about(changes), restrictions)).toBe(true);
		const hers = { kind: 'agent' as const, id: ANA.id, name: 'Ana' };
		expect(maySee(ANA, about({ ...changes, owner: hers }), restrictions)).toBe(true);
		expect(maySee(ANA, about(changes), [])).toBe(true);
	});

	it('is shown only where every restriction that applies allows it, in whatever order they stand', () => {
		const word = fc.constantFrom('a', 'b', 'c', 'd');
		const restriction = fc.record({
			names: fc.array(word, { maxLength: 3 }),
			agents: fc.array(fc.constantFrom('x', 'y'), { maxLength: 2 }),
		});
		fc.assert(
			fc.property(fc.array(restriction, { maxLength: 4 }), fc.array(word), (list, tags) => {
				const x = { id: 'x', role: 'agent' as const };
				const alone = list.map((one) => maySee(x, about({ tags }), [one]));
				expect(maySee(x, about({ tags }), list)).toBe(alone.every(Boolean));
				expect(maySee(x, about({ tags }), [...list].reverse())).toBe(alone.every(Boolean));
				// Nobody is shut out of what no restriction names.
				const named = list.some(({ names }) => names.some((name) => tags.includes(name)));
				if (!named) expect(maySee(x, about({ tags }), list)).toBe(true);
			}),
		);
	});
});
