import { applyEvent } from '../../../core/conversation/apply';
import { consentGiven } from '../../../core/conversation/consent';
import type { ReplyRequest } from '../../../core/conversation/reply';
import { reply } from '../../../core/conversation/reply';
import { confirmSent } from '../../../core/conversation/confirmation';
import { MessagingError } from '../../../core/ports/messaging';
import type { TemplateMessage } from '../../../core/ports/messaging';
import { StoreError, type HandoffStore } from '../../../core/ports/store';
import { handOver } from '../../../core/routing';
import { DEFAULT_POLICIES } from '../../../core/sla';
import { ana, at, workflow } from '../../builders';
import { customerWrites, recordingMessaging, standingClock, temporaryStore } from '../../support';

describe('reply with the send guard', () => {
	let store: HandoffStore;
	let close: () => Promise<void>;
	let conversationId: string;
	let messageId: string;
	const clock = standingClock(at(1));
	let messaging: ReturnType<typeof recordingMessaging>;

	beforeEach(async () => {
		({ store, close } = await temporaryStore());
		({ conversationId, messageId } = await customerWrites(store, 0));
		messaging = recordingMessaging();
		clock.set(at(1));
	});
	afterEach(() => close());

	const say = (changes: Partial<ReplyRequest> = {}) =>
		reply(
			{ store, messaging, clock },
			{
				conversationId,
				author: 'bot',
				message: { type: 'text', text: 'It is on its way.' },
				key: 'k1',
				answers: messageId,
				...changes,
			},
		);

	/** As the router does it: with the promise that starts at a handoff. */
	const handToAna = (minute: number) =>
		store.route(conversationId, { key: 'agents', queue: 'Support' }, (view) =>
			handOver(
				view,
				{
					agents: [{ id: 'ana', name: 'Ana' }],
					queue: 'Support',
					strategies: ['roundRobin'],
					reason: 'Asked for a person',
					score: 100,
					signals: [],
					priority: 'normal',
					requiredSkills: [],
					preferredSkills: [],
					stickyDays: 30,
					policies: DEFAULT_POLICIES,
				},
				workflow,
				at(minute),
			),
		);

	it('keeps how sure the bot was with its reply, and the least that it ever was with the conversation', async () => {
		const bot = { confidence: 0.3, intent: 'delivery' };
		await say({ bot });
		expect((await store.history(conversationId, { limit: 1 }))[0]).toMatchObject({ bot });
		await say({ key: 'k2', bot: { confidence: 0.9 } });
		await say({ key: 'k3' });
		expect(await store.conversation(conversationId)).toMatchObject({ lowestConfidence: 0.3 });
		await say({ key: 'k4', bot: { understood: false } });
		expect(await store.conversation(conversationId)).toMatchObject({ lowestConfidence: 0 });
	});

	it('sends the bot’s reply while the bot is in charge and keeps it in the thread', async () => {
		expect(await say()).toMatchObject({ outcome: 'sent', messageIds: ['wamid.OUT1'] });
		expect(messaging.sent).toEqual([
			{
				to: { waId: '16505551234', userId: undefined },
				message: { type: 'text', text: 'It is on its way.' },
			},
		]);
		const history = await store.history(conversationId, { limit: 10 });
		expect(history.map(({ author, text }) => [author, text])).toEqual([
			['customer', 'Where is my order?'],
			['bot', 'It is on its way.'],
		]);
		expect(await store.unhandled(at(60), 10)).toEqual([]);
	});

	it('withholds a bot reply that comes after a person has taken over and says who has it', async () => {
		await handToAna(1);
		expect(await say()).toMatchObject({
			outcome: 'withheld',
			reason: 'The conversation is with Ana, so this bot reply was not sent',
		});
		expect(messaging.sent).toEqual([]);
	});

	it('sends a reply once however often the execution is retried', async () => {
		await say();
		expect(await say()).toMatchObject({ outcome: 'sent', repeated: true });
		expect(messaging.sent).toHaveLength(1);
	});

	it('does not send again what is with the customer because it could not be written down', async () => {
		const { completeOnce } = store;
		let away = true;
		store.completeOnce = (...args) => {
			if (!away) return completeOnce.apply(store, args);
			return Promise.reject(new StoreError('The database is away', 'Try again.'));
		};
		await expect(say()).rejects.toThrow('The database is away');
		away = false;
		expect(await say()).toMatchObject({ outcome: 'withheld' });
		expect(messaging.sent).toHaveLength(1);
	});

	it('writes down what has gone out although the database was away for a moment', async () => {
		const { completeOnce } = store;
		let failures = 1;
		store.completeOnce = (...args) =>
			failures-- > 0
				? Promise.reject(new StoreError('The database is away', 'Try again.'))
				: completeOnce.apply(store, args);
		expect(await say()).toMatchObject({ outcome: 'sent' });
		expect(await say()).toMatchObject({ outcome: 'sent', repeated: true });
		expect(messaging.sent).toHaveLength(1);
	});

	it('sends no part that another execution is sending, however long that takes', async () => {
		const { send } = messaging;
		let second: Promise<unknown> | undefined;
		messaging.parts = () => ['one', 'two'].map((text) => ({ type: 'text' as const, text }));
		messaging.send = async (channel, to, message, options) => {
			if (message.type === 'text' && message.text === 'two' && !second) {
				clock.set(at(1.5));
				await options?.check?.();
				clock.set(at(2.2));
				second = say();
				expect(await second).toMatchObject({ outcome: 'withheld' });
			}
			return send.call(messaging, channel, to, message, options);
		};
		await say();
		expect(second).toBeDefined();
		expect(messaging.sent).toHaveLength(2);
	});

	it('counts an agent’s reply as the answer that was promised and stops the clock', async () => {
		await handToAna(1);
		clock.set(at(3));
		const result = await say({ author: 'agent', authorId: 'ana', authorName: 'Ana' });
		expect(result).toMatchObject({ conversation: { handoff: { answeredAt: at(3) } } });
		const clocks = await store.clocks(conversationId);
		expect(clocks.find(({ kind }) => kind === 'first_response')).toMatchObject({ status: 'met' });
	});

	it('keeps the promise open when an automatic notice goes out', async () => {
		await handToAna(1);
		expect(await say({ author: 'system' })).toMatchObject({ outcome: 'sent' });
		const clocks = await store.clocks(conversationId);
		expect(clocks.find(({ kind }) => kind === 'first_response')).toMatchObject({
			status: 'running',
		});
		expect((await store.conversation(conversationId))?.handoff?.answeredAt).toBeUndefined();
	});

	it('withholds free text once the 24-hour window has closed, and sends the template if there is one', async () => {
		clock.set(at(25 * 60));
		expect(await say()).toMatchObject({
			outcome: 'withheld',
			reason: 'WhatsApp’s 24-hour customer service window has closed, so this text was not sent',
		});
		const template = { type: 'template' as const, name: 'follow_up', language: 'en_US' };
		expect(await say({ templateOutsideWindow: template })).toMatchObject({ outcome: 'sent' });
		expect(messaging.sent.map(({ message }) => message)).toEqual([template]);
	});

	describe('as a template in place of a text, since the window has closed', () => {
		const templateOutsideWindow = {
			type: 'template' as const,
			name: 'follow_up',
			language: 'en_US',
			bodyParameters: ['Robin'],
		};
		const wordsOf = ({ bodyParameters = [] }: TemplateMessage) =>
			Promise.resolve(`Hello ${bodyParameters.map(String).join()}, we have news.`);
		const last = async () => (await store.history(conversationId, { limit: 1 }))[0];
		const template = { name: 'follow_up', language: 'en_US', insteadOf: 'It is on its way.' };
		beforeEach(() => clock.set(at(25 * 60)));

		it('is in the thread as that, with what the template says and the text that the customer does not have', async () => {
			expect(await say({ templateOutsideWindow, wordsOf })).toMatchObject({
				outcome: 'sent',
				template,
			});
			expect(await last()).toMatchObject({
				type: 'template',
				text: 'Hello Robin, we have news.',
				template,
			});
		});

		it('is told by its name and values where nobody knows its words', async () => {
			await say({ templateOutsideWindow, wordsOf: () => Promise.resolve(undefined) });
			expect(await last()).toMatchObject({ text: 'follow_up · Robin', template });
		});

		it('is written down as that when the execution died, though the customer has opened the window since', async () => {
			const dying = Object.create(store) as HandoffStore;
			let decisions = 0;
			dying.decide = (...given) =>
				// The first two ask whether it may go out: before the words are looked up, and after.
				++decisions === 3 ? Promise.reject(new Error('died')) : store.decide(...given);
			const request = {
				conversationId,
				author: 'bot' as const,
				message: { type: 'text' as const, text: 'It is on its way.' },
				key: 'k1',
				templateOutsideWindow,
				wordsOf,
			};
			await expect(reply({ store: dying, messaging, clock }, request)).rejects.toThrow('died');
			await customerWrites(store, 25 * 60 + 1, 'Hello?');
			clock.set(at(25 * 60 + 2));
			expect(await say({ templateOutsideWindow, wordsOf })).toMatchObject({
				repeated: true,
				template,
				message: templateOutsideWindow,
			});
			const thread = await store.history(conversationId, { limit: 9 });
			expect(thread.find(({ direction }) => direction === 'out')).toMatchObject({
				type: 'template',
				template,
			});
			expect(messaging.sent).toHaveLength(1);
		});

		it('is known as that by the time of its status where nothing else tells of it', async () => {
			const complete = jest.spyOn(store, 'completeOnce').mockRejectedValue(new Error('killed'));
			await expect(say({ templateOutsideWindow, wordsOf })).rejects.toThrow('killed');
			complete.mockRestore();
			const tracker = messaging.trackers[0];
			const sentAt = at(25 * 60);
			await confirmSent(
				store,
				{ messageId: 'wamid.FIRST', status: 'sent', at: sentAt, tracker },
				sentAt,
			);
			await customerWrites(store, 25 * 60 + 1, 'Hello?');
			clock.set(at(25 * 60 + 2));
			expect(await say({ templateOutsideWindow, wordsOf })).toMatchObject({
				repeated: true,
				message: templateOutsideWindow,
			});
			const thread = await store.history(conversationId, { limit: 9 });
			expect(thread.find(({ id }) => id === 'wamid.FIRST')).toMatchObject({
				text: 'Hello Robin, we have news.',
				template,
			});
		});
	});

	it('sends no template to who has stopped everything, whoever chose it, nor in place of a text', async () => {
		const template = { type: 'template' as const, name: 'follow_up', language: 'en_US' };
		const stops = (scope: 'all' | 'marketing', minute: number) =>
			store.decide(conversationId, (view) =>
				consentGiven(view, { status: 'opted_out', scope, at: at(minute) }, at(minute)),
			);
		await stops('marketing', 2);
		clock.set(at(25 * 60));
		expect(await say({ templateOutsideWindow: template })).toMatchObject({ outcome: 'sent' });
		await stops('all', 3);
		for (const request of [
			{ templateOutsideWindow: template, key: 'k2' },
			{ message: template, key: 'k3' },
			{ message: template, purpose: 'utility' as const, key: 'k4' },
		]) {
			expect(await say(request)).toMatchObject({
				outcome: 'withheld',
				reason: expect.stringContaining('The customer stopped messages') as string,
			});
		}
		expect(messaging.sent).toHaveLength(1);
		// What they write is answered all the same.
		await customerWrites(store, 25 * 60 + 1);
		expect(await say({ templateOutsideWindow: template, key: 'k5' })).toMatchObject({
			outcome: 'sent',
			message: { type: 'text' },
		});
	});

	it('may be tried again after WhatsApp refused it', async () => {
		messaging.refuse = new MessagingError('WhatsApp answered 503', 'retry', 'Try again later.');
		await expect(say()).rejects.toThrow('WhatsApp answered 503');
		messaging.refuse = undefined;
		expect(await say()).toMatchObject({ outcome: 'sent', repeated: false });
	});

	it('sends nothing to a closed conversation but notices, which leave it closed', async () => {
		await store.decide(conversationId, (view) =>
			applyEvent(view, { type: 'resolve' }, { actor: workflow, now: at(1), policies: [] }),
		);
		expect(await say()).toMatchObject({ outcome: 'withheld' });
		expect(await say({ author: 'system' })).toMatchObject({
			outcome: 'sent',
			conversation: { state: 'closed' },
		});
	});

	it('refuses an agent’s reply where the bot is in charge', async () => {
		expect(
			await say({ author: 'agent', authorId: ana.kind === 'agent' ? ana.id : '' }),
		).toMatchObject({
			outcome: 'withheld',
			reason: 'The conversation is with the bot, so this agent reply was not sent',
		});
	});

	/** Three messages of WhatsApp's. */
	const long = ['First. ', 'Second. ', 'Third. ']
		.map((word) => word.repeat(500).trim())
		.join('\n\n');
	const sayLong = (changes: Partial<ReplyRequest> = {}) =>
		say({ message: { type: 'text', text: long }, ...changes });
	const thread = async () =>
		(await store.history(conversationId, { limit: 50 }))
			.filter(({ direction }) => direction === 'out')
			.map(({ id, text }) => `${id}: ${text.slice(0, 5)}`);

	it('keeps each message of a long text in the thread as it went out, and counts one turn', async () => {
		const result = await sayLong();
		expect(result).toMatchObject({
			outcome: 'sent',
			messageIds: ['wamid.OUT1', 'wamid.OUT2', 'wamid.OUT3'],
			conversation: { counters: { botTurns: 1 } },
		});
		const texts = (await store.history(conversationId, { limit: 9 }))
			.slice(1)
			.map(({ text }) => text);
		expect(texts.join('')).toBe(long);
		expect(await sayLong()).toMatchObject({ repeated: true, messageIds: { length: 3 } });
		expect(messaging.sent).toHaveLength(3);
	});

	it('stops between two messages of a long text when a person takes over, and says what had gone out', async () => {
		messaging.before = async () => {
			if (messaging.sent.length === 1) await handToAna(1);
		};
		expect(await sayLong()).toMatchObject({
			outcome: 'withheld',
			reason:
				'The conversation is with Ana, so this bot reply was not sent; 1 part of it had gone out before',
			messageIds: ['wamid.OUT1'],
		});
		expect(await thread()).toEqual(['wamid.OUT1: First']);
		expect(await store.unhandled(at(60), 10)).toEqual([]);
	});

	it('goes on behind the last message that went out when a long text is tried again', async () => {
		messaging.before = () => {
			messaging.refuse =
				messaging.sent.length === 1
					? new MessagingError('WhatsApp answered 503', 'retry', 'Try again later.')
					: undefined;
			return Promise.resolve();
		};
		await expect(sayLong()).rejects.toThrow('WhatsApp answered 503');
		expect(await thread()).toEqual(['wamid.OUT1: First']);
		messaging.before = undefined;
		messaging.refuse = undefined;
		expect(await sayLong()).toMatchObject({ outcome: 'sent', messageIds: { length: 3 } });
		expect(messaging.sent).toHaveLength(3);
		expect(await thread()).toEqual(['wamid.OUT1: First', 'wamid.OUT2: Secon', 'wamid.OUT3: Third']);
	});

	it('withholds a file when a person takes over while it is uploaded', async () => {
		const result = await say({
			prepare: async (message) => {
				await handToAna(1);
				return message;
			},
		});
		expect(result).toMatchObject({ outcome: 'withheld' });
		expect(messaging.sent).toEqual([]);
	});

	it('withholds what a slow bot says after a person has come and gone, or into another episode', async () => {
		const { episode, handoffCount } = (await store.conversation(conversationId))!;
		const seen = { episode, handoffCount };
		const apply = (type: 'return_to_bot' | 'resolve') =>
			store.decide(conversationId, (view) =>
				applyEvent(view, { type, anyway: true } as never, {
					actor: workflow,
					now: at(2),
					policies: [],
				}),
			);
		await handToAna(1);
		await apply('return_to_bot');
		expect(await say({ seen })).toMatchObject({
			outcome: 'withheld',
			reason:
				'A person has had the conversation since the bot began, so this bot reply was not sent',
		});
		const { handoffCount: after } = (await store.conversation(conversationId))!;
		expect(await say({ seen: { episode, handoffCount: after } })).toMatchObject({
			outcome: 'sent',
		});
		await apply('resolve');
		await customerWrites(store, 3, 'Something else');
		expect(await say({ seen: { episode, handoffCount: after }, key: 'k2' })).toMatchObject({
			outcome: 'withheld',
		});
	});

	it('writes down what had gone out when the execution died, in place of sending it again', async () => {
		const dying = Object.create(store) as HandoffStore;
		let decisions = 0;
		dying.decide = (...given) =>
			++decisions === 2 ? Promise.reject(new Error('died')) : store.decide(...given);
		await expect(
			reply(
				{ store: dying, messaging, clock },
				{ conversationId, author: 'bot', message: { type: 'text', text: 'Yes.' }, key: 'k1' },
			),
		).rejects.toThrow('died');
		expect(await thread()).toEqual([]);
		expect(await say({ message: { type: 'text', text: 'Yes.' } })).toMatchObject({
			outcome: 'sent',
			repeated: true,
			messageIds: ['wamid.OUT1'],
		});
		expect(messaging.sent).toHaveLength(1);
		expect(await thread()).toEqual(['wamid.OUT1: Yes.']);
	});

	it('is not sent again where the execution was killed before it could write it down, once its status has come', async () => {
		const text = `${'A sentence of the answer. '.repeat(200)}`.trim();
		const complete = jest.spyOn(store, 'completeOnce').mockRejectedValue(new Error('killed'));
		await expect(say({ message: { type: 'text', text } })).rejects.toThrow('killed');
		complete.mockRestore();
		expect(messaging.sent).toHaveLength(1);
		const tracker = messaging.trackers[0];
		const status = { messageId: 'wamid.FIRST', status: 'delivered', at: at(1), tracker } as const;
		await confirmSent(store, status, at(1));
		clock.set(at(3));
		// The part that is with the customer is written down, and the other one follows.
		expect(await say({ message: { type: 'text', text } })).toMatchObject({
			outcome: 'sent',
			messageIds: ['wamid.FIRST', 'wamid.OUT2'],
		});
		expect(await thread()).toHaveLength(2);
		expect(messaging.sent).toHaveLength(2);
	});

	it('is not repeated at once where WhatsApp’s answer was lost, since the customer may have it', async () => {
		messaging.refuse = new MessagingError('WhatsApp did not answer', 'lost', 'Look into the chat.');
		await expect(say()).rejects.toThrow('did not answer');
		messaging.refuse = undefined;
		expect(await say()).toMatchObject({ outcome: 'withheld' });
		clock.set(at(3));
		expect(await say()).toMatchObject({ outcome: 'sent' });
		expect(messaging.sent).toHaveLength(1);
	});

	describe('an agent’s answer that an inbox has taken', () => {
		const taken = async (minute: number) => {
			const { handoff } = (await store.conversation(conversationId))!;
			return { handoffId: handoff!.id, at: at(minute) };
		};
		const end = (event: 'resolve' | 'return_to_bot', minute: number) =>
			store.decide(conversationId, (view) =>
				applyEvent(view, event === 'resolve' ? { type: event } : { type: event, anyway: true }, {
					actor: workflow,
					now: at(minute),
					policies: DEFAULT_POLICIES,
				}),
			);
		const answer = (accepted?: ReplyRequest['accepted']) =>
			say({
				author: 'agent',
				authorId: 'ana',
				...(accepted ? { accepted } : {}),
				origin: { inbox: 'chatwoot', id: '77' },
			});

		it.each(['resolve', 'return_to_bot'] as const)(
			'goes out although a quick second click has ended the conversation: %s',
			async (event) => {
				await handToAna(1);
				const accepted = await taken(2);
				await end(event, 2);
				clock.set(at(3));
				expect((await answer(accepted)).outcome).toBe('sent');
				const conversation = (await store.conversation(conversationId))!;
				expect(conversation.handoff!.answeredAt).toBe(at(3));
				expect(conversation.state).toBe(event === 'resolve' ? 'closed' : 'bot');
				expect((await store.history(conversationId, { limit: 1 }))[0]!.origin).toEqual({
					inbox: 'chatwoot',
					id: '77',
				});
			},
		);

		it('is withheld when it comes much later, belongs to an earlier handoff, or was never taken', async () => {
			await handToAna(1);
			const accepted = await taken(2);
			await end('resolve', 2);
			clock.set(at(13));
			expect((await answer(accepted)).outcome).toBe('withheld');
			clock.set(at(3));
			expect((await answer({ ...accepted, handoffId: 'another' })).outcome).toBe('withheld');
			expect((await answer()).outcome).toBe('withheld');
		});
	});
});
