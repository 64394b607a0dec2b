import { mappedValues, upsert } from '../../../core/crm';
import type { HttpResponse, HttpSend } from '../../../core/ports/http';
import { HubspotCrm } from '../../../adapters/crm/hubspot/hubspot';
import { temporaryStore } from '../../support';
import { crmContract } from './contract';
import type { HubspotAccount } from './hubspotAccount';
import { startHubspot } from './hubspotAccount';
import { SOON, manyItems } from './manyItems';
import type { Account } from './support';
import { FAST, HURRY, aHandoff } from './support';

crmContract('HubSpot', startHubspot);

/** A connection as the node has one for many items. */
const gathering = (account: Account, send: HttpSend) =>
	new HubspotCrm({
		send,
		account: 'test',
		baseUrl: account.url!,
		environment: SOON,
		rates: { all: FAST, search: FAST },
		gatherMs: 5,
	});
manyItems('HubSpot', { start: startHubspot, gathering });

describe('HubSpot', () => {
	let account: HubspotAccount;
	beforeAll(async () => {
		account = await startHubspot('lagging');
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
		const port = account.open(answering(400, said, /POST .*objects\/contacts$/));
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

	test('a property of ours that staff have put into the archive is named, with where to restore it', async () => {
		await run();
		account.standIn.objects().properties.get('deals')!.get('whatsapp_handoff_key')!.archived = true;
		const port = account.open();
		await expect(port.createDeal({ key: 'c2:e1', name: 'Two' }, '1')).rejects.toMatchObject({
			kind: 'invalid',
			message: expect.stringContaining('whatsapp_handoff_key'),
			advice: expect.stringContaining('Archived properties'),
		});
	});

	test('a mapped property that was archived since is named, and not sent', async () => {
		account.standIn.objects().define('contacts', { name: 'tier', archived: true });
		const times = { day: String, time: String };
		await expect(
			mappedValues(account.open(), 'contact', { tier: 'gold' }, times),
		).rejects.toMatchObject({
			message: expect.stringContaining('tier'),
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

	test('calls of a day that are used up are told at once, since no wait of seconds helps', async () => {
		let calls = 0;
		const usedUp: HttpSend = async () => {
			calls += 1;
			const body = { message: 'You have reached your daily limit.', policyName: 'DAILY' };
			return { status: 429, headers: {}, body: Buffer.from(JSON.stringify(body)) };
		};
		await expect(account.open(usedUp).listOwners()).rejects.toMatchObject({
			kind: 'limit',
			message: expect.stringContaining('daily limit'),
		});
		expect(calls).toBe(1);
	});

	test('a contact that was merged into another answers to its old id in a batch, too', async () => {
		const port = gathering(account, account.send);
		const [a, b] = await Promise.all(
			[1, 2].map((number) => port.createContact({ phone: `+1650555000${number}` }, `k:${number}`)),
		);
		account.standIn.objects().merge(a!.id, b!.id);
		const read = await Promise.all([a!.id, b!.id, '99'].map((id) => port.readContact(id, [])));
		expect(read.map((one) => one?.id)).toEqual([a!.id, a!.id, undefined]);
	});

	test('all executions of one account share its limits, and wait together where HubSpot says for how long', async () => {
		let now = 0;
		const sent: number[] = [];
		let refuse = 0;
		const send: HttpSend = async (): Promise<HttpResponse> => {
			sent.push(now);
			if (refuse-- > 0) {
				return {
					status: 429,
					headers: { 'retry-after': '7' },
					body: Buffer.from('{"policyName":"TEN_SECONDLY_ROLLING"}'),
				};
			}
			return { status: 200, headers: {}, body: Buffer.from('{"results":[]}') };
		};
		const waking: Array<{ at: number; wake: () => void }> = [];
		const execution = () =>
			new HubspotCrm({
				send,
				account: 'shared',
				environment: {
					now: () => now,
					random: () => 0.5,
					sleep: (milliseconds) =>
						new Promise<void>((wake) => waking.push({ at: now + milliseconds, wake })),
				},
				rates: { all: { calls: 5, perMs: 1000 }, search: FAST },
			});
		/** Lets the time go on, from one waiter to the next, until all is done. */
		const untilDone = async (work: Promise<unknown>) => {
			let done = false;
			void work.finally(() => (done = true));
			while (!done) {
				await new Promise((resolve) => setImmediate(resolve));
				const next = waking.sort((a, b) => a.at - b.at).shift();
				if (!next) continue;
				now = Math.max(now, next.at);
				next.wake();
			}
			await work;
		};
		const owners = (port: HubspotCrm, count: number) =>
			Array.from({ length: count }, (_, number) =>
				port.findOwner({ email: `agent.${now}.${number}@shop.example` }),
			);
		await untilDone(Promise.all([...owners(execution(), 6), ...owners(execution(), 6)]));
		expect(sent).toHaveLength(12);
		for (const [index, at] of sent.entries()) {
			if (index >= 5) expect(at - sent[index - 5]!).toBeGreaterThanOrEqual(1000);
		}
		sent.length = 0;
		now += 10_000;
		const start = now;
		refuse = 1;
		const first = execution().findOwner({ email: 'first@shop.example' });
		await new Promise((resolve) => setImmediate(resolve));
		const second = execution().findOwner({ email: 'second@shop.example' });
		await untilDone(Promise.all([first, second]));
		expect(sent.map((at) => at - start)).toEqual([0, 7000, 7000]);
	});
});
