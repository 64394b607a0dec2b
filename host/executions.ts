import { setTimeout as pause } from 'node:timers/promises';
import { parse } from 'flatted';

import type { N8nClient } from './n8n';

const LOOK_EVERY_MS = 200;

/** What one node gave out, by output: a list of items each. */
export type NodeOutputs = Array<Array<{ json: Record<string, unknown>; binary?: object }>>;

export interface Execution {
	id: string;
	status: string;
	/** Outputs of each node that ran, by its name; of the last run where it ran more than once. */
	outputs: Record<string, NodeOutputs>;
	/** Outputs of every run of each node, in order: one that two branches lead to runs twice. */
	runs: Record<string, NodeOutputs[]>;
	/** When each node began, in milliseconds since 1970; of its first run where it ran more than once. */
	begun: Record<string, number>;
	/** Why it failed, in n8n's words: what stands above, and what stands below it. */
	error?: string;
	errorDescription?: string;
}

interface RunData {
	resultData: {
		error?: { message: string; description?: string | null };
		runData?: Record<
			string,
			Array<{ startTime: number; data?: { main?: Array<NodeOutputs[number] | null> } }>
		>;
	};
}

/** Ids of a workflow's executions, newest first. */
export async function executionIds(
	n8n: N8nClient,
	workflowId: string,
	limit = 50,
): Promise<string[]> {
	const filter = encodeURIComponent(JSON.stringify({ workflowId }));
	const { results } = await n8n.call<{ results: Array<{ id: string }> }>(
		'GET',
		`/rest/executions?filter=${filter}&limit=${limit}`,
	);
	return results.map(({ id }) => id);
}

export async function readExecution(n8n: N8nClient, id: string): Promise<Execution> {
	const { status, data } = await n8n.call<{ status: string; data: string }>(
		'GET',
		`/rest/executions/${id}`,
	);
	const { resultData } = parse(data) as RunData;
	const runs = Object.fromEntries(
		Object.entries(resultData.runData ?? {}).map(([node, all]) => [
			node,
			all.map((run) => (run.data?.main ?? []).map((items) => items ?? [])),
		]),
	);
	return {
		id,
		status,
		outputs: Object.fromEntries(
			Object.entries(runs).map(([node, all]) => [node, all.at(-1) ?? []]),
		),
		runs,
		begun: Object.fromEntries(
			Object.entries(resultData.runData ?? {}).map(([node, all]) => [node, all[0]?.startTime ?? 0]),
		),
		...(resultData.error ? { error: resultData.error.message } : {}),
		...(resultData.error?.description ? { errorDescription: resultData.error.description } : {}),
	};
}

/** Waits for the finished execution that `wanted` picks. Throws after `limitMs`. */
export async function waitForExecution(
	n8n: N8nClient,
	workflowId: string,
	wanted: (execution: Execution) => boolean,
	limitMs: number,
): Promise<Execution> {
	const end = performance.now() + limitMs;
	const seen = new Set<string>();
	for (;;) {
		for (const id of await executionIds(n8n, workflowId)) {
			if (seen.has(id)) continue;
			const execution = await readExecution(n8n, id);
			if (['new', 'running', 'waiting'].includes(execution.status)) continue;
			seen.add(id);
			if (wanted(execution)) return execution;
		}
		if (performance.now() > end) {
			throw new Error(`No such execution of workflow ${workflowId} within ${limitMs / 1000} s`);
		}
		await pause(LOOK_EVERY_MS);
	}
}
