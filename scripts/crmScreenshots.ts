import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';

import { tellProgress } from '../host/progress';
import { createCredentials, startStack } from '../host/stack';
import { startPipedriveStandIn } from '../sandbox/pipedrive';
import { startSalesforceStandIn } from '../sandbox/salesforce';
import { Editor, startBrowser } from './editor';

/**
 * Takes the pictures of CRM Upsert for its documentation: an n8n of its own, one node for each CRM, its lists loaded from the stand-in of
 * that CRM. See {@link startBrowser} for the browser.
 */
const MINUTE_MS = 60_000;
const OUT = path.join(__dirname, '..', 'docs', 'images');
const TYPE = 'n8n-nodes-whatsapp-handoff.crmUpsert';
const TOKEN = 'local-token';
const APP = { clientId: 'local-app', clientSecret: 'local-app-secret' };
const USER = 'integration@shop.example';

interface Shot {
	picture: string;
	node: string;
	credential: { type: string; data?: object };
	parameters: object;
	/** The list to open, and an entry that shows that it came from the account. */
	list: { parameter: string; entry: string };
}

async function main(): Promise<void> {
	mkdirSync(OUT, { recursive: true });
	const folder = mkdtempSync(path.join(tmpdir(), 'handoff-pictures-'));
	const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
	const [pipedrive, salesforce] = await Promise.all([
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
		const shots: Shot[] = [
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
		for (const [index, { node, credential, parameters }] of shots.entries()) {
			const { type, data } = credential;
			const id =
				made[type] ??
				(
					await n8n.call<{ id: string }>('POST', '/rest/credentials', {
						name: `${node.split(':')[0]!} account`,
						type,
						data,
					})
				).id;
			nodes.push({
				id: randomUUID(),
				name: node,
				type: TYPE,
				typeVersion: 1,
				position: [index * 260, 0],
				parameters,
				credentials: { [type]: { id, name: `${node.split(':')[0]!} account` } },
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
			const { page } = await Editor.open(browser, n8n, OUT);
			for (const shot of shots) await take(page, `${n8n.url}/workflow/${id}`, shot);
		} finally {
			await browser.close();
		}
	} finally {
		await stack.stop();
		await Promise.all([pipedrive.close(), salesforce.close()]);
		rmSync(folder, { recursive: true, force: true });
	}
}

/** The node's own window with one of its lists open. */
async function take(page: Page, address: string, { picture, node, list }: Shot): Promise<void> {
	await page.goto(address);
	const card = page.locator('[data-test-id="canvas-node"]', { hasText: node });
	await card.waitFor({ timeout: MINUTE_MS });
	await page.waitForLoadState('networkidle');
	await page.keyboard.press('Escape');
	await page.click('[data-test-id="zoom-to-fit"]');
	await card.dblclick();
	const input = page.locator(`[data-test-id="parameter-input-${list.parameter}"]`);
	await input.scrollIntoViewIfNeeded();
	await input.locator('input').first().click();
	await page.waitForSelector(`li:has-text("${list.entry}")`, { timeout: MINUTE_MS });
	const panel = page.locator('[data-test-id="ndv-parameters"], [data-test-id="node-parameters"]');
	await panel.first().waitFor();
	await page.screenshot({ path: path.join(OUT, `${picture}.png`) });
}

main().catch((error: unknown) => {
	console.error(error);
	process.exit(1);
});
