import { SalesforceCrm } from '../../../adapters/crm/salesforce/salesforce';
import { startSalesforceStandIn } from '../../../sandbox/salesforce';
import type { SalesforceOptions, Stored } from '../../../sandbox/salesforce';
import { crmContract } from './contract';
import type { Account } from './support';
import { HURRY, sender } from './support';

const TOKEN = '00D000000000001!test';

async function start(
	search: 'lagging' | 'prompt',
	org: Partial<SalesforceOptions> = { keyField: true },
): Promise<Account> {
	const standIn = await startSalesforceStandIn({
		accessToken: TOKEN,
		searchLagMs: search === 'lagging' ? 86_400_000 : 0,
		...org,
	});
	const send = sender(() => ({ authorization: `Bearer ${TOKEN}` }));
	const text = ({ values }: Stored, name: string) => values[name] as string | undefined;
	return {
		send,
		url: standIn.url,
		otherKinds: ['ticket', 'lead'],
		notes: 'text',
		leads: 'people',
		open: (own = send, recordKind = 'deal') =>
			new SalesforceCrm({
				send: own,
				account: 'test',
				instanceUrl: standIn.url,
				recordKind,
				environment: HURRY,
			}),
		fail: (fault) => standIn.fail(fault),
		async reset() {
			await fetch(`${standIn.url}/_control/reset`, { method: 'POST' });
		},
		state() {
			const { contacts, opportunities, roles, tasks } = standIn.state();
			const activities = (done: boolean) =>
				tasks.filter((task) => (text(task, 'Status') === 'Completed') === done);
			const whom = (task: Stored) => (text(task, 'WhoId') ? [text(task, 'WhoId')!] : []);
			const what = (task: Stored) => (text(task, 'WhatId') ? [text(task, 'WhatId')!] : []);
			// A note is a task that is done; one of ours has this subject.
			const isNote = (task: Stored) => /^WhatsApp handoff/u.test(text(task, 'Subject') ?? '');
			return {
				contacts: contacts.map((one) => ({
					id: one.id,
					phone: text(one, 'MobilePhone') ?? text(one, 'Phone'),
					email: text(one, 'Email'),
					firstName: text(one, 'FirstName'),
				})),
				deals: opportunities.map((one) => ({
					id: one.id,
					stageId: text(one, 'StageName'),
					ownerId: text(one, 'OwnerId'),
					contactIds: roles
						.filter((role) => text(role, 'OpportunityId') === one.id)
						.map((role) => text(role, 'ContactId')!),
				})),
				notes: activities(true)
					.filter(isNote)
					.map((task) => ({
						id: task.id,
						body: text(task, 'Description') ?? '',
						contactIds: whom(task),
						dealIds: what(task),
					})),
				tasks: tasks
					.filter((task) => !isNote(task))
					.map((task) => ({
						id: task.id,
						done: text(task, 'Status') === 'Completed',
						contactIds: whom(task),
						dealIds: what(task),
					})),
			};
		},
		get violations() {
			return standIn.violations;
		},
		close: () => standIn.close(),
	};
}

crmContract('Salesforce', start);

/** An org without our External ID field: its marks stand in the descriptions. */
crmContract('Salesforce without a field for our key', (search) => start(search, {}));

describe('Salesforce', () => {
	const open = async (org: Partial<SalesforceOptions>) => {
		const account = await start('prompt', { keyField: true, ...org });
		return { account, port: account.open(), close: () => account.close() };
	};

	test('lists that come in pages are read whole', async () => {
		const { port, close } = await open({ pageSize: 3 });
		const [pipeline] = await port.listPipelines();
		expect(pipeline!.stages.length).toBe(6);
		await close();
	});

	test('a record type is a pipeline with the stages that it offers', async () => {
		const { port, close } = await open({
			recordTypes: { Wholesale: ['Qualification', 'Closed Won'], Shops: ['Prospecting'] },
		});
		const pipelines = await port.listPipelines();
		expect(pipelines.map(({ name, stages }) => [name, stages.map(({ id }) => id)])).toEqual([
			['Wholesale', ['Qualification', 'Closed Won']],
			['Shops', ['Prospecting']],
		]);
		await close();
	});

	test('a duplicate rule that warns of a namesake is passed over, since number and address tell them apart', async () => {
		const { account, port, close } = await open({ duplicates: 'alert' });
		await port.createContact({ phone: '+16505550001', lastName: 'Sample' }, 'tel:1');
		await port.createContact({ phone: '+16505550002', lastName: 'Sample' }, 'tel:2');
		expect(account.state().contacts).toHaveLength(2);
		await close();
	});

	test('a duplicate rule that blocks a namesake is named, with what to do', async () => {
		const { port, close } = await open({ duplicates: 'block' });
		await port.createContact({ phone: '+16505550001', lastName: 'Sample' }, 'tel:1');
		await expect(
			port.createContact({ phone: '+16505550002', lastName: 'Sample' }, 'tel:2'),
		).rejects.toMatchObject({
			kind: 'invalid',
			advice: expect.stringContaining('Standard_Contact_Duplicate_Rule') as string,
		});
		await close();
	});

	test('the calls of a day being used up is said, and not waited for', async () => {
		const { port, close } = await open({ callsPerDay: 0 });
		await expect(port.listOwners()).rejects.toMatchObject({
			kind: 'limit',
			message: expect.stringContaining('REQUEST_LIMIT_EXCEEDED') as string,
		});
		await close();
	});

	test('a record that another transaction holds is waited for', async () => {
		const { account, port, close } = await open({});
		const busy = [
			{ errorCode: 'UNABLE_TO_LOCK_ROW', message: 'unable to obtain exclusive access' },
		];
		account.fail({ method: 'POST', path: '/sobjects/Contact$', mode: '500', body: busy, times: 2 });
		await port.createContact({ phone: '+16505550001', lastName: 'Sample' }, 'tel:1');
		expect(account.state().contacts).toHaveLength(1);
		await close();
	});

	test('a session that has expired is told as a matter of the credential', async () => {
		const { account, close } = await open({});
		const port = account.open(sender(() => ({ authorization: 'Bearer expired' })));
		await expect(port.listOwners()).rejects.toMatchObject({ kind: 'auth' });
		await close();
	});
});
