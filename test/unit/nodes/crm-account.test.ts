import type { IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';

import type { CrmPort } from '../../../core/ports/crm';
import { CRM_TITLES } from '../../../core/ports/crm';
import { chosenCrm, crmCredentials, openCrm } from '../../../nodes/CrmUpsert/account';
import { CRMS } from '../../../nodes/CrmUpsert/crms';
import type { Authentication } from '../../../nodes/CrmUpsert/crms/types';
import { CrmUpsert } from '../../../nodes/CrmUpsert/CrmUpsert.node';

const { properties } = new CrmUpsert().description;

/** What n8n was asked to send, and with which credential. */
interface Sent {
	credential: string;
	options: IHttpRequestOptions;
}

function context(
	parameters: Record<string, unknown>,
	credentials: Record<string, { id: string | null; name: string }>,
	sent: Sent[] = [],
) {
	return {
		getNodeParameter: (name: string) => parameters[name] ?? null,
		getNode: () => ({ name: 'CRM Upsert', type: 'crmUpsert', typeVersion: 1, credentials }),
		getTimezone: () => 'Europe/Berlin',
		getCredentials: () =>
			Promise.resolve({ oauthTokenData: { instance_url: 'https://org.example' } }),
		helpers: {
			httpRequest: () => Promise.reject(new Error('sent without the credential')),
			httpRequestWithAuthentication(credential: string, options: IHttpRequestOptions) {
				sent.push({ credential, options });
				return Promise.reject(
					Object.assign(new Error('refused'), {
						response: { status: 401, headers: {}, data: Buffer.from('{"message":"no"}') },
					}),
				);
			},
		},
	} as unknown as IExecuteFunctions;
}

describe('the account of CRM Upsert', () => {
	test('is opened in the workflow’s time zone, for what a CRM keeps as a day', async () => {
		const salesforce = CRMS.find(({ crm }) => crm === 'salesforce')!;
		const opened = jest.spyOn(salesforce, 'open').mockResolvedValue({} as CrmPort);
		const [{ value, credential }] = salesforce.authentications as [Authentication];
		await openCrm(
			context(
				{ crm: 'salesforce', [salesforce.parameter]: value, recordKind: 'deal' },
				{ [credential]: { id: 'k1', name: 'Ours' } },
			),
			{},
		);
		expect(opened.mock.calls[0]![0]).toMatchObject({ timeZone: 'Europe/Berlin' });
		opened.mockRestore();
	});

	const ways = CRMS.flatMap((choice) =>
		choice.authentications.map((authentication) => ({ choice, authentication })),
	);

	test.each(
		ways.map(
			(way) =>
				[CRM_TITLES[way.choice.crm], way.authentication.name, way] as [string, string, typeof way],
		),
	)('%s with %s sends everything by n8n with that credential', async (_crm, _way, way) => {
		const { choice, authentication } = way;
		const sent: Sent[] = [];
		const port = await openCrm(
			context(
				{ crm: choice.crm, [choice.parameter]: authentication.value, recordKind: 'deal' },
				{ [authentication.credential]: { id: 'k1', name: 'Ours' } },
				sent,
			),
			{ baseUrl: 'https://crm.sandbox.example' },
		);
		expect(port).toMatchObject({ crm: choice.crm, recordKind: 'deal' });
		await expect(port.listOwners()).rejects.toMatchObject({ kind: 'auth' });
		expect(sent.length).toBeGreaterThan(0);
		for (const { credential, options } of sent) {
			expect(credential).toBe(authentication.credential);
			expect(options.url).toMatch(/^https:\/\/crm\.sandbox\.example\//u);
		}
	});

	test('is told apart by its credential, and is none where an imported workflow only names one', () => {
		const parameters = { crm: 'hubspot', authentication: 'appToken' };
		const used = (id: string | null) =>
			chosenCrm(context(parameters, { hubspotAppToken: { id, name: 'HubSpot account' } }));
		expect(used('k1')).toEqual({
			crm: 'hubspot',
			recordKind: 'deal',
			connected: true,
			account: 'k1',
		});
		expect(used(null).connected).toBe(false);
	});

	test('that is missing is asked for by name', async () => {
		await expect(
			openCrm(context({ crm: 'hubspot', authentication: 'oAuth2' }, {}), {}),
		).rejects.toMatchObject({
			message: 'No HubSpot credential is chosen in this node',
			description: expect.stringContaining('create a credential for HubSpot'),
		});
	});

	test('of a CRM that is not offered is refused with those that are', () => {
		expect(() => chosenCrm(context({ crm: 'notebook' }, {}))).toThrow(
			expect.objectContaining({ description: expect.stringContaining('HubSpot') }),
		);
	});

	test('never has a credential that n8n would insist on, and always a way to choose it', () => {
		expect(crmCredentials.map(({ name }) => name)).toEqual(
			ways.map(({ authentication }) => authentication.credential),
		);
		expect(crmCredentials.some(({ required }) => required)).toBe(false);
		for (const { choice } of ways) {
			const kinds = properties.find(
				({ name, displayOptions }) =>
					name === 'recordKind' && displayOptions?.show?.crm?.includes(choice.crm),
			);
			expect(kinds).toMatchObject({ default: 'deal', options: choice.kinds });
			expect(choice.kinds).toContainEqual(expect.objectContaining({ value: 'deal' }));
		}
	});
});
