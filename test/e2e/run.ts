import { randomUUID } from 'node:crypto';

import type { Execution } from '../../host/executions';
import { readExecution } from '../../host/executions';
import type { N8nClient } from '../../host/n8n';
import { eventually } from './harness';

/** The beginning of the names of this package's nodes. */
export const OURS = 'n8n-nodes-whatsapp-handoff.';

export interface NodeToRun {
	name: string;
	type: string;
	typeVersion?: number;
	parameters?: object;
	/** Ids by type. */
	credentials?: Record<string, string>;
	webhookId?: string;
	executeOnce?: boolean;
}

/** A workflow of these nodes, one behind the other. */
export function chainOf(nodes: NodeToRun[]) {
	return {
		name: `Chain ${randomUUID()}`,
		nodes: nodes.map(({ credentials = {}, ...node }, index) => ({
			id: randomUUID(),
			typeVersion: 1,
			position: [index * 220, 0],
			parameters: {},
			...node,
			credentials: Object.fromEntries(
				Object.entries(credentials).map(([type, id]) => [type, { id, name: type }]),
			),
		})),
		connections: Object.fromEntries(
			nodes
				.slice(0, -1)
				.map(({ name }, index) => [
					name,
					{ main: [[{ node: nodes[index + 1]!.name, type: 'main', index: 0 }]] },
				]),
		),
		settings: { executionOrder: 'v1' },
	};
}

/** Presses "Execute workflow" at a start of a saved workflow, and waits for the end of the run. */
export async function executeFrom(
	client: N8nClient,
	workflowId: string,
	start: string,
): Promise<Execution> {
	const { executionId } = await client.call<{ executionId: string }>(
		'POST',
		`/rest/workflows/${workflowId}/run`,
		{ triggerToStartFrom: { name: start } },
	);
	return eventually(`the end of the execution from ${start}`, async () => {
		const run = await readExecution(client, executionId).catch(() => undefined);
		return run && !['new', 'running', 'waiting'].includes(run.status) && run;
	});
}

/** Runs nodes by hand over these items, as staff try them in the editor. */
export async function runByHand(
	client: N8nClient,
	items: object[],
	nodes: NodeToRun[],
): Promise<Execution> {
	const workflow = chainOf([
		{ name: 'Start', type: 'n8n-nodes-base.manualTrigger' },
		{
			name: 'Items',
			type: 'n8n-nodes-base.set',
			typeVersion: 3.4,
			parameters: { mode: 'raw', jsonOutput: JSON.stringify({ items }) },
		},
		{
			name: 'One by one',
			type: 'n8n-nodes-base.splitOut',
			parameters: { fieldToSplitOut: 'items' },
		},
		...nodes,
	]);
	const { id } = await client.call<{ id: string }>('POST', '/rest/workflows', workflow);
	return executeFrom(client, id, 'Start');
}
