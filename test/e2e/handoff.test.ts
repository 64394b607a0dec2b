import type { N8nClient } from '../../host/n8n';
import { freshCustomer } from './fixtures';
import {
	LIMIT_MS,
	eventually,
	executionOf,
	graph,
	hubspot,
	itemOf,
	signedInClient,
} from './harness';

jest.setTimeout(2 * LIMIT_MS);

interface Handoff {
	outcome: string;
	owner: { name: string };
	dueAt: string;
	acknowledgement: { sent: boolean; text: string; message?: string; advice?: string };
}

interface Record {
	id: string;
	properties: { [name: string]: string | null };
}

describe('handoff in a real n8n', () => {
	let client: N8nClient;
	beforeAll(async () => {
		client = await signedInClient();
	});

	const say = async (from: string, text: string) => {
		const { messageId, status } = await graph.customerSays({ from, name: 'Robin Sample', text });
		expect(status).toBe(200);
		return executionOf(client, messageId);
	};
	const onPhone = async (from: string) =>
		(await graph.messages()).filter(({ waId, direction }) => waId === from && direction === 'out');
	const withPhone = (records: object[], from: string) =>
		(records as Record[]).filter(({ properties }) => properties.phone?.endsWith(from.slice(-10)));

	it('takes a customer who asks for a person to an agent, with owner, brief, CRM records and a promise', async () => {
		const from = freshCustomer();
		await say(from, 'Hello, it is about order 4711');
		const run = await say(from, 'I want to talk to a real person');

		const handoff = itemOf(run, 'Hand to a person')!.handoff as Handoff;
		expect(handoff).toMatchObject({ outcome: 'assigned', acknowledgement: { sent: true } });
		expect(handoff.owner.name).toMatch(/^Agent (One|Two)$/u);
		const told = (await onPhone(from)).filter(({ text }) => text.includes('is taking over here'));
		expect(told).toHaveLength(1);
		expect(told[0]!.text).toBe(handoff.acknowledgement.text);
		expect(Date.parse(handoff.dueAt)).toBeGreaterThan(Date.now());

		const brief = itemOf(run, 'Summarize for the agent')!.brief as { headline: string };
		expect(brief.headline).toContain('4711');

		const crm = itemOf(run, 'Contact and deal')!.crm as {
			contact: { id: string; created: boolean };
			deal: { id: string; stageName: string };
			note: { id: string };
		};
		expect(crm).toMatchObject({
			contact: { created: true },
			deal: { stageName: 'Appointment Scheduled' },
		});
		const state = await hubspot.state();
		expect(withPhone(state.contacts, from).map(({ id }) => id)).toEqual([crm.contact.id]);
		const note = (state.notes as Record[]).find(({ id }) => id === crm.note.id)!;
		expect(note.properties.hs_note_body).toContain('4711');
		expect(await graph.violations()).toEqual([]);
		expect(await hubspot.violations()).toEqual([]);
	});

	it('keeps the bot silent while a person is in charge', async () => {
		const from = freshCustomer();
		await say(from, 'agent please');
		const before = (await onPhone(from)).length;
		const run = await say(from, 'When are you open?');
		expect(run.outputs['WhatsApp Trigger']!.map((items) => items.length)).toEqual([0, 1, 0]);
		expect(itemOf(run, 'Answer the customer')).toBeUndefined();
		expect(await onPhone(from)).toHaveLength(before);
	});

	it('gives two handoffs in a row to two agents', async () => {
		const owners = [];
		for (let turn = 0; turn < 2; turn++) {
			const run = await say(freshCustomer(), 'I want to speak to a human');
			owners.push((itemOf(run, 'Hand to a person')!.handoff as Handoff).owner.name);
		}
		expect(owners.toSorted()).toEqual(['Agent One', 'Agent Two']);
	});

	it('hands over all the same when HubSpot is down, and says what HubSpot answered and what to do', async () => {
		const from = freshCustomer();
		await hubspot.fail({ path: '^/crm/', mode: '401', times: 30 });
		const run = await say(from, 'Connect me to a person please');
		await hubspot.clearFaults();
		expect(itemOf(run, 'Hand to a person')!.handoff).toMatchObject({ outcome: 'assigned' });
		expect(itemOf(run, 'Summarize for the agent')!.brief).toBeDefined();
		const item = itemOf(run, 'Contact and deal')!;
		expect(String(item.error)).toMatch(/HubSpot.*401/u);
		expect(String(item.errorDescription)).toMatch(/credential/iu);
	});

	it('hands over all the same when WhatsApp does not take the acknowledgement', async () => {
		const from = freshCustomer();
		await graph.fail({ path: '/messages$', mode: '401', times: 5 });
		const run = await say(from, 'I need a human now');
		await graph.clearFaults();
		const handoff = itemOf(run, 'Hand to a person')!.handoff as Handoff;
		expect(handoff).toMatchObject({ outcome: 'assigned', acknowledgement: { sent: false } });
		expect(handoff.acknowledgement.message).toMatch(/WhatsApp.*401/u);
		expect(handoff.acknowledgement.advice!.length).toBeGreaterThan(20);
		expect(
			await eventually('the CRM record', async () => itemOf(run, 'Contact and deal')?.crm),
		).toBeDefined();
	});
});
