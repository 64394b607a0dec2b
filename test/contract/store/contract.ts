import fc from 'fast-check';

import type { HandoffStore, InboundMessage } from '../../../core/ports/store';
import { StoreError } from '../../../core/ports/store';
import type { SlaClock } from '../../../core/sla/clock';
import { aConversation, aMessage, at } from '../../builders';
import { handToSomebody } from './hand';

/** How a store is opened: two instances of one place see the same data, as two processes would. */
export interface StorePlace {
	open(namespace?: string): Promise<HandoffStore>;
	remove(): Promise<void>;
}

const CHANNEL = '106540352242922';

function inbound(
	customer: number,
	changes: Partial<InboundMessage['message']> = {},
): InboundMessage {
	const waId = `1650555${String(customer).padStart(4, '0')}`;
	return {
		channelId: CHANNEL,
		identity: {
			keys: [{ kind: 'wa_id', value: waId }],
			waId,
			name: `Customer ${customer}`,
		},
		message: aMessage({ id: `wamid.${customer}.${changes.sentAt ?? '0'}`, ...changes }),
	};
}

/** What every store has to do. */
export function storeContract(name: string, makePlace: () => Promise<StorePlace>): void {
	describe(`${name} store`, () => {
		let place: StorePlace;
		let store: HandoffStore;

		beforeEach(async () => {
			place = await makePlace();
			store = await place.open();
		});
		afterEach(async () => {
			await store.close();
			await place.remove();
		});

		const firstContact = async (customer = 1) =>
			(await store.intake([inbound(customer)], at(0)))[0]!.conversation;

		describe('intake', () => {
			it('starts a conversation with the bot at the first message of a customer', async () => {
				const [result] = await store.intake([inbound(1)], at(0));
				expect(result).toMatchObject({
					fresh: true,
					conversation: {
						state: 'bot',
						episode: 1,
						lastCustomerMessageAt: at(0),
						counters: { customerTurns: 1 },
						identity: { name: 'Customer 1' },
					},
				});
				expect(await store.conversation(result!.conversation.id)).toEqual(result!.conversation);
			});

			it('records a message once, across instances, and says that a duplicate is not fresh', async () => {
				const other = await place.open();
				await store.intake([inbound(1)], at(0));
				const [again] = await other.intake([inbound(1)], at(5));
				expect(again).toMatchObject({
					fresh: false,
					conversation: { counters: { customerTurns: 1 } },
				});
				await other.close();
			});

			it('drops a duplicate within one delivery', async () => {
				const results = await store.intake([inbound(1), inbound(1)], at(0));
				expect(results.map(({ fresh }) => fresh)).toEqual([true, false]);
			});

			it('finds the customer by any key later and learns further keys', async () => {
				const first = await firstContact();
				const byUser = inbound(1, { sentAt: at(1) });
				byUser.identity.keys.push({ kind: 'user_id', value: 'US.1' });
				await store.intake([byUser], at(1));
				const onlyUser: InboundMessage = {
					channelId: CHANNEL,
					identity: { keys: [{ kind: 'user_id', value: 'US.1' }], userId: 'US.1' },
					message: aMessage({ id: 'wamid.user', sentAt: at(2) }),
				};
				const [result] = await store.intake([onlyUser], at(2));
				expect(result!.conversation.id).toBe(first.id);
				expect((await store.findConversation(CHANNEL, onlyUser.identity))?.id).toBe(first.id);
			});

			it('keeps one customer’s conversations on two of our numbers apart', async () => {
				const first = await firstContact();
				const [second] = await store.intake(
					[{ ...inbound(1, { sentAt: at(1) }), channelId: '999' }],
					at(1),
				);
				expect(second!.conversation.id).not.toBe(first.id);
			});

			it('takes a reaction down without counting it as a turn or waking a workflow', async () => {
				await firstContact();
				const reaction = inbound(1, { id: 'wamid.r', type: 'reaction', text: '', sentAt: at(1) });
				const [result] = await store.intake([reaction], at(1));
				expect(result!.conversation.counters.customerTurns).toBe(1);
				expect((await store.unhandled(at(9), 10)).map(({ message }) => message.id)).not.toContain(
					'wamid.r',
				);
			});

			it('gives the same conversation for the same messages in any order, batch and repetition', async () => {
				const messages = Array.from({ length: 6 }, (_, minute) =>
					inbound(7, { id: `wamid.p${minute}`, text: `t${minute}`, sentAt: at(minute) }),
				);
				let run = 0;
				await fc.assert(
					fc.asyncProperty(
						fc.array(fc.subarray(messages, { minLength: 1 }), { minLength: 1, maxLength: 6 }),
						async (batches) => {
							const fresh = await place.open(`run${run++}`);
							for (const batch of [...batches, messages]) {
								await fresh.intake([...batch].reverse(), at(30));
							}
							const { conversations } = await fresh.list({});
							expect(conversations).toHaveLength(1);
							expect(conversations[0]).toMatchObject({
								lastCustomerMessageAt: at(5),
								counters: { customerTurns: 6 },
							});
							const history = await fresh.history(conversations[0]!.id, { limit: 20 });
							expect(history.map(({ text }) => text)).toEqual(['t0', 't1', 't2', 't3', 't4', 't5']);
							await fresh.close();
						},
					),
					{ numRuns: 15 },
				);
			});
		});

		describe('messages', () => {
			it('gives the newest messages, oldest first, and those before a message', async () => {
				const { id } = await firstContact();
				for (let minute = 1; minute < 6; minute++) {
					await store.intake([inbound(1, { id: `m${minute}`, sentAt: at(minute) })], at(minute));
				}
				const ids = async (options: { limit: number; before?: string }) =>
					(await store.history(id, options)).map((message) => message.id);
				expect(await ids({ limit: 2 })).toEqual(['m4', 'm5']);
				expect(await ids({ limit: 2, before: 'm4' })).toEqual(['m2', 'm3']);
			});

			it('hands unhandled messages to recovery until they are marked handled', async () => {
				await firstContact();
				expect(await store.unhandled(at(0), 10)).toEqual([]);
				expect(await store.unhandled(at(1), 10)).toHaveLength(1);
				await store.markHandled([inbound(1).message.id], at(1));
				expect(await store.unhandled(at(1), 10)).toEqual([]);
			});

			it('moves a delivery status forwards only, and keeps a failure', async () => {
				const { id } = await firstContact();
				await store.decide(id, () => ({
					result: undefined,
					messages: [
						aMessage({ id: 'out', direction: 'out', author: 'bot', status: 'sent', sentAt: at(1) }),
					],
				}));
				expect(await store.updateStatus('out', 'read', at(3))).toMatchObject({ changed: true });
				expect(await store.updateStatus('out', 'delivered', at(2))).toMatchObject({
					changed: false,
				});
				expect((await store.history(id, { limit: 1 }))[0]!.status).toBe('read');
				expect(await store.updateStatus('unknown', 'sent', at(1))).toBeUndefined();
			});
		});

		describe('decisions', () => {
			it('writes all of a decision or nothing of it', async () => {
				const { id } = await firstContact();
				await expect(
					store.decide(id, () => {
						throw new Error('refused');
					}),
				).rejects.toThrow('refused');
				await expect(
					store.decide(id, ({ conversation }) => ({
						result: undefined,
						conversation: { ...conversation, tags: ['half'], version: 9 },
						messages: [{ ...aMessage({ id: 'half' }), text: 1n as unknown as string }],
					})),
				).rejects.toThrow();
				expect((await store.conversation(id))!.tags).toEqual([]);
			});

			it('says that there is no such conversation, and what to check', async () => {
				const failure = store.decide('nobody', () => ({ result: undefined }));
				await expect(failure).rejects.toThrow(StoreError);
				await expect(failure).rejects.toThrow('There is no conversation nobody');
			});

			it('keeps the audit log in the order of what happened', async () => {
				const { id } = await firstContact();
				await handToSomebody(store, id);
				expect((await store.audit(id)).map(({ action }) => action)).toEqual(['escalate']);
			});

			it('never passes an agent’s capacity and keeps the turns fair under concurrent routing', async () => {
				const second = await place.open();
				const ids: string[] = [];
				for (let customer = 0; customer < 20; customer++) {
					ids.push((await firstContact(customer)).id);
				}
				const results = await Promise.all(
					ids.map((id, index) => handToSomebody(index % 2 ? second : store, id)),
				);
				const owners = results.map(({ conversation }) => conversation.owner!);
				const count = (id: string) =>
					owners.filter((owner) => owner.kind === 'agent' && owner.id === id).length;
				expect(['ana', 'ben', 'cem'].map(count)).toEqual([4, 4, 4]);
				expect(owners.filter(({ kind }) => kind === 'queue')).toHaveLength(8);
				await second.close();
			});

			it('hands one conversation to one agent when many try at once', async () => {
				const { id } = await firstContact();
				const results = await Promise.all(
					Array.from({ length: 8 }, () => handToSomebody(store, id)),
				);
				expect(results.filter(({ outcome }) => outcome === 'assigned')).toHaveLength(1);
				expect(results.filter(({ outcome }) => outcome === 'already')).toHaveLength(7);
			});
		});

		describe('lists', () => {
			it('filters by state, agent, queue, tag and words, newest first, page by page', async () => {
				for (let customer = 0; customer < 5; customer++) {
					await store.intake([inbound(customer, { sentAt: at(customer) })], at(customer));
				}
				const all = (await store.list({})).conversations;
				expect(all.map(({ identity }) => identity.name)).toEqual(
					[4, 3, 2, 1, 0].map((customer) => `Customer ${customer}`),
				);
				await handToSomebody(store, all[0]!.id);
				await store.decide(all[1]!.id, ({ conversation }) => ({
					result: undefined,
					conversation: { ...conversation, tags: ['vip'], version: conversation.version + 1 },
				}));
				const names = async (filter: Parameters<HandoffStore['list']>[0]) =>
					(await store.list(filter)).conversations.map(({ identity }) => identity.name);
				expect(await names({ states: ['human'] })).toEqual(['Customer 4']);
				expect(await names({ agentId: 'ana' })).toEqual(['Customer 4']);
				expect(await names({ tag: 'vip' })).toEqual(['Customer 3']);
				expect(await names({ search: '5550002' })).toEqual(['Customer 2']);
				expect(await names({ search: '%' })).toEqual([]);
				const page = await store.list({ limit: 2 });
				expect((await store.list({ limit: 9, after: page.after })).conversations).toHaveLength(3);
			});
		});

		describe('SLA clocks', () => {
			const clock = (changes: Partial<SlaClock> = {}): SlaClock => ({
				id: 'k1',
				namespace: 'default',
				conversationId: 'c1',
				kind: 'first_response',
				policy: 'First answer',
				status: 'running',
				startedAt: at(0),
				dueAt: at(10),
				explanation: '',
				pending: [
					{ percent: 80, at: at(8) },
					{ percent: 100, at: at(10) },
				],
				nextEventAt: at(8),
				...changes,
			});

			it('gives each mark out once across instances, oldest first', async () => {
				const other = await place.open();
				await store.putClocks([
					clock(),
					clock({ id: 'k2', nextEventAt: at(20), pending: [{ percent: 100, at: at(20) }] }),
				]);
				expect(await store.nextClockEventAt()).toBe(at(8));
				const taken = await Promise.all([
					store.takeDueEvents(at(10), 10, 60_000),
					other.takeDueEvents(at(10), 10, 60_000),
				]);
				expect(taken.flat().map(({ id }) => id)).toEqual(['k1@80', 'k1@100']);
				await other.close();
			});

			it('gives an event out again that was taken and not confirmed, under the same id', async () => {
				await store.putClocks([clock()]);
				await store.takeDueEvents(at(8), 10, 60_000);
				expect(await store.takeDueEvents(at(8), 10, 60_000)).toEqual([]);
				expect((await store.takeDueEvents(at(9), 10, 60_000)).map(({ id }) => id)).toEqual([
					'k1@80',
				]);
				await store.confirmEvents(['k1@80'], at(9));
				expect((await store.takeDueEvents(at(30), 10, 60_000)).map(({ id }) => id)).toEqual([
					'k1@100',
				]);
			});
		});

		describe('idempotency records', () => {
			it('lets one caller do the work and gives the others its result', async () => {
				expect(await store.beginOnce('a', at(0), 60_000)).toEqual({ state: 'mine' });
				expect(await store.beginOnce('a', at(0), 60_000)).toEqual({ state: 'busy' });
				await store.completeOnce('a', { id: 7 }, at(0));
				expect(await store.beginOnce('a', at(9), 60_000)).toEqual({
					state: 'done',
					result: { id: 7 },
				});
				await store.abandonOnce('a');
				expect(await store.beginOnce('a', at(9), 60_000)).toMatchObject({ state: 'done' });
			});

			it('lets another take over once the first is given up or its time is over', async () => {
				await store.beginOnce('a', at(0), 60_000);
				expect(await store.beginOnce('a', at(1), 60_000)).toEqual({ state: 'mine' });
				await store.abandonOnce('a');
				expect(await store.beginOnce('a', at(1), 60_000)).toEqual({ state: 'mine' });
			});
		});

		it('keeps namespaces apart: nothing of one is visible in another', async () => {
			const { id } = await firstContact();
			await store.putSetting('inbox.url', 'https://a.example');
			const other = await place.open('other');
			expect(await other.conversation(id)).toBeUndefined();
			expect((await other.list({})).conversations).toEqual([]);
			expect(await other.history(id, { limit: 5 })).toEqual([]);
			expect(await other.getSetting('inbox.url')).toBeUndefined();
			expect((await other.intake([inbound(1)], at(0)))[0]).toMatchObject({ fresh: true });
			await other.close();
		});

		it('keeps a setting and the brief until they are replaced', async () => {
			await store.putSetting('x', [1]);
			await store.putSetting('x', [2]);
			expect(await store.getSetting('x')).toEqual([2]);
			expect(await store.brief(aConversation().id)).toBeUndefined();
		});
	});
}
