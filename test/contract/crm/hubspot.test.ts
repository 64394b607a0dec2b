import { upsert } from '../../../core/crm';
import type { HttpSend } from '../../../core/ports/http';
import { HubspotCrm } from '../../../adapters/crm/hubspot/hubspot';
import { startHubspotStandIn } from '../../../sandbox/hubspot';
import { temporaryStore } from '../../support';
import { crmContract } from './contract';
import type { Account } from './support';
import { HURRY, aHandoff, sender } from './support';

const TOKEN = 'pat-test';
const FAST = { calls: 1_000_000, perMs: 1 };

/** A record as the stand-in keeps it. */
interface Stored {
	id: string;
	properties: Record<string, string>;
}

interface Link {
	fromType: string;
	fromId: string;
	toType: string;
	toId: string;
}

async function start(search: 'lagging' | 'prompt'): Promise<Account> {
	const standIn = await startHubspotStandIn({
		accessToken: TOKEN,
		searchLagMs: search === 'lagging' ? 86_400_000 : 0,
	});
	const send = sender(() => ({ authorization: `Bearer ${TOKEN}` }));
	return {
		send,
		otherKinds: ['ticket'],
		open: (own = send, recordKind = 'deal') =>
			new HubspotCrm({
				send: own,
				account: 'test',
				recordKind,
				baseUrl: standIn.url,
				environment: HURRY,
				rates: { all: FAST, search: FAST },
			}),
		fail: (fault) => standIn.fail(fault),
		async reset() {
			await fetch(`${standIn.url}/_control/reset`, { method: 'POST' });
		},
		state() {
			const state = standIn.state();
			const links = state.associations as Link[];
			const at = (id: string, type: string) =>
				links
					.filter(({ fromId, toType }) => fromId === id && toType === type)
					.map(({ toId }) => toId);
			return {
				contacts: (state.contacts as Stored[]).map(({ id, properties }) => ({
					id,
					phone: properties.phone,
					email: properties.email,
					firstName: properties.firstname,
				})),
				deals: (state.deals as Stored[]).map(({ id, properties }) => ({
					id,
					stageId: properties.dealstage,
					ownerId: properties.hubspot_owner_id,
					contactIds: at(id, 'contacts'),
				})),
				notes: (state.notes as Stored[]).map(({ id, properties }) => ({
					id,
					body: properties.hs_note_body ?? '',
					contactIds: at(id, 'contacts'),
					dealIds: at(id, 'deals'),
				})),
				tasks: (state.tasks as Stored[]).map(({ id, properties }) => ({
					id,
					done: properties.hs_task_status === 'COMPLETED',
					contactIds: at(id, 'contacts'),
					dealIds: at(id, 'deals'),
				})),
			};
		},
		get violations() {
			return standIn.violations;
		},
		close: () => standIn.close(),
	};
}

crmContract('HubSpot', start);

describe('HubSpot', () => {
	let account: Account;
	beforeAll(async () => {
		account = await start('lagging');
	});
	beforeEach(() => account.reset());
	afterAll(() => account.close());

	const run = async (send?: HttpSend) => {
		const { store, close } = await temporaryStore();
		try {
			const environment = { once: store, clock: { now: () => new Date() }, sleep: HURRY.sleep };
			return await upsert(account.open(send), environment, aHandoff());
		} finally {
			await close();
		}
	};
	const answering = (status: number, message: string, to: RegExp): HttpSend => {
		const body = Buffer.from(JSON.stringify({ status: 'error', message }));
		return async (request) =>
			to.test(`${request.method} ${request.url}`)
				? { status, headers: { 'content-type': 'application/json' }, body }
				: account.send(request);
	};

	test('a contact with the same address that search does not show yet is used, since HubSpot names it', async () => {
		const theirs = await account.open().createContact({ email: 'robin@customer.example' }, 'old:1');
		const result = await run();
		expect(result.contact).toMatchObject({ id: theirs.id, created: false, matchedBy: 'email' });
		expect(account.state().contacts).toHaveLength(1);
	});

	test('a value that HubSpot refuses as taken with status 400 counts as a conflict', async () => {
		const said = '[{"isValid":false,"error":"CONFLICTING_UNIQUE_VALUE"}]';
		const port = account.open(answering(400, said, /POST .*contacts$/));
		await expect(port.createContact({ phone: '+16505551234' }, 'tel:1')).rejects.toMatchObject({
			kind: 'conflict',
		});
	});

	test('a permission that is missing for our field is named, with what to do', async () => {
		await expect(
			run(answering(403, 'This app has not been granted all required scopes', /POST .*properties/)),
		).rejects.toMatchObject({
			message: expect.stringMatching(/HubSpot .*HTTP 403.*required scopes/),
			kind: 'auth',
			advice: expect.stringContaining('crm.schemas.contacts.write'),
		});
	});

	test('an answer that is no JSON, as proxies give it, still says which call and status', async () => {
		const proxy: HttpSend = async () => ({
			status: 502,
			headers: { 'content-type': 'text/html' },
			body: Buffer.from('<h1>Bad gateway</h1>'),
		});
		await expect(run(proxy)).rejects.toMatchObject({
			message: 'HubSpot did not look up the owner (HTTP 502)',
			kind: 'unavailable',
		});
	});
});
