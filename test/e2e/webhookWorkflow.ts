import { randomUUID } from 'node:crypto';

import type { Execution } from '../../host/executions';
import { executionIds, readExecution } from '../../host/executions';
import type { N8nClient } from '../../host/n8n';
import { environment, eventually } from './harness';

export interface Step {
	name: string;
	type: string;
	typeVersion?: number;
	parameters?: object;
	credentials?: object;
	onError?: 'continueErrorOutput';
	/** Names of the steps behind each output. */
	then?: string[][];
}

/**
 * Publishes a workflow of these steps behind a Webhook node, "Given"; the first step follows it. Gives a function that posts a body to it
 * and gives the finished execution.
 */
export async function webhookWorkflow(
	client: N8nClient,
	steps: Step[],
): Promise<(body: object) => Promise<Execution>> {
	const urlPath = `steps-${randomUUID()}`;
	const given: Step = {
		name: 'Given',
		type: 'n8n-nodes-base.webhook',
		typeVersion: 2,
		parameters: { path: urlPath, httpMethod: 'POST', responseMode: 'onReceived' },
		then: [[steps[0]!.name]],
	};
	const saved = await client.call<{ id: string; versionId: string }>('POST', '/rest/workflows', {
		name: urlPath,
		nodes: [given, ...steps].map(({ then: _then, ...step }, index) => ({
			id: randomUUID(),
			typeVersion: 1,
			position: [200 * index, 0],
			parameters: {},
			...(step === given || step.type.endsWith('.webhook') ? { webhookId: randomUUID() } : {}),
			...step,
		})),
		connections: Object.fromEntries(
			[given, ...steps].map(({ name, then = [] }) => [
				name,
				{ main: then.map((nodes) => nodes.map((node) => ({ node, type: 'main', index: 0 }))) },
			]),
		),
		settings: { executionOrder: 'v1' },
		active: false,
	});
	await client.call('POST', `/rest/workflows/${saved.id}/activate`, { versionId: saved.versionId });
	const seen = new Set<string>();
	return async (body) => {
		await eventually('the webhook of the workflow', async () => {
			const response = await fetch(`${environment.n8nUrl}/webhook/${urlPath}`, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify(body),
			});
			return response.status !== 404;
		});
		return eventually('its execution', async () => {
			const fresh = (await executionIds(client, saved.id)).filter((one) => !seen.has(one));
			if (fresh.length === 0) return undefined;
			const execution = await readExecution(client, fresh[0]!);
			if (['new', 'running', 'waiting'].includes(execution.status)) return undefined;
			fresh.forEach((one) => seen.add(one));
			return execution;
		});
	};
}
