import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import type { Graph } from '../sandbox/graph';
import { startGraphStandIn } from '../sandbox/graph';
import type { Hubspot } from '../sandbox/hubspot';
import { startHubspotStandIn } from '../sandbox/hubspot';
import { ROOT, ensureN8n, installPackage, packPackage } from './install';
import type { N8nClient } from './n8n';
import { N8n, freePort, startWorker } from './n8n';
import type { N8nProcess } from './n8nProcess';
import type { Progress } from './progress';
import { realWhatsApp } from './realServices';

/** A workflow as it lies in workflows/. */
export interface WorkflowFile {
	name: string;
	nodes: Array<{
		name: string;
		type: string;
		webhookId?: string;
		disabled?: boolean;
		parameters: Record<string, unknown>;
		credentials?: Record<string, { id?: string; name: string }>;
	}>;
	[key: string]: unknown;
}

export interface Stack {
	n8n: N8n;
	/** The workers of queue mode; none without it. */
	workers: N8nProcess[];
	/** Undefined where the real service is used. */
	graph?: Graph;
	hubspot?: Hubspot;
	whatsApp: WhatsAppCredential;
	hubspotToken: string;
	inboxSecret: string;
	/** Ids of the credentials that staff entered in n8n themselves, by type: they are used as they are. */
	own: Record<string, string>;
	/** n8n's user folder. */
	folder: string;
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

const LOCAL_HUBSPOT_TOKEN = 'local-hubspot-token';
/** For n8n's OAuth2 credential. */
export const LOCAL_HUBSPOT_APP = { clientId: 'local-app', clientSecret: 'local-app-secret' };

/** Signs the links of the local inbox. Nothing else is protected by it. */
export const INBOX_SECRET = 'a-local-signing-secret-of-no-value-elsewhere';

const WEBHOOK_LIMIT_MS = 30_000;
const LOOK_EVERY_MS = 200;

interface Options {
	/** Folder for n8n's data; kept between starts. */
	folder: string;
	/** Where another n8n has the package installed already: it is used from there. */
	installedNodes?: string;
	progress: Progress;
	port?: number;
	/** Ports of the stand-ins, so that addresses stay the same between starts. */
	graphPort?: number;
	/** How long WhatsApp takes to answer, where it is a stand-in. */
	graphAnswerMs?: number;
	hubspotPort?: number;
	env?: Record<string, string>;
	onLog?: (line: string) => void;
	hubspotToken?: string;
	searchLagMs?: number;
	/** Runs executions in so many workers; `env` says by which queue and database main and workers work together. */
	queue?: { workers: number; env: Record<string, string> };
}

/** A real n8n with the package in it, and stand-ins for the services that there are no accounts for. */
export async function startStack(options: Options): Promise<Stack> {
	const { folder, progress } = options;
	const n8nFolder = path.join(folder, '.n8n');
	const nodes = path.join(n8nFolder, 'nodes');
	const script = await ensureN8n(progress);
	if (options.installedNodes) {
		mkdirSync(n8nFolder, { recursive: true });
		symlinkSync(options.installedNodes, nodes);
	} else {
		await installPackage(await packPackage(folder, progress), n8nFolder, progress);
	}

	const stopping: Array<() => Promise<void>> = [];
	let stopped: Promise<void> | undefined;
	const stop = () =>
		(stopped ??= (async () => {
			for (const step of stopping.reverse()) await step();
		})());
	try {
		const n8n = await progress('Starting n8n', async () =>
			N8n.start({
				script,
				userFolder: folder,
				port: await freePort(options.port),
				env: { ...options.queue?.env, ...options.env },
				onLog: options.onLog,
			}),
		);
		stopping.push(() => n8n.stop());
		const workers = options.queue
			? await progress('Starting the workers', () => startWorkers(script, options, stopping))
			: [];
		await n8n.signIn();

		const own = await ownCredentials(n8n);
		const real = realWhatsApp();
		const local = {
			accessToken: 'local-access-token',
			phoneNumberId: '106540352242922',
			businessAccountId: '102290129340398',
			appId: '670843887433847',
			appSecret: 'local-app-secret',
			verifyToken: 'local-verify-token',
			apiVersion: 'v23.0',
		};
		const graph =
			real || own.whatsAppHandoffApi
				? undefined
				: await startGraphStandIn({
						...local,
						port: await freePort(options.graphPort),
						answerMs: options.graphAnswerMs,
					});
		if (graph) stopping.push(() => graph.close());
		const hubspot =
			options.hubspotToken || own.hubspotAppToken
				? undefined
				: await startHubspotStandIn({
						accessToken: LOCAL_HUBSPOT_TOKEN,
						app: LOCAL_HUBSPOT_APP,
						port: await freePort(options.hubspotPort),
						searchLagMs: options.searchLagMs,
					});
		if (hubspot) stopping.push(() => hubspot.close());
		return {
			n8n,
			workers,
			...(graph ? { graph } : {}),
			...(hubspot ? { hubspot } : {}),
			whatsApp: real ?? { ...local, baseUrl: graph?.url ?? '' },
			hubspotToken: options.hubspotToken ?? LOCAL_HUBSPOT_TOKEN,
			inboxSecret: INBOX_SECRET,
			own,
			folder,
			stop,
		};
	} catch (error) {
		await stop();
		throw error;
	}
}

/** Each worker has a user folder of its own, as on a machine of its own, with the same package in it. */
async function startWorkers(
	script: string,
	{ folder, env, onLog, queue }: Options,
	stopping: Array<() => Promise<void>>,
): Promise<N8nProcess[]> {
	const workers: N8nProcess[] = [];
	for (let number = 1; number <= queue!.workers; number++) {
		const userFolder = path.join(folder, `worker-${number}`);
		mkdirSync(path.join(userFolder, '.n8n'), { recursive: true });
		symlinkSync(path.join(folder, '.n8n', 'nodes'), path.join(userFolder, '.n8n', 'nodes'));
		const worker = await startWorker({
			script,
			userFolder,
			env: { ...queue!.env, ...env },
			onLog,
		});
		stopping.push(() => worker.stop());
		workers.push(worker);
	}
	return workers;
}

/** Names of the credentials that a start makes, and no other: whatever else is in n8n belongs to whoever entered it. */
/** The credentials that {@link createCredentials} makes, by type. */
export const LOCAL_NAMES = {
	whatsAppHandoffApi: 'WhatsApp (npm start)',
	whatsAppHandoffInboxApi: 'Handoff Inbox (npm start)',
	hubspotAppToken: 'HubSpot (npm start)',
} as const;

interface SavedCredential {
	id: string;
	name: string;
	type: string;
}

async function ownCredentials(n8n: N8nClient): Promise<Record<string, string>> {
	const saved = await n8n.call<SavedCredential[]>('GET', '/rest/credentials');
	return Object.fromEntries(
		saved
			.filter(
				({ type, name }) =>
					type in LOCAL_NAMES && !Object.values<string>(LOCAL_NAMES).includes(name),
			)
			.map(({ type, id }) => [type, id]),
	);
}

/** Credentials for the templates, by type: staff's own where there are any, else made or brought up to date. */
export async function createCredentials(stack: Stack): Promise<Record<string, string>> {
	const { n8n, own } = stack;
	const data: Record<keyof typeof LOCAL_NAMES, object> = {
		whatsAppHandoffApi: stack.whatsApp,
		whatsAppHandoffInboxApi: { signingSecret: stack.inboxSecret },
		hubspotAppToken: { appToken: stack.hubspotToken },
	};
	const saved = await n8n.call<SavedCredential[]>('GET', '/rest/credentials');
	const ids: Record<string, string> = { ...own };
	for (const [type, name] of Object.entries(LOCAL_NAMES) as Array<[keyof typeof data, string]>) {
		if (own[type]) continue;
		const old = saved.find((one) => one.name === name && one.type === type);
		const { id } = await n8n.call<{ id: string }>(
			old ? 'PATCH' : 'POST',
			old ? `/rest/credentials/${old.id}` : '/rest/credentials',
			{ name, type, data: data[type] },
		);
		ids[type] = id;
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
			// n8n publishes no node without its account; one that is switched off lets items through.
			else node.disabled = true;
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

interface SavedWorkflow {
	id: string;
	name: string;
	active: boolean;
	versionId: string;
}

/** What was imported last, by name: the version that n8n gave it, and what it was. */
type Imported = Record<string, { versionId: string; digest: string }>;

/**
 * Imports a workflow and publishes it; gives its id. One that is there in the same form is left alone, and so is one that
 * somebody has edited since: their work is not overwritten by the next start.
 */
export async function publish(
	{ n8n, folder }: Pick<Stack, 'n8n' | 'folder'>,
	workflow: WorkflowFile,
): Promise<string> {
	const file = path.join(folder, 'imported.json');
	const imported = (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}) as Imported;
	const last = imported[workflow.name];
	const digest = createHash('sha256').update(JSON.stringify(workflow)).digest('hex');
	const all = await n8n.call<SavedWorkflow[]>('GET', '/rest/workflows');
	const old = all.find(({ name }) => name === workflow.name);
	if (old?.active && (old.versionId !== last?.versionId || digest === last.digest)) return old.id;

	if (old?.active) await n8n.call('POST', `/rest/workflows/${old.id}/deactivate`, {});
	const saved = await n8n.call<SavedWorkflow>(
		old ? 'PATCH' : 'POST',
		old ? `/rest/workflows/${old.id}?forceSave=true` : '/rest/workflows',
		{ ...workflow, active: false },
	);
	const { versionId } = saved;
	await n8n.call('POST', `/rest/workflows/${saved.id}/activate`, { versionId });
	writeFileSync(file, JSON.stringify({ ...imported, [workflow.name]: { versionId, digest } }));
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
