import { SYSTEM, patient } from '../../../adapters/crm/patience';
import { unanswered } from '../../../adapters/crm/errors';
import { n8nHttp } from '../../../adapters/http/n8n';
import { unanswered as chatwootUnanswered } from '../../../adapters/inbox/chatwoot/errors';
import { graphOver, toMessagingError } from '../../../adapters/whatsapp/graph';
import { RequestBlocked, blockedIn } from '../../../core/ports/http';

/** As n8n refuses a call under its outbound policy: an error known by its name, here inside another of n8n's errors. */
function refusedByPolicy(): Error {
	const refusal = new Error('it resolves to a restricted IP address');
	refusal.name = 'SsrfBlockedIpError';
	return new Error('The service was not able to process your request', { cause: refusal });
}

function policyThatRefuses() {
	let calls = 0;
	const send = n8nHttp({
		helpers: {
			httpRequest: () => {
				calls++;
				return Promise.reject(refusedByPolicy());
			},
		},
	} as never);
	return { send, calls: () => calls };
}

const URL = 'https://crm.example/contacts';

describe('a call that n8n’s outbound policy forbids', () => {
	it('is told apart from a cut connection, and names the host and whom to ask', async () => {
		const error = await policyThatRefuses()
			.send({ method: 'GET', url: URL })
			.catch((thrown: unknown) => thrown);
		expect(error).toBeInstanceOf(RequestBlocked);
		expect((error as RequestBlocked).message).toContain('crm.example');
		expect((error as RequestBlocked).advice).toContain('ask whoever runs n8n to allow crm.example');
	});

	it('is not tried again, though it would be safe', async () => {
		const { send, calls } = policyThatRefuses();
		const sending = patient(send, {
			repeatable: () => true,
			environment: { ...SYSTEM, sleep: () => Promise.resolve() },
		});
		await expect(sending({ method: 'GET', url: URL })).rejects.toThrow(RequestBlocked);
		expect(calls()).toBe(1);
	});

	it('reads the same from WhatsApp, a CRM and Chatwoot: nothing was asked, nothing can be lost', async () => {
		const cause = new Error('wrapped by an SDK', { cause: new RequestBlocked('crm.example') });
		const whatsApp = await graphOver(policyThatRefuses().send, { baseUrl: 'https://graph.example' })
			.post('/1/messages', {})
			.catch((thrown: unknown) => toMessagingError(thrown, 'take the message'));
		const told = [
			unanswered('hubspot', 'create the contact', cause),
			chatwootUnanswered('take the message', cause),
			whatsApp as Error & { advice: string },
		];
		expect(told.map(({ message }) => message)).toEqual([
			'HubSpot was not asked to create the contact: n8n’s outbound policy does not allow calls to crm.example',
			'Chatwoot was not asked to take the message: n8n’s outbound policy does not allow calls to crm.example',
			'WhatsApp was not asked to take the message: n8n’s outbound policy does not allow calls to graph.example',
		]);
		for (const { advice } of told) expect(advice).toMatch(/^Nothing was sent\./u);
	});

	it('is found however deep it is wrapped, and not where there is none', () => {
		const blocked = new RequestBlocked('crm.example');
		expect(blockedIn(new Error('outer', { cause: new Error('inner', { cause: blocked }) }))).toBe(
			blocked,
		);
		expect(blockedIn(new Error('cut'))).toBeUndefined();
		expect(blockedIn('cut')).toBeUndefined();
	});
});
