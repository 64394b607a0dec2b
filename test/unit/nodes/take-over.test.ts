import type { IDataObject } from 'n8n-workflow';

import { applyEvent } from '../../../core/conversation/apply';
import { isForPeople, takeIn } from '../../../core/conversation/intake';
import { reply } from '../../../core/conversation/reply';
import type { HandoffStore } from '../../../core/ports/store';
import { storeFor } from '../../../nodes/shared/store';
import { aConversation, aMessage, at, workflow } from '../../builders';
import { customerWrites, recordingMessaging, standingClock, temporaryStore } from '../../support';
import { jsonOf, runConversation } from './conversationHarness';

jest.mock('../../../nodes/shared/store', () => ({ storeFor: jest.fn(), storeCredential: {} }));

const { channelId, identity } = aConversation();
const NUMBER = '+1 650 555 1234';

let store: HandoffStore;
let close: () => Promise<void>;
beforeEach(async () => {
	({ store, close } = await temporaryStore());
	jest.mocked(storeFor).mockResolvedValue(store);
});
afterEach(() => close());

const take = async (parameters: IDataObject, surface: object = {}) => {
	const [[item]] = jsonOf(
		await runConversation({
			operation: 'takeOver',
			parameters: { agentId: '', agentName: '', takeOverChannel: channelId, ...parameters },
			items: [{ kept: true }],
			surface,
		}),
	) as [[IDataObject & { conversation: IDataObject & { id: string } }]];
	return item;
};

/** What the customer writes next, as the trigger takes it in. */
const next = async () => {
	const { fresh } = await takeIn(
		store,
		[
			{
				channelId,
				identity,
				message: aMessage({ id: 'wamid.next', sentAt: at(9), receivedAt: at(9) }),
			},
		],
		at(9),
	);
	return fresh[0]!;
};

describe('Take Over', () => {
	it('silences the bot for a customer whom it has, known by the conversation or by the number', async () => {
		const { conversationId } = await customerWrites(store, 0);
		const item = await take({ whom: NUMBER, takeOverReason: 'The deal has an owner' });
		expect(item).toMatchObject({
			kept: true,
			conversation: {
				id: conversationId,
				state: 'human',
				owner: { kind: 'queue', name: 'Support' },
			},
		});
		expect(await store.audit(conversationId)).toMatchObject([
			{ action: 'escalate', reason: 'The deal has an owner', from: 'bot', to: 'human' },
		]);
		const messaging = recordingMessaging();
		expect(
			await reply(
				{ store, messaging, clock: standingClock(at(1)) },
				{ conversationId, author: 'bot', message: { type: 'text', text: 'Late' }, key: 'k' },
			),
		).toMatchObject({ outcome: 'withheld' });
		expect(await take({ whom: conversationId, agentId: 'ana', agentName: 'Ana' })).toMatchObject({
			conversation: { owner: { kind: 'agent', id: 'ana', name: 'Ana' } },
		});
		// What an agent has stays theirs.
		expect(await take({ whom: conversationId, agentId: 'ben' })).toMatchObject({
			conversation: { owner: { id: 'ana' } },
		});
	});

	it('silences the bot before the first message of a customer never seen', async () => {
		const { conversation } = await take({ whom: NUMBER, agentId: 'ana' });
		expect(conversation).toMatchObject({ state: 'human', owner: { id: 'ana', name: 'ana' } });
		const again = await take({ whom: NUMBER });
		expect(again!.conversation.id).toBe(conversation.id);
		const arrival = await next();
		expect(arrival.conversation.id).toBe(conversation.id);
		expect(isForPeople(arrival)).toBe(true);
	});

	it('begins a closed conversation anew, so that the bot does not answer what the customer writes back', async () => {
		const { conversationId } = await customerWrites(store, 0);
		await store.decide(conversationId, (view) =>
			applyEvent(view, { type: 'resolve' }, { actor: workflow, now: at(1), policies: [] }),
		);
		expect(await take({ whom: conversationId })).toMatchObject({
			conversation: { state: 'human', episode: 2 },
		});
		expect(isForPeople(await next())).toBe(true);
	});

	it('is on the number of the credential where none is named, and says what to fill in where neither is', async () => {
		const credentials = { whatsAppHandoffApi: { id: '1', name: 'WhatsApp' } };
		const surface = {
			getNode: () => ({ name: 'Conversation', type: 'conversation', credentials }),
			getCredentials: () => Promise.resolve({ phoneNumberId: channelId }),
		};
		const { conversation } = await take({ whom: NUMBER, takeOverChannel: '' }, surface);
		expect(conversation).toMatchObject({ channelId });
		await expect(take({ whom: '+16505559999', takeOverChannel: '' })).rejects.toMatchObject({
			message: expect.stringContaining('is not known') as string,
			description: expect.stringContaining('Fill in Channel') as string,
		});
	});

	it.each([
		['', 'Conversation or Customer is empty'],
		['0b6c21f4-9d0e-4c55-8f0a-6d1f7b2c3a10', 'There is no conversation 0b6c21f4'],
	])('begins nothing for "%s"', async (whom, message) => {
		await expect(take({ whom })).rejects.toThrow(message);
		expect((await store.list({})).conversations).toEqual([]);
	});
});
