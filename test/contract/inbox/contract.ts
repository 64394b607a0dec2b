import type { ConversationMessage } from '../../../core/conversation/message';
import type { InboxPort, InboxThread } from '../../../core/ports/inbox';
import { summarise } from '../../../core/summary';
import { aMessage, ana, at } from '../../builders';

/** An inbox under test, and a look into it that does not go through the port. */
export interface InboxUnderTest {
	inbox: InboxPort;
	/** A conversation that both sides know, with one message of the customer. */
	thread: InboxThread;
	/** What an agent sees in the thread, in its order; notes included. */
	seen(): Promise<Array<{ id: string; text: string; internal: boolean }>>;
	status(): Promise<{ state: string; owner?: string; priority: string }>;
	close(): Promise<void>;
}

/** What every inbox adapter keeps to. */
export function inboxContract(name: string, open: () => Promise<InboxUnderTest>): void {
	describe(`inbox ${name}`, () => {
		let test: InboxUnderTest;
		beforeEach(async () => {
			test = await open();
		});
		afterEach(() => test.close());

		const agentReply: ConversationMessage = aMessage({
			id: 'wamid.REPLY',
			direction: 'out',
			author: 'agent',
			authorName: 'Ana',
			text: 'I am looking into it.',
			sentAt: at(5),
			receivedAt: at(5),
		});

		it('opens one thread however often it is asked, under the same id', async () => {
			const first = await test.inbox.openThread(test.thread);
			const again = await test.inbox.openThread(test.thread);
			expect(again).toEqual(first);
			expect(first.inbox).toBe(test.inbox.name);
			expect((await test.seen()).map(({ text }) => text)).toEqual(
				test.thread.messages.map(({ text }) => text),
			);
		});

		it('brings messages that the thread lacks and repeats none', async () => {
			await test.inbox.openThread(test.thread);
			const longer = { ...test.thread, messages: [...test.thread.messages, agentReply] };
			await test.inbox.openThread(longer);
			await test.inbox.openThread(longer);
			expect((await test.seen()).map(({ text }) => text)).toEqual([
				...test.thread.messages.map(({ text }) => text),
				agentReply.text,
			]);
		});

		it('appends a message once', async () => {
			const ref = await test.inbox.openThread(test.thread);
			await test.inbox.appendMessage(ref, agentReply);
			await test.inbox.appendMessage(ref, agentReply);
			const shown = (await test.seen()).filter(({ text }) => text === agentReply.text);
			expect(shown).toHaveLength(1);
			expect(shown[0]!.internal).toBe(false);
		});

		it('adds a note once for its key, and only agents see it', async () => {
			const ref = await test.inbox.openThread(test.thread);
			await test.inbox.addNote(ref, { key: 'h1', text: 'Handed over: asked for a person' });
			await test.inbox.addNote(ref, { key: 'h1', text: 'Handed over: asked for a person' });
			await test.inbox.addNote(ref, { key: 'h2', text: 'Nobody has answered for ten minutes' });
			const notes = (await test.seen()).filter(({ internal }) => internal);
			expect(notes.map(({ text }) => text)).toEqual([
				'Handed over: asked for a person',
				'Nobody has answered for ten minutes',
			]);
		});

		it('shows state, owner and priority as they were last set', async () => {
			const ref = await test.inbox.openThread(test.thread);
			await test.inbox.setStatus(ref, { state: 'human', owner: ana, priority: 'high' });
			await test.inbox.setStatus(ref, { state: 'human', owner: ana, priority: 'high' });
			expect(await test.status()).toEqual({ state: 'human', owner: 'Ana', priority: 'high' });
			await test.inbox.setStatus(ref, { state: 'closed', priority: 'high' });
			expect(await test.status()).toEqual({ state: 'closed', priority: 'high' });
		});

		it('takes a brief along', async () => {
			const brief = summarise({ ...test.thread, now: at(6) });
			await expect(test.inbox.openThread({ ...test.thread, brief })).resolves.toMatchObject({
				inbox: test.inbox.name,
			});
		});
	});
}
