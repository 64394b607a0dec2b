import type { UpsertInput, UpsertResult } from '../../../core/crm';
import { mappedValues, upsert } from '../../../core/crm';
import type { HttpResponse, HttpSend } from '../../../core/ports/http';
import type { HandoffStore } from '../../../core/ports/store';
import { HubspotCrm } from '../../../adapters/crm/hubspot/hubspot';
import { temporaryStore } from '../../support';
import { MODES, crmContract, failingAt } from './contract';
import type { HubspotAccount } from './hubspotAccount';
import { startHubspot } from './hubspotAccount';
import { FAST, HURRY, aHandoff } from './support';

crmContract('HubSpot', startHubspot);

describe('HubSpot', () => {
	let account: HubspotAccount;
	beforeAll(async () => {
		account = await startHubspot('lagging');
	});
	beforeEach(() => account.reset());
	afterAll(() => account.close());

	const run = async (send?: HttpSend) => {
		const { store, close } = await temporaryStore();
		try {
			const environment = { once: store, clock: { now: () => new Date() }, sleep: HURRY.sleep };
			return await upsert(account.open(send), environment, aHandoff());
		} finally {
			await close();
		}
	};
	const answering = (status: number, message: string, to: RegExp): HttpSend => {
		const body = Buffer.from(JSON.stringify({ status: 'error', message }));
		return async (request) =>
			to.test(`${request.method} ${request.url}`)
				? { status, headers: { 'content-type': 'application/json' }, body }
				: account.send(request);
	};

	test('a contact with the same address that search does not show yet is used, since HubSpot names it', async () => {
		const theirs = await account.open().createContact({ email: 'robin@customer.example' }, 'old:1');
		const result = await run();
		expect(result.contact).toMatchObject({ id: theirs.id, created: false, matchedBy: 'email' });
		expect(account.state().contacts).toHaveLength(1);
	});

	test('a value that HubSpot refuses as taken with status 400 counts as a conflict', async () => {
		const said = '[{"isValid":false,"error":"CONFLICTING_UNIQUE_VALUE"}]';
		const port = account.open(answering(400, said, /POST .*objects\/contacts$/));
		await expect(port.createContact({ phone: '+16505551234' }, 'tel:1')).rejects.toMatchObject({
			kind: 'conflict',
		});
	});

	test('a permission that is missing for our field is named, with what to do', async () => {
		await expect(
			run(answering(403, 'This app has not been granted all required scopes', /POST .*properties/)),
		).rejects.toMatchObject({
			message: expect.stringMatching(/HubSpot .*HTTP 403.*required scopes/),
			kind: 'auth',
			advice: expect.stringContaining('crm.schemas.contacts.write'),
		});
	});

	test('a property of ours that staff have put into the archive is named, with where to restore it', async () => {
		await run();
		account.standIn.objects().properties.get('deals')!.get('whatsapp_handoff_key')!.archived = true;
		const port = account.open();
		await expect(port.createDeal({ key: 'c2:e1', name: 'Two' }, '1')).rejects.toMatchObject({
			kind: 'invalid',
			message: expect.stringContaining('whatsapp_handoff_key'),
			advice: expect.stringContaining('Archived properties'),
		});
	});

	test('a mapped property that was archived since is named, and not sent', async () => {
		account.standIn.objects().define('contacts', { name: 'tier', archived: true });
		await expect(mappedValues(account.open(), 'contact', { tier: 'gold' })).rejects.toMatchObject({
			message: expect.stringContaining('tier'),
		});
	});

	test('an answer that is no JSON, as proxies give it, still says which call and status', async () => {
		const proxy: HttpSend = async () => ({
			status: 502,
			headers: { 'content-type': 'text/html' },
			body: Buffer.from('<h1>Bad gateway</h1>'),
		});
		await expect(run(proxy)).rejects.toMatchObject({
			message: 'HubSpot did not look up the owner (HTTP 502)',
			kind: 'unavailable',
		});
	});

	test('calls of a day that are used up are told at once, since no wait of seconds helps', async () => {
		let calls = 0;
		const usedUp: HttpSend = async () => {
			calls += 1;
			const body = { message: 'You have reached your daily limit.', policyName: 'DAILY' };
			return { status: 429, headers: {}, body: Buffer.from(JSON.stringify(body)) };
		};
		await expect(account.open(usedUp).listOwners()).rejects.toMatchObject({
			kind: 'limit',
			message: expect.stringContaining('daily limit'),
		});
		expect(calls).toBe(1);
	});

	describe('many items', () => {
		let store: HandoffStore;
		let closeStore: () => Promise<void>;
		beforeEach(async () => {
			({ store, close: closeStore } = await temporaryStore());
		});
		afterEach(async () => {
			await closeStore();
			expect(account.violations).toEqual([]);
		});

		const environment = {
			...HURRY,
			sleep: (milliseconds: number) =>
				new Promise((resolve) => setTimeout(resolve, Math.min(milliseconds, 10))),
		};
		/** A connection as the node has one for many items. */
		const gathering = (send: HttpSend) =>
			new HubspotCrm({
				send,
				account: 'test',
				baseUrl: account.url!,
				environment,
				rates: { all: FAST, search: FAST },
				gatherMs: 5,
			});
		const customer = (number: number, id: string) => {
			const phone = `+1650555${String(1000 + number)}`;
			const email = `customer.${number}@customer.example`;
			return aHandoff(`${id}-${number}`, { account: id, contact: { phone, email } });
		};
		const runAll = (send: HttpSend, inputs: UpsertInput[]) => {
			const port = gathering(send);
			return Promise.allSettled(
				inputs.map((input) =>
					upsert(
						port,
						{ once: store, clock: { now: () => new Date() }, sleep: environment.sleep },
						input,
					),
				),
			);
		};
		const calls: string[] = [];
		const counting: HttpSend = (request) => {
			calls.push(`${request.method} ${new URL(request.url).pathname}`);
			return account.send(request);
		};
		const counts = () => {
			const { contacts, deals, notes, tasks } = account.state();
			return [contacts, deals, notes, tasks].map(({ length }) => length);
		};

		test('a hundred customers need a few batch calls, and each gets records of their own', async () => {
			calls.length = 0;
			const inputs = Array.from({ length: 100 }, (_, number) => customer(number, 'hundred'));
			const results = await runAll(counting, inputs);
			expect(results.filter(({ status }) => status === 'rejected')).toEqual([]);
			expect(counts()).toEqual([100, 100, 100, 100]);
			const { contacts, deals } = account.state();
			for (const [index, result] of results.entries()) {
				const { contact, deal } = (result as PromiseFulfilledResult<UpsertResult>).value;
				expect(contacts.find(({ id }) => id === contact.id)!.phone).toBe(
					inputs[index]!.contact.phone,
				);
				expect(deals.find(({ id }) => id === deal!.id)!.contactIds).toEqual([contact.id]);
			}
			const together = calls.length;
			calls.length = 0;
			const alone = account.open(counting);
			for (let number = 100; number < 110; number++) {
				await upsert(
					alone,
					{ once: store, clock: { now: () => new Date() }, sleep: environment.sleep },
					customer(number, 'hundred'),
				);
			}
			console.log(
				`HubSpot: calls for 100 customers with deal, note and task at once: ${together}; for 10 customers one by one: ${calls.length}`,
			);
			expect(together).toBeLessThan(calls.length);
		}, 60_000);

		test('a contact that was merged into another answers to its old id in a batch, too', async () => {
			const port = gathering(account.send);
			const [a, b] = await Promise.all(
				[1, 2].map((number) =>
					port.createContact({ phone: `+1650555000${number}` }, `k:${number}`),
				),
			);
			account.standIn.objects().merge(a!.id, b!.id);
			const read = await Promise.all([a!.id, b!.id, '99'].map((id) => port.readContact(id, [])));
			expect(read.map((one) => one?.id)).toEqual([a!.id, a!.id, undefined]);
		});

		test('one that HubSpot refuses hears why, and the others of its batch are done', async () => {
			const inputs = Array.from({ length: 10 }, (_, number) => customer(number, 'partial'));
			inputs[4]!.contact.email = 'no address';
			const results = await runAll(account.send, inputs);
			expect(results.map(({ status }) => status === 'rejected')).toEqual(
				inputs.map((_one, index) => index === 4),
			);
			expect((results[4] as PromiseRejectedResult).reason).toMatchObject({
				kind: 'invalid',
				message: expect.stringContaining('no address'),
			});
			expect(counts()).toEqual([9, 9, 9, 9]);
		});

		test('whichever batch call fails in whichever way, every customer has one of each in the end', async () => {
			const inputs = (id: string) => [1, 2, 3].map((number) => customer(number, id));
			calls.length = 0;
			await runAll(counting, inputs('calls'));
			const batch = [...calls];
			const rows: string[] = [];
			let trials = 0;
			for (const [index, call] of batch.entries()) {
				const cells: string[] = [];
				for (const mode of MODES) {
					await account.reset();
					const id = `batch${++trials}`;
					let runs = 0;
					let left = 1;
					const failing = failingAt(account, index, mode);
					while (left > 0 && runs < 4) {
						runs += 1;
						const results = await runAll(failing, inputs(id));
						left = results.filter(({ status }) => status === 'rejected').length;
					}
					expect({ call, mode, left, counts: counts() }).toEqual({
						call,
						mode,
						left: 0,
						counts: [3, 3, 3, 3],
					});
					cells.push(runs === 1 ? 'ok' : `run ${runs}`);
				}
				rows.push(`${call.padEnd(64)} ${cells.map((cell) => cell.padEnd(8)).join('')}`);
			}
			console.log(
				[
					'HubSpot: three customers in batches: runs until each has one of each',
					`${''.padEnd(64)} ${MODES.map((mode) => mode.padEnd(8)).join('')}`,
					...rows,
				].join('\n'),
			);
			expect(rows.length).toBeGreaterThan(8);
		}, 120_000);
	});

	test('all executions of one account share its limits, and wait together where HubSpot says for how long', async () => {
		let now = 0;
		const sent: number[] = [];
		let refuse = 0;
		const send: HttpSend = async (): Promise<HttpResponse> => {
			sent.push(now);
			if (refuse-- > 0) {
				return {
					status: 429,
					headers: { 'retry-after': '7' },
					body: Buffer.from('{"policyName":"TEN_SECONDLY_ROLLING"}'),
				};
			}
			return { status: 200, headers: {}, body: Buffer.from('{"results":[]}') };
		};
		const waking: Array<{ at: number; wake: () => void }> = [];
		const execution = () =>
			new HubspotCrm({
				send,
				account: 'shared',
				environment: {
					now: () => now,
					random: () => 0.5,
					sleep: (milliseconds) =>
						new Promise<void>((wake) => waking.push({ at: now + milliseconds, wake })),
				},
				rates: { all: { calls: 5, perMs: 1000 }, search: FAST },
			});
		/** Lets the time go on, from one waiter to the next, until all is done. */
		const untilDone = async (work: Promise<unknown>) => {
			let done = false;
			void work.finally(() => (done = true));
			while (!done) {
				await new Promise((resolve) => setImmediate(resolve));
				const next = waking.sort((a, b) => a.at - b.at).shift();
				if (!next) continue;
				now = Math.max(now, next.at);
				next.wake();
			}
			await work;
		};
		const owners = (port: HubspotCrm, count: number) =>
			Array.from({ length: count }, (_, number) =>
				port.findOwner({ email: `agent.${now}.${number}@shop.example` }),
			);
		await untilDone(Promise.all([...owners(execution(), 6), ...owners(execution(), 6)]));
		expect(sent).toHaveLength(12);
		for (const [index, at] of sent.entries()) {
			if (index >= 5) expect(at - sent[index - 5]!).toBeGreaterThanOrEqual(1000);
		}
		sent.length = 0;
		now += 10_000;
		const start = now;
		refuse = 1;
		const first = execution().findOwner({ email: 'first@shop.example' });
		await new Promise((resolve) => setImmediate(resolve));
		const second = execution().findOwner({ email: 'second@shop.example' });
		await untilDone(Promise.all([first, second]));
		expect(sent.map((at) => at - start)).toEqual([0, 7000, 7000]);
	});
});
