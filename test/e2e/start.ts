import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { freePort } from '../../host/n8n';
import { tellProgress } from '../../host/progress';
import type { Stack } from '../../host/stack';
import {
	LOCAL_HUBSPOT_APP,
	connect,
	createCredentials,
	publish,
	readWorkflow,
	startStack,
	webhookIsLive,
	webhookUrl,
} from '../../host/stack';
import { startPipedriveStandIn } from '../../sandbox/pipedrive';
import { startForwardProxy } from '../../sandbox/proxy';
import { startSalesforceStandIn } from '../../sandbox/salesforce';
import type { Environment } from './environment';
import {
	BEHIND_PROXY,
	ENVIRONMENT_VARIABLE,
	FORBIDDEN,
	PIPEDRIVE_TOKEN,
	SALESFORCE_USER,
} from './environment';

declare global {
	var handoffStack: Stack | undefined;
	var crmStandIns: Array<{ close(): Promise<void> }> | undefined;
}

/** Starts n8n and the stand-ins once for all end-to-end suites, with the templates published. */
export default async function start(): Promise<void> {
	const folder = mkdtempSync(path.join(tmpdir(), 'handoff-e2e-'));
	// Without this, Ctrl-C would end the tests and leave n8n behind: it is killed when this process exits in order.
	for (const signal of ['SIGINT', 'SIGTERM'] as const)
		process.once(signal, () => process.exit(130));
	const hubspotPort = await freePort();
	const app = LOCAL_HUBSPOT_APP;
	const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
	const [pipedrive, salesforce] = await Promise.all([
		startPipedriveStandIn({ accessToken: PIPEDRIVE_TOKEN, app, searchLagMs: 2000 }),
		startSalesforceStandIn({
			accessToken: 'nobody’s',
			app: { ...app, integration: { username: SALESFORCE_USER, publicKey } },
			searchLagMs: 2000,
			keyField: true,
		}),
	]);
	globalThis.crmStandIns = [pipedrive, salesforce];
	const hosts: Record<string, string> = {
		[BEHIND_PROXY.hubspot]: `http://127.0.0.1:${hubspotPort}`,
		[BEHIND_PROXY.pipedrive]: pipedrive.url,
		[BEHIND_PROXY.salesforce]: salesforce.url,
	};
	const proxy = await startForwardProxy(hosts);
	globalThis.crmStandIns.push(proxy);
	const stack = await startStack({
		folder,
		progress: tellProgress,
		searchLagMs: 2000,
		hubspotPort,
		// n8n knows where vendors give out tokens; an administrator may name another place.
		env: {
			// A company's network: some addresses are reached through its proxy alone, and one host must not be called.
			http_proxy: proxy.url,
			no_proxy: '127.0.0.1,localhost',
			N8N_SSRF_PROTECTION_ENABLED: 'true',
			N8N_SSRF_BLOCKED_HOSTNAMES: FORBIDDEN,
			N8N_SSRF_ALLOWED_IP_RANGES: '127.0.0.0/8',
			CREDENTIALS_OVERWRITE_DATA: JSON.stringify({
				hubspotOAuth2Api: {
					authUrl: `http://127.0.0.1:${hubspotPort}/oauth/authorize`,
					accessTokenUrl: `http://127.0.0.1:${hubspotPort}/oauth/v1/token`,
				},
				pipedriveOAuth2Api: {
					authUrl: `${pipedrive.url}/oauth/authorize`,
					accessTokenUrl: `${pipedrive.url}/oauth/token`,
				},
				salesforceOAuth2Api: {
					authUrl: `${salesforce.url}/services/oauth2/authorize`,
					accessTokenUrl: `${salesforce.url}/services/oauth2/token`,
				},
			}),
		},
	});
	globalThis.handoffStack = stack;
	hosts[BEHIND_PROXY.graph] = stack.graph!.url;
	const credentials = await createCredentials(stack);
	const intake = connect(
		readWorkflow('01-whatsapp-intake-faq-bot.json'),
		credentials,
		stack.hubspot!.url,
	);
	// The suites hand over more conversations than two people can hold.
	const router = intake.nodes.find(({ type }) => type.endsWith('.handoffRouter'))!;
	for (const agent of (router.parameters.agents as { agent: Array<{ capacity: number }> }).agent) {
		agent.capacity = 0;
	}
	const inbox = connect(readWorkflow('02-agent-inbox.json'), credentials, undefined);
	const watchdog = connect(readWorkflow('03-sla-watchdog.json'), credentials, undefined);
	const environment: Environment = {
		n8nUrl: stack.n8n.url,
		n8nPid: stack.n8n.pid!,
		graphUrl: stack.graph!.url,
		hubspotUrl: stack.hubspot!.url,
		pipedriveUrl: pipedrive.url,
		salesforceUrl: salesforce.url,
		salesforceKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
		proxyUrl: proxy.url,
		inboxId: await publish(stack, inbox),
		inboxUrl: webhookUrl(stack.n8n, inbox, 'handoffInbox', 'inbox'),
		watchdogId: await publish(stack, watchdog),
		intakeId: await publish(stack, intake),
		intakeUrl: webhookUrl(stack.n8n, intake, 'whatsAppTrigger', 'whatsapp'),
		inboxSecret: stack.inboxSecret,
		appSecret: stack.whatsApp.appSecret,
		verifyToken: stack.whatsApp.verifyToken,
		phoneNumberId: stack.whatsApp.phoneNumberId,
		accessToken: stack.whatsApp.accessToken,
		folder,
	};
	await webhookIsLive(environment.intakeUrl);
	await webhookIsLive(environment.inboxUrl);
	stack.graph!.setWebhook(environment.intakeUrl);
	process.env[ENVIRONMENT_VARIABLE] = JSON.stringify(environment);
}
