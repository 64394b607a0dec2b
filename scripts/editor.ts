import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';

import type { N8nClient } from '../host/n8n';
import { OWNER } from '../host/n8n';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
/** Longer than the editor takes for anything on a busy machine. */
const STEP_MS = 60_000;

export type Theme = 'light' | 'dark';

export function startBrowser(): Promise<Browser> {
	return chromium.launch({
		executablePath: CHROMIUM,
		args: ['--no-sandbox', '--disable-background-networking', '--disable-gpu'],
	});
}

interface NodeToShow {
	name: string;
	type: string;
	parameters?: Record<string, unknown>;
	credentials?: Record<string, { id: string; name: string }>;
}

/** n8n's editor in a browser, signed in as the owner, and the pictures that are taken of it. */
export class Editor {
	private constructor(
		readonly page: Page,
		private readonly client: N8nClient,
		private readonly folder: string,
	) {}

	static async open(
		browser: Browser,
		client: N8nClient,
		folder: string,
		theme: Theme = 'light',
	): Promise<Editor> {
		mkdirSync(folder, { recursive: true });
		const context = await browser.newContext({
			viewport: { width: 1600, height: 900 },
			locale: 'en-US',
			colorScheme: theme,
		});
		context.setDefaultTimeout(STEP_MS);
		const page = await context.newPage();
		await page.addInitScript((chosen) => localStorage.setItem('N8N_THEME', chosen), theme);
		await page.goto(`${client.url}/signin`);
		await page.fill('input[name="emailOrLdapLoginId"]', OWNER.email);
		await page.fill('input[name="password"]', OWNER.password);
		await page.click('button:has-text("Sign in")');
		await page.waitForURL((url) => !url.pathname.includes('signin'));
		return new Editor(page, client, folder);
	}

	/** "Import from file", as staff do it: on an empty workflow. */
	async importFile(file: string): Promise<void> {
		await this.page.goto(`${this.client.url}/workflow/new`);
		await this.page
			.locator('[data-test-id="workflow-import-input"]')
			.setInputFiles(file, { timeout: STEP_MS });
		await this.canvasIsThere();
	}

	/** Saves a workflow of this one node behind a manual start, and opens the node's window. */
	async showNode(node: NodeToShow): Promise<string> {
		const { id } = await this.client.call<{ id: string }>('POST', '/rest/workflows', {
			name: `Walk ${node.name}`,
			nodes: [
				{
					id: 'b0c5a0b5-0000-4000-8000-000000000001',
					typeVersion: 1,
					position: [300, 0],
					parameters: {},
					...node,
				},
			],
			connections: {},
			settings: { executionOrder: 'v1' },
		});
		await this.openNode(id, node.name);
		return id;
	}

	async openNode(workflowId: string, name: string): Promise<void> {
		await this.page.goto(`${this.client.url}/workflow/${workflowId}`);
		await this.canvasIsThere();
		await this.page.locator('[data-test-id="canvas-node"]', { hasText: name }).first().dblclick();
		await this.page
			.locator('[data-test-id="ndv"], [data-test-id="node-parameters"]')
			.first()
			.waitFor();
		await this.settled();
	}

	async fit(): Promise<void> {
		await this.page.click('[data-test-id="zoom-to-fit"]');
		await this.settled();
	}

	async picture(name: string, selector?: string): Promise<void> {
		const file = path.join(this.folder, `${name}.png`);
		await (selector ? this.page.locator(selector).first() : this.page).screenshot({ path: file });
		console.log(`  ${name}.png`);
	}

	/** Nothing is loaded any more, and what moves has come to rest. */
	async settled(): Promise<void> {
		await this.page.waitForLoadState('networkidle');
		// Text, since this file is compiled without the browser's names. What turns for ever counts as at rest.
		await this.page.waitForFunction(
			`document.getAnimations().every(({ playState, effect }) =>
				playState !== 'running' || effect.getComputedTiming().iterations === Infinity)`,
		);
	}

	private async canvasIsThere(): Promise<void> {
		await this.page.locator('[data-test-id="canvas-node"]').first().waitFor();
		await this.settled();
		// n8n's own checklist lies over the canvas.
		const checklist = this.page
			.locator('[data-test-id="suggested-actions-popover"] button')
			.first();
		if (await checklist.isVisible()) await checklist.click();
		await this.page.keyboard.press('Escape');
	}
}
