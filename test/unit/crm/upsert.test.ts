import type { UpsertInput } from '../../../core/crm';
import { upsert } from '../../../core/crm';
import { CrmError } from '../../../core/ports/crm';
import type { HandoffStore } from '../../../core/ports/store';
import { temporaryStore } from '../../support';
import { MemoryCrm } from './memoryCrm';

const INPUT: UpsertInput = {
	account: 'a',
	contact: { phone: '+16505551234', firstName: 'Robin' },
	owner: { email: 'ana@shop.example' },
	deal: { key: 'c1:e1', name: 'Robin – WhatsApp' },
	note: { key: 'c1:h1:note', html: '<p>Hello</p>' },
	task: { key: 'c1:h1:task', title: 'Answer', dueAt: '2026-11-02T10:15:00.000Z' },
};

describe('CRM upsert', () => {
	let store: HandoffStore;
	let close: () => Promise<void>;
	let crm: MemoryCrm;
	let waits: number[];

	beforeEach(async () => {
		({ store, close } = await temporaryStore());
		crm = new MemoryCrm();
		waits = [];
	});
	afterEach(() => close());

	let time = Date.UTC(2026, 10, 2, 10);
	const run = (input: UpsertInput = INPUT) =>
		upsert(
			crm,
			{
				once: store,
				clock: { now: () => new Date(time) },
				async sleep(milliseconds) {
					waits.push(milliseconds);
					time += milliseconds;
					await new Promise((resolve) => setImmediate(resolve));
				},
			},
			input,
		);
	const counts = () => [crm.contacts, crm.deals, crm.notes, crm.tasks].map(({ length }) => length);
	const lost = () => new CrmError('no answer', 'lost', '');

	test.each(['createContact', 'createDeal', 'createNote', 'createTask'])(
		'a lost answer to %s is recovered by looking for the record',
		async (call) => {
			let failures = 0;
			crm.after = (name) => {
				if (name === call && failures++ === 0) throw lost();
			};
			const result = await run();
			expect(counts()).toEqual([1, 1, 1, 1]);
			expect(result).toMatchObject({ contact: { created: true }, deal: { created: true } });
		},
	);

	test('a CRM that stays away is given up after three tries, and the next run completes what is missing', async () => {
		crm.before = (name) => {
			if (name === 'createNote') throw lost();
		};
		await expect(run()).rejects.toThrow('no answer');
		expect(counts()).toEqual([1, 1, 0, 0]);
		crm.before = () => undefined;
		const result = await run();
		expect(counts()).toEqual([1, 1, 1, 1]);
		expect(result).toMatchObject({
			contact: { created: false },
			deal: { created: false },
			note: { created: true },
		});
	});

	test('a worker that died in the middle blocks the others only until its lease ends', async () => {
		await store.beginOnce(
			'crm:hubspot:a:contact:tel:+16505551234',
			new Date(time).toISOString(),
			40_000,
		);
		await run();
		expect(counts()).toEqual([1, 1, 1, 1]);
		expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeGreaterThanOrEqual(40_000);
	});

	test('a customer first seen by user id is the same person once the number is known', async () => {
		await run({ ...INPUT, contact: { userId: 'US.1' } });
		const result = await run({ ...INPUT, contact: { userId: 'US.1', phone: '+16505551234' } });
		expect(crm.contacts).toHaveLength(1);
		expect(result.contact).toMatchObject({ matchedBy: 'key', updated: ['phone'] });
	});

	test('a contact of the team’s own is marked with our key and keeps its owner', async () => {
		crm.contacts.push({ id: '99', phones: ['650 555 1234'], ownerId: '3' });
		const result = await run();
		expect(result.contact).toMatchObject({ id: '99', matchedBy: 'phone', updated: ['firstName'] });
		expect(crm.contacts[0]).toMatchObject({ key: 'tel:+16505551234', ownerId: '3' });
	});

	test('an open deal of the contact is used where staff want that', async () => {
		crm.deals.push({ id: '50', name: 'Old', pipelineId: 'sales', stageId: 'offer', closed: false });
		const result = await run({ ...INPUT, useOpenDeal: true });
		expect(result.deal).toMatchObject({ id: '50', created: false, stage: 'offer' });
		expect(crm.deals).toHaveLength(1);
	});

	test('a customer without any identity is refused with what to fill in', async () => {
		await expect(run({ ...INPUT, contact: { firstName: 'Robin' } })).rejects.toMatchObject({
			kind: 'invalid',
			advice: expect.stringContaining('Phone'),
		});
	});

	test('two accounts that share a store are kept apart', async () => {
		await run();
		const first = crm;
		crm = new MemoryCrm();
		await run({ ...INPUT, account: 'b' });
		expect(counts()).toEqual([1, 1, 1, 1]);
		expect(first.contacts).toHaveLength(1);
	});
});
