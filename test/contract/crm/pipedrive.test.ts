import { PipedriveCrm } from '../../../adapters/crm/pipedrive/pipedrive';
import type { Item, PipedriveOptions } from '../../../sandbox/pipedrive';
import { startPipedriveStandIn } from '../../../sandbox/pipedrive';
import { crmContract } from './contract';
import type { Account } from './support';
import { HURRY, sender } from './support';

const TOKEN = 'pipedrive-test';

async function start(
	search: 'lagging' | 'prompt',
	company: Partial<PipedriveOptions> = {},
): Promise<Account> {
	const standIn = await startPipedriveStandIn({
		accessToken: TOKEN,
		searchLagMs: search === 'lagging' ? 86_400_000 : 0,
		...company,
	});
	const send = sender(() => ({ authorization: `Bearer ${TOKEN}` }));
	const first = (list: unknown) => (list as Array<{ value: string }> | undefined)?.[0]?.value;
	const ids = (one: Item, name: string) => (one[name] ? [String(one[name])] : []);
	return {
		send,
		url: standIn.url,
		open: (own = send) => new PipedriveCrm({ send: own, baseUrl: standIn.url, environment: HURRY }),
		fail: (fault) => standIn.fail(fault),
		async reset() {
			await fetch(`${standIn.url}/_control/reset`, { method: 'POST' });
		},
		state() {
			const { persons, deals, notes, activities } = standIn.state();
			return {
				contacts: persons.map((one) => ({
					id: String(one.id),
					phone: first(one.phones),
					email: first(one.emails),
					firstName: one.first_name as string,
				})),
				deals: deals.map((one) => ({
					id: String(one.id),
					stageId: one.status === 'open' ? String(one.stage_id) : `1:${String(one.status)}`,
					ownerId: String(one.owner_id),
					contactIds: ids(one, 'person_id'),
				})),
				notes: notes.map((one) => ({
					id: String(one.id),
					body: String(one.content),
					contactIds: ids(one, 'person_id'),
					dealIds: ids(one, 'deal_id'),
				})),
				tasks: activities.map((one) => ({
					id: String(one.id),
					done: one.done === true,
					contactIds: ids(one, 'person_id'),
					dealIds: ids(one, 'deal_id'),
				})),
			};
		},
		get violations() {
			return standIn.violations;
		},
		close: () => standIn.close(),
	};
}

crmContract('Pipedrive', start);

describe('Pipedrive', () => {
	test('lists that come in pages are read whole, in both versions of the API', async () => {
		const account = await start('prompt', { pageSize: 2 });
		const port = account.open();
		expect((await port.listPipelines())[0]!.stages).toHaveLength(7);
		const { id: contactId } = await port.createContact({ phone: '+16505550001' }, 'tel:1');
		for (const key of ['n1', 'n2', 'n3', 'n4', 'n5']) {
			await port.createNote({ key, html: '<p>a</p>', contactId, at: '2026-11-02T10:00:00.000Z' });
		}
		expect(await port.findNoteByKey('n5', { contactId })).toBeDefined();
		expect(await port.findNoteByKey('n6', { contactId })).toBeUndefined();
		await account.close();
	});

	test('the tokens of a day being used up is said, with when there are new ones', async () => {
		const account = await start('prompt', { tokensPerDay: 0 });
		await expect(account.open().listOwners()).rejects.toMatchObject({
			kind: 'limit',
			details: { retryAfterMs: 3_600_000 },
		});
		await account.close();
	});

	test('a deal that is won is closed, counts as an order, and is open again in a stage', async () => {
		const account = await start('prompt');
		const port = account.open();
		const contact = await port.createContact({ phone: '+16505550001' }, 'tel:1');
		const deal = await port.createDeal({ key: 'c1:e1', name: 'One', amount: 5 }, contact.id);
		await port.updateDeal(deal.id, { stageId: '1:won' });
		expect(await port.readDeal(deal.id, [])).toMatchObject({ closed: true, stageId: '1:won' });
		expect(await port.recentOrders(contact.id)).toMatchObject([{ id: deal.id, amount: 5 }]);
		await port.updateDeal(deal.id, { stageId: '12' });
		expect(await port.openDeals(contact.id)).toMatchObject([{ id: deal.id, stageId: '12' }]);
		await account.close();
	});
});
