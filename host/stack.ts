import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import type { Graph } from '../sandbox/graph';
import { startGraphStandIn } from '../sandbox/graph';
import type { Hubspot } from '../sandbox/hubspot';
import { startHubspotStandIn } from '../sandbox/hubspot';
import { ROOT, ensureN8n, installPackage, packPackage } from './install';
import type { N8nClient } from './n8n';
import { N8n, freePort } from './n8n';
import type { Progress } from './progress';
import { realWhatsApp } from './realServices';

/** A workflow as it lies in workflows/. */
export interface WorkflowFile {
	name: string;
	nodes: Array<{
		name: string;
		type: string;
		webhookId?: string;
		parameters: Record<string, unknown>;
		credentials?: Record<string, { id?: string; name: string }>;
	}>;
	[key: string]: unknown;
}

export interface Stack {
	n8n: N8n;
	/** Undefined where the real service is used. */
	graph?: Graph;
	hubspot?: Hubspot;
	whatsApp: WhatsAppCredential;
	inboxSecret: string;
	stop(): Promise<void>;
}

export interface WhatsAppCredential {
	accessToken: string;
	phoneNumberId: string;
	businessAccountId: string;
	appSecret: string;
	verifyToken: string;
	baseUrl: string;
	apiVersion: string;
}

/** Signs the links of the local inbox. Nothing else is protected by it. */
export const INBOX_SECRET = 'a-local-signing-secret-of-no-value-elsewhere';

const WEBHOOK_LIMIT_MS = 30_000;
const LOOK_EVERY_MS = 200;

interface Options {
	/** Folder for n8n's data; kept between starts. */
	folder: string;
	progress: Progress;
	port?: number;
	/** Ports of the stand-ins, so that addresses stay the same between starts. */
	graphPort?: number;
	env?: Record<string, string>;
	onLog?: (line: string) => void;
	hubspotToken?: string;
	searchLagMs?: number;
}

/** A real n8n with the package in it, and stand-ins for the services that there are no accounts for. */
export async function startStack(options: Options): Promise<Stack> {
	const { folder, progress } = options;
	const n8nFolder = path.join(folder, '.n8n');
	mkdirSync(path.join(n8nFolder, 'nodes'), { recursive: true });
	const script = await ensureN8n(progress);
	await installPackage(await packPackage(folder, progress), n8nFolder, progress);

	const stopping: Array<() => Promise<void>> = [];
	const stop = async () => {
		for (const step of stopping.splice(0).reverse()) await step();
	};
	try {
		const real = realWhatsApp();
		const local = {
			accessToken: 'local-access-token',
			phoneNumberId: '106540352242922',
			businessAccountId: '102290129340398',
			appSecret: 'local-app-secret',
			verifyToken: 'local-verify-token',
			apiVersion: 'v23.0',
		};
		const graph = real
			? undefined
			: await startGraphStandIn({ ...local, port: await freePort(options.graphPort) });
		if (graph) stopping.push(() => graph.close());
		const hubspot = options.hubspotToken
			? undefined
			: await startHubspotStandIn({
					accessToken: 'local-hubspot-token',
					searchLagMs: options.searchLagMs,
				});
		if (hubspot) stopping.push(() => hubspot.close());

		const n8n = await progress('Starting n8n', async () =>
			N8n.start({
				script,
				userFolder: folder,
				port: await freePort(options.port),
				env: options.env,
				onLog: options.onLog,
			}),
		);
		stopping.push(() => n8n.stop());
		await n8n.signIn();
		return {
			n8n,
			...(graph ? { graph } : {}),
			...(hubspot ? { hubspot } : {}),
			whatsApp: real ?? { ...local, baseUrl: graph!.url },
			inboxSecret: INBOX_SECRET,
			stop,
		};
	} catch (error) {
		await stop();
		throw error;
	}
}

/** Creates the credentials that the templates ask for, or brings them up to date; gives their ids by type. */
export async function createCredentials(
	{ n8n, whatsApp, inboxSecret }: Pick<Stack, 'n8n' | 'whatsApp' | 'inboxSecret'>,
	hubspotToken: string,
): Promise<Record<string, string>> {
	const wanted: Array<{ name: string; type: string; data: object }> = [
		{ name: 'WhatsApp Handoff account', type: 'whatsAppHandoffApi', data: whatsApp },
		{
			name: 'WhatsApp Handoff Inbox account',
			type: 'whatsAppHandoffInboxApi',
			data: { signingSecret: inboxSecret },
		},
		{
			name: 'HubSpot App Token account',
			type: 'hubspotAppToken',
			data: { appToken: hubspotToken },
		},
	];
	const known = await n8n.call<Array<{ id: string; name: string; type: string }>>(
		'GET',
		'/rest/credentials',
	);
	const ids: Record<string, string> = {};
	for (const credential of wanted) {
		const old = known.find(
			({ name, type }) => name === credential.name && type === credential.type,
		);
		const saved = await n8n.call<{ id: string }>(
			old ? 'PATCH' : 'POST',
			old ? `/rest/credentials/${old.id}` : '/rest/credentials',
			credential,
		);
		ids[credential.type] = saved.id;
	}
	return ids;
}

export function readWorkflow(file: string): WorkflowFile {
	return JSON.parse(readFileSync(path.join(ROOT, 'workflows', file), 'utf8')) as WorkflowFile;
}

/** What an integrator does in the editor after an import: choose the credentials, and here the address of the stand-in. */
export function connect(
	workflow: WorkflowFile,
	credentialIds: Record<string, string>,
	hubspotUrl: string | undefined,
): WorkflowFile {
	const copy = structuredClone(workflow);
	for (const node of copy.nodes) {
		for (const [type, credential] of Object.entries(node.credentials ?? {})) {
			const id = credentialIds[type];
			if (id) credential.id = id;
		}
		if (hubspotUrl && node.type.endsWith('.crmUpsert')) {
			node.parameters.options = {
				...(node.parameters.options as object | undefined),
				baseUrl: hubspotUrl,
			};
		}
	}
	return copy;
}

/** Saves a workflow under its name, or brings the one of that name up to date, and publishes it. Gives its id. */
export async function publish(n8n: N8nClient, workflow: WorkflowFile): Promise<string> {
	const all = await n8n.call<Array<{ id: string; name: string; active: boolean }>>(
		'GET',
		'/rest/workflows',
	);
	const old = all.find(({ name }) => name === workflow.name);
	if (old?.active) await n8n.call('POST', `/rest/workflows/${old.id}/deactivate`, {});
	const saved = await n8n.call<{ id: string; versionId: string }>(
		old ? 'PATCH' : 'POST',
		old ? `/rest/workflows/${old.id}?forceSave=true` : '/rest/workflows',
		{ ...workflow, active: false },
	);
	await n8n.call('POST', `/rest/workflows/${saved.id}/activate`, { versionId: saved.versionId });
	return saved.id;
}

/** The production address of a trigger's webhook. */
export function webhookUrl(
	n8n: N8nClient,
	workflow: WorkflowFile,
	type: string,
	path: string,
): string {
	const node = workflow.nodes.find((one) => one.type.endsWith(`.${type}`));
	if (!node?.webhookId) throw new Error(`${workflow.name} has no ${type} with a webhook`);
	return `${n8n.url}/webhook/${node.webhookId}/${path}`;
}

/** n8n answers a publish before its webhooks are live: waits until this one is. */
export async function webhookIsLive(url: string): Promise<void> {
	const end = performance.now() + WEBHOOK_LIMIT_MS;
	for (;;) {
		const { status } = await fetch(url);
		if (status !== 404) return;
		if (performance.now() > end) throw new Error(`n8n has nothing at ${url}`);
		await pause(LOOK_EVERY_MS);
	}
}
