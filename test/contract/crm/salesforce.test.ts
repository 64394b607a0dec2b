import { field } from '../../../sandbox/salesforce/schema';
import type { SalesforceOptions } from '../../../sandbox/salesforce';
import { SalesforceCrm } from '../../../adapters/crm/salesforce/salesforce';
import { crmContract } from './contract';
import { SOON, manyItems } from './manyItems';
import { startSalesforce } from './salesforceAccount';
import { FAST, sender } from './support';

crmContract('Salesforce', startSalesforce);

manyItems('Salesforce', {
	start: (search) => startSalesforce(search, { keyField: true }),
	gathering: (account, send) =>
		new SalesforceCrm({
			send,
			account: 'test',
			instanceUrl: account.url!,
			environment: SOON,
			rate: FAST,
			gatherMs: 5,
		}),
});

/** An org without our External ID field: its marks stand in the descriptions. */
crmContract('Salesforce without a field for our key', (search) => startSalesforce(search, {}));

describe('Salesforce', () => {
	const open = async (org: Partial<SalesforceOptions>) => {
		const account = await startSalesforce('prompt', { keyField: true, ...org });
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

	test.each([
		['Australia/Sydney', '2026-11-02T21:00:00.000Z', '2026-11-03'],
		['America/Los_Angeles', '2026-11-03T02:00:00.000Z', '2026-11-02'],
		[undefined, '2026-11-02T21:00:00.000Z', '2026-11-02'],
	])('a day is the one of the business (%s)', async (timeZone, at, day) => {
		const { account, close } = await open({});
		const port = new SalesforceCrm({
			send: account.send,
			account: 'test',
			instanceUrl: account.url!,
			environment: SOON,
			rate: FAST,
			...(timeZone ? { timeZone } : {}),
		});
		const contact = await port.createContact(
			{ phone: '+16505550001', lastName: 'Sample' },
			'tel:1',
		);
		const about = { contactId: contact.id, html: '<p>Hello</p>' };
		await port.createTask({ ...about, key: 'k1', title: 'Call back', dueAt: at });
		await port.createNote({ ...about, key: 'k2', at });
		const days = account.standIn
			.org()
			.all('Task')
			.map(({ values }) => values.ActivityDate);
		expect(days).toEqual([day, day]);
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

	test('a field that this org wants filled is named, with where to fill it', async () => {
		const { account, port, close } = await open({});
		account.standIn.org().define('Opportunity', field('Region__c', 'string', { required: true }));
		const { id } = await port.createContact({ phone: '+16505550001', lastName: 'Sample' }, 'tel:1');
		const deal = { key: 'c1:e1', name: 'One', stageId: 'Prospecting' };
		await expect(port.createDeal(deal, id)).rejects.toMatchObject({
			kind: 'invalid',
			message: expect.stringContaining('Region__c') as string,
			advice: expect.stringContaining('Map More Fields') as string,
		});
		await port.createDeal({ ...deal, properties: { Region__c: 'North' } }, id);
		expect(account.state().deals).toHaveLength(1);
		await close();
	});

	test('a currency that is not active in the org is named', async () => {
		const { port, close } = await open({ multiCurrency: true });
		const { id } = await port.createContact({ phone: '+16505550001', lastName: 'Sample' }, 'tel:1');
		const deal = { key: 'c1:e1', name: 'One', stageId: 'Prospecting', currency: 'XXX' };
		await expect(port.createDeal(deal, id)).rejects.toMatchObject({
			kind: 'invalid',
			message: expect.stringContaining('XXX') as string,
			advice: expect.stringContaining('active') as string,
		});
		await close();
	});

	test('a source that is not on the org’s closed list is no reason to refuse the record', async () => {
		const { account, port, close } = await open({});
		account.standIn
			.org()
			.define(
				'Opportunity',
				field('LeadSource', 'picklist', { picklist: ['Web', 'WhatsApp'], restricted: true }),
			);
		const { id } = await port.createContact({ phone: '+16505550001', lastName: 'Sample' }, 'tel:1');
		const deal = { key: 'c1:e1', name: 'One', stageId: 'Prospecting' };
		const made = await port.createDeal({ ...deal, source: 'Chat' }, id);
		expect((await port.readDeal(made.id, []))!.source).toBeUndefined();
		await port.updateDeal(made.id, { source: 'WhatsApp' });
		expect((await port.readDeal(made.id, []))!.source).toBe('WhatsApp');
		await close();
	});

	test('an object that the user may not see is a matter of permissions', async () => {
		const { account, close } = await open({});
		account.standIn.org().objects.delete('Case');
		const port = account.open(undefined, 'ticket');
		await expect(port.listPipelines()).rejects.toMatchObject({
			kind: 'auth',
			message: expect.stringContaining('Case') as string,
			advice: expect.stringContaining('permission set') as string,
		});
		await close();
	});

	test('a session that has expired is told as a matter of the credential', async () => {
		const { account, close } = await open({});
		const port = account.open(sender(() => ({ authorization: 'Bearer expired' })));
		await expect(port.listOwners()).rejects.toMatchObject({ kind: 'auth' });
		await close();
	});
});
