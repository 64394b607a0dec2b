import { PostgresDatabase } from '../../../adapters/store/postgres/database';
import { PostgresStore } from '../../../adapters/store/postgres/postgresStore';
import type { UpsertInput } from '../../../core/crm';
import { logOutcome, upsert } from '../../../core/crm';
import type { CrmPort } from '../../../core/ports/crm';
import type { HandoffStore } from '../../../core/ports/store';
import type { PostgresServer } from '../store/support/postgresServer';
import { startPostgres } from '../store/support/postgresServer';
import { failingAt } from './contract';
import { startHubspot } from './hubspotAccount';
import { startPipedrive } from './pipedriveAccount';
import { startSalesforce } from './salesforceAccount';
import type { Account } from './support';
import { aHandoff } from './support';

const TIMEOUT_MS = 180_000;

let server: PostgresServer;
beforeAll(async () => {
	server = await startPostgres();
}, TIMEOUT_MS);
afterAll(() => server.stop());

/** Workers of n8n's queue mode share one PostgreSQL; each has connections of its own. */
describe.each([
	['HubSpot', startHubspot],
	['Pipedrive', startPipedrive],
	['Salesforce', startSalesforce],
] as Array<[string, (search: 'lagging') => Promise<Account>]>)(
	'two workers on PostgreSQL, with %s',
	(_name, start) => {
		let workers: HandoffStore[];
		let account: Account;
		beforeAll(async () => {
			const options = await server.database();
			workers = await Promise.all(
				[1, 2].map(async () => new PostgresStore(await PostgresDatabase.open(options), 'default')),
			);
			account = await start('lagging');
		});
		beforeEach(() => account.reset());
		afterAll(async () => {
			await account.close();
			await Promise.all(workers.map((store) => store.close()));
		});

		const environment = (store: HandoffStore) => ({
			once: store,
			clock: { now: () => new Date() },
			sleep: (milliseconds: number) =>
				new Promise((resolve) => setTimeout(resolve, Math.min(milliseconds, 20))),
		});
		const run = (store: HandoffStore, port: CrmPort, input: UpsertInput) =>
			upsert(port, environment(store), input);
		const counts = () => {
			const { contacts, deals, notes, tasks } = account.state();
			return [contacts, deals, notes, tasks].map(({ length }) => length);
		};

		test('take the same handoff at once, twelve times each, and leave one of everything', async () => {
			const input = aHandoff('both', { account: 'both' });
			const results = await Promise.all(
				Array.from({ length: 24 }, (_, index) => run(workers[index % 2]!, account.open(), input)),
			);
			expect(counts()).toEqual([1, 1, 1, 1]);
			expect(results.filter(({ contact }) => contact.created)).toHaveLength(1);
			expect(results.filter(({ deal }) => deal!.created)).toHaveLength(1);
			expect(new Set(results.map(({ task }) => task!.id)).size).toBe(1);
		});

		test('complete what the other broke off, whichever call of it was cut', async () => {
			const calls: string[] = [];
			await run(
				workers[0]!,
				account.open((request) => {
					calls.push(request.method);
					return account.send(request);
				}),
				aHandoff('count', { account: 'count' }),
			);
			const writes = calls.flatMap((method, index) => (method === 'POST' ? [index] : []));
			expect(writes.length).toBeGreaterThan(3);
			for (const index of writes) {
				await account.reset();
				const input = aHandoff(`cut${index}`, { account: `cut${index}` });
				// It dies there: nothing after this call goes out, not even a look.
				let dead = false;
				const failing = failingAt(account, index, 'after');
				const dying = account.open((request) => {
					if (dead) return Promise.reject(new Error('the worker is gone'));
					return failing(request).catch((error: unknown) => {
						dead = true;
						throw error;
					});
				});
				await run(workers[0]!, dying, input).catch(() => undefined);
				await run(workers[1]!, account.open(), input);
				expect({ index, counts: counts() }).toEqual({ index, counts: [1, 1, 1, 1] });
			}
		});

		test('log one outcome between them', async () => {
			const input = aHandoff('ended', { account: 'ended' });
			await run(workers[0]!, account.open(), input);
			await Promise.all(
				Array.from({ length: 8 }, (_, index) =>
					logOutcome(account.open(), environment(workers[index % 2]!), {
						account: 'ended',
						contact: input.contact,
						deal: { key: input.deal!.key },
						outcome: { disposition: 'sold' },
						noteKey: 'ended:e1:outcome',
						taskKey: input.task!.key,
					}),
				),
			);
			expect(counts()).toEqual([1, 1, 2, 1]);
			expect(account.state().tasks[0]!.done).toBe(true);
			expect(account.violations).toEqual([]);
		});
	},
);
