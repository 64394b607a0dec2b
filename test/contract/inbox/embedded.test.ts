import { EmbeddedInbox } from '../../../adapters/inbox/embedded';
import type { HandoffStore } from '../../../core/ports/store';
import { summarise } from '../../../core/summary';
import { aMessage, at } from '../../builders';
import { customerWrites, standingClock, temporaryStore } from '../../support';
import { inboxContract } from './contract';

async function opened() {
	const { store, close } = await temporaryStore();
	const { conversationId } = await customerWrites(store, 0);
	const conversation = (await store.conversation(conversationId))!;
	const messages = await store.history(conversationId, { limit: 10 });
	const clock = standingClock(at(10));
	return {
		store,
		close,
		clock,
		thread: { conversation, messages },
		inbox: new EmbeddedInbox(store, clock),
	};
}

inboxContract('embedded', async () => {
	const { store, close, inbox, thread, clock } = await opened();
	const id = thread.conversation.id;
	// Notes are placed by their time; let it pass.
	const addNote = inbox.addNote.bind(inbox);
	inbox.addNote = async (...args) => {
		clock.set(new Date(clock.now().getTime() + 1000).toISOString());
		return addNote(...args);
	};
	return {
		inbox,
		thread,
		close,
		seen: async () =>
			(await store.history(id, { limit: 100 })).map((message) => ({
				id: message.id,
				text: message.text,
				internal: message.internal ?? false,
			})),
		status: async () => {
			const { state, owner, priority } = (await store.conversation(id))!;
			return { state, priority, ...(owner ? { owner: owner.name } : {}) };
		},
	};
});

describe('the embedded inbox and the store', () => {
	let store: HandoffStore;
	let test: Awaited<ReturnType<typeof opened>>;
	beforeEach(async () => {
		test = await opened();
		store = test.store;
	});
	afterEach(() => test.close());

	it('gives the address of the conversation once the inbox page has one', async () => {
		expect((await test.inbox.openThread(test.thread)).url).toBeUndefined();
		await store.putSetting('inbox.url', 'https://n8n.example/webhook/inbox/');
		const { url } = await test.inbox.openThread(test.thread);
		expect(url).toBe(`https://n8n.example/webhook/inbox/#/c/${test.thread.conversation.id}`);
	});

	it('keeps the newest brief when an older one arrives late', async () => {
		const newer = summarise({ ...test.thread, now: at(20) });
		const older = summarise({ ...test.thread, now: at(15) });
		await test.inbox.openThread({ ...test.thread, brief: newer });
		await test.inbox.openThread({ ...test.thread, brief: older });
		expect((await store.brief(test.thread.conversation.id))?.createdAt).toBe(at(20));
	});

	it('refuses a conversation that the store does not know, and says what to do', async () => {
		const conversation = { ...test.thread.conversation, id: 'unknown' };
		await expect(
			test.inbox.openThread({ conversation, messages: [aMessage()] }),
		).rejects.toMatchObject({
			message: 'There is no stored conversation “unknown”',
			advice: expect.stringContaining('WhatsApp Trigger') as string,
		});
	});
});
