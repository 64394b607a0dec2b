import fc from 'fast-check';

import type { HandoffStore } from '../../../core/ports/store';
import { storeFor } from '../../../nodes/shared/store';
import { temporaryStore } from '../../support';
import { PAYLOADS, payload } from '../whatsapp/fixtures';
import { HOSTILE } from './hostileBodies';
import { deliver } from './triggerHarness';

jest.mock('../../../nodes/shared/store', () => ({
	storeFor: jest.fn(),
	storeCredential: { name: 'whatsAppHandoffStoreApi', required: false },
}));

let store: HandoffStore;
let close: () => Promise<void>;

beforeAll(async () => {
	({ store, close } = await temporaryStore());
	jest.mocked(storeFor).mockResolvedValue(store);
});
afterAll(async () => close());

/** The status that the trigger answers with. A rejection would be a 500, which Meta would repeat for a week. */
const statusOf = async (body: unknown, parsed = true) =>
	(await deliver({ method: 'POST', body, parsed })).status;

describe('a signed body that no honest sender posts', () => {
	it.each(HOSTILE)('is answered with 2xx or 4xx: %s', async (_what, body) => {
		for (const parsed of [true, false]) {
			const status = await statusOf(body, parsed);
			expect(status).toBeGreaterThanOrEqual(200);
			expect(status).toBeLessThan(500);
		}
		expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
	});

	it('gets ids into the store that every index can hold, and no text that fills it', async () => {
		const { conversations } = await store.list({ limit: 500 });
		for (const { id } of conversations) {
			for (const message of await store.history(id, { limit: 2000 })) {
				expect(message.id.length).toBeLessThanOrEqual(600);
				expect(message.text.length).toBeLessThanOrEqual(100_000);
			}
		}
	});

	it('leaves nothing in the store that cannot be read again', async () => {
		const { conversations } = await store.list({ limit: 500 });
		for (const { id } of conversations) {
			for (const message of await store.history(id, { limit: 2000 })) {
				expect(JSON.stringify(message)).not.toMatch(/\\u0000|\\ud[89a-f][0-9a-f]{2}/u);
			}
		}
	});
});

/** A recorded payload in which one place is replaced by anything JSON can hold. */
const mutated = fc
	.record({
		name: fc.constantFrom(...PAYLOADS),
		place: fc.nat(),
		value: fc.jsonValue({ maxDepth: 3 }),
		drop: fc.boolean(),
	})
	.map(({ name, place, value, drop }) => {
		const body = payload(name);
		const places: Array<[Record<string, unknown>, string]> = [];
		const walk = (node: unknown) => {
			if (typeof node !== 'object' || node === null) return;
			for (const key of Object.keys(node)) {
				places.push([node as Record<string, unknown>, key]);
				walk((node as Record<string, unknown>)[key]);
			}
		};
		walk(body);
		const [parent, key] = places[place % places.length]!;
		if (drop) delete parent[key];
		else parent[key] = value;
		return body;
	});

describe('a recorded payload with anything in any one place', () => {
	it('is answered with 2xx or 4xx', async () => {
		await fc.assert(
			fc.asyncProperty(mutated, async (body) => {
				const status = await statusOf(body);
				expect(status === 200 || status === 400).toBe(true);
			}),
			{ numRuns: 400 },
		);
	});
});

describe('a recorded payload cut and damaged anywhere', () => {
	it('is answered with 2xx or 4xx, also where the bytes are no text', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.constantFrom(...PAYLOADS),
				fc.double({ min: 0, max: 1, noNaN: true }),
				fc.uint8Array({ maxLength: 8 }),
				async (name, where, damage) => {
					const whole = Buffer.from(JSON.stringify(payload(name)));
					const at = Math.floor(where * whole.length);
					const body = Buffer.concat([whole.subarray(0, at), damage, whole.subarray(at + 4)]);
					const status = await statusOf(body);
					expect(status).toBeGreaterThanOrEqual(200);
					expect(status).toBeLessThan(500);
				},
			),
			{ numRuns: 300 },
		);
	});
});
