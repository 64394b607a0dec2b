import { randomUUID } from 'node:crypto';

import { executionIds, waitForExecution } from '../../host/executions';
import { publishTriggerAlone } from '../../host/load';
import type { N8nClient } from '../../host/n8n';
import { webhookIsLive } from '../../host/stack';
import { freshCustomer, recorded } from './fixtures';
import {
	LIMIT_MS,
	deliver,
	environment,
	eventually,
	graph,
	sharedCredentials,
	signedInClient,
} from './harness';

jest.setTimeout(2 * LIMIT_MS);

let client: N8nClient;
let whatsApp: string;

beforeAll(async () => {
	client = await signedInClient();
	whatsApp = (await sharedCredentials(client)).whatsAppHandoffApi.id;
});

// What the other suites' deliveries take: the app's own address.
afterEach(() => graph.setup({ accountCallback: '', appCallback: environment.intakeUrl }));

const trigger = (parameters: object, publish = false) =>
	publishTriggerAlone(client, whatsApp, {
		namespace: `listen-${randomUUID()}`,
		parameters,
		publish,
	});

/** Presses "Listen for test event". */
const listen = (id: string) =>
	client.request('POST', `/rest/workflows/${id}/run`, {
		triggerToStartFrom: { name: 'WhatsApp Trigger' },
	});

/** Presses "Stop listening". */
const stopListening = (id: string) => client.call('DELETE', `/rest/test-webhook/${id}`);

const publish = ({ id, versionId }: { id: string; versionId: string }) =>
	client.request('POST', `/rest/workflows/${id}/activate`, { versionId });

const unpublish = (id: string) => client.call('POST', `/rest/workflows/${id}/deactivate`, {});

const accountCallback = async () => (await graph.setup()).accountCallback || undefined;

const isRegistered = (url: string | undefined) =>
	eventually(`${url ?? 'no address'} at Meta`, async () => (await accountCallback()) === url);

describe('listening for a test event in a real n8n', () => {
	it('takes one message to the test address, and nothing after it, in manual setup', async () => {
		const { id, testUrl } = await trigger({ options: { checkBeforeListening: false } });
		expect(await (await listen(id)).json()).toMatchObject({ data: { waitingForWebhook: true } });
		const verified = await fetch(
			`${testUrl}?hub.mode=subscribe&hub.challenge=4711&hub.verify_token=${environment.verifyToken}`,
		);
		expect(await verified.text()).toBe('4711');
		// A refused call does not use the listen up.
		const { payload, messageId } = recorded('pywa/message__text');
		expect((await deliver(payload, null, testUrl)).status).toBe(401);
		expect((await deliver(payload, undefined, testUrl)).status).toBe(200);
		const execution = await waitForExecution(client, id, () => true, LIMIT_MS);
		expect(execution.outputs['WhatsApp Trigger']?.[0]?.[0]?.json.message).toMatchObject({
			id: messageId,
			text: 'Body Text',
		});
		await eventually('the end of the listen', async () => {
			const again = recorded('pywa/message__text');
			return (await deliver(again.payload, undefined, testUrl)).status === 404;
		});
		expect(await executionIds(client, id)).toHaveLength(1);
	});

	it('says which link is broken before it begins', async () => {
		const { id } = await trigger({});
		const refused = await listen(id);
		expect(refused.ok).toBe(false);
		expect(await refused.text()).toContain(`Meta delivers to ${environment.intakeUrl}`);
	});

	it('never takes production off: not when it is refused, not while it runs, not when it ends', async () => {
		const { id, url } = await trigger({ setup: 'automatic', replaceCallback: true }, true);
		await webhookIsLive(url);
		await isRegistered(url);

		const other = await trigger({ setup: 'automatic', replaceCallback: true });
		for (const one of [id, other.id]) {
			const refused = await listen(one);
			expect(refused.ok).toBe(false);
			expect(await refused.text()).toContain('Meta delivers to another address');
			await stopListening(one);
			expect(await accountCallback()).toBe(url);
		}

		const manual = await trigger({ options: { checkBeforeListening: false } });
		expect((await listen(manual.id)).ok).toBe(true);
		await stopListening(manual.id);
		expect((await graph.setup()).subscribed).toBe(true);
		expect(await accountCallback()).toBe(url);
		// And the messages still come.
		const from = freshCustomer();
		const { messageId, status } = await graph.customerSays({ from, text: 'Still there?' });
		expect(status).toBe(200);
		await waitForExecution(
			client,
			id,
			({ outputs }) =>
				(outputs['WhatsApp Trigger']?.[0]?.[0]?.json.message as { id?: string } | undefined)?.id ===
				messageId,
			LIMIT_MS,
		);
		await unpublish(id);
		await isRegistered(undefined);
		expect((await graph.setup()).subscribed).toBe(true);
	});

	it('registers the test address where none stands, and gives way when the workflow is published meanwhile', async () => {
		await graph.setup({ appCallback: '' });
		const one = await trigger({ setup: 'automatic' });
		expect((await listen(one.id)).ok).toBe(true);
		expect(await accountCallback()).toBe(one.testUrl);
		await stopListening(one.id);
		await isRegistered(undefined);

		expect((await listen(one.id)).ok).toBe(true);
		expect((await publish(one)).ok).toBe(true);
		await isRegistered(one.url);
		await stopListening(one.id);
		expect(await accountCallback()).toBe(one.url);
		await unpublish(one.id);
		await isRegistered(undefined);
	});

	it('is not published over the address of somebody else, which is named where n8n shows it', async () => {
		const one = await trigger({ setup: 'automatic' }, true);
		// n8n publishes in the background.
		const failed = await eventually('what came of publishing', async () => {
			const found = await client.call<{
				status: string;
				triggers: Array<{ errorMessage: string | null }>;
			}>('GET', `/rest/workflows/${one.id}/publication-status`);
			return !['in_progress', 'not_published'].includes(found.status) && found;
		});
		expect(failed).toMatchObject({
			status: 'failed',
			triggers: [
				{
					errorMessage: `Another webhook address is registered for this app: ${environment.intakeUrl}`,
				},
			],
		});
		expect(await accountCallback()).toBeUndefined();
		await unpublish(one.id);
	});
});
