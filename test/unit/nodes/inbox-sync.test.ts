import { SIMULATION_CHANNEL } from '../../../core/conversation/simulation';
import { aConversation, aMessage, at } from '../../builders';
import { ChatwootDesk } from './chatwootDesk';

describe('Inbox Sync', () => {
	let desk: ChatwootDesk;
	beforeEach(async () => {
		desk = await ChatwootDesk.open();
		desk.chatwoot.subscribe([]);
	});
	afterEach(() => desk.close());

	const customer = async (channelId = aConversation().channelId) => {
		const { identity } = aConversation();
		const [result] = await desk.store.intake([{ channelId, identity, message: aMessage() }], at(0));
		return result!.conversation.id;
	};

	it('brings the conversation of the item, and says where it is', async () => {
		const id = await customer();
		const [items] = await desk.runSync(id);
		const item = items![0];
		expect(item!.json).toMatchObject({
			conversation: { id, state: 'bot' },
			inbox: {
				name: 'chatwoot',
				threadId: '1',
				status: 'pending',
				url: `${desk.chatwoot.url}/app/accounts/1/conversations/1`,
			},
		});
		expect(item!.pairedItem).toEqual({ item: 0 });
		expect(desk.chatwoot.account.messages).toMatchObject([{ content: 'Where is my order?' }]);
	});

	it('only says what would be there for a sample conversation, and needs no account for it', async () => {
		const id = await customer(SIMULATION_CHANNEL);
		const [items] = await desk.runSync(id, {}, false);
		const item = items![0];
		expect(item!.json.inbox).toEqual({
			name: 'chatwoot',
			planned: true,
			status: 'pending',
			messages: 1,
		});
		expect(desk.chatwoot.calls).toEqual([]);
	});

	it('names the credential that is missing', async () => {
		const id = await customer();
		await expect(desk.runSync(id, {}, false)).rejects.toMatchObject({
			message: 'No Chatwoot credential is chosen in this node',
			description: expect.stringContaining('WhatsApp Handoff Chatwoot API') as string,
		});
	});

	it('takes the only API inbox by itself, and asks where there are none or several', async () => {
		const id = await customer();
		const { inboxes } = desk.chatwoot.account;
		inboxes.push({ id: 9, name: 'Second', channel_type: 'Channel::Api' });
		await expect(desk.runSync(id)).rejects.toMatchObject({
			message: 'The Chatwoot account has 2 inboxes of the type API: WhatsApp, Second',
			description: 'Choose one under Chatwoot Inbox.',
		});
		await expect(desk.runSync(id, { chatwootInbox: 'WhatsApp' })).rejects.toMatchObject({
			message: 'Chatwoot Inbox is “WhatsApp”, which is no ID',
		});
		inboxes.splice(0, 1);
		inboxes.splice(1, 1);
		await expect(desk.runSync(id)).rejects.toMatchObject({
			message: 'The Chatwoot account has no inbox of the type API',
			description: expect.stringContaining('Add Inbox → API') as string,
		});
		inboxes.push({ id: 9, name: 'Second', channel_type: 'Channel::Api' });
		await desk.runSync(id, { chatwootInbox: 9 });
		expect(desk.chatwoot.account.conversations).toMatchObject([{ inboxId: 9 }]);
	});

	it('says that a conversation is not known, and what the field needs', async () => {
		await expect(desk.runSync('nonsense')).rejects.toMatchObject({
			message: 'There is no conversation nonsense',
			description: expect.stringContaining('conversation.id') as string,
		});
	});

	it('tells what Chatwoot refused, with what to do', async () => {
		const id = await customer();
		desk.chatwoot.fail({ method: 'POST', path: '/contacts$', mode: '401' });
		await expect(desk.runSync(id)).rejects.toMatchObject({
			message: expect.stringContaining(
				'Chatwoot did not create the customer as a contact (HTTP 401): Invalid Access Token',
			) as string,
			description: expect.stringContaining('access token') as string,
		});
	});
});
