import { createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import type { Execution } from '../../host/executions';
import { executionIds, waitForExecution } from '../../host/executions';
import { N8nClient } from '../../host/n8n';
import { LOCAL_NAMES } from '../../host/stack';
import type { GraphSetup, PhoneMessage } from '../../sandbox/graph';
import type { HubspotState } from '../../sandbox/hubspot';
import type { Environment } from './environment';
import { ENVIRONMENT_VARIABLE } from './environment';

/** Longer than any step takes on a slow machine; tests wait for events, not for this. */
export const LIMIT_MS = 60_000;
const LOOK_EVERY_MS = 100;

export const environment = JSON.parse(process.env[ENVIRONMENT_VARIABLE] ?? '{}') as Environment;

/** Signed in as the owner. */
export async function signedInClient(): Promise<N8nClient> {
	const client = new N8nClient(environment.n8nUrl);
	await client.signIn();
	return client;
}

/** The credentials that all suites share, by type; a suite makes others for itself. */
export async function sharedCredentials(
	client: N8nClient,
): Promise<Record<keyof typeof LOCAL_NAMES, { id: string; name: string }>> {
	const saved = await client.call<Array<{ id: string; name: string }>>('GET', '/rest/credentials');
	return Object.fromEntries(
		Object.entries(LOCAL_NAMES).map(([type, name]) => {
			const { id } = saved.find((one) => one.name === name)!;
			return [type, { id, name }];
		}),
	) as Record<keyof typeof LOCAL_NAMES, { id: string; name: string }>;
}

/** Their ids alone, as {@link connect} takes them. */
export async function sharedCredentialIds(client: N8nClient): Promise<Record<string, string>> {
	const shared = await sharedCredentials(client);
	return Object.fromEntries(Object.entries(shared).map(([type, { id }]) => [type, id]));
}

/** Posts a body to the intake webhook (or another trigger's), signed as Meta signs it unless a signature is given. */
export async function deliver(
	body: string | object,
	signature?: string | null,
	url = environment.intakeUrl,
): Promise<{ status: number; text: string }> {
	const text = typeof body === 'string' ? body : JSON.stringify(body);
	const signed =
		signature === undefined
			? `sha256=${createHmac('sha256', environment.appSecret).update(text).digest('hex')}`
			: signature;
	const response = await fetch(url, {
		method: 'POST',
		headers: {
			'content-type': 'application/json',
			connection: 'close',
			...(signed === null ? {} : { 'x-hub-signature-256': signed }),
		},
		body: text,
	});
	return { status: response.status, text: await response.text() };
}

async function control<T>(service: string, path: string, body?: unknown): Promise<T> {
	const response = await fetch(`${service}/_control/${path}`, {
		// A connection that was idle may be dead by the time it is used again.
		headers: { connection: 'close' },
		method: body === undefined ? 'GET' : 'POST',
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
	});
	return (await response.json()) as T;
}

export const graph = {
	customerSays: (message: { from: string; name?: string; text: string }) =>
		control<{ messageId: string; status: number }>(environment.graphUrl, 'customer-says', message),
	messages: () => control<PhoneMessage[]>(environment.graphUrl, 'messages'),
	violations: () => control<string[]>(environment.graphUrl, 'violations'),
	/** A file in WhatsApp's keeping, for a message of a customer to name. */
	keepFile: (file: { mimeType: string; base64: string }) =>
		control<{ id: string }>(environment.graphUrl, 'file', file),
	fail: (fault: object) => control<object>(environment.graphUrl, 'fail', fault),
	clearFaults: () => control<object>(environment.graphUrl, 'clear-faults', {}),
	/** How the account is set up at Meta, after the changes; an empty address is none. */
	setup: (changes: Partial<GraphSetup> = {}) =>
		control<GraphSetup>(environment.graphUrl, 'setup', changes),
};

export const hubspot = {
	state: () => control<HubspotState>(environment.hubspotUrl, 'state'),
	violations: () => control<string[]>(environment.hubspotUrl, 'violations'),
	fail: (fault: object) => control<object>(environment.hubspotUrl, 'fail', fault),
	clearFaults: () => control<object>(environment.hubspotUrl, 'clear-faults', {}),
	/** How often each way of asking for a token was granted. */
	tokens: () => control<Record<string, number>>(environment.hubspotUrl, 'tokens'),
	expireTokens: () => control<object>(environment.hubspotUrl, 'expire-tokens', {}),
};

/** The stand-in of a CRM at an address. */
export const crmAt = (url: string) => ({
	state: <T>() => control<T>(url, 'state'),
	violations: () => control<string[]>(url, 'violations'),
	tokens: () => control<Record<string, number>>(url, 'tokens'),
	expireTokens: () => control<object>(url, 'expire-tokens', {}),
});

/** What has gone through the forward proxy, as `METHOD host path`, oldest first. */
export const throughProxy = () => control<string[]>(environment.proxyUrl, 'seen');

/** Looks again and again until there is something. Throws with `what` where there is not in time. */
export async function eventually<T>(
	what: string,
	look: () => Promise<T | undefined | false>,
	limitMs = LIMIT_MS,
): Promise<T> {
	const end = performance.now() + limitMs;
	for (;;) {
		const found = await look();
		if (found) return found;
		if (performance.now() > end) throw new Error(`Not within ${limitMs / 1000} s: ${what}`);
		await pause(LOOK_EVERY_MS);
	}
}

/** The finished execution of the intake that took in this message. */
export function executionOf(client: N8nClient, messageId: string): Promise<Execution> {
	return waitForExecution(
		client,
		environment.intakeId,
		({ outputs }) =>
			(outputs['WhatsApp Trigger'] ?? [])
				.flat()
				.some(({ json }) => (json.message as { id?: string } | undefined)?.id === messageId),
		LIMIT_MS,
	);
}

export const intakeExecutions = (client: N8nClient) =>
	executionIds(client, environment.intakeId, 100);

/** The first item that a node gave out. */
export function itemOf(execution: Execution, node: string, output?: number) {
	const outputs = execution.outputs[node] ?? [];
	return (output === undefined ? outputs.flat() : (outputs[output] ?? []))[0]?.json;
}
