import type { UpsertInput } from '../../../core/crm';
import { upsert } from '../../../core/crm';
import type { CrmPort } from '../../../core/ports/crm';
import type { HandoffStore } from '../../../core/ports/store';
import { PipedriveCrm } from '../../../adapters/crm/pipedrive/pipedrive';
import type { PipedriveOptions } from '../../../sandbox/pipedrive';
import { temporaryStore } from '../../support';
import type { HttpSend } from '../../../core/ports/http';
import { MODES, crmContract, failingAt } from './contract';
import type { PipedriveAccount } from './pipedriveAccount';
import { startPipedrive } from './pipedriveAccount';
import { HURRY, aHandoff } from './support';

crmContract('Pipedrive', startPipedrive);

describe('Pipedrive', () => {
	let accounts: PipedriveAccount[] = [];
	const open = async (company: Partial<PipedriveOptions> = {}) => {
		const account = await startPipedrive('prompt', company);
		accounts.push(account);
		return account;
	};
	let store: HandoffStore;
	let closeStore: () => Promise<void>;
	beforeEach(async () => {
		({ store, close: closeStore } = await temporaryStore());
	});
	afterEach(async () => {
		await closeStore();
		const violations = accounts.flatMap((account) => account.violations);
		await Promise.all(accounts.map((account) => account.close()));
		accounts = [];
		expect(violations).toEqual([]);
	});
	const run = (port: CrmPort, input: UpsertInput) =>
		upsert(port, { once: store, clock: { now: () => new Date() }, sleep: HURRY.sleep }, input);

	test('lists that come in pages are read whole, in both versions of the API', async () => {
		const account = await open({ pageSize: 2 });
		const port = account.open();
		expect((await port.listPipelines())[0]!.stages).toHaveLength(7);
		const { id: contactId } = await port.createContact({ phone: '+16505550001' }, 'tel:1');
		for (const key of ['n1', 'n2', 'n3', 'n4', 'n5']) {
			await port.createNote({ key, html: '<p>a</p>', contactId, at: '2026-11-02T10:00:00.000Z' });
		}
		expect(await port.findNoteByKey('n5', { contactId })).toBeDefined();
		expect(await port.findNoteByKey('n6', { contactId })).toBeUndefined();
		const leads = account.open(undefined, 'lead');
		for (const key of ['l1', 'l2', 'l3']) await leads.createDeal({ key, name: key }, contactId);
		expect(await leads.findDealByKey('l3', contactId, [])).toMatchObject({ name: 'l3' });
	});

	test.each([
		['digits', '06 12 34 56 78'],
		['text', '06 12 34 56 78'],
		['text', '+33.6.12.34.5678'],
		['digits', '0033 612345678'],
	] as const)(
		'a person is found by number where the search compares %s and staff typed %s',
		async (phoneSearch, typed) => {
			const account = await open({ phoneSearch });
			const theirs = account.standIn.company().create('persons', {
				name: 'Robin Sample',
				phones: [{ value: typed, primary: true, label: 'work' }],
			});
			// Long ago, so that it is not among those changed lately.
			theirs.update_time = '2020-01-01T00:00:00Z';
			const found = await account.open().findContacts({ phone: '+33612345678' }, []);
			expect(found).toMatchObject([{ id: String(theirs.id), phones: [typed] }]);
		},
	);

	test('the tokens of a day being used up is said at once, with when there are new ones', async () => {
		const account = await open({ tokensPerDay: 0 });
		let calls = 0;
		const port = account.open((request) => {
			calls += 1;
			return account.send(request);
		});
		await expect(port.listOwners()).rejects.toMatchObject({
			kind: 'limit',
			message: expect.stringContaining('tokens of this day'),
			details: { retryAfterMs: 3_600_000 },
		});
		expect(calls).toBe(1);
	});

	test('a burst is waited out as long as Pipedrive’s own header says, by all executions of the account', async () => {
		const account = await open({ burst: 1 });
		const waits: number[] = [];
		const port = new PipedriveCrm({
			send: account.send,
			account: 'burst',
			baseUrl: account.url!,
			environment: {
				...HURRY,
				sleep: (milliseconds) => {
					waits.push(milliseconds);
					return new Promise((resolve) => setTimeout(resolve, milliseconds));
				},
			},
		});
		await port.listOwners();
		expect(await port.listFields('contact')).not.toEqual([]);
		expect(Math.max(...waits)).toBeGreaterThanOrEqual(2_000);
	});

	test('a token that Pipedrive’s front has blocked is told as a limit, whose answer is a page', async () => {
		const account = await open();
		const port = account.open(() =>
			Promise.resolve({ status: 403, headers: {}, body: Buffer.from('<html>blocked</html>') }),
		);
		await expect(port.listOwners()).rejects.toMatchObject({
			kind: 'limit',
			message: expect.stringContaining('blocked'),
		});
	});

	test.each([
		['create the person', /POST .*\/persons$/, 'contacts:full'],
		['create the field', /POST .*personFields$/, 'contact-fields:full'],
		['create the deal', /POST .*\/deals$/, 'deals:full'],
		['create the activity', /POST .*\/activities$/, 'activities:full'],
		['list its users', /GET .*\/users$/, 'users:read'],
	])('a scope that is missing to %s is named', async (whatFor, to, scope) => {
		const account = await open();
		const body = Buffer.from('{"success":false,"error":"Scope and URL mismatch","errorCode":403}');
		const port = account.open((request) =>
			to.test(`${request.method} ${request.url}`)
				? Promise.resolve({
						status: 403,
						headers: { 'content-type': 'application/json' },
						body,
					})
				: account.send(request),
		);
		await expect(run(port, aHandoff())).rejects.toMatchObject({
			kind: 'auth',
			message: expect.stringMatching(
				new RegExp(`did not ${whatFor}.*HTTP 403.*mismatch.*${scope}`, 'u'),
			),
		});
	});

	test('a deal that is won is closed, counts as an order, and is open again in a stage', async () => {
		const port = (await open()).open();
		const contact = await port.createContact({ phone: '+16505550001' }, 'tel:1');
		const deal = await port.createDeal({ key: 'c1:e1', name: 'One', amount: 5 }, contact.id);
		await port.updateDeal(deal.id, { stageId: '1:won' });
		expect(await port.readDeal(deal.id, [])).toMatchObject({ closed: true, stageId: '1:won' });
		expect(await port.recentOrders(contact.id)).toMatchObject([{ id: deal.id, amount: 5 }]);
		await port.updateDeal(deal.id, { stageId: '12' });
		expect(await port.openDeals(contact.id)).toMatchObject([{ id: deal.id, stageId: '12' }]);
	});

	test('a lead is archived and taken back as the states that it can be in, with its note and activity', async () => {
		const account = await open();
		const port = account.open(undefined, 'lead');
		const made = await run(port, aHandoff());
		expect(made).toMatchObject({
			recordKind: 'lead',
			deal: { created: true, pipelineName: 'Leads Inbox', stageName: 'Open' },
		});
		const { leads, notes, activities, deals } = account.standIn.state();
		expect(deals).toEqual([]);
		expect(leads).toMatchObject([{ value: { amount: 250, currency: 'EUR' }, owner_id: 1 }]);
		expect(notes).toMatchObject([{ lead_id: made.deal!.id }]);
		expect(activities).toMatchObject([{ lead_id: made.deal!.id }]);

		const archived = aHandoff('c1', { deal: { ...aHandoff().deal!, stageId: 'archived' } });
		expect((await run(port, archived)).deal).toMatchObject({ moved: true, stageName: 'Archived' });
		const again = await run(port, aHandoff());
		expect(again.deal).toMatchObject({ id: made.deal!.id, moved: false });
		expect(again.warnings).toEqual([expect.stringContaining('closed')]);
		const back = aHandoff('c1', {
			deal: { ...aHandoff().deal!, key: 'c1:e2' },
			reopen: ['c1:e1'],
		});
		expect((await run(port, back)).deal).toMatchObject({ id: made.deal!.id, stageName: 'Open' });
		// With another store, too, an archived lead is known by its key.
		await run(port, archived);
		const other = await temporaryStore();
		const environment = { once: other.store, clock: { now: () => new Date() }, sleep: HURRY.sleep };
		await upsert(account.open(undefined, 'lead'), environment, archived);
		await other.close();
		expect(account.standIn.state().leads).toHaveLength(1);
	});

	test('a lead that staff have made a deal of is followed to that deal, and no second lead is made', async () => {
		const account = await open();
		const port = account.open(undefined, 'lead');
		const made = await run(port, aHandoff());
		const deal = account.standIn.company().convert(made.deal!.id);
		const second = await run(account.open(undefined, 'lead'), {
			...aHandoff(),
			note: { key: 'c1:h2:note', html: '<p>Second</p>' },
		});
		expect(second.deal).toMatchObject({ id: String(deal.id), created: false, stage: 'converted' });
		const { leads, deals, notes } = account.standIn.state();
		expect([leads.length, deals.length]).toEqual([0, 1]);
		expect(notes.at(-1)).toMatchObject({ deal_id: deal.id });
	});

	test('whichever call of a lead fails in whichever way, it is there once with its note and activity', async () => {
		const account = await startPipedrive('lagging');
		accounts.push(account);
		const lead = (send: HttpSend, id: string) =>
			run(account.open(send, 'lead'), aHandoff(id, { account: id }));
		const calls: string[] = [];
		await lead((request) => {
			calls.push(`${request.method} ${new URL(request.url).pathname}`);
			return account.send(request);
		}, 'calls');
		// The calls for person and fields are those of a deal, which the contract lets fail one by one.
		const own = [...calls.entries()].filter(([, call]) => /leads|notes|activities/u.test(call));
		expect(own.length).toBeGreaterThan(5);
		const rows: string[] = [];
		for (const [index, call] of own) {
			const cells: string[] = [];
			for (const mode of MODES) {
				await account.reset();
				const failing = failingAt(account, index, mode);
				let runs = 1;
				while (runs < 4 && !(await lead(failing, `${mode}${index}`).catch(() => undefined)))
					runs += 1;
				const { persons, leads, deals, notes, activities } = account.standIn.state();
				const counts = [persons, leads, deals, notes, activities].map(({ length }) => length);
				expect({ call, mode, counts }).toEqual({ call, mode, counts: [1, 1, 0, 1, 1] });
				expect(runs).toBeLessThan(4);
				cells.push(runs === 1 ? 'ok' : `run ${runs}`);
			}
			rows.push(
				`${call.replace(/leads\/.+/u, 'leads/:id').padEnd(64)} ${cells.map((cell) => cell.padEnd(8)).join('')}`,
			);
		}
		console.log(
			[
				'Pipedrive: runs until one lead, one note, one activity',
				`${''.padEnd(64)} ${MODES.map((mode) => mode.padEnd(8)).join('')}`,
				...rows,
			].join('\n'),
		);
	}, 120_000);

	test('the amount of a lead keeps its currency, and a currency its amount', async () => {
		const account = await open();
		const port = account.open(undefined, 'lead');
		const { id: contactId } = await port.createContact({ phone: '+16505550001' }, 'tel:1');
		const { id } = await port.createDeal(
			{ key: 'c1:e1', name: 'One', amount: 5, currency: 'USD' },
			contactId,
		);
		await port.updateDeal(id, { amount: 7 });
		expect(await port.readDeal(id, [])).toMatchObject({ amount: 7, currency: 'USD' });
		await port.updateDeal(id, { currency: 'GBP' });
		expect(await port.readDeal(id, [])).toMatchObject({ amount: 7, currency: 'GBP' });
	});

	test('options, amounts and long texts of custom fields are written as the strict API takes them, and read by label', async () => {
		for (const kind of ['deal', 'lead'] as const) {
			const account = await open();
			const company = account.standIn.company();
			const tier = company.define('deal', 'Tier', 'enum', ['Basic', 'VIP']).field_code;
			const tags = company.define('deal', 'Tags', 'set', ['a', 'b', 'c']).field_code;
			const budget = company.define('deal', 'Budget', 'monetary').field_code;
			const seats = company.define('deal', 'Seats', 'double').field_code;
			const text = company.define('deal', 'Remark', 'varchar').field_code;
			const port = account.open(undefined, kind);
			const fields = await port.listFields('deal');
			expect(fields.find(({ label }) => label === 'Tier')).toMatchObject({
				type: 'options',
				options: [
					{ value: 'Basic', label: 'Basic' },
					{ value: 'VIP', label: 'VIP' },
				],
			});
			const { id: contactId } = await port.createContact({ phone: '+16505550001' }, 'tel:1');
			const values = {
				[tier]: 'VIP',
				[tags]: 'a, c',
				[budget]: '12.5',
				[seats]: '3',
				[text]: '😀'.repeat(200),
			};
			const { id } = await port.createDeal(
				{ key: 'c1:e1', name: 'One', properties: values },
				contactId,
			);
			const deal = await port.readDeal(id, [tier, 'Tags', 'Budget', seats, text]);
			expect(deal!.properties).toMatchObject({
				[tier]: 'VIP',
				Tags: 'a, c',
				Budget: 12.5,
				[seats]: 3,
			});
			const remark = String(deal!.properties![text]);
			expect(remark.length).toBeLessThanOrEqual(255);
			expect(remark.isWellFormed()).toBe(true);
		}
	});

	test('two workers who make our field at the same moment leave one', async () => {
		const account = await open();
		const contacts = await Promise.all(
			['+16505550001', '+16505550002'].map((phone) =>
				account.open().createContact({ phone }, `tel:${phone}`),
			),
		);
		const fields = (await account.open().listFields('contact')).filter(
			({ label }) => label === 'WhatsApp Handoff Key',
		);
		expect(fields).toHaveLength(1);
		for (const { id } of contacts) {
			expect((await account.open().readContact(id, []))!.key).toMatch(/^tel:/u);
		}
	});

	test('an organization that stands at the person is shown, and never replaced by another of the customer’s words', async () => {
		const account = await open();
		const company = account.standIn.company();
		const [shop] = ['Shop', 'Other'].map((name) => company.create('organizations', { name }));
		company.create('persons', {
			name: 'Robin Sample',
			phones: [{ value: '+16505551234', primary: true, label: 'work' }],
			org_id: shop!.id,
		});
		const contact = { ...aHandoff().contact, company: 'Other' };
		await run(account.open(), aHandoff('c1', { contact, linkCompany: true }));
		expect(account.standIn.state().persons).toMatchObject([{ org_id: shop!.id }]);
		const [known] = await account.open().findContacts({ phone: '+16505551234' }, []);
		expect(known!.company).toBe('Shop');
	});

	test('staff’s second number and address stay behind ours where theirs are to be replaced', async () => {
		const account = await open();
		const port = account.open();
		const { id } = await port.createContact(
			{ phone: '+16505550001', email: 'old@customer.example', firstName: 'Robin' },
			'tel:1',
		);
		await port.updateContact(id, { phone: '+16505550002', email: 'new@customer.example' });
		expect(await port.readContact(id, [])).toMatchObject({
			phones: ['+16505550002', '+16505550001'],
			emails: ['new@customer.example', 'old@customer.example'],
			firstName: 'Robin',
		});
	});

	test('a user who was deactivated is no owner', async () => {
		const port = (await open()).open();
		const result = await run(port, aHandoff('c1', { owner: { email: 'agent.gone@shop.example' } }));
		expect(result.owner).toBeUndefined();
		expect(result.warnings).toEqual([expect.stringContaining('agent.gone@shop.example')]);
	});

	test('a currency that the account does not have is refused in Pipedrive’s words, and nothing is there twice afterwards', async () => {
		const account = await open();
		const wrong = aHandoff('c1', { deal: { ...aHandoff().deal!, currency: 'XXX' } });
		await expect(run(account.open(), wrong)).rejects.toMatchObject({
			kind: 'invalid',
			message: expect.stringContaining('Currency XXX'),
		});
		await run(account.open(), aHandoff());
		const { persons, deals } = account.standIn.state();
		expect([persons.length, deals.length]).toEqual([1, 1]);
	});

	test('where the credential may not ask whose account it is, records come without their pages', async () => {
		const account = await open();
		account.standIn.fail({ path: '/v1/users/me', mode: '401', times: 99 });
		const result = await run(account.open(), aHandoff());
		expect(result.contact.url).toBeUndefined();
		expect(result.deal).toMatchObject({ created: true });
	});

	test('a handoff costs few of the day’s tokens', async () => {
		const account = await open();
		await account.open().createFields('contact', []);
		await account.open().createFields('deal', []);
		const before = account.standIn.spent();
		await run(account.open(), aHandoff());
		const first = account.standIn.spent() - before;
		await run(account.open(), aHandoff());
		const second = account.standIn.spent() - before - first;
		console.log(`Pipedrive: tokens of a new customer: ${first}; of the same once more: ${second}`);
		expect(first).toBeLessThan(400);
		expect(second).toBeLessThan(first / 2);
	});
});
