import { randomUUID } from 'node:crypto';
import path from 'node:path';

import { openStore } from '../../adapters/store/open';
import type { HandoffStore } from '../../core/ports/store';
import type { N8nClient } from '../../host/n8n';
import { LOCAL_HUBSPOT_APP } from '../../host/stack';
import type { Credential } from './chain';
import { CRM_UPSERT, chain, pipedriveToken, salesforceJwt } from './chain';
import { freshCustomer } from './fixtures';
import {
	LIMIT_MS,
	crmAt,
	environment,
	executionOf,
	graph,
	hubspot,
	itemOf,
	sharedCredentials,
	signedInClient,
} from './harness';

jest.setTimeout(2 * LIMIT_MS);

describe('CRM Upsert in a real n8n', () => {
	let client: N8nClient;
	let store: HandoffStore;
	let appToken: { hubspotAppToken: { id: string; name: string } };

	beforeAll(async () => {
		client = await signedInClient();
		const { hubspotAppToken } = await sharedCredentials(client);
		appToken = { hubspotAppToken };
		// A second process on n8n's own file, as a second n8n would be.
		store = await openStore({
			file: path.join(environment.folder, '.n8n', 'whatsapp-handoff.sqlite'),
		});
	});
	afterAll(() => store.close());
	afterEach(async () => {
		expect(await hubspot.violations()).toEqual([]);
	});

	const ofBody = (field: string) => `={{ $('Given').item.json.body.${field} }}`;
	const options = (more: object = {}) => ({ baseUrl: environment.hubspotUrl, ...more });

	it('brings a customer into the CRM, reads them back, and logs how the conversation ended', async () => {
		const from = freshCustomer();
		const { messageId } = await graph.customerSays({ from, name: 'Robin Sample', text: 'Hello' });
		const run = await executionOf(client, messageId);
		const { id } = itemOf(run, 'WhatsApp Trigger')!.conversation as { id: string };
		const customer = {
			conversationId: ofBody('id'),
			phone: ofBody('phone'),
			contactName: 'Robin Sample',
		};
		const post = await chain(client, [
			{
				name: 'Bring in',
				credentials: appToken,
				parameters: {
					...customer,
					ownerEmail: 'agent.one@shop.example',
					note: '<p>Asked for the yearly plan</p>',
					options: options({ task: true, amount: 250, currency: 'EUR' }),
				},
			},
			{
				name: 'Read back',
				credentials: appToken,
				parameters: {
					...customer,
					operation: 'getContext',
					segmentField: 'lifecyclestage',
					options: options(),
				},
			},
			{
				name: 'Log',
				credentials: appToken,
				parameters: {
					...customer,
					operation: 'logOutcome',
					disposition: 'sold',
					resolution: 'Chose the yearly plan',
					nextAction: 'Send the contract',
					stage: 'closedwon',
					options: options({ followUpAt: '2026-12-01T10:00:00' }),
				},
			},
		]);
		const [item] = await post({ id, phone: `+${from}` });
		const crm = item!.crm as {
			contact: { id: string };
			deal: { id: string };
			openDeals: object[];
			url: string;
		};
		expect(crm).toMatchObject({
			crm: 'hubspot',
			found: true,
			openDeals: [{ id: crm.deal.id, stage: 'Appointment Scheduled', amount: 250 }],
			deal: { moved: true, stageName: 'Closed Won' },
			note: { created: true },
			task: { created: true },
			warnings: [],
		});
		expect(crm.url).toContain(crm.deal.id);
		expect(item!.customer).toMatchObject({ accountManager: 'agent.one@shop.example' });

		const state = (await hubspot.state()) as unknown as Record<
			string,
			Array<{ id: string; properties: Record<string, string> }>
		>;
		const tasks = state.tasks!.filter(({ properties }) =>
			['Answer Robin Sample on WhatsApp', 'Send the contract'].includes(
				properties.hs_task_subject!,
			),
		);
		expect(tasks.map(({ properties }) => properties.hs_task_status)).toEqual(
			expect.arrayContaining(['COMPLETED', 'NOT_STARTED']),
		);
		const conversation = await store.conversation(id);
		expect(conversation!.profile.accountManager).toBe('agent.one@shop.example');
		expect(conversation!.crm!.records).toEqual([
			{ kind: 'contact', name: 'Robin Sample', url: expect.stringContaining(crm.contact.id) },
			{
				kind: 'deal',
				name: 'Robin Sample – WhatsApp',
				url: crm.url,
				stage: 'Closed Won',
			},
		]);
	});

	it('takes many items at once, each paired with its own result, and names the one that cannot be done', async () => {
		const post = await chain(client, [
			{
				name: 'Each',
				type: 'n8n-nodes-base.splitOut',
				parameters: { fieldToSplitOut: 'body.customers', options: {} },
			},
			{
				name: 'Bring in',
				credentials: appToken,
				onError: 'continueRegularOutput',
				parameters: {
					conversationId: '',
					phone: '={{ $json.phone }}',
					contactName: '={{ $json.name }}',
					options: options({ reference: '={{ $json.reference }}' }),
				},
			},
		]);
		const customers = Array.from({ length: 40 }, (_, number) => ({
			name: `Kim Number${number}`,
			phone: number === 17 ? '' : `+${freshCustomer()}`,
			reference: `order ${randomUUID()}`,
		}));
		const items = await post({ customers });
		expect(items.map(({ reference }) => reference)).toEqual(
			customers.map(({ reference }) => reference),
		);
		expect(items.flatMap(({ error }, index) => (error ? [index] : []))).toEqual([17]);
		expect(String(items[17]!.errorDescription)).toContain('Phone');
		const contacts = (await hubspot.state()).contacts as Array<{
			id: string;
			properties: Record<string, string>;
		}>;
		for (const [index, item] of items.entries()) {
			if (index === 17) continue;
			const { contact } = item.crm as { contact: { id: string; created: boolean } };
			const made = contacts.filter(
				({ properties }) => properties.phone === customers[index]!.phone,
			);
			expect(made.map(({ id }) => id)).toEqual([contact.id]);
		}
	});

	const aCustomer = () => ({ phone: `+${freshCustomer()}`, reference: randomUUID() });
	const crms = {
		HubSpot: {
			url: environment.hubspotUrl,
			parameters: { crm: 'hubspot', authentication: 'oAuth2' },
			credential: 'hubspotOAuth2Api',
			options: { baseUrl: environment.hubspotUrl },
		},
		Pipedrive: {
			url: environment.pipedriveUrl,
			parameters: { crm: 'pipedrive', pipedriveAuthentication: 'oAuth2' },
			credential: 'pipedriveOAuth2Api',
			options: { baseUrl: environment.pipedriveUrl },
		},
		// Told by the token where the org is.
		Salesforce: {
			url: environment.salesforceUrl,
			parameters: { crm: 'salesforce', salesforceAuthentication: 'oAuth2' },
			credential: 'salesforceOAuth2Api',
			options: {},
		},
	};

	it.each(Object.entries(crms))(
		'goes on with a new token of %s where the old one has expired, as n8n renews it',
		async (title, { url, parameters, credential, options: more }) => {
			const crm = crmAt(url);
			const { id, name } = await client.call<Credential>('POST', '/rest/credentials', {
				name: `${title} OAuth2 ${randomUUID()}`,
				type: credential,
				data: LOCAL_HUBSPOT_APP,
			});
			// What the user's browser does: the vendor sends it back to n8n with a code.
			const authorization = new URL(
				await client.call<string>('GET', `/rest/oauth2-credential/auth?id=${id}`),
			);
			expect(authorization.origin).toBe(url);
			const back = new URLSearchParams({
				code: randomUUID(),
				state: authorization.searchParams.get('state')!,
			});
			const connected = await client.request('GET', `/rest/oauth2-credential/callback?${back}`);
			expect(connected.status).toBe(200);
			expect(await crm.tokens()).toMatchObject({ authorization_code: 1, refresh_token: 0 });

			const post = await chain(client, [
				{
					name: 'Bring in',
					credentials: { [credential]: { id, name } },
					parameters: {
						...parameters,
						conversationId: '',
						phone: ofBody('phone'),
						options: { ...more, reference: ofBody('reference'), task: true },
					},
				},
			]);
			const [first] = await post(aCustomer());
			expect(first!.crm).toMatchObject({ contact: { created: true } });
			expect(await crm.tokens()).toMatchObject({ authorization_code: 1, refresh_token: 0 });

			await crm.expireTokens();
			const again = aCustomer();
			const [second] = await post(again);
			const made = { contact: { created: true }, deal: { created: true }, task: { created: true } };
			expect(second!.crm).toMatchObject(made);
			expect((await crm.tokens()).refresh_token).toBeGreaterThan(0);
			const [third] = await post(again);
			expect(third!.crm).toMatchObject({ contact: { created: false }, deal: { created: false } });
			expect(await crm.violations()).toEqual([]);
		},
	);

	it('signs in to Salesforce by JWT without anybody, and anew where the session has ended', async () => {
		const salesforce = crmAt(environment.salesforceUrl);
		const credentials = await salesforceJwt(client);
		const post = await chain(client, [
			{
				name: 'Bring in',
				credentials,
				parameters: {
					crm: 'salesforce',
					salesforceAuthentication: 'jwt',
					recordKind: 'ticket',
					conversationId: '',
					phone: ofBody('phone'),
					options: { reference: ofBody('reference') },
				},
			},
		]);
		const made = { contact: { created: true }, deal: { created: true } };
		const [first] = await post(aCustomer());
		expect(first!.crm).toMatchObject(made);
		const { assertion } = await salesforce.tokens();
		expect(assertion).toBeGreaterThan(0);
		await salesforce.expireTokens();
		const [second] = await post(aCustomer());
		expect(second!.crm).toMatchObject(made);
		expect((await salesforce.tokens()).assertion).toBeGreaterThan(assertion!);
		expect(await salesforce.violations()).toEqual([]);
	});

	it('keeps a conversation as a lead of Pipedrive with n8n’s own API token', async () => {
		const credentials = await pipedriveToken(client);
		const post = await chain(client, [
			{
				name: 'Bring in',
				credentials,
				parameters: {
					crm: 'pipedrive',
					recordKind: 'lead',
					conversationId: '',
					phone: ofBody('phone'),
					note: '<p>Asked for the yearly plan</p>',
					ownerEmail: 'agent.one@shop.example',
					options: {
						baseUrl: environment.pipedriveUrl,
						reference: ofBody('reference'),
						amount: 250,
						task: true,
					},
				},
			},
		]);
		const [item] = await post(aCustomer());
		expect(item!.crm).toMatchObject({
			recordKind: 'lead',
			deal: { created: true, pipelineName: 'Leads Inbox', stageName: 'Open' },
			note: { created: true },
			task: { created: true },
			owner: { email: 'agent.one@shop.example' },
			warnings: [],
		});
		expect(await crmAt(environment.pipedriveUrl).violations()).toEqual([]);
	});

	it('plans without an account, and n8n runs it without a credential', async () => {
		const before = await hubspot.state();
		const post = await chain(client, [
			{
				name: 'Plan',
				parameters: {
					planOnly: true,
					conversationId: '',
					phone: ofBody('phone'),
					options: options({ reference: 'order 1' }),
				},
			},
		]);
		const [item] = await post({ phone: `+${freshCustomer()}` });
		expect(item!.crm).toMatchObject({
			planned: true,
			writes: [{ action: 'create contact' }, { action: 'create deal' }],
			warnings: [expect.stringContaining('credential')],
		});
		expect(await hubspot.state()).toEqual(before);
	});

	const lists = {
		HubSpot: {
			parameters: { crm: 'hubspot', authentication: 'appToken', options: options() },
			credential: () => Promise.resolve(appToken),
			stages: ['First Open Stage', 'Qualified To Buy', 'Closed Won (Closed)'],
			kind: 'ticket',
			pipelines: ['Default Pipeline', 'Support Pipeline'],
			fields: ['email', 'phone'],
		},
		Pipedrive: {
			parameters: {
				crm: 'pipedrive',
				pipedriveAuthentication: 'apiToken',
				options: { baseUrl: environment.pipedriveUrl },
			},
			credential: () => pipedriveToken(client),
			stages: ['First Open Stage', 'Proposal Made', 'Won (Closed)', 'Lost (Closed)'],
			kind: 'lead',
			pipelines: ['Default Pipeline', 'Leads Inbox'],
			// The account's own are none yet; those of Pipedrive go by other fields of the node.
			fields: [],
		},
		Salesforce: {
			parameters: { crm: 'salesforce', salesforceAuthentication: 'jwt', options: {} },
			credential: () => salesforceJwt(client),
			stages: ['First Open Stage', 'Prospecting', 'Closed Won (Closed)'],
			kind: 'ticket',
			pipelines: ['Default Pipeline', 'Case statuses'],
			fields: ['Email', 'MobilePhone', 'Description'],
		},
	};

	it.each(Object.entries(lists))(
		'fills the editor’s lists from the account of %s',
		async (_title, { parameters, credential, stages, kind, pipelines, fields }) => {
			const credentials = await credential();
			const ask = <T>(what: string, methodName: string, more: object) =>
				client.call<T>('POST', `/rest/dynamic-node-parameters/${what}`, {
					nodeTypeAndVersion: { name: CRM_UPSERT, version: 1 },
					path: 'parameters.stage',
					methodName,
					currentNodeParameters: {
						recordKind: 'deal',
						operation: 'upsert',
						...parameters,
						...more,
					},
					credentials,
				});
			type Names = Array<{ name: string }>;
			const found = await ask<Names>('options', 'getStages', {});
			expect(found.map(({ name }) => name)).toEqual(expect.arrayContaining(stages));
			const others = await ask<Names>('options', 'getPipelines', { recordKind: kind });
			expect(others.map(({ name }) => name)).toEqual(pipelines);
			const mapper = await ask<{ fields: Array<{ id: string }> }>(
				'resource-mapper-fields',
				'getContactMapping',
				{},
			);
			expect(mapper.fields.map(({ id }) => id)).toEqual(expect.arrayContaining(fields));
		},
	);
});
