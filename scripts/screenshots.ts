import { mkdirSync } from 'node:fs';
import path from 'node:path';

import { signToken } from '../adapters/inbox/tokens';
import { N8nClient } from '../host/n8n';
import { INBOX_SECRET, readWorkflow, webhookUrl } from '../host/stack';
import { MINUTE_MS, openEditor } from './editor';

/**
 * Takes the pictures of the README from a running demo (`npm start` in another terminal); see {@link openEditor} for the browser.
 */
const OUT = path.join(__dirname, '..', 'docs', 'images');
const EDITOR = process.env.N8N_URL ?? 'http://127.0.0.1:5678';
const PHONE = process.env.PHONE_URL ?? 'http://127.0.0.1:5680/_control/phone';
const TEMPLATES = {
	'intake-template': '01-whatsapp-intake-faq-bot.json',
	'inbox-template': '02-agent-inbox.json',
	'watchdog-template': '03-sla-watchdog.json',
};

async function main(): Promise<void> {
	mkdirSync(OUT, { recursive: true });
	const client = new N8nClient(EDITOR);
	await client.signIn();
	const workflows = await client.call<Array<{ id: string; name: string }>>(
		'GET',
		'/rest/workflows',
	);

	const { browser, page } = await openEditor(EDITOR);
	try {
		for (const [picture, file] of Object.entries(TEMPLATES)) {
			const { name } = readWorkflow(file);
			const { id } = workflows.find((workflow) => workflow.name === name)!;
			await page.goto(`${EDITOR}/workflow/${id}`);
			await page.waitForSelector('[data-test-id="canvas-node"]', { timeout: MINUTE_MS });
			await page.waitForLoadState('networkidle');
			// n8n's own checklist lies over the canvas.
			const checklist = page
				.locator('[data-test-id="suggested-actions-popover"] button, .el-popper button')
				.first();
			if (await checklist.isVisible()) await checklist.click();
			else await page.keyboard.press('Escape');
			await page.click('[data-test-id="zoom-to-fit"]');
			await page.screenshot({ path: path.join(OUT, `${picture}.png`) });
		}

		// A node's own window, with a list that comes from the account.
		const { name } = readWorkflow(TEMPLATES['intake-template']);
		await page.goto(`${EDITOR}/workflow/${workflows.find((one) => one.name === name)!.id}`);
		const crm = page.locator('[data-test-id="canvas-node"]', { hasText: 'Contact and deal' });
		await crm.waitFor({ timeout: MINUTE_MS });
		await page.waitForLoadState('networkidle');
		await page.keyboard.press('Escape');
		await page.click('[data-test-id="zoom-to-fit"]');
		await crm.dblclick();
		const stage = page.locator('[data-test-id="parameter-input-stage"]');
		await stage.scrollIntoViewIfNeeded();
		await stage.locator('input').first().click();
		await page.waitForSelector('li:has-text("Qualified To Buy")');
		await page.screenshot({ path: path.join(OUT, 'crm-upsert.png') });

		const inbox = webhookUrl(client, readWorkflow('02-agent-inbox.json'), 'handoffInbox', 'inbox');
		const link = signToken(
			{
				id: 'agent.one@shop.example',
				name: 'Agent One',
				role: 'supervisor',
				use: 'link',
				nonce: String(process.hrtime.bigint()),
				expiresAt: Date.now() + MINUTE_MS,
			},
			INBOX_SECRET,
		);
		await page.goto(`${inbox}?link=${link}`);
		await page.click('.views button:has-text("All with people")');
		await page.click('.row >> nth=0');
		await page.waitForSelector('.message');
		await page.screenshot({ path: path.join(OUT, 'inbox.png') });

		await page.setViewportSize({ width: 420, height: 800 });
		await page.goto(PHONE);
		// The customer of the latest conversation.
		const messages = (await (await fetch(new URL('messages', PHONE))).json()) as Array<{
			waId: string;
		}>;
		await page.fill('#from', messages.at(-1)?.waId ?? '');
		await page.waitForSelector('li');
		await page.screenshot({ path: path.join(OUT, 'phone.png') });
	} finally {
		await browser.close();
	}
}

main().catch((error: unknown) => {
	console.error(error);
	process.exit(1);
});
