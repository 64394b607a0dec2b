import { confirmSent } from '../../../core/conversation/confirmation';
import { MessagingError } from '../../../core/ports/messaging';
import type { HandoffStore } from '../../../core/ports/store';
import type { HandoffResult } from '../../../core/routing';
import { acknowledge, handOver } from '../../../core/routing';
import { DEFAULT_POLICIES } from '../../../core/sla';
import { at, workflow } from '../../builders';
import { customerWrites, recordingMessaging, temporaryStore } from '../../support';

describe('telling the customer of a handoff', () => {
	let store: HandoffStore;
	let close: () => Promise<void>;
	let handedOver: HandoffResult;
	let messaging: ReturnType<typeof recordingMessaging>;

	beforeEach(async () => {
		waited = 0;
		({ store, close } = await temporaryStore());
		messaging = recordingMessaging();
		const { conversationId } = await customerWrites(store, 0, 'I want to talk to a person');
		handedOver = await store.route(conversationId, { key: 'agents', queue: 'Support' }, (view) =>
			handOver(
				view,
				{
					agents: [],
					queue: 'Support',
					strategies: ['roundRobin'],
					reason: 'Asked for a person',
					score: 100,
					signals: [],
					priority: 'high',
					requiredSkills: [],
					preferredSkills: [],
					stickyDays: 30,
					policies: DEFAULT_POLICIES,
				},
				workflow,
				at(1),
			),
		);
	});
	afterEach(() => close());

	/** Time goes on only while somebody waits. */
	let waited: number;
	const clock = { now: () => new Date(Date.parse(at(1)) + waited) };
	const sleep = (milliseconds: number) => {
		waited += milliseconds;
		return Promise.resolve();
	};
	const tell = () =>
		acknowledge({ store, messaging, clock, sleep }, handedOver, { timeZone: 'UTC' });

	it('names the queue, the place in it and the time that the SLA clock measures', async () => {
		const told = await tell();
		expect(told).toMatchObject({ sent: true, messageId: 'wamid.OUT1' });
		expect(told.text).toContain('A colleague from Support');
		expect(told.text).toContain('number 1 in line');
		expect(told.text).toContain('by 10:06 AM');
		expect(handedOver.dueAt).toBe(at(6));
	});

	it('tells of an expected wait that is long, and of a capture beside the handoff that follows it', async () => {
		const wait = { known: true, minutes: 25, atMostMinutes: 40, samples: 9, why: '' } as const;
		handedOver = { ...handedOver, tell: 'long_wait', wait };
		expect((await tell()).text).toContain('about 25 minutes');
		handedOver = { ...handedOver, tell: 'off_hours_bot', opensAt: at(60 * 23) };
		expect((await tell()).text).toContain('I will gladly go on helping you');
		expect(messaging.sent).toHaveLength(2);
	});

	it('goes out once, however often the execution is retried', async () => {
		const first = await tell();
		expect(await tell()).toEqual(first);
		expect(messaging.sent).toHaveLength(1);
	});

	it('goes out once when executions tell at the same time, and each knows what was sent', async () => {
		const told = await Promise.all([tell(), tell(), tell()]);
		expect(messaging.sent).toHaveLength(1);
		expect(told.map(({ sent }) => sent)).toEqual([true, true, true]);
	});

	it('goes out all the same where the execution that was about to send it has died', async () => {
		await store.beginOnce(`${handedOver.handoff.id}:acknowledgement`, at(1), 60_000);
		expect(await tell()).toMatchObject({ sent: true });
		expect(messaging.sent).toHaveLength(1);
		// Its time, and a little more for word of a message that it may have sent.
		expect(waited).toBe(80_000);
	});

	/** Word of the message that was sent last, as it comes with its status. */
	const statusComes = (status: 'sent' | 'failed' = 'sent') =>
		confirmSent(
			store,
			{ messageId: 'wamid.FIRST', status, at: at(1), tracker: messaging.trackers.at(-1) },
			at(1),
		);
	/** An execution that is killed when the message is with WhatsApp and nothing of it is written down. */
	const killedAfterSending = async () => {
		const complete = jest.spyOn(store, 'completeOnce').mockRejectedValueOnce(new Error('killed'));
		await expect(tell()).rejects.toThrow('killed');
		complete.mockRestore();
		expect(messaging.sent).toHaveLength(1);
	};

	it('goes out once although the execution that sent it was killed before it could say so: its status says it', async () => {
		await killedAfterSending();
		await statusComes();
		expect(await tell()).toMatchObject({ sent: true, messageId: 'wamid.FIRST' });
		expect(messaging.sent).toHaveLength(1);
		const { id } = handedOver.conversation;
		expect((await store.conversation(id))?.handoff).toMatchObject({
			acknowledgedAt: at(1),
			acknowledgementId: 'wamid.FIRST',
		});
		expect((await store.history(id, { limit: 5 })).at(-1)).toMatchObject({ id: 'wamid.FIRST' });
	});

	it('waits a little for that status before it goes out once more', async () => {
		await killedAfterSending();
		let comes = false;
		const told = acknowledge(
			{
				store,
				messaging,
				clock,
				sleep: async (milliseconds) => {
					await sleep(milliseconds);
					if (waited < 65_000 || comes) return;
					comes = true;
					await statusComes();
				},
			},
			handedOver,
			{ timeZone: 'UTC' },
		);
		expect(await told).toMatchObject({ sent: true, messageId: 'wamid.FIRST' });
		expect(messaging.sent).toHaveLength(1);
	});

	it('goes out again where no word comes, or that it has failed: told twice is better than not told', async () => {
		await killedAfterSending();
		await statusComes('failed');
		expect(await tell()).toMatchObject({ sent: true, messageId: 'wamid.OUT2' });
		expect(messaging.sent).toHaveLength(2);
	});

	it('counts as sent where WhatsApp’s answer was lost and the status comes, and else is not repeated at once', async () => {
		messaging.refuse = new MessagingError('No answer came', 'lost', 'Look into the chat.');
		const told = acknowledge(
			{
				store,
				messaging,
				clock,
				sleep: async (milliseconds) => {
					await sleep(milliseconds);
					await statusComes();
				},
			},
			handedOver,
			{ timeZone: 'UTC' },
		);
		expect(await told).toMatchObject({ sent: true, messageId: 'wamid.FIRST' });
		const { id } = handedOver.conversation;
		expect((await store.history(id, { limit: 5 })).at(-1)).toMatchObject({ id: 'wamid.FIRST' });

		handedOver = { ...handedOver, tell: 'off_hours_bot' };
		expect(await tell()).toMatchObject({ sent: false, advice: 'Look into the chat.' });
		const key = `${handedOver.handoff.id}:capture`;
		expect(await store.beginOnce(key, clock.now().toISOString(), 1)).toEqual({ state: 'busy' });
	});

	it('is written into the thread by the retry of an execution that died right after sending', async () => {
		const decide = jest.spyOn(store, 'decide').mockRejectedValueOnce(new Error('killed'));
		await expect(tell()).rejects.toThrow('killed');
		decide.mockRestore();
		await tell();
		expect(messaging.sent).toHaveLength(1);
		const { id } = handedOver.conversation;
		expect((await store.conversation(id))?.handoff?.acknowledgedAt).toBe(at(1));
		expect((await store.history(id, { limit: 5 })).at(-1)).toMatchObject({ id: 'wamid.OUT1' });
	});

	it('stands in the thread and in the handoff’s record', async () => {
		await tell();
		const conversation = await store.conversation(handedOver.conversation.id);
		expect(conversation?.handoff).toMatchObject({
			acknowledgedAt: at(1),
			acknowledgementId: 'wamid.OUT1',
		});
		const history = await store.history(handedOver.conversation.id, { limit: 5 });
		expect(history.at(-1)).toMatchObject({ id: 'wamid.OUT1', author: 'system', status: 'sent' });
	});

	describe('after the 24-hour window has closed, e.g. on Monday to who was captured on Friday', () => {
		beforeEach(() => {
			waited = 25 * 60 * 60_000;
			const template = { name: 'follow_up', language: 'en' };
			handedOver = {
				...handedOver,
				handoff: { ...handedOver.handoff, promise: { for: at(1600), madeAt: at(1), template } },
			};
		});

		it('goes out as the template that was chosen for it', async () => {
			expect(await tell()).toMatchObject({ sent: true, text: 'follow_up' });
			expect(messaging.sent.map(({ message }) => message)).toEqual([
				{ type: 'template', name: 'follow_up', language: 'en' },
			]);
			const { id } = handedOver.conversation;
			expect((await store.history(id, { limit: 1 }))[0]).toMatchObject({
				type: 'template',
				text: 'follow_up',
				template: {
					name: 'follow_up',
					language: 'en',
					insteadOf: expect.stringContaining('A colleague from Support') as string,
				},
			});
		});

		it('is in the thread with what the template says, where that is known', async () => {
			const told = await acknowledge({ store, messaging, clock, sleep }, handedOver, {
				timeZone: 'UTC',
				wordsOf: ({ name }) => Promise.resolve(`${name} says: we are back.`),
			});
			expect(told).toMatchObject({ sent: true, text: 'follow_up says: we are back.' });
			const { id } = handedOver.conversation;
			expect((await store.history(id, { limit: 1 }))[0]).toMatchObject({
				type: 'template',
				text: 'follow_up says: we are back.',
			});
		});

		it('does not go out to a customer who has stopped all messages, and says so', async () => {
			const { conversation } = handedOver;
			handedOver.conversation = {
				...conversation,
				profile: { ...conversation.profile, consent: { status: 'opted_out', scope: 'all' } },
			};
			expect(await tell()).toMatchObject({
				sent: false,
				message: 'The customer stopped messages, so this template was not sent',
			});
			expect(messaging.sent).toEqual([]);
		});
	});

	it('leaves the handoff standing when WhatsApp does not take the message, and can be tried again', async () => {
		messaging.refuse = new MessagingError(
			'WhatsApp answered 401: the access token has expired',
			'account',
			'Renew the access token in the credential.',
		);
		expect(await tell()).toMatchObject({
			sent: false,
			message: 'WhatsApp answered 401: the access token has expired',
			advice: 'Renew the access token in the credential.',
		});
		expect(await store.conversation(handedOver.conversation.id)).toMatchObject({
			state: 'human',
			owner: { kind: 'queue', name: 'Support' },
		});
		messaging.refuse = undefined;
		expect(await tell()).toMatchObject({ sent: true });
	});
});
