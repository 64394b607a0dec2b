import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { tellProgress } from '../host/progress';
import { LOCAL_NAMES, createCredentials, startStack } from '../host/stack';
import { startChatwootStandIn } from '../sandbox/chatwoot';
import { startPipedriveStandIn } from '../sandbox/pipedrive';
import { startSalesforceStandIn } from '../sandbox/salesforce';
import { Editor, startBrowser } from './editor';

/**
 * Takes the pictures of nodes whose lists come from an account: CRM Upsert with each CRM, the two nodes of Chatwoot, and a reply with one of
 * Meta's templates; after `--` only those that are named. An n8n of its own, and the lists loaded from the stand-ins. See
 * {@link startBrowser} for the browser.
 */
const MINUTE_MS = 60_000;
const OUT = path.join(__dirname, '..', 'docs', 'images');
const PACKAGE = 'n8n-nodes-whatsapp-handoff';
const TOKEN = 'local-token';
const APP = { clientId: 'local-app', clientSecret: 'local-app-secret' };
const USER = 'integration@shop.example';

interface Shot {
	picture: string;
	/** Default "crmUpsert". */
	type?: string;
	node: string;
	credential: { type: string; name?: string; data?: object };
	parameters: object;
	/** The list to open, and an entry that shows that it came from the account. */
	list?: { parameter: string; entry: string };
	/** What shows that fields that the account decides on are there, and the window's height that has room for them. */
	fields?: { label: string; height: number };
}

async function main(): Promise<void> {
	mkdirSync(OUT, { recursive: true });
	const folder = mkdtempSync(path.join(tmpdir(), 'handoff-pictures-'));
	const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
	const [chatwoot, pipedrive, salesforce] = await Promise.all([
		startChatwootStandIn({ agentToken: TOKEN, botToken: `${TOKEN}-bot`, administrator: true }),
		startPipedriveStandIn({ accessToken: TOKEN }),
		startSalesforceStandIn({
			accessToken: TOKEN,
			keyField: true,
			app: { ...APP, integration: { username: USER, publicKey } },
		}),
	]);
	pipedrive.company().define('deal', 'Tier', 'enum', ['Basic', 'VIP']);
	const stack = await startStack({ folder, progress: tellProgress });
	try {
		const { n8n } = stack;
		const made = await createCredentials(stack);
		const chatwootAccount = {
			type: 'whatsAppHandoffChatwootApi',
			name: 'Chatwoot account',
			data: { baseUrl: chatwoot.url, accountId: chatwoot.accountId, accessToken: TOKEN },
		};
		const shots: Shot[] = [
			{
				picture: 'node-inbox-sync',
				type: 'inboxSync',
				node: 'Open for an agent',
				credential: chatwootAccount,
				parameters: { options: { messages: 100 } },
				list: { parameter: 'chatwootInbox', entry: 'WhatsApp' },
			},
			{
				picture: 'node-handoff-inbox-chatwoot',
				type: 'handoffInbox',
				node: 'Agents in Chatwoot',
				credential: chatwootAccount,
				parameters: { inbox: 'chatwoot' },
			},
			{
				picture: 'node-conversation-template',
				type: 'conversation',
				node: 'Send the receipt',
				credential: { type: 'whatsAppHandoffApi', name: LOCAL_NAMES.whatsAppHandoffApi },
				parameters: {
					operation: 'reply',
					author: 'system',
					content: 'template',
					templatePurpose: 'utility',
					templateFrom: 'list',
					templateChoice: 'order_receipt|en_US',
				},
				fields: { label: 'Body Value 1', height: 1350 },
			},
			{
				picture: 'crm-hubspot',
				node: 'HubSpot: deal',
				credential: { type: 'hubspotAppToken' },
				parameters: { crm: 'hubspot', options: { baseUrl: stack.hubspot!.url } },
				list: { parameter: 'stage', entry: 'Qualified To Buy' },
			},
			{
				picture: 'crm-pipedrive',
				node: 'Pipedrive: deal',
				credential: { type: 'pipedriveApi', data: { apiToken: TOKEN } },
				parameters: { crm: 'pipedrive', options: { baseUrl: pipedrive.url } },
				list: { parameter: 'stage', entry: 'Proposal Made' },
			},
			{
				picture: 'crm-salesforce',
				node: 'Salesforce: case',
				credential: {
					type: 'salesforceJwtApi',
					data: {
						environment: 'production',
						clientId: APP.clientId,
						username: USER,
						privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
						myDomainUrl: salesforce.url,
					},
				},
				parameters: {
					crm: 'salesforce',
					salesforceAuthentication: 'jwt',
					recordKind: 'ticket',
					options: {},
				},
				list: { parameter: 'stage', entry: 'Escalated' },
			},
		];
		const nodes = [];
		for (const [index, shot] of shots.entries()) {
			const { node, parameters } = shot;
			const { type, data, name = `${node.split(':')[0]!} account` } = shot.credential;
			const id = (made[type] ??= (
				await n8n.call<{ id: string }>('POST', '/rest/credentials', {
					name,
					type,
					data,
				})
			).id);
			nodes.push({
				id: randomUUID(),
				name: node,
				type: `${PACKAGE}.${shot.type ?? 'crmUpsert'}`,
				typeVersion: 1,
				position: [index * 260, 0],
				parameters,
				credentials: { [type]: { id, name } },
			});
		}
		const { id } = await n8n.call<{ id: string }>('POST', '/rest/workflows', {
			name: 'CRM Upsert',
			nodes,
			connections: {},
			settings: { executionOrder: 'v1' },
		});
		const browser = await startBrowser();
		try {
			const editor = await Editor.open(browser, n8n, OUT);
			const wanted = process.argv.slice(2);
			for (const shot of shots) {
				if (wanted.length > 0 && !wanted.includes(shot.picture)) continue;
				await take(editor, `${n8n.url}/workflow/${id}`, shot);
			}
		} finally {
			await browser.close();
		}
	} finally {
		await stack.stop();
		await Promise.all([chatwoot.close(), pipedrive.close(), salesforce.close()]);
		rmSync(folder, { recursive: true, force: true });
	}
}

/** The node's own window with one of its lists open. */
async function take(editor: Editor, address: string, shot: Shot): Promise<void> {
	const { page } = editor;
	const { picture, node, list, fields } = shot;
	await page.setViewportSize({ width: 1600, height: fields?.height ?? 900 });
	await page.goto(address);
	const card = page.locator('[data-test-id="canvas-node"]', { hasText: node });
	await card.waitFor({ timeout: MINUTE_MS });
	await page.waitForLoadState('networkidle');
	await page.keyboard.press('Escape');
	await page.click('[data-test-id="zoom-to-fit"]');
	await card.dblclick();
	if (list) {
		const input = page.locator(`[data-test-id="parameter-input-${list.parameter}"]`);
		await input.scrollIntoViewIfNeeded();
		await input.locator('input').first().click();
		// Other lists of the window, e.g. of credentials, are there unseen.
		await page.waitForSelector(`li:visible:has-text("${list.entry}")`, { timeout: MINUTE_MS });
	}
	if (fields) await page.getByText(fields.label).first().waitFor({ timeout: MINUTE_MS });
	const panel = page.locator('[data-test-id="ndv-parameters"], [data-test-id="node-parameters"]');
	await panel.first().waitFor();
	await editor.settled();
	await page.screenshot({ path: path.join(OUT, `${picture}.png`) });
}

main().catch((error: unknown) => {
	console.error(error);
	process.exit(1);
});
