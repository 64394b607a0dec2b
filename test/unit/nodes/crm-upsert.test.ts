import type { IExecuteFunctions, ILoadOptionsFunctions, INodeExecutionData } from 'n8n-workflow';
import { DateTime } from 'luxon';

import type { Conversation } from '../../../core/conversation/conversation';
import { SIMULATION_CHANNEL } from '../../../core/conversation/simulation';
import { HANDOFF_FIELDS, dealKey } from '../../../core/crm';
import { CrmError } from '../../../core/ports/crm';
import type { HandoffStore } from '../../../core/ports/store';
import { chosenCrm, openCrm } from '../../../nodes/CrmUpsert/account';
import { CrmUpsert } from '../../../nodes/CrmUpsert/CrmUpsert.node';
import { storeFor } from '../../../nodes/shared/store';
import { aConversation, aMessage, at } from '../../builders';
import { customerWrites, temporaryStore } from '../../support';
import { MemoryCrm } from '../crm/memoryCrm';

jest.mock('../../../nodes/shared/store', () => ({ storeFor: jest.fn(), storeCredential: {} }));
jest.mock('../../../nodes/CrmUpsert/account', () => ({
	...jest.requireActual<object>('../../../nodes/CrmUpsert/account'),
	openCrm: jest.fn(),
	chosenCrm: jest.fn(),
}));

const { properties } = new CrmUpsert().description;

/** Defaults of the fields that an operation shows; those that are expressions are given by the tests. */
function defaultOf(name: string, operation: string): unknown {
	const shown = properties.find((one) => {
		const operations = one.displayOptions?.show?.operation;
		return one.name === name && (!operations || operations.includes(operation));
	});
	return shown && !String(shown.default).startsWith('={{') ? shown.default : undefined;
}

describe('CRM Upsert node', () => {
	let store: HandoffStore;
	let close: () => Promise<void>;
	let crm: MemoryCrm;
	let conversationId: string;

	beforeEach(async () => {
		({ store, close } = await temporaryStore());
		jest.mocked(storeFor).mockReset().mockResolvedValue(store);
		crm = new MemoryCrm();
		jest.mocked(openCrm).mockReset().mockResolvedValue(crm);
		connected(true);
		({ conversationId } = await customerWrites(store, 0));
	});
	afterEach(() => close());

	function connected(yes: boolean): void {
		jest
			.mocked(chosenCrm)
			.mockReset()
			.mockReturnValue({ crm: 'hubspot', recordKind: 'deal', connected: yes, account: 'a' });
	}

	const values = {
		contactName: 'Robin Sample',
		phone: '+16505551234',
		ownerEmail: 'ana@shop.example',
		note: '<p>Asked for a person</p>',
	};
	const execute = async (
		parameters: Record<string, unknown> = {},
		{ items = [{}] as object[], continueOnFail = false } = {},
	): Promise<INodeExecutionData[]> => {
		const operation = (parameters.operation as string | undefined) ?? 'upsert';
		const context = {
			getInputData: () => items.map((json) => ({ json })),
			getNodeParameter(name: string, index: number, fallback?: unknown) {
				const given: Record<string, unknown> = { conversationId, ...values, ...parameters };
				const value = given[name] ?? defaultOf(name, operation) ?? fallback;
				// As n8n does for a parameter that the operation does not show.
				if (value === undefined) throw new Error(`Could not get parameter "${name}"`);
				return typeof value === 'function' ? (value as (index: number) => unknown)(index) : value;
			},
			getNode: () => ({ name: 'CRM Upsert', type: 'crmUpsert', typeVersion: 1, parameters: {} }),
			getTimezone: () => 'Europe/Berlin',
			continueOnFail: () => continueOnFail,
		} as unknown as IExecuteFunctions;
		const [output] = await new CrmUpsert().execute.call(context);
		return output!;
	};

	/** A further customer, on the number that is named. */
	const another = async (number: number, channelId = aConversation().channelId) => {
		const phone = `+1650555${String(number).padStart(4, '0')}`;
		const waId = phone.slice(1);
		const [result] = await store.intake(
			[
				{
					channelId,
					identity: { keys: [{ kind: 'wa_id', value: waId }], waId, phone, name: 'Kim Sample' },
					message: aMessage({
						id: `wamid.other.${number}`,
						sentAt: at(0),
						receivedAt: at(0),
					}),
				},
			],
			at(0),
		);
		return { id: result!.conversation.id, phone };
	};

	describe('Create or Update', () => {
		test('a dropped node makes contact, deal and note, and passes the item on', async () => {
			const [item] = await execute({}, { items: [{ brief: { headline: 'x' } }] });
			expect(item).toMatchObject({
				json: {
					brief: { headline: 'x' },
					crm: {
						crm: 'hubspot',
						contact: { created: true },
						deal: { created: true, stage: 'new', stageName: 'New' },
						note: { created: true },
						owner: { email: 'ana@shop.example' },
						warnings: [],
					},
				},
				pairedItem: { item: 0 },
			});
			expect(crm.contacts[0]).toMatchObject({
				firstName: 'Robin',
				lastName: 'Sample',
				ownerId: '7',
			});
			expect(crm.deals[0]).toMatchObject({
				key: dealKey(conversationId, 1),
				name: 'Robin Sample – WhatsApp',
				source: 'WhatsApp',
			});
			expect(crm.tasks).toEqual([]);
		});

		test('the task is due when the router promised the answer, or at the time that staff chose', async () => {
			const items = [{ handoff: { dueAt: '2026-11-02T10:15:00.000Z' } }];
			await execute({ options: { task: true } }, { items });
			expect(crm.tasks).toMatchObject([{ dueAt: '2026-11-02T10:15:00.000Z' }]);
			const { id, phone } = await another(1);
			const options = { task: true, taskDueAt: '2026-11-02T12:00:00', taskTitle: 'Call Kim' };
			await execute({ conversationId: id, phone, options }, { items });
			// The editor’s picker names no offset: it is the workflow’s own time.
			expect(crm.tasks[1]).toMatchObject({ dueAt: '2026-11-02T11:00:00.000Z', title: 'Call Kim' });
		});

		test('items of one customer in one run share contact and deal', async () => {
			const output = await execute({}, { items: [{}, {}] });
			expect(output.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
			expect([crm.contacts.length, crm.deals.length, crm.notes.length]).toEqual([1, 1, 1]);
		});

		test('a second note of the same handoff is written where it names its occasion, once', async () => {
			await execute();
			await execute({ note: '<p>5 of 5</p>' });
			expect(crm.notes).toHaveLength(1);
			for (const note of ['<p>5 of 5</p>', '<p>4 of 5</p>']) {
				await execute({ note, options: { occasion: 'survey' } });
			}
			expect(crm.notes.map(({ html }) => html)).toEqual([
				'<p>Asked for a person</p>',
				'<p>5 of 5</p>',
			]);
		});

		test('without a record only contact and note are written', async () => {
			const [item] = await execute({ withDeal: false });
			expect(crm.deals).toEqual([]);
			expect(item!.json.crm).not.toHaveProperty('deal');
		});

		test('an item that names no conversation works with a reference, and says so without one', async () => {
			const options = { reference: 'order 10023' };
			await execute({ conversationId: '', options });
			await execute({ conversationId: '', options });
			expect(crm.deals).toMatchObject([{ key: 'order 10023' }]);
			await expect(execute({ conversationId: '' })).rejects.toMatchObject({
				description: expect.stringContaining('Reference'),
			});
		});

		test('fields of the account are filled as they were mapped, dates and times as the CRM takes them', async () => {
			crm.fields.contact.push(
				{ name: 'tier', label: 'Tier', type: 'text', readOnly: false },
				{ name: 'since', label: 'Since', type: 'date', readOnly: false },
			);
			crm.fields.deal.push({ name: 'plan', label: 'Plan', type: 'text', readOnly: false });
			await execute({
				mapFields: true,
				contactFields: {
					value: {
						tier: 'gold',
						since: DateTime.fromISO('2024-05-01T00:00:00+02:00', { setZone: true }),
					},
				},
				recordFields: { value: { plan: 'yearly', left: null } },
			});
			expect(crm.contacts[0]!.properties).toEqual({ tier: 'gold', since: '2024-05-01' });
			expect(crm.deals[0]!.properties).toEqual({ plan: 'yearly' });
			await expect(
				execute({ mapFields: true, contactFields: { value: { colour: 'red' } } }),
			).rejects.toMatchObject({ message: expect.stringContaining('colour') });
		});

		test('a mapped time becomes the day that it is where the workflow is, and what is no date is named', async () => {
			crm.fields.contact.push({ name: 'since', label: 'Since', type: 'date', readOnly: false });
			const since = (value: string) =>
				execute({ mapFields: true, contactFields: { value: { since: value } } });
			await since('2024-04-30T23:30:00.000Z');
			expect(crm.contacts[0]!.properties).toEqual({ since: '2024-05-01' });
			await expect(since('next week')).rejects.toMatchObject({
				message: expect.stringContaining('Since is no time: next week'),
			});
		});

		test('consent and conversation go into the fields that Create Fields makes', async () => {
			await execute({ operation: 'createFields' });
			await store.putSetting('inbox.url', 'https://n8n.shop.example/webhook/1/inbox');
			await execute();
			expect(crm.deals[0]!.properties).toMatchObject({
				whatsapp_conversation_id: conversationId,
				whatsapp_conversation_link: `https://n8n.shop.example/webhook/1/inbox#/c/${conversationId}`,
			});
			expect(crm.contacts[0]!.properties).toMatchObject({
				whatsapp_last_message_at: at(0),
			});
			const { id, phone } = await another(2);
			await execute({ conversationId: id, phone, options: { handoffFields: false } });
			expect(crm.deals[1]!.properties).toBeUndefined();
		});

		test('a customer who comes back gets a new deal, or the old one opened again where staff chose so', async () => {
			await execute();
			await execute({ operation: 'advanceStage', stage: 'won' });
			crm.deals[0]!.closed = true;
			await reopened();
			await execute({ options: { afterClose: 'reopen' } });
			expect(crm.deals).toMatchObject([{ stageId: 'new' }]);
			await reopened();
			await execute();
			expect(crm.deals.map(({ key }) => key)).toEqual([
				dealKey(conversationId, 1),
				dealKey(conversationId, 3),
			]);
		});

		/** The conversation goes on after a close. */
		const reopened = () =>
			store.decide(conversationId, ({ conversation }) => {
				const changed: Conversation = {
					...conversation,
					episode: conversation.episode + 1,
					version: conversation.version + 1,
				};
				return { result: undefined, conversation: changed };
			});
	});

	describe('the records of a customer', () => {
		test('are noted at the conversation with their pages, for whoever answers beside the chat', async () => {
			const { createContact, createDeal } = crm;
			crm.createContact = async (input, key) => {
				const contact = await createContact(input, key);
				Object.assign(crm.contacts[0]!, { name: 'Robin Sample', url: 'https://crm.example/c/1' });
				return contact;
			};
			crm.createDeal = async (input) => {
				const deal = await createDeal(input);
				Object.assign(crm.deals[0]!, { url: 'https://crm.example/d/2' });
				return deal;
			};
			const [item] = await execute();
			expect(item!.json.crm).toMatchObject({ url: 'https://crm.example/d/2' });
			const noted = async () => (await store.conversation(conversationId))!.crm!.records;
			expect(await noted()).toEqual([
				{ kind: 'contact', name: 'Robin Sample', url: 'https://crm.example/c/1' },
				{
					kind: 'deal',
					name: 'Robin Sample – WhatsApp',
					url: 'https://crm.example/d/2',
					stage: 'New',
				},
			]);
			await execute({ operation: 'advanceStage', stage: 'offer' });
			expect(await noted()).toMatchObject([{ kind: 'contact' }, { kind: 'deal', stage: 'Offer' }]);
			await execute();
			const audit = (await store.audit(conversationId)).filter(({ action }) => action === 'crm');
			expect(audit.map(({ reason }) => reason)).toEqual([
				expect.stringContaining('(New)'),
				expect.stringContaining('(Offer)'),
			]);
		});

		test('say what the deal is worth, so that the review knows what was at stake', async () => {
			const value = async () => (await store.conversation(conversationId))!.collected.dealValue;
			await execute({}, { items: [{ brief: { budget: { value: 'about 2,500 EUR' } } }] });
			expect(await value()).toBe(2500);
			// What staff have set in the CRM is nearer to the truth than what the customer named.
			crm.deals[0]!.amount = 4000;
			const [item] = await execute();
			expect(item!.json.crm).toMatchObject({ deal: { amount: 4000 } });
			expect(await value()).toBe(4000);
			await execute({ options: { amount: 7000, overwrite: true } });
			expect([crm.deals[0]!.amount, await value()]).toEqual([7000, 7000]);
			await execute({ withDeal: false });
			expect(await value()).toBe(7000);
		});

		test('that were only planned are not', async () => {
			await execute({ planOnly: true });
			expect((await store.conversation(conversationId))!.crm).toBeUndefined();
		});
	});

	describe('many items', () => {
		test('are worked on side by side as far as the CRM likes it, each paired with its own result', async () => {
			const customers = await Promise.all([1, 2, 3, 4, 5].map((number) => another(number)));
			Object.assign(crm, { together: 100 });
			let open = 0;
			let most = 0;
			crm.before = () => {
				open += 1;
				most = Math.max(most, open);
			};
			crm.after = () => {
				open -= 1;
			};
			const output = await execute(
				{
					conversationId: (index: number) => customers[index]!.id,
					phone: (index: number) => customers[index]!.phone,
				},
				{ items: customers.map((_one, number) => ({ number })) },
			);
			expect(jest.mocked(openCrm).mock.calls).toEqual([
				[expect.anything(), { baseUrl: undefined, many: true }],
			]);
			expect(output.map(({ json, pairedItem }) => [json.number, pairedItem])).toEqual(
				customers.map((_one, item) => [item, { item }]),
			);
			const ids = output.map(({ json }) => (json.crm as { deal: { id: string } }).deal.id);
			expect(new Set(ids).size).toBe(5);
			expect(crm.contacts).toHaveLength(5);
		});

		test('of which the CRM refuses one: that item says why, the others are done', async () => {
			const customers = await Promise.all([1, 2, 3].map((number) => another(number)));
			Object.assign(crm, { together: 100 });
			const create = crm.createContact;
			crm.createContact = (input, key) => {
				if (input.phone === customers[1]!.phone) {
					throw new CrmError('HubSpot did not create the contact (HTTP 400)', 'invalid', 'Look.', {
						httpStatus: 400,
					});
				}
				return create(input, key);
			};
			const parameters = {
				conversationId: (index: number) => customers[index]!.id,
				phone: (index: number) => customers[index]!.phone,
			};
			const output = await execute(parameters, { items: [{}, {}, {}], continueOnFail: true });
			expect(output.map(({ json, pairedItem }) => [json.error, pairedItem])).toEqual([
				[undefined, { item: 0 }],
				[expect.stringContaining('HTTP 400'), { item: 1 }],
				[undefined, { item: 2 }],
			]);
			expect(crm.deals).toHaveLength(2);
			await expect(execute(parameters, { items: [{}, {}, {}] })).rejects.toMatchObject({
				context: { itemIndex: 1 },
			});
		});
	});

	describe('Plan Only', () => {
		test('gives out what would be written and writes nothing', async () => {
			const [item] = await execute({ planOnly: true, options: { task: true } });
			const { planned, writes } = item!.json.crm as {
				planned: boolean;
				writes: Array<{ action: string }>;
			};
			expect(planned).toBe(true);
			expect(writes.map(({ action }) => action)).toEqual([
				'create contact',
				'create deal',
				'create note',
				'create task',
			]);
			expect([crm.contacts, crm.deals, crm.notes, crm.tasks]).toEqual([[], [], [], []]);
			// As an expression may give it.
			await execute({ planOnly: 'true' });
			expect(crm.contacts).toEqual([]);
			const [done] = await execute({ planOnly: 'false' }, { items: [item!.json] });
			expect(done!.json.crm).not.toHaveProperty('planned');
			expect(crm.contacts).toHaveLength(1);
		});

		test('is how a sample conversation is always handled, and it needs no credential', async () => {
			const sample = await another(7, SIMULATION_CHANNEL);
			jest.mocked(openCrm).mockRejectedValue(new Error('No credential is chosen'));
			const [item] = await execute({
				conversationId: sample.id,
				phone: sample.phone,
				options: { amount: 99, currency: 'eur' },
			});
			expect(item!.json.crm).toMatchObject({
				planned: true,
				owner: { email: 'ana@shop.example' },
				deal: { stageName: 'first stage' },
				writes: [
					{ action: 'create contact', values: { phone: sample.phone } },
					{ action: 'create deal', values: { amount: 99, currency: 'EUR' } },
					{ action: 'create note' },
				],
				warnings: [expect.stringContaining('sample customer')],
			});
			const [context] = await execute({ operation: 'getContext', conversationId: sample.id });
			expect(context!.json.crm).toMatchObject({ found: false });
			expect(jest.mocked(openCrm)).not.toHaveBeenCalled();
			await expect(execute()).rejects.toThrow('No credential is chosen');
			connected(false);
			const [other] = await execute({ planOnly: true });
			expect(other!.json.crm).toMatchObject({
				planned: true,
				warnings: [expect.stringContaining('No HubSpot credential')],
			});
		});

		test('of Create Fields names the fields that the account lacks', async () => {
			const [first] = HANDOFF_FIELDS.contact;
			crm.fields.contact.push({ ...first!, readOnly: false });
			const [item] = await execute({ operation: 'createFields', planOnly: true });
			const { writes } = item!.json.crm as { writes: object[] };
			expect(writes).toHaveLength(HANDOFF_FIELDS.contact.length + HANDOFF_FIELDS.deal.length - 1);
			expect(crm.fields.deal).toEqual([]);
		});
	});

	describe('Get Context', () => {
		test('gives what the CRM knows, and notes it where scorer and router read it', async () => {
			await execute();
			Object.assign(crm.contacts[0]!, { properties: { tier: 'VIP' } });
			crm.findOwner = () => Promise.resolve({ id: '7', name: 'Ana', email: 'ana@shop.example' });
			crm.orders.push({ id: 'o1', name: 'Order 10023', status: 'shipped' });
			const [item] = await execute({ operation: 'getContext', segmentField: 'tier' });
			expect(item!.json).toMatchObject({
				crm: {
					found: true,
					segment: 'VIP',
					openDeals: [{ name: 'Robin Sample – WhatsApp', stage: 'New' }],
					openOrders: [{ reference: 'Order 10023' }],
				},
				customer: { segment: 'VIP', accountManager: 'ana@shop.example' },
				conversation: { id: conversationId },
			});
			const conversation = await store.conversation(conversationId);
			expect(conversation!.profile).toMatchObject({
				segment: 'VIP',
				accountManager: 'ana@shop.example',
			});
			const audit = await store.audit(conversationId);
			expect(audit.at(-1)).toMatchObject({ action: 'profile', actor: { name: 'CRM Upsert' } });
		});

		test('is kept beside the result of a later Create or Update, and out of the profile if staff want', async () => {
			await execute();
			const [context] = await execute({ operation: 'getContext', options: { remember: false } });
			const audit = await store.audit(conversationId);
			expect(audit.filter(({ action }) => action === 'profile')).toEqual([]);
			const [item] = await execute({}, { items: [context!.json] });
			expect(item!.json.crm).toMatchObject({
				openDeals: [{ stage: 'New' }],
				contact: { created: false },
			});
		});

		test('of a stranger says that the CRM does not know them', async () => {
			const { id, phone } = await another(3);
			const [item] = await execute({ operation: 'getContext', conversationId: id, phone });
			expect(item!.json.crm).toMatchObject({ found: false, openDeals: [] });
		});
	});

	test.each([
		['2026-12-31', '2026-12-31'],
		['2026-12-31T00:30:00', '2026-12-31'],
		['2026-12-31T23:30:00Z', '2027-01-01'],
	])('Close Date %s is the day of the workflow’s time zone: %s', async (closeDate, day) => {
		await execute({ options: { closeDate } });
		expect(crm.deals[0]).toMatchObject({ closeDate: day });
	});

	describe('Advance Stage', () => {
		test('moves the deal of the conversation forwards only', async () => {
			await execute();
			const [item] = await execute({ operation: 'advanceStage', stage: 'offer' });
			expect(item!.json.crm).toMatchObject({ deal: { moved: true, stageName: 'Offer' } });
			const [back] = await execute({ operation: 'advanceStage', stage: 'new' });
			expect(back!.json.crm).toMatchObject({
				deal: { moved: false },
				warnings: [expect.stringContaining('not moved back')],
			});
			expect(crm.deals[0]!.stageId).toBe('offer');
		});

		test('takes the CRM’s own id of a record, and asks for a stage', async () => {
			await execute();
			const options = { recordId: crm.deals[0]!.id };
			await execute({ operation: 'advanceStage', conversationId: '', stage: 'won', options });
			expect(crm.deals[0]!.stageId).toBe('won');
			await expect(execute({ operation: 'advanceStage' })).rejects.toMatchObject({
				description: expect.stringContaining('stage'),
			});
		});
	});

	describe('Log Outcome', () => {
		test('writes what the agent said at the close, and ends the task', async () => {
			await execute({ options: { task: true } });
			const given = {
				operation: 'logOutcome',
				disposition: 'sold',
				resolution: 'Chose the yearly plan',
				nextAction: 'Send the contract',
				stage: 'won',
				options: { followUpAt: '2026-11-05T09:00:00' },
			};
			const items = [{ agent: { id: 'one', name: 'Agent One' } }];
			const [item] = await execute(given, { items });
			expect(item!.json.crm).toMatchObject({
				note: { created: true },
				deal: { moved: true, stageName: 'Won' },
				task: { created: true },
			});
			const note = crm.notes.find(({ html }) => html.includes('sold'))!;
			expect(note.html).toContain('Chose the yearly plan');
			expect(note.html).toContain('Agent One');
			expect(crm.tasks).toMatchObject([
				{ done: true },
				{ title: 'Send the contract', dueAt: '2026-11-05T08:00:00.000Z' },
			]);
			await execute(given, { items });
			expect([crm.notes.length, crm.tasks.length]).toEqual([2, 2]);
		});

		test('takes the outcome from the conversation where the node names none, and says so if there is none', async () => {
			await execute();
			await expect(execute({ operation: 'logOutcome' })).rejects.toMatchObject({
				description: expect.stringContaining('Outcome'),
			});
			await store.decide(conversationId, ({ conversation }) => ({
				result: undefined,
				conversation: {
					...conversation,
					outcome: { disposition: 'solved', resolution: 'Sent again' },
					version: conversation.version + 1,
				},
			}));
			await execute({ operation: 'logOutcome' });
			expect(crm.notes.at(-1)!.html).toMatch(/solved.*Sent again/su);
		});
	});

	test('what the CRM said and what to do is in the error, or in the item where the workflow goes on', async () => {
		crm.before = () => {
			throw new CrmError(
				'HubSpot did not look up the owner (HTTP 403): missing scopes',
				'auth',
				'Add the permission.',
				{ httpStatus: 403 },
			);
		};
		await expect(execute()).rejects.toMatchObject({
			message: expect.stringContaining('missing scopes'),
			description: 'Add the permission.',
			httpCode: '403',
		});
		const [item] = await execute({}, { items: [{ keep: 1 }], continueOnFail: true });
		expect(item).toMatchObject({
			json: { keep: 1, errorDescription: 'Add the permission.' },
			pairedItem: { item: 0 },
		});
	});

	describe('in the editor', () => {
		const form = (parameters: Record<string, unknown>) =>
			({
				getCurrentNodeParameter: (name: string) => parameters[name],
				getNode: () => ({ name: 'CRM Upsert', type: 'crmUpsert', typeVersion: 1, parameters: {} }),
			}) as unknown as ILoadOptionsFunctions;
		const { loadOptions, resourceMapping } = new CrmUpsert().methods;

		test('pipelines and stages are chosen from the account’s own lists', async () => {
			const upsert = form({ operation: 'upsert', pipeline: 'sales' });
			expect(await loadOptions.getPipelines.call(upsert)).toEqual([
				{ name: 'Default Pipeline', value: '' },
				{ name: 'Sales', value: 'sales' },
			]);
			expect(await loadOptions.getStages.call(upsert)).toEqual([
				{ name: 'First Open Stage', value: '' },
				{ name: 'New', value: 'new' },
				{ name: 'Offer', value: 'offer' },
				{ name: 'Won (Closed)', value: 'won' },
			]);
			const first = async (operation: string) =>
				(await loadOptions.getStages.call(form({ operation })))[0];
			expect(await first('logOutcome')).toEqual({ name: 'Leave as It Is', value: '' });
			expect(await first('advanceStage')).toEqual({ name: 'New', value: 'new' });
		});

		test('fields are mapped from the account’s own schema, without those that cannot be written', async () => {
			crm.fields.contact.push(
				{ name: 'score', label: 'Score', type: 'number', readOnly: true },
				{
					name: 'tier',
					label: 'Tier',
					type: 'options',
					options: [{ value: 'gold', label: 'Gold' }],
					readOnly: false,
				},
			);
			const mapping = await resourceMapping.getContactMapping.call(form({ operation: 'upsert' }));
			expect(mapping.fields).toMatchObject([
				{ id: 'tier', displayName: 'Tier', options: [{ name: 'Gold', value: 'gold' }] },
			]);
			expect(await resourceMapping.getRecordMapping.call(form({}))).toMatchObject({
				fields: [],
				emptyFieldsNotice: expect.stringContaining('HubSpot'),
			});
			expect(await loadOptions.getContactFieldNames.call(form({}))).toMatchObject([
				{ name: 'Score', value: 'score' },
				{ name: 'Tier', value: 'tier' },
			]);
		});

		test('what hinders a list is told as when the node runs', async () => {
			jest
				.mocked(openCrm)
				.mockRejectedValue(
					new CrmError('HubSpot did not list its pipelines (HTTP 401)', 'auth', 'Connect again.'),
				);
			await expect(loadOptions.getPipelines.call(form({}))).rejects.toMatchObject({
				message: expect.stringContaining('401'),
				description: 'Connect again.',
			});
		});
	});
});
