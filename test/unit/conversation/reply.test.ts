import { applyEvent } from '../../../core/conversation/apply';
import type { ReplyRequest } from '../../../core/conversation/reply';
import { reply } from '../../../core/conversation/reply';
import { MessagingError } from '../../../core/ports/messaging';
import type { HandoffStore } from '../../../core/ports/store';
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
});
