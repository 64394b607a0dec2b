import { randomUUID } from 'node:crypto';

import type { N8nClient } from '../../host/n8n';
import { chain, pipedriveToken, salesforceJwt, savedCredential } from './chain';
import { BEHIND_PROXY, FORBIDDEN } from './environment';
import { freshCustomer } from './fixtures';
import {
	LIMIT_MS,
	crmAt,
	environment,
	executionOf,
	graph,
	itemOf,
	sharedCredentials,
	signedInClient,
	throughProxy,
} from './harness';

jest.setTimeout(2 * LIMIT_MS);

describe('the network of a company, in a real n8n', () => {
	let client: N8nClient;
	let appToken: { hubspotAppToken: { id: string; name: string } };

	beforeAll(async () => {
		client = await signedInClient();
		const { hubspotAppToken } = await sharedCredentials(client);
		appToken = { hubspotAppToken };
	});

	const ofBody = (field: string) => `={{ $('Given').item.json.body.${field} }}`;
	const aCustomer = () => ({ phone: `+${freshCustomer()}`, reference: randomUUID() });
	/** What goes out while `work` is done. */
	const callsDuring = async (work: () => Promise<unknown>) => {
		const before = (await throughProxy()).length;
		await work();
		return (await throughProxy()).slice(before);
	};

	const elsewhere = {
		HubSpot: (host: string) => ({
			credentials: () => Promise.resolve(appToken),
			parameters: { crm: 'hubspot', authentication: 'appToken' },
			options: { baseUrl: `http://${host}` },
		}),
		Pipedrive: (host: string) => ({
			credentials: () => pipedriveToken(client),
			parameters: { crm: 'pipedrive', pipedriveAuthentication: 'apiToken' },
			options: { baseUrl: `http://${host}` },
		}),
		Salesforce: (host: string) => ({
			credentials: () => salesforceJwt(client, `http://${host}`),
			parameters: { crm: 'salesforce', salesforceAuthentication: 'jwt' },
			options: {},
		}),
	};
	const bringIn = async (title: keyof typeof elsewhere, host: string) => {
		const { credentials, parameters, options: more } = elsewhere[title](host);
		return chain(client, [
			{
				name: 'Bring in',
				credentials: await credentials(),
				onError: 'continueRegularOutput',
				parameters: {
					...parameters,
					conversationId: '',
					phone: ofBody('phone'),
					note: '<p>Asked for the yearly plan</p>',
					options: { ...more, reference: ofBody('reference'), task: true },
				},
			},
		]);
	};

	it.each(['HubSpot', 'Pipedrive', 'Salesforce'] as const)(
		'reaches %s through the company’s proxy where that is the only way out',
		async (title) => {
			const host = BEHIND_PROXY[title.toLowerCase() as keyof typeof BEHIND_PROXY];
			const post = await bringIn(title, host);
			let item: Record<string, unknown> | undefined;
			const calls = await callsDuring(async () => {
				[item] = await post(aCustomer());
			});
			expect(item!.error).toBeUndefined();
			expect(item!.crm).toMatchObject({
				contact: { created: true },
				deal: { created: true },
				note: { created: true },
				task: { created: true },
				warnings: [],
			});
			expect(calls.length).toBeGreaterThan(4);
			expect(calls.filter((call) => call.split(' ')[1] !== host)).toEqual([]);
			const { hubspotUrl, pipedriveUrl, salesforceUrl } = environment;
			const url = { HubSpot: hubspotUrl, Pipedrive: pipedriveUrl, Salesforce: salesforceUrl }[
				title
			];
			expect(await crmAt(url).violations()).toEqual([]);
		},
	);

	it.each(['HubSpot', 'Pipedrive', 'Salesforce'] as const)(
		'keeps to n8n’s outbound policy with %s: a host that is forbidden is not called, and staff read why',
		async (title) => {
			const post = await bringIn(title, FORBIDDEN);
			let item: Record<string, unknown> | undefined;
			expect(
				await callsDuring(async () => {
					[item] = await post(aCustomer());
				}),
			).toEqual([]);
			expect(String(item!.error)).toContain(FORBIDDEN);
			expect(String(item!.errorDescription)).toContain('ask whoever runs n8n');
		},
	);

	/** A workflow whose bot answers with a credential that leads to this host. */
	const answerThrough = async (host: string, ...further: Parameters<typeof chain>[1]) =>
		chain(client, [
			{
				name: 'Answer',
				type: 'n8n-nodes-whatsapp-handoff.conversation',
				onError: 'continueRegularOutput',
				credentials: await savedCredential(client, 'whatsAppHandoffApi', {
					accessToken: environment.accessToken,
					phoneNumberId: environment.phoneNumberId,
					baseUrl: `http://${host}`,
				}),
				parameters: {
					operation: 'reply',
					conversationId: ofBody('id'),
					text: 'We are open until six',
				},
			},
			...further,
		]);
	const aConversation = async () => {
		const from = freshCustomer();
		const { messageId } = await graph.customerSays({ from, name: 'Robin Sample', text: 'Hello' });
		const run = await executionOf(client, messageId);
		return { from, id: (itemOf(run, 'WhatsApp Trigger')!.conversation as { id: string }).id };
	};
	const toldOnPhone = async (from: string) =>
		(await graph.messages()).filter(
			({ waId, direction, text }) =>
				waId === from && direction === 'out' && text === 'We are open until six',
		);

	it('reaches WhatsApp through the company’s proxy where that is the only way out', async () => {
		const post = await answerThrough(BEHIND_PROXY.graph);
		const { from, id } = await aConversation();
		const calls = await callsDuring(() => post({ id }));
		expect(calls).toEqual([expect.stringContaining(`POST ${BEHIND_PROXY.graph} `)]);
		expect(await toldOnPhone(from)).toHaveLength(1);
	});

	it('keeps to n8n’s outbound policy with WhatsApp: a host that is forbidden is not called, and staff read why', async () => {
		const post = await answerThrough(FORBIDDEN, {
			name: 'Withheld',
			type: 'n8n-nodes-base.noOp',
			parameters: {},
			after: 1,
		});
		const { from, id } = await aConversation();
		let item: Record<string, unknown> | undefined;
		expect(
			await callsDuring(async () => {
				[item] = await post({ id });
			}),
		).toEqual([]);
		expect(String(item!.error)).toContain(FORBIDDEN);
		expect(await toldOnPhone(from)).toEqual([]);
	});
});
