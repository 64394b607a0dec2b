import type { UpsertInput, UpsertResult } from '../../../core/crm';
import { upsert } from '../../../core/crm';
import type { CrmPort } from '../../../core/ports/crm';
import type { HttpSend } from '../../../core/ports/http';
import type { HandoffStore } from '../../../core/ports/store';
import { temporaryStore } from '../../support';
import { MODES, failingAt } from './contract';
import type { Account } from './support';
import { HURRY, aHandoff } from './support';

/** Waits are cut short, but calls still come together. */
export const SOON = {
	...HURRY,
	sleep: (milliseconds: number) =>
		new Promise((resolve) => setTimeout(resolve, Math.min(milliseconds, 10))),
};

/** What an adapter has to do whose calls of many items are gathered into the CRM's batch calls. */
export function manyItems(
	name: string,
	crm: {
		start: (search: 'lagging') => Promise<Account>;
		/** A connection as the node has one for many items. */
		gathering: (account: Account, send: HttpSend) => CrmPort;
	},
): void {
	describe(`Many items at once: ${name}`, () => {
		let account: Account;
		let store: HandoffStore;
		let closeStore: () => Promise<void>;
		beforeAll(async () => {
			account = await crm.start('lagging');
		});
		beforeEach(async () => {
			await account.reset();
			({ store, close: closeStore } = await temporaryStore());
		});
		afterEach(async () => {
			await closeStore();
			expect(account.violations).toEqual([]);
		});
		afterAll(() => account.close());

		const customer = (number: number, id: string) => {
			const phone = `+1650555${String(1000 + number)}`;
			const email = `customer.${number}@customer.example`;
			return aHandoff(`${id}-${number}`, { account: id, contact: { phone, email } });
		};
		const environment = () => ({
			once: store,
			clock: { now: () => new Date() },
			sleep: SOON.sleep,
		});
		const runAll = (send: HttpSend, inputs: UpsertInput[]) => {
			const port = crm.gathering(account, send);
			return Promise.allSettled(inputs.map((input) => upsert(port, environment(), input)));
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
				await upsert(alone, environment(), customer(number, 'hundred'));
			}
			console.log(
				`${name}: calls for 100 customers with deal, note and task at once: ${together}; for 10 customers one by one: ${calls.length}`,
			);
			expect(together).toBeLessThan(calls.length);
		}, 60_000);

		test('one that the CRM refuses hears why, and the others of its batch are done', async () => {
			const inputs = Array.from({ length: 10 }, (_, number) => customer(number, 'partial'));
			inputs[4]!.contact.email = 'no address';
			const results = await runAll(account.send, inputs);
			expect(results.map(({ status }) => status === 'rejected')).toEqual(
				inputs.map((_one, index) => index === 4),
			);
			expect((results[4] as PromiseRejectedResult).reason).toMatchObject({
				kind: 'invalid',
				message: expect.stringContaining('no address') as string,
			});
			expect(counts()).toEqual([9, 9, 9, 9]);
		});

		test('a second run finds what the first has made, and writes nothing', async () => {
			const inputs = Array.from({ length: 10 }, (_, number) => customer(number, 'again'));
			await runAll(account.send, inputs);
			const before = JSON.stringify(account.state());
			await closeStore();
			// Another store knows nothing: only the keys in the CRM tell.
			({ store, close: closeStore } = await temporaryStore());
			const results = await runAll(account.send, inputs);
			expect(results.filter(({ status }) => status === 'rejected')).toEqual([]);
			expect(JSON.stringify(account.state())).toBe(before);
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
					`${name}: three customers in batches: runs until each has one of each`,
					`${''.padEnd(64)} ${MODES.map((mode) => mode.padEnd(8)).join('')}`,
					...rows,
				].join('\n'),
			);
			expect(rows.length).toBeGreaterThan(8);
		}, 300_000);
	});
}
