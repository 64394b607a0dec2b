import type { IExecuteFunctions, ILoadOptionsFunctions, INodeExecutionData } from 'n8n-workflow';

import { dealKey } from '../../../core/crm';
import { CrmError } from '../../../core/ports/crm';
import type { HandoffStore } from '../../../core/ports/store';
import { openCrm } from '../../../nodes/CrmUpsert/crm';
import { CrmUpsert } from '../../../nodes/CrmUpsert/CrmUpsert.node';
import { storeFor } from '../../../nodes/shared/store';
import { customerWrites, temporaryStore } from '../../support';
import { MemoryCrm } from '../crm/memoryCrm';

jest.mock('../../../nodes/shared/store', () => ({ storeFor: jest.fn(), storeCredential: {} }));
jest.mock('../../../nodes/CrmUpsert/crm', () => ({ openCrm: jest.fn() }));

describe('CRM Upsert node', () => {
	let store: HandoffStore;
	let close: () => Promise<void>;
	let crm: MemoryCrm;
	let conversationId: string;

	beforeEach(async () => {
		({ store, close } = await temporaryStore());
		jest.mocked(storeFor).mockReset().mockResolvedValue(store);
		crm = new MemoryCrm();
		jest.mocked(openCrm).mockReset().mockReturnValue({ crm, account: 'a' });
		({ conversationId } = await customerWrites(store, 0));
	});
	afterEach(() => close());

	const { properties } = new CrmUpsert().description;
	const values = {
		contactName: 'Robin Sample',
		phone: '+16505551234',
		email: '',
		ownerEmail: 'ana@shop.example',
		note: '<p>Asked for a person</p>',
	};
	const execute = async (
		parameters: Record<string, unknown> = {},
		{ items = [{}] as object[], continueOnFail = false } = {},
	): Promise<INodeExecutionData[]> => {
		const context = {
			getInputData: () => items.map((json) => ({ json })),
			getNodeParameter(name: string, _index: number, fallback?: unknown) {
				const given: Record<string, unknown> = { conversationId, ...values, ...parameters };
				return given[name] ?? properties.find((one) => one.name === name)?.default ?? fallback;
			},
			getNode: () => ({ name: 'CRM Upsert', type: 'crmUpsert', typeVersion: 1, parameters: {} }),
			continueOnFail: () => continueOnFail,
		} as unknown as IExecuteFunctions;
		const [output] = await new CrmUpsert().execute.call(context);
		return output!;
	};

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
		expect(crm.contacts[0]).toMatchObject({ firstName: 'Robin', lastName: 'Sample', ownerId: '7' });
		expect(crm.deals[0]).toMatchObject({
			key: dealKey(conversationId, 1),
			name: 'Robin Sample – WhatsApp',
		});
		expect(crm.tasks).toEqual([]);
	});

	test('the task is due when the router promised the answer', async () => {
		await execute(
			{ options: { task: true } },
			{ items: [{ handoff: { dueAt: '2026-11-02T10:15:00.000Z' } }] },
		);
		expect(crm.tasks).toMatchObject([{ dueAt: '2026-11-02T10:15:00.000Z' }]);
	});

	test('items of one customer in one run share contact and deal', async () => {
		const output = await execute({}, { items: [{}, {}] });
		expect(output.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
		expect([crm.contacts.length, crm.deals.length, crm.notes.length]).toEqual([1, 1, 1]);
	});

	test('without a deal only contact and note are written', async () => {
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

	test('pipelines and stages are chosen from the account’s own lists', async () => {
		const { getPipelines, getStages } = new CrmUpsert().methods.loadOptions;
		const context = {
			getCurrentNodeParameter: (name: string) => (name === 'pipeline' ? 'sales' : {}),
		} as unknown as ILoadOptionsFunctions;
		expect(await getPipelines.call(context)).toEqual([
			{ name: 'Default Pipeline', value: '' },
			{ name: 'Sales', value: 'sales' },
		]);
		expect((await getStages.call(context)).map(({ value }) => value)).toEqual([
			'',
			'new',
			'offer',
			'won',
		]);
	});
});
