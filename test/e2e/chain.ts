import { randomUUID } from 'node:crypto';

import { waitForExecution } from '../../host/executions';
import type { N8nClient } from '../../host/n8n';
import { LOCAL_HUBSPOT_APP } from '../../host/stack';
import { PIPEDRIVE_TOKEN, SALESFORCE_USER } from './environment';
import { LIMIT_MS, environment, eventually } from './harness';

export const CRM_UPSERT = 'n8n-nodes-whatsapp-handoff.crmUpsert';

export interface Credential {
	id: string;
	name: string;
	type: string;
}

interface Step {
	name: string;
	type?: string;
	parameters: object;
	credentials?: Record<string, { id: string; name: string }>;
	onError?: string;
	/** The output of the node before that leads to it; the first if absent. */
	after?: number;
}

/** Runs a chain of nodes on a body posted to a webhook; gives the items of the last one. */
export async function chain(client: N8nClient, steps: Step[]) {
	const hook = `crm-${randomUUID()}`;
	const first = {
		name: 'Given',
		type: 'n8n-nodes-base.webhook',
		typeVersion: 2,
		webhookId: randomUUID(),
		parameters: {
			path: hook,
			httpMethod: 'POST',
			responseMode: 'lastNode',
			responseData: 'allEntries',
		},
	};
	const nodes = [
		first,
		...steps.map(({ after: _after, ...step }) => ({ type: CRM_UPSERT, typeVersion: 1, ...step })),
	].map((node, index) => ({ id: randomUUID(), position: [index * 200, 0], ...node }));
	const saved = await client.call<{ id: string; versionId: string }>('POST', '/rest/workflows', {
		name: hook,
		nodes,
		connections: Object.fromEntries(
			steps.map(({ name, after = 0 }, index) => [
				nodes[index]!.name,
				{
					main: [
						...Array.from({ length: after }, () => []),
						[{ node: name, type: 'main', index: 0 }],
					],
				},
			]),
		),
		settings: { executionOrder: 'v1' },
		active: false,
	});
	await client.call('POST', `/rest/workflows/${saved.id}/activate`, { versionId: saved.versionId });
	return async (body: object): Promise<Array<Record<string, unknown>>> => {
		// n8n answers a publish before its webhooks are live: a call that finds none has started nothing.
		const answered = await eventually('the webhook of the CRM workflow', async () => {
			const response = await fetch(`${environment.n8nUrl}/webhook/${hook}`, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify(body),
			});
			return response.status !== 404 && response;
		});
		const text = await answered.text();
		if (!answered.ok) {
			const { error } = await waitForExecution(client, saved.id, () => true, LIMIT_MS);
			throw new Error(`The workflow failed: ${error}`);
		}
		return JSON.parse(text) as Array<Record<string, unknown>>;
	};
}

/** A new credential, as a node names it. */
export async function savedCredential(client: N8nClient, type: string, data: object) {
	const { id, name } = await client.call<Credential>('POST', '/rest/credentials', {
		name: `${type} ${randomUUID()}`,
		type,
		data,
	});
	return { [type]: { id, name } };
}

export const pipedriveToken = (client: N8nClient) =>
	savedCredential(client, 'pipedriveApi', { apiToken: PIPEDRIVE_TOKEN });

export const salesforceJwt = (client: N8nClient, url = environment.salesforceUrl) =>
	savedCredential(client, 'salesforceJwtApi', {
		environment: 'production',
		clientId: LOCAL_HUBSPOT_APP.clientId,
		username: SALESFORCE_USER,
		privateKey: environment.salesforceKey,
		myDomainUrl: url,
	});
