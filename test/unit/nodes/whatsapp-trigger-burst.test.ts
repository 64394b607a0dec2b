import type { HandoffStore } from '../../../core/ports/store';
import { storeFor } from '../../../nodes/shared/store';
import { temporaryStore } from '../../support';
import { deliveryOf, textMessage } from '../whatsapp/fixtures';
import type { Outcome } from './triggerHarness';
import { deliver } from './triggerHarness';

/** Waits of the trigger, in milliseconds, each with what ends it. */
const waits: Array<{ ms: number; end: () => void }> = [];

jest.mock('../../../nodes/shared/store', () => ({
	storeFor: jest.fn(),
	storeCredential: { name: 'whatsAppHandoffStoreApi', required: false },
}));
jest.mock('../../../adapters/clock/sleep', () => ({
	sleep: (ms: number) => new Promise<void>((end) => waits.push({ ms, end })),
}));

let store: HandoffStore;
let close: () => Promise<void>;

beforeEach(async () => {
	waits.length = 0;
	({ store, close } = await temporaryStore());
	jest.mocked(storeFor).mockResolvedValue(store);
});
afterEach(async () => close());

const post = (id: string, words: string, options: object, answered?: (status: number) => void) =>
	deliver(
		{
			method: 'POST',
			body: deliveryOf([textMessage(id, words, Math.floor(Date.now() / 1000))]),
			...(answered ? { onAnswer: answered } : {}),
		},
		{ parameters: { options: { ...options } } },
	);

/** Resolves when the trigger waits for the n-th time. */
const waitNumber = async (count: number) => {
	while (waits.length < count) await new Promise(setImmediate);
	return waits[count - 1]!;
};

describe('a quiet period on the trigger', () => {
	it('acknowledges each delivery at once, and gives the messages out as one item when the customer is silent', async () => {
		const answers: number[] = [];
		const first = post('wamid.1', 'Hello', { quietPeriod: 4 }, (status) => answers.push(status));
		await waitNumber(1);
		const second = post('wamid.2', 'Where is my order?', { quietPeriod: 4 }, (status) =>
			answers.push(status),
		);
		await waitNumber(2);
		expect(answers).toEqual([200, 200]);
		for (const { ms } of waits) expect(ms).toBeLessThanOrEqual(4_000);

		waits.forEach(({ end }) => end());
		const outcomes: Outcome[] = await Promise.all([first, second]);
		expect(outcomes[0]?.result).toEqual({ noWebhookResponse: true });
		expect(outcomes[1]?.items[0]).toMatchObject([
			{
				conversation: { state: 'bot' },
				message: {
					id: 'wamid.2',
					text: 'Hello\nWhere is my order?',
					joined: ['wamid.1', 'wamid.2'],
					parts: [{ text: 'Hello' }, { text: 'Where is my order?' }],
				},
			},
		]);
	});

	it('is off unless staff set it', async () => {
		const outcome = await post('wamid.1', 'Hello', {});
		expect(waits).toEqual([]);
		expect(outcome.items[0]).toHaveLength(1);
		const off = await post('wamid.2', 'Hello', { quietPeriod: 0 });
		expect(off.items[0]).toHaveLength(1);
	});
});
