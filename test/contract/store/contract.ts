import fc from 'fast-check';

import type { StoreOptions } from '../../../adapters/store/open';
import { openStore } from '../../../adapters/store/open';
import { applyEvent } from '../../../core/conversation/apply';
import { gather } from '../../../core/conversation/burst';
import {
	applyRetention,
	eraseCustomer,
	exportCustomer,
} from '../../../core/conversation/customerData';
import { takeIn } from '../../../core/conversation/intake';
import { noted } from '../../../core/conversation/intakeLog';
import type { Conversation } from '../../../core/conversation/conversation';
import type { HandoffStore } from '../../../core/ports/store';
import { StoreError } from '../../../core/ports/store';
import { KEPT_WAITS } from '../../../core/routing/wait';
import { settle, startClock } from '../../../core/sla';
import type { AlertDelivery } from '../../../core/sla/watchdog';
import { LEASE_MS, raiseDueEvents } from '../../../core/sla/watchdog';
import type { Brief } from '../../../core/summary/brief';
import { addMilliseconds } from '../../../core/time';
import { aMessage, ana, at, workflow } from '../../builders';
import { CHANNEL, clock, customer, inbound } from './support/scenes';
import { raisedBy, startWorker, watchUntil } from './support/worker';

/** Where the stores under test are kept. */
export interface Place {
	/** Another connection to the same place, as another process has it. */
	another(namespace?: string): Promise<HandoffStore>;
	/** For {@link openStore}, in a process of its own. */
	options: StoreOptions;
	/** How many processes route at once, and how many routers run in each. */
	routers: { processes: number; width: number };
	/** Removes it. All stores are closed by then. */
	remove(): Promise<void>;
}

/** Conversations handed over in the race below; `HANDOFFS=10000` runs it at full size. */
const ROUTED = Number(process.env.HANDOFFS ?? 200);
const AGENTS = 20;
const TIMEOUT_MS = 120_000 + ROUTED * 60;

/** These in every order. */
function permutations<T>(all: readonly T[]): T[][] {
	if (all.length < 2) return [[...all]];
	return all.flatMap((first, index) =>
		permutations([...all.slice(0, index), ...all.slice(index + 1)]).map((rest) => [first, ...rest]),
	);
}

/** What every adapter of the store port keeps to. */
export function storeContract(name: string, create: () => Promise<Place>): void {
	describe(`store on ${name}`, () => {
		let place: Place;
		let store: HandoffStore;
		let stores: HandoffStore[];

		const another = async (namespace?: string) => {
			const opened = await place.another(namespace);
			stores.push(opened);
			return opened;
		};
		/** A conversation that a customer has begun. */
		const begun = async (who = 'robin', minute = 0): Promise<Conversation> =>
			(await store.intake([inbound(who, `first-${who}`, minute)], at(minute)))[0]!.conversation;
		/** Without the clocks that go with it: the tests put those that they are about. */
		const escalate = (id: string, owner = ana) =>
			store.decide(id, (view) => ({
				...applyEvent(
					view,
					{
						type: 'escalate',
						owner,
						reason: 'Asked for a person',
						score: 80,
						signals: [],
						priority: 'normal',
						queue: 'Support',
					},
					{ actor: workflow, now: at(1), policies: [] },
				),
				clocks: [],
			}));
		const close = (id: string, now: string) =>
			store.decide(id, (view) =>
				applyEvent(view, { type: 'resolve' }, { actor: workflow, now, policies: [] }),
			);

		beforeEach(async () => {
			stores = [];
			place = await create();
			store = await another();
		});
		afterEach(async () => {
			await Promise.all(stores.map((one) => one.close()));
			await place.remove();
		});

		describe('intake', () => {
			it('begins a conversation with the bot at the first message of a customer', async () => {
				const [result] = await store.intake([inbound('robin', 'm1')], at(0));
				expect(result).toMatchObject({
					fresh: true,
					message: { id: 'm1' },
					conversation: {
						namespace: 'default',
						channelId: CHANNEL,
						state: 'bot',
						version: 1,
						lastCustomerMessageAt: at(0),
						counters: { customerTurns: 1 },
					},
				});
				const id = result!.conversation.id;
				expect(await store.conversation(id)).toEqual(result!.conversation);
				expect(await store.findConversation(CHANNEL, customer('robin'))).toEqual(
					result!.conversation,
				);
				expect(await store.findConversation('another-number', customer('robin'))).toBeUndefined();
			});

			it('records a message once, in one delivery and in the next, and says so', async () => {
				const message = inbound('robin', 'm1');
				const first = await store.intake([message, message], at(0));
				expect(first.map(({ fresh }) => fresh)).toEqual([true, false]);
				const [again] = await store.intake([message], at(1));
				expect(again!.fresh).toBe(false);
				expect(again!.conversation).toEqual(first[0]!.conversation);
				expect(await store.history(again!.conversation.id, { limit: 10 })).toHaveLength(1);
			});

			it('gives a message that several connections deliver at once to one of them', async () => {
				const all = [store, await another(), await another(), await another()];
				const results = await Promise.all(
					all.flatMap((one) => [
						one.intake([inbound('robin', 'm1')], at(0)),
						one.intake([inbound('robin', 'm2', 1)], at(0)),
					]),
				);
				const fresh = results.flat().filter((result) => result.fresh);
				expect(fresh.map(({ message }) => message.id).sort()).toEqual(['m1', 'm2']);
				expect(new Set(results.flat().map(({ conversation }) => conversation.id)).size).toBe(1);
				const found = await store.findConversation(CHANNEL, customer('robin'));
				expect(found!.counters.customerTurns).toBe(2);
			});

			it('settles the messages of a delivery in the order in which they were sent', async () => {
				const id = (await begun()).id;
				await close(id, at(10));
				const results = await store.intake(
					[inbound('robin', 'new', 20), inbound('robin', 'late', 5)],
					at(21),
				);
				expect(results.map(({ message }) => message.id)).toEqual(['new', 'late']);
				expect(results.map(({ conversation }) => conversation.counters.customerTurns)).toEqual([
					2, 1,
				]);
				expect(results[0]!.conversation).toMatchObject({ state: 'bot', episode: 2 });
			});

			it('opens a conversation again for a message that comes after the close, whenever it was sent', async () => {
				const id = (await begun()).id;
				await close(id, at(10));
				const [late] = await store.intake([inbound('robin', 'late', 5)], at(11));
				expect(late).toMatchObject({ fresh: true, conversation: { state: 'bot', episode: 2 } });
				expect((await store.history(id, { limit: 10 })).map((one) => one.id)).toContain('late');
			});

			it('counts no turn for an echo, a reaction or a line of the service', async () => {
				const { id } = await begun();
				const out = { direction: 'out', author: 'agent' } as const;
				const results = await store.intake(
					[
						inbound('robin', 'echo', 1, out),
						inbound('robin', 'reaction', 2, { type: 'reaction' }),
						inbound('robin', 'edit', 3, { type: 'edit' }),
					],
					at(4),
				);
				expect(results.every(({ fresh }) => fresh)).toBe(true);
				const conversation = (await store.conversation(id))!;
				expect(conversation.counters.customerTurns).toBe(1);
				expect(conversation.lastCustomerMessageAt).toBe(at(0));
				expect(conversation.lastMessageAt).toBe(at(3));
				expect(await store.history(id, { limit: 10 })).toHaveLength(4);
			});

			it('knows a customer by any key, and learns the keys that come later', async () => {
				const { id } = await begun();
				const both = { ...customer('robin'), userId: 'US.1', username: 'robin' };
				both.keys = [...both.keys, { kind: 'user_id', value: 'US.1' }];
				await store.intake([inbound(both, 'm2', 1)], at(1));
				const [unnumbered] = await store.intake(
					[inbound({ keys: [{ kind: 'user_id', value: 'US.1' }], userId: 'US.1' }, 'm3', 2)],
					at(2),
				);
				expect(unnumbered!.conversation.id).toBe(id);
				expect(unnumbered!.conversation.identity).toMatchObject({
					waId: 'robin',
					userId: 'US.1',
					username: 'robin',
				});
			});

			const key = (kind: 'wa_id' | 'user_id', value: string) => ({ kind, value });

			it('has one conversation of a customer from when number and user id are seen together', async () => {
				const numbered = (await begun()).id;
				const hidden = { keys: [key('user_id', 'US.1')], userId: 'US.1' };
				const [alone] = await store.intake([inbound(hidden, 'm2', 1)], at(1));
				expect(alone!.conversation.id).not.toBe(numbered);
				const both = { keys: [...hidden.keys, ...customer('robin').keys], userId: 'US.1' };
				const [together] = await store.intake([inbound(both, 'm3', 2)], at(2));
				expect(together!.conversation.id).toBe(numbered);
				for (const who of [hidden, both, customer('robin')]) {
					expect((await store.findConversation(CHANNEL, who))!.id).toBe(numbered);
				}
				// What they wrote before is theirs all the same: found and erased with the rest.
				for (const id of [numbered, alone!.conversation.id]) {
					const all = await store.conversationsOfCustomer(id);
					expect(all.map((one) => one.id).sort()).toEqual(
						[numbered, alone!.conversation.id].sort(),
					);
				}
				await eraseCustomer(store, numbered);
				expect(await store.conversation(alone!.conversation.id)).toBeUndefined();
				expect(await store.conversationsOfCustomer(alone!.conversation.id)).toEqual([]);
			});

			it('keeps to the conversation that a person has, so that no bot speaks beside them', async () => {
				const numbered = (await begun()).id;
				const hidden = { keys: [key('user_id', 'US.1')], userId: 'US.1' };
				const [alone] = await store.intake([inbound(hidden, 'm2', 1)], at(1));
				await escalate(alone!.conversation.id);
				const both = { keys: [...hidden.keys, ...customer('robin').keys] };
				const [together] = await store.intake([inbound(both, 'm3', 2)], at(2));
				expect(together!.conversation).toMatchObject({
					id: alone!.conversation.id,
					state: 'human',
				});
				const [numberOnly] = await store.intake([inbound('robin', 'm4', 3)], at(3));
				expect(numberOnly!.conversation.id).toBe(alone!.conversation.id);
				expect(numberOnly!.conversation.id).not.toBe(numbered);
			});

			it('does not show somebody who has got another’s number what the other wrote', async () => {
				const robin = { keys: [...customer('number').keys, key('user_id', 'US.robin')] };
				const kim = { keys: [key('user_id', 'US.kim')] };
				const [first] = await store.intake([inbound(robin, 'm1')], at(0));
				const [second] = await store.intake([inbound(kim, 'm2', 1)], at(1));
				const [moved] = await store.intake(
					[inbound({ keys: [...customer('number').keys, ...kim.keys] }, 'm3', 2)],
					at(2),
				);
				expect(moved!.conversation.id).toBe(second!.conversation.id);
				expect((await store.findConversation(CHANNEL, { keys: customer('number').keys }))!.id).toBe(
					second!.conversation.id,
				);
				const all = await store.conversationsOfCustomer(second!.conversation.id);
				expect(all.map((one) => one.id)).not.toContain(first!.conversation.id);
			});

			describe('a number that is given to somebody else', () => {
				const robin = {
					keys: [...customer('number').keys, key('user_id', 'US.robin')],
					waId: 'number',
					userId: 'US.robin',
					name: 'Robin',
				};
				const kim = {
					...robin,
					keys: [...customer('number').keys, key('user_id', 'US.kim')],
					userId: 'US.kim',
					name: 'Kim',
				};
				const byUserId = (id: string) => ({ keys: [key('user_id', id)] });
				const byNumber = { keys: customer('number').keys };

				it('begins a conversation of the new holder, and the old one is not written to by it any more', async () => {
					const [first] = await store.intake([inbound(robin, 'm1')], at(0));
					await escalate(first!.conversation.id);
					const [second] = await store.intake([inbound(kim, 'm2', 5)], at(5));
					expect(second!.conversation).toMatchObject({
						state: 'bot',
						episode: 1,
						counters: { customerTurns: 1 },
						identity: { waId: 'number', userId: 'US.kim', name: 'Kim' },
					});
					expect(second!.conversation.id).not.toBe(first!.conversation.id);
					const old = (await store.conversation(first!.conversation.id))!;
					expect(old).toMatchObject({ state: 'human', identity: { name: 'Robin' } });
					expect(old.identity.waId).toBeUndefined();
					expect(old.identity.keys).toEqual([key('user_id', 'US.robin')]);
					expect((await store.audit(old.id)).at(-1)).toMatchObject({
						action: 'number_lost',
						owner: ana,
					});
					expect((await store.findConversation(CHANNEL, byNumber))!.id).toBe(
						second!.conversation.id,
					);
					const [again] = await store.intake([inbound(byUserId('US.robin'), 'm3', 6)], at(6));
					expect(again!.conversation.id).toBe(old.id);
				});

				it('is the new holder’s in the end, and each has their own words, in whatever order these come', async () => {
					const all = [
						inbound(robin, 'robin-1', 0),
						inbound(robin, 'robin-2', 4),
						inbound(kim, 'kim-1', 5),
						inbound(kim, 'kim-2', 7),
					];
					for (const order of permutations(all)) {
						const name = order.map(({ message }) => message.id).join();
						const other = await another(name);
						for (const one of order) await other.intake([one], at(8));
						const of = async (who: Parameters<HandoffStore['findConversation']>[1]) => {
							const { id, identity } = (await other.findConversation(CHANNEL, who))!;
							const thread = await other.history(id, { limit: 9 });
							return {
								name: identity.name,
								waId: identity.waId,
								thread: thread.map((message) => message.id),
							};
						};
						expect([name, await of(byUserId('US.robin'))]).toEqual([
							name,
							{ name: 'Robin', waId: undefined, thread: ['robin-1', 'robin-2'] },
						]);
						expect([name, await of(byNumber)]).toEqual([
							name,
							{ name: 'Kim', waId: 'number', thread: ['kim-1', 'kim-2'] },
						]);
						expect((await other.list({})).conversations).toHaveLength(2);
						await other.close();
						stores.pop();
					}
				});

				it('is no stranger’s where the customer has told of the move, although WhatsApp gives them a new user id', async () => {
					const [first] = await store.intake([inbound(robin, 'm1')], at(0));
					const system = { kind: 'user_changed_number', newWaId: 'new-number' };
					await store.intake([inbound(robin, 'moved', 1, { type: 'system', system })], at(1));
					const moved = {
						keys: [...customer('new-number').keys, key('user_id', 'US.robin-2')],
						waId: 'new-number',
						userId: 'US.robin-2',
					};
					const [next] = await store.intake([inbound(moved, 'm2', 2)], at(2));
					expect(next!.conversation).toMatchObject({
						id: first!.conversation.id,
						identity: { userId: 'US.robin-2' },
					});
					expect(next!.conversation.identity.movedTo).toBeUndefined();
					// Whoever has that number after them is a stranger again.
					const [stranger] = await store.intake(
						[inbound({ ...moved, keys: [moved.keys[0]!, key('user_id', 'US.kim')] }, 'm3', 3)],
						at(3),
					);
					expect(stranger!.conversation.id).not.toBe(first!.conversation.id);
				});

				it('is the new holder’s also while the old one has moved and not written yet', async () => {
					const [first] = await store.intake([inbound(robin, 'm1')], at(0));
					const system = { kind: 'user_changed_number', newWaId: 'new-number' };
					await store.intake([inbound(robin, 'moved', 1, { type: 'system', system })], at(1));
					const [stranger] = await store.intake([inbound(kim, 'm2', 2)], at(2));
					expect(stranger!.conversation.id).not.toBe(first!.conversation.id);
					const [moved] = await store.intake(
						[
							inbound(
								{ keys: [...customer('new-number').keys, key('user_id', 'US.robin-2')] },
								'm3',
								3,
							),
						],
						at(3),
					);
					expect(moved!.conversation.id).toBe(first!.conversation.id);
				});

				it('is not taken from a customer who is known by the parent portfolio', async () => {
					const parent = { kind: 'parent_user_id' as const, value: 'US.ENT.robin' };
					const [first] = await store.intake(
						[inbound({ ...robin, keys: [...robin.keys, parent] }, 'm1')],
						at(0),
					);
					const [next] = await store.intake(
						[inbound({ ...kim, keys: [...kim.keys, parent] }, 'm2', 1)],
						at(1),
					);
					expect(next!.conversation.id).toBe(first!.conversation.id);
				});
			});

			it('writes a message with all that follows from it, or nothing', async () => {
				const dies = () => {
					throw new Error('died');
				};
				await expect(store.intake([inbound('robin', 'm1')], at(0), dies)).rejects.toThrow('died');
				expect(await store.findConversation(CHANNEL, customer('robin'))).toBeUndefined();
				const seen: string[] = [];
				const [first, again] = await store.intake(
					[inbound('robin', 'm1'), inbound('robin', 'm1')],
					at(0),
					({ conversation, clocks }, { message }) => {
						seen.push(`${message.id} with ${clocks.length} clocks`);
						const step = applyEvent(
							{ conversation, clocks },
							{
								type: 'escalate',
								owner: ana,
								reason: 'Ana answered from the phone',
								score: 0,
								signals: [],
								priority: 'normal',
								queue: 'Phone',
							},
							{ actor: workflow, now: at(0), policies: [] },
						);
						return {
							...step,
							clocks: [clock(conversation.id)],
							handled: { ids: [message.id], at: at(0) },
						};
					},
				);
				expect(seen).toEqual(['m1 with 0 clocks']);
				expect([first!.fresh, again!.fresh]).toEqual([true, false]);
				expect(first!.conversation).toMatchObject({ state: 'human', owner: ana });
				const { id } = first!.conversation;
				expect(await store.conversation(id)).toMatchObject({ state: 'human', version: 2 });
				expect(await store.audit(id)).toMatchObject([{ action: 'escalate' }]);
				expect(await store.clocks(id)).toHaveLength(1);
				expect(await store.unhandled(at(60), 10)).toEqual([]);
			});

			it('follows a customer to the new number', async () => {
				const { id } = await begun();
				const system = { kind: 'customer_changed_number', newWaId: 'robins-new-number' };
				await store.intake([inbound('robin', 'moved', 1, { type: 'system', system })], at(1));
				const [result] = await store.intake([inbound('robins-new-number', 'm2', 2)], at(2));
				expect(result!.conversation.id).toBe(id);
			});

			it('takes what customers send as it is, whatever the characters', async () => {
				const text = `'"; DROP TABLE messages; -- \u0000 \ud800 👋🏽 %_\\ \u202e`;
				const [result] = await store.intake(
					[inbound({ ...customer('robin'), name: text }, 'm1', 0, { text })],
					at(0),
				);
				const [kept] = await store.history(result!.conversation.id, { limit: 1 });
				expect(kept!.text).toBe(text);
				expect((await store.conversation(result!.conversation.id))!.identity.name).toBe(text);
			});

			it('gives the same conversation and history for any order, batch and repetition', async () => {
				let run = 0;
				const sent = Array.from({ length: 8 }, (_, i) => i);
				await fc.assert(
					fc.asyncProperty(
						fc.shuffledSubarray([...sent, ...sent], { minLength: 16 }),
						fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 16, maxLength: 16 }),
						async (order, sizes) => {
							const who = `customer-${run++}`;
							const messages = order.map((n) =>
								// Two at the same minute: the id decides.
								inbound(who, `${who}-${n}`, Math.floor(n / 2), n === 3 ? { type: 'reaction' } : {}),
							);
							for (const size of sizes) await store.intake(messages.splice(0, size), at(60));
							const conversation = (await store.findConversation(CHANNEL, customer(who)))!;
							expect(conversation).toMatchObject({
								version: 8,
								counters: { customerTurns: 7 },
								lastCustomerMessageAt: at(3),
								lastMessageAt: at(3),
							});
							const history = await store.history(conversation.id, { limit: 100 });
							expect(history.map(({ id }) => id)).toEqual(sent.map((n) => `${who}-${n}`));
						},
					),
					{ numRuns: 15 },
				);
			});
		});

		describe('messages', () => {
			it('gives out what no workflow has dealt with, oldest first, until it is marked', async () => {
				await store.intake(
					[
						inbound('robin', 'b', 2),
						inbound('kim', 'a', 1),
						inbound('robin', 'echo', 1, { direction: 'out', author: 'agent' }),
						inbound('robin', 'recent', 9),
					],
					at(9),
				);
				const lost = await store.unhandled(at(5), 10);
				expect(lost.map(({ message }) => message.id)).toEqual(['a', 'b']);
				expect(lost[0]!.conversation.identity.name).toBe('kim');
				expect(await store.unhandled(at(5), 1)).toHaveLength(1);
				await store.markHandled(['a', 'unknown'], at(6));
				expect((await store.unhandled(at(5), 10)).map(({ message }) => message.id)).toEqual(['b']);
			});

			it('pages through the history, newest page first, each page oldest first', async () => {
				const { id } = await begun();
				await store.intake(
					[1, 2, 3, 4].map((n) => inbound('robin', `m${n}`, n)),
					at(5),
				);
				const newest = await store.history(id, { limit: 2 });
				expect(newest.map((one) => one.id)).toEqual(['m3', 'm4']);
				const before = await store.history(id, { limit: 2, before: 'm3' });
				expect(before.map((one) => one.id)).toEqual(['m1', 'm2']);
				expect(await store.history(id, { limit: 9, before: 'first-robin' })).toEqual([]);
			});

			it('moves a delivery status forwards only, and knows no message that is not ours', async () => {
				const { id } = await begun();
				await store.decide(id, () => ({
					result: undefined,
					messages: [aMessage({ id: 'out', direction: 'out', author: 'bot', status: 'sent' })],
				}));
				expect(await store.updateStatus('out', 'read', at(1))).toMatchObject({ changed: true });
				expect(await store.updateStatus('out', 'delivered', at(2))).toMatchObject({
					changed: false,
					conversation: { id },
				});
				const history = await store.history(id, { limit: 5 });
				expect(history.find((one) => one.id === 'out')!.status).toBe('read');
				expect(await store.updateStatus('unknown', 'read', at(1))).toBeUndefined();
			});

			it('applies a status that came before its message was written down, the newest of several', async () => {
				const { id } = await begun();
				// Only for an hour: statuses of messages that are not ours are never asked for.
				await store.updateStatus('old', 'read', at(0));
				for (const status of ['sent', 'delivered', 'sent'] as const) {
					expect(await store.updateStatus('early', status, at(61))).toBeUndefined();
				}
				await store.updateStatus('refused', 'failed', at(61), [{ code: 131026, title: 'No' }]);
				const out = (one: string) =>
					aMessage({ id: one, direction: 'out', author: 'bot', status: 'sent' });
				await store.decide(id, () => ({
					result: undefined,
					messages: ['early', 'refused', 'old'].map(out),
				}));
				const history = await store.history(id, { limit: 9 });
				expect(Object.fromEntries(history.map((one) => [one.id, one.status]))).toMatchObject({
					early: 'delivered',
					refused: 'failed',
					old: 'sent',
				});
				expect(history.find((one) => one.id === 'refused')!.errors).toMatchObject([
					{ code: 131026 },
				]);
			});

			it('loses no status that comes in the very moment in which its message is written', async () => {
				const { id } = await begun();
				const other = await another();
				const ids = Array.from({ length: 20 }, (_, i) => `out-${i}`);
				await Promise.all(
					ids.flatMap((one) => [
						store.decide(id, () => ({
							result: undefined,
							messages: [aMessage({ id: one, direction: 'out', author: 'bot', status: 'sent' })],
						})),
						other.updateStatus(one, 'delivered', at(1)),
					]),
				);
				const history = await store.history(id, { limit: 30 });
				expect(history.filter((one) => one.direction === 'out').map((one) => one.status)).toEqual(
					ids.map(() => 'delivered'),
				);
			});

			describe('that a gateway has sent', () => {
				const out = (id: string) =>
					aMessage({ id, direction: 'out', author: 'bot', status: 'sent', sentAt: at(1) });
				const kept = async (conversationId: string, id: string) =>
					(await store.history(conversationId, { limit: 50 })).find((one) => one.id === id)!;
				const sent = async (...ids: string[]) => {
					const { id } = await begun();
					await store.decide(id, () => ({ result: undefined, messages: ids.map(out) }));
					return id;
				};

				it('is found by the id that the gateway gave it, and by its own', async () => {
					const id = await sent('out', 'other');
					expect(await store.recordAlias('out', 'gateway-1')).toMatchObject({
						conversation: { id },
						message: { id: 'out', sentAs: 'gateway-1', status: 'sent' },
					});
					expect(await store.updateStatus('gateway-1', 'delivered', at(2))).toMatchObject({
						changed: true,
						conversation: { id },
					});
					expect(await store.updateStatus('out', 'read', at(3))).toMatchObject({ changed: true });
					expect(await store.updateStatus('gateway-1', 'sent', at(4))).toMatchObject({
						changed: false,
					});
					expect(await kept(id, 'out')).toMatchObject({ status: 'read', sentAs: 'gateway-1' });
					expect((await kept(id, 'other')).status).toBe('sent');
					expect(await store.history(id, { limit: 9 })).toHaveLength(3);
				});

				it('has the status that came before its id was known, and why it failed', async () => {
					const id = await sent('out', 'refused');
					expect(await store.updateStatus('gateway-1', 'delivered', at(2))).toBeUndefined();
					await store.updateStatus('gateway-2', 'failed', at(2), [{ code: 63016, title: 'No' }]);
					expect(await store.recordAlias('out', 'gateway-1')).toMatchObject({
						message: { status: 'delivered' },
					});
					await store.recordAlias('refused', 'gateway-2');
					expect(await kept(id, 'out')).toMatchObject({ status: 'delivered' });
					expect(await kept(id, 'refused')).toMatchObject({
						status: 'failed',
						errors: [{ code: 63016 }],
					});
				});

				it('is on its way again where the gateway takes at last what it had refused', async () => {
					const id = await sent('out');
					await store.updateStatus('out', 'failed', at(2), [{ code: 0, title: 'Not connected' }]);
					await store.recordAlias('out', 'gateway-1');
					expect((await kept(id, 'out')).errors).toBeUndefined();
					expect(await kept(id, 'out')).toMatchObject({ status: 'sent' });
					// What it could not deliver afterwards stays so.
					await store.updateStatus('gateway-1', 'failed', at(3));
					await store.recordAlias('out', 'gateway-1');
					expect(await kept(id, 'out')).toMatchObject({ status: 'failed' });
				});

				it('may be named twice, and under several ids where it went out as several messages', async () => {
					const id = await sent('out');
					await store.recordAlias('out', 'gateway-1');
					await store.updateStatus('gateway-1', 'delivered', at(2));
					await store.recordAlias('out', 'gateway-1');
					await store.recordAlias('out', 'gateway-2');
					expect(await kept(id, 'out')).toMatchObject({ status: 'delivered' });
					expect(await store.updateStatus('gateway-1', 'read', at(3))).toMatchObject({
						changed: true,
					});
				});

				it('is none of ours where it is not on record or the customer’s', async () => {
					const { id } = await begun();
					expect(await store.recordAlias('unknown', 'gateway-1')).toBeUndefined();
					expect(await store.recordAlias('first-robin', 'gateway-1')).toBeUndefined();
					expect(await store.updateStatus('gateway-1', 'read', at(1))).toBeUndefined();
					expect((await kept(id, 'first-robin')).status).toBeUndefined();
				});

				it('loses no status that comes in the very moment in which its id is noted', async () => {
					const ids = Array.from({ length: 20 }, (_, i) => `out-${i}`);
					const id = await sent(...ids);
					const other = await another();
					await Promise.all(
						ids.flatMap((one) => [
							store.recordAlias(one, `gateway-${one}`),
							other.updateStatus(`gateway-${one}`, 'delivered', at(2)),
						]),
					);
					const history = await store.history(id, { limit: 30 });
					const statuses = history.flatMap(({ status }) => status ?? []);
					expect(statuses).toEqual(ids.map(() => 'delivered'));
				});

				it('is forgotten with the customer, and nobody’s in another namespace', async () => {
					const id = await sent('out');
					await store.recordAlias('out', 'gateway-1');
					const elsewhere = await another('other brand');
					expect(await elsewhere.recordAlias('out', 'gateway-9')).toBeUndefined();
					expect(await elsewhere.updateStatus('gateway-1', 'read', at(2))).toBeUndefined();
					await eraseCustomer(store, id);
					expect(await store.updateStatus('gateway-1', 'read', at(3))).toBeUndefined();
				});
			});

			it('keeps messages of one second in the order in which they came', async () => {
				const { id } = await begun();
				for (const [i, name] of ['z', 'm', 'a'].entries()) {
					const receivedAt = addMilliseconds(at(1), i * 100);
					await store.intake([inbound('robin', name, 1, { receivedAt })], receivedAt);
				}
				const newest = await store.history(id, { limit: 3 });
				expect(newest.map((one) => one.id)).toEqual(['z', 'm', 'a']);
				const before = await store.history(id, { limit: 1, before: 'm' });
				expect(before.map((one) => one.id)).toEqual(['z']);
			});

			it('keeps why a message could not be delivered', async () => {
				const { id } = await begun();
				await store.decide(id, () => ({
					result: undefined,
					messages: [aMessage({ id: 'out', direction: 'out', author: 'bot', status: 'sent' })],
				}));
				await store.updateStatus('out', 'failed', at(1), [{ code: 131047, title: 'Window' }]);
				const out = (await store.history(id, { limit: 5 })).find((one) => one.id === 'out');
				expect(out).toMatchObject({ status: 'failed', errors: [{ code: 131047 }] });
			});
		});

		describe('list', () => {
			it('filters by state, agent, queue, tag, time and words, newest message first', async () => {
				const [robin, kim, sam] = [
					await begun('robin', 1),
					await begun('kim', 2),
					await begun('sam', 3),
				];
				await escalate(robin.id);
				await escalate(kim.id, { kind: 'queue', name: 'Sales' });
				await store.decide(sam.id, ({ conversation }) => ({
					result: undefined,
					conversation: { ...conversation, tags: ['refund'], version: conversation.version + 1 },
				}));
				const names = async (filter: Parameters<HandoffStore['list']>[0]) =>
					(await store.list(filter)).conversations.map(({ identity }) => identity.name);
				expect(await names({})).toEqual(['sam', 'kim', 'robin']);
				expect(await names({ states: ['human'] })).toEqual(['kim', 'robin']);
				expect(await names({ states: ['bot', 'closed'] })).toEqual(['sam']);
				expect(await names({ agentId: 'ana' })).toEqual(['robin']);
				expect(await names({ queue: 'Sales' })).toEqual(['kim']);
				expect(await names({ tag: 'refund' })).toEqual(['sam']);
				expect(await names({ since: at(2) })).toEqual(['sam', 'kim']);
				expect(await names({ until: at(2) })).toEqual(['robin']);
				expect(await names({ search: 'KI' })).toEqual(['kim']);
				expect(await names({ search: '%' })).toEqual([]);
				expect(await names({ search: sam.id })).toEqual(['sam']);
				expect(await names({ states: ['human'], agentId: 'ana', search: 'rob' })).toEqual([
					'robin',
				]);
			});

			it('finds requests that were captured off hours, until somebody has them or they are over', async () => {
				const [robin, kim] = [await begun('robin', 1), await begun('kim', 2)];
				await begun('sam', 3);
				const capture = (id: string) =>
					store.decide(id, (view) =>
						applyEvent(
							view,
							{
								type: 'capture',
								reason: 'Asked for a person',
								score: 80,
								signals: [],
								priority: 'normal',
								queue: 'Support',
								promise: { for: at(600), madeAt: at(4) },
							},
							{ actor: workflow, now: at(4), policies: [] },
						),
					);
				const captured = async () =>
					(await store.list({ captured: true })).conversations.map(({ identity }) => identity.name);
				expect(await captured()).toEqual([]);
				await capture(robin.id);
				await capture(kim.id);
				expect(await captured()).toEqual(['kim', 'robin']);
				await escalate(kim.id);
				expect(await captured()).toEqual(['robin']);
				await close(robin.id, at(5));
				await store.intake([inbound('robin', 'again', 6)], at(6));
				expect(await captured()).toEqual([]);
			});

			it('pages without leaving one out or giving one twice', async () => {
				for (let i = 0; i < 7; i++) await begun(`customer-${i}`, Math.floor(i / 3));
				const seen: string[] = [];
				let after: string | undefined;
				do {
					const page = await store.list({ limit: 3, ...(after ? { after } : {}) });
					seen.push(...page.conversations.map(({ id }) => id));
					after = page.after;
				} while (after);
				expect(seen).toHaveLength(7);
				expect(new Set(seen).size).toBe(7);
			});
		});

		describe('what has changed', () => {
			const changed = async (from: HandoffStore, cursor?: string) => {
				const found = await from.changes(cursor);
				return { ...found, conversations: found.conversations?.sort() };
			};

			it('is told once for whatever is written of a conversation, in any process', async () => {
				const other = await another();
				const robin = (await begun('robin')).id;
				const kim = (await begun('kim')).id;
				const writes: Array<() => Promise<unknown>> = [
					() => store.intake([inbound('robin', 'again', 1)], at(1)),
					() => escalate(robin),
					() =>
						store.decide(robin, () => ({
							result: undefined,
							messages: [
								aMessage({ id: 'out', direction: 'out', author: 'agent', status: 'sent' }),
							],
						})),
					() => other.updateStatus('out', 'delivered', at(2)),
					() => store.saveBrief({ conversationId: robin, headline: 'Chairs' } as Brief),
					() => store.saveBrief({ conversationId: robin, headline: 'Forty chairs' } as Brief),
					() => store.putClocks([clock(robin)]),
					() => other.putClocks([{ ...clock(robin), dueAt: at(90) }]),
					() => other.takeDueEvents(at(500), 10, 1_000),
				];
				let { cursor } = await store.changes();
				for (const write of writes) {
					await write();
					for (const one of [store, other]) {
						expect(await changed(one, cursor)).toMatchObject({ conversations: [robin] });
					}
					({ cursor } = await other.changes(cursor));
					expect(await changed(store, cursor)).toMatchObject({ conversations: [] });
				}
				await store.markHandled(['again'], at(3));
				await store.putSetting('any', 1);
				await (await another('other-brand')).intake([inbound('robin', 'm', 4)], at(4));
				expect(await changed(store, cursor)).toMatchObject({ conversations: [] });
				await store.intake([inbound('robin', 'r', 5), inbound('kim', 'k', 5)], at(5));
				expect(await changed(other, cursor)).toMatchObject({
					conversations: [robin, kim].sort(),
				});
			});

			it('misses nothing of many who write at once, and tells nothing twice that was written before', async () => {
				const people = Array.from({ length: 24 }, (_, index) => `person-${index}`);
				const writers = [store, await another(), await another()];
				const reader = await another();
				let { cursor } = await reader.changes();
				const told: string[] = [];
				let isDone = false;
				const written = Promise.all(
					people.map(async (who, index) => {
						const [result] = await writers[index % 3]!.intake([inbound(who, who)], at(0));
						return result!.conversation.id;
					}),
				).finally(() => {
					isDone = true;
				});
				while (!isDone) {
					const found = await reader.changes(cursor);
					told.push(...found.conversations!);
					({ cursor } = found);
				}
				told.push(...(await reader.changes(cursor)).conversations!);
				expect(told.sort()).toEqual([...(await written)].sort());
			});

			it('is not known without a cursor, with one of another kind or from the future, and after an erasure', async () => {
				const { id } = await begun();
				const { cursor } = await store.changes();
				for (const unknown of [
					undefined,
					'',
					'nonsense',
					'9'.repeat(12),
					`${'9'.repeat(12)}:${'9'.repeat(12)}:`,
				]) {
					expect(await store.changes(unknown)).toEqual({ cursor: expect.any(String) as string });
				}
				await eraseCustomer(store, id);
				const after = await store.changes(cursor);
				expect(after.conversations).toBeUndefined();
				expect((await store.changes(after.cursor)).conversations).toEqual([]);
			});

			it('is read for several conversations at once, with their clocks', async () => {
				const robin = (await begun('robin')).id;
				const kim = (await begun('kim')).id;
				await store.putClocks([clock(robin), clock(kim)]);
				const found = await store.conversations([kim, 'nobody', robin]);
				expect(found.map(({ id }) => id).sort()).toEqual([robin, kim].sort());
				const clocks = await store.clocksOf([robin, kim, 'nobody']);
				expect(clocks.map(({ conversationId }) => conversationId).sort()).toEqual(
					[robin, kim].sort(),
				);
				expect(await store.clocksOf([])).toEqual([]);
			});

			it('is announced to whoever listens in this process', async () => {
				let heard = 0;
				const end = store.onWrite(() => (heard += 1));
				const { id } = await begun();
				expect(heard).toBeGreaterThan(0);
				heard = 0;
				await store.saveBrief({ conversationId: id, headline: 'Chairs' } as Brief);
				expect(heard).toBe(1);
				await store.conversation(id);
				await store.changes();
				expect(heard).toBe(1);
				end();
				await escalate(id);
				expect(heard).toBe(1);
			});
		});

		describe('decide', () => {
			it('writes conversation, audit line, messages and clocks of a decision together', async () => {
				const { id } = await begun();
				const escalated = await escalate(id);
				await store.decide(id, ({ conversation }) => ({
					result: undefined,
					conversation: { ...conversation, version: conversation.version + 1 },
					messages: [aMessage({ id: 'out', direction: 'out', author: 'bot', sentAt: at(2) })],
					clocks: [clock(id)],
				}));
				expect(await store.conversation(id)).toMatchObject({
					state: 'human',
					owner: ana,
					version: escalated.version + 1,
				});
				expect(await store.audit(id)).toMatchObject([
					{ action: 'escalate', from: 'bot', to: 'human', owner: ana },
				]);
				expect(await store.clocks(id)).toEqual([clock(id)]);
				expect((await store.history(id, { limit: 1 }))[0]!.id).toBe('out');
			});

			it('writes nothing of a decision that is refused', async () => {
				const { id } = await begun();
				const before = await store.conversation(id);
				await expect(
					store.decide(id, () => {
						throw new RangeError('refused');
					}),
				).rejects.toThrow(RangeError);
				// The messages would have been written before the conversation is found to be of an old version.
				await expect(
					store.decide(id, ({ conversation }) => ({
						result: undefined,
						conversation,
						messages: [aMessage({ id: 'lost' })],
						clocks: [clock(id)],
					})),
				).rejects.toThrow(StoreError);
				expect(await store.conversation(id)).toEqual(before);
				expect(await store.clocks(id)).toEqual([]);
				expect(await store.history(id, { limit: 10 })).toHaveLength(1);
			});

			it('says which conversation there is none of', async () => {
				await expect(store.decide('nowhere', () => ({ result: 1 }))).rejects.toThrow(
					'There is no conversation nowhere',
				);
				await expect(store.decide('nowhere', () => ({ result: 1 }))).rejects.toThrow(StoreError);
				expect(await store.conversation('nowhere')).toBeUndefined();
			});

			it('loses no change when many decide on one conversation at once', async () => {
				const { id, version } = await begun();
				const all = [store, await another(), await another()];
				await Promise.all(
					Array.from({ length: 30 }, (_, i) =>
						all[i % 3]!.decide(id, ({ conversation }) => ({
							result: undefined,
							conversation: {
								...conversation,
								tags: [...conversation.tags, `t${i}`],
								version: conversation.version + 1,
							},
						})),
					),
				);
				const after = (await store.conversation(id))!;
				expect(after.version).toBe(version + 30);
				expect(new Set(after.tags).size).toBe(30);
			});

			it('shows a decision the clocks that run or are paused, and no settled one', async () => {
				const { id } = await begun();
				await store.putClocks([clock(id), ...settle([clock(id, at(0), 'h0')], 'answered', at(1))]);
				const seen = await store.decide(id, ({ clocks }) => ({ result: clocks }));
				expect(seen).toEqual([clock(id)]);
				expect(await store.clocks(id)).toHaveLength(2);
			});
		});

		describe('a burst of messages', () => {
			it('is given out once, with all its messages, by whoever joined last of many connections at once', async () => {
				const all = [store, await another(), await another()];
				const { id } = await begun('robin', 0);
				const waiting: Array<() => void> = [];
				const given = await Promise.all(
					Array.from({ length: 12 }, async (_, i) => {
						const one = all[i % 3]!;
						const { fresh } = await takeIn(one, [inbound('robin', `burst-${i}`, 1)], at(1));
						return gather(
							{
								store: one,
								clock: { now: () => new Date(at(1)) },
								// All of them wait until the last one has joined, and claim at the same time.
								sleep: () =>
									new Promise((resolve) => {
										waiting.push(resolve);
										if (waiting.length === 12) waiting.forEach((go) => go());
									}),
								warn: (error) => {
									throw error;
								},
							},
							fresh,
							{ quietMs: 4_000, longestMs: 30_000 },
						);
					}),
				);
				expect(given.flat()).toHaveLength(1);
				const { message, conversation } = given.flat()[0]!;
				expect([...message.joined!].sort()).toEqual(
					Array.from({ length: 12 }, (_, i) => `burst-${i}`).sort(),
				);
				expect(conversation.burst).toBeUndefined();
				expect(await store.conversation(id)).toEqual(conversation);
				expect((await store.unhandled(at(99), 50)).map((found) => found.message.id)).toEqual([
					'first-robin',
					message.id,
				]);
			});
		});

		describe('route', () => {
			const roster = { key: 'all', queue: 'Support' };
			const look = () =>
				begun('looker').then(({ id }) =>
					store.route(id, roster, ({ openByAgent, lastAssigned, waiting }) => ({
						result: {
							open: Object.fromEntries(openByAgent),
							last: Object.fromEntries(lastAssigned),
							waiting,
						},
					})),
				);

			it('shows how many conversations each agent holds and how many wait', async () => {
				await escalate((await begun('a')).id);
				await escalate((await begun('b')).id);
				await escalate((await begun('c')).id, { kind: 'queue', name: 'Support' });
				await escalate((await begun('d')).id, { kind: 'queue', name: 'Sales' });
				await escalate((await begun('e')).id, { kind: 'agent', id: 'zoe', name: 'Zoe' });
				const closed = await begun('f');
				await escalate(closed.id);
				await close(closed.id, at(2));
				expect(await look()).toEqual({ open: { ana: 2, zoe: 1 }, last: {}, waiting: 1 });
			});

			it('remembers the order in which agents were given conversations', async () => {
				for (const [who, agent] of [
					['a', 'ana'],
					['b', 'ben'],
					['c', 'ana'],
				] as const) {
					await store.route((await begun(who)).id, roster, () => ({
						result: undefined,
						assignedAgentId: agent,
					}));
				}
				const { last } = await look();
				expect(last.ana!).toBeGreaterThan(last.ben!);
			});

			it('counts those who have waited longer, by the age of the handoff and not of the last turn', async () => {
				const queue = { kind: 'queue', name: 'Support' } as const;
				const ids: string[] = [];
				for (const [minute, who] of ['a', 'b', 'c'].entries()) {
					const { id } = await begun(who);
					await store.decide(id, (view) =>
						applyEvent(
							view,
							{
								type: 'escalate',
								owner: queue,
								reason: 'Asked for a person',
								score: 80,
								signals: [],
								priority: 'normal',
								queue: 'Support',
							},
							{ actor: workflow, now: at(minute), policies: [] },
						),
					);
					ids.push(id);
				}
				const ahead = (id: string) =>
					store.route(id, roster, (view) => ({ result: [view.ahead, view.waiting] }));
				expect(await Promise.all(ids.map(ahead))).toEqual([
					[0, 3],
					[1, 3],
					[2, 3],
				]);
				// The first goes to an agent and comes back: it has not lost its place.
				for (const owner of [ana, queue]) {
					await store.decide(ids[0]!, (view) =>
						applyEvent(
							view,
							{ type: 'assign', owner, reason: 'x' },
							{ actor: workflow, now: at(9), policies: [] },
						),
					);
				}
				expect(await ahead(ids[0]!)).toEqual([0, 3]);
				expect(await ahead((await begun('d')).id)).toEqual([undefined, 3]);
			});

			it('shows how long the latest customers of the queue have waited, and forgets older ones', async () => {
				const waited = async (who: string, minutes: number, promised = false) => {
					const { id } = await begun(who);
					await escalate(id, { kind: 'agent', id: 'ana', name: 'Ana' });
					await store.decide(id, (view) => {
						const { handoff } = view.conversation;
						const promise = { for: at(60), madeAt: at(1) };
						const conversation = promised
							? { ...view.conversation, handoff: { ...handoff!, promise } }
							: view.conversation;
						return applyEvent(
							{ ...view, conversation },
							{
								type: 'agent_replied',
								sentAt: addMilliseconds(handoff!.createdAt, minutes * 60_000),
							},
							{ actor: { kind: 'agent' }, now: at(30), policies: [] },
						);
					});
					return id;
				};
				const recent = async (queue: string) =>
					store.route(
						(await begun('looker')).id,
						{ ...roster, queue },
						({ recentWaitSeconds }) => ({
							result: recentWaitSeconds,
						}),
					);
				await waited('a', 4);
				const id = await waited('b', 2);
				await waited('night', 700, true);
				// A second answer ends no second wait.
				await store.decide(id, (view) =>
					applyEvent(
						view,
						{ type: 'agent_replied', sentAt: at(40) },
						{ actor: { kind: 'agent' }, now: at(40), policies: [] },
					),
				);
				expect(await recent('Support')).toEqual([120, 240]);
				expect(await recent('Sales')).toEqual([]);
				for (let n = 1; n <= KEPT_WAITS; n++) await waited(`c${n}`, n);
				const latest = Array.from({ length: KEPT_WAITS }, (_, i) => (KEPT_WAITS - i) * 60);
				expect(await recent('Support')).toEqual(latest);
			});

			it('moves no turn for a decision that is refused', async () => {
				const { id } = await begun();
				await expect(
					store.route(id, roster, ({ conversation }) => ({
						result: undefined,
						conversation,
						assignedAgentId: 'ana',
					})),
				).rejects.toThrow(StoreError);
				expect((await look()).last).toEqual({});
			});

			it(
				'hands each conversation over once, never passes a capacity nor upsets the round robin, across processes',
				async () => {
					for (let i = 0; i < ROUTED; i += 100) {
						const some = Array.from({ length: Math.min(100, ROUTED - i) }, (_, n) => i + n);
						await store.intake(
							some.map((n) => inbound(`customer-${n}`, `m${n}`)),
							at(0),
						);
					}
					const before = await store.list({ limit: ROUTED });
					const ids = before.conversations.map(({ id }) => id);
					// A tenth more than the agents can hold. Every process gets all of them, half in opposite order.
					const capacity = Math.floor((ROUTED * 0.9) / AGENTS);
					const { processes, width } = place.routers;
					const workers = Array.from({ length: processes }, (_, i) =>
						startWorker(place.options, {
							do: 'route',
							ids: i % 2 ? [...ids].reverse() : ids,
							agents: AGENTS,
							capacity,
							width,
						}),
					);
					await Promise.all(workers.map(({ done }) => done));
					const said = workers.flatMap((worker) => worker.said.slice(1)) as Array<{
						id: string;
						outcome: string;
					}>;
					const of = (outcome: string) =>
						said.filter((one) => one.outcome === outcome).map(({ id }) => id);
					const held = AGENTS * capacity;
					expect(said).toHaveLength(processes * ROUTED);
					expect(of('assigned')).toHaveLength(held);
					expect(of('queued')).toHaveLength(ROUTED - held);
					expect(new Set([...of('assigned'), ...of('queued')]).size).toBe(ROUTED);
					expect(of('already')).toHaveLength((processes - 1) * ROUTED);
					const { conversations } = await store.list({ limit: ROUTED });
					const open = new Map<string, number>();
					for (const { owner } of conversations) {
						const key = owner?.kind === 'agent' ? owner.id : 'queue';
						open.set(key, (open.get(key) ?? 0) + 1);
					}
					expect(open.get('queue')).toBe(ROUTED - held);
					open.delete('queue');
					expect([...open.values()]).toEqual(Array.from({ length: AGENTS }, () => capacity));
				},
				TIMEOUT_MS,
			);

			it(
				'deals conversations out evenly, give or take one, across processes while nobody is full',
				async () => {
					const messages = Array.from({ length: 90 }, (_, n) => inbound(`customer-${n}`, `m${n}`));
					const ids = (await store.intake(messages, at(0))).map(
						({ conversation }) => conversation.id,
					);
					const { processes, width } = place.routers;
					const share = Math.ceil(ids.length / processes);
					const workers = Array.from({ length: processes }, (_, i) =>
						startWorker(place.options, {
							do: 'route',
							ids: ids.slice(i * share, (i + 1) * share),
							agents: 7,
							width,
						}),
					);
					await Promise.all(workers.map(({ done }) => done));
					const counts = new Map<string, number>();
					const { conversations } = await store.list({ limit: 100 });
					for (const { owner } of conversations) {
						if (owner?.kind === 'agent') counts.set(owner.id, (counts.get(owner.id) ?? 0) + 1);
					}
					expect([...counts.values()].sort()).toEqual([12, 13, 13, 13, 13, 13, 13]);
				},
				TIMEOUT_MS,
			);
		});

		describe('clocks', () => {
			it('says when the next mark of any clock is reached', async () => {
				expect(await store.nextClockEventAt()).toBeUndefined();
				const { id } = await begun();
				await store.putClocks([clock(id, at(5), 'h2'), clock(id)]);
				expect(await store.nextClockEventAt()).toBe(at(8));
				await store.putClocks(settle([clock(id)], 'answered', at(6)));
				expect(await store.nextClockEventAt()).toBe(at(13));
			});

			it('gives each due mark once, oldest first, however many ask at once', async () => {
				const ids = await Promise.all([0, 1, 2, 3].map((i) => begun(`customer-${i}`)));
				await store.putClocks(ids.map(({ id }, i) => clock(id, at(i))));
				expect(await store.takeDueEvents(at(7), 10, 60_000)).toEqual([]);
				const all = [store, await another(), await another()];
				const taken = await Promise.all(all.map((one) => one.takeDueEvents(at(13), 10, 60_000)));
				// What one skipped because another was at it comes with the next look.
				taken.push(await store.takeDueEvents(at(13), 10, 60_000));
				const events = taken.flat();
				expect(new Set(events.map(({ id }) => id)).size).toBe(8);
				expect(events).toHaveLength(8);
				for (const batch of taken) {
					expect(batch.map((event) => event.at)).toEqual(batch.map((event) => event.at).sort());
				}
				expect(events.filter(({ type }) => type === 'breach')).toHaveLength(4);
			});

			it('gives an event out again under the same id when its lease is over, and never after it is confirmed', async () => {
				const { id } = await begun();
				await store.putClocks([clock(id)]);
				const [event] = await store.takeDueEvents(at(8), 10, 60_000);
				expect(event).toMatchObject({ type: 'warning', percent: 80, at: at(8), lateByMs: 0 });
				expect(await store.takeDueEvents(at(8), 10, 60_000)).toEqual([]);
				expect(await store.nextClockEventAt()).toBe(at(9));
				const later = await another();
				const [again] = await later.takeDueEvents(at(9), 10, 60_000);
				expect(again!.id).toBe(event!.id);
				await later.confirmEvents([event!.id, 'unknown'], at(9));
				expect(await store.takeDueEvents(at(9.5), 10, 60_000)).toEqual([]);
				expect(await store.nextClockEventAt()).toBe(at(10));
			});

			it('lets the watchdogs of several mains raise every alert once, also when one of them dies while it is at it', async () => {
				const ids: string[] = [];
				for (let i = 0; i < 40; i++) {
					const { id } = await begun(`customer-${i}`);
					await escalate(id);
					ids.push(id);
				}
				await store.putClocks(ids.map((id) => clock(id)));
				const raised: string[] = [];
				const delivery: AlertDelivery = ({ event, others }) => {
					raised.push(...[event, ...others].map((one) => one.id));
					return Promise.resolve();
				};
				const dying: AlertDelivery = () => new Promise(() => undefined);
				const untilNoneIsLeft = async (watchdog: HandoffStore, now: string) => {
					for (;;) {
						const pass = await raiseDueEvents(watchdog, delivery, now, 7);
						await Promise.all(pass.underWay);
						if (!pass.more) return;
					}
				};
				const dead = await another();
				expect((await raiseDueEvents(dead, dying, at(12), 8)).underWay).not.toEqual([]);
				const mains = [store, await another(), await another()];
				await Promise.all(mains.map((one) => untilNoneIsLeft(one, at(12))));
				const all = 2 * ids.length;
				expect(raised.length).toBeLessThan(all);
				expect(new Set(raised).size).toBe(raised.length);
				// The lease of the dead one is over.
				const later = addMilliseconds(at(12), LEASE_MS);
				await Promise.all(mains.map((one) => untilNoneIsLeft(one, later)));
				expect(raised).toHaveLength(all);
				expect(new Set(raised).size).toBe(all);
				await Promise.all(
					mains.map((one) => untilNoneIsLeft(one, addMilliseconds(later, LEASE_MS))),
				);
				expect(raised).toHaveLength(all);
			});

			it('gives all that is due of a conversation to one caller, so that it is one alert', async () => {
				const ids = await Promise.all([0, 1, 2].map((i) => begun(`customer-${i}`)));
				await store.putClocks(
					ids.flatMap(({ id }) => [clock(id), clock(id, at(5), 'h2'), clock(id, at(50), 'h3')]),
				);
				const taken = await store.takeDueEvents(at(30), 2, 60_000);
				const of = new Set(taken.map((event) => event.clock.conversationId));
				expect([of.size, taken.length]).toEqual([2, 8]);
				expect(await store.takeDueEvents(at(30), 2, 60_000)).toHaveLength(4);
				expect(await store.nextClockEventAt()).toBe(at(31));
			});

			it(
				'lets watchdogs in processes of their own raise every event once, also when one is killed that has taken some',
				async () => {
					const messages = Array.from({ length: 60 }, (_, n) => inbound(`customer-${n}`, `m${n}`));
					const ids = (await store.intake(messages, at(0))).map(
						({ conversation }) => conversation.id,
					);
					for (const id of ids) await escalate(id);
					// Warned after 96 seconds and broken after 120, one customer half a second after the other.
					await store.putClocks(
						ids.map((id, n) =>
							startClock(
								{
									name: 'First response',
									kind: 'first_response',
									targetMinutes: 2,
									clock: 'wall',
									marks: [80, 100],
								},
								{ id, namespace: 'default' },
								'h1',
								at(1 + n / 120),
							),
						),
					);
					const all = ids.flatMap((id) =>
						[80, 100].map((mark) => `${id}:first_response:h1@${mark}`),
					);
					const mains = [1, 2].map(() => startWorker(place.options, { do: 'watch' }));
					const dying = startWorker(place.options, { do: 'watch', dies: true });
					await Promise.all([...mains, dying].map((one) => one.saysAtLeast(1)));
					dying.child.send(at(2.7));
					await dying.saysAtLeast(2);
					dying.child.kill('SIGKILL');
					await dying.done;
					const held = raisedBy(dying);
					expect(held.length).toBeGreaterThan(0);

					// Second by second, until what the dead one held has long come again.
					const seconds = (minutes: number) => Math.round(minutes * 60);
					for (let second = seconds(2.7); second <= seconds(4.2); second++) {
						await watchUntil(mains, at(second / 60));
					}
					for (const main of mains) main.child.send('stop');
					await Promise.all(mains.map(({ done }) => done));
					expect(mains.flatMap(raisedBy).sort()).toEqual(all.sort());
					// Confirmed by those who have raised them: there is nothing left that could come again.
					expect(await store.nextClockEventAt()).toBeUndefined();
				},
				TIMEOUT_MS,
			);

			it('takes no more clocks at once than the caller asks for', async () => {
				const ids = await Promise.all([0, 1, 2].map((i) => begun(`customer-${i}`)));
				await store.putClocks(ids.map(({ id }) => clock(id)));
				expect(await store.takeDueEvents(at(8), 2, 60_000)).toHaveLength(2);
				expect(await store.takeDueEvents(at(8), 2, 60_000)).toHaveLength(1);
			});
		});

		describe('data of a customer', () => {
			const full = async (who: string) => {
				const { id } = await begun(who);
				await escalate(id);
				await store.saveBrief({ conversationId: id, headline: `Brief of ${who}` } as Brief);
				await store.beginOnce(`reply:${id}:first`, at(1), 1000);
				await store.completeOnce(`reply:${id}:first`, [`wamid.${who}`], at(1));
				return id;
			};

			it('is all found by any of the customer’s conversations, on whichever number', async () => {
				const id = await full('robin');
				const other = inbound('robin', 'elsewhere', 2);
				const [second] = await store.intake([{ ...other, channelId: 'other-number' }], at(2));
				await full('kim');
				const found = await store.conversationsOfCustomer(id);
				expect(found.map((one) => one.id).sort()).toEqual([id, second!.conversation.id].sort());
				const data = await exportCustomer(store, id, at(3));
				expect(data.conversations).toHaveLength(2);
				const main = data.conversations.find(({ conversation }) => conversation.id === id)!;
				expect(main.messages.map((message) => message.id)).toEqual(['first-robin']);
				expect(main.audit.length).toBeGreaterThan(0);
				expect(main.brief).toMatchObject({ headline: 'Brief of robin' });
				expect(JSON.stringify(data)).not.toContain('kim');
			});

			it('is gone after an erasure, with everything that names the customer, and others keep theirs', async () => {
				const id = await full('15555550177');
				const kim = await full('kim');
				const phone = customer('15555550177').keys[0]!.value;
				await store.beginOnce(`crm:contact:tel:${phone}`, at(1), 1000);
				await store.completeOnce(`crm:contact:tel:${phone}`, { id: '7' }, at(1));
				await store.putClocks([clock(id)]);
				expect(await store.takeDueEvents(at(12), 10, 60_000)).not.toEqual([]);
				expect(await eraseCustomer(store, id)).toEqual({ conversations: 1, messages: 1 });

				expect(await store.conversation(id)).toBeUndefined();
				expect(await store.history(id, { limit: 5 })).toEqual([]);
				expect(await store.audit(id)).toEqual([]);
				expect(await store.clocks(id)).toEqual([]);
				expect(await store.brief(id)).toBeUndefined();
				expect(await store.conversationsOfCustomer(id)).toEqual([]);
				expect(await store.takeDueEvents(at(60), 10, 60_000)).toEqual([]);
				expect(await store.findConversation(CHANNEL, customer('15555550177'))).toBeUndefined();
				expect(await store.beginOnce(`reply:${id}:first`, at(2), 1000)).toEqual({ state: 'mine' });
				expect(await store.beginOnce(`crm:contact:tel:${phone}`, at(2), 1000)).toEqual({
					state: 'mine',
				});

				expect(await store.conversation(kim)).toBeDefined();
				expect(await store.brief(kim)).toBeDefined();
				expect(await store.beginOnce(`reply:${kim}:first`, at(2), 1000)).toMatchObject({
					state: 'done',
				});
				// The agent who had it has room again.
				const again = await begun('15555550177', 9);
				expect(again.id).not.toBe(id);
			});

			it('goes by age where a rule says so, and what a person has stays', async () => {
				const old = (await begun('old', 0)).id;
				const held = await full('held');
				const fresh = (await begun('fresh', 60)).id;
				const done = await applyRetention(store, { before: at(30), states: ['bot', 'closed'] });
				expect(done).toEqual({ conversations: 1, messages: 1 });
				expect(await store.conversation(old)).toBeUndefined();
				expect(await store.conversation(held)).toBeDefined();
				expect(await store.conversation(fresh)).toBeDefined();
			});

			it('of another namespace is neither found nor erased', async () => {
				const id = await full('robin');
				const other = await another('other');
				expect(await other.conversationsOfCustomer(id)).toEqual([]);
				expect(await other.erase([id])).toEqual({ conversations: 0, messages: 0 });
				expect(await store.conversation(id)).toBeDefined();
				expect(await store.audit(id)).not.toEqual([]);
			});
		});

		describe('work that is done once', () => {
			it('gives a key to one of many callers and the saved result to all later ones', async () => {
				const all = [store, await another(), await another()];
				const turns = await Promise.all(
					Array.from({ length: 12 }, (_, i) => all[i % 3]!.beginOnce('k', at(0), 60_000)),
				);
				expect(turns.filter(({ state }) => state === 'mine')).toHaveLength(1);
				expect(turns.filter(({ state }) => state === 'busy')).toHaveLength(11);
				await store.completeOnce('k', { ids: ['a'] }, at(0));
				expect(await all[1]!.beginOnce('k', at(100), 60_000)).toEqual({
					state: 'done',
					result: { ids: ['a'] },
				});
			});

			it('gives a key on when the lease of a dead worker is over, or when it was given up', async () => {
				await store.beginOnce('k', at(0), 60_000);
				expect(await store.beginOnce('k', at(0.5), 60_000)).toEqual({ state: 'busy' });
				// Told, since the dead worker may have done the work.
				expect(await store.beginOnce('k', at(1), 60_000)).toEqual({ state: 'mine', again: true });
				await store.abandonOnce('k');
				expect(await store.beginOnce('k', at(1), 60_000)).toEqual({ state: 'mine' });
				await store.completeOnce('k', undefined, at(1));
				await store.abandonOnce('k');
				expect(await store.beginOnce('k', at(9), 1)).toEqual({ state: 'done', result: null });
			});

			it('keeps a key for whoever is still at work, and for nobody else', async () => {
				await store.extendOnce('k', at(0), 60_000);
				await store.beginOnce('k', at(0), 60_000);
				await store.extendOnce('k', at(0.5), 60_000);
				expect(await store.beginOnce('k', at(1.4), 60_000)).toEqual({ state: 'busy' });
				expect(await store.beginOnce('k', at(1.5), 60_000)).toEqual({ state: 'mine', again: true });
				await store.completeOnce('k', 'done', at(2));
				await store.extendOnce('k', at(2), 60_000);
				expect(await store.beginOnce('k', at(9), 1)).toEqual({ state: 'done', result: 'done' });
			});

			it('takes word from elsewhere that work is done, only of work that is under way', async () => {
				expect(await store.confirmOnce('k', 'heard', at(0))).toBe(false);
				await store.beginOnce('k', at(0), 60_000);
				// The worker may be long dead: its claim is there until somebody takes it up.
				expect(await store.confirmOnce('k', 'heard', at(9))).toBe(true);
				expect(await store.confirmOnce('k', 'heard again', at(9))).toBe(false);
				expect(await store.beginOnce('k', at(9), 1)).toEqual({ state: 'done', result: 'heard' });
				// Who has done it knows best.
				await store.completeOnce('k', 'done', at(9));
				expect(await store.beginOnce('k', at(9), 1)).toEqual({ state: 'done', result: 'done' });
				expect(await (await another('other')).confirmOnce('k', 'heard', at(9))).toBe(false);
			});
		});

		it('keeps the newest brief of a conversation', async () => {
			const { id } = await begun();
			expect(await store.brief(id)).toBeUndefined();
			await store.saveBrief({ conversationId: id, headline: 'one' } as Brief);
			await store.saveBrief({ conversationId: id, headline: 'two' } as Brief);
			expect(await store.brief(id)).toEqual({ conversationId: id, headline: 'two' });
		});

		it('keeps settings until they are replaced', async () => {
			expect(await store.getSetting('inbox.url')).toBeUndefined();
			await store.putSetting('inbox.url', 'https://one.example');
			await store.putSetting('inbox.url', 'https://two.example');
			expect(await store.getSetting('inbox.url')).toBe('https://two.example');
		});

		it('loses no change of a setting that many make at once', async () => {
			const all = [store, await another(), await another()];
			await Promise.all(
				Array.from({ length: 30 }, (_, i) =>
					all[i % 3]!.updateSetting('intake.log', (log) =>
						noted(log, { deliveries: 1, refused: { mismatch: { count: 2, lastAt: at(i) } } }),
					),
				),
			);
			expect(await store.getSetting('intake.log')).toEqual({
				deliveries: 30,
				refused: { mismatch: { count: 60, lastAt: at(29) } },
			});
		});

		it('shows nothing of one namespace in another, whatever is asked', async () => {
			const other = await another('other brand');
			const { id } = await begun();
			await escalate(id);
			await store.putClocks([clock(id)]);
			await store.saveBrief({ conversationId: id, headline: 'one' } as Brief);
			await store.putSetting('inbox.url', 'https://one.example');
			await store.beginOnce('k', at(0), 60_000);

			expect(await other.conversation(id)).toBeUndefined();
			expect(await other.findConversation(CHANNEL, customer('robin'))).toBeUndefined();
			expect((await other.list({})).conversations).toEqual([]);
			expect(await other.history(id, { limit: 5 })).toEqual([]);
			expect(await other.audit(id)).toEqual([]);
			expect(await other.clocks(id)).toEqual([]);
			expect(await other.brief(id)).toBeUndefined();
			expect(await other.getSetting('inbox.url')).toBeUndefined();
			expect(await other.nextClockEventAt()).toBeUndefined();
			expect(await other.takeDueEvents(at(60), 5, 1000)).toEqual([]);
			expect(await other.unhandled(at(60), 5)).toEqual([]);
			expect(await other.updateStatus('first-robin', 'read', at(1))).toBeUndefined();
			expect(await other.beginOnce('k', at(0), 60_000)).toEqual({ state: 'mine' });
			await expect(other.decide(id, () => ({ result: 1 }))).rejects.toThrow(StoreError);

			const [same] = await other.intake([inbound('robin', 'first-robin')], at(0));
			expect(same).toMatchObject({ fresh: true, conversation: { namespace: 'other brand' } });
			const open = await other.route(
				same!.conversation.id,
				{ key: 'all', queue: 'Support' },
				({ openByAgent }) => ({ result: openByAgent.get('ana') ?? 0 }),
			);
			expect(open).toBe(0);
		});

		it(
			'has all that it acknowledged, and nothing half-written, after kill -9',
			async () => {
				for (let round = 0; round < 2; round++) {
					const worker = startWorker(place.options, { do: 'record' });
					await new Promise<void>((resolve) => {
						worker.child.on('message', (said) => {
							if (said === 20 * (round + 1)) resolve();
						});
					});
					worker.child.kill('SIGKILL');
					await worker.done;
					const acknowledged = worker.said.filter((said) => typeof said === 'number');
					const { conversations } = await store.list({ limit: 10_000 });
					const names = conversations.map(({ identity }) => identity.name);
					expect(names).toEqual(
						expect.arrayContaining(acknowledged.map((i) => `customer-${String(i)}`)),
					);
					for (const { id, version, counters } of conversations) {
						expect([version, counters.customerTurns]).toEqual([3, 3]);
						expect(await store.history(id, { limit: 10 })).toHaveLength(3);
					}
				}
				// And it goes on working.
				expect((await store.intake([inbound('robin', 'm1')], at(9)))[0]!.fresh).toBe(true);
			},
			TIMEOUT_MS,
		);

		it('is opened once in a process, and can be opened again after it was closed', async () => {
			const [one, two] = await Promise.all([openStore(place.options), openStore(place.options)]);
			expect(one).toBe(two);
			expect(await openStore({ ...place.options, namespace: 'other' })).not.toBe(one);
			await one.close();
			const again = await openStore(place.options);
			expect(again).not.toBe(one);
			expect((await again.list({})).conversations).toEqual([]);
			await again.close();
			await (await openStore({ ...place.options, namespace: 'other' })).close();
		});
	});
}
