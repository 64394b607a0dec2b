import type { INode } from 'n8n-workflow';

import { systemClock } from '../../adapters/clock/system';

/** How long a credential that was read is good for. Staff who change one wait no longer than this. */
const GOOD_FOR_MS = 5_000;

interface CredentialContext {
	getNode(): INode;
	getWorkflow?(): { id?: string };
	getCredentials<T extends object>(type: string): Promise<T>;
}

const recent = new Map<string, { until: number; data: Promise<object> }>();

/**
 * A credential of the node, read from n8n at most once in five seconds. Outside an execution n8n opens an expression sandbox (a V8
 * isolate) for each reading, and two readings with every delivery cost more than all the rest of it. Known by the credential's id and the
 * workflow, whose right to it n8n has checked.
 */
export async function recentCredentials<T extends object>(
	context: CredentialContext,
	type: string,
): Promise<T> {
	const id = context.getNode().credentials?.[type]?.id;
	const workflow = context.getWorkflow?.().id;
	if (!id || !workflow) return context.getCredentials<T>(type);
	const key = `${workflow}:${type}:${id}`;
	const now = systemClock.now().getTime();
	const known = recent.get(key);
	if (known && known.until > now) return (await known.data) as T;
	const data = context.getCredentials<T>(type);
	recent.set(key, { until: now + GOOD_FOR_MS, data });
	data.catch(() => recent.delete(key));
	return data;
}
