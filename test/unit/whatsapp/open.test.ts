import { SIMULATION_CHANNEL } from '../../../core/conversation/simulation';
import type { WhatsAppContext } from '../../../adapters/whatsapp/open';
import { whatsAppFor } from '../../../adapters/whatsapp/open';

const withoutCredential = {
	getCredentials: () => Promise.reject(new Error('Node does not have any credentials set')),
	helpers: {},
} as unknown as WhatsAppContext;

describe('a node without a WhatsApp credential', () => {
	const messaging = whatsAppFor(withoutCredential, 0);

	it('answers sample customers, each message under an id of its own, and sends nothing', async () => {
		const send = () =>
			messaging.send(SIMULATION_CHANNEL, { waId: '15550100' }, { type: 'text', text: 'Hello' });
		const [first, second] = [await send(), await send()];
		expect(first.ids).toHaveLength(1);
		expect(first.ids).not.toEqual(second.ids);
		await expect(messaging.markRead(SIMULATION_CHANNEL, 'wamid.1')).resolves.toBeUndefined();
	});

	it('says which credential is missing when a real customer is to be answered', async () => {
		await expect(
			messaging.send('106540352242922', { waId: '15550100' }, { type: 'text', text: 'Hello' }),
		).rejects.toMatchObject({
			message: 'The node has no WhatsApp credential to send with',
			advice: expect.stringContaining('WhatsApp Handoff API'),
		});
	});
});
