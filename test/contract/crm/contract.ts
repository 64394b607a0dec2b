import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';

import type { OutcomeInput, StepEnvironment, UpsertInput, UpsertResult } from '../../../core/crm';
import {
	HANDOFF_FIELDS,
	advanceStage,
	createHandoffFields,
	getContext,
	logOutcome,
	planningCrm,
	upsert,
} from '../../../core/crm';
import type { CrmPort } from '../../../core/ports/crm';
import type { HttpRequest, HttpResponse, HttpSend } from '../../../core/ports/http';
import type { HandoffStore } from '../../../core/ports/store';
import type { Fault } from '../../../sandbox/faults';
import { temporaryStore } from '../../support';
import type { Account } from './support';
import { HURRY, aHandoff } from './support';

/** `late`: it was done, and the answer comes after the caller has given up. */
export type Failure = Fault['mode'] | 'late';
export const MODES: Failure[] = ['before', 'after', 'late', 'timeout', '401', '429', '500', '503'];

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

		const environment = (): StepEnvironment => ({
			once: store,
			clock: { now: () => new Date() },
			sleep: (milliseconds) =>
				new Promise((resolve) => setTimeout(resolve, Math.min(milliseconds, 20))),
		});
		const run = (port: CrmPort, input: UpsertInput): Promise<UpsertResult> =>
			upsert(port, environment(), input);

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
			// In a field of plain text, markup is text like any other.
			if (lagging.notes !== 'text') expect(note!.body).not.toMatch(/<script|onclick=/);
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

		test('every call goes out through n8n’s sender: the vendor’s SDK opens no connection of its own', async () => {
			// What the account answers to each call, in order; played back, the whole handoff needs no network.
			const answers = new Map<string, HttpResponse[]>();
			const nameOf = ({ method, url, body }: HttpRequest) => {
				const text = typeof body === 'string' ? body : Buffer.from(body ?? []).toString('utf8');
				// Times differ from run to run.
				const name = `${method} ${decodeURIComponent(url)} ${text}`;
				return name.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/gu, 'time');
			};
			await run(
				lagging.open(async (request) => {
					const answer = await lagging.send(request);
					answers.set(nameOf(request), [...(answers.get(nameOf(request)) ?? []), answer]);
					return answer;
				}),
				aHandoff(),
			);
			const other = await temporaryStore();
			const sockets: unknown[] = [];
			const opened = (message: unknown) => sockets.push(message);
			subscribe('net.client.socket', opened);
			try {
				const result = await upsert(
					lagging.open((request) => {
						const answer = answers.get(nameOf(request))?.shift();
						return answer
							? Promise.resolve(answer)
							: Promise.reject(new Error(`Not asked before: ${nameOf(request)}`));
					}),
					{ ...environment(), once: other.store },
					aHandoff(),
				);
				expect(result).toMatchObject({ contact: { created: true }, task: { created: true } });
			} finally {
				unsubscribe('net.client.socket', opened);
				await other.close();
			}
			expect(sockets).toEqual([]);
			// The witness sees what there is to see.
			subscribe('net.client.socket', opened);
			const server = createServer().listen(0);
			await once(server, 'listening');
			const socket = connect((server.address() as AddressInfo).port);
			await once(socket, 'connect');
			unsubscribe('net.client.socket', opened);
			socket.destroy();
			server.close();
			expect(sockets).toHaveLength(1);
		});

		test('contact and deal come with the address of their page', async () => {
			const result = await run(lagging.open(), aHandoff());
			expect(result.contact.url).toMatch(/^https?:\/\/.+/);
			expect(result.contact.url).toContain(result.contact.id);
			expect(result.deal!.url).toContain(result.deal!.id);
		});

		test('a plan says what would be written, and writes nothing, not even a field', async () => {
			const port = lagging.open();
			const fields = async () => [
				await lagging.open().listFields('contact'),
				await lagging.open().listFields('deal'),
			];
			const before = { state: lagging.state(), fields: await fields() };
			const plan = planningCrm(port.crm, port.recordKind, port);
			await upsert(plan.port, { ...environment(), once: plan.once }, aHandoff());
			await createHandoffFields(plan.port);
			const actions = plan.writes.map(({ action }) => action);
			expect(actions.slice(0, 4)).toEqual([
				'create contact',
				'create deal',
				'create note',
				'create task',
			]);
			expect(actions.filter((one) => one.endsWith(' field'))).toHaveLength(
				HANDOFF_FIELDS.contact.length + HANDOFF_FIELDS.deal.length,
			);
			expect({ state: lagging.state(), fields: await fields() }).toEqual(before);

			const made = await run(lagging.open(), aHandoff());
			const stages = (await port.listPipelines())[0]!.stages;
			const again = planningCrm(port.crm, port.recordKind, lagging.open());
			await upsert(
				again.port,
				{ ...environment(), once: again.once },
				aHandoff('c1', { deal: { ...aHandoff().deal!, stageId: stages[2]!.id } }),
			);
			expect(again.writes).toEqual([
				{
					action: 'update deal',
					id: made.deal!.id,
					values: expect.objectContaining({ stageId: stages[2]!.id }),
				},
			]);
			expect(lagging.state().deals[0]!.stageId).toBe(stages[0]!.id);
		});

		test('a deal that was closed is opened again where that is asked for, once', async () => {
			const port = lagging.open();
			const stages = (await port.listPipelines())[0]!.stages;
			const closed = stages.find((stage) => stage.closed)!;
			const made = await run(port, aHandoff());
			const close = () =>
				advanceStage(lagging.open(), environment(), {
					account: 'test',
					contact: aHandoff().contact,
					deal: { key: 'c1:e1', id: made.deal!.id },
					stageId: closed.id,
				});
			await close();
			const comesBack = () =>
				run(
					lagging.open(),
					aHandoff('c1', { deal: { ...aHandoff().deal!, key: 'c1:e2' }, reopen: ['c1:e1'] }),
				);
			expect((await comesBack()).deal).toMatchObject({
				id: made.deal!.id,
				created: false,
				moved: true,
				stage: made.deal!.stage,
			});
			await close();
			expect((await comesBack()).deal).toMatchObject({ moved: false, stage: closed.id });
			expect(lagging.state().deals).toHaveLength(1);
		});

		test('contact and deal are linked with the company that the CRM knows, and stay with the one that staff chose', async () => {
			const wanted = prompt.staff.addCompany('Customer Ltd', 'customer.example');
			const other = prompt.staff.addCompany('Other Ltd', 'other.example');
			const contact = { ...aHandoff().contact, company: 'Customer Ltd' };
			const made = await run(prompt.open(), aHandoff('c1', { contact, linkCompany: true }));
			expect(made.company).toMatchObject({ id: wanted, name: 'Customer Ltd' });
			expect(prompt.staff.companiesOf('contact', made.contact.id)).toEqual([wanted]);
			expect(prompt.staff.companiesOf('deal', made.deal!.id)).toEqual([wanted]);
			const again = { ...contact, company: 'Other Ltd', email: 'robin@other.example' };
			await run(prompt.open(), aHandoff('c1', { contact: again }));
			expect(prompt.staff.companiesOf('contact', made.contact.id)).not.toContain(other);
			expect(prompt.state().contacts).toHaveLength(1);
		});

		test('a company that the CRM does not know is linked with nothing, and a public mailbox names none', async () => {
			prompt.staff.addCompany('Mail', 'gmail.com');
			const contact = { ...aHandoff().contact, email: 'robin@gmail.com', company: 'Nobody Ltd' };
			const made = await run(prompt.open(), aHandoff('c1', { contact, linkCompany: true }));
			expect(made.company).toBeUndefined();
			expect(made.warnings).toEqual([]);
			expect(prompt.staff.companiesOf('contact', made.contact.id)).toEqual([]);
		});

		describe('What nobody expects', () => {
			test('a number that is none is left out and told, and the contact found by the address', async () => {
				for (const phone of ['call me', '12345', '030 901820', '+']) {
					await lagging.reset();
					const contact = { ...aHandoff().contact, phone };
					const { waId: _waId, ...unknown } = contact;
					const result = await run(
						lagging.open(),
						aHandoff(`p${phone}`, { account: phone, contact: unknown }),
					);
					expect(result.warnings).toEqual([expect.stringContaining(`“${phone}”`)]);
					expect(lagging.state().contacts).toMatchObject([{ email: contact.email }]);
					expect(lagging.state().contacts[0]!.phone).toBeFalsy();
				}
			});

			test.each([
				['in another script', 'محمد', 'عبد الله'],
				['of emoji', '👩‍👩‍👧 Family', '🐝'],
				['that is very long', 'Robin'.repeat(30), 'Sample'.repeat(60)],
				['with marks of markup and queries', "O'Neil <b>", '\\"; DROP--'],
			])('a name %s is kept, whoever it is found by', async (_what, firstName, lastName) => {
				const contact = { ...aHandoff().contact, firstName, lastName };
				const first = await run(lagging.open(), aHandoff('c1', { contact }));
				const second = await run(lagging.open(), aHandoff('c1', { contact }));
				expect(second.contact.id).toBe(first.contact.id);
				expect(lagging.state().contacts[0]!.firstName).toContain(firstName.slice(0, 5).trim());
				expectOneOfEach(lagging);
			});

			test('a note of 64 KB with markup and broken characters is kept as far as the CRM takes it, once', async () => {
				const html = `<p>\u0000\ud83d${'<b>Asked &amp; waited 😀</b> '.repeat(2_400)}</p>`;
				expect(html.length).toBeGreaterThan(64 * 1024);
				const note = { key: 'c1:h1:note', html };
				const task = { ...aHandoff().task!, html, title: 'Answer '.repeat(60) };
				await run(lagging.open(), aHandoff('c1', { note, task }));
				// Another store knows nothing of it: only the key at the end of the text tells.
				const other = await temporaryStore();
				await upsert(
					lagging.open(),
					{ ...environment(), once: other.store },
					aHandoff('c1', { note, task }),
				);
				await other.close();
				expectOneOfEach(lagging);
				const [kept] = lagging.state().notes;
				expect(kept!.body).toContain('Asked &');
				expect(kept!.body.isWellFormed()).toBe(true);
				expect(kept!.body.length).toBeGreaterThan(20_000);
			});

			test('a contact that staff delete while the handoff is on its way is made anew by the next run', async () => {
				let deleted = false;
				const port = lagging.open((request) => {
					const { contacts } = lagging.state();
					if (!deleted && request.method === 'POST' && contacts.length > 0) {
						deleted = true;
						lagging.staff.deleteContact(contacts[0]!.id);
					}
					return lagging.send(request);
				});
				const input = aHandoff('deleted', { account: 'deleted' });
				await run(port, input).catch((error: unknown) => {
					expect(error).toMatchObject({ advice: expect.stringMatching(/\w/u) });
				});
				expect(deleted).toBe(true);
				const result = await run(lagging.open(), input);
				const { contacts, deals } = lagging.state();
				expect(contacts.map(({ id }) => id)).toEqual([result.contact.id]);
				expect(deals.filter(({ id }) => id === result.deal!.id)).toHaveLength(1);
			});

			test('a contact that staff merge into an older one is followed there, and none is made anew', async () => {
				const old = await prompt
					.open()
					.createContact({ phone: '+1 650 555 1234', firstName: 'Robin' }, 'old:1');
				const { email: _email, ...contact } = { ...aHandoff().contact, phone: '+16505550002' };
				const input = aHandoff('merged', { account: 'merged', contact });
				const { waId: _waId, ...known } = contact;
				const first = await run(prompt.open(), { ...input, contact: known });
				expect(first.contact.id).not.toBe(old.id);
				prompt.staff.mergeContacts(old.id, first.contact.id);
				// The survivor carries both numbers.
				await prompt.open().updateContact(old.id, { phone: '+16505550002' });
				const second = await run(prompt.open(), { ...input, contact: known });
				expect(second.contact).toMatchObject({ id: old.id, created: false });
				expect(prompt.state().contacts.map(({ id }) => id)).toEqual([old.id]);
				expect(second.deal).toMatchObject({ id: first.deal!.id, created: false });
			});

			test('a user who was deactivated owns nothing, and is named', async () => {
				const owner = { email: 'agent.gone@shop.example' };
				const result = await run(lagging.open(), aHandoff('c1', { owner }));
				expect(result.owner).toBeUndefined();
				expect(result.warnings).toEqual([expect.stringContaining(owner.email)]);
				expectOneOfEach(lagging);
			});

			test('what the credential may not do is said in the CRM’s words, and done by the next run that may', async () => {
				const { body, said } = lagging.forbidden;
				const creating = /\/(contacts|persons|Contact)$/u;
				const refusing: HttpSend = async (request) =>
					request.method === 'POST' && creating.test(new URL(request.url).pathname)
						? {
								status: 403,
								headers: { 'content-type': 'application/json' },
								body: Buffer.from(JSON.stringify(body)),
							}
						: lagging.send(request);
				const input = aHandoff('forbidden', { account: 'forbidden' });
				await expect(run(lagging.open(refusing), input)).rejects.toMatchObject({
					kind: 'auth',
					message: expect.stringMatching(new RegExp(`HTTP 403.*${said}`, 'u')),
					advice: expect.stringContaining('permission'),
				});
				expect(lagging.state().contacts).toEqual([]);
				await run(lagging.open(), input);
				expectOneOfEach(lagging);
			});
		});

		describe('Get Context', () => {
			const context = (account: Account, contact = aHandoff().contact) =>
				getContext(account.open(), environment(), { account: 'test', contact });

			test('gives profile, owner and open deals with the names of their stages', async () => {
				const made = await run(lagging.open(), aHandoff());
				const known = await context(lagging);
				expect(known).toMatchObject({
					found: true,
					contact: { id: made.contact.id, email: 'robin@customer.example' },
					owner: { email: 'agent.one@shop.example' },
					openDeals: [
						{
							id: made.deal!.id,
							name: 'Robin Sample – WhatsApp',
							stage: made.deal!.stageName,
							pipeline: made.deal!.pipelineName,
							amount: 250,
							url: made.deal!.url,
						},
					],
					warnings: [],
				});
				expect(known.contact!.phones.join()).toContain('650');
			});

			test('of a customer whom the CRM does not know gives nothing, and writes nothing', async () => {
				const before = JSON.stringify(prompt.state());
				const known = await context(prompt, { phone: '+16505559999' });
				expect(known).toMatchObject({ found: false, openDeals: [], openOrders: [], orders: [] });
				expect(JSON.stringify(prompt.state())).toBe(before);
			});
		});

		describe('Advance Stage', () => {
			const advance = (port: CrmPort, stageId: string, allowBackwards = false) =>
				advanceStage(port, environment(), {
					account: 'test',
					contact: aHandoff().contact,
					deal: { key: 'c1:e1' },
					stageId,
					allowBackwards,
				});

			test('moves the deal of the conversation forwards, and back only when that is allowed', async () => {
				const port = lagging.open();
				const stages = (await port.listPipelines())[0]!.stages;
				const made = await run(port, aHandoff());
				expect(await advance(lagging.open(), stages[2]!.id)).toMatchObject({
					deal: {
						id: made.deal!.id,
						moved: true,
						stage: stages[2]!.id,
						stageName: stages[2]!.name,
					},
					warnings: [],
				});
				expect(await advance(lagging.open(), stages[1]!.id)).toMatchObject({
					deal: { moved: false, stage: stages[2]!.id },
					warnings: [expect.stringContaining(stages[2]!.name)],
				});
				await advance(lagging.open(), stages[1]!.id, true);
				expect(lagging.state().deals[0]!.stageId).toBe(stages[1]!.id);
			});

			test('says that there is no deal yet, and what to run first', async () => {
				const port = lagging.open();
				const stages = (await port.listPipelines())[0]!.stages;
				await expect(advance(port, stages[1]!.id)).rejects.toMatchObject({
					kind: 'not_found',
					advice: expect.stringContaining('Upsert'),
				});
				expect(lagging.state().contacts).toEqual([]);
			});
		});

		describe('Log Outcome', () => {
			test('leaves a note, moves the deal and ends the handoff’s task, once for each episode', async () => {
				const port = lagging.open();
				const stages = (await port.listPipelines())[0]!.stages;
				await run(port, aHandoff());
				const input = anOutcome({ stage: { stageId: stages[2]!.id } });
				const first = await logOutcome(lagging.open(), environment(), input);
				expect(first).toMatchObject({
					contact: { created: false },
					deal: { moved: true },
					note: { created: true },
					warnings: [],
				});
				expectOutcomeLogged(lagging);
				expect(lagging.state().deals[0]!.stageId).toBe(stages[2]!.id);
				const before = JSON.stringify(lagging.state());
				const second = await logOutcome(lagging.open(), environment(), input);
				expect(second).toMatchObject({ note: { id: first.note.id, created: false } });
				expect(JSON.stringify(lagging.state())).toBe(before);
			});

			test('makes a task of the next action', async () => {
				await run(lagging.open(), aHandoff());
				const input = anOutcome({
					followUp: { key: 'c1:e1:follow-up', dueAt: '2026-11-05T10:00:00.000Z' },
				});
				const first = await logOutcome(lagging.open(), environment(), input);
				const second = await logOutcome(lagging.open(), environment(), input);
				expect(first.task!.created).toBe(true);
				expect(second.task).toEqual({ id: first.task!.id, created: false });
				expect(lagging.state().tasks).toHaveLength(2);
			});

			test('without a deal stands at the contact, and says so', async () => {
				const { deal: _deal, note: _note, task: _task, ...contactOnly } = aHandoff();
				await run(lagging.open(), contactOnly);
				const result = await logOutcome(lagging.open(), environment(), anOutcome());
				expect(result.deal).toBeUndefined();
				expect(result.warnings).toEqual([expect.stringContaining('at the contact only')]);
				expect(lagging.state().notes).toHaveLength(1);
			});

			test('by ten workers at once leaves one note', async () => {
				await run(lagging.open(), aHandoff());
				const results = await Promise.all(
					Array.from({ length: 10 }, () => logOutcome(lagging.open(), environment(), anOutcome())),
				);
				expect(results.filter(({ note }) => note.created)).toHaveLength(1);
				expectOutcomeLogged(lagging);
			});

			test('ends a task that staff have deleted without a word', async () => {
				const port = lagging.open();
				const { contact, task } = await run(port, aHandoff());
				await lagging.reset();
				await expect(port.completeTask(task!.id)).resolves.toBeUndefined();
				expect(contact.id).toBeTruthy();
			});
		});

		describe('Fields', () => {
			const names = HANDOFF_FIELDS.contact.length + HANDOFF_FIELDS.deal.length;

			test('of the account are listed with label and type', async () => {
				for (const object of ['contact', 'deal'] as const) {
					const fields = await lagging.open().listFields(object);
					expect(fields.length).toBeGreaterThan(2);
					expect(fields.every(({ name, label, type }) => name && label && type)).toBe(true);
					expect(new Set(fields.map(({ name }) => name)).size).toBe(fields.length);
				}
			});

			test('for the handoff are made once, and then filled', async () => {
				const made = await createHandoffFields(lagging.open());
				// An adapter may make a field for our key besides.
				const ours = made.fields.filter(({ created, label }) => created && !/\bkey$/iu.test(label));
				expect(ours).toHaveLength(names);
				const again = await createHandoffFields(lagging.open());
				expect(again.fields.map(({ name }) => name)).toEqual(made.fields.map(({ name }) => name));
				expect(again.fields.some(({ created }) => created)).toBe(false);

				const nameOf = (label: string) => made.fields.find((field) => field.label === label)!.name;
				const handoff = {
					contact: { whatsapp_contact_consent: 'opted_in' },
					deal: {
						whatsapp_conversation_id: 'c1',
						whatsapp_escalation_score: 72,
						whatsapp_handoff_at: '2026-11-02T10:00:00.000Z',
					},
				};
				const result = await run(lagging.open(), aHandoff('c1', { handoff }));
				expect(result.warnings).toEqual([]);
				const consent = nameOf('WhatsApp Contact Consent');
				const contact = await lagging.open().readContact(result.contact.id, [consent]);
				expect(contact!.properties![consent]).toBe('opted_in');
				const id = nameOf('WhatsApp Conversation ID');
				const score = nameOf('WhatsApp Escalation Score');
				const at = nameOf('WhatsApp Handoff At');
				const deal = await lagging.open().readDeal(result.deal!.id, [id, score, at]);
				expect(deal!.properties![id]).toBe('c1');
				expect(Number(deal!.properties![score])).toBe(72);
				expect(Date.parse(String(deal!.properties![at]))).toBe(
					Date.parse('2026-11-02T10:00:00.000Z'),
				);
			});

			test('that the account lacks are left out without a word', async () => {
				const handoff = { deal: { whatsapp_conversation_id: 'c1' } };
				const result = await run(lagging.open(), aHandoff('c1', { handoff }));
				expect(result.warnings).toEqual([]);
				expectOneOfEach(lagging);
			});
		});

		test('a case is kept as whatever kind of record the connection is for, once', async () => {
			for (const kind of lagging.otherKinds ?? []) {
				await lagging.reset();
				const id = `kind-${kind}`;
				const input = aHandoff(id, { account: id });
				const first = await run(lagging.open(undefined, kind), input);
				const second = await run(lagging.open(undefined, kind), input);
				const made = !(kind === 'lead' && lagging.leads === 'people');
				expect(first).toMatchObject({ recordKind: kind, deal: { created: made } });
				expect(second).toMatchObject({ deal: { id: first.deal!.id, created: false } });
				expect(second.note).toEqual({ id: first.note!.id, created: false });
				const port = lagging.open(undefined, kind);
				const open = await port.openDeals(first.contact.id);
				expect(open).toMatchObject([{ id: first.deal!.id, closed: false }]);
				const logged = await logOutcome(port, environment(), {
					...anOutcome({ deal: input.deal!, taskKey: input.task!.key }),
					account: id,
				});
				expect(logged).toMatchObject({ deal: { id: first.deal!.id }, note: { created: true } });
			}
			// Without other kinds there is nothing to try, and the test above has shown deals.
			expect(lagging.violations).toEqual([]);
		});

		let trials = 0;
		/** Fails each call of an operation in each way, and prints how many runs it took until all was done. */
		const matrix = async (
			what: string,
			modes: Failure[],
			operation: {
				before?: (id: string) => Promise<unknown>;
				work: (port: CrmPort, id: string) => Promise<unknown>;
				expectDone: () => void | Promise<void>;
			},
		): Promise<number> => {
			const calls: string[] = [];
			await lagging.reset();
			await operation.before?.(`calls of ${what}`);
			await operation.work(
				lagging.open((request) => {
					calls.push(`${request.method} ${new URL(request.url).pathname}`);
					return lagging.send(request);
				}),
				`calls of ${what}`,
			);
			const rows: string[] = [];
			for (const [index, call] of calls.entries()) {
				const cells: string[] = [];
				for (const mode of modes) {
					await lagging.reset();
					// Each trial is a customer's own: the ledger outlives the account's reset.
					const id = `m${++trials}`;
					await operation.before?.(id);
					const failing = failingAt(lagging, index, mode);
					const runs = await runUntilDone(() => operation.work(lagging.open(failing), id));
					await operation.expectDone();
					cells.push(runs === 1 ? 'ok' : `run ${runs}`);
				}
				rows.push(`${call.padEnd(64)} ${cells.map((cell) => cell.padEnd(8)).join('')}`);
			}
			console.log(
				[
					`${name}: ${what}`,
					`${''.padEnd(64)} ${modes.map((mode) => mode.padEnd(8)).join('')}`,
					...rows,
				].join('\n'),
			);
			return rows.length;
		};

		test('whichever call fails in whichever way, the end state is right and nothing is there twice', async () => {
			const rows = await matrix('runs until one contact, one deal, one note, one task', MODES, {
				work: (port, id) => run(port, aHandoff(id, { account: id })),
				expectDone: () => expectOneOfEach(lagging),
			});
			expect(rows).toBeGreaterThan(8);
		}, 300_000);

		test('whichever call of Log Outcome fails, the outcome is logged once', async () => {
			const rows = await matrix('Log Outcome: runs until it is logged once', MODES, {
				before: (id) => run(lagging.open(), aHandoff(id, { account: id })),
				work: (port, id) => logOutcome(port, environment(), { ...anOutcome({}, id), account: id }),
				expectDone: () => expectOutcomeLogged(lagging),
			});
			expect(rows).toBeGreaterThan(2);
		}, 300_000);

		test('whichever call of Get Context fails, the next run reads all', async () => {
			const rows = await matrix('Get Context: runs until it is read', MODES, {
				before: (id) => run(lagging.open(), aHandoff(id, { account: id })),
				work: async (port, id) => {
					const contact = aHandoff(id).contact;
					const known = await getContext(port, environment(), { account: id, contact });
					expect(known).toMatchObject({ found: true, openDeals: [{ amount: 250 }] });
				},
				expectDone: () => expectOneOfEach(lagging),
			});
			expect(rows).toBeGreaterThan(2);
		}, 300_000);

		test('whichever call of Advance Stage fails, the deal is moved by the next run', async () => {
			const stages = (await lagging.open().listPipelines())[0]!.stages;
			const rows = await matrix('Advance Stage: runs until it is moved', MODES, {
				before: (id) => run(lagging.open(), aHandoff(id, { account: id })),
				work: (port, id) =>
					advanceStage(port, environment(), {
						account: id,
						contact: aHandoff(id).contact,
						deal: { key: `${id}:e1` },
						stageId: stages[1]!.id,
					}),
				expectDone: () => {
					expectOneOfEach(lagging);
					expect(lagging.state().deals[0]!.stageId).toBe(stages[1]!.id);
				},
			});
			expect(rows).toBeGreaterThan(1);
		}, 300_000);

		test('whichever call of Create Fields fails, every field is there once', async () => {
			const rows = await matrix('Create Fields: runs until all are there', MODES, {
				work: (port) => createHandoffFields(port),
				expectDone: async () => {
					for (const object of ['contact', 'deal'] as const) {
						const labels = (await lagging.open().listFields(object)).map(({ label }) => label);
						for (const { label } of HANDOFF_FIELDS[object]) {
							expect(labels.filter((one) => one === label)).toEqual([label]);
						}
					}
				},
			});
			expect(rows).toBeGreaterThan(1);
		}, 300_000);

		const expectOutcomeLogged = (account: Account) => {
			expect(account.violations).toEqual([]);
			const { contacts, deals, notes, tasks } = account.state();
			expect([contacts.length, deals.length, tasks.length]).toEqual([1, 1, 1]);
			expect(notes).toHaveLength(2);
			const outcomes = notes.filter(({ body }) => body.includes('sold'));
			expect(outcomes).toHaveLength(1);
			expect(outcomes[0]!.body).toContain('Send the contract');
			expect(outcomes[0]).toMatchObject({
				contactIds: [contacts[0]!.id],
				dealIds: [deals[0]!.id],
			});
			expect(tasks[0]!.done).toBe(true);
		};
	});
}

/** How a person ended the conversation of {@link aHandoff}. */
function anOutcome(changes: Partial<OutcomeInput> = {}, conversationId = 'c1'): OutcomeInput {
	return {
		account: 'test',
		contact: aHandoff().contact,
		deal: { key: `${conversationId}:e1` },
		outcome: {
			disposition: 'sold',
			resolution: 'Chose the yearly plan',
			nextAction: 'Send the contract',
		},
		closedBy: 'Agent One',
		noteKey: `${conversationId}:e1:outcome`,
		taskKey: `${conversationId}:h1:task`,
		...changes,
	};
}

/** A worker whose n-th call fails. */
export function failingAt(account: Account, index: number, mode: Failure): HttpSend {
	let count = 0;
	return (request) => {
		if (count++ !== index) return account.send(request);
		if (mode === 'late') {
			return account.send(request).then(() => Promise.reject(new Error('timeout exceeded')));
		}
		// Told to the stand-in, it may befall a call beside this one, which would wait for its whole time limit.
		if (mode === 'timeout') return Promise.reject(new Error('timeout exceeded'));
		// Calls that go out side by side may arrive in another order.
		const { pathname } = new URL(request.url);
		const path = `^${pathname.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`;
		account.fail({ mode, times: 1, method: request.method, path });
		return account.send(request);
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
