import type { UpsertInput, UpsertResult } from '../../../core/crm';
import { upsert } from '../../../core/crm';
import type { CrmPort } from '../../../core/ports/crm';
import type { HttpSend } from '../../../core/ports/http';
import type { HandoffStore } from '../../../core/ports/store';
import type { Fault } from '../../../sandbox/faults';
import { temporaryStore } from '../../support';
import type { Account } from './support';
import { HURRY, aHandoff } from './support';

const MODES: Array<Fault['mode']> = ['before', 'after', 'timeout', '401', '429', '500', '503'];

/** How long a call that is to time out waits for its answer. */
const SHORT_MS = 30;

/**
 * What every CRM adapter has to do, at a stand-in of the CRM: `lagging` is an account whose search never knows of new records,
 * `prompt` one whose search knows at once.
 */
export function crmContract(
	name: string,
	start: (search: 'lagging' | 'prompt') => Promise<Account>,
): void {
	describe(`CRM: ${name}`, () => {
		let lagging: Account;
		let prompt: Account;
		let store: HandoffStore;
		let closeStore: () => Promise<void>;

		beforeAll(async () => {
			[lagging, prompt] = await Promise.all([start('lagging'), start('prompt')]);
		});
		afterAll(() => Promise.all([lagging.close(), prompt.close()]));
		beforeEach(async () => {
			({ store, close: closeStore } = await temporaryStore());
			await Promise.all([lagging.reset(), prompt.reset()]);
		});
		afterEach(async () => {
			await closeStore();
			expect([...lagging.violations, ...prompt.violations]).toEqual([]);
		});

		const run = (port: CrmPort, input: UpsertInput): Promise<UpsertResult> =>
			upsert(
				port,
				{
					once: store,
					clock: { now: () => new Date() },
					sleep: (milliseconds) =>
						new Promise((resolve) => setTimeout(resolve, Math.min(milliseconds, 20))),
				},
				input,
			);

		const expectOneOfEach = (account: Account) => {
			// A reset forgets them.
			expect(account.violations).toEqual([]);
			const { contacts, deals, notes, tasks } = account.state();
			expect({
				contacts: contacts.length,
				deals: deals.length,
				notes: notes.length,
				tasks: tasks.length,
			}).toEqual({ contacts: 1, deals: 1, notes: 1, tasks: 1 });
			expect(deals[0]!.contactIds).toEqual([contacts[0]!.id]);
			expect(notes[0]).toMatchObject({
				contactIds: [contacts[0]!.id],
				dealIds: [deals[0]!.id],
			});
			expect(tasks[0]).toMatchObject({
				contactIds: [contacts[0]!.id],
				dealIds: [deals[0]!.id],
			});
		};

		test('a handoff becomes one contact, one deal in the first open stage, one note and one task', async () => {
			const result = await run(lagging.open(), aHandoff());
			expectOneOfEach(lagging);
			const [deal] = lagging.state().deals;
			expect(result).toMatchObject({
				crm: lagging.open().crm,
				contact: { created: true, matchedBy: 'created' },
				deal: { id: deal!.id, created: true, stage: deal!.stageId },
				note: { created: true },
				task: { created: true },
				owner: { email: 'agent.one@shop.example' },
				warnings: [],
			});
			expect(result.deal?.stageName).toBeTruthy();
			expect(deal!.ownerId).toBe(result.owner!.id);
		});

		test('the same handoff run again changes nothing and says so', async () => {
			const first = await run(lagging.open(), aHandoff());
			const before = JSON.stringify(lagging.state());
			const second = await run(lagging.open(), aHandoff());
			expect(JSON.stringify(lagging.state())).toBe(before);
			expect(second.contact).toMatchObject({ id: first.contact.id, created: false, updated: [] });
			expect(second.deal).toMatchObject({ id: first.deal!.id, created: false, moved: false });
			expect(second.note).toEqual({ id: first.note!.id, created: false });
		});

		test('a contact made a second ago is found although search does not know it, even by a worker with another store', async () => {
			const first = await run(lagging.open(), aHandoff());
			const other = await temporaryStore();
			const second = await upsert(
				lagging.open(),
				{ once: other.store, clock: { now: () => new Date() }, sleep: HURRY.sleep },
				aHandoff(),
			);
			await other.close();
			expect(second.contact).toMatchObject({ id: first.contact.id, created: false });
			expectOneOfEach(lagging);
		});

		test.each(['+1 650-555-1234', '(650) 555-1234', '16505551234', '650.555.1234'])(
			'a contact that staff stored as %s is the same person',
			async (phone) => {
				const port = prompt.open();
				const legacy = await port.createContact({ phone, firstName: 'Robin' }, 'old:1');
				const { email: _email, ...contact } = aHandoff().contact;
				const result = await run(prompt.open(), aHandoff('c1', { contact }));
				expect(result.contact).toMatchObject({ id: legacy.id, created: false, matchedBy: 'phone' });
				expect(prompt.state().contacts).toHaveLength(1);
			},
		);

		test('a number of another country with the same national digits is another person', async () => {
			await prompt.open().createContact({ phone: '+44 650 555 1234', firstName: 'Other' }, 'old:1');
			const result = await run(prompt.open(), aHandoff());
			expect(result.contact.created).toBe(true);
			expect(prompt.state().contacts).toHaveLength(2);
		});

		test('of several matches the oldest is used, and the others are reported', async () => {
			const port = prompt.open();
			const first = await port.createContact({ phone: '+16505551234', firstName: 'A' }, 'old:1');
			const second = await port.createContact({ phone: '6505551234', firstName: 'B' }, 'old:2');
			const result = await run(prompt.open(), aHandoff());
			expect(result.contact.id).toBe(first.id);
			expect(result.warnings).toEqual([expect.stringContaining(second.id)]);
		});

		test('filled fields are kept unless told to overwrite them', async () => {
			await run(lagging.open(), aHandoff());
			const renamed = aHandoff('c1', {
				contact: { ...aHandoff().contact, firstName: 'Robyn' },
			});
			await run(lagging.open(), renamed);
			expect(lagging.state().contacts[0]!.firstName).toBe('Robin');
			const result = await run(lagging.open(), { ...renamed, overwrite: true });
			expect(lagging.state().contacts[0]!.firstName).toBe('Robyn');
			expect(result.contact.updated).toEqual(['firstName']);
		});

		test('a deal moves forwards, and back only when that is allowed', async () => {
			const port = lagging.open();
			const stages = (await port.listPipelines())[0]!.stages;
			const inStage = (index: number, allowBackwards = false) =>
				aHandoff('c1', {
					deal: { ...aHandoff().deal!, stageId: stages[index]!.id },
					allowBackwards,
				});
			await run(port, aHandoff());
			expect((await run(port, inStage(2))).deal).toMatchObject({ moved: true });
			const back = await run(port, inStage(1));
			expect(back.deal).toMatchObject({ moved: false, stage: stages[2]!.id });
			expect(back.warnings).toEqual([expect.stringContaining(stages[2]!.name)]);
			expect((await run(port, inStage(1, true))).deal).toMatchObject({ stage: stages[1]!.id });
			expect(lagging.state().deals[0]!.stageId).toBe(stages[1]!.id);
		});

		test('an agent who is no user of the CRM is reported, and the rest is done', async () => {
			const result = await run(
				lagging.open(),
				aHandoff('c1', { owner: { email: 'nobody@shop.example' } }),
			);
			expect(result.owner).toBeUndefined();
			expect(result.warnings).toEqual([expect.stringContaining('nobody@shop.example')]);
			expectOneOfEach(lagging);
		});

		test('a conversation that was reopened gets a deal of its own, and the same contact', async () => {
			await run(lagging.open(), aHandoff());
			const again = aHandoff();
			await run(lagging.open(), {
				...again,
				deal: { ...again.deal!, key: 'c1:e2' },
				note: { ...again.note!, key: 'c1:h2:note' },
				task: { ...again.task!, key: 'c1:h2:task' },
			});
			expect(lagging.state().contacts).toHaveLength(1);
			expect(lagging.state().deals).toHaveLength(2);
		});

		test('a contact and a deal that staff have deleted since are made anew, once', async () => {
			await run(lagging.open(), aHandoff());
			await lagging.reset();
			const again = await run(lagging.open(), aHandoff());
			expect(again).toMatchObject({ contact: { created: true }, deal: { created: true } });
			await run(lagging.open(), aHandoff());
			expect(lagging.state().contacts).toHaveLength(1);
			expect(lagging.state().deals).toHaveLength(1);
		});

		test('hostile text in a note reaches the CRM as text', async () => {
			await run(
				lagging.open(),
				aHandoff('c1', {
					note: { key: 'c1:h1:note', html: '<p onclick="x()">a</p><script>alert(1)</script>' },
				}),
			);
			const [note] = lagging.state().notes;
			expect(note!.body).not.toMatch(/<script|onclick=/);
			expect(note!.body).toContain('alert(1)');
		});

		test('fifty workers with the same customer at once make one contact, one deal, one note and one task', async () => {
			const results = await Promise.all(
				Array.from({ length: 50 }, () => run(lagging.open(), aHandoff())),
			);
			expectOneOfEach(lagging);
			expect(results.filter(({ contact }) => contact.created)).toHaveLength(1);
			expect(results.filter(({ deal }) => deal!.created)).toHaveLength(1);
			expect(new Set(results.map(({ note }) => note!.id)).size).toBe(1);
		}, 120_000);

		test('whichever call fails in whichever way, the end state is right and nothing is there twice', async () => {
			const calls: string[] = [];
			await run(
				lagging.open((request) => {
					calls.push(`${request.method} ${new URL(request.url).pathname}`);
					return lagging.send(request);
				}),
				aHandoff('calls'),
			);
			const rows: string[] = [];
			for (const [index, call] of calls.entries()) {
				const cells: string[] = [];
				for (const mode of MODES) {
					await lagging.reset();
					const id = `m${index}-${mode}`;
					const failing = failingAt(lagging, index, mode);
					const runs = await runUntilDone(() =>
						run(lagging.open(failing), aHandoff(id, { account: id })),
					);
					expectOneOfEach(lagging);
					cells.push(runs === 1 ? 'ok' : `run ${runs}`);
				}
				rows.push(`${call.padEnd(64)} ${cells.map((cell) => cell.padEnd(8)).join('')}`);
			}
			console.log(
				[
					`${name}: runs until one contact, one deal, one note, one task`,
					`${''.padEnd(64)} ${MODES.map((mode) => mode.padEnd(8)).join('')}`,
					...rows,
				].join('\n'),
			);
			expect(rows.length).toBeGreaterThan(8);
		}, 300_000);
	});
}

/** A worker whose n-th call fails. */
function failingAt(account: Account, index: number, mode: Fault['mode']): HttpSend {
	let count = 0;
	return (request) => {
		if (count++ !== index) return account.send(request);
		account.fail({ mode, times: 1 });
		return account.send(mode === 'timeout' ? { ...request, timeoutMs: SHORT_MS } : request);
	};
}

/** As n8n's "Retry on Fail" does it; gives the number of runs that it took. */
async function runUntilDone(work: () => Promise<unknown>): Promise<number> {
	for (let runs = 1; ; runs++) {
		try {
			await work();
			return runs;
		} catch (error) {
			if (runs >= 3) throw error;
		}
	}
}
