import { Limiter, patient } from '../../../adapters/crm/patience';
import type { HttpRequest, HttpResponse } from '../../../core/ports/http';

const answer = (status: number, headers: Record<string, string> = {}): HttpResponse => ({
	status,
	headers,
	body: new Uint8Array(),
});

describe('Patience with a CRM', () => {
	let waits: number[];
	let now: number;
	const environment = {
		sleep: async (milliseconds: number) => {
			waits.push(milliseconds);
			now += milliseconds;
		},
		now: () => now,
		random: () => 1,
	};
	beforeEach(() => {
		waits = [];
		now = 0;
	});

	const sending = async (
		method: HttpRequest['method'],
		answers: Array<HttpResponse | Error>,
		repeatable = false,
	) => {
		let sent = 0;
		const send = patient(
			async () => {
				const next = answers[sent++]!;
				if (next instanceof Error) throw next;
				return next;
			},
			{ repeatable: () => repeatable, environment },
		);
		const result = await send({ method, url: 'https://crm.example/x' }).catch((e: Error) => e);
		return { sent, result };
	};

	test('waits as long as Retry-After says', async () => {
		const { sent } = await sending('POST', [answer(429, { 'retry-after': '7' }), answer(201)]);
		expect(sent).toBe(2);
		expect(waits).toEqual([7_000]);
	});

	test('leaves a wait of minutes to n8n', async () => {
		const { sent, result } = await sending('GET', [answer(429, { 'retry-after': '600' })]);
		expect(sent).toBe(1);
		expect(result).toMatchObject({ status: 429 });
	});

	test.each([answer(500), answer(503), new Error('socket hang up')])(
		'never sends a creation again after %o, since it may have been done',
		async (first) => {
			expect((await sending('POST', [first, answer(201)])).sent).toBe(1);
		},
	);

	test('sends what may be repeated again, with growing waits, and gives up after four', async () => {
		const { sent } = await sending(
			'GET',
			Array.from({ length: 9 }, () => answer(503)),
		);
		expect(sent).toBe(4);
		expect(waits).toEqual([500, 1_000, 2_000]);
		expect((await sending('POST', [new Error('reset'), answer(200)], true)).sent).toBe(2);
	});

	test('lets no more calls through in a window than the limit', async () => {
		const limiter = new Limiter({ calls: 3, perMs: 1_000 }, environment);
		const starts: number[] = [];
		for (let call = 0; call < 10; call++) {
			await limiter.turn();
			starts.push(now);
		}
		for (let call = 3; call < 10; call++) {
			expect(starts[call]! - starts[call - 3]!).toBeGreaterThanOrEqual(1_000);
		}
	});
});
